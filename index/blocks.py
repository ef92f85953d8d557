"""The main content of one HTML page becomes sections of blocks.

Fed by index.pages, read by index.passages. Pure: a parsed tree in, values out. Works on any static site: it knows
HTML's elements, and of the generators only how they mark a heading's permalink.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode

from index.model import Block, BlockKind, Section, Source
from index.text import visible

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TERM_LEVEL = 7
"""A definition term with an id (API entry, glossary term) is a heading below any heading."""
_DROPPED = frozenset(
    "script style template noscript svg math nav footer form button input select textarea label iframe object embed "
    "dialog audio video canvas img picture".split()
)
_DROPPED_ROLES = frozenset({"navigation", "search", "banner", "contentinfo", "doc-toc", "menu", "tablist"})
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd mark q rp rt ruby s samp small span strike "
    "strong sub sup time tt u var wbr".split()
)
_MAXIMUM_DEPTH = 150
"""Below this depth an element is read as plain text; no readable page nests so deep."""


def read_sections(main: LexborNode, title: str) -> tuple[Section, ...]:
    """Cut a page's main element into sections, in reading order; sections without a block are left out.

    Args:
        main: The element that holds the content and nothing of the site around it.
        title: The page's title, which heads every section's path.
    """
    reader = _Reader(title)
    reader.read(main, 0)
    reader.close_section()
    return tuple(reader.sections)


def text_blocks(text: str) -> tuple[Block, ...]:
    """Return the paragraphs of plain text, parted by blank lines, as blocks."""
    paragraphs = (visible(paragraph) for paragraph in re.split(r"\n\s*\n", text))
    return tuple(Block("text", paragraph, _escaped(paragraph), number) for number, paragraph in enumerate(paragraphs, 1) if paragraph)


def dropped(node: LexborNode) -> bool:
    """Say whether a reader never sees this element as part of the page's text."""
    if node.tag in _DROPPED:
        return True
    attributes = node.attributes
    if not attributes:
        return False
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return (
        attributes.get("role") in _DROPPED_ROLES
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or "display:none" in style
        or "visibility:hidden" in style
        or ("data-search-exclude" in attributes and node.tag not in _HEADINGS)
    )


@dataclass(frozen=True, slots=True)
class _Inline:
    text: str
    markdown: str
    sources: tuple[Source, ...] = ()


