"""Suggesting: what a reader may ask next, from the questions that pages say they answer. Pure over a Search."""

from collections.abc import Iterable, Sequence

import numpy as np

from index import Query, Search, terms

COUNT = 3
_SAME_TERMS = 0.6
"""Share of their terms from which two questions ask the same."""
_SAME = 0.75
"""Cosine from which they do."""
_FOUND = 0.1
"""What a question gains, on the scale of cosines, if its page is the first that was found; the others less, by their rank."""
_ASKING = 0.05
"""What it gains if it is written as a question: it is read before it is asked."""


def suggest(search: Search, queries: Sequence[Query], pages: Iterable[str], said: Iterable[str]) -> tuple[str, ...]:
    """Return up to three questions that pages answer, the most related to what was asked first.

    Args:
        search: Knows the pages' questions.
        queries: What was asked.
        pages: Pages where something was found, the best first.
        said: What was asked in this dialogue, and headings under which it was answered: none is offered again.
    """
    offered, places = search.page_questions, list(dict.fromkeys(pages))
    merit = np.array([_FOUND / (1 + places.index(page)) if page in places else 0.0 for page in offered.pages])
    merit += np.array([_ASKING if text.endswith("?") else 0.0 for text in offered.texts])
    vectors = [query.vector for query in queries if query.vector is not None]
    likeness = np.zeros(len(offered.texts))
    if offered.vectors is not None and vectors:
        likeness = (offered.vectors @ np.stack(vectors).T).max(axis=1)
    order = [int(place) for place in np.argsort(-(merit + likeness), kind="stable") if likeness[place] < _SAME]
    return tuple(offered.texts[place] for place in _unlike(search, order, said))


def starting_points(search: Search, page: str = "") -> tuple[str, ...]:
    """Return three questions to begin with: of the page that the reader is on, then of the site's first pages, one of each."""
    # the shallowest pages first: a site's home and chapters say best what it is about
    general = sorted(search.pages, key=lambda url: (url.count("/"), url))
    first = [places[0] for url in general if (places := _places(search, url))]
    order = [*_places(search, page), *_written_as_questions_first(search, first)]
    return tuple(search.page_questions.texts[place] for place in _unlike(search, order, ()))


def _places(search: Search, page: str) -> list[int]:
    return _written_as_questions_first(search, [place for place, url in enumerate(search.page_questions.pages) if url == page])


def _written_as_questions_first(search: Search, places: list[int]) -> list[int]:
    return sorted(places, key=lambda place: not search.page_questions.texts[place].endswith("?"))


def _unlike(search: Search, order: Iterable[int], said: Iterable[str]) -> list[int]:
    """Return the first questions in an order that ask something else than what was said, and than each other."""
    offered = search.page_questions
    seen = [set(terms(text)) for text in said]
    found: list[int] = []
    for place in order:
        words = set(terms(offered.texts[place]))
        same_terms = any(len(words & other) >= _SAME_TERMS * max(1, len(words | other)) for other in seen)
        if same_terms or (offered.vectors is not None and found and max(offered.vectors[found] @ offered.vectors[place]) >= _SAME):
            continue
        seen.append(words)
        found.append(place)
        if len(found) == COUNT:
            break
    return found
