"""Where you stand: two lenses that are never blended, ranges for what is unknown, and exports that keep to their format."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.advisor.aws_lens import custom_lens
from chatbot.advisor.maturity import Given, LensResult, assess
from chatbot.advisor.maturity_report import AnswersUnusable, load_maturity, read_answers, template, to_dict
from chatbot.assistant import Assistant
from guide.generated import stale
from guide.maturity import LENSES, Lens, read_maturity
from guide.sources import cited_keys, read_sources

ROOT = Path(__file__).parent.parent
DATA = load_maturity()


def checks(lens: Lens, *levels: int | None) -> list[str]:
    """Return the checks of these levels; none stands for those without a level."""
    return [check.id for check in DATA.of(lens) if check.level in levels]


def stand(lens: Lens, yes: list[str], no: list[str] | None = None) -> LensResult:
    """Assess one lens; what is neither yes nor no is unknown."""
    answers = {name: Given("yes", "link") for name in yes} | {name: Given("no") for name in no or []}
    (result,) = assess(DATA, {lens: answers})
    return result


def others(result: LensResult) -> dict[str, tuple[int, int]]:
    """Return published model → lowest and highest level."""
    return {other.model.id: (other.placed.low, other.placed.high) for other in result.others}


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("level", range(5))
def test_a_level_is_reached_when_its_checks_and_all_below_are_passed(lens: Lens, level: int) -> None:
    yes = checks(lens, *range(1, level + 1))
    placed = stand(lens, yes, [name for name in checks(lens, 1, 2, 3, 4) if name not in yes]).placed
    assert (placed.low, placed.high) == (level, level)
    assert list(placed.missing) == checks(lens, level + 1)


def test_one_failed_check_below_keeps_every_level_above_it_away() -> None:
    result = stand("generative", [*checks("generative", 2, 3, 4), "owner"], ["evaluation-set"])
    assert (result.placed.low, result.placed.high) == (0, 0)
    assert result.first == "evaluation-set"


def test_unknown_answers_leave_a_range_and_count_neither_as_yes_nor_as_no() -> None:
    assert (stand("classic", []).placed.low, stand("classic", []).placed.high) == (0, 4)
    placed = stand("classic", checks("classic", 1, 2), ["risk-class"]).placed
    assert (placed.low, placed.high) == (2, 2)
    placed = stand("classic", checks("classic", 1, 2), ["value-by-experiment"]).placed
    assert (placed.low, placed.high) == (2, 3)


def test_lenses_stand_apart_and_nothing_is_blended() -> None:
    answers: dict[Lens, dict[str, Given]] = {
        "classic": {name: Given("yes", "x") for name in checks("classic", 1, 2, 3, 4)},
        "generative": {name: Given("no") for name in checks("generative", 1)},
    }
    classic, generative = assess(DATA, answers)
    assert (classic.placed.low, generative.placed.high) == (4, 0)
    assert assess(DATA, {"classic": answers["classic"]}) == (classic,)
    report = to_dict(DATA, (classic, generative))
    assert report.keys() == {"version", "lenses", "limits"}
    assert {other["model"] for other in report["lenses"]["classic"]["others"]} == {"microsoft-mlops", "google-mlops"}
    assert {other["model"] for other in report["lenses"]["generative"]["others"]} == {"microsoft-genaiops"}


def test_devops_without_a_pipeline_is_microsoft_1_and_google_0() -> None:
    yes = ["application-delivery", "versioned-models", "owner", "reproducible", "evaluation-set", "central-records"]
    result = stand("classic", yes, ["training-pipeline"])
    assert others(result) == {"microsoft-mlops": (1, 1), "google-mlops": (0, 0)}


def test_a_training_pipeline_with_data_tests_and_records_is_microsoft_2_and_google_1() -> None:
    yes = ["application-delivery", "training-pipeline", "versioned-models", "central-records", "reproducible", "tested-training-changes"]
    assert others(stand("classic", yes, ["automated-release", "pipeline-delivery"])) == {"microsoft-mlops": (2, 2), "google-mlops": (1, 1)}


def test_everything_is_the_highest_level_everywhere() -> None:
    assert others(stand("classic", [check.id for check in DATA.of("classic")])) == {"microsoft-mlops": (4, 4), "google-mlops": (2, 2)}
    assert others(stand("generative", [check.id for check in DATA.of("generative")])) == {"microsoft-genaiops": (4, 4)}


def test_versioned_prompts_and_an_evaluation_set_are_genaiops_defined() -> None:
    result = stand("generative", ["versioned-prompts", "evaluation-set"], ["measured-answers"])
    assert others(result) == {"microsoft-genaiops": (2, 2)}
    assert result.placed.low == 0  # this guide's level 1 also asks for an owner and a reproducible result


def test_a_yes_without_evidence_counts_and_is_named() -> None:
    answers = read_answers('{"classic": {"owner": "team page", "rollback": true, "canary": false, "risk-class": null}}', DATA)
    (result,) = assess(DATA, answers)
    assert result.passed == ("owner", "rollback")
    assert result.without_evidence == ("rollback",)
    assert result.failed == ("canary",)
    assert "risk-class" in result.unknown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "not valid JSON", id="no JSON"),
        pytest.param("[" * 100_000, "not valid JSON", id="nested too deep"),
        pytest.param("{}", "must name the lens", id="empty"),
        pytest.param('{"both": {}}', "must name the lens", id="blended lens"),
        pytest.param('{"classic": []}', "must be an object", id="list"),
        pytest.param('{"classic": {"versioned-prompts": true}}', "no check 'versioned-prompts'", id="check of the other lens"),
        pytest.param('{"classic": {"owner": 1}}', "classic.owner: the answer is unusable", id="number"),
        pytest.param('{"classic": {"owner": " "}}', "classic.owner: the answer is unusable", id="blank evidence"),
    ],
)
def test_unusable_answers_are_refused_with_a_remedy(text: str, message: str) -> None:
    with pytest.raises(AnswersUnusable, match=message) as refused:
        read_answers(text, DATA)
    assert refused.value.remedy


# the data


def test_every_section_a_check_points_to_exists_in_the_guide(assistant: Assistant) -> None:
    sections = {passage.url for passage in assistant.search.passages}
    assert [check.section for check in DATA.checks if check.section not in sections] == []


def test_every_published_model_has_a_source_of_the_guide_with_the_same_link() -> None:
    sources = read_sources(ROOT / "docs" / "sources.yml")
    assert [model.id for model in DATA.models if model.link != sources[model.source].link] == []
    cited = {key for level in DATA.levels for text in level.next.values() for key in cited_keys(text)}
    assert cited <= {*sources, "synthesis"}


def test_page_has_the_checks_and_tables_of_the_data() -> None:
    text = (ROOT / "docs" / "operate" / "maturity.md").read_text("utf-8")
    assert all(check.text.removesuffix(".") in text for check in DATA.checks)


def test_a_changed_check_makes_the_page_stale(tmp_path: Path) -> None:
    (tmp_path / "operate").mkdir()
    for name in ("maturity.md", "maturity.yml"):
        text = (ROOT / "docs" / "operate" / name).read_text("utf-8")
        changed = text.replace(DATA.checks[0].text, "Something else.") if name.endswith("yml") else text
        (tmp_path / "operate" / name).write_text(changed, "utf-8")
    assert ["run `python -m guide.generated`" in str(problem) for problem in stale(tmp_path)] == [True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda data: data["models"][0]["levels"][1]["checks"].append("nothing"), "has no check 'nothing'", id="unknown check"),
        pytest.param(lambda data: data["models"][0]["levels"][1]["checks"].append("versioned-prompts"), "has no check", id="other lens"),
        pytest.param(lambda data: data["levels"].pop(2), "rise from 0 by 1", id="gap in the levels"),
        pytest.param(lambda data: data["checks"].append(data["checks"][0]), "same id", id="id twice"),
        pytest.param(lambda data: data["checks"][0].update(score=3), "checks.0.score", id="unknown field"),
    ],
)
def test_broken_data_is_refused_by_name(change: Any, message: str, tmp_path: Path) -> None:
    data = yaml.safe_load((ROOT / "docs" / "operate" / "maturity.yml").read_text("utf-8"))
    change(data)
    file = tmp_path / "maturity.yml"
    file.write_text(yaml.safe_dump(data), "utf-8")
    with pytest.raises(ValueError, match=message):
        read_maturity(file)


# the custom lens: limits of AWS's "Lens format specification" and, where shorter, of its API reference

IDS = re.compile(r"[A-Za-z0-9_]{3,64}")


def linked(text: dict[str, str]) -> None:
    assert 1 <= len(text["displayText"]) <= 1024
    assert set(text) <= {"displayText", "url"}
    assert re.fullmatch(r"https?://\S{1,1000}", text.get("url", "https://x"))


@pytest.mark.parametrize("site_url", ["", "https://guide.example.org", "https://guide.example.org/docs/"])
def test_custom_lens_keeps_to_the_documented_format(site_url: str) -> None:
    lens = custom_lens(DATA, site_url=site_url)
    assert lens.keys() == {"schemaVersion", "name", "description", "pillars"}
    assert lens["schemaVersion"] == "2021-11-01"
    assert len(lens["name"]) <= 128 and len(lens["description"]) <= 2048
    assert len(json.dumps(lens)) < 500_000
    assert 1 <= len(lens["pillars"]) <= 10
    ids: list[str] = []
    for pillar in lens["pillars"]:
        ids.append(pillar["id"])
        assert len(pillar["name"]) <= 128 and 1 <= len(pillar["questions"]) <= 20
        for question in pillar["questions"]:
            ids.append(question["id"])
            assert len(question["title"]) <= 128 and len(question["description"]) <= 2048
            assert 1 <= len(question["choices"]) <= 15 and 1 <= len(question["riskRules"]) <= 3
            for choice in question["choices"]:
                ids.append(choice["id"])
                assert 1 <= len(choice["title"]) <= 128
                linked(choice["helpfulResource"])
                if choice["id"].endswith("_no"):
                    assert choice["title"] == "None of these" and "improvementPlan" not in choice
                else:
                    linked(choice["improvementPlan"])
            offered = {choice["id"] for choice in question["choices"]}
            assert question["riskRules"][-1]["condition"] == "default"
            for rule in question["riskRules"]:
                assert rule["risk"] in {"HIGH_RISK", "MEDIUM_RISK", "NO_RISK"}
                named = set(re.findall(r"\w+", rule["condition"])) - {"default"}
                assert named <= offered and re.fullmatch(r"\w+( (&&|\|\|) \w+)*", rule["condition"])
    assert all(IDS.fullmatch(name) for name in ids)
    assert len(ids) == len(set(ids))


def test_custom_lens_has_one_pillar_a_lens_with_every_check_once() -> None:
    for lens, pillar in zip(LENSES, custom_lens(DATA)["pillars"], strict=True):
        titles = [
            choice["title"] for question in pillar["questions"] for choice in question["choices"] if choice["title"] != "None of these"
        ]
        assert len(titles) == len(set(titles)) == len(DATA.of(lens))
        assert not [title for title in titles if "](" in title or "[@" in title]


def test_custom_lens_links_to_the_guide_only_where_it_is_published() -> None:
    choice = custom_lens(DATA, site_url="https://guide.example.org/docs")["pillars"][0]["questions"][0]["choices"][0]
    assert choice["helpfulResource"]["url"].startswith("https://guide.example.org/docs/mlops/versioning/#")
    assert "url" not in custom_lens(DATA)["pillars"][0]["questions"][0]["choices"][0]["helpfulResource"]


# the command


def run(*options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatbot", "maturity", *options]
    return subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, check=False, timeout=60)


def test_command_takes_its_own_template_and_answers_as_json(tmp_path: Path) -> None:
    made = run("--template")
    assert json.loads(made.stdout) == template(DATA)
    file = tmp_path / "answers.json"
    file.write_text(made.stdout, "utf-8")
    answered = run("--answers", str(file), "--json")
    assert answered.returncode == 0, answered.stderr
    report = json.loads(answered.stdout)
    assert [result["level"]["low"] for result in report["lenses"].values()] == [0, 0]


def test_command_asks_only_for_what_is_practised() -> None:
    typed = "n\ny\n" + "git log\n" * 4 + "n\n" * (len(DATA.of("generative")) - 4)
    asked = run(typed=typed)
    assert asked.returncode == 0, asked.stderr
    assert "Microsoft, GenAIOps" in asked.stdout and "Google" not in asked.stdout
    assert "1 Repeatable" in asked.stdout


def test_command_says_what_is_wrong_with_the_answers() -> None:
    failed = run("--answers", "-", typed='{"classic": {"fame": true}}')
    assert failed.returncode == 2
    assert "there is no check 'fame'" in failed.stderr and "Traceback" not in failed.stderr
