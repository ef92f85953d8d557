"""The late-interaction model: its export, the words of passages that it gives vectors, and what search makes of their match."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chatbot.assistant import Assistant
from index import IndexBroken, ModelUnusable, Search, Store, build_index, export_late_interaction, packaged_bert, search
from index.encoder import OnnxEmbedder, PairedEmbedder, words_of
from index.errors import ModelTampered
from index.words import PassageWords, learn_projection, pack, write_words
from tests.fakes import WordEmbedder

MakeSite = Callable[[dict[str, str]], Path]
PAGES = {
    "index.html": "<title>Guide</title><h1 id=g>Guide</h1><p>This guide is about running models in production.</p>",
    "drift/index.html": "<h1 id=d>Drift</h1><p>The data that a model sees may change after its training, so its errors grow.</p>",
    "cost/index.html": "<h1 id=c>Cost</h1><p>Each token that a language model reads or writes has a price.</p>",
}


@pytest.fixture(scope="module")
def word_encoder(assistant: Assistant, encoders: Path) -> Path:
    """The exported late-interaction model."""
    name = assistant.search.manifest.word_encoder
    assert name
    return encoders / name


def test_words_of_a_question_lie_near_the_words_that_answer(word_encoder: Path) -> None:
    model = OnnxEmbedder(word_encoder)
    _, (apart, near) = model.embed_words(["The tram leaves at nine.", "A pupil gets a mark in June."])
    asked = model.embed_question_words("When are students graded?")[1]
    assert (asked @ near.T).max(axis=1).mean() > (asked @ apart.T).max(axis=1).mean() + 0.1


def test_question_and_passage_are_told_apart_and_the_mark_is_no_word(word_encoder: Path) -> None:
    model, text = OnnxEmbedder(word_encoder), "Drift is a change of data."
    passage, question = model.embed_words([text])[1][0], model.embed_question_words(text)[1]
    assert len(passage) == len(question) == len(words_of(text))
    assert not np.allclose(passage, question, atol=0.001)


def test_vectors_do_not_depend_on_what_is_embedded_beside_them(word_encoder: Path) -> None:
    model = OnnxEmbedder(word_encoder)
    text = "A registry keeps versions of models."
    alone = model.embed_words([text])[1][0]
    among = model.embed_words(["Drift.", text, "cost " * 200])[1][1]
    assert np.array_equal(alone, among)


def test_package_that_is_not_there_or_not_the_expected_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_late_interaction, "LATE_INTERACTION_SHA256", "0" * 64)
    with pytest.raises(ModelTampered, match=r"late-interaction model.*model\.onnx has SHA-256 4980"):
        export_late_interaction.export_late_interaction(tmp_path)
    monkeypatch.setattr(packaged_bert, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelUnusable, match="CHATBOT_LATE_INTERACTION=false"):
        export_late_interaction.export_late_interaction(tmp_path)
    assert not [left for left in tmp_path.iterdir() if left.name != ".lock"], "no half-made folder stays"


def test_setting_leaves_the_model_out_and_the_index_is_built_anew(make_site: MakeSite, tmp_path: Path, encoders: Path, site: Path) -> None:
    folder, store = make_site(PAGES), Store(tmp_path / "store", encoders=encoders)
    with_words = build_index(folder, store, cross_encoder=False).manifest
    assert with_words.word_encoder and isinstance(Search(store).embedder, PairedEmbedder)
    assert build_index(folder, store, cross_encoder=False).unchanged
    without = build_index(folder, store, cross_encoder=False, late_interaction=False).manifest
    assert not without.word_encoder and not without.note and without.version != with_words.version
    assert isinstance(Search(store).embedder, OnnxEmbedder)
    assert Search(store).hits(Search(store).query("What does a token cost?"))[0].passage.page == "cost/"


def test_model_that_can_not_be_exported_is_left_out_and_made_up_for_later(
    make_site: MakeSite, tmp_path: Path, encoders: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "encoders"
    for found in encoders.glob("*-*"):
        if not found.name.startswith(export_late_interaction.LATE_INTERACTION_SHA256[:16]):
            shutil.copytree(found, shared / found.name)
    folder, store = make_site(PAGES), Store(tmp_path / "store", encoders=shared)
    monkeypatch.setattr(packaged_bert, "_PACKAGE", "no_such_package")
    lacking = build_index(folder, store).manifest
    assert lacking.encoder and lacking.cross_encoder and not lacking.word_encoder and "no_such_package" in lacking.note
    monkeypatch.undo()
    again = build_index(folder, store)
    assert not again.unchanged and again.manifest.word_encoder and not again.manifest.note


def test_a_model_of_the_operator_s_own_gives_its_own_words(make_site: MakeSite, tmp_path: Path, tiny_model: Path) -> None:
    store = Store(tmp_path / "store")
    assert not build_index(make_site(PAGES), store, model=str(tiny_model), cross_encoder=False).manifest.word_encoder


def test_altered_model_is_refused_by_name(make_site: MakeSite, tmp_path: Path, assistant: Assistant, encoders: Path) -> None:
    shared = Path(shutil.copytree(encoders, tmp_path / "encoders"))
    store = Store(tmp_path / "store", encoders=shared)
    name = build_index(make_site(PAGES), store, cross_encoder=False).manifest.word_encoder
    (shared / str(name) / "encoder.onnx").write_bytes(b"altered")
    with pytest.raises(IndexBroken, match=str(name)):
        Search(store)


def test_match_is_the_mean_over_the_question_s_words_of_the_nearest_in_each_passage(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    texts = ["drift of data", "cost of tokens", ""]
    words = embedder.embed_words(texts)[1]
    words[2] = words[2][:0]  # a passage of signs only
    projection = learn_projection(np.concatenate(words))
    write_words([pack(found, projection) for found in words], projection, tmp_path)
    asked = embedder.embed_question_words("data drift")[1]
    match = PassageWords(tmp_path).match(asked, [1, 0, 2])
    assert match[1] == pytest.approx(1.0, abs=0.02) and match[0] < 0.9 and match[2] == 0
    assert PassageWords(tmp_path).match(asked[:0], [0, 1]).tolist() == [0, 0]
    assert PassageWords(tmp_path).match(asked, []).shape == (0,)


def test_the_match_of_words_counts_in_the_order_of_passages(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    query = assistant.search.query("which sign tells me that people stop trusting the recommendations?")
    with_words = [hit.row for hit in assistant.search.hits(query, 10)]
    monkeypatch.setattr(search, "_WORDS_SHARE", 0.0)
    assert [hit.row for hit in assistant.search.hits(query, 10)] != with_words
