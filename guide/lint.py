"""The editorial rules of `docs/about/contribute.md`, checked: run `python -m guide.lint [PAGE …]`.

Front matter, headings, first sentences, section length, image alternatives, source keys, the arithmetic of examples. Pure apart
from reading pages and data files. Sources that need another look are named, too, and are no fault of a page: time alone makes them.
Safety rules that stop a build stand in guide.safety; links and anchors are checked in the built site by the tests.
"""

import datetime
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from guide.arithmetic import DATA as EXAMPLES
from guide.arithmetic import read_examples, wrong_equations, wrong_figures
from guide.cases import DATA as CASES
from guide.cases import read_cases
from guide.changes import DATA as CHANGES
from guide.changes import read_changes
from guide.pages import Section, SourcePage, read_source_page
from guide.problems import PageProblem
from guide.sources import CITATION, MARKS, VOLATILE_DAYS, cited_keys, overdue, read_sources

ROLES = ("executive", "architect", "ml-engineer", "platform", "risk")
READ_NEXT = "Read next"
"""The closing list of links; not held to the rules of a section."""
LONG_FORM = "guide"
"""The default `kind:` of a page; `glossary`, `landing` and `reference` pages may have short sections."""
KINDS = (LONG_FORM, "glossary", "landing", "reference")
WORDS = range(60, 251)
PARENT_WORDS = 15
"""Least text of a section that only introduces its sub-sections, or of a short-form section."""
FIRST_SENTENCE_WORDS = 40

_POINTING = re.compile(
    r"(this|that|these|those|it|its|they|their|here|such|as (mentioned|we|noted|discussed|above)|the (above|following|former|latter))\b",
    re.I,
)
_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"”)*_]*\s+(?=[\"“(*_`\[]*[A-Z0-9])")
_BARE_TAG = re.compile(r"<\w+[^<>]*>")
"""An opening tag alone, such as the home page's `<div class="hero" markdown>`: layout, not text."""
_MIXED_LIST = re.compile(r"^\d+\. .*\n+(?=[-*+] )|^[-*+] .*\n+(?=\d+\. )|^[-*+] (?!\[).*\n+(?=[-*+] \[[ x]\] )", re.M)
_FILLER = re.compile(
    r"rapidly evolving|in today's|ever-changing|game.?changer|cutting.edge|unlock the|harness the power|delve|seamless(ly)?"
    r"|it is important to note|leverag(e|es|ing)\b",
    re.I,
)


def lint_page(page: SourcePage, *, sources: set[str]) -> list[PageProblem]:
    """Return what the page breaks, in line order; empty when it keeps every rule.

    Args:
        page: The parsed page.
        sources: The keys that `sources.yml` defines.
    """
    problems = [PageProblem(page.path, line, message) for line, message in _all_rules(page, sources)]
    return sorted(problems, key=lambda problem: problem.line)


def _all_rules(page: SourcePage, sources: set[str]) -> Iterator[tuple[int, str]]:
    yield from _front_matter(page)
    kind = page.meta.get("kind", LONG_FORM)
    titles = [section for section in page.sections if section.level == 1]
    if len(titles) != 1:
        yield page.first_line, f"has {len(titles)} first-level headings; a page has one"
    for section, following in zip(page.sections, [*page.sections[1:], None], strict=True):
        yield from _section(section, following, kind)
    for number, line in enumerate(page.body.splitlines(), page.first_line):
        yield from ((number, f"unknown source '@{key}'") for key in cited_keys(line) if key not in sources and key not in MARKS)
        yield from ((number, f"filler: '{found[0]}'") for found in _FILLER.finditer(line))
        yield from ((number, f"arithmetic: {wrong}") for wrong in wrong_equations(line))
        if re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=)", line):
            yield number, "an image has no text alternative"
    for found in _MIXED_LIST.finditer(page.body):
        yield (
            page.first_line + page.body[: found.end()].count("\n"),
            "two lists without a sentence between them are shown as one; say what the second is",
        )


def _front_matter(page: SourcePage) -> Iterator[tuple[int, str]]:
    meta = page.meta
    if not str(meta.get("title") or "").strip():
        yield 1, "front matter lacks `title`"
    if not 1 <= len(str(meta.get("description") or "")) <= 160:
        yield 1, "`description` must have 1 to 160 characters"
    if meta.get("kind", LONG_FORM) not in KINDS:
        yield 1, f"`kind` must be one of {', '.join(KINDS)}"
    tags = meta.get("tags") or []
    if not tags or any(tag not in ROLES for tag in tags):
        yield 1, f"`tags` must name one or more of {', '.join(ROLES)}"
    for name, least, most in (("questions", 3, 6), ("not_answered", 2, 4)):
        asked = meta.get(name) or []
        if not least <= len(asked) <= most or not all(isinstance(question, str) and question.strip() for question in asked):
            yield 1, f"`{name}` must list {least} to {most} questions"


