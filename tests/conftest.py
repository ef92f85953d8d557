"""Shared small worlds: the built site, its index, a browser; and a shut door to the network."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's client is imported, so before anything imports it

import functools
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, sync_playwright

from chatbot.assistant import Assistant
from index import Search, Store, build_index
from index.export import export_encoder
from tests.fakes import make_tiny_model
from tests.guide_server import GuideServer, serving

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_CHROMIUM_FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
_LOCAL = ("127.", "localhost", "::1")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that would connect to anything but this machine, unless it is marked `network`."""
    if "network" in request.keywords:
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and not str(host).startswith(_LOCAL):
            raise AssertionError(f"a test tried to connect to {address}; use a fake or mark it `network`")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's own site and index, built by the command that readers use; of several workers, the others wait for the first."""
    with FileLock(tmp_path_factory.getbasetemp().parent / "building.lock"):
        build = [sys.executable, "-m", "chatbot", "build"]
        done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "site"


@pytest.fixture(scope="session")
def assistant(site: Path) -> Assistant:
    """The assistant over the guide's own index."""
    return Assistant(Search(Store(ROOT / "index" / "store")))


@pytest.fixture(scope="session")
def encoders() -> Path:
    """Where the exported bundled model lies after the first build: small stores share it."""
    return ROOT / "index" / "store" / "encoders"


@pytest.fixture(scope="session")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuideServer]:
    """The guide as `chatbot serve` serves it: site, widget, demo and API; feedback goes to a file of the run."""
    feedback = tmp_path_factory.mktemp("served") / "feedback.sqlite"
    with serving(store=ROOT / "index" / "store", CHATBOT_FEEDBACK_FILE=str(feedback)) as running:
        yield running


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder for `CHATBOT_EMBEDDING_MODEL`: real but tiny, so that exporting it takes seconds."""
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_encoder(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model, exported."""
    return export_encoder("tiny", tiny_model, tmp_path_factory.mktemp("encoders"))


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write `{path: html}` below a fresh folder and return it."""

    def write(pages: dict[str, str]) -> Path:
        folder = tmp_path / "site"
        for name, html in pages.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(html, "utf-8")
        return folder

    return write


@pytest.fixture
def make_index(tmp_path: Path, encoders: Path, site: Path) -> Callable[[Path], Search]:
    """Index a small site with the bundled model and load it."""

    def build(folder: Path) -> Search:
        store = Store(tmp_path / "store", encoders=encoders)
        build_index(folder, store)
        return Search(store)

    return build


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; skips with a reason where there is none, and fails in CI."""
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: the browser tests must run there")
        pytest.skip("no Chromium on this machine: install Debian's package `chromium` or set CHROMIUM")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=_CHROMIUM_FLAGS)
        yield launched
        launched.close()


class _Files(SimpleHTTPRequestHandler):
    """Serves a folder below `/guide/`; `?slow` in the referring page's address holds the widget's module back."""

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/guide") if path.startswith("/guide/") else "/nothing-here")

    def do_GET(self) -> None:
        if self.path.endswith("assistant.js") and "slow" in (self.headers.get("Referer") or ""):
            time.sleep(4)
        super().do_GET()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The site below a sub-path of a plain file server: no API, no root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/guide/"
    server.shutdown()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a tab whose console errors, failed and off-origin requests are collected in `page.faults`."""
    contexts = []

    def opened(address: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        faults: list[str] = []
        page.faults = faults  # type: ignore[attr-defined]
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.on("request", lambda asked: faults.append(f"off-origin {asked.url}") if _elsewhere(asked.url, address) else None)
        page.add_init_script(
            "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => { shift += entry.value; }))"
            ".observe({ type: 'layout-shift', buffered: true });"
        )
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def _elsewhere(url: str, address: str) -> bool:
    return urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != urlsplit(address).netloc
