"""Sources: which sections a model is shown, numbered, within a limit of tokens. Pure.

Sections go by rank. One that does not fit is shown with those of its blocks that fit the question best, and none after it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from chatbot.evidence import Evidence, Scored, SectionEvidence
from index import Block


@dataclass(frozen=True, slots=True)
class Source:
    """A section as a model is shown it."""

    number: int
    """From 1; what a statement cites."""
    section: SectionEvidence
    units: tuple[Scored, ...]
    """What of the section is shown, in reading order."""
    text: str

    @property
    def claims(self) -> str:
        """What it says, for the check: headings, then blocks, a line each."""
        blocks = {scored.place: scored.block for scored in self.units}
        return "\n".join((*self.section.hit.passage.headings, *(block.text for block in blocks.values())))


def choose_sources(evidence: Sequence[Evidence], *, most: int, tokens: int, count: Callable[[str], int]) -> list[Source]:
    """Choose sections by rank.

    Args:
        evidence: One for each question that is asked at once; their sections take turns.
        most: At most so many sources.
        tokens: At most so many tokens in all texts together.
        count: Tokens of a text.
    """
    sources: list[Source] = []
    for section in islice(_by_rank(evidence), most):
        whole = count(_text(section, section.units)) <= tokens
        units = section.units if whole else _fitting(section, tokens, count)
        if units:
            text = _text(section, units)
            sources.append(Source(len(sources) + 1, section, units, text))
            tokens -= count(text)
        if not whole:
            break
    return sources


def _by_rank(evidence: Sequence[Evidence]) -> Iterator[SectionEvidence]:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for rank in zip_longest(*(found.sections for found in evidence)):
        for section in rank:
            if section is not None and (key := (section.hit.passage.url, section.hit.passage.headings)) not in seen:
                seen.add(key)
                yield section


def _fitting(section: SectionEvidence, left: int, count: Callable[[str], int]) -> tuple[Scored, ...]:
    """Return units of whole blocks, those that fit the question best first, as long as they fit; in reading order."""
    blocks: dict[tuple[int, int], list[Scored]] = {}
    for scored in section.units:
        blocks.setdefault(scored.place, []).append(scored)
    headers = {found[0].block.group: place for place, found in blocks.items() if found[0].block.label == "header"}
    kept: set[tuple[int, int]] = set()
    for place in sorted(blocks, key=lambda place: -max(scored.score for scored in blocks[place])):
        block = blocks[place][0].block
        header = {headers[block.group]} if block.kind == "row" and block.group in headers else set()
        if count(_text(section, _of(section, kept | header | {place}))) <= left:
            kept |= header | {place}
    return _of(section, kept)


def _of(section: SectionEvidence, places: set[tuple[int, int]]) -> tuple[Scored, ...]:
    return tuple(scored for scored in section.units if scored.place in places)


def _text(section: SectionEvidence, units: Sequence[Scored]) -> str:
    blocks = {scored.place: scored.block for scored in units}
    return "\n".join((" › ".join(section.hit.passage.headings), *map(_line, blocks.values())))


def _line(block: Block) -> str:
    if block.kind == "item":
        return f"{block.label or '-'} {block.text}"
    return block.markdown.replace(r"\|", "|") if block.kind == "row" else block.text
