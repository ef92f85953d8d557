"""Polarity: does a statement deny what its evidence asserts, or point the other way? Pure.

Read by chatbot.support.
"""

from collections.abc import Sequence

from chatbot.claims.alignment import Company
from chatbot.claims.model import Claim, Item, word_key
from chatbot.claims.opposites import opposed, opposites, pointing_words
from index import is_english, stem

_DENYING_PREFIXES = ("un", "in", "im", "ir", "dis", "non")
_IMPLIED = frozenset(
    map(
        stem,
        "wrong bad poor avoid refuse forbid ban prevent prohibit stop exclude exempt postpone miss fail unable against few little".split(),
    )
)
"""Stems of words that deny without a negation."""
_MOST = 0.75
"""Share of a statement's words that the evidence must have for a negation of another word to be an insertion."""
_CLOSER = 0.15
"""By how much the company of a word's opposite must fit better than its own."""


def denies_otherwise(statement: Claim, evidence: Sequence[Claim]) -> str:
    """Return the word that is denied on one side only; empty if both agree.

    A word counts where both have it, in the first evidence that does. The first word after a negation is what is surely
    denied; words further on, and the subject before it, may be — unless the other side denies nothing at all.
    """
    known = frozenset[str]().union(*(claim.keys for claim in evidence))
    follows = sum(other.key in known for other in statement.items) >= _MOST * len(statement.items)
    mild = not _negative(statement)
    denied = {item.key for item in statement.items if item.denied or item.beside}
    agreed = _agreed(statement, evidence)
    for item in statement.items:
        local = _local(statement, item, evidence)
        held = [other for other in local.items if other.key == item.key]
        if item.denied and item.denied not in agreed and not _excused(item, local):
            if item.first and held:
                return item.text
            if follows and (item.first or held) and not _negative(local):
                return item.text
        if item.key not in denied and held and all(other.denied for other in held) and (mild or any(other.first for other in held)):
            return item.text
    return ""


def _agreed(statement: Claim, evidence: Sequence[Claim]) -> set[int]:
    """Return the negations of a statement that deny a word which its evidence denies, too."""
    found: set[int] = set()
    for item in statement.items:
        local = _local(statement, item, evidence)
        if item.denied and any(other.key == item.key and (other.denied or (item.first and other.beside)) for other in local.items):
            found.add(item.denied)
    return found


def _local(statement: Claim, item: Item, evidence: Sequence[Claim]) -> Claim:
    """Return the evidence for a word: the claim that has most of its clause."""
    clause = {other.key for other in statement.items if other.clause == item.clause}
    return max(evidence, key=lambda claim: (len(clause & claim.keys), item.key in claim.keys))


def _excused(item: Item, local: Claim) -> bool:
    """Whether the evidence denies a word without a negation: "unchanged", "harmless", "wrong", or by its opposite."""
    segments = {other.segment for other in local.items if other.key == item.key}
    around = [other for other in local.items if not segments or other.segment in segments]
    forms = {prefix + item.key for prefix in _DENYING_PREFIXES} | {f"{item.key}less", f"{item.text.lower()}less"}
    said = {other.key for other in around} | {other.text.lower() for other in around}
    return bool(said & forms or (said - {item.key}) & _IMPLIED) or any(opposed(item.key, key) for key in said)


def _negative(claim: Claim) -> bool:
    """Whether anything in a claim is denied, be it by a prefix."""
    return (
        claim.negative
        or bool(_IMPLIED & claim.keys)
        or any(
            token.startswith(prefix) and is_english(token[len(prefix) :])
            for token in claim.tokens
            for prefix in _DENYING_PREFIXES
            if len(token) > len(prefix) + 4
        )
    )


def points_otherwise(statement: Claim, evidence: Sequence[Claim], said: Company, held: Company) -> str:
    """Return the word that says more where the evidence says less, or the like; empty if there is none.

    A word whose opposite stands in the evidence, and neither itself nor another word of its side, is turned. Where the
    evidence has both, the words around them tell which is meant.
    """
    words, theirs = _pointing([statement]), _pointing(evidence[:2])
    for word, places in words.items():
        for other in opposites(word) & theirs.keys() - words.keys():
            if any(places) != any(theirs[other]):
                continue
            if word not in theirs and not opposites(other) & theirs.keys():
                return word
            if len(places) > len(theirs.get(word, places)):
                return word
            if word in theirs and held.fit(other, said, word) > held.fit(word, said, word) + _CLOSER:
                return word
    for item in statement.items:
        if item.bound:
            same = [other for claim in evidence for other in claim.items if other.key == item.key]
            if same and all(other.bound and other.bound != item.bound for other in same):
                return item.text
    return ""


def _pointing(claims: Sequence[Claim]) -> dict[str, list[bool]]:
    """Return the stems that have an opposite, function words included, and for each of their places whether it is denied."""
    found: dict[str, list[bool]] = {}
    for claim in claims:
        denied = {item.place for item in claim.items if item.denied}
        for place, token in enumerate(claim.tokens):
            if token.isalpha() and (key := word_key(token)) in pointing_words():
                found.setdefault(key, []).append(place in denied)
    return found
