"""The demo's tab "Advise" in a browser: each answer changes picture, result and questions; what is typed stays text."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chatbot.advisor.advisor import Advisor
from chatbot.advisor.chart import chart_svg
from chatbot.advisor.profile import from_fragment, make_profile
from chatbot.advisor.record import read_record
from chatbot.advisor.view import View
from chatbot.assistant import Assistant
from guide.criteria import read_criteria
from tests.guide_server import GuideServer

CRITERIA = read_criteria(Path(__file__).parent.parent / "docs" / "choose" / "criteria.yml")
BANK = "We are a retail bank. We want to score loan applications and also let staff ask questions about policy documents."
ATTACK = '<img src=x onerror="window.hit=1"> [x](javascript:window.hit=2)'


@pytest.fixture
def tab(server: GuideServer, browser: Browser) -> Iterator[Page]:
    """The tab, opened; at the end, no request has left the origin and no script of a reader has run."""
    page = browser.new_context(viewport={"width": 1200, "height": 1000}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_default_timeout(20_000)
    expect.set_options(timeout=15_000)  # each answer goes to the server and back
    page.goto(f"{server.url}chat")
    page.get_by_role("tab", name="Advise").click()
    expect(page.locator("#advice-headline")).to_contain_text("Too little is known")
    page.get_by_role("button", name="The task and its data").click()
    yield page
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []
    assert page.evaluate("window.hit") is None
    page.context.close()


def field(page: Page, question: str) -> Locator:
    """Return the form's field of a criterion."""
    return page.locator("#advise-form").get_by_label(question, exact=True)


def choose(page: Page, where: Locator, option: str) -> None:
    """Choose an option of a field."""
    where.click()
    page.get_by_role("option", name=option, exact=True).click()


def bars(page: Page) -> list[str]:
    """Return the texts of the picture."""
    return page.locator("#advice-chart text").all_text_contents()


def test_an_answer_changes_picture_result_and_questions(tab: Page) -> None:
    asked = tab.locator("#advice-questions [data-testid=block-info]").first.inner_text()
    choose(tab, field(tab, "What must come out?"), "A number, class, rank or forecast must come out")
    expect(tab.locator("#advice-headline h2")).to_have_text("MLOps")
    expect(tab.locator("#advice-reasons")).to_contain_text("Output kind: A number, class, rank or forecast must come out (+9)")
    assert "MLOps" in bars(tab)
    expect(tab.locator("#advice-questions")).not_to_contain_text(asked)
    choose(tab, field(tab, "What must come out?"), "Unknown")
    expect(tab.locator("#advice-headline")).to_contain_text("Too little is known")


def test_a_question_that_would_change_the_result_most_can_be_answered_there(tab: Page) -> None:
    first = tab.locator("#advice-questions input").first
    first.click()
    tab.get_by_role("option").nth(1).click()
    expect(tab.locator("#advice-headline h2")).to_have_text(re.compile("^(MLOps|LLMOps|Both.*|Neither)$"))
    expect(tab.locator("#advise-form input[role=combobox]").nth(1)).not_to_have_value("Unknown")


def test_reasons_open_the_section_that_explains_them(tab: Page) -> None:
    choose(tab, field(tab, "What must come out?"), "Text, a summary, code or a dialogue must come out")
    link = tab.locator("#advice-reasons").get_by_role("link", name="Output kind").first
    expect(link).to_be_visible()
    address = link.get_attribute("href") or ""
    tab.goto(f"{tab.url.split('/chat')[0]}{address}")
    assert tab.locator(f"[id='{urlsplit(address).fragment.partition(':~:')[0]}']").count() == 1


def test_work_streams_are_added_named_and_removed_and_decide_together(tab: Page) -> None:
    choose(tab, field(tab, "What must come out?"), "A number, class, rank or forecast must come out")
    expect(tab.locator("#advice-headline h2")).to_have_text("MLOps")
    tab.get_by_role("button", name="Add a work stream").click()
    expect(field(tab, "What must come out?")).to_have_value("Unknown")
    tab.get_by_label("Its name").fill(ATTACK)
    tab.get_by_label("Its name").press("Enter")
    expect(tab.locator("#advice-chart")).to_contain_text(ATTACK)
    choose(tab, field(tab, "What must come out?"), "Text, a summary, code or a dialogue must come out")
    expect(tab.locator("#advice-headline h2")).to_have_text("Both, MLOps and LLMOps")
    expect(tab.locator("#advice-reasons h3").nth(1)).to_contain_text(ATTACK)
    assert tab.locator("#advice-reasons img, #advice-chart img, #advice-reasons a[href^=javascript]").count() == 0
    tab.get_by_role("button", name="Remove this one").click()
    expect(tab.locator("#advice-headline h2")).to_have_text("MLOps")
    expect(field(tab, "What must come out?")).to_have_value("A number, class, rank or forecast must come out")


