"""Calculators: what LLM inference, a classic model, a sample of answers and GPU memory come to. Pure arithmetic.

The browser has the same formulas in `docs/assets/calculators.js`, operation by operation in the same order, so that both
give the same number; tests/test_calculators.py compares them. Formulas and sources: docs/choose/calculators.md.
Prices are dollars and belong to whoever calculates; there is no price list here. Shares run from 0 to 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

HOURS_A_MONTH = 730
SECONDS_A_MONTH = HOURS_A_MONTH * 3600
Z = {80: 1.282, 90: 1.645, 95: 1.96, 99: 2.576}
"""Two-sided standard normal quantiles by confidence in percent, rounded as tables print them."""
PSI_FLOOR = 1e-4
"""Least share of a bin: an empty one would make the index infinite."""
PSI_WATCH, PSI_ACT = 0.1, 0.25
"""A custom of credit scoring, no statistical law."""


@dataclass(frozen=True, slots=True)
class Inference:
    """One month of an LLM application, by API and on own GPUs. Tokens are averages of one request."""

    requests: float
    """Model calls a month; an agent's task is several."""
    input_tokens: float
    output_tokens: float
    """With the hidden ones of a reasoning model."""
    input_price: float
    """Dollars per million tokens."""
    output_price: float
    cached_share: float
    """Share of the input tokens that is read from the prompt cache."""
    cached_price: float
    """Price of a cached token as a share of the input price."""
    batch_share: float
    """Share of the requests that can wait for a batch interface."""
    batch_discount: float
    """Share of the price that the batch interface takes off."""
    gpus: int
    gpu_hours: float
    """Hours a month for which each GPU is paid."""
    gpu_price: float
    """Dollars per GPU hour."""
    staff: float
    """Dollars a month for whoever runs the model server."""
    other: float
    """Dollars a month for storage, network and tooling."""
    tokens_per_second: float
    """Output tokens that one GPU makes under load, while it reads no prompt."""
    prompt_tokens_per_second: float
    """Input tokens that one GPU reads under load, while it writes nothing; those read from a cache take no time."""
    peak: float
    """Load of the busiest time as a multiple of the average."""

    def __post_init__(self) -> None:
        _check(self, shares=("cached_share", "cached_price", "batch_share", "batch_discount"), least_one=("gpus", "peak"))


@dataclass(frozen=True, slots=True)
class InferenceCost:
    """Dollars, and whether the GPUs carry the load. None is "never"."""

    per_request: float
    """API, after caching and batch discount."""
    api: float
    """API, a month."""
    fixed: float
    """Own GPUs, a month, at any volume that they carry."""
    break_even: float | None
    """Requests a month from which own GPUs are cheaper; says nothing about the peak."""
    break_even_per_second: float | None
    utilization: float
    """Share of the GPUs' time that this volume uses on average; above 1 they can't carry it."""
    gpus_at_peak: int | None
    """GPUs that carry this volume at its peak, at least those given."""
    own: float | None
    """Own GPUs, a month, with as many as the peak needs."""
    break_even_gpus: int | None
    """Fewest GPUs, at least those given, that carry the peak of their own break-even."""
    break_even_at_peak: float | None
    """Requests a month at which those GPUs cost what the API costs."""
    cheaper: Literal["api", "own", "equal"]
    """At this volume, with GPUs for the peak."""


def inference_cost(month: Inference) -> InferenceCost:
    """Compare an API with own GPUs: API spend, fixed cost, break-even, and the break-even that survives the peak.

    Arithmetic of the guide; prefill and decode as two phases of one GPU's work follow BentoML, LLM Inference Handbook,
    caching and batch terms what Anthropic and OpenAI state. A call keeps a GPU busy for as long as it takes to read the
    uncached input and to write the output. The batch discount is taken off the whole request; charges for writing to a
    cache are not counted.
    """
    cached = month.input_tokens * month.cached_share
    input_cost = (month.input_tokens - cached + cached * month.cached_price) * month.input_price
    list_price = (input_cost + month.output_tokens * month.output_price) / 1_000_000
    per_request = list_price * (1 - month.batch_share * month.batch_discount)
    hardware = month.gpu_hours * month.gpu_price
    fixed = _own(month, month.gpus)
    break_even = fixed / per_request if per_request else None
    busy = _busy_seconds(month)
    # GPUs that the peak keeps busy, for each request a month
    peak_rate = None if busy is None else busy * month.peak / SECONDS_A_MONTH
    gpus_at_peak = _gpus_for(month, month.requests, peak_rate)
    own = None if gpus_at_peak is None else _own(month, gpus_at_peak)
    break_even_gpus = None
    if per_request and peak_rate is not None:
        # n GPUs carry the peak of their break-even if n ≥ (n × hardware + rest) / per_request × peak_rate
        spare = 1 - hardware / per_request * peak_rate
        needed = (month.staff + month.other) / per_request * peak_rate
        if spare > 0:
            break_even_gpus = max(month.gpus, math.ceil(needed / spare))
        elif needed == 0 and spare == 0:
            break_even_gpus = month.gpus
    api = month.requests * per_request
    capacity = month.gpus * month.gpu_hours * 3600
    return InferenceCost(
        per_request=per_request,
        api=api,
        fixed=fixed,
        break_even=break_even,
        break_even_per_second=None if break_even is None else break_even / SECONDS_A_MONTH,
        utilization=month.requests * busy / capacity if capacity and busy is not None else 0.0,
        gpus_at_peak=gpus_at_peak,
        own=own,
        break_even_gpus=break_even_gpus,
        break_even_at_peak=None if break_even_gpus is None else _own(month, break_even_gpus) / per_request,
        cheaper="api" if own is None or api < own else "own" if own < api else "equal",
    )


