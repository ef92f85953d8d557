"""Training the cross-encoder: a low-rank change of a public reranker's weights (model). Anyone can rerun it: `chatbot train`.

Hu et al., "LoRA", 2021, through Hugging Face's peft. Takes about an hour of two cores; what comes out is `index/adapter/`.
The reranker has learned to tell a text that answers from any other; here it learns to tell it from one that nearly does.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from chatbot.evaluation.examples import Example, shuffled
from index import READ_TOKENS, UPSTREAM, load_base, weights_digest

_RANK = 16
_BATCH = 16
_RATE = 4e-4
_WARM_UP = 30
"""Steps to the full rate."""
_FALLING = 0.8
"""Share of the steps, the last ones, in which the rate falls."""
_LEAST = 0.02
"""Share of the full rate that it does not fall below."""
_UNRELATED = 0.15
"""Pairs that have nothing to do with each other, by the number of examples: writers' near misses alone let the reranker forget them."""
_SMOOTHING = 0.02
"""What a label is less than sure: a few are wrong."""
_SENTENCES = 2.0
"""What telling which sentences answer counts beside telling whether the text does: it is the easier of the two, and its loss smaller."""
_MARKED = 3
"""Batches of examples whose sentences are marked, to one of others: they tell more."""
_MEASURED = 300
"""Steps after which the held-out examples are measured."""
_SEED = 0

Told = Callable[[str], None]


