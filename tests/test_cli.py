"""The command line: what it prints, its exit codes, and errors that name a remedy instead of a traceback."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot import cli
from tests.conftest import ROOT

MANUAL = {
    "index.html": "<main><h1>Espresso at the office</h1><p>An espresso machine forces hot water through coffee – “daily”.</p></main>",
    "scale/index.html": """<main><h1>Descaling</h1><p>Descale the espresso machine every two months.
Scale narrows the pipes of the machine.</p></main>""",
}
DESIGN = {"question", "verdict", "confidence", "writer", "statements", "citations", "suggestions", "index_version", "timings_ms"}
"""Fields that the design names."""


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


class Command:
    """Runs `chatbot …` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        for console in (cli.out, cli.err):  # made on import, by then for whatever width there was
            monkeypatch.setattr(console, "width", 1000)

    def __call__(self, *arguments: str) -> Ran:
        self._monkeypatch.setattr(sys, "argv", ["chatbot", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = self._capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Ran(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def chatbot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command."""
    return Command(monkeypatch, capsys)


@pytest.fixture
def guide(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The guide's folder, to run in; its index is built."""
    monkeypatch.chdir(ROOT)
    return ROOT


@pytest.fixture(scope="module")
def manual(site: Path, encoders: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stranger's site in `html` and its index in `store`."""
    folder = tmp_path_factory.mktemp("manual")
    for name, html in MANUAL.items():
        file = folder / "html" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(html, "utf-8")
    (folder / "store").mkdir()
    (folder / "store" / "encoders").symlink_to(encoders)
    build = ["-m", "chatbot", "build", "--site", "html", "--site-url", "https://manual.example", "--store", "store"]
    done = subprocess.run(
        [sys.executable, *build], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"Indexed 2 pages, 2 sections, 2 passages; \d+ texts embedded, 0 reused\.", done.stdout), done.stdout
    return folder


@pytest.fixture
def copied(manual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `manual` to break, to run in."""
    shutil.copytree(manual, tmp_path / "manual", symlinks=True)
    monkeypatch.chdir(tmp_path / "manual")
    return tmp_path / "manual"


def test_answer_is_printed_with_numbered_sources_and_exit_code_0(chatbot: Command, guide: Path) -> None:
    ran = chatbot("ask", "What is LLMOps?")
    assert ran.code == 0
    statements, _, sources = ran.out.partition("\nSources\n")
    assert re.match(r"^LLMOps .+ is .+ \[1\]$", statements.splitlines()[0])
    assert re.search(r"^\[1\] .+ › .+\n    foundations/what-is-llmops/#\S+\s*\n    “.+”", sources, re.M)
    assert "You might ask next" in sources
    assert not re.search(r"\[/?(bold|dim|link)|\*\*|\\", ran.out), "no mark of anybody's markup"


@pytest.mark.parametrize(
    "question", ["What are the challenges of MLOps?", "How do I retrain a model safely?", "MLOps vs LLMOps comparison table", "hello"]
)
def test_every_shape_of_answer_can_be_printed(chatbot: Command, guide: Path, question: str) -> None:
    assert chatbot("ask", question).code == 0


def test_question_may_be_several_words_without_quotes(chatbot: Command, guide: Path) -> None:
    asked, quoted = chatbot("ask", "--json", "What", "is", "drift?"), chatbot("ask", "--json", "What is drift?")
    assert json.loads(asked.out)["statements"] == json.loads(quoted.out)["statements"]


def test_json_has_the_fields_of_the_design(chatbot: Command, guide: Path) -> None:
    ran = chatbot("ask", "--json", "What is LLMOps?")
    answer = json.loads(ran.out)
    assert ran.code == 0
    assert set(answer) >= DESIGN
    assert answer["verdict"] == "answered"
    assert {"kind", "text", "citations"} <= set(answer["statements"][0])
    assert {"number", "title", "heading", "url", "quote"} <= set(answer["citations"][0])
    assert {"retrieve", "first", "write", "total"} == set(answer["timings_ms"])


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_not_covered_has_exit_code_1(chatbot: Command, guide: Path, options: list[str]) -> None:
    ran = chatbot("ask", *options, "Which opera did Verdi write in 1871?")
    assert ran.code == 1
    assert ("not_covered" if options else "The guide does not cover this question.") in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "The question is empty. Type a question in words."),
        (["ask", "  \t "], "The question is empty. Type a question in words."),
        (["ask", "?!\u200b"], "The question is empty. Type a question in words."),
        (["ask", "a" * 2001], "The question has 2,001 characters. Ask in at most 2,000."),
        (
            ["ask", "What is MLOps?", "--store", "/there/is/none"],
            "No index in '/there/is/none'. Build the site and its index with `chatbot build`.",
        ),
        (["serve", "--store", "/there/is/none", "--port", "0"], "CHATBOT_PORT is unusable"),
        (
            ["serve", "--store", "/there/is/none", "--no-demo"],
            "No index in '/there/is/none'. Build the site and its index with `chatbot build`.",
        ),
        (["build", "--site", "/there/is/none", "--store", "new"], "No HTML pages in '/there/is/none'. Name the folder of a built site"),
        (["build", "--site", "html", "--site-url", "ftp://x", "--store", "new"], "CHATBOT_SITE_URL is unusable"),
        (["build", "--store", "new"], "There is no mkdocs.yml in"),
        (["build", "--site", "html", "--store", "html/index.html"], "'html/index.html'. Check that the place exists"),
    ],
    ids=[
        "empty",
        "blank",
        "invisible",
        "too long",
        "no index",
        "port 0",
        "serve, no index",
        "no site",
        "no http",
        "no mkdocs.yml",
        "store is a file",
    ],
)
def test_failure_is_one_sentence_with_a_remedy_and_exit_code_2(
    chatbot: Command, copied: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    with socket.socket() as taken:  # any free port: the default may be in use here
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CHATBOT_PORT", str(taken.getsockname()[1]))
    ran = chatbot(*arguments)
    assert ran.code == 2
    assert ran.err.strip().startswith("Error: ")
    assert said in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CHATBOT_STROE", "x", "No setting is called CHATBOT_STROE. The settings are CHATBOT_"),
        ("CHATBOT_PORT", "abc", "CHATBOT_PORT is unusable: "),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is unusable: no level is called 'loud'."),
    ],
)
def test_unusable_environment_is_named(
    chatbot: Command, guide: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = chatbot("ask", "What is MLOps?")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "end or unset it." in ran.err


def test_log_level_may_be_written_small(chatbot: Command, guide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "error")
    assert chatbot("ask", "What is MLOps?").code == 0


def test_port_that_is_in_use_is_told_before_anything_is_loaded(chatbot: Command, guide: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = chatbot("serve", "--port", str(taken.getsockname()[1]), "--store", "/there/is/none")
    assert ran.code == 2
    assert "Address already in use. Stop what listens there, or use --host and --port." in ran.err


def test_page_that_is_unsafe_is_named_with_its_line(chatbot: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n", "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("---\ntitle: '<img src=x onerror=alert(1)>'\n---\n\n# Hi\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    ran = chatbot("build")
    assert ran.code == 2
    assert "index.md:2" in ran.err
    assert "the old site and index are unchanged" in ran.err
    assert not (tmp_path / "site").exists()


def test_stranger_s_site_is_cited_by_absolute_links(chatbot: Command, copied: Path) -> None:
    ran = chatbot("ask", "--store", "store", "--json", "How often should I descale the espresso machine?")
    assert ran.code == 0
    assert json.loads(ran.out)["citations"][0]["url"].startswith("https://manual.example/scale/#:~:text=Descale")


def test_second_build_has_nothing_to_do_and_a_third_does_only_what_changed(chatbot: Command, copied: Path) -> None:
    options = ("--site", "html", "--site-url", "https://manual.example", "--store", "store")
    again = chatbot("build", *options)
    assert (again.code, again.out.partition(":")[0]) == (0, "Nothing changed")
    (copied / "html" / "index.html").write_text(MANUAL["index.html"].replace("daily", "always"), "utf-8")
    assert re.search(r"Indexed 2 pages.+; [1-3] texts embedded, [1-9]\d* reused\.", chatbot("build", *options).out)


def test_build_without_a_model_says_loudly_that_it_finds_by_words_only(
    chatbot: Command, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOT_EMBEDDING_MODEL", "/there/is/no/model")
    ran = chatbot("build", "--site", "html", "--store", "words")
    assert ran.code == 0
    assert "No embedding model: the index finds by words only." in ran.err
    assert "/there/is/no/model" in ran.err
    assert "Searched by words only" in chatbot("ask", "--store", "words", "What is an espresso machine?").out


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("passages.jsonl", b"x"),
        ("vectors.faiss", b""),
        ("units.npy", None),
        ("manifest.json", b"{"),
        ("manifest.json", b'{"format": 1}'),
        ("manifest.json", None),
        ("../../current", b"../../etc"),
        ("../../current", b"\xff\xfe"),
    ],
    ids=["altered", "truncated", "missing", "manifest cut", "old format", "no manifest", "pointer leads out", "pointer not text"],
)
def test_broken_store_is_named_with_the_command_that_mends_it(chatbot: Command, copied: Path, file: str, content: bytes | None) -> None:
    build = next((copied / "store" / "builds").iterdir())
    broken = (build / file).resolve()
    broken.unlink() if content is None else broken.write_bytes(content)
    ran = chatbot("ask", "--store", "store", "What is an espresso machine?")
    assert (ran.code, ran.out) == (2, "")
    assert broken.name in ran.err
    assert "Build it anew with `chatbot build --fresh`." in ran.err
    assert chatbot("build", "--site", "html", "--store", "store").code == 0
    assert chatbot("ask", "--store", "store", "What is an espresso machine?").code == 0


def test_fresh_build_mends_a_broken_store(chatbot: Command, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_EMBEDDING_MODEL", "/there/is/no/model")  # a fresh build exports the model anew: seconds
    shutil.rmtree(copied / "store")
    options = ("--site", "html", "--store", "store")
    chatbot("build", *options)
    for file in (copied / "store" / "builds").rglob("*.json*"):
        file.write_bytes(b"broken")
    assert chatbot("ask", "--store", "store", "What is an espresso machine?").code == 2
    assert chatbot("build", "--fresh", *options).code == 0
    assert chatbot("ask", "--store", "store", "What is an espresso machine?").code in (0, 1)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_terminal_that_shows_only_ascii_gets_an_answer(manual: Path, options: list[str]) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    ask = [sys.executable, "-m", "chatbot", "ask", "--store", "store", *options, "What is an espresso machine?"]
    done = subprocess.run(ask, cwd=manual, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "forces hot water" in (json.loads(done.stdout)["statements"][0]["text"] if options else done.stdout)


def test_argument_that_is_no_utf_8_is_a_question_like_another(manual: Path) -> None:
    ask: list[str | bytes] = [sys.executable, "-m", "chatbot", "ask", "--store", "store", b"What is an espresso \xff machine?"]
    done = subprocess.run(ask, cwd=manual, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_help_tells_every_command(chatbot: Command) -> None:
    ran = chatbot("--help")
    assert ran.code == 0
    assert all(command in ran.out for command in ("build", "ask", "advise", "serve"))


def test_options_on_the_operators_page_are_those_that_there_are(chatbot: Command) -> None:
    page = (ROOT / "docs" / "developers" / "run-it.md").read_text("utf-8")
    helped = {command: chatbot(command, "--help").out for command in ("build", "ask", "advise", "maturity", "serve")}
    there = {option for text in helped.values() for option in re.findall(r"--[a-z][a-z-]+", text)} - {"--help", "--demo"}
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page))
    assert there <= told, "every option is on the page"
    everything = " ".join((*helped.values(), *(chatbot(command, "--help").out for command in ("eval", "tune", "train"))))
    assert [option for option in told if option not in everything] == [], "and the page names no other"
