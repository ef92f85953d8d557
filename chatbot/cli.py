"""The command line: build, ask, advise, serve. The only module that writes to a terminal."""

import io
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from index import BuildReport, Store, UserError, build_index, load_reranker

if TYPE_CHECKING:
    from chatbot.answer import Answer, Event

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Build the guide's index, ask it, serve it."
)
out = Console()
err = Console(stderr=True)

ANSWERED, NOT_COVERED, FAILED = 0, 1, 2
"""Exit codes of `ask`; 2 is every other command's failure, too."""


@app.command()
def build(
    site: Annotated[Path | None, typer.Option(help="Index this folder of a built site instead of building our own.")] = None,
    site_url: Annotated[str | None, typer.Option(help="Where that site is published: citations become absolute links.")] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Build anew even if nothing changed.")] = False,
) -> None:
    """Build the site, then the index. Does only what changed."""
    from chatbot.settings import read_settings

    settings = read_settings(store=store, site_url=site_url)
    folder = site or settings.site
    if site is None:
        _build_own_site(folder)
    with _progress() as bar:
        report = build_index(
            folder,
            Store(settings.store),
            site_url=settings.site_url,
            model=settings.embedding_model,
            late_interaction=settings.late_interaction,
            cross_encoder=settings.cross_encoder,
            fresh=fresh,
            progress=_Bars(bar),
        )
    _tell(report)


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(help="The question.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
) -> None:
    """Answer a question from the guide. Exit code 0: answered, 1: not covered, 2: failed."""
    from chatbot.assistant import load_assistant, load_model
    from chatbot.questions import clean_question
    from chatbot.settings import read_settings

    settings = read_settings(store=store)
    asked = clean_question(" ".join(question), settings.max_question_characters)
    assistant = load_assistant(settings, load_model(settings))
    if as_json:
        answer = assistant.answer(asked)
        _print_json(answer.to_dict())
    else:
        answer = _show(assistant.stream(asked))
    raise typer.Exit(NOT_COVERED if answer.verdict == "not_covered" else ANSWERED)