def cost_per_million_tokens(gpu_price: float, tokens_per_second: float, utilization: float) -> float:
    """Return dollars per million output tokens of a GPU that is paid by the hour and only decodes.

    Raises:
        ValueError: If speed or utilization is not above 0.
    """
    if not (tokens_per_second > 0 and 0 < utilization <= 1):
        raise ValueError("speed must be above 0, and utilization above 0 and at most 1")
    return gpu_price / (tokens_per_second * 3600 * utilization) * 1_000_000


@dataclass(frozen=True, slots=True)
class Serving:
    """One month of a classic model: fixed lines in dollars, and what each prediction adds."""

    predictions: float
    price_per_million: float
    """Dollars of computing for a million predictions."""
    data: float
    """Data engineering and feature infrastructure."""
    training: float
    servers: float
    """Servers that run whether or not anybody asks."""
    monitoring: float
    staff: float
    """Validation, retraining, on-call duty."""

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True)
class ServingCost:
    """Dollars."""

    fixed: float
    variable: float
    month: float
    average: float | None
    """For each prediction; None without predictions."""
    marginal: float
    """For one more prediction."""
    month_at_double: float
    """A month with twice the predictions on the same fixed lines."""


def serving_cost(month: Serving) -> ServingCost:
    """Split a month into what is fixed and what each prediction adds (the guide's page on cost)."""
    fixed = month.data + month.training + month.servers + month.monitoring + month.staff
    marginal = month.price_per_million / 1_000_000
    variable = month.predictions * marginal
    return ServingCost(
        fixed=fixed,
        variable=variable,
        month=fixed + variable,
        average=(fixed + variable) / month.predictions if month.predictions else None,
        marginal=marginal,
        month_at_double=fixed + 2 * variable,
    )


@dataclass(frozen=True, slots=True)
class SampleSize:
    """How many answers must be judged."""

    exact: float
    answers: int
    """`exact`, rounded up."""
    expected: float
    """Failures that such a sample would hold; below 5 the formula is rough."""


def sample_size(rate: float, margin: float, confidence: int = 95) -> SampleSize:
    """Return the answers to sample so that a rate is known to within a margin: n = z² × p × (1 − p) / e².

    The normal approximation of a proportion, for independent random samples.

    Args:
        rate: The share that is expected, above 0 and below 1.
        margin: Half the width of the interval, above 0 and below 1.
        confidence: Percent; one of `Z`.

    Raises:
        ValueError: If an argument is outside its range.
    """
    _check_proportion(rate, confidence)
    if not 0 < margin < 1:
        raise ValueError("margin must be above 0 and below 1")
    exact = Z[confidence] * Z[confidence] * rate * (1 - rate) / (margin * margin)
    answers = math.ceil(exact)
    return SampleSize(exact, answers, answers * rate)


def margin_of(answers: int, rate: float, confidence: int = 95) -> float:
    """Return the margin that a sample of `answers` leaves around a rate; the inverse of `sample_size`.

    Raises:
        ValueError: If an argument is outside its range.
    """
    _check_proportion(rate, confidence)
    if answers < 1:
        raise ValueError("answers must be at least 1")
    return Z[confidence] * math.sqrt(rate * (1 - rate) / answers)


@dataclass(frozen=True, slots=True)
class Psi:
    """Population stability index of two distributions over the same bins."""

    total: float
    contributions: tuple[float, ...]
    reading: Literal["stable", "watch", "act"]


