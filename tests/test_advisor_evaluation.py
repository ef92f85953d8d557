"""The advisor's scenarios and how they are counted."""

from collections import Counter
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from chatbot.evaluation.advice import LABELS, Advised, Scenario, confusion_table, count_advice, read_scenarios
from chatbot.evaluation.measure import Results
from guide.sources import read_sources
from index import UserError
from tests.conftest import ROOT

SCENARIOS = read_scenarios(ROOT / "evaluation")


def advised(expected: str, got: str, confidence: float = 0.9, streams: tuple[str, ...] = ()) -> Advised:
    told = {"id": "x", "text": "x", "expected": expected, "workstreams": [] if expected == "none" else [expected]}
    return Advised(Scenario(**told, reason="r", basis="b", style="plain"), got, streams, confidence, 90)  # type: ignore[arg-type]


def test_there_are_at_least_sixty_scenarios_and_each_half_has_every_strategy() -> None:
    assert len(SCENARIOS) >= 60
    assert len({each.id for each in SCENARIOS}) == len({each.text for each in SCENARIOS}) == len(SCENARIOS)
    for half in ("dev", "test"):
        assert {each.expected for each in SCENARIOS if each.half == half} == set(LABELS)


def test_every_scenario_rests_on_a_section_of_the_guide_or_a_published_source(site: Path) -> None:
    sources = read_sources(ROOT / "docs" / "sources.yml")
    for scenario in SCENARIOS:
        page, _, anchor = scenario.basis.partition("#")
        if scenario.basis in sources:
            continue
        tree = LexborHTMLParser((site / page / "index.html").read_bytes())
        assert not anchor or anchor in {node.attributes["id"] for node in tree.css("[id]")}, scenario.id


def test_what_a_scenario_expects_overall_follows_from_its_work_streams() -> None:
    for scenario in SCENARIOS:
        predictive = bool({"mlops", "both"} & set(scenario.workstreams))
        language = bool({"llmops", "both"} & set(scenario.workstreams))
        whole = "both" if predictive and language else "mlops" if predictive else "llmops" if language else "neither"
        assert scenario.expected == (whole if scenario.workstreams else "none"), scenario.id


def test_accuracy_restraint_and_calibration_are_counted() -> None:
    results = Results([])
    count_advice(
        results,
        [
            advised("mlops", "mlops", streams=("mlops",)),
            advised("both", "mlops", confidence=0.5, streams=("mlops",)),
            advised("none", "none", confidence=0.0),
            advised("none", "llmops", confidence=0.6),
        ],
    )
    figures = {each.name: (round(each.value, 3), each.n) for each in results.figures}
    assert figures["right overall"] == (0.5, 4)
    assert figures["every work stream right"] == (0.5, 2)
    assert figures["recommended without a task"] == (0.5, 2)
    assert figures["right where confidence ≥ 0.8"] == (1.0, 1)
    assert figures["right where confidence < 0.8"] == (0.0, 2)
    assert figures["confidence less accuracy"] == (round(2.0 / 3 - 1 / 3, 3), 3)


def test_the_confusion_table_has_what_was_expected_in_rows() -> None:
    table = confusion_table([advised("mlops", "both"), advised("mlops", "mlops")])
    cells = [list(column.cells) for column in table.columns]
    assert cells[0] == list(LABELS)
    assert Counter(cells[column][0] for column in range(1, 6)) == Counter({"·": 3, "1": 2})


def test_a_damaged_file_of_scenarios_is_named(tmp_path: Path) -> None:
    (tmp_path / "profiles.yml").write_text("- id: x\n", "utf-8")
    with pytest.raises(UserError, match=r"profiles\.yml"):
        read_scenarios(tmp_path)
