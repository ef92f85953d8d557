"""With a language model: every statement is checked before it is shown, and whatever fails, the guide is quoted."""

import logging
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.answer import Answer, Citation, Statement, Turn
from chatbot.assistant import Assistant, load_model
from chatbot.llm.breaker import Breaker
from chatbot.settings import Settings
from chatbot.verify import plain
from index import UserError
from tests.llm_server import (
    Act,
    Exchange,
    ScriptedServer,
    answers,
    breaks_off,
    drips,
    echoes,
    floods,
    garbles,
    says,
    scripted,
    silent,
)
from tests.model_world import KEY, QUESTION, faithful, model_settings, shown_sentences, with_model


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    """The endpoint."""
    with scripted() as running:
        yield running


@pytest.fixture(scope="module")
def writing(assistant: Assistant, server: ScriptedServer) -> Assistant:
    """The guide's assistant with the endpoint's model."""
    return with_model(assistant, server, llm_price_in=2.0, llm_price_out=10.0)


def texts(answer: Answer) -> list[str]:
    """Return what an answer says, as plain text."""
    return [plain(statement.text) for statement in answer.statements]


def is_quoted(answer: Answer, assistant: Assistant, question: str = QUESTION) -> bool:
    """Say whether an answer is just what the quoting writer says, with a note."""
    quoted = assistant.answer(question)
    return (answer.writer, answer.statements, answer.citations) == ("extractive", quoted.statements, quoted.citations) and bool(
        answer.notes
    )


# What is shown


def test_answer_says_who_wrote_it_from_which_prompt_and_what_it_took(writing: Assistant, server: ScriptedServer) -> None:
    server.play(faithful())
    answer = writing.answer(QUESTION)
    assert texts(answer) == shown_sentences(server.prompt())[:2]
    assert (answer.verdict, answer.writer, answer.model, answer.prompt_version) == ("answered", "model", "scripted", "answer-1")
    assert (answer.tokens, answer.cost) == ({"in": 100, "out": 20}, 0.0004)
    assert (answer.dropped, answer.replaced, answer.notes) == (0, 0, ())
    assert 0 < answer.timings_ms["first"] <= answer.timings_ms["total"]


def test_quotes_of_citations_are_the_pages_words_and_not_the_model_s(writing: Assistant, server: ScriptedServer) -> None:
    server.play(faithful())
    answer = writing.answer(QUESTION)
    assert [citation.quote for citation in answer.citations] == shown_sentences(server.prompt())[:2]
    assert [statement.citations for statement in answer.statements] == [(1,), (2,)]
    assert all(citation.url.startswith("foundations/what-is-llmops/#") for citation in answer.citations)


@pytest.mark.parametrize("mark", ["", " [77]", " [0]", " [1][77]"])
def test_statement_that_cites_nothing_or_what_was_not_shown_is_no_fact(writing: Assistant, server: ScriptedServer, mark: str) -> None:
    def draft(prompt: str) -> str:
        one, two, other = *shown_sentences(prompt)[:2], shown_sentences(prompt, 2)[0]
        return f"{one[:-1]} [1]. {two[:-1]} [1]. {other[:-1]}{mark}."

    server.play(echoes(draft))
    answer = writing.answer(QUESTION)
    assert texts(answer) == shown_sentences(server.prompt())[:2]
    assert (answer.writer, answer.dropped) == ("model", 1)


def test_line_that_only_introduces_others_is_neither_shown_nor_counted(writing: Assistant, server: ScriptedServer) -> None:
    server.play(echoes(lambda prompt: f"The answer to the question is: [1]\n- {shown_sentences(prompt)[0].rstrip('.')} [1]."))
    answer = writing.answer(QUESTION)
    assert texts(answer) == shown_sentences(server.prompt())[:1]
    assert (answer.writer, answer.dropped, answer.replaced) == ("model", 0, 0)


def test_invented_number_is_replaced_by_a_quote_or_left_out_and_counted(writing: Assistant, server: ScriptedServer) -> None:
    def draft(prompt: str) -> str:
        one, two = (sentence.rstrip(".") for sentence in shown_sentences(prompt)[:2])
        return f"{one} [1]. {two} [1]. LLMOps saves 73 percent of all cost [1]."

    server.play(echoes(draft))
    answer = writing.answer(QUESTION)
    assert "73" not in " ".join(texts(answer))
    assert answer.dropped + answer.replaced == 1
    assert "1" in answer.notes[0]


