"""Fitting: the coverage weights from the dev half of the cases. Anyone can rerun it: `chatbot tune`."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chatbot.answer import Asked, Turn
from chatbot.assistant import Assistant
from chatbot.decide import READING_SIGNALS, SIGNALS, WORD_SIGNALS, Coverage, signals
from chatbot.evaluation.cases import Case, Dialogue
from chatbot.fitted import Logistic
from chatbot.parts import parts_of
from chatbot.render import to_markdown

_SEED = 0
_LIGHTER = {"dev": 0.25, "asked": 0.25}
"""Weights of cases that are not as readers' questions are on average: those of `dev.yml` were made harder, and at full weight teach to
mistrust shared words; those of `asked.yml` are many, and what they teach of questions asked before is of no use on a site without any."""


def signal_rows(assistant: Assistant, questions: Sequence[Asked], names: tuple[str, ...]) -> np.ndarray:
    """Return the signals of each question, float64, shape (questions, signals)."""
    rows = []
    for asked in questions:
        found = [signals(part, assistant.evidence_for(part)) for part in parts_of(asked)]
        rows.append([float(np.mean([part[name] for part in found])) for name in names])
    return np.array(rows)


def follow_ups(assistant: Assistant, dialogues: Sequence[Dialogue]) -> Iterator[tuple[Asked, bool]]:
    """Yield each follow-up that could be completed, and whether the guide covers it; dialogues are played with the assistant's answers."""
    for dialogue in dialogues:
        history: tuple[Turn, ...] = ()
        for turn in dialogue.turns:
            asked = assistant.understand(turn.question, history)
            if turn.follow_up and asked.understood:
                yield asked, turn.covered
            answer = to_markdown(assistant.answer(turn.question, history))
            history = (*history, Turn("user", turn.question), Turn("assistant", answer))


def fit_coverage(assistant: Assistant, cases: Sequence[Case], dialogues: Sequence[Dialogue]) -> Coverage:
    """Fit logistic models on cases of the dev half, and the threshold at which both kinds of error are equally frequent.

    The threshold is chosen on questions as readers ask them and, among those that aren't covered, on near misses: questions on
    other subjects are refused at any threshold, and would only flatter it. The models for an index without a cross-encoder, and
    without embeddings, are fitted on what the same questions find there.

    Args:
        assistant: Over an index with embeddings and a cross-encoder.
        cases: Of both halves; those of `test` are left out.
        dialogues: Likewise; their follow-ups count as cases.
    """
    dev = [case for case in cases if case.half == "dev"]
    continued = list(follow_ups(assistant, [dialogue for dialogue in dialogues if dialogue.half == "dev"]))
    asked = [*(assistant.understand(case.question) for case in dev), *(turn for turn, _ in continued)]
    labels = np.array([*(case.covered for case in dev), *(covered for _, covered in continued)])
    weights = np.array([*(_LIGHTER.get(case.origin, 1.0) for case in dev), *(1.0 for _ in continued)])
    judged = np.array([*(case.origin != "dev" and (case.covered or case.near) for case in dev), *(True for _ in continued)])
    unread = Assistant(assistant.search.without_reading())
    by_words = Assistant(assistant.search.by_words_alone())
    counts = f"{int(labels.sum())} covered, {int((~labels).sum())} uncovered"
    return Coverage(
        reading=fit_logistic(signal_rows(assistant, asked, READING_SIGNALS), labels, READING_SIGNALS, weights, judged),
        meaning=fit_logistic(signal_rows(unread, asked, SIGNALS), labels, SIGNALS, weights, judged),
        words=fit_logistic(signal_rows(by_words, asked, WORD_SIGNALS), labels, WORD_SIGNALS, weights, judged),
        fitted_on=f"dev: {counts}; index {assistant.search.version}; {datetime.now(UTC):%Y-%m-%d}",
    )


def fit_logistic(
    rows: np.ndarray,
    labels: np.ndarray,
    names: tuple[str, ...],
    weights: np.ndarray | None = None,
    judged: np.ndarray | None = None,
) -> Logistic:
    """Fit a logistic model, and its threshold on cross-validated chances, not on those of the final fit.

    Args:
        rows: Signals, shape (cases, signals).
        labels: What is so, shape (cases,).
        names: Of the signals.
        weights: Of the cases; all alike if not given.
        judged: On which cases the threshold is chosen, shape (cases,); all if not given.
    """
    weights = np.ones(len(rows)) if weights is None else weights
    judged = np.ones(len(rows), dtype=bool) if judged is None else judged
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, class_weight="balanced", max_iter=2000, random_state=_SEED))
    folds = StratifiedKFold(10, shuffle=True, random_state=_SEED)
    weighted = {"logisticregression__sample_weight": weights}
    held_out = cross_val_predict(model, rows, labels, cv=folds, method="predict_proba", params=weighted)[:, 1]
    scaler, logistic = model.fit(rows, labels, **weighted)
    return unscaled(names, scaler, logistic, _threshold(held_out[judged], labels[judged]))


def unscaled(names: tuple[str, ...], scaler: StandardScaler, logistic: LogisticRegression, threshold: float = 0.5) -> Logistic:
    """Return a model that was fitted on scaled signals as one of the signals themselves."""
    scale = np.where(scaler.scale_ > 0, scaler.scale_, 1.0)
    return Logistic(
        weights={name: round(float(weight), 4) for name, weight in zip(names, logistic.coef_[0] / scale, strict=True)},
        intercept=round(float(logistic.intercept_[0] - np.sum(logistic.coef_[0] * scaler.mean_ / scale)), 4),
        threshold=round(threshold, 3),
    )


def _threshold(chances: np.ndarray, labels: np.ndarray) -> float:
    """Return the threshold of the equal error rate: the one of least error jumps with a few cases, as its curve is flat around it."""
    candidates = np.unique(chances)
    middles = (candidates[1:] + candidates[:-1]) / 2
    differences = [abs(np.mean(chances[~labels] >= at) - np.mean(chances[labels] < at)) for at in middles]
    return float(middles[int(np.argmin(differences))])
