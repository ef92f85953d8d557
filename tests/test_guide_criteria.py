"""The decision as data: checked when it is read, shown in the pages as it stands, and pointing at sections that exist."""

import json
import re
from pathlib import Path

import pytest
import yaml

from chatbot.advisor.engine import assess_stream
from chatbot.advisor.passages import Passages
from chatbot.advisor.profile import make_profile
from chatbot.assistant import Assistant
from guide.criteria import DATA, Criteria, read_criteria
from guide.decision_data import FILE, decision_data, write_decision_data
from guide.generated import filled, stale
from guide.sources import MARKS, cited_keys, read_sources
from tests.conftest import ROOT

DOCS = ROOT / "docs"
CRITERIA = read_criteria(DOCS / DATA)


def edited(tmp_path: Path, before: str, after: str) -> Path:
    text = (DOCS / DATA).read_text("utf-8")
    assert before in text
    file = tmp_path / "criteria.yml"
    file.write_text(text.replace(before, after, 1), "utf-8")
    return file


def test_the_decision_has_at_least_eighteen_criteria_in_the_guides_groups() -> None:
    assert len([each for each in CRITERIA.criteria if each.mlops and each.llmops]) >= 18


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param("scores: [2, -2, 0]", "scores: [3, -2, 0]", "less than or equal to 2", id="a number out of range"),
        pytest.param("unless: {review: [person]}", "unless: {review: [nobody]}", "no such criterion or option", id="a dangling constraint"),
        pytest.param("key: b", "key: a", "same id or key", id="a letter used twice"),
        pytest.param("ten: [input,", "ten: [colour,", "no criterion 'colour'", id="an unknown question"),
        pytest.param("version: 1", "versoin: 1", "version", id="a misspelt field"),
        pytest.param("[[0, ", "[[5, ", "rise from support 0", id="a curve with a gap"),
    ],
)
def test_a_fault_in_the_data_is_named(tmp_path: Path, before: str, after: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        read_criteria(edited(tmp_path, before, after))


def test_every_generated_part_of_the_pages_is_what_the_data_say() -> None:
    assert stale(DOCS) == []


def test_a_changed_weight_makes_the_pages_stale_and_a_rewrite_mends_them(tmp_path: Path) -> None:
    (tmp_path / "choose").mkdir()
    page = tmp_path / "choose" / "decision-guide.md"
    page.write_text((DOCS / "choose" / "decision-guide.md").read_text("utf-8"), "utf-8")
    edited(tmp_path, "weight: 2", "weight: 1").rename(tmp_path / DATA)
    assert ["run `python -m guide.generated`" in str(problem) for problem in stale(tmp_path)] == [True]
    page.write_text(filled(page.read_text("utf-8"), tmp_path, page.relative_to(tmp_path)), "utf-8")
    assert stale(tmp_path) == []
    assert "| Input data kind | 1 |" in page.read_text("utf-8")


def test_every_source_key_in_the_tables_is_defined() -> None:
    used = {key for each in CRITERIA.criteria for key in cited_keys(each.mlops + each.llmops)}
    assert used - set(read_sources(DOCS / "sources.yml")) - set(MARKS) == set()


def test_every_section_that_the_criteria_name_is_in_the_site_and_the_index_quotes_it_alike(site: Path, assistant: Assistant) -> None:
    sections = json.loads((site / FILE).read_text("utf-8"))["sections"]
    assert set(sections) == set(CRITERIA.sections())
    passages = Passages(assistant.search)
    for address, told in sections.items():
        cited = passages.at(address)
        assert cited is not None, address
        assert (cited.title, cited.heading, cited.quote, cited.sha256) == tuple(
            told[each] for each in ("title", "heading", "quote", "sha256")
        )


def test_a_section_that_the_site_lacks_stops_the_build_by_name(site: Path) -> None:
    data = yaml.safe_load((DOCS / DATA).read_text("utf-8"))
    data["criteria"][0]["section"] = "choose/cost/#no-such-heading"
    with pytest.raises(ValueError, match="choose/cost/#no-such-heading"):
        decision_data(Criteria.model_validate(data), site)


def test_a_page_that_asks_for_the_criteria_holds_them(site: Path, tmp_path: Path) -> None:
    for address in CRITERIA.sections():
        page = tmp_path / address.partition("#")[0] / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes((site / address.partition("#")[0] / "index.html").read_bytes())
    asking = tmp_path / "index.html"
    asking.write_text('<p>Before</p><div id="advisor" data-criteria=""></div>', "utf-8")
    write_decision_data(CRITERIA, tmp_path)
    from selectolax.lexbor import LexborHTMLParser

    held = LexborHTMLParser(asking.read_text("utf-8")).css_first("#advisor").attributes["data-criteria"]
    assert json.loads(held or "") == json.loads((tmp_path / FILE).read_text("utf-8"))


def test_the_scored_examples_of_the_assessment_are_what_the_engine_computes() -> None:
    page = (DOCS / "choose" / "assessment.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| ((?:[A-E] ){9}[A-E]) \| (\S+) \| (\S+) \| (\S+) \| (\w+) by rule", page, re.M)
    assert len(rows) == 5
    for name, letters, *sums, told in rows:
        chosen = {
            each: CRITERIA.criterion(each).options["ABCDE".index(letter)]
            for each, letter in zip(CRITERIA.ten, letters.split(), strict=True)
        }
        points = [sum(CRITERIA.criterion(each).weight * option.scores[place] for each, option in chosen.items()) for place in range(3)]
        assert [int(each.replace("−", "-")) for each in sums] == points, name
        stream = make_profile(CRITERIA, [(name, {each: option.id for each, option in chosen.items()})]).workstreams[0]
        assert CRITERIA.results[assess_stream(CRITERIA, stream).recommendation or "neither"].title == told, name


def test_the_least_score_for_both_is_what_the_assessment_asks_for_in_points() -> None:
    divisor = 2 * sum(CRITERIA.criterion(each).weight for each in CRITERIA.ten)
    assert divisor * CRITERIA.method.both / 100 == 12
