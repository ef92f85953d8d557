"""The sources that pages cite: their data file, how a citation is written, and which are to be read again."""

import datetime
from pathlib import Path

import pytest

from guide.sources import KIND_NAMES, VOLATILE_DAYS, cited_keys, described, overdue, read_sources

ROOT = Path(__file__).parent.parent
ENTRY = """paper-2024:
  title: "On drift"
  publisher: "A journal"
  year: 2024
  link: https://example.org/drift
  kind: peer-reviewed
  stability: stable
  checked: 2026-11-01
"""


def read(tmp_path: Path, text: str) -> dict[str, object]:
    file = tmp_path / "sources.yml"
    file.write_text(text, "utf-8")
    return dict(read_sources(file))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("It drifts [@a-1].", ["a-1"], id="one"),
        pytest.param("It drifts [@a; @b;@c].", ["a", "b", "c"], id="several in one bracket"),
        pytest.param("[@a] and [@b] and [@a]", ["a", "b", "a"], id="repeated"),
        pytest.param("[@A] [a] mail@example.org [@] [@a b]", [], id="what is no citation"),
    ],
)
def test_a_citation_is_keys_in_square_brackets(text: str, keys: list[str]) -> None:
    assert cited_keys(text) == keys


def test_a_source_is_described_by_who_when_how_strong_and_how_it_was_checked(tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_text(ENTRY + ENTRY.replace("paper-2024", "undated").replace("2024\n", "null\n") + "  access: secondary\n", "utf-8")
    found = read_sources(file)
    assert described(found["paper-2024"]) == "A journal, 2024. Peer-reviewed; read, last checked November 1, 2026."
    assert (
        described(found["undated"]) == "A journal, no date. Peer-reviewed; read through a report about it, last checked November 1, 2026."
    )


def test_only_volatile_sources_are_to_be_read_again_and_only_after_ninety_days(tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    older = ENTRY.replace("paper-2024", "price-list").replace("2026-11-01", "2026-10-01")
    file.write_text(
        ENTRY + older.replace("stable", "volatile") + ENTRY.replace("paper-2024", "docs").replace("stable", "volatile"), "utf-8"
    )
    sources, last = read_sources(file), datetime.date(2026, 11, 1) + datetime.timedelta(days=VOLATILE_DAYS)
    assert overdue(sources, last) == ["price-list"]
    assert overdue(sources, last + datetime.timedelta(days=1)) == ["price-list", "docs"]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        pytest.param("kind: peer-reviewed", "kind: hearsay", "kind", id="unknown kind"),
        pytest.param("stability: stable", "stability: forever", "stability", id="unknown stability"),
        pytest.param('  publisher: "A journal"\n', "", "publisher", id="missing field"),
        pytest.param("year:", "pages: 3\n  year:", "pages", id="unknown field"),
        pytest.param("https://example.org/drift", "drift", "link", id="no address"),
        pytest.param("https://example.org/drift", "'javascript:alert(1)'", "link", id="script link"),
        pytest.param("2026-11-01", "yesterday", "checked", id="no date"),
    ],
)
def test_a_wrong_entry_is_named_by_key_and_field(before: str, after: str, field: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"sources\.yml: paper-2024\.{field}"):
        read(tmp_path, ENTRY.replace(before, after))


def test_the_guides_own_sources_can_be_read_and_every_kind_has_a_name() -> None:
    found = read_sources(ROOT / "docs" / "sources.yml")
    assert len(found) > 50
    assert {source.kind for source in found.values()} <= KIND_NAMES.keys()
