"""For users of LlamaIndex: the assistant as a query engine whose response carries its citations.

Imported by nobody in this package, since LlamaIndex takes seconds to import.
"""

import asyncio
from pathlib import Path

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from chatbot.answer import Answer
from chatbot.assistant import Assistant, load_assistant, load_model
from chatbot.render import to_markdown
from chatbot.settings import read_settings


class CitedQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """`query(…)` answers as every other door does: the response is Markdown, its source nodes are the quotes."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._assistant = assistant

    @classmethod
    def from_store(cls, store: Path | None = None) -> "CitedQueryEngine":
        """Load the index of a folder, or of the settings.

        Raises:
            UserError: If there is no usable index.
        """
        settings = read_settings(store=store)
        return cls(load_assistant(settings, load_model(settings)))

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._assistant.answer(query_bundle.query_str)
        return Response(response=to_markdown(answer), source_nodes=_quotes(answer), metadata={"answer": answer.to_dict()})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _quotes(answer: Answer) -> list[NodeWithScore]:
    return [
        NodeWithScore(
            node=TextNode(
                id_=f"{answer.index_version}:{citation.number}",
                text=citation.quote,
                metadata={"number": citation.number, "title": citation.title, "heading": citation.heading, "url": citation.url},
            )
        )
        for citation in answer.citations
    ]
