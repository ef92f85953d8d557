"""Prompts: versioned files, filled with fenced data (reads files of the package).

What readers and pages wrote stands between lines that carry a mark drawn anew for each request, so that no text can close
its own fence.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template

import yaml

from chatbot.llm.sources import Source
from index import sentences

_TURN = "\n--- user ---\n"
_CHARACTERS_A_TOKEN = 3
"""English text has about four in the usual tokenizers; three leaves room for small vocabularies, code and tables."""

Messages = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One versioned prompt."""

    name: str
    version: int
    digest: str
    """First characters of the SHA-256 of its text."""
    system: Template
    user: Template

    @property
    def label(self) -> str:
        """As answers name it: `answer-1`."""
        return f"{self.name}-{self.version}"

    def render(self, fence: str, **values: str | int) -> Messages:
        """Return the messages, pairs of role and text."""
        filled = {**values, "fence": fence}
        return ("system", self.system.substitute(filled)), ("user", self.user.substitute(filled))


@lru_cache
def read_prompt(name: str) -> Prompt:
    """Return a prompt of the package by its file's name."""
    _, head, body = files("chatbot").joinpath("prompts", f"{name}.md").read_text("utf-8").split("---\n", 2)
    system, user = body.strip().split(_TURN)
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    return Prompt(name, int(yaml.safe_load(head)["version"]), digest, Template(system.strip()), Template(user.strip()))


def answer_messages(prompt: Prompt, question: str, sources: Sequence[Source], most: int) -> Messages:
    """Return the messages that ask for an answer from sources."""
    fence = _fence()
    shown = "\n\n".join(f"Source [{source.number}], begin {fence}\n{marked(source.text, source.number)}\nend {fence}" for source in sources)
    return prompt.render(fence, sources=shown, question=question, sentences=most)


def marked(text: str, number: int) -> str:
    """Return a source's text with its number after each sentence: a model, above all a small one, imitates what it sees."""
    return "\n".join(" ".join(f"{sentence} [{number}]" for sentence in sentences(line)) for line in text.splitlines())


def follow_up_messages(prompt: Prompt, question: str, dialogue: str) -> Messages:
    """Return the messages that ask for a follow-up's full wording."""
    return prompt.render(_fence(), question=question, dialogue=dialogue)


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few."""
    return len(text.encode()) // _CHARACTERS_A_TOKEN + 1


def _fence() -> str:
    return secrets.token_hex(6)
