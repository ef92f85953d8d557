"""Selecting: which sentences, items and rows of the evidence make the answer, each with what it needs to be understood. Pure.

Fed by chatbot.evidence and chatbot.essential, read by chatbot.write. Shapes follow the form of the question and of the page, never its
subject.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.answer import Kind
from chatbot.essential import LISTING, signals
from chatbot.evidence import Evidence, Scored, SectionEvidence
from chatbot.fitted import Logistic
from index import terms

_POINTING = re.compile(
    r"^\W*(this|that|these|those|it|its|they|their|them|such|here|both|he|she|either|neither|"
    r"the (former|latter|same|other|second|third|result|reverse|opposite)|"
    r"((all|each|any|none|neither|either)( of)?( the)?|the) (two|three|four|five|six|seven|eight|nine|ten)|"
    r"however|therefore|thus|hence|but|and|so|also|then|instead|otherwise|conversely|moreover|furthermore|"
    r"for (example|instance)|in (contrast|turn|addition|other words)|as (above|mentioned|noted))\b",
    re.I,
)
_NAVIGATION = re.compile(r"^\W*(see|read|go to|continue with|follow|click|back to|next|previous)\b(?!.*[.:;] \w).{0,90}$", re.I)
"""A sentence that only sends the reader elsewhere; a citation does that better."""
_INTRODUCES = re.compile(r":$|\b(here|below|following|as follows)\b", re.I)
"""What points to the code behind it."""
_AHEAD = 0.4
"""Share of the best unit's chance from which one that stands before it is quoted: an answer shall not begin with what answers less."""
_FURTHER = 0.3
"""Chance from which a unit of another section than the leading one adds something."""
_ADDED = 2
"""Most units of such a section."""
_TABLED = frozenset(("comparison", "list"))
"""Kinds of questions that a table answers, wherever it stands."""
_PROCEDURAL = frozenset(("list", "how-to", "open"))
"""Kinds of questions that may ask for a procedure."""
_REPEATS = 0.55
"""Share of common terms from which a sentence says again what another said."""
_WORDS = 4
"""A shorter sentence says nothing by itself."""
_SEVERAL = 2
"""Items or rows that must answer, and half of all, for the others to be quoted with them."""
_POINTED_BACK = 3
"""Sentences that are quoted at most so that the last of them can be understood."""
CODE_LINES = 30
"""Lines of code from which a citation shows it better."""
LIST_LIMIT = 14
"""Items or rows of a list that was asked for; elsewhere the limit on statements holds."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Units of one section that the answer says, in the order in which it says them."""

    section: SectionEvidence
    units: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A section, with the places of its units that may be chosen."""

    section: SectionEvidence
    chances: dict[int, float]
    """Of each unit that may be chosen for itself; one that introduces code has the better of both."""
    table: tuple[int, ...]
    """Rows of tables whose header is likely to be essential: one that names the sides of a comparison, or what was asked for."""


def select(kind: Kind, evidence: Evidence, limit: int, essential: Logistic) -> list[Chosen]:
    """Choose what answers.

    Args:
        kind: The kind of answer that the question's form asks for.
        evidence: Sections, best first.
        limit: Most units; a complete list or table that was asked for may have up to `LIST_LIMIT`.
        essential: The chance that a unit is essential, and its threshold in the leading section.

    Returns:
        Sections in order of use; empty only if there is no evidence.
    """
    told = zip(evidence.sections, signals(kind, evidence), strict=False)
    weighed = [_weigh(section, [essential.chance(each) for each in units], essential.threshold) for section, units in told]
    weighed = [found for found in weighed if found.chances]
    chosen: list[Chosen] = []
    said: list[Scored] = []
    for found in weighed:
        units = found.section.units
        lacks_table = kind in _TABLED and not any(scored.unit.kind in ("item", "row") for scored in said)
        table = found.table if lacks_table else ()
        if not chosen:
            wanted = {*_from_lead(kind, found, essential.threshold), *table}
            listed = kind in LISTING and any(units[place].unit.kind in ("item", "row") for place in wanted)
            room = LIST_LIMIT if listed else limit
        else:
            wanted = _from_other(found, table, said)
            room = limit - len(said) if lacks_table else min(_ADDED, limit - len(said))
        order = sorted(wanted, key=lambda place: (-found.chances.get(place, 0.0), place))
        if places := _with_context(found.section, order, room):
            chosen.append(Chosen(found.section, tuple(units[place] for place in places)))
            said += chosen[-1].units
    if len(said) == 1:
        chosen = [_with_second(chosen[0], weighed[0].chances)]
    return [Chosen(part.section, tuple(_with_code(part))) for part in chosen]


def _with_code(part: Chosen) -> Iterator[Scored]:
    """Yield a section's chosen units, each that introduces code with that code: without it, it says nothing."""
    units = part.section.units
    for scored in part.units:
        yield scored
        yield from (units[place] for place in _introduced(part.section, units.index(scored)))


