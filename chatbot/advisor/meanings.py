"""Meanings: how near a passage comes to each way of describing each option (model, or words where there is none).

Built once an index from docs/choose/criteria.yml; read by chatbot.advisor.reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chatbot.advisor.clauses import is_negative
from guide.criteria import Criteria, Criterion
from index import Search, terms


@dataclass(frozen=True, slots=True)
class Nearest:
    """The option of a criterion that a passage comes nearest to."""

    criterion: str
    option: str
    meaning: str
    """The wording of the option that it comes nearest to."""
    similarity: float
    """Cosine, from -1 to 1; by words alone, share of common words."""
    lead: float
    """Over the criterion's next option and over what says nothing; below 0 if that comes nearer."""


class Meanings:
    """Compares passages with the options of every criterion."""

    def __init__(self, criteria: Criteria, search: Search) -> None:
        self.criteria = criteria
        self._search = search

    @property
    def by_words(self) -> bool:
        """Whether passages are compared by their words, because the index has no embedding model."""
        return self._search.embedder is None

    def vector(self, passage: str) -> np.ndarray | None:
        """Return the unit vector of a passage, float32, shape (dimension,); none without an embedding model."""
        return self._search.query(passage).vector

    def similarities(self, passage: str, vector: np.ndarray | None) -> np.ndarray:
        """Return one similarity for each known wording, float32, shape (wordings,).

        Args:
            passage: Its words count where there is no embedding model.
            vector: The passage's, from `vector`.
        """
        if vector is None:
            return np.array([_common(set(terms(passage)), words) for words in self._words], dtype=np.float32)
        found: np.ndarray = self._vectors @ vector
        return found

    def nearest(self, similarities: np.ndarray, criterion: Criterion, *, negative: bool, without: frozenset[str] = frozenset()) -> Nearest:
        """Return the option of a criterion that comes nearest.

        Args:
            similarities: From `similarities`.
            criterion: Whose options.
            negative: Whether the passage holds a negation; only then a wording with one can be meant.
            without: Options that the description denies.
        """
        best: list[int] = []
        for option, rows, plain in self._rows[criterion.id]:
            meant = rows if negative else plain
            if option not in without and len(meant):
                best.append(int(meant[similarities[meant].argmax()]))
        best.sort(key=lambda row: -float(similarities[row]))
        others = [*(float(similarities[row]) for row in best[1:2]), float(similarities[self._background].max())]
        top = float(similarities[best[0]])
        return Nearest(criterion.id, *self._known[best[0]], top, top - max(others))

    @cached_property
    def _known(self) -> list[tuple[str, str]]:
        """Option and wording of each row; the last rows are those that say nothing."""
        rows = [(option.id, text) for each in self.criteria.criteria for option in each.options for text in (option.text, *option.meanings)]
        return rows + [("", text) for text in self.criteria.background]

    @cached_property
    def _rows(self) -> dict[str, list[tuple[str, np.ndarray, np.ndarray]]]:
        """For each criterion, its options with the rows of all their wordings and of those without a negation."""
        found: dict[str, list[tuple[str, np.ndarray, np.ndarray]]] = {}
        start = 0
        for each in self.criteria.criteria:
            for option in each.options:
                rows = np.arange(start, start + 1 + len(option.meanings))
                plain = np.array([row for row in rows if not is_negative(self._known[row][1])], dtype=int)
                found.setdefault(each.id, []).append((option.id, rows, plain))
                start = int(rows[-1]) + 1
        return found

    @cached_property
    def _background(self) -> slice:
        return slice(len(self._known) - len(self.criteria.background), len(self._known))

    @cached_property
    def _vectors(self) -> np.ndarray:
        assert self._search.embedder is not None
        return self._search.embedder.embed_passages([text for _, text in self._known])

    @cached_property
    def _words(self) -> Sequence[set[str]]:
        return [set(terms(text)) for _, text in self._known]


def _common(one: set[str], other: set[str]) -> float:
    """Ochiai coefficient of two sets of words: 1 if they are equal, 0 if they share none."""
    return len(one & other) / float(np.sqrt(len(one) * len(other))) if one and other else 0.0
