"""Words in context: how near each word of a question comes to any word of a passage (disk at load).

Late interaction (Khattab and Zaharia, "ColBERT", SIGIR 2020) with the vectors of a model that learned it, or
else of the embedding model: the mean that stands for a passage hides whether the one thing asked for is in it, its words don't.
Written by index.build, read by index.search.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

DIMENSION = 96
"""Of a stored word. Measured on dev: 96 of 384 dimensions in 8 bits find as much as all in 32."""
SAMPLE = 128
"""Passages that a projection is learned from."""
_FILES = ("words.npy", "word_counts.npy", "word_projection.npy")


def learn_projection(words: np.ndarray) -> np.ndarray:
    """Return the principal directions of word vectors.

    Args:
        words: Unit vectors, shape (words, dimension).

    Returns:
        float32, shape (dimension, at most `DIMENSION`).
    """
    directions = np.linalg.eigh(words.T.astype(np.float64) @ words)[1]
    found: np.ndarray = directions[:, ::-1][:, :DIMENSION].astype(np.float32)
    return found


def pack(words: np.ndarray, projection: np.ndarray) -> np.ndarray:
    """Return word vectors projected, scaled to length 127 and rounded: int8, shape (words, projected dimension)."""
    shorter = words @ projection
    lengths = np.maximum(np.linalg.norm(shorter, axis=1, keepdims=True), 1e-12)
    packed: np.ndarray = np.rint(shorter / lengths * 127).astype(np.int8)
    return packed


def write_words(packed: Iterable[np.ndarray], projection: np.ndarray, folder: Path) -> None:
    """Write the packed words of passages, in the order of the passages."""
    rows = list(packed)
    whole = np.concatenate(rows) if rows else np.zeros((0, projection.shape[1]), dtype=np.int8)
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    for name, array in zip(_FILES, (whole, counts, projection), strict=True):
        np.save(folder / name, array, allow_pickle=False)


class PassageWords:
    """The words of all passages of a build, left on the disk until they are asked for."""

    def __init__(self, folder: Path) -> None:
        words, counts, projection = (folder / name for name in _FILES)
        self._words = np.load(words, mmap_mode="r", allow_pickle=False)
        self._starts = np.concatenate(([0], np.cumsum(np.load(counts, allow_pickle=False))))
        self._projection = np.load(projection, allow_pickle=False)

    def nearest(self, question: np.ndarray, rows: Sequence[int]) -> np.ndarray:
        """Return for each word of a question the highest cosine to any word of the given passages.

        Args:
            question: Unit vectors of its words, shape (words, dimension).
            rows: Numbers of the passages.

        Returns:
            float32, shape (words,); zeros where the passages have no word.
        """
        cosines: np.ndarray = self._nearest(question, rows).max(axis=0, initial=0.0)
        return cosines

    def match(self, question: np.ndarray, rows: Sequence[int]) -> np.ndarray:
        """Return how well each passage matches a question: the mean, over the question's words, of the highest cosine to any of its own.

        Args:
            question: Unit vectors of its words, shape (words, dimension).
            rows: Numbers of the passages.

        Returns:
            float32, shape (rows,); zeros if the question has no words.
        """
        near = self._nearest(question, rows)
        mean: np.ndarray = near.mean(axis=1) if near.size else np.zeros(len(near), dtype=np.float32)
        return mean

    def _nearest(self, question: np.ndarray, rows: Sequence[int]) -> np.ndarray:
        """Return the highest cosine of each word of the question to any word of each passage: float32, shape (rows, words)."""
        found = np.zeros((len(rows), len(question)), dtype=np.float32)
        bounds = [(int(self._starts[row]), int(self._starts[row + 1])) for row in rows]
        worded = [place for place, (start, end) in enumerate(bounds) if end > start]
        if worded and len(question):
            held = [self._words[slice(*bounds[place])] for place in worded]
            asked = pack(question, self._projection).astype(np.float32)
            cosines = np.concatenate(held).astype(np.float32) @ asked.T
            firsts = np.cumsum([0, *(len(words) for words in held[:-1])])
            found[worded] = np.maximum.reduceat(cosines, firsts) / np.float32(127 * 127)
        return found