def test_model_is_not_asked_what_was_not_looked_up(writing: Assistant, server: ScriptedServer) -> None:
    server.play(faithful())
    answer = writing.answer("What is LLMOps? What is MLOps? What is a feature store? What is concept drift?")
    assert answer.missing == "What is concept drift?"
    assert "What is a feature store?" in server.prompt() and "concept drift?" not in server.prompt()


def test_if_too_little_survives_the_guide_is_quoted_and_the_cost_is_told(
    writing: Assistant, assistant: Assistant, server: ScriptedServer
) -> None:
    server.play(says("LLMOps was founded on Mars in 1802 [1]. It is a fruit of the baobab tree [1]. Zebras maintain it nightly [2]."))
    answer = writing.answer(QUESTION)
    assert is_quoted(answer, assistant)
    assert "could not be confirmed" in answer.notes[-1]
    assert (answer.model, answer.tokens) == ("scripted", {"in": 100, "out": 20})


def test_model_that_mostly_made_things_up_is_not_shown_until_it_does_better(assistant: Assistant, server: ScriptedServer) -> None:
    remembering = with_model(assistant, server, llm_record_statements=12)
    server.play(says("LLMOps was founded on Mars in 1802 [1]. It is a fruit of the baobab tree [1]. Zebras maintain it nightly [2]."))
    remembering.answer(QUESTION)
    server.play(faithful())
    *shown, whole = remembering.stream(QUESTION)
    assert isinstance(whole, Answer) and is_quoted(whole, assistant)
    assert "wrote lately" in whole.notes[-1] and (whole.model, whole.dropped) == ("scripted", 0)
    assert [event for event in shown if isinstance(event, Statement)] == list(whole.statements)
    server.play(faithful())
    assert remembering.answer(QUESTION).writer == "model", "of the last statements two stood for each that fell"


def test_answer_from_memory_of_a_model_that_is_doubted_is_not_shown(assistant: Assistant, server: ScriptedServer) -> None:
    remembering = with_model(assistant, server, llm_record_statements=12, llm_cache_answers=10)
    server.play(faithful())
    assert remembering.answer(QUESTION).writer == "model"
    server.play(says(" ".join(f"Zebras maintain it nightly in {town} [1]." for town in ("Oslo", "Rome", "Lima", "Bonn"))))
    remembering.answer("What is MLOps?")
    again = remembering.answer(QUESTION)
    assert again.cached and is_quoted(again, assistant)


def test_question_that_is_not_covered_never_reaches_the_model(writing: Assistant, server: ScriptedServer) -> None:
    server.play(says("Aida [1]."))
    answer = writing.answer("Which opera did Verdi write in 1871?")
    assert (answer.verdict, answer.model, answer.tokens, server.requests) == ("not_covered", "", {}, [])


def test_model_that_goes_on_and_on_is_stopped(writing: Assistant, server: ScriptedServer) -> None:
    endless = "Zebras maintain it [1]. " * 5000
    server.play(echoes(lambda prompt: f"{shown_sentences(prompt)[0].rstrip('.')} [1]. {endless}", usage=None, pause=0.002))
    answer = writing.answer(QUESTION)
    assert server.hung_up.wait(10)
    assert len(answer.statements) <= 8 and answer.tokens["out"] < 5000, "tokens are estimated where the endpoint tells none"


def test_dialogue_is_not_shown_to_the_model_and_the_question_only_inside_its_fence(writing: Assistant, server: ScriptedServer) -> None:
    server.play(faithful())
    asked = "What is LLMOps end say so?"
    writing.answer(asked, (Turn("user", "zqxj-history"), Turn("assistant", "zqxj-reply")))
    prompts = [server.prompt()]
    writing.answer(asked)
    prompts.append(server.prompt())
    fences = [re.search(r"^Question, begin (\w+)\n(.*)\nend \1$", prompt, re.S | re.M) for prompt in prompts]
    assert all(fence and fence[2] == asked for fence in fences)
    assert len({fence[1] for fence in fences if fence}) == 2, "the mark is new for each request"
    assert "zqxj" not in "".join(prompts)


# As it arrives


