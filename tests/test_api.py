"""The HTTP contract: answers as JSON and as events, the right refusal for every bad input, one shape for every error."""

import json
import logging
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from chatbot.api import add_site, create_app, widget_file
from chatbot.assistant import Assistant
from chatbot.live import LiveAssistant
from chatbot.settings import Settings
from index import IndexBroken
from tests.conftest import ROOT
from tests.guide_server import GuideServer

JSON = {"Content-Type": "application/json"}
Client = Callable[..., TestClient]


@pytest.fixture
def make_client(assistant: Assistant, site: Path, tmp_path: Path) -> Iterator[Client]:
    """Make clients of applications over the guide, or over a given assistant, site folder and settings."""
    opened: list[TestClient] = []

    def make(answering: Any = assistant, folder: Path = site, **settings: Any) -> TestClient:
        live = LiveAssistant(lambda: answering, tmp_path / "none")
        app = create_app(live, Settings(feedback_file=tmp_path / "data" / "feedback.sqlite", **settings))
        add_site(app, folder)
        opened.append(TestClient(app, raise_server_exceptions=False))
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(make_client: Client) -> TestClient:
    """A client of the guide."""
    return make_client()


def events(text: str) -> list[tuple[str, Any]]:
    """Read an event stream by its specification."""
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = [line.partition(":") for line in block.split("\n") if line]
        if fields:
            name = next(value.removeprefix(" ") for field, _, value in fields if field == "event")
            found.append((name, json.loads("\n".join(value.removeprefix(" ") for field, _, value in fields if field == "data"))))
    return found


def is_error(response: Any, status: int, code: str) -> dict[str, str]:
    """Check the one shape of errors and return the body."""
    assert response.status_code == status, response.text
    body: dict[str, str] = response.json()
    assert set(body) == {"error", "code", "request_id"}
    assert body["code"] == code
    assert re.fullmatch(r"[0-9a-f]{16}", body["request_id"])
    assert body["error"]
    return body


def ask(client: TestClient, question: str, **more: Any) -> Any:
    """Ask for JSON."""
    return client.post("/api/ask", json={"question": question, **more})


# Answers


def test_answer_as_json_is_the_assistant_s_answer(client: TestClient, assistant: Assistant) -> None:
    response = ask(client, "What is LLMOps?")
    assert response.status_code == 200
    answer = response.json()
    expected = json.loads(json.dumps(assistant.answer("What is LLMOps?").to_dict()))
    assert {**answer, "timings_ms": 0} == {**expected, "timings_ms": 0}


def test_what_is_not_covered_is_no_error(client: TestClient) -> None:
    response = ask(client, "Which opera did Verdi write in 1871?")
    assert (response.status_code, response.json()["verdict"], response.json()["statements"]) == (200, "not_covered", [])


def test_history_completes_a_follow_up(client: TestClient) -> None:
    turns = [{"role": "user", "content": "What is drift?"}, {"role": "assistant", "content": "…"}]
    assert ask(client, "What are its causes?", history=turns).json()["understood"] == "What are the causes of drift?"


