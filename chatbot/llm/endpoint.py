"""The endpoint: messages out, text in as it comes; attempts, deadlines and real cancellation (network, a thread).

Any LlamaIndex LLM that streams asynchronously can stand behind it. Its calls run on one event loop in a thread of its own,
so that a reader's thread can give up waiting and cancel: cancelling closes the connection.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from llama_index.core.base.llms.types import ChatMessage
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from chatbot.llm.failures import ModelFailed, Reason

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
"""Of a reply; an answer has a few thousand."""
_TICK_SECONDS = 0.05
"""How often a waiting thread looks whether its reader has left."""
_FIRST_PAUSE_SECONDS = 0.2
_PASSING: tuple[Reason, ...] = ("limited", "down", "unreachable")
"""Where another attempt may help, unless the endpoint asks for a longer pause than a reader waits."""
_UNTOLD = "untold"
_TOO_MANY = 429
_SERVER_ERROR = 500


class Llm(Protocol):
    """What is used of a LlamaIndex LLM."""

    async def astream_chat(self, messages: Sequence[Any]) -> AsyncIterator[Any]:
        """Return an asynchronous iterator of pieces with `delta`, `raw` and `additional_kwargs`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them."""

    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class _End:
    usage: Usage | None
    finish: str | None


class Endpoint:
    """A model that can be asked. Safe between threads."""

    def __init__(self, llm: Llm, name: str, *, retries: int = 2) -> None:
        """Make an endpoint.

        Args:
            llm: The model.
            name: As answers call it.
            retries: Further attempts after 429, 5xx or a refused connection, as long as nothing has come.
        """
        self.name = name
        self._llm, self._retries = llm, retries
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="language-model", daemon=True).start()

    def ask(
        self, messages: Sequence[tuple[str, str]], *, deadline_seconds: float, timeout_seconds: float, stop: threading.Event | None = None
    ) -> "Reply":
        """Send messages and return the reply, which arrives while it is read.

        Args:
            messages: Pairs of role (`system`, `user`) and text.
            deadline_seconds: Longest time without progress; see `Reply.progress`.
            timeout_seconds: Longest time for the whole.
            stop: Set when nobody waits for the reply any more.
        """
        pieces: queue.SimpleQueue[str | _End | ModelFailed] = queue.SimpleQueue()
        chat = [ChatMessage(role=role, content=text) for role, text in messages]
        future = asyncio.run_coroutine_threadsafe(self._produce(chat, pieces, deadline_seconds), self._loop)
        return Reply(pieces, future, deadline_seconds, timeout_seconds, stop or threading.Event())

    async def _produce(
        self, chat: list[ChatMessage], pieces: "queue.SimpleQueue[str | _End | ModelFailed]", deadline_seconds: float
    ) -> None:
        def passes(error: BaseException) -> bool:
            return isinstance(error, Exception) and _reason(error) in _PASSING and _asked_pause(error) < deadline_seconds

        try:
            attempts = AsyncRetrying(
                stop=stop_after_attempt(self._retries + 1), wait=_pause, retry=retry_if_exception(passes), reraise=True
            )
            async for attempt in attempts:
                with attempt:
                    stream = aiter(await self._llm.astream_chat(chat))
                    first = await anext(stream, None)
            usage: Usage | None = None
            finish: str | None = _UNTOLD
            piece = first
            while piece is not None:
                if piece.delta:
                    pieces.put(piece.delta)
                usage = _usage(piece) or usage
                finish = _finish(piece, finish)
                piece = await anext(stream, None)
            pieces.put(_End(usage, finish))
        except Exception as error:  # whatever a foreign class raises, the reader gets quotes
            reason = _reason(error)
            # neither text nor address of the error: they may hold the key or the question
            log.warning("The language model failed: %s (%s, status %s)", reason, type(error).__name__, _status(error))
            pieces.put(ModelFailed(reason))


class Reply(Iterator[str]):
    """Text as it arrives. Close it whenever you stop reading: that closes the connection."""

    def __init__(
        self,
        pieces: "queue.SimpleQueue[str | _End | ModelFailed]",
        future: "Future[None]",
        deadline_seconds: float,
        timeout_seconds: float,
        stop: threading.Event,
    ) -> None:
        self._pieces, self._future, self._stop = pieces, future, stop
        self._deadline = deadline_seconds
        self._ends = time.monotonic() + timeout_seconds
        self.usage: Usage | None = None
        """As the endpoint counted; known at the end, if it counts."""
        self.finish: str | None = None
        """Why the model stopped, as an OpenAI-like endpoint says it; none if it was cut off."""
        self.progress()

    @property
    def stopped(self) -> bool:
        """Whether nobody waits any more."""
        return self._stop.is_set()

    def progress(self) -> None:
        """Say that something useful came: the deadline begins anew."""
        self._due = min(self._ends, time.monotonic() + self._deadline)

    def __next__(self) -> str:
        """Return the next piece of text.

        Raises:
            ModelFailed: If the endpoint failed or the deadline is over.
            StopIteration: At the end, and when nobody waits any more.
        """
        while not self._stop.is_set():
            left = self._due - time.monotonic()
            if left <= 0:
                self.close()
                log.warning("The language model failed: late")
                raise ModelFailed("late")
            try:
                piece = self._pieces.get(timeout=min(left, _TICK_SECONDS))
            except queue.Empty:
                continue
            if isinstance(piece, ModelFailed):
                raise piece
            if isinstance(piece, _End):
                self.usage, self.finish = piece.usage, piece.finish
                break
            return piece
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Cancel what is still under way upstream."""
        self._future.cancel()


async def limit_reply(response: httpx.Response) -> None:
    """End a connection whose reply is longer than any answer; an event hook of an httpx client."""
    response.stream = _Limited(response.stream)  # type: ignore[arg-type]


class _Limited(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for chunk in self._stream:
            seen += len(chunk)
            if seen > MOST_BYTES:
                raise httpx.DecodingError("The reply is longer than any answer.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _usage(piece: Any) -> Usage | None:
    counted = getattr(piece, "additional_kwargs", None) or {}
    try:
        return Usage(int(counted["prompt_tokens"]), int(counted["completion_tokens"]))
    except (KeyError, TypeError, ValueError):
        return None


def _finish(piece: Any, before: str | None) -> str | None:
    """Return why an OpenAI-like stream says that it stops; none while it goes on, and `before` for classes whose streams don't say."""
    choices = getattr(getattr(piece, "raw", None), "choices", None)
    if not choices:
        return before
    told: str | None = choices[0].finish_reason
    return told or (None if before == _UNTOLD else before)


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _reason(error: BaseException) -> Reason:
    status, name = _status(error), type(error).__name__
    if status is not None:
        return "limited" if status == _TOO_MANY else "down" if status >= _SERVER_ERROR else "refused"
    if isinstance(error, TimeoutError | httpx.TimeoutException) or "Timeout" in name:
        return "late"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "cut"
    if isinstance(error, ValueError | httpx.DecodingError):
        return "garbled"
    return "unreachable" if isinstance(error, OSError | httpx.TransportError) or "Connection" in name else "failed"


def _asked_pause(error: BaseException | None) -> float:
    """Return the seconds that an endpoint asks to be left alone; 0 if it asks for none."""
    asked = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    return float(asked) if asked.isdigit() else 0.0


def _pause(state: RetryCallState) -> float:
    """Return seconds until the next attempt: doubling, or as long as the endpoint asks for."""
    error = state.outcome.exception() if state.outcome else None
    return max(_FIRST_PAUSE_SECONDS * 2.0 ** (state.attempt_number - 1), _asked_pause(error))