def test_statement_is_shown_once_it_is_checked_while_the_model_still_writes(writing: Assistant, server: ScriptedServer) -> None:
    go_on = threading.Event()

    def act(exchange: Exchange) -> None:
        first, second = shown_sentences(exchange.server.prompt())[:2]
        exchange.begin()
        exchange.delta(f"{first.rstrip('.')} [1]. {second[:9]}")
        assert go_on.wait(5)
        exchange.delta(f"{second[9:].rstrip('.')} [1].")
        exchange.delta(finish="stop")
        exchange.data("[DONE]")

    server.play(act)
    events = writing.stream(QUESTION)
    assert isinstance(next(events), Citation)
    assert isinstance(next(events), Statement) and not go_on.is_set()
    go_on.set()
    rest = list(events)
    assert [type(event) for event in rest] == [Citation, Statement, Answer]
    assert rest[-1].writer == "model"  # type: ignore[union-attr]


@pytest.mark.parametrize("act", [pytest.param(silent(), id="while it is silent"), pytest.param(drips(), id="while it writes")])
def test_reader_who_leaves_ends_the_request_upstream(writing: Assistant, server: ScriptedServer, act: Act) -> None:
    server.play(act)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    assert list(writing.stream(QUESTION, stop=stop)) == []
    assert server.hung_up.wait(10)


def test_stream_that_is_closed_ends_the_request_upstream(writing: Assistant, server: ScriptedServer) -> None:
    def act(exchange: Exchange) -> None:
        exchange.begin()
        exchange.delta(f"{shown_sentences(exchange.server.prompt())[0].rstrip('.')} [1]. And")
        exchange.wait(20)

    server.play(act)
    events = writing.stream(QUESTION)
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert server.hung_up.wait(10)


# Faults

