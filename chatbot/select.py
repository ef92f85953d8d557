"""Selecting: which sentences, items and rows of the evidence make the answer, and in which shape. Pure.

Fed by chatbot.evidence, read by chatbot.write. Shapes follow the form of the question and of the page, never its
subject.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.answer import Kind
from chatbot.evidence import Evidence, Scored, SectionEvidence
from index import BlockKind, terms

_POINTING = re.compile(
    r"^\W*(this|that|these|those|it|its|they|their|them|such|here|both|he|she|either|neither|"
    r"the (former|latter|same|other|second|third|result|reverse|opposite)|"
    r"however|therefore|thus|hence|but|and|so|also|then|instead|otherwise|conversely|moreover|furthermore|"
    r"for (example|instance)|in (contrast|turn|addition|other words)|as (above|mentioned|noted))\b",
    re.I,
)
_NAVIGATION = re.compile(r"^\W*(see|read|go to|continue with|follow|click|back to|next|previous)\b(?!.*[.:;] \w).{0,90}$", re.I)
"""A sentence that only sends the reader elsewhere; a citation does that better."""
_INTRODUCES = re.compile(r":$|\b(here|below|following|as follows)\b", re.I)
"""What points to the code behind it."""
_OPENER = 0.6
"""A section's first sentence opens the answer if it fits at least this well against the section's best unit: pages
that answer first say there what the rest explains."""
_FITS = 0.8
"""An item is quoted if it fits at least this well against the section's best unit; one that no other comes so near to answers alone."""
_SUMMED_UP, _TAKEN_UP = 0.4, 0.5
"""A section's first sentence sums a list up if the list has this share of its terms, and this share of the items has one of them. On dev,
where such a sentence fits best, readers want the whole list in three cases of four, and elsewhere in one of four."""
_FEWEST_ITEMS = 3
_ONE_THING = frozenset(("definition", "fact", "yes-no", "comparison"))
"""Kinds of questions that no list answers as a whole, though it may be summed up by what does."""
_NEIGHBOUR = 0.65
_OTHER_SECTION = 0.8
_DOES_NOT_ANSWER = -1.0
"""Logit below which a further section that was read has nothing to add: on dev one quote in eighty fewer is beside the point."""
_REPEATS = 0.55
"""Share of common terms from which a sentence says again what another said."""
_WORDS = 4
"""A shorter sentence says nothing by itself."""
_COMPARED = 3
"""Best sections in which a comparison is sought."""
_NEAR_LEAD = 0.85
"""A section that fits nearly as well as the best."""
CODE_LINES = 30
"""Lines of code from which a citation shows it better."""
LIST_LIMIT = 14
"""Items or rows of a list that was asked for; elsewhere the limit on statements holds."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Units of one section that the answer says, in the order in which it says them."""

    section: SectionEvidence
    units: tuple[Scored, ...]


def select(kind: Kind, evidence: Evidence, limit: int) -> list[Chosen]:
    """Choose what answers.

    Args:
        kind: The kind of answer that the question's form asks for.
        evidence: Sections, best first.
        limit: Most units; a complete list or table that was asked for may have up to `LIST_LIMIT`.

    Returns:
        Sections in order of use; empty only if there is no evidence.
    """
    sections = [section for section in evidence.sections if any(_says_something(scored) for scored in section.units)]
    if not sections:
        return []
    lead = sections[0]
    picked = _from_lead(kind, lead, limit)
    chosen = [Chosen(lead, tuple(picked))]
    if kind == "comparison" and not _is_block(picked):
        chosen += _table_elsewhere(sections[1:4], lead, limit - len(picked))
    best = max(scored.score for scored in picked)
    said = [scored for part in chosen for scored in part.units]
    room = min(limit, 5 if _is_block(said) else 4) - len(said)
    for section in sections[1:4]:
        if room <= 0 or section.score < 0.7 * lead.score:
            break
        if section.reading is not None and section.reading < _DOES_NOT_ANSWER:
            continue
        added = _from_other(section, best, [scored for part in chosen for scored in part.units])
        if added:
            chosen.append(Chosen(section, tuple(added)))
            room -= len(added)
    if sum(len(part.units) for part in chosen) < 2:
        chosen = _widened(sections, picked)
    return [Chosen(part.section, tuple(_with_code(part))) for part in chosen]


def compares(evidence: Evidence, sides: tuple[str, str]) -> bool:
    """Say whether one of the best sections speaks of both sides in one breath: in its headings, or in a sentence or row."""
    wanted = [set(terms(side)) for side in sides]
    said = (
        set(terms(text))
        for section in evidence.sections[:_COMPARED]
        for text in (" ".join(section.hit.passage.headings[1:]), *(scored.unit.text for scored in section.units))
    )
    return any(all(side <= found for side in wanted) for found in said)


def _with_code(part: Chosen) -> Iterator[Scored]:
    """Yield a section's chosen units, each that introduces code with that code: without it, it says nothing."""
    for scored in part.units:
        yield scored
        yield from _introduced(part.section, scored)


