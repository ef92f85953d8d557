"""The evaluation of a language model counts what it is said to count."""

from collections.abc import Iterator

import pytest

from chatbot.assistant import Assistant
from chatbot.evaluation.cases import Case
from chatbot.evaluation.measure import Results
from chatbot.evaluation.model import GROUP, measure_model
from chatbot.evaluation.run import evaluate_site
from chatbot.settings import Settings
from index import UserError
from tests.conftest import ROOT
from tests.llm_server import ScriptedServer, answers, echoes, scripted
from tests.model_world import faithful, shown_sentences, with_model


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    """The endpoint."""
    with scripted() as running:
        yield running


def case(question: str, *, covered: bool = True) -> Case:
    """Return a case."""
    return Case(question, question, "hand", covered, points=(("language",),))


def test_shares_tokens_and_cost_are_of_the_answers_that_the_model_was_asked_for(assistant: Assistant, server: ScriptedServer) -> None:
    def draft(prompt: str) -> str:
        one, two = (shown_sentences(prompt, number)[0].rstrip(".") for number in (1, 2))  # a source may have one sentence only
        return f"{one} [1]. {two} [2]. Zebras sleep in 1802 hammocks."

    mixed = echoes(draft, usage=(300, 60))
    server.play(faithful(2), mixed, answers(500))
    asking = with_model(assistant, server, llm_price_in=1.0)
    questions = ["What is LLMOps?", "What is MLOps?", "What is a feature store?"]
    results = Results([])
    measure_model(results, asking, [*map(case, questions), case("Which opera did Verdi write in 1871?", covered=False)])
    assert len(server.requests) == 3, "the question that is not covered was not asked"
    assert results.value(GROUP, "answers by the model") == pytest.approx(2 / 3)
    assert results.value(GROUP, "statements left out") == pytest.approx((0 + 1 / 3 + 0) / 3)
    assert results.value(GROUP, "tokens in") == pytest.approx((100 + 300 + 0) / 3)
    assert results.value(GROUP, "cost of 1,000 answers") == pytest.approx(1000 * 400 / 1e6 / 3)
    assert results.value(GROUP, "first statement p50 ms") > 0


def test_evaluation_with_a_model_needs_one() -> None:
    with pytest.raises(UserError, match="CHATBOT_LLM_BASE_URL"):
        evaluate_site(Settings(), ROOT / "evaluation", "dev", with_model=True)
