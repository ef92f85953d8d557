"""What changed in the field: one data file, newest first, on its own page and on the home page."""

import re
from pathlib import Path

import pytest

from guide.changes import DATA, changes_table, read_changes
from tests.conftest import ROOT

DOCS = ROOT / "docs"
ENTRY = "- {date: 2026-07-01, kind: law, what: A law applies, so: Read it, page: govern/regulation/, source: [law]}\n"


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "landscape").mkdir()
    (tmp_path / DATA).write_text(text, "utf-8")
    return tmp_path


def test_the_guides_changes_are_of_every_kind_and_newest_first() -> None:
    changes = read_changes(DOCS)
    assert {change.kind for change in changes} == {"law", "standard", "tool", "practice"}
    assert [change.date for change in changes] == sorted((change.date for change in changes), reverse=True)


def test_the_home_page_shows_the_last_three_with_links_from_where_it_stands() -> None:
    shown = changes_table(DOCS, Path("index.md"), 3).splitlines()
    assert len(shown) == 3
    home = (DOCS / "index.md").read_text("utf-8")
    assert all(line in home for line in shown)
    assert not re.search(r"\]\(\.\./", "".join(shown))


def test_a_link_leads_from_the_page_of_changes_to_the_section(tmp_path: Path) -> None:
    docs = written(tmp_path, ENTRY.replace("regulation/", 'regulation/#when"').replace("page: ", 'page: "'))
    assert changes_table(docs, Path("landscape/what-changed.md")).splitlines()[2] == (
        "| July 1, 2026 | Law | A law applies [@law] | [Read it](../govern/regulation.md#when) |"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(ENTRY + ENTRY.replace("2026-07", "2026-08"), "newest first", id="out of order"),
        pytest.param(ENTRY.replace("kind: law", "kind: gossip"), "kind", id="unknown kind"),
        pytest.param(ENTRY.replace(", source: [law]", ""), "source", id="no source"),
    ],
)
def test_a_fault_is_named(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        read_changes(written(tmp_path, text))
