"""Dense ranking: passages by the cosine of their vectors, in FAISS through LlamaIndex's vector store (model, disk).

Fed by index.build, read by index.search.
"""

from pathlib import Path
from typing import Any

import numpy as np

EXACT_UP_TO = 100_000
"""Passages up to which every vector is compared; above it an HNSW graph answers in less time than the scan takes."""


def write_dense(vectors: np.ndarray, file: Path) -> None:
    """Write a FAISS index of unit vectors, float32, shape (passages, dimension)."""
    import faiss

    count, dimension = vectors.shape
    index: Any = faiss.IndexFlatIP(dimension)
    if count > EXACT_UP_TO:
        index = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efSearch = 128
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(file))


class DenseRanking:
    """A FAISS index, loaded. Its rows are numbered as the passages are."""

    def __init__(self, file: Path) -> None:
        import faiss
        from llama_index.vector_stores.faiss import FaissVectorStore

        self.store = FaissVectorStore(faiss_index=faiss.read_index(str(file)))
        faiss.omp_set_num_threads(1)  # one question's scan is shorter than waking a thread pool

    def search(self, vector: np.ndarray, count: int) -> dict[int, float]:
        """Return passage number → cosine for the `count` nearest passages, best first."""
        from llama_index.core.vector_stores import VectorStoreQuery

        found = self.store.query(VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=count))
        return {int(row): float(cosine) for row, cosine in zip(found.ids or [], found.similarities or [], strict=True)}

    def cosines(self, vector: np.ndarray, rows: list[int]) -> dict[int, float]:
        """Return passage number → cosine for the given passages."""
        index: Any = self.store.client
        if not rows:
            return {}
        found = np.stack([index.reconstruct(row) for row in rows]) @ vector
        return dict(zip(rows, found.astype(float).tolist(), strict=True))
