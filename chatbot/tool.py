"""A tool as an agent sees it: name, description, typed arguments and result. Independent of how it is called."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from index import UserError


class ToolFailed(UserError):
    """A tool call that can't be answered; the agent is told why."""


class Input(BaseModel):
    """Arguments, or a part of them: nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as an agent sees it."""

    name: str
    title: str
    description: str
    takes: type[BaseModel]
    gives: Any
    """Type of the result: a dataclass or a model; its schema is told."""
    run: Callable[[Any], Any]

    def checked(self, arguments: dict[str, Any]) -> BaseModel:
        """Return the arguments as a model.

        Raises:
            ToolFailed: If they have the wrong form; names the first one.
        """
        try:
            return self.takes.model_validate(arguments)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(str(step) for step in first["loc"][:1] if step in self.takes.model_fields) or "arguments"
            raise ToolFailed(
                f"{place}: {first['msg']}.", remedy=f"`{self.name}` takes {', '.join(f'`{name}`' for name in self.takes.model_fields)}."
            ) from error
