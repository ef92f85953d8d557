"""What was fitted: a file beside the index, if anybody fitted their own there, goes before the one that ships (disk).

Read by chatbot.decide, chatbot.essential and chatbot.support; written by `chatbot tune`.
"""

import math
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from index import Search, UserError

Fitted = TypeVar("Fitted", bound=BaseModel)


class Logistic(BaseModel):
    """A logistic model: the chance of something, from signals that speak for and against it."""

    model_config = ConfigDict(frozen=True)

    weights: dict[str, float]
    intercept: float
    threshold: float
    """Taken to be so at or above it."""

    def chance(self, signals: dict[str, float]) -> float:
        """Return the calibrated chance, 0 to 1."""
        total = self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in signals.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


class ByModels(BaseModel):
    """Weights for each kind of index: the models that it has decide which signals there are."""

    model_config = ConfigDict(frozen=True)

    reading: Logistic
    """Where the index has a cross-encoder."""
    meaning: Logistic
    """Where it has an embedding model only."""
    words: Logistic
    """Where it has none."""
    fitted_on: str
    """What, how many and when."""

    def of(self, search: Search) -> Logistic:
        """Return the model for what an index has."""
        if search.embedder is None:
            return self.words
        return self.meaning if search.cross_encoder is None else self.reading


def read_fitted(model: type[Fitted], name: str, store: Path | None, what: str) -> Fitted:
    """Return what a file of this name holds.

    Args:
        model: What it must be.
        name: Of the file, in the package and beside an index.
        store: Folder of the index, if one may hold a file of its own.
        what: What an error calls it: "coverage weights".

    Raises:
        UserError: If the file beside the index can't be used.
    """
    own = store / name if store else None
    if own is None or not own.is_file():
        return model.model_validate_json(files("chatbot").joinpath(name).read_text("utf-8"))
    try:
        return model.model_validate_json(own.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise UserError(f"The {what} in '{own}' can't be used.", remedy="Fit them anew with `chatbot tune`, or remove the file.") from error