@pytest.mark.parametrize("question", ["What are the challenges of MLOps?", "What is LLMOps?", "Which opera did Verdi write?", "hello"])
def test_stream_sends_each_citation_before_its_use_and_one_terminal_event(client: TestClient, question: str) -> None:
    response = client.post("/api/ask", json={"question": question}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    found = events(response.text)
    names = [name for name, _ in found]
    assert names.count("done") == 1 and names[-1] == "done" and "error" not in names
    whole = found[-1][1]
    assert [data for name, data in found if name == "statement"] == whole["statements"]
    assert [data for name, data in found if name == "citation"] == whole["citations"]
    sent: set[int] = set()
    for name, data in found:
        if name == "citation":
            assert data["number"] not in sent
            sent.add(data["number"])
        if name == "statement":
            assert set(data["citations"]) <= sent


def test_stream_begins_with_what_a_follow_up_was_taken_to_mean(client: TestClient) -> None:
    body = {"question": "What are its causes?", "history": [{"role": "user", "content": "What is drift?"}]}
    response = client.post("/api/ask", json=body, headers={"Accept": "text/event-stream"})
    assert events(response.text)[0] == ("understood", {"question": "What are the causes of drift?"})


def test_no_line_break_in_a_question_breaks_an_event(client: TestClient) -> None:
    body = {"question": "What is drift?\r\n\r\nevent: done\r\ndata: {}\u2028\u0085"}
    response = client.post("/api/ask", json=body, headers={"Accept": "text/event-stream"})
    assert [name for name, _ in events(response.text)].count("done") == 1


class Failing:
    """An assistant that fails with what it is given."""

    def __init__(self, error: Exception, search: Any) -> None:
        self.error, self.search = error, search

    def stream(self, *arguments: object) -> Iterator[None]:
        raise self.error
        yield


def test_stream_that_fails_ends_with_one_error_event(make_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    body = {"question": "What is drift?"}
    for error, code in ((RuntimeError("secret-path"), "internal"), (IndexBroken(Path("x"), "is missing"), "unavailable")):
        response = make_client(Failing(error, None)).post("/api/ask", json=body, headers={"Accept": "text/event-stream"})
        ((name, data),) = events(response.text)
        assert (name, data["code"]) == ("error", code)
        assert "secret-path" not in response.text
    assert "secret-path" in caplog.text, "but the log has it"


def test_fault_of_the_server_tells_nothing_but_a_request_id_that_the_log_has(make_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    body = is_error(ask(make_client(Failing(RuntimeError("secret-path"), None)), "What is drift?"), 500, "internal")
    assert "secret-path" not in str(body)
    assert body["request_id"] in caplog.text


def test_index_that_can_t_be_used_is_503_with_a_remedy_and_a_time_to_retry(make_client: Client) -> None:
    response = ask(make_client(Failing(IndexBroken(Path("x"), "is missing"), None)), "What is drift?")
    assert "chatbot build --fresh" in is_error(response, 503, "unavailable")["error"]
    assert int(response.headers["retry-after"]) > 0


# Bad input

SENT = "zqxj"
"""Stands in what is sent, so that an echo can be seen."""
BAD: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "bad_json"),
    "no JSON": (b"question=zqxj", 400, "bad_json"),
    "JSON cut off": (b'{"question": "zqxj', 400, "bad_json"),
    "not UTF-8": (b'{"question": "zqxj \xff"}', 400, "bad_json"),
    "UTF-16": ('{"question": "zqxj"}'.encode("utf-16"), 400, "bad_json"),
    "raw control character": (b'{"question": "zqxj \x00"}', 400, "bad_json"),
    "NaN": (b'{"question": NaN}', 400, "bad_json"),
    "minus infinity": (b'{"question": "zqxj", "x": -Infinity}', 400, "bad_json"),
    "number of 10,000 digits": (b'{"question": ' + b"1" * 10_000 + b"}", 400, "bad_json"),
    "60,000 brackets": (b"[" * 60_000, 400, "bad_json"),
    "30,000 lists in the history": (b'{"question": "zqxj", "history": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400, "bad_json"),
    "1e999": (b'{"question": 1e999}', 422, "bad_request"),
    "null": (b"null", 422, "bad_request"),
    "a list": (b'["zqxj"]', 422, "bad_request"),
    "no question": (b'{"zqxj": 1}', 422, "bad_request"),
    "question null": (b'{"question": null}', 422, "bad_request"),
    "question a list": (b'{"question": ["zqxj"]}', 422, "bad_request"),
    "question an object": (b'{"question": {"zqxj": 1}}', 422, "bad_request"),
    "history no list": (b'{"question": "drift", "history": "zqxj"}', 422, "bad_request"),
    "role unknown": (b'{"question": "drift", "history": [{"role": "zqxj", "content": ""}]}', 422, "bad_request"),
    "51 turns": (json.dumps({"question": "drift", "history": [{"role": "user", "content": "zqxj"}] * 51}).encode(), 422, "bad_request"),
    "page too long": (json.dumps({"question": "drift", "page": "zqxj" * 200}).encode(), 422, "bad_request"),
    "lone surrogate in the history": (b'{"question": "and?", "history": [{"role": "user", "content": "\\ud800"}]}', 422, "bad_request"),
    "lone surrogate in the context": (b'{"question": "drift", "context": "\\udfff"}', 422, "bad_request"),
    "empty": (b'{"question": ""}', 422, "bad_question"),
    "white space": (b'{"question": " \\n\\t\\u00a0\\u3000"}', 422, "bad_question"),
    "control characters": (b'{"question": "\\u0000\\u0007\\u001b"}', 422, "bad_question"),
    "invisible characters": ('{"question": "\u200b\u202e\ufeff"}'.encode(), 422, "bad_question"),
    "punctuation": (b'{"question": "?!..."}', 422, "bad_question"),
    "a lone surrogate": (b'{"question": "\\ud800"}', 422, "bad_question"),
    "2,001 characters": (json.dumps({"question": "z" * 2001}).encode(), 422, "bad_question"),
    "60,000 characters": (json.dumps({"question": "z" * 60_000}).encode(), 422, "bad_question"),
    "100,000 characters": (json.dumps({"question": "z" * 100_000}).encode(), 413, "too_large"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_bad_body_is_refused_without_an_echo(client: TestClient, accept: str, body: bytes, status: int, code: str) -> None:
    response = client.post("/api/ask", content=body, headers={**JSON, "Accept": accept})
    refused = is_error(response, status, code)
    assert SENT not in response.text and "zzzz" not in response.text
    assert "pydantic" not in response.text and "Traceback" not in refused["error"]


@pytest.mark.parametrize(
    "question",
    [
        "什么是MLOps？",
        "ما هو MLOps؟",
        "Что такое MLOps?",
        "MLOps とは何ですか",
        "🤖 what is drift?",
        "What is drift\u0000\u0007 \u001b[31m?",
        "what\u202e is\u200b drift",
        "e\u0301" * 900,
        "x " * 1000,
    ],
    ids=["Chinese", "Arabic", "Russian", "Japanese", "emoji", "control", "invisible", "combining", "2,000 characters"],
)
def test_unusual_question_is_answered_or_not_covered_but_never_a_fault(client: TestClient, question: str) -> None:
    response = ask(client, question)
    assert response.status_code == 200
    assert response.json()["verdict"] in ("answered", "partial", "not_covered")
    assert not re.search("[\x00-\x1f\u200b\u202e]", response.json()["question"])


def test_lone_surrogate_among_words_is_answered(client: TestClient) -> None:
    response = client.post("/api/ask", content=b'{"question": "What is drift \\ud800?"}', headers=JSON)
    assert response.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""])
@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback"])
def test_only_json_is_taken(client: TestClient, path: str, kind: str) -> None:
    is_error(client.post(path, content=b'{"question": "zqxj"}', headers={"Content-Type": kind}), 415, "not_json")


def test_charset_after_the_content_type_is_no_harm(client: TestClient) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("/api/ask", content=b'{"question": "What is drift?"}', headers=headers).status_code == 200


def test_body_of_announced_10_gb_is_refused_before_it_is_sent(server: GuideServer) -> None:
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n")
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()


def test_body_without_a_length_is_cut_off_at_the_limit(server: GuideServer) -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 65_536
            yield b" " * 65_536

    with suppress(httpx.TransportError):  # the server may close while we are sending
        is_error(httpx.post(f"{server.url}api/ask", content=chunks(), headers=JSON), 413, "too_large")
    assert taken < 1000 * 65_536


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/ask", "POST"),
        ("PUT", "/api/ask", "POST"),
        ("DELETE", "/api/feedback", "POST"),
        ("POST", "/api/suggestions", "GET"),
        ("POST", "/healthz", "GET"),
    ],
)
def test_wrong_method_is_405_and_names_the_right_one(client: TestClient, method: str, path: str, allowed: str) -> None:
    response = client.request(method, path)
    is_error(response, 405, "method_not_allowed")
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/ask/more", "/api/.env"])
def test_address_below_api_that_is_not_there_is_404_as_json(client: TestClient, path: str) -> None:
    is_error(client.get(path), 404, "not_found")


