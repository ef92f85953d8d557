"""Words in context: how near each word of a question comes to any word of a passage (disk at load).

Late interaction (Khattab and Zaharia, "ColBERT", SIGIR 2020) with the vectors that the model makes anyway: the mean that
stands for a passage hides whether the one thing asked for is in it, its words don't. Written by index.build, read by index.search.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

DIMENSION = 64
"""Of a stored word. Measured on dev: the area under the curve of coverage with 64 of 384 dimensions in 8 bits is that of all in 32."""
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

    def nearest(self, question: np.ndarray, rows: Iterable[int]) -> np.ndarray:
        """Return for each word of a question the highest cosine to any word of the given passages.

        Args:
            question: Unit vectors of its words, shape (words, dimension).
            rows: Numbers of the passages.

        Returns:
            float32, shape (words,); zeros where the passages have no word.
        """
        held = [self._words[self._starts[row] : self._starts[row + 1]] for row in rows]
        there = np.concatenate(held).astype(np.float32) if held else np.zeros((0, 1), dtype=np.float32)
        if not len(there) or not len(question):
            return np.zeros(len(question), dtype=np.float32)
        asked = pack(question, self._projection).astype(np.float32)
        cosines: np.ndarray = (asked @ there.T).max(axis=1) / np.float32(127 * 127)
        return cosines
