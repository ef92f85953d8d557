"""What asks without asking becomes a question; what asks already stays as it is."""

import pytest

from chatbot.requests import as_question


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("Name the maturity levels.", "What are the maturity levels?"),
        ("list all risks of agents", "What are risks of agents?"),
        ("Explain boiler pressure to me, please", "What is boiler pressure?"),
        ("Describe the parts of a grinder", "What are the parts of a grinder?"),
        ("Define MLOps", "What is MLOps?"),
        ("Tell me how to descale the machine.", "How to descale the machine?"),
        ("Tell me about arabica beans", "What are arabica beans?"),
        ("I'd like to understand semantic caching.", "What is semantic caching?"),
        ("I was wondering how scale forms", "How scale forms?"),
        ("Could you please explain to me what scale is?", "What scale is?"),
        ("Give me an overview of grinders", "What are grinders?"),
        ("Hi, what is RAG?", "What is RAG?"),
        ("explain scale like I'm five", "What is scale?"),
        ("Explain a portafilter to a hotel manager who has never seen one", "What is a portafilter?"),
        ("crema: explain to my boss", "What is crema?"),
        ("crema, what is it", "What is crema?"),
        ("the foam on an espresso, what is it called?", "What is the foam on an espresso?"),
        ("Explain the handover to the manager", "What is the handover to the manager?"),
        ("Explain the move to a new boiler", "What is the move to a new boiler?"),
    ],
)
def test_request_becomes_the_question_that_it_stands_for(asked: str, question: str) -> None:
    assert as_question(asked) == question


@pytest.mark.parametrize(
    "asked",
    [
        "What are the maturity levels?",
        "how do I list all models",
        "name of the person who led it",
        "list of what is missing",
        "So far we only call APIs. What can go wrong?",
        "Explain drift and what to do about it",
        "grinders: what do they cost and who cleans them",
        "For baristas, describe the daily care",
        "In the office, explain who owns the machine",
        "boiler one versus boiler two, what is it that heats in each",
        "Compare canary and shadow deployment.",
        "Can you use both?",
        "list",
        "explain",
        "please",
        "",
    ],
)
def test_anything_else_stays_as_it_is(asked: str) -> None:
    assert as_question(asked) == asked
