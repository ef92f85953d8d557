"""Every link of the built site leads somewhere, and every source has a well-formed address."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from guide.lint import written_pages
from guide.pages import read_source_page
from guide.sources import MARKS, cited_keys, read_sources
from tests.conftest import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def trees(site: Path) -> dict[Path, LexborHTMLParser]:
    return {path: LexborHTMLParser(path.read_bytes()) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def test_every_internal_link_opens_a_page_and_an_anchor(site: Path, trees: dict[Path, LexborHTMLParser]) -> None:
    anchors = {path: {node.attributes["id"] for node in tree.css("[id]")} for path, tree in trees.items()}
    broken = [
        f"{path.relative_to(site)} → {link}"
        for path, tree in trees.items()
        for link in _internal(tree)
        if not _opens(site, path, link, anchors)
    ]
    assert broken == []


def test_links_to_other_sites_are_https_and_have_a_host(trees: dict[Path, LexborHTMLParser]) -> None:
    outward = {
        href
        for tree in trees.values()
        for node in tree.css("article a[href]")
        if urlsplit(href := node.attributes["href"] or "").scheme not in ("", "javascript")
    }
    assert len(outward) > 50, "the sources are linked"
    assert [link for link in outward if urlsplit(link).scheme != "https" or "." not in urlsplit(link).netloc] == []


def test_every_source_that_a_page_cites_is_defined_and_every_source_is_cited() -> None:
    cited = {key for page in written_pages(DOCS) for key in cited_keys(read_source_page(page).body)} - set(MARKS)
    defined = set(read_sources(DOCS / "sources.yml"))
    assert cited - defined == set()
    assert len(cited) > 100


def test_the_list_of_sources_is_made_from_the_pages(trees: dict[Path, LexborHTMLParser], site: Path) -> None:
    listed = trees[site / "about" / "sources" / "index.html"].css("ul.sources > li")
    assert {node.attributes["id"] for node in listed} == {f"source-{key}" for key in read_sources(DOCS / "sources.yml")}
    assert sum("Cited in" in node.text() for node in listed) > 100


def _internal(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("article a[href]"):
        href = node.attributes["href"] or ""
        if not urlsplit(href).scheme and not urlsplit(href).netloc and not href.startswith(("#ask=", "./#ask=")):
            yield href


def _opens(site: Path, page: Path, link: str, anchors: dict[Path, set[str | None]]) -> bool:
    parts = urlsplit(link)
    target = page
    if parts.path:
        base = site if parts.path.startswith("/") else page.parent
        target = (base / unquote(parts.path).lstrip("/")).resolve()
        target = target / "index.html" if target.is_dir() else target
    if target.suffix != ".html":
        return target.is_file()
    fragment = unquote(parts.fragment)
    return target.resolve() in {path.resolve() for path in anchors} and (not fragment or fragment in anchors[target])