class _Reader:
    """Walks the tree once; holds the open section and the inline text that stands outside any paragraph."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.sections: list[Section] = []
        self.path: list[tuple[int, str]] = []
        self.anchor = ""
        self.blocks: list[Block] = []
        self.loose: list[LexborNode] = []
        self.groups = 0
        self.excluded_below: int | None = None

    def read(self, node: LexborNode, depth: int) -> None:
        for child in node.iter(include_text=True):
            if child.tag == "-text" or child.tag in _INLINE:
                if child.tag in ("a", "span") and _holds_blocks(child) and not dropped(child):
                    self.flush_loose()
                    self.read(child, depth + 1)
                else:
                    self.loose.append(child)
                continue
            if dropped(child) or child.tag.startswith(("-", "_", "!")):
                continue
            self.flush_loose()
            self.element(child, depth)
        self.flush_loose()

    def element(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if depth > _MAXIMUM_DEPTH:
            self.add("text", _Inline(visible(node.text()), _escaped(visible(node.text()))))
        elif tag in _HEADINGS:
            self.open_section(_HEADINGS[tag], node)
        elif tag == "pre":
            self.code(node)
        elif tag in ("ul", "ol", "menu"):
            self.groups += 1
            self.items(node, self.groups, 0, depth)
        elif tag == "table":
            self.table(node, depth)
        elif tag == "dl":
            self.definitions(node, depth)
        elif tag == "p" and not _holds_blocks(node):
            self.add("text", _inline([node]))
        else:
            self.read(node, depth + 1)

    def flush_loose(self) -> None:
        nodes, self.loose = self.loose, []
        if nodes:
            self.add("text", _inline(nodes))

    def add(self, kind: BlockKind, found: _Inline, *, group: int = 0, label: str = "", depth: int = 0) -> None:
        if not found.text or not any(character.isalnum() for character in found.text):
            return
        if not group:
            self.groups += 1
        block = Block(kind, found.text, found.markdown, group or self.groups, label, depth, sources=found.sources)
        self.blocks.append(block)

    def open_section(self, level: int, node: LexborNode) -> None:
        heading = _inline([node]).text
        if not heading:
            return
        self.close_section()
        if self.excluded_below is not None and level <= self.excluded_below:
            self.excluded_below = None
        if self.excluded_below is None and "data-search-exclude" in node.attributes:
            self.excluded_below = level
        first_title = level == 1 and heading == self.title and not any(step == 1 for step, _ in self.path)
        while self.path and self.path[-1][0] >= level:
            self.path.pop()
        if not first_title:
            self.path.append((level, heading))
        self.anchor = _anchor(node)

    def close_section(self) -> None:
        self.flush_loose()
        if self.blocks and self.excluded_below is None:
            headings = (self.title, *(heading for _, heading in self.path))
            self.sections.append(Section(headings, self.anchor, tuple(self.blocks)))
        self.blocks = []
        self.groups = 0

    def code(self, node: LexborNode) -> None:
        lines = node.text(deep=True).expandtabs(4).strip("\n").splitlines()
        text = "\n".join(line.rstrip() for line in lines)
        if text.strip():
            self.groups += 1
            self.blocks.append(Block("code", text, text, self.groups))

    def items(self, node: LexborNode, group: int, depth: int, tree_depth: int) -> None:
        number = int(start) if (start := node.attributes.get("start") or "1").isdigit() else 1
        for child in node.iter():
            if child.tag != "li" or dropped(child):
                continue
            label = f"{number}." if node.tag == "ol" else ""
            number += 1
            own, nested = _split_item(child)
            self.add("item", _inline(own), group=group, label=label, depth=depth)
            for inner in nested:
                if inner.tag in ("ul", "ol") and tree_depth < _MAXIMUM_DEPTH:
                    self.items(inner, group, depth + 1, tree_depth + 1)
                else:
                    self.element(inner, tree_depth + 1)

    def table(self, node: LexborNode, depth: int) -> None:
        if node.css_first("pre, table table") or node.attributes.get("role") == "presentation":
            for cell in node.css("td, th"):
                self.read(cell, depth + 1)
            return
        self.groups += 1
        group = self.groups
        for place, row in enumerate(node.css("tr")):
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th") and not dropped(cell)]
            parts = [_inline([cell]) for cell in cells]
            texts = [part.text for part in parts if part.text]
            if not texts:
                continue
            header = place == 0 and (row.parent is not None and row.parent.tag == "thead" or all(cell.tag == "th" for cell in cells))
            sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
            markdown = " | ".join(part.markdown.replace("|", r"\|") for part in parts)
            self.blocks.append(
                Block("row", " ".join(texts), markdown, group, "header" if header else "", 0, max(texts, key=len), sources)
            )

    def definitions(self, node: LexborNode, depth: int) -> None:
        before, anchor = list(self.path), self.anchor
        opened = False
        for child in node.iter():
            if dropped(child):
                continue
            if child.tag == "div":  # HTML allows div as a group of dt and dd
                self.definitions(child, depth + 1)
            elif child.tag == "dt" and child.attributes.get("id"):
                self.open_section(_TERM_LEVEL, child)
                opened = True
            elif child.tag == "dt":
                self.add("text", _inline([child]))
            else:
                self.read(child, depth + 1)
        if opened:
            self.close_section()
            self.path, self.anchor = before, anchor


def _holds_blocks(node: LexborNode) -> bool:
    return any(
        child.tag not in _INLINE and not child.tag.startswith(("-", "_", "!")) and child.tag not in _DROPPED
        for child in node.traverse(include_text=False)
        if child.tag and child.mem_id != node.mem_id
    )


def _split_item(item: LexborNode) -> tuple[list[LexborNode], list[LexborNode]]:
    """Return an item's own content, and the lists, tables and code that stand inside it."""
    own: list[LexborNode] = []
    nested: list[LexborNode] = []
    for child in item.iter(include_text=True):
        if child.tag in ("ul", "ol", "pre", "table", "dl"):
            nested.append(child)
        elif child.tag == "div" and (inner := child.css_first("pre, table, ul, ol")) is not None:
            nested.append(inner)
        else:
            own.append(child)
    return own, nested


