"""Fitting: the coverage weights from the dev half of the cases. Anyone can rerun it: `chatbot tune`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from chatbot.assistant import Assistant
from chatbot.decide import SIGNALS, WORD_SIGNALS, Coverage, Logistic, signals
from chatbot.evaluation.cases import Case
from chatbot.evidence import gather

_SEED = 0


def signal_rows(assistant: Assistant, cases: Sequence[Case], names: tuple[str, ...]) -> np.ndarray:
    """Return the signals of each case, float64, shape (cases, signals)."""
    rows = []
    for case in cases:
        asked = assistant.understand(case.question)
        found = [signals(replace(asked, resolved=part), gather(assistant.search, part)) for part in asked.parts]
        rows.append([float(np.mean([part[name] for part in found])) for name in names])
    return np.array(rows)


def fit_coverage(assistant: Assistant, cases: Sequence[Case]) -> Coverage:
    """Fit logistic models on cases of the dev half, and the threshold where both kinds of error cost the same.

    A question that is answered though it isn't covered, and one that is refused though it is, count alike, each as a
    share of its own kind. The threshold is chosen on cross-validated chances, not on those of the final fit. The model
    for an index without embeddings is fitted on what the same questions find by words alone.

    Args:
        assistant: Over an index with embeddings.
        cases: Of both halves; those of `test` are left out.
    """
    dev = [case for case in cases if case.half == "dev"]
    labels = np.array([case.covered for case in dev])
    by_words = Assistant(assistant.search.by_words_alone())
    counts = f"{int(labels.sum())} covered, {int((~labels).sum())} uncovered"
    return Coverage(
        meaning=_fit(signal_rows(assistant, dev, SIGNALS), labels, SIGNALS),
        words=_fit(signal_rows(by_words, dev, WORD_SIGNALS), labels, WORD_SIGNALS),
        fitted_on=f"dev: {counts}; index {assistant.search.version}; {datetime.now(UTC):%Y-%m-%d}",
    )


def _fit(rows: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> Logistic:
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000, random_state=_SEED)
    folds = StratifiedKFold(10, shuffle=True, random_state=_SEED)
    held_out = cross_val_predict(model, scaler.transform(rows), labels, cv=folds, method="predict_proba")[:, 1]
    model.fit(scaler.transform(rows), labels)
    scale = np.where(scaler.scale_ > 0, scaler.scale_, 1.0)
    return Logistic(
        weights={name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0] / scale, strict=True)},
        intercept=round(float(model.intercept_[0] - np.sum(model.coef_[0] * scaler.mean_ / scale)), 4),
        threshold=round(_threshold(held_out, labels), 3),
    )


def _threshold(chances: np.ndarray, labels: np.ndarray) -> float:
    """Return the lowest threshold whose error is within one standard error of the least.

    The curve is flat around its minimum; of thresholds that are equally good, as far as the cases can tell, the one that
    refuses least is kept (the one-standard-error rule of Breiman et al., "Classification and Regression Trees", 1984).
    """
    candidates = np.unique(chances)
    middles = (candidates[1:] + candidates[:-1]) / 2
    errors = np.array([(np.mean(chances[~labels] >= at) + np.mean(chances[labels] < at)) / 2 for at in middles])
    least = float(errors.min())
    allowed = least + float(np.sqrt(least * (1 - least) / len(labels)))
    return float(middles[errors <= allowed].min())
