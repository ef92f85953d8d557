"""The MCP door, asked by a real MCP client of a really running server; and what a client that is none may not do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession, types
from mcp.client.streamable_http import streamable_http_client

from index import Store, build_index
from tests.guide_server import GuideServer, serving

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def with_client(server: GuideServer, use: Callable[[ClientSession], Awaitable[Any]], path: str = "mcp") -> Any:
    """Connect as an agent does, do something, and return its result."""

    async def connected() -> Any:
        async with (
            streamable_http_client(f"{server.url}{path}") as (reads, writes, _),
            ClientSession(reads, writes, read_timeout_seconds=timedelta(seconds=30)) as session,
        ):
            await session.initialize()
            return await use(session)

    with ThreadPoolExecutor(1) as thread:  # Playwright's loop runs in this one, once a browser test has begun
        return thread.submit(asyncio.run, connected()).result()


def call(server: GuideServer, tool: str, arguments: dict[str, Any]) -> types.CallToolResult:
    """Call one tool."""
    result = with_client(server, lambda session: session.call_tool(tool, arguments))
    assert isinstance(result, types.CallToolResult)
    return result


def error(result: types.CallToolResult) -> str:
    """Return the message of a failed call."""
    assert result.isError
    assert isinstance(result.content[0], types.TextContent)
    return result.content[0].text


def post(server: GuideServer, message: dict[str, Any] = LIST, **headers: str) -> httpx.Response:
    """Post a message without being a client."""
    return httpx.post(f"{server.url}mcp", json=message, headers={**HEADERS, **headers}, timeout=30)


def test_exactly_the_guide_s_tools_are_offered_and_each_says_what_it_takes_and_gives(server: GuideServer) -> None:
    tools = {tool.name: tool for tool in with_client(server, lambda session: session.list_tools()).tools}
    assert set(tools) == {"ask", "search", "read_page", "advise"}
    for tool in tools.values():
        assert tool.title
        assert tool.description is not None and len(tool.description) > 100
        assert tool.annotations is not None and tool.annotations.readOnlyHint
        assert tool.outputSchema is not None and tool.outputSchema["type"] == "object"
        assert tool.inputSchema["additionalProperties"] is False
        for name, field in tool.inputSchema["properties"].items():
            assert {"string": "maxLength", "integer": "maximum", "array": "maxItems"}[field["type"]] in field, (
                f"{tool.name}.{name} is unbounded"
            )
            assert field["description"]


def test_answer_is_data_whose_citations_can_be_read_on(server: GuideServer) -> None:
    answer = call(server, "ask", {"question": "What is LLMOps?"}).structuredContent
    assert answer is not None and answer["verdict"] == "answered"
    numbers = {citation["number"] for citation in answer["citations"]}
    assert all(set(statement["citations"]) <= numbers for statement in answer["statements"])
    cited = answer["citations"][0]
    page = call(server, "read_page", {"url": cited["url"]}).structuredContent
    assert page is not None and page["sections"][0]["headings"][-1] == cited["heading"]
    assert cited["quote"][:60] in "".join(section["text"].replace("**", "") for section in page["sections"])


def test_what_the_guide_does_not_cover_is_said(server: GuideServer) -> None:
    answer = call(server, "ask", {"question": "Which opera did Verdi write in 1871?"}).structuredContent
    assert answer is not None and answer["verdict"] == "not_covered" and not answer["statements"]


def test_follow_up_is_completed_from_the_history(server: GuideServer) -> None:
    history = [{"role": "user", "content": "What is data drift?"}, {"role": "assistant", "content": "A change of the input data."}]
    answer = call(server, "ask", {"question": "What are its causes?", "history": history}).structuredContent
    assert answer is not None and "drift" in answer["understood"]


def test_search_returns_as_many_passages_as_asked_best_first(server: GuideServer) -> None:
    found = call(server, "search", {"query": "how to notice drift", "limit": 3}).structuredContent
    assert found is not None and len(found["results"]) == 3
    scores = [result["score"] for result in found["results"]]
    assert scores == sorted(scores, reverse=True)
    assert "drift" in found["results"][0]["text"].lower()


def test_long_page_is_read_to_its_end_in_parts(server: GuideServer) -> None:
    async def read(session: ClientSession) -> list[str]:
        links, start = [], 0
        while start is not None:
            part = (await session.call_tool("read_page", {"url": "foundations/glossary/", "start": start})).structuredContent
            assert part is not None and part["sections"]
            links += [section["url"] for section in part["sections"]]
            start = part["next_start"]
        return links

    links = with_client(server, read)
    assert len(links) == len(set(links)) > 80


BANK = "We are a retail bank. We want to score loan applications and also let staff ask questions about policy documents."


def test_advice_names_each_task_with_reasons_from_the_words_and_cited(server: GuideServer) -> None:
    advice = call(server, "advise", {"description": BANK}).structuredContent
    assert advice is not None and advice["recommendation"] == "both"
    assert [stream["recommendation"] for stream in advice["workstreams"]] == ["mlops", "llmops"]
    cited = {citation["number"] for citation in advice["citations"]}
    for stream in advice["workstreams"]:
        assert stream["for"] and all(reason["words"] in BANK and reason["citation"] in cited for reason in stream["for"])
        assert stream["scores"]["mlops"]["low"] < stream["scores"]["mlops"]["high"]
    assert advice["questions"] and advice["unknown"] and advice["flips"] and advice["next_steps"] and advice["limits"]


def test_answer_to_a_returned_question_refines_the_advice(server: GuideServer) -> None:
    question = {"number": 1, "criterion": "alternative", "option": "reaches"}
    advice = call(server, "advise", {"description": BANK, "answers": [question]}).structuredContent
    assert advice is not None
    assert [stream["recommendation"] for stream in advice["workstreams"]] == ["mlops", "neither"]
    assert advice["workstreams"][1]["constraints"]


def test_text_without_a_task_gets_no_recommendation(server: GuideServer) -> None:
    advice = call(server, "advise", {"description": "The weather is nice today."}).structuredContent
    assert advice is not None and advice["recommendation"] is None and advice["questions"]
    assert "describes no task" in advice["notes"][0]


def test_table_is_read_as_a_table_and_steps_as_steps(server: GuideServer) -> None:
    page = call(server, "read_page", {"url": "/operate/maturity/"}).structuredContent
    assert page is not None
    text = "\n".join(section["text"] for section in page["sections"])
    assert "\n| --- | --- |" in text
    assert "\n2. " in text


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        pytest.param("ask", {"question": "?!"}, "The question is empty. Type a question in words.", id="nothing to read"),
        pytest.param("ask", {"question": "x" * 2001}, "Ask in at most 2,000.", id="too long"),
        pytest.param("ask", {}, "question: Field required.", id="nothing sent"),
        pytest.param("ask", {"question": "drift", "system": "be rude"}, "`ask` takes `question`, `history`.", id="unknown parameter"),
        pytest.param("search", {"query": "drift", "limit": 10_000}, "limit: Input should be less than or equal to 20", id="too many"),
        pytest.param("read_page", {"url": "../../etc/passwd"}, "The index has no page of that address.", id="no page"),
        pytest.param("read_page", {"url": "llmops/rag/#nowhere"}, "That page has no section of that anchor.", id="no section"),
        pytest.param("advise", {"description": "?"}, "The question is empty.", id="nothing described"),
        pytest.param(
            "advise",
            {"description": BANK, "answers": [{"number": 5, "criterion": "output", "option": "text"}]},
            "There is no work stream 5",
            id="no such task",
        ),
        pytest.param(
            "advise",
            {"description": BANK, "answers": [{"number": 0, "criterion": "output", "option": "gold"}]},
            "'output: gold' is no answer",
            id="no such option",
        ),
        pytest.param("respond", {"question": "drift"}, "There is no tool of that name.", id="handler of the demo"),
    ],
)
def test_call_that_cannot_be_answered_says_why(server: GuideServer, tool: str, arguments: dict[str, Any], message: str) -> None:
    assert message in error(call(server, tool, arguments))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"])
def test_page_of_a_foreign_origin_may_not_call(server: GuideServer, origin: str) -> None:
    refused = post(server, Origin=origin)
    assert refused.status_code == 403
    assert refused.json()["code"] == "foreign_origin"
    assert "access-control-allow-origin" not in refused.headers


def test_origin_named_like_a_spoofed_host_is_foreign_all_the_same(server: GuideServer) -> None:
    assert post(server, Origin="http://rebound.example", Host="rebound.example").status_code == 403


def test_own_page_may_call(server: GuideServer) -> None:
    assert "read_page" in post(server, Origin=server.url.rstrip("/")).text


MANUAL = """<main><h1>Espresso at the office</h1><p>An espresso machine forces hot water through coffee.</p>
<h2 id="scale">Descaling</h2><p>Descale the espresso machine every two months.</p></main>"""


@pytest.fixture(scope="module")
def manual(encoders: Path, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuideServer]:
    """A server of somebody else's manual, whose pages may call it from their own site."""
    folder = tmp_path_factory.mktemp("manual")
    (folder / "html").mkdir()
    (folder / "html" / "index.html").write_text(MANUAL, "utf-8")
    (folder / "store").mkdir()
    (folder / "store" / "encoders").symlink_to(encoders)
    build_index(folder / "html", Store(folder / "store"), site_url="https://docs.example.org/")
    with serving(store=folder / "store", CHATBOT_ALLOWED_ORIGINS="https://docs.example.org") as running:
        yield running


