"""The assistant's server as operators start it: `chatbot serve` in a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_START_SECONDS = 60


@dataclass(frozen=True)
class GuideServer:
    """A running server."""

    url: str
    """With a closing slash."""
    process: subprocess.Popen[str]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(*options: str, store: Path, python: tuple[str, ...] = ("-m", "chatbot"), **settings: str) -> Iterator[GuideServer]:
    """Start a server and wait until it is ready; end it with SIGTERM if it still runs.

    Args:
        options: Of `chatbot serve`.
        store: Folder of the index.
        python: What the interpreter runs as the command.
        settings: Environment variables.
    """
    port = free_port()
    command = [sys.executable, *python, "serve", "--port", str(port), "--store", str(store), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **settings}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield GuideServer(_ready(process, port), process)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _ready(process: subprocess.Popen[str], port: int) -> str:
    url = f"http://127.0.0.1:{port}/"
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}: {process.stdout.read() if process.stdout else ''}")
        try:
            urllib.request.urlopen(f"{url}readyz", timeout=30).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return url
    raise AssertionError("the server was not ready in time")
