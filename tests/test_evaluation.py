"""The instrument itself, and the guide's quality held by it."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from typer.testing import CliRunner

from chatbot.assistant import Assistant
from chatbot.cli import app
from chatbot.decide import read_coverage
from chatbot.essential import signals
from chatbot.evaluation.ablation import ablate
from chatbot.evaluation.beir import measure_dataset
from chatbot.evaluation.cases import Alteration, half_of, read_cases, read_dialogues, read_statements
from chatbot.evaluation.fit import fit_logistic
from chatbot.evaluation.measure import Results
from chatbot.evaluation.run import evaluate_site, failures, fit, fit_sentences, fit_support, to_json, write_report
from chatbot.evaluation.sentences import fit_essential
from chatbot.evaluation.statements import fit_limits, judge
from chatbot.parts import parts_of
from chatbot.settings import Settings
from chatbot.verify import plain
from index import Search, Store, UserError, build_index
from tests.conftest import ROOT
from tests.fakes import WordReader

CASES = ROOT / "evaluation"


@pytest.fixture(scope="module")
def results(site: Path) -> Results:
    """All that `chatbot eval` measures, on the half that judges."""
    return evaluate_site(Settings(store=ROOT / "index" / "store"), CASES, "test")


def test_quality_of_the_guide_is_within_its_limits(results: Results) -> None:
    assert failures(results, CASES / "limits.yml") == []


def test_figures_have_their_n_and_an_interval_that_holds_the_value(results: Results) -> None:
    figures = [figure for names in to_json(results).values() for figure in names.values()]
    assert len(figures) > 25
    assert all(figure["n"] > 0 and figure["low"] <= figure["value"] <= figure["high"] for figure in figures)


@pytest.fixture
def pumps(site: Path, make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> Settings:
    """The index of somebody else's site, published elsewhere."""
    pages = {
        "care/index.html": "<main><h1>Care</h1><p>Oil the pump's bearing every four weeks, or it seizes.</p></main>",
        "a page.html": '<main><h1>Start</h1><h2 id="prime">Priming</h2><p>Fill the pump with water before you start it.</p></main>',
    }
    store = tmp_path / "store"
    store.mkdir()
    (store / "encoders").symlink_to(ROOT / "index" / "store" / "encoders")
    build_index(make_site(pages), Store(store), site_url="https://pumps.example/docs")
    return Settings(store=store)


def _write_cases(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, "utf-8")
    return folder


def test_another_site_is_measured_on_its_own_cases_alone(pumps: Settings, tmp_path: Path) -> None:
    questions = """
- {id: c1, question: "How often do I oil the bearing of the pump?", sections: [care/], points: [[every four weeks]]}
- {id: c2, question: "What must I fill the pump with before I start it?", sections: ["a%20page.html#prime"], points: [[with water]]}
"""
    uncovered = '- {id: u1, question: "Who won the football world cup?", near: false, why: another subject}'
    sentences = """
- {id: c1, essential: ["Oil the pump's bearing every four weeks, or it seizes."]}
- {id: c2, essential: ["Fill the pump with water before you start it.", "Nobody says this."]}
"""
    cases = _write_cases(tmp_path / "cases", questions=questions, uncovered=uncovered, sentences=sentences)
    found = to_json(evaluate_site(pumps, cases, "all"))
    assert (found["retrieval (hand)"]["R@1"]["value"], found["retrieval (hand)"]["R@1"]["n"]) == (1.0, 2)
    assert found["citations"]["verbatim"]["value"] == found["citations"]["right place cited"]["value"] == 1.0
    assert found["answers"]["expected points said"]["value"] == 1.0
    assert found["answers"]["essential said"]["value"] == 0.75
    assert found["answers"]["first is essential"]["value"] == 1.0
    assert found["abstention"]["uncovered answered (far)"]["value"] == 0.0
    assert not {"retrieval (page)", "advice", "verifier"} & found.keys()


