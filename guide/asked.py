"""Questions that readers ask of each section, and whether it answers them, for the index to compare new ones with (disk).

Kept one file a page in `evaluation/training/guide/`, where the cross-encoder learns from them, too. Called by guide.publish.
"""

import json
from pathlib import Path

from guide.problems import PageProblem

SOURCE = "evaluation/training/guide"
_FILE = "asked.json"


def page_of(file: Path) -> str:
    """Return the address of the page that a file of questions is about."""
    return "" if file.stem == "index" else f"{file.stem.replace('__', '/')}/"


def write_asked(source: Path, site: Path) -> None:
    """Write `asked.json`: pages to headings, and these to the questions that are answered there and those that are not.

    Raises:
        PageProblem: If a line can't be read; names it.
    """
    asked: dict[str, dict[str, dict[str, list[str]]]] = {}
    for file in sorted(source.glob("*.jsonl")):
        page = page_of(file)
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            try:
                read = json.loads(line or "{}")
                if read.get("question"):
                    section = asked.setdefault(page, {}).setdefault(read["heading"], {"answered": [], "not_answered": []})
                    section["answered" if read["answered"] else "not_answered"].append(read["question"])
            except (ValueError, LookupError, AttributeError) as error:
                raise PageProblem(file, number, "is no question with a heading, and whether its section answers it") from error
    (site / _FILE).write_text(json.dumps(asked, ensure_ascii=False, indent=0), "utf-8")
