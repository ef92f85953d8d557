"""A running server, seen from outside: what it loads, how it takes over a new index, what it does when the index breaks, how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.assistant import Assistant
from chatbot.live import LiveAssistant
from index import IndexBroken, Store, build_index
from tests.conftest import ROOT
from tests.guide_server import serving

QUESTION = "What is a feature store?"
_TELL_MODULES = "import atexit, sys; atexit.register(lambda: print('LOADED', *sys.modules)); from chatbot.cli import main; main()"


class Changing:
    """A small site of one changing page, its store, and a server that answers from it."""

    def __init__(self, folder: Path, encoders: Path) -> None:
        self.folder = folder
        (folder / "html").mkdir()
        (folder / "store").mkdir()
        (folder / "store" / "encoders").symlink_to(encoders)
        self.url = ""

    def build(self, said: str) -> str:
        """Index a page that says something; return the index's version."""
        page = f"<main><h1>Feature store</h1><p>A feature store is {said} for features of models. It serves training, too.</p></main>"
        (self.folder / "html" / "index.html").write_text(page, "utf-8")
        return build_index(self.folder / "html", Store(self.folder / "store")).manifest.version

    def ask(self) -> tuple[int, str, str]:
        """Return status, index version and first statement."""
        response = httpx.post(f"{self.url}api/ask", json={"question": QUESTION}, timeout=30)
        answer = response.json()
        return response.status_code, answer.get("index_version", ""), answer["statements"][0]["text"] if answer.get("statements") else ""

    def answers_from(self, version: str) -> bool:
        """Say whether the server comes to answer from a version."""
        return any(self.ask()[1] == version or threading.Event().wait(0.1) for _ in range(100))


@pytest.fixture(scope="module")
def changing(site: Path, encoders: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changing]:
    """The server runs on the first build; each test begins with a build of its own."""
    world = Changing(tmp_path_factory.mktemp("changing"), encoders)
    world.build("the first shelf")
    with serving("--no-demo", store=world.folder / "store") as running:
        world.url = running.url
        yield world


def test_serving_process_loads_no_training_library_and_ends_in_order(site: Path) -> None:
    with serving(store=ROOT / "index" / "store", python=("-c", _TELL_MODULES), CHATBOT_FEEDBACK="false") as running:
        answered = httpx.post(f"{running.url}api/ask", json={"question": QUESTION}, timeout=30).json()
        assert answered["verdict"] == "answered" and answered["timings_ms"]["retrieve"] > 0
        assert httpx.get(f"{running.url}chat/", timeout=30).status_code == 200, "the demo is there, too"
        running.process.send_signal(signal.SIGTERM)
        said = running.process.communicate(timeout=15)[0]
    assert running.process.returncode == 0
    loaded = {name.partition(".")[0] for name in said.partition("LOADED ")[2].split()}
    assert {"chatbot", "index", "onnxruntime", "gradio"} <= loaded, said
    assert loaded & {"torch", "transformers", "sentence_transformers", "onnx", "onnxscript", "mkdocs", "sklearn", "openai"} == set()


def test_question_keeps_no_more_than_one_core_busy(site: Path) -> None:
    """Threads of numpy's products would spin on a second one, and half as many questions could be answered in a second."""

    def cpu_seconds(process: int) -> float:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    with serving("--no-demo", store=ROOT / "index" / "store", CHATBOT_FEEDBACK="false") as running:
        ask = [
            {"question": f"How do I monitor {what} in production?"} for what in ("drift", "an LLM", "cost", "latency", "a RAG index") * 8
        ]
        for question in ask[:10]:  # what is loaded in the background is done by then
            httpx.post(f"{running.url}api/ask", json=question, timeout=30)
        cpu, started = cpu_seconds(running.process.pid), time.monotonic()
        for question in ask[10:]:
            assert httpx.post(f"{running.url}api/ask", json=question, timeout=30).status_code == 200
        assert cpu_seconds(running.process.pid) - cpu < 1.3 * (time.monotonic() - started)


def test_asking_in_a_terminal_loads_no_training_library_and_no_server(site: Path) -> None:
    script = _TELL_MODULES.replace("main()", f"sys.argv = ['chatbot', 'ask', '{QUESTION}']; main()")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    loaded = {name.partition(".")[0] for name in done.stdout.partition("LOADED ")[2].split()}
    assert done.returncode == 0 and "onnxruntime" in loaded
    assert loaded & {"torch", "transformers", "sentence_transformers", "gradio", "fastapi", "uvicorn", "mkdocs", "openai"} == set()


