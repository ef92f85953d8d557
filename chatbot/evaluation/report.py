"""The evaluation report: the table and three plots, as one Markdown or HTML file (plots by matplotlib, as SVG)."""

import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatbot.evaluation.measure import Figure, Results

_HEAD = ("What", "Figure", "Value", "95 % interval", "n")
_Plot = Callable[[Any, Results], None]


def report_html(results: Results) -> str:
    """Return one self-contained HTML page."""
    rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in _cells(figure))}</tr>" for figure in results.figures)
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    pictures = "".join(f"<figure>{_draw(plot, results)}<figcaption>{title}</figcaption></figure>" for title, plot in _plots())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title>'
        "<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ccc;padding:.25rem .75rem;text-align:left}"
        "figure{margin:2rem 0}svg{max-width:100%;height:auto}</style>"
        f"<h1>Evaluation</h1><table><tr>{head}</tr>{rows}</table>{pictures}</html>\n"
    )


def report_markdown(results: Results, file: Path) -> str:
    """Return the report as Markdown; its plots are written beside `file` as SVG."""
    lines = ["# Evaluation", "", f"| {' | '.join(_HEAD)} |", "|" + " --- |" * len(_HEAD)]
    lines += [f"| {' | '.join(_cells(figure))} |" for figure in results.figures]
    for title, plot in _plots():
        name = f"{file.stem}-{re.sub(r'[^a-z]+', '-', title.lower())}.svg"
        file.with_name(name).write_text(_draw(plot, results), "utf-8")
        lines += ["", f"![{title}]({name})"]
    return "\n".join(lines) + "\n"


def _cells(figure: Figure) -> tuple[str, ...]:
    return figure.group, figure.name, f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}", str(figure.n)


def _plots() -> tuple[tuple[str, _Plot], ...]:
    return (("Rank of the first right place", _ranks), ("Coverage score and threshold", _coverage), ("Time to answer", _latency))


def _draw(plot: _Plot, results: Results) -> str:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 3.2), layout="constrained")
    plot(axes, results)
    axes.spines[["top", "right"]].set_visible(False)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return buffer.getvalue()[buffer.getvalue().index("<svg") :]


def _ranks(axes: Any, results: Results) -> None:
    ranks = [outcome.first_right for outcome in results.outcomes if outcome.case.covered]
    labels = [*map(str, range(1, 11)), "11+", "none"]
    counts = [sum(rank == place for rank in ranks) for place in range(1, 11)]
    axes.bar(labels, [*counts, sum(rank > 10 for rank in ranks), sum(rank == 0 for rank in ranks)], color="#2a6d8c")
    axes.set(xlabel="rank", ylabel="questions")


def _coverage(axes: Any, results: Results) -> None:
    groups = {
        "covered": [outcome for outcome in results.outcomes if outcome.case.covered],
        "near miss": [outcome for outcome in results.outcomes if outcome.case.near],
        "far": [outcome for outcome in results.outcomes if not outcome.case.covered and not outcome.case.near],
    }
    colors = ("#2a6d8c", "#b4530a", "#8a8f98")
    for (name, found), color in zip(groups.items(), colors, strict=True):
        axes.hist(
            [outcome.answer.confidence for outcome in found], bins=40, range=(0, 1), histtype="step", label=name, color=color, linewidth=1.8
        )
    axes.axvline(results.threshold, color="black", linestyle="--", linewidth=1, label="threshold")
    axes.set(xlabel="coverage score", ylabel="questions")
    axes.legend(frameon=False)


def _latency(axes: Any, results: Results) -> None:
    axes.hist([outcome.answer.timings_ms.get("total", 0) for outcome in results.outcomes], bins=40, color="#2a6d8c")
    axes.set(xlabel="milliseconds", ylabel="questions")
