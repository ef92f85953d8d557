"""Fusion: dense and lexical scores of the same passages become one. Pure.

Fed by index.dense and index.lexical, read by index.search.
"""

import numpy as np


def fuse(dense: np.ndarray, lexical: np.ndarray, *, dense_weight: float = 0.6) -> np.ndarray:
    """Merge two score lists by a convex combination of min-max normalised scores.

    Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023: it keeps what rank
    fusion throws away, how far ahead a passage is.

    Args:
        dense: Cosines of the candidates, shape (candidates,).
        lexical: BM25 scores of the same candidates, shape (candidates,); at least 0.
        dense_weight: Share of the dense score, from 0 to 1.

    Returns:
        One score a candidate, float64, shape (candidates,), from 0 to 1; higher is better.

    Raises:
        ValueError: If the shapes differ or the weight is outside [0, 1].
    """
    if dense.shape != lexical.shape:
        raise ValueError(f"dense has shape {dense.shape}, lexical {lexical.shape}")
    if not 0 <= dense_weight <= 1:
        raise ValueError(f"dense_weight is {dense_weight}; it must lie between 0 and 1")
    if not dense.size:
        return np.zeros(0)
    return dense_weight * spread(dense, float(dense.min())) + (1 - dense_weight) * spread(lexical, 0.0)


def spread(scores: np.ndarray, lowest: float) -> np.ndarray:
    """Return scores from 0, for the lowest, to 1, for the highest; zeros where they don't differ."""
    span = float(scores.max()) - lowest
    if span <= 0:
        return np.zeros(scores.shape)
    spread: np.ndarray = (scores.astype(np.float64) - lowest) / span
    return spread
