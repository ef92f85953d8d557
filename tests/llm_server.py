"""A scripted OpenAI-compatible server over real HTTP: it streams what a test says, or fails as a test says.

Each request takes the next act of the script; the last act is repeated. What was sent, and whether the other side hung up,
is kept.
"""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[["Exchange"], None]


def chunk(choices: list[Any], **more: Any) -> dict[str, Any]:
    """Return a chunk of a chat completion."""
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": choices, **more}


class Exchange(BaseHTTPRequestHandler):
    """One request and what an act does with it."""

    protocol_version = "HTTP/1.1"
    server: "ScriptedServer"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        act = self.server.take(self.path, dict(self.headers), body)
        try:
            act(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.hung_up.set()
        self.close_connection = True

    def do_GET(self) -> None:
        self.server.take(self.path, dict(self.headers), {})
        self.send_error(404)

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Send status and headers of a body without an announced length."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def data(self, payload: Any) -> None:
        """Send one event."""
        self.wfile.write(f"data: {payload if isinstance(payload, str) else json.dumps(payload)}\n\n".encode())
        self.wfile.flush()

    def delta(self, text: str | None = None, finish: str | None = None) -> None:
        """Send one chunk of a chat completion."""
        delta = {"role": "assistant", "content": text} if text is not None else {}
        self.data(chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    def wait(self, seconds: float) -> None:
        """Wait, or raise as soon as the other side hangs up."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0 and not self.server.ending.is_set():
            if select.select([self.connection], [], [], min(left, 0.02))[0] and self.connection.recv(1, socket.MSG_PEEK) == b"":
                raise ConnectionResetError

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class ScriptedServer(ThreadingHTTPServer):
    """The server; `play` sets what it does next."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.ending = threading.Event()
        self.reset()

    @property
    def url(self) -> str:
        """As `CHATBOT_LLM_BASE_URL` takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def reset(self, *acts: Act) -> None:
        """Forget what was, and play these acts from now on."""
        self.requests: list[dict[str, Any]] = []
        self.hung_up = threading.Event()
        self._acts = list(acts) or [says("")]
        self._lock = threading.Lock()

    play = reset

    def take(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Act:
        """Note a request and return the act for it."""
        with self._lock:
            self.requests.append({"path": path, "headers": headers, **body})
            return self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]

    def prompt(self, number: int = -1) -> str:
        """Return all that a request said."""
        return "\n".join(message["content"] for message in self.requests[number]["messages"])


def says(text: str, *, usage: tuple[int, int] | None = (100, 20), pause: float = 0.0, piece: int = 7, finish: str = "stop") -> Act:
    """Stream a text in small pieces, as a model does."""

    def act(exchange: Exchange) -> None:
        exchange.begin()
        for start in range(0, len(text), piece):
            exchange.delta(text[start : start + piece])
            if pause:
                exchange.wait(pause)
        exchange.delta(finish=finish)
        if usage:
            counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
            exchange.data(
                {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [], "usage": counted}
            )
        exchange.data("[DONE]")

    return act


def echoes(answer: Callable[[str], str], **how: Any) -> Act:
    """Say what a function makes of the prompt."""

    def act(exchange: Exchange) -> None:
        says(answer(exchange.server.prompt()), **how)(exchange)

    return act


def answers(status: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Act:
    """Answer with a status and a body."""

    def act(exchange: Exchange) -> None:
        exchange.begin(status, "application/json", **headers)
        exchange.wfile.write(body.encode())

    return act


def silent(seconds: float = 30.0, *, headers: bool = True) -> Act:
    """Accept the question and say nothing."""

    def act(exchange: Exchange) -> None:
        if headers:
            exchange.begin()
        exchange.wait(seconds)

    return act


def drips(text: str = "word ", pause: float = 0.05, times: int = 600) -> Act:
    """Say a little now and then, and never end a sentence."""

    def act(exchange: Exchange) -> None:
        exchange.begin()
        for _ in range(times):
            exchange.delta(text)
            exchange.wait(pause)

    return act


def breaks_off(text: str) -> Act:
    """Begin an answer and cut the connection."""

    def act(exchange: Exchange) -> None:
        exchange.begin(Transfer_Encoding="chunked")
        payload = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "s",
            "choices": [{"index": 0, "delta": {"content": text}}],
        }
        event = f"data: {json.dumps(payload)}\n\n".encode()
        exchange.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        exchange.wfile.flush()
        with suppress(OSError):
            exchange.connection.shutdown(socket.SHUT_RDWR)

    return act


def floods(megabytes: int = 10) -> Act:
    """Send one endless line."""

    def act(exchange: Exchange) -> None:
        exchange.begin()
        exchange.wfile.write(b"data: ")
        for _ in range(megabytes * 16):
            exchange.wfile.write(b"x" * 65536)

    return act


def garbles() -> Act:
    """Send events that are no JSON."""

    def act(exchange: Exchange) -> None:
        exchange.begin()
        exchange.data("{not json")

    return act


@contextmanager
def scripted() -> Iterator[ScriptedServer]:
    """Run a server."""
    server = ScriptedServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
