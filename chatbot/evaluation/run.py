"""Running an evaluation of the guide or of another site, or a fit on the guide, and showing what came out (disk)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from rich.table import Table

from chatbot.advisor.advisor import Advisor, criteria_file
from chatbot.advisor.tasks import TASKS_FILE, Tasks
from chatbot.assistant import Assistant, load_assistant, load_model, load_search
from chatbot.decide import COVERAGE_FILE, Coverage, read_coverage
from chatbot.essential import ESSENTIAL_FILE, Essential
from chatbot.evaluation.ablation import ablate
from chatbot.evaluation.advice import advise_on, count_advice, read_scenarios
from chatbot.evaluation.cases import SENTENCES, STATEMENTS, Case, read_cases, read_dialogues, read_statements
from chatbot.evaluation.fit import fit_coverage
from chatbot.evaluation.measure import Figure, Results, measure
from chatbot.evaluation.model import measure_model
from chatbot.evaluation.report import report_html, report_markdown
from chatbot.evaluation.sentences import fit_essential
from chatbot.evaluation.statements import fit_limits
from chatbot.evaluation.tasks import DESCRIBED, fit_tasks, read_described
from chatbot.fitted import Fitted
from chatbot.settings import Settings
from chatbot.support import SUPPORT_FILE, AllLimits, read_limits
from guide.criteria import read_criteria
from index import ADAPTER, Search, Store, UserError

DOCS = Path("docs")
_FEWEST_MARKED = 20
"""Questions of the dev half whose sentences readers chose, or descriptions whose clauses they judged, below which nothing can be learned
from them."""


def evaluate_site(settings: Settings, folder: Path, half: str, *, with_model: bool = False) -> Results:
    """Measure the current index on the cases of one half, or of both.

    An index of another site is asked the cases of the folder alone: the questions of the guide's pages and the advisor's scenarios
    are the guide's.

    Args:
        settings: Which index, and which language model.
        folder: Of the hand-written cases.
        half: `dev`, `test` or `all`.
        with_model: Whether the language model is asked the hand-written questions, too; all other figures are of quotes.

    Raises:
        UserError: If `half` is no half, a file is missing, or no model is configured that should be asked.
    """
    if with_model and (model := load_model(settings)) is None:
        raise UserError("No language model is configured.", remedy="Set CHATBOT_LLM_BASE_URL and CHATBOT_LLM_MODEL.")
    assistant = load_assistant(settings)
    cases = _cases(assistant.advisor, folder, half)
    dialogues = [dialogue for dialogue in read_dialogues(folder) if half in ("all", dialogue.half)]
    stated = [one for one in read_statements(folder) if half in ("all", one.half)]
    results = measure(assistant, cases, dialogues, Path(assistant.search.manifest.site), stated, read_limits(settings.store))
    if assistant.advisor.knows_the_guide:
        scenarios = [scenario for scenario in read_scenarios(folder) if half in ("all", scenario.half)]
        count_advice(results, advise_on(assistant.advisor, scenarios))
    if with_model:
        measure_model(results, load_assistant(settings, model), [case for case in cases if case.origin != "page"])
    return results


def ablate_site(settings: Settings, folder: Path, half: str) -> Results:
    """Measure what each part of retrieval and abstention gives; arguments and errors as of `evaluate_site`."""
    search = load_search(settings)
    return ablate(search, read_coverage(settings.store), _cases(Advisor(search), folder, half))


def _cases(advisor: Advisor, folder: Path, half: str) -> list[Case]:
    if half not in ("dev", "test", "all"):
        raise UserError(f"'{half}' is no half.", remedy="Use dev, test or all.")
    # cases made hard to fit on are shown with dev alone: among the others they would only blur the figures
    return [case for case in _all_cases(advisor, folder) if half in ("all", case.half) and (case.origin != "dev" or half == "dev")]


def _all_cases(advisor: Advisor, folder: Path) -> list[Case]:
    return read_cases(DOCS if advisor.knows_the_guide else None, folder)


def fit_support(settings: Settings, folder: Path) -> tuple[Path, AllLimits]:
    """Fit the limits of the check of a model's statements on the dev half; write them beside the index.

    Raises:
        UserError: If the folder has no statements to fit on.
    """
    stated = read_statements(folder)
    if len({one.altered is None for one in stated if one.half == "dev"}) < 2:
        raise _nothing_to_fit(folder, STATEMENTS, "supported and altered statements")
    limits = fit_limits(_whole_search(settings), stated)
    return _keep(limits, settings.store / SUPPORT_FILE)


def fit(settings: Settings, folder: Path) -> tuple[Path, Coverage]:
    """Fit the coverage weights on the dev half; write them beside the index and return where, and what.

    Raises:
        UserError: If there is nothing to fit on.
    """
    assistant = Assistant(_whole_search(settings))
    cases = _all_cases(assistant.advisor, folder)
    if len({case.covered for case in cases if case.half == "dev"}) < 2:
        raise _nothing_to_fit(folder, "questions.yml and uncovered.yml", "covered and uncovered questions")
    coverage = fit_coverage(assistant, cases, read_dialogues(folder))
    return _keep(coverage, settings.store / COVERAGE_FILE)


def fit_sentences(settings: Settings, folder: Path) -> tuple[Path, Essential]:
    """Fit on the dev half which sentences answer; write the weights beside the index.

    Raises:
        UserError: If readers chose the sentences of too few questions.
    """
    assistant = Assistant(_whole_search(settings))
    cases = _all_cases(assistant.advisor, folder)
    if sum(case.half == "dev" and bool(case.essential) for case in cases) < _FEWEST_MARKED:
        raise _nothing_to_fit(folder, SENTENCES, "the sentences that answer")
    essential = fit_essential(assistant, cases)
    return _keep(essential, settings.store / ESSENTIAL_FILE)


def fit_descriptions(settings: Settings, folder: Path) -> tuple[Path, Tasks]:
    """Fit which clauses of a description name a task, and of which kind; write the weights beside the index.

    Raises:
        UserError: If readers judged the clauses of too few descriptions.
    """
    described = read_described(folder)
    if len(described) < _FEWEST_MARKED:
        raise _nothing_to_fit(folder, DESCRIBED, "descriptions with their clauses")
    return _keep(fit_tasks(_whole_search(settings), read_criteria(criteria_file()), described), settings.store / TASKS_FILE)


def _keep(fitted: Fitted, file: Path) -> tuple[Path, Fitted]:
    """Write what was fitted beside the index; return where, and what."""
    file.write_text(fitted.model_dump_json(indent=2) + "\n", "utf-8")
    return file, fitted


def _nothing_to_fit(folder: Path, files: str, what: str) -> UserError:
    return UserError(f"'{folder}' has nothing to fit on.", remedy=f"Write {what} to {files} there, some hundred of each kind.")


def _whole_search(settings: Settings) -> Search:
    """Return the index with all that is fitted: without its cross-encoder, weights for it would be fitted on nothing."""
    search = Search(Store(settings.store))
    if search.embedder is None or search.cross_encoder is None:
        raise UserError(
            "The index has no embeddings, or no cross-encoder, to fit with.", remedy="Build it without CHATBOT_CROSS_ENCODER=false."
        )
    return search


def train_cross_encoder(
    settings: Settings, folder: Path, adapter: Path | None, steps: int, told: Callable[[str], None], *, further: bool = False
) -> Path:
    """Train the cross-encoder on `folder/training`, anew or further; return where its adapter was written.

    Raises:
        UserError: If there are no examples, or no index with embeddings, by which passages are chosen.
    """
    from chatbot.evaluation.examples import read_examples
    from chatbot.evaluation.train import train

    search = Search(Store(settings.store))
    if search.embedder is None:
        raise UserError("The index has no embeddings.", remedy="Build it with an embedding model.")
    judging = [case.question for case in read_cases(DOCS, folder)] + [one.text for one in read_statements(folder)]
    target = adapter or ADAPTER
    train(read_examples(folder / "training", search, judging), target, steps=steps, further=ADAPTER if further else None, told=told)
    return target


def to_json(results: Results) -> dict[str, Any]:
    """Return the figures as `{group: {name: {value, n, low, high}}}`."""
    found: dict[str, Any] = {}
    for figure in results.figures:
        found.setdefault(figure.group, {})[figure.name] = {
            "value": round(figure.value, 4),
            "n": figure.n,
            "low": round(figure.low, 4),
            "high": round(figure.high, 4),
        }
    return found


def to_table(results: Results) -> Table:
    """Return the figures as a table for the terminal."""
    table = Table("What", "Figure", "Value", "95 % interval", "n")
    last = ""
    for figure in results.figures:
        table.add_row(figure.group if figure.group != last else "", figure.name, f"{figure.value:.3f}", _interval(figure), str(figure.n))
        last = figure.group
    return table


def write_report(results: Results, file: Path) -> None:
    """Write a report with plots.

    Raises:
        UserError: If the file's name ends in neither .html nor .md.
    """
    if file.suffix not in (".html", ".md"):
        raise UserError(f"'{file}' is neither HTML nor Markdown.", remedy="Name the report FILE.html or FILE.md.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(report_html(results) if file.suffix == ".html" else report_markdown(results, file), "utf-8")


def failures(results: Results, limits: Path) -> list[str]:
    """Return which figures are worse than a YAML file of `group: {name: {at_least|at_most: value}}` allows."""
    worse = []
    for group, names in yaml.safe_load(limits.read_text("utf-8")).items():
        for name, limit in names.items():
            value = results.value(group, name)
            if value is None:
                worse.append(f"{group}, {name}: not measured")
            elif value < limit.get("at_least", -1e9) or value > limit.get("at_most", 1e9):
                worse.append(f"{group}, {name}: {value:.3f}")
    return worse


def _interval(figure: Figure) -> str:
    return f"{figure.low:.3f} to {figure.high:.3f}"
