"""Placeholder of branch llm until branch verifier is merged."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index import terms


@dataclass(frozen=True, slots=True)
class Support:
    supported: bool
    reason: str
    score: float


class Limits:
    pass


def check(
    statement: str,
    sources: Sequence[str],
    *,
    similarity: Callable[[str, Sequence[str]], np.ndarray] | None = None,
    limits: Limits | None = None,
) -> Support:
    """Say whether the sources, taken together, hold the statement."""
    if not sources:
        return Support(False, "uncited", 0.0)
    source = " ".join(sources)
    if set(re.findall(r"\d+", statement)) - set(re.findall(r"\d+", source)):
        return Support(False, "number", 0.0)
    own = set(terms(statement))
    share = len(own & set(terms(source))) / len(own) if own else 0.0
    return Support(share >= 0.8, "" if share >= 0.8 else "words", share)
