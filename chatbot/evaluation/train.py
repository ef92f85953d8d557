"""Training the cross-encoder: a low-rank change of the bundled model's weights (model). Anyone can rerun it: `chatbot train`.

Hu et al., "LoRA", 2021, through Hugging Face's peft. Takes about an hour of two cores; what comes out is `index/adapter/`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from chatbot.evaluation.examples import Example, shuffled
from index import READ_TOKENS, bundled_folder

_RANK = 16
_BATCH = 16
_RATE = 4e-4
"""At 1e-3 the pooled vector saturates, and nothing is learned."""
_FURTHER_RATE = 2.5e-4
"""Where a training goes on: what was learned is kept."""
_WARM_UP = 20
"""Steps to the full rate."""
_MATCHED = 1800
"""Questions and statements by which matching is learned, before the epochs."""
_MATCHED_CHARACTERS = 760
"""Longest passage by which it is learned: in short ones it is found sooner."""
_SMOOTHING = 0.02
"""What a label is less than sure: a few are wrong."""
_SEED = 0
UPSTREAM = "sentence-transformers/all-MiniLM-L6-v2"

Told = Callable[[str], None]


def train(
    examples: Sequence[Example], target: Path, *, epochs: int, further: Path | None = None, told: Told = lambda line: None
) -> dict[str, float]:
    """Train on the examples that are not held out, and write the adapter once it is whole.

    Args:
        examples: All of them.
        target: Folder of the adapter, in peft's layout.
        epochs: Passes over the examples.
        further: Folder of an adapter to go on from, such as after examples were added; it has learned to match already.
        told: Hears what was reached.

    Returns:
        Area under the ROC curve on the held-out examples, by their origin.
    """
    import torch

    torch.manual_seed(_SEED)
    generator = np.random.default_rng(_SEED)
    learned = [example for example in examples if not example.held_out]
    held_out = [example for example in examples if example.held_out]
    model, tokenizer = _trainable_model(further)
    first = [] if further else [_matching(learned, generator)]
    rounds, rate = [*first, *[learned] * epochs], _FURTHER_RATE if further else _RATE
    trainable = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=rate, weight_decay=0.01)
    steps = [-(-len(each) // _BATCH) for each in rounds]
    falling = sum(steps[len(first) :])  # full rate until matching is learned, then down to nothing
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / _WARM_UP, 1.0, (sum(steps) - step) / max(1, falling))
    )
    told(f"{len(learned)} examples, {sum(each.numel() for each in trainable)} weights")
    if further:
        told(f"before: {_in_words(_measure(model, tokenizer, held_out))}")
    reached: dict[str, float] = {}
    for epoch, seen in enumerate(rounds, 1 - len(first)):
        losses = []
        lengths = [len(example.second) for example in seen]
        for number, batch in enumerate(shuffled(seen, lengths, _BATCH, generator)):
            loss = _loss(model, tokenizer, [seen[place] for place in batch])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trainable, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
            if number % 50 == 49:
                told(f"epoch {epoch}, step {number + 1}: loss {np.mean(losses[-50:]):.3f}")
        reached = _measure(model, tokenizer, held_out)
        told(f"epoch {epoch}: {_in_words(reached)}")
    _save(model, target)  # not before: half a training must not take the place of a whole one
    return reached


def _matching(learned: Sequence[Example], generator: np.random.Generator) -> list[Example]:
    """Return what is learned first: to tell a passage that holds from any other.

    Where passages differ in details alone, nothing is learned for hundreds of steps; this takes a hundred and more.
    """
    order = (learned[place] for place in generator.permutation(len(learned)))
    holding = [example for example in order if example.holds and len(example.second) <= _MATCHED_CHARACTERS][:_MATCHED]
    others = [holding[place].second for place in generator.permutation(len(holding))]
    wrong = [replace(example, second=other, holds=other == example.second) for example, other in zip(holding, others, strict=True)]
    return [*holding, *wrong]


def _trainable_model(further: Path | None) -> tuple[Any, Any]:
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = bundled_folder()
    # dropout would double the time; few weights are learned, and they see each example a few times only
    bare = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=1, local_files_only=True, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager"
    )
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if further:
        return PeftModel.from_pretrained(bare, str(further), is_trainable=True), tokenizer
    config = LoraConfig(
        r=_RANK,
        lora_alpha=2 * _RANK,
        target_modules=["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"],
        modules_to_save=["classifier", "pooler"],
    )
    return get_peft_model(bare, config), tokenizer


def _logits(model: Any, tokenizer: Any, batch: Sequence[Example]) -> Any:
    import torch

    firsts, seconds = [example.first for example in batch], [example.second for example in batch]
    encoded = tokenizer(firsts, seconds, truncation="only_second", max_length=READ_TOKENS, padding=True, return_tensors="pt")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return model(**encoded).logits[:, 0].float()


def _loss(model: Any, tokenizer: Any, batch: Sequence[Example]) -> Any:
    import torch

    labels = torch.tensor([abs(float(example.holds) - _SMOOTHING) for example in batch])
    weights = torch.tensor([example.weight for example in batch])
    return torch.nn.functional.binary_cross_entropy_with_logits(_logits(model, tokenizer, batch), labels, weight=weights)


def _measure(model: Any, tokenizer: Any, held_out: Sequence[Example]) -> dict[str, float]:
    import torch

    if not held_out:
        return {}
    with torch.no_grad():
        scores = np.concatenate(
            [_logits(model, tokenizer, held_out[start : start + _BATCH]).numpy() for start in range(0, len(held_out), _BATCH)]
        )
    labels = np.array([example.holds for example in held_out])
    origins = np.array([example.origin for example in held_out])
    kinds = [origin for origin in dict.fromkeys(origins) if len(set(labels[origins == origin])) == 2]
    return {origin: float(roc_auc_score(labels[origins == origin], scores[origins == origin])) for origin in kinds}


def _in_words(reached: dict[str, float]) -> str:
    return ", ".join(f"{origin} {value:.3f}" for origin, value in reached.items())


def _save(model: Any, target: Path) -> None:
    model.peft_config["default"].base_model_name_or_path = UPSTREAM  # not where it lies on this machine
    model.save_pretrained(str(target), state_dict={name: weights.half() for name, weights in model.state_dict().items()})
    (target / "README.md").unlink(missing_ok=True)  # peft's empty form of a model card
