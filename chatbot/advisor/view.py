"""A result as Markdown for a page: what fits, why, what would change it. Pure.

Text is escaped, links lead into the guide. The numbers are the engine's; docs/about/advisor.md says how they are made.
"""

from collections.abc import Iterator

from chatbot.advisor.chart import NAMES
from chatbot.advisor.engine import rounded
from chatbot.advisor.passages import Passages
from chatbot.advisor.results import Argument, Assessment, StreamResult
from chatbot.render import escaped
from guide.criteria import Criteria, Recommendation

TITLES: dict[Recommendation | None, str] = {
    "mlops": "MLOps",
    "llmops": "LLMOps",
    "both": "Both, MLOps and LLMOps",
    "neither": "Neither",
    None: "Too little is known",
}
LIMITS = (
    "Weights and numbers are this guide's judgment, not fitted to the outcomes of projects; criteria overlap. The law is decided by "
    "purpose, and no score outweighs it."
)
_MOST = 5
"""Reasons shown for each side of a work stream."""


class View:
    """Renders results over one loaded index."""

    def __init__(self, criteria: Criteria, passages: Passages, base: str = "/") -> None:
        """Prepare to render.

        Args:
            criteria: What the results were computed with.
            passages: Where links lead to.
            base: Put before links that are relative to the site root.
        """
        self._criteria, self._passages, self._base = criteria, passages, base

    def headline(self, assessment: Assessment) -> str:
        """Return the overall recommendation and how sure it is."""
        title = f"## {TITLES[assessment.recommendation]}\n\n"
        if assessment.recommendation is None:
            return title + "No work stream has answers of enough weight yet: answer a question below, or more of the form."
        outcome = self._criteria.results[assessment.recommendation]
        return (
            f"{title}{escaped(outcome.summary)} {self._link('Read more', outcome.page)}\n\n"
            f"Confidence {assessment.confidence:.2f}. Robustness {rounded(assessment.robustness)}%: so many single changes of an answer "
            "leave the result as it is."
        )

    def reasons(self, assessment: Assessment) -> str:
        """Return why, what would change it, what follows, and the limits of the method."""
        lines: list[str] = []
        for stream in assessment.workstreams:
            lines += self._stream(stream)
        lines += self._changes(assessment)
        lines += self._outlook(assessment.recommendation)
        return "\n".join([*lines, f"*{LIMITS}* [How the advisor decides]({self._base}about/advisor/)"])

    def _stream(self, stream: StreamResult) -> Iterator[str]:
        yield f"### {escaped(stream.name)}: {TITLES[stream.recommendation]}\n"
        held = {each.id: each for each in self._criteria.constraints}
        for name in stream.constraints:
            stopped = " and ".join(NAMES[practice] for practice in held[name].stops)
            yield f"- **Stops {stopped}:** {self._link(held[name].text, held[name].section)}"
        for heading, wanted in (("For", 1), ("Against", -1)):
            found = [each for each in stream.arguments if each.points * wanted > 0][:_MOST]
            if found:
                yield f"\n**{heading}**\n"
                yield from (f"- {self._argument(each)}" for each in found)
        if stream.recommendation is None and stream.answers:
            yield "\n**Known so far**\n"
            for name, option in stream.answers.items():
                criterion = self._criteria.criterion(name)
                yield f"- {self._link(criterion.name, criterion.section)}: {escaped(criterion.option(option).text)}"
        yield ""

    def _argument(self, argument: Argument) -> str:
        criterion = self._criteria.criterion(argument.criterion)
        points = f"{argument.points:+d}".replace("-", "−")
        return f"{self._link(criterion.name, criterion.section)}: {escaped(criterion.option(argument.option).text)} ({points})"

    def _changes(self, assessment: Assessment) -> Iterator[str]:
        flips = assessment.flips[:3]
        if not flips:
            return
        yield "### What would change it\n"
        for number, flip, _ in flips:
            criterion = self._criteria.criterion(flip.criterion)
            stream = assessment.workstreams[number].name
            instead = escaped(criterion.option(flip.instead).text)
            yield f"- {escaped(stream)}, {escaped(criterion.name.lower())}: if “{instead}”, then {TITLES[flip.result]}."
        yield ""

    def _outlook(self, recommendation: Recommendation | None) -> Iterator[str]:
        if recommendation is None:
            return
        outcome = self._criteria.results[recommendation]
        for heading, pointers in (("Risks", outcome.risks), ("First steps", outcome.steps)):
            yield f"### {heading}\n"
            for number, pointer in enumerate(pointers, 1):
                mark = f"{number}." if heading == "First steps" else "-"
                yield f"{mark} {self._link(pointer.text, pointer.section)}"
            yield ""

    def _link(self, text: str, address: str) -> str:
        cited = self._passages.at(address)
        return f"[{escaped(text)}]({self._base}{cited.address})" if cited else escaped(text)
