"""The assessment page as a reader meets it: answers in, advice out, in the browser alone."""

import datetime
import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Locator, Page, Route, expect

from chatbot.advisor.advisor import Advisor
from chatbot.advisor.profile import make_profile, to_fragment
from chatbot.advisor.record import make_record, read_record, review
from chatbot.assistant import Assistant
from guide.criteria import read_criteria

DOCS = Path(__file__).parent.parent / "docs"
CRITERIA = read_criteria(DOCS / "choose" / "criteria.yml")
PAGE = "choose/assessment/"
BANK = [
    (
        "Loan scoring",
        {"input": "fields", "output": "prediction", "labels": "outcomes", "explainability": "reasons", "regulation": "significant"},
    ),
    ("Policy questions", {"input": "language", "output": "text", "language": "meaning", "review": "person"}),
]
RESULT = {
    "mlops": "MLOps is recommended",
    "llmops": "LLMOps is recommended",
    "both": "Both MLOps and LLMOps",
    "neither": "Neither is recommended",
}

Open = Callable[..., Page]


def link(*streams: tuple[str, dict[str, str]]) -> str:
    return PAGE + "#" + to_fragment(CRITERIA, make_profile(CRITERIA, streams))


def text_of(criterion: str, option: str) -> str:
    return CRITERIA.criterion(criterion).option(option).text


@pytest.fixture
def assess(served: str, open_page: Open) -> Callable[..., Page]:
    """Open the assessment, with answers or without."""

    def opened(*streams: tuple[str, dict[str, str]], **options: object) -> Page:
        page = open_page(served + (link(*streams) if streams else PAGE), **options)
        expect(page.locator(".result-strip")).to_be_visible()
        return page

    return opened


def ends(fragment: str) -> re.Pattern[str]:
    """An address with this end. While a page scrolls, the theme's headings stand there for a moment: wait, don't look once."""
    return re.compile(re.escape(fragment) + "$")


def verdict(page: Page) -> Locator:
    return page.locator(".tool-verdict")


def result(page: Page) -> Locator:
    return page.get_by_role("region", name="Result")


def answer(page: Page, criterion: str, option: str) -> None:
    page.locator(f"#question-{criterion}").get_by_label(text_of(criterion, option), exact=True).check()


def test_an_answer_shows_a_result_at_once_and_the_link_brings_it_back(assess: Callable[..., Page], open_page: Open) -> None:
    page = assess()
    expect(verdict(page)).to_have_text("No recommendation yet")
    assert "#" not in page.url
    answer(page, "output", "prediction")
    expect(verdict(page)).to_contain_text("MLOps is recommended")
    page.get_by_label("Name of this work stream").fill("Card fraud; 100%")
    answer(page, "input", "fields")
    expect(page).to_have_url(ends("#profile=1;Card%20fraud%3B%20100%25,a0b0"))
    again = open_page(page.url)
    expect(verdict(again)).to_contain_text("MLOps is recommended")
    expect(again.get_by_label("Name of this work stream")).to_have_value("Card fraud; 100%")
    expect(again.get_by_label(text_of("input", "fields"), exact=True)).to_be_checked()
    again.get_by_role("button", name="Begin anew").click()
    expect(again).to_have_url(re.compile("/choose/assessment/$"))
    assert again.faults == []  # type: ignore[attr-defined]


def test_the_scored_examples_of_the_page_come_out_as_its_tables_say(assess: Callable[..., Page]) -> None:
    page = assess()
    rows = re.findall(
        r"^\| ([A-Z][^|]+) \| ((?:[A-E] ){9}[A-E]) \|[^|]+\|[^|]+\|[^|]+\| (\w+) ", (DOCS / "choose/assessment.md").read_text(), re.M
    )
    assert len(rows) == 5
    for name, letters, expected in rows:
        answers = {
            id: CRITERIA.criterion(id).options["ABCDE".index(letter)].id for id, letter in zip(CRITERIA.ten, letters.split(), strict=True)
        }
        page.evaluate("(hash) => { location.hash = hash; }", link((name, answers)).partition("#")[2])
        expect(page.get_by_label("Name of this work stream")).to_have_value(name)
        expect(verdict(page)).to_contain_text(RESULT[expected.lower()])


