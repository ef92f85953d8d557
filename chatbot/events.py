"""An answer as it grows, over HTTP: server-sent events, and a way to notice that the reader has left. The edge of chatbot.api."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from fastapi import Request
from fastapi.sse import format_sse_event
from starlette.concurrency import iterate_in_threadpool

from chatbot.answer import Answer, Asked, Citation, Event, Statement
from chatbot.wire import error_body
from index import UserError

log = logging.getLogger(__name__)

Work = Callable[[threading.Event], Iterator[Event]]
"""Answers one question, and ends early once its argument is set."""


async def stream(request: Request, work: Work) -> AsyncIterator[bytes]:
    """Yield an answer as server-sent events, with exactly one `done` or `error` last; end the work if the reader leaves."""
    async with left(request) as gone:
        try:
            async for event in iterate_in_threadpool(work(gone)):
                yield _sent(*named(event))
        except UserError as error:
            yield _sent("error", error_body("unavailable", str(error)))
        except Exception:
            failed = error_body("internal", "Something went wrong here; the log has the request id.")
            log.exception("Answering failed [%s]", failed["request_id"])
            yield _sent("error", failed)


@asynccontextmanager
async def left(request: Request) -> AsyncIterator[threading.Event]:
    """Give an event that is set when the reader has left, or when the context is.

    A thread that waits for a model can't be cancelled from here, so it has to be told; the framework notices a reader
    who left only when it next sends something.
    """
    gone = threading.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    watching = asyncio.create_task(watch())
    try:
        yield gone
    finally:
        gone.set()
        watching.cancel()


def named(event: Event) -> tuple[str, dict[str, Any]]:
    """Return an event's name and data, as the API documents them."""
    match event:
        case Asked():
            return "understood", {"question": event.understood}
        case Citation():
            return "citation", asdict(event)
        case Statement():
            return "statement", asdict(event)
        case Answer():
            return "done", event.to_dict()


def _sent(name: str, data: dict[str, Any]) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))
