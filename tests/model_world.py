"""A small world for tests of the language model: a scripted server, and assistants that ask it over real HTTP."""

import re
from collections.abc import Callable
from typing import Any

from chatbot.assistant import Assistant, load_model
from chatbot.settings import Settings
from index import sentences
from tests.llm_server import Act, ScriptedServer, echoes

KEY = "sk-planted-4711"
QUESTION = "What is LLMOps?"
MakeModel = Callable[..., Assistant]


def model_settings(server: ScriptedServer, **more: Any) -> Settings:
    """Return settings that name the server, with short times and without a memory."""
    quick = {"llm_deadline_seconds": 3.0, "llm_retries": 0, "llm_breaker_failures": 1000}
    forgetful = {"llm_cache_answers": 0, "llm_record_statements": 0}
    return Settings(**{"llm_base_url": server.url, "llm_model": "scripted", "llm_api_key": KEY, **quick, **forgetful, **more})


def with_model(assistant: Assistant, server: ScriptedServer, **settings: Any) -> Assistant:
    """Return an assistant over the same index that asks the server's model."""
    return Assistant(assistant.search, coverage=None, model=load_model(model_settings(server, **settings)))


def shown_sentences(prompt: str, number: int = 1) -> list[str]:
    """Return the sentences of a source as the model was shown it, without its heading."""
    found = re.search(rf"^Source \[{number}\], begin (\w+)\n.*?\n(.*?)\nend \1$", prompt, re.S | re.M)
    assert found, prompt
    text = found[2].replace(f" [{number}]", "")
    return [sentence for line in text.splitlines() if not line.startswith(("-", "|")) for sentence in sentences(line)]


def faithful(count: int = 2) -> Act:
    """Say the first sentences of the first source, each cited."""
    return echoes(lambda prompt: " ".join(f"{sentence.rstrip('.')} [1]." for sentence in shown_sentences(prompt)[:count]))
