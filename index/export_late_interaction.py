"""A public late-interaction model becomes an encoder of words that ONNX Runtime runs (model, disk); needs torch, at build only.

answerdotai/answerai-colbert-small-v1 (Apache-2.0) has learned, as ColBERT does (Khattab and Zaharia, SIGIR 2020), to give a
question's words vectors that lie near those of the words of a text that answers. The package brings its twelve layers without
the last, linear one; `index.words` learns a projection of its own instead.
"""

from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import DESCRIPTION, ENCODER_FILES, EncoderInfo, OnnxEmbedder, read_encoder_info
from index.errors import ModelTampered, ModelUnusable
from index.export import SAMPLES, export_aside, quiet, write_graph_8_bit
from index.exported import TOKENIZER, file_sha256, seal
from index.packaged_bert import load_packaged

LATE_INTERACTION_SHA256 = "4980983628c18e4f0a4c756114abd2d7c097c6ccad9cffc70e77302d21e05df0"
"""Of the ONNX file in the package: what tells one exported model from another."""
_UPSTREAM = "answerdotai/answerai-colbert-small-v1"
_QUESTION, _PASSAGE = "[unused0]", "[unused1]"
"""Tokens of the vocabulary that the training put before a question and before a passage."""
_MAX_TOKENS = 512
_AGREEMENT = 0.99
"""Least cosine between the mean of a text's tokens in the exported, 8-bit model and in the reference. Measured: above 0.995."""


def export_late_interaction(encoders: Path) -> Path:
    """Export the model and prove that the export gives the reference's vectors.

    Args:
        encoders: Where its folder is made, whole or not at all: the files of an encoder.

    Returns:
        The folder.

    Raises:
        ModelUnusable: If it can't be loaded or exported, or the export differs from the reference.
        ModelTampered: If the package's files are not the expected ones.
    """
    return export_aside(encoders, _export, read_encoder_info)


def _export(target: Path) -> Path:
    with quiet():
        try:
            from transformers import BertModel

            model, tokenizer = load_packaged(
                BertModel,
                "colbert",
                LATE_INTERACTION_SHA256,
                what="late-interaction model",
                instead="set CHATBOT_LATE_INTERACTION=false",
            )
            backend = tokenizer.backend_tokenizer
            backend.add_special_tokens([_QUESTION, _PASSAGE])  # they are in the vocabulary, but would be read as text
            expected = _reference_means(model, backend)
            _write_graph(model, tokenizer, target / "encoder.onnx")
            backend.save(str(target / TOKENIZER))
        except (ModelTampered, ModelUnusable):
            raise
        except Exception as error:  # torch, transformers and the exporter raise whatever they raise
            raise ModelUnusable(
                f"The late-interaction model can't be exported ({type(error).__name__}: {error}).",
                remedy="Install this project anew with `make install`, or set CHATBOT_LATE_INTERACTION=false.",
            ) from error
    info = EncoderInfo(
        format=2,
        model=_UPSTREAM,
        weights_sha256=LATE_INTERACTION_SHA256,
        dimension=expected.shape[1],
        max_tokens=_MAX_TOKENS,
        query_prefix=f"{_QUESTION} ",
        passage_prefix=f"{_PASSAGE} ",
        at_once=1,
        files={name: file_sha256(target / name) for name in ENCODER_FILES},
    )
    named = seal(info, target / DESCRIPTION)
    _verify(OnnxEmbedder(named), expected)
    return named


def _reference_means(model: Any, backend: Any) -> np.ndarray:
    import torch

    with torch.no_grad():
        tokens = [model(torch.tensor([backend.encode(f"{_PASSAGE} {text}").ids])).last_hidden_state[0] for text in SAMPLES]
        return np.stack([torch.nn.functional.normalize(each.mean(dim=0), dim=0).numpy() for each in tokens])


def _write_graph(model: Any, tokenizer: Any, target: Path) -> None:
    import torch

    class Tokens(torch.nn.Module):  # type: ignore[misc]
        """Positional inputs, and the two outputs of an encoder: the mean of the tokens' vectors, and those."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            tokens = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return tokens.mean(dim=1), tokens * 1.0  # times one: a name of its own for each output

    sample = tokenizer(["one text", "another, longer text"], padding=True, return_tensors="pt")
    inputs = {name: sample[name] for name in ("input_ids", "attention_mask")}
    write_graph_8_bit(Tokens().eval(), inputs, ["vectors", "tokens"], target)


def _verify(exported: OnnxEmbedder, expected: np.ndarray) -> None:
    cosines = np.sum(exported.embed_passages(list(SAMPLES)) * expected, axis=1)
    if not cosines.min() >= _AGREEMENT:  # also true for NaN
        raise ModelUnusable(
            f"The exported late-interaction model differs from its reference (cosine {cosines.min():.4f}).",
            remedy="Report this with the machine's processor; until then set CHATBOT_LATE_INTERACTION=false.",
        )
