"""`chatbot advise`: one-shot, with prompts, and the review of an old decision. A thin door on the advisor."""

import datetime
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from chatbot.advisor.advice import Advice
from chatbot.advisor.advisor import Advisor
from chatbot.advisor.brief import brief_html
from chatbot.advisor.record import Review, make_record, read_record, review
from chatbot.advisor.render import advice_markdown, record_markdown
from index import UserError

MOST_ROUNDS = 4
"""Times that the dialogue asks its questions before it leaves it at that."""


def dialogue(advisor: Advisor, ask: Callable[[str], str], tell: Callable[[str], None]) -> Advice:
    """Ask for a situation, then for the answers that would change the result most, until none would or none is given.

    Args:
        advisor: Advises.
        ask: Shows a prompt and returns what was typed.
        tell: Shows Markdown.
    """
    description = ""
    while not description.strip():
        description = ask("Describe your situation: what goes in, what must come out, who uses it?")
    given: dict[tuple[int, str], str] = {}
    advice = advisor.refine(description, given)
    for _ in range(MOST_ROUNDS):
        tell(f"**{advice.summary}**")
        open_questions = [each for each in advice.questions if each.value > 0 and (each.number, each.criterion) not in given]
        answered = False
        for question in open_questions:
            lines = [f"{place}. {option['text']}" for place, option in enumerate(question.options, 1)]
            tell(f"{question.workstream}: **{question.question}**\n\n" + "\n".join(lines))
            typed = ask(f"1 to {len(lines)}, or Enter if you don't know").strip()
            if typed.isdecimal() and 1 <= int(typed) <= len(lines):
                given[question.number, question.criterion] = question.options[int(typed) - 1]["id"]
                answered = True
        if not answered:
            break
        advice = advisor.refine(description, given)
    return advice


def show(advice: Advice, console: Console) -> None:
    """Print advice to a terminal."""
    console.print(Markdown(advice_markdown(advice)))
    console.print(f"Open and change it: {advice.link}", markup=False, soft_wrap=True)


def write_record(advice: Advice, advisor: Advisor, file: Path, today: datetime.date) -> None:
    """Write a decision record.

    Raises:
        UserError: If the file's name ends in neither .json nor .md.
    """
    record = make_record(advice, advisor.criteria, today)
    written = {".json": lambda: record.model_dump_json(indent=2) + "\n", ".md": lambda: record_markdown(record)}.get(file.suffix)
    if written is None:
        raise UserError(f"'{file}' is neither JSON nor Markdown.", remedy="Name the record FILE.json or FILE.md.")
    file.write_text(written(), "utf-8")


def write_brief(advice: Advice, file: Path, today: datetime.date) -> None:
    """Write the brief; UserError if the file's name doesn't end in .html."""
    if file.suffix != ".html":
        raise UserError(f"'{file}' is no HTML file.", remedy="Name the brief FILE.html; a browser prints it or saves it as PDF.")
    file.write_text(brief_html(advice, today), "utf-8")


def review_file(advisor: Advisor, file: Path, today: datetime.date) -> Review:
    """Review the record in a file.

    Raises:
        UserError: If it holds no record.
    """
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"'{file}' is no text.", remedy="Give the JSON that `chatbot advise --record FILE.json` wrote.") from error
    return review(read_record(text), advisor, today)
