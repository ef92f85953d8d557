"""The maturity self-assessment as data: `docs/operate/maturity.yml` becomes typed, checked checks and levels (disk).

Read by guide.generated, which writes the page's lists and tables of it, and by chatbot.advisor.maturity, which places
an organization with it: page and assessment can't disagree.
"""

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from guide.data_files import read_data
from guide.sources import CITATION

DATA = Path("operate", "maturity.yml")
"""Below `docs`."""

Lens = Literal["classic", "generative"]

LENSES: tuple[Lens, ...] = ("classic", "generative")

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Address = Annotated[str, Field(pattern=r"^([a-z0-9-]+/)+(#[a-z0-9_-]+)?$")]
"""Of a page or section of the guide, below the site root."""
Text = Annotated[str, Field(min_length=3, max_length=300)]
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(_Entry):
    """One statement that is passed, failed or unknown."""

    id: Id
    name: Text
    """In few words, for tables."""
    level: Annotated[int, Field(ge=1)] | None = None
    """Of the guide's scale; none if only a published model asks for it."""
    lenses: tuple[Lens, ...] = Field(min_length=1)
    text: Text
    """Markdown, as on the page."""
    improve: Text
    """What to do where it is failed."""
    section: Address


class Level(_Entry):
    """One level of the guide's scale."""

    level: Annotated[int, Field(ge=0)]
    name: Text
    next: dict[Lens, Text]
    """The next investment, with source keys."""


class PublishedLevel(_Entry):
    """One level of a published model, and the checks that our reading of it asks for beyond the level below."""

    level: Annotated[int, Field(ge=0)]
    name: Text
    checks: tuple[Id, ...]


class PublishedModel(_Entry):
    """A maturity model of others."""

    id: Id
    name: Text
    lens: Lens
    source: Id
    """Key in `sources.yml`."""
    link: HttpUrl
    note: str = ""
    levels: tuple[PublishedLevel, ...] = Field(min_length=2)


class Maturity(_Entry):
    """The whole self-assessment."""

    version: Annotated[int, Field(ge=1)]
    lenses: dict[Lens, Text]
    levels: tuple[Level, ...] = Field(min_length=2)
    checks: tuple[Check, ...]
    models: tuple[PublishedModel, ...]

    def of(self, lens: Lens) -> tuple[Check, ...]:
        """Return the checks of a lens, in order."""
        return tuple(check for check in self.checks if lens in check.lenses)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [check.id for check in self.checks]
        if len(set(ids)) < len(ids):
            raise ValueError("two checks have the same id")
        if [level.level for level in self.levels] != list(range(len(self.levels))) or self.lenses.keys() != set(LENSES):
            raise ValueError("levels must rise from 0 by 1, and every lens must have a name")
        for level in self.levels[1:]:
            for lens in LENSES:
                if not any(check.level == level.level for check in self.of(lens)):
                    raise ValueError(f"level {level.level} has no check of the lens '{lens}'")
        for model in self.models:
            if model.levels[0].checks or any(after.level != before.level + 1 for before, after in pairwise(model.levels)):
                raise ValueError(f"{model.id}: levels must rise by 1, and the lowest asks for nothing")
            known = {check.id for check in self.of(model.lens)}
            if unknown := [name for level in model.levels for name in level.checks if name not in known]:
                raise ValueError(f"{model.id}: the lens '{model.lens}' has no check '{unknown[0]}'")
        return self


@lru_cache
def read_maturity(path: Path) -> Maturity:
    """Read and check the data file.

    Raises:
        ValueError: If it breaks a rule; the message names the place and the fault.
        OSError: If it can't be read.
    """
    return read_data(path, Maturity)


def plain(markdown: str) -> str:
    """Return a text of the data file without source keys and links."""
    return _LINK.sub(r"\1", CITATION.sub("", markdown)).strip()
