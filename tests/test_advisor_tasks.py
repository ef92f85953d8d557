"""Which clauses name tasks: the shipped weights belong to the bundled model, and what they are fitted on is checked."""

from pathlib import Path

import numpy as np
import pytest

from chatbot.advisor.advisor import Advisor
from chatbot.advisor.tasks import NO_TASK, Tasks, read_tasks
from chatbot.assistant import Assistant
from chatbot.evaluation.advice import read_scenarios
from chatbot.evaluation.examples import repeating
from chatbot.evaluation.tasks import fit_tasks, read_described
from guide.criteria import read_criteria
from index import UserError
from tests.conftest import ROOT

EVALUATION = ROOT / "evaluation"
CRITERIA = read_criteria(ROOT / "docs" / "choose" / "criteria.yml")


def test_shipped_weights_are_those_of_the_bundled_model(assistant: Assistant) -> None:
    tasks = read_tasks()
    assert tasks.of(assistant.search) is tasks
    assert {NO_TASK, *(option.id for option in CRITERIA.criterion("output").options)} == set(tasks.kinds)


def test_weights_of_another_model_are_not_used(assistant: Assistant) -> None:
    foreign = read_tasks().model_copy(update={"embedder": "another"})
    assert foreign.of(assistant.search) is None
    advice = Advisor(assistant.search, tasks=foreign).advise("We want to forecast demand for the next weeks.")
    assert advice.recommendation == "mlops"


def test_chances_add_up_and_follow_the_weights() -> None:
    tasks = Tasks(kinds=("text", NO_TASK), weights=((2.0, 0.0), (0.0, 2.0)), intercepts=(0.0, 0.0), embedder="", fitted_on="")
    chances = tasks.chances(np.array([1.0, 0.0], dtype=np.float32))
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["text"] == pytest.approx(1 / (1 + np.exp(-2)))


def test_clauses_that_were_never_seen_are_told_apart_better_than_by_guessing(assistant: Assistant) -> None:
    described = read_described(EVALUATION)
    held_out = described[::10]
    tasks = fit_tasks(assistant.search, CRITERIA, [each for each in described if each not in held_out][:300])
    clauses = [(text, kind) for each in held_out for text, kind in each.clauses]
    vectors = assistant.search.embedder.embed_questions([text for text, _ in clauses])  # type: ignore[union-attr]
    told = [max(chances, key=lambda kind: chances[kind]) for chances in map(tasks.chances, vectors)]
    right = np.mean([kind == given for kind, (_, given) in zip(told, clauses, strict=True)])
    commonest = np.mean([given == NO_TASK for _, given in clauses])
    assert right > commonest + 0.1


def test_no_description_to_learn_from_repeats_a_scenario_that_judges() -> None:
    assert repeating({each.description for each in read_described(EVALUATION)}, [each.text for each in read_scenarios(EVALUATION)]) == set()


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "training" / "tasks").mkdir(parents=True)
    (tmp_path / "training" / "tasks" / "some.jsonl").write_text('{"description": "no clauses"}\n', "utf-8")
    with pytest.raises(UserError, match="line 1"):
        read_described(tmp_path)
