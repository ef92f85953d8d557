"""The quoting writer: chosen sentences, items and rows become statements, each with the quote that it stands in."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chatbot.answer import Kind
from chatbot.evidence import Evidence, Scored, SectionEvidence, WordMatch
from chatbot.fitted import Logistic
from chatbot.select import Chosen, select
from chatbot.write import quoted_in_part, write
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


# Which units answer, by their score against the section's best and by the section's against the leading one
BY_SCORE = Logistic(weights={"relative": 6.0, "section": 6.0}, intercept=-9.0, threshold=0.5)


def said(kind: Kind, *sections: SectionEvidence, limit: int = 8) -> list[str]:
    """Return what is chosen of sections, best first."""
    evidence = Evidence(Query("how are boilers started", (), (), None), (), sections)
    return [scored.unit.text for part in select(kind, evidence, limit, BY_SCORE) for scored in part.units]


def scored_as(found: SectionEvidence, *scores: float, of_all: float = 1.0) -> SectionEvidence:
    """Return a section with the scores of its units, and its own."""
    units = tuple(replace(scored, score=score) for scored, score in zip(found.units, scores, strict=True))
    return replace(found, units=units, score=of_all)


STEPS = ("Fill the tank with cold water.", "Heat it for an hour.", "Open the valve slowly.")


def test_what_is_likely_to_be_essential_is_quoted_in_reading_order_and_the_best_in_any_case() -> None:
    found = section("a", ("text", 1, ["Boilers start very slowly.", "Water is heated first of all.", "Tanks are made of steel."]))
    assert said("open", scored_as(found, 1.0, 0.9, 0.2)) == ["Boilers start very slowly.", "Water is heated first of all."]
    assert said("open", scored_as(found, 0.1, 0.1, 1.0, of_all=0.1)) == ["Tanks are made of steel."]


def test_an_answer_does_not_begin_with_what_answers_less() -> None:
    found = section("a", ("text", 1, ["Boilers have a long history.", "Boilers start very slowly.", "They are heated first of all."]))
    lenient = BY_SCORE.model_copy(update={"threshold": 0.2})
    evidence = Evidence(Query("how", (), (), None), (), (scored_as(found, 0.6, 1.0, 0.6),))
    chosen = [scored.unit.text for part in select("open", evidence, 8, lenient) for scored in part.units]
    assert chosen == ["Boilers start very slowly.", "They are heated first of all."]


def test_a_sentence_that_points_back_comes_with_the_one_before() -> None:
    found = section("a", ("text", 1, ["Tanks are made of steel.", "Water is cold.", "It is heated for an hour first."]))
    assert said("open", scored_as(found, 0.1, 0.1, 1.0)) == ["Water is cold.", "It is heated for an hour first."]


LEAD = ["Boilers start slowly in winter.", "Water is heated first of all."]


def test_a_further_section_adds_only_what_is_likely_and_new() -> None:
    lead = scored_as(section("a", ("text", 1, LEAD)), 1.0, 1.0)
    other = section("b", ("text", 1, ["In winter, boilers start slowly.", "A warm cellar is the remedy.", "Cellars are dark and damp."]))
    assert said("open", lead, scored_as(other, 1.0, 1.0, 0.1)) == [*LEAD, "A warm cellar is the remedy."]
    assert said("open", lead, scored_as(other, 1.0, 1.0, 0.1, of_all=0.2)) == LEAD


def test_an_answer_of_one_sentence_goes_on_with_the_likeliest_behind_it_and_with_nothing_of_another_section() -> None:
    one = section("a", ("text", 1, [*LEAD, "Steam is what remains then.", "Tanks are made of steel."]))
    assert said("open", scored_as(one, 1.0, 0.1, 0.5, 0.2)) == [LEAD[0], "Steam is what remains then."]
    other = scored_as(section("b", ("text", 1, ["A warm cellar is the remedy."])), 1.0, of_all=0.2)
    assert said("open", scored_as(section("a", ("text", 1, LEAD)), 0.1, 1.0), other) == [LEAD[1]]


def test_a_further_section_adds_nothing_that_points_at_what_is_not_quoted() -> None:
    lead = scored_as(section("a", ("text", 1, LEAD)), 1.0, 1.0)
    pointing = ("text", 2, ["The two combine well in a cold cellar."])
    behind_a_list = section("b", ("item", 1, ["Small tanks are made of steel."]), pointing)
    assert said("open", lead, scored_as(behind_a_list, 0.1, 1.0)) == LEAD
    behind_a_sentence = section("b", ("text", 1, ["Oil and gas are fuels."]), pointing)
    assert said("open", lead, scored_as(behind_a_sentence, 0.1, 1.0)) == [
        *LEAD,
        "Oil and gas are fuels.",
        "The two combine well in a cold cellar.",
    ]


def test_the_table_of_a_comparison_is_taken_from_a_section_of_its_own() -> None:
    lead = scored_as(section("a", ("text", 1, LEAD)), 1.0, 1.0)
    table = section("b", ("row", 1, ["Boilers Small Large"]), ("row", 1, ["Heating 1 h 2 h"]), ("row", 1, ["Water 2 l 9 l"]))
    header = replace(table.units[0], unit=replace(table.units[0].unit, label="header"))
    near = scored_as(replace(table, units=(header, *table.units[1:])), 1.0, 0.4, 0.4, of_all=0.6)
    assert said("comparison", lead, near) == [*LEAD, *(scored.unit.text for scored in table.units)]
    assert said("open", lead, near) == LEAD


@pytest.mark.parametrize("kind", ["how-to", "open"])
def test_a_list_of_which_half_answers_is_quoted_whole(kind: Kind) -> None:
    found = section("a", ("text", 1, ["Boilers start so:"]), *(("item", 2, [step]) for step in STEPS))
    assert said(kind, scored_as(found, 0.2, 0.2, 1.0, 0.9)) == ["Boilers start so:", *STEPS]
    assert said(kind, scored_as(found, 0.2, 1.0, 0.2, 0.2)) == ["Boilers start so:", STEPS[0]]


@pytest.mark.parametrize(
    ("kind", "limit", "quoted"),
    [("how-to", 8, STEPS), ("open", 8, STEPS), ("open", 4, STEPS), ("open", 3, ()), ("fact", 8, STEPS[1:2])],
    ids=["asked for", "perhaps asked for", "just enough room", "no room for all", "a number asked for"],
)
def test_numbered_steps_come_together_or_not_at_all_where_a_procedure_may_be_asked_for(
    kind: Kind, limit: int, quoted: Sequence[str]
) -> None:
    found = section("a", ("text", 1, ["A boiler starts in three steps."]), *(("item", 2, [step]) for step in STEPS))
    steps = (replace(scored, unit=replace(scored.unit, label=f"{number}.")) for number, scored in enumerate(found.units[1:], 1))
    numbered = scored_as(replace(found, units=(found.units[0], *steps)), 1.0, 0.1, 0.8, 0.1)
    assert said(kind, numbered, limit=limit) == ["A boiler starts in three steps.", *quoted]


def test_what_is_quoted_in_part_is_counted_once_whatever_asked_for_it() -> None:
    table = section("a", *(("row", 1, [f"Row {number}"]) for number in range(5)))
    again = section("a", *(("row", 1, [f"Row {number}"]) for number in range(5)))
    assert quoted_in_part([Chosen(table, table.units[:1]), Chosen(again, again.units[3:4])]) == "Quoted in part: 2 of 5 rows under “a”."
    assert quoted_in_part([Chosen(table, table.units)]) is None


def test_a_row_comes_with_the_header_of_its_table() -> None:
    found = section("a", ("row", 1, ["Boiler Time"]), ("row", 1, ["Small 1 h"]), ("row", 1, ["Large 2 h"]))
    header = replace(found.units[0], unit=replace(found.units[0].unit, label="header"))
    found = replace(found, units=(header, *found.units[1:]))
    assert said("fact", scored_as(found, 0.1, 0.1, 1.0)) == ["Boiler Time", "Large 2 h"]


def test_questions_of_a_page_are_no_answer() -> None:
    listed = ("Who is it for?", "What does it cost?", "Ask for the purpose: which decision changes?")
    found = section("a", ("text", 1, ["Start here with what you need."]), *(("item", 2, [text]) for text in listed))
    told = said("list", scored_as(found, *[0.9] * 4))
    assert listed[2] in told and not {listed[0], listed[1]} & set(told)


@pytest.mark.parametrize("kind", ["item", "row"])
def test_list_or_table_with_one_question_in_it_stays_whole(kind: BlockKind) -> None:
    texts = ("The goal.", "Who pays?", "The date.")
    found = section("a", ("text", 1, ["A plan needs three things:"]), *((kind, 2, [text]) for text in texts))
    assert said("list", scored_as(found, *[0.9] * 4))[-3:] == list(texts)