def test_work_streams_are_added_named_and_removed_and_the_overall_result_joins_them(assess: Callable[..., Page]) -> None:
    page = assess()
    page.get_by_label("Name of this work stream").fill("Loan scoring")
    answer(page, "output", "prediction")
    page.get_by_role("button", name="Add a work stream").click()
    expect(page.get_by_label("Name of this work stream")).to_be_focused()
    page.keyboard.type("Policy questions")
    answer(page, "output", "text")
    expect(verdict(page)).to_contain_text("Both MLOps and LLMOps are recommended")
    streams = page.locator(".streams")
    expect(streams.get_by_role("button", name="Loan scoring MLOps")).to_be_visible()
    streams.get_by_role("button", name="Loan scoring MLOps").click()
    expect(page.get_by_label(text_of("output", "prediction"), exact=True)).to_be_checked()
    page.get_by_role("button", name="Remove “Loan scoring”").click()
    expect(verdict(page)).to_contain_text("LLMOps is recommended")
    expect(page.get_by_role("button", name="Policy questions LLMOps")).to_be_focused()
    expect(page).to_have_url(ends("#profile=1;Policy%20questions,b1"))


def test_at_most_eight_work_streams_are_taken(assess: Callable[..., Page]) -> None:
    page = assess(*[(f"Stream {number}", {"output": "text"}) for number in range(8)])
    expect(page.locator(".stream[data-stream]:not(.stream-add)")).to_have_count(8)
    expect(page.get_by_role("button", name="Add a work stream")).to_have_count(0)


def test_reasons_for_and_against_and_constraints_lead_into_the_guide(assess: Callable[..., Page], site: Path) -> None:
    page = assess(("Loans", {**BANK[0][1], "alternative": "reaches"}))
    expect(verdict(page)).to_contain_text("Neither is recommended")
    expect(result(page)).to_contain_text("Outranks the scores: A rule, query or search that reaches the target needs no model")
    for title in ("For", "Against"):
        expect(result(page).get_by_role("heading", name=title, exact=True)).to_be_visible()
    targets = result(page).get_by_role("link").evaluate_all("(links) => links.map((link) => link.href)")
    assert len(targets) > 10
    for target in targets:
        path, anchor = urlsplit(target).path.removeprefix("/guide/"), urlsplit(target).fragment
        markup = (site / path / "index.html").read_text("utf-8")
        assert not anchor or f'id="{anchor}"' in markup, target


def test_limits_what_would_change_it_and_next_steps_stand_beside_the_result(assess: Callable[..., Page]) -> None:
    page = assess(*BANK)
    for heading in ("What would change it", "Worth finding out next", "First steps", "Risks", "What this method can't tell"):
        expect(result(page).get_by_role("heading", name=heading)).to_be_visible()
    expect(result(page)).to_contain_text("of single changes of an answer leave the result as it is")
    expect(result(page)).to_contain_text(re.compile(r"instead of “.+” \(\d of 4 steps away\), .+ would become"))


def test_an_unknown_that_is_worth_asking_leads_to_its_question(assess: Callable[..., Page]) -> None:
    page = assess(*BANK)
    asked = result(page).locator(".as-link").first
    question = asked.inner_text()
    asked.click()
    fieldset = page.get_by_role("group", name=question)
    expect(fieldset).to_be_in_viewport()
    assert fieldset.evaluate("(box) => box.contains(document.activeElement)")


def test_unknown_answers_are_drawn_as_a_range_and_told_in_words(assess: Callable[..., Page]) -> None:
    page = assess(("Loans", {"output": "prediction"}))
    chart = result(page).get_by_role("img")
    expect(chart).to_have_accessible_name(re.compile(r"Loans, MLOps: \d+, from -\d+ to \d+ with every unknown answer"))
    before = chart.locator(".tool-range").first.evaluate("(line) => line.getBBox().width")
    answer(page, "input", "fields")
    assert chart.locator(".tool-range").first.evaluate("(line) => line.getBBox().width") < before


