"""The offline half: built pages become sections, passages, vectors and a lexical index that can be searched.

Knows the built site's HTML and nothing of the chatbot. The chatbot uses what this module exports.
"""

from index.build import BuildReport, build_index
from index.errors import IndexBroken, IndexMissing, ModelUnusable, SiteMissing, UserError
from index.lexical import is_stop_word, terms
from index.model import Block, Page, Passage, Unit
from index.text import fold, sentences, visible
from index.search import Hit, Query, Search
from index.store import Store

__all__ = [
    "Block",
    "Page",
    "Passage",
    "Unit",
    "fold",
    "is_stop_word",
    "sentences",
    "terms",
    "visible",
    "BuildReport",
    "Hit",
    "IndexBroken",
    "IndexMissing",
    "ModelUnusable",
    "Query",
    "Search",
    "SiteMissing",
    "Store",
    "UserError",
    "build_index",
]
