"""Tasks: how likely a clause names a task, and of which kind: a fitted linear model over the clause's vector. Pure.

The weights were fitted by `chatbot tune` on clauses of descriptions that readers judged; they live in `tasks.json`, or beside the index
where someone fitted their own, and belong to one embedding model. With another one the nearest wording of criteria.yml decides.
"""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from chatbot.fitted import read_fitted
from index import Search

TASKS_FILE = "tasks.json"
NO_TASK = "none"
"""Kind of a clause that tells about the writer, the data, the law, or anything else but what must come out."""


class Tasks(BaseModel):
    """Multinomial logistic weights over unit vectors of clauses."""

    model_config = ConfigDict(frozen=True)

    kinds: tuple[str, ...]
    """Options of the criterion `output`, and `NO_TASK`."""
    weights: tuple[tuple[float, ...], ...]
    """Of each kind, shape (kinds, dimension)."""
    intercepts: tuple[float, ...]
    embedder: str
    """Key of the embedding model whose vectors they weigh."""
    fitted_on: str
    """What, how many and when."""

    def of(self, search: Search) -> "Tasks | None":
        """Return these weights, if an index has the embedding model that they were fitted for."""
        return self if self.embedder == embedder_key(search) else None

    def chances(self, vector: np.ndarray) -> dict[str, float]:
        """Return the chance of each kind, which add up to 1.

        Args:
            vector: Of a clause, float32, shape (dimension,).
        """
        totals = np.asarray(self.weights) @ vector.astype(np.float64) + np.asarray(self.intercepts)
        shares = np.exp(totals - totals.max())
        return dict(zip(self.kinds, (shares / shares.sum()).tolist(), strict=True))


def embedder_key(search: Search) -> str:
    """Return the key of the model that gives texts their vectors, whichever gives words theirs; empty if there is none."""
    return search.embedder.key.partition("-")[0] if search.embedder else ""


def read_tasks(store: Path | None = None) -> Tasks:
    """Return the weights fitted beside an index, if anybody did, else those that ship with the project.

    Raises:
        UserError: If the file beside the index can't be used.
    """
    return read_fitted(Tasks, TASKS_FILE, store, "weights of tasks")
