"""Search: a question in, hits out (model, disk at load). What the chatbot uses of this room.

Loads one build whole and never changes: a server that reloads makes a new one.
"""

import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.dense import DenseRanking
from index.encoder import Embedder, OnnxEmbedder
from index.errors import IndexBroken
from index.fusion import fuse
from index.lexical import LexicalRanking, terms
from index.model import Passage, Unit
from index.passages import units
from index.store import PageInfo, Store, read_pages, read_passages
from index.vocabulary import read_vocabulary

DENSE_WEIGHT = 0.55
CANDIDATES = 100
"""Passages taken from each ranking before fusion."""


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no truth value to compare by
class Query:
    """A question as the rankings need it."""

    text: str
    """With misspelt words mended."""
    terms: tuple[str, ...]
    """Of the text; what must be there for the question to be covered."""
    expansion: tuple[str, ...]
    """Terms of the long forms of abbreviations in it; help to find."""
    vector: np.ndarray | None
    """Unit vector, float32, shape (dimension,); none where search is lexical only."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and why it was found."""

    passage: Passage
    row: int
    """The passage's number in its build."""
    score: float
    """Fused, from 0 to 1, relative to the other candidates of the same question."""
    cosine: float
    """To the question; 0 where search is lexical only."""
    bm25: float


class Search:
    """One build, loaded."""

    def __init__(self, store: Store, *, embedder: Embedder | None = None) -> None:
        """Load the current build after checking every file's sum.

        Args:
            store: Where the build is.
            embedder: Used for questions instead of the stored encoder, for tests.

        Raises:
            IndexMissing: If nothing was built.
            IndexBroken: If a file is missing, altered or of another format.
        """
        folder, self.manifest = store.current()
        store.verify(folder, self.manifest)
        try:
            self.passages: list[Passage] = read_passages(folder / "passages.jsonl")
            self.pages: dict[str, PageInfo] = {page.url: page for page in read_pages(folder / "pages.jsonl")}
            self.lexical = LexicalRanking(folder / "bm25")
            self.vocabulary = read_vocabulary(folder / "vocabulary.json")
            self.dense: DenseRanking | None = None
            self.embedder: Embedder | None = None
            if self.manifest.encoder:
                self.embedder = embedder or OnnxEmbedder(store.encoders / self.manifest.encoder)
                self.dense = DenseRanking(folder / "vectors.faiss")
                self._unit_vectors = np.load(folder / "units.npy", allow_pickle=False)
        except (ValueError, KeyError, TypeError) as error:
            # the sums are right, so the build itself was made by other code than this
            raise IndexBroken(folder, f"was written by another version ({error})") from error

    def by_words_alone(self) -> "Search":
        """Return the same build without its model: what a machine without one would find."""
        bare = copy.copy(self)
        bare.embedder = bare.dense = None
        return bare

    @property
    def version(self) -> str:
        """Version of the build that answers."""
        return self.manifest.version

    def query(self, text: str) -> Query:
        """Prepare a question."""
        mended = self.vocabulary.mend(text)
        spelt_out = self.vocabulary.spell_out(mended)
        vector = self.embedder.embed_question(f"{mended} ({spelt_out})" if spelt_out else mended) if self.embedder else None
        asked = tuple(terms(mended))
        return Query(mended, asked, tuple(term for term in terms(spelt_out) if term not in asked), vector)

    def hits(self, query: Query, count: int = 10, *, dense_weight: float | None = None) -> list[Hit]:
        """Return the best passages, best first; empty only where nothing shares a word and there is no model.

        Args:
            query: From `query`.
            count: At most so many.
            dense_weight: Share of the dense score, `DENSE_WEIGHT` if not given; see `index.fusion.fuse`.
        """
        share = DENSE_WEIGHT if dense_weight is None else dense_weight
        bm25 = self.lexical.scores([*query.terms, *query.expansion])
        depth = max(CANDIDATES, count)
        best = np.argsort(-bm25, kind="stable")[:depth]
        rows = [int(row) for row in best if bm25[row] > 0]
        cosines: dict[int, float] = {}
        if self.dense is not None and query.vector is not None:
            cosines = self.dense.search(query.vector, depth)
            cosines |= self.dense.cosines(query.vector, [row for row in rows if row not in cosines])
            rows += [row for row in cosines if row not in set(rows)]
        if not rows:
            return []
        dense = np.array([cosines.get(row, 0.0) for row in rows])
        lexical = bm25[rows].astype(float)
        fused = fuse(dense, lexical, dense_weight=share if cosines else 0.0)
        order = np.lexsort((np.array(rows), -fused))[:count]
        return [
            Hit(self.passages[rows[place]], rows[place], float(fused[place]), float(dense[place]), float(lexical[place])) for place in order
        ]

    def units(self, row: int) -> list[Unit]:
        """Return what can be quoted of a passage, in reading order."""
        return units(self.passages[row])

    def unit_cosines(self, query: Query, row: int) -> np.ndarray:
        """Return one cosine a unit of a passage, float32, shape (units,); zeros where search is lexical only."""
        start, end = int(self._unit_starts[row]), int(self._unit_starts[row + 1])
        if query.vector is None or self.dense is None:
            return np.zeros(end - start, dtype=np.float32)
        cosines: np.ndarray = self._unit_vectors[start:end].astype(np.float32) @ query.vector
        return cosines

    def unit_vectors(self, row: int) -> np.ndarray:
        """Return the unit vectors of a passage's units, float32, shape (units, dimension); only where there is a model."""
        vectors: np.ndarray = self._unit_vectors[int(self._unit_starts[row]) : int(self._unit_starts[row + 1])].astype(np.float32)
        return vectors

    def section(self, hit: Hit) -> list[int]:
        """Return the rows of all passages of a hit's section, in reading order."""
        return self._rows_by_section[(hit.passage.url, hit.passage.headings)]

    @cached_property
    def _unit_starts(self) -> np.ndarray:
        return np.concatenate(([0], np.cumsum([len(units(passage)) for passage in self.passages])))

    @cached_property
    def _rows_by_section(self) -> dict[tuple[str, tuple[str, ...]], list[int]]:
        found: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for row, passage in enumerate(self.passages):
            found.setdefault((passage.url, passage.headings), []).append(row)
        return found


def load_search(folder: Path) -> Search:
    """Load the current build of a store's folder."""
    return Search(Store(folder))
