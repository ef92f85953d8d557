"""Examples that the cross-encoder learns from: does a passage answer a question, does it hold a statement? (disk)

`evaluation/training/guide/` is about sections of this guide, one file a page, named `folder__page.jsonl`; `found/` pairs questions
with sections that a search found for them, and readers judged; `other/` brings its own texts about other subjects, so that reading is
learned and not the guide. What nearly repeats a case is left out: those judge.
Of many questions readers chose the sentences that answer, of some statements those that hold them: they stand in `by`, a list beside
a line about the guide, empty if none does, and for other texts a mapping from questions and statements to such lists.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from guide.asked import page_of
from index import Query, Search, UserError, sentences

_REPEATS = 85
"""Likeness to a case, in per cent, from which an example is left out."""
_RAREST = 5
"""Of the words that a text shares with cases, the rarest ones by which like cases are looked up."""
_WORD = re.compile(r"\w+")
_MODEL, _MODEL_WEIGHT = "model", 3.0
"""Kind of a statement that a small language model wrote and a reader judged, and what it weighs: few, but what the check is for."""
_SPLICES = 2
"""Sentences a text that are made of the beginning of one and the end of another."""
_FEWEST_WORDS = 6
"""Of a sentence that is taken apart."""
_JOINTS = tuple(
    re.compile(rf" (?:{words}) ")
    for words in (
        "is|are|was|were|can|must|may|will|has|have|needs?",
        "because|when|if|before|after|until|unless|while|so|which",
        "by|for|to|from|with|in|on|at",
    )
)
"""Kinds of words before which a sentence is taken apart, and goes on as another does that has one of the same kind."""
_HELD_OUT = 0.05
_QUESTION, _STATEMENT = frozenset(("heading", "question", "answered")), frozenset(("heading", "statement", "supported"))
_FOUND = _QUESTION | {"page"}
_TEXT = frozenset(("title", "heading", "text", "answered", "unanswered", "supported", "altered"))
"""Fields of a line: about a section of the guide, of a page that the file is named by or the line, or with a text of its own."""


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts that are read together, and what is right."""

    first: str
    """A question or a statement."""
    second: str
    """A passage with its headings."""
    holds: bool
    """Whether the passage answers the question or holds the statement."""
    origin: str
    """`question`, `statement`, `found` or `spliced`, a `found` one being a question whose text the search chose, a `spliced` one made of
    the text itself; then where it is from: `guide` or `other`."""
    weight: float = 1.0
    marks: tuple[tuple[int, int, bool], ...] = ()
    """Where each sentence of the passage begins and ends, in characters, and whether it answers; none where nobody chose."""

    @property
    def held_out(self) -> bool:
        """Whether it measures what was learned, by its words, once and for all."""
        return _draw(self.first) < _HELD_OUT


def read_examples(folder: Path, search: Search, judging: Sequence[str]) -> list[Example]:
    """Read every example.

    Args:
        folder: Holds `guide/`, `found/` and `other/`.
        search: Over the guide, with embeddings.
        judging: Questions and statements that must not be learned.

    Raises:
        UserError: If there is none, or a line is no example.
    """
    found = [*_guide_examples(folder, search), *_other_examples(folder / "other")]
    if not found:
        raise UserError(f"There are no examples in '{folder}'.", remedy="Run this in the guide's folder.")
    found += _spliced(found)
    repeats = repeating({example.first for example in found}, judging)
    return [example for example in found if example.first not in repeats]


def repeating(firsts: set[str], judging: Sequence[str]) -> set[str]:
    """Return which questions and statements nearly repeat one that must not be learned.

    Only texts that share a rare word are compared: all pairs of them would take minutes.
    """
    lowered = [text.lower() for text in judging]
    holders: dict[str, list[int]] = {}
    for place, text in enumerate(lowered):
        for word in set(_WORD.findall(text)):
            holders.setdefault(word, []).append(place)

    def repeats(first: str) -> bool:
        shared = sorted((holders[word] for word in set(_WORD.findall(first)) if word in holders), key=len)
        rivals = {place for places in shared[:_RAREST] for place in places}
        return process.extractOne(first, [lowered[place] for place in rivals], scorer=fuzz.ratio, score_cutoff=_REPEATS) is not None

    return {first for first in firsts if repeats(first.lower())}


def _guide_examples(folder: Path, search: Search) -> Iterator[Example]:
    sections: dict[tuple[str, str], list[int]] = {}
    for row, passage in enumerate(search.passages):
        sections.setdefault((passage.page, passage.headings[-1]), []).append(row)
    for file in sorted((folder / "guide").glob("*.jsonl")):
        lines = [{"page": page_of(file), **line} for line in _lines(file, _QUESTION, _STATEMENT)]
        yield from _section_examples(lines, sections, search, "question")
    for file in sorted((folder / "found").glob("*.jsonl")):
        yield from _section_examples(list(_lines(file, _FOUND)), sections, search, "found")


