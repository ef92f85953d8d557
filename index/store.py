"""The store on disk: builds that replace each other in one step, encoders, cached embeddings.

    store/current            name of the build that answers
    store/builds/NAME/       manifest.json, passages.jsonl, pages.jsonl, vocabulary.json, wording.json, vectors.faiss, bm25/, and units,
                             words, asked questions and those of pages as .npy
    store/encoders/NAME/     one exported encoder, of texts or of words, or cross-encoder
    store/cache/KEY.npz      embeddings by content

Written by index.build, read by index.search. No pickle; each file's SHA-256 stands in the manifest and is checked
before anything parses the file; the manifest's own is in the name of its build, an encoder's in the name of its folder.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import IndexBroken, IndexMissing, UserError
from index.exported import file_sha256, verify_file
from index.model import Block, Page, Passage, Source

log = logging.getLogger(__name__)

FORMAT = 12
"""Raised when the files of a build change their meaning; an older store is then built anew."""
_KEPT_BUILDS = 2
"""The current build and the one before: a server that is still reading the older one loses nothing."""


class PageInfo(BaseModel):
    """What is kept of a page beside its passages."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str
    description: str
    questions: tuple[str, ...] = ()


class Manifest(BaseModel):
    """`manifest.json`: what a build was made from, and the sums of its files."""

    model_config = ConfigDict(frozen=True)

    format: int
    version: str
    """Digest of everything that was built from: equal sites, models and code give equal versions."""
    built: str
    """UTC, ISO 8601."""
    site: str
    """Folder of the built site, as it was named."""
    site_url: str
    """Where the site is published, with a closing slash; empty if citations stay relative to its root."""
    inputs: str
    """Digest of site, model and format: what decides whether a rebuild has anything to do."""
    encoder: str | None
    """Name of the folder in `encoders/`; none if no model could be loaded and search is lexical only."""
    word_encoder: str | None
    """Likewise, of the late-interaction model; none if it was not wanted or could not be exported, and words are the encoder's."""
    cross_encoder: str | None
    """Likewise; none if it was not wanted or could not be exported."""
    note: str
    """Why one of these is missing that was wanted; else empty."""
    pages: int
    sections: int
    passages: int
    files: dict[str, str]


class Store:
    """A folder with builds."""

    def __init__(self, folder: Path, *, encoders: Path | None = None, cache: Path | None = None) -> None:
        """Name the folders; nothing is read or made yet.

        Args:
            folder: Of the builds.
            encoders: Where exported encoders are, if not inside; several stores may share them.
            cache: Where cached embeddings are, likewise.
        """
        self.folder = folder
        self.encoders = encoders or folder / "encoders"
        self.cache = cache or folder / "cache"

    def current_name(self) -> str:
        """Return the name of the build that answers.

        Raises:
            IndexMissing: If nothing was built here.
            IndexBroken: If the pointer names nothing that a build could be called.
        """
        pointer = self.folder / "current"
        try:
            name = pointer.read_text("utf-8").strip()
        except FileNotFoundError as error:
            raise IndexMissing(self.folder) from error
        except (OSError, UnicodeDecodeError) as error:
            raise IndexBroken(pointer, "is not readable") from error
        if not name or not name.replace("-", "").isalnum():
            raise IndexBroken(pointer, "names no build")
        return name

    def current(self) -> tuple[Path, Manifest]:
        """Return folder and manifest of the current build; the files are not verified yet."""
        name = self.current_name()
        folder = self.folder / "builds" / name
        if not folder.is_dir():
            raise IndexBroken(self.folder / "current", f"names the build {name}, which is not there")
        file = folder / "manifest.json"
        try:
            raw = file.read_bytes()
        except FileNotFoundError as error:
            raise IndexBroken(file, "is missing") from error
        except OSError as error:
            raise IndexBroken(file, "is not readable") from error
        if (found := _format(raw)) not in (None, FORMAT):
            raise IndexBroken(file, f"has format {found}, and this version reads format {FORMAT}")
        if not name.endswith(f"-{_seal(raw)}"):
            raise IndexBroken(file, "is truncated or altered")
        try:
            return folder, Manifest.model_validate_json(raw)
        except ValidationError as error:
            raise IndexBroken(file, "was written by another version") from error

    def verify(self, folder: Path, manifest: Manifest) -> None:
        """Check the sum of every file of a build.

        Raises:
            IndexBroken: Naming the first file that is missing or altered.
        """
        for name, sha256 in manifest.files.items():
            verify_file(folder / name, sha256)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store for one builder.

        Raises:
            UserError: If another build is running.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                yield
        except Timeout as error:
            raise UserError(f"Another build is writing to '{self.folder}'.", remedy="Wait until it has ended.") from error

    @contextmanager
    def new_build(self) -> Iterator[Path]:
        """Give a folder aside, to be filled and then handed to `publish`; what is left of it is removed."""
        builds = self.folder / "builds"
        builds.mkdir(parents=True, exist_ok=True)
        for left in builds.glob(".new-*"):  # of a build that was killed
            shutil.rmtree(left, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(dir=builds, prefix=".new-"))
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def publish(self, aside: Path, manifest: dict[str, Any]) -> Manifest:
        """Seal a filled folder with its manifest and make it the current build in one step."""
        files = {path.relative_to(aside).as_posix(): file_sha256(path) for path in sorted(aside.rglob("*")) if path.is_file()}
        sealed = Manifest(files=files, **manifest)
        text = sealed.model_dump_json(indent=2).encode()
        (aside / "manifest.json").write_bytes(text)
        for path in aside.rglob("*"):
            if path.is_file():
                _flush(path)
        name = f"{sealed.version}-{_seal(text)}"
        aside.rename(self.folder / "builds" / name)
        _flush(self.folder / "builds")
        write_whole(self.folder / "current", name.encode())
        self._remove_old(name)
        return sealed

    def _remove_old(self, current: str) -> None:
        builds = [path for path in (self.folder / "builds").iterdir() if path.name != current and not path.name.startswith(".")]
        builds.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for old in builds[_KEPT_BUILDS - 1 :]:
            shutil.rmtree(old, ignore_errors=True)


