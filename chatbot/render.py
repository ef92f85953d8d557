"""Rendering: one `Answer` as Markdown or as terminal text. Pure; JSON is `Answer.to_dict`.

Nothing here makes HTML. Links are the citations' own; text is escaped for the form that it goes into.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from chatbot.answer import AdviceOffer, Answer, Citation, Statement

NOT_COVERED = "The guide does not cover this question."
ADVISED = "No section of the guide answers this as it is asked; the advice below weighs what you describe."
NEAREST = "Nearest sections:"
_PIECES = re.compile(r"(?<!\\)\*\*(?P<bold>.+?)(?<!\\)\*\*|(?<!\\)`(?P<code>[^`]+)`", re.S)
_EFFECTIVE = re.compile(r"[\\`*_\[\]<>#$!|~@]|:(?=//)|(?<=\bwww)\.|&(?=#?\w+;)", re.I)
"""What Markdown, with the extensions that renderers add, takes for more than a character: a bare address becomes a link."""
_CELLS = re.compile(r" (?<!\\)\| ")


def to_markdown(answer: Answer, base: str = "") -> str:
    """Return the answer as Markdown, citations as links.

    Args:
        answer: The answer.
        base: Put before citation links that are relative to the site root, with a closing slash.
    """
    lines: list[str] = []
    if answer.understood:
        lines += [f"*Understood as: {escaped(answer.understood)}*", ""]
    if answer.verdict == "not_covered":
        lines += [f"**{ADVISED if answer.advice else NOT_COVERED}**", ""]
    lines += _statements(answer, base)
    if answer.missing:
        lines += [f"**Not covered:** {escaped(answer.missing)}", ""]
    if answer.nearest:
        lines += [NEAREST, ""]
        for place in answer.nearest:
            lines.append(f"- [{escaped(place.title)} › {escaped(place.heading)}]({_link(base, place.url)})")
            lines += [f"  > {escaped(place.quote)}"] if place.quote else []
        lines.append("")
    lines += [f"*{escaped(note)}*\n" for note in (*_worded(answer), *answer.notes)]
    if answer.advice:
        lines += _advice(answer.advice, base)
    return "\n".join(lines).strip()


def sources_markdown(answer: Answer, base: str = "") -> str:
    """Return the citations as a Markdown list, each with its quote."""
    entries = []
    for citation in answer.citations:
        evidence = f" *({escaped(citation.evidence)})*" if citation.evidence else ""
        entries.append(
            f"**[{citation.number}]** [{escaped(citation.title)} › {escaped(citation.heading)}]({_link(base, citation.url)}){evidence}\n\n"
            f"> {escaped(citation.quote)}"
        )
    return "\n\n".join(entries)


def to_terminal(answer: Answer, base: str = "") -> RenderableType:
    """Return the answer as a Rich renderable: statements first, then where each comes from."""
    parts: list[RenderableType] = []
    if answer.understood:
        parts += [Text(f"Understood as: {answer.understood}", style="italic dim"), Text()]
    if answer.verdict == "not_covered":
        parts += [Text(ADVISED if answer.advice else NOT_COVERED, style="bold yellow")]
    for run in _runs(answer.statements):
        if run[0].kind == "row":
            parts.append(_table(run))
        else:
            parts += [_line(statement) for statement in run]
    if answer.missing:
        parts.append(Text(f"Not covered: {answer.missing}", style="yellow"))
    if answer.citations:
        parts += [Text(), Text("Sources", style="bold"), *(_source(citation, base) for citation in answer.citations)]
        if answer.weakest_evidence:
            parts.append(Text(f"Weakest evidence: {answer.weakest_evidence}", style="dim"))
    if answer.nearest:
        parts += [Text(), Text(NEAREST, style="bold")]
        for place in answer.nearest:
            parts.append(Text(f"  • {place.title} › {place.heading}\n    ").append(_link(base, place.url), style="dim"))
            parts += [Padding(Text(f"“{place.quote}”", style="dim"), (0, 0, 0, 4))] if place.quote else []
    parts += [Text(note, style="italic") for note in (*_worded(answer), *answer.notes)]
    parts += _offered(answer.advice, base) if answer.advice else []
    if answer.suggestions:
        parts += [Text(), Text("You might ask next", style="bold")]
        parts += [Text(f"  • {suggestion}") for suggestion in answer.suggestions]
    return Group(*parts)


def _offered(offer: AdviceOffer, base: str) -> list[RenderableType]:
    """An offer of advice for the terminal."""
    asked = [Text(f"  • {_of_stream(question.workstream)}{question.question}") for question in offer.questions]
    return [Text(), Text("Advice", style="bold"), Text(offer.summary), *asked, Text(f"  {_link(base, offer.link)}", style="dim")]


def _advice(offer: AdviceOffer, base: str) -> list[str]:
    lines = [f"**Advice:** {escaped(offer.summary)} [Open the assessment]({_link(base, offer.link)})", ""]
    if offer.questions:
        lines += ["Your answers to these would change it most; reply here:", ""]
    for question in offer.questions:
        options = "; ".join(f"({place}) {escaped(option)}" for place, option in enumerate(question.options, 1))
        lines.append(f"- {escaped(_of_stream(question.workstream))}**{escaped(question.question)}** {options}")
    return [*lines, ""]


def _of_stream(name: str) -> str:
    return f"{name}: " if name else ""


def cells(markdown: str) -> list[str]:
    """Return the cells of a row statement."""
    return [cell.replace(r"\|", "|").strip() for cell in _CELLS.split(f" {markdown} ")]


def _statements(answer: Answer, base: str) -> list[str]:
    links = {citation.number: f"[\\[{citation.number}\\]]({_link(base, citation.url)})" for citation in answer.citations}
    lines: list[str] = []
    for run in _runs(answer.statements):
        for place, statement in enumerate(run):
            cited = " ".join(links[number] for number in statement.citations)
            text = _safe(statement.text)
            if statement.kind == "item":
                lines.append(f"{statement.label or '-'} {text} {cited}")
            elif statement.kind == "row":
                row = [re.sub(r"(?<!\\)\|", r"\|", _safe(cell)) for cell in cells(statement.text)]  # bars in code
                lines.append(f"| {' | '.join(row)} {cited} |")
                if not place:
                    lines.append("|" + " --- |" * len(row))
            elif statement.kind == "code":
                lines += [*fenced(statement.text), cited, ""]
            else:
                lines += [f"{text} {cited}", ""]
        if lines and lines[-1]:
            lines.append("")
    return lines


def fenced(code: str) -> list[str]:
    """Return code as the lines of a Markdown block that nothing in it can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return [fence, *code.splitlines(), fence]


