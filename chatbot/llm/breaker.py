"""A circuit breaker: a model that keeps failing is left alone for a while. Pure but for a clock.

Closed → after some failures in a row open → after a pause one question tries (half-open) → closed or open again
(Nygard, "Release It!", 2007).
"""

import threading
import time
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]


class Breaker:
    """Says whether to try, and learns how it went. Safe between threads."""

    def __init__(self, failures: int, pause_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a closed breaker.

        Args:
            failures: In a row, after which it opens.
            pause_seconds: How long it stays open before one question tries.
            clock: Seconds, never going back.
        """
        self._limit, self._pause, self._clock = failures, pause_seconds, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._opened = 0.0
        self._probing = False

    @property
    def state(self) -> State:
        """Open means that nobody tries; half-open that the next question, or one already under way, tries."""
        with self._lock:
            return self._state()

    def enter(self) -> bool:
        """Say whether to try; whoever enters must end with `leave`."""
        with self._lock:
            state = self._state()
            if state == "open" or (state == "half-open" and self._probing):
                return False
            self._probing = state == "half-open"
            return True

    def leave(self, *, worked: bool | None) -> None:
        """Tell how it went; None where a reader left before anybody could know."""
        with self._lock:
            self._probing = False
            if worked:
                self._failed = 0
            elif worked is False:
                self._failed += 1
                if self._failed >= self._limit:
                    self._opened = self._clock()

    def _state(self) -> State:
        if self._failed < self._limit:
            return "closed"
        return "half-open" if self._clock() - self._opened >= self._pause else "open"
