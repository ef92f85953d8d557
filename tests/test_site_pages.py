"""The built site as people and agents meet it: files that resolve, pages that stay calm, wherever they are put."""

import functools
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Route, expect
from selectolax.lexbor import LexborHTMLParser

from guide.moved import read_moved
from tests.conftest import ROOT

PAGES = ("", "choose/", "choose/assessment/", "choose/calculators/", "foundations/key-differences/", "questions/")
_CODE = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def built_pages(site: Path) -> list[Path]:
    """The guide's pages, without the small ones that old addresses lead to."""
    moved = {ROOT / "site" / old / "index.html" for old in read_moved(ROOT / "docs")}
    return [path for path in sorted(site.rglob("*.html")) if path.name == "index.html" and path not in moved]


def links(markdown: str) -> list[str]:
    return [target for target in _LINK.findall(_CODE.sub("", markdown)) if not re.match(r"[a-z][a-z0-9+.-]*:", target)]


def test_every_page_has_a_markdown_copy_that_the_generator_left_no_trace_in(site: Path) -> None:
    for page in built_pages(site):
        copy = page.with_name("index.md")
        text = _CODE.sub("", copy.read_text("utf-8"))
        assert text.startswith("# "), copy
        assert not re.search(r"\[@|--8<--|^---$|</?(div|figure)|\{ ?[.#:]|data-search-exclude", text, re.MULTILINE), copy
        cited, defined = re.findall(r"(?<!^)\[\^(\d+)\]", text, re.MULTILINE), re.findall(r"^\[\^(\d+)\]: ", text, re.MULTILINE)
        assert list(dict.fromkeys(cited)) == defined, copy


def test_links_between_copies_lead_to_files(site: Path) -> None:
    for file in (site / "llms.txt", site / "llms-full.txt", *(page.with_name("index.md") for page in built_pages(site))):
        for target in links(file.read_text("utf-8")):
            path = unquote(target.partition("#")[0])
            assert not path or (file.parent / path).is_file(), f"{file}: {target}"


def test_llms_txt_names_every_page_once_below_a_title_and_a_summary(site: Path) -> None:
    text = (site / "llms.txt").read_text("utf-8")
    assert re.match(r"# .+\n\n> .+\n\n", text)
    listed = re.findall(r"^- \[[^\]]+\]\(([^)]+)\)(?:: .+)?$", text, re.MULTILINE)
    assert sorted(listed) == sorted(page.with_name("index.md").relative_to(site).as_posix() for page in built_pages(site))
    assert all(
        page.with_name("index.md").read_text("utf-8").splitlines()[0] in (site / "llms-full.txt").read_text("utf-8")
        for page in built_pages(site)
    )


def test_every_page_says_to_machines_what_it_is(site: Path) -> None:
    for page in built_pages(site):
        tree = LexborHTMLParser(page.read_bytes())
        (script,) = tree.css('head script[type="application/ld+json"]')
        article = json.loads(script.text())["@graph"][0]
        canonical = tree.css_first("link[rel=canonical]").attributes["href"]
        assert (article["@type"], article["url"]) == ("Article", canonical), page
        assert article["headline"], page
        assert tree.css_first('meta[property="og:url"]').attributes["content"] == canonical
        assert f"<loc>{canonical}</loc>" in (site / "sitemap.xml").read_text("utf-8")


def test_the_questions_page_tells_its_questions_with_whole_answers(site: Path) -> None:
    tree = LexborHTMLParser((site / "questions" / "index.html").read_bytes())
    graph = json.loads(tree.css_first('script[type="application/ld+json"]').text())["@graph"]
    (faq,) = (part for part in graph if part["@type"] == "FAQPage")
    asked = [heading.text(deep=False).strip() for heading in tree.css("article h3") if "?" in heading.text()]
    assert [question["name"] for question in faq["mainEntity"]] == asked
    assert min(len(question["acceptedAnswer"]["text"].split()) for question in faq["mainEntity"]) >= 30


def test_every_page_names_a_preview_picture_of_its_own_that_has_the_size_it_claims(site: Path) -> None:
    pictures = set()
    for page in built_pages(site):
        tree = LexborHTMLParser(page.read_bytes())
        claimed = {node.attributes["property"]: node.attributes["content"] or "" for node in tree.css('meta[property^="og:image"]')}
        picture = page.with_name("social.png").read_bytes()
        assert claimed["og:image"] == (tree.css_first("link[rel=canonical]").attributes["href"] or "") + "social.png"
        assert struct.unpack(">II", picture[16:24]) == (int(claimed["og:image:width"]), int(claimed["og:image:height"]))
        assert len(picture) < 60_000, page
        pictures.add(picture)
    assert len(pictures) == len(built_pages(site))


def test_every_section_opens_with_a_page_of_cards_that_leads_to_all_its_pages(site: Path) -> None:
    sections = [page for page in built_pages(site) if page.parent.parent == site and page.parent.name != "questions"]
    assert len(sections) >= 9
    for section in sections:
        linked = {
            (section.parent / (node.attributes["href"] or "").partition("#")[0]).resolve()
            for node in LexborHTMLParser(section.read_bytes()).css(".grid.cards li > p:first-child a[href]")
        }
        below = {page.parent.resolve() for page in built_pages(section.parent) if page.parent.parent == section.parent}
        assert below <= linked, f"{section.parent.name}: {sorted(path.name for path in below - linked)}"


