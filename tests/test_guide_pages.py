"""A page as its writer sees it: front matter, sections and blocks, each with its line."""

from pathlib import Path

import pytest

from guide.pages import SourcePage, read_source_page
from guide.problems import PageProblem


def read(tmp_path: Path, text: str | bytes) -> SourcePage:
    file = tmp_path / "page.md"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_source_page(file)


PAGE = """---
title: Drift
tags: [risk]
---

Before.

# Drift { #drift }

Drift is change.

- one
- two

## Watch it

| a | b |
| - | - |
| 1 | 2 |

```text
## no heading
```

> quoted
"""


def test_sections_hold_their_blocks_with_the_lines_of_the_file(tmp_path: Path) -> None:
    page = read(tmp_path, PAGE)
    assert page.meta == {"title": "Drift", "tags": ["risk"]}
    assert page.first_line == 5
    assert [(section.level, section.title, section.line) for section in page.sections] == [(0, "", 5), (1, "Drift", 8), (2, "Watch it", 15)]
    assert [[(block.kind, block.line) for block in section.blocks] for section in page.sections] == [
        [("paragraph", 6)],
        [("paragraph", 10), ("list", 12)],
        [("table", 17), ("code", 21), ("quote", 25)],
    ]


@pytest.mark.parametrize(
    ("text", "meta"),
    [
        pytest.param("# T\n", {}, id="none"),
        pytest.param("---\n---\n# T\n", {}, id="empty"),
        pytest.param("---\r\ntitle: A\r\n---\r\n# T\r\n", {"title": "A"}, id="Windows line ends"),
        pytest.param("---\ntitle: A\n...\n# T\n", {"title": "A"}, id="closed with dots"),
        pytest.param("\ufeff---\ntitle: A\n---\n# T\n", {"title": "A"}, id="byte order mark"),
        pytest.param("text\n---\ntitle: A\n---\n", {}, id="a rule further down is none"),
    ],
)
def test_front_matter_is_what_stands_between_the_first_two_rules(text: str, meta: dict[str, str], tmp_path: Path) -> None:
    assert read(tmp_path, text).meta == meta


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param(b"# T\n\ncaf\xe9\n", 3, "UTF-8", id="latin-1"),
        pytest.param("# T\n".encode("utf-16"), 1, "UTF-8", id="UTF-16"),
        pytest.param("---\ntitle: 'A\n---\n# T\n", None, "not valid YAML", id="unclosed quote"),
        pytest.param("---\ntags: [a\nx: 1\n---\n", 3, "not valid YAML", id="unclosed list"),
        pytest.param("---\n- a\n- b\n---\n", 2, "`name: value`", id="a list"),
        pytest.param("---\ndate: 2026-13-01\n---\n", 1, "not valid YAML", id="a date that is none"),
        pytest.param("---\na: !!python/object/apply:os.system [ls]\n---\n", 2, "not valid YAML", id="a tag that would run code"),
    ],
)
def test_a_page_that_can_not_be_read_is_named_with_its_line(text: str | bytes, line: int | None, says: str, tmp_path: Path) -> None:
    with pytest.raises(PageProblem, match=says) as raised:
        read(tmp_path, text)
    assert raised.value.path == tmp_path / "page.md"
    assert line in (None, raised.value.line)
    assert str(raised.value).startswith(f"{tmp_path / 'page.md'}:{raised.value.line}: ")
