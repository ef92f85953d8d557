"""Details: numbers and names of a statement that its evidence has not, or has for something else. Pure.

Read by chatbot.support.
"""

from collections.abc import Sequence

from chatbot.claims.alignment import near
from chatbot.claims.model import Claim, word_key
from chatbot.claims.opposites import pointing_words

_REST = 0.9
"""Share of a sentence behind its subject from which the evidence says it, whoever does it there."""
_AROUND = 3
"""Items on each side of a number in a statement that may say what it counts."""
_NEAR = 8
"""Items within which one of them stands in the evidence, too."""


def foreign_number(claim: Claim, evidence: Sequence[Claim], held: Sequence[Claim]) -> str:
    """Return a number that the evidence has not, or has for another subject than the sentence's."""
    for place, item in enumerate(claim.items):
        if item.kind != "number":
            continue
        unit = claim.items[place + 1].key if place + 1 < len(claim.items) else ""
        if item.key not in evidence[0].keys and _has_other(evidence[0], unit, claim.keys):
            return item.text
        beside = {other.key for other in claim.items[max(0, place - _AROUND) : place + _AROUND + 1]} - {item.key}
        if not any(_counts(other, item.key, beside) for other in held):
            return item.text
    return ""


def _counts(claim: Claim, number: str, beside: set[str]) -> bool:
    return any(
        item.key == number and (not beside or beside & {other.key for other in claim.items[max(0, at - _NEAR) : at + _NEAR + 1]})
        for at, item in enumerate(claim.items)
    )


def foreign_name(claim: Claim, evidence: Sequence[Claim], context: Sequence[Claim]) -> str:
    """Return a name that the sources have not, or that took the place of another one."""
    known = frozenset[str]().union(*(other.keys for other in context))
    if (opener := claim.items[0]).kind == "name" and _took_subject(claim, evidence[0]):
        return opener.text
    for place, item in enumerate(claim.items):
        if item.kind != "name" or word_key(item.text) in pointing_words():
            continue  # "Cheaper" is no name, though it opens a sentence
        if not near(item.key, known) or _stands_for_another(place, claim, evidence[0]):
            return item.text
    return ""


def _has_other(claim: Claim, unit: str, said: frozenset[str]) -> bool:
    """Whether a claim counts the same unit by a number that was not said."""
    for item, after in zip(claim.items, claim.items[1:], strict=False):
        if item.kind == "number" and item.text[0] != "$" and after.key == unit and item.key not in said:
            return True
    return False


def _took_subject(claim: Claim, best: Claim) -> bool:
    """Whether the evidence says all the rest of a sentence, of another subject than its first word."""
    rest = [item.key for item in claim.items[1:]]
    return (
        claim.items[0].key not in best.keys
        and best.items[0].key not in claim.keys
        and len(rest) > 2
        and sum(key in best.keys for key in rest) >= _REST * len(rest)
    )


def _stands_for_another(place: int, claim: Claim, best: Claim) -> bool:
    """Whether what is said of a name is said of another one: where the best evidence has the words beside it, another name stands."""
    another = False
    for step in (1, -1):
        if not 0 <= place + step < len(claim.items):
            continue
        for at in [at for at, item in enumerate(best.items) if item.key == claim.items[place + step].key]:
            if any(other.key == claim.items[place].key for other in best.items[max(0, at - 2) : at + 3]):
                return False
            other = best.items[at - step] if 0 <= at - step < len(best.items) else None
            another |= other is not None and other.kind == "name" and other.key not in claim.keys
    return another
