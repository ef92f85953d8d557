"""Roles: which term goes with which predicate, in a statement and in its evidence. Pure.

Read by chatbot.support. Two terms that were exchanged leave every word in place; what gives them away is the company that they
stand in ("self-hosting has a price per token") and the order ("Langfuse acquired ClickHouse").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations, product

import numpy as np
from rapidfuzz.distance import LCSseq

from chatbot.claims.alignment import Company, alike, condensed
from chatbot.claims.model import Claim, word_key
from chatbot.claims.opposites import pointing_words

_ROLE_WORDS = frozenset("from to into than by against not instead rather".split())
"""Function words whose two sides can't be exchanged."""
_SEPARATORS = frozenset(", and or".split())
_BE = frozenset("is are was were be been being".split())
_PARTICIPLES = ("ed", "en", "wn", "lt", "ht")
_PREPOSITIONS = frozenset("of in for by on with at".split())
_MERGED = 2
"""Terms that each of two claims must add to be merged."""
_PHRASE = 5
"""Tokens that a phrase spans, at most."""
_LONGEST = 40
"""Terms of a sentence that are looked at; the work grows with their square."""
_WORDS = 3
"""Most words of a term."""


@dataclass(frozen=True, slots=True)
class Swap:
    """How far a statement would come nearer to its evidence by the exchange of two terms."""

    company: float
    """Gain in likeness of the company of the two, 0 to 1."""
    order: int
    """Gain in terms that stand in the order of the evidence; 2 is an exchange."""
    follows: float
    """Share of the statement's terms in that order after the exchange, 0 to 1."""
    terms: tuple[str, str]


def find_swap(statement: Claim, evidence: Sequence[Claim]) -> Swap:
    """Return the exchange that would bring a statement nearest to its evidence."""
    listed = {pair for claim in evidence for pair in _listed(claim)}
    loud = {item.key for item in statement.items if item.denied}  # what is denied on one side only is found by its polarity
    listed |= {pair for key in loud for other in statement.keys for pair in ((key, other), (other, key))}
    statement, evidence = condensed(replace(statement, items=statement.items[:_LONGEST])), [condensed(claim) for claim in evidence]
    company, terms = _by_company(Company([statement]), Company(evidence), listed)
    order, follows, moved = _by_order(statement, evidence)
    return Swap(company, order, follows, moved if order > 1 else terms)


def _by_company(said: Company, held: Company, listed: set[tuple[str, str]]) -> tuple[float, tuple[str, str]]:
    shared = [key for key in said.keys if key in held.keys]
    best: tuple[float, tuple[str, str]] = (0.0, ("", ""))
    if len(shared) < 3:
        return best
    mine, theirs = (each.nearness[np.ix_(rows, rows)] for each in (said, held) for rows in [[each.keys.index(key) for key in shared]])
    for one, other in combinations(range(len(shared)), 2):
        if _is_number(shared[one]) != _is_number(shared[other]) or (shared[one], shared[other]) in listed:
            continue
        rest = np.ones(len(shared), dtype=bool)
        rest[[one, other]] = False
        as_said = alike(mine[one, rest], theirs[one, rest]) + alike(mine[other, rest], theirs[other, rest])
        exchanged = alike(mine[one, rest], theirs[other, rest]) + alike(mine[other, rest], theirs[one, rest])
        if (gain := (exchanged - as_said) / 2) > best[0]:
            best = (gain, (shared[one], shared[other]))
    return best


def _by_order(statement: Claim, evidence: Sequence[Claim]) -> tuple[int, float, tuple[str, str]]:
    best: tuple[int, float, tuple[str, str]] = (0, 0.0, ("", ""))
    orders = _joined([claim for claim in evidence[:3] if _passive(claim) == _passive(statement)], statement.keys)
    known = {key for held in orders for key in held}
    sequence = [(key, clause) for key, clause in _sequence(statement) if key in known]
    keys = [key for key, _ in sequence]
    if not sequence:
        return best
    as_said = [int(LCSseq.similarity(keys, held)) for held in orders]
    names = {item.key for item in statement.items if item.kind == "name"}
    for exchanged, terms in _exchanges(keys, [clause for _, clause in sequence], names):
        reached = [int(LCSseq.similarity(exchanged, held)) for held in orders]
        gain = max(after - before if after > max(as_said) else 0 for after, before in zip(reached, as_said, strict=True))
        if gain > 1 and not _turned(statement, evidence, terms):
            best = max(best, (gain, max(reached) / len(sequence), terms))
    return best


