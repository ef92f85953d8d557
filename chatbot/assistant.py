"""The assistant: question in, answer out. Every door calls `Assistant.answer`, or `Assistant.stream` to show it as it grows.

understand → gather → decide → select → write → verify, each a small function of plain data; this module only joins
them and takes the time. Where a language model is configured, it writes in place of select → write → verify, and they
in its place if it fails.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chatbot.advisor.advisor import Advisor
from chatbot.advisor.dialogue import with_advice
from chatbot.advisor.tasks import Tasks, read_tasks
from chatbot.answer import Answer, Asked, Citation, Event, Statement, Turn, Verdict, in_order
from chatbot.citations import weakest_citation
from chatbot.decide import Coverage, read_coverage
from chatbot.essential import Essential, read_essential
from chatbot.evidence import Evidence
from chatbot.follow_ups import resolve
from chatbot.parts import MOST_PARTS, Part, Parts
from chatbot.refusal import looked_for, nearest_sections, places
from chatbot.select import select
from chatbot.settings import Settings
from chatbot.suggestions import starting_points, suggest
from chatbot.understand import Complete, understand
from chatbot.verify import verify
from chatbot.write import NAME, quoted_in_part, write
from index import Search, Store, load_reranker

if TYPE_CHECKING:
    from chatbot.llm.writer import ModelWriter, Written

HISTORY = 12
"""Turns of a dialogue that are looked at: six questions with their answers."""


class Assistant:
    """Answers from one loaded index. Holds no session: a dialogue comes with each question."""

    def __init__(
        self,
        search: Search,
        *,
        coverage: Coverage | None = None,
        essential: Essential | None = None,
        tasks: Tasks | None = None,
        limit: int = 8,
        model: "ModelWriter | None" = None,
    ) -> None:
        """Make an assistant.

        Args:
            search: The loaded index.
            coverage: What decides whether a question is covered; the shipped weights if not given.
            essential: What decides which sentences answer; likewise.
            tasks: What tells the advisor which clauses name tasks; likewise.
            limit: Most statements of an answer.
            model: Writes the answers; quotes do if not given, and whenever it fails.
        """
        self.search = search
        self.model = model
        self.coverage = (coverage or read_coverage()).of(search)
        self.parts = Parts(search, self.coverage)
        self.essential = (essential or read_essential()).of(search)
        self._tasks = tasks
        self.limit = limit

    @cached_property
    def advisor(self) -> Advisor:
        """The advisor over the same index."""
        return Advisor(self.search, tasks=self._tasks)

    def understand(self, question: str, history: tuple[Turn, ...] = (), complete: Complete = resolve) -> Asked:
        """Return what is asked, a follow-up completed from the dialogue."""
        return understand(question, history[-HISTORY:], known=self.search.lexical.vocabulary.__contains__, complete=complete)

    def evidence_for(self, asked: Asked, context: str = "") -> Evidence:
        """Return what one question finds; `context` is a text that helps to find only."""
        return self.parts.evidence_for(asked, context)

    def answer(self, question: str, history: tuple[Turn, ...] = (), page: str = "", context: str = "") -> Answer:
        """Answer from the guide, or say that it does not cover the question.

        Args:
            question: As typed; not blank.
            history: The dialogue so far, oldest turn first.
            page: Page that the reader is on, below the site root; for suggestions.
            context: Text that the reader selected; helps to find, is never quoted from.
        """
        *_, whole = self.stream(question, history, page, context)
        assert isinstance(whole, Answer)
        return whole

    def stream(
        self,
        question: str,
        history: tuple[Turn, ...] = (),
        page: str = "",
        context: str = "",
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Yield the answer as it grows: how a follow-up was understood, citations and checked statements, then the whole.

        The whole is what counts: it may take back statements where a model wrote too few that hold.

        Args:
            question: As for `answer`, like the next three.
            history: The dialogue so far.
            page: Page that the reader is on.
            context: Text that the reader selected.
            stop: Set when nobody waits any more: a model's work ends, and so does this, without the whole.
        """
        started = time.perf_counter()
        writing = self.model.begin(stop) if self.model else None
        asked = self.understand(question, history, writing.resolve if writing else resolve)
        if asked.small_talk:
            yield self._greet(asked, page)
            return
        if asked.understood:
            yield asked
        parts = self.parts.find(asked, context)
        found = time.perf_counter()
        covered = [part for part in parts if self.parts.is_covered(part)]
        missing = [*(part.told for part in parts if part not in covered), *asked.parts[MOST_PARTS:]]
        written: Written | None = None
        if writing and covered:
            wanted = " ".join(part.question for part in covered) if missing else asked.resolved
            written = yield from writing.write(wanted, [part.evidence for part in covered], self.search)
        if stop is not None and stop.is_set():
            return
        answer = self._write(asked, parts, covered, missing, written)
        shown = written is not None and written.shown
        first = found + written.first_seconds if written and shown else time.perf_counter()
        if not shown:
            yield from in_order(answer.statements, answer.citations)
        earlier = [turn.content for turn in history if turn.role == "user"]
        told = [part.evidence for part in (covered or parts)]
        pages = [hit.passage.page for evidence in told for hit in evidence.hits[:5]]
        said = [*earlier, asked.question, asked.resolved, *(citation.heading for citation in answer.citations)]
        answer = with_advice(answer, self.advisor, asked, history[-HISTORY:])
        # not before: a reply to the advisor was no question, and nothing was looked for
        looked = (looked_for([part.evidence for part in parts], self.search),) if answer.verdict == "not_covered" else ()
        ended = time.perf_counter()
        yield replace(
            answer,
            notes=(*looked, *answer.notes),
            understood=asked.understood,
            suggestions=suggest(self.search, [evidence.query for evidence in told], pages, said),
            index_version=self.search.version,
            timings_ms={
                "retrieve": round((found - started) * 1000, 1),
                "first": round((first - started) * 1000, 1),
                "write": round((ended - found) * 1000, 1),
                "total": round((ended - started) * 1000, 1),
            },
        )

    def _write(self, asked: Asked, parts: list[Part], covered: list[Part], missing: list[str], written: "Written | None") -> Answer:
        statements: tuple[Statement, ...] = ()
        citations: tuple[Citation, ...] = ()
        notes: tuple[str | None, ...] = ()
        if written and written.enough:
            statements, citations = written.statements, written.citations
        elif covered:
            room = max(2, self.limit // len(covered))
            chosen = [part for found in covered for part in select(found.kind, found.evidence, room, self.essential)]
            statements, citations, dropped = verify(*write(chosen, self.search.manifest.site_url))
            lost = f"{dropped} statement(s) were left out because their source does not hold them." if dropped else None
            notes = (quoted_in_part(chosen), lost)
        verdict: Verdict = "not_covered" if not statements else "partial" if missing else "answered"
        # of a partial answer, the part that is missing was looked for in vain
        vain = [part.evidence for part in ([part for part in parts if part not in covered] or parts)]
        return Answer(
            question=asked.question,
            verdict=verdict,
            confidence=round(min(part.chance for part in (covered or parts)), 2),
            writer="model" if written and written.enough else NAME,
            statements=statements,
            citations=citations,
            weakest_evidence=weakest_citation(citations),
            nearest=places(nearest_sections(vain), self.search.manifest.site_url) if verdict != "answered" else (),
            missing="; ".join(missing) if verdict == "partial" else None,
            notes=(*self._notes(asked, found=bool(statements)), *filter(None, notes), *(written.notes if written else ())),
            **_spent(written),
        )

    def _notes(self, asked: Asked, *, found: bool) -> tuple[str, ...]:
        notes = []
        if not asked.english:
            best = " The best match for your question is below." if found else " Please ask in English."
            notes.append(f"The guide and its assistant speak English.{best}")
        if self.search.embedder is None:
            notes.append("Searched by words only: the index has no embedding model.")
        return tuple(notes)

    def _greet(self, asked: Asked, page: str) -> Answer:
        lines = {
            "thanks": "You are welcome. Ask me anything else, or go on with one of these.",
            "greeting": "Hello. I answer questions from this guide and cite the passage behind every sentence. Ask me something, or begin "
            "with one of these.",
        }
        suggestions = starting_points(self.search, page)
        notes = (lines[asked.small_talk or "greeting"],)
        return Answer(asked.question, "answered", 1.0, NAME, notes=notes, suggestions=suggestions, index_version=self.search.version)


def _spent(written: "Written | None") -> dict[str, Any]:
    """Return the fields of an answer that say what a model did."""
    if written is None:
        return {}
    return {
        "model": written.model,
        "prompt_version": written.prompt_version,
        "tokens": {"in": written.tokens_in, "out": written.tokens_out},
        "cost": written.cost,
        "cached": written.cached,
        "dropped": written.dropped,
        "replaced": written.replaced,
    }


def load_model(settings: Settings) -> "ModelWriter | None":
    """Return the language model's writer, if the settings name a model; once a process, since it remembers.

    Raises:
        UserError: If it can't be made.
    """
    if not settings.llm_base_url and not settings.llm_class:
        return None
    from chatbot.llm.load import load_writer

    return load_writer(settings)


def load_search(settings: Settings) -> Search:
    """Load the index as the settings say.

    Raises:
        UserError: If there is no usable index, or the reranker can't be loaded.
    """
    return Search(Store(settings.store), cross_encoder=settings.cross_encoder, reranker=load_reranker(settings.reranker))


def load_assistant(settings: Settings, model: "ModelWriter | None" = None) -> Assistant:
    """Load index and fitted weights as the settings say.

    Args:
        settings: The operator's choices.
        model: From `load_model`; answers are quotes without it.

    Raises:
        UserError: If there is no usable index.
    """
    search, store = load_search(settings), settings.store
    return Assistant(
        search,
        coverage=read_coverage(store),
        essential=read_essential(store),
        tasks=read_tasks(store),
        limit=settings.max_statements,
        model=model,
    )
