"""The model's writer: evidence in, checked statements out as they come, and a record of what it took.

Joins sources, prompt, calls, draft and checks.
"""

import hashlib
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from chatbot.answer import Citation, Statement, Turn, in_order
from chatbot.evidence import Evidence
from chatbot.follow_ups import resolve
from chatbot.llm.cache import Cache
from chatbot.llm.calls import Call, Calls
from chatbot.llm.checked import Checker
from chatbot.llm.cost import Prices
from chatbot.llm.draft import cut
from chatbot.llm.failures import CUT_SHORT, DOUBTED, UNCONFIRMED, ModelFailed, Reason, note
from chatbot.llm.follow_up import complete
from chatbot.llm.prompt import Prompt, answer_messages, estimate_tokens, marked, read_prompt
from chatbot.llm.record import Record, believable
from chatbot.llm.sources import Source, choose_sources
from chatbot.support import AllLimits
from index import Search

_MOST_TRIED = 3
"""Statements that are checked for each that an answer may have: a model that goes on and on is stopped."""
_FENCE_TOKENS = 30
"""Of the lines around one source."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model is shown and may say."""

    statements: int = 8
    sources: int = 5
    context_tokens: int = 4096
    output_tokens: int = 512


@dataclass(frozen=True, slots=True)
class Written:
    """What a model made of the evidence."""

    model: str
    prompt_version: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: int = 0
    replaced: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    cached: bool = False
    failure: Reason | None = None
    first_seconds: float = 0.0
    """From the question to the first statement that could be shown; 0 if there was none."""
    doubted: bool = False
    """Whether nothing of it is shown, because of what the model wrote before."""

    @property
    def stood(self) -> int:
        """How many of the model's own statements passed the check."""
        return len(self.statements) - self.replaced

    @property
    def fell(self) -> int:
        """How many did not."""
        return self.dropped + self.replaced

    @property
    def enough(self) -> bool:
        """Whether it makes an answer: of a model that made up more than a third, the rest is not believed either."""
        return not self.doubted and self.stood > 0 and believable(self.stood, self.fell)

    @property
    def shown(self) -> bool:
        """Whether statements were shown as they came."""
        return bool(self.statements) and not self.doubted

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader is told of it."""
        if not self.enough:
            return (note(self.failure) if self.failure else DOUBTED if self.doubted else UNCONFIRMED,)
        found = [CUT_SHORT] if self.failure else []
        if self.fell:
            found.append(
                f"Of what the language model wrote, {self.dropped} statement(s) were left out and {self.replaced} replaced by quotes, "
                "because the cited passages do not say that."
            )
        return tuple(found)


class ModelWriter:
    """Writes answers by one model. Safe between threads."""

    def __init__(
        self,
        calls: Calls,
        limits: Limits,
        *,
        check: AllLimits | None = None,
        cache: Cache[Written] | None = None,
        record: Record | None = None,
        prices: Prices | None = None,
        follow_ups: bool = False,
    ) -> None:
        """Make a writer.

        Args:
            calls: To the model.
            limits: Of sources and answers.
            check: Limits of the check; those that ship with the project if not given.
            cache: Keeps answers; none are kept if not given.
            record: Remembers how the model's statements fared; it is never doubted if not given.
            prices: Of tokens.
            follow_ups: Whether the model also completes follow-up questions.
        """
        self.calls, self.limits, self.check = calls, limits, check
        self.cache: Cache[Written] = cache if cache is not None else Cache(0)
        self.record = record or Record(0)
        self.prices = prices or Prices()
        self.follow_ups = follow_ups
        self.prompt = read_prompt("answer")

    def begin(self, stop: threading.Event | None = None) -> "Writing":
        """Begin with one question of a reader; `stop` is set when nobody waits for the answer any more."""
        return Writing(self, stop or threading.Event())


class Writing:
    """What the model does for one question: perhaps completes it, then answers it. Counts the tokens of both."""

    def __init__(self, writer: ModelWriter, stop: threading.Event) -> None:
        self._writer, self._stop = writer, stop
        self._tokens_in = self._tokens_out = 0

    def resolve(self, question: str, history: tuple[Turn, ...]) -> str:
        """Complete a follow-up as `chatbot.follow_ups.resolve` does: by the model, where that is switched on."""
        if not self._writer.follow_ups:
            return resolve(question, history)
        return complete(self._writer.calls, question, history, self._stop, self._spend)

    def write(self, question: str, evidence: Sequence[Evidence], search: Search) -> Generator[Citation | Statement, None, Written]:
        """Yield statements, each after the citations that it uses first, as soon as they are checked.

        Of a model that is doubted nothing is yielded; it is asked all the same, for its record to recover.

        Args:
            question: As it was understood.
            evidence: What was found for each question in it.
            search: The index that it was found in.

        Returns:
            The whole. It never raises for what an endpoint does.
        """
        writer = self._writer
        sources = _sources(writer.prompt, writer.limits, question, evidence)
        key = _key(writer, question, sources, search)
        doubted = writer.record.doubted
        if (kept := writer.cache.get(key)) is not None:
            if not doubted:
                yield from in_order(kept.statements, kept.citations)
            return self._counted(replace(kept, tokens_in=0, tokens_out=0, first_seconds=0.0, cached=True, doubted=doubted))
        written = yield from self._asked(question, sources, search, show=not doubted)
        writer.record.add(written.stood, written.fell)
        if written.failure is None and not self._stop.is_set():
            writer.cache.put(key, written)
        return self._counted(replace(written, doubted=doubted))

    def _asked(
        self, question: str, sources: Sequence[Source], search: Search, *, show: bool
    ) -> Generator[Citation | Statement, None, Written]:
        writer, limits = self._writer, self._writer.limits
        checker = Checker(sources, search, writer.check)
        started, first = time.perf_counter(), 0.0
        failure: Reason | None = None
        tokens = (0, 0)
        messages = answer_messages(writer.prompt, question, sources, limits.statements)
        try:
            with writer.calls.open(messages, limits.output_tokens, self._stop) as call:
                try:
                    for event in _checked(call, checker, limits.statements):
                        first = first or time.perf_counter() - started
                        if show:
                            yield event
                finally:
                    tokens = call.tokens
        except ModelFailed as error:
            failure = error.reason
        return Written(
            writer.calls.endpoint.name,
            writer.prompt.label,
            tuple(checker.statements),
            tuple(checker.citations),
            checker.dropped,
            checker.replaced,
            *tokens,
            failure=failure,
            first_seconds=first,
        )

    def _counted(self, written: Written) -> Written:
        tokens_in, tokens_out = written.tokens_in + self._tokens_in, written.tokens_out + self._tokens_out
        return replace(written, tokens_in=tokens_in, tokens_out=tokens_out, cost=self._writer.prices.cost(tokens_in, tokens_out))

    def _spend(self, tokens_in: int, tokens_out: int) -> None:
        self._tokens_in += tokens_in
        self._tokens_out += tokens_out


def _checked(call: Call, checker: Checker, most: int) -> Generator[Citation | Statement, None, None]:
    for tried, drafted in enumerate(cut(call), 1):
        for event in checker.add(drafted):
            call.reply.progress()
            yield event
        if len(checker.statements) >= most or tried >= _MOST_TRIED * most:
            return


def _sources(prompt: Prompt, limits: Limits, question: str, evidence: Sequence[Evidence]) -> list[Source]:
    instructions = estimate_tokens(prompt.system.template + prompt.user.template + question) + _FENCE_TOKENS * limits.sources
    room = limits.context_tokens - limits.output_tokens - instructions
    return choose_sources(evidence, most=limits.sources, tokens=room, count=lambda text: estimate_tokens(marked(text, limits.sources)))


def _key(writer: ModelWriter, question: str, sources: Sequence[Source], search: Search) -> str:
    parts = [writer.calls.endpoint.name, writer.prompt.label, writer.prompt.digest, search.version, question]
    parts += [repr(writer.limits), repr(writer.check)]
    parts += [f"{source.section.hit.passage.url}\0{source.text}" for source in sources]
    return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()