@app.command()
def advise(
    description: Annotated[list[str] | None, typer.Argument(help="The situation; asked for if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the advice as JSON.")] = False,
    record: Annotated[Path | None, typer.Option(help="Also write a decision record: FILE.json or FILE.md.")] = None,
    brief: Annotated[Path | None, typer.Option(help="Also write a brief of one page: FILE.html.")] = None,
    review: Annotated[Path | None, typer.Option(help="Review the decision record FILE.json instead.")] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
) -> None:
    """Advise on MLOps, LLMOps, both or neither. Exit code 0: advised, or the decision stands; 1: undecided, or it doesn't; 2: failed."""
    from chatbot.advisor import command
    from chatbot.advisor.advisor import Advisor
    from chatbot.advisor.render import review_markdown
    from chatbot.advisor.tasks import read_tasks
    from chatbot.assistant import load_search
    from chatbot.questions import clean_question
    from chatbot.settings import read_settings

    settings = read_settings(store=store)
    advisor = Advisor(load_search(settings), tasks=read_tasks(settings.store))
    today = date.today()
    if review is not None:
        found = command.review_file(advisor, review, today)
        _print_json(found.to_dict()) if as_json else out.print(Markdown(review_markdown(found)))
        raise typer.Exit(ANSWERED if found.stands else NOT_COVERED)
    if description:
        advice = advisor.advise(clean_question(" ".join(description), settings.max_question_characters))
    else:
        advice = command.dialogue(advisor, lambda asked: err.input(f"{asked}: "), lambda told: err.print(Markdown(told)))
    if record is not None:
        command.write_record(advice, advisor, record, today)
    if brief is not None:
        command.write_brief(advice, brief, today)
    _print_json(advice.to_dict()) if as_json else command.show(advice, out)
    raise typer.Exit(ANSWERED if advice.recommendation else NOT_COVERED)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
    demo: Annotated[bool, typer.Option(help="Whether to serve the Gradio demo at /chat.")] = True,
) -> None:
    """Serve the site with the widget, the API and the Gradio demo on one port."""
    import uvicorn
    from threadpoolctl import threadpool_limits

    from chatbot.api import add_site, create_app
    from chatbot.assistant import Assistant, load_assistant, load_model
    from chatbot.live import LiveAssistant
    from chatbot.settings import read_settings

    settings = read_settings(host=host, port=port, store=store)
    listening = _listen(settings.host, settings.port)
    model = load_model(settings)

    def load() -> Assistant:
        assistant = load_assistant(settings, model)
        # after a new build, too, and beside it: neither readiness nor a reader waits for it
        threading.Thread(target=assistant.advisor.warm_up, name="warm-up", daemon=True).start()
        return assistant

    live = LiveAssistant(load, settings.store / "current")
    manifest = live.get().search.manifest
    if manifest.note:
        err.print(f"[bold yellow]Answering {'without a cross-encoder' if manifest.encoder else 'by words only'}.[/] {manifest.note}")
    application = create_app(live, settings)
    if demo:
        from chatbot.demo import mount_demo

        application = mount_demo(application, live, settings)
    if (site := Path(manifest.site)).is_dir():
        add_site(application, site)
    address = f"http://{settings.host}:{settings.port}"
    doors = {"Site": "/" if site.is_dir() else "", "Demo": "/chat" if demo else "", "API": "/api/docs", "MCP": "/mcp" if demo else ""}
    out.print("\n".join(f"[bold]{door:5}[/] {address}{path}" for door, path in doors.items() if path) + "\n[dim]Stop with Ctrl+C.[/]")
    # a question's products are small: more threads answer it no sooner, and spin on cores that other questions need
    threadpool_limits(1, user_api="blas")
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=8))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn ends in order, then hands the signal on
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


@app.command()
def maturity(
    answers: Annotated[Path | None, typer.Option(help="JSON file with answers; `-` reads standard input. Without it, asks.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print answers to fill in, and stop.")] = False,
    aws_lens: Annotated[
        bool, typer.Option("--aws-lens", help="Print the checks as a custom lens of AWS Well-Architected, and stop.")
    ] = False,
    site_url: Annotated[str | None, typer.Option(help="Where the guide is published: the lens links to it.")] = None,
) -> None:
    """Say how mature MLOps and LLMOps are, each by itself, on the scales of this guide, Microsoft and Google."""
    from chatbot.advisor.aws_lens import custom_lens
    from chatbot.advisor.maturity import assess
    from chatbot.advisor.maturity_report import AnswersUnusable, load_maturity, read_answers, to_dict
    from chatbot.advisor.maturity_report import template as empty
    from chatbot.advisor.maturity_terminal import ask_answers, shown
    from chatbot.settings import read_settings

    data = load_maturity()
    if template or aws_lens:
        _print_json(empty(data) if template else custom_lens(data, site_url=read_settings(site_url=site_url).site_url))
        return
    if answers is not None:
        text = sys.stdin.read() if answers == Path("-") else answers.read_text("utf-8", errors="replace")
        given = read_answers(text, data)
    else:
        given = ask_answers(data, err, lambda prompt: err.input(prompt, markup=False))
    if not given:
        raise AnswersUnusable("There is nothing to assess.", remedy="Answer for the models or applications that you run.")
    report = to_dict(data, assess(data, given))
    _print_json(report) if as_json else out.print(shown(report))


