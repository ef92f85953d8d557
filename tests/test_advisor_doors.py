"""The advisor's doors: HTTP, command, decision record, brief, and the offer in the chat."""

import datetime
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from chatbot.advisor.advisor import Advisor
from chatbot.advisor.brief import brief_html
from chatbot.advisor.command import dialogue
from chatbot.advisor.profile import from_fragment
from chatbot.advisor.record import make_record, read_record, review
from chatbot.advisor.render import advice_markdown, record_markdown, review_markdown
from chatbot.answer import Turn
from chatbot.api import create_app
from chatbot.assistant import Assistant
from chatbot.cli import app
from chatbot.live import LiveAssistant
from chatbot.render import to_markdown
from chatbot.settings import Settings
from index import UserError
from tests.conftest import ROOT

BANK = "We are a retail bank. We want to score loan applications and also let staff ask questions about policy documents."
TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="module")
def advisor(assistant: Assistant) -> Advisor:
    return assistant.advisor


@pytest.fixture
def client(assistant: Assistant, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(feedback_file=tmp_path / "feedback.sqlite")
    with TestClient(create_app(LiveAssistant(lambda: assistant, tmp_path / "current"), settings)) as running:
        yield running


def test_a_description_is_advised_on_over_http(client: TestClient) -> None:
    told = client.post("/api/advise", json={"description": BANK}).json()
    assert told["recommendation"] == "both"
    assert all(each["for"][0]["citation"] for each in told["workstreams"])


def test_a_profile_and_its_link_get_the_same_advice(client: TestClient) -> None:
    streams = [{"name": "Scores", "answers": {"output": "prediction", "input": "fields"}}]
    told = client.post("/api/advise", json={"workstreams": streams}).json()
    linked = client.post("/api/advise", json={"profile": told["link"].partition("#")[2]}).json()
    assert told == linked
    assert told["recommendation"] == "mlops"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "bad_request"),
        ({"description": BANK, "profile": "profile=1;x,b0"}, 422, "bad_request"),
        ({"description": "x" * 2001}, 422, "bad_question"),
        ({"description": " \u200b ."}, 422, "bad_question"),
        ({"workstreams": [{"name": "x", "answers": {"output": "poem"}}]}, 422, "bad_profile"),
        ({"profile": "javascript:alert(1)"}, 422, "bad_profile"),
        ({"description": BANK, "answers": [{"number": 7, "criterion": "output", "option": "text"}]}, 422, "bad_profile"),
    ],
    ids=["nothing", "two at once", "too long", "nothing to read", "no such option", "no link of ours", "no such work stream"],
)
def test_what_can_not_be_advised_on_is_refused_in_the_one_shape(client: TestClient, body: object, status: int, code: str) -> None:
    refused = client.post("/api/advise", json=body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert set(refused.json()) == {"error", "code", "request_id"}


def test_a_record_survives_its_file_and_stands_while_nothing_changes(advisor: Advisor) -> None:
    record = read_record(make_record(advisor.advise(BANK), advisor.criteria, TODAY).model_dump_json())
    found = review(record, advisor, TODAY)
    assert (found.stands, found.overdue, found.criteria_changes, found.passage_changes) == (True, False, (), ())
    assert record.review_by == datetime.date(2027, 11, 24)


def test_a_review_tells_what_changed_in_criteria_and_passages_and_whether_the_decision_stands(advisor: Advisor) -> None:
    data = json.loads(make_record(advisor.advise(BANK), advisor.criteria, TODAY).model_dump_json())
    data["recommendation"] = "mlops"
    data["criteria_version"] = 0
    data["inputs"][0]["weight"] = 1
    data["passages"][0]["sha256"] = "0" * 64
    data["passages"][1]["address"] = "choose/gone/"
    found = review(read_record(json.dumps(data)), advisor, datetime.date(2028, 1, 1))
    assert (found.stands, found.overdue) == (False, True)
    assert any("version" in each for each in found.criteria_changes)
    assert any("weighs" in each for each in found.criteria_changes)
    assert [("now reads" in each, "is gone" in each) for each in found.passage_changes] == [(True, False), (False, True)]
    assert "no longer stands" in review_markdown(found)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "made": "yesterday"}'])
