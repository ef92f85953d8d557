"""The pages' tables of the decision, made from `docs/choose/criteria.yml`: run `python -m guide.decision_tables` after changing it.

A page says where: what stands between `<!-- criteria: table task -->` (or `options input`) and `<!-- /criteria -->` is written
here. It stays in the page, so that every reader of Markdown sees it, and a build refuses a table that is out of date.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from guide.criteria import Criteria, Criterion, read_criteria
from guide.problems import PageProblem

DATA = Path("choose", "criteria.yml")
"""Below `docs`."""
_PLACE = re.compile(r"^<!-- criteria: (?P<kind>table|options) (?P<name>[a-z-]+) -->\n(?P<text>.*?)^<!-- /criteria -->$", re.M | re.S)


def with_tables(markdown: str, criteria: Criteria) -> str:
    """Return a page with its tables of the decision as the criteria have them.

    Raises:
        KeyError: If a page asks for a group or criterion that doesn't exist.
    """
    return _PLACE.sub(lambda found: _filled(found, criteria), markdown)


def stale_tables(docs: Path) -> list[PageProblem]:
    """Return where a page's table differs from the criteria, or what is wrong with them."""
    if not (docs / DATA).is_file():
        return []
    try:
        read_criteria(docs / DATA)
    except ValueError as error:
        return [PageProblem(docs / DATA, 1, str(error))]
    return [
        PageProblem(page, text.count("\n", 0, found.start()) + 1, "differs from criteria.yml; run `python -m guide.decision_tables`")
        for page, text, criteria in _pages(docs)
        for found in _PLACE.finditer(text)
        if _filled(found, criteria) != found[0]
    ]


def table(criteria: Criteria, group: str) -> str:
    """Return the decision guide's table of one group of criteria."""
    rows = [each for each in criteria.criteria if each.group == group]
    if not rows:
        raise KeyError(group)
    lines = [f"| {each.name} | {each.weight} | {each.mlops} | {each.llmops} |" for each in rows]
    return "\n".join(["| Criterion | Weight | MLOps | LLMOps |", "| --- | --- | --- | --- |", *lines])


def options(criteria: Criteria, criterion: Criterion) -> str:
    """Return the assessment's table of one criterion: each option and its points, weight times number."""
    number = criteria.ten.index(criterion.id) + 1
    lines = [
        f"| {number}{letter}. {option.text} | " + " | ".join(_signed(criterion.weight * each) for each in option.scores) + " |"
        for letter, option in zip("ABCDEFGHIJ", criterion.options, strict=False)
    ]
    return "\n".join(["| Option | MLOps | LLMOps | Neither |", "| --- | --- | --- | --- |", *lines])


def _filled(found: re.Match[str], criteria: Criteria) -> str:
    name = found["name"]
    made = table(criteria, name) if found["kind"] == "table" else options(criteria, criteria.criterion(name))
    return f"<!-- criteria: {found['kind']} {name} -->\n\n{made}\n\n<!-- /criteria -->"


def _signed(points: int) -> str:
    return str(points).replace("-", "−")


def _pages(docs: Path) -> Iterator[tuple[Path, str, Criteria]]:
    criteria = read_criteria(docs / DATA)
    for page in sorted(docs.rglob("*.md")):
        text = page.read_text("utf-8", errors="replace")
        if "<!-- criteria:" in text:
            yield page, text, criteria


def main() -> int:
    """Write every table of the decision anew; tell which pages changed."""
    for page, text, criteria in _pages(Path("docs")):
        if (written := with_tables(text, criteria)) != text:
            page.write_text(written, "utf-8")
            sys.stdout.write(f"{page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
