"""The tool `advise`: a described situation becomes a recommendation that an agent can defend, or ask on about.

Its result is the advice's JSON (chatbot.advisor.advice) with a schema. Served by chatbot.mcp like the other tools.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chatbot.live import LiveAssistant
from chatbot.questions import clean_question
from chatbot.tool import Input, Tool
from guide.criteria import Recommendation


class AnswerIn(Input):
    """One answer to a question that an earlier call returned."""

    number: int = Field(ge=0, le=7, description="The question's `number`: which work stream it is about, from 0.")
    criterion: str = Field(max_length=60, description="The question's `criterion`.")
    option: str = Field(max_length=60, description="The `id` of one of the question's `options`.")


class AdviseIn(Input):
    """Arguments of `advise`."""

    description: str = Field(
        min_length=1,
        description="The situation in plain words: what goes in, what must come out, for whom, under which rules. One or several tasks.",
    )
    answers: list[AnswerIn] = Field(default=[], max_length=160, description="Answers to `questions` of earlier calls; refine the result.")


class _Out(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class PointedOut(_Out):
    """A sentence with the number of its citation."""

    text: str
    citation: int | None = None


class ReasonOut(PointedOut):
    """What one answer says for or against a recommendation."""

    criterion: str
    name: str
    option: str
    points: int = Field(description="Weight times strength; above 0 speaks for the recommendation.")
    words: str = Field(description="The passage of the description that it was read from; empty if it was answered.")


class ScoreOut(_Out):
    """From -100 to 100, with the range that unknown answers leave open."""

    score: int
    low: int
    high: int


class StreamOut(_Out):
    """What one task of the description needs."""

    name: str
    recommendation: Recommendation | None = Field(description="Null if too little is known.")
    confidence: float
    robustness: int = Field(description="Share of single changes of an answer that keep the recommendation, in percent.")
    scores: dict[Literal["mlops", "llmops", "neither"], ScoreOut]
    runner_up: Recommendation | None
    reasons_for: list[ReasonOut] = Field(alias="for")
    against: list[ReasonOut]
    constraints: list[PointedOut] = Field(description="Rules in force that outrank the scores.")
    answers: dict[str, str]
    unknown: list[str]


class OptionOut(_Out):
    """A possible answer."""

    id: str
    text: str
    leads_to: Recommendation | None


class QuestionOut(_Out):
    """An unknown answer that would change the result most: ask the person, do not guess."""

    number: int
    workstream: str
    criterion: str
    question: str
    options: list[OptionOut]


class FlipOut(_Out):
    """One answer that would reverse the result if it were another."""

    workstream: str
    name: str
    given: str
    instead: str
    result: Recommendation | None


class UnknownOut(_Out):
    """A criterion without an answer."""

    workstream: str
    criterion: str


class SourceOut(_Out):
    """A passage of the guide."""

    number: int
    title: str
    heading: str
    url: str
    quote: str


class AdviceOut(_Out):
    """The advice."""

    recommendation: Recommendation | None = Field(description="Overall; null if too little is known.")
    confidence: float
    robustness: int
    summary: str
    workstreams: list[StreamOut]
    questions: list[QuestionOut]
    unknown: list[UnknownOut]
    flips: list[FlipOut]
    risks: list[PointedOut]
    next_steps: list[PointedOut]
    read: list[PointedOut]
    citations: list[SourceOut]
    notes: list[str]
    limits: list[str]
    link: str = Field(description="The assessment page with these answers, below the site root unless the site's address is known.")
    criteria_version: int
    index_version: str


def make_advise_tool(live: LiveAssistant, limit: int) -> Tool:
    """Return the tool.

    Args:
        live: Gives the advisor of the newest index.
        limit: Most characters of a description.
    """

    def advise(given: AdviseIn) -> AdviceOut:
        answers = {(answer.number, answer.criterion): answer.option for answer in given.answers}
        advice = live.get().advisor.refine(clean_question(given.description, limit), answers)
        return AdviceOut.model_validate(advice.to_dict())

    return Tool(
        "advise",
        "Advise on MLOps, LLMOps, both or neither",
        "Recommend MLOps, LLMOps, both or neither for a described situation. Finds the tasks in the description, reads criteria from its "
        "words, and returns for each task and overall the recommendation with scores and ranges, reasons for and against with citations "
        "into the guide, rules that outrank scores, what would reverse it, risks and first steps. What the description does not say stays "
        "unknown: put the returned `questions` to the person and call again with the same description and their `answers`. It "
        "weighs a situation; it does not know the law, the data or the people.",
        AdviseIn,
        AdviceOut,
        advise,
    )
