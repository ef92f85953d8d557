"""What the advisor cites: the first paragraph of each section that the criteria name, out of the index. Pure over a Search."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from chatbot.citations import text_directive
from index import Passage, Search


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage of the guide behind a reason."""

    address: str
    """Below the site root, as the criteria name it."""
    title: str
    heading: str
    url: str
    """Deep link with a text fragment; relative to the site root unless the index knows where the site is published."""
    quote: str
    """The section's first paragraph, verbatim."""
    sha256: str
    """Of the quote in UTF-8: tells whether the passage has changed."""


class Passages:
    """Finds sections by their address; the same as `sections` in the built site's `assets/criteria.json`."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def at(self, address: str) -> Cited | None:
        """Return what stands at an address; None where the index has no such section, as with another site's."""
        passage = self._first.get(address)
        block = next((block for block in passage.blocks if block.kind == "text"), None) if passage else None
        if passage is None or block is None:
            return None
        page, _, anchor = passage.url.partition("#")
        link = f"{self._search.manifest.site_url}{page}#{anchor}:~:text={text_directive(block.text, block.text)}"
        return Cited(address, passage.title, passage.headings[-1], link, block.text, hashlib.sha256(block.text.encode()).hexdigest())

    @cached_property
    def _first(self) -> dict[str, Passage]:
        found: dict[str, Passage] = {}
        for passage in self._search.passages:
            found.setdefault(passage.url, passage)
            found.setdefault(passage.page, passage)
        return found
