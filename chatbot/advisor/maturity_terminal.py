"""The self-assessment in a terminal: asks check by check, and shows each lens by itself.

Called by chatbot.cli, which hands in where to write.
"""

from collections.abc import Callable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chatbot.advisor.maturity import Given
from chatbot.advisor.maturity_report import given, level_name
from guide.maturity import LENSES, Check, Lens, Maturity, plain

_PRACTISED: dict[Lens, str] = {
    "classic": "Do you run predictive or other classic models (MLOps)?",
    "generative": "Do you run applications of language models (LLMOps)?",
}
_HELP = "Answer with the evidence (a link or a place). n: no. y: yes, but no evidence. Enter: unknown."


def ask_answers(maturity: Maturity, console: Console, read: Callable[[str], str]) -> dict[Lens, dict[str, Given]]:
    """Ask which lenses are practised, then their checks.

    Args:
        maturity: The self-assessment.
        console: Where the questions are shown.
        read: Shows a prompt and returns what was typed.
    """
    lenses = [lens for lens in LENSES if read(f"{_PRACTISED[lens]} [y/n] ").strip().lower().startswith("y")]
    if lenses:
        console.print(_HELP, style="dim")
    answers: dict[Lens, dict[str, Given]] = {}
    for lens in lenses:
        console.print(f"\n[bold]{maturity.lenses[lens]}[/]")
        checks = maturity.of(lens)
        answers[lens] = {check.id: _ask(check, f"{number}/{len(checks)}", read) for number, check in enumerate(checks, 1)}
    return answers


def _ask(check: Check, number: str, read: Callable[[str], str]) -> Given:
    typed = read(f"{number} {plain(check.text)}\n> ").strip()
    words: dict[str, bool | None] = {"": None, "?": None, "n": False, "no": False, "y": True, "yes": True}
    return given(words.get(typed.lower(), typed))


def shown(report: dict[str, Any]) -> RenderableType:
    """Return a report of `maturity_report.to_dict` for the terminal, one table a lens."""
    parts: list[RenderableType] = []
    for result in report["lenses"].values():
        parts += [_table(result), *_words(result), Text()]
    return Group(*parts, *(Text(limit, style="dim") for limit in report["limits"]))


def _table(result: dict[str, Any]) -> Table:
    table = Table("Scale", "Level", "For the next level", title=result["name"], title_justify="left", title_style="bold", show_lines=True)
    for scale in ({**result, "name": "This guide"}, *result["others"]):
        missing = "; ".join(check["name"] for check in scale["missing"])
        table.add_row(scale["name"], level_name(scale["level"]), missing or "—")
    return table


def _words(result: dict[str, Any]) -> list[RenderableType]:
    counts = f"{len(result['passed'])} passed, {len(result['failed'])} failed, {len(result['unknown'])} unknown"
    if bare := len(result["without_evidence"]):
        counts += f"; {bare} of those passed without evidence"
    lines: list[RenderableType] = [Text(f"{counts}.")]
    if first := result["first"]:
        lines.append(Text("Next piece of work: ", style="bold").append(first["text"], style="not bold"))
        lines.append(Padding(Text(f"{first['improve']} See {first['section']}"), (0, 0, 0, 2)))
    lines.append(Text("Next investment at this level: ", style="bold").append(f"{result['next']['text']}.", style="not bold"))
    for other in result["others"]:
        lines.append(Text(f"{other['name']}: {other['source']}", style="dim", overflow="fold"))
        if "note" in other:
            lines.append(Text(other["note"], style="dim"))
    return lines
