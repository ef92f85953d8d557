"""The decision tree of the decision guide and the criteria lead to the same practice, whatever is described."""

from collections.abc import Mapping

from chatbot.advisor.advisor import Advisor
from chatbot.advisor.engine import assess_stream
from chatbot.advisor.profile import make_profile
from chatbot.assistant import Assistant
from chatbot.evaluation.advice import read_scenarios
from guide.criteria import Criteria, Recommendation
from tests.conftest import ROOT

OUTPUTS: dict[str, Recommendation] = {"prediction": "mlops", "text": "llmops", "both": "both", "record": "neither"}


def by_tree(answers: Mapping[str, str], criteria: Criteria) -> Recommendation | None:
    """What the tree of docs/choose/decision-guide.md says of one step, under the constraints that outrank it; none if the output is open.

    Few outcomes of a prediction change nothing: a forecast with few labels stays a forecast.
    """
    output = answers.get("output")
    if answers.get("alternative") == "reaches":
        return "neither"
    if output is None:
        return None
    found = OUTPUTS[output]
    for constraint in criteria.constraints:
        holds = all(answers.get(name) in options for name, options in constraint.when.items())
        if holds and not any(answers.get(name) in options for name, options in constraint.unless.items()):
            wanted = {"mlops", "llmops"} if found == "both" else {found}
            left = wanted - set(constraint.stops)
            found = "both" if len(left) == 2 else next(iter(left), "neither")  # type: ignore[assignment]
    return found


def test_tree_and_criteria_agree_on_every_scenario_that_both_decide(assistant: Assistant) -> None:
    advisor = Advisor(assistant.search)
    decided, different = 0, []
    for scenario in read_scenarios(ROOT / "evaluation"):
        for stream in advisor.read(scenario.text).profile.workstreams:
            tree, criteria = by_tree(stream.answers, advisor.criteria), assess_stream(advisor.criteria, stream).recommendation
            if tree and criteria:
                decided += 1
                if tree != criteria:
                    different.append((scenario.id, tree, criteria, dict(stream.answers)))
    assert decided > 120
    assert different == []


def test_a_forecast_with_few_known_outcomes_stays_with_mlops(assistant: Assistant) -> None:
    advisor = Advisor(assistant.search)
    answers = {"input": "fields", "output": "prediction", "labels": "few-outcomes"}
    stream = make_profile(advisor.criteria, [("Pumps", answers)]).workstreams[0]
    assert assess_stream(advisor.criteria, stream).recommendation == by_tree(answers, advisor.criteria) == "mlops"
