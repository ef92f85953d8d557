"""The sources that pages cite by key: `docs/sources.yml` becomes typed entries (disk).

Read by guide.references, which renders them, and guide.lint, which checks keys.
"""

import datetime
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, HttpUrl, TypeAdapter, ValidationError

Stability = Literal["stable", "volatile"]
"""Stable: a paper, a standard, a law in force. Volatile: prices, laws in passage, product documentation, surveys."""

Kind = Literal["law-or-standard", "peer-reviewed", "preprint", "official-docs", "practitioner", "vendor", "opinion"]

KIND_NAMES: dict[str, str] = {
    "law-or-standard": "law or standard",
    "peer-reviewed": "peer-reviewed",
    "preprint": "preprint",
    "official-docs": "official documentation",
    "practitioner": "practitioner report",
    "vendor": "vendor",
    "opinion": "opinion",
}
"""From the strongest evidence to the weakest, as a reader is told."""

MARKS = {"synthesis": "our synthesis", "illustrative": "illustrative numbers"}
"""Keys that stand for no source: what the guide itself concludes or invents for teaching."""

VOLATILE_DAYS = 90
"""Age from which a volatile source is to be read again."""

CITATION = re.compile(r"\[(@[a-z][a-z0-9-]*(?:;\s*@[a-z][a-z0-9-]*)*)\]")
"""`[@key]` or `[@key; @other]`, as Pandoc writes citations."""


class Source(BaseModel):
    """One entry of `docs/sources.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    publisher: str
    year: int | None
    link: HttpUrl | None
    kind: Kind
    stability: Stability
    checked: datetime.date
    """Day on which the text was last read."""
    access: Literal["original", "excerpt", "secondary"] = "original"
    link_checked: bool = True


def cited_keys(text: str) -> list[str]:
    """Return the keys of every citation in Markdown text, in order, repeats kept."""
    return [key.strip().lstrip("@") for match in CITATION.finditer(text) for key in match[1].split(";")]


@lru_cache
def read_sources(path: Path) -> dict[str, Source]:
    """Read the sources' data file.

    Raises:
        ValueError: If an entry lacks a field or has a wrong one; the message names key and field.
        OSError: If the file can't be read.
    """
    try:
        return TypeAdapter(dict[str, Source]).validate_python(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def described(source: Source) -> str:
    """Return publisher, year, kind of evidence and how it was checked, as every list of sources says it after the title."""
    read = {"original": "read", "excerpt": "read in excerpts", "secondary": "read through a report about it"}[source.access]
    return (
        f"{source.publisher}, {source.year or 'no date'}. {KIND_NAMES[source.kind].capitalize()}; {read}, last checked "
        f"{source.checked:%B} {source.checked.day}, {source.checked.year}."
    )


def overdue(sources: dict[str, Source], today: datetime.date) -> list[str]:
    """Return the keys of the volatile sources that were last checked more than `VOLATILE_DAYS` ago, the oldest first."""
    old = [key for key, source in sources.items() if source.stability == "volatile" and (today - source.checked).days > VOLATILE_DAYS]
    return sorted(old, key=lambda key: sources[key].checked)
