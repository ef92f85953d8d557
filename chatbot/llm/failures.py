"""What can go wrong with a model, and what a reader is told of it. Pure."""

from typing import Literal

Reason = Literal["unreachable", "refused", "limited", "down", "late", "cut", "garbled", "empty", "failed", "open", "busy", "spent", "long"]

_NOTES: dict[Reason, str] = {
    "open": "The language model had failed several times just before, so the guide is quoted.",
    "busy": "The language model is busy with other questions, so the guide is quoted.",
    "spent": "Today's budget for the language model is spent, so the guide is quoted.",
    "long": "The language model's answer was longer than allowed, so the guide is quoted.",
    "late": "The language model did not answer in time, so the guide is quoted.",
}
UNCONFIRMED = "What the language model wrote could not be confirmed from the guide, so the guide is quoted."
DOUBTED = "Too much of what the language model wrote lately could not be confirmed from the guide, so the guide is quoted."
CUT_SHORT = "The language model stopped early; what is shown was checked."


class ModelFailed(Exception):
    """No usable answer came from the model. Never shown: it becomes a note."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def note(reason: Reason) -> str:
    """Return what a reader is told: never an address, a status or a message of the endpoint."""
    return _NOTES.get(reason, "The language model can't be used right now, so the guide is quoted.")
