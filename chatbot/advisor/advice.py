"""The nouns of advice: what every door renders, and its JSON. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

from chatbot.advisor.profile import Profile
from guide.criteria import Recommendation


@dataclass(frozen=True, slots=True)
class Source:
    """A passage of the guide that a reason rests on."""

    number: int
    address: str
    """Below the site root, as the criteria name it."""
    title: str
    heading: str
    url: str
    quote: str
    sha256: str
    """Of the quote: a review tells by it whether the passage changed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one answer says for or against a recommendation."""

    criterion: str
    name: str
    option: str
    text: str
    points: int
    citation: int | None
    """Number of its source; None where the index lacks the section."""
    words: str = ""
    """The passage of the description that it was read from; empty where the answer was given."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A sentence with its source."""

    text: str
    citation: int | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A recommendation that was not given, and why."""

    recommendation: Recommendation
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An unknown answer that is worth asking for."""

    workstream: str
    number: int
    """Of the work stream, from 0."""
    criterion: str
    question: str
    options: tuple[dict[str, Any], ...]
    """Each with `id`, `text` and `leads_to`, the work stream's result with it."""
    value: float
    """Share of the options that would change the result, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class FlipTold:
    """One answer that would change the result."""

    workstream: str
    criterion: str
    name: str
    given: str
    instead: str
    steps: int
    result: Recommendation | None
    """Of the work stream."""
    overall: Recommendation | None


@dataclass(frozen=True, slots=True)
class StreamAdvice:
    """What one work stream needs, with reasons."""

    name: str
    recommendation: Recommendation | None
    confidence: float
    robustness: int
    scores: dict[str, dict[str, int]]
    """Practice → `score`, `low`, `high`, rounded."""
    index: int
    runner_up: Recommendation | None
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    constraints: tuple[Pointed, ...]
    rejected: tuple[Alternative, ...]
    answers: dict[str, str]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The advisor's whole answer."""

    recommendation: Recommendation | None
    confidence: float
    robustness: int
    summary: str
    workstreams: tuple[StreamAdvice, ...]
    questions: tuple[Question, ...]
    flips: tuple[FlipTold, ...]
    risks: tuple[Pointed, ...]
    next_steps: tuple[Pointed, ...]
    read: tuple[Pointed, ...]
    citations: tuple[Source, ...]
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    link: str
    """The Assessment page with this profile, below the site root or absolute."""
    profile: Profile
    criteria_version: int
    index_version: str
    description: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the advice as JSON-ready data: `for` and `against` by their plain names, and every unknown answer."""
        whole = {name: getattr(self, name) for name in _PLAIN}
        names = {"reasons_for": "for", "reasons_against": "against"}
        streams = [{names.get(name, name): value for name, value in asdict(stream).items()} for stream in self.workstreams]
        return whole | {
            "workstreams": streams,
            "unknown": [{"workstream": stream.name, "criterion": each} for stream in self.workstreams for each in stream.unknown],
            **{name: [asdict(each) for each in getattr(self, name)] for name in _LISTS},
            "profile": {"workstreams": [{"name": each.name, "answers": dict(each.answers)} for each in self.profile.workstreams]},
        }


_PLAIN = (
    "recommendation",
    "confidence",
    "robustness",
    "summary",
    "notes",
    "limits",
    "link",
    "criteria_version",
    "index_version",
    "description",
)
_LISTS = ("questions", "flips", "risks", "next_steps", "read", "citations")
