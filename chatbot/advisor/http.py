"""HTTP: `POST /api/advise`. A thin door on the advisor, with the limits and the errors of `/api/ask`."""

from collections.abc import Callable
from typing import Annotated, Any, Self

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator
from starlette.concurrency import run_in_threadpool

from chatbot.advisor.advice import Advice
from chatbot.advisor.advisor import Advisor
from chatbot.advisor.profile import MOST_WORKSTREAMS, ProfileRefused, from_fragment, make_profile
from chatbot.questions import QuestionRefused, clean_question
from chatbot.wire import Refused, read_json

_Name = Annotated[str, Field(max_length=60)]


class WorkstreamIn(BaseModel):
    """A work stream and its answers; what is not answered is unknown."""

    name: Annotated[str, Field(max_length=200)] = ""
    answers: dict[_Name, _Name] = Field(default={}, max_length=40)


class AnswerIn(BaseModel):
    """An answer to one of the advisor's questions about a described situation."""

    number: int = Field(default=0, ge=0, lt=MOST_WORKSTREAMS, description="Number of the work stream, from 0.")
    criterion: _Name
    option: _Name


class AdviseIn(BaseModel):
    """Body of `POST /api/advise`: a description, a profile, or a link's fragment."""

    description: str = Field(default="", description="The situation, in words.")
    answers: list[AnswerIn] = Field(default=[], max_length=200, description="Answers to questions about the description.")
    workstreams: list[WorkstreamIn] = Field(default=[], max_length=MOST_WORKSTREAMS, description="A profile, instead of a description.")
    profile: str = Field(default="", max_length=4000, description="The fragment of a link to the Assessment page, instead of either.")

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum((bool(self.description.strip()), bool(self.workstreams), bool(self.profile))) != 1:
            raise ValueError("Give one of `description`; `workstreams`; `profile`")
        return self


def add_advising(app: FastAPI, advisor: Callable[[], Advisor], *, longest: int, most_bytes: int) -> None:
    """Add `POST /api/advise`.

    Args:
        app: The application.
        advisor: Returns the advisor of the newest index.
        longest: Characters of a description.
        most_bytes: Bytes of a body.
    """
    sent = {"requestBody": {"required": True, "content": {"application/json": {"schema": AdviseIn.model_json_schema()}}}}

    @app.post("/api/advise", summary="MLOps, LLMOps, both or neither?", openapi_extra=sent)
    async def advise(request: Request) -> JSONResponse:
        """Recommend for each work stream and overall, with reasons, what would reverse it, and what to answer next."""
        body = await read_json(request, AdviseIn, most_bytes)
        advice = await run_in_threadpool(_advise, advisor(), body, longest)
        return JSONResponse(advice.to_dict())


def _advise(advisor: Advisor, body: AdviseIn, longest: int) -> Advice:
    try:
        if body.profile:
            return advisor.assess(from_fragment(advisor.criteria, body.profile))
        if body.workstreams:
            return advisor.assess(make_profile(advisor.criteria, [(each.name, each.answers) for each in body.workstreams]))
        description = clean_question(body.description, longest)
        return advisor.refine(description, {(each.number, each.criterion): each.option for each in body.answers})
    except (QuestionRefused, ProfileRefused) as error:
        code = "bad_question" if isinstance(error, QuestionRefused) else "bad_profile"
        raise Refused(422, code, str(error)) from error


def schema() -> dict[str, Any]:
    """Return the JSON schema of what the advisor takes, for other doors."""
    return AdviseIn.model_json_schema()
