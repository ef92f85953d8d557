"""The documented cases: checked when read, one row each, sorted and filtered in the browser, from a server or a disk."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from guide.cases import DATA, cases_table, read_cases
from guide.sources import read_sources
from tests.conftest import ROOT

DOCS = ROOT / "docs"
CASES = read_cases(DOCS)


def test_there_are_forty_cases_of_both_practices_and_not_only_successes() -> None:
    assert len(CASES) >= 40
    assert {case.practice for case in CASES.values()} == {"mlops", "llmops", "both"}
    assert sum(case.outcome != "success" for case in CASES.values()) >= 10
    assert len({case.industry for case in CASES.values()}) >= 8


def test_every_case_cites_sources_that_are_defined() -> None:
    assert {key for case in CASES.values() for key in case.source} <= read_sources(DOCS / "sources.yml").keys()


def test_the_table_has_a_row_with_an_anchor_for_each_case() -> None:
    assert sorted(re.findall(r"\*\*\{ #([a-z0-9-]+) \}", cases_table(DOCS))) == sorted(CASES)


def test_a_wrong_case_is_named(tmp_path: Path) -> None:
    data = yaml.safe_load((DOCS / DATA).read_text("utf-8"))
    name = next(iter(data))
    data[name]["outcome"] = "splendid"
    (tmp_path / "cases").mkdir()
    (tmp_path / DATA).write_text(yaml.safe_dump(data), "utf-8")
    with pytest.raises(ValueError, match=rf"{name}\.outcome"):
        read_cases(tmp_path)


@pytest.fixture(params=["served", "from disk"])
def page(request: pytest.FixtureRequest, site: Path, browser: Browser) -> Iterator[Page]:
    """The page of cases, from the server and from a file."""
    start = request.getfixturevalue("served") if request.param == "served" else f"{site.as_uri()}/"
    opened = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
    opened.goto(f"{start}cases/{'' if request.param == 'served' else 'index.html'}")
    opened.get_by_label("Words", exact=True).wait_for()
    yield opened
    opened.context.close()


def rows(page: Page) -> list[list[str]]:
    """Texts of the cells of the rows that are shown."""
    return page.locator(".cases tbody tr:visible").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    )


def test_filters_leave_what_fits_say_how_many_and_stand_in_the_link(page: Page) -> None:
    assert len(rows(page)) == len(CASES)
    page.get_by_label("Practice", exact=True).select_option("LLMOps")
    page.get_by_label("Outcome", exact=True).select_option("Failure")
    fitting = [case for case in CASES.values() if (case.practice, case.outcome) == ("llmops", "failure")]
    assert 0 < len(fitting) == len(rows(page))
    expect(page.get_by_role("status").filter(has_text="cases")).to_have_text(f"{len(fitting)} of {len(CASES)} cases")
    address = page.url
    assert "#cases=" in address
    page.get_by_role("button", name="Show all").click()
    assert len(rows(page)) == len(CASES)
    page.goto("about:blank")
    page.goto(address)
    page.get_by_label("Words", exact=True).wait_for()
    assert len(rows(page)) == len(fitting)


def test_words_find_rows_and_nonsense_finds_none(page: Page) -> None:
    page.get_by_label("Words", exact=True).fill("klarna")
    assert 1 <= len(rows(page)) < 5
    page.get_by_label("Words", exact=True).fill("klarna zorblatt")
    assert rows(page) == []


def test_a_heading_sorts_up_then_down_by_keyboard_too(page: Page) -> None:
    heading = page.get_by_role("button", name="Year")
    heading.focus()
    page.keyboard.press("Enter")
    years = [int(row[7]) for row in rows(page)]
    assert years == sorted(years)
    expect(page.get_by_role("columnheader", name="Year")).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    assert [int(row[7]) for row in rows(page)] == sorted(years, reverse=True)