def _section(section: Section, following: Section | None, kind: str) -> Iterator[tuple[int, str]]:
    parent = following is not None and following.level > section.level
    prose = " ".join(block.text for block in section.blocks if block.kind in ("paragraph", "list", "quote"))
    everything = prose + " " + " ".join(block.text for block in section.blocks if block.kind == "table")
    name = f"section '{section.title}'"
    if section.level == 0:
        if any(not _BARE_TAG.fullmatch(block.text.strip()) for block in section.blocks):
            yield section.blocks[0].line, "text stands before the page's first heading"
        return
    if not section.blocks:
        yield section.line, f"{name} has no text"
        return
    if section.title == READ_NEXT:
        return
    least = PARENT_WORDS if parent or kind != LONG_FORM or section.level == 1 else WORDS.start
    if count_words(everything) < least:
        yield section.line, f"{name} has {count_words(everything)} words; at least {least}"
    if count_words(prose) >= WORDS.stop:
        yield section.line, f"{name} has {count_words(prose)} words outside tables; at most {WORDS.stop - 1}: split it"
    opening = section.blocks[0]
    if opening.kind != "paragraph":
        yield opening.line, f"{name} must open with a sentence that answers its heading, not with a {opening.kind}"
        return
    sentence = first_sentence(opening.text)
    if _POINTING.match(sentence):
        yield opening.line, f"{name} opens with a pointing word: '{sentence[:40]}…'"
    if (length := count_words(sentence)) > FIRST_SENTENCE_WORDS:
        yield opening.line, f"the first sentence of {name} has {length} words; at most {FIRST_SENTENCE_WORDS}"


def plain(markdown: str) -> str:
    """Return Markdown without citations, link targets, attribute lists and emphasis marks."""
    text = CITATION.sub("", markdown)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\{ ?[:#.][^}]*\}", "", text)
    return re.sub(r"[*_`|]|:?-{3,}:?", " ", text)


def first_sentence(markdown: str) -> str:
    """Return the first sentence of a paragraph, without Markdown's marks."""
    return _SENTENCE_END.split(plain(markdown).strip(), maxsplit=1)[0].strip()


def count_words(markdown: str) -> int:
    """Count what a reader would call words."""
    return len(re.findall(r"[^\W_][\w'’.,%/$€-]*", plain(markdown)))


def lint_data(docs: Path, sources: set[str]) -> list[PageProblem]:
    """Return what is wrong with the data that pages are made from: unknown source keys, and examples that don't work out.

    Raises:
        ValueError: If a data file can't be read; the message names the place and the fault.
    """
    problems = []
    cited = [(CASES, anchor, case.source) for anchor, case in (read_cases(docs).items() if (docs / CASES).is_file() else ())]
    cited += [(CHANGES, str(change.date), change.source) for change in (read_changes(docs) if (docs / CHANGES).is_file() else ())]
    for file, name, keys in cited:
        problems += [PageProblem(docs / file, 1, f"{name}: unknown source '{key}'") for key in keys if key not in sources]
    for example in read_examples(docs):
        page = docs / example.page
        try:
            text = page.read_text("utf-8")
            problems += [PageProblem(page, 1, wrong) for wrong in wrong_figures(example, text)]
        except (OSError, ValueError) as error:
            problems.append(PageProblem(docs / EXAMPLES, 1, f"{example.title}: {error}"))
    return problems


def main(arguments: list[str]) -> int:
    """Lint the given pages, or every page and the data; print problems and sources to check again; return 1 if there are problems."""
    docs = Path("docs")
    sources = read_sources(docs / "sources.yml")
    paths = [Path(argument) for argument in arguments] or written_pages(docs)
    problems: list[PageProblem] = []
    for path in paths:
        try:
            problems += lint_page(read_source_page(path), sources=set(sources))
        except PageProblem as problem:
            problems.append(problem)
    if not arguments:
        try:
            problems += lint_data(docs, set(sources))
        except ValueError as error:
            problems.append(PageProblem(docs, 0, str(error)))
        old = overdue(sources, datetime.datetime.now(datetime.UTC).date())
        sys.stdout.writelines(f"check again: {key}, last checked {sources[key].checked}\n" for key in old)
        sys.stdout.write(f"{len(old)} volatile sources older than {VOLATILE_DAYS} days\n")
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    sys.stdout.write(f"{len(paths)} pages, {len(problems)} problems\n")
    return bool(problems)


def written_pages(docs: Path) -> list[Path]:
    """Return the guide's pages: every Markdown file below `docs` except decision records."""
    return [path for path in sorted(docs.rglob("*.md")) if path.parent.name != "decisions"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
