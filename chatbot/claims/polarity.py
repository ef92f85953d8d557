"""Polarity: does a statement deny what its evidence asserts, or point the other way? Pure.

Read by chatbot.support.
"""

from collections.abc import Sequence

from chatbot.claims.alignment import Company
from chatbot.claims.read import Claim, Item, word_key
from chatbot.claims.opposites import opposed, opposites, pointing_words
from index import is_english, stem

_DENYING_PREFIXES = ("un", "in", "im", "ir", "dis", "non")
_IMPLIED = frozenset(
    map(
        stem,
        "wrong bad poor avoid refuse forbid ban prevent prohibit stop exclude except exempt postpone miss fail unable against few little".split(),
    )
)
"""Stems of words that deny without a negation."""
_CLOSER = 0.15
"""By how much the company of a word's opposite must fit better than its own."""


def denies_otherwise(statement: Claim, evidence: Sequence[Claim]) -> str:
    """Return the word that is denied on one side only; empty if both agree.

    A word counts where both have it. The first word after a negation is what is surely denied; words further on, and the
    subject before it, may be.
    """
    for item in statement.items:
        held = [other for claim in evidence for other in claim.items if other.key == item.key]
        if not held:
            if item.first and not _denies(item, evidence) and not _negative(evidence[0]):
                return item.text
            continue
        if (
            item.first
            and not any(other.denied or other.beside for other in held)
            and not _denies(item, evidence)
            and not _implied(statement, evidence[0])
        ):
            return item.text
        if not item.denied and not item.beside and any(other.first for other in held) and all(other.denied for other in held):
            return item.text
    return ""


def _denies(item: Item, evidence: Sequence[Claim]) -> bool:
    """Whether the evidence denies a word by its form, "unchanged" or "useless", or by a word that says the opposite."""
    return any(
        other.key in {prefix + item.key for prefix in _DENYING_PREFIXES} or opposed(item.key, other.key)
        for claim in evidence
        for other in claim.items
    )


def _implied(statement: Claim, evidence: Claim) -> bool:
    return bool(_IMPLIED & evidence.keys - statement.keys)


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
