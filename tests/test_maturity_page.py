"""The self-assessment on its page: the same results as in Python, kept in the link, usable by keyboard and without a server."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from chatbot.advisor.maturity import Given, assess
from chatbot.advisor.maturity_report import load_maturity, read_answers
from guide.maturity import LENSES, Lens
from guide.maturity_data import maturity_data

ROOT = Path(__file__).parent.parent
DATA = load_maturity()


@pytest.fixture(params=["served", "from disk"])
def page(request: pytest.FixtureRequest, site: Path, browser: Browser) -> Iterator[Page]:
    """The maturity page, from the server and from a file; at the end, no request has left the origin."""
    start = f"{request.getfixturevalue('server').url}" if request.param == "served" else f"{site.as_uri()}/"
    opened = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(f"{start}operate/maturity/{'' if request.param == 'served' else 'index.html'}")
    opened.get_by_label("We run predictive or other classic models").wait_for()
    yield opened
    assert [url for url in asked if not url.startswith((start, "data:", "blob:"))] == []
    opened.context.close()


def random_answers(seed: int) -> dict[Lens, dict[str, str]]:
    dice = random.Random(seed)
    lenses = dice.choice([LENSES, LENSES[:1], LENSES[1:]])
    weights = dice.choice([(8, 1, 1), (1, 1, 1), (3, 0, 3)])
    return {lens: {check.id: dice.choices(["yes", "no", "unknown"], weights)[0] for check in DATA.of(lens)} for lens in lenses}


def in_python(answers: dict[Lens, dict[str, str]]) -> list[Any]:
    results = assess(DATA, {lens: {name: Given(answer) for name, answer in given.items()} for lens, given in answers.items()})  # type: ignore[arg-type]
    return [
        {
            "low": result.placed.low,
            "high": result.placed.high,
            "missing": list(result.placed.missing),
            "others": [
                {"model": other.model.id, "low": other.placed.low, "high": other.placed.high, "missing": list(other.placed.missing)}
                for other in result.others
            ],
            "first": result.first,
        }
        for result in results
    ]


@pytest.mark.parametrize("page", ["served"], indirect=True)
def test_browser_and_python_place_alike_and_links_bring_every_answer_back(page: Page) -> None:
    profiles = [random_answers(seed) for seed in range(300)]
    found = page.evaluate(
        """([data, profiles]) => profiles.map((answers) => {
            const back = guideMaturity.fromFragment(data, guideMaturity.toFragment(data, answers));
            return [JSON.stringify(back) === JSON.stringify(answers),
                Object.keys(answers).map((lens) => guideMaturity.assess(data, lens, answers[lens]))];
        })""",
        [maturity_data(DATA), profiles],
    )
    assert [seed for seed, (back, _) in enumerate(found) if not back] == []
    assert [result for _, result in found] == [in_python(answers) for answers in profiles]


def test_answers_place_each_side_by_itself_and_stay_in_the_link(page: Page) -> None:
    assert page.locator(".maturity .tool-result:visible").count() == 0
    page.get_by_label("We run applications of language models").check()
    expect(page.get_by_role("region", name="Result for LLMOps")).to_contain_text("LLMOps: level 0 ad hoc to 4 continuously improving")
    for check in DATA.of("generative"):
        page.locator(f"#maturity-generative-{check.id}").select_option("yes" if check.level == 1 else "no")
    result = page.get_by_role("region", name="Result for LLMOps")
    expect(result).to_contain_text("LLMOps: level 1 repeatable")
    expect(result.get_by_role("row", name="Microsoft, GenAIOps")).to_contain_text("2 defined")
    expect(page.get_by_role("region", name="Result for MLOps", exact=True)).to_have_count(0)
    page.wait_for_function("location.hash.startsWith('#maturity=1;;')")
    page.reload()
    expect(page.get_by_role("region", name="Result for LLMOps")).to_contain_text("LLMOps: level 1 repeatable")


@pytest.mark.parametrize("page", ["served"], indirect=True)
def test_saved_answers_are_what_the_command_reads(page: Page) -> None:
    page.get_by_label("We run predictive or other classic models").check()
    page.locator("#maturity-classic-owner").select_option("yes")
    page.locator("#maturity-classic-canary").select_option("no")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save answers").click()
    given = read_answers(saving.value.path().read_text("utf-8"), DATA)["classic"]
    assert {name: each.answer for name, each in given.items() if each.answer != "unknown"} == {"owner": "yes", "canary": "no"}


@pytest.mark.parametrize("page", ["served"], indirect=True)
@pytest.mark.parametrize("fragment", ["maturity=0;yyy;", "maturity=1;y;", "maturity=1;%3Cimg%3E;", "maturity=1;"])
def test_link_of_another_version_or_damaged_is_said_to_be_so(page: Page, fragment: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#{fragment}")
    expect(page.get_by_role("alert")).to_contain_text("another version of the checks")


@pytest.mark.parametrize("page", ["served"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_is_accessible_in_both_palettes(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for label in ("We run predictive or other classic models", "We run applications of language models"):
        page.get_by_label(label).check()
    found = Axe().run(page, context=".maturity")
    assert json.dumps([violation["id"] for violation in found.response["violations"]]) == "[]", found.generate_report()
