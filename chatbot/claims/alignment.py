"""Alignment: which words of two claims are the same, and which stand together. Pure.

Read by chatbot.polarity, chatbot.roles and chatbot.support.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import numpy as np

from chatbot.claims.model import Claim, Item

MOST_ITEMS = 150
"""Items of one sentence that are looked at."""
_REACH = 4.0
"""Tokens at which company counts a third: exp(-distance / reach)."""
_ACROSS = 4.0
"""Further distance of what stands in another clause, in tokens."""
_SHORTEST = 4
"""Letters that two forms of one word share at their beginning, at least."""


def near(key: str, keys: Collection[str]) -> str:
    """Return the key that is the same or another form of the same word, of some keys; empty if none is."""
    if key in keys:
        return key
    return next((other for other in keys if _akin(key, other)), "") if key[:1] != "#" and len(key) >= _SHORTEST else ""


@lru_cache(maxsize=100_000)
def _akin(one: str, other: str) -> bool:
    """Whether two stems share so long a beginning that they are forms of one word: `general` and `generaliz`."""
    if not (one.isalpha() and other.isalpha()) or one[:_SHORTEST] != other[:_SHORTEST]:
        return False
    shorter, longer = sorted((len(one), len(other)))
    shared = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    return shared >= 0.75 * shorter and shared >= 0.5 * longer


def with_keys_of(claim: Claim, evidence: Sequence[Claim]) -> Claim:
    """Return a claim whose words have the keys of the evidence where they are forms of the same word."""
    known = sorted({item.key for held in evidence for item in held.items})
    items = tuple(replace(item, key=near(item.key, known) or item.key) for item in claim.items)
    return replace(claim, items=items)


def condensed(claim: Claim) -> Claim:
    """Return a claim with each name of several words, "Morgan Stanley" or "ISO/IEC", as its first word alone."""

    def continues(before: Item | None, item: Item) -> bool:
        if before is None or not item.kind == before.kind == "name":
            return False
        return {*claim.tokens[before.place + 1 : item.place]} <= {"/"}

    pairs = zip((None, *claim.items), claim.items, strict=False)
    return replace(claim, items=tuple(item for before, item in pairs if not continues(before, item)))


class Company:
    """How near each two terms of some claims stand at their nearest."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        """Measure; terms of different claims are not near."""
        self.keys = sorted({item.key for claim in claims for item in claim.items})
        self._row = {key: place for place, key in enumerate(self.keys)}
        self.nearness = np.zeros((len(self.keys), len(self.keys)))
        for claim in claims:
            for one, other in combinations(claim.items[:MOST_ITEMS], 2):
                distance = abs(one.place - other.place) + _ACROSS * abs(one.clause - other.clause)
                a, b = self._row[one.key], self._row[other.key]
                self.nearness[a, b] = self.nearness[b, a] = max(self.nearness[a, b], math.exp(-distance / _REACH))

    def fit(self, key: str, other: "Company", its: str) -> float:
        """Return how alike the company of a term here and of a term in another company is, 0 to 1."""
        shared = [name for name in self.keys if name in other._row and name not in (key, its)]
        if key not in self._row or its not in other._row or not shared:
            return 0.0
        mine = self.nearness[self._row[key]][[self._row[name] for name in shared]]
        yours = other.nearness[other._row[its]][[other._row[name] for name in shared]]
        return alike(mine, yours)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Return how alike two rows of nearness are, 0 to 1: what both have of what either has (Ružička, 1958)."""
    either = float(np.maximum(one, other).sum())
    return float(np.minimum(one, other).sum()) / either if either else 0.0
