"""A model's record: how much of what it wrote lately stood, and whether what stands now is believed. Pure.

The check misses some statements that are not held, and of those that pass, the more are unsound the more a model makes up
(Bayes): at our rates of error nearly all of those of a model whose statements mostly fall. So its record counts, too.
"""

import threading
from collections import deque

_STAND = 2
"""Statements that must stand for each that fell."""
_CREDIT = 4
"""Statements that count as having stood before the first, so that one that fell does not condemn a model at once."""


def believable(stood: int, fell: int) -> bool:
    """Say whether a model whose statements fared so is believed in those that stood."""
    return stood >= _STAND * fell


class Record:
    """How the last statements of one model fared. Safe between threads."""

    def __init__(self, most: int) -> None:
        """Make a clean record of at most so many statements; with 0 none is kept, and the model never doubted."""
        self._stood: deque[bool] = deque(maxlen=most)
        self._lock = threading.Lock()

    @property
    def doubted(self) -> bool:
        """Whether so much fell that nothing of the model is shown until it does better."""
        with self._lock:
            stood = sum(self._stood)
            return not believable(_CREDIT + stood, len(self._stood) - stood)

    def add(self, stood: int, fell: int) -> None:
        """Remember how the statements of one answer fared."""
        with self._lock:
            self._stood.extend([True] * stood + [False] * fell)
