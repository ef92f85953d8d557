"""The nouns of the online half: Asked → Evidence → Statement → Citation → Answer. Pure.

An answer is data; text, Markdown, JSON, Gradio, the widget and MCP are renderings of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["answered", "partial", "not_covered"]
Kind = Literal["definition", "comparison", "choice", "list", "how-to", "yes-no", "fact", "open"]
StatementKind = Literal["text", "item", "row", "code", "heading"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a dialogue that came with the question."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, understood."""

    question: str
    """As typed."""
    resolved: str
    """As it is searched: a follow-up completed from the dialogue, else the question itself."""
    kind: Kind
    parts: tuple[str, ...]
    """The questions in it; one, unless several were asked at once."""
    small_talk: Literal["", "greeting", "thanks"] = ""
    """What else than a question it is; empty for a question."""
    english: bool = True
    tied: "tuple[Asked, ...]" = ()
    """The questions in it, where a later one needs the first to be understood: each completed, to be answered apart if all can be."""

    @property
    def understood(self) -> str | None:
        """What a follow-up was taken to mean; none where nothing was added."""
        return self.resolved if self.resolved != self.question else None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands in the guide."""

    number: int
    title: str
    heading: str
    url: str
    """Deep link with a text fragment; relative to the site root unless the index knows where the site is published."""
    quote: str
    """Verbatim, as a reader sees it on the page."""
    evidence: str = ""
    """The weakest kind of source that the quoted words name, and its year; empty where they name none."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim and the numbers of its citations."""

    kind: StatementKind
    text: str
    """Plain text with inline Markdown: bold, code, backslash escapes; a row's cells stand between ` | `; code as it is, line by line."""
    citations: tuple[int, ...]
    label: str = ""
    """An ordered item's number, a table's `header`, else empty."""


@dataclass(frozen=True, slots=True)
class Place:
    """A section that a reader may open."""

    title: str
    heading: str
    url: str
    quote: str = ""
    """What it says nearest to the question, verbatim."""


@dataclass(frozen=True, slots=True)
class AdviceQuestion:
    """What the advisor asks back; a reply in the dialogue answers it."""

    workstream: str
    """Which of several; empty where there is only one."""
    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdviceOffer:
    """What the advisor makes of a situation that the question describes."""

    recommendation: str | None
    """`mlops`, `llmops`, `both` or `neither`; none where too little is known."""
    confidence: float
    summary: str
    link: str
    """The Assessment page with the situation filled in; relative to the site root unless the index knows where the site is published."""
    questions: tuple[AdviceQuestion, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What every door renders."""

    question: str
    verdict: Verdict
    confidence: float
    """Calibrated chance that the guide covers the question, from 0 to 1."""
    writer: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    nearest: tuple[Place, ...] = ()
    """Sections to look into, where the question is not covered."""
    understood: str | None = None
    missing: str | None = None
    """The part of the question that is not covered, where the verdict is `partial`."""
    notes: tuple[str, ...] = ()
    weakest_evidence: str = ""
    """The weakest kind of source that the answer's citations rest on, and its year; empty where they name none."""
    model: str = ""
    """The language model that was asked, whoever wrote the answer in the end; empty where none was."""
    prompt_version: str = ""
    """Name and version of the prompt that it was asked with."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Tokens that the answer took, `in` and `out`; empty where no model was asked."""
    cost: float | None = None
    """What they cost in the currency of the configured prices; none without prices."""
    cached: bool = False
    """Whether the model had answered just this before."""
    dropped: int = 0
    """Statements of the model that were left out, since what they cite does not hold them."""
    replaced: int = 0
    """Statements of the model in whose place stands a quote."""
    advice: AdviceOffer | None = None
    """Where the question describes a situation to decide."""
    index_version: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON-ready data."""
        return asdict(self)


Event = Asked | Citation | Statement | Answer
"""What `Assistant.stream` yields: how a follow-up was understood, then each citation before its first use, and last the whole."""


def in_order(statements: Iterable[Statement], citations: Iterable[Citation]) -> Iterator[Citation | Statement]:
    """Yield statements, each after those citations that it is the first to use."""
    unsent = {citation.number: citation for citation in citations}
    for statement in statements:
        for number in statement.citations:
            if number in unsent:
                yield unsent.pop(number)
        yield statement


def growing(events: Iterable[Event]) -> Iterator[tuple[Answer, bool]]:
    """Yield the answer after each statement, so that a reader can begin to read, and whether it is the whole: the last is."""
    understood: str | None = None
    citations: tuple[Citation, ...] = ()
    statements: tuple[Statement, ...] = ()
    for event in events:
        match event:
            case Asked():
                understood = event.understood
            case Citation():
                citations = (*citations, event)
            case Statement():
                statements = (*statements, event)
                yield Answer("", "answered", 1.0, "", statements, citations, understood=understood), False
            case Answer():
                yield event, True