def psi(expected: Sequence[float], actual: Sequence[float]) -> Psi:
    """Return the sum over the bins of (actual − expected) × ln(actual / expected), both as shares.

    Args:
        expected: Counts, percentages or shares of the reference, one a bin.
        actual: The same of the period to judge.

    Raises:
        ValueError: If the bins differ in number, are fewer than two, negative, or all empty.
    """
    if len(expected) != len(actual) or len(expected) < 2:
        raise ValueError("both distributions need the same number of bins, at least two")
    contributions = tuple((a - e) * math.log(a / e) for e, a in zip(_shares(expected), _shares(actual), strict=True))
    total = 0.0
    for part in contributions:  # not `sum`, whose compensated rounding JavaScript doesn't have
        total += part
    return Psi(total, contributions, "stable" if total < PSI_WATCH else "act" if total > PSI_ACT else "watch")


@dataclass(frozen=True, slots=True)
class Memory:
    """What a self-hosted language model must hold in GPU memory."""

    parameters: float
    """Billions."""
    bytes_per_parameter: float
    """2 for FP16 and BF16, 1 for FP8 and INT8, 0.5 for 4 bits."""
    overhead: float
    """Share of the weights added for the runtime; 0.1 to 0.3 is only a start."""
    layers: int
    kv_heads: int
    """Key-value heads, not attention heads: grouped-query models have fewer."""
    head_size: int
    bytes_per_value: float
    """Of the cache: 2 for FP16, 1 for FP8."""
    tokens: float
    """Of one sequence, prompt and answer."""
    sequences: float
    """That run at once."""
    gpu_memory: float
    """Gigabytes (10⁹ bytes) of one GPU."""

    def __post_init__(self) -> None:
        _check(self)
        if not self.gpu_memory > 0:
            raise ValueError("gpu_memory must be above 0")


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Gigabytes are 10⁹ bytes; GiB are 2³⁰."""

    weights: float
    """Gigabytes, without overhead."""
    runtime: float
    """Gigabytes of overhead."""
    cache_bytes_per_token: float
    cache_gib_per_sequence: float
    cache: float
    """Gigabytes, all sequences."""
    total: float
    """Gigabytes."""
    gpus: int
    """Fewest whose memory adds up to the total, at least one."""


def memory_need(model: Memory) -> MemoryNeed:
    """Return weights, KV cache and overhead in memory.

    Sources: BentoML, LLM Inference Handbook (weights and overhead: P × bytes × (1 + overhead)); IETF draft on AI
    inference benchmarking (KV cache: 2 × layers × KV heads × head size × tokens × batch × bytes per value).
    """
    weights = model.parameters * model.bytes_per_parameter
    runtime = weights * model.overhead
    per_token = 2 * model.layers * model.kv_heads * model.head_size * model.bytes_per_value
    per_sequence = per_token * model.tokens
    cache = per_sequence * model.sequences / 1e9
    total = weights + runtime + cache
    return MemoryNeed(
        weights=weights,
        runtime=runtime,
        cache_bytes_per_token=per_token,
        cache_gib_per_sequence=per_sequence / 2**30,
        cache=cache,
        total=total,
        gpus=max(1, math.ceil(total / model.gpu_memory)),
    )


def _own(month: Inference, gpus: int) -> float:
    return gpus * month.gpu_hours * month.gpu_price + month.staff + month.other


def _busy_seconds(month: Inference) -> float | None:
    """Seconds of one GPU that a call takes, reading and writing; None if it is asked for what it can't do."""
    uncached = month.input_tokens - month.input_tokens * month.cached_share
    if (uncached and not month.prompt_tokens_per_second) or (month.output_tokens and not month.tokens_per_second):
        return None
    read = uncached / month.prompt_tokens_per_second if uncached else 0.0
    write = month.output_tokens / month.tokens_per_second if month.output_tokens else 0.0
    return read + write


def _gpus_for(month: Inference, requests: float, peak_rate: float | None) -> int | None:
    if requests == 0:
        return month.gpus
    return None if peak_rate is None else max(month.gpus, math.ceil(requests * peak_rate))


def _shares(amounts: Sequence[float]) -> list[float]:
    total = 0.0
    for amount in amounts:
        if not 0 <= amount < math.inf:
            raise ValueError("a bin holds a number that is not negative")
        total += amount
    if total == 0:
        raise ValueError("at least one bin must hold something")
    return [max(amount / total, PSI_FLOOR) for amount in amounts]


def _check(amounts: Inference | Serving | Memory, *, shares: tuple[str, ...] = (), least_one: tuple[str, ...] = ()) -> None:
    for name in amounts.__slots__:
        value = getattr(amounts, name)
        low, high = (1 if name in least_one else 0), (1 if name in shares else math.inf)
        if not low <= value <= high or value == math.inf:  # NaN is in no range
            raise ValueError(f"{name} must be at least {low}" + (f" and at most {high}" if name in shares else "") + f", not {value}")


def _check_proportion(rate: float, confidence: int) -> None:
    if not 0 < rate < 1:
        raise ValueError("rate must be above 0 and below 1")
    if confidence not in Z:
        raise ValueError(f"confidence must be one of {', '.join(map(str, Z))} percent")
