"""A built static site becomes pages (disk): which files are pages, where each keeps its content, what it is called.

Read by index.build. Any generator's output will do: MkDocs, Zensical, Sphinx, Docusaurus, or HTML by hand.
"""

import codecs
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.blocks import dropped, heading_text, hidden, read_sections
from index.errors import SiteMissing
from index.model import Page
from index.text import visible

_NOT_CONTENT = frozenset({"404.html", "search.html", "genindex.html", "genindex-all.html", "py-modindex.html"})
"""Pages that generators make to navigate by; they repeat the words of every other page."""
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARED_WITHIN = 1024
"""Bytes in which HTML lets a page declare its encoding."""


def html_files(site: Path) -> list[Path]:
    """Return the site's HTML files, in path order.

    Raises:
        SiteMissing: If the folder is not there or holds no HTML.
    """
    files = sorted(
        path
        for path in site.rglob("*.html")
        if path.is_file()
        and path.name not in _NOT_CONTENT
        and not any(part.startswith((".", "_")) for part in path.relative_to(site).parts)
    )
    if not files:
        raise SiteMissing(site)
    return files


def site_digest(site: Path, files: list[Path]) -> str:
    """Return one SHA-256 over names and content of the given files: equal when nothing that is indexed changed."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(os.fsencode(path.relative_to(site).as_posix()) + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_site(site: Path, files: list[Path]) -> Iterator[Page | None]:
    """Yield one page a file; `None` for a file that asks not to be indexed, only redirects or has no text."""
    for path in files:
        yield read_page(decode(path.read_bytes()), page_url(path.relative_to(site)))


def decode(raw: bytes) -> str:
    """Return a page's text: by its byte order mark, else as UTF-8, else as it declares, else as browsers guess (windows-1252)."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        declared = _CHARSET.search(raw[:_DECLARED_WITHIN])
    try:
        name = codecs.lookup(declared[1].decode("ascii")).name if declared else "cp1252"
        # a page that says UTF-8 and isn't has a few bad bytes; and what HTML calls latin-1 is windows-1252
        return raw.decode({"iso8859-1": "cp1252", "ascii": "cp1252"}.get(name, name), errors="replace")
    except (LookupError, UnicodeError):
        return raw.decode("cp1252", errors="replace")


def page_url(path: Path) -> str:
    """Return the address below the site root: `a/index.html` → `a/`, `a.html` → `a.html`."""
    address = quote(os.fsencode(path.as_posix()), safe="/~@:!$&'()*+,;=")
    return address.removesuffix("index.html") if path.name == "index.html" else address


def read_page(html: str, url: str = "") -> Page | None:
    """Read one HTML page; `None` where there is nothing to index."""
    tree = LexborHTMLParser(html)
    if _refuses_index(tree):
        return None
    main = _main_content(tree)
    if main is None or _excluded(main):
        return None
    title = _title(tree, main, url)
    sections = read_sections(main, title)
    if not sections:
        return None
    questions = (visible(node.attributes.get("content") or "") for node in tree.css('meta[name="assistant-question"]'))
    return Page(url, title, _meta(tree, "description"), sections, tuple(filter(None, questions)))


def _refuses_index(tree: LexborHTMLParser) -> bool:
    robots = (node.attributes.get("content") or "" for node in tree.css('meta[name="robots" i]'))
    if any({"noindex", "none"} & set(re.split(r"[\s,]+", rules.lower())) for rules in robots):
        return True
    # with an address it leads elsewhere; without one it only reloads the page
    return any("url" in (node.attributes.get("content") or "").lower() for node in tree.css('meta[http-equiv="refresh" i]'))


def _meta(tree: LexborHTMLParser, name: str) -> str:
    node = tree.css_first(f'meta[name="{name}" i]')
    return visible((node.attributes.get("content") or "") if node else "")


def _main_content(tree: LexborHTMLParser) -> LexborNode | None:
    """The one `article`, else `main` (or what plays its role), else `body`."""
    articles = [node for node in tree.css("article") if not dropped(node) and not _excluded(node)]
    if len(articles) == 1:
        return articles[0]
    for selector in ("main", '[role="main"]', "body"):
        if (node := tree.css_first(selector)) is not None:
            return node
    return None


def _excluded(main: LexborNode) -> bool:
    """Say whether the main content, or what stands around it, is hidden or asks not to be found."""
    node: LexborNode | None = main
    while node is not None and node.tag != "-document":
        if hidden(node) or "data-search-exclude" in node.attributes:
            return True
        node = node.parent
    return False


def _title(tree: LexborHTMLParser, main: LexborNode, url: str) -> str:
    """The first-level heading, else the document's title, else the address."""
    for heading in main.css("h1"):
        if text := "" if _left_out(heading, main) else heading_text(heading):
            return text
    titled = tree.css_first("head > title")
    return (visible(titled.text()) if titled else "") or url or "Home"


def _left_out(node: LexborNode, main: LexborNode) -> bool:
    above = node.parent
    while above is not None and above.mem_id != main.mem_id:
        if dropped(above):
            return True
        above = above.parent
    return False
