"""Reranking by a cross-encoder of the operator's own choice, through sentence-transformers (model).

Used by index.search; off by default, because weights of that size can't be bundled. Needs torch where questions are answered, too.
"""

import functools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.cross_encoder import Reranker
from index.errors import ModelUnusable


@functools.cache  # a new index is no reason to load it anew
def load_reranker(model: str) -> Reranker | None:
    """Load a sentence-transformers CrossEncoder.

    Args:
        model: A model's folder, or its name at the hub; empty for none.

    Raises:
        ModelUnusable: If it can't be loaded, or does not give one score a pair.
    """
    return _Reranker(model) if model else None


class _Reranker:
    def __init__(self, model: str) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import sentence_transformers

        try:
            self._model = sentence_transformers.CrossEncoder(model, device="cpu", local_files_only=Path(model).is_dir())
            self._model.model.eval()
        except Exception as error:  # the library and the hub's client raise many kinds
            raise ModelUnusable(
                f"The reranker '{model}' can't be loaded ({type(error).__name__}: {error}).",
                remedy="Set CHATBOT_RERANKER to the folder or hub name of a cross-encoder, or leave it unset.",
            ) from error
        if self._model.num_labels != 1:
            raise ModelUnusable(
                f"The reranker '{model}' gives {self._model.num_labels} scores a pair, and one is needed.",
                remedy="Set CHATBOT_RERANKER to a cross-encoder that scores relevance, or leave it unset.",
            )

    def scores(self, first: str, texts: Sequence[str]) -> np.ndarray:
        """Return how well each text answers a question: float32, shape (texts,), higher is better."""
        pairs = [(first, text) for text in texts]
        return np.asarray(self._model.predict(pairs, show_progress_bar=False, convert_to_numpy=True), dtype=np.float32).reshape(-1)
