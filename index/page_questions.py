"""Questions that pages say they answer, with their vectors: what a reader may ask next (disk).

Nothing is found by them: they are what retrieval is measured with. Written by index.build, read by index.search.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.store import PageInfo

_FILE = "page_questions.npy"


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no truth value to compare by
class PageQuestions:
    """All pages' questions, page by page."""

    texts: tuple[str, ...]
    pages: tuple[str, ...]
    """URL of the page that answers, one a question."""
    vectors: np.ndarray | None
    """Unit vectors, float32, shape (questions, dimension); none where search is lexical only."""


def write_page_questions(vectors: np.ndarray, folder: Path) -> None:
    """Write the vectors of all pages' questions, page by page, float32, shape (questions, dimension)."""
    # half precision: they only rank questions against each other
    np.save(folder / _FILE, vectors.astype(np.float16), allow_pickle=False)


def read_page_questions(folder: Path, pages: Iterable[PageInfo]) -> PageQuestions:
    """Return the questions of a build's pages.

    Raises:
        ValueError: If the vectors are not those of these questions.
    """
    asked = [(question, page.url) for page in pages for question in page.questions]
    file = folder / _FILE
    vectors = np.load(file, allow_pickle=False).astype(np.float32) if file.is_file() else None
    if vectors is not None and len(vectors) != len(asked):
        raise ValueError(f"{len(vectors)} vectors for {len(asked)} questions of pages")
    return PageQuestions(tuple(text for text, _ in asked), tuple(page for _, page in asked), vectors)
