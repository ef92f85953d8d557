"""The demo's tab "Advise": a description and a form become a result that changes with every answer. A thin door on the advisor.

Nothing of a reader's is stored: a session holds the profile's link fragment and the description, and the files to take away
stand in their links. Gradio is imported only when the demo is made.
"""

import datetime
import html
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from chatbot.advisor.advice import Advice
from chatbot.advisor.advisor import Advisor
from chatbot.advisor.brief import brief_html
from chatbot.advisor.chart import chart_svg
from chatbot.advisor.profile import LONGEST_NAME, MOST_WORKSTREAMS, Profile, Workstream, from_fragment, make_profile, to_fragment
from chatbot.advisor.record import make_record
from chatbot.advisor.render import record_markdown
from chatbot.advisor.view import View
from chatbot.live import LiveAssistant
from chatbot.questions import QuestionRefused, clean_question
from chatbot.settings import Settings
from guide.criteria import Criteria
from index import visible

TAB = "advise"
_QUESTIONS = 3
_UNKNOWN = ""
"""Value of a form field that is not answered."""
_PROFILE = re.compile(r"choose/assessment/#(profile=[^\s)\"']+)")
Update = Any
"""What Gradio takes for a component: a value or an update."""


@dataclass(frozen=True, slots=True)
class _Session:
    """What the server keeps while a reader has the page open."""

    fragment: str
    """The profile, as in a link."""
    description: str = ""
    """What was read last; empty where the form was filled in by hand."""
    questions: tuple[tuple[int, str], ...] = ()
    """Work stream and criterion of each question that is shown."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The tab's components that handlers read or write."""

    state: Any
    description: Any
    streams: Any
    name: Any
    fields: list[Any]
    headline: Any
    chart: Any
    questions: list[Any]
    reasons: Any
    take_away: Any

    @property
    def shown(self) -> list[Any]:
        """What an answer changes."""
        return [self.state, self.headline, self.chart, *self.questions, self.reasons, self.take_away]

    @property
    def all(self) -> list[Any]:
        """What another profile or another work stream changes."""
        return [self.streams, self.name, *self.fields, *self.shown]


