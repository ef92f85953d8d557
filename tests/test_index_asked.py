"""Questions asked before lead a new one to its section, and tell whether it is likely to be answered."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Search, Store, UserError, build_index
from index.asked import AskedBefore
from tests.fakes import WordEmbedder

PAGES = {
    "index.html": "<h1 id=h>Espresso</h1><p>Start here.</p>",
    "boilers.html": "<h1 id=b>Boilers</h1><p>Water reaches 93 degrees.</p><h2 id=s>Sizes</h2><p>Two sizes exist.</p>",
    "milk.html": "<h1 id=m>Milk</h1><p>Froth is made of air.</p>",
}
ASKED = {
    "boilers.html": {"Boilers": {"answered": ["how hot does that kettle thing get"], "not_answered": ["which paint suits a kitchen wall"]}},
    "milk.html": {"Milk": {"answered": ["why so bubbly"]}},
}
MakeSite = Callable[[dict[str, str]], Path]


@pytest.fixture
def build(make_site: MakeSite, tmp_path: Path) -> Callable[[object], Search]:
    """Build a small site with the given questions and load what was built."""
    store = Store(tmp_path / "store")

    def run(asked: object) -> Search:
        site = make_site(PAGES)
        (site / "asked.json").write_text(asked if isinstance(asked, str) else json.dumps(asked), "utf-8")
        build_index(site, store, embedder=WordEmbedder())
        return Search(store, embedder=WordEmbedder())

    return run


Build = Callable[[object], Search]


def first(search: Search, question: str) -> str:
    return search.hits(search.query(question))[0].passage.url


def before(search: Search, question: str) -> AskedBefore:
    return search.query(question).asked_before


def test_a_question_in_words_that_no_page_uses_finds_the_section_that_answered_its_like(build: Build) -> None:
    question = "how hot does this kettle thing get"
    assert first(build({}), question) != "boilers.html#b"
    search = build(ASKED)
    assert first(search, question) == "boilers.html#b"
    assert search.passages[next(iter(before(search, question).sections))].url == "boilers.html#b"


def test_the_parts_of_the_search_are_compared_without_it(build: Build) -> None:
    search = build(ASKED)
    query = search.query("how hot does this kettle thing get")
    without = build({})
    for weight in (0.0, 0.5, 1.0):
        scores = [(hit.row, hit.score) for hit in search.hits(query, dense_weight=weight)]
        assert scores == [(hit.row, hit.score) for hit in without.hits(query, dense_weight=weight)]


def test_the_like_of_an_unanswered_question_speaks_against_an_answer_and_leads_nowhere(build: Build) -> None:
    search = build(ASKED)
    unanswered = before(search, "which paint suits a bathroom wall")
    assert unanswered.answered < 0 and not unanswered.sections
    assert before(search, "how hot does that kettle get").answered > 0


def test_a_question_unlike_any_and_a_site_without_any_tell_nothing(build: Build) -> None:
    assert before(build(ASKED), "quokka burrows") == AskedBefore({}, 0.0)
    assert before(build({}), "how hot does that kettle thing get") == AskedBefore({}, 0.0)


def test_a_heading_is_a_question_that_its_section_answers(build: Build) -> None:
    search = build({})
    sections = before(search, "boilers").sections
    assert [search.passages[row].url for row in sections] == ["boilers.html#b"]
    unanswered = {"boilers.html": {"Boilers": {"answered": [], "not_answered": ["boilers of brass", "boilers and paint"]}}}
    assert before(build(unanswered), "boilers").answered > before(build(unanswered), "boilers of brass").answered


def test_words_of_questions_without_an_answer_speak_against_one_whatever_their_subject(build: Build) -> None:
    prices, reasons = ([f"{asked} thing{number}" for number in range(200)] for asked in ("what is the price of", "why is there a"))
    search = build({"milk.html": {"Milk": {"answered": reasons, "not_answered": prices}}})
    assert before(search, "what is the price of a quokka").worded < 0 < before(search, "why is there a quokka").worded
    assert before(search, "Gnus?").worded == 0, "no word of it was ever asked"
    few = build({"milk.html": {"Milk": {"answered": reasons, "not_answered": prices[1:]}}})
    assert before(few, "what is the price of a quokka").worded == 0, "few questions speak for themselves only"


def test_questions_about_a_section_that_is_not_there_are_left_out_and_counted(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        search = build({"boilers.html": {"Colours": {"answered": ["is it red", "is it blue"]}}, **{"milk.html": ASKED["milk.html"]}})
    assert "2 questions in 'asked.json' name sections that the site has not" in caplog.text
    assert first(search, "why so bubbly today") == "milk.html#m"


@pytest.mark.parametrize("asked", ["{", "[]", '{"a": {"b": ["c"]}}', '{"a": {"b": {"answers": []}}}', "\x00"])
def test_a_file_of_another_form_is_named_and_the_old_index_goes_on_answering(build: Build, asked: str, tmp_path: Path) -> None:
    build(ASKED)
    with pytest.raises(UserError, match=r"asked\.json' can't be used"):
        build(asked)
    assert first(Search(Store(tmp_path / "store"), embedder=WordEmbedder()), "why so bubbly today") == "milk.html#m"


def test_a_change_of_the_questions_is_built_and_embeds_the_new_ones_only(make_site: MakeSite, tmp_path: Path) -> None:
    site, store = make_site(PAGES), Store(tmp_path / "store")
    file = site / "asked.json"
    file.write_text(json.dumps(ASKED), "utf-8")
    build_index(site, store, embedder=WordEmbedder())
    assert build_index(site, store, embedder=WordEmbedder()).unchanged
    file.write_text(json.dumps({**ASKED, "index.html": {}, "": {"Espresso": {"answered": ["where do I begin"]}}}), "utf-8")
    embedder = WordEmbedder()
    report = build_index(site, store, embedder=embedder)
    assert not report.unchanged and embedder.embedded == ["where do I begin"]
