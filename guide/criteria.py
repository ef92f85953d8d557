"""The decision as data: `docs/choose/criteria.yml` becomes typed, checked criteria (disk).

Read by guide.generated, which writes the pages' tables of it, by guide.publish, which hands it to the browser, and
by chatbot.advisor, which decides with it: pages and advisor can't disagree.
"""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from guide.data_files import read_data

Practice = Literal["mlops", "llmops", "neither"]
Recommendation = Literal["mlops", "llmops", "both", "neither"]

PRACTICES: tuple[Practice, ...] = ("mlops", "llmops", "neither")
"""In the order of an option's scores."""

DATA = Path("choose", "criteria.yml")
"""Below `docs`."""

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Address = Annotated[str, Field(pattern=r"^([a-z0-9-]+/)+(#[a-z0-9_-]+)?$")]
"""Of a page or section of the guide, below the site root."""
Score = Annotated[int, Field(ge=-2, le=2)]
Text = Annotated[str, Field(min_length=3)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Entry):
    """One answer to a criterion's question."""

    id: Id
    text: Text
    """A sentence without a full stop, as a person would say it."""
    scores: tuple[Score, Score, Score]
    """How strongly it speaks for each of PRACTICES, from -2 to +2."""
    meanings: tuple[Text, ...] = Field(min_length=1)
    """Ways in which people describe it, for comparison by meaning."""


class Criterion(_Entry):
    """One question of the decision."""

    id: Id
    key: Annotated[str, Field(pattern=r"^[a-z]$")]
    """Its letter in links; never reused."""
    group: Id
    name: Text
    question: Text
    weight: Annotated[int, Field(ge=1, le=3)]
    section: Address
    mlops: str = ""
    """Cell of the decision guide's table, with source keys; empty for a criterion outside the tables."""
    llmops: str = ""
    options: tuple[Option, ...] = Field(min_length=2, max_length=10)

    @cached_property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """Least and largest number of its options for each of PRACTICES."""
        numbers = zip(*(option.scores for option in self.options), strict=True)
        return tuple((min(each), max(each)) for each in numbers)

    def place(self, option: str) -> int:
        """Return an option's number, from 0.

        Raises:
            KeyError: If there is no such option.
        """
        for place, each in enumerate(self.options):
            if each.id == option:
                return place
        raise KeyError(option)

    def option(self, name: str) -> Option:
        """Return the option of that id; KeyError if there is none."""
        return self.options[self.place(name)]


class Constraint(_Entry):
    """What outranks the scores: where it holds, the named practices score at most 0."""

    id: Id
    text: Text
    when: dict[Id, tuple[Id, ...]] = Field(min_length=1)
    """Criterion → options; every one of these criteria must be answered so."""
    unless: dict[Id, tuple[Id, ...]]
    """Any of these answers lifts it."""
    stops: tuple[Literal["mlops", "llmops"], ...] = Field(min_length=1)
    section: Address


class Pointer(_Entry):
    """A sentence and the section that explains it."""

    text: Text
    section: Address


class Result(_Entry):
    """What follows from a recommendation."""

    title: Text
    page: Address
    summary: Text
    risks: tuple[Pointer, ...]
    steps: tuple[Pointer, ...]
    read: tuple[Address, ...]


class Method(_Entry):
    """The numbers of the method; docs/about/advisor.md says how they are used."""

    both: Annotated[int, Field(ge=1, le=100)]
    enough_weight: Annotated[int, Field(ge=1)]
    prior_weight: Annotated[int, Field(ge=1)]
    confidence: tuple[tuple[float, float], ...] = Field(min_length=2)


class Criteria(_Entry):
    """The whole decision."""

    version: Annotated[int, Field(ge=1)]
    method: Method
    groups: dict[Id, Text]
    background: tuple[Text, ...]
    """What people also write and what answers no question; a passage nearer to it than to an option tells nothing."""
    ten: tuple[Id, ...] = Field(min_length=10, max_length=10)
    """The criteria that the assessment asks first."""
    criteria: tuple[Criterion, ...] = Field(min_length=18)
    constraints: tuple[Constraint, ...]
    results: dict[Recommendation, Result]

    def criterion(self, name: str) -> Criterion:
        """Return the criterion of that id; KeyError if there is none."""
        for each in self.criteria:
            if each.id == name:
                return each
        raise KeyError(name)

    def sections(self) -> tuple[str, ...]:
        """Return every address of the guide that it names, each once."""
        found = [*(each.section for each in self.criteria), *(each.section for each in self.constraints)]
        for result in self.results.values():
            found += [result.page, *(pointer.section for pointer in (*result.risks, *result.steps)), *result.read]
        return tuple(dict.fromkeys(found))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [each.id for each in self.criteria]
        if len(set(ids)) < len(ids) or len({each.key for each in self.criteria}) < len(ids):
            raise ValueError("two criteria have the same id or key")
        if set(self.results) != {"mlops", "llmops", "both", "neither"}:
            raise ValueError("results must name mlops, llmops, both and neither")
        if unknown := [name for name in self.ten if name not in ids]:
            raise ValueError(f"ten: there is no criterion '{unknown[0]}'")
        for criterion in self.criteria:
            if criterion.group not in self.groups:
                raise ValueError(f"{criterion.id}: there is no group '{criterion.group}'")
            if len({option.id for option in criterion.options}) < len(criterion.options):
                raise ValueError(f"{criterion.id}: two options have the same id")
        for constraint in self.constraints:
            for name, options in (*constraint.when.items(), *constraint.unless.items()):
                if name not in ids or not set(options) <= {option.id for option in self.criterion(name).options}:
                    raise ValueError(f"{constraint.id}: '{name}: {list(options)}' names no such criterion or option")
        supports = [support for support, _ in self.method.confidence]
        if supports != sorted(set(supports)) or supports[0] != 0 or supports[-1] != 100:
            raise ValueError("method.confidence must rise from support 0 to 100")
        return self


@lru_cache
def read_criteria(path: Path) -> Criteria:
    """Read and check the decision's data file.

    Raises:
        ValueError: If it breaks a rule; the message names the place and the fault.
        OSError: If it can't be read.
    """
    return read_data(path, Criteria)
