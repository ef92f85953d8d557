"""Plots: the curves of the guide, drawn from data and formulas as SVG (`python -m guide.plots`).

Writes to docs/assets/diagrams, beside the diagrams that are drawn by hand; pages include the files, and
docs/assets/diagrams.css gives their colors. Pure but for `main`: every plot is a function from nothing to SVG text.
The data is invented for teaching, as the captions say, and equals the worked numbers in the pages.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs/assets/diagrams"
WIDTH, HEIGHT = 720, 380
"""Units of every plot's viewBox."""

Point = tuple[float, float]

# choose/api-or-self-hosted: one request and one month.
INPUT_TOKENS, OUTPUT_TOKENS = 2_000, 300
INPUT_PRICE, OUTPUT_PRICE = 0.50, 1.50  # dollars per million tokens
GPUS, HOURS, GPU_HOUR = 2, 730, 2.50  # dollars per GPU hour
STAFF, OTHER = 6_000, 850  # dollars per month

# llmops/inference-cost
TOKENS_PER_SECOND = 1_500

# mlops/monitoring-and-drift: shares of four bins.
EXPECTED = (0.25, 0.25, 0.25, 0.25)
ACTUAL = (0.40, 0.30, 0.20, 0.10)


def api_cost_per_request() -> float:
    """Return dollars per request: tokens times prices per million."""
    return (INPUT_TOKENS * INPUT_PRICE + OUTPUT_TOKENS * OUTPUT_PRICE) / 1e6


def self_hosted_cost_per_month() -> float:
    """Return dollars per month, whatever the number of requests."""
    return GPUS * HOURS * GPU_HOUR + STAFF + OTHER


def cost_per_million_tokens(utilization: float) -> float:
    """Return dollars per million tokens on one GPU at a utilization above 0 and up to 1."""
    return GPU_HOUR / (TOKENS_PER_SECOND * 3600 * utilization) * 1e6


