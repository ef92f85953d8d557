"""References: `[@key]` in Markdown becomes a numbered reference, and the page ends with its sources.

A Python-Markdown extension, so that MkDocs and Zensical render the same. It also turns abbreviations of the
glossary into hover texts, and the line `[all-sources]` into the list of every source with the pages that cite it.
The attributes `data-source`, `data-kind` and `data-year` carry the grade of the evidence into the built page, where
the index reads it. Numbers and marks are attributes that CSS shows, not text: so a sentence of the page stays one
uninterrupted text that a citation can quote and a text fragment can find.
"""

import logging
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from guide.sources import CITATION, MARKS, Source, cited_keys, described, read_sources

log = logging.getLogger("mkdocs.references")  # a warning below "mkdocs" fails `mkdocs build --strict`

_GLOSSARY_HEADING = re.compile(r"^#{2,4} (?P<name>.+?) \((?P<short>(?=[^)]*[A-Z][^)]*[A-Z])[\w/&-]{2,12})\)\s*(?:\{.*\})?$", re.M)
_EXCLUDED = re.compile(r"(<\w[^<>]*\bdata-search-exclude\b(?:=\"[^\"]*\")?)")

UNSEARCHED = "data-unsearched"
"""Stands beside `data-search-exclude` in what both generators make."""


class References(Extension):
    """Python-Markdown extension `guide.references`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "docs": ["docs", "Folder of the pages; where `sources.yml` stands."],
            "glossary": ["foundations/glossary.md", "Page whose headings define abbreviations, below `docs`."],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        docs = Path(self.getConfig("docs"))
        self.numbers: dict[str, int] = {}
        md.registerExtension(self)
        sources = read_sources(docs / "sources.yml")
        md.inlinePatterns.register(_Citation(r"\s*" + CITATION.pattern, md, sources, self.numbers), "guide-citation", 175)
        md.treeprocessors.register(_SourceList(md, docs, sources, self.numbers), "guide-sources", 15)
        md.postprocessors.register(_Unsearched(md), "guide-unsearched", 0)
        AbbrExtension(glossary=abbreviations(docs / self.getConfig("glossary"))).extendMarkdown(md)

    def reset(self) -> None:
        self.numbers.clear()


def makeExtension(**options: Any) -> References:  # noqa: N802 - Python-Markdown's name
    """Entry point of Python-Markdown."""
    return References(**options)


def abbreviations(glossary: Path) -> dict[str, str]:
    """Return abbreviation → long name for each glossary heading of the form `Long name (ABBR)`."""
    if not glossary.exists():
        return {}
    return {found["short"]: found["name"] for found in _GLOSSARY_HEADING.finditer(glossary.read_text("utf-8"))}


def pages_citing(docs: Path) -> dict[str, list[Path]]:
    """Return key → pages below `docs` that cite it, in path order."""
    citing: dict[str, list[Path]] = {}
    for page in sorted(docs.rglob("*.md")):
        for key in dict.fromkeys(cited_keys(page.read_text("utf-8", errors="replace"))):
            citing.setdefault(key, []).append(page)
    return citing


class _Citation(InlineProcessor):
    # the pattern takes white space before the bracket along: a reference follows its word without a gap

    def __init__(self, pattern: str, md: Markdown, sources: dict[str, Source], numbers: dict[str, int]) -> None:
        super().__init__(pattern, md)
        self.sources, self.numbers = sources, numbers

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # type: ignore[override]  # noqa: N802
        marks = ET.Element("sup", {"class": "ref"})
        for key in cited_keys(m[0]):
            if key in MARKS:
                shown = {"class": "ref-mark", "data-mark": key, "data-label": MARKS[key]}
                ET.SubElement(marks, "span", {**shown, "data-source": key, "data-kind": key})
            elif source := self.sources.get(key):
                number = self.numbers.setdefault(key, len(self.numbers) + 1)
                link = ET.SubElement(marks, "a", {"href": f"#source-{key}", **_grade(key, source)})
                link.set("data-number", str(number))
                link.set("title", f"{source.title}; {source.publisher}" + (f", {source.year}" if source.year else ""))
                link.set("aria-label", f"Source {number}: {source.title}")
            else:
                log.warning("A page cites the unknown source '@%s'; add it to sources.yml or mend the key.", key)
        return marks, m.start(0), m.end(0)


class _Unsearched(Postprocessor):
    # Zensical's search takes `data-search-exclude` out of the page; the index needs it, so guide.publish restores it from this

    def run(self, text: str) -> str:
        return _EXCLUDED.sub(rf"\1 {UNSEARCHED}", text)


class _SourceList(Treeprocessor):
    def __init__(self, md: Markdown, docs: Path, sources: dict[str, Source], numbers: dict[str, int]) -> None:
        super().__init__(md)
        self.docs, self.sources, self.numbers = docs, sources, numbers

    def run(self, root: ET.Element) -> None:
        if self.numbers:
            heading = ET.SubElement(root, "h2", {"id": "sources", "data-search-exclude": ""})
            heading.text = "Sources"
            listed = ET.SubElement(root, "ol", {"class": "sources", "data-search-exclude": ""})
            for key in self.numbers:
                _entry(listed, key, self.sources[key])
        for place, element in enumerate(list(root)):
            if element.tag == "p" and (element.text or "").strip() == "[all-sources]":
                root[place] = self._every_source()

    def _every_source(self) -> ET.Element:
        citing = pages_citing(self.docs)
        # titles of papers are no statements of the guide: the assistant must not quote them as such
        listed = ET.Element("ul", {"class": "sources", "data-search-exclude": ""})
        for key, source in sorted(self.sources.items(), key=lambda entry: entry[1].title.lower()):
            entry = _entry(listed, key, source)
            if pages := citing.get(key):
                used = ET.SubElement(entry, "span", {"class": "source-pages"})
                used.text = " Cited in: "
                for number, page in enumerate(pages):
                    # from about/sources.md; MkDocs and Zensical turn links to .md files into page addresses
                    link = ET.SubElement(used, "a", {"href": os.path.relpath(page, self.docs / "about")})
                    link.text = page.relative_to(self.docs).with_suffix("").as_posix()
                    link.tail = ", " if number < len(pages) - 1 else "."
        return listed


def _grade(key: str, source: Source) -> dict[str, str]:
    grade = {"data-source": key, "data-kind": source.kind}
    return grade | ({"data-year": str(source.year)} if source.year else {})


def _entry(parent: ET.Element, key: str, source: Source) -> ET.Element:
    entry = ET.SubElement(parent, "li", {"id": f"source-{key}"})
    title = ET.SubElement(entry, "a", {"href": str(source.link)}) if source.link else ET.SubElement(entry, "span")
    title.text = AtomicString(source.title)
    title.tail = AtomicString(f". {described(source)}")
    return entry
