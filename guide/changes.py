"""What changed in the field, from `docs/landscape/changes.yml`: law, standards, tools and practice, newest first (disk).

Read by guide.generated, which writes the page *What changed* and the home page's last three, and by guide.lint.
"""

import datetime
import posixpath
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from guide.criteria import Address, Id, Text
from guide.data_files import read_data

DATA = Path("landscape", "changes.yml")
"""Below `docs`."""
_KINDS = {"law": "Law", "standard": "Standard", "tool": "Tool", "practice": "Practice"}


class Change(BaseModel):
    """One thing that readers of the guide should know is different now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: datetime.date
    """On which it took effect or was published."""
    kind: Literal["law", "standard", "tool", "practice"]
    what: Text
    """A sentence without a full stop, without a citation."""
    so: Text
    """What to do about it: a sentence without a full stop."""
    page: Address
    """Where the guide explains it."""
    source: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Keys in `sources.yml`."""


class Changes(RootModel[tuple[Change, ...]]):
    """Every change, newest first."""

    @model_validator(mode="after")
    def _newest_first(self) -> "Changes":
        dates = [change.date for change in self.root]
        if dates != sorted(dates, reverse=True):
            late = next(after for before, after in pairwise(dates) if after > before)
            raise ValueError(f"the change of {late} stands below an older one; newest first")
        return self


@lru_cache
def read_changes(docs: Path) -> tuple[Change, ...]:
    """Read and check the changes, newest first.

    Raises:
        ValueError: If an entry breaks a rule; the message names its place and the fault.
        OSError: If the file can't be read.
    """
    return read_data(docs / DATA, Changes).root


def changes_table(docs: Path, page: Path, last: int | None = None) -> str:
    """Return the table of all changes, or the list of the `last` ones, in Markdown for `page` (below `docs`)."""
    changes = read_changes(docs)
    if last is not None:
        return "\n".join(f"- **{_day(each)}.** {each.what} {_cited(each)}. [{each.so}]({_link(each, page)})." for each in changes[:last])
    rows = [f"| {_day(each)} | {_KINDS[each.kind]} | {each.what} {_cited(each)} | [{each.so}]({_link(each, page)}) |" for each in changes]
    return "\n".join(["| Date | Kind | What changed | What to do |", "| --- | --- | --- | --- |", *rows])


def _day(change: Change) -> str:
    return f"{change.date:%B} {change.date.day}, {change.date.year}"


def _cited(change: Change) -> str:
    return f"[{'; '.join(f'@{key}' for key in change.source)}]"


def _link(change: Change, page: Path) -> str:
    target, mark, anchor = change.page.partition("#")
    file = f"{target.rstrip('/')}.md"
    return posixpath.relpath(file, page.parent.as_posix()) + mark + anchor