class AdvisorTab:
    """Handlers of the tab: each takes the session and what was done, and returns updates of components."""

    def __init__(self, live: LiveAssistant, settings: Settings) -> None:
        """Prepare the tab; `build` makes it."""
        self._live, self._settings = live, settings

    def build(self) -> "AdvisorTab":
        """Make the tab's components and wire them; call inside a `gradio.Tab`."""
        import gradio

        start = make_profile(self._criteria, [("", {})])
        first = self._advisor.assess(start)
        with gradio.Row():
            with gradio.Column(scale=2, min_width=320, elem_id="advise-form"):
                description = gradio.Textbox(
                    label="What do you want to do?",
                    placeholder="We are a retail bank. We want to score loan applications and also let staff ask questions about policies.",
                    lines=4,
                    max_length=self._settings.max_question_characters,
                )
                read = gradio.Button("Read the description", variant="primary")
                streams = gradio.Radio([(start.workstreams[0].name, 0)], value=0, label="Work stream")
                name = gradio.Textbox(start.workstreams[0].name, label="Its name", max_length=LONGEST_NAME, lines=1)
                with gradio.Row():
                    add = gradio.Button("Add a work stream", size="sm")
                    remove = gradio.Button("Remove this one", size="sm")
                fields = self._form()
            with gradio.Column(scale=3, min_width=320):
                headline = gradio.Markdown(View(first).headline(), elem_id="advice-headline", sanitize_html=True)
                chart = gradio.HTML(chart_svg(first), elem_id="advice-chart")
                with gradio.Column(elem_id="advice-questions"):
                    gradio.Markdown("### Questions that would change the result most")
                    questions = [gradio.Dropdown(**shown, filterable=False) for shown in _questions(first)]
                reasons = gradio.Markdown(View(first).reasons(), elem_id="advice-reasons", sanitize_html=True)
                take_away = gradio.HTML(_take_away(first, self._criteria), elem_id="take-away")
        state = gradio.State(_Session(to_fragment(self._criteria, start), questions=_asked(first)))
        self.parts = _Parts(state, description, streams, name, fields, headline, chart, questions, reasons, take_away)
        self._wire(read, add, remove)
        return self

    def lead_in(self, chat: Any, onward: Any, tabs: Any) -> None:
        """Show a button where the chat's last answer offers advice; it opens the tab with the situation filled in.

        Args:
            chat: The chat, whose answers link to the Assessment page with a profile.
            onward: The button, hidden at first.
            tabs: What this tab stands in.
        """
        import gradio

        offered = gradio.State("")

        def offer(messages: list[dict[str, Any]]) -> tuple[str, Update]:
            found = _PROFILE.findall(str(messages[-1]["content"])) if messages else []
            return (found[-1] if found else ""), gradio.update(visible=bool(found))

        def go(fragment: str) -> list[Update]:
            return [gradio.update(selected=TAB), *self._all(_Session(fragment), 0)]

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        chat.change(offer, chat, [offered, onward], trigger_mode="always_last", **quiet)
        onward.click(go, offered, [tabs, *self.parts.all], **quiet)

    def _wire(self, read: Any, add: Any, remove: Any) -> None:
        import gradio

        parts = self.parts
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        answered = [field.input for field in parts.fields]
        gradio.on(answered, self._answer, [parts.state, parts.streams, *parts.fields], parts.shown, trigger_mode="always_last", **quiet)
        for number, question in enumerate(parts.questions):
            question.input(partial(self._answer_question, number), [question, parts.state, parts.streams], parts.all, **quiet)
        parts.streams.input(self._all, [parts.state, parts.streams], parts.all, **quiet)
        gradio.on([parts.name.submit, parts.name.blur], self._rename, [parts.name, parts.state, parts.streams], parts.all, **quiet)
        add.click(self._add, parts.state, parts.all, **quiet)
        remove.click(self._remove, [parts.state, parts.streams], parts.all, **quiet)
        gradio.on([read.click, parts.description.submit], self.read, parts.description, parts.all, **quiet)

    @property
    def _criteria(self) -> Criteria:
        return self._advisor.criteria

    @property
    def _advisor(self) -> Advisor:
        return self._live.get().advisor

    def _form(self) -> list[Any]:
        import gradio

        fields: dict[str, Any] = {}
        for group, title in self._criteria.groups.items():
            with gradio.Accordion(title, open=False):  # on a phone the result stands below
                for criterion in (each for each in self._criteria.criteria if each.group == group):
                    choices = [("Unknown", _UNKNOWN), *((option.text, option.id) for option in criterion.options)]
                    fields[criterion.id] = gradio.Dropdown(choices, value=_UNKNOWN, label=criterion.question, filterable=False)
        return [fields[criterion.id] for criterion in self._criteria.criteria]

    def read(self, description: str) -> list[Update]:
        """Show what a description comes to; where it names no task, that is said."""
        import gradio

        try:
            advice = self._advisor.advise(clean_question(description, self._settings.max_question_characters))
        except QuestionRefused as error:
            gradio.Info(str(error))
            return [gradio.skip()] * len(self.parts.all)
        return self._all(_Session(to_fragment(self._criteria, advice.profile), advice.description), 0, advice)

    def _answer(self, session: _Session, current: int, *values: str) -> list[Update]:
        profile = self._profile(session)
        answers = {criterion.id: value for criterion, value in zip(self._criteria.criteria, values, strict=True) if value}
        changed = self._with(session, current, Workstream(profile.workstreams[current].name, answers))
        return self._shown(changed, self._assess(changed))

    def _answer_question(self, number: int, option: str, session: _Session, current: int) -> list[Update]:
        stream, criterion = session.questions[number]
        profile = self._profile(session).with_answer(stream, criterion, option or None)
        return self._all(self._holding(session, profile.workstreams), current)

    def _rename(self, name: str, session: _Session, current: int) -> list[Update]:
        written = visible(name.encode("utf-8", "replace").decode("utf-8"))
        answers = self._profile(session).workstreams[current].answers
        return self._all(self._with(session, current, Workstream(written, answers)), current)

    def _add(self, session: _Session) -> list[Update]:
        streams = self._profile(session).workstreams
        if len(streams) < MOST_WORKSTREAMS:
            streams = (*streams, Workstream("", {}))
        return self._all(self._holding(session, streams), len(streams) - 1)

    def _remove(self, session: _Session, current: int) -> list[Update]:
        streams = self._profile(session).workstreams
        left = (*streams[:current], *streams[current + 1 :]) or (Workstream("", {}),)
        return self._all(self._holding(session, left), min(current, len(left) - 1))

    def _profile(self, session: _Session) -> Profile:
        return from_fragment(self._criteria, session.fragment)

    def _assess(self, session: _Session) -> Advice:
        return self._advisor.assess(self._profile(session), session.description)

    def _with(self, session: _Session, number: int, stream: Workstream) -> _Session:
        streams = self._profile(session).workstreams
        return self._holding(session, (*streams[:number], stream, *streams[number + 1 :]))

    def _holding(self, session: _Session, streams: tuple[Workstream, ...]) -> _Session:
        profile = make_profile(self._criteria, [(stream.name, stream.answers) for stream in streams])
        return _Session(to_fragment(self._criteria, profile), session.description)

    def _all(self, session: _Session, current: int, advice: Advice | None = None) -> list[Update]:
        import gradio

        profile = self._profile(session)
        stream = profile.workstreams[current]
        choices = [(each.name, number) for number, each in enumerate(profile.workstreams)]
        fields = [stream.answers.get(criterion.id, _UNKNOWN) for criterion in self._criteria.criteria]
        shown = self._shown(session, advice or self._assess(session))
        return [gradio.update(choices=choices, value=current), stream.name, *fields, *shown]

    def _shown(self, session: _Session, advice: Advice) -> list[Update]:
        import gradio

        view = View(advice)
        questions = [gradio.update(**shown) for shown in _questions(advice)]
        session = replace(session, questions=_asked(advice))
        return [session, view.headline(), chart_svg(advice), *questions, view.reasons(), _take_away(advice, self._criteria)]


