"""The index that answers now: loaded at start, replaced when a build publishes a new one (disk, a thread).

Every answer comes from one index version: whoever asks takes the assistant once and keeps it.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from chatbot.assistant import Assistant
from index import UserError

log = logging.getLogger(__name__)


class LiveAssistant:
    """Holds the current assistant; looks for a new index at most once a second, without holding up a question."""

    def __init__(self, load: Callable[[], Assistant], pointer: Path, *, interval_seconds: float = 1.0) -> None:
        """Load the first assistant.

        Args:
            load: Makes an assistant from the index as it is now.
            pointer: File that a build replaces when it is done.
            interval_seconds: Least time between two looks at the pointer.

        Raises:
            UserError: If there is no usable index.
        """
        self._load, self._pointer, self._interval = load, pointer, interval_seconds
        self._stamp = self._read_stamp()
        self._assistant = load()
        self._looked = time.monotonic()
        self._loading = threading.Lock()

    def get(self) -> Assistant:
        """Return the assistant of the newest index that is loaded."""
        now = time.monotonic()
        if now - self._looked >= self._interval:
            self._looked = now
            if self._read_stamp() != self._stamp and self._loading.acquire(blocking=False):
                threading.Thread(target=self._reload, name="reload-index", daemon=True).start()
        return self._assistant

    def _reload(self) -> None:
        try:
            stamp = self._read_stamp()
            self._assistant = self._load()
            self._stamp = stamp
            log.info("Answering from index %s now.", self._assistant.search.version)
        except UserError as error:
            self._stamp = stamp
            log.error("The new index can't be used, the old one goes on answering. %s", error)
        finally:
            self._loading.release()

    def _read_stamp(self) -> tuple[int, int]:
        try:
            found = self._pointer.stat()
            return found.st_mtime_ns, found.st_ino
        except OSError:
            return 0, 0