def psi_terms(expected: Sequence[float], actual: Sequence[float]) -> list[float]:
    """Return each bin's part of the population stability index; shares are above 0 and their sums are 1."""
    return [(a - e) * math.log(a / e) for e, a in zip(expected, actual, strict=True)]


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps data in `low`..`high` to units of the viewBox in `start`..`end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(slots=True)
class Canvas:
    """An SVG under construction: a title and description for readers, then elements in drawing order."""

    name: str
    title: str
    description: str
    height: int = HEIGHT
    elements: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, style: str = "dg-text", anchor: str = "start") -> None:
        """Add one line of text whose baseline is at `y`."""
        self.elements.append(f'<text class="{style}" x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}">{escape(words)}</text>')

    def line(self, points: Iterable[Point], style: str) -> None:
        """Add a run of straight lines."""
        path = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self.elements.append(f'<path class="{style}" d="M{path}"/>')

    def bar(self, x: float, top: float, width: float, bottom: float, style: str) -> None:
        """Add a bar that stands on `bottom`."""
        size = f'x="{_number(x)}" y="{_number(top)}" width="{_number(width)}" height="{_number(bottom - top)}"'
        self.elements.append(f'<rect class="{style}" {size} rx="3"/>')

    def dot(self, x: float, y: float) -> None:
        """Mark a point."""
        self.elements.append(f'<circle class="dg-dot" cx="{_number(x)}" cy="{_number(y)}" r="6"/>')

    def axes(self, x: Scale, y: Scale, x_ticks: dict[float, str], y_ticks: dict[float, str], x_name: str, y_name: str) -> None:
        """Add grid lines, tick labels, both axes and their names."""
        for value, label in y_ticks.items():
            self.line([(x.start, y(value)), (x.end, y(value))], "dg-grid")
            self.text(x.start - 10, y(value) + 4.5, label, "dg-muted", "end")
        for value, label in x_ticks.items():
            self.text(x(value), y.start + 22, label, "dg-muted", "middle")
        self.line([(x.start, y.end), (x.start, y.start), (x.end, y.start)], "dg-axis")
        if x_name:
            self.text((x.start + x.end) / 2, y.start + 46, x_name, "dg-text", "middle")
        self.text(8, y.end - 20, y_name)

    def svg(self) -> str:
        """Return the file's text: no style, no blank line, ids that begin with the diagram's name."""
        ids = f"dg-{self.name}"
        labels, namespace = f"{ids}-title {ids}-desc", 'xmlns="http://www.w3.org/2000/svg"'
        return "\n".join(
            [
                f'<svg class="dg" viewBox="0 0 {WIDTH} {self.height}" role="img" aria-labelledby="{labels}" {namespace}>',
                f'<title id="{ids}-title">{escape(self.title)}</title>',
                f'<desc id="{ids}-desc">{escape(self.description)}</desc>',
                *self.elements,
                "</svg>\n",
            ]
        )


def break_even() -> str:
    """Draw the monthly cost of an API and of self-hosting by the number of requests."""
    price, fixed = api_cost_per_request(), self_hosted_cost_per_month()
    crossing = fixed / price / 1e6
    plot = Canvas(
        "break-even",
        "Break-even between an API and self-hosting",
        f"A line chart of cost per month in dollars by requests per month, from 0 to 12 million. The API rises in a straight line from zero"
        f" at ${price:.5f} a request. Self-hosting is a flat line at ${fixed:,.0f}. They cross at {crossing:.2f} million requests a month;"
        " below that the API is cheaper, above it self-hosting is, as long as the GPUs carry the load. The prices are illustrative.",
    )
    x, y = Scale(0, 12, 72, 700), Scale(0, 18_000, 320, 44)
    ticks = {0.0: "$0"} | {float(k): f"${k / 1000:.0f}k" for k in range(3_000, 18_001, 3_000)}
    plot.axes(x, y, {float(m): str(m) for m in range(0, 13, 2)}, ticks, "Requests per month, in millions", "Cost per month")
    plot.line([(x(crossing), y(0)), (x(crossing), y(fixed))], "dg-line dg-dash")
    plot.line([(x(0), y(fixed)), (x(12), y(fixed))], "dg-curve dg-curve-b")
    plot.line([(x(0), y(0)), (x(12), y(12e6 * price))], "dg-curve dg-curve-a")
    plot.dot(x(crossing), y(fixed))
    plot.text(x(0) + 16, y(fixed) - 12, f"Self-hosted: ${fixed:,.0f} fixed", "dg-strong")
    plot.text(x(2.9), y(2_000), f"API: ${price:.5f} a request", "dg-strong dg-llm-text")
    plot.text(x(crossing) + 14, y(fixed) + 26, f"{crossing:.2f} million", "dg-strong")
    plot.text(x(crossing) - 10, y(0) - 10, "API cheaper", "dg-muted", "end")
    plot.text(x(crossing) + 10, y(0) - 10, "self-hosting cheaper", "dg-muted")
    return plot.svg()


def utilization_cost() -> str:
    """Draw the cost of a million tokens on one GPU by its utilization."""
    low, full = cost_per_million_tokens(0.2), cost_per_million_tokens(1)
    plot = Canvas(
        "utilization-cost",
        "Cost per million tokens by GPU utilization",
        f"A falling curve of dollars per million tokens by utilization from 10% to 100%, for a GPU at ${GPU_HOUR:.2f} an hour that makes"
        f" {TOKENS_PER_SECOND:,} tokens per second at full load. At 20% utilization a million tokens cost ${low:.2f}, at full load"
        f" ${full:.2f}: half the load doubles the cost. The numbers are illustrative.",
    )
    x, y = Scale(0, 100, 72, 690), Scale(0, 5, 320, 44)
    ticks = {float(d): f"${d}" for d in range(6)}
    plot.axes(x, y, {float(p): f"{p}%" for p in range(0, 101, 20)}, ticks, "GPU utilization", "Dollars per million tokens")
    plot.line([(x(p), y(cost_per_million_tokens(p / 100))) for p in range(10, 101)], "dg-curve dg-curve-a")
    plot.dot(x(20), y(low))
    plot.text(x(20) + 16, y(low) - 6, f"${low:.2f} at 20%", "dg-strong dg-llm-text")
    plot.dot(x(100), y(full))
    plot.text(x(100), y(full) - 16, f"${full:.2f} at full load", "dg-strong dg-llm-text", "end")
    return plot.svg()


def agent_success() -> str:
    """Draw the chance that an agent finishes all its steps, by their number and the success of one."""
    curves = ((0.99, "c"), (0.95, "b"), (0.90, "a"))
    values = "; ".join(f"at {p:.0%} per step, {p**10:.0%} after 10 steps and {p**20:.0%} after 20" for p, _ in curves)
    plot = Canvas(
        "agent-success",
        "Chance that an agent finishes all steps",
        f"Three falling curves of the chance that all steps succeed, for 1 to 20 steps that succeed independently: {values}.",
    )
    x, y = Scale(0, 20, 72, 560), Scale(0, 1, 320, 44)
    steps = {float(n): str(n) for n in (1, 5, 10, 15, 20)}
    plot.axes(x, y, steps, {k / 5: f"{k * 20}%" for k in range(6)}, "Steps of the task", "Chance that all steps succeed")
    plot.line([(x(10), y(0)), (x(10), y(1))], "dg-line dg-dash")
    for p, style in curves:
        plot.line([(x(n), y(p**n)) for n in range(1, 21)], f"dg-curve dg-curve-{style}")
        plot.dot(x(10), y(p**10))
        plot.text(x(10) + 12, y(p**10) - 10, f"{p**10:.0%}", "dg-strong")
        plot.text(x(20) + 14, y(p**20) + 5, f"{p:.0%} per step", "dg-strong")
    return plot.svg()


def psi_example() -> str:
    """Draw expected and actual shares of four bins, with each bin's part of the index."""
    terms = psi_terms(EXPECTED, ACTUAL)
    shares = "; ".join(
        f"bin {i}, expected {e:.0%}, actual {a:.0%}, part {t:.4f}"
        for i, (e, a, t) in enumerate(zip(EXPECTED, ACTUAL, terms, strict=True), 1)
    )
    plot = Canvas(
        "psi-example",
        "Worked example of the population stability index",
        f"Pairs of bars for four bins: {shares}. The parts add up to {sum(terms):.3f}, which lies in the watch zone from 0.1 to 0.25."
        " The shares are illustrative.",
        height=400,
    )
    x, y = Scale(0, 4, 72, 700), Scale(0, 0.5, 300, 64)
    plot.axes(x, y, {}, {k / 10: f"{k * 10}%" for k in range(6)}, "", "Share of cases")
    for i, (e, a, t) in enumerate(zip(EXPECTED, ACTUAL, terms, strict=True)):
        middle = x(i + 0.5)
        for left, share, style in ((middle - 52, e, "dg-box"), (middle + 4, a, "dg-box dg-ml")):
            plot.bar(left, y(share), 48, y(0), style)
            plot.text(left + 24, y(share) - 8, f"{share:.0%}", "dg-text", "middle")
        plot.text(middle, y(0) + 22, f"Bin {i + 1}", "dg-muted", "middle")
        plot.text(middle, y(0) + 46, f"{t:.4f}", "dg-strong dg-ml-text", "middle")
    plot.text(8, y(0) + 46, "Parts")
    plot.text(x(2), y(0) + 84, f"PSI = {sum(terms):.3f}: watch (0.1 to 0.25)", "dg-strong", "middle")
    for left, style, name in ((500, "dg-box", "expected"), (606, "dg-box dg-ml", "actual")):
        plot.bar(left, 32, 18, 48, style)
        plot.text(left + 26, 45, name, "dg-muted")
    return plot.svg()


PLOTS: dict[str, Callable[[], str]] = {
    "break-even": break_even,
    "utilization-cost": utilization_cost,
    "agent-success": agent_success,
    "psi-example": psi_example,
}
"""File name without its ending, and what draws it."""


def main() -> None:
    """Draw every plot again."""
    for name, draw in PLOTS.items():
        (FOLDER / f"{name}.svg").write_text(draw(), encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


if __name__ == "__main__":
    main()
