"""Search: a question in, hits out (model, disk at load). What the chatbot uses of this room.

Loads one build whole and never changes: a server that reloads makes a new one.
"""

import copy
import re
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz

from index.asked import NOTHING_ASKED, AskedBefore, AskedQuestions
from index.cross_encoder import CrossEncoder, OnnxCrossEncoder, Reranker
from index.dense import DenseRanking
from index.encoder import Embedder, OnnxEmbedder, PairedEmbedder, words_of
from index.errors import IndexBroken
from index.fusion import fuse, spread
from index.lexical import LexicalRanking, terms
from index.model import Passage, Unit
from index.page_questions import read_page_questions
from index.passages import units
from index.store import PageInfo, Store, read_pages, read_passages
from index.vocabulary import read_vocabulary
from index.words import PassageWords

DENSE_WEIGHT = 0.8
"""Share of the dense score, which is made of vectors of whole passages, of sentences and of words, against BM25."""
_SENTENCE_SHARE = 0.5
"""What the best sentence of a passage counts beside the vector of the whole, which hides what one sentence says."""
_ASKED_SHARE = 0.2
"""What a section gains at most by a question that was asked of it before."""
_WORDS_SHARE = 0.4
"""What the match of words counts in the dense score. On the dev half R@3 rose with it from 0.83 to 0.88 by hand, and from 0.67 to 0.73
for the harder questions."""
CANDIDATES = 100
"""Passages taken from each ranking before fusion."""
_SAME = 90
"""Likeness of two texts, in per cent of their characters, from which one repeats the other."""
_NUMBER = re.compile(r"\d+")
RERANKED = 20
"""Passages that a reranker reads."""


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
    words: tuple[str, ...] = ()
    """Words of the text, in order; none where search is lexical only."""
    word_vectors: np.ndarray | None = None
    """Their unit vectors, float32, shape (words, dimension)."""
    asked_before: AskedBefore = NOTHING_ASKED
    """What questions like it tell."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and why it was found."""

    passage: Passage
    row: int
    """The passage's number in its build."""
    score: float
    """Fused, from 0 to 1, relative to the other candidates of the same question; more where just this was asked before."""
    cosine: float
    """To the question, the mean of the passage's and of its best sentence's; 0 where search is lexical only."""
    bm25: float