def test_a_file_that_is_no_record_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(UserError, match=r"--record FILE\.json"):
        read_record(text)


def test_a_record_in_markdown_has_inputs_result_alternatives_passages_and_assumptions(advisor: Advisor) -> None:
    written = record_markdown(make_record(advisor.advise(BANK), advisor.criteria, TODAY))
    for part in ("## Situation", "## Decision", "## Alternatives rejected", "## Assumptions", "## Passages", "SHA-256", "2027-11-24"):
        assert part in written


class Elements(HTMLParser):
    """Counts the elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)


def test_a_brief_has_a_picture_for_each_work_stream_and_nothing_that_runs_or_loads(advisor: Advisor) -> None:
    hostile = "<script>alert(1)</script> We want to score loans & let staff ask questions about manuals <img src=x onerror=alert(1)>"
    advice = advisor.advise(hostile)
    elements = Elements(brief_html(advice, TODAY)).seen
    assert elements.count("svg") == len(advice.workstreams) > 0
    assert not {"script", "img", "link", "iframe", "object"} & set(elements)


def test_a_hostile_description_is_text_in_markdown_too(advisor: Advisor) -> None:
    advice = advisor.advise("Forecast demand for the next weeks **now** [x](javascript:alert(1)) <b>")
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]\(|<b>", advice_markdown(advice))


def test_the_command_prints_json_and_writes_record_and_brief(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    record, brief = tmp_path / "r.json", tmp_path / "b.html"
    done = CliRunner().invoke(app, ["advise", BANK, "--json", "--record", str(record), "--brief", str(brief)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["recommendation"] == "both"
    assert "<svg" in brief.read_text("utf-8")
    reviewed = CliRunner().invoke(app, ["advise", "--review", str(record), "--json"])
    assert (reviewed.exit_code, json.loads(reviewed.stdout)["stands"]) == (0, True)


def test_the_command_says_when_it_can_not_decide(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert CliRunner().invoke(app, ["advise", "help us choose please", "--json"]).exit_code == 1


def test_the_dialogue_asks_what_matters_and_stops_when_nothing_is_known(advisor: Advisor) -> None:
    typed = iter(["", "We need something for our office.", "1", "", "", "", "", "", "", ""])
    told: list[str] = []
    advice = dialogue(advisor, lambda asked: next(typed), told.append)
    assert advice.recommendation == "mlops", "option 1 of the first question is a prediction"
    assert any("What must come out?" in each for each in told)


def test_a_choice_question_in_the_chat_is_answered_and_leads_into_the_advisor(assistant: Assistant) -> None:
    answer = assistant.answer("Should we use MLOps or LLMOps to forecast demand for each store?")
    assert answer.advice is not None
    assert answer.advice.recommendation == "mlops"
    read = from_fragment(assistant.advisor.criteria, answer.advice.link.partition("#")[2])
    assert dict(read.workstreams[0].answers)["output"] == "prediction"
    assert "choose/assessment/#profile=1;" in to_markdown(answer)


def test_a_question_that_describes_no_situation_gets_no_advice(assistant: Assistant) -> None:
    assert assistant.answer("What is concept drift?").advice is None


def test_a_question_about_the_assistant_describes_no_case_to_decide(assistant: Assistant) -> None:
    answer = assistant.answer("Could your bot be used with our own documents instead of the guide?")
    assert answer.verdict == "answered" and answer.advice is None


def test_replies_in_the_dialogue_refine_the_advice(assistant: Assistant) -> None:
    first = assistant.answer(BANK)
    assert first.advice is not None
    asked = first.advice.questions[0]
    history = (Turn("user", BANK), Turn("assistant", to_markdown(first)))
    refined = assistant.answer("1", history)
    assert refined.advice is not None
    assert refined.verdict == "answered"
    assert (asked.workstream, asked.question) not in [(each.workstream, each.question) for each in refined.advice.questions]
    by_words = assistant.answer(asked.options[0], history)
    assert by_words.advice is not None
    assert by_words.advice.link == refined.advice.link


def test_a_new_question_after_advice_is_answered_as_a_question(assistant: Assistant) -> None:
    history = (Turn("user", BANK), Turn("assistant", "…"))
    answer = assistant.answer("What is concept drift?", history)
    assert answer.advice is None
    assert answer.statements