@pytest.mark.parametrize("width", [390, 1360], ids=["phone", "desktop"])
def test_pages_below_a_sub_path_stay_on_their_origin_complain_of_nothing_and_do_not_move(
    served: str, open_page: Callable[..., Page], width: int
) -> None:
    for path in PAGES:
        page = open_page(served + path, viewport={"width": width, "height": 844})
        page.wait_for_function("!!customElements.get('docs-assistant')")
        page.wait_for_timeout(200)
        assert page.faults == [], path  # type: ignore[attr-defined]
        assert page.evaluate("shift") < 0.01, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than the screen"


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (390, "dark")], ids=["desktop, light", "phone, dark"])
def test_axe_finds_no_breach_of_wcag_on_pages(served: str, open_page: Callable[..., Page], width: int, scheme: str) -> None:
    levels = [f"wcag{version}{level}" for version in ("2", "21", "22") for level in ("a", "aa")]
    for path in ("", "choose/", "mlops/monitoring-and-drift/", "developers/embed/"):
        page = open_page(served + path, viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function("!!customElements.get('docs-assistant')")
        page.wait_for_timeout(200)
        report = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": levels})
        assert [(found["id"], found["nodes"][0]["html"]) for found in report.response["violations"]] == [], path


def test_on_paper_there_are_text_whole_tables_and_addresses_of_sources_and_nothing_to_press(
    served: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(served + "foundations/key-differences/", viewport={"width": 700, "height": 990}, color_scheme="dark")
    expect(page.locator("docs-assistant .launcher")).to_be_visible()
    page.emulate_media(media="print")
    for gone in ("docs-assistant .launcher", ".md-header", ".md-tabs", ".page-actions", ".md-sidebar", ".md-footer"):
        expect(page.locator(gone).first).to_be_hidden()
    assert page.locator(".md-typeset__scrollwrap").evaluate_all("(all) => all.every((box) => box.scrollWidth <= box.clientWidth)")
    assert page.locator("article p").first.evaluate("(text) => getComputedStyle(text).color.match(/\\d+/g).every((part) => part < 100)")
    assert page.locator(".sources a[href^=http]").first.evaluate("(link) => getComputedStyle(link, '::after').content.includes(link.href)")


def test_a_wide_table_scrolls_inside_and_a_keyboard_reaches_it(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served + "foundations/key-differences/", viewport={"width": 390, "height": 844})
    table = page.get_by_role("region", name="Table").first
    expect(table).to_have_attribute("tabindex", "0")
    assert table.evaluate("(box) => box.scrollWidth > box.clientWidth")


def test_the_first_paint_does_not_wait_for_the_widget(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{served}?slow")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    loaded = page.evaluate("performance.getEntriesByType('resource').find((one) => one.name.endsWith('assistant.js')).responseEnd")
    assert loaded > 1400, "the server held the widget back"
    assert painted < loaded - 500
    started = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert 0 < started < loaded - 500, "nor does the theme's own start"


def test_an_example_question_opens_the_widget_with_it(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served)
    page.wait_for_function("!!customElements.get('docs-assistant')")
    page.get_by_role("link", name="Does LLMOps replace MLOps?").click()
    expect(page.get_by_role("dialog", name="Ask the docs")).to_contain_text("Does LLMOps replace MLOps?")


def test_ask_about_this_page_opens_the_widget(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served + "choose/")
    page.wait_for_function("!!customElements.get('docs-assistant')")
    page.get_by_role("link", name="Ask about this page").click()
    expect(page.get_by_role("dialog", name="Ask the docs")).to_be_visible()


def test_a_copied_page_is_markdown_with_links_that_work_anywhere(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served + "choose/decision-guide/", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy-page]")
    place = button.bounding_box()
    button.click()
    expect(button).to_contain_text("Copied")
    assert button.bounding_box() == place
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("# Decision guide")
    assert f"]({served}choose/when-neither/" in copied
    assert links(copied) == []


def test_page_actions_work_after_instant_navigation(site: Path, browser: Browser) -> None:
    # the theme exchanges pages only on an address without a port, so a made-up one is answered from the site's files
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.route("https://guide.example/**", functools.partial(_answer, site))
    page.goto("https://guide.example/")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stayed = true")
    page.locator("article").get_by_role("link", name="Decision guide", exact=True).click()
    expect(page).to_have_url(re.compile("^https://guide.example/choose/decision-guide/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Decision guide")
    page.get_by_role("button", name="Copy page as Markdown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("# Decision guide")
    page.get_by_role("link", name="Ask about this page").click()
    expect(page.get_by_role("dialog", name="Ask the docs")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page was exchanged, not loaded anew"
    context.close()


def _answer(site: Path, route: Route) -> None:
    file = site / urlsplit(route.request.url).path.lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    if file.is_file():
        route.fulfill(path=file)
    else:
        route.fulfill(status=404)


def test_without_a_clipboard_the_markdown_is_shown(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served + "choose/")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.wait_for_load_state("networkidle")
    with page.expect_event("framenavigated"), page.expect_request("**/choose/index.md"):
        page.get_by_role("button", name="Copy page as Markdown").click()


def test_the_site_can_be_read_from_a_disk(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page((site / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator(".hero").evaluate("(box) => getComputedStyle(box).borderTopWidth") == "1px", "the style is there"
    expect(page.locator(".asks, [href='#ask=']").first).to_be_hidden()
    page.locator("article").get_by_role("link", name="Decision guide", exact=True).last.click()
    expect(page).to_have_url((site / "choose" / "decision-guide" / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("Decision guide")