class Search:
    """One build, loaded."""

    def __init__(
        self, store: Store, *, embedder: Embedder | None = None, cross_encoder: bool = True, reranker: Reranker | None = None
    ) -> None:
        """Load the current build after checking every file's sum.

        Args:
            store: Where the build is.
            embedder: Used for questions instead of the stored encoder, for tests.
            cross_encoder: Whether the build's cross-encoder is loaded, if it has one.
            reranker: Puts what was found into another order; none by default.

        Raises:
            IndexMissing: If nothing was built.
            IndexBroken: If a file is missing, altered or of another format.
        """
        folder, self.manifest = store.current()
        store.verify(folder, self.manifest)
        self.reranker = reranker
        try:
            self.passages: list[Passage] = read_passages(folder / "passages.jsonl")
            self.pages: dict[str, PageInfo] = {page.url: page for page in read_pages(folder / "pages.jsonl")}
            self.page_questions = read_page_questions(folder, self.pages.values())
            self.lexical = LexicalRanking(folder / "bm25")
            self.vocabulary = read_vocabulary(folder / "vocabulary.json")
            self.dense: DenseRanking | None = None
            self.embedder: Embedder | None = None
            self.cross_encoder: CrossEncoder | None = None
            if cross_encoder and self.manifest.cross_encoder:
                self.cross_encoder = OnnxCrossEncoder(store.encoders / self.manifest.cross_encoder)
            if self.manifest.encoder:
                self.embedder = embedder or OnnxEmbedder(store.encoders / self.manifest.encoder)
                if self.manifest.word_encoder:
                    self.embedder = PairedEmbedder(self.embedder, OnnxEmbedder(store.encoders / self.manifest.word_encoder))
                self.dense = DenseRanking(folder / "vectors.faiss")
                self._unit_vectors = np.load(folder / "units.npy", allow_pickle=False)
                self._words = PassageWords(folder)
                self._asked = AskedQuestions(folder)
        except (ValueError, KeyError, TypeError) as error:
            # the sums are right, so the build itself was made by other code than this
            raise IndexBroken(folder, f"was written by another version ({error})") from error

    def by_words_alone(self) -> "Search":
        """Return the same build without its models: what a machine without one would find."""
        bare = self.without_reading()
        bare.embedder = bare.dense = None
        return bare

    def without_reading(self) -> "Search":
        """Return the same build without its cross-encoder."""
        bare = copy.copy(self)
        bare.cross_encoder = None
        return bare

    @property
    def version(self) -> str:
        """Version of the build that answers."""
        return self.manifest.version

    def query(self, text: str, *, mend: bool = True, spell_out: bool = True) -> Query:
        """Prepare a question.

        Args:
            text: As typed.
            mend: Whether misspelt words are mended.
            spell_out: Whether rare short forms are spelt out.
        """
        mended = self.vocabulary.mend(text) if mend else text
        spelt_out = self.vocabulary.spell_out(mended) if spell_out else ""
        asked = tuple(terms(mended))
        expansion = tuple(term for term in terms(spelt_out) if term not in asked)
        if self.embedder is None:
            return Query(mended, asked, expansion, None)
        vector, word_vectors = self.embedder.embed_question_words(f"{mended} ({spelt_out})" if spelt_out else mended)
        # what was spelt out stands at the end: it helps to understand the words before it, and is none of them
        words = tuple(words_of(mended))[: len(word_vectors)]
        return Query(mended, asked, expansion, vector, words, word_vectors[: len(words)], self._asked.before(mended, vector))

    def hits(self, query: Query, count: int = 10, *, dense_weight: float | None = None) -> list[Hit]:
        """Return the best passages, best first; empty only where nothing shares a word and there is no model.

        Args:
            query: From `query`.
            count: At most so many.
            dense_weight: Share of the dense score, `DENSE_WEIGHT` if not given; see `index.fusion.fuse`. If given, nothing is reranked,
                and no heed is paid to what was asked before.
        """
        share = DENSE_WEIGHT if dense_weight is None else dense_weight
        bm25 = self.lexical.scores([*query.terms, *query.expansion])
        depth = max(CANDIDATES, count)
        best = np.argsort(-bm25, kind="stable")[:depth]
        rows = [int(row) for row in best if bm25[row] > 0]
        asked = query.asked_before.sections if dense_weight is None else {}
        cosines: dict[int, float] = {}
        if self.dense is not None and query.vector is not None:
            cosines = self.dense.search(query.vector, depth)
            cosines |= self.dense.cosines(query.vector, [row for row in (*rows, *asked) if row not in cosines])
            rows += [row for row in cosines if row not in set(rows)]
        if not rows:
            return []
        dense = np.array([cosines.get(row, 0.0) for row in rows])
        lexical = bm25[rows].astype(float)
        meaning = dense
        if cosines and query.word_vectors is not None:
            dense = (1 - _SENTENCE_SHARE) * dense + _SENTENCE_SHARE * self._best_sentences(query, rows)
            words = self._words.match(query.word_vectors, rows)
            meaning = (1 - _WORDS_SHARE) * spread(dense, dense.min()) + _WORDS_SHARE * spread(words, words.min())
        fused = fuse(meaning, lexical, dense_weight=share if cosines else 0.0)
        if asked:
            fused = fused + _ASKED_SHARE * np.array([self.asked_before(query, self.passages[row]) for row in rows])
        reranker = self.reranker if dense_weight is None else None
        order = np.lexsort((np.array(rows), -fused))[: max(count, RERANKED) if reranker else count]
        hits = [
            Hit(self.passages[rows[place]], rows[place], float(fused[place]), float(dense[place]), float(lexical[place])) for place in order
        ]
        return _reranked(reranker, query, hits)[:count] if reranker else hits

    def asked_before(self, query: Query, passage: Passage) -> float:
        """Return how near a question comes that a passage's section answers: 0 to 1, 0 where none is near."""
        return query.asked_before.sections.get(self._rows_by_section[(passage.url, passage.headings)][0], 0.0)

    def _best_sentences(self, query: Query, rows: list[int]) -> np.ndarray:
        """Return the cosine of the best unit of each passage, float, shape (rows,); of a passage without units, the lowest of all."""
        places = [np.arange(*self._unit_starts[row : row + 2]) for row in rows]
        owners = np.repeat(np.arange(len(rows)), [len(found) for found in places])
        cosines = self._unit_vectors[np.concatenate(places)].astype(np.float32) @ query.vector
        best = np.full(len(rows), cosines.min(initial=1.0))
        np.maximum.at(best, owners, cosines)
        return best

    def distinct_hits(self, query: Query, count: int) -> list[Hit]:
        """Return the best passages without those that repeat a better one; see `distinct`."""
        return distinct(self.hits(query, 2 * count))[:count]

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

    def word_cosines(self, query: Query, rows: list[int]) -> np.ndarray:
        """Return how near each of `query.words` comes to any word of the given passages: cosines, float32, shape (words,)."""
        if query.word_vectors is None or self.dense is None:
            return np.zeros(len(query.words), dtype=np.float32)
        return self._words.nearest(query.word_vectors, rows)

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


def distinct(hits: list[Hit]) -> list[Hit]:
    """Leave out hits that say what a better one said: sites repeat themselves, by version, by audience or by template.

    Texts that differ in a number differ in what they say, however alike they are.
    """
    kept: list[tuple[Hit, str, list[str]]] = []
    for hit in hits:
        text = hit.passage.text
        numbers = _NUMBER.findall(text)
        if not any(numbers == theirs and fuzz.ratio(text, other, score_cutoff=_SAME) for _, other, theirs in kept):
            kept.append((hit, text, numbers))
    return [hit for hit, *_ in kept]


def _reranked(reranker: Reranker, query: Query, hits: list[Hit]) -> list[Hit]:
    """Return the hits in a reranker's order. Scores stay in their places: a reranker's own may be of any scale."""
    read = hits[:RERANKED]
    scores = reranker.scores(query.text, [hit.passage.embedding_input for hit in read])
    order = np.argsort(-scores, kind="stable")
    return [*(replace(read[place], score=hit.score) for place, hit in zip(order, read, strict=True)), *hits[RERANKED:]]
