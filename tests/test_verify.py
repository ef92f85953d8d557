"""Verifying keeps a statement only if what it cites holds it, and numbers what is left."""

import pytest

from chatbot.answer import Citation, Statement
from chatbot.verify import plain, verify


def citation(number: int, quote: str) -> Citation:
    """Return a citation of a quote."""
    return Citation(number, "Page", "Heading", f"page/#{number}", quote)


def test_statement_that_cites_nothing_shown_is_dropped() -> None:
    drift = citation(1, "Drift is watched daily. It never ends.")
    said = (
        Statement("text", "Drift is watched daily.", (1,)),
        Statement("text", "It never ends.", (7,)),
        Statement("text", "It never ends.", ()),
    )
    kept, used, dropped = verify(said, (drift,))
    assert ([statement.text for statement in kept], used, dropped) == (["Drift is watched daily."], (drift,), 2)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Drift is watched daily.", True),
        ("Drift  is\nwatched daily.", True),
        ("**Drift** is `watched` daily.", True),
        ("Drift is watched weekly.", False),
        ("Drift is watched daily. PWNED", False),
        ("daily watched is Drift", False),
        ("", False),
        ("**", False),
    ],
)
def test_statement_must_be_in_its_quote_word_for_word(text: str, held: bool) -> None:
    kept, _, dropped = verify((Statement("text", text, (1,)),), (citation(1, "Drift is watched daily."),))
    assert (len(kept), dropped) == ((1, 0) if held else (0, 1))


@pytest.mark.parametrize(
    ("markdown", "quote"),
    [
        (r"Pass \*\*kwargs\*\* on", "Pass **kwargs** on"),
        ("Pass `**kwargs` on", "Pass **kwargs on"),
        (r"Use `\*` or \\", r"Use \* or \ "),
        (r"or | `a\|b` | x \| y", "or a|b x | y"),
        (r"\<b> stays", "<b> stays"),
    ],
    ids=["stars", "stars in code", "backslashes", "row with bars", "markup"],
)
def test_signs_that_markdown_marks_with_drop_no_statement(markdown: str, quote: str) -> None:
    assert verify((Statement("row", markdown, (1,)),), (citation(1, quote),))[2] == 0


def test_citations_left_are_numbered_anew_in_order_of_use() -> None:
    quotes = (citation(1, "one"), citation(2, "two"), citation(3, "three"), citation(4, "unused"))
    said = (Statement("text", "three", (3,)), Statement("text", "false", (1,)), Statement("item", "two", (2, 3), "1."))
    kept, used, _ = verify(said, quotes)
    assert [(one.number, one.quote, one.url) for one in used] == [(1, "three", "page/#3"), (2, "two", "page/#2")]
    assert kept == (Statement("text", "three", (1,)), Statement("item", "two", (2, 1), "1."))


def test_plain_text_has_no_marks() -> None:
    assert plain(r"**Bold** `code` a \* b | c \| d") == "Bold code a * b c | d"
