"""Lexical ranking: passages by BM25 over stems and whole identifiers (disk).

Fed by index.build, read by index.search. The same `terms` are used for passages, questions and coverage.
"""

import logging
import re
from functools import lru_cache
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from breame.spelling import get_american_spelling

from index.text import fold

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports every step at DEBUG, through a handler of its own

_WORD = re.compile(r"-{0,2}[^\W_]+(?:[._/+#@:’'&-]+[^\W_]+)*(?:\+\+|#)?")
_CLITIC = re.compile(r"['’](?:s|t|re|ve|ll|d|m)$", re.IGNORECASE)
_PART = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUESTION_WORDS = frozenset(
    (
        "a about am an and any are as at be been being both but by can could did do does doing each for from further get gets had "
        "has have having he her here hers him his how i if in into is it its itself just let lets like may me might more most must "
        "my need needs no nor not of off on once only or other ought our ours out over own please shall she should so some such "
        "tell than that the their theirs them then there these they this those through to too under until up us use very want was "
        "we were what whats when where which while who whom whose why will with would you your yours used using s t re ve ll d m "
        "ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren won wouldn"  # before "'t"
    ).split()
) | frozenset(STOPWORDS_EN)


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the Snowball stem of a folded English word, the same for its British and its American spelling."""
    return str(_stemmer().stemWord(get_american_spelling(word)))


def is_stop_word(word: str) -> bool:
    """Say whether a folded word only holds a question together."""
    return word in _QUESTION_WORDS


def terms(text: str) -> list[str]:
    """Return what a text is found by: stems of its words, and identifiers whole and in parts.

    `CI/CD` gives `ci/cd`, `ci`, `cd`; `fine-tuning` gives itself, both words and the two as one; `--no-cache` and `maxTokens`
    give themselves and their words.
    """
    found: list[str] = []
    for match in _WORD.finditer(text):
        whole = _CLITIC.sub("", match[0])  # "What's" asks for nothing but what "What" does
        parts = _PART.findall(_CAMEL.sub(" ", whole))
        if len(parts) > 1 or whole.startswith("-"):
            found.append(stem(fold(whole)) if whole.isalnum() else fold(whole))  # who writes "devops" means DevOps
        if len(parts) == 2 and "-" in whole.strip("-"):
            found.append(stem(fold("".join(parts))))  # fine-tuning is found as finetuning, too
        folded = [fold(part) for part in parts]
        found += [stem(part) for part in folded if not is_stop_word(part)]
    return found


HEADING_WEIGHT = 2
"""How often a passage's headings are counted: a word in a heading says more of what a passage is about."""


def passage_terms(headings: str, text: str) -> list[str]:
    """Return the terms that a passage is indexed by."""
    return terms(headings) * HEADING_WEIGHT + terms(text)


def write_lexical(texts: list[list[str]], folder: Path) -> None:
    """Write a BM25 index over the terms of passages."""
    model = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    model.index([passage or [""] for passage in texts], show_progress=False)
    model.save(str(folder), show_progress=False)


class LexicalRanking:
    """A BM25 index, loaded. Its rows are numbered as the passages are."""

    def __init__(self, folder: Path) -> None:
        self._model = bm25s.BM25.load(str(folder), show_progress=False, allow_pickle=False)
        self.vocabulary: dict[str, int] = self._model.vocab_dict

        documents = int(self._model.scores["num_docs"])
        frequency = np.diff(self._model.scores["indptr"])
        self._idf = np.log1p((documents - frequency + 0.5) / (frequency + 0.5))
        self.highest_idf = float(np.log1p((documents + 0.5) / 0.5))

    def idf(self, term: str) -> float:
        """Return how much a term tells: above 0, highest for a term that no passage holds."""
        row = self.vocabulary.get(term)
        return self.highest_idf if row is None or row >= len(self._idf) else float(self._idf[row])

    def scores(self, asked: list[str]) -> np.ndarray:
        """Return one BM25 score a passage for the terms of a question, float32, shape (passages,)."""
        known = [term for term in asked if term in self.vocabulary]
        if not known:
            return np.zeros(int(self._model.scores["num_docs"]), dtype=np.float32)
        scores: np.ndarray = self._model.get_scores(known)
        return scores
