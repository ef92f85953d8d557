"""The nouns of a result: scores, arguments, flips and unknowns of a work stream, and the assessment of all. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from guide.criteria import Practice, Recommendation

Answers = Mapping[str, str]
"""Criterion → option; what is not in it is unknown."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well one practice fits, from -100 to 100."""

    score: float
    """From the known answers alone, held within the range; 0 where nothing is known."""
    low: float
    """If every unknown answer turned out as bad for the practice as an answer can be."""
    high: float
    """If every unknown answer turned out as good for the practice as an answer can be."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What one known answer says for (points above 0) or against a recommendation."""

    criterion: str
    option: str
    points: int


@dataclass(frozen=True, slots=True)
class Flip:
    """One known answer, moved as little as it takes to change the work stream's result."""

    criterion: str
    given: str
    instead: str
    steps: int
    """How far the answer moves: the largest change of a score, from 1 to 4."""
    result: Recommendation | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A criterion without an answer and what its answers would do."""

    criterion: str
    share: float
    """Share of its options that change the work stream's result, from 0 to 1: the value of asking."""
    spread: int
    """Weight times the range of its options between MLOps and LLMOps; breaks ties."""
    leads_to: tuple[Recommendation | None, ...]
    """The result after each option, in the options' order."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A recommendation that was not given, and the strongest answers against it."""

    recommendation: Recommendation
    against: tuple[Argument, ...]
    constraints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What one work stream needs."""

    name: str
    answers: Answers
    recommendation: Recommendation | None
    """None where too little is known to say."""
    scores: Mapping[Practice, Score]
    index: float
    """The decision guide's index: -100 clearly MLOps, +100 clearly LLMOps."""
    margin: float
    """Points to the nearest other result, from 0 to 100."""
    known_weight: int
    confidence: float
    """From 0 to 1, by the support of the margin; the evaluation compares it with how often results are right."""
    robustness: float
    """Share of single changes of an answer that leave the result as it is, in percent."""
    runner_up: Recommendation | None
    arguments: tuple[Argument, ...]
    """The weightiest first."""
    constraints: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    flips: tuple[Flip, ...]
    """The shortest way first."""
    unknown: tuple[Unknown, ...]
    """What is most worth asking first."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the work streams need together."""

    recommendation: Recommendation | None
    confidence: float
    robustness: float
    workstreams: tuple[StreamResult, ...]
    flips: tuple[tuple[int, Flip, Recommendation | None], ...]
    """Number of the work stream, its flip, and the overall result after it; those that change the overall result first."""
    questions: tuple[tuple[int, Unknown], ...]
    """Number of the work stream and an unknown of it; what is most worth asking first."""
