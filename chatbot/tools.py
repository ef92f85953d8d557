"""Tools: what an agent may ask for, with typed and bounded arguments and results. Independent of how they are called.

chatbot.mcp serves them.
"""

from typing import Literal

from pydantic import BaseModel, Field

from chatbot.advise_tool import make_advise_tool
from chatbot.answer import Answer, Turn
from chatbot.live import LiveAssistant
from chatbot.page_text import PageText, read_page
from chatbot.questions import clean_question
from chatbot.settings import Settings
from chatbot.tool import Input, Tool

INSTRUCTIONS = (
    "A reference guide to one decision: run enterprise AI with MLOps, LLMOps, both or neither, and how to operate it. "
    "`ask` answers a question with citations, `search` finds passages, `read_page` gives the text around a citation, `advise` "
    "weighs a described situation. "
    "Every statement comes from the guide word for word; say so when the verdict is `not_covered` instead of filling the gap."
)


class TurnIn(Input):
    """One turn of the dialogue so far."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


class AskIn(Input):
    """Arguments of `ask`."""

    question: str = Field(min_length=1, description="One question, in English, in a sentence or in keywords.")
    history: list[TurnIn] = Field(default=[], max_length=50, description="The dialogue so far, oldest turn first; completes a follow-up.")


class SearchIn(Input):
    """Arguments of `search`."""

    query: str = Field(min_length=1, description="What to look for, in words.")
    limit: int = Field(default=6, ge=1, le=20, description="Most passages to return.")


class ReadPageIn(Input):
    """Arguments of `read_page`."""

    url: str = Field(
        max_length=2000, description="A page's address below the site root, such as `llmops/rag/`, or the `url` of a citation or passage."
    )
    start: int = Field(default=0, ge=0, le=10_000, description="Number of the section to begin with; `next_start` of an earlier call.")


class Found(BaseModel):
    """One passage."""

    title: str = Field(description="Title of its page.")
    headings: list[str] = Field(description="From the page title down to the section.")
    url: str = Field(description="Deep link to the section, below the site root unless the site's address is known.")
    text: str = Field(description="The passage as a reader sees it.")
    score: float = Field(description="From 0 to 1, relative to the other passages of the same query.")


class SearchResult(BaseModel):
    """What `search` returns."""

    query: str
    results: list[Found] = Field(description="Best first. A passage is near the query in meaning or words; it need not answer it.")
    index_version: str


def make_tools(live: LiveAssistant, settings: Settings) -> list[Tool]:
    """Return the tools over the index that answers now; `advise` only where that is the guide's."""
    limit = settings.max_question_characters

    def ask(given: AskIn) -> Answer:
        history = tuple(Turn(turn.role, turn.content) for turn in given.history)
        return live.get().answer(clean_question(given.question, limit), history)

    def search(given: SearchIn) -> SearchResult:
        found = live.get().search
        query = clean_question(given.query, limit)
        base = found.manifest.site_url
        results = [
            Found(
                title=hit.passage.title,
                headings=list(hit.passage.headings),
                url=base + hit.passage.url,
                text=hit.passage.text,
                score=round(hit.score, 3),
            )
            for hit in found.distinct_hits(found.query(query), given.limit)
        ]
        return SearchResult(query=query, results=results, index_version=found.version)

    def read(given: ReadPageIn) -> PageText:
        return read_page(live.get().search, given.url, given.start)

    tools = [
        Tool(
            "ask",
            "Ask the guide",
            "Answer a question about MLOps, LLMOps, the choice between them and how to run AI in production. Returns statements quoted "
            "from the guide, each with the numbers of its citations (page, heading, deep link, exact quote), and a verdict: `answered`, "
            "`partial` (`missing` says what is not covered) or `not_covered` (`nearest` names sections to look into). Ask one thing at a "
            "time; for a follow-up send `history`. It knows only the guide: no news, no prices of today, nothing about your organization.",
            AskIn,
            Answer,
            ask,
        ),
        Tool(
            "search",
            "Search the guide",
            "Find the passages of the guide nearest to a query, by meaning and by words, with the text, heading path and deep link of "
            "each. Use it to read around a subject or to collect evidence; use `ask` for an answer. Passages are returned even if none "
            "answers the query.",
            SearchIn,
            SearchResult,
            search,
        ),
        Tool(
            "read_page",
            "Read a page of the guide",
            "Return a page of the guide as Markdown, section by section, each with its deep link. Give a page's address or the `url` of a "
            "citation: with an anchor, only that section and those below it are returned. A long page comes in parts: call again with "
            "`start` set to `next_start` until that is null.",
            ReadPageIn,
            PageText,
            read,
        ),
    ]
    return [*tools, make_advise_tool(live, limit)] if live.get().advisor.knows_the_guide else tools
