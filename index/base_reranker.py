"""The public reranker that the cross-encoder starts from (disk). Needs torch, at build only.

cross-encoder/ms-marco-MiniLM-L-12-v2 (Apache-2.0), twelve layers that have learned from half a million searches how a text
answers a question.
"""

from typing import Any

from index.packaged_bert import load_packaged

UPSTREAM = "cross-encoder/ms-marco-MiniLM-L-12-v2"
BASE_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
"""Of the ONNX file in the package."""


def load_base(**settings: Any) -> tuple[Any, Any]:
    """Return the torch model and its tokenizer; its output for sentences has learned nothing yet.

    Args:
        settings: Of `transformers.BertConfig`, such as no dropout for a training.

    Raises:
        ModelUnusable: If the package is not installed.
        ModelTampered: If its files are not the expected ones.
    """
    from index.pair_reader import PairReader

    return load_packaged(
        PairReader,
        "reranker_en",
        BASE_SHA256,
        what="reranker that the cross-encoder starts from",
        instead="set CHATBOT_CROSS_ENCODER=false",
        new=("sentences",),
        num_labels=1,
        **settings,
    )