def _introduced(section: SectionEvidence, scored: Scored) -> tuple[Scored, ...]:
    """Return the code that a sentence or item introduces, after the name of its file if it bears one; nothing if it is too long."""
    if not _INTRODUCES.search(scored.unit.text):
        return ()
    after = section.units[section.units.index(scored) + 1 :]
    named = bool(after) and after[0].unit.kind == "text" and len(after[0].unit.text.split()) < _WORDS
    shown = after[: 1 + named]
    is_code = bool(shown) and shown[-1].unit.kind == "code"
    return shown if is_code and shown[-1].unit.text.count("\n") < CODE_LINES else ()


def _table_elsewhere(sections: list[SectionEvidence], lead: SectionEvidence, limit: int) -> list[Chosen]:
    """The rows of a comparison often stand in a section of their own, next to the one that introduces it."""
    for section in sections:
        if section.score < _NEAR_LEAD * lead.score or limit < 2:
            break
        if rows := _group(section, "row", section.best):
            body = max((scored for scored in rows if scored.unit.label != "header"), key=lambda scored: scored.score)
            return [Chosen(section, tuple(_tabled(section, body, rows, limit, complete=False)))]
    return []


def _from_lead(kind: Kind, section: SectionEvidence, limit: int) -> list[Scored]:
    usable = [scored for scored in section.units if _says_something(scored)]
    best = max(usable, key=lambda scored: scored.score)
    opener = next((scored for scored in usable if scored.unit.kind == "text"), None)
    start = opener if opener is not None and (kind == "definition" or opener.score >= _OPENER * best.score) else best
    if best is opener and kind not in _ONE_THING and (items := _summed_up(section, opener)):
        return _listed(section, opener, opener, items, LIST_LIMIT, complete=True)
    listing = kind in ("list", "how-to")
    blocks: list[BlockKind] = ["row", "item"] if kind == "comparison" or best.unit.kind == "row" else ["item", "row"]
    for block in blocks:
        fits = listing or best.unit.kind == block or (kind == "comparison" and block == "row")
        if fits and (found := _group(section, block, best)):
            if block == "item":
                return _listed(section, start, best, found, LIST_LIMIT if listing else limit, complete=listing)
            return _tabled(section, start, found, LIST_LIMIT if kind == "list" else limit, complete=kind == "list")
    return _sentences(section, start, best, min(limit, 4))


def _group(section: SectionEvidence, kind: str, best: Scored) -> list[Scored]:
    """The list or table that fits best: the one that holds the best unit, or whose own best is near to it."""
    groups = _groups(section, kind)
    fitting = {group: max(scored.score for scored in found) for group, found in groups.items()}
    if not fitting:
        return []
    group = max(fitting, key=lambda name: fitting[name])
    return groups[group] if fitting[group] >= 0.5 * best.score and len(groups[group]) > 1 else []


def _groups(section: SectionEvidence, kind: str) -> dict[int, list[Scored]]:
    """Return a section's lists, or its tables, by number; of a list mostly of questions, which send the reader elsewhere, the rest."""
    groups: dict[int, list[Scored]] = {}
    for scored in section.units:
        if scored.unit.kind == kind:
            groups.setdefault(scored.block.group, []).append(scored)
    for number, found in list(groups.items()):
        said = [scored for scored in found if not _asks(scored)]
        if len(said) < len(found) / 2:
            groups[number] = said
    return {number: found for number, found in groups.items() if found}


def _summed_up(section: SectionEvidence, opener: Scored) -> list[Scored]:
    """Return the list that a section's first sentence sums up, if there is one: "has six steps: switch to the fallback, secure …"."""
    said = set(terms(opener.unit.text))
    for items in _groups(section, "item").values():
        taken_up = [said & set(terms(item.unit.text)) for item in items if item.block.depth == 0]
        if len(taken_up) < _FEWEST_ITEMS or not said:
            continue
        if len(set().union(*taken_up)) >= _SUMMED_UP * len(said) and sum(map(bool, taken_up)) >= _TAKEN_UP * len(taken_up):
            return items
    return []


def _listed(section: SectionEvidence, start: Scored, best: Scored, items: list[Scored], limit: int, *, complete: bool) -> list[Scored]:
    units = list(section.units)
    before = units.index(items[0]) - 1
    intro = [units[before]] if before >= 0 and units[before].unit.kind == "text" and units[before].unit.text.endswith(":") else []
    head = _standalone(units, start) if start.unit.kind == "text" and start not in intro else []
    head = [scored for scored in head if scored not in intro and scored not in items]
    if not complete:
        fitting = [scored for scored in items if scored.score >= _FITS * best.score]
        if len(fitting) == 1:
            return [*head, *fitting]  # one item answers: its neighbours speak of something else
        items = fitting or items
    outer = [scored for scored in items if scored.block.depth == 0] if len(items) > limit else items
    room = max(2, limit - len(head) - len(intro))
    if len(outer) > room and not complete:
        kept = {id(scored) for scored in sorted(outer, key=lambda scored: -scored.score)[:room]}
        outer = [scored for scored in outer if id(scored) in kept]
    return [*head, *intro, *outer[:room]]