def test_link_to_the_assessment_page_holds_the_profile(tab: Page) -> None:
    choose(tab, field(tab, "Which input decides the answer?"), "Documents, e-mails, chats or code in open language decide the answer")
    expect(tab.locator("#advice-reasons")).to_contain_text("Answers so far: 1.")
    link = tab.locator("#take-away").get_by_role("link", name="Assessment page")
    profile = from_fragment(CRITERIA, urlsplit(link.get_attribute("href") or "").fragment)
    assert dict(profile.workstreams[0].answers) == {"input": "language"}


def test_description_is_read_and_its_words_stand_beside_the_reasons(tab: Page) -> None:
    tab.get_by_label("What do you want to do?").fill(f"{ATTACK}. {BANK}")
    tab.get_by_role("button", name="Read the description").click()
    expect(tab.locator("#advice-headline h2")).to_have_text("Both, MLOps and LLMOps")
    expect(tab.locator("#advice-reasons")).to_contain_text("read from “We want to score loan applications”")
    expect(tab.get_by_role("radio")).to_have_count(2)
    expect(field(tab, "What must come out?")).to_have_value("A number, class, rank or forecast must come out")
    assert tab.locator("#advice-reasons img, #advice-headline img, #advice-reasons a[href^=javascript]").count() == 0
    with tab.expect_download() as saving:
        tab.get_by_role("link", name="Decision record (JSON").click()
    record = read_record(saving.value.path().read_text("utf-8"))
    assert (record.recommendation, len(record.workstreams)) == ("both", 2)
    assert record.description.endswith(BANK) and record.passages
    with tab.expect_download() as saving:
        tab.get_by_role("link", name="Brief of one page").click()
    assert "<img" not in saving.value.path().read_text("utf-8")


def test_each_shown_question_is_the_one_that_is_answered(tab: Page) -> None:
    tab.get_by_label("What do you want to do?").fill("Something with the e-mails of customers, perhaps sorted somehow.")
    tab.get_by_role("button", name="Read the description").click()
    expect(tab.locator("#advice-headline h2 + p")).not_to_contain_text("No work stream")
    asked = tab.locator("#advice-questions [data-testid=block-info]").first.inner_text().split(": ")[-1]
    tab.locator("#advice-questions input").first.click()
    option = tab.get_by_role("option").nth(1).inner_text().removeprefix("✓").strip()
    tab.get_by_role("option").nth(1).click()
    for group in CRITERIA.groups.values():
        if group != "The task and its data":
            tab.get_by_role("button", name=group).click()
    expect(field(tab, asked)).to_have_value(option)


def test_choice_asked_in_the_chat_leads_into_the_tab(tab: Page) -> None:
    tab.get_by_role("tab", name="Ask").click()
    onward = tab.get_by_role("button", name="Weigh this in the tab Advise")
    tab.get_by_placeholder("Type a question").fill("What is data drift?")
    tab.get_by_placeholder("Type a question").press("Enter")
    expect(tab.locator("#sources blockquote").first).to_be_visible()  # the answer is complete
    expect(onward).to_be_hidden()
    tab.get_by_placeholder("Type a question").fill("Should we use MLOps or LLMOps to forecast the demand of each store?")
    tab.get_by_placeholder("Type a question").press("Enter")
    expect(tab.get_by_test_id("bot").last).to_contain_text("Advice:")
    onward.click()
    expect(tab.locator("#advice-headline h2")).to_have_text("MLOps")
    expect(field(tab, "What must come out?")).to_have_value("A number, class, rank or forecast must come out")


def test_text_without_a_task_is_answered_honestly(tab: Page) -> None:
    tab.get_by_label("What do you want to do?").fill("The weather is nice today.")
    tab.get_by_role("button", name="Read the description").click()
    expect(tab.locator("#advice-headline")).to_contain_text("describes no task that I could make out")
    expect(tab.locator("#advice-headline h2")).to_have_text("Too little is known")


# picture and words without a browser


def test_picture_tells_every_bar_in_words_and_its_range(assistant: Assistant) -> None:
    profile = make_profile(CRITERIA, [("Scoring <b>", {"output": "prediction"}), ("Text", {})])
    svg = ET.fromstring(chart_svg(Advisor(assistant.search).assess(profile)))
    described = svg.findtext("{*}desc") or ""
    assert "Scoring <b>: MLOps 93 (from −51 to 93)" in described and "Text: MLOps 0 (from" in described
    assert svg.get("role") == "img" and svg.findtext("{*}title")
    widths = [float(bar.get("width", "")) for bar in svg.iter("{*}rect")]
    assert all(0 < width <= 420 for width in widths)


def test_certain_scores_are_shown_without_a_range(assistant: Assistant) -> None:
    everything = {criterion.id: criterion.options[0].id for criterion in CRITERIA.criteria}
    assert "from" not in chart_svg(Advisor(assistant.search).assess(make_profile(CRITERIA, [("All", everything)])))


def test_rule_that_outranks_the_scores_is_said_with_its_section(assistant: Assistant) -> None:
    profile = make_profile(CRITERIA, [("Approvals", {"output": "text", "alternative": "reaches"})])
    told = View(Advisor(assistant.search).assess(profile)).reasons()
    assert "**Outranks the scores:** [A rule, query or search that reaches the target needs no model](/choose/when-neither/#" in told
