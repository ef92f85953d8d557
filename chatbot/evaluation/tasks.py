"""Fitting which clauses of a description name a task, and of which kind: from clauses that readers judged. Part of `chatbot tune`.

`evaluation/training/tasks/` holds descriptions as people might type them, a line each, with the clauses into which
`chatbot.advisor.clauses` cuts them and the kind of each. None of them is a scenario that judges the advisor. The wordings of
criteria.yml are examples, too.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from sklearn.linear_model import LogisticRegression

from chatbot.advisor.clauses import clauses
from chatbot.advisor.reading import OUTPUT
from chatbot.advisor.tasks import NO_TASK, Tasks, embedder_key
from guide.criteria import Criteria
from index import Search, UserError

DESCRIBED = "training/tasks"
"""Folder below that of the cases."""
_INVERSE_PENALTY = 2.0


class Described(BaseModel):
    """One line: a description, and what each of its clauses names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    clauses: tuple[tuple[str, str], ...]
    """Clause and kind, in order."""


def read_described(folder: Path) -> list[Described]:
    """Read all descriptions below a folder of cases; none if it has none.

    Raises:
        UserError: If a line is no description.
    """
    found = []
    for file in sorted((folder / DESCRIBED).glob("*.jsonl")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            try:
                found.append(Described.model_validate_json(line))
            except ValidationError as error:
                raise UserError(f"{file}, line {number}, is no description.", remedy="It needs description and clauses.") from error
    return found


def fit_tasks(search: Search, criteria: Criteria, described: Sequence[Described]) -> Tasks:
    """Fit a multinomial logistic model on the clauses of descriptions and on the wordings of the criteria.

    Args:
        search: With an embedding model.
        criteria: Wordings of the kinds of output name tasks, all others none.
        described: Some hundred of them; a clause that is cut otherwise by now is left out.
    """
    examples = [*_judged(described), *_worded(criteria)]
    vectors = np.stack([vector for text, _ in examples if (vector := search.query(text).vector) is not None])
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=3000).fit(vectors, [kind for _, kind in examples])
    return Tasks(
        kinds=tuple(map(str, model.classes_)),
        weights=tuple(tuple(round(float(weight), 3) for weight in row) for row in model.coef_),
        intercepts=tuple(round(float(each), 3) for each in model.intercept_),
        embedder=embedder_key(search),
        fitted_on=f"{len(examples)} clauses and wordings, of {len(described)} descriptions; {datetime.now(UTC):%Y-%m-%d}",
    )


def _judged(described: Sequence[Described]) -> Iterator[tuple[str, str]]:
    for each in described:
        kinds = dict(each.clauses)
        yield from ((clause.core, kinds[clause.text]) for clause in clauses(each.description) if clause.text in kinds)


def _worded(criteria: Criteria) -> Iterator[tuple[str, str]]:
    for criterion in criteria.criteria:
        for option in criterion.options:
            kind = option.id if criterion.id == OUTPUT else NO_TASK
            yield from ((text, kind) for text in (option.text, *option.meanings))
    yield from ((text, NO_TASK) for text in criteria.background)