def _asked(advice: Advice) -> tuple[tuple[int, str], ...]:
    return tuple((question.number, question.criterion) for question in advice.questions[:_QUESTIONS])


def _questions(advice: Advice) -> list[dict[str, Any]]:
    """Return what the fields of the questions show; a field without a question is hidden."""
    found: list[dict[str, Any]] = []
    for question in advice.questions[:_QUESTIONS]:
        name = f"{question.workstream}: " if len(advice.workstreams) > 1 else ""
        choices = [("Unknown", _UNKNOWN), *((option["text"], option["id"]) for option in question.options)]
        found.append({"label": f"{name}{question.question}", "choices": choices, "value": _UNKNOWN, "visible": True})
    return found + [{"visible": False}] * (_QUESTIONS - len(found))


def _take_away(advice: Advice, criteria: Criteria) -> str:
    """Return links as HTML; the files stand in the links themselves."""
    record = make_record(advice, criteria, datetime.date.today())
    page = advice.link if advice.link.startswith(("http://", "https://")) else f"/{advice.link}"
    files = (
        ("decision.md", "text/markdown", "Decision record (Markdown)", record_markdown(record)),
        ("decision.json", "application/json", "Decision record (JSON, can be reviewed)", record.model_dump_json(indent=2)),
        ("brief.html", "text/html", "Brief of one page (HTML, prints)", brief_html(advice, record.made)),
    )
    links = [f'<a href="{html.escape(page)}" target="_blank">Open on the Assessment page</a>']
    links += [f'<a download="{name}" href="data:{kind};charset=utf-8,{quote(text)}">{label}</a>' for name, kind, label, text in files]
    return " · ".join(links)
