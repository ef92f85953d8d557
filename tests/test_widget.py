"""The widget in a real browser, from outside: what a reader sees, hears and can do, against a scripted server."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request, expect
from widget_server import WIDGET, Json, Reply, WidgetServer, answer, citation, event, events, failing, statement, streamed

expect.set_options(timeout=15_000)  # a busy machine is no failure

STYLE = """
body { font: 16px/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; background: #fff; color: #111 }
.tall { height: 1600px }
::target-text { background: rgb(255, 0, 200); color: #000 }
"""
PROBE = """
window.keys = [];
for (const type of ["keydown", "keypress", "keyup"]) window.addEventListener(type, (event) => window.keys.push(event.key));
window.addEventListener("load", () => { window.atLoad = Boolean(document.querySelector("docs-assistant")); });
"""
SCRIPT = '<script type="module" src="/assets/assistant.js"></script>'
QUESTIONS = "".join(f'<meta name="assistant-question" content="{word} question?">' for word in ("First", "Second", "Third", "Fourth"))


def html(body: str = "", *, head: str = "", script: str = SCRIPT, attributes: str = 'lang="en"') -> str:
    """Return a small page of a documentation site that embeds the widget."""
    return f"""<!doctype html>
<html {attributes}>
<head>
  <meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Guide</title>
  <link rel="icon" href="/style.css"><link rel="stylesheet" href="/style.css"><script src="/probe.js"></script>{head}
</head>
<body>
<main><h1>Guide</h1><p><a id="first" href="/other/">Other page</a></p>{body}<div class="tall"></div>
<h2 id="monitoring">Monitoring</h2><p id="quote">Drift is watched daily by the platform team.</p><div class="tall"></div></main>
{script}
</body>
</html>"""


QUOTE = "Drift is watched daily by the platform team."
MONITORING = citation(1, "Key differences", "Monitoring", "guide/#monitoring:~:text=Drift%20is%20watched%20daily", QUOTE)
COST = {**citation(2, "Why both", "Cost", "other/#cost", "One on-call rotation serves both."), "evidence": "vendor source, 2024"}
WHOLE = answer(
    statement("**MLOps** watches drift in `features`.", 1),
    statement("LLMOps grades samples.", 2),
    statement("Share the registry", 2, kind="item"),
    statement("Add gates", kind="item"),
    statement("Concern | MLOps | LLMOps | Both", kind="row", label="header"),
    statement("Release unit | a model \\| version | prompt and model | one pipeline", 1, kind="row"),
    citations=(MONITORING, COST),
    suggestions=["What does it cost?"],
)
NEAR = {"title": "Why both", "heading": "Cost", "url": "other/#cost", "quote": "Both cost more than one."}
NOT_COVERED = answer(verdict="not_covered", nearest=[NEAR])
PARTIAL = answer(
    statement("Drift is watched.", 1), citations=(MONITORING,), verdict="partial", missing="prices in euros", notes=["A note."]
)


@pytest.fixture
def world() -> Iterator[WidgetServer]:
    """A site of two pages with the widget, and its assistant."""
    with WidgetServer() as server:
        server.pages = {"/guide/": html(), "/other/": html('<h2 id="cost">Cost</h2>'), "/style.css": STYLE, "/probe.js": PROBE}
        server.replies = {"whole?": streamed(WHOLE), "none?": streamed(NOT_COVERED), "partly?": streamed(PARTIAL)}
        yield server


class Reader:
    """Somebody with a browser: what they do, and what they find in the widget."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        self.foreign: tuple[str, ...] = ()
        """Other addresses that may be asked."""
        self.widget = page.locator("docs-assistant")
        self.launcher = page.locator("docs-assistant .launcher")
        self.panel = page.locator("docs-assistant .panel")
        self.field = page.locator("docs-assistant .entry textarea")
        self.log = page.locator("docs-assistant .log")
        self.turns = page.locator("docs-assistant .turn")
        self.state = page.locator("docs-assistant .turn:last-child .state")
        self.marks = page.locator("docs-assistant .body .mark")
        self.preview = page.locator("docs-assistant .preview")
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append("a dialog opened")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, *self.foreign)):
            self.problems.append(f"foreign request: {request.url}")

    def go(self, path: str = "guide/") -> "Reader":
        """Load a page."""
        self.page.goto(self.url + path)
        return self

    def open(self) -> "Reader":
        """Open the panel with its button."""
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def ask(self, question: str, *, done: bool = True) -> "Reader":
        """Type a question and send it; wait for the answer unless told otherwise."""
        self.field.fill(question)
        self.field.press("Enter")
        if done:
            expect(self.state).not_to_have_class(re.compile("pending"))
        return self

    def button(self, name: str) -> Locator:
        """A button of the widget by its accessible name."""
        return self.widget.get_by_role("button", name=name, exact=True)

    def choose(self, item: str) -> "Reader":
        """Choose an item of the menu."""
        self.panel.locator("summary").click()
        self.button(item).click()
        return self

    def hover_first(self) -> "Reader":
        """Point at the first citation until its quote shows."""
        self.marks.first.hover()
        expect(self.preview).to_be_visible()
        return self

    def focused(self) -> str:
        """What has the focus, in words: its accessible name or text, with `page:` before it outside the widget."""
        return str(
            self.page.evaluate("""() => {
                const host = document.activeElement, inner = host?.shadowRoot?.activeElement;
                const name = (node) => node.ariaLabel || node.textContent.trim() || node.id || node.localName;
                return inner ? name(inner) : "page:" + name(host);
            }""")
        )

    def stored(self) -> str:
        """All that this tab and this browser keep for the site."""
        return str(self.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])"))


Visit = Callable[..., Reader]


@pytest.fixture
def visit(world: WidgetServer, browser: Browser) -> Iterator[Visit]:
    """Send a reader to a page; whatever options a browser context takes. No reader may meet a script error."""
    contexts: list[BrowserContext] = []
    readers: list[Reader] = []

    def send(path: str = "guide/", **options: Any) -> Reader:
        options.setdefault("viewport", {"width": 1100, "height": 800})
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(15_000)
        readers.append(Reader(contexts[-1].new_page(), world.url))
        return readers[-1].go(path)

    yield send
    problems = [problem for reader in readers for problem in reader.problems]
    for context in contexts:
        context.close()
    # A refused request is logged by the browser itself; the tests of failures are about what the widget makes of it.
    assert [problem for problem in problems if not problem.startswith("Failed to load resource")] == []


# Asking


def test_an_answer_streams_in_with_numbered_citations_that_lead_into_the_site(world: WidgetServer, visit: Visit) -> None:
    rest = threading.Event()
    first, second, *others = events(WHOLE)
    world.replies["stream?"] = Reply((b": ping\n\n", first, second, rest, *others))
    reader = visit().open().ask("stream?", done=False)
    expect(reader.log).to_contain_text("MLOps watches drift in features.")
    expect(reader.state).to_have_class(re.compile("pending"))
    rest.set()
    expect(reader.state).to_contain_text("Answered")
    assert [mark.get_attribute("href") for mark in reader.marks.all()] == [
        world.url + url for url in (MONITORING["url"], COST["url"], COST["url"], MONITORING["url"])
    ]
    expect(reader.marks.first).to_have_accessible_name("1: Key differences › Monitoring")
    assert world.asked == [{"question": "stream?", "history": [], "page": "guide/"}]


