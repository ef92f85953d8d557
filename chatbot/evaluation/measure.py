"""Measuring: cases in, a table of figures out. Each figure has its n and a bootstrap 95 % interval.

Metrics of retrieval come from ir-measures, areas under curves from scikit-learn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import ir_measures
import numpy as np
from selectolax.lexbor import LexborHTMLParser
from sklearn.metrics import roc_auc_score

from chatbot.answer import Answer, Turn
from chatbot.assistant import Assistant
from chatbot.evaluation.cases import Alteration, Case, Dialogue, Stated
from chatbot.evaluation.statements import judge
from chatbot.render import to_markdown
from chatbot.support import AllLimits
from chatbot.verify import plain
from index import Hit

RETRIEVAL = (ir_measures.R @ 1, ir_measures.R @ 3, ir_measures.R @ 5, ir_measures.R @ 10, ir_measures.RR @ 10, ir_measures.nDCG @ 10)
_RESAMPLES = 1000
_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    group: str
    name: str
    value: float
    n: int
    low: float
    high: float


@dataclass(slots=True)
class Outcome:
    """What became of one case; for reports and for reading where it went wrong."""

    case: Case
    answer: Answer
    ranks: list[str]
    """Addresses found, best first."""
    first_right: int
    """Rank of the first right address, from 1; 0 if none was found."""
    points_found: float


@dataclass(slots=True)
class Results:
    """The table and what it was made of."""

    figures: list[Figure]
    outcomes: list[Outcome] = field(default_factory=list)
    threshold: float = 0.5
    advised: list[Any] = field(default_factory=list)
    """What became of each of the advisor's scenarios."""

    def value(self, group: str, name: str) -> float | None:
        """Return one figure's value; none if it was not measured."""
        return next((figure.value for figure in self.figures if (figure.group, figure.name) == (group, name)), None)


def measure(
    assistant: Assistant,
    cases: Sequence[Case],
    dialogues: Sequence[Dialogue],
    site: Path,
    stated: Sequence[Stated] = (),
    limits: AllLimits | None = None,
) -> Results:
    """Ask everything and count.

    Args:
        assistant: Under test.
        cases: Single questions.
        dialogues: Questions that follow each other.
        site: The built site, in which every quote is looked up.
        stated: Statements for the check of what a model writes.
        limits: Of that check; those that ship with the project if not given.
    """
    outcomes = [ask(assistant, case) for case in cases]
    results = Results([], outcomes, assistant.coverage.threshold)
    covered = [outcome for outcome in outcomes if outcome.case.covered]
    for origin in ("page", "hand", "seed", "dev", "asked"):
        ranked = [(outcome.case, outcome.ranks) for outcome in covered if outcome.case.origin == origin]
        add_retrieval(results, f"retrieval ({origin})", ranked)
    _citations(results, outcomes, site, assistant.search.manifest.site_url)
    _points(results, covered)
    _sentences(results, covered)
    add_abstention(results, outcomes)
    _conversation(results, assistant, dialogues)
    _verifier(results, assistant, stated, limits)
    totals = [outcome.answer.timings_ms["total"] for outcome in outcomes if outcome.answer.timings_ms]
    add_figure(results, "latency", "p50 ms", totals, lambda values: float(np.percentile(values, 50)))
    add_figure(results, "latency", "p95 ms", totals, lambda values: float(np.percentile(values, 95)))
    return results


def ask(assistant: Assistant, case: Case) -> Outcome:
    """Ask one question."""
    search = assistant.search
    ranks = addresses(case, search.hits(search.query(case.question), _DEPTH))
    first = next((rank for rank, address in enumerate(ranks, 1) if address in case.sections), 0)
    answer = assistant.answer(case.question)
    said = " ".join(plain(statement.text) for statement in answer.statements).lower()
    found = [any(alternative in said for alternative in group) for group in case.points]
    return Outcome(case, answer, ranks, first, float(np.mean(found)) if found else float("nan"))


def addresses(case: Case, hits: Sequence[Hit]) -> list[str]:
    """Return what was found as the case names what is right: pages, or sections; best first, each once."""
    by_page = bool(case.sections) and all(not address or address.endswith("/") for address in case.sections)
    return list(dict.fromkeys(hit.passage.page if by_page else hit.passage.url for hit in hits))


