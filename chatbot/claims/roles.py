"""Roles: which term goes with which predicate, in a statement and in its evidence. Pure.

Read by chatbot.support. Two terms that were exchanged leave every word in place; what gives them away is the company that they
stand in ("self-hosting has a price per token") and the order ("Langfuse acquired ClickHouse").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from rapidfuzz.distance import LCSseq

from chatbot.claims.alignment import Company, alike
from chatbot.claims.read import Claim

_ROLE_WORDS = frozenset("from to into than by against not instead rather".split())
"""Function words whose two sides can't be exchanged."""
_BE = frozenset("is are was were be been being".split())
_LONGEST = 40
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


def find_swap(statement: Claim, evidence: Sequence[Claim], said: Company, held: Company) -> Swap:
    """Return the exchange that would bring a statement nearest to its evidence."""
    company, terms = _by_company(said, held)
    order, follows, moved = _by_order(statement, evidence)
    return Swap(company, order, follows, moved if order > 1 else terms)


def _by_company(said: Company, held: Company) -> tuple[float, tuple[str, str]]:
    shared = [key for key in said.keys if key in held.keys]
    best: tuple[float, tuple[str, str]] = (0.0, ("", ""))
    if len(shared) < 3:
        return best
    mine, theirs = (each.nearness[np.ix_(rows, rows)] for each in (said, held) for rows in [[each.keys.index(key) for key in shared]])
    for one, other in combinations(range(len(shared)), 2):
        if _is_number(shared[one]) != _is_number(shared[other]):
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
    orders = _joined([claim for claim in evidence[:3] if _passive(claim) == _passive(statement)])
    known = {key for held in orders for key in held}
    sequence = [(key, clause) for key, clause in _sequence(statement) if key in known][:_LONGEST]
    keys = [key for key, _ in sequence]
    if not sequence:
        return best
    as_said = _longest(keys, orders)
    for exchanged, terms in _exchanges(keys, [clause for _, clause in sequence]):
        reached = _longest(exchanged, orders)
        best = max(best, (reached - as_said, reached / len(sequence), terms))
    return best


def _exchanges(keys: list[str], clauses: list[int]) -> Iterator[tuple[list[str], tuple[str, str]]]:
    """Yield the terms with each two exchanged: words, or inside a clause and around something that stays a word and a longer term."""
    for start, after in combinations(range(len(keys)), 2):
        for mine, yours in [(1, 1), *((1, more) for more in range(2, _WORDS + 1)), *((more, 1) for more in range(2, _WORDS + 1))]:
            one, between, other = keys[start : start + mine], keys[start + mine : after], keys[after : after + yours]
            if start + mine > after or len(other) < yours or set(one) & set(other) or _ROLE_WORDS & {*one, *other}:
                continue
            if mine + yours > 2 and (not between or clauses[start] != clauses[after + yours - 1]):
                continue
            if _is_number(one[0]) == _is_number(other[0]):
                yield [*keys[:start], *other, *between, *one, *keys[after + yours :]], (" ".join(one), " ".join(other))


def _is_number(key: str) -> bool:
    return key.startswith("#")


def _longest(sequence: list[str], orders: list[list[str]]) -> int:
    return max(int(LCSseq.similarity(sequence, held)) for held in orders)


def _joined(evidence: Sequence[Claim]) -> list[list[str]]:
    """The orders in which a statement may have merged its evidence: each claim alone, and each two of them."""
    single = [[key for key, _ in _sequence(claim)] for claim in evidence]
    return single + [one + other for one, other in permutations(single, 2)]


def _sequence(claim: Claim) -> list[tuple[str, int]]:
    """Return the terms of a claim in their order, role words included, each with its clause."""
    items = {item.place: item for item in claim.items}
    found: list[tuple[str, int]] = []
    for place, token in enumerate(claim.tokens):
        if place in items:
            found.append((items[place].key, items[place].clause))
        elif token in _ROLE_WORDS:
            found.append((token, found[-1][1] if found else 0))
    return found


def _passive(claim: Claim) -> bool:
    """Whether a claim names its agent after "by": "was replaced by"."""
    tokens = claim.tokens
    return any(
        token == "by"
        and any(before in _BE for before in tokens[max(0, place - 8) : place])
        and any(before.endswith(("ed", "en", "wn", "lt", "ht")) for before in tokens[max(0, place - 7) : place])
        for place, token in enumerate(tokens)
    )
