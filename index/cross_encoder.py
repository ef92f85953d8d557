"""The exported cross-encoder reads two texts together: does a passage answer a question, does it hold a statement? (model, by ONNX Runtime)

Retrieval compares vectors that were made apart; here each word of one text sees each word of the other (Nogueira and Cho,
"Passage Re-ranking with BERT", 2019). Too slow for a whole index, so it reads the few passages that were found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from index.exported import TOKENIZER, ExportedModel, open_session, open_tokenizer, read_description

DESCRIPTION = "cross-encoder.json"
GRAPH = "cross-encoder.onnx"
CROSS_ENCODER_FILES = (GRAPH, TOKENIZER)
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class CrossEncoderInfo(ExportedModel):
    """`cross-encoder.json`: what was exported."""

    kind: Literal["cross-encoder"] = "cross-encoder"
    format: Literal[2]
    """Of the graph: two outputs, a logit of the pair and one a token."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a question together with the sentences of a passage tells; logits, 0 is even, higher is surer."""

    answers: float
    """Whether they answer it."""
    sentences: tuple[float, ...]
    """For each, whether it is one that does; those behind the end of what can be read have the least of the others."""


class Reranker(Protocol):
    """Scores texts by how well they answer."""

    def scores(self, first: str, texts: Sequence[str]) -> np.ndarray:
        """Return for each text how surely it answers the question, or holds the statement, that is read with it.

        Args:
            first: A question or a statement.
            texts: What may answer or hold it; the end of one that is too long is not read.

        Returns:
            Logits, float32, shape (texts,): 0 is even, higher is surer.
        """
        ...


class CrossEncoder(Reranker, Protocol):
    """What is needed of a cross-encoder; a test hands in a fake."""

    def read(self, question: str, heading: str, sentences: Sequence[str]) -> Reading:
        """Read a question together with sentences of one passage, at least one, in their order, below its headings."""
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
            found[place] = self._run(self._tokenizer.encode(opening, text))[0]
        return found

    def read(self, question: str, heading: str, sentences: Sequence[str]) -> Reading:
        starts = np.cumsum([len(heading) + 1, *(len(sentence) + 1 for sentence in sentences)])
        encoded = self._tokenizer.encode(self._opening(question), "\n".join((heading, " ".join(sentences))))
        answers, tokens = self._run(encoded)
        places = np.array([start for start, _ in encoded.offsets])
        # a special token has no text
        told = (np.array(encoded.type_ids) == 1) & (np.array(encoded.special_tokens_mask) == 0)
        within = [told & (places >= start) & (places < end) for start, end in pairwise(starts)]
        means = [float(tokens[held].mean()) if held.any() else None for held in within]
        least = min((mean for mean in means if mean is not None), default=answers)
        return Reading(answers, tuple(least if mean is None else mean for mean in means))

    def _run(self, encoded: Any) -> tuple[float, np.ndarray]:
        """Return the logit of a pair, and one of each of its tokens."""
        fields = (encoded.ids, encoded.attention_mask, encoded.type_ids)
        inputs = {name: np.array([values], dtype=np.int64) for name, values in zip(INPUTS, fields, strict=True)}
        scores, tokens = self._session.run(None, inputs)
        return float(scores[0]), tokens[0]

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
