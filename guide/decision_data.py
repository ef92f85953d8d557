"""The decision as the browser reads it: criteria and the cited passages of the built site (disk).

Written by guide.publish to `assets/criteria.json`, and into the page that asks for it, because a page opened from a file
can't fetch. chatbot.advisor.passages reads the same passages out of the index; a test holds the two together.
"""

import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from guide.criteria import Criteria

FILE = Path("assets", "criteria.json")
"""Below the built site."""
_ASKING = re.compile(r'data-criteria=(?:""|(?=[\s>]))|data-criteria(?=[\s>])')
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def write_decision_data(criteria: Criteria, site: Path) -> None:
    """Write the data file into the built site and into every page with an empty `data-criteria` attribute.

    Raises:
        ValueError: If a section that the criteria name is not in the site.
    """
    data = decision_data(criteria, site)
    file = site / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    inline = f'data-criteria="{html.escape(json.dumps(data, ensure_ascii=False, separators=(",", ":")))}"'
    for page in sorted(site.rglob("*.html")):
        markup = page.read_text("utf-8")
        if "data-criteria" in markup and (filled := _ASKING.sub(lambda _: inline, markup)) != markup:
            page.write_text(filled, "utf-8")


def decision_data(criteria: Criteria, site: Path) -> dict[str, Any]:
    """Return what the browser needs: the criteria as in `criteria.yml`, without meanings and table cells, and `sections`.

    `sections` maps each address that they name to its page's `title`, its `heading`, the `quote` (its first paragraph) and
    the quote's `sha256`.
    """
    data = criteria.model_dump(mode="json")
    del data["background"]
    for criterion in data["criteria"]:
        del criterion["mlops"], criterion["llmops"]
        for option in criterion["options"]:
            del option["meanings"]
    pages: dict[str, LexborHTMLParser] = {}
    return data | {"sections": {address: _passage(address, site, pages) for address in criteria.sections()}}


def content_hash(quote: str) -> str:
    """Return the SHA-256 of a quote in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(quote.encode()).hexdigest()


def _passage(address: str, site: Path, pages: dict[str, LexborHTMLParser]) -> dict[str, str]:
    page, _, anchor = address.partition("#")
    if page not in pages:
        file = site / page / "index.html"
        if not file.is_file():
            raise ValueError(f"names '{address}', but the site has no such page.")
        pages[page] = LexborHTMLParser(file.read_bytes())
    title = pages[page].css_first("article h1")
    heading = next((node for node in pages[page].css("article [id]") if node.attributes.get("id") == anchor), None) if anchor else title
    if title is None or heading is None or (quote := _first_paragraph(heading)) is None:
        raise ValueError(f"names '{address}', but the site has no paragraph there.")
    return {"title": _text(title), "heading": _text(heading), "quote": quote, "sha256": content_hash(quote)}


def _first_paragraph(heading: LexborNode) -> str | None:
    following = heading.next
    while following is not None and following.tag not in _HEADINGS:
        if following.tag == "p" and (text := _text(following)):
            return text
        following = following.next
    return None


def _text(node: LexborNode) -> str:
    """Return an element's text without the heading's own link."""
    return " ".join(node.text().replace("¶", "").split())
