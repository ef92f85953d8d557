"""Readers' feedback, kept in SQLite: what is acknowledged is on the disk (disk).

WAL with synchronous=FULL; the widget's own id makes a repeated sending harmless.
"""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from index import UserError

_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, received TEXT NOT NULL, rating TEXT NOT NULL, reason TEXT, comment TEXT,
    question TEXT NOT NULL, verdict TEXT NOT NULL, citations TEXT NOT NULL, page TEXT NOT NULL, index_version TEXT NOT NULL
)
"""
_BUSY_SECONDS = 2


class Feedback(BaseModel):
    """What a reader sends about one answer."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    """Made by the sender; sending the same again stores nothing twice."""
    rating: Literal["up", "down"]
    reason: Literal["wrong", "incomplete", "citation", "off_topic"] | None = None
    comment: Annotated[str, Field(max_length=2000)] | None = None
    question: Annotated[str, Field(max_length=10_000)] = ""
    verdict: Literal["answered", "partial", "not_covered", ""] = ""
    citations: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=20)] = []
    page: Annotated[str, Field(max_length=500)] = ""
    index_version: Annotated[str, Field(max_length=64)] = ""


class FeedbackUnavailable(UserError):
    """The feedback file can't be written."""


class FeedbackStore:
    """One SQLite file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def add(self, feedback: Feedback) -> bool:
        """Store feedback durably; return False if this id is stored already.

        Raises:
            FeedbackUnavailable: If it could not be brought to the disk; nothing was stored.
        """
        fields = feedback.model_dump(mode="json")
        row = {name: _encodable(value) if isinstance(value, str) else value for name, value in fields.items()}
        row |= {"received": datetime.now(UTC).isoformat(timespec="seconds"), "citations": _encodable("\n".join(fields["citations"]))}
        names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
        insert = f"INSERT OR IGNORE INTO feedback ({names}) VALUES ({places})"  # noqa: S608  the names are our model's
        with self._lock:
            try:
                connection = self._connect()
                with connection:
                    done = connection.execute(insert, row)
                return done.rowcount == 1
            except (sqlite3.Error, OSError) as error:
                self._connection = None
                raise FeedbackUnavailable("Feedback can't be stored right now.", remedy="Try again later.") from error

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None and not self._file.exists():
            self._connection = None  # removed under us: rows written to what is no longer there would be lost
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, timeout=_BUSY_SECONDS, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(_TABLE)
            self._connection = connection
        return self._connection


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
