"""The offline half: built pages become sections, passages, vectors and a lexical index that can be searched.

Knows the built site's HTML and nothing of the chatbot. The chatbot uses what this module exports.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from index.base_reranker import UPSTREAM, load_base
from index.blocks import text_blocks
from index.build import BuildReport, build_index, build_pages
from index.cross_encoder import CrossEncoder, Reranker
from index.encoder import words_of
from index.errors import IndexBroken, IndexMissing, ModelUnusable, SiteMissing, UserError
from index.export import weights_digest
from index.export_cross_encoder import ADAPTER, READ_TOKENS
from index.lexical import is_stop_word, stem, terms
from index.model import Block, BlockKind, Page, Passage, Section, Unit
from index.models import Progress
from index.rerank import load_reranker
from index.search import DENSE_WEIGHT, Hit, Query, Search, distinct
from index.store import Store
from index.text import escaped, fold, sentences, visible
from index.vocabulary import is_english

if TYPE_CHECKING:
    from index.retriever import PassageRetriever

__all__ = [
    "ADAPTER",
    "DENSE_WEIGHT",
    "READ_TOKENS",
    "UPSTREAM",
    "Block",
    "BlockKind",
    "BuildReport",
    "CrossEncoder",
    "Hit",
    "IndexBroken",
    "IndexMissing",
    "ModelUnusable",
    "Page",
    "Passage",
    "Progress",
    "Query",
    "Reranker",
    "Search",
    "Section",
    "SiteMissing",
    "Store",
    "Unit",
    "UserError",
    "as_retriever",
    "build_index",
    "build_pages",
    "distinct",
    "escaped",
    "fold",
    "is_english",
    "is_stop_word",
    "load_base",
    "load_reranker",
    "sentences",
    "stem",
    "terms",
    "text_blocks",
    "visible",
    "weights_digest",
    "words_of",
]


def as_retriever(store: Path | str = "index/store", *, top_k: int = 6, reranker: str = "") -> "PassageRetriever":
    """Return a LlamaIndex `BaseRetriever` over the index in a folder.

    Args:
        store: Folder of the index.
        top_k: Passages to return for a question.
        reranker: Folder or hub name of a sentence-transformers CrossEncoder that reorders what was found; none by default.

    Raises:
        IndexMissing: If nothing was built there.
        IndexBroken: If a file is missing, altered or of another format.
        ModelUnusable: If the reranker can't be loaded.
    """
    from index.retriever import PassageRetriever

    return PassageRetriever(Search(Store(Path(store)), cross_encoder=False, reranker=load_reranker(reranker)), top_k)
