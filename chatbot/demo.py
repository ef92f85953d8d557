"""The Gradio demo at `/chat`: chat with streaming, clickable citations, a sources panel. A thin door on the assistant.

Gradio is imported only when the demo is made: it costs seconds.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.responses import RedirectResponse

from chatbot.advisor_tab import TAB, AdvisorTab
from chatbot.answer import Answer, Turn, growing
from chatbot.live import LiveAssistant
from chatbot.mcp import add_tools, close_gradio_path, open_mcp
from chatbot.questions import QuestionRefused, clean_question
from chatbot.render import escaped, sources_markdown, to_markdown, unescaped
from chatbot.settings import Settings
from chatbot.suggestions import starting_points
from chatbot.tools import make_tools

if TYPE_CHECKING:
    import gradio

PATH = "/chat"
_CSS = """
.gradio-container { max-width: 1200px !important; margin-inline: auto !important; }
#sources blockquote { font-size: .9em; }
.message table { display: block; overflow-x: auto; font-size: .875em; }
.message :is(th, td) { word-break: normal; overflow-wrap: normal; padding: .4em .6em !important; vertical-align: top; }
#advise-form input, #advice-questions input { text-overflow: ellipsis; }
#sources { max-height: 70vh; overflow-y: auto; }
footer { display: none !important; }
"""
_STEP_SECONDS = 0.04
"""Between statements that are there at once, so that the eye can follow."""
_NO_SOURCES = "*Ask a question: the passages behind the answer appear here, word for word.*"


def mount_demo(app: FastAPI, live: LiveAssistant, settings: Settings) -> FastAPI:
    """Mount the demo in the application and return it."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio

    theme = gradio.themes.Soft(
        primary_hue="cyan",
        neutral_hue="slate",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],  # by name: a theme's own fonts come from elsewhere
        font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"],
    ).set(  # what the theme's own colors leave too faint to read
        block_title_text_color="*primary_900",
        block_title_text_color_dark="*primary_100",
        link_text_color_dark="*primary_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
    )
    app.add_route(PATH, lambda request: RedirectResponse(f"{PATH}/"), include_in_schema=False)
    tools = make_tools(live, settings)
    demo = make_demo(live, settings, app.state.metrics.observe)
    with demo:
        add_tools(tools)
    close_gradio_path(app, PATH)
    mounted: FastAPI = gradio.mount_gradio_app(
        app,
        demo,
        PATH,
        mcp_server=True,
        footer_links=[],
        show_error=False,
        enable_monitoring=False,
        max_file_size="1kb",
        theme=theme,
        css=_CSS,
    )
    open_mcp(mounted, demo, tools, settings)
    return mounted


def make_demo(live: LiveAssistant, settings: Settings, observe: Callable[[Answer], None] = lambda answer: None) -> "gradio.Blocks":
    """Return the demo's page; `observe` is told every answer."""
    import gradio

    def respond(question: str, messages: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]], str]]:
        history = tuple(Turn(message["role"], _text(message["content"])) for message in messages)
        shown = [*messages, {"role": "user", "content": escaped(question)}]
        try:
            asked = clean_question(question, settings.max_question_characters)
        except QuestionRefused as error:
            gradio.Info(str(error))
            yield question, messages, gradio.skip()
            return
        yield "", shown, gradio.skip()
        for answer, whole in growing(live.get().stream(asked, history)):
            if whole:
                observe(answer)
            yield (
                gradio.skip(),  # the next question may be in the box already
                [*shown, {"role": "assistant", "content": to_markdown(answer, "/")}],
                sources_markdown(answer, "/") or _NO_SOURCES if whole else gradio.skip(),
            )
            if not whole:
                time.sleep(_STEP_SECONDS)

    with gradio.Blocks(title=settings.title, analytics_enabled=False, fill_height=True) as demo:
        gradio.Markdown(f"# {settings.title}\nEvery sentence is {_made(live)} and linked to the place where it stands. [Read the guide](/)")
        tabs = gradio.Tabs()
        with tabs, gradio.Tab("Ask", id="ask"), gradio.Row():
            with gradio.Column(scale=3):
                chat = gradio.Chatbot(
                    show_label=False,
                    height="62vh",
                    buttons=["copy"],
                    sanitize_html=True,
                    allow_tags=False,
                    latex_delimiters=[],
                    feedback_options=None,
                    placeholder="Ask about MLOps, LLMOps, or the choice between them.",
                )
                with gradio.Row():
                    box = gradio.Textbox(
                        placeholder="Type a question and press Enter",
                        show_label=False,
                        container=False,
                        scale=6,
                        autofocus=True,
                        lines=1,
                        max_length=settings.max_question_characters,
                    )
                    send = gradio.Button("Ask", variant="primary", scale=1, min_width=80)
                    stop = gradio.Button("Stop", scale=1, min_width=80)
                    clear = gradio.Button("Clear", scale=1, min_width=80)
                onward = gradio.Button("Weigh this in the tab Advise", variant="primary", visible=False)
                gradio.Examples([[question] for question in _examples(live)], inputs=box, label="Questions to begin with")
            with gradio.Column(scale=2):
                gradio.Markdown("### Sources of the last answer")
                sources = gradio.Markdown(_NO_SOURCES, elem_id="sources", sanitize_html=True)
        # a question that is sent while an answer grows waits for its end; by default it would be dropped
        asking = [
            event(respond, [box, chat], [box, chat, sources], api_visibility="private", trigger_mode="always_last")
            for event in (box.submit, send.click)
        ]
        stop.click(None, cancels=asking, api_visibility="private")
        clear.click(lambda: ("", [], _NO_SOURCES), None, [box, chat, sources], api_visibility="private")
        if live.get().advisor.knows_the_guide:
            with tabs, gradio.Tab("Advise", id=TAB):
                AdvisorTab(live, settings).build().lead_in(chat, onward, tabs)
    return demo


def _made(live: LiveAssistant) -> str:
    return "quoted from the guide" if live.get().model is None else "quoted from the guide, or checked against it,"


def _examples(live: LiveAssistant) -> list[str]:
    search = live.get().search
    found = dict.fromkeys(starting_points(search))
    for page in search.pages.values():
        if page.questions and len(found) < 6:
            found.setdefault(page.questions[0])
    return list(found)[:6]


def _text(content: Any) -> str:
    """Return the text of a Gradio message, whichever of its forms it has."""
    if isinstance(content, str):
        return unescaped(content)
    if isinstance(content, dict):
        return unescaped(str(content.get("text") or ""))
    return " ".join(_text(part) for part in content) if isinstance(content, list) else ""
