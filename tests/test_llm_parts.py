"""The small parts behind a language model: breaker, memory, money, prompts, and what a model is shown."""

import re
from pathlib import Path

import pytest

from chatbot.assistant import Assistant
from chatbot.evidence import Evidence, gather
from chatbot.llm.breaker import Breaker
from chatbot.llm.cache import Cache
from chatbot.llm.cost import DailyTokens, Prices
from chatbot.llm.prompt import answer_messages, estimate_tokens, read_prompt
from chatbot.llm.record import Record
from chatbot.llm.sources import choose_sources
from tests.conftest import ROOT

PROMPTS = ROOT / "chatbot" / "prompts"


class Clock:
    """Seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def failed(breaker: Breaker, times: int) -> Breaker:
    """Let a breaker see failures."""
    for _ in range(times):
        assert breaker.enter()
        breaker.leave(worked=False)
    return breaker


# Record


def test_one_statement_that_fell_condemns_no_model_and_many_do() -> None:
    record = Record(40)
    record.add(0, 2)
    assert not record.doubted
    record.add(0, 1)
    assert record.doubted


def test_old_statements_are_forgotten() -> None:
    record = Record(6)
    record.add(0, 6)
    record.add(3, 0)
    assert not record.doubted


def test_without_a_record_no_model_is_doubted() -> None:
    record = Record(0)
    record.add(0, 100)
    assert not record.doubted


# Breaker


def test_breaker_opens_after_failures_in_a_row_only(clock: Clock) -> None:
    breaker = failed(Breaker(3, 10, clock), 2)
    breaker.enter()
    breaker.leave(worked=True)
    assert failed(breaker, 2).state == "closed"
    assert failed(breaker, 1).state == "open" and not breaker.enter()


def test_after_the_pause_one_question_tries_and_decides(clock: Clock) -> None:
    breaker = failed(Breaker(1, 10, clock), 1)
    clock.now += 10
    assert breaker.state == "half-open" and breaker.enter()
    assert not breaker.enter(), "a second question does not try beside it"
    breaker.leave(worked=False)
    assert breaker.state == "open"
    clock.now += 10
    assert breaker.enter()
    breaker.leave(worked=True)
    assert breaker.state == "closed"


def test_reader_who_leaves_during_the_trial_lets_the_next_one_try(clock: Clock) -> None:
    breaker = failed(Breaker(1, 10, clock), 1)
    clock.now += 10
    assert breaker.enter()
    breaker.leave(worked=None)
    assert breaker.state == "half-open" and breaker.enter()


# Memory and money


def test_cache_forgets_what_was_not_used_for_longest() -> None:
    cache: Cache[int] = Cache(2)
    for place, key in enumerate("ab"):
        cache.put(key, place)
    assert cache.get("a") == 0
    cache.put("c", 2)
    assert [cache.get(key) for key in "abc"] == [0, None, 2] and len(cache) == 2


def test_cache_of_none_keeps_nothing() -> None:
    cache: Cache[int] = Cache(0)
    cache.put("a", 1)
    assert cache.get("a") is None


def test_cost_is_of_a_million_tokens_and_unknown_without_prices() -> None:
    assert Prices(2.5, 10.0).cost(1_000_000, 100_000) == 3.5
    assert Prices().cost(1000, 1000) is None


def test_day_s_tokens_are_counted_across_processes_and_begin_anew_at_midnight(tmp_path: Path) -> None:
    day = ["2026-11-24"]
    one, other = (DailyTokens(100, tmp_path / "x" / "usage.sqlite", lambda: day[0]) for _ in range(2))
    assert one.reserve(60) and not other.reserve(60) and other.reserve(40)
    one.settle(60, 10)
    assert other.reserve(50) and not one.reserve(1)
    day[0] = "2026-11-25"
    assert one.reserve(100)
    assert not other.reserve(101), "more than a whole day's"


def test_what_can_t_be_counted_is_not_spent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert not DailyTokens(100, tmp_path / "file" / "usage.sqlite").reserve(1)


# Prompts


@pytest.mark.parametrize("name", sorted(file.stem for file in PROMPTS.glob("*.md") if file.stem != "CHANGELOG"))
def test_changed_prompt_has_a_new_version_in_the_changelog(name: str) -> None:
    prompt = read_prompt(name)
    newest = re.search(rf"^- {name} (\d+) \((\w+)\):", (PROMPTS / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest, "the changelog names the prompt"
    assert (prompt.version, prompt.digest) == (int(newest[1]), newest[2])


def test_text_that_looks_like_a_placeholder_stays_as_it_is(guide_evidence: Evidence) -> None:
    messages = answer_messages(read_prompt("answer"), "What costs $sources or ${fence} $5?", [], 3)
    assert "What costs $sources or ${fence} $5?" in messages[1][1]


# Sources


@pytest.fixture(scope="module")
def guide_evidence(assistant: Assistant) -> Evidence:
    """Sections on a question that a table answers."""
    return gather(assistant.search, "What are the challenges of LLMOps?")


@pytest.mark.parametrize("tokens", [2500, 600, 250, 120])
def test_sources_fit_the_budget_go_by_rank_and_hold_whole_blocks(guide_evidence: Evidence, tokens: int) -> None:
    sources = choose_sources([guide_evidence], most=8, tokens=tokens, count=estimate_tokens)
    assert sum(estimate_tokens(source.text) for source in sources) <= tokens
    assert [source.number for source in sources] == list(range(1, len(sources) + 1))
    assert [source.section for source in sources] == list(guide_evidence.sections[: len(sources)])
    for source in sources:
        for block in {scored.place: scored.block for scored in source.units}.values():
            assert (block.markdown.replace(r"\|", "|") if block.kind == "row" else block.text) in source.text
    cut = [source for source in sources if len(source.units) < len(source.section.units)]
    assert cut in ([], sources[-1:]), "only the last is trimmed"


def test_what_a_trimmed_source_keeps_fits_the_question_best(guide_evidence: Evidence) -> None:
    first = guide_evidence.sections[0]
    whole = estimate_tokens(choose_sources([guide_evidence], most=1, tokens=10**6, count=estimate_tokens)[0].text)
    (source,) = choose_sources([guide_evidence], most=1, tokens=whole - 1, count=estimate_tokens)
    assert len(source.units) < len(first.units)
    assert first.best in source.units


def test_rows_of_a_trimmed_table_keep_their_header(assistant: Assistant) -> None:
    evidence = gather(assistant.search, "What is the difference between MLOps and LLMOps?")
    tables = [section for section in evidence.sections if any(scored.unit.label == "header" for scored in section.units)]
    assert tables
    for section in tables:
        alone = Evidence(evidence.query, evidence.hits, (section,))
        for tokens in range(60, 600, 60):
            for source in choose_sources([alone], most=1, tokens=tokens, count=estimate_tokens):
                groups = {scored.block.group for scored in source.units if scored.unit.kind == "row"}
                headed = {scored.block.group for scored in section.units if scored.unit.label == "header"} & groups
                assert headed <= {scored.block.group for scored in source.units if scored.unit.label == "header"}


def test_questions_asked_at_once_take_turns(assistant: Assistant) -> None:
    both = [gather(assistant.search, question) for question in ("What is a feature store?", "What is prompt caching?")]
    sources = choose_sources(both, most=4, tokens=10**6, count=estimate_tokens)
    assert [source.section for source in sources[:2]] == [evidence.sections[0] for evidence in both]