def test_the_questions_are_those_of_the_criteria(assess: Callable[..., Page]) -> None:
    page = assess()
    legends = page.locator(".tool legend").all_text_contents()
    first = [f"{number}. {CRITERIA.criterion(id).question}" for number, id in enumerate(CRITERIA.ten, 1)]
    others = [each.question for each in CRITERIA.criteria if each.id not in CRITERIA.ten]
    assert legends == first + others
    for each in CRITERIA.criteria:
        assert page.locator(f"#question-{each.id} label").all_text_contents() == [
            *(option.text for option in each.options),
            "Not known yet",
        ]


def test_a_keyboard_is_enough_and_a_screen_reader_hears_the_result_once(assess: Callable[..., Page]) -> None:
    page = assess()
    page.evaluate(
        """() => { window.heard = []; const region = [...document.querySelectorAll('.tool-result > [role=status]')].at(-1);
             new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true }); }"""
    )
    page.get_by_label("Name of this work stream").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the link under the first question
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(text_of("output", "prediction"), exact=True)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(verdict(page)).to_contain_text("LLMOps is recommended")
    page.wait_for_function("window.heard.at(-1)?.startsWith('LLMOps is recommended. Confidence')")
    heard = page.evaluate("heard")
    assert len(heard) == len(set(heard))
    assert len(page.get_by_role("status").all()) == 2  # one for the result, one for reviews


def test_a_hostile_name_is_text_everywhere(assess: Callable[..., Page]) -> None:
    name = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) **b**"
    page = assess((name, {"output": "text"}), ("Other", {"output": "prediction"}))
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    expect(result(page).get_by_role("heading", name=name)).to_be_visible()
    assert page.locator(".tool img").count() == 0
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as Markdown").click()
    markdown = Path(saved.value.path()).read_text("utf-8")
    assert r"\<img src=x onerror=alert(1)\> \[a\](javascript:alert(1)) \*\*b\*\*" in markdown


@pytest.mark.parametrize("fragment", ["profile=1;A,zz", "profile=7;A,a0", "profile=1;" + "A,a0;" * 9 + "A"])
def test_a_damaged_link_is_said_and_nothing_is_guessed(served: str, open_page: Open, fragment: str) -> None:
    page = open_page(f"{served}{PAGE}#{fragment}")
    expect(page.get_by_role("alert")).to_contain_text("damaged")
    expect(verdict(page)).to_have_text("No recommendation yet")


def test_a_link_to_a_heading_of_the_page_is_left_alone(served: str, open_page: Open) -> None:
    page = open_page(f"{served}{PAGE}#how-do-you-read-the-result")
    expect(page.locator(".result-strip")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page).to_have_url(ends("#how-do-you-read-the-result"))


# Decision records


def saved_record(page: Page) -> dict[str, Any]:
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as JSON").click()
    return dict(json.loads(Path(saved.value.path()).read_text("utf-8")))