def test_page_of_an_allowed_origin_may_call_with_the_headers_of_mcp(manual: GuideServer) -> None:
    origin = "https://docs.example.org"
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,mcp-protocol-version",
    }
    assert httpx.options(f"{manual.url}mcp", headers=asked).headers["access-control-allow-origin"] == origin
    assert "read_page" in post(manual, Origin=origin).text
    assert post(manual, Origin="https://evil.example").status_code == 403


def test_other_site_s_pages_are_read_by_their_published_links_and_nothing_advises_there(manual: GuideServer) -> None:
    tools = with_client(manual, lambda session: session.list_tools()).tools
    assert {tool.name for tool in tools} == {"ask", "search", "read_page"}
    assert "What do you want to do?" not in httpx.get(f"{manual.url}chat/config").text
    page = call(manual, "read_page", {"url": "https://docs.example.org/#scale"}).structuredContent
    assert page is not None and [section["text"] for section in page["sections"]] == ["Descale the espresso machine every two months."]


@pytest.mark.parametrize("method", ["resources/list", "resources/read", "prompts/get", "resources/templates/list"])
def test_nothing_but_the_tools_is_served(server: GuideServer, method: str) -> None:
    params = {"uri": "x://y", "name": "x"}
    answered = post(server, {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, **{"X-Forwarded-Host": "127.0.0.1:1"})
    assert "Method not found" in answered.text


@pytest.mark.parametrize("path", ["", "/", "/sse", "/schema", "/http", "/messages/", "/</script><script>alert(1)</script>/gradio_api/mcp"])
def test_gradio_s_own_address_of_mcp_is_closed(server: GuideServer, path: str) -> None:
    for method in ("GET", "POST"):
        answered = httpx.request(method, f"{server.url}chat/gradio_api/mcp{path}", headers=HEADERS)
        assert answered.status_code == 404
        assert "script" not in answered.text


def test_browser_s_visit_and_a_stream_that_would_stay_silent_are_refused(server: GuideServer) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answered = httpx.request(method, f"{server.url}mcp", headers=HEADERS)
        assert (answered.status_code, answered.headers["allow"]) == (405, "POST")


def test_body_may_be_no_longer_than_the_limit(server: GuideServer) -> None:
    big = {**LIST, "params": {"x": "x" * 70_000}}
    assert post(server, big).json()["code"] == "too_large"
    chunks = (b"x" * 1000 for _ in range(100))
    assert httpx.post(f"{server.url}mcp", content=chunks, headers=HEADERS, timeout=30).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"jsonrpc": "2.0", "id": NaN}', b"\xff", b"[" * 5000])
def test_body_that_is_no_message_is_refused(server: GuideServer, body: bytes) -> None:
    answered = httpx.post(f"{server.url}mcp", content=body, headers=HEADERS, timeout=30)
    assert 400 <= answered.status_code < 500, answered.text


def test_characters_that_are_none_do_not_break_a_call(server: GuideServer) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"question":"What is \\ud800 drift?"}}}'
    answered = httpx.post(f"{server.url}mcp", content=body, headers=HEADERS, timeout=30)
    assert answered.status_code < 500, answered.text


def test_without_the_demo_there_is_no_mcp(site: Path, server: GuideServer) -> None:
    with serving("--no-demo", store=site.parent / "index" / "store") as running:
        assert post(running).status_code in {404, 405}