def test_a_folder_without_cases_says_what_to_write(pumps: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no cases in .*questions\.yml"):
        evaluate_site(pumps, _write_cases(tmp_path / "cases"), "all")


def test_weights_are_not_fitted_on_covered_questions_alone(pumps: Settings, tmp_path: Path) -> None:
    questions = "".join(f"- {{id: c{n}, question: How do I oil pump number {n}, sections: [care/]}}\n" for n in range(9))
    cases = _write_cases(tmp_path / "cases", questions=questions)
    for fitting in (fit, fit_sentences, fit_support):
        with pytest.raises(UserError, match="nothing to fit on"):
            fitting(pumps, cases)
    assert not list(pumps.store.glob("*.json"))


def test_what_readers_chose_is_likelier_on_questions_that_it_was_not_fitted_on(assistant: Assistant) -> None:
    cases = [case for case in read_cases(None, CASES) if case.half == "dev" and case.essential]
    fitted, unseen = fit_essential(assistant, cases[:60]).of(assistant.search), cases[60:80]
    likely: dict[bool, list[float]] = {True: [], False: []}
    for case in unseen:
        part, *others = parts_of(assistant.understand(case.question))
        evidence = assistant.evidence_for(part)
        chosen = set() if others else set(map(plain, case.essential))
        for section, told in zip(evidence.sections, signals(part.kind, evidence), strict=False):
            for scored, each in zip(section.units, told, strict=True):
                likely[plain(scored.unit.markdown) in chosen].append(fitted.chance(each))
    assert len(likely[True]) > 20 and np.median(likely[True]) > 3 * np.median(likely[False])
    assert 0.0 < fitted.threshold < 0.5


def test_a_worse_figure_is_named(results: Results, tmp_path: Path) -> None:
    limits = tmp_path / "limits.yml"
    limits.write_text("citations:\n  verbatim: {at_least: 1.1}\n", "utf-8")
    assert failures(results, limits) == ["citations, verbatim: 1.000"]


def test_a_figure_that_was_not_measured_is_named_too(results: Results, tmp_path: Path) -> None:
    limits = tmp_path / "limits.yml"
    limits.write_text("citations:\n  beauty: {at_least: 0.5}\n", "utf-8")
    assert failures(results, limits) == ["citations, beauty: not measured"]


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_report_has_the_table_and_three_plots(results: Results, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"report{ending}"
    write_report(results, file)
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert "nDCG@10" in written and written.count("<svg") == 3


def test_report_of_another_kind_is_refused(results: Results, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"FILE\.html or FILE\.md"):
        write_report(results, tmp_path / "report.pdf")


def test_cases_are_split_once_and_for_all_by_their_words() -> None:
    cases = read_cases(ROOT / "docs", CASES)
    assert {half_of("What is drift?"), half_of("What is RAG?"), half_of("psi")} <= {"dev", "test"}
    judging = [case for case in cases if case.origin != "dev"]
    assert all(case.half == half_of(case.question) for case in judging)
    drawn = [case for case in judging if case.origin != "asked"]  # of the last of those, only what falls to dev was kept as cases
    assert 0.4 < sum(case.half == "dev" for case in drawn) / len(drawn) < 0.6


def test_cases_made_hard_to_fit_on_never_judge() -> None:
    hard = [case for case in read_cases(ROOT / "docs", CASES) if case.origin == "dev"]
    assert len(hard) >= 700 and all(case.half == "dev" for case in hard)


def test_statements_are_many_of_every_kind_and_none_twice() -> None:
    stated = read_statements(CASES)
    texts = [one.text for one in stated]
    kinds = Counter(one.altered for one in stated)
    assert len(texts) == len(set(texts)) >= 300
    assert 0.3 < kinds[None] / len(texts) < 0.5
    assert set(kinds) == {None, *get_args(Alteration)} and min(kinds.values()) >= 20


def test_limits_are_fitted_on_dev_and_judge_statements_as_before(assistant: Assistant) -> None:
    stated = read_statements(CASES)[:60]
    fitted = fit_limits(assistant.search, stated)
    assert fitted.fitted_on.startswith(f"dev: {sum(one.half == 'dev' and one.altered is None for one in stated)} faithful")
    rejected = [not support.supported for support in judge(assistant.search.by_words_alone(), stated, fitted)]
    assert sum(found and one.altered is not None for one, found in zip(stated, rejected, strict=True)) > 0.7 * sum(rejected)


def test_both_kinds_of_error_are_equally_frequent_at_the_fitted_threshold_whatever_is_easy() -> None:
    generator = np.random.default_rng(0)
    near, covered, far = generator.normal(0, 1, 150), generator.normal(1.5, 2, 450), np.full(300, -9.0)
    values = np.concatenate((near, covered, far))
    labels = np.repeat([False, True, False], [150, 450, 300])
    judged = values > -9
    fitted = fit_logistic(values[:, None], labels, ("signal",), judged=judged)
    answered = np.array([fitted.chance({"signal": value}) >= fitted.threshold for value in values])
    assert np.mean(answered[:150]) == pytest.approx(np.mean(~answered[150:600]), abs=0.03)
    assert fit_logistic(values[:, None], labels, ("signal",)).threshold < fitted.threshold


def test_addresses_that_cases_name_exist(site: Path, assistant: Assistant) -> None:
    pages = set(assistant.search.pages)
    named = {address for case in read_cases(ROOT / "docs", CASES) for address in case.sections}
    named |= {address for stated in read_statements(CASES) for address in stated.sections}
    named |= {address for dialogue in read_dialogues(CASES) for turn in dialogue.turns for address in turn.sections}
    assert {address for address in named if address.split("#")[0] not in pages} == set()
    texts = {page: (site / page / "index.html").read_text("utf-8") for page in {address.split("#")[0] for address in named}}
    missing = [address for address in named if "#" in address and f'id="{address.split("#")[1]}"' not in texts[address.split("#")[0]]]
    assert missing == []


def _dataset(folder: Path) -> Path:
    documents = {
        "d1": ("Descaling", "Limescale blocks the boiler. Descale the machine every three months with citric acid."),
        "d2": ("Grinding", "A finer grind slows the shot down. Clean the burrs of the grinder each week."),
        "d3": ("Long", "Filler about milk and cups. " * 200 + "The needle valve of the zorblatt meters steam."),
    }
    (folder / "qrels").mkdir(parents=True)
    rows = [json.dumps({"_id": key, "title": title, "text": text}) for key, (title, text) in documents.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), "utf-8")
    queries = {"q1": "how often should limescale be removed", "q2": "cleaning grinder burrs", "q3": "zorblatt needle valve"}
    (folder / "queries.jsonl").write_text("\n".join(json.dumps({"_id": key, "text": text}) for key, text in queries.items()), "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td3\t1\n", "utf-8")
    return folder


def test_dataset_in_beirs_layout_is_ranked_by_words_by_meaning_and_by_both(site: Path, tmp_path: Path) -> None:
    found = measure_dataset(_dataset(tmp_path / "set"), model="bundled", cache=ROOT / "index" / "store")
    assert found["n"] == 3
    assert set(found) == {"lexical", "dense", "fused", "n"}
    assert found["fused"] == {"nDCG@10": 1.0, "Recall@10": 1.0, "MRR@10": 1.0}, "the long document is found by its last passage"


def test_reranker_adds_its_own_order_and_leaves_the_fused_one(site: Path, tmp_path: Path) -> None:
    class Backwards(WordReader):
        def scores(self, first: str, texts: Sequence[str]) -> np.ndarray:
            return -super().scores(first, texts)

    found = measure_dataset(_dataset(tmp_path / "set"), model="bundled", cache=ROOT / "index" / "store", reranker=Backwards())
    assert set(found) == {"lexical", "dense", "fused", "reranked", "n"}
    assert found["fused"]["MRR@10"] == 1.0 > found["reranked"]["MRR@10"]


def test_ablation_measures_each_part_on_the_same_questions(assistant: Assistant) -> None:
    cases = [case for case in read_cases(ROOT / "docs", CASES) if case.origin == "hand"][::12]
    results = ablate(assistant.search, read_coverage(), cases)
    names = {figure.name.partition(": ")[0] for figure in results.figures}
    assert {"lexical", "dense", "fused", "reciprocal rank", "without the cross-encoder", "by words alone"} <= names
    assert len({figure.n for figure in results.figures if figure.name.endswith("R@3")}) == 1
    fused, lexical = (results.value("retrieval (hand)", f"{name}: nDCG@10") for name in ("fused", "lexical"))
    assert fused is not None and lexical is not None and 0 < lexical <= 1 and 0 < fused <= 1


def test_bare_qrels_file_does_too_and_the_guides_index_stays(site: Path, tmp_path: Path) -> None:
    folder = _dataset(tmp_path / "set")
    shutil.move(folder / "qrels" / "test.tsv", folder / "qrels.tsv")
    before = Search(Store(ROOT / "index" / "store")).version
    done = CliRunner().invoke(app, ["eval", "--dataset", str(folder), "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["n"] == 3
    assert Search(Store(ROOT / "index" / "store")).version == before


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("corpus.jsonl", "no json", "line 1"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td2\tmany\n", "line 2"),
        ("queries.jsonl", '{"_id": "other", "text": "x"}', "No query"),
    ],
    ids=["corpus that is no JSON", "score that is no number", "queries that nobody judged"],
)
def test_dataset_of_another_form_is_refused_by_name(site: Path, tmp_path: Path, name: str, content: str, told: str) -> None:
    folder = _dataset(tmp_path / "set")
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(UserError, match=told):
        measure_dataset(folder, model="bundled", cache=ROOT / "index" / "store")