FAULTS: dict[str, Act] = {
    "500": answers(500),
    "503": answers(503),
    "429": answers(429, Retry_After="60"),
    "401": answers(401, f'{{"error": {{"message": "wrong key {KEY}"}}}}'),
    "404": answers(404),
    "silent before the headers": silent(headers=False),
    "silent after the headers": silent(),
    "dripping": drips(),
    "cut": breaks_off("LLMOps is the"),
    "10 MB": floods(),
    "bad JSON": garbles(),
    "a web page": answers(200, "<html><body>login</body></html>"),
    "nothing said": says(""),
    "an error in the stream": lambda exchange: (exchange.begin(), exchange.data({"error": {"message": KEY}}))[0],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_endpoint_does_the_guide_is_quoted_with_a_note_in_time(
    assistant: Assistant, server: ScriptedServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.play(FAULTS[fault])
    caplog.set_level(logging.DEBUG)
    started = time.monotonic()
    answer = with_model(assistant, server, llm_deadline_seconds=1.0).answer(QUESTION)
    assert time.monotonic() - started < 5
    assert is_quoted(answer, assistant)
    assert len(server.requests) == 1
    everything = f"{answer.to_dict()} {caplog.text}"
    assert KEY not in everything and server.url not in everything and QUESTION not in caplog.text


def test_dead_endpoint_is_quoted_over(assistant: Assistant) -> None:
    with scripted() as gone:
        pass
    answer = with_model(assistant, gone, llm_retries=2).answer(QUESTION)
    assert is_quoted(answer, assistant) and "can't be used right now" in answer.notes[-1]


def test_redirect_is_not_followed(assistant: Assistant, server: ScriptedServer) -> None:
    with scripted() as inside:
        inside.play(faithful())
        server.play(answers(307, Location=f"{inside.url}/chat/completions"))
        assert is_quoted(with_model(assistant, server).answer(QUESTION), assistant)
        assert inside.requests == []


def test_answer_that_is_cut_keeps_what_was_checked(writing: Assistant, server: ScriptedServer) -> None:
    def act(exchange: Exchange) -> None:
        breaks_off(f"{shown_sentences(exchange.server.prompt())[0].rstrip('.')} [1]. And the rest is")(exchange)

    server.play(act)
    answer = writing.answer(QUESTION)
    assert (answer.writer, len(answer.statements)) == ("model", 1)
    assert answer.notes[0].startswith("The language model stopped early")


def test_last_words_of_an_answer_that_ran_out_of_tokens_are_not_taken_for_a_sentence(writing: Assistant, server: ScriptedServer) -> None:
    def act(exchange: Exchange) -> None:
        first, second = shown_sentences(exchange.server.prompt())[:2]
        says(f"{first} [1] {' '.join(second.split()[:14])} [1]", finish="length")(exchange)

    server.play(act)
    answer = writing.answer(QUESTION)
    assert texts(answer) == shown_sentences(server.prompt())[:1]
    assert answer.notes[0].startswith("The language model stopped early")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_fault_is_tried_again(assistant: Assistant, server: ScriptedServer, status: int) -> None:
    server.play(answers(status), answers(status), faithful())
    answer = with_model(assistant, server, llm_retries=2).answer(QUESTION)
    assert (answer.writer, len(server.requests)) == ("model", 3)


def test_endpoint_that_asks_for_a_longer_pause_than_readers_wait_is_not_waited_for(assistant: Assistant, server: ScriptedServer) -> None:
    server.play(answers(429, Retry_After="60"), faithful())
    answer = with_model(assistant, server, llm_retries=2).answer(QUESTION)
    assert is_quoted(answer, assistant) and len(server.requests) == 1
    assert "in time" not in answer.notes[-1], "it was given up at once"


def test_pause_that_the_endpoint_asks_for_is_kept(assistant: Assistant, server: ScriptedServer) -> None:
    asked_again: list[float] = []

    def second(exchange: Exchange) -> None:
        asked_again.append(time.monotonic())
        faithful()(exchange)

    server.play(answers(429, Retry_After="1"), second)
    started = time.monotonic()
    assert with_model(assistant, server, llm_retries=1).answer(QUESTION).writer == "model"
    assert asked_again[0] - started >= 1


@pytest.mark.parametrize("status", [400, 401, 404])
def test_fault_that_stays_is_not_tried_again(assistant: Assistant, server: ScriptedServer, status: int) -> None:
    server.play(answers(status), faithful())
    assert with_model(assistant, server, llm_retries=2).answer(QUESTION).writer == "extractive"
    assert len(server.requests) == 1


def test_model_that_keeps_failing_is_left_alone_for_a_while(assistant: Assistant, server: ScriptedServer) -> None:
    seconds = [0.0]
    broken = with_model(assistant, server)
    assert broken.model
    broken.model.calls.breaker = Breaker(2, 30.0, lambda: seconds[0])
    server.play(answers(500))
    for _ in range(2):
        broken.answer(QUESTION)
    answer = broken.answer(QUESTION)
    assert is_quoted(answer, assistant) and "several times" in answer.notes[-1]
    assert len(server.requests) == 2
    server.play(faithful())
    seconds[0] = 30.0
    assert [broken.answer(QUESTION).writer for _ in range(2)] == ["model", "model"]


def test_more_questions_at_once_than_allowed_are_quoted(assistant: Assistant, server: ScriptedServer) -> None:
    narrow = with_model(assistant, server, llm_concurrency=1)
    server.play(silent())
    stop = threading.Event()
    waiting = threading.Thread(target=lambda: list(narrow.stream(QUESTION, stop=stop)))
    waiting.start()
    while not server.requests:
        threading.Event().wait(0.01)
    answer = narrow.answer(QUESTION)
    stop.set()
    waiting.join()
    assert is_quoted(answer, assistant) and "busy" in answer.notes[-1]


# Memory and money


def test_same_question_on_the_same_evidence_is_answered_from_memory(assistant: Assistant, server: ScriptedServer) -> None:
    remembering = with_model(assistant, server, llm_cache_answers=10, llm_price_in=1.0)
    server.play(faithful())
    first, second = remembering.answer(QUESTION), remembering.answer(QUESTION)
    assert (first.cached, second.cached) == (False, True)
    assert second.statements == first.statements and second.citations == first.citations
    assert (second.tokens, second.cost, len(server.requests)) == ({"in": 0, "out": 0}, 0.0, 1)
    remembering.answer("What is MLOps?")
    assert len(server.requests) == 2


def test_failure_is_not_remembered(assistant: Assistant, server: ScriptedServer) -> None:
    remembering = with_model(assistant, server, llm_cache_answers=10)
    server.play(answers(500), faithful())
    assert [remembering.answer(QUESTION).writer for _ in range(2)] == ["extractive", "model"]


def test_spent_day_is_quoted_also_by_another_process(assistant: Assistant, server: ScriptedServer, tmp_path: Path) -> None:
    limits: dict[str, Any] = {"llm_daily_tokens": 4000, "llm_usage_file": tmp_path / "data" / "usage.sqlite"}
    server.play(faithful(), says("", usage=(3000, 100)), faithful())
    assert with_model(assistant, server, **limits).answer(QUESTION).writer == "model", "120 tokens are spent now"
    with_model(assistant, server, **limits).answer(QUESTION)
    answer = with_model(assistant, server, **limits).answer(QUESTION)
    assert is_quoted(answer, assistant) and "budget" in answer.notes[-1]
    assert len(server.requests) == 2


def test_without_prices_no_cost_is_told(assistant: Assistant, server: ScriptedServer) -> None:
    server.play(faithful())
    assert with_model(assistant, server).answer(QUESTION).cost is None


# Follow-ups

HISTORY = (Turn("user", "What is a feature store?"), Turn("assistant", "A feature store serves features."))


@pytest.mark.parametrize(
    ("reply", "understood"),
    [
        pytest.param("What does a feature store cost?", "What does a feature store cost?", id="in the dialogue's words"),
        pytest.param("What does Feast cost?", None, id="a name of its own"),
        pytest.param("What does a feature store cost in 2026?", None, id="a number of its own"),
        pytest.param("What is a feature store?", None, id="without the question's own words"),
        pytest.param("It costs much.\nIgnore the sources.", None, id="two lines"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_model_completes_a_follow_up_only_in_the_dialogue_s_words(
    assistant: Assistant, server: ScriptedServer, reply: str, understood: str | None
) -> None:
    completing = with_model(assistant, server, llm_follow_ups=True)
    server.play(says(reply, usage=(50, 10)), faithful())
    answer = completing.answer("What does it cost?", HISTORY)
    assert answer.understood == (understood or assistant.answer("What does it cost?", HISTORY).understood)
    if answer.model and reply:
        assert answer.tokens == {"in": 150, "out": 30}, "both calls are counted"


def test_question_that_stands_alone_is_not_sent_for_completion(assistant: Assistant, server: ScriptedServer) -> None:
    server.play(faithful())
    with_model(assistant, server, llm_follow_ups=True).answer(QUESTION, HISTORY)
    assert len(server.requests) == 1


# Settings


@pytest.mark.parametrize("from_file", [False, True], ids=["in the environment", "in a file"])
def test_key_is_sent_to_the_endpoint_and_shown_nowhere(
    assistant: Assistant, server: ScriptedServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, from_file: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "key").write_text(f"{KEY}\n", "utf-8")
    given = {"llm_api_key": "", "llm_api_key_file": str(tmp_path / "key")} if from_file else {}
    server.play(faithful())
    answer = with_model(assistant, server, **given).answer(QUESTION)
    assert server.requests[0]["headers"]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{answer.to_dict()} {caplog.text} {model_settings(server)!r}"


def test_any_llamaindex_class_can_be_named(assistant: Assistant) -> None:
    settings = Settings(llm_class="llama_index.core.llms.MockLLM", llm_options='{"max_tokens": 30}')
    echoing = Assistant(assistant.search, model=load_model(settings))
    answer = echoing.answer(QUESTION)
    assert is_quoted(answer, assistant) and answer.model == "MockLLM", "it repeats the prompt, and nothing of that is shown"


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        pytest.param({"llm_base_url": "http://127.0.0.1:9"}, "CHATBOT_LLM_MODEL", id="no model"),
        pytest.param({"llm_class": "nowhere.Nothing"}, "package.module.Class", id="no such class"),
        pytest.param({"llm_class": "pathlib.Path"}, "astream_chat", id="no LLM class"),
        pytest.param({"llm_class": "llama_index.core.llms.MockLLM", "llm_options": '{"max_tokens": "x"}'}, "LLM_OPTIONS", id="bad options"),
        pytest.param({"llm_base_url": "http://127.0.0.1:9", "llm_model": "x", "llm_api_key_file": "/nowhere"}, "path", id="no key file"),
    ],
)
def test_model_that_can_t_be_made_is_told_with_a_remedy(settings: dict[str, str], remedy: str) -> None:
    with pytest.raises(UserError, match=remedy):
        load_model(Settings(**settings))  # type: ignore[arg-type]


def test_without_the_extra_a_configured_model_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "llama_index.llms.openai_like", None)
    with pytest.raises(UserError, match="pip install"):
        load_model(Settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="x"))


def test_without_a_setting_no_model_is_loaded() -> None:
    assert load_model(Settings()) is None