def _inline(nodes: list[LexborNode]) -> _Inline:
    text: list[str] = []
    markdown: list[str] = []
    sources: list[Source] = []
    for node in nodes:
        for kind, piece in _pieces(node, 0):
            if isinstance(piece, Source):
                sources.append(replace(piece, at=len(visible("".join(text)))))
                continue
            if kind != "mark":
                text.append(piece)
            markdown.append(piece if kind in ("mark", "code") else _escaped(piece))
    plain = visible("".join(text))
    return _Inline(plain, _tidy_marks(visible("".join(markdown))), tuple(sources))


def _pieces(node: LexborNode, depth: int) -> Iterator[tuple[str, str | Source]]:
    """Yield (text, …), (code, …), (mark, …) and (source, …) pieces of inline content in order."""
    if node.tag == "-text":
        yield "text", node.text_content or ""
        return
    if node.tag.startswith(("-", "_", "!")) or dropped(node):
        return
    if key := node.attributes.get("data-source"):
        year = node.attributes.get("data-year") or ""
        yield "source", Source(key, node.attributes.get("data-kind") or "", int(year) if year.isdigit() else None)
    if _is_permalink(node):
        return
    if depth > _MAXIMUM_DEPTH:
        yield "text", node.text()
        return
    if node.tag == "br":
        yield "text", " "
        return
    mark = {"strong": "**", "b": "**", "code": "`", "kbd": "`", "samp": "`", "tt": "`"}.get(node.tag, "")
    if mark == "`":
        code = node.text()
        if "`" in code or not code.strip():
            yield "text", code
        else:
            yield from (("mark", "`"), ("code", code), ("mark", "`"))
        return
    separate = node.tag not in _INLINE
    if separate:
        yield "text", " "
    if mark:
        yield "mark", mark
    for child in node.iter(include_text=True):
        yield from _pieces(child, depth + 1)
    if mark:
        yield "mark", mark
    if separate:
        yield "text", " "


def _escaped(text: str) -> str:
    """Escape what our inline Markdown, or a stranger's renderer, would take for markup."""
    return re.sub(r"([\\`*]|<(?=[A-Za-z/!]))", r"\\\1", text)


def _tidy_marks(markdown: str) -> str:
    """Move white space out of bold runs and drop empty ones: `** a**` is no bold text."""
    pieces = re.split(r"(?<!\\)\*\*", markdown)
    if len(pieces) % 2 == 0:
        return "".join(pieces)
    for place in range(1, len(pieces), 2):
        inner = pieces[place]
        if not inner.strip():
            pieces[place] = inner
            continue
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        pieces[place] = f"{before}**{inner.strip()}**{after}"
    return visible("".join(pieces))


def _is_permalink(node: LexborNode) -> bool:
    """A link to the heading that it stands in, shown as a sign: ¶, #, a picture or nothing."""
    if node.tag != "a" or "#" not in (node.attributes.get("href") or ""):
        return False
    return not any(character.isalnum() for character in node.text())


def _anchor(heading: LexborNode) -> str:
    """Return the id by which a heading is reached: its own, one inside it, or that of the section it opens."""
    if own := heading.attributes.get("id"):
        return own
    for inner in heading.css("[id], a[name]"):
        if found := inner.attributes.get("id") or inner.attributes.get("name"):
            return found
    element = heading
    for _ in range(3):
        parent = element.parent
        if parent is None or parent.tag in ("body", "main", "article", "html"):
            break
        if not _opens(parent, element):
            break
        if found := parent.attributes.get("id"):
            return found
        element = parent
    before = heading.prev
    while before is not None and before.tag == "-text" and not (before.text_content or "").strip():
        before = before.prev
    if before is not None and before.tag in ("a", "span", "div") and not before.text().strip():
        return before.attributes.get("id") or before.attributes.get("name") or ""
    return ""


def _opens(parent: LexborNode, element: LexborNode) -> bool:
    """Say whether `element` is the first thing with text inside `parent`."""
    for child in parent.iter(include_text=True):
        if child.mem_id == element.mem_id:
            return True
        if child.tag == "-text" and not (child.text_content or "").strip():
            continue
        if child.tag in ("span", "a") and not child.text().strip():
            continue
        return False
    return False
