"""Measuring a language model as a writer: what survives the check, what it costs, how long a reader waits."""

from collections.abc import Sequence

import numpy as np

from chatbot.answer import Answer
from chatbot.assistant import Assistant
from chatbot.evaluation.cases import Case
from chatbot.evaluation.measure import Results, add_figure
from chatbot.verify import plain

GROUP = "language model"


def measure_model(results: Results, assistant: Assistant, cases: Sequence[Case]) -> None:
    """Ask covered questions and add a group of figures.

    Args:
        results: Gets the figures.
        assistant: With a model.
        cases: Questions; those that the guide does not cover are left out, since the model is not asked them.
    """
    asked = [(case, assistant.answer(case.question)) for case in cases if case.covered]
    answers = [answer for _, answer in asked if answer.model]
    add_figure(results, GROUP, "answers by the model", [float(answer.writer == "model") for answer in answers])
    add_figure(results, GROUP, "statements left out", [_share(answer, answer.dropped) for answer in answers])
    add_figure(results, GROUP, "statements replaced", [_share(answer, answer.replaced) for answer in answers])
    add_figure(results, GROUP, "expected points said", [_points(case, answer) for case, answer in asked if case.points])
    add_figure(results, GROUP, "tokens in", [float(answer.tokens["in"]) for answer in answers])
    add_figure(results, GROUP, "tokens out", [float(answer.tokens["out"]) for answer in answers])
    add_figure(results, GROUP, "cost of 1,000 answers", [1000 * answer.cost for answer in answers if answer.cost is not None])
    first = [answer.timings_ms["first"] for answer in answers]
    add_figure(results, GROUP, "first statement p50 ms", first, lambda values: float(np.percentile(values, 50)))
    add_figure(results, GROUP, "first statement p95 ms", first, lambda values: float(np.percentile(values, 95)))


def _share(answer: Answer, failed: int) -> float:
    """Return the share of the model's statements that failed so; an answer of quotes has none left."""
    kept = len(answer.statements) - answer.replaced if answer.writer == "model" else 0
    return failed / max(1, kept + answer.dropped + answer.replaced)


def _points(case: Case, answer: Answer) -> float:
    said = " ".join(plain(statement.text) for statement in answer.statements).lower()
    return float(np.mean([any(alternative in said for alternative in group) for group in case.points]))