def _tabled(section: SectionEvidence, start: Scored, rows: list[Scored], limit: int, *, complete: bool) -> list[Scored]:
    header = [scored for scored in rows if scored.unit.label == "header"]
    body = [scored for scored in rows if scored.unit.label != "header"]
    if not body:
        return [start]
    head = _standalone(list(section.units), start) if start.unit.kind == "text" else []
    best = max(scored.score for scored in body)
    fitting = body if complete else [scored for scored in body if scored.score >= 0.8 * best]
    room = max(1, limit - len(head) - len(header))
    kept = {id(scored) for scored in (fitting[:room] if complete else sorted(fitting, key=lambda scored: -scored.score)[:room])}
    return [*head, *header, *(scored for scored in body if id(scored) in kept)]


def _sentences(section: SectionEvidence, start: Scored, best: Scored, limit: int) -> list[Scored]:
    units = list(section.units)
    picked = _standalone(units, start)
    if best is not start and not _repeats(best, picked):
        picked += [scored for scored in _standalone(units, best) if scored not in picked]
    floor = _NEIGHBOUR * best.score
    for scored in units[units.index(start) + 1 :]:
        if len(picked) >= limit:
            break
        if scored in picked or not _says_something(scored) or scored.unit.kind not in ("text", "item"):
            continue
        ends = not scored.unit.text.endswith(":") or bool(_introduced(section, scored))
        if scored.unit.kind == "text" and ends and scored.score >= floor and not _repeats(scored, picked):
            needed = [other for other in _standalone(units, scored) if other not in picked]
            if len(picked) + len(needed) <= limit:
                picked += needed
    return [picked[0], *sorted(picked[1:], key=units.index)]


def _from_other(section: SectionEvidence, best: float, said: list[Scored]) -> list[Scored]:
    units = list(section.units)
    usable = [scored for scored in units if scored.unit.kind == "text" and _says_something(scored) and not scored.unit.text.endswith(":")]
    if not usable:
        return []
    fitting = max(usable, key=lambda scored: scored.score)
    if usable[0].score >= 0.9 * fitting.score:
        fitting = usable[0]
    if fitting.score < _OTHER_SECTION * best or _repeats(fitting, said):
        return []
    found = _standalone(units, fitting)
    return found if len(found) <= 2 and not any(_repeats(scored, said) for scored in found) else []


def _standalone(units: list[Scored], scored: Scored) -> list[Scored]:
    """Return a sentence with those before it in its paragraph that it points back to."""
    found = [scored]
    place = units.index(scored)
    while _POINTING.match(found[0].unit.text) and scored.unit.kind == "text" and place > 0:
        place -= 1
        if units[place].unit.kind != "text" or units[place].place != scored.place and len(found) > 1:
            break
        found.insert(0, units[place])
        if len(found) >= 3:
            break
    return found


def _widened(sections: list[SectionEvidence], picked: list[Scored]) -> list[Chosen]:
    """Add what follows, or what the next section says, so that an answer is more than one line where the guide says more."""
    lead, units = sections[0], list(sections[0].units)
    after = [scored for scored in units[units.index(picked[-1]) + 1 :] if _says_something(scored)]
    if after and after[0].unit.text.endswith(":"):
        after = after[: 1 + 3] if len(after) > 1 else []
    else:
        after = [scored for scored in after if scored.unit.kind in ("text", "item")][:1]
    chosen = [Chosen(lead, (*picked, *after))]
    for section in sections[1:3]:
        if not after and (added := _from_other(section, 0.0, picked)):
            return [*chosen, Chosen(section, tuple(added))]
    return chosen


def _is_block(picked: list[Scored]) -> bool:
    return any(scored.unit.kind in ("item", "row") for scored in picked)


def _says_something(scored: Scored) -> bool:
    if scored.unit.kind == "code" or _NAVIGATION.match(scored.unit.text) or _asks(scored):
        return False
    return scored.unit.kind != "text" or len(scored.unit.text.split()) >= _WORDS


def _asks(scored: Scored) -> bool:
    """Say whether a sentence or item is a question; behind a colon, one explains what stands before it. A row may end in one."""
    return scored.unit.kind != "row" and scored.unit.text.endswith("?") and ":" not in scored.unit.text


def _repeats(scored: Scored, said: list[Scored]) -> bool:
    own = set(terms(scored.unit.text))
    return any(scored is other or _alike(own, set(terms(other.unit.text))) for other in said)


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _REPEATS * min(len(one), len(other)) if one and other else one == other


def needs_context(scored: Scored) -> bool:
    """Say whether a unit can't stand alone: it points back, introduces what follows, or only sends the reader elsewhere."""
    return bool(_POINTING.match(scored.unit.text)) or scored.unit.text.endswith(":") or not _says_something(scored)
