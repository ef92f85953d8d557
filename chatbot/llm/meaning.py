"""Meaning: how near a statement is to sentences of its sources, and which of them holds it best (model through Search)."""

from collections.abc import Sequence

import numpy as np

from chatbot.evidence import Scored
from chatbot.llm.sources import Source
from index import Query, Search, terms


class Meaning:
    """Cosines for one answer. The index has the vectors of its own sentences; any other text is embedded, once."""

    def __init__(self, search: Search, sources: Sequence[Source]) -> None:
        self._search = search
        rows = dict.fromkeys(row for source in sources for row in search.section(source.section.hit))
        self._places = {unit.text: (row, place) for row in rows for place, unit in enumerate(search.units(row))}
        self._vectors: dict[str, np.ndarray] = {}
        self._by_row: dict[tuple[str, int], np.ndarray] = {}

    def cosines(self, statement: str, texts: Sequence[str]) -> np.ndarray:
        """Return one cosine a text, float32, shape (texts,); zeros where the index has no model."""
        if self._search.embedder is None or not texts:
            return np.zeros(len(texts), dtype=np.float32)
        self._embed([statement, *(text for text in texts if text not in self._places)])
        return np.array([self._cosine(statement, text) for text in texts], dtype=np.float32)

    def best_unit(self, statement: str, units: Sequence[Scored]) -> Scored:
        """Return the unit that holds most of a statement: by its terms, and by meaning where the index has a model."""
        own = set(terms(statement))
        shares = np.array([len(own & set(terms(scored.unit.text))) / max(1, len(own)) for scored in units])
        return units[int(np.argmax(shares + self.cosines(statement, [scored.unit.text for scored in units])))]

    def _cosine(self, statement: str, text: str) -> float:
        if (place := self._places.get(text)) is None:
            return float(self._vectors[text] @ self._vectors[statement])
        row, unit = place
        if (statement, row) not in self._by_row:
            self._by_row[statement, row] = self._search.unit_cosines(Query(statement, (), (), self._vectors[statement]), row)
        return float(self._by_row[statement, row][unit])

    def _embed(self, texts: Sequence[str]) -> None:
        embedder = self._search.embedder
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if embedder is not None and missing:
            self._vectors.update(zip(missing, embedder.embed_passages(missing), strict=True))
