"""For users of LlamaIndex: the search as a `BaseRetriever`, our passages as nodes.

Imported only by `index.as_retriever`, since LlamaIndex takes seconds to import.
"""

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.search import Hit, Search


class PassageRetriever(BaseRetriever):  # type: ignore[misc]
    """Finds passages by the same ranking as the assistant, without near repetitions."""

    def __init__(self, search: Search, top_k: int = 6) -> None:
        """Make a retriever.

        Args:
            search: The loaded index.
            top_k: Passages to return, at least 1.

        Raises:
            ValueError: If top_k is below 1.
        """
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}; it must be at least 1")
        super().__init__()
        self._search = search
        self._top_k = top_k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._search.distinct_hits(self._search.query(query_bundle.query_str), self._top_k)
        return [NodeWithScore(node=node(hit, self._search.manifest.site_url), score=hit.score) for hit in hits]


def node(hit: Hit, site_url: str = "") -> TextNode:
    """Return a passage as a node: its id is the passage's, its metadata say where it stands."""
    passage = hit.passage
    metadata = {
        "url": site_url + passage.url,
        "title": passage.title,
        "heading": passage.headings[-1],
        "headings": " > ".join(passage.headings),
        "cosine": round(hit.cosine, 4),
        "bm25": round(hit.bm25, 4),
    }
    hidden = ["url", "cosine", "bm25"]
    return TextNode(
        id_=passage.id, text=passage.text, metadata=metadata, excluded_embed_metadata_keys=list(metadata), excluded_llm_metadata_keys=hidden
    )
