"""Statements: is what a language model might state held by what it cites? Judged, and the limits fitted on the dev half."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from chatbot.evaluation.cases import Stated
from chatbot.support import Likeness, Limits, Signals, Similarity, Support, check, fault, signals
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
_START = Limits(words=0.5, words_alone=0.4, added=1.5, added_alone=2.5, meaning=0.4, company=0.3, follows=0.75, fitted_on="")


def judge(search: Search, stated: Sequence[Stated], limits: Limits | None) -> list[Support]:
    """Check each statement against the passages of the sections that it cites."""
    sources, similarity = _sources(search), _similarity(search)
    return [check(one.text, _cited(sources, one), similarity=similarity, limits=limits) for one in stated]


def fit_limits(search: Search, stated: Sequence[Stated]) -> Limits:
    """Fit the limits on statements of the dev half, where a faithful one dropped and an altered one kept cost the same.

    One limit after the other, some rounds; of values that are equally good the middle one. Those without a model are
    fitted on what words alone tell.

    Args:
        search: Over an index with embeddings.
        stated: Of both halves; those of `test` are left out.
    """
    dev = [one for one in stated if one.half == "dev"]
    altered = np.array([one.altered is not None for one in dev])
    sources = _sources(search)
    limits = _START
    for similarity, ending in ((_similarity(search), ""), (None, "_alone")):
        found = [signals(one.text, _cited(sources, one), similarity) for one in dev]
        names = [name + ending for name in _GRIDS] if not ending else ["words_alone", "added_alone"]
        for _ in range(_ROUNDS):
            for name in names:
                limits = _best(limits, name, found, altered)
    counts = f"{int((~altered).sum())} faithful, {int(altered.sum())} altered"
    return limits.model_copy(update={"fitted_on": f"dev: {counts}; index {search.version}; {datetime.now(UTC):%Y-%m-%d}"})


def _best(limits: Limits, name: str, found: list[list[Signals]], altered: np.ndarray) -> Limits:
    tried = [limits.model_copy(update={name: round(float(value), 2)}) for value in _GRIDS[name.removesuffix("_alone")]]
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
