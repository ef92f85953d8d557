"""Material for MkDocs ends in 2027: its successor Zensical makes the same site from the same `mkdocs.yml`."""

import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from guide.generators import run_mkdocs, run_zensical
from guide.publish import publish
from guide.safety import check_built
from index.pages import html_files, read_site

ROOT = Path(__file__).parent.parent

Both = tuple[Path, Path]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The site as MkDocs and as Zensical build it, each published."""
    root = tmp_path_factory.mktemp("project")  # a copy, so that both see the same pages while someone writes
    shutil.copy(ROOT / "mkdocs.yml", root)
    for part in ("docs", "overrides"):
        shutil.copytree(ROOT / part, root / part)
    built = []
    for generator in (run_mkdocs, run_zensical):
        site = tmp_path_factory.mktemp(generator.__name__)
        generator(root, site)
        publish(root, site)
        built.append(site)
    return built[0], built[1]


def read(site: Path, what: Callable[[LexborHTMLParser], object]) -> dict[str, object]:
    return {path.relative_to(site).as_posix(): what(LexborHTMLParser(path.read_bytes())) for path in sorted(site.rglob("*.html"))}


def attributes(nodes: list[LexborNode], name: str) -> list[str]:
    """Values of one attribute; Zensical writes `./a` on the home page where MkDocs writes `a`."""
    return [(node.attributes.get(name) or "").removeprefix("./") for node in nodes]


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(lambda tree: None, id="pages"),
        pytest.param(
            lambda tree: [(node.tag, node.attributes.get("id")) for node in tree.css(":is(h1, h2, h3, h4, h5, h6)[id]")],
            id="heading anchors",
        ),
        pytest.param(lambda tree: attributes(tree.css('meta[name="assistant-question"]'), "content"), id="questions for the widget"),
        pytest.param(lambda tree: attributes(tree.css('script[type="module"]'), "src"), id="modules of widget and page actions"),
        pytest.param(lambda tree: attributes(tree.css("script[async]"), "src"), id="what the page doesn't wait for"),
        pytest.param(lambda tree: attributes(tree.css("meta[property]"), "content"), id="Open Graph"),
        pytest.param(lambda tree: attributes(tree.css("link[rel=canonical]"), "href"), id="canonical links"),
        pytest.param(lambda tree: [node.text() for node in tree.css('script[type="application/ld+json"]')], id="JSON-LD"),
        pytest.param(
            lambda tree: [node.text(strip=True) for node in tree.css(".page-head .md-tag, .page-action")], id="tags and page actions"
        ),
        pytest.param(lambda tree: attributes(tree.css("article a[href]"), "href"), id="links of the text"),
        pytest.param(lambda tree: [node.attributes for node in tree.css("[data-tool]")], id="calculators and assessment"),
    ],
)
def test_both_generators_make_the_same(both: Both, what: Callable[[LexborHTMLParser], object]) -> None:
    mkdocs, zensical = (read(site, what) for site in both)
    assert zensical == mkdocs


def test_both_are_indexed_alike(both: Both) -> None:
    mkdocs, zensical = ([page for page in read_site(site, html_files(site)) if page] for site in both)
    assert zensical == mkdocs


def test_agents_get_the_same_files(both: Both) -> None:
    names = ("llms.txt", "llms-full.txt", "sitemap.xml")
    mkdocs, zensical = both
    assert all((site / name).is_file() for site in both for name in names)
    copies = [path.relative_to(mkdocs) for path in mkdocs.rglob("index.md")]
    assert [(zensical / copy).read_text("utf-8") for copy in copies] == [(mkdocs / copy).read_text("utf-8") for copy in copies]
    assert (zensical / "llms-full.txt").read_text("utf-8") == (mkdocs / "llms-full.txt").read_text("utf-8")


def test_what_zensical_built_is_safe(both: Both) -> None:
    assert check_built(both[1]) == []


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def served(both: Both) -> Iterator[str]:
    """Zensical's site behind a plain file server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(both[1])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def test_the_widget_works_on_zensicals_pages_also_after_instant_navigation(served: str, browser: Browser) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith((served, "data:", "blob:")) else faults.append(asked.url))
    page.goto(served)
    page.wait_for_function("!!customElements.get('docs-assistant')")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Key differences").first.click()
    expect(page).to_have_url(f"{served}foundations/key-differences/")
    assert page.evaluate("window.stayed"), "the page was exchanged, not loaded"
    page.get_by_role("link", name="Ask about this page").click()
    expect(page.get_by_role("dialog", name="Ask the docs")).to_be_visible()
    assert faults == []
    page.close()


def test_tools_work_on_zensicals_pages_also_after_instant_navigation(served: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{served}choose/")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stayed = true")
    page.locator("article").get_by_role("link", name="Assessment", exact=True).first.click()
    page.get_by_label("A number, class, rank or forecast must come out", exact=True).check()
    expect(page.locator(".tool-verdict")).to_contain_text("MLOps is recommended")
    expect(page).to_have_url(f"{served}choose/assessment/#profile=1;Work%20stream%201,b0")
    page.get_by_role("link", name="Calculators").first.click()
    expect(page.locator(".tool-verdict").first).to_contain_text("17.3 million calls")
    assert page.evaluate("window.stayed"), "the pages were exchanged, not loaded"
    page.close()