def _introduced(section: SectionEvidence, place: int) -> range:
    """Return the code that a sentence or item introduces, after the name of its file if it bears one; nothing if it is too long.

    A sentence does that which points ahead, or is all that its paragraph says before the code.
    """
    after = section.units[place + 1 : place + 3]
    named = bool(after) and after[0].unit.kind == "text" and len(after[0].unit.text.split()) < _WORDS
    code = after[named].unit if len(after) > named else None
    scored = section.units[place]
    alone = scored.unit.kind == "text" and (place == 0 or section.units[place - 1].place != scored.place)
    shown = code is not None and code.kind == "code" and code.text.count("\n") < CODE_LINES
    return range(place + 1, place + 2 + named) if shown and (alone or _INTRODUCES.search(scored.unit.text)) else range(0)


def _weigh(section: SectionEvidence, told: Sequence[float], threshold: float) -> _Weighed:
    quotable = [place for place in range(len(told)) if _quotable(section, place)]
    headed = (group for group in section.groups() if section.units[group[0]].unit.label == "header")
    return _Weighed(
        section,
        {place: max(told[at] for at in (place, *_introduced(section, place))) for place in quotable},
        tuple(place for group in headed if told[group[0]] >= threshold for place in group[1:]),
    )


def _from_lead(kind: Kind, found: _Weighed, threshold: float) -> set[int]:
    """Return the places in the leading section that answer; the best in any case."""
    chances = found.chances
    best = max(chances, key=lambda place: chances[place])
    if kind in LISTING:  # what is to be typed belongs to the steps
        least = {place: threshold / 2 if _introduced(found.section, place) else threshold for place in chances}
    else:
        least = {place: max(threshold, _AHEAD * chances[best]) if place < best else threshold for place in chances}
    return _complete(kind, found.section, {place for place in chances if chances[place] >= least[place]} | {best})


def _from_other(found: _Weighed, table: Sequence[int], said: Sequence[Scored]) -> set[int]:
    """Return the places in a further section that add something; the table that was asked for often stands in a section of its own."""
    likely = (place for place, chance in found.chances.items() if chance >= _FURTHER or place in table)
    return {place for place in likely if not (_repeats(found.section.units[place], said) or _dangles(found.section, place))}


def _with_second(only: Chosen, chances: dict[int, float]) -> Chosen:
    """Return an answer of one unit with the likeliest behind it in its section that says something else and is no single step."""
    section, place = only.section, only.section.units.index(only.units[0])
    after = [at for at in chances if at > place and not (section.units[at].unit.label or _repeats(section.units[at], only.units))]
    order = [place, *sorted(after, key=lambda at: -chances[at])[:1]]
    return Chosen(section, tuple(section.units[at] for at in _with_context(section, order, 1 + _POINTED_BACK)))


def _quotable(section: SectionEvidence, place: int) -> bool:
    """Say whether a unit may be chosen for itself; a line that introduces a list, or a table's header, comes with what it introduces."""
    scored = section.units[place]
    if scored.unit.label == "header" or not _says_something(scored):
        return False
    return not scored.unit.text.endswith(":") or bool(_introduced(section, place))


