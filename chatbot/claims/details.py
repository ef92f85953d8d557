"""Details: numbers and names of a statement that its evidence has not, or has for something else. Pure.

Read by chatbot.support.
"""

from collections.abc import Sequence

from chatbot.claims.alignment import near
from chatbot.claims.read import Claim


def foreign_number(claim: Claim, evidence: Sequence[Claim], held: Sequence[Claim]) -> str:
    """Return a number that the evidence has not, or has for another subject than the sentence's."""
    for place, item in enumerate(claim.items):
        if item.kind != "number" or item.key in evidence[0].keys:
            continue
        unit = claim.items[place + 1].key if place + 1 < len(claim.items) else ""
        if _has_other(evidence[0], unit, claim.keys):
            return item.text
        if not any(item.key in other.keys and (unit in other.keys or other in evidence) for other in held):
            return item.text
    return ""


def foreign_name(claim: Claim, evidence: Sequence[Claim], context: Sequence[Claim]) -> str:
    known = frozenset().union(*(other.keys for other in context))
    for place, item in enumerate(claim.items):
        if item.kind == "name" and (not near(item.key, known) or _stands_for_another(place, claim, evidence[0])):
            return item.text
    return ""


def _has_other(claim: Claim, unit: str, said: frozenset[str]) -> bool:
    """Whether a claim counts the same unit by a number that was not said."""
    for item, after in zip(claim.items, claim.items[1:], strict=False):
        if item.kind == "number" and item.text[0] != "$" and after.key == unit and item.key not in said:
            return True
    return False


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
