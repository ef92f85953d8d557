"""Questions that readers ask of each section, and whether it answers them, for the index to compare new ones with (disk).

Kept in `evaluation/training/`, where the cross-encoder learns from them, too: one file a page in `guide/`, and in `found/asked.jsonl`
those of people who had not read the guide, each with the sections that a search found for it. Called by guide.publish.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guide.problems import PageProblem

SOURCE = "evaluation/training"
_FOUND = "found/asked.jsonl"
_FILE = "asked.json"


def page_of(file: Path) -> str:
    """Return the address of the page that a file of questions is about."""
    return "" if file.stem == "index" else f"{file.stem.replace('__', '/')}/"


def write_asked(source: Path, site: Path) -> None:
    """Write `asked.json`: pages to headings, and these to the questions that are answered there and those that are not.

    A question with several sections stands under those that answer it; if none does, under the first.

    Raises:
        PageProblem: If a line can't be read; names it.
    """
    lines = [line for file in sorted((source / "guide").glob("*.jsonl")) for line in _questions(file, {"page": page_of(file)})]
    found: dict[str, list[dict[str, Any]]] = {}
    for line in _questions(source / _FOUND, {}):
        found.setdefault(line["question"], []).append(line)
    for tried in found.values():
        lines += [line for line in tried if line["answered"]] or tried[:1]
    asked: dict[str, dict[str, dict[str, list[str]]]] = {}
    for line in lines:
        section = asked.setdefault(line["page"], {}).setdefault(line["heading"], {"answered": [], "not_answered": []})
        section["answered" if line["answered"] else "not_answered"].append(line["question"])
    (site / _FILE).write_text(json.dumps(asked, ensure_ascii=False, indent=0), "utf-8")


def _questions(file: Path, known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file that are questions, each with what is known of all; a file that is not there has none."""
    for number, line in enumerate(file.read_text("utf-8").splitlines() if file.is_file() else (), 1):
        try:
            read = known | json.loads(line or "{}")
            if read.get("question"):
                yield {field: read[field] for field in ("page", "heading", "question", "answered")}
        except (ValueError, LookupError, TypeError) as error:
            raise PageProblem(file, number, "is no question with a heading, and whether its section answers it") from error
