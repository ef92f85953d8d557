"""What a page must not hold, because page text is code: checked before a build, and once more in what was built.

Markup in a title runs on every page through the navigation; event handlers, scripts and `javascript:` links run where
they stand; `<base>` moves later assets elsewhere. Pages that would stop or stall the generator are named here too.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from guide.pages import SourcePage, read_source_page
from guide.problems import PageProblem

_MAXIMUM_HEADINGS = 2_000
_MAXIMUM_INDENT = 120
"""Columns: some thirty nested lists. MkDocs' parser recurses and stops the whole build far below 300."""
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
_URL_ATTRIBUTES = ("href", "src", "action", "formaction", "xlink:href", "data")


def check_pages(docs: Path) -> list[PageProblem]:
    """Return what would make the site unsafe or stop its build, for every Markdown page below `docs`."""
    problems: list[PageProblem] = []
    for path in sorted(docs.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(docs.resolve()):
            problems.append(PageProblem(path, 1, "is a link to a place outside the pages' folder"))
        elif path.suffix == ".md" and path.is_file():
            try:
                page = read_source_page(path)
            except (PageProblem, RecursionError) as problem:
                problems.append(problem if isinstance(problem, PageProblem) else PageProblem(path, 1, "is nested too deep"))
                continue
            problems += [PageProblem(path, line, message) for line, message in _page_faults(page)]
    return problems


def check_built(site: Path) -> list[PageProblem]:
    """Return what still runs in the built pages, whichever way it came in: line 0, since the page was generated."""
    problems: list[PageProblem] = []
    for path in sorted(site.rglob("*.html")):
        tree = LexborHTMLParser(path.read_bytes())
        faults = {fault for node in tree.css("*") if (fault := _element_fault(node.tag or "", node.attributes))}
        if tree.css_first("article script[src], article script:not([type])"):
            faults.add("a script inside the text")
        problems += [
            PageProblem(path, 0, f"the built page holds {fault}; look for it in the pages' text and titles") for fault in sorted(faults)
        ]
    return problems


def _page_faults(page: SourcePage) -> Iterator[tuple[int, str]]:
    lines = page.path.read_text("utf-8-sig").splitlines()
    for name in ("title", "subtitle", "icon", "status"):
        if _MARKUP.search(str(page.meta.get(name) or "")):
            yield _line_of(lines, name), f"markup in the front matter's `{name}`; titles are plain text"
    if "template" in page.meta:
        yield _line_of(lines, "template"), "`template` in the front matter; pages don't choose templates"
    if len(page.sections) > _MAXIMUM_HEADINGS:
        yield page.first_line, f"{len(page.sections)} headings; at most {_MAXIMUM_HEADINGS} a page"
    for number, line in enumerate(page.body.splitlines(), page.first_line):
        if re.match(rf"\s{{{_MAXIMUM_INDENT}}}\s*([-*+]|\d+[.)])\s", line):
            yield number, "a list nested too deep for the site's generator"
            break
    titles = (section for section in page.sections if section.level == 1)
    for section in titles:
        if _MARKUP.search(section.title):
            yield section.line, "markup in the page's title; titles are plain text"
    text = _without_code(page)
    for pattern, fault in _FAULTS:
        for found in pattern.finditer(text):
            yield page.first_line + text.count("\n", 0, found.end() - 1), f"{fault}: '{found[0].strip()[:60]}'"


def _without_code(page: SourcePage) -> str:
    """Return the body with code blanked out, line breaks kept: code is shown, not run."""
    lines = page.body.splitlines()
    for section in page.sections:
        for block in section.blocks:
            if block.kind == "code":
                start = block.line - page.first_line
                for place in range(start, start + block.text.count("\n") + 1):
                    lines[place] = ""
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", lambda code: re.sub(r"[^\n]", " ", code[0]), "\n".join(lines), flags=re.DOTALL)


def _line_of(lines: list[str], name: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*[\"']?{name}[\"']?\s*:", line)), 1)


def _element_fault(tag: str, attributes: dict[str, str | None]) -> str:
    if tag == "base":
        return "a `<base>` element"
    for name, value in attributes.items():
        if name.startswith("on"):
            return f"an event handler (`{name}` on `{tag}`)"
        if (
            name in _URL_ATTRIBUTES
            and value != _THEME_LINK
            and re.match(r"[\s\x00-\x1f]*(javascript|vbscript)\s*:", value or "", re.IGNORECASE)
        ):
            return f"a script link (`{name}` on `{tag}`)"
    return ""
