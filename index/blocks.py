"""The main content of one HTML page becomes sections of blocks.

Fed by index.pages, read by index.passages. Pure: a parsed tree in, values out. Works on any static site: it knows
HTML's elements, and of the generators only how they mark a heading's permalink.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode

from index.model import Block, BlockKind, Section, Source
from index.text import escaped, visible, without_invisible

_LISTS = ("ul", "ol", "menu")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_STANDING_ALONE = (*_LISTS, "pre", "table", "dl")
_TERM_LEVEL = 6
"""A definition term with an id (API entry, glossary term) is a heading below any heading; one inside another, below that."""
_DROPPED = frozenset(
    "script style template noscript svg math nav footer form button input select textarea label iframe object embed "
    "dialog audio video canvas img picture".split()
)
_DROPPED_ROLES = frozenset({"navigation", "search", "banner", "contentinfo", "doc-toc", "menu", "tablist"})
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd mark nobr output q rb rp rt rtc ruby s samp slot "
    "small span strike strong sub sup time tt u var wbr".split()
)
_CODE = ("code", "kbd", "samp", "tt")
_LINE_NUMBERS = frozenset({"linenos", "linenodiv", "lineno"})
"""Classes by which Pygments marks the numbers beside code: no part of it."""
_HIDING_STYLE = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|(?:opacity|font-size):0+(?:\.0*)?(?:[a-z]+|%)?(?=$|[;!]))"
)
_BOLD = "\ufdd0"
"""Stands for `**` until a text is whole: a noncharacter, which no page's text holds after `without_invisible`."""
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
    return tuple(Block("text", paragraph, escaped(paragraph), number) for number, paragraph in enumerate(paragraphs, 1) if paragraph)


def heading_text(node: LexborNode) -> str:
    """Return a heading's text without its permalink; empty if a reader sees none."""
    return _inline([node]).text


def dropped(node: LexborNode) -> bool:
    """Say whether a reader never sees this element as part of the page's text."""
    if node.tag in _DROPPED:
        return True
    attributes = node.attributes
    if not attributes:
        return False
    return (
        attributes.get("role") in _DROPPED_ROLES
        or hidden(node)
        or ("data-search-exclude" in attributes and node.tag not in _HEADINGS)
        or not _LINE_NUMBERS.isdisjoint((attributes.get("class") or "").split())
    )


