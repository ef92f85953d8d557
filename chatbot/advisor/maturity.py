"""Where you stand: answers to checks become levels, for each of two lenses, in this guide's words and in others'. Pure.

The lenses are never blended: there is no score of both. An unknown answer is neither yes nor no, so every level is a range.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from guide.maturity import LENSES, Check, Lens, Maturity, PublishedModel

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered to one check."""

    answer: Answer
    evidence: str = ""
    """Where it can be seen; a yes without it counts, and is named."""


Answers = Mapping[str, Given]
"""Check → answer, for one lens; a check that is not in it is unknown."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A level as a range: what is certain, and what the unknown answers leave open."""

    low: int
    """Reached even if every unknown answer were no."""
    high: int
    """Reached if every unknown answer were yes."""
    low_name: str
    high_name: str
    missing: tuple[str, ...]
    """Checks that keep from the level above `low`: failed or unknown."""


@dataclass(frozen=True, slots=True)
class InOthersWords:
    """A placement in a published model."""

    model: PublishedModel
    placed: Placed


@dataclass(frozen=True, slots=True)
class LensResult:
    """Where one lens stands."""

    lens: Lens
    placed: Placed
    """On the guide's scale."""
    others: tuple[InOthersWords, ...]
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    without_evidence: tuple[str, ...]
    """Checks answered with a bare yes."""
    first: str | None
    """The first check that is failed, else unknown: the next piece of work; none where all are passed."""
    next: str
    """The next investment at level `placed.low`, as Markdown with source keys."""


def assess(maturity: Maturity, answers: Mapping[Lens, Answers]) -> tuple[LensResult, ...]:
    """Return where each lens that was answered stands; a lens that is not in `answers` is not practised and left out.

    Raises:
        KeyError: If an answer names no check of its lens.
    """
    return tuple(_assess(maturity, lens, answers[lens]) for lens in LENSES if lens in answers)


def _assess(maturity: Maturity, lens: Lens, answers: Answers) -> LensResult:
    checks = {check.id: check for check in maturity.of(lens)}
    if strangers := [name for name in answers if name not in checks]:
        raise KeyError(strangers[0])
    given = {name: answers.get(name, Given("unknown")) for name in checks}
    by_answer: dict[Answer, tuple[str, ...]] = {
        answer: tuple(name for name in checks if given[name].answer == answer) for answer in ("yes", "no", "unknown")
    }
    placed = _place([(level.level, level.name, _at(checks.values(), level.level)) for level in maturity.levels], by_answer)
    others = tuple(
        InOthersWords(model, _place([(level.level, level.name, level.checks) for level in model.levels], by_answer))
        for model in maturity.models
        if model.lens == lens
    )
    open_checks = [name for name, check in checks.items() if check.level is not None]
    return LensResult(
        lens=lens,
        placed=placed,
        others=others,
        passed=by_answer["yes"],
        failed=by_answer["no"],
        unknown=by_answer["unknown"],
        without_evidence=tuple(name for name in by_answer["yes"] if not given[name].evidence.strip()),
        first=next((name for answer in ("no", "unknown") for name in open_checks if given[name].answer == answer), None),
        next=maturity.levels[placed.low].next[lens],
    )


def _at(checks: Iterable[Check], level: int) -> tuple[str, ...]:
    return tuple(check.id for check in checks if check.level == level)


def _place(levels: list[tuple[int, str, tuple[str, ...]]], by_answer: Mapping[Answer, tuple[str, ...]]) -> Placed:
    """Place on a scale, of levels as (number, name, checks beyond the level below) from the lowest up."""
    certain, possible = set(by_answer["yes"]), {*by_answer["yes"], *by_answer["unknown"]}
    low, high = _reached(levels, certain), _reached(levels, possible)
    above = levels[low + 1][2] if low + 1 < len(levels) else ()
    return Placed(
        low=levels[low][0],
        high=levels[high][0],
        low_name=levels[low][1],
        high_name=levels[high][1],
        missing=tuple(name for name in above if name not in certain),
    )


def _reached(levels: list[tuple[int, str, tuple[str, ...]]], passed: set[str]) -> int:
    """Return the place in `levels` of the highest one whose checks, and all below, are passed."""
    place = 0
    while place + 1 < len(levels) and passed.issuperset(levels[place + 1][2]):
        place += 1
    return place
