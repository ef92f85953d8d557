"""Lexical ranking: what words a text is found by, and the passages' order by them."""

from pathlib import Path

import numpy as np
import pytest

from index.lexical import LexicalRanking, is_stop_word, passage_terms, terms, write_lexical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("monitoring monitored monitors", {"monitor"}, id="stems"),
        pytest.param("CI/CD", {"ci/cd", "ci", "cd"}, id="slashed"),
        pytest.param("--no-cache", {"--no-cache", "cach"}, id="option"),
        pytest.param("maxTokens", {"maxtoken", "max", "token"}, id="camel case"),
        pytest.param("DevOps devops", {"devop", "dev", "op"}, id="camel case, and the same in small letters"),
        pytest.param("max_tokens", {"max_tokens", "max", "token"}, id="snake case"),
        pytest.param("gpt-4o", {"gpt-4o", "gpt", "4o"}, id="model name"),
        pytest.param("fine-tuning", {"fine-tuning", "finetun", "fine", "tune"}, id="hyphen"),
        pytest.param("Größe ÉTÉ", {"gross", "ete"}, id="accents"),
        pytest.param("the of and", set(), id="stop words"),
        pytest.param("— ?! …", set(), id="no word"),
    ],
)
def test_a_text_is_found_by_stems_and_whole_identifiers(text: str, expected: set[str]) -> None:
    assert expected <= set(terms(text))
    assert bool(terms(text)) is bool(expected)


@pytest.mark.parametrize("question", ["What's it?", "Who’s that, and isn't it?", "Don't, can't, won't, I'd, we'll, they've"])
def test_contractions_are_no_words_of_their_own(question: str) -> None:
    assert terms(question) == []


def test_question_and_passage_meet_in_the_same_terms() -> None:
    assert set(terms("How is the model's drift monitored?")) & set(terms("Monitoring finds model drift.")) == {"model", "drift", "monitor"}


@pytest.mark.parametrize(
    "pair", ["behaviour behavior", "optimisation optimization", "organised organized", "centre center", "labelled labeled"]
)
def test_british_and_american_spelling_meet_in_the_same_term(pair: str) -> None:
    assert len(set(terms(pair))) == 1


def test_words_that_only_hold_a_question_together_find_nothing() -> None:
    assert [word for word in ("what", "how", "please", "drift", "cost") if is_stop_word(word)] == ["what", "how", "please"]


@pytest.fixture
def ranking(tmp_path: Path) -> LexicalRanking:
    texts = ["Drift of data", "Drift drift and more drift", "Cost of tokens", ""]
    write_lexical([passage_terms("", text) for text in texts], tmp_path / "bm25")
    return LexicalRanking(tmp_path / "bm25")


def test_passages_that_say_a_word_more_often_score_higher(ranking: LexicalRanking) -> None:
    scores = ranking.scores(terms("drift"))
    assert scores[1] > scores[0] > 0
    assert scores[2] == scores[3] == 0


def test_words_that_no_passage_holds_score_nothing(ranking: LexicalRanking) -> None:
    assert not ranking.scores(terms("weather in Paris")).any()
    assert not ranking.scores([]).any()


def test_a_rare_word_tells_more_than_a_common_one_and_an_unknown_one_most(ranking: LexicalRanking) -> None:
    assert 0 < ranking.idf("drift") < ranking.idf("cost") < ranking.idf("weather")


def test_a_word_in_a_heading_counts_more_than_one_in_the_text(tmp_path: Path) -> None:
    write_lexical([passage_terms("Drift", "cost data"), passage_terms("Cost", "drift data")], tmp_path)
    first, second = LexicalRanking(tmp_path).scores(terms("drift"))
    assert first > second > 0


def test_passages_without_any_word_can_be_indexed(tmp_path: Path) -> None:
    write_lexical([[], []], tmp_path)
    assert np.array_equal(LexicalRanking(tmp_path).scores(terms("drift")), [0, 0])


def test_two_builds_of_the_same_texts_write_the_same_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_lexical([terms("drift of data"), terms("cost of tokens")], tmp_path / folder)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