def hidden(node: LexborNode) -> bool:
    """Say whether an element's own attributes keep it from every reader's sight."""
    attributes = node.attributes
    style = re.sub(r"/\*.*?\*/|\s+", "", attributes.get("style") or "").lower()
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or _HIDING_STYLE.search(style) is not None


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
        self.terms = 0
        self.excluded_below: int | None = None

    def read(self, node: LexborNode, depth: int) -> None:
        if depth > _MAXIMUM_DEPTH:
            text = visible(_plain(node, " "))
            self.add("text", _Inline(text, escaped(text)))
            return
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                self.loose.append(child)
            elif _no_element(child) or dropped(child):
                continue
            elif _is_inline(child) and not _holds_blocks(child):
                self.loose.append(child)
            else:
                self.flush_loose()
                self.element(child, depth)
        self.flush_loose()

    def element(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if depth > _MAXIMUM_DEPTH:
            self.read(node, depth)
        elif tag in _HEADINGS:
            self.open_section(_HEADINGS[tag], node)
        elif tag == "pre":
            self.code(node)
        elif tag in _LISTS:
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

    def add(self, kind: BlockKind, found: _Inline, *, group: int = 0, label: str = "", depth: int = 0, find: str = "") -> None:
        if not found.text or not any(character.isalnum() for character in found.text):
            return
        if not group:
            self.groups += 1
        block = Block(kind, found.text, found.markdown, group or self.groups, label, depth, find, found.sources)
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
        lines = without_invisible(_plain(node, "\n")).expandtabs(4).strip("\n").splitlines()
        text = "\n".join(line.rstrip() for line in lines)
        if text.strip():
            self.groups += 1
            self.blocks.append(Block("code", text, text, self.groups))

    def items(self, node: LexborNode, group: int, depth: int, tree_depth: int) -> None:
        number = _whole(node.attributes.get("start"), 1)
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                self.add("text", _inline([child]))
            elif _no_element(child) or dropped(child):
                continue
            elif child.tag == "li":
                number = _whole(child.attributes.get("value"), number)
                self.item(child, group, f"{number}." if node.tag == "ol" else "", depth, tree_depth)
                number += 1
            else:  # browsers show what stands in a list without an item
                self.nested(child, group, depth, tree_depth)

    def item(self, node: LexborNode, group: int, label: str, depth: int, tree_depth: int) -> None:
        opened = False
        for part in _item_parts(node):
            if isinstance(part, LexborNode):
                self.nested(part, group, depth, tree_depth)
            elif (found := _inline(part)).text and not opened:
                self.add("item", found, group=group, label=label, depth=depth, find=_longest_part(part))
                opened = True
            else:  # it goes on below a list or code: one quote of both would not stand on the page
                self.add("text", found)

    def nested(self, node: LexborNode, group: int, depth: int, tree_depth: int) -> None:
        if node.tag in _LISTS and tree_depth < _MAXIMUM_DEPTH:
            self.items(node, group, depth + 1, tree_depth + 1)
        else:
            self.element(node, tree_depth + 1)

    def table(self, node: LexborNode, depth: int) -> None:
        for caption in node.iter():
            if caption.tag == "caption" and not dropped(caption):
                self.read(caption, depth + 1)
        if node.css_first("pre, table table") or node.attributes.get("role") == "presentation":
            for row in _rows(node):
                for cell in _cells(row):
                    self.read(cell, depth + 1)
            return
        self.groups += 1
        group = self.groups
        for place, row in enumerate(_rows(node)):
            cells = _cells(row)
            parts = [_inline([cell]) for cell in cells]
            texts = [part.text for part in parts if part.text]
            if not texts:
                continue
            header = place == 0 and (row.parent is not None and row.parent.tag == "thead" or all(cell.tag == "th" for cell in cells))
            sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
            markdown = " | ".join(part.markdown.replace("|", r"\|") for part in parts)
            self.blocks.append(Block("row", " ".join(texts), markdown, group, "header" if header else "", 0, max(texts, key=len), sources))

    def definitions(self, node: LexborNode, depth: int) -> None:
        before, anchor = list(self.path), self.anchor
        opened = False
        self.terms += 1
        for child in _definition_parts(node):
            if dropped(child):
                continue
            if child.tag == "dt" and child.attributes.get("id"):
                self.open_section(_TERM_LEVEL + self.terms, child)
                opened = True
            elif child.tag == "dt":
                self.add("text", _inline([child]))
            elif child.tag == "dd":
                self.read(child, depth + 1)
            else:
                self.element(child, depth + 1)
        self.terms -= 1
        if opened:
            self.close_section()
            self.path, self.anchor = before, anchor


def _no_element(node: LexborNode) -> bool:
    """Say whether a node is a comment or another thing that is neither element nor text."""
    return node.tag is None or node.tag.startswith(("-", "_", "!"))


def _is_inline(node: LexborNode) -> bool:
    return node.tag in _INLINE or "-" in (node.tag or "")  # a custom element is inline unless CSS says otherwise


def _holds_blocks(node: LexborNode) -> bool:
    waiting = list(node.iter())
    while waiting:
        child = waiting.pop()
        if _no_element(child) or dropped(child):
            continue
        if not _is_inline(child):
            return True
        waiting.extend(child.iter())
    return False


def _item_parts(item: LexborNode) -> Iterator[list[LexborNode] | LexborNode]:
    """Yield what an item holds, in order: runs of its own content, and the lists, tables and code that stand inside it."""
    own: list[LexborNode] = []
    for child in item.iter(include_text=True):
        if child.tag == "-text":
            own.append(child)
        elif _no_element(child) or dropped(child):
            continue
        elif child.tag in _STANDING_ALONE or child.css_first(", ".join(_STANDING_ALONE)) is not None:
            yield own
            yield _unwrapped(child)
            own = []
        else:
            own.append(child)
    yield own


def _unwrapped(node: LexborNode) -> LexborNode:
    """Return the only thing inside a `div`, or inside a `div` in it, if there is just one."""
    while node.tag == "div":
        inside = [child for child in node.iter(include_text=True) if child.tag != "-text" or (child.text_content or "").strip()]
        if len(inside) != 1 or _no_element(inside[0]) or dropped(inside[0]):
            break
        node = inside[0]
    return node


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """Yield a table's own rows, not those of a table inside it."""
    for child in table.iter():
        if child.tag in ("thead", "tbody", "tfoot") and not dropped(child):
            yield from _rows(child)
        elif child.tag == "tr" and not dropped(child):
            yield child


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th") and not dropped(cell)]


def _definition_parts(node: LexborNode) -> Iterator[LexborNode]:
    for child in node.iter():
        if child.tag == "div" and not dropped(child):  # HTML allows div as a group of dt and dd
            yield from (part for part in child.iter() if not _no_element(part))
        elif not _no_element(child):
            yield child


def _plain(node: LexborNode, separator: str) -> str:
    """Return an element's text without what a reader doesn't see, blocks and line breaks parted; for any depth of nesting."""
    parts: list[str] = []
    waiting: list[LexborNode | str] = list(reversed(list(node.iter(include_text=True))))
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            if parts and not parts[-1].endswith(separator):
                parts.append(separator)
        elif current.tag == "-text":
            parts.append(current.text_content or "")
        elif current.tag == "br":
            parts.append(separator)
        elif not (_no_element(current) or dropped(current) or _is_permalink(current)):
            edge = [] if _is_inline(current) else [separator]
            waiting += [*edge, *reversed(list(current.iter(include_text=True))), *edge]
    return "".join(parts)


def _whole(number: str | None, otherwise: int) -> int:
    return int(number) if number and re.fullmatch(r"[0-9]{1,9}", number) else otherwise


def _longest_part(nodes: list[LexborNode]) -> str:
    """Return the longest paragraph of an item that has several; empty for an item of one piece."""
    parts = [_inline([node]).text for node in nodes if (node.tag or "") not in _INLINE and node.tag != "-text"]
    return max(parts, key=len) if len(parts) > 1 else ""


def _inline(nodes: list[LexborNode]) -> _Inline:
    text: list[str] = []
    markdown: list[str] = []
    sources: list[Source] = []
    for node in nodes:
        for kind, piece in _pieces(node, 0):
            if isinstance(piece, Source):
                sources.append(replace(piece, at=len(visible("".join(text)))))
            elif kind == "mark":
                markdown.append(piece)
            else:
                text.append(piece)
                seen = without_invisible(piece)
                markdown.append(seen if kind == "code" else escaped(seen))
    return _Inline(visible("".join(text)), _tidy_marks("".join(markdown)), tuple(sources))


def _pieces(node: LexborNode, depth: int) -> Iterator[tuple[str, str | Source]]:
    """Yield (text, …), (code, …), (mark, …) and (source, …) pieces of inline content in order."""
    if node.tag == "-text":
        yield "text", node.text_content or ""
        return
    if _no_element(node) or dropped(node):
        return
    if key := node.attributes.get("data-source"):
        yield "source", Source(key, node.attributes.get("data-kind") or "", _whole(node.attributes.get("data-year"), 0) or None)
    if _is_permalink(node):
        return
    if node.tag in _CODE:
        yield from _code_pieces(_plain(node, " "))
        return
    if node.tag == "br" or depth > _MAXIMUM_DEPTH:
        yield "text", _plain(node, " ") or " "
        return
    edge: tuple[tuple[str, str], ...] = () if _is_inline(node) else (("text", " "),)
    mark: tuple[tuple[str, str], ...] = (("mark", _BOLD),) if node.tag in ("strong", "b") else ()
    yield from (*edge, *mark)
    for child in node.iter(include_text=True):
        yield from _pieces(child, depth + 1)
    yield from (*mark, *edge)


def _code_pieces(code: str) -> Iterator[tuple[str, str]]:
    if "`" in code or not code.strip():
        yield "text", code
    else:
        yield from (("mark", "`"), ("code", code), ("mark", "`"))


def _tidy_marks(markdown: str) -> str:
    """Write bold runs with `**`, white space moved out of them (`** a**` is no bold text), and drop empty ones."""
    pieces = " ".join(markdown.split()).split(_BOLD)
    if len(pieces) % 2 == 0:
        return visible("".join(pieces))
    for place in range(1, len(pieces), 2):
        inner = pieces[place]
        if inner.strip():
            before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
            pieces[place] = f"{before}**{inner.strip()}**{after}"
    return visible("".join(pieces))


def _is_permalink(node: LexborNode) -> bool:
    """A link to the heading that it stands in, shown as a sign (¶, #, a picture or nothing), or Sphinx's link to the source."""
    if node.tag != "a" or "#" not in (node.attributes.get("href") or ""):
        return False
    text = node.text()
    return text.strip() in ("[source]", "[docs]") or not any(character.isalnum() for character in text)


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
