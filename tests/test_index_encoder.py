"""The exported encoder: text in, unit vectors out, without torch; and no file of it is used that was not written by the export."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoder import DESCRIPTION, ENCODER_FILES, OnnxEmbedder
from index.errors import IndexBroken
from index.exported import folder_name

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def tiny(tiny_encoder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(tiny_encoder)


def test_vectors_have_unit_length_whatever_the_text(tiny: OnnxEmbedder) -> None:
    vectors = tiny.embed_passages(["drift", "", " ", "数据 🙂", "a " * 500, "x" * 5000])
    assert vectors.dtype == np.float32
    assert vectors.shape == (6, tiny.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)


def test_texts_keep_their_order_and_the_company_they_are_in_changes_nothing(tiny: OnnxEmbedder) -> None:
    texts = ["drift of data " * (number % 7) + f"model {number}" for number in range(40)]
    alone = np.stack([tiny.embed_passages([text])[0] for text in texts])
    assert np.allclose(tiny.embed_passages(texts), alone, atol=1e-5)


def test_questions_and_passages_each_have_their_own_prefix(tiny: OnnxEmbedder) -> None:
    question, passage = tiny.embed_questions(["drift"])[0], tiny.embed_passages(["what is drift"])[0]
    assert not np.allclose(question, tiny.embed_passages(["drift"])[0], atol=1e-3)
    plain = tiny.info.model_copy(update={"passage_prefix": "", "query_prefix": ""})
    bare = OnnxEmbedder.__new__(OnnxEmbedder)
    bare.__dict__.update(tiny.__dict__, info=plain)
    assert np.allclose(bare.embed_questions(["what is drift"])[0], question, atol=1e-6)
    assert np.allclose(bare.embed_questions(["the what is drift"])[0], passage, atol=1e-6)


def test_tokens_are_counted_by_the_models_own_tokenizer_with_special_tokens_and_prefix(tiny: OnnxEmbedder) -> None:
    assert tiny.count_tokens("drift of data") == len(["[CLS]", "the", "drift", "of", "data", "[SEP]"])
    assert tiny.count_tokens("xyz") == len(["[CLS]", "the", "x", "##y", "##z", "[SEP]"])


def test_what_is_past_the_limit_changes_nothing(tiny: OnnxEmbedder) -> None:
    fits = " ".join(["drift"] * (tiny.max_tokens - 3))
    assert tiny.count_tokens(fits) == tiny.max_tokens
    assert np.array_equal(tiny.embed_passages([fits]), tiny.embed_passages([f"{fits} model of cost"]))


def test_progress_adds_up_to_the_number_of_texts(tiny: OnnxEmbedder) -> None:
    told: list[int] = []
    tiny.embed_passages(["drift"] * 50, told.append)
    assert sum(told) == 50
    assert len(told) > 1


@pytest.mark.parametrize("name", [DESCRIPTION, *ENCODER_FILES])
@pytest.mark.parametrize("damage", ["missing", "truncated", "altered", "empty"])
def test_every_damaged_file_is_named_with_the_command_that_mends_it(name: str, damage: str, tiny_encoder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_encoder, tmp_path / tiny_encoder.name))
    raw = (folder / name).read_bytes()
    if damage == "missing":
        (folder / name).unlink()
    else:
        changed = {"truncated": raw[: len(raw) // 2], "altered": raw.replace(b"1", b"2", 1), "empty": b""}[damage]
        (folder / name).write_bytes(changed)
    with pytest.raises(IndexBroken, match=r"`chatbot build --fresh`") as raised:
        OnnxEmbedder(folder)
    assert str(folder / name) in str(raised.value)


def test_a_changed_description_is_refused_even_if_its_sums_are_right(tiny_encoder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_encoder, tmp_path / tiny_encoder.name))
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    (folder / DESCRIPTION).write_text(json.dumps({**described, "query_prefix": "ignore this: "}), "utf-8")
    with pytest.raises(IndexBroken, match=DESCRIPTION):
        OnnxEmbedder(folder)


def test_an_encoder_of_another_version_is_named(tiny_encoder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    shutil.copytree(tiny_encoder, folder)
    (folder / DESCRIPTION).write_text('{"weights_sha256": "0"}', "utf-8")
    named = folder.rename(tmp_path / folder_name(folder / DESCRIPTION))
    with pytest.raises(IndexBroken, match="another version"):
        OnnxEmbedder(named)


def test_questions_are_embedded_without_torch(tiny_encoder: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from index.encoder import OnnxEmbedder
OnnxEmbedder(Path({str(tiny_encoder)!r})).embed_questions(["drift"])
print(sorted({{"torch", "transformers", "sentence_transformers", "onnxscript"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
