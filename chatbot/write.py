"""Writing by quoting: chosen units become statements, each with the citation that holds it word for word. Pure.

Fed by chatbot.select, read by chatbot.verify. A model may take its place behind the same shape of function.
"""

from collections.abc import Iterator, Sequence

from chatbot.answer import Citation, Statement
from chatbot.citations import cite
from chatbot.evidence import Scored, SectionEvidence
from chatbot.select import Chosen

NAME = "extractive"


def write(chosen: list[Chosen], site_url: str = "") -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Quote what was chosen.

    Runs of units that follow each other in one paragraph, list or table share a citation.

    Returns:
        Statements in order, and their citations numbered from 1 in order of use.
    """
    statements: list[Statement] = []
    citations: list[Citation] = []
    said: set[str] = set()
    for part in chosen:
        for run in _runs(part.section, [scored for scored in part.units if scored.unit.text not in said]):
            said |= {scored.unit.text for scored in run}
            quote = " ".join(" ".join(scored.unit.text.split()) for scored in run)
            citation = cite(len(citations) + 1, run[0].passage, [(scored.block, scored.unit) for scored in run], quote, site_url)
            citations.append(citation)
            statements += [_statement(scored, citation.number) for scored in run]
    return tuple(statements), tuple(citations)


def quoted_in_part(chosen: Sequence[Chosen]) -> str | None:
    """Say of which lists and tables only a part is quoted, if any: who reads three rows shall know that there are seven."""
    quoted: dict[tuple[str, tuple[str, ...]], tuple[SectionEvidence, set[int]]] = {}
    for part in chosen:  # of one section, several questions may quote
        passage = part.section.hit.passage
        _, places = quoted.setdefault((passage.url, passage.headings), (part.section, set()))
        places.update(map(part.section.units.index, part.units))
    cut = []
    for section, places in quoted.values():
        for group in section.groups():
            body = [place for place in group if section.units[place].unit.label != "header"]
            if 0 < (count := len(places.intersection(body))) < len(body):
                unit = section.units[body[0]].unit
                name = "rows" if unit.kind == "row" else "steps" if unit.label else "items"
                cut.append(f"{count} of {len(body)} {name} under “{section.hit.passage.headings[-1]}”")
    return f"Quoted in part: {', '.join(cut)}." if cut else None


def _statement(scored: Scored, number: int) -> Statement:
    return Statement(scored.unit.kind, scored.unit.markdown, (number,), scored.unit.label)


def _runs(section: SectionEvidence, units: list[Scored]) -> Iterator[list[Scored]]:
    order = {id(scored): place for place, scored in enumerate(section.units)}
    run: list[Scored] = []
    for scored in units:
        if run and not _continues(run[-1], scored, order):
            yield run
            run = []
        run.append(scored)
    if run:
        yield run


def _continues(before: Scored, after: Scored, order: dict[int, int]) -> bool:
    if order[id(after)] != order[id(before)] + 1:
        return False
    if before.place == after.place:
        return True
    if after.unit.kind in ("item", "row") and before.block.group == after.block.group:
        return True
    return after.unit.kind in ("item", "row", "code") and before.unit.text.endswith(":")  # else a figure or a tool may stand between