def _section_examples(
    lines: list[dict[str, Any]], sections: dict[tuple[str, str], list[int]], search: Search, kind: str
) -> Iterator[Example]:
    lines = [line for line in lines if (line["page"], line["heading"]) in sections]  # else it was rewritten since
    firsts = [line.get("question") or line["statement"] for line in lines]
    vectors = search.embedder.embed_questions(firsts) if search.embedder else [None] * len(firsts)
    for line, first, vector in zip(lines, firsts, vectors, strict=True):
        rows = sections[(line["page"], line["heading"])]
        by = set(line.get("by", ()))
        holding = [row for row in rows if by.intersection(unit.text for unit in search.units(row))]
        row = _nearest(search, Query(first, (), (), vector), holding or rows)
        text = search.passages[row].embedding_input
        judged = "by" in line and (holding or not by)  # else those sentences were rewritten since
        marks = _marks(text, [unit.text for unit in search.units(row)], by) if judged else ()
        holds, origin = (line["answered"], kind) if "question" in line else (line["supported"], "statement")
        yield Example(first, text, holds, f"{origin} guide", _weight(line), marks)


def _other_examples(folder: Path) -> Iterator[Example]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in _lines(file, _TEXT):
            text = f"{line['title']} > {line['heading']}\n{line['text']}"
            parts = [each for paragraph in line["text"].splitlines() for each in sentences(paragraph)]
            none = _marks(text, parts, ())
            by = {first: _marks(text, parts, chosen) for first, chosen in line.get("by", {}).items()}
            yield from (Example(first, text, True, "question other", marks=by.get(first, ())) for first in line["answered"])
            yield from (Example(first, text, False, "question other", marks=none) for first in line["unanswered"])
            yield from (Example(first, text, True, "statement other", marks=by.get(first, ())) for first in line["supported"])
            yield from (Example(each["statement"], text, False, "statement other", _weight(each), none) for each in line["altered"])


def _marks(text: str, parts: Sequence[str], chosen: Collection[str]) -> tuple[tuple[int, int, bool], ...]:
    """Return where the parts of a text stand, and which of them were chosen."""
    found, end = [], text.find("\n") + 1
    for part in parts:
        start = text.find(part, end)
        if start >= 0:
            end = start + len(part)
            found.append((start, end, part in chosen))
    return tuple(found)


def _spliced(examples: Sequence[Example]) -> Iterator[Example]:
    """Yield, for each text, a sentence of its own and some that are made of two of them, as a weak language model writes.

    Writers alter one detail of a sound sentence; of sentences whose words all stand in the text and say nothing, they write none.
    """
    origins = {example.second: example.origin.split()[-1] for example in examples}
    for text, origin in sorted(origins.items()):
        whole = [
            each for line in text.splitlines()[1:] for each in sentences(line) if each.endswith(".") and len(each.split()) >= _FEWEST_WORDS
        ]
        if len(whole) < 2:
            continue
        yield Example(whole[int(_draw(text) * len(whole))], text, True, f"spliced {origin}")
        made = (_splice(first, second) for first, second in zip(whole, [*whole[1:], whole[0]], strict=True))
        for splice in [each for each in dict.fromkeys(made) if each and each not in whole][:_SPLICES]:
            yield Example(splice, text, False, f"spliced {origin}")


def _splice(first: str, second: str) -> str | None:
    """Return the beginning of a sentence with the end of another, joined where both go on with the same kind of word."""
    for joint in _JOINTS:
        left, right = joint.search(first), joint.search(second)
        if left and right:
            return first[: left.start()] + second[right.start() :]
    return None


def _weight(written: dict[str, Any]) -> float:
    return _MODEL_WEIGHT if written.get("kind") == _MODEL else 1.0


def _nearest(search: Search, query: Query, rows: list[int]) -> int:
    """Return which of a section's passages is read: the one with the nearest sentence, as when a reader asks."""
    return max(rows, key=lambda row: float(search.unit_cosines(query, row).max(initial=-1.0)))


def _draw(text: str) -> float:
    """Return a number from 0 to below 1 that depends on a text alone."""
    return hashlib.sha256(text.encode()).digest()[0] / 256


def _lines(file: Path, *shapes: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file; each must have all fields of one of the shapes."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                read = json.loads(line)
            except ValueError as error:
                raise UserError(f"{file}, line {number}, is no JSON object.", remedy="Mend the line.") from error
            if not isinstance(read, dict) or not any(shape <= read.keys() for shape in shapes):
                fields = " or ".join(", ".join(sorted(shape)) for shape in shapes)
                raise UserError(f"{file}, line {number}, is no example.", remedy=f"It needs {fields}.")
            yield read


def shuffled(examples: Sequence[Example], lengths: Sequence[int], batch: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Return batches of examples' numbers in a new order; texts of one batch are about equally long, so that little is padded."""
    order = generator.permutation(len(examples))
    sizes = np.asarray(lengths)
    chunks = [order[start : start + 32 * batch] for start in range(0, len(order), 32 * batch)]
    ordered = np.concatenate([chunk[np.argsort(sizes[chunk], kind="stable")] for chunk in chunks])
    batches = [ordered[start : start + batch] for start in range(0, len(ordered), batch)]
    return [batches[place] for place in generator.permutation(len(batches))]
