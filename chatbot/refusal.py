"""Refusing: what was looked for, what the nearest sections lack, and what they say. Pure over a Search.

A reader who asked something that the guide does cover, in words it does not use, sees so and finds it all the same.
"""

from collections.abc import Sequence

from chatbot.answer import Place
from chatbot.evidence import FORM, Evidence, SectionEvidence
from index import Search, terms

NEAREST = 3
_MOST_WORDS = 6
"""Words named as lacking; of a long question more would tell nothing."""
_MARKS = "?!.,;:()[]{}<>\"'“”‘’"


def nearest_sections(found: Sequence[Evidence]) -> list[SectionEvidence]:
    """Return the sections to offer, best first, each once."""
    sections: dict[str, SectionEvidence] = {}
    for evidence in found:
        for section in evidence.sections:
            sections.setdefault(section.hit.passage.url, section)
    return list(sections.values())[:NEAREST]


def places(sections: Sequence[SectionEvidence], site_url: str) -> tuple[Place, ...]:
    """Return sections as a reader may open them, each with the sentence that comes nearest to the question.

    Args:
        sections: From `nearest_sections`.
        site_url: Where the site is published; empty to stay relative to its root.
    """
    return tuple(
        Place(section.hit.passage.title, section.hit.passage.headings[-1], site_url + section.hit.passage.url, _says(section))
        for section in sections
    )


def looked_for(found: Sequence[Evidence], search: Search) -> str:
    """Return a line on what was searched, misspelt words mended, and which of its words none of the nearest sections has."""
    sections = nearest_sections(found)
    asked = " ".join(evidence.query.text for evidence in found)
    present = {term for section in sections for term in terms(_whole(section))}
    lacking = [word for word in dict.fromkeys(_telling(asked)) if present.isdisjoint(terms(word))]
    looked = f"Looked for “{asked}” in {len(search.pages)} pages."
    if not lacking or not sections:
        return looked
    return f"{looked} The nearest sections do not mention: {', '.join(lacking[:_MOST_WORDS])}."


def _whole(section: SectionEvidence) -> str:
    return " ".join((*section.hit.passage.headings, *(scored.unit.text for scored in section.units)))


def _telling(asked: str) -> list[str]:
    """Return the words that ask for something, as typed: neither those that hold the question together nor those of its form."""
    words = [word.strip(_MARKS) for word in asked.split()]
    return [word for word in words if (found := terms(word)) and not FORM.issuperset(found)]


def _says(section: SectionEvidence) -> str:
    """Return the sentence or item of a section that fits best, verbatim; a row or code only where there is nothing else."""
    readable = [scored for scored in section.units if scored.unit.kind in ("text", "item")] or section.units
    return " ".join(max(readable, key=lambda scored: scored.score).unit.text.split())