@app.command("eval")
def evaluate(
    dataset: Annotated[Path | None, typer.Option(help="Measure retrieval on a data set in BEIR's layout instead.")] = None,
    half: Annotated[str, typer.Option(help="Which cases: dev, test or all.")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
    report: Annotated[Path | None, typer.Option(help="Also write a report with plots: FILE.html or FILE.md.")] = None,
    check: Annotated[Path | None, typer.Option(help="Fail if a figure is worse than this YAML file allows.")] = None,
    llm: Annotated[bool, typer.Option("--llm", help="Also ask the configured language model: costs its tokens.")] = False,
    ablation: Annotated[bool, typer.Option("--ablation", help="Show instead what each part of retrieval and abstention gives.")] = False,
    cases: Annotated[Path, typer.Option(help="Folder of the hand-written cases.")] = Path("evaluation"),
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
) -> None:
    """Measure retrieval, citations, answers, abstention, conversation and the check of a model's statements."""
    from chatbot.settings import read_settings

    settings = read_settings(store=store)
    if dataset is not None:
        from chatbot.evaluation.beir import measure_dataset

        with _progress() as bar:
            found = measure_dataset(
                dataset,
                model=settings.embedding_model,
                late_interaction=settings.late_interaction,
                cache=settings.store,
                reranker=load_reranker(settings.reranker),
                progress=_Bars(bar),
            )
        _print_json(found) if as_json else out.print(_dataset_table(found))
        return
    from chatbot.evaluation.advice import confusion_table
    from chatbot.evaluation.run import ablate_site, evaluate_site, failures, to_json, to_table, write_report

    if ablation:
        with err.status("Asking every question without each part"):
            results = ablate_site(settings, cases, half)
        _print_json(to_json(results)) if as_json else out.print(to_table(results))
        return
    with err.status("Asking every question"):
        results = evaluate_site(settings, cases, half, with_model=llm)
    advice = [confusion_table(results.advised)] if results.advised else []
    _print_json(to_json(results)) if as_json else out.print(to_table(results), *advice)
    if report is not None:
        write_report(results, report)
        err.print(f"Report written to {report}")
    if check is not None and (worse := failures(results, check)):
        raise UserError("Worse than allowed: " + "; ".join(worse) + ".", remedy="Find out why before you loosen a limit.")


@app.command()
def tune(
    cases: Annotated[Path, typer.Option(help="Folder of the hand-written cases.")] = Path("evaluation"),
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
) -> None:
    """Fit what is covered, which sentences answer, which of a model's statements hold and what is a task; keep it beside the index."""
    from chatbot.evaluation.cases import SENTENCES, STATEMENTS
    from chatbot.evaluation.run import fit, fit_descriptions, fit_sentences, fit_support
    from chatbot.evaluation.tasks import DESCRIBED
    from chatbot.settings import read_settings

    settings = read_settings(store=store)
    with err.status("Fitting"):
        file, coverage = fit(settings, cases)
    out.print(f"Fitted on {coverage.fitted_on}; threshold {coverage.reading.threshold}. Written to {file}")
    for name, what, further in (
        (SENTENCES, "Weights of sentences", fit_sentences),
        (STATEMENTS, "Limits of statements", fit_support),
        (DESCRIBED, "Weights of tasks", fit_descriptions),
    ):
        if not (cases / name).exists():
            out.print(f"'{cases}' has no {name}. {what} stay as they are.")
            continue
        with err.status("Fitting"):
            beside, fitted = further(settings, cases)
        out.print(f"{what} fitted on {fitted.fitted_on}. Written to {beside}")


@app.command()
def train(
    cases: Annotated[Path, typer.Option(help="Folder of the examples, in `training/`, and of the cases, which are not learned.")] = Path(
        "evaluation"
    ),
    adapter: Annotated[Path | None, typer.Option(help="Where the adapter goes; into this project by default.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="Of 16 examples each; some 1,900 are one pass.")] = 1500,
    further: Annotated[bool, typer.Option("--further", help="Go on from this project's adapter, as after examples were added.")] = False,
    store: Annotated[Path | None, typer.Option(help="Folder of the index.")] = None,
) -> None:
    """Train the cross-encoder. Takes an hour or more; build and tune afterwards."""
    from chatbot.evaluation.run import train_cross_encoder
    from chatbot.settings import read_settings

    settings, told = read_settings(store=store), lambda line: err.print(line, highlight=False)
    written = train_cross_encoder(settings, cases, adapter, steps, told, further=further)
    out.print(f"Written to {written}. Now run `chatbot build` and `chatbot tune`.")


def _listen(host: str, port: int) -> socket.socket:
    """Take the port first: what is in use is told at once, not after the index was loaded."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise UserError(
            f"Can't listen on {host}, port {port}: {reason}.", remedy="Stop what listens there, or use --host and --port."
        ) from error


def _show(events: "Iterator[Event]") -> "Answer":
    """Print an answer; in a terminal it grows while a model writes it."""
    from rich.live import Live

    from chatbot.answer import growing
    from chatbot.render import to_terminal

    with Live(console=out, transient=True, auto_refresh=False) as growing_text:
        for answer, whole in growing(events):
            if out.is_terminal and not whole:
                growing_text.update(to_terminal(answer), refresh=True)
    out.print(to_terminal(answer))
    return answer


def _print_json(data: object) -> None:
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(data, ensure_ascii=not unicode, indent=2) + "\n")


def _dataset_table(found: dict[str, Any]) -> Table:
    rows = {name: figures for name, figures in found.items() if isinstance(figures, dict)}
    table = Table("Ranking", *next(iter(rows.values())), title=f"{found['n']} queries")
    for name, figures in rows.items():
        table.add_row(name, *(f"{value:.3f}" for value in figures.values()))
    return table


def _build_own_site(folder: Path) -> None:
    from guide.site import SiteRefused, build_site, site_is_current

    root = Path.cwd()
    if not (root / "mkdocs.yml").is_file():
        raise UserError(
            f"There is no mkdocs.yml in '{root}'.",
            remedy="Run this in the guide's folder, or index a built site with `chatbot build --site DIR`.",
        )
    if site_is_current(root, folder):
        return
    with err.status("Building the site"):
        try:
            build_site(root, folder)
        except SiteRefused as error:
            raise UserError(str(error), remedy="\nMend that and build again; the old site and index are unchanged.") from error


def _tell(report: BuildReport) -> None:
    manifest = report.manifest
    counts = f"{manifest.pages} pages, {manifest.sections} sections, {manifest.passages} passages"
    if report.unchanged:
        out.print(f"Nothing changed: {counts}. [dim]Index {manifest.version}, {report.seconds:.1f} s[/]")
    else:
        skipped = f", {report.skipped} files skipped" if report.skipped else ""
        out.print(
            f"Indexed {counts}{skipped}; {report.embedded} texts embedded, {report.reused} reused. "
            f"[dim]Index {manifest.version}, {report.seconds:.1f} s[/]"
        )
    if manifest.note:
        lacking = "A model is missing: the index finds less, or refuses less surely."
        if not manifest.encoder:
            lacking = "No embedding model: the index finds by words only."
        err.print(f"[bold yellow]{lacking}[/] {manifest.note}")


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err, transient=True)


class _Bars:
    """One progress bar for each stage of a build."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)


def main() -> None:
    """Run the command line; print an error that a user can mend as such, and exit 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that can't show a character shows "?"
    try:
        _log_to_stderr(os.environ.get("LOG_LEVEL", "WARNING"))
        app()
    except UserError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.strerror or error}: '{error.filename or ''}'. Check that the place exists, can be written and has room.")


def _log_to_stderr(level: str) -> None:
    if level.upper() not in (levels := logging.getLevelNamesMapping()):
        raise UserError(
            f"LOG_LEVEL is unusable: no level is called '{level}'.", remedy=f"Levels are {', '.join(levels)}; mend or unset it."
        )
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s: %(message)s")


def _fail(message: str) -> NoReturn:
    err.print("[bold red]Error:[/] ", end="")
    err.print(message, markup=False, highlight=False)
    sys.exit(FAILED)
