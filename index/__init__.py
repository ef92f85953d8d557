"""The offline half: built pages become sections, passages, vectors and a lexical index that can be searched.

Knows the built site's HTML and nothing of the chatbot. The chatbot uses what this module exports.
"""

from index.blocks import text_blocks
from index.build import BuildReport, Progress, build_index, build_pages
from index.errors import IndexBroken, IndexMissing, ModelUnusable, SiteMissing, UserError
from index.lexical import is_stop_word, terms
from index.model import Block, BlockKind, Page, Passage, Section, Unit
from index.text import fold, sentences, visible
from index.search import Hit, Query, Search
from index.store import Store

__all__ = [
    "Block",
    "BlockKind",
    "BuildReport",
    "Hit",
    "IndexBroken",
    "IndexMissing",
    "ModelUnusable",
    "Page",
    "Passage",
    "Progress",
    "Query",
    "Search",
    "Section",
    "SiteMissing",
    "Store",
    "Unit",
    "UserError",
    "build_index",
    "build_pages",
    "fold",
    "is_stop_word",
    "sentences",
    "terms",
    "text_blocks",
    "visible",
]
