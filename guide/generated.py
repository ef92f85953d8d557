"""What pages show of the guide's data files, written into the Markdown: run `python -m guide.generated` after changing one.

A page says where: what stands between `<!-- criteria: table task -->` and `<!-- /criteria -->` is written here, and so for
`maturity`, `cases` and `changes`. It stays in the page, so that every reader of Markdown sees it, and a build refuses what
is out of date.
"""

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from guide.cases import cases_table
from guide.changes import changes_table
from guide.criteria import DATA as CRITERIA
from guide.criteria import read_criteria
from guide.decision_tables import options, table
from guide.maturity import DATA as MATURITY
from guide.maturity import read_maturity
from guide.maturity_lists import checks, mapping, next_steps
from guide.problems import PageProblem

_PLACE = re.compile(
    r"^<!-- (?P<data>criteria|maturity|cases|changes): (?P<what>[a-z]+)(?: (?P<which>[a-z0-9-]+))? -->\n.*?^<!-- /(?P=data) -->$",
    re.M | re.S,
)

Maker = Callable[[Path, Path, str], str]
"""The pages' folder, the page below it, and which part; returns Markdown."""

_MAKERS: dict[str, Maker] = {
    "criteria table": lambda docs, page, which: table(read_criteria(docs / CRITERIA), which),
    "criteria options": lambda docs, page, which: options(read_criteria(docs / CRITERIA), read_criteria(docs / CRITERIA).criterion(which)),
    "maturity checks": lambda docs, page, which: checks(read_maturity(docs / MATURITY), None if which == "further" else int(which)),
    "maturity mapping": lambda docs, page, which: mapping(read_maturity(docs / MATURITY)),
    "maturity next": lambda docs, page, which: next_steps(read_maturity(docs / MATURITY)),
    "cases table": lambda docs, page, which: cases_table(docs),
    "changes table": lambda docs, page, which: changes_table(docs, page),
    "changes last": lambda docs, page, which: changes_table(docs, page, int(which)),
}


def filled(markdown: str, docs: Path, page: Path) -> str:
    """Return the Markdown of `page` (below `docs`) with every generated part as the data files have it.

    Raises:
        ValueError: If a data file breaks a rule.
        KeyError: If the page asks for what there is not.
    """
    return _PLACE.sub(partial(_made, docs, page), markdown)


def stale(docs: Path) -> list[PageProblem]:
    """Return where a page differs from the data files, or what is wrong with them."""
    problems = []
    for path in sorted(docs.rglob("*.md")):
        text = path.read_text("utf-8", errors="replace")
        for found in _PLACE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            try:
                if _made(docs, path.relative_to(docs), found) != found[0]:
                    problems.append(PageProblem(path, line, f"differs from the data of `{found['data']}`; run `python -m guide.generated`"))
            except (ValueError, KeyError) as error:
                problems.append(PageProblem(path, line, f"can't be filled: {error}"))
    return problems


def _made(docs: Path, page: Path, found: re.Match[str]) -> str:
    opening, _, _ = found[0].partition("\n")
    made = _MAKERS[f"{found['data']} {found['what']}"](docs, page, found["which"] or "")
    return f"{opening}\n\n{made}\n\n<!-- /{found['data']} -->"


def main() -> int:
    """Write every generated part anew; tell which pages changed."""
    docs = Path("docs")
    for path in sorted(docs.rglob("*.md")):
        text = path.read_text("utf-8")
        if (written := filled(text, docs, path.relative_to(docs))) != text:
            path.write_text(written, "utf-8")
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