def _complete(kind: Kind, section: SectionEvidence, places: set[int]) -> set[int]:
    """Return places with the rest of each list or table of which half is among them; of a long one, without what is nested in it.

    Of numbered steps one is enough where a procedure may be asked for: the third without the others is no way to do anything.
    """
    found = set(places)
    for group in section.groups():
        body = [place for place in group if section.units[place].unit.label != "header"]
        together = kind in _PROCEDURAL and _is_numbered(section, body)
        if len(places.intersection(body)) >= (1 if together else max(_SEVERAL, len(body) / 2)):
            found.update(place for place in body if len(body) <= LIST_LIMIT or section.units[place].block.depth == 0)
    return found


def _is_numbered(section: SectionEvidence, places: Sequence[int]) -> bool:
    return all(section.units[place].unit.label not in ("", "header") for place in places)


def _with_context(section: SectionEvidence, order: Sequence[int], most: int) -> list[int]:
    """Return as many of the places as there is room for, the first ones first, with what each needs to be understood; in reading order.

    Numbered steps come together: without room for all of them there is none for a second one.
    """
    kept: set[int] = set()
    steps = [group for group in section.groups() if _is_numbered(section, group)]
    for place in order:
        needed = {place, *_context(section, place), *next(({*group}.intersection(order) for group in steps if place in group), ())}
        if len(kept | needed) <= most:
            kept |= needed
    if order and most > 0 and not kept:
        kept = {order[0], *_context(section, order[0])}
    return sorted(kept)


def _context(section: SectionEvidence, place: int) -> list[int]:
    """Return what a unit needs before it: the sentences that it points back to, a list's introduction, a table's header."""
    if section.units[place].unit.kind == "text":
        return _pointed_to(section, place)
    first = next((group[0] for group in section.groups() if place in group), place)
    if section.units[first].unit.label == "header":
        return [first]
    before = section.units[first - 1].unit if first else None
    return [first - 1] if before and before.kind == "text" and before.text.endswith(":") else []


def _pointed_to(section: SectionEvidence, place: int) -> list[int]:
    """Return the places of the sentences before one in its paragraph that it points back to."""
    found = [place]
    while _POINTING.match(section.units[found[0]].unit.text) and found[0] > 0 and len(found) < _POINTED_BACK:
        before = section.units[found[0] - 1]
        if before.unit.kind != "text" or (before.place != section.units[place].place and len(found) > 1):
            break
        found.insert(0, found[0] - 1)
    return found[:-1]


def _dangles(section: SectionEvidence, place: int) -> bool:
    """Say whether a sentence points back at what is none: a list or a table, which is not quoted with it, or its heading."""
    unit = section.units[place].unit
    return unit.kind == "text" and bool(_POINTING.match(unit.text)) and not _pointed_to(section, place)


def _says_something(scored: Scored) -> bool:
    if scored.unit.kind == "code" or _NAVIGATION.match(scored.unit.text) or _asks(scored):
        return False
    return scored.unit.kind != "text" or len(scored.unit.text.split()) >= _WORDS


def _asks(scored: Scored) -> bool:
    """Say whether a sentence or item is a question; behind a colon, one explains what stands before it. A row may end in one."""
    return scored.unit.kind != "row" and scored.unit.text.endswith("?") and ":" not in scored.unit.text


def _repeats(scored: Scored, said: Sequence[Scored]) -> bool:
    own = set(terms(scored.unit.text))
    return any(scored is other or _alike(own, set(terms(other.unit.text))) for other in said)


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _REPEATS * min(len(one), len(other)) if one and other else one == other


def needs_context(scored: Scored) -> bool:
    """Say whether a unit can't stand alone: it points back, introduces what follows, or only sends the reader elsewhere."""
    return bool(_POINTING.match(scored.unit.text)) or scored.unit.text.endswith(":") or not _says_something(scored)
