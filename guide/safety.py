"""What a page must not hold, because page text is code: checked before a build, and once more in what was built.

Markup in a title runs on every page through the navigation; event handlers, scripts and `javascript:` links run where
they stand; `<base>` moves later assets elsewhere. Pages that would stop or stall the generator are named here too.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from guide.moved import SCRIPT
from guide.pages import SourcePage, read_source_page
from guide.problems import PageProblem

_MAXIMUM_HEADINGS = 2_000
_MAXIMUM_INDENT = 120
"""Columns: some thirty nested lists. MkDocs' parser recurses and stops the whole build far below 300."""
_MAXIMUM_MARKERS = 100
"""List markers at the start of one line, each of which nests one list deeper."""
_PAGE_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkdn", ".mkd"})
"""What MkDocs takes for a page."""
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_TAG = r"<[a-zA-Z][^<>]*?"
_FAULTS = (
    (re.compile(_TAG + r"[\s\"'/]on[a-z]+\s*=", re.IGNORECASE), "an event-handler attribute"),
    (re.compile(r"\{[^{}\n]*\bon[a-z]+\s*=[^{}\n]*\}", re.IGNORECASE), "an event-handler attribute"),
    (re.compile(r"<\s*script\b", re.IGNORECASE), "a script"),
    (re.compile(r"<\s*(base|iframe|object|embed|meta|link|frame|frameset)\b", re.IGNORECASE), "an element that loads or redirects"),
    (
        re.compile(
            r"(\]\(\s*<?|\]:\s*<?|(href|src|action|formaction|data)\s*=\s*[\"']?)\s*(javascript|vbscript|data:text/html)[\s:]*", re.I
        ),
        "a script link",
    ),
)
_THEME_LINK = "javascript:void(0)"
"""Runs nothing; Material's button for sharing a search is made so."""
_URL_ATTRIBUTES = ("href", "src", "action", "formaction", "xlink:href", "data", "to", "from", "by", "values")
"""The last four are those by which SVG's animations set another attribute."""
_SCRIPT_LINK = re.compile(r"(javascript|vbscript|data:text/html)[:;,]?", re.IGNORECASE)
_NOT_IN_TEXT = frozenset("script iframe object embed frame frameset applet link meta style".split())
_DATA = ("application/json", "application/ld+json")


