"""Calls: whether a model may be asked right now, and what came of it. Joins endpoint, breaker, places and budget."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from chatbot.llm.breaker import Breaker
from chatbot.llm.cost import DailyTokens
from chatbot.llm.endpoint import Endpoint, Reply
from chatbot.llm.failures import ModelFailed
from chatbot.llm.prompt import Messages, estimate_tokens


@dataclass(slots=True)
class Call:
    """One call under way: its reply, and what was heard of it so far."""

    messages: Messages
    reply: Reply
    heard: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        """Yield what comes and remember it.

        Raises:
            ModelFailed: As the reply does, and if it ended without a word.
        """
        for piece in self.reply:
            self.heard.append(piece)
            yield piece
        if not self.reply.stopped and not "".join(self.heard).strip():
            raise ModelFailed("empty")
        if not self.reply.stopped and self.reply.finish in (None, "length"):
            raise ModelFailed("long" if self.reply.finish else "cut")  # its last sentence may be half a sentence

    @property
    def tokens(self) -> tuple[int, int]:
        """Tokens in and out: as the endpoint counted them, else estimated."""
        if self.reply.usage:
            return self.reply.usage.tokens_in, self.reply.usage.tokens_out
        if not self.heard:
            return 0, 0
        return sum(estimate_tokens(text) for _, text in self.messages), estimate_tokens("".join(self.heard))


class Calls:
    """Opens calls to one endpoint. Safe between threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        deadline_seconds: float,
        timeout_seconds: float,
        breaker: Breaker,
        daily: DailyTokens | None = None,
        concurrency: int = 8,
    ) -> None:
        """Join what limits calls.

        Args:
            endpoint: Whom to ask.
            deadline_seconds: Longest time without progress.
            timeout_seconds: Longest time of a call.
            breaker: Remembers failures.
            daily: Counts a day's tokens.
            concurrency: Calls at once.
        """
        self.endpoint, self.breaker = endpoint, breaker
        self._deadline, self._timeout = deadline_seconds, timeout_seconds
        self._daily = daily
        self._places = threading.BoundedSemaphore(concurrency)

    @contextmanager
    def open(self, messages: Messages, output_tokens: int, stop: threading.Event) -> Iterator[Call]:
        """Ask; leaving the context ends the call upstream, too.

        Args:
            messages: What is sent.
            output_tokens: Most tokens that may come back.
            stop: Set when nobody waits any more.

        Raises:
            ModelFailed: If nobody may ask now; and what reading the call raises passes through.
        """
        if not self._places.acquire(blocking=False):
            raise ModelFailed("busy")
        try:
            expected = sum(estimate_tokens(text) for _, text in messages) + output_tokens
            if self._daily and not self._daily.reserve(expected):
                raise ModelFailed("spent")
            used = 0
            try:
                if not self.breaker.enter():
                    raise ModelFailed("open")
                with self._watched(messages, stop) as call:
                    try:
                        yield call
                    finally:
                        # of a reader who left early it is known only what was heard until then
                        used = sum(call.tokens)
            finally:
                if self._daily:
                    self._daily.settle(expected, used)
        finally:
            self._places.release()

    @contextmanager
    def _watched(self, messages: Messages, stop: threading.Event) -> Iterator[Call]:
        """Tell the breaker how it went; a reader who leaves says nothing about the endpoint."""
        worked: bool | None = None
        reply = self.endpoint.ask(messages, deadline_seconds=self._deadline, timeout_seconds=self._timeout, stop=stop)
        try:
            yield Call(messages, reply)
            worked = None if reply.stopped else True
        except ModelFailed as error:
            worked = error.reason == "long"
            raise
        finally:
            reply.close()
            self.breaker.leave(worked=worked)
