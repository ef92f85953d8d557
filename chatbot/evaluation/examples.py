"""Examples that the cross-encoder learns from: does a passage answer a question, does it hold a statement? (disk)

`evaluation/training/guide/` is about sections of this guide, one file a page, named `folder__page.jsonl`; `other/` brings its
own texts about other subjects, so that reading is learned and not the guide. What nearly repeats a case is left out: those judge.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from guide.asked import page_of
from index import Query, Search, UserError, sentences

_REPEATS = 85
"""Likeness to a case, in per cent, from which an example is left out."""
_FOUND = 5
"""Sections found for a question, of which one that is not the right one becomes an example, too."""
_FOUND_SHARE = 0.33
"""Share of the questions of which such an example is made: more of them would drown what writers judged."""
_FOUND_WEIGHT = {True: 0.5, False: 0.7}
"""What such an example weighs, by whether the question has an answer: the section found may hold another one."""
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
_TEXT = frozenset(("title", "heading", "text", "answered", "unanswered", "supported", "altered"))
"""Fields of a line: about a section of the guide, or with a text of its own."""


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
    """`question`, `statement`, `found` or `spliced`, a `found` one being no writer's but the search's, a `spliced` one made of the text
    itself; then where it is from: `guide` or `other`."""
    weight: float = 1.0

    @property
    def held_out(self) -> bool:
        """Whether it measures what was learned, by its words, once and for all."""
        return _draw(self.first, 0) < _HELD_OUT


def read_examples(folder: Path, search: Search, judging: Sequence[str]) -> list[Example]:
    """Read every example.

    Args:
        folder: Holds `guide/` and `other/`.
        search: Over the guide, with embeddings.
        judging: Questions and statements that must not be learned.

    Raises:
        UserError: If there is none, or a line is no example.
    """
    found = [*_guide_examples(folder / "guide", search), *_other_examples(folder / "other")]
    if not found:
        raise UserError(f"There are no examples in '{folder}'.", remedy="Run this in the guide's folder.")
    found += _spliced(found)
    repeats = repeating({example.first for example in found}, judging)
    return [example for example in found if example.first not in repeats]


def repeating(firsts: set[str], judging: Sequence[str]) -> set[str]:
    """Return which questions and statements nearly repeat one that must not be learned."""
    ordered = sorted(firsts)
    likeness = process.cdist(
        [first.lower() for first in ordered], [text.lower() for text in judging], scorer=fuzz.ratio, score_cutoff=_REPEATS, workers=-1
    )
    return {first for first, row in zip(ordered, likeness, strict=True) if row.any()}


def _guide_examples(folder: Path, search: Search) -> Iterator[Example]:
    sections: dict[tuple[str, str], list[int]] = {}
    for row, passage in enumerate(search.passages):
        sections.setdefault((passage.page, passage.headings[-1]), []).append(row)
    for file in sorted(folder.glob("*.jsonl")):
        page = page_of(file)
        lines = [line for line in _lines(file, _QUESTION, _STATEMENT) if (page, line["heading"]) in sections]  # else it was rewritten since
        firsts = [line["question"] if "question" in line else line["statement"] for line in lines]
        vectors = search.embedder.embed_questions(firsts) if search.embedder else [None] * len(firsts)
        for line, first, vector in zip(lines, firsts, vectors, strict=True):
            rows = sections[(page, line["heading"])]
            question = "question" in line
            holds = line["answered" if question else "supported"]
            nearest = search.passages[_nearest(search, Query(first, (), (), vector), rows)]
            yield Example(first, nearest.embedding_input, holds, "question guide" if question else "statement guide", _weight(line))
            if question and (other := _wrong(search, first, rows)) is not None:
                yield Example(first, search.passages[other].embedding_input, False, "found guide", _FOUND_WEIGHT[holds])


def _other_examples(folder: Path) -> Iterator[Example]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in _lines(file, _TEXT):
            text = f"{line['title']} > {line['heading']}\n{line['text']}"
            yield from (Example(first, text, True, "question other") for first in line["answered"])
            yield from (Example(first, text, False, "question other") for first in line["unanswered"])
            yield from (Example(first, text, True, "statement other") for first in line["supported"])
            yield from (Example(first["statement"], text, False, "statement other", _weight(first)) for first in line["altered"])


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
        yield Example(whole[int(_draw(text, 0) * len(whole))], text, True, f"spliced {origin}")
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


def _wrong(search: Search, question: str, rows: list[int]) -> int | None:
    """Return, for some questions, a passage that is found, but isn't of the section that the question is about."""
    if _draw(question, 1) >= _FOUND_SHARE:
        return None
    hits = [hit.row for hit in search.hits(search.query(question), 2 * _FOUND) if hit.row not in rows][:_FOUND]
    return hits[int(_draw(question, 2) * len(hits))] if hits else None


def _draw(text: str, number: int) -> float:
    """Return a number from 0 to below 1 that depends on a text alone, and on which of its numbers it is."""
    return hashlib.sha256(text.encode()).digest()[number] / 256


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