def opened_record(page: Page, content: str | dict[str, Any]) -> Locator:
    text = content if isinstance(content, str) else json.dumps(content)
    page.get_by_label("Review a saved record").set_input_files(
        {"name": "record.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    review = page.locator(".record-review")
    expect(review).not_to_be_empty()
    return review


def test_a_record_holds_what_is_needed_to_defend_the_decision(assess: Callable[..., Page], site: Path) -> None:
    page = assess(*BANK)
    record = saved_record(page)
    sections = json.loads((site / "assets" / "criteria.json").read_text("utf-8"))["sections"]
    assert (record["recommendation"], record["criteria_version"]) == ("both", CRITERIA.version)
    assert [(each["name"], each["answers"], each["recommendation"]) for each in record["workstreams"]] == [
        (*BANK[0], "mlops"),
        (*BANK[1], "llmops"),
    ]
    assert all(len(each["rejected"]) == 3 and each["runner_up"] for each in record["workstreams"])
    assert len(record["inputs"]) == len(BANK[0][1]) + len(BANK[1][1])
    assert record["review_by"] > record["made"]
    assert any("was decided without an answer on" in each for each in record["assumptions"])
    expect(page).to_have_url(record["link"])
    assert record["passages"]
    for cited in record["passages"]:
        assert {name: cited[name] for name in ("title", "heading", "quote", "sha256")} == sections[cited["address"]]


def test_an_unchanged_record_still_stands(assess: Callable[..., Page]) -> None:
    page = assess(*BANK)
    record = saved_record(page)
    page.get_by_role("button", name="Begin anew").click()
    review = opened_record(page, record)
    expect(review).to_contain_text("The decision still stands: Both MLOps and LLMOps.")
    expect(review).to_contain_text("Every cited passage reads as it did.")
    expect(page.get_by_role("button", name="Loan scoring MLOps")).to_be_visible()
    expect(page).to_have_url(record["link"])


def test_a_review_names_what_changed_in_criteria_and_passages_and_whether_it_falls(assess: Callable[..., Page]) -> None:
    page = assess(*BANK)
    old = saved_record(page)
    old |= {"criteria_version": 0, "review_by": "2020-01-01", "recommendation": "mlops"}
    old["inputs"][0] |= {"weight": 1, "scores": [0, 0, 0]}
    old["inputs"].append(
        {**old["inputs"][0], "criterion": "weather", "question": "What is the weather?", "option": "rain", "text": "It rains"}
    )
    old["workstreams"][0]["answers"]["weather"] = "rain"
    old["workstreams"][1]["recommendation"] = "neither"
    old["passages"][0]["sha256"] = "0" * 64
    old["passages"][1]["address"] = "no/such-page/"
    review = opened_record(page, old)
    first = CRITERIA.criterion(old["inputs"][0]["criterion"])
    for told in (
        "The decision no longer stands: it was MLOps, and the same answers now lead to Both MLOps and LLMOps.",
        f"The criteria are of version {CRITERIA.version}; the decision was made with version 0.",
        "Its review was due by 2020-01-01",
        "Policy questions: was Neither for now, is now LLMOps",
        f"“{first.name}” weighs {first.weight} instead of 1.",
        "instead of 0/0/0.",
        "“What is the weather?” – “It rains” is no answer any more; it is left open.",
        f"{old['passages'][0]['heading']} now reads: “{old['passages'][0]['quote']}”",
        "(no/such-page/) is gone.",
    ):
        expect(review).to_contain_text(told)


def test_page_and_command_write_the_same_record_and_open_what_the_other_wrote(assess: Callable[..., Page], assistant: Assistant) -> None:
    page = assess(*BANK)
    advisor = Advisor(assistant.search, CRITERIA)
    today = datetime.date.today()
    ours = make_record(advisor.assess(make_profile(CRITERIA, BANK)), CRITERIA, today)
    saved = saved_record(page)
    theirs = read_record(json.dumps(saved))
    same = ("criteria_version", "recommendation", "confidence", "robustness", "workstreams", "inputs", "made", "review_by")
    assert {name: getattr(theirs, name) for name in same} == {name: getattr(ours, name) for name in same}
    assert set(ours.assumptions) <= set(theirs.assumptions)
    quotes = {each.address: (each.heading, each.quote, each.sha256) for each in theirs.passages}
    assert quotes.items() <= {each.address: (each.heading, each.quote, each.sha256) for each in ours.passages}.items()
    reviewed = review(theirs, advisor, today)
    assert (reviewed.stands, reviewed.overdue, reviewed.criteria_changes, reviewed.passage_changes) == (True, False, (), ())
    page.get_by_role("button", name="Begin anew").click()
    expect(opened_record(page, ours.model_dump_json())).to_contain_text("The decision still stands: Both MLOps and LLMOps.")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("not json", "The file is not JSON", id="not JSON"),
        pytest.param("[1]", "holds no decision record", id="something else"),
        pytest.param({"format": 9}, "has format 9", id="another format"),
        pytest.param({"format": 1, "workstreams": [{"name": 1}]}, "damaged", id="damaged"),
        pytest.param('{"format": "' + "x" * 1_100_000 + '"}', "larger than", id="too large"),
    ],
)
def test_a_file_that_is_no_record_is_refused_with_a_reason(assess: Callable[..., Page], content: Any, fault: str) -> None:
    page = assess(*BANK)
    expect(opened_record(page, content)).to_contain_text(fault)
    expect(verdict(page)).to_contain_text("Both")


