"""A built static site becomes pages (disk): which files are pages, where each keeps its content, what it is called.

Read by index.build. Any generator's output will do: MkDocs, Zensical, Sphinx, Docusaurus, or HTML by hand.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.blocks import dropped, read_sections
from index.errors import SiteMissing
from index.model import Page
from index.text import visible

_NOT_CONTENT = frozenset({"404.html", "search.html", "genindex.html", "genindex-all.html", "py-modindex.html"})
"""Pages that generators make to navigate by; they repeat the words of every other page."""


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
        digest.update(path.relative_to(site).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_site(site: Path, files: list[Path]) -> Iterator[Page | None]:
    """Yield one page a file; `None` for a file that asks not to be indexed, only redirects or has no text."""
    for path in files:
        yield read_page(path.read_bytes().decode("utf-8", errors="replace"), page_url(path.relative_to(site)))


def page_url(path: Path) -> str:
    """Return the address below the site root: `a/index.html` → `a/`, `a.html` → `a.html`."""
    address = quote(path.as_posix(), safe="/~@:!$&'()*+,;=")
    return address.removesuffix("index.html") if path.name == "index.html" else address


def read_page(html: str, url: str = "") -> Page | None:
    """Read one HTML page; `None` where there is nothing to index."""
    tree = LexborHTMLParser(html)
    if _refuses_index(tree):
        return None
    main = _main_content(tree)
    if main is None or "data-search-exclude" in main.attributes:
        return None
    title = _title(tree, main, url)
    sections = read_sections(main, title)
    if not sections:
        return None
    questions = (visible(node.attributes.get("content") or "") for node in tree.css('meta[name="assistant-question"]'))
    return Page(url, title, _meta(tree, "description"), sections, tuple(filter(None, questions)))


def _refuses_index(tree: LexborHTMLParser) -> bool:
    if "noindex" in _meta(tree, "robots").lower() or "none" in _meta(tree, "robots").lower().split(","):
        return True
    return any((node.attributes.get("http-equiv") or "").lower() == "refresh" for node in tree.css("meta[http-equiv]"))


def _meta(tree: LexborHTMLParser, name: str) -> str:
    node = tree.css_first(f'meta[name="{name}"]')
    return visible((node.attributes.get("content") or "") if node else "")


def _main_content(tree: LexborHTMLParser) -> LexborNode | None:
    """The one `article`, else `main` (or what plays its role), else `body`."""
    articles = [node for node in tree.css("article") if not dropped(node)]
    if len(articles) == 1:
        return articles[0]
    for selector in ("main", '[role="main"]', "body"):
        if (node := tree.css_first(selector)) is not None:
            return node
    return None


def _title(tree: LexborHTMLParser, main: LexborNode, url: str) -> str:
    """The first-level heading, else the document's title, else the address."""
    for heading in main.css("h1"):
        for link in heading.css("a"):
            if not any(character.isalnum() for character in link.text()):
                link.decompose()
        if text := visible(heading.text()):
            return text
    titled = tree.css_first("title")
    return (visible(titled.text()) if titled else "") or url or "Home"
