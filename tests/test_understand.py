"""Questions are read by their form: what kind, what a follow-up means, how many, in which language, whether at all."""

import pytest

from chatbot.answer import Kind, Turn
from chatbot.language import is_english
from chatbot.phrasing import topic_of
from chatbot.understand import kind_of, sides_of, understand


def dialogue(*said: str) -> tuple[Turn, ...]:
    """Return turns, the reader's first."""
    return tuple(Turn("assistant" if place % 2 else "user", text) for place, text in enumerate(said))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is LLMOps?", "definition"),
        ("define drift", "definition"),
        ("whats a feature store", "definition"),
        ("LLMOps", "definition"),
        ("How does MLOps differ from LLMOps?", "comparison"),
        ("MLOps vs LLMOps", "comparison"),
        ("How do MLOps and LLMOps differ?", "comparison"),
        ("What is the difference between RAG and fine-tuning?", "comparison"),
        ("Should we use RAG or fine-tuning?", "choice"),
        ("Which is better, MLOps or LLMOps?", "choice"),
        ("do we need both?", "choice"),
        ("What are the challenges of MLOps?", "list"),
        ("List the metrics for retrieval", "list"),
        ("What are the four NIST functions?", "list"),
        ("name three ways to cut cost", "list"),
        ("How do I set up monitoring?", "how-to"),
        ("steps to migrate a legacy model", "how-to"),
        ("Does MLOps need Kubernetes?", "yes-no"),
        ("Is RAG cheaper than fine-tuning?", "yes-no"),
        ("How much does it cost to run an LLM?", "fact"),
        ("How many answers do I need to grade?", "fact"),
        ("We're an insurer. Which practice fits?", "choice"),
        ("When was the AI Act passed?", "fact"),
        ("monitoring of models in production with tools", "open"),
    ],
)
def test_kind_follows_from_the_form_of_the_question(question: str, kind: Kind) -> None:
    assert kind_of(question) == kind
    assert kind_of(question.upper()) == kind, "capitals change nothing"


def test_kind_follows_from_the_form_whatever_the_subject() -> None:
    assert [kind_of(f"What is {subject}?") for subject in ("sourdough", "a flurb", "the offside rule")] == ["definition"] * 3


