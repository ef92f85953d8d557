"""A public reranker and our adapter become a cross-encoder that ONNX Runtime runs (model, disk); needs torch, at build only.

The adapter in `adapter/` is a low-rank change of the reranker's weights (LoRA; Hu et al., 2021), a few per cent of their
size, trained by `chatbot train` on the examples in `evaluation/training/`.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from index.base_reranker import BASE_SHA256, load_base
from index.cross_encoder import (
    CROSS_ENCODER_FILES,
    DESCRIPTION,
    GRAPH,
    INPUTS,
    CrossEncoderInfo,
    OnnxCrossEncoder,
    read_cross_encoder_info,
)
from index.errors import ModelTampered, ModelUnusable
from index.export import export_aside, quiet, weights_digest, write_graph_8_bit
from index.exported import TOKENIZER, file_sha256, seal

ADAPTER = Path(__file__).parent / "adapter"
WEIGHTS = "adapter_model.safetensors"
READ_TOKENS = 256
"""Most tokens of two texts that are read together."""
_DISAGREEMENT = 0.5
"""Most that a logit of the exported, 8-bit model may differ from the reference's. Measured: below 0.3."""
_PASSAGE = "Monitoring > Drift\nDrift is a change of the data that a model sees after its training."
_SAMPLES = (
    ("What is drift?", _PASSAGE),
    ("Who sells a drift detector, and for how much?", _PASSAGE),
    ("A registry keeps versions of models.", "Registry\nThe registry keeps each model's versions, stages and owners. " * 12),
)


def cross_encoder_digest() -> str:
    """Return one SHA-256 for the weights: the reranker's and the adapter's.

    The reranker's are known; the export checks that they are those.

    Raises:
        ModelUnusable: If the adapter is not there.
    """
    if not (ADAPTER / WEIGHTS).is_file():
        raise ModelUnusable(
            f"The cross-encoder's adapter is not in '{ADAPTER}'.",
            remedy="Install this project anew with `make install`, or run `chatbot train`.",
        )
    return hashlib.sha256(f"{BASE_SHA256}\0{weights_digest(ADAPTER)}".encode()).hexdigest()


def export_cross_encoder(encoders: Path) -> Path:
    """Export the cross-encoder and prove that the export tells what the reference does, of a text and of its sentences.

    Args:
        encoders: Where its folder is made, whole or not at all.

    Returns:
        The folder.

    Raises:
        ModelUnusable: If it can't be loaded or exported, or the export differs from the reference.
        ModelTampered: If the reranker that it starts from is not the expected one.
    """
    return export_aside(encoders, _export, read_cross_encoder_info)


def load_reference(adapter: Path = ADAPTER) -> tuple[Any, Any]:
    """Return the torch model with the adapter merged in, in evaluation mode, and its tokenizer."""
    from peft import PeftModel

    bare, tokenizer = load_base()
    return PeftModel.from_pretrained(bare, str(adapter)).merge_and_unload().eval(), tokenizer


def _export(target: Path) -> Path:
    with quiet():
        try:
            model, tokenizer = load_reference()
            expected = _reference_logits(model, tokenizer)
            _write_graph(model, tokenizer, target)
        except (ModelTampered, ModelUnusable):
            raise
        except Exception as error:  # torch, transformers and the exporter raise whatever they raise
            raise ModelUnusable(
                f"The cross-encoder can't be exported ({type(error).__name__}: {error}).",
                remedy="Install this project anew with `make install`.",
            ) from error
    files = {name: file_sha256(target / name) for name in CROSS_ENCODER_FILES}
    info = CrossEncoderInfo(format=2, weights_sha256=cross_encoder_digest(), max_tokens=READ_TOKENS, files=files)
    named = seal(info, target / DESCRIPTION)
    exported = OnnxCrossEncoder(named)
    readings = [exported.read(first, "", [second]) for first, second in _SAMPLES]
    found = np.array([(each.answers, *each.sentences) for each in readings])
    if not np.abs(found - expected).max() <= _DISAGREEMENT:  # also true for NaN
        raise ModelUnusable(
            f"The exported cross-encoder differs from its reference (by {np.abs(found - expected).max():.2f}).",
            remedy="Report this with the machine's processor.",
        )
    return named


def _reference_logits(model: Any, tokenizer: Any) -> np.ndarray:
    """Return for each sample the logit of the pair and that of its second text, read as one sentence: float, shape (samples, 2)."""
    import torch

    found = []
    with torch.no_grad():
        for pair in _SAMPLES:
            encoded = tokenizer(*pair, truncation="only_second", max_length=READ_TOKENS, return_tensors="pt")
            whole, tokens = model(**encoded)
            second = tokens[encoded["token_type_ids"].bool()][:-1]  # its last token is none of the text
            found.append((float(whole), float(second.mean())))
    return np.array(found)


def _write_graph(model: Any, tokenizer: Any, target: Path) -> None:
    import torch

    class Pair(torch.nn.Module):  # type: ignore[misc]
        """Positional inputs: what the exporter asks for."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)

    sample = tokenizer(["one text", "another"], ["and its pair", "and a longer pair"], padding=True, return_tensors="pt")
    write_graph_8_bit(Pair().eval(), {name: sample[name] for name in INPUTS}, ["scores", "tokens"], target / GRAPH)
    tokenizer.backend_tokenizer.save(str(target / TOKENIZER))