def _seal(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:16]


def _format(manifest: bytes) -> int | None:
    try:
        found = json.loads(manifest)["format"]
    except (ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, int) else None


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file in one step: a reader finds the old content or the new, never a part."""
    handle, aside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        Path(aside).replace(file)
        _flush(file.parent)
    finally:
        Path(aside).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_passages(passages: Iterable[Passage], file: Path) -> None:
    """Write passages as JSON lines."""
    with file.open("w", encoding="utf-8") as lines:
        for passage in passages:
            lines.write(json.dumps(asdict(passage), ensure_ascii=False, sort_keys=True) + "\n")


def read_passages(file: Path) -> list[Passage]:
    """Read what `write_passages` wrote."""
    with file.open(encoding="utf-8") as lines:
        return [_passage(json.loads(line)) for line in lines]


def _passage(fields: dict[str, Any]) -> Passage:
    blocks = tuple(Block(**{**block, "sources": tuple(Source(**source) for source in block["sources"])}) for block in fields["blocks"])
    return Passage(**{**fields, "headings": tuple(fields["headings"]), "blocks": blocks})


def write_pages(pages: Iterable[Page], file: Path) -> None:
    """Write titles, descriptions and questions of pages as JSON lines."""
    with file.open("w", encoding="utf-8") as lines:
        for page in pages:
            info = PageInfo(url=page.url, title=page.title, description=page.description, questions=page.questions)
            lines.write(info.model_dump_json() + "\n")


def read_pages(file: Path) -> list[PageInfo]:
    """Read what `write_pages` wrote."""
    with file.open(encoding="utf-8") as lines:
        return [PageInfo.model_validate_json(line) for line in lines]


class EmbeddingCache:
    """Vectors by content, so that an unchanged text is never embedded again; and the words of passages, packed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.vectors: dict[str, np.ndarray] = {}
        self.words: dict[str, np.ndarray] = {}
        self.projection: np.ndarray | None = None
        """What `words` were packed with; see `index.words`."""
        if file.exists():
            try:
                with np.load(file, allow_pickle=False) as stored:
                    vectors = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
                    packed = np.split(stored["words"], stored["word_ends"])[:-1]  # behind the last end stands nothing
                    words = dict(zip(stored["word_keys"].tolist(), packed, strict=True))
                    self.vectors, self.words, self.projection = vectors, words, stored["projection"] if words else None
            except Exception as error:  # whatever zipfile and NumPy raise on damaged bytes: a cache is never worth a failed build
                log.warning("The embedding cache '%s' is damaged (%s); its texts are embedded anew.", file, error)

    def clear(self) -> None:
        """Forget everything; the file keeps its content until the next `save`."""
        self.vectors, self.words, self.projection = {}, {}, None

    def save(self, used: Iterable[str]) -> None:
        """Write the vectors and words of the given keys and forget the others; whole or not at all."""
        keys = sorted(set(used))
        if not keys:
            return
        worded = [key for key in keys if key in self.words]
        packed = [self.words[key] for key in worded]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_name(f".{self._file.name}")
        with aside.open("wb") as file:
            np.savez(
                file,
                keys=np.array(keys, dtype="U64"),
                vectors=np.stack([self.vectors[key] for key in keys]),
                word_keys=np.array(worded, dtype="U64"),
                words=np.concatenate(packed) if packed else np.zeros((0, 0), dtype=np.int8),
                word_ends=np.cumsum([len(words) for words in packed], dtype=np.int64),
                projection=np.zeros((0, 0), dtype=np.float32) if self.projection is None else self.projection,
            )
        aside.replace(self._file)