def train(
    examples: Sequence[Example], target: Path, *, steps: int, further: Path | None = None, told: Told = lambda line: None
) -> dict[str, float]:
    """Train on the examples that are not held out, and write the adapter once it is whole.

    Args:
        examples: All of them.
        target: Folder of the adapter, in peft's layout.
        steps: Of 16 examples each; the examples begin anew when all were seen.
        further: Folder of an adapter to go on from, such as after examples were added.
        told: Hears what was reached.

    Returns:
        On the held-out examples, by their origin: areas under the ROC curve, and how often the surest sentence is one that answers.
    """
    import torch

    # a training that goes on must not begin with the examples, in the order, that the one before it began with
    seed = int(weights_digest(further)[:8], 16) if further else _SEED
    torch.manual_seed(seed)
    written = [example for example in examples if not example.held_out]
    learned = [*written, *_unrelated(written)]
    held_out = [example for example in examples if example.held_out]
    model, tokenizer = _trainable_model(further)
    trainable = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / _WARM_UP, 1.0, max(_LEAST, (steps - step) / (_FALLING * steps)))
    )
    told(f"{len(written)} examples, {sum(each.numel() for each in trainable)} weights")
    losses = []
    for step, batch in zip(range(1, steps + 1), _batches(learned, seed), strict=False):
        loss = _loss(model, tokenizer, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % 50 == 0:
            told(f"step {step}: loss {np.mean(losses[-50:]):.3f}")
        if step % _MEASURED == 0 and step < steps:
            told(f"step {step}: {_in_words(_measure(model, tokenizer, held_out))}")
    reached = _measure(model, tokenizer, held_out)
    told(f"reached: {_in_words(reached)}")
    _save(model, target)  # not before: half a training must not take the place of a whole one
    return reached


def _unrelated(examples: Sequence[Example]) -> Iterator[Example]:
    """Yield questions and statements, each with a passage that was written for another one."""
    generator = np.random.default_rng(_SEED)
    places = generator.permutation(len(examples))[: int(_UNRELATED * len(examples))]
    for place, other in zip(places, generator.permutation(places), strict=True):
        if examples[place].second != examples[other].second:
            yield Example(examples[place].first, examples[other].second, False, "unrelated")


def _batches(learned: Sequence[Example], seed: int) -> Iterator[list[Example]]:
    """Yield batches without end, of examples whose sentences are marked and then of others; each pass over either is in a new order."""
    generator = np.random.default_rng(seed)

    def endless(examples: Sequence[Example]) -> Iterator[list[Example]]:
        lengths = [len(example.second) for example in examples]
        while examples:
            for batch in shuffled(examples, lengths, _BATCH, generator):
                yield [examples[place] for place in batch]

    marked, others = (endless([example for example in learned if bool(example.marks) is marked]) for marked in (True, False))
    while batches := [batch for stream in (*[marked] * _MARKED, others) if (batch := next(stream, None))]:
        yield from batches


def _trainable_model(further: Path | None) -> tuple[Any, Any]:
    from peft import LoraConfig, PeftModel, get_peft_model

    # dropout would double the time; few weights are learned, and they see each example a few times only
    bare, tokenizer = load_base(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    if further:
        return PeftModel.from_pretrained(bare, str(further), is_trainable=True), tokenizer
    config = LoraConfig(
        r=_RANK,
        lora_alpha=2 * _RANK,
        target_modules=["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"],
        modules_to_save=["classifier", "pooler", "sentences"],
    )
    return get_peft_model(bare, config), tokenizer


def _logits(model: Any, tokenizer: Any, batch: Sequence[Example]) -> tuple[Any, list[Any]]:
    """Return a logit for each example, and for each those of its marked sentences that were read: the means of their tokens'."""
    import torch

    firsts, seconds = [example.first for example in batch], [example.second for example in batch]
    about_tokens = {"return_offsets_mapping": True, "return_special_tokens_mask": True}
    encoded = tokenizer(
        firsts, seconds, truncation="only_second", max_length=READ_TOKENS, padding=True, return_tensors="pt", **about_tokens
    )
    starts = encoded.pop("offset_mapping")[..., 0]
    told = encoded["token_type_ids"].bool() & ~encoded.pop("special_tokens_mask").bool()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        whole, tokens = model(**encoded)
    sentences = []
    for row, example in enumerate(batch):
        held = [told[row] & (starts[row] >= start) & (starts[row] < end) for start, end, _ in example.marks]
        # a sentence behind the end of what is read has no tokens; only the last ones of a text can be so
        means = [tokens[row][each].float().mean() for each in held if each.any()]
        sentences.append(torch.stack(means) if means else torch.empty(0))
    return whole.float(), sentences


def _loss(model: Any, tokenizer: Any, batch: Sequence[Example]) -> Any:
    import torch

    loss = torch.nn.functional.binary_cross_entropy_with_logits
    labels = torch.tensor([abs(float(example.holds) - _SMOOTHING) for example in batch])
    weights = torch.tensor([example.weight for example in batch])
    whole, sentences = _logits(model, tokenizer, batch)
    read = torch.cat(sentences)
    chosen = torch.tensor([float(mark[2]) for example, own in zip(batch, sentences, strict=True) for mark in example.marks[: len(own)]])
    return loss(whole, labels, weight=weights) + (_SENTENCES * loss(read, chosen) if len(read) else 0.0)


def _measure(model: Any, tokenizer: Any, held_out: Sequence[Example]) -> dict[str, float]:
    """Return the areas under the curve by origin; and where sentences were chosen, how often one of them has the highest logit."""
    import torch

    scores: list[float] = []
    first: dict[str, list[float]] = {}
    with torch.no_grad():
        for start in range(0, len(held_out), _BATCH):
            batch = held_out[start : start + _BATCH]
            whole, sentences = _logits(model, tokenizer, batch)
            scores += whole.tolist()
            for example, own in zip(batch, sentences, strict=True):
                if any(answers for *_, answers in example.marks[: len(own)]):
                    best = example.marks[int(own.argmax())]
                    first.setdefault(f"sentence {example.origin.split()[-1]}", []).append(float(best[2]))
    labels = np.array([example.holds for example in held_out])
    origins = np.array([example.origin for example in held_out])
    kinds = [origin for origin in dict.fromkeys(origins) if len(set(labels[origins == origin])) == 2]
    reached = {origin: float(roc_auc_score(labels[origins == origin], np.array(scores)[origins == origin])) for origin in kinds}
    return reached | {name: float(np.mean(values)) for name, values in first.items()}


def _in_words(reached: dict[str, float]) -> str:
    return ", ".join(f"{origin} {value:.3f}" for origin, value in reached.items())


def _save(model: Any, target: Path) -> None:
    model.peft_config["default"].base_model_name_or_path = UPSTREAM  # not where it lies on this machine
    model.save_pretrained(str(target), state_dict={name: weights.half() for name, weights in model.state_dict().items()})
    (target / "README.md").unlink(missing_ok=True)  # peft's empty form of a model card
