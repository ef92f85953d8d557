"""The sources that pages cite: their data file, and how a citation is written."""

from pathlib import Path

import pytest

from guide.sources import KIND_NAMES, cited_keys, described, read_sources

ROOT = Path(__file__).parent.parent
ENTRY = """paper-2024:
  title: "On drift"
  publisher: "A journal"
  year: 2024
  link: https://example.org/drift
  kind: peer-reviewed
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
    assert described(found["paper-2024"]) == "A journal, 2024. Peer-reviewed; read, checked November 2026."
    assert described(found["undated"]) == "A journal, no date. Peer-reviewed; read through a report about it, checked November 2026."


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        pytest.param("kind: peer-reviewed", "kind: hearsay", "kind", id="unknown kind"),
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
