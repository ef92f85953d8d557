"""Suggesting: what a reader may ask next, from the questions that pages say they answer. Pure over a Search."""

from collections.abc import Iterable

from index import Search, terms

COUNT = 3


def suggest(search: Search, pages: Iterable[str], asked: Iterable[str] = ()) -> tuple[str, ...]:
    """Return up to three questions of the given pages, in turn, that say something else than what was asked.

    Args:
        search: Knows the pages' questions.
        pages: Page URLs below the site root, the most related first.
        asked: Questions already asked in this dialogue.
    """
    seen = [set(terms(question)) for question in asked]
    queues = [list(search.pages[page].questions) for page in dict.fromkeys(pages) if page in search.pages]
    found: list[str] = []
    while queues and len(found) < COUNT:
        for queue in queues:
            while queue and len(found) < COUNT:
                question = queue.pop(0)
                words = set(terms(question))
                if all(len(words & other) < 0.6 * max(1, len(words | other)) for other in seen):
                    seen.append(words)
                    found.append(question)
                    break
        queues = [queue for queue in queues if queue]
    return tuple(found)


def starting_points(search: Search, page: str = "") -> tuple[str, ...]:
    """Return three questions to begin with: of the page that the reader is on, else of the site's first pages."""
    own = suggest(search, [page]) if page in search.pages else ()
    if len(own) == COUNT:
        return own
    # the shallowest pages first: a site's home and chapters say best what it is about
    general = sorted(search.pages, key=lambda url: (url.count("/"), url))
    return tuple(dict.fromkeys((*own, *suggest(search, general[:12], own))))[:COUNT]
