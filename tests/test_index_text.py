"""Text as a reader sees it: white space, invisible characters, sentences."""

import pytest

from index.text import escaped, fold, sentences, visible


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("\u200b", id="zero-width space"),
        pytest.param("\u200d", id="zero-width joiner"),
        pytest.param("\u00ad", id="soft hyphen"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\u2066", id="directional isolate"),
        pytest.param("\ufeff", id="byte order mark"),
        pytest.param("\u3164", id="Hangul filler"),
        pytest.param("".join(chr(0xE0000 + ord(letter)) for letter in "obey"), id="tag characters"),
        pytest.param("\U000e0101\U000e0145", id="supplementary variation selectors"),
    ],
)
def test_what_nobody_can_see_is_no_part_of_the_text(hidden: str) -> None:
    assert visible(f"Drift{hidden}ing data") == "Drifting data"


def test_white_space_and_control_characters_fold_to_single_spaces() -> None:
    assert visible(" a\n\tb\u00a0c\x00d\x1b[31m ") == "a b c d [31m"


def test_accents_emoji_and_other_scripts_stay() -> None:
    assert visible("Größe ⚠️ 数据 été") == "Größe ⚠️ 数据 été"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("ÉTÉ", "ete", id="accents"),
        pytest.param("Straße", "strasse", id="sharp s"),
        pytest.param("ﬁne", "fine", id="ligature"),
        pytest.param("１２", "12", id="full-width digits"),
    ],
)
def test_folding_unifies_what_readers_take_for_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It drifts. It fails.", ["It drifts.", "It fails."], id="two sentences"),
        pytest.param("Use a gateway, e.g. Envoy. It helps.", ["Use a gateway, e.g. Envoy.", "It helps."], id="abbreviation"),
        pytest.param("J. Smith wrote it. We read it.", ["J. Smith wrote it.", "We read it."], id="initial"),
        pytest.param('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."], id="closing quote"),
        pytest.param("Version 3.5 costs 0.5 dollars.", ["Version 3.5 costs 0.5 dollars."], id="decimals"),
        pytest.param("Why? Because. Now!", ["Why?", "Because.", "Now!"], id="other marks"),
        pytest.param("It calls f(x). lower case goes on.", ["It calls f(x). lower case goes on."], id="no capital follows"),
        pytest.param("no full stop", ["no full stop"], id="none"),
        pytest.param("  ", [], id="blank"),
    ],
)
def test_a_paragraph_splits_at_the_ends_of_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_sentences_give_back_the_paragraph() -> None:
    text = "One (two). “Three” e.g. four? Five! *Six.* [Seven.] 8. Nine"
    assert " ".join(sentences(text)) == text


def test_many_abbreviations_in_one_paragraph_do_not_stall() -> None:
    assert len(sentences("see e.g. A " * 20_000)) == 1


def test_escaped_text_is_no_markup_to_any_renderer() -> None:
    assert escaped("<b> 2*3 `x` 1 < 2") == r"\<b> 2\*3 \`x\` 1 < 2"