def add_retrieval(
    results: Results, group: str, ranked: Sequence[tuple[Case, list[str]]], *, metrics: Sequence[Any] = RETRIEVAL, prefix: str = ""
) -> None:
    """Add figures of retrieval, of covered cases and the addresses found for them."""
    qrels = {case.id: dict.fromkeys(case.sections, 1) for case, _ in ranked}
    run = {case.id: {address: -float(rank) for rank, address in enumerate(ranks)} for case, ranks in ranked}
    values: dict[str, list[float]] = {}
    for found in ir_measures.iter_calc(metrics, qrels, run):
        # several sections may answer and one is enough: recall counts whether any was found
        value = min(1.0, found.value * len(qrels[found.query_id])) if str(found.measure).startswith("R@") else found.value
        values.setdefault(str(found.measure), []).append(value)
    for name in map(str, metrics):
        add_figure(results, group, prefix + name, values.get(name, []))


def _citations(results: Results, outcomes: list[Outcome], site: Path, site_url: str) -> None:
    texts: dict[str, str] = {}
    verbatim, right = [], []
    for outcome in outcomes:
        cited = [citation.url.removeprefix(site_url).split(":~:")[0].rstrip("#") for citation in outcome.answer.citations]
        pages = [address.split("#")[0] for address in cited]
        for citation, page in zip(outcome.answer.citations, pages, strict=True):
            if page not in texts:
                texts[page] = _page_text(site / unquote(page))
            verbatim.append(float("".join(citation.quote.split()) in texts[page]))
        if outcome.case.covered and cited:
            right.append(float(not {*cited, *pages}.isdisjoint(outcome.case.sections)))
    add_figure(results, "citations", "verbatim", verbatim)
    add_figure(results, "citations", "right place cited", right)


def _page_text(file: Path) -> str:
    path = file / "index.html" if file.is_dir() else file
    tree = LexborHTMLParser(path.read_bytes())
    return "".join((tree.body.text() if tree.body else "").split())


def _points(results: Results, outcomes: list[Outcome]) -> None:
    with_points = [outcome for outcome in outcomes if outcome.case.points]
    add_figure(results, "answers", "expected points said", [outcome.points_found for outcome in with_points])
    counts = [float(len(outcome.answer.statements)) for outcome in outcomes if outcome.answer.statements]
    add_figure(results, "answers", "statements an answer", counts)


def _sentences(results: Results, outcomes: list[Outcome]) -> None:
    """Add how much of what readers chose the answers say, and how much of what they say was chosen."""
    shares: dict[str, list[float]] = {"essential said": [], "statements that help": [], "first is essential": []}
    for outcome in outcomes:
        if outcome.case.essential and outcome.answer.statements:
            said = [plain(statement.text) for statement in outcome.answer.statements]
            essential = {plain(text) for text in outcome.case.essential}
            useful = essential | {plain(text) for text in outcome.case.helpful}
            shares["essential said"].append(len(essential.intersection(said)) / len(essential))
            shares["statements that help"].append(sum(text in useful for text in said) / len(said))
            shares["first is essential"].append(float(said[0] in essential))
    for name, values in shares.items():
        add_figure(results, "answers", name, values)


def add_abstention(results: Results, outcomes: list[Outcome], *, prefix: str = "") -> None:
    """Add what was refused and answered, rightly and wrongly."""
    asked = [outcome for outcome in outcomes if outcome.case.origin == "asked"]  # most of them have no answer: a set of its own
    asked_covered = [outcome for outcome in asked if outcome.case.covered]
    asked_uncovered = [outcome for outcome in asked if not outcome.case.covered]
    outcomes = [outcome for outcome in outcomes if outcome.case.origin != "asked"]
    covered = [outcome for outcome in outcomes if outcome.case.covered]
    hand = [outcome for outcome in covered if outcome.case.origin != "page"]
    for name, positives, uncovered in (
        ("all", covered, [outcome for outcome in outcomes if not outcome.case.covered]),
        ("hand-written", hand, [outcome for outcome in outcomes if not outcome.case.covered and outcome.case.origin == "hand"]),
        ("near misses", hand, [outcome for outcome in outcomes if outcome.case.near and outcome.case.origin == "hand"]),
        ("asked", asked_covered, asked_uncovered),
    ):
        if positives and uncovered:
            _auroc(results, f"{prefix}AUROC ({name})", positives, uncovered)
    answered = {
        "uncovered answered (far)": [outcome for outcome in outcomes if not outcome.case.covered and not outcome.case.near],
        "uncovered answered (near, hand)": [outcome for outcome in outcomes if outcome.case.near and outcome.case.origin == "hand"],
        "uncovered answered (near, pages)": [outcome for outcome in outcomes if outcome.case.near and outcome.case.origin == "page"],
        "uncovered answered (asked)": asked_uncovered,
    }
    for name, found in answered.items():
        add_figure(results, "abstention", prefix + name, [float(outcome.answer.verdict != "not_covered") for outcome in found])
    refused = {"covered refused": covered, "covered refused (hand)": hand, "covered refused (asked)": asked_covered}
    for name, found in refused.items():
        add_figure(results, "abstention", prefix + name, [float(outcome.answer.verdict == "not_covered") for outcome in found])


