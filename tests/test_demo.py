"""The Gradio demo in a browser: it answers, cites, clears, keeps to its origin and shows what pages and readers write as text only."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from index import Store, build_index
from tests.guide_server import GuideServer, serving

HOSTILE = """<main><h1>Zebra &lt;img src=x onerror="window.hit=1"&gt;</h1>
<p>A zebra is an animal with &lt;script&gt;window.hit=2&lt;/script&gt; stripes and ![a](https://evil.example/a.png) hooves.</p>
<p>The zebra also has [a tail](javascript:window.hit=3) and https://evil.example/b and &lt;iframe src="https://evil.example/c"&gt;.</p>
<table><tr><th>Zebra</th><th>Stripes</th><th>Mane</th><th>Tail</th></tr>
<tr><td>&lt;svg onload=window.hit=4&gt; zebra</td><td>a | b</td><td>**zebra**</td><td>`x`</td></tr></table></main>"""
OpenDemo = Callable[..., Page]


@pytest.fixture
def open_demo(server: GuideServer, browser: Browser) -> Iterator[OpenDemo]:
    """Open the demo of the guide, or of another server, in a window of its own; at the end, no request has left the origin."""
    opened: list[tuple[Page, str, list[str]]] = []

    def visit(running: GuideServer = server, scheme: str = "light") -> Page:
        page = browser.new_context(color_scheme=scheme, viewport={"width": 1200, "height": 900}).new_page()  # type: ignore[arg-type]
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_default_timeout(10_000)
        page.goto(f"{running.url}chat")
        box(page).wait_for()
        opened.append((page, running.url, asked))
        return page

    yield visit
    for page, origin, asked in opened:
        assert [url for url in asked if not url.startswith((origin, "data:", "blob:"))] == []
        page.context.close()


@pytest.fixture(scope="module")
def hostile(encoders: Path, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuideServer]:
    """A server over a page whose text tries to be markup."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "html").mkdir()
    (folder / "html" / "index.html").write_text(HOSTILE, "utf-8")
    (folder / "store").mkdir()
    (folder / "store" / "encoders").symlink_to(encoders)
    build_index(folder / "html", Store(folder / "store"))
    with serving(store=folder / "store") as running:
        yield running


def box(page: Page) -> Locator:
    """Return where a question is typed."""
    return page.get_by_placeholder("Type a question")


def answer(page: Page) -> Locator:
    """Return the last answer."""
    return page.get_by_test_id("bot").last


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the answer and its sources, and return the answer."""
    answers = page.get_by_test_id("bot").count()
    box(page).fill(question)
    box(page).press("Enter")
    expect(page.get_by_test_id("bot")).to_have_count(answers + 1)
    expect(box(page)).to_have_value("")
    page.wait_for_function("!document.querySelector('.generating, .pending')")
    return answer(page)


def test_answer_has_citations_that_open_the_quoted_passage(open_demo: OpenDemo) -> None:
    page = open_demo()
    said = ask(page, "How do I retrain a model safely?")
    link = said.get_by_role("link", name="[1]").first
    expect(link).to_be_visible()
    with page.context.expect_page() as opening:
        link.click()
    shown = opening.value
    shown.wait_for_load_state()
    assert shown.url.startswith(page.url.removesuffix("chat/"))
    assert "/mlops/retraining/" in shown.url
    expect(shown.locator("article h1")).to_be_visible()


def test_sources_show_every_quote_of_the_last_answer(open_demo: OpenDemo) -> None:
    page = open_demo()
    ask(page, "What is LLMOps?")
    expect(page.locator("#sources blockquote").first).to_contain_text("LLMOps")
    numbers = set(answer(page).get_by_role("link").all_inner_texts())
    assert len(numbers) == page.locator("#sources blockquote").count() == page.locator("#sources a").count()
    ask(page, "What is a feature store?")
    expect(page.locator("#sources blockquote").first).to_contain_text("feature store")


def test_table_and_steps_keep_their_form(open_demo: OpenDemo) -> None:
    page = open_demo()
    table = ask(page, "What are the challenges of MLOps?").locator("table")
    expect(table).to_have_count(1)
    assert table.locator("tr").count() >= 4
    assert ask(page, "How do I retrain a model safely?").locator("ol li, ul li").count() >= 2


def test_answer_grows_while_it_is_read(open_demo: OpenDemo) -> None:
    page = open_demo()
    page.evaluate("""() => { window.lengths = new Set(); new MutationObserver(() => {
        const said = document.querySelector('[data-testid=bot]'); if (said) window.lengths.add(said.innerText.length); })
        .observe(document.body, {childList: true, subtree: true, characterData: true}); }""")
    said = ask(page, "What are the challenges of MLOps?")
    expect(said.locator("tr").last).to_be_visible()
    assert page.evaluate("window.lengths.size") >= 2


def test_follow_up_is_understood_and_told(open_demo: OpenDemo) -> None:
    page = open_demo()
    ask(page, "What is (data_drift) *drift*?")
    expect(ask(page, "What are its causes?")).to_contain_text("Understood as: What are the causes of")
    assert "\\" not in answer(page).inner_text()


def test_not_covered_is_said_and_the_nearest_sections_are_linked(open_demo: OpenDemo) -> None:
    said = ask(open_demo(), "Which opera did Verdi write in 1871?")
    expect(said).to_contain_text("The guide does not cover this question.")
    assert 1 <= said.get_by_role("link").count() <= 3


def test_example_question_can_be_asked_with_a_click(open_demo: OpenDemo) -> None:
    page = open_demo()
    example = page.get_by_role("button", name="MLOps or LLMOps").first
    question = example.inner_text()
    example.click()
    expect(box(page)).to_have_value(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_test_id("user")).to_contain_text(question)
    expect(answer(page).get_by_role("link").first).to_be_visible()


def test_clear_empties_chat_and_sources(open_demo: OpenDemo) -> None:
    page = open_demo()
    ask(page, "What is LLMOps?")
    page.get_by_text("Clear", exact=True).click()
    expect(page.get_by_test_id("bot")).to_have_count(0)
    expect(page.locator("#sources")).to_contain_text("Ask a question")
    expect(page.locator("#sources blockquote")).to_have_count(0)


def test_empty_question_changes_nothing_but_says_so(open_demo: OpenDemo) -> None:
    page = open_demo()
    box(page).fill("  ?! ")
    box(page).press("Enter")
    expect(page.get_by_text("The question is empty. Type a question in words.")).to_be_visible()
    expect(page.get_by_test_id("bot")).to_have_count(0)
    expect(page.get_by_test_id("user")).to_have_count(0)


def test_page_follows_the_system_s_light_or_dark(open_demo: OpenDemo) -> None:
    bright = {scheme: open_demo(scheme=scheme).evaluate(_BRIGHTNESS) for scheme in ("light", "dark")}
    assert bright["light"] > 200 > 60 > bright["dark"]


_BRIGHTNESS = "Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3))"


def test_attack_typed_as_a_question_is_shown_as_text(open_demo: OpenDemo) -> None:
    page = open_demo()
    attack = (
        '![x](https://evil.example/x.png) <img src=x onerror="window.hit=1"> [l](https://evil.example) https://evil.example what is drift?'
    )
    ask(page, attack)
    expect(page.get_by_test_id("user").last).to_contain_text(attack)
    assert page.get_by_test_id("user").last.locator("a, img").count() == 0
    assert page.evaluate("window.hit") is None


def test_attack_written_on_a_page_is_shown_as_text(open_demo: OpenDemo, hostile: GuideServer) -> None:
    page = open_demo(hostile)
    for question, text in (
        ("What is a zebra?", "<script>window.hit=2</script>"),
        ("List the zebra and its stripes", "<svg onload=window.hit=4> zebra"),
    ):
        expect(ask(page, question)).to_contain_text(text)
        expect(page.locator("#sources")).to_contain_text(text)
    expect(page.locator("#sources")).to_contain_text('<img src=x onerror="window.hit=1">')
    cells = [cell.removesuffix(" [2]") for cell in answer(page).locator("td").all_inner_texts()]
    assert cells == ["<svg onload=window.hit=4> zebra", "a | b", "**zebra**", "`x`"]
    links = {link.get_attribute("href") or "" for link in page.locator("[data-testid=bot] a, #sources a").all()}
    assert links and all(link.startswith("/#") for link in links)
    assert page.locator("[data-testid=bot] img, #sources img, [data-testid=bot] iframe, #sources iframe").count() == 0
    assert page.evaluate("window.hit") is None
