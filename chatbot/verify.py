"""Verifying: a statement stays only if what it cites holds it. Pure.

The last step before rendering, whoever wrote the statements.
"""

import re

from chatbot.answer import Citation, Statement


def verify(statements: tuple[Statement, ...], citations: tuple[Citation, ...]) -> tuple[tuple[Statement, ...], tuple[Citation, ...], int]:
    """Drop statements that cite nothing shown, or whose words are not in what they cite.

    Returns:
        The statements kept; the citations still used, renumbered in order of use; how many statements were dropped.
    """
    by_number = {citation.number: citation for citation in citations}
    kept = [statement for statement in statements if _held(statement, by_number)]
    order = list(dict.fromkeys(number for statement in kept for number in statement.citations))
    renumbered = {old: new for new, old in enumerate(order, 1)}
    used = tuple(_renumber(by_number[old], new) for old, new in renumbered.items())
    again = tuple(
        Statement(statement.kind, statement.text, tuple(renumbered[number] for number in statement.citations), statement.label)
        for statement in kept
    )
    return again, used, len(statements) - len(kept)


def plain(markdown: str) -> str:
    """Return inline Markdown as text: marks and escapes removed, a row's bars as spaces."""
    unmarked = re.sub(r"(?<!\\)(\*\*|`)", "", re.sub(r" (?<!\\)\| ", " ", f" {markdown} "))
    return " ".join(re.sub(r"\\([\\`*<|])", r"\1", unmarked).split())


def _held(statement: Statement, citations: dict[int, Citation]) -> bool:
    if not statement.citations or any(number not in citations for number in statement.citations):
        return False
    words = _bare(statement.text)
    return words != "" and any(words in _bare(citations[number].quote) for number in statement.citations)


def _bare(text: str) -> str:
    """Return text without white space and without what may be a mark of our inline Markdown, an escape or a row's bar."""
    return re.sub(r"[\s\\`*|]", "", text)


def _renumber(citation: Citation, number: int) -> Citation:
    return Citation(number, citation.title, citation.heading, citation.url, citation.quote, citation.evidence)