def _exchanges(keys: list[str], clauses: list[int], names: set[str]) -> Iterator[tuple[list[str], tuple[str, str]]]:
    """Yield the terms with each two exchanged: two words, or inside a clause a name and a longer term."""
    for start, after in combinations(range(len(keys)), 2):
        for mine, yours in [(1, 1), *((1, more) for more in range(2, _WORDS + 1)), *((more, 1) for more in range(2, _WORDS + 1))]:
            one, between, other = keys[start : start + mine], keys[start + mine : after], keys[after : after + yours]
            if start + mine > after or len(other) < yours or set(one) & set(other) or _ROLE_WORDS & {*one, *other}:
                continue
            if mine + yours > 2 and (not between or clauses[start] != clauses[after + yours - 1]):
                continue
            if mine + yours > 2 and (one if mine == 1 else other)[0] not in names:
                continue
            if _is_number(one[0]) == _is_number(other[0]):
                yield [*keys[:start], *other, *between, *one, *keys[after + yours :]], (" ".join(one), " ".join(other))


def _turned(statement: Claim, evidence: Sequence[Claim], terms: tuple[str, str]) -> bool:
    """Whether the form of the phrase, not its meaning, turned two words around: "systems in products", "product systems"."""
    if _apart(statement, terms) > _PHRASE:
        return False
    between = [_prepositions(statement, terms), *(found for claim in evidence if (found := _prepositions(claim, terms)) is not None)]
    return between[0] is not None and len(between) > 1 and between[0] not in between[1:]


def _prepositions(claim: Claim, terms: tuple[str, str]) -> frozenset[str] | None:
    nearest = _nearest(claim, terms)
    return _PREPOSITIONS & {*claim.tokens[nearest[0] : nearest[1]]} if nearest else None


def _apart(claim: Claim, terms: tuple[str, str]) -> int:
    nearest = _nearest(claim, terms)
    return nearest[1] - nearest[0] if nearest else 0


def _nearest(claim: Claim, terms: tuple[str, str]) -> tuple[int, int] | None:
    places = [[item.place for item in claim.items if item.key == term] for term in terms]
    pairs = [(min(pair), max(pair)) for pair in product(*places)]
    return min(pairs, key=lambda pair: pair[1] - pair[0], default=None)


def _is_number(key: str) -> bool:
    return key.startswith("#")


def _listed(claim: Claim) -> Iterator[tuple[str, str]]:
    """Yield pairs of single words in one list, "latency, errors and cost": their order says nothing."""
    run: list[str] = []
    by_place = {item.place: item.key for item in claim.items}
    for place, token in enumerate(claim.tokens):
        if place in by_place and (not run or claim.tokens[place - 1] in _SEPARATORS):
            run.append(by_place[place])
        elif place in by_place:
            run = [by_place[place]]
        elif token not in _SEPARATORS:
            run = []
        yield from ((one, other) for pair in combinations(run, 2) for one, other in (pair, pair[::-1]))


def _joined(evidence: Sequence[Claim], shared: frozenset[str]) -> list[list[str]]:
    """The orders in which a statement may follow its evidence: each claim, each end of one, and each two of them."""
    single = [[key for key, _ in _sequence(claim)] for claim in evidence]
    parts = [
        [key for key, _ in _sequence(part)]
        for claim in evidence
        for segment in {item.segment for item in claim.items}
        if len((part := replace(claim, items=tuple(item for item in claim.items if item.segment >= segment))).items) < len(claim.items)
    ]
    merged = [one + other for one, other in permutations(single, 2) if _adds(one, other, shared) and _adds(other, one, shared)]
    return single + parts + merged


def _adds(one: list[str], other: list[str], shared: frozenset[str]) -> bool:
    return len(({*one} - {*other}) & shared) >= _MERGED


def _sequence(claim: Claim) -> list[tuple[str, int]]:
    """Return the terms of a claim in their order, role words included, each with its clause."""
    items = {item.place: item for item in claim.items}
    found: list[tuple[str, int]] = []
    for place, token in enumerate(claim.tokens):
        if place in items:
            found.append((items[place].key, items[place].clause))
        elif token in _ROLE_WORDS or (token.isalpha() and word_key(token) in pointing_words()):
            found.append((token, found[-1][1] if found else 0))
    return found


def _passive(claim: Claim) -> bool:
    """Whether a claim is in the passive or names an agent after "by": "was replaced", "approved by"."""
    tokens = claim.tokens
    return any(
        token.endswith(_PARTICIPLES) and (_BE & {*tokens[max(0, place - 3) : place]} or "by" in tokens[place + 1 : place + 6])
        for place, token in enumerate(tokens)
    )
