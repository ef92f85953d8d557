"""The index and the assistant, used as plain LlamaIndex code uses them."""

from pathlib import Path

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms.mock import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer

from chatbot.query_engine import CitedQueryEngine
from index import Store, as_retriever
from tests.conftest import ROOT

STORE = ROOT / "index" / "store"


def test_retriever_returns_passages_as_nodes_with_stable_ids_and_places(site: Path) -> None:
    retriever = as_retriever(STORE, top_k=4)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve("What is data drift?")
    assert len(found) == 4
    assert [node.node_id for node in found] == [node.node_id for node in as_retriever(STORE, top_k=4).retrieve("What is data drift?")]
    assert all({"url", "title", "heading"} <= set(node.metadata) for node in found)
    assert any("drift" in node.get_content().lower() for node in found)


def test_retriever_works_inside_llama_indexs_own_query_engine(site: Path) -> None:
    model = MockLLM()
    synthesizer = get_response_synthesizer(llm=model, response_mode=ResponseMode.COMPACT)
    engine = RetrieverQueryEngine.from_args(as_retriever(STORE, top_k=2), llm=model, response_synthesizer=synthesizer)
    assert len(engine.query("What is a feature store?").source_nodes) == 2


def test_query_engine_answers_with_quotes_as_source_nodes(site: Path) -> None:
    response = CitedQueryEngine.from_store(STORE).query("What is a feature store?")
    answer = response.metadata["answer"]
    assert answer["verdict"] == "answered"
    assert [node.get_content() for node in response.source_nodes] == [citation["quote"] for citation in answer["citations"]]
    assert str(response).startswith(answer["statements"][0]["text"][:20])


def test_query_engine_says_what_it_does_not_cover(site: Path) -> None:
    response = CitedQueryEngine.from_store(STORE).query("Who won the football world cup in 2014?")
    assert not response.source_nodes
    assert "does not cover" in str(response)


def test_store_is_found_by_name_too(site: Path) -> None:
    assert as_retriever(str(STORE)).retrieve("RAG")
    assert Store(STORE).current_name()