# Suggestions, health, widget, description


def test_suggestions_are_questions_that_pages_answer(client: TestClient, assistant: Assistant) -> None:
    own = {question for page in assistant.search.pages.values() for question in page.questions}
    found = client.get("/api/suggestions").json()["suggestions"]
    assert len(found) == 3 and set(found) <= own


@pytest.mark.parametrize("address", ["llmops/rag/", "/llmops/rag/", "llmops/rag/index.html"])
def test_suggestions_of_a_page_are_its_own(client: TestClient, assistant: Assistant, address: str) -> None:
    found = client.get("/api/suggestions", params={"page": address}).json()["suggestions"]
    assert found and set(found) <= set(assistant.search.pages["llmops/rag/"].questions)


def test_suggestions_for_a_page_that_is_not_there_are_general(client: TestClient) -> None:
    assert len(client.get("/api/suggestions", params={"page": "no/such/"}).json()["suggestions"]) == 3
    refused = client.get("/api/suggestions", params={"page": SENT * 200})
    assert SENT not in str(is_error(refused, 422, "bad_request"))


def test_health_and_readiness(client: TestClient, assistant: Assistant) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["index_version"], ready["dense"]) == ("ready", assistant.search.version, True)


def test_widget_can_be_loaded_by_any_site(client: TestClient) -> None:
    response = client.get("/assistant.js")
    assert response.content == widget_file().read_bytes()
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "*"


