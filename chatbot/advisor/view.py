"""Advice as Markdown for a page on which its reasons are links: what fits, why, what would change it. Pure."""

from collections.abc import Iterator
from urllib.parse import quote

from chatbot.advisor.advice import Advice, Reason, StreamAdvice
from chatbot.render import escaped
from guide.criteria import Recommendation

TITLES: dict[Recommendation | None, str] = {
    "mlops": "MLOps",
    "llmops": "LLMOps",
    "both": "Both, MLOps and LLMOps",
    "neither": "Neither",
    None: "Too little is known",
}
_MOST = 5
"""Reasons shown for each side of a work stream."""
_FLIPS = 3


class View:
    """Renders one advice."""

    def __init__(self, advice: Advice, base: str = "/") -> None:
        """Prepare to render.

        Args:
            advice: What to render.
            base: Put before links that are relative to the site root.
        """
        self._advice, self._base = advice, base
        self._urls = {source.number: source.url for source in advice.citations}

    def headline(self) -> str:
        """Return the overall recommendation, how sure it is, and what was noticed while reading."""
        advice = self._advice
        lines = [f"## {TITLES[advice.recommendation]}", "", escaped(advice.summary), ""]
        if advice.recommendation is not None:
            lines += [
                f"Confidence {advice.confidence:.2f}. Robustness {advice.robustness}%: so many single changes of an answer leave the "
                "result as it is.",
                "",
            ]
        return "\n".join([*lines, *(f"*{escaped(note)}*\n" for note in advice.notes)]).strip()

    def reasons(self) -> str:
        """Return why, what would change it, what follows, and the limits of the method."""
        lines: list[str] = []
        for stream in self._advice.workstreams:
            lines += self._stream(stream)
        lines += self._changes()
        for title, pointers, mark in (
            ("Risks", self._advice.risks, "-"),
            ("First steps", self._advice.next_steps, "1."),
            ("What to read", self._advice.read, "-"),
        ):
            if pointers:
                lines += [f"### {title}", "", *(f"{mark} {self._link(each.text, each.citation)}" for each in pointers), ""]
        lines += ["### Limits", "", *(f"- {escaped(limit)}" for limit in self._advice.limits)]
        return "\n".join([*lines, f"- [How the advisor decides]({self._base}about/advisor/)"])

    def _stream(self, stream: StreamAdvice) -> Iterator[str]:
        yield f"### {escaped(stream.name)}: {TITLES[stream.recommendation]}\n"
        for constraint in stream.constraints:
            yield f"- **Outranks the scores:** {self._link(constraint.text, constraint.citation)}"
        for heading, reasons in (("For", stream.reasons_for), ("Against", stream.reasons_against)):
            if reasons:
                yield f"\n**{heading}**\n"
                yield from (f"- {self._reason(each)}" for each in reasons[:_MOST])
        if stream.recommendation is None and stream.answers:
            yield f"\nAnswers so far: {len(stream.answers)}."
        yield ""

    def _reason(self, reason: Reason) -> str:
        points = f"{reason.points:+d}".replace("-", "−")
        read = f", read from “{escaped(reason.words)}”" if reason.words else ""
        return f"{self._link(reason.name, reason.citation)}: {escaped(reason.text)} ({points}){read}"

    def _changes(self) -> Iterator[str]:
        if not self._advice.flips:
            return
        yield "### What would change it\n"
        for flip in self._advice.flips[:_FLIPS]:
            yield (
                f"- {escaped(flip.workstream)}, {escaped(flip.name.lower())}: “{escaped(flip.instead)}” instead of “{escaped(flip.given)}” "
                f"leads to {TITLES[flip.result]}."
            )
        yield ""

    def _link(self, text: str, citation: int | None) -> str:
        if citation is None:
            return escaped(text)
        url = self._urls[citation]
        # an anchor may hold what ends a Markdown link; what is percent-encoded already stays as it is
        target = quote(url if url.startswith(("http://", "https://")) else self._base + url, safe="/~@:!$&'*+,;=?#%")
        return f"[{escaped(text)}]({target})"