def _worded(answer: Answer) -> list[str]:
    told = f"Worded by the language model {answer.model}; each statement was checked against what it cites."
    return [told] if answer.writer == "model" else []


def _runs(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """Yield statements of one kind that follow each other; a table's header opens a new table."""
    run: list[Statement] = []
    for statement in statements:
        if run and (statement.kind != run[-1].kind or statement.label == "header"):
            yield run
            run = []
        run.append(statement)
    if run:
        yield run


def _safe(inline: str) -> str:
    """Make our inline Markdown safe as anybody's Markdown: keep bold and code, escape all else."""
    out, at = [], 0
    for found in _PIECES.finditer(inline):
        out.append(escaped(_unescaped(inline[at : found.start()])))
        out.append(f"**{_safe(found['bold'])}**" if found["bold"] else f"`{found['code']}`")
        at = found.end()
    return "".join([*out, escaped(_unescaped(inline[at:]))])


def escaped(text: str) -> str:
    """Return text as Markdown that shows just it: no mark, markup, entity or address in it has any effect."""
    return _EFFECTIVE.sub(r"\\\g<0>", text).replace("\\<", "&lt;").replace("\\>", "&gt;")


def unescaped(markdown: str) -> str:
    """Return what `escaped` was given."""
    return re.sub(r"\\([!-/:-@\[-`{-~])|&(lt|gt);", lambda found: found[1] or {"lt": "<", "gt": ">"}[found[2]], markdown)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\`*<|])", r"\1", text)


def _link(base: str, url: str) -> str:
    # a page's name or anchor may hold what ends a Markdown link; what is percent-encoded already stays as it is
    return quote(url if url.startswith(("http://", "https://")) else base + url, safe="/~@:!$&'*+,;=?#%")


def _text(inline: str) -> Text:
    text, at = Text(), 0
    for found in _PIECES.finditer(inline):
        text.append(_unescaped(inline[at : found.start()]))
        text.append_text(_bold(found["bold"]) if found["bold"] else Text(found["code"], style="cyan"))
        at = found.end()
    return text.append(_unescaped(inline[at:]))


def _bold(inline: str) -> Text:
    text = _text(inline)
    text.stylize("bold")
    return text


def _line(statement: Statement) -> RenderableType:
    marks = Text("".join(f" [{number}]" for number in statement.citations), style="dim")
    if statement.kind == "code":
        return Padding(Text(statement.text, style="cyan").append_text(marks), (0, 0, 0, 4))
    text = _text(statement.text).append_text(marks)
    if statement.kind == "item":
        return Padding(Text(f"{statement.label or '•'} ").append_text(text), (0, 0, 0, 2))
    return text


def _table(rows: list[Statement]) -> Table:
    width = max(len(cells(row.text)) for row in rows)
    header = cells(rows[0].text) if rows[0].label == "header" else []
    columns = [Column(header=_text(header[place]) if place < len(header) else "", overflow="fold") for place in range(width + 1)]
    table = Table(*columns, show_header=bool(header), show_lines=True)
    for row in rows[bool(header) :]:
        found = cells(row.text)
        marks = Text(" ".join(f"[{number}]" for number in row.citations), style="dim")
        table.add_row(*(_text(cell) for cell in found), *[""] * (width - len(found)), marks)
    return table


def _source(citation: Citation, base: str) -> RenderableType:
    where = Text(f"[{citation.number}] ", style="bold").append(f"{citation.title} › {citation.heading}", style="bold")
    if citation.evidence:
        where.append(f"  ({citation.evidence})", style="dim")
    url = _link(base, citation.url)
    shown = Text(url.split(":~:")[0].rstrip("#"), style=f"blue link {url}" if url.startswith("http") else "blue")
    return Group(where, Padding(Group(shown, Text(f"“{citation.quote}”", style="dim")), (0, 0, 0, 4)))
