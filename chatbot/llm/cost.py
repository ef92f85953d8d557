"""Cost: tokens become money, and a day's tokens have a limit (SQLite)."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)

_TABLE = "CREATE TABLE IF NOT EXISTS usage (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL)"
_BUSY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a million tokens, in whatever currency the operator thinks in; 0 and 0 mean that nobody told."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """Return what tokens cost; none without prices."""
        if not self.tokens_in and not self.tokens_out:
            return None
        return round((tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000, 8)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class DailyTokens:
    """Counts tokens by day (UTC) in a file that all processes share; says when the day's are spent."""

    def __init__(self, limit: int, file: Path, today: Callable[[], str] = _today) -> None:
        """Make a counter.

        Args:
            limit: Tokens a day.
            file: Made when it is first needed.
            today: Name of the day.
        """
        self._limit, self._file, self._today = limit, file, today
        self._lock = threading.Lock()

    def reserve(self, tokens: int) -> bool:
        """Take tokens from today's; False, taking none, if there are not so many left or the file can't be written.

        What can't be counted is not spent: an operator who sets a limit means it.
        """
        taken = self._change(
            "INSERT INTO usage SELECT ?1, ?2 WHERE ?2 <= ?3 ON CONFLICT (day) DO UPDATE SET tokens = tokens + ?2 WHERE tokens + ?2 <= ?3",
            (self._today(), tokens, self._limit),
        )
        return bool(taken)

    def settle(self, reserved: int, used: int) -> None:
        """Put the real number in place of the reserved one."""
        if used != reserved:
            self._change("UPDATE usage SET tokens = max(0, tokens + ?2) WHERE day = ?1", (self._today(), used - reserved))

    def _change(self, statement: str, values: tuple[str | int, ...]) -> int:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS)) as connection, connection:
                connection.execute(_TABLE)
                return connection.execute(statement, values).rowcount
        except (sqlite3.Error, OSError) as error:
            log.error("Tokens can't be counted, so the language model is not asked: %s", error)
            return 0
