"""Scenarios for the advisor: read (disk), advised on and counted. Group `advice` of an evaluation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from rich.table import Table

from chatbot.advisor.advisor import Advisor
from chatbot.evaluation.cases import Half, half_of, read_file
from chatbot.evaluation.measure import Results, add_figure
from guide.criteria import Recommendation

Expected = Literal["mlops", "llmops", "both", "neither", "none"]
LABELS: tuple[Expected, ...] = ("mlops", "llmops", "both", "neither", "none")
SURE = 0.8
"""Confidence from which a recommendation is called sure."""


class Scenario(BaseModel):
    """One entry of `evaluation/profiles.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    expected: Expected
    workstreams: tuple[Recommendation, ...] = ()
    reason: str
    basis: str
    style: str

    @property
    def half(self) -> Half:
        """Whether thresholds may be fitted on the scenario, or it judges them."""
        return half_of(self.text)


@dataclass(frozen=True, slots=True)
class Advised:
    """What became of one scenario."""

    scenario: Scenario
    got: Expected
    streams: tuple[str, ...]
    confidence: float
    robustness: int

    @property
    def right(self) -> bool:
        """Whether the overall recommendation is the expected one."""
        return self.got == self.scenario.expected


def read_scenarios(folder: Path) -> list[Scenario]:
    """Read the scenarios, if the folder has any; raises as `read_file` does."""
    return list(read_file(folder / "profiles.yml", list[Scenario]))


def advise_on(advisor: Advisor, scenarios: Sequence[Scenario]) -> list[Advised]:
    """Advise on every scenario."""
    found = []
    for scenario in scenarios:
        advice = advisor.advise(scenario.text)
        streams = tuple(each.recommendation or "none" for each in advice.workstreams)
        found.append(Advised(scenario, advice.recommendation or "none", streams, advice.confidence, advice.robustness))
    return found


def count_advice(results: Results, advised: Sequence[Advised]) -> None:
    """Add the figures of the group `advice`: accuracy overall and by work stream, restraint, and calibration."""
    described = [each for each in advised if each.scenario.expected != "none"]
    recommended = [each for each in advised if each.got != "none"]
    add_figure(results, "advice", "right overall", [float(each.right) for each in advised])
    add_figure(results, "advice", "right where a task is described", [float(each.right) for each in described])
    streams = [float(Counter(each.streams) == Counter(each.scenario.workstreams)) for each in described]
    add_figure(results, "advice", "every work stream right", streams)
    undescribed = [float(each.got != "none") for each in advised if each.scenario.expected == "none"]
    add_figure(results, "advice", "recommended without a task", undescribed)
    add_figure(results, "advice", "right where it recommends", [float(each.right) for each in recommended])
    for name, group in (
        (f"right where confidence ≥ {SURE}", [each for each in recommended if each.confidence >= SURE]),
        (f"right where confidence < {SURE}", [each for each in recommended if each.confidence < SURE]),
    ):
        add_figure(results, "advice", name, [float(each.right) for each in group])
    if recommended:
        gaps = [each.confidence - float(each.right) for each in recommended]
        add_figure(results, "advice", "confidence less accuracy", gaps, lambda values: float(abs(np.mean(values))))
    results.advised.extend(advised)


def confusion_table(advised: Sequence[Any]) -> Table:
    """Return how often each expected strategy (rows) got each recommendation (columns)."""
    table = Table("expected \\ got", *LABELS, title=f"Advice on {len(advised)} scenarios")
    counts = Counter((each.scenario.expected, each.got) for each in advised)
    for expected in LABELS:
        table.add_row(expected, *(str(counts[expected, got] or "·") for got in LABELS))
    return table
