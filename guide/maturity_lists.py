"""The maturity page's lists and tables, made from `docs/operate/maturity.yml`: run `python -m guide.maturity_lists` after changing it.

The page says where: what stands between `<!-- maturity: checks 1 -->` (or `checks further`, `mapping`, `next`) and
`<!-- /maturity -->` is written here. It stays in the page, so that every reader of Markdown sees it, and a test refuses a
list that is out of date.
"""

import re
import sys
from pathlib import Path

from guide.maturity import LENSES, Check, Maturity, PublishedModel, read_maturity

PAGE = Path("operate", "maturity.md")
"""Below `docs`."""
_PLACE = re.compile(r"^<!-- maturity: (?P<what>checks (?P<level>\d|further)|mapping|next) -->\n.*?^<!-- /maturity -->$", re.M | re.S)


def with_lists(markdown: str, maturity: Maturity) -> str:
    """Return the page with its lists and tables as the data has them."""
    return _PLACE.sub(lambda found: f"<!-- maturity: {found['what']} -->\n\n{_made(found, maturity)}\n\n<!-- /maturity -->", markdown)


def checks(maturity: Maturity, level: int | None) -> str:
    """Return the checks of one level as a task list, each with whom it concerns; none stands for the further ones."""
    return "\n".join(
        f"- [ ] {check.text.removesuffix('.')} ({_whose(maturity, check)})." for check in maturity.checks if check.level == level
    )


def mapping(maturity: Maturity) -> str:
    """Return a table of the published levels and the checks that each asks for beyond the level below."""
    rows = ["| Published level | Checks beyond the level below |", "| --- | --- |"]
    for model in maturity.models:
        rows += [f"| {model.name}: {level.level} {level.name} | {_asked(maturity, model, level.checks)} |" for level in model.levels]
    return "\n".join(rows)


def next_steps(maturity: Maturity) -> str:
    """Return a table of the next investment at each level but the highest."""
    rows = [
        f"| {level.level} {level.name.lower()} | " + " | ".join(level.next[lens] for lens in LENSES) + " |"
        for level in maturity.levels[:-1]
    ]
    heads = " | ".join(f"Next investment in {maturity.lenses[lens]}" for lens in LENSES)
    return "\n".join([f"| Level today | {heads} |", "| --- | --- | --- |", *rows])


def _made(found: re.Match[str], maturity: Maturity) -> str:
    if found["level"]:
        return checks(maturity, None if found["level"] == "further" else int(found["level"]))
    return mapping(maturity) if found["what"] == "mapping" else next_steps(maturity)


def _whose(maturity: Maturity, check: Check) -> str:
    return "both" if len(check.lenses) > 1 else maturity.lenses[check.lenses[0]]


def _asked(maturity: Maturity, model: PublishedModel, names: tuple[str, ...]) -> str:
    if not names:
        return "None"
    told = {check.id: check.name for check in maturity.checks}
    listed = "; ".join(told[name] for name in names)
    return f"{listed[0].upper()}{listed[1:]} [@{model.source}; @synthesis]"


def main() -> int:
    """Write every list anew."""
    page = Path("docs") / PAGE
    text = page.read_text("utf-8")
    written = with_lists(text, read_maturity(page.with_suffix(".yml")))
    if written != text:
        page.write_text(written, "utf-8")
        sys.stdout.write(f"{page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