def _auroc(results: Results, name: str, positives: list[Outcome], negatives: list[Outcome]) -> None:
    chances = np.array([outcome.answer.confidence for outcome in (*positives, *negatives)])
    labels = np.array([1] * len(positives) + [0] * len(negatives))
    value = float(roc_auc_score(labels, chances))
    generator = np.random.default_rng(0)
    resampled = []
    for _ in range(200):
        rows = np.concatenate([generator.choice(np.flatnonzero(labels == label), int((labels == label).sum())) for label in (0, 1)])
        resampled.append(float(roc_auc_score(labels[rows], chances[rows])))
    low, high = np.percentile(resampled, [2.5, 97.5])
    results.figures.append(Figure("abstention", name, value, len(labels), float(low), float(high)))


def _conversation(results: Results, assistant: Assistant, dialogues: Sequence[Dialogue]) -> None:
    found: list[float] = []
    decided: list[float] = []
    unpolluted: list[float] = []
    for dialogue in dialogues:
        history: tuple[Turn, ...] = ()
        for turn in dialogue.turns:
            answer = assistant.answer(turn.question, history)
            hits = assistant.search.hits(assistant.search.query(assistant.understand(turn.question, history).resolved), 5)
            if turn.sections and turn.covered:
                hit = float(any(hit.passage.url in turn.sections for hit in hits))
                (found if turn.follow_up else unpolluted).append(hit)
            if turn.follow_up:
                decided.append(float((answer.verdict != "not_covered") == turn.covered))
            history = (*history, Turn("user", turn.question), Turn("assistant", to_markdown(answer)))
    add_figure(results, "conversation", "follow-ups found in 5", found)
    add_figure(results, "conversation", "other turns found in 5", unpolluted)
    add_figure(results, "conversation", "follow-ups rightly answered or refused", decided)


def _verifier(results: Results, assistant: Assistant, stated: Sequence[Stated], limits: AllLimits | None) -> None:
    """Rejecting an altered statement is right: recall is the share of them that are caught."""
    for search, ending in ((assistant.search, ""), (assistant.search.by_words_alone(), " (no model)")):
        rejected = [not support.supported for support in judge(search, stated, limits)]
        verdicts = list(zip(stated, rejected, strict=True))
        add_figure(results, "verifier", f"recall: altered caught{ending}", [float(found) for one, found in verdicts if one.altered])
        add_figure(
            results,
            "verifier",
            f"precision: rejected rightly{ending}",
            [float(one.altered is not None) for one, found in verdicts if found],
        )
        add_figure(results, "verifier", f"faithful dropped{ending}", [float(found) for one, found in verdicts if not one.altered])
        if not ending:
            for kind in get_args(Alteration):
                add_figure(results, "verifier", f"caught: {kind}", [float(found) for one, found in verdicts if one.altered == kind])


def add_figure(
    results: Results,
    group: str,
    name: str,
    values: Sequence[float],
    statistic: Callable[[np.ndarray], float] = lambda values: float(np.mean(values)),
) -> None:
    """Add a figure with a percentile bootstrap interval (Efron, 1979); nothing if there are no values."""
    if not values:
        return
    known = np.array(values, dtype=float)
    generator = np.random.default_rng(0)
    resampled = [statistic(known[generator.integers(0, len(known), len(known))]) for _ in range(_RESAMPLES)]
    low, high = np.percentile(resampled, [2.5, 97.5])
    results.figures.append(Figure(group, name, statistic(known), len(known), float(low), float(high)))
