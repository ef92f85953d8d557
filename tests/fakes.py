"""Stand-ins for the embedding model: words hashed to unit vectors, and a real but tiny model with random weights."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.cross_encoder import Reading
from index.encoder import words_of


class WordEmbedder:
    """Texts that share words have near vectors; counts what it was asked to embed."""

    dimension = 64
    max_tokens = 64

    def __init__(self, key: str = "words") -> None:
        self.key = key
        self.embedded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_passages(self, texts: list[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        self.embedded += texts
        if progress and texts:
            progress(len(texts))
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def embed_words(self, texts: list[str], progress: Callable[[int], None] | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        return self.embed_passages(texts, progress), [self._words(text) for text in texts]

    def embed_questions(self, texts: list[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        return self.embed_passages(texts, progress)

    def embed_question_words(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        return self._vector(text), self._words(text)

    def _words(self, text: str) -> np.ndarray:
        return np.stack([self._vector(word) for word in words_of(text)] or [np.zeros(self.dimension, dtype=np.float32)])

    def _vector(self, text: str) -> np.ndarray:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            vector[int(hashlib.sha256(word.strip(".,:?>").encode()).hexdigest(), 16) % self.dimension] += 1
        return vector / np.float32(np.linalg.norm(vector))


TINY_WORDS = "drift data model cost token watch what the of is a".split()


def make_tiny_model(folder: Path, *, max_tokens: int = 48) -> Path:
    """Make a sentence-transformers model below `folder`: two layers, random weights, letters and a few words."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertModel

    bert, size = _make_bert(folder, BertModel)
    transformer = Transformer(str(bert), max_seq_length=max_tokens)
    made = SentenceTransformer(
        modules=[transformer, Pooling(size), Normalize()], prompts={"query": "what is ", "document": "the "}, device="cpu"
    )
    made.save_pretrained(str(folder / "model"))
    return folder / "model"


def make_tiny_cross_encoder(folder: Path, *, labels: int = 1) -> Path:
    """Make a cross-encoder as sentence-transformers loads it: random weights, so that its order is its own."""
    from transformers import BertForSequenceClassification

    return _make_bert(folder, BertForSequenceClassification, num_labels=labels)[0]


def _make_bert(folder: Path, kind: Any, **options: int) -> tuple[Path, int]:
    """Save a tiny BERT with its tokenizer; return where, and the size of its vectors."""
    import torch
    from transformers import BertConfig, BertTokenizerFast  # type: ignore[attr-defined]

    letters = list("abcdefghijklmnopqrstuvwxyz0123456789.,:?->")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *TINY_WORDS, *letters, *(f"##{letter}" for letter in letters)]
    bert = folder / "bert"
    bert.mkdir(parents=True)
    (bert / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        **options,
    )
    kind(config).save_pretrained(bert)
    BertTokenizerFast(str(bert / "vocab.txt")).save_pretrained(bert)
    return bert, config.hidden_size


class WordReader:
    """Reads as a cross-encoder does: the more of the first text's words the second has, the higher the score."""

    def scores(self, first: str, texts: Sequence[str]) -> np.ndarray:
        asked = set(words_of(first.lower()))
        return np.array([8 * len(asked & set(words_of(text.lower()))) / max(1, len(asked)) - 4 for text in texts], dtype=np.float32)

    def read(self, question: str, heading: str, sentences: Sequence[str]) -> Reading:
        whole, *each = self.scores(question, [" ".join((heading, *sentences)), *sentences]).tolist()
        return Reading(whole, tuple(each))