@pytest.mark.parametrize(
    ("said", "question", "resolved"),
    [
        (["What is MLOps?", "…"], "and for LLMs?", "What is MLOps for LLMs?"),
        (["What is drift?", "…"], "What are its causes?", "What are the causes of drift?"),
        (["What is data drift?", "…"], "is it dangerous?", "is data drift dangerous?"),
        (
            ["What are the risks?", "- **Data quality**: bad\n- **Drift**: worse"],
            "tell me more about the second one",
            "tell me more about Drift",
        ),
        (["What are the steps?", "1. Plan it [1]\n2. Build it [1]\n3. Run it [2]"], "why the last step?", "why Run it?"),
        (["Which?", "| A | B |\n| --- | --- |\n| Schedule | x |\n| New labels | y |"], "the second one?", "New labels?"),
        (["What is a feature store?", "…"], "do we need one?", "do we need feature store?"),
        (["Compare shadow and canary deployment", "…"], "which one first?", "which one first: shadow and canary deployment?"),
        (["What does it cost for a bank?", "…"], "and for an insurer?", "What does it cost for an insurer?"),
        (["How do I deploy to production?", "…"], "and to devices?", "How do I deploy to production to devices?"),
        (["How is drift monitored?", "…"], "for a bank?", "How is drift monitored for a bank?"),
        (["What is a canary deployment?", "…"], "vs shadow?", "canary deployment vs shadow?"),
        (["What are guardrails?", "…"], "alternatives?", "guardrails: alternatives?"),
        (["How do I test prompts?", "…"], "ok and how many examples do I need?", "test prompts: how many examples do I need?"),
        (["How do I version prompts?", "…"], "sorry, I meant for models", "How do I version prompts for models?"),
        (["What is an LLM judge?", "…"], "can I trust one?", "can I trust LLM judge?"),
        (["Should we buy an API or self-hosted models?", "…"], "when is the latter too dear?", "when is self-hosted models too dear?"),
        (["Should we fine-tune or use RAG?", "…"], "what does the second one need?", "what does RAG need?"),
        (["What is MLOps?", "…"], "and LLMOps?", "What is LLMOps?"),
        (["what is mlops", "…"], "what about llmops", "what is llmops"),
        (["What is a feature store?", "…"], "and a model registry?", "What is a model registry?"),
        (["What is MLOps?", "…"], "and the cost?", "MLOps: the cost?"),
        (["What is drift?", "…"], "and use cases?", "drift: use cases?"),
        (["How do we detect drift?", "…"], "How often should we check?", "detect drift: How often should we check?"),
        (["How do I install Kubeflow?", "…"], "how do I upgrade it?", "how do I upgrade Kubeflow?"),
        (["How long do we keep logs?", "…"], "where does Azure store them?", "where does Azure store logs?"),
        (["How do I monitor a fraud model?", "…"], "and what does that cost?", "monitor a fraud model: what does that cost?"),
        (["How often should we retrain?", "…"], "why does it matter?", "why does retrain matter?"),
        (["What is prompt caching?", "…", "how much does it save?", "…"], "and semantic caching?", "how much does semantic caching save?"),
        (["How do I roll back a model?", "…"], "and a prompt?", "How do I roll back a prompt?"),
        (
            ["What is the difference between RAG and tuning?", "…"],
            "which is better for a bank?",
            "which is better for a bank: RAG and tuning?",
        ),
        (["What is LLM-as-a-judge?", "…", "can I trust it?", "…"], "how do I calibrate it?", "how do I calibrate LLM-as-a-judge?"),
        (["What is model risk?", "…"], "since when?", "What is model risk since when?"),
        (["What is a canary release?", "…", "vs shadow", "…"], "which first?", "which first: shadow or canary release?"),
        (["What is the difference between MLOps and LLMOps?", "…"], "and DevOps?", "MLOps and LLMOps: DevOps?"),
        (["Which roots?", "- Too many tools\n- Too many rights"], "what do I do about the second?", "what do I do about Too many rights?"),
    ],
    ids=[
        "and for",
        "its",
        "it",
        "the second one of bullets",
        "the last step of numbers",
        "the second one of rows",
        "need one",
        "which one",
        "for in place of for",
        "to after to",
        "for without and",
        "versus",
        "a word that belongs to something",
        "tied by and",
        "a correction",
        "trust one",
        "the latter of two in the question",
        "the second one of two in the question",
        "another of its name",
        "another of one word",
        "another with an article",
        "what belongs to it",
        "several that belong to it",
        "how often without of what",
        "what is done something to",
        "several that are",
        "what is done",
        "how often something is done",
        "another of the same last word",
        "another that the same is done to",
        "which of two",
        "I is no name",
        "a preposition and no more",
        "which of what was held against each other",
        "a third of two",
        "an ordinal at the end",
    ],
)
def test_follow_up_is_completed_from_the_dialogue(said: list[str], question: str, resolved: str) -> None:
    asked = understand(question, dialogue(*said))
    assert asked.resolved == resolved
    assert asked.understood == resolved, "the reader is told what it was taken to mean"
    assert asked.question == question


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ([], "and for LLMs?"),
        (["What is MLOps?", "…"], "What is a vector database?"),
        (["What is MLOps?", "…"], "How do companies keep the cost of inference under control?"),
        (["hello", "Hello."], "What is drift?"),
        (["What is MLOps?", "…"], "Do we need one platform for training and serving?"),
        (["What is MLOps?", "…"], "Which one is cheaper, RAG or fine-tuning?"),
    ],
    ids=["no dialogue", "new definition", "long new question", "after a greeting", "one as a number", "which one of two that are named"],
)
def test_question_that_stands_alone_is_left_as_it_is(said: list[str], question: str) -> None:
    asked = understand(question, dialogue(*said))
    assert asked.resolved == question
    assert asked.understood is None


def test_what_asks_for_more_of_the_same_is_no_new_topic() -> None:
    said = dialogue("What is prompt injection?", "…", "give me an example", "…")
    assert understand("who is responsible for it?", said).resolved == "who is responsible for prompt injection?"


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("How do they differ?", "How do MLOps and LLMOps differ?"),
        ("compare them", "compare MLOps and LLMOps"),
        ("which one is cheaper?", "which one is cheaper: MLOps or LLMOps?"),
        ("who sells it?", "who sells LLMOps?"),
    ],
)
def test_they_are_the_two_that_were_asked_about_one_after_the_other(question: str, resolved: str) -> None:
    assert understand(question, dialogue("What is MLOps?", "…", "and LLMOps?", "…")).resolved == resolved


def test_long_question_about_the_topic_does_not_become_the_topic() -> None:
    said = dialogue("What is RAG?", "…", "Do we need it if our handbook has forty pages that change once a year?", "…")
    assert understand("what does it cost?", said).resolved == "what does RAG cost?"


def test_what_a_follow_up_narrows_the_topic_to_is_what_the_next_one_means() -> None:
    said = dialogue("What is a feature store?", "…", "which tools?", "…")
    assert understand("are they expensive?", said).resolved == "are feature store tools expensive?"


def test_follow_up_to_a_follow_up_keeps_the_first_topic() -> None:
    assert "feature store" in understand("and for agents?", dialogue("What is a feature store?", "…", "and for LLMs?", "…")).resolved


@pytest.mark.parametrize(
    ("between", "question", "resolved"),
    [
        ("and what does it save?", "How is it different from batching?", "How is prompt caching different from batching?"),
        ("how does Uber use it?", "and what does it cost them?", "what does Uber use prompt caching cost them?"),
    ],
    ids=["the same thing", "somebody new"],
)
def test_pronoun_after_a_pronoun_means_what_that_meant(between: str, question: str, resolved: str) -> None:
    assert understand(question, dialogue("What is prompt caching?", "…", between, "…")).resolved == resolved


def test_item_that_a_sentence_enumerates_is_named_by_its_place() -> None:
    said = dialogue("Which roles?", "Three roles matter: product owner, platform team, and risk or compliance. [1]")
    assert understand("what does the last one do?", said).resolved == "what does risk or compliance do?"


