"""The decision record: inputs, result, what was rejected and the passages it rests on; and its review later on. Pure.

A record is JSON with `format: 1`; docs/about/advisor.md has its fields, and the Assessment page writes and reads the same.
"""

import datetime
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.advisor.advice import Advice
from chatbot.advisor.advisor import Advisor
from chatbot.advisor.profile import MOST_WORKSTREAMS, Profile, make_profile
from guide.criteria import Criteria, Recommendation
from index import UserError

REVIEW_AFTER_DAYS = 365

_Short = Annotated[str, Field(max_length=300)]
_Long = Annotated[str, Field(max_length=8000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Input(_Part):
    """One answer, with what it counted for when the decision was made."""

    workstream: _Short
    criterion: _Short
    question: _Short
    option: _Short
    text: _Short
    weight: int
    scores: tuple[int, int, int]
    words: _Long = ""


class Rejection(_Part):
    """A recommendation that was not given, and why."""

    recommendation: Recommendation
    reasons: tuple[_Long, ...]


class StreamRecord(_Part):
    """One work stream's answers and result."""

    name: _Short
    answers: dict[_Short, _Short]
    recommendation: Recommendation | None
    runner_up: Recommendation | None = None
    scores: dict[str, dict[str, int]] = {}
    rejected: tuple[Rejection, ...] = ()


class Passage(_Part):
    """A passage of the guide as it stood then."""

    address: _Short
    title: _Short
    heading: _Short
    url: _Long
    quote: _Long
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Record(_Part):
    """A decision, written down."""

    format: Literal[1]
    made: datetime.date
    review_by: datetime.date
    criteria_version: int
    index_version: _Short = ""
    description: _Long = ""
    recommendation: Recommendation | None
    confidence: float
    robustness: int
    summary: _Long = ""
    workstreams: tuple[StreamRecord, ...] = Field(max_length=MOST_WORKSTREAMS)
    inputs: tuple[Input, ...] = Field(max_length=400)
    assumptions: tuple[_Long, ...] = ()
    passages: tuple[Passage, ...] = Field(max_length=200)
    link: _Long = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What has changed since a decision, and whether it still stands."""

    record: Record
    now: Advice
    stands: bool
    overdue: bool
    criteria_changes: tuple[str, ...]
    passage_changes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the review as JSON-ready data."""
        return {
            "stands": self.stands,
            "overdue": self.overdue,
            "then": {"made": self.record.made.isoformat(), "recommendation": self.record.recommendation},
            "now": {"recommendation": self.now.recommendation, "confidence": self.now.confidence},
            "criteria_changes": list(self.criteria_changes),
            "passage_changes": list(self.passage_changes),
            "link": self.now.link,
        }


def make_record(advice: Advice, criteria: Criteria, made: datetime.date) -> Record:
    """Return the record of a decision made on a day; it is to be reviewed a year later."""
    words = {
        (stream.name, each.criterion): each.words
        for stream in advice.workstreams
        for each in (*stream.reasons_for, *stream.reasons_against)
    }
    inputs = []
    for stream in advice.workstreams:
        for name, chosen in stream.answers.items():
            criterion = criteria.criterion(name)
            option = criterion.option(chosen)
            heard = words.get((stream.name, name), "")
            inputs.append(
                Input(
                    workstream=stream.name,
                    criterion=name,
                    question=criterion.question,
                    option=chosen,
                    text=option.text,
                    weight=criterion.weight,
                    scores=option.scores,
                    words=heard,
                )
            )
    streams = [
        StreamRecord(
            name=each.name,
            answers=each.answers,
            recommendation=each.recommendation,
            runner_up=each.runner_up,
            scores=each.scores,
            rejected=tuple(Rejection(recommendation=other.recommendation, reasons=other.reasons) for other in each.rejected),
        )
        for each in advice.workstreams
    ]
    return Record(
        format=1,
        made=made,
        review_by=made + datetime.timedelta(days=REVIEW_AFTER_DAYS),
        criteria_version=advice.criteria_version,
        index_version=advice.index_version,
        description=advice.description,
        recommendation=advice.recommendation,
        confidence=advice.confidence,
        robustness=advice.robustness,
        summary=advice.summary,
        workstreams=tuple(streams),
        inputs=tuple(inputs),
        assumptions=tuple(_assumptions(advice, criteria)),
        passages=tuple(
            Passage(address=each.address, title=each.title, heading=each.heading, url=each.url, quote=each.quote, sha256=each.sha256)
            for each in advice.citations
        ),
        link=advice.link,
    )


def _assumptions(advice: Advice, criteria: Criteria) -> list[str]:
    found = []
    for stream in advice.workstreams:
        if stream.unknown:
            names = ", ".join(criteria.criterion(each).name.lower() for each in stream.unknown)
            found.append(f"“{stream.name}” was decided without an answer on: {names}.")
    return [*found, *advice.notes, *advice.limits]


def read_record(text: str) -> Record:
    """Read a record's JSON.

    Raises:
        UserError: If it isn't one; names the first fault.
    """
    try:
        return Record.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UserError(
            f"That is no decision record: {place}: {first['msg']}.", remedy="Give the JSON that `chatbot advise --record FILE.json` wrote."
        ) from error


def review(record: Record, advisor: Advisor, today: datetime.date) -> Review:
    """Decide again with today's criteria and passages, and compare."""
    changes = _criteria_changes(record, advisor.criteria)
    now = advisor.assess(_still_known(record, advisor.criteria), record.description)
    passages = advisor.passage_changes([(each.address, each.heading, each.sha256) for each in record.passages])
    stands = now.recommendation == record.recommendation
    return Review(record, now, stands, today > record.review_by, tuple(changes), passages)


def _still_known(record: Record, criteria: Criteria) -> Profile:
    known = {each.id: {option.id for option in each.options} for each in criteria.criteria}
    streams = [
        (each.name, {name: option for name, option in each.answers.items() if option in known.get(name, ())}) for each in record.workstreams
    ]
    return make_profile(criteria, streams)


def _criteria_changes(record: Record, criteria: Criteria) -> list[str]:
    found = []
    if record.criteria_version != criteria.version:
        found.append(f"The criteria are of version {criteria.version}; the decision was made with version {record.criteria_version}.")
    known = {each.id: each for each in criteria.criteria}
    for each in record.inputs:
        criterion = known.get(each.criterion)
        option = next((option for option in criterion.options if option.id == each.option), None) if criterion else None
        if criterion is None or option is None:
            found.append(f"“{each.question}” – “{each.text}” is no answer any more; it is left open.")
            continue
        if criterion.weight != each.weight:
            found.append(f"“{criterion.name}” weighs {criterion.weight} instead of {each.weight}.")
        if option.scores != each.scores:
            found.append(f"“{option.text}” counts {list(option.scores)} instead of {list(each.scores)}.")
    return list(dict.fromkeys(found))
