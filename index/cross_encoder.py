"""The exported cross-encoder reads two texts together: does a passage answer a question, does it hold a statement? (model, by ONNX Runtime)

Retrieval compares vectors that were made apart; here each word of one text sees each word of the other (Nogueira and Cho,
"Passage Re-ranking with BERT", 2019). Too slow for a whole index, so it reads the few passages that were found.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from index.exported import TOKENIZER, ExportedModel, open_session, open_tokenizer, read_description

DESCRIPTION = "cross-encoder.json"
GRAPH = "cross-encoder.onnx"
CROSS_ENCODER_FILES = (GRAPH, TOKENIZER)
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class CrossEncoderInfo(ExportedModel):
    """`cross-encoder.json`: what was exported."""

    kind: Literal["cross-encoder"] = "cross-encoder"


class CrossEncoder(Protocol):
    """What is needed of a cross-encoder; a test hands in a fake."""

    def scores(self, first: str, texts: Sequence[str]) -> np.ndarray:
        """Return for each text how surely it answers the question, or holds the statement, that is read with it.

        Args:
            first: A question or a statement.
            texts: What may answer or hold it; the end of one that is too long is not read.

        Returns:
            Logits, float32, shape (texts,): 0 is even, higher is surer.
        """
        ...


class OnnxCrossEncoder:
    """A cross-encoder's folder, loaded."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Load and verify a folder.

        Args:
            folder: Holds cross-encoder.json and the files that it lists.
            threads: See `index.exported.open_session`.

        Raises:
            IndexBroken: If a file is missing or its sum differs.
        """
        self.info = read_cross_encoder_info(folder)
        self._session = open_session(folder / GRAPH, threads)
        self._alone = open_tokenizer(folder / TOKENIZER)
        self._tokenizer = open_tokenizer(folder / TOKENIZER)
        self._tokenizer.enable_truncation(self.info.max_tokens, strategy="only_second")
        self._longest_first = self.info.max_tokens // 2

    def scores(self, first: str, texts: Sequence[str]) -> np.ndarray:
        found = np.zeros(len(texts), dtype=np.float32)
        opening = self._opening(first)
        for place, text in enumerate(texts):  # one by one: a padded batch takes longer than its texts do alone
            encoded = self._tokenizer.encode(opening, text)
            fields = (encoded.ids, encoded.attention_mask, encoded.type_ids)
            inputs = {name: np.array([values], dtype=np.int64) for name, values in zip(INPUTS, fields, strict=True)}
            found[place] = self._session.run(None, inputs)[0].reshape(-1)[0]
        return found

    def _opening(self, text: str) -> str:
        """Return as much of a text as leaves room for another."""
        offsets = self._alone.encode(text).offsets[1:-1]
        return text if len(offsets) <= self._longest_first else text[: offsets[self._longest_first - 1][1]]


def read_cross_encoder_info(folder: Path) -> CrossEncoderInfo:
    """Read `cross-encoder.json` and check the sums of the files beside it.

    Raises:
        IndexBroken: If a file is missing, unreadable or altered.
    """
    return read_description(CrossEncoderInfo, folder / DESCRIPTION, CROSS_ENCODER_FILES)
