"""Questions that readers ask, each with a section that answers it or only seems to (disk).

A reader's words are often nearer to another reader's question than to any sentence of a page, so they help to find; and a question
whose like has no answer is likely to have none, either. A site may bring them as `asked.json` at its root. Each heading counts as one
that its section answers: who wrote it said so. Written by index.build, read by index.search.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from index.errors import UserError
from index.model import Passage
from index.wording import Wording

ASKED_FILE = "asked.json"
_FILES = ("asked.npy", "asked_rows.npy", "asked_answered.npy")
_NEAR = 0.5
"""Cosine from which one question may lead to another's section."""
_UNLIKE = 0.4
"""Cosine up to which a question tells nothing of another."""
_SECTIONS = 30
"""Sections that questions may lead to."""
_LIKE = 50
"""Nearest questions that tell whether there is an answer."""
_SHARPNESS = 12.0
"""How much more a nearer one of them counts: e-fold for a twelfth of cosine."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answered: list[str] = []
    not_answered: list[str] = []


_Asked = dict[str, dict[str, _Section]]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was asked of a section."""

    text: str
    row: int
    """The first passage of the section."""
    answered: bool
    heading: bool = False
    """Whether it is a section's heading, which nobody asked."""


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """What questions asked before tell of a new one; nothing where none is like it."""

    sections: dict[int, float]
    """First passage of a section → how near a question comes that the section answers, 0 to 1, nearest first."""
    answered: float
    """How much more of the questions like it are answered than of all, -1 to 1, the less the further they are."""
    worded: float = 0.0
    """How far it is worded like answered ones, -1 to 1."""


NOTHING_ASKED = AskedBefore({}, 0.0)


def read_asked(site: Path, passages: Sequence[Passage]) -> tuple[list[AskedQuestion], int]:
    """Return the headings of a site and the questions that it brings, and how many of those name a section that the site has not.

    The file maps pages (addresses below the site root) to headings, and these to lists `answered` and `not_answered`.

    Raises:
        UserError: If the file is there and can't be used.
    """
    rows: dict[tuple[str, str], int] = {}
    for row, passage in enumerate(passages):
        rows.setdefault((passage.page, passage.headings[-1]), row)
    found = [AskedQuestion(heading, row, True, heading=True) for (_, heading), row in rows.items()]
    file = site / ASKED_FILE
    if not file.is_file():
        return found, 0
    try:
        asked = TypeAdapter(_Asked).validate_json(file.read_bytes())
    except (ValidationError, OSError) as error:
        raise UserError(
            f"The questions in '{file}' can't be used: {error}.",
            remedy="It maps pages to headings, and these to lists `answered` and `not_answered`; mend or remove it.",
        ) from error
    lost = 0
    for page, sections in asked.items():
        for heading, section in sections.items():
            given = [(text, True) for text in section.answered] + [(text, False) for text in section.not_answered]
            if (at := rows.get((page, heading))) is None:
                lost += len(given)
            else:
                found += [AskedQuestion(text, at, answered) for text, answered in given if text.strip()]
    return found, lost


def write_asked(questions: Sequence[AskedQuestion], vectors: np.ndarray, folder: Path) -> None:
    """Write questions as a build keeps them.

    Args:
        questions: From `read_asked`.
        vectors: Their unit vectors, float32, shape (questions, dimension).
        folder: Of the build.
    """
    packed = np.rint(vectors * 127).astype(np.int8)  # moves a cosine by a few thousandths, in a quarter of the room
    rows = np.array([question.row for question in questions], dtype=np.int32)
    answered = np.array([question.answered for question in questions], dtype=bool)
    for name, array in zip(_FILES, (packed, rows, answered), strict=True):
        np.save(folder / name, array, allow_pickle=False)
    Wording.learn((question.text, question.answered) for question in questions if not question.heading).write(folder)


class AskedQuestions:
    """The questions of a build, loaded."""

    def __init__(self, folder: Path) -> None:
        packed, self._rows, self._answered = (np.load(folder / name, allow_pickle=False) for name in _FILES)
        vectors = packed.astype(np.float32)
        self._vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1.0)
        self._wording = Wording.read(folder)
        self._usually = float(self._answered.mean()) if len(self._answered) else 0.0

    def before(self, question: str, vector: np.ndarray) -> AskedBefore:
        """Return what they tell of a question, given with its unit vector, float32, shape (dimension,)."""
        if not len(self._rows):
            return NOTHING_ASKED
        cosines = self._vectors @ vector
        count = min(4 * _SECTIONS, len(cosines))
        nearest = np.argpartition(-cosines, count - 1)[:count]
        nearest = nearest[np.lexsort((nearest, -cosines[nearest]))]
        sections: dict[int, float] = {}
        for place in nearest[self._answered[nearest] & (cosines[nearest] > _NEAR)]:
            sections.setdefault(int(self._rows[place]), float(cosines[place] - _NEAR) / (1 - _NEAR))
        like = nearest[:_LIKE]
        weights = np.exp(_SHARPNESS * (cosines[like] - cosines[like[0]]))
        share = float(weights @ self._answered[like] / weights.sum())
        nearness = max(0.0, float(cosines[like[0]]) - _UNLIKE) / (1 - _UNLIKE)
        told = (share - self._usually) * nearness
        return AskedBefore(dict(list(sections.items())[:_SECTIONS]), told, self._wording.score(question))