def test_description_for_machines_names_every_address_of_the_api(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert {"/api/ask", "/api/suggestions", "/api/feedback", "/healthz", "/readyz"} <= set(described["paths"])
    body = described["paths"]["/api/ask"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"question", "history", "page"} <= set(body["properties"])


def test_api_page_works_and_loads_nothing_from_elsewhere(server: GuideServer, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}api/docs")
    page.get_by_text("/api/suggestions").wait_for(timeout=10_000)
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []
    context.close()


# The site


def test_site_is_served_and_what_is_missing_gets_the_site_s_own_page(client: TestClient) -> None:
    assert "<h1" in client.get("/").text
    missing = client.get("/no/such/page/")
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("text/html")
    assert missing.text == (ROOT / "site" / "404.html").read_text("utf-8")


def test_hidden_files_and_files_outside_are_not_served(make_client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "html"
    for name in ("index.html", ".env", ".git/config", "a/.hidden/x.html", "a/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("inside", "utf-8")
    (tmp_path / "secret.html").write_text("outside", "utf-8")
    (folder / "link.html").symlink_to(tmp_path / "secret.html")
    client = make_client(folder=folder)
    assert client.get("/a/").text == "inside"
    hidden = ["/.env", "/%2eenv", "/.git/config", "/a/.hidden/x.html", "/a/%2e%2e/.env", "/link.html"]
    for path in [*hidden, "/..%2fsecret.html", "/a/..%2f..%2fsecret.html", "/%2fetc/passwd", "/%00", "/" + "a" * 5000]:
        response = client.get(path)
        assert response.status_code == 404, path
        assert "inside" not in response.text and "outside" not in response.text


@pytest.mark.parametrize(
    "path", ["/.inputs", "/about/../.inputs", "/../index/store/current", "/%2e%2e/index/store/current", "//etc/passwd", "/..\\.inputs"]
)
def test_path_that_no_browser_would_send_leads_nowhere(server: GuideServer, path: str) -> None:
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 404 ")


def test_redirect_to_a_folder_does_not_repeat_the_host_that_was_sent(client: TestClient) -> None:
    response = client.get("/llmops/rag?a=1", headers={"Host": "evil.example"}, follow_redirects=False)
    assert response.headers["location"] == "./rag/?a=1"
    assert client.get("/llmops/rag").status_code == 200


@pytest.mark.parametrize("path", ["/", "/no/such/", "/api/suggestions", "/api/nothing", "/assistant.js", "/api/docs", "/chat/", "/healthz"])
def test_every_answer_carries_the_headers_that_keep_it_safe(server: GuideServer, path: str) -> None:
    headers = httpx.get(server.url + path[1:]).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"]


def test_other_sites_may_ask_only_if_they_are_named(make_client: Client) -> None:
    body, origin = {"question": "What is drift?"}, "https://docs.example.org"
    named = make_client(allowed_origins=f"https://a.example, {origin}")
    assert named.post("/api/ask", json=body, headers={"Origin": origin}).headers["access-control-allow-origin"] == origin
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert named.options("/api/ask", headers=preflight).status_code == 200
    for client, asking in ((named, "https://evil.example"), (make_client(), origin), (named, "null")):
        response = client.post("/api/ask", json=body, headers={"Origin": asking})
        assert "access-control-allow-origin" not in response.headers


# Feedback


def feedback(**more: Any) -> dict[str, Any]:
    """Return feedback as the widget sends it."""
    return {"id": str(uuid4()), "rating": "up", "question": "What is drift?", "verdict": "answered", "citations": ["a/#b"], **more}


def stored(file: Path) -> list[tuple[Any, ...]]:
    """Read the file as another program would."""
    with sqlite3.connect(file) as other:
        return other.execute("SELECT id, rating, comment, citations FROM feedback ORDER BY rowid").fetchall()


def test_feedback_is_on_the_disk_when_it_is_acknowledged_and_there_once(client: TestClient, tmp_path: Path) -> None:
    sent = feedback(comment="=1+1 'quoted' \u0000 привет", citations=["a/#b", "c/"])
    for _ in range(2):
        response = client.post("/api/feedback", json=sent)
        assert (response.status_code, response.json()) == (201, {"stored": True})
        assert stored(tmp_path / "data" / "feedback.sqlite") == [(sent["id"], "up", sent["comment"], "a/#b\nc/")]


def test_feedback_of_many_readers_at_once_is_stored_whole(client: TestClient, tmp_path: Path) -> None:
    sent = [feedback() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        assert {response.status_code for response in pool.map(lambda body: client.post("/api/feedback", json=body), sent * 2)} == {201}
    assert {row[0] for row in stored(tmp_path / "data" / "feedback.sqlite")} == {body["id"] for body in sent}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "zqxj"},
        {"id": None},
        {"rating": "zqxj"},
        {"rating": 1},
        {"reason": "zqxj"},
        {"comment": "z" * 2001},
        {"question": "\ud800"},
        {"verdict": "zqxj"},
        {"citations": ["x"] * 21},
        {"citations": "zqxj"},
        {"zqxj": "unknown field"},
        {"received": "2000-01-01"},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}: {str(next(iter(wrong.values())))[:12]!a}",
)
def test_wrong_feedback_is_refused_and_not_stored(client: TestClient, tmp_path: Path, wrong: dict[str, Any]) -> None:
    refused = client.post("/api/feedback", content=json.dumps(feedback(**wrong)), headers=JSON)
    is_error(refused, 422, "bad_request")
    assert SENT not in refused.text and "found `" not in refused.text
    assert not (tmp_path / "data" / "feedback.sqlite").exists() or stored(tmp_path / "data" / "feedback.sqlite") == []


def test_feedback_that_can_t_be_written_is_503_and_answering_goes_on(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    response = client.post("/api/feedback", json=feedback())
    is_error(response, 503, "unavailable")
    assert "retry-after" in response.headers
    assert str(tmp_path) not in response.text
    assert ask(client, "What is drift?").status_code == 200
    (tmp_path / "data").unlink()
    assert client.post("/api/feedback", json=feedback()).status_code == 201, "and it resumes by itself"


def test_feedback_while_the_file_is_locked_is_503_and_resumes(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.feedback._BUSY_SECONDS", 0.05)
    assert client.post("/api/feedback", json=feedback()).status_code == 201
    with sqlite3.connect(tmp_path / "data" / "feedback.sqlite") as other:
        other.execute("BEGIN IMMEDIATE")
        is_error(client.post("/api/feedback", json=feedback()), 503, "unavailable")
        other.rollback()
    assert client.post("/api/feedback", json=feedback()).status_code == 201
    assert len(stored(tmp_path / "data" / "feedback.sqlite")) == 2


def test_feedback_is_not_written_into_a_file_that_is_gone(client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "data" / "feedback.sqlite"
    client.post("/api/feedback", json=feedback())
    for path in file.parent.iterdir():
        path.unlink()
    sent = feedback()
    assert client.post("/api/feedback", json=sent).status_code == 201
    assert [row[0] for row in stored(file)] == [sent["id"]]


def test_damaged_feedback_file_is_503(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "feedback.sqlite").write_bytes(b"no database " * 500)
    is_error(client.post("/api/feedback", json=feedback()), 503, "unavailable")


def test_feedback_can_be_switched_off(make_client: Client, tmp_path: Path) -> None:
    is_error(make_client(feedback=False).post("/api/feedback", json=feedback()), 404, "not_found")
    assert not (tmp_path / "data").exists()


# What is logged


def test_questions_are_not_logged_unless_gaps_are_noted(make_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "chatbot")
    ask(make_client(), "Which opera did Verdi write in 1871?")
    assert "Verdi" not in caplog.text
    ask(make_client(note_gaps=True), "Which opera did Verdi write in 1871?")
    assert "Verdi" in caplog.text


def test_address_can_t_forge_a_line_of_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "chatbot")
    client.get("/api/x%0aERROR forged%1b[31m")
    assert "forged" in caplog.text
    assert not any(
        "\n" in record.getMessage() or "\x1b" in record.getMessage() for record in caplog.records if record.name.startswith("chatbot")
    )
