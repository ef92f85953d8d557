"""Statements: is what a language model might state held by what it cites? Judged, and the limits fitted on the dev half."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from chatbot.evaluation.cases import Stated
from chatbot.evaluation.fit import fit_logistic
from chatbot.support import WEIGHED, AllLimits, Likeness, Limits, Signals, Similarity, Support, check, fault, signals, weighed
from index import Search

_ROUNDS = 3
_GRIDS = {
    "words": np.arange(0.2, 0.91, 0.05),
    "added": np.arange(0.6, 3.01, 0.1),
    "meaning": np.arange(0.2, 0.71, 0.05),
    "company": np.arange(0.1, 0.61, 0.05),
    "follows": np.arange(0.6, 1.01, 0.05),
}
"""What is tried for each limit: from a value that rejects much to one that rejects next to nothing, or the other way round."""
_START = Limits(words=0.5, added=1.5, meaning=0.4, company=0.3, follows=0.75)
_FITTED = {
    "words": ("words", "added", "company", "follows"),
    "meaning": ("words", "added", "meaning", "company", "follows"),
}
"""Which limits are fitted, by what there is to judge by."""


def judge(search: Search, stated: Sequence[Stated], limits: AllLimits | None) -> list[Support]:
    """Check each statement against the passages of the sections that it cites."""
    sources, similarity, reader = _sources(search), _similarity(search), search.cross_encoder
    return [check(one.text, _cited(sources, one), similarity=similarity, reader=reader, limits=limits) for one in stated]


def fit_limits(search: Search, stated: Sequence[Stated]) -> AllLimits:
    """Fit the limits on statements of the dev half, where a faithful one dropped and an altered one kept cost the same.

    One limit after the other, some rounds; of values that are equally good the middle one. Those without a model are
    fitted on what words alone tell. With a cross-encoder all signals are weighed by a logistic model; of a statement of
    several sentences, the one that its weights trust least counts.

    Args:
        search: Over an index with embeddings and a cross-encoder.
        stated: Of both halves; those of `test` are left out.
    """
    dev = [one for one in stated if one.half == "dev"]
    altered = np.array([one.altered is not None for one in dev])
    sources, similarity = _sources(search), _similarity(search)
    fitted = {}
    for name, given in (("words", None), ("meaning", similarity)):
        found = [signals(one.text, _cited(sources, one), given) for one in dev]
        limits = _START
        for limit in _FITTED[name] * _ROUNDS:
            limits = _best(limits, limit, found, altered)
        fitted[name] = limits
    read = [signals(one.text, _cited(sources, one), similarity, search.cross_encoder) for one in dev]
    rows = np.array([_least_held(sentences) for sentences in read])
    counts = f"{int((~altered).sum())} faithful, {int(altered.sum())} altered"
    return AllLimits(
        reading=fit_logistic(rows, ~altered, WEIGHED),
        **fitted,
        fitted_on=f"dev: {counts}; index {search.version}; {datetime.now(UTC):%Y-%m-%d}",
    )


def _least_held(sentences: list[Signals]) -> list[float]:
    """Return the signals of the sentence that was read as held least."""
    worst = min(sentences, key=lambda found: found.reading.sentence if found.reading else 0.0)
    return list(weighed(worst).values())


def _best(limits: Limits, name: str, found: list[list[Signals]], altered: np.ndarray) -> Limits:
    tried = [limits.model_copy(update={name: round(float(value), 2)}) for value in _GRIDS[name]]
    errors = []
    for each in tried:
        rejected = np.array([any(fault(sentence, each) for sentence in sentences) for sentences in found])
        errors.append(rejected[~altered].mean() + (~rejected[altered]).mean())
    least = np.flatnonzero(np.isclose(errors, min(errors)))
    return tried[int(least[len(least) // 2])]


def _sources(search: Search) -> dict[str, list[str]]:
    """Return the texts of each address, headings first."""
    found: dict[str, list[str]] = defaultdict(list)
    for passage in search.passages:
        found[passage.url].append("\n".join((*passage.headings, passage.text)))
    return found


def _cited(sources: dict[str, list[str]], one: Stated) -> list[str]:
    return [text for address in one.sections for text in sources.get(address, [])]


def _similarity(search: Search) -> Similarity | None:
    if search.embedder is None:
        return None
    likeness = Likeness(search.embedder.embed_passages)
    for row in range(len(search.passages)):
        likeness.know([unit.text for unit in search.units(row)], search.unit_vectors(row))
    return likeness
