"""The quoting writer: chosen sentences, items and rows become statements, each with the quote that it stands in."""

from dataclasses import replace

import pytest

from chatbot.answer import Kind
from chatbot.evidence import Evidence, Scored, SectionEvidence, WordMatch
from chatbot.select import Chosen, select
from chatbot.write import write
from index import Block, Hit, Passage, Query, Unit
from index.model import BlockKind


def section(address: str, *blocks: tuple[BlockKind, int, list[str]]) -> SectionEvidence:
    """Return a section: for each block its kind, its group and its sentences, items' and rows' being one."""
    made = tuple(Block(kind, " ".join(texts), " ".join(texts), group) for kind, group, texts in blocks)
    passage = Passage(address, f"page/#{address}", "page/", "Page", ("Page", address), made)
    units = tuple(
        Scored(Unit(kind, text, text, place), made[place], passage, (0, place), 0.0, 0.0, 0.0, 0.0)
        for place, (kind, _, texts) in enumerate(blocks)
        for text in texts
    )
    return SectionEvidence(Hit(passage, 0, 1.0, 1.0, 1.0), units, 0.0, 0.0, WordMatch(0.0, 0.0), 0.0)


def test_nothing_chosen_is_nothing_written() -> None:
    assert write([]) == ((), ())


def test_neighbours_in_a_paragraph_share_a_citation_and_a_gap_parts_them() -> None:
    found = section("a", ("text", 1, ["One.", "Two.", "Three."]), ("text", 2, ["Four."]))
    statements, citations = write([Chosen(found, (*found.units[:2], found.units[3]))])
    assert [(statement.text, statement.citations) for statement in statements] == [("One.", (1,)), ("Two.", (1,)), ("Four.", (2,))]
    assert [(citation.number, citation.quote) for citation in citations] == [(1, "One. Two."), (2, "Four.")]


def test_list_shares_a_citation_with_the_line_that_introduces_it() -> None:
    found = section("a", ("text", 1, ["Two things:"]), ("item", 2, ["this"]), ("item", 2, ["that"]))
    statements, citations = write([Chosen(found, found.units)])
    assert [citation.quote for citation in citations] == ["Two things: this that"]
    assert [statement.kind for statement in statements] == ["text", "item", "item"]


def test_sentence_that_two_sections_hold_is_said_once() -> None:
    first, second = section("a", ("text", 1, ["Same.", "One."])), section("b", ("text", 1, ["Same.", "Two."]))
    statements, citations = write([Chosen(first, first.units), Chosen(second, second.units)])
    assert [statement.text for statement in statements] == ["Same.", "One.", "Two."]
    assert [(citation.heading, citation.quote) for citation in citations] == [("a", "Same. One."), ("b", "Two.")]


def test_code_keeps_its_lines_and_shares_the_citation_of_what_introduces_it() -> None:
    found = section("a", ("text", 1, ["Run this:"]), ("code", 2, ["make build\n  make run"]))
    statements, citations = write([Chosen(found, found.units)])
    assert [(statement.kind, statement.text) for statement in statements] == [("text", "Run this:"), ("code", "make build\n  make run")]
    assert [citation.quote for citation in citations] == ["Run this: make build make run"]
    assert citations[0].url.endswith(":~:text=Run%20this%3A"), "a browser finds the sentence, not the laid-out code"


@pytest.mark.parametrize(("reading", "added"), [(None, True), (2.0, True), (-3.0, False)])
def test_further_section_that_was_read_and_does_not_answer_adds_nothing(reading: float | None, added: bool) -> None:
    lead = section("a", ("text", 1, ["Drift is a change of the data.", "Alarms tell of it early on."]))
    other = replace(section("b", ("text", 1, ["Retraining on a schedule is another remedy."])), reading=reading)
    evidence = Evidence(Query("what is drift", (), (), None), (), (lead, other))
    assert [part.section.hit.passage.headings[-1] for part in select("open", evidence, 8)] == (["a", "b"] if added else ["a"])


STEPS = ("Fill the tank with cold water.", "Heat it for an hour.", "Open the valve slowly.")


@pytest.mark.parametrize(
    ("kind", "first", "listed"),
    [
        pytest.param("open", "Boilers start in three steps: fill the tank, heat it, open the valve.", True, id="summed up"),
        pytest.param("fact", "Boilers start in three steps: fill the tank, heat it, open the valve.", False, id="one thing is asked"),
        pytest.param("open", "Boilers of the older series are started by hand.", False, id="not summed up"),
    ],
)
def test_list_that_the_answering_sentence_sums_up_is_quoted_whole(kind: Kind, first: str, listed: bool) -> None:
    found = section("a", ("text", 1, [first]), *(("item", 2, [step]) for step in STEPS))
    scores = (1.0, 0.3, 0.2, 0.1)
    units = tuple(replace(scored, score=score) for scored, score in zip(found.units, scores, strict=True))
    evidence = Evidence(Query("how are boilers started", (), (), None), (), (replace(found, units=units),))
    said = [scored.unit.text for part in select(kind, evidence, 8) for scored in part.units]
    assert said[0] == first
    assert set(STEPS).issubset(said) is listed


def test_item_that_fits_far_worse_than_its_neighbours_is_not_quoted() -> None:
    found = section("a", ("text", 1, ["Boilers fail in many ways."]), *(("item", 2, [step]) for step in STEPS))
    units = tuple(replace(scored, score=score) for scored, score in zip(found.units, (0.2, 1.0, 0.3, 0.9), strict=True))
    evidence = Evidence(Query("what is filled and opened", (), (), None), (), (replace(found, units=units),))
    assert [scored.unit.text for part in select("open", evidence, 8) for scored in part.units] == [STEPS[0], STEPS[2]]


def test_questions_of_a_page_are_no_answer() -> None:
    listed = ("Who is it for?", "What does it cost?", "Ask for the purpose: which decision changes?")
    found = section("a", ("text", 1, ["Start here with what you need."]), *(("item", 2, [text]) for text in listed))
    units = tuple(replace(scored, score=0.9) for scored in found.units)
    evidence = Evidence(Query("what do I ask first", (), (), None), (), (replace(found, units=units),))
    said = [scored.unit.text for part in select("list", evidence, 8) for scored in part.units]
    assert listed[2] in said and not {listed[0], listed[1]} & set(said)


@pytest.mark.parametrize("kind", ["item", "row"])
def test_list_or_table_with_one_question_in_it_stays_whole(kind: BlockKind) -> None:
    found = section(
        "a", ("text", 1, ["A plan needs three things:"]), *((kind, 2, [text]) for text in ("The goal.", "Who pays?", "The date."))
    )
    units = tuple(replace(scored, score=0.9) for scored in found.units)
    evidence = Evidence(Query("what does a plan need", (), (), None), (), (replace(found, units=units),))
    said = [scored.unit.text for part in select("list", evidence, 8) for scored in part.units]
    assert said[-3:] == ["The goal.", "Who pays?", "The date."]