def check_pages(docs: Path) -> list[PageProblem]:
    """Return what would make the site unsafe or stop its build, for every Markdown page below `docs`."""
    problems: list[PageProblem] = []
    for path in sorted(docs.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(docs.resolve()):
            problems.append(PageProblem(path, 1, "is a link to a place outside the pages' folder"))
        elif path.suffix.lower() in _PAGE_SUFFIXES and path.is_file():
            try:
                page = read_source_page(path)
            except (PageProblem, RecursionError) as problem:
                problems.append(problem if isinstance(problem, PageProblem) else PageProblem(path, 1, "is nested too deep"))
                continue
            problems += [PageProblem(path, line, message) for line, message in _page_faults(page)]
    return problems


def check_built(site: Path) -> list[PageProblem]:
    """Return what still runs in the built pages, whichever way it came in: line 0, since the page was generated."""
    faults: list[tuple[Path, str]] = []
    scripts: dict[Path, set[str]] = {}
    for path in sorted(site.rglob("*.html")):
        tree = LexborHTMLParser(path.read_bytes())
        found = {fault for node in tree.css("*") if (fault := _element_fault(node.tag or "", node.attributes))}
        found |= {f"a `<{node.tag}>` inside the text" for node in tree.css("article *") if node.tag in _NOT_IN_TEXT}
        faults += [(path, fault) for fault in found]
        held = {_script(node) for node in tree.css("script") if node.attributes.get("type") not in _DATA}
        if held != {SCRIPT}:  # a page that only leads on has that one alone
            scripts[path] = held
    # the theme's scripts stand in every page; one that doesn't came in by a page's title or text
    common = set.intersection(*scripts.values()) if scripts else set()
    faults += [(path, "a script of its own") for path, held in scripts.items() if held - common]
    return [
        PageProblem(path, 0, f"the built page holds {fault}; look for it in the pages' text and titles") for path, fault in sorted(faults)
    ]


def _script(node: LexborNode) -> str:
    """Return what a script runs, without what differs with the depth of its page."""
    source = (node.attributes.get("src") or "").rpartition("/")[2]
    return source + re.sub(r'"[./]*"', '""', node.text())


def _page_faults(page: SourcePage) -> Iterator[tuple[int, str]]:
    lines = page.path.read_text("utf-8-sig").splitlines()
    for name, value in page.meta.items():
        # themes put titles, descriptions, authors and tags into pages as they are
        if any(_holds_markup(text) for text in _texts(value, set())):
            yield _line_of(lines, str(name)), f"markup in the front matter's `{name}`; front matter is plain text"
    if "template" in page.meta:
        yield _line_of(lines, "template"), "`template` in the front matter; pages don't choose templates"
    if len(page.sections) > _MAXIMUM_HEADINGS:
        yield page.first_line, f"{len(page.sections)} headings; at most {_MAXIMUM_HEADINGS} a page"
    for number, line in enumerate(page.body.splitlines(), page.first_line):
        if re.match(rf"\s{{{_MAXIMUM_INDENT}}}\s*([-*+]|\d+[.)])\s|\s*(([-*+]|\d+[.)])\s+){{{_MAXIMUM_MARKERS}}}", line):
            yield number, "a list nested too deep for the site's generator"
            break
    titles = (section for section in page.sections if section.level == 1)
    for section in titles:
        if _holds_markup(section.title):
            yield section.line, "markup in the page's title; titles are plain text"
    text = _without_code(page)
    for pattern, fault in _FAULTS:
        for found in pattern.finditer(text):
            yield page.first_line + text.count("\n", 0, found.end() - 1), f"{fault}: '{found[0].strip()[:60]}'"


def _texts(value: object, seen: set[int]) -> Iterator[str]:
    """Yield the texts in a value of the front matter; YAML's references may lead in circles."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and id(value) not in seen:
        seen.add(id(value))
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(inner, seen)


def _holds_markup(text: str) -> bool:
    return _MARKUP.search(text) is not None or _MARKUP.search(html.unescape(text)) is not None  # a theme may unescape it


def _without_code(page: SourcePage) -> str:
    """Return the body with code blanked out, line breaks kept: code is shown, not run.

    Only what every Markdown takes for code: closed fences and, inside one paragraph, backticks. An indented block may
    be the text of a note.
    """
    lines = page.body.splitlines()
    for section in page.sections:
        for block in section.blocks:
            written = block.text.strip().splitlines()
            if block.kind == "code" and len(written) > 1 and re.fullmatch(r"`{3,}|~{3,}", written[-1].strip()):
                start = block.line - page.first_line
                for place in range(start, start + block.text.count("\n") + 1):
                    lines[place] = ""
    code = re.compile(r"(`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)\1(?!`)", re.DOTALL)
    return code.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), "\n".join(lines))


def _line_of(lines: list[str], name: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*[\"']?{name}[\"']?\s*:", line)), 1)


def _element_fault(tag: str, attributes: dict[str, str | None]) -> str:
    if tag == "base":
        return "a `<base>` element"
    if tag == "meta" and (attributes.get("http-equiv") or "").lower() == "refresh":
        return "a redirect"
    for name, value in attributes.items():
        if name.startswith("on"):
            return f"an event handler (`{name}` on `{tag}`)"
        # browsers pass over control characters and white space in a scheme
        if name in _URL_ATTRIBUTES and value != _THEME_LINK and _SCRIPT_LINK.match(re.sub(r"[\x00-\x20]", "", value or "")):
            return f"a script link (`{name}` on `{tag}`)"
    return ""
