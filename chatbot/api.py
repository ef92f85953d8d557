"""HTTP: the assistant's API, the site and the widget on one port. A thin door on `Assistant.answer`.

The Gradio demo is mounted by chatbot.demo; what comes in is read by chatbot.wire.
"""

import logging
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Scope

from chatbot.advisor.http import add_advising
from chatbot.answer import Answer, Event, Turn
from chatbot.events import left, stream
from chatbot.feedback import Feedback, FeedbackStore
from chatbot.live import LiveAssistant
from chatbot.metrics import CONTENT_TYPE, Metrics
from chatbot.questions import QuestionRefused, clean_question
from chatbot.settings import Settings
from chatbot.suggestions import starting_points
from chatbot.wire import Refused, add_error_handlers, read_json

log = logging.getLogger(__name__)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'self'; object-src 'none'",
}

_LEFT = 499
"""Status that nobody receives: the reader has left (nginx' name for it)."""


class TurnIn(BaseModel):
    """One turn of the dialogue so far."""

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=20_000)]


class Question(BaseModel):
    """Body of `POST /api/ask`."""

    question: str = Field(description="The question, in words.")
    history: list[TurnIn] = Field(default=[], max_length=50, description="The dialogue so far, oldest turn first.")
    page: str = Field(default="", max_length=500, description="Page that the reader is on, below the site root.")
    context: str = Field(default="", max_length=4000, description="Text that the reader selected; helps to find, is never quoted.")


def create_app(live: LiveAssistant, settings: Settings) -> FastAPI:
    """Return the application: API, widget, health; `add_site` comes after whatever else is mounted.

    Args:
        live: Gives the assistant of the newest index.
        settings: The operator's choices.
    """
    app: FastAPI = FastAPIOffline(
        title=settings.title,
        description="Answers from the guide, every statement cited.",
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        static_url="/api/docs/static",
    )
    add_error_handlers(app)
    _add_headers(app)
    if origins := [origin.strip() for origin in settings.allowed_origins.split(",") if origin.strip()]:
        headers = ["Content-Type", "Accept", "MCP-Protocol-Version"]
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=headers)
    app.state.metrics = Metrics(live)
    _add_asking(app, live, settings, app.state.metrics)
    add_advising(app, lambda: live.get().advisor, longest=settings.max_question_characters, most_bytes=settings.max_body_bytes)
    _add_feedback(app, settings)
    _add_health(app, live, app.state.metrics)
    _add_widget(app)
    return app


def add_site(app: FastAPI, site: Path) -> None:
    """Serve a built site at `/`, behind every other address."""
    methods = {route.path: route.methods for route in app.routes if isinstance(route, Route) and route.methods}
    app.mount("/", _Site(site, methods), name="site")


def _add_asking(app: FastAPI, live: LiveAssistant, settings: Settings, metrics: Metrics) -> None:
    asked = {"requestBody": {"required": True, "content": {"application/json": {"schema": Question.model_json_schema()}}}}

    @app.post("/api/ask", summary="Ask the guide", openapi_extra=asked)
    async def ask(request: Request) -> Response:
        """Answer as JSON; with `Accept: text/event-stream`, as events `understood`, `citation`, `statement` and one `done` or `error`."""
        body = await read_json(request, Question, settings.max_body_bytes)
        try:
            question = clean_question(body.question, settings.max_question_characters)
        except QuestionRefused as error:
            raise Refused(422, "bad_question", str(error)) from error
        history = tuple(Turn(turn.role, turn.content) for turn in body.history)

        def work(gone: threading.Event) -> Iterator[Event]:
            for event in live.get().stream(question, history, body.page.lstrip("/"), body.context, gone):
                if isinstance(event, Answer):
                    metrics.observe(event)
                    if event.verdict != "answered" and settings.note_gaps:
                        log.info("Not covered: %r", event.missing or question)
                yield event

        if "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(
                stream(request, work), media_type="text/event-stream", headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
            )
        async with left(request) as gone:
            whole = await run_in_threadpool(lambda: [event for event in work(gone) if isinstance(event, Answer)])
        return JSONResponse(whole[0].to_dict()) if whole else Response(status_code=_LEFT)

    @app.get("/api/suggestions", summary="Questions to begin with")
    async def suggestions(page: Annotated[str, Field(max_length=500)] = "") -> dict[str, list[str]]:
        """Return three questions, of the given page if it has any."""
        search = live.get().search
        return {"suggestions": list(starting_points(search, page.lstrip("/").removesuffix("index.html")))}


def _add_feedback(app: FastAPI, settings: Settings) -> None:
    if not settings.feedback:
        return
    store = FeedbackStore(settings.feedback_file)
    sent = {"requestBody": {"required": True, "content": {"application/json": {"schema": Feedback.model_json_schema()}}}}

    @app.post("/api/feedback", status_code=201, summary="Say whether an answer helped", openapi_extra=sent)
    async def feedback(request: Request) -> JSONResponse:
        """Store a reader's feedback; acknowledged means on disk. The same id twice is stored once."""
        body = await read_json(request, Feedback, settings.max_body_bytes)
        await run_in_threadpool(store.add, body)
        return JSONResponse({"stored": True}, 201)


def _add_health(app: FastAPI, live: LiveAssistant, metrics: Metrics) -> None:
    @app.get("/healthz", summary="Is the process alive?")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Can it answer?")
    async def readyz() -> dict[str, Any]:
        manifest = live.get().search.manifest
        return {"status": "ready", "index_version": manifest.version, "pages": manifest.pages, "dense": manifest.encoder is not None}

    @app.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
    async def figures() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def widget_file() -> Path:
    """Return the widget's module: in an installed package beside this file, in a checkout below `docs/`."""
    here = Path(__file__).parent
    packaged = here / "assistant.js"
    return packaged if packaged.is_file() else here.parent / "docs" / "assets" / "assistant.js"


def _add_widget(app: FastAPI) -> None:
    @app.api_route("/assistant.js", methods=["GET", "HEAD"], include_in_schema=False)
    async def assistant_js() -> FileResponse:
        # any site may load the module; what it may ask is decided by the API's allowed origins
        return FileResponse(
            widget_file(), media_type="text/javascript", headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
        )


def _add_headers(app: FastAPI) -> None:
    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class _Site(StaticFiles):
    """The built site; an address that is not there shows the site's own page for that, and the API's errors stay JSON."""

    def __init__(self, folder: Path, methods: Mapping[str, set[str]]) -> None:
        """Serve `folder`; `methods` of the addresses before it tell a wrong method from a wrong address."""
        super().__init__(directory=folder, html=True)
        self._methods = methods

    async def get_response(self, path: str, scope: Scope) -> Response:
        if allowed := self._methods.get(f"/{path}"):
            raise HTTPException(405, "This address takes another method.", {"Allow": ", ".join(sorted(allowed))})
        if re.match(r"api(/|$)", path):
            raise HTTPException(404, "There is nothing at this address.")
        if any(part.startswith(".") for part in path.split("/") if part != "."):
            raise HTTPException(404, "There is nothing at this address.")
        response = await super().get_response(path, scope)
        if isinstance(response, RedirectResponse):
            # relative: the address that Starlette makes repeats whatever Host was sent, and loses a proxy's https
            there = urlsplit(response.headers["location"])
            response.headers["location"] = f"./{there.path.rstrip('/').rpartition('/')[2]}/" + (f"?{there.query}" if there.query else "")
        return response
