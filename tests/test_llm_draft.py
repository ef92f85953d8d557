"""A model's text becomes statements with the sources that they name, as it arrives, and nothing that a page could run or load."""

import re
from collections.abc import Iterator

import pytest

from chatbot.llm.draft import Drafted, clean, cut


def texts(text: str) -> list[str]:
    """Return the statements' texts."""
    return [drafted.text for drafted in cut([text])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Drift is change [1].", [("Drift is change.", (1,))], id="before the full stop"),
        pytest.param("Drift is change. [1]", [("Drift is change.", (1,))], id="after the full stop"),
        pytest.param("One is so. [1] Two is so. [2]", [("One is so.", (1,)), ("Two is so.", (2,))], id="after each full stop"),
        pytest.param("A is so [1, 3].", [("A is so.", (1, 3))], id="several in one mark"),
        pytest.param("A is so [1][2].", [("A is so.", (1, 2))], id="several marks"),
        pytest.param("A is so [2-4].", [("A is so.", (2, 3, 4))], id="a range"),
        pytest.param("A [1] is so [2].", [("A is so.", (1, 2))], id="inside"),
        pytest.param("A is so [Source 2].", [("A is so.", (2,))], id="with a word"),
        pytest.param("A is so 【2】.", [("A is so.", (2,))], id="other brackets"),
        pytest.param("A is so.", [("A is so.", ())], id="none"),
        pytest.param("This e.g. is one sentence [1].", [("This e.g. is one sentence.", (1,))], id="an abbreviation ends nothing"),
        pytest.param("It grew 1.5 times [1].", [("It grew 1.5 times.", (1,))], id="a decimal point ends nothing"),
    ],
)
def test_marks_are_read_wherever_a_model_puts_them(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(drafted.text, drafted.cites) for drafted in cut([text])] == expected


def test_list_items_stay_whole_and_keep_their_numbers() -> None:
    found = list(cut(["Two steps follow [1]:\n1. Watch. Then act [1].\n2) Rest [2].\n- Other [1]."]))
    assert found[1:] == [
        Drafted("item", "Watch. Then act.", (1,), "1."),
        Drafted("item", "Rest.", (2,), "2)"),
        Drafted("item", "Other.", (1,), ""),
    ]


def test_sentence_comes_as_soon_as_the_next_has_begun() -> None:
    arrived: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in ("One is", " so [1]. ", "Two", " is [2].\n", "three"):
            arrived.append(piece)
            yield piece

    cutting = cut(pieces())
    assert next(cutting).text == "One is so." and arrived[-1] == "Two"
    assert next(cutting).text == "Two is." and arrived[-1] == " is [2].\n"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_pieces_of_any_size_give_the_same_statements(size: int) -> None:
    text = (
        "<think>Hm. So [9].</think>One is so. [1] Two e.g. is [2].\n- Item **bold** [3]\n\n# Head\n```\ncode. More [1]\n```\nLast [1, 2]."
    )
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert [(d.text, d.cites) for d in cut(pieces)] == [
        ("One is so.", (1,)),
        ("Two e.g. is.", (2,)),
        ("Item bold", (3,)),
        ("Last.", (1, 2)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Drift <script>alert(1)</script> is change [1].", ["Drift is change."], id="script"),
        pytest.param("Drift <img src=x onerror=alert(1)> is change [1].", ["Drift is change."], id="picture tag"),
        pytest.param("Drift ![p](https://evil.example/p.gif?q=1) is change [1].", ["Drift is change."], id="picture"),
        pytest.param("Drift ![p][ref] is change [1].", ["Drift is change."], id="picture by reference"),
        pytest.param("Read [the docs](https://evil.example/a_(b)) now [1].", ["Read the docs now."], id="link"),
        pytest.param("Read <https://evil.example> now [1].", ["Read now."], id="address in angle brackets"),
        pytest.param("Read https://evil.example/x?a=b. now [1].", ["Read now."], id="bare address"),
        pytest.param("Read www.evil.example now [1].", ["Read now."], id="address without a scheme"),
        pytest.param("Run javascript:alert(1) now [1].", ["Run now."], id="script address"),
        pytest.param("Drift &lt;script&gt;alert(1)&lt;/script&gt; is change [1].", ["Drift is change."], id="script as entities"),
        pytest.param("Drift\u200b is\u202e change [1].", ["Drift is change."], id="invisible characters"),
        pytest.param("[1](https://evil.example) says drift is change.", ["says drift is change."], id="citation made a link"),
        pytest.param("**Drift** is `change` [1].", ["Drift is change."], id="bold and code"),
        pytest.param("a < b and snake_case stays [1].", ["a < b and snake_case stays."], id="no markup"),
        pytest.param(
            "| a | b [1] |\n|---|---|\nRow | one | two [1]\n## Heading [1]\n> quoted [1]", [], id="tables, headings and quotations"
        ),
        pytest.param("```\nrm -rf / [1]\n", [], id="code that never ends"),
        pytest.param("<think>Secret thought [1].", [], id="thought that never ends"),
    ],
)
def test_only_plain_text_is_left(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_nothing_is_cleaned_into_something() -> None:
    assert clean("java<b></b>script:alert(1)") in ("java script:alert(1)", "")
    assert not re.search(r"<[a-z/!]", clean("<<b>script>alert(1)<</b>/script> &amp;lt;img src=x&amp;gt;"))
