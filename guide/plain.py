"""A page as plain Markdown, for agents and for a reader's clipboard: what the site's generator adds is resolved.

Pure apart from `read_figure`; read by guide.publish. Front matter, attribute lists and layout elements go, `[@key]`
becomes a footnote with its source, a drawing becomes its words, and links lead on from where the copy will stand.
Code is left as it is.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from guide.sources import CITATION, MARKS, Source, cited_keys, described

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_FIGURE = re.compile(
    r'<figure\b[^>]*>\s*--8<--\s*"(?P<file>[^"]+)"\s*(?:<figcaption>(?P<caption>.*?)</figcaption>\s*)?</figure>', re.DOTALL
)
_SNIPPET = re.compile(r'^--8<--\s*"(?P<file>[^"]+)"\s*$', re.MULTILINE)
_LEFT_OUT = re.compile(r"^<(?P<tag>\w+)\b[^>\n]*\bdata-search-exclude\b[^>\n]*>.*?^</(?P=tag)>[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_LAYOUT = re.compile(r"^[ \t]*</?(?:div|section|figure|p)\b[^>\n]*>[ \t]*$\n?", re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_HEADING_ATTRIBUTES = re.compile(r"^(#{1,6} .*?)[ \t]*\{[^{}\n]*\}[ \t]*$", re.MULTILINE)
_ATTRIBUTES = re.compile(r"(?<=[)\]*])\{[:#. ][^{}\n]*\}")
_LINK = re.compile(r"(?P<open>\]\(\s*)(?P<target>[^)\s]+)")
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_CITED = re.compile(r"[ \t]*" + CITATION.pattern)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in words."""

    title: str
    description: str


def plain_markdown(
    body: str, *, sources: Mapping[str, Source], link: Callable[[str], str], figure: Callable[[str], Figure], note: str = ""
) -> str:
    """Return the body of a page as Markdown that any reader of Markdown understands.

    Args:
        body: The page below its front matter.
        sources: Cited works by key; an unknown key is left out.
        link: From a relative link as the page has it to one that works where the copy stands.
        figure: From a drawing's file name to its words.
        note: Put before footnote numbers, so that several pages fit into one file.
    """
    numbers: dict[str, int] = {}

    def text(markdown: str) -> str:
        markdown = _FIGURE.sub(lambda found: _quoted(figure(found["file"]), found["caption"]), markdown)
        markdown = _SNIPPET.sub(lambda found: _quoted(figure(found["file"])), markdown)
        markdown = _COMMENT.sub("", _LAYOUT.sub("", _LEFT_OUT.sub("", markdown)))
        markdown = _HEADING_ATTRIBUTES.sub(r"\1", markdown)
        return _outside(_CODE, markdown, prose)

    def prose(markdown: str) -> str:
        markdown = _ATTRIBUTES.sub("", markdown)
        markdown = _LINK.sub(
            lambda found: found["open"] + (found["target"] if _ELSEWHERE.match(found["target"]) else link(found["target"])), markdown
        )
        return _CITED.sub(lambda found: _citation(found[0], sources, numbers, note), markdown)

    written = re.sub(r"\n{3,}", "\n\n", _outside(_FENCE, body, text)).strip()
    if "\n[all-sources]" in written:
        written = written.replace("\n[all-sources]", "\n" + "\n".join(f"- {entry(source)}" for source in _by_title(sources)))
    if numbers:
        notes = "\n".join(f"[^{note}{number}]: {entry(sources[key])}" for key, number in numbers.items())
        written += f"\n\n## Sources\n\n{notes}"
    return written + "\n"


def read_figure(svg: Path) -> Figure:
    """Return the title and the description that an SVG file carries; empty where it has none."""
    drawing = svg.read_text("utf-8") if svg.is_file() else ""
    return Figure(_element(drawing, "title"), _element(drawing, "desc"))


def entry(source: Source) -> str:
    """Return one source as Markdown."""
    title = f"[{source.title}]({source.link})" if source.link else source.title
    return f"{title}. {described(source)}"


def _outside(code: re.Pattern[str], markdown: str, change: Callable[[str], str]) -> str:
    parts, end = [], 0
    for found in code.finditer(markdown):
        parts += [change(markdown[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(markdown[end:])])


def _citation(found: str, sources: Mapping[str, Source], numbers: dict[str, int], note: str) -> str:
    keys = cited_keys(found)
    notes = "".join(f"[^{note}{numbers.setdefault(key, len(numbers) + 1)}]" for key in keys if key in sources)
    marks = ", ".join(MARKS[key] for key in keys if key in MARKS)
    return notes + (f" ({marks})" if marks else "")


def _quoted(figure: Figure, caption: str | None = None) -> str:
    words = [f"**Figure: {figure.title}.** {figure.description}".strip(), *([caption.strip()] if caption else [])]
    return "\n>\n".join(f"> {paragraph}" for paragraph in words)


def _element(drawing: str, name: str) -> str:
    found = re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", drawing, re.DOTALL)
    return " ".join(html.unescape(found[1]).split()).rstrip("." if name == "title" else "") if found else ""


def _by_title(sources: Mapping[str, Source]) -> list[Source]:
    return sorted(sources.values(), key=lambda source: source.title.lower())
