"""What a corpus calls things: misspelt words mended, rare abbreviations spelt out."""

import pytest

from index.model import Block, Passage
from index.vocabulary import Vocabulary, learn, long_form


def passage(text: str, heading: str = "Machine") -> Passage:
    return Passage("", "p/", "p/", heading, (heading,), (Block("text", text, text),))


@pytest.fixture
def vocabulary() -> Vocabulary:
    told = "The portafilter holds the coffee. Total dissolved solids (TDS) say how strong it is. Retrieval above the threshold."
    return learn([passage(told), *(passage(f"Filler number {number} about water.") for number in range(99))])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what is a portafiltr", "what is a portafilter"),
        ("retreival treshold", "retrieval threshold"),
        ("bake bread", "bake bread"),
        ("Ask Portafiltr about it", "Ask Portafiltr about it"),
        ("the wter", "the water"),
        ("PF9 v2.1", "PF9 v2.1"),
        ("", ""),
    ],
    ids=["long word", "two words", "English words stay", "a name stays", "short word", "no words", "nothing"],
)
def test_misspelt_words_become_the_corpus_s_own(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    assert vocabulary.mend(typed) == meant


def test_rare_abbreviation_is_spelt_out_as_the_corpus_introduces_it(vocabulary: Vocabulary) -> None:
    assert vocabulary.spell_out("what is a good tds") == "Total dissolved solids"
    assert vocabulary.spell_out("are total dissolved solids TDS?") == ""


def test_abbreviation_that_the_corpus_always_uses_is_left_as_it_is() -> None:
    everywhere = learn(passage("Total dissolved solids (TDS) again.") for _ in range(50))
    assert everywhere.spell_out("tds") == ""


@pytest.mark.parametrize(
    ("before", "short", "long"),
    [
        ("a key value cache", "KVC", "key value cache"),
        ("continuous integration and continuous delivery", "CI/CD", "continuous integration and continuous delivery"),
        ("many large language models", "LLMs", "large language models"),
        ("in the year", "2024", ""),
        ("we saw this", "It", ""),
    ],
    ids=["initials", "with a slash", "plural", "a number", "a word in brackets"],
)
def test_long_form_is_found_by_its_letters(before: str, short: str, long: str) -> None:
    assert long_form(before.split(), short) == long