def test_the_markdown_record_has_reasons_alternatives_quotes_and_hashes(assess: Callable[..., Page], site: Path) -> None:
    page = assess(*BANK)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as Markdown").click()
    markdown = Path(saved.value.path()).read_text("utf-8")
    headings = re.findall(r"^## (.+)$", markdown, re.M)
    assert headings[:3] == ["Decision", "Work stream: Loan scoring", "Work stream: Policy questions"]
    for part in ("**Alternatives rejected**", "**Assumptions: not known, and kept as a range**", "review by", "## What would change it"):
        assert part in markdown
    sections = json.loads((site / "assets" / "criteria.json").read_text("utf-8"))["sections"]
    section = sections[CRITERIA.criterion("output").section]
    assert section["sha256"] in markdown
    assert section["quote"][:30] in markdown


# On paper


@pytest.mark.parametrize("many", [1, 3, 8])
def test_the_brief_fits_one_page(assess: Callable[..., Page], many: int) -> None:
    everything = {each.id: each.options[-1 if each.id != "review" else 1].id for each in CRITERIA.criteria}
    page = assess(*[(f"A work stream with a rather long name, number {number}", everything) for number in range(many)])
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="Print one-page brief").click()
    paper = page.locator(".tool-paper")
    for part in ("Decision brief", "What would change it", "Limits", "Review by"):
        assert part in (paper.text_content() or "")
    page.emulate_media(media="print")
    expect(paper).to_be_visible()
    expect(page.locator("article")).to_be_hidden()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))) == 1
    expect(paper).to_have_count(0)  # the browser said that printing is over


# Everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_assessment(assess: Callable[..., Page], scheme: str) -> None:
    page = assess(("Loans", {**BANK[0][1], "alternative": "reaches"}), BANK[1], color_scheme=scheme)
    opened_record(page, {**saved_record(page), "recommendation": "neither"})
    page.locator(".tool details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    report = Axe().run(page, context=".tool")
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in report.response["violations"]] == []


def test_the_assessment_fits_a_phone(assess: Callable[..., Page]) -> None:
    page = assess(*BANK, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".tool-chart svg").evaluate("(svg) => svg.clientWidth") <= 390


def test_it_works_under_a_policy_without_inline_scripts(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.route(
        "https://guide.example/**", functools.partial(_answer, site, {"Content-Security-Policy": "script-src 'self'; object-src 'none'"})
    )
    page.goto("https://guide.example/" + link(*BANK))
    expect(verdict(page)).to_contain_text("Both MLOps and LLMOps")
    answer(page, "output", "text")
    expect(verdict(page)).to_contain_text("LLMOps")
    page.close()


def test_it_works_after_instant_navigation_there_and_back(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.route("https://guide.example/**", functools.partial(_answer, site, {}))
    page.goto("https://guide.example/choose/")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stayed = true")
    page.locator("article").get_by_role("link", name="Assessment", exact=True).first.click()
    answer(page, "output", "prediction")
    expect(verdict(page)).to_contain_text("MLOps is recommended")
    page.locator(".md-tabs").get_by_role("link", name="Home").click()
    expect(page.locator(".hero")).to_be_visible()
    assert "profile" not in page.url
    page.go_back()
    expect(verdict(page)).to_contain_text("MLOps is recommended")
    assert page.evaluate("window.stayed"), "the pages were exchanged, not loaded anew"
    page.close()


def _answer(site: Path, headers: dict[str, str], route: Route) -> None:
    file = site / urlsplit(route.request.url).path.lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    kinds = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    if file.is_file():
        route.fulfill(body=file.read_bytes(), headers={**headers, "Content-Type": kinds.get(file.suffix, "application/octet-stream")})
    else:
        route.fulfill(status=404)


def test_it_works_from_a_disk_and_its_links_open_pages(site: Path, open_page: Open) -> None:
    page = open_page((site / PAGE / "index.html").as_uri() + "#" + link(*BANK).partition("#")[2])
    expect(verdict(page)).to_contain_text("Both MLOps and LLMOps")
    page.get_by_role("link", name="When it is right and when it is wrong").click()
    expect(page).to_have_url((site / "choose" / "when-both" / "index.html").as_uri())


def test_without_scripts_the_tables_score_by_hand(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, java_script_enabled=False)
    expect(page.locator(".tool")).to_contain_text("the tables below give the same result by hand")
    expect(page.get_by_role("table").first).to_contain_text(text_of("input", "fields"))
