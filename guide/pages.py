"""A page as its writer sees it: front matter, and sections with line numbers.

Reads one Markdown file (disk); read by guide.lint and guide.safety.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from guide.problems import PageProblem

_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")
_BLOCKS = {
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "blockquote_open": "quote",
    "fence": "code",
    "code_block": "indented code",
    "html_block": "html",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block of a section."""

    kind: str
    """paragraph, list, table, quote, code, indented code or html."""
    text: str
    """The Markdown as written."""
    line: int
    """1-based line in the file."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks up to the next heading of any level."""

    level: int
    title: str
    line: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One Markdown file, parsed."""

    path: Path
    meta: dict[str, Any]
    body: str
    first_line: int
    """1-based line of the file on which `body` begins."""
    sections: tuple[Section, ...]


def read_source_page(path: Path) -> SourcePage:
    """Parse a Markdown page with YAML front matter.

    Raises:
        PageProblem: If the file is not UTF-8 or its front matter is not a YAML mapping; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise PageProblem(path, line, "is not valid UTF-8; save the page as UTF-8") from error
    meta, body, first_line = _split_front_matter(path, text)
    return SourcePage(path, meta, body, first_line, _sections(body, first_line))


def _split_front_matter(path: Path, text: str) -> tuple[dict[str, Any], str, int]:
    match = re.match(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if not match:
        return {}, text, 1
    try:
        meta = yaml.safe_load(match[1]) or {}
    except (yaml.YAMLError, ValueError) as error:  # a date such as 2026-13-01 is a ValueError
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise PageProblem(path, line, f"front matter is not valid YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(meta, dict):
        raise PageProblem(path, 2, "front matter must be `name: value` lines")
    return meta, text[match.end() :], text[: match.end()].count("\n") + 1


def _sections(body: str, first_line: int) -> tuple[Section, ...]:
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    lines = body.splitlines()
    sections: list[Section] = []
    heading, blocks = (0, "", first_line), list[Block]()

    def close() -> None:
        level, title, line = heading
        if level or blocks:
            sections.append(Section(level, title, line, tuple(blocks)))

    for position, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        line = token.map[0] + first_line
        if token.type == "heading_open":
            close()
            heading = (int(token.tag[1]), _ATTRIBUTES.sub("", tokens[position + 1].content), line)
            blocks = []
        elif token.type in _BLOCKS:
            blocks.append(Block(_BLOCKS[token.type], _source(lines, token), line))
    close()
    return tuple(sections)


def _source(lines: list[str], token: Token) -> str:
    start, end = token.map or (0, 0)
    return "\n".join(lines[start:end])