def test_ordinal_beyond_the_list_names_no_item() -> None:
    assert "Drift" not in understand("the fifth one?", dialogue("Which risks?", "- **Quality**: a\n- **Drift**: b")).resolved


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is a feature store and who owns the model registry?", ["What is a feature store", "who owns the model registry?"]),
        ("How do I monitor drift? Which tools trace prompts?", ["How do I monitor drift?", "Which tools trace prompts?"]),
        ("What is RAG and how does it work?", ["What is RAG", "how does RAG work?"]),
        ("How do I start a pilot and when does it end?", ["How do I start a pilot and when does it end?"]),
        ("What is drift and why?", ["What is drift and why?"]),
        ("Research and development of models", ["Research and development of models"]),
        ("Describe data contracts and list three kinds of drift", ["Describe data contracts", "list three kinds of drift"]),
        ("How do we log and explain decisions of a model?", ["How do we log and explain decisions of a model?"]),
    ],
    ids=[
        "two with and",
        "two sentences",
        "back to what is defined",
        "back to a whole question",
        "second is a word",
        "no question word",
        "two requests",
        "two things done",
    ],
)
def test_only_questions_that_stand_alone_are_parts(question: str, parts: list[str]) -> None:
    assert list(understand(question).parts) == parts


@pytest.mark.parametrize(
    ("question", "tied"),
    [
        ("How do I start a pilot and when does it end?", ["How do I start a pilot", "start a pilot: when does it end?"]),
        ("Who owns the registry, and who may change it? Why?", []),
        ("How do I monitor drift? Which tools trace prompts?", []),
        ("What is drift and why?", []),
        ("Explain PSI and give thresholds", ["Explain PSI", "PSI: give thresholds"]),
    ],
    ids=["back to a whole question", "one is a word", "both stand alone", "second is a word", "one request after another"],
)
def test_question_that_needs_the_one_before_it_is_completed_from_it(question: str, tied: list[str]) -> None:
    assert [part.resolved for part in understand(question).tied] == tied


@pytest.mark.parametrize(
    "text", ["hi", "Hello there!", "thank you very much", "who are you?", "what can you do?", "help", "Good morning", "ok"]
)
def test_small_talk_is_told_from_questions(text: str) -> None:
    assert understand(text).small_talk


@pytest.mark.parametrize(
    "text", ["hello, what is MLOps?", "thanks, and what is drift?", "help me choose a vector database", "high availability", "?", "42"]
)
def test_question_with_a_greeting_in_it_is_no_small_talk(text: str) -> None:
    assert not understand(text).small_talk


@pytest.mark.parametrize(
    "question",
    [
        "Quelle est la différence entre MLOps et LLMOps ?",
        "¿Cuál es la diferencia entre MLOps y LLMOps?",
        "什么是MLOps?",
        "Что такое MLOps и зачем он нужен?",
        "ما هو MLOps؟",
        "Was ist der Unterschied zwischen MLOps und LLMOps?",
    ],
)
def test_question_in_another_language_is_noticed(question: str) -> None:
    assert not is_english(question, {"mlop", "llmop"}.__contains__)


@pytest.mark.parametrize(
    "question", ["What is the difference between MLOps and LLMOps?", "drift mlops llmops retraining", "MLOps?", "wat is drift"]
)
def test_terse_or_misspelt_english_is_english(question: str) -> None:
    assert is_english(question, {"mlop", "llmop", "drift", "retrain"}.__contains__)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What is the difference between MLOps and LLMOps?", "MLOps and LLMOps"),
        ("how do I monitor data drift?", "monitor data drift"),
        ("why?", ""),
    ],
)
def test_topic_is_the_question_without_what_holds_it_together(question: str, topic: str) -> None:
    assert topic_of(question) == topic


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("How is a boiler different from a kettle?", ("boiler", "kettle")),
        ("What's the difference between a flat white and a latte?", ("flat white", "latte")),
        ("Compare drip coffee with espresso", ("drip coffee", "espresso")),
        ("How do arabica and robusta differ?", ("arabica", "robusta")),
        ("arabica vs. robusta", ("arabica", "robusta")),
        ("arabica vs robusta, whats the difference", ("arabica", "robusta")),
        ("So what is drip coffee as opposed to espresso?", ("drip coffee", "espresso")),
        ("Tell me the main differences between arabica and robusta", ("arabica", "robusta")),
        ("arabica vs robusta vs liberica", ("arabica", "robusta", "liberica")),
        ("arabica versus robusta i always mix them up", ("arabica", "robusta")),
        ("Compare arabica with our beans", ("arabica", "beans")),
        ("What is the price difference between arabica and robusta?", None),
        ("arabica vs robusta for espresso", None),
        ("What is the difference between arabica and robusta in price?", None),
        ("Which beans differ most?", None),
        ("What is a kettle?", None),
    ],
)
def test_sides_of_a_comparison_are_named_as_the_question_names_them(question: str, sides: tuple[str, ...] | None) -> None:
    assert sides_of(question) == sides
