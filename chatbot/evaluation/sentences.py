"""Fitting which sentences answer: weights from what readers chose on the dev half, and the threshold at which answers serve best."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chatbot.answer import Kind
from chatbot.assistant import Assistant
from chatbot.essential import SIGNALS, Essential, signals
from chatbot.evaluation.cases import Case
from chatbot.evaluation.fit import unscaled
from chatbot.evidence import Evidence
from chatbot.fitted import Logistic
from chatbot.parts import parts_of
from chatbot.select import select
from chatbot.verify import plain

_FOLDS = 5
_INVERSE_PENALTY = 0.1
_THRESHOLDS = np.arange(0.06, 0.5, 0.02)
_ESSENTIAL = 2.0
"""What the share of the essential counts against that of use: a reader skips a sentence sooner than misses one."""
_ALIKE = 0.01
"""Of thresholds that serve alike, the middle one is taken: the curve is flat there, and where its top lies is chance."""
_LIMIT = 8
"""Statements of an answer, as by default."""


@dataclass(frozen=True, slots=True)
class _Marked:
    """What was found for a question, and what of it readers chose."""

    kind: Kind
    evidence: Evidence
    essential: frozenset[str]
    useful: frozenset[str]
    rows: np.ndarray
    """Signals of the units of the best sections, shape (units, signals)."""
    labels: np.ndarray
    """Which of them are essential, shape (units,)."""


def fit_essential(assistant: Assistant, cases: Sequence[Case]) -> Essential:
    """Fit logistic models on the sentences of the dev half: one for each kind of index, on what the same questions find there.

    Args:
        assistant: Over an index with embeddings and a cross-encoder.
        cases: Of both halves; those of `test`, and those without chosen sentences, are left out.
    """
    dev = [case for case in cases if case.half == "dev" and case.essential]
    search = assistant.search
    return Essential(
        reading=_fit(_marked(assistant, dev)),
        meaning=_fit(_marked(Assistant(search.without_reading()), dev)),
        words=_fit(_marked(Assistant(search.by_words_alone()), dev)),
        fitted_on=f"dev: sentences of {len(dev)} questions; index {search.version}; {datetime.now(UTC):%Y-%m-%d}",
    )


def _marked(assistant: Assistant, cases: Sequence[Case]) -> list[_Marked]:
    found = []
    for case in cases:
        parts = parts_of(assistant.understand(case.question))
        if len(parts) != 1:  # its sentences belong to several questions
            continue
        evidence = assistant.evidence_for(parts[0])
        told = signals(parts[0].kind, evidence)
        units = [scored.unit for section, _ in zip(evidence.sections, told, strict=False) for scored in section.units]
        essential = frozenset(map(plain, case.essential))
        found.append(
            _Marked(
                kind=parts[0].kind,
                evidence=evidence,
                essential=essential,
                useful=essential.union(map(plain, case.helpful)),
                rows=np.array([[each[name] for name in SIGNALS] for section in told for each in section]).reshape(-1, len(SIGNALS)),
                labels=np.array([plain(unit.markdown) in essential for unit in units], dtype=bool),
            )
        )
    return found


def _fit(marked: Sequence[_Marked]) -> Logistic:
    """Fit the weights, and the threshold on questions that those of its fold were not fitted on."""
    parts = [[one for place, one in enumerate(marked) if place % _FOLDS == fold] for fold in range(_FOLDS)]
    folds = [(_weights([one for other in parts if other is not part for one in other]), part) for part in parts]
    served = [np.mean([_served(_at(model, threshold), one) for model, part in folds for one in part]) for threshold in _THRESHOLDS]
    return _at(_weights(marked), float(np.median(_THRESHOLDS[np.array(served) >= max(served) - _ALIKE])))


def _weights(marked: Sequence[_Marked]) -> Logistic:
    rows, labels = np.concatenate([one.rows for one in marked]), np.concatenate([one.labels for one in marked])
    scaler, logistic = make_pipeline(StandardScaler(), LogisticRegression(C=_INVERSE_PENALTY, max_iter=2000)).fit(rows, labels)
    return unscaled(SIGNALS, scaler, logistic)


def _at(model: Logistic, threshold: float) -> Logistic:
    return model.model_copy(update={"threshold": round(float(threshold), 3)})


def _served(model: Logistic, one: _Marked) -> float:
    """Return how well an answer serves: the share of what is essential that it says, and of what it says that is of use."""
    said = [plain(scored.unit.markdown) for part in select(one.kind, one.evidence, _LIMIT, model) for scored in part.units]
    complete = len(one.essential.intersection(said)) / len(one.essential)
    return _ESSENTIAL * complete + sum(text in one.useful for text in said) / max(1, len(said))