def test_the_list_of_sources_says_how_strong_their_evidence_is(visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    expect(reader.log.locator("ul.list > li", has_text="Why both")).to_contain_text("vendor source, 2024")


def test_consecutive_items_form_a_list_and_consecutive_rows_a_table(visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    expect(reader.log.locator("ul:not(.list):not(.asks) > li")).to_have_text(["Share the registry2", "Add gates"])
    expect(reader.log.locator("th")).to_have_text(["Concern", "MLOps", "LLMOps", "Both"])
    expect(reader.log.locator("td")).to_have_text(["Release unit", "a model | version", "prompt and model", "one pipeline1"])
    expect(reader.log.locator("strong")).to_have_text("MLOps")
    expect(reader.log.locator("code")).to_have_text("features")


def test_code_keeps_its_lines_and_can_be_copied_as_a_block(world: WidgetServer, visit: Visit) -> None:
    code = "a = `1`\n  <b>**b**</b>"
    shown = answer(statement("Run this:", 1), statement(code, 1, kind="code"), statement("Done.", 1), citations=(MONITORING,))
    world.replies["code?"] = streamed(shown)
    reader = visit(permissions=["clipboard-read", "clipboard-write"]).open().ask("code?")
    assert reader.log.locator("pre code").evaluate("node => node.textContent") == code
    expect(reader.log.locator(".body > p")).to_have_text(["Run this:1", "Done.1"])
    reader.choose("Copy conversation as Markdown")
    expect(reader.panel).to_contain_text("Copied")
    assert f"\n`````\n{code}\n`````\n" in str(reader.page.evaluate("navigator.clipboard.readText()"))


def test_nothing_is_loaded_but_the_module_and_no_panel_is_built_before_the_reader_opens_it(world: WidgetServer, visit: Visit) -> None:
    reader = visit()
    expect(reader.launcher).to_be_visible()
    assert reader.page.evaluate("window.atLoad") is False
    assert reader.panel.count() == 0
    assert [path for path in world.requests if path not in ("/guide/", "/style.css", "/probe.js")] == ["/assets/assistant.js"]


def test_the_shortcut_opens_with_the_field_focused_and_closes_again(visit: Visit) -> None:
    reader = visit()
    expect(reader.launcher).to_have_attribute("aria-keyshortcuts", "Control+/")
    reader.page.locator("#first").focus()
    reader.page.keyboard.press("Control+/")
    expect(reader.field).to_be_focused()
    reader.page.keyboard.press("Control+/")
    expect(reader.panel).to_be_hidden()
    assert reader.focused() == "page:Other page"


def test_the_shortcut_can_be_another_or_none(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html("<docs-assistant shortcut='i'></docs-assistant>")
    world.pages["/other/"] = html("<docs-assistant shortcut='none'></docs-assistant>")
    reader = visit()
    expect(reader.launcher).to_be_visible()
    reader.page.keyboard.press("Control+i")
    expect(reader.field).to_be_focused()
    reader.page.keyboard.press("Escape")
    reader.go("other/")
    expect(reader.launcher).to_be_visible()
    reader.page.keyboard.press("Control+/")
    assert reader.panel.count() == 0


@pytest.mark.parametrize(
    ("attribute", "head", "server", "expected"),
    [
        pytest.param("suggestions='One? | Two?'", QUESTIONS, ["Server?"], ["One?", "Two?"], id="the attribute first"),
        pytest.param("", QUESTIONS, ["Server?"], ["First question?", "Second question?", "Third question?"], id="then the page's own"),
        pytest.param("", "", ["Server?", "Second?"], ["Server?", "Second?"], id="then the server's"),
        pytest.param("", "", [], [], id="else none"),
    ],
)
def test_the_panel_suggests_questions_of_this_page(
    world: WidgetServer, visit: Visit, attribute: str, head: str, server: list[str], expected: list[str]
) -> None:
    world.suggestions = server
    world.pages["/guide/"] = html(f"<docs-assistant {attribute}></docs-assistant>", head=head)
    reader = visit().open()
    expect(reader.log.locator(".asks button")).to_have_text(expected)
    if expected:
        reader.field.fill("half a thou")
        reader.button(expected[0]).click()
        expect(reader.state).to_contain_text("Answered")
        assert world.asked[0]["question"] == expected[0]
        expect(reader.field).to_have_value("half a thou")


def test_selected_text_goes_along_as_context(world: WidgetServer, visit: Visit) -> None:
    reader = visit()
    expect(reader.launcher).to_have_text("Ask")
    reader.page.locator("#quote").select_text()
    expect(reader.launcher).to_have_text("Ask about this passage")
    reader.open()
    expect(reader.panel.locator(".composer .passage")).to_have_text("Drift is watched daily by the platform team.")
    reader.ask("Who is that?")
    expect(reader.turns.locator(".passage")).to_have_text("Drift is watched daily by the platform team.")
    assert world.asked[0]["context"] == "Drift is watched daily by the platform team."
    reader.page.evaluate("getSelection().removeAllRanges()")
    reader.ask("And then?")
    assert "context" not in world.asked[1]


def test_text_selected_while_the_panel_is_open_is_only_taken_on_demand(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open()
    reader.page.locator("#quote").click(click_count=3)
    reader.button("Ask about this passage").click()
    expect(reader.panel.locator(".composer .passage")).to_contain_text("Drift is watched daily")
    reader.panel.locator(".composer .tiny").click()
    expect(reader.panel.locator(".composer .passage")).to_have_count(0)


def test_an_answer_can_be_stopped_retried_and_its_question_edited(world: WidgetServer, visit: Visit) -> None:
    never = threading.Event()
    world.replies["long?"] = Reply((event("statement", statement("The beginning.")), never))
    reader = visit().open().ask("long?", done=False)
    expect(reader.log).to_contain_text("The beginning.")
    reader.field.fill("next thought")
    reader.field.press("Enter")
    expect(reader.field).to_have_value("next thought")
    reader.button("Stop").click()
    expect(reader.state).to_have_text("Stopped")
    never.set()
    world.replies["long?"] = streamed(answer(statement("The whole.")))
    reader.button("Try again").click()
    expect(reader.log).to_contain_text("The whole.")
    expect(reader.log).not_to_contain_text("The beginning.")
    reader.button("Edit question").click()
    expect(reader.field).to_have_value("long?\nnext thought")
    reader.ask("short?")
    expect(reader.turns).to_have_count(1)
    expect(reader.turns.locator("h3")).to_have_text("short?")
    assert [asked["question"] for asked in world.asked] == ["long?", "long?", "short?"]


def test_follow_ups_send_the_last_six_turns_and_show_what_was_understood(world: WidgetServer, visit: Visit) -> None:
    world.replies["and cost?"] = streamed(
        answer(statement("It costs.", 1), citations=(MONITORING,), understood="What does monitoring cost?")
    )
    reader = visit().open().ask("whole?")
    for number in range(6):
        reader.ask(f"question {number}")
    reader.ask("and cost?")
    expect(reader.turns.last).to_contain_text("Understood as “What does monitoring cost?”")
    history = world.asked[-1]["history"]
    assert [turn["content"] for turn in history if turn["role"] == "user"] == [f"question {number}" for number in range(6)]
    assert [turn["role"] for turn in history] == ["user", "assistant"] * 6
    assert world.asked[1]["history"][1]["content"].startswith("MLOps watches drift in features.\nLLMOps grades samples.")


def test_the_dialogue_survives_navigation_and_reload_in_this_tab_only(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    reader.field.fill("not sent yet")
    reader.page.locator("#first").click()
    expect(reader.panel).to_be_visible()
    expect(reader.log).to_contain_text("LLMOps grades samples.")
    expect(reader.field).to_have_value("not sent yet")
    assert reader.focused().startswith("page:")
    reader.page.reload()
    expect(reader.log).to_contain_text("LLMOps grades samples.")
    assert len(world.asked) == 1
    session, local, cookie = json.loads(reader.stored())
    assert "LLMOps grades samples." in str(session)
    assert (local, cookie) == ({}, "")
    reader.page.go_back()
    expect(reader.field).to_have_value("not sent yet")


def test_an_answer_cut_off_by_navigation_is_asked_for_again_once(world: WidgetServer, visit: Visit) -> None:
    never = threading.Event()
    world.replies["slow?"] = Reply((event("statement", statement("Begun.")), never))
    reader = visit().open().ask("slow?", done=False)
    expect(reader.log).to_contain_text("Begun.")
    reader.page.locator("#first").click()
    expect(reader.state).to_have_class(re.compile("pending"))
    reader.page.wait_for_function("() => true")
    reader.page.reload()
    expect(reader.state).to_have_text("Stopped")
    assert len(world.asked) == 2
    never.set()


def test_the_dialogue_can_be_copied_as_markdown_with_its_links_and_cleared(world: WidgetServer, visit: Visit) -> None:
    reader = visit(permissions=["clipboard-read", "clipboard-write"]).open().ask("whole?").ask("none?")
    reader.choose("Copy conversation as Markdown")
    expect(reader.panel).to_contain_text("Copied")
    copied = str(reader.page.evaluate("navigator.clipboard.readText()"))
    link = f"{world.url}guide/#monitoring:~:text=Drift%20is%20watched%20daily"
    for expected in (
        "## whole?",
        f"**MLOps** watches drift in `features`. [\\[1\\]]({link})",
        "- Add gates",
        "| Concern | MLOps | LLMOps | Both |\n| --- | --- | --- | --- |\n| Release unit | a model \\| version | prompt and model |",
        f"1. [Key differences › Monitoring]({link}): “Drift is watched daily by the platform team.”",
        "## none?",
        f"- [Why both › Cost]({world.url}other/#cost)",
    ):
        assert expected in copied
    reader.choose("Clear conversation")
    expect(reader.turns).to_have_count(0)
    expect(reader.log).to_contain_text("What would you like to know?")
    assert "LLMOps" not in reader.stored()


def test_a_link_to_ask_opens_with_the_question_once(world: WidgetServer, visit: Visit) -> None:
    reader = visit("guide/#ask=What%20is%20%2B%20drift%3F")
    expect(reader.state).to_contain_text("Answered")
    assert [asked["question"] for asked in world.asked] == ["What is + drift?"]
    assert reader.page.url == f"{world.url}guide/"
    reader.page.reload()
    expect(reader.log).to_contain_text("What is + drift?")
    assert len(world.asked) == 1


def test_links_in_the_page_and_code_can_open_it_with_a_question(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html('<p><a href="#ask=Linked?">ask</a> <a href="#ask=">open</a></p>')
    reader = visit()
    expect(reader.launcher).to_be_visible()
    reader.page.get_by_text("open", exact=True).click()
    expect(reader.field).to_be_focused()
    reader.page.keyboard.press("Escape")
    reader.page.get_by_text("ask", exact=True).click()
    expect(reader.turns.locator("h3")).to_have_text(["Linked?"])
    expect(reader.state).to_contain_text("Answered")
    reader.page.evaluate("document.querySelector('docs-assistant').ask('Coded?', {context: 'a passage'})")
    expect(reader.turns.locator("h3")).to_have_text(["Linked?", "Coded?"])
    expect(reader.state).to_contain_text("Answered")
    assert world.asked[1]["context"] == "a passage"


# Trusting


def test_the_quote_shows_on_hover_and_on_focus_and_escape_closes_only_it(visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    reader.hover_first()
    expect(reader.preview).to_contain_text("Drift is watched daily by the platform team.")
    expect(reader.marks.first).to_have_attribute("aria-describedby", "preview")
    reader.preview.hover()
    reader.page.wait_for_timeout(350)
    expect(reader.preview).to_be_visible()
    reader.field.hover()
    expect(reader.preview).to_be_hidden()
    reader.marks.nth(1).hover()
    expect(reader.preview).to_contain_text("vendor source, 2024")
    reader.field.hover()
    expect(reader.preview).to_be_hidden()
    for _ in range(12):
        reader.page.keyboard.press("Shift+Tab")
        if reader.preview.is_visible():
            break
    expect(reader.preview).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(reader.preview).to_be_hidden()
    expect(reader.panel).to_be_visible()


def colors(page: Page) -> set[tuple[int, ...]]:
    """Every color on the screen."""
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    return {color for _, color in image.getcolors(1 << 24) or []}  # type: ignore[misc]


@pytest.mark.parametrize("start", ["guide/", "other/"], ids=["on the same page", "on another page"])
def test_a_citation_goes_to_its_section_with_the_quote_highlighted_and_the_dialogue_kept(visit: Visit, start: str) -> None:
    reader = visit(start).open().ask("whole?")
    assert (255, 0, 200) not in colors(reader.page)
    reader.marks.first.click()
    expect(reader.page).to_have_url(re.compile("guide/#monitoring"))
    expect(reader.page.locator("#quote")).to_be_in_viewport()
    expect(reader.panel).to_be_visible()
    expect(reader.log).to_contain_text("LLMOps grades samples.")
    assert (255, 0, 200) in colors(reader.page)


def test_on_a_phone_the_panel_makes_way_for_the_section(visit: Visit) -> None:
    reader = visit("other/", viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True).open().ask("whole?")
    assert reader.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    expect(reader.panel).to_have_attribute("aria-modal", "true")
    reader.marks.first.tap()
    expect(reader.page.locator("#quote")).to_be_in_viewport()
    expect(reader.launcher).to_be_visible()
    reader.open()
    expect(reader.log).to_contain_text("LLMOps grades samples.")


@pytest.mark.parametrize(
    ("question", "verdict", "more"),
    [
        pytest.param("whole?", "Answered · quoted word for word", "Sources", id="answered"),
        pytest.param("partly?", "Partly answered · quoted word for word", "Not covered — prices in euros", id="partly"),
        pytest.param("none?", "Not covered", "These pages don’t seem to answer that.", id="not covered"),
    ],
)
def test_the_verdict_stands_above_the_answer(visit: Visit, question: str, verdict: str, more: str) -> None:
    reader = visit().open().ask(question)
    assert re.sub(r"\s*·\s*", " · ", reader.state.inner_text()) == verdict
    expect(reader.turns.last).to_contain_text(more)


def test_what_is_not_covered_offers_the_nearest_sections_and_the_site_search(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html("<docs-assistant search-url='/search/?q={query}&x=1'></docs-assistant>")
    reader = visit().open().ask("none?")
    expect(reader.log.get_by_role("link", name="Why both › Cost")).to_have_attribute("href", f"{world.url}other/#cost")
    expect(reader.log.get_by_role("link", name="Search this site")).to_have_attribute("href", f"{world.url}search/?q=none%3F&x=1")


# Feedback


def test_a_thumb_down_asks_why_says_what_is_stored_and_sends_it_once(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    reader.button("Not helpful").click()
    expect(reader.log.locator("form")).to_contain_text("No name, no cookie.")
    reader.log.get_by_label("A citation doesn’t fit").check()
    reader.log.get_by_label("Comment (optional)").fill("Number 2 is about cost.")
    world.rating_status = 503
    reader.log.get_by_role("button", name="Send").click()
    expect(reader.log).to_contain_text("That didn’t work.")
    world.rating_status = 201
    reader.button("Try again").last.click()
    expect(reader.log).to_contain_text("Thank you.")
    first, second = world.rated
    assert first == second
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", second.pop("id"))
    assert second == {
        "rating": "down",
        "reason": "citation",
        "comment": "Number 2 is about cost.",
        "question": "whole?",
        "verdict": "answered",
        "citations": [MONITORING["url"], COST["url"]],
        "page": "guide/",
        "index_version": "test-1",
    }


def test_a_thumb_up_is_one_press_and_can_be_changed(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    reader.button("Helpful").click()
    expect(reader.button("Helpful")).to_have_attribute("aria-pressed", "true")
    expect(reader.log).to_contain_text("Stored: rating, comment")
    reader.button("Not helpful").click()
    reader.log.get_by_role("button", name="Send").click()
    expect(reader.button("Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(reader.log).to_contain_text("Thank you.")
    up, down = world.rated
    assert (up["rating"], up["reason"], up["comment"], down["rating"]) == ("up", None, None, "down")
    assert up["id"] != down["id"]


def test_a_gap_is_reported_with_one_press(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open().ask("none?")
    reader.button("Report this gap").click()
    expect(reader.log).to_contain_text("Thank you.")
    (sent,) = world.rated
    assert (sent["rating"], sent["reason"], sent["question"], sent["verdict"]) == ("down", "incomplete", "none?", "not_covered")
    assert reader.log.locator("form").count() == 0


def test_nearest_sections_show_what_they_say(visit: Visit) -> None:
    expect(visit().open().ask("none?").log.get_by_text("Both cost more than one.")).to_be_visible()


# Failing well

BEGUN = event("statement", statement("Begun."))
DAMAGED = b"event: statement\ndata: {\xff\xfe\n\nevent: statement\ndata: 7\n\nevent: citation\ndata: null\n\n"


@pytest.mark.parametrize(
    ("reply", "message", "detail"),
    [
        pytest.param(failing(400, "Not like this."), "The assistant refused this question.", "Not like this. (req-7)", id="400"),
        pytest.param(failing(429, "Slow down.", **{"Retry-After": "1"}), "Too many questions.", "Slow down.", id="429 with a wait"),
        pytest.param(failing(429, "Slow down."), "Too many questions.", "Slow down.", id="429 without"),
        pytest.param(failing(500, "Oh no."), "That didn’t work.", "Oh no. (req-7)", id="500"),
        pytest.param(failing(503, "No index.", **{"Retry-After": "1"}), "The assistant is busy or starting.", "No index.", id="503"),
        pytest.param(Reply((b"<h1>Bad gateway</h1>",), 502), "That didn’t work.", "", id="502 of a proxy"),
        pytest.param(
            Reply((b"<h1>Log in</h1>",), 200, {"Content-Type": "text/html"}), "The answer arrived damaged.", "", id="a login page"
        ),
        pytest.param(Reply((BEGUN,)), "The connection broke mid-answer.", "Begun.", id="cut in mid-stream"),
        pytest.param(Reply((BEGUN, b"event: done\ndata: {}")), "The connection broke mid-answer.", "Begun.", id="cut in the last event"),
        pytest.param(Reply((BEGUN, DAMAGED)), "The answer arrived damaged.", "Begun.", id="malformed events"),
        pytest.param(Reply((BEGUN, event("done", {"verdict": 3}))), "The answer arrived damaged.", "Begun.", id="malformed end"),
        pytest.param(Reply((BEGUN, threading.Event())), "No answer in time.", "Begun.", id="silence"),
        pytest.param(
            Reply((BEGUN, event("error", {"error": "The model went away.", "request_id": "req-9"}))),
            "That didn’t work.",
            "The model went away. (req-9)",
            id="error event",
        ),
    ],
)
def test_each_failure_has_its_message_and_a_way_on(world: WidgetServer, visit: Visit, reply: Reply, message: str, detail: str) -> None:
    world.pages["/guide/"] = html("<docs-assistant timeout='1'></docs-assistant>")
    world.replies["a long question, typed with care?"] = reply
    reader = visit().open().ask("a long question, typed with care?")
    expect(reader.state).to_have_text(message)
    expect(reader.turns.last).to_contain_text(detail)
    expect(reader.turns.locator("h3")).to_have_text("a long question, typed with care?")
    world.replies.clear()
    reader.button("Try again").click()
    expect(reader.state).to_contain_text("Answered")
    expect(reader.turns).to_have_count(1)


def test_damage_on_the_way_is_mended_by_the_whole_answer_at_the_end(world: WidgetServer, visit: Visit) -> None:
    world.replies["mended?"] = Reply((DAMAGED, event("later-kind", {}), event("done", WHOLE)))
    reader = visit().open().ask("mended?")
    expect(reader.state).to_contain_text("Answered")
    expect(reader.marks).to_have_count(4)


def test_what_a_later_server_adds_disturbs_nothing(world: WidgetServer, visit: Visit) -> None:
    more = {"advice": {"recommendation": "both", "questions": [{"id": "labels"}]}, "usage": None, "writer": "openai:some-model"}
    later = answer(statement("Said.", 1), {**statement("New kind.", 1), "kind": "callout", "icon": "i"}, citations=(MONITORING,), **more)
    world.replies["later?"] = Reply((event("advice", more["advice"]), event("delta", "Sa"), *events(later)))
    reader = visit().open().ask("later?")
    assert re.sub(r"\s*·\s*", " · ", reader.state.inner_text()) == "Answered · worded by a language model"
    expect(reader.log.locator(".body p")).to_have_text(["Said.1", "New kind.1"])


def test_bytes_may_be_cut_anywhere(world: WidgetServer, visit: Visit) -> None:
    stream = b"".join(events(answer(statement("Żółć für 你好."), statement("Second.")))).replace(b"\n", b"\r\n")
    world.replies["bytes?"] = Reply(tuple(stream[at : at + 1] for at in range(len(stream))))
    reader = visit().open().ask("bytes?")
    expect(reader.log).to_contain_text("Żółć für 你好.")
    expect(reader.state).to_contain_text("Answered")


def test_offline_and_unreachable_are_told_apart_and_the_question_is_kept(visit: Visit) -> None:
    reader = visit().open()
    reader.page.context.set_offline(True)
    reader.ask("kept?")
    expect(reader.state).to_have_text("You are offline.")
    reader.page.context.set_offline(False)
    reader.page.route("**/api/ask", lambda route: route.abort())
    reader.button("Try again").click()
    expect(reader.state).to_have_text("The assistant can’t be reached.")
    reader.page.unroute("**/api/ask")
    reader.button("Try again").click()
    expect(reader.state).to_contain_text("Answered")


def test_a_question_that_is_too_long_stays_in_the_field(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open()
    reader.field.fill("x" * 2001)
    expect(reader.panel.locator("#hint")).to_have_text("At most 2000 characters")
    expect(reader.field).to_have_attribute("aria-invalid", "true")
    reader.field.press("Enter")
    expect(reader.field).to_have_value("x" * 2001)
    assert world.asked == []


def test_half_a_surrogate_pair_is_never_sent(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open().ask("a" + "😀" * 1500 + "?", done=False)  # one emoji is two characters to JavaScript
    expect(reader.panel.locator("#hint")).to_be_visible()
    reader.ask("x" * 999 + "😀 first").ask("second")
    assert world.asked[1]["history"][0]["content"] == "x" * 999 + "�"


# Attacks

PAYLOADS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg onload=window.hacked=1><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "</div><a href='javascript:window.hacked=1'>click</a>",
    "**bold** `<b>` [link](javascript:window.hacked=1) ![](https://evil.example/x.png)",
    "\"><style>@import 'https://evil.example/x.css'</style>",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "&lt;script&gt; \\<b\\> \u202e desrever \u0000",
    "`" * 3000 + "**" * 3000,
]
URLS = [
    "javascript:window.hacked=1",
    " JaVaScRiPt:window.hacked=1",
    "java\tscript:window.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://evil.example/1",
]
ALLOWED = {*"a article blockquote button code details div h2 h3 h4 i li ol".split(), *"p path section span strong summary".split()}
ALLOWED |= {"svg", "table", "td", "textarea", "th", "tr", "ul"}


@pytest.mark.parametrize("by_character", [False, True], ids=["whole", "one character an event"])
def test_attack_strings_stay_inert_text(world: WidgetServer, visit: Visit, by_character: bool) -> None:
    cited = tuple(citation(number, PAYLOADS[number % 4], PAYLOADS[1], url, PAYLOADS[2]) for number, url in enumerate(URLS, 1))
    said = []
    for at, payload in enumerate(PAYLOADS):
        for kind in ("text", "item", "row", "heading"):
            pieces = payload[:400] if by_character and kind == "text" else [payload]
            said += [statement(piece, 1 + at % len(URLS), kind=kind, label="header" if at % 2 else "") for piece in pieces]
    hostile = answer(
        *said[:500],
        citations=cited,
        suggestions=PAYLOADS[:3],
        nearest=[{"title": PAYLOADS[1], "heading": PAYLOADS[0], "url": url} for url in URLS],
        missing=PAYLOADS[1],
        notes=PAYLOADS[:2],
        verdict="partial",
        understood=PAYLOADS[1],
        writer=PAYLOADS[1],
    )
    world.replies[PAYLOADS[1]] = streamed(hostile)
    world.replies["fail?"] = failing(418, PAYLOADS[1])
    world.suggestions = PAYLOADS[:2]
    reader = visit().open().ask("fail?").ask(PAYLOADS[1])
    expect(reader.state).to_contain_text("Partly answered")
    reader.marks.first.hover()
    body = reader.turns.last.locator(".body").inner_text()
    assert PAYLOADS[1] in body
    assert by_character or PAYLOADS[0] in body
    reader.page.reload()  # what was stored is drawn again
    expect(reader.state).to_contain_text("Partly answered")
    for chip in reader.marks.all()[:3]:
        chip.click(force=True)
    found = reader.page.evaluate("""() => {
        const all = [...document.querySelector("docs-assistant").shadowRoot.querySelectorAll("*")];
        return {
            hacked: window.hacked ?? null, tags: [...new Set(all.map((node) => node.localName))],
            links: all.flatMap((node) => node.href && node.localName === "a" ? [node.protocol] : []),
            attributes: [...new Set(all.flatMap((node) => node.getAttributeNames()))].filter((name) => /^on|src|^xlink/.test(name)),
        };
    }""")
    assert found["hacked"] is None
    assert set(found["tags"]) <= ALLOWED
    assert (found["links"], found["attributes"]) == ([], [])


def test_links_to_other_origins_name_their_host_and_open_apart(world: WidgetServer, visit: Visit) -> None:
    world.replies["away?"] = streamed(
        answer(statement("See.", 1), citations=(citation(1, "Elsewhere", "", "https://elsewhere.example/x", "q"),))
    )
    reader = visit().open().ask("away?")
    link = reader.log.locator(".list a")
    expect(link).to_have_text("Elsewhere elsewhere.example (new tab)")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener")


def test_the_module_is_small_and_never_writes_html() -> None:
    source = WIDGET.read_text("utf-8")
    assert len(gzip.compress(source.encode(), 9)) <= 20_000
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc", source)


# At peace with its page


def test_keys_pressed_in_the_widget_never_reach_the_page(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    reader.page.evaluate("window.keys.length = 0")
    reader.field.press_sequentially("sfpn./,")
    reader.button("Copy answer").focus()
    for name in "sfpn./":
        reader.page.keyboard.press(name)
    assert reader.page.evaluate("window.keys") == []
    expect(reader.field).to_have_value("sfpn./,")
    reader.page.keyboard.press("Control+k")
    assert "k" in reader.page.evaluate("window.keys")


def test_the_reader_can_turn_it_off_for_good_and_on_again(world: WidgetServer, visit: Visit) -> None:
    reader = visit().open()
    reader.choose("Turn off for good")
    expect(reader.panel).to_contain_text("The assistant is off")
    reader.button("Close").click()
    reader.go("other/")
    expect(reader.widget).to_be_attached()
    expect(reader.launcher).to_be_hidden()
    reader.page.keyboard.press("Control+/")
    assert reader.panel.count() == 0
    reader.go("guide/#assistant=on")
    expect(reader.field).to_be_focused()
    reader.page.keyboard.press("Escape")
    expect(reader.launcher).to_be_visible()


def test_consent_comes_before_anything_is_sent(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html("<docs-assistant consent privacy-url='/other/'></docs-assistant>")
    reader = visit("guide/#ask=Waiting?")
    expect(reader.panel).to_contain_text("go to 127.0.0.1")
    expect(reader.panel.get_by_role("link", name="Privacy policy")).to_have_attribute("href", f"{world.url}other/")
    expect(reader.log).to_be_hidden()
    assert not [path for path in world.requests if path.startswith("/api")]
    reader.button("Cancel").click()
    expect(reader.panel).to_be_hidden()
    reader.open()
    reader.button("Agree").click()
    expect(reader.state).to_contain_text("Answered")
    assert [asked["question"] for asked in world.asked] == ["Waiting?"]
    reader.choose("Withdraw consent")
    expect(reader.button("Agree")).to_be_visible()


def test_there_is_one_widget_however_often_it_is_included(world: WidgetServer, visit: Visit) -> None:
    others = ("/assistant.js", "/assets/assistant.js?v=2")
    scripts = SCRIPT + SCRIPT + "".join(f'<script type="module" src="{other}"></script>' for other in others)
    world.pages["/guide/"] = html(script=scripts)
    world.pages["/other/"] = html("<docs-assistant></docs-assistant><docs-assistant title='Second'></docs-assistant>", script=scripts)
    reader = visit()
    expect(reader.launcher).to_be_visible()
    assert reader.widget.count() == 1
    reader.go("other/")
    expect(reader.launcher).to_have_count(1)


def test_it_is_put_back_when_navigation_without_page_load_takes_it_away(world: WidgetServer, visit: Visit) -> None:
    rest = threading.Event()
    first, second, *others = events(WHOLE)
    world.replies["stream?"] = Reply((first, second, rest, *others))
    reader = visit().open().ask("stream?", done=False)
    expect(reader.log).to_contain_text("MLOps watches drift")
    reader.page.evaluate("""() => {
        history.pushState(null, "", "/other/");
        const body = document.createElement("body");
        body.append(...[...document.body.children].filter((node) => node.localName !== "docs-assistant"));
        document.documentElement.replaceChild(body, document.body);
        document.title = "Other";
        document.head.append(Object.assign(document.createElement("meta"), {name: "assistant-question", content: "Of the other page?"}));
    }""")
    rest.set()
    expect(reader.state).to_contain_text("Answered")
    assert reader.widget.count() == 1
    reader.choose("Clear conversation")
    expect(reader.button("Of the other page?")).to_be_visible()
    reader.ask("where?")
    assert world.asked[-1]["page"] == "other/"


def test_it_can_stand_in_the_page_and_then_there_is_no_button(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html(
        "<docs-assistant></docs-assistant><div id='here'><docs-assistant inline greeting='Ask away'></docs-assistant></div>"
    )
    reader = visit()
    expect(reader.panel).to_be_visible()
    expect(reader.panel).to_contain_text("Ask away")
    expect(reader.launcher.first).to_be_hidden()
    assert reader.focused().startswith("page:")
    box, here = reader.panel.bounding_box(), reader.page.locator("#here").bounding_box()
    assert box and here and abs(box["width"] - here["width"]) < 2
    reader.ask("whole?")
    reader.page.keyboard.press("Escape")
    expect(reader.panel).to_be_visible()


def look(reader: Reader) -> Json:
    """How the widget is drawn: its box and the computed style of a few of its parts."""
    found: Json = reader.page.evaluate("""() => {
        const root = document.querySelector("docs-assistant").shadowRoot;
        const names = ["color", "backgroundColor", "font", "letterSpacing", "textTransform", "lineHeight", "visibility", "opacity"];
        names.push("direction", "cursor", "float", "display");
        return Object.fromEntries([".panel", ".head h2", ".body p", ".body a", "textarea", ".send", "th", ".log"].map((part) => {
            const node = root.querySelector(part), style = getComputedStyle(node), {x, y, width, height} = node.getBoundingClientRect();
            return [part, [...names.map((name) => style[name]), x, y, width, height]];
        }));
    }""")
    return found


def test_a_hostile_stylesheet_changes_nothing(world: WidgetServer, visit: Visit) -> None:
    plain = look(visit().open().ask("whole?"))
    world.pages["/hostile.css"] = """
    html { font-size: 40px }
    * { font: italic 30px serif !important; color: red !important; letter-spacing: 9px !important; float: right !important }
    body { text-transform: uppercase; line-height: 4; cursor: wait; visibility: visible }
    docs-assistant { display: none !important; position: static !important; opacity: 0 !important; visibility: hidden !important }
    docs-assistant { zoom: 3 !important; transform: scale(2) !important }
    docs-assistant * { display: none !important } textarea, button, a, p { background: lime !important; width: 1px !important }
    html { contain: paint } body { transform: scale(1); filter: grayscale(1) opacity(.5) }
    main::after { content: ""; position: fixed; inset: 0; z-index: 2147483647 }
    """
    world.pages["/guide/"] = html(head='<link rel="stylesheet" href="/hostile.css">')
    assert look(visit().open().ask("whole?")) == plain


def test_one_line_puts_it_on_a_page_of_somebody_elses_making(world: WidgetServer, visit: Visit) -> None:
    with WidgetServer() as other:
        host = world.url.removesuffix("/")
        other.policy = (
            f"default-src 'none'; script-src {host}; connect-src {host}; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        other.pages = {
            "/": f"<!doctype html><title>Plain</title><body><h1>A page without a thought of us</h1>"
            f'<script type="module" src="{host}/assistant.js" data-title="Ask about it"></script>'
        }
        reader = visit("style.css")
        reader.foreign = (other.url,)
        reader.page.goto(other.url)
        reader.open().ask("whole?")
        expect(reader.panel.locator("h2")).to_have_text("Ask about it")
        expect(reader.marks.first).to_have_attribute("href", world.url + MONITORING["url"])
        expect(reader.marks.first).to_have_attribute("target", "_blank")
        reader.button("Helpful").click()
        expect(reader.log).to_contain_text("Thank you.")
        assert (world.asked[0]["page"], len(world.rated)) == ("", 1)
        assert set(other.requests) <= {"/", "/favicon.ico"}


def test_the_page_keeps_its_own_look(world: WidgetServer, visit: Visit) -> None:
    style = """() => JSON.stringify([...document.querySelectorAll("body, main, main *")].map((node) =>
        [node.getBoundingClientRect(), getComputedStyle(node).color, getComputedStyle(node).font]))"""
    reader = visit()
    expect(reader.launcher).to_be_visible()
    with_widget = reader.page.evaluate(style)
    world.pages["/guide/"] = html(script="")
    assert reader.go().page.evaluate(style) == with_widget


def test_attributes_set_server_title_colors_position_language_and_words(world: WidgetServer, visit: Visit) -> None:
    script = '<script type="module" src="/assets/assistant.js" data-title="Vom Skript" data-launch="Hilfe"></script>'
    world.pages["/guide/"] = html(
        '<docs-assistant lang="de" accent="#a00000" position="start" theme="dark" server="/sub" greeting="Hallo!"></docs-assistant>',
        script=script,
    )
    reader = visit()
    expect(reader.launcher).to_have_text("Hilfe")
    box = reader.launcher.bounding_box()
    assert box and box["x"] == 20
    expect(reader.launcher).to_have_css("background-color", "rgb(160, 0, 0)")
    reader.open()
    expect(reader.panel.locator("h2")).to_have_text("Vom Skript")
    expect(reader.panel).to_contain_text("Hallo!")
    expect(reader.panel).to_have_css("background-color", "rgb(27, 30, 38)")
    assert reader.page.locator("docs-assistant").get_attribute("title") is None
    with reader.page.expect_request("**/api/ask") as asked:
        reader.field.fill("x")
        reader.button("Senden").click()
    assert asked.value.url == f"{world.url}sub/api/ask"


def test_the_documentation_names_every_attribute_property_and_method() -> None:
    source, page = WIDGET.read_text("utf-8"), WIDGET.parents[1].joinpath("developers", "embed.md").read_text("utf-8")
    attributes = set(re.findall(r'setting\("([a-z-]+)"\)', source)) | {"inline"}
    table = page.partition("## Which attributes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.M)) == attributes
    properties = set(re.findall(r"var\((--assistant-[a-z-]+)", source))
    assert set(re.findall(r"`(--assistant-[a-z-]+)`", page)) == properties
    methods = re.search(r'for \(const name of \["(.+)"\]\) DocsAssistant', source)
    assert methods and all(f"`{name}(" in page for name in methods[1].split('", "'))


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_language_has_every_label(language: str) -> None:
    source = WIDGET.read_text("utf-8")
    blocks = dict(re.findall(r"^  (\w\w): \{\n(.*?)^  \},", source, re.S | re.M))
    keys = [set(re.findall(r"(\w+): \"", blocks[code])) for code in ("en", language)]
    assert keys[0] == keys[1]
    used = set(re.findall(r"\bt\.(\w+)", source)) | {"limited", "busy", "refused", "cut", "garbled", "timeout", "offline", "unreachable"}
    assert used <= keys[1]


def test_the_panel_follows_the_palette_of_page_and_system(world: WidgetServer, visit: Visit) -> None:
    light, dark = "rgb(255, 255, 255)", "rgb(27, 30, 38)"
    reader = visit(color_scheme="dark").open()
    expect(reader.panel).to_have_css("background-color", dark)
    reader.page.evaluate("document.body.dataset.mdColorScheme = 'default'")
    expect(reader.panel).to_have_css("background-color", light)
    reader.page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    expect(reader.panel).to_have_css("background-color", dark)
    reader.page.evaluate("document.querySelector('docs-assistant').setAttribute('theme', 'light')")
    expect(reader.panel).to_have_css("background-color", light)


def test_the_site_root_decides_where_citations_lead_and_which_page_this_is(world: WidgetServer, visit: Visit) -> None:
    world.pages["/sub/guide/"] = html(
        "<docs-assistant site='/sub/'></docs-assistant>", script='<script type="module" src="/assistant.js"></script>'
    )
    reader = visit("sub/guide/").open().ask("whole?")
    expect(reader.marks.first).to_have_attribute("href", f"{world.url}sub/{MONITORING['url']}")
    assert world.asked[0]["page"] == "guide/"


def test_another_answerer_can_take_the_servers_place(world: WidgetServer, visit: Visit) -> None:
    world.pages["/own.js"] = """
    const own = document.createElement("docs-assistant");
    own.answerer = { async *ask({ question, history, page, context }, signal) {
        const data = { kind: "text", text: `In the browser: ${question}`, citations: [] };
        yield { event: "statement", data };
        if (question === "forever?") await new Promise((_, reject) => signal.addEventListener("abort", reject));
        yield { event: "done", data: { verdict: "answered", statements: [data], citations: [] } };
    } };
    document.body.append(own);
    """
    world.pages["/guide/"] = html(script=f'<script type="module" src="/own.js"></script>{SCRIPT}')
    reader = visit().open().ask("here?")
    expect(reader.log).to_contain_text("In the browser: here?")
    expect(reader.button("Helpful")).to_have_count(0)
    reader.ask("forever?", done=False)
    reader.button("Stop").click()
    expect(reader.state).to_have_text("Stopped")
    assert world.asked == []


def test_it_lives_in_material_with_instant_navigation(world: WidgetServer, visit: Visit, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text('# Home\n\n[Second](second.md) and <a href="#ask=Linked?">ask</a>\n', "utf-8")
    (docs / "second.md").write_text("# Second\n\nDrift.\n", "utf-8")
    (docs / "assets").mkdir()
    shutil.copy(WIDGET, docs / "assets")
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: Site\nsite_url: {world.url}\nplugins: [search]\n"
        "theme:\n  name: material\n  font: false\n  features: [navigation.instant]\n"
        "extra_javascript:\n  - path: assets/assistant.js\n    type: module\n",
        "utf-8",
    )
    built = subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    world.folder, world.pages, world.policy = tmp_path / "site", {}, "default-src 'self' 'unsafe-inline' data:"
    reader = visit("")
    expect(reader.launcher).to_be_visible()
    reader.page.evaluate("window.sameDocument = true")
    reader.page.get_by_text("ask", exact=True).click()
    expect(reader.state).to_contain_text("Answered")
    search = reader.page.locator("[data-md-component=search-query]")
    reader.button("Copy answer").focus()
    reader.page.keyboard.press("s")
    expect(search).not_to_be_focused()
    reader.page.get_by_role("link", name="Second", exact=True).last.click()
    expect(reader.page).to_have_url(f"{world.url}second/")
    expect(reader.log).to_contain_text("Linked?")
    assert reader.page.evaluate("window.sameDocument") is True
    reader.ask("none?")
    assert world.asked[-1]["page"] == "second/"
    reader.button("Search this site").click()
    expect(search).to_be_focused()
    expect(search).to_have_value("none?")


# Accessible


def test_tab_stays_in_the_panel_and_escape_gives_the_focus_back(visit: Visit) -> None:
    reader = visit().open().ask("whole?")
    for key in ("Tab", "Shift+Tab"):
        seen = []
        for _ in range(25):
            reader.page.keyboard.press(key)
            seen.append(reader.focused())
        assert not [name for name in seen if name.startswith("page:")]
        assert {"Ask a question…", "Close", "More", "1: Key differences › Monitoring", "Helpful"} <= set(seen)
    reader.page.keyboard.press("Escape")
    expect(reader.panel).to_be_hidden()
    expect(reader.launcher).to_be_focused()


def test_everything_can_be_done_by_keyboard_alone(world: WidgetServer, visit: Visit) -> None:
    reader = visit()
    expect(reader.launcher).to_be_visible()
    press = reader.page.keyboard.press
    press("Control+/")
    reader.page.keyboard.type("whole?")
    press("Enter")
    expect(reader.state).to_contain_text("Answered")

    def reach(name: str, key: str = "Tab") -> None:
        for _ in range(30):
            if reader.focused() == name:
                return
            press(key)
        raise AssertionError(f"no way to '{name}'")

    reach("Not helpful", "Shift+Tab")
    press("Enter")
    assert reader.focused() == "input"  # the first reason: the form has the focus
    press("Space")
    reach("Send")
    press("Enter")
    expect(reader.log).to_contain_text("Thank you.")
    assert world.rated[0]["reason"] == "wrong"
    reach("More")
    press("Enter")
    press("Tab")
    assert reader.focused() == "Copy conversation as Markdown"
    press("Escape")
    assert reader.focused() == "More"
    reach("1: Key differences › Monitoring")
    press("Enter")
    expect(reader.page.locator("#quote")).to_be_in_viewport()


def test_a_finished_answer_is_announced_once(visit: Visit) -> None:
    reader = visit().open()
    reader.page.evaluate("""() => {
        const status = document.querySelector("docs-assistant").shadowRoot.querySelector("[role=status]");
        window.heard = [];
        const hear = new MutationObserver(() => status.textContent && window.heard.push(status.textContent));
        hear.observe(status, {childList: true, characterData: true, subtree: true});
    }""")
    reader.ask("whole?")
    reader.page.wait_for_timeout(300)
    (heard,) = reader.page.evaluate("window.heard")
    assert heard.startswith("Answered")
    assert "MLOps watches drift in features. LLMOps grades samples." in heard
    assert reader.widget.locator("[aria-live], [role=status], [role=alert], [role=log]").count() == 1


STATES: dict[str, Callable[[Reader], object]] = {
    "closed": lambda reader: expect(reader.launcher).to_be_visible(),
    "welcome": lambda reader: reader.open(),
    "answered": lambda reader: reader.open().ask("whole?"),
    "partly": lambda reader: reader.open().ask("partly?"),
    "not covered": lambda reader: reader.open().ask("none?"),
    "pending": lambda reader: reader.open().ask("pending?", done=False),
    "failed": lambda reader: reader.open().ask("fail?"),
    "feedback": lambda reader: reader.open().ask("whole?").button("Not helpful").click(),
    "menu": lambda reader: reader.open().ask("whole?").panel.locator("summary").click(),
    "preview": lambda reader: reader.open().ask("whole?").hover_first(),
    "editing": lambda reader: reader.open().ask("partly?").button("Edit question").click(),
    "too long": lambda reader: reader.open().field.fill("x" * 2001),
    "off": lambda reader: reader.open().choose("Turn off for good"),
    "understood": lambda reader: reader.open().ask("follow?"),
    "streaming": lambda reader: expect(reader.open().ask("begun?", done=False).log).to_contain_text("Begun."),
    "stopped": lambda reader: reader.open().ask("pending?", done=False).button("Stop").click(),
    "cut": lambda reader: reader.open().ask("cut?"),
    "waiting": lambda reader: reader.open().ask("limited?"),
    "thanks": lambda reader: expect(thanked(reader.open().ask("whole?")).log).to_contain_text("Thank you."),
    "passage": lambda reader: passage(reader).open(),
    "passage, closed": lambda reader: expect(passage(reader).launcher).to_contain_text("passage"),
}


def thanked(reader: Reader) -> Reader:
    """Say that the answer helped."""
    reader.button("Helpful").click()
    return reader


def passage(reader: Reader) -> Reader:
    """Select a passage of the page."""
    expect(reader.launcher).to_be_visible()
    reader.page.locator("#quote").select_text()
    return reader


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(world: WidgetServer, visit: Visit, scheme: str) -> None:
    never = threading.Event()
    world.replies["pending?"] = Reply((BEGUN, never))
    world.replies |= {
        "begun?": Reply((BEGUN, never)),
        "cut?": Reply((BEGUN,)),
        "fail?": failing(500, "Oh no."),
        "follow?": streamed({**WHOLE, "understood": "Follow what?"}),
        "limited?": failing(429, "Slow down.", **{"Retry-After": "60"}),
    }
    found = {}
    for name, reach in STATES.items():
        world.pages["/guide/"] = html("<docs-assistant suggestions='One?|Two?'></docs-assistant>")
        reader = visit(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1100 if len(name) % 2 else 390, "height": 800})
        reach(reader)
        # the palettes differ in nothing but colors
        rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
        report = Axe().run(reader.page, context="docs-assistant", options={"resultTypes": ["violations"], **rules})
        if report.violations_count:
            found[name] = [(problem["id"], [node["html"] for node in problem["nodes"]]) for problem in report.response["violations"]]
        reader.page.context.close()
    never.set()
    assert found == {}


def test_axe_finds_nothing_inline(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html("<docs-assistant inline consent></docs-assistant>")
    reader = visit()
    expect(reader.button("Agree")).to_be_visible()
    reports = [Axe().run(reader.page, context="docs-assistant")]
    reader.button("Agree").click()
    reader.ask("whole?")
    reports.append(Axe().run(reader.page, context="docs-assistant"))
    assert [report.response["violations"] for report in reports if report.violations_count] == []


@pytest.mark.parametrize(
    "viewport",
    [
        pytest.param({"width": 320, "height": 568}, id="320 px wide"),
        pytest.param({"width": 550, "height": 400}, id="200 % zoom of a laptop"),
        pytest.param({"width": 320, "height": 256}, id="400 % zoom"),
    ],
)
def test_nothing_is_cut_off_on_small_screens(visit: Visit, viewport: dict[str, int]) -> None:
    reader = visit(viewport=viewport).open().ask("whole?")
    for part in (reader.panel, reader.log, reader.page.locator("html")):
        assert part.evaluate("(node) => node.scrollWidth - node.clientWidth") == 0
    for name in ("Helpful", "Close", "What does it cost?"):
        reader.button(name).scroll_into_view_if_needed()
        expect(reader.button(name)).to_be_in_viewport(ratio=0.95)
    reader.field.scroll_into_view_if_needed()
    expect(reader.field).to_be_in_viewport(ratio=0.95)
    table = reader.log.locator(".scroll")
    assert table.evaluate("(node) => node.scrollWidth > node.clientWidth") is True


def test_reduced_motion_and_forced_colors_are_respected(world: WidgetServer, visit: Visit) -> None:
    never = threading.Event()
    world.replies["pending?"] = Reply((BEGUN, never))
    reader = visit(reduced_motion="reduce", forced_colors="active").open().ask("pending?", done=False)
    moving = "() => document.querySelector('docs-assistant').shadowRoot.getAnimations().length + document.getAnimations().length"
    assert reader.page.evaluate(moving) == 0
    expect(reader.panel).to_have_css("border-top-style", "solid")
    expect(reader.button("Stop")).to_have_css("border-top-style", "solid")
    never.set()


@pytest.mark.parametrize("accent", ["#a00000", "#ffd54a", "#00695c", "#8fd0ea"])
def test_words_on_an_accent_of_the_sites_own_can_be_read(world: WidgetServer, visit: Visit, accent: str) -> None:
    world.pages["/guide/"] = html(f"<docs-assistant accent='{accent}'></docs-assistant>")
    reader = visit()
    expect(reader.launcher).to_be_visible()
    ratio = reader.page.evaluate("""() => {
        const style = getComputedStyle(document.querySelector("docs-assistant").shadowRoot.querySelector(".launcher"));
        const canvas = new OffscreenCanvas(1, 1).getContext("2d");
        const luminance = (color) => {
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => linear(part / 255));
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const [dark, light] = [style.color, style.backgroundColor].map(luminance).sort((one, other) => one - other);
        return (light + 0.05) / (dark + 0.05);
    }""")
    assert ratio >= 4.5


def test_in_a_page_that_reads_from_right_to_left_everything_is_mirrored(world: WidgetServer, visit: Visit) -> None:
    world.pages["/guide/"] = html(attributes='lang="ar" dir="rtl"')
    world.replies["rtl?"] = streamed(answer(statement("تتم مراقبة الانحراف يوميا.", 1), citations=(MONITORING,)))
    reader = visit()
    box = reader.launcher.bounding_box()
    assert box and box["x"] == 20
    reader.open().ask("rtl?")
    title, close = reader.panel.locator("h2").bounding_box(), reader.button("Close").bounding_box()
    assert title and close and close["x"] < title["x"]
    expect(reader.log.locator(".body")).to_have_css("direction", "rtl")


def test_labels_of_the_sites_own_make_a_new_language(world: WidgetServer, visit: Visit) -> None:
    world.pages["/own.js"] = """
    const own = document.createElement("docs-assistant");
    own.labels = {launch: "Pergunte", send: "Enviar já"};
    document.body.append(own);
    """
    world.pages["/guide/"] = html(script=f'<script type="module" src="/own.js"></script>{SCRIPT}')
    reader = visit()
    expect(reader.launcher).to_have_text("Pergunte")
    reader.open()
    expect(reader.button("Enviar já")).to_be_visible()


def test_it_works_where_the_browser_keeps_nothing(visit: Visit) -> None:
    reader = visit("style.css")
    reader.page.add_init_script("""
        const get = () => { throw new DOMException("no", "SecurityError"); };
        for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get });
    """)
    reader.go().open().ask("whole?")
    expect(reader.state).to_contain_text("Answered")


def test_a_slow_answer_says_so(world: WidgetServer, visit: Visit) -> None:
    never = threading.Event()
    world.replies["slow?"] = Reply((never,))
    reader = visit("style.css")
    reader.page.clock.install()
    reader.go()
    reader.page.clock.run_for(3000)
    reader.open().ask("slow?", done=False)
    expect(reader.state).to_have_text("Looking through the pages…")
    reader.page.clock.run_for(9000)
    expect(reader.state).to_have_text("This takes longer than usual…")
    never.set()
