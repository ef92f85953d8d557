"""The demo's tab "Advise": a description and a form become a result that changes with every answer. A thin door on the advisor.

A session's state is the profile's link fragment, a short text. Gradio is imported only when the demo is made.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from chatbot.advisor.chart import chart_svg
from chatbot.advisor.engine import assess
from chatbot.advisor.passages import Passages
from chatbot.advisor.profile import LONGEST_NAME, MOST_WORKSTREAMS, Profile, Workstream, from_fragment, make_profile, to_fragment
from chatbot.advisor.results import Assessment
from chatbot.advisor.view import View
from chatbot.live import LiveAssistant
from chatbot.settings import Settings
from guide.criteria import Criteria
from index import visible

TAB = "advise"
_QUESTIONS = 3
_UNKNOWN = ""
"""Value of a form field that is not answered."""
Update = Any
"""What Gradio takes for a component: a value or an update."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The tab's components that handlers read or write."""

    state: Any
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
    """Handlers of the tab: each takes the profile's fragment and what was done, and returns updates of components."""

    def __init__(self, live: LiveAssistant, settings: Settings, criteria: Criteria) -> None:
        """Prepare the tab; `build` makes it."""
        self._live, self._settings, self._criteria = live, settings, criteria

    def build(self) -> None:
        """Make the tab's components and wire them; call inside a `gradio.Tab`."""
        import gradio

        start = make_profile(self._criteria, [("", {})])
        first = assess(self._criteria, start)
        view = self._view()
        with gradio.Row():
            with gradio.Column(scale=2, min_width=320, elem_id="advise-form"):
                streams = gradio.Radio([(start.workstreams[0].name, 0)], value=0, label="Work stream")
                name = gradio.Textbox(start.workstreams[0].name, label="Its name", max_length=LONGEST_NAME, lines=1)
                with gradio.Row():
                    add = gradio.Button("Add a work stream", size="sm")
                    remove = gradio.Button("Remove this one", size="sm")
                fields = self._form()
            with gradio.Column(scale=3, min_width=320):
                headline = gradio.Markdown(view.headline(first), elem_id="advice-headline", sanitize_html=True)
                chart = gradio.HTML(chart_svg(first), elem_id="advice-chart")
                with gradio.Column(elem_id="advice-questions"):
                    gradio.Markdown("### Questions that would change the result most")
                    questions = [gradio.Dropdown(**settings, filterable=False) for settings in self._questions(first)]
                reasons = gradio.Markdown(view.reasons(first), elem_id="advice-reasons", sanitize_html=True)
                take_away = gradio.HTML(_take_away(to_fragment(self._criteria, start)), elem_id="take-away")
        state = gradio.State(to_fragment(self._criteria, start))
        parts = _Parts(state, streams, name, fields, headline, chart, questions, reasons, take_away)
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        gradio.on(
            [field.input for field in fields], self._answer, [state, streams, *fields], parts.shown, trigger_mode="always_last", **quiet
        )
        for number, question in enumerate(questions):
            question.input(partial(self._answer_question, number), [question, state, streams], parts.all, **quiet)
        streams.input(self._show_all, [state, streams], parts.all, **quiet)
        gradio.on([name.submit, name.blur], self._rename, [name, state, streams], parts.all, **quiet)
        add.click(self._add, state, parts.all, **quiet)
        remove.click(self._remove, [state, streams], parts.all, **quiet)

    def _form(self) -> list[Any]:
        import gradio

        fields: dict[str, Any] = {}
        for place, (group, title) in enumerate(self._criteria.groups.items()):
            with gradio.Accordion(title, open=not place):
                for criterion in (each for each in self._criteria.criteria if each.group == group):
                    choices = [("Unknown", _UNKNOWN), *((option.text, option.id) for option in criterion.options)]
                    fields[criterion.id] = gradio.Dropdown(choices, value=_UNKNOWN, label=criterion.question, filterable=False)
        return [fields[criterion.id] for criterion in self._criteria.criteria]

    def _answer(self, fragment: str, current: int, *values: str) -> list[Update]:
        profile = from_fragment(self._criteria, fragment)
        answers = {criterion.id: value for criterion, value in zip(self._criteria.criteria, values, strict=True) if value}
        return self._shown(_replaced(profile, current, Workstream(profile.workstreams[current].name, answers)))

    def _answer_question(self, number: int, option: str, fragment: str, current: int) -> list[Update]:
        profile = from_fragment(self._criteria, fragment)
        stream, unknown = assess(self._criteria, profile).questions[number]
        return self._all(profile.with_answer(stream, unknown.criterion, option or None), current)

    def _show_all(self, fragment: str, current: int) -> list[Update]:
        return self._all(from_fragment(self._criteria, fragment), current)

    def _rename(self, name: str, fragment: str, current: int) -> list[Update]:
        profile = from_fragment(self._criteria, fragment)
        written = visible(name.encode("utf-8", "replace").decode("utf-8"))
        return self._all(_replaced(profile, current, Workstream(written, profile.workstreams[current].answers)), current)

    def _add(self, fragment: str) -> list[Update]:
        streams = from_fragment(self._criteria, fragment).workstreams
        if len(streams) < MOST_WORKSTREAMS:
            streams = (*streams, Workstream("", {}))
        return self._all(Profile(streams), len(streams) - 1)

    def _remove(self, fragment: str, current: int) -> list[Update]:
        streams = from_fragment(self._criteria, fragment).workstreams
        left = (*streams[:current], *streams[current + 1 :]) or (Workstream("", {}),)
        return self._all(Profile(left), min(current, len(left) - 1))

    def _all(self, profile: Profile, current: int) -> list[Update]:
        import gradio

        profile = make_profile(self._criteria, [(stream.name, stream.answers) for stream in profile.workstreams])
        stream = profile.workstreams[current]
        choices = [(each.name, number) for number, each in enumerate(profile.workstreams)]
        fields = [stream.answers.get(criterion.id, _UNKNOWN) for criterion in self._criteria.criteria]
        return [gradio.update(choices=choices, value=current), stream.name, *fields, *self._shown(profile)]

    def _shown(self, profile: Profile) -> list[Update]:
        import gradio

        assessment = assess(self._criteria, profile)
        fragment, view = to_fragment(self._criteria, profile), self._view()
        questions = [gradio.update(**settings) for settings in self._questions(assessment)]
        return [fragment, view.headline(assessment), chart_svg(assessment), *questions, view.reasons(assessment), _take_away(fragment)]

    def _view(self) -> View:
        return View(self._criteria, Passages(self._live.get().search))

    def _questions(self, assessment: Assessment) -> list[dict[str, Any]]:
        """Return what the fields of the questions show; a field without a question is hidden."""
        found: list[dict[str, Any]] = []
        for number, unknown in assessment.questions[:_QUESTIONS]:
            criterion = self._criteria.criterion(unknown.criterion)
            name = f"{assessment.workstreams[number].name}: " if len(assessment.workstreams) > 1 else ""
            choices = [("Unknown", _UNKNOWN), *((option.text, option.id) for option in criterion.options)]
            found.append({"label": f"{name}{criterion.question}", "choices": choices, "value": _UNKNOWN, "visible": True})
        return found + [{"visible": False}] * (_QUESTIONS - len(found))


def _replaced(profile: Profile, number: int, stream: Workstream) -> Profile:
    return Profile((*profile.workstreams[:number], stream, *profile.workstreams[number + 1 :]))


def _take_away(fragment: str) -> str:
    return f'<a href="/choose/assessment/#{quote(fragment, safe="=;,%!()*~-_.")}" target="_blank">Open on the Assessment page</a>'
