"""A fake of the assistant's server and of the site around it, for the browser tests of the widget.

Speaks the HTTP contract and nothing more: what it answers is scripted by the test, question by question.
"""

import json
import mimetypes
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

WIDGET = Path(__file__).parent.parent / "docs" / "assets" / "assistant.js"
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The policy of every page unless a test says otherwise: stricter than the guide's own."""

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Content-Type, Accept"}
"""Lets any other site use this server, as an operator may allow."""

Json = dict[str, Any]
Part = bytes | float | threading.Event
"""What a reply is made of: bytes, seconds to wait, or an event to wait for."""


@dataclass(frozen=True)
class Reply:
    """One scripted reply to a question."""

    parts: tuple[Part, ...]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream"})


def event(name: str, data: object) -> bytes:
    """Return one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def statement(text: str, *citations: int, kind: str = "text", label: str = "") -> Json:
    """Return a statement of an answer."""
    return {"kind": kind, "text": text, "citations": list(citations), "label": label}


def citation(number: int, title: str, heading: str, url: str, quote: str) -> Json:
    """Return a citation of an answer."""
    return {"number": number, "title": title, "heading": heading, "url": url, "quote": quote}


def answer(*statements: Json, citations: tuple[Json, ...] = (), **more: object) -> Json:
    """Return a whole answer; `more` overrides its fields."""
    return {
        "question": "",
        "understood": None,
        "verdict": "answered",
        "confidence": 0.93,
        "writer": "extractive",
        "statements": list(statements),
        "citations": list(citations),
        "nearest": [],
        "suggestions": [],
        "missing": None,
        "notes": [],
        "index_version": "test-1",
        "timings_ms": {"total": 8.4},
        **more,
    }


def events(whole: Json) -> Iterator[bytes]:
    """Stream an answer as the contract says: a citation before the first statement that uses it, at last `done`."""
    if whole["understood"]:
        yield event("understood", {"question": whole["understood"]})
    sent: set[int] = set()
    for said in whole["statements"]:
        for cited in whole["citations"]:
            if cited["number"] in said["citations"] and cited["number"] not in sent:
                sent.add(cited["number"])
                yield event("citation", cited)
        yield event("statement", said)
    yield event("done", whole)


def streamed(whole: Json) -> Reply:
    """Return the reply that streams a whole answer."""
    return Reply(tuple(events(whole)))


def failing(status: int, error: str, **headers: str) -> Reply:
    """Return a refusal in the server's JSON shape."""
    body = json.dumps({"error": error, "code": "refused", "request_id": "req-7"}).encode()
    return Reply((body,), status, {"Content-Type": "application/json", **headers})


class WidgetServer:
    """The server under `with`: `replies` is what it says, `asked` and `rated` are what it heard."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[Json] = []
        self.rated: list[Json] = []
        self.rating_status = 201
        self.suggestions: list[str] = []
        self.pages: dict[str, str] = {}
        self.policy = STRICT
        self.folder: Path | None = None
        """A built site to serve where `pages` has nothing."""
        self.requests: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "WidgetServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _file_in(folder: Path, path: str) -> Path | None:
    file = folder / path.lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    return file if file.is_file() else None


def _handler(world: WidgetServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            world.requests.append(self.path)
            if path in ("/assistant.js", "/assets/assistant.js"):
                self._send(200, "text/javascript", WIDGET.read_bytes())
            elif path == "/api/suggestions":
                self._send(200, "application/json", json.dumps({"suggestions": world.suggestions}).encode())
            elif path in world.pages:
                kind = {"css": "text/css", "js": "text/javascript"}.get(path.rsplit(".", 1)[-1], "text/html")
                self._send(200, f"{kind}; charset=utf-8", world.pages[path].encode())
            elif world.folder and (file := _file_in(world.folder, path)):
                self._send(200, mimetypes.guess_type(file)[0] or "text/plain", file.read_bytes())
            else:
                self._send(404, "text/html", b"")

        def do_OPTIONS(self) -> None:
            self._send(204, "text/plain", b"")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            world.requests.append(self.path)
            if self.path == "/api/feedback":
                world.rated.append(body)
                self._send(world.rating_status, "application/json", b'{"stored": true}')
                return
            world.asked.append(body)
            reply = world.replies.get(body["question"]) or streamed(answer(statement(f"You asked: {body['question']}")))
            self.send_response(reply.status)
            for name, value in {**reply.headers, **CORS, "Connection": "close"}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for part in reply.parts:
                    self._write(part)
            except OSError:
                pass  # the reader has gone

        def _write(self, part: Part) -> None:
            if isinstance(part, bytes):
                self.wfile.write(part)
                self.wfile.flush()
            elif isinstance(part, threading.Event):
                part.wait(10)
            else:
                time.sleep(part)

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": world.policy}
            for name, value in {**headers, **CORS}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler
