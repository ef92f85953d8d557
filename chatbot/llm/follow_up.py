"""Follow-ups completed by a model. It may use the dialogue's own words only, else the rule's wording stands."""

import threading
from collections.abc import Callable

from chatbot.answer import Turn
from chatbot.follow_ups import resolve
from chatbot.llm.calls import Calls
from chatbot.llm.draft import clean
from chatbot.llm.failures import ModelFailed
from chatbot.llm.prompt import follow_up_messages, read_prompt
from index import terms

_TURNS = 6
_TURN_CHARACTERS = 600
_LONGEST = 300
_OUTPUT_TOKENS = 80


def complete(calls: Calls, question: str, history: tuple[Turn, ...], stop: threading.Event, spend: Callable[[int, int], None]) -> str:
    """Complete a follow-up as `chatbot.follow_ups.resolve` does.

    Args:
        calls: To the model.
        question: As typed.
        history: The dialogue so far, oldest turn first.
        stop: Set when nobody waits any more.
        spend: Told the tokens that it took, in and out.

    Returns:
        The model's wording if it is allowed; the rule's where the question is no follow-up, or the model fails or brings words of its own.
    """
    by_rule = resolve(question, history)
    if by_rule == question:
        return by_rule
    dialogue = "\n".join(f"{turn.role}: {turn.content[:_TURN_CHARACTERS]}" for turn in history[-_TURNS:])
    try:
        with calls.open(follow_up_messages(read_prompt("follow-up"), question, dialogue), _OUTPUT_TOKENS, stop) as call:
            said = "".join(call)
            spend(*call.tokens)
    except ModelFailed:
        return by_rule
    return accepted(said, question, dialogue) or by_rule


def accepted(said: str, question: str, dialogue: str) -> str | None:
    """Return a model's wording if it is one line in words of the dialogue that keeps those of the question; else none."""
    lines = [line for line in said.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    wording = clean(lines[0]).strip('"“” ')
    own = set(terms(wording))
    spoken = set(terms(f"{dialogue} {question}"))
    asked = set(terms(resolve(question, ())))
    if not own or len(wording) > _LONGEST or not own <= spoken or (asked and not own & asked):
        return None
    return wording
