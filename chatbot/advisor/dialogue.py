"""The advisor in the chat: a choice question that describes a situation gets an offer, and replies to its questions refine it.

Called by chatbot.assistant at the end of an answer. Holds nothing: the situation and the replies are read from the dialogue.
"""

import re
from dataclasses import replace

from chatbot.advisor.advice import Advice, Question
from chatbot.advisor.advisor import Advisor
from chatbot.advisor.reading import OUTPUT, Reading
from chatbot.answer import AdviceOffer, AdviceQuestion, Answer, Asked, Turn
from chatbot.understand import kind_of

MOST_REPLIES = 8
_ASKS = re.compile(r"\?\s*$|^\W*(?:what|which|who|where|when|why|how|is|are|do|does|can|could|should|explain|define|list|compare)\b", re.I)
_NUMBER = re.compile(r"^\W*(?:(?:option|answer|number)\s+)?(\d{1,2})\W*$", re.I)
_LEAST = 0.3
"""Similarity from which a reply in words answers a question: the question narrows what can be meant."""
_ABOUT = re.compile(r"(?:^|/)(?:about|developers)/")
"""Addresses of the guide's pages on itself and its assistant."""
_ADDRESSED = re.compile(r"\b(?:your|this|the) (?:assistant|advisor|chat ?bot|bot|guide|site|website|widget|demo)\b", re.I)


def with_advice(answer: Answer, advisor: Advisor, asked: Asked, history: tuple[Turn, ...]) -> Answer:
    """Return the answer with an offer of advice, if the question or the dialogue describes a situation to decide.

    A reply to the advisor's questions is no question to the guide: its answer is the refined advice alone.
    """
    if not advisor.knows_the_guide:
        return answer
    if not _on_itself(asked.question, answer) and (reading := _described(advisor, asked.question)):
        return replace(answer, advice=_offer(advisor.refine(asked.question, {}, reading)))
    situation, replies = _dialogue(advisor, asked.question, history)
    if not situation:
        return answer
    advice, understood = _refined(advisor, situation, replies)
    if not understood:
        return answer
    return replace(
        answer, verdict="answered", statements=(), citations=(), nearest=(), missing=None, weakest_evidence="", advice=_offer(advice)
    )


def _on_itself(question: str, answer: Answer) -> bool:
    """Say whether a question is about the guide: "could your bot read our documents?" describes no case to decide."""
    return bool(_ADDRESSED.search(question) and answer.citations) and all(_ABOUT.search(citation.url) for citation in answer.citations)


def _described(advisor: Advisor, text: str) -> Reading | None:
    """The reading of a text that asks for a choice and describes at least one task to choose for."""
    if kind_of(text) != "choice":
        return None
    reading = advisor.read(text)
    return reading if any(each.criterion == OUTPUT for heard in reading.heard for each in heard) else None


def _dialogue(advisor: Advisor, message: str, history: tuple[Turn, ...]) -> tuple[str, list[str]]:
    """The situation that was last described and the replies since, this message the last; nothing if it is a question."""
    if _ASKS.search(message):
        return "", []
    replies = [message]
    for turn in reversed([turn for turn in history if turn.role == "user"][-MOST_REPLIES:]):
        if _described(advisor, turn.content):
            return turn.content, replies[::-1]
        if _ASKS.search(turn.content):
            return "", []
        replies.append(turn.content)
    return "", []


def _refined(advisor: Advisor, situation: str, replies: list[str]) -> tuple[Advice, bool]:
    """Advice after all replies, and whether the last of them answered a question."""
    given: dict[tuple[int, str], str] = {}
    advice, understood = advisor.advise(situation), False
    for reply in replies:
        found = _answered(advisor, reply, advice.questions)
        understood = found is not None
        if found is not None:
            question, option = found
            given[question.number, question.criterion] = option
            advice = advisor.refine(situation, given)
    return advice, understood


def _answered(advisor: Advisor, reply: str, questions: tuple[Question, ...]) -> tuple[Question, str] | None:
    """Which of the open questions a reply answers and how: a number answers the first, words the one that they come nearest to."""
    if not questions:
        return None
    if number := _NUMBER.match(reply):
        place = int(number[1]) - 1
        options = questions[0].options
        return (questions[0], str(options[place]["id"])) if 0 <= place < len(options) else None
    near = [(advisor.nearest_option(reply, each.criterion), each) for each in questions]
    best, question = max(near, key=lambda each: each[0].similarity)
    return (question, best.option) if best.similarity >= _LEAST else None


def _offer(advice: Advice) -> AdviceOffer:
    several = len(advice.workstreams) > 1
    questions = tuple(
        AdviceQuestion(each.workstream if several else "", each.question, tuple(str(option["text"]) for option in each.options))
        for each in advice.questions
    )
    return AdviceOffer(advice.recommendation, advice.confidence, advice.summary, advice.link, questions)
