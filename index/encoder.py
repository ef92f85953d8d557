"""The exported encoder answers questions: text in, unit vectors out (model, by ONNX Runtime on its own tokenizer).

Read by index.build, which embeds passages, and index.search, which embeds questions. Imports no torch.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from index.exported import TOKENIZER, ExportedModel, open_session, open_tokenizer, read_description

DESCRIPTION = "encoder.json"
ENCODER_FILES = ("encoder.onnx", TOKENIZER)
_WORD = re.compile(r"[^\W_]+")

Progress = Callable[[int], None]
"""Told how many texts were embedded since it was last called."""


class EncoderInfo(ExportedModel):
    """`encoder.json`: what the build found out about a model and exported."""

    format: Literal[2]
    """Of the graph: two outputs, the vector of the text and one vector a token."""
    model: str
    """As named in the settings; the bundled model by its package."""
    dimension: int
    query_prefix: str = ""
    passage_prefix: str = ""
    at_once: int = 16
    """Texts that are read together; one where activations have 8 bits, for a text's vectors then depend on those beside it."""


class Embedder(Protocol):
    """What the index needs of a model; a test hands in a fake."""

    dimension: int
    max_tokens: int
    key: str
    """Equal for equal weights: what embeddings are cached under."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a passage, special tokens included."""
        ...

    def embed_passages(self, texts: list[str], progress: Progress | None = None) -> np.ndarray:
        """Return unit vectors, float32, shape (texts, dimension)."""
        ...

    def embed_words(self, texts: list[str], progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the passages' vectors, and for each passage one unit vector a word of `words_of`, shape (words, dimension).

        A word's vector is made in its context; words past the model's limit have none.
        """
        ...

    def embed_questions(self, texts: list[str], progress: Progress | None = None) -> np.ndarray:
        """Return unit vectors, float32, shape (texts, dimension)."""
        ...

    def embed_question_words(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the question's vector and one unit vector a word of `words_of`, shape (words, dimension)."""
        ...


def words_of(text: str) -> list[str]:
    """Return the words of a text that have vectors, in order."""
    return _WORD.findall(text)


class OnnxEmbedder:
    """An encoder folder, loaded."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Load and verify an encoder folder.

        Args:
            folder: Holds encoder.json and the files that it lists.
            threads: See `index.exported.open_session`.

        Raises:
            IndexBroken: If a file is missing or its sum differs.
        """
        self.info = read_encoder_info(folder)
        self._session = open_session(folder / "encoder.onnx", threads)
        self._tokenizer = open_tokenizer(folder / TOKENIZER)
        self._pad = self._tokenizer.token_to_id("[PAD]") or 0
        self.dimension = self.info.dimension
        self.max_tokens = self.info.max_tokens
        self.key = hashlib.sha256(f"{self.info.weights_sha256}\0{self.info.passage_prefix}".encode()).hexdigest()[:16]

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(self.info.passage_prefix + text).ids)

    def embed_passages(self, texts: list[str], progress: Progress | None = None) -> np.ndarray:
        return self._vectors(self.info.passage_prefix, texts, progress)

    def embed_words(self, texts: list[str], progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        return self._with_words(self.info.passage_prefix, texts, progress)

    def embed_questions(self, texts: list[str], progress: Progress | None = None) -> np.ndarray:
        return self._vectors(self.info.query_prefix, texts, progress)

    def embed_question_words(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        vectors, words = self._with_words(self.info.query_prefix, [text], None)
        return vectors[0], words[0]

    def _vectors(self, prefix: str, texts: list[str], progress: Progress | None) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch, found, _ in self._embed([prefix + text for text in texts], progress):
            vectors[batch] = found
        return vectors

    def _with_words(self, prefix: str, texts: list[str], progress: Progress | None) -> tuple[np.ndarray, list[np.ndarray]]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        words: list[np.ndarray] = [np.zeros((0, self.dimension), dtype=np.float32)] * len(texts)
        for batch, found, tokens in self._embed([prefix + text for text in texts], progress):
            vectors[batch] = found
            for row, place in enumerate(batch):
                offsets = self._tokenizer.encode(prefix + texts[place]).offsets[: self.max_tokens - 1]
                words[place] = _word_vectors(tokens[row], offsets, texts[place], len(prefix))
        return vectors, words

    def _embed(self, texts: list[str], progress: Progress | None) -> Iterator[tuple[list[int], np.ndarray, np.ndarray]]:
        """Yield positions of texts with their unit vectors and their tokens' vectors, batch by batch."""
        tokens = [self._tokens(text) for text in texts]
        for batch in _batches(tokens, self.info.at_once):
            yield batch, *self._run([tokens[place] for place in batch])
            if progress:
                progress(len(batch))

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        if len(ids) > self.max_tokens:  # keep the closing special token, as the reference's truncation does
            ids = [*ids[: self.max_tokens - 1], ids[-1]]
        return ids

    def _run(self, tokens: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
        longest = max(map(len, tokens))
        ids = np.full((len(tokens), longest), self._pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, found in enumerate(tokens):
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        vectors, inner = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return _unit(vectors), inner


class PairedEmbedder:
    """Two encoders as one: the first gives the vectors of texts, the second those of their words."""

    def __init__(self, texts: Embedder, words: Embedder) -> None:
        self._texts, self._words = texts, words
        self.dimension, self.max_tokens = texts.dimension, texts.max_tokens
        self.key = f"{texts.key}-{words.key}"

    def count_tokens(self, text: str) -> int:
        return self._texts.count_tokens(text)

    def embed_passages(self, texts: list[str], progress: Progress | None = None) -> np.ndarray:
        return self._texts.embed_passages(texts, progress)

    def embed_words(self, texts: list[str], progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        return self._texts.embed_passages(texts), self._words.embed_words(texts, progress)[1]

    def embed_questions(self, texts: list[str], progress: Progress | None = None) -> np.ndarray:
        return self._texts.embed_questions(texts, progress)

    def embed_question_words(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        return self._texts.embed_questions([text])[0], self._words.embed_question_words(text)[1]


def read_encoder_info(folder: Path) -> EncoderInfo:
    """Read `encoder.json` and check the sums of the files beside it.

    Raises:
        IndexBroken: If a file is missing, unreadable or altered.
    """
    return read_description(EncoderInfo, folder / DESCRIPTION, ENCODER_FILES)


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    normalised: np.ndarray = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return normalised


def _word_vectors(tokens: np.ndarray, offsets: list[tuple[int, int]], text: str, skipped: int) -> np.ndarray:
    """Return the mean of each word's tokens, as unit vectors; `skipped` characters stand before the text."""
    owner = np.full(len(text) + 1, -1)
    for number, word in enumerate(_WORD.finditer(text)):
        owner[word.start() : word.end()] = number
    words: list[list[int]] = []
    for token, (start, end) in enumerate(offsets):
        if end <= start or start < skipped:
            continue  # a special token, or one of the prefix
        number = int(owner[start - skipped])
        if number >= 0:
            while len(words) <= number:
                words.append([])
            words[number].append(token)
    if not words:
        return np.zeros((0, tokens.shape[-1]), dtype=np.float32)
    return _unit(np.stack([tokens[held].mean(axis=0) if held else np.zeros(tokens.shape[-1]) for held in words]))


def _batches(tokens: list[list[int]], size: int) -> Iterator[list[int]]:
    """Yield positions in batches of like length, so that little is padded."""
    order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
    for start in range(0, len(order), size):
        yield order[start : start + size]
