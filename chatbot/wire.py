"""What comes in over HTTP: body limits, strict JSON, and one shape for every error. The edge of chatbot.api.

FastAPI's own handling answers 500 to a lone surrogate or to NaN, because it echoes the input and can't encode it; so
bodies are read here and no error repeats what was sent.
"""

import json
import logging
import secrets
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from index import UserError

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


async def read_json(request: Request, model: type[Model], limit: int) -> Model:
    """Read and check a JSON body.

    Args:
        request: Its announced length is checked before anything is read.
        model: What the body must be.
        limit: Most bytes.

    Raises:
        Refused: As by `read_object`; 422 if the body is not of the model's shape.
    """
    data = await read_object(request, limit)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"] if isinstance(step, int) or step in _field_names(model)) or "body"
        # up to the comma: what follows may quote the input
        raise Refused(422, "bad_request", f"{place}: {first['msg'].split(',')[0]}") from error


async def read_object(request: Request, limit: int) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        request: Its announced length is checked before anything is read.
        limit: Most bytes.

    Raises:
        Refused: 413 too large, 415 not JSON, 400 not readable as JSON, 422 no object.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refused(415, "not_json", "Send the body as application/json.")
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > limit:
        raise Refused(413, "too_large", f"The body may have at most {limit:,} bytes.", {"Connection": "close"})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refused(413, "too_large", f"The body may have at most {limit:,} bytes.", {"Connection": "close"})
    try:
        data = json.loads(bytes(body).decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "bad_json", "The body is not valid JSON in UTF-8.") from error
    if not isinstance(data, dict):
        raise Refused(422, "bad_request", "body: Input should be a JSON object")
    return data


def add_error_handlers(app: FastAPI) -> None:
    """Give every error the shape `{error, code, request_id}`; the request id is in the log."""

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return _reply(request, error.status, error.code, error.message, error.headers)

    async def user_error(request: Request, error: Exception) -> JSONResponse:
        return _reply(request, 503, "unavailable", str(error), {"Retry-After": "5"})

    async def http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        codes = {404: "not_found", 405: "method_not_allowed"}
        return _reply(request, error.status_code, codes.get(error.status_code, "refused"), str(error.detail), error.headers)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        return _reply(request, 422, "bad_request", "A parameter is missing or has the wrong form.")

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return _reply(request, 500, "internal", "Something went wrong here; the log has the request id.")

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(UserError, user_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


def error_body(code: str, message: str) -> dict[str, str]:
    """Return the one shape of errors, with a fresh request id."""
    return {"error": message, "code": code, "request_id": secrets.token_hex(8)}


def _reply(request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = error_body(code, message)
    # repr: whatever stands in a path can't forge a line of the log
    log.log(
        logging.ERROR if status >= 500 else logging.INFO,
        "%s %r: %s %s [%s]",
        request.method,
        request.url.path,
        status,
        code,
        body["request_id"],
    )
    return JSONResponse(body, status, dict(headers or {}))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _field_names(model: type[BaseModel]) -> set[str]:
    """Names that an error may repeat: ours, never the sender's."""
    names: set[str] = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in _inner_models(field.annotation):
            names |= set(inner.model_fields)
    return names


def _inner_models(annotation: Any) -> list[type[BaseModel]]:
    found = [annotation, *getattr(annotation, "__args__", ())]
    return [each for each in found if isinstance(each, type) and issubclass(each, BaseModel)]
