"""Evaluation cases: what is asked, and which section, words or refusal is right (disk).

From the pages' front matter and the hand-written files in `evaluation/`. Which half a case belongs to follows from its
words, once and for all: weights are fitted on `dev`, and `test` judges.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from guide.pages import read_source_page
from guide.problems import PageProblem
from index import UserError

SENTENCES = "sentences.yml"
STATEMENTS = "statements.yml"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Libyaml's, where the package has it: ten times as fast."""
Half = Literal["dev", "test"]
Alteration = Literal["number", "side", "negation", "comparative", "added", "name", "unsupported", "model"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Question(_Model):
    id: str
    question: str
    kind: str = ""
    style: str = ""
    sections: list[str]
    points: list[list[str]] = []


class _Chosen(_Model):
    id: str
    essential: list[str]
    helpful: list[str] = []


class _Uncovered(_Model):
    id: str
    question: str
    near: bool
    why: str


class _Judged(_Model):
    id: str
    question: str
    covered: bool
    near: bool = False
    sections: list[str] = []


class _TurnCase(_Model):
    question: str
    sections: list[str]
    follow_up: bool
    covered: bool


class _Dialogue(_Model):
    id: str
    turns: list[_TurnCase]


class _Statements(_Model):
    sections: list[str]
    supported: list[str] = []
    altered: list[dict[Alteration, str]] = []


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement about the guide, as a language model might write it."""

    text: str
    sections: tuple[str, ...]
    """Addresses that it cites."""
    altered: Alteration | None
    """What is wrong with it; none where the sections hold it."""

    @property
    def half(self) -> Half:
        """As of a case."""
        return half_of(self.text)


@dataclass(frozen=True, slots=True)
class Case:
    """One question."""

    id: str
    question: str
    origin: Literal["page", "hand", "seed", "dev", "asked"]
    covered: bool
    near: bool = False
    """Not covered, but about the guide's subject."""
    sections: tuple[str, ...] = ()
    """Addresses of the sections that answer; of pages, where they end in a slash."""
    points: tuple[tuple[str, ...], ...] = ()
    """What a complete answer says: one of each group's alternatives, lower case."""
    essential: tuple[str, ...] = ()
    """Sentences, items and rows without which the question is not answered, as readers of what was found chose them."""
    helpful: tuple[str, ...] = ()
    """Those which they would add."""
    style: str = ""

    @property
    def half(self) -> Half:
        """Whether weights may be fitted on the case, or it judges them."""
        return "dev" if self.origin == "dev" else half_of(self.question)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions that follow each other."""

    id: str
    turns: tuple[_TurnCase, ...]

    @property
    def half(self) -> Half:
        """As of a case, by the first question."""
        return half_of(self.turns[0].question)


def half_of(text: str) -> Half:
    """Return the half that a text belongs to, by its SHA-256."""
    return "dev" if hashlib.sha256(text.encode()).digest()[0] % 2 == 0 else "test"


def read_cases(docs: Path | None, folder: Path) -> list[Case]:
    """Read every single question.

    Args:
        docs: The guide's pages, whose front matter has questions; none for another site.
        folder: Of the hand-written cases; a file that is not there has none.

    Raises:
        UserError: If a file can't be read, naming it and the fault, or if there is no case at all.
    """
    cases = list(_of_pages(docs)) if docs else []
    chosen = {found.id: found for found in read_file(folder / SENTENCES, list[_Chosen])}
    for name, origin in (("questions.yml", "hand"), ("seed.yml", "seed")):
        for found in read_file(folder / name, list[_Question]):
            points = tuple(tuple(alternative.lower() for alternative in group) for group in found.points)
            own = chosen.get(found.id, _Chosen(id=found.id, essential=[]))
            right = (tuple(found.sections), points, tuple(own.essential), tuple(own.helpful))
            cases.append(Case(found.id, found.question, origin, True, False, *right, found.style))  # type: ignore[arg-type]
    cases += [Case(found.id, found.question, "hand", False, found.near) for found in read_file(folder / "uncovered.yml", list[_Uncovered])]
    for name, origin in (("dev.yml", "dev"), ("asked.yml", "asked")):
        for found in read_file(folder / name, list[_Judged]):
            cases.append(Case(found.id, found.question, origin, found.covered, found.near, tuple(found.sections)))  # type: ignore[arg-type]
    if not cases:
        raise UserError(f"There are no cases in '{folder}'.", remedy="Write a questions.yml or an uncovered.yml, as in `evaluation/`.")
    return cases


def _of_pages(docs: Path) -> Iterator[Case]:
    for path in sorted(docs.rglob("*.md")):
        try:
            page, meta = _page_url(path.relative_to(docs)), read_source_page(path).meta
        except PageProblem as error:
            raise UserError(f"A page can't be read: {error}.", remedy="Mend its front matter.") from error
        yield from (Case(f"p:{page}:{n}", asked, "page", True, sections=(page,)) for n, asked in enumerate(meta.get("questions") or []))
        yield from (Case(f"n:{page}:{n}", asked, "page", False, near=True) for n, asked in enumerate(meta.get("not_answered") or []))


def read_dialogues(folder: Path) -> list[Dialogue]:
    """Read the dialogues; raises as `read_cases` does."""
    return [Dialogue(found.id, tuple(found.turns)) for found in read_file(folder / "dialogues.yml", list[_Dialogue])]


def read_statements(folder: Path) -> list[Stated]:
    """Read the statements on which the check of a model's statements is measured; raises as `read_cases` does."""
    stated: list[Stated] = []
    for found in read_file(folder / STATEMENTS, list[_Statements]):
        sections = tuple(found.sections)
        stated += [Stated(text, sections, None) for text in found.supported]
        stated += [Stated(text, sections, kind) for altered in found.altered for kind, text in altered.items()]
    return stated


def read_file(file: Path, shape: Any) -> Any:
    """Read a YAML file of cases as `shape`, some list; a file that is not there has none.

    Raises:
        UserError: If the file can't be used; names it and the fault.
    """
    if not file.is_file():
        return []
    try:
        return TypeAdapter(shape).validate_python(yaml.load(file.read_text("utf-8"), _LOADER))  # noqa: S506, a safe one
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise UserError(
            f"The evaluation file '{file}' can't be used: {error}.", remedy="Mend it; its form is described at its top."
        ) from error


def _page_url(path: Path) -> str:
    folder = path.parent if path.stem == "index" else path.with_suffix("")
    return "" if folder == Path() else f"{folder.as_posix()}/"