def test_running_server_takes_over_a_new_build_without_dropping_a_question(changing: Changing) -> None:
    old = changing.build("the old cupboard")
    assert changing.answers_from(old)
    stop = threading.Event()

    def reader() -> list[tuple[int, str, str]]:
        seen = []
        while not stop.is_set():
            seen.append(changing.ask())
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(reader) for _ in range(4)]
        try:
            new = changing.build("the new warehouse")
            taken_over = changing.answers_from(new)
        finally:
            stop.set()
        seen = [answer for each in readers for answer in each.result()]
    assert taken_over
    assert {status for status, _, _ in seen} == {200}
    expected = {(old, "old cupboard"), (new, "new warehouse")}
    assert {(version, said.removeprefix("A feature store is the ").partition(" for")[0]) for _, version, said in seen} == expected


def test_page_that_is_removed_is_not_cited_after_one_build(changing: Changing) -> None:
    (changing.folder / "html" / "more.html").write_text(
        "<main><h1>Zebra crossing</h1><p>A zebra crossing is a striped path.</p></main>", "utf-8"
    )
    assert changing.answers_from(changing.build("a shelf beside zebras"))
    ask = {"question": "What is a zebra crossing?"}
    assert "more.html" in httpx.post(f"{changing.url}api/ask", json=ask).text
    (changing.folder / "html" / "more.html").unlink()
    assert changing.answers_from(changing.build("a shelf without them"))
    assert "more.html" not in httpx.post(f"{changing.url}api/ask", json=ask).text


@pytest.mark.parametrize("damage", ["builds", "file"])
def test_index_that_breaks_while_the_server_runs_goes_on_answering(changing: Changing, damage: str) -> None:
    version = changing.build(f"a shelf before the {damage} broke")
    assert changing.answers_from(version)
    store = changing.folder / "store"
    if damage == "builds":
        shutil.rmtree(store / "builds")
        (store / "current").write_text("gone", "utf-8")
    else:
        build = store / "builds" / (store / "current").read_text("utf-8")
        (build / "passages.jsonl").write_bytes(b"x")
        (store / "current").write_text(build.name, "utf-8")
    for _ in range(12):
        assert changing.ask()[:2] == (200, version)
        threading.Event().wait(0.1)
    assert changing.answers_from(changing.build(f"a shelf after the {damage} broke")), "and the next good build is taken"


class Loader:
    """Makes an assistant each time, or fails."""

    def __init__(self) -> None:
        self.loads: list[object] = []
        self.error: Exception | None = None
        self.loaded = threading.Event()

    def __call__(self) -> Any:
        self.loaded.set()
        if self.error:
            raise self.error
        self.loads.append(object())
        return self.loads[-1]


def test_pointer_that_stays_is_not_loaded_again(tmp_path: Path) -> None:
    pointer = tmp_path / "current"
    pointer.write_text("a", "utf-8")
    load = Loader()
    live = LiveAssistant(load, pointer, interval_seconds=0)
    assert {live.get() for _ in range(50)} == set(load.loads)
    assert len(load.loads) == 1


def test_broken_new_index_is_tried_once_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pointer = tmp_path / "current"
    pointer.write_text("a", "utf-8")
    load = Loader()
    live = LiveAssistant(load, pointer, interval_seconds=0)
    first: Assistant = live.get()
    load.loaded.clear()
    load.error = IndexBroken(pointer, "is missing")
    pointer.unlink()
    pointer.write_text("b", "utf-8")
    assert live.get() is first
    assert load.loaded.wait(5)
    for thread in threading.enumerate():
        if thread.name == "reload-index":
            thread.join(5)
    load.loaded.clear()
    assert all(live.get() is first for _ in range(20))
    assert not load.loaded.is_set(), "not tried again until the pointer changes again"
    assert "the old one goes on answering" in caplog.text


def test_answer_as_it_is_served_is_the_answer_that_the_terminal_prints(changing: Changing) -> None:
    assert changing.answers_from(changing.build("the same shelf"))
    ask = [sys.executable, "-m", "chatbot", "ask", "--json", "--store", str(changing.folder / "store"), QUESTION]
    printed = json.loads(subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    served = httpx.post(f"{changing.url}api/ask", json={"question": QUESTION}).json()
    assert {**printed, "timings_ms": 0} == {**served, "timings_ms": 0}
