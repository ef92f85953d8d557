"""The torch model of the cross-encoder (model): one reading of two texts, and two things that it tells. Imported at build only.

Beside the reranker's own output a second one tells which sentences of the second text answer the first. Learning both at once
makes the first better, too: a label says only whether a text answers, a marked sentence says why (Caruana, "Multitask Learning", 1997).
"""

from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification


class PairReader(BertForSequenceClassification):  # type: ignore[misc]
    """A BERT that reads two texts and scores the second, whole and token by token."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.sentences = torch.nn.Linear(config.hidden_size, 1)

    def forward(self, **encoded: Any) -> tuple[Any, Any]:
        """Return logits.

        Args:
            encoded: What the tokenizer gives for pairs of texts.

        Returns:
            Whether the second text answers, shape (pairs,), and for each token whether its sentence does, shape (pairs, tokens).
        """
        states = self.bert(**encoded)
        return self.classifier(states.pooler_output)[:, 0], self.sentences(states.last_hidden_state)[..., 0]
