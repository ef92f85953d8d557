"""The models of a build: which are wanted, and their exports, found or made (disk, model). Called by index.build."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index import export
from index.cross_encoder import read_cross_encoder_info
from index.encoder import Embedder, OnnxEmbedder, PairedEmbedder, read_encoder_info
from index.errors import IndexBroken, ModelUnusable
from index.export_cross_encoder import cross_encoder_digest, export_cross_encoder
from index.export_late_interaction import LATE_INTERACTION_SHA256, export_late_interaction
from index.store import Manifest, Store

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class WantedModels:
    """What a build shall use, and the digests of the weights; an empty digest means that a model is not wanted or not here."""

    model: str
    """The embedding model, as in the settings."""
    folder: Path | None
    """Its files; none if it can't be had."""
    weights: str
    words: str
    """Of the late-interaction model."""
    reading: str
    """Of the cross-encoder."""
    note: str = ""
    """Why something is not here; else empty."""
    given: Embedder | None = None
    """Used instead of a model's files."""

    @property
    def identity(self) -> str:
        """What of them decides the content of a build."""
        return f"{self.weights}\0{self.words}"

    def are_in(self, build: Manifest) -> bool:
        """Say whether a build has them all: one that is here, but could not be exported then, may be exported now."""
        pairs = ((self.folder, build.encoder), (self.words, build.word_encoder), (self.reading, build.cross_encoder))
        return all(name or not wanted for wanted, name in pairs)


@dataclass(frozen=True, slots=True)
class BuildModels:
    """What a build uses: names of folders in `encoders/`, as its manifest has them."""

    embedder: Embedder | None
    encoder: str | None
    word_encoder: str | None = None
    cross_encoder: str | None = None
    note: str = ""


def given_model(embedder: Embedder) -> WantedModels:
    """Return that an embedder which is there already is all that is wanted."""
    return WantedModels("", None, embedder.key, "", "", given=embedder)


def find_models(model: str, *, late_interaction: bool, cross_encoder: bool) -> WantedModels:
    """Return what can be used of what is wanted.

    Args:
        model: `bundled`, a folder, or a hub name.
        late_interaction: Whether words get their vectors from a late-interaction model; it knows English, so only beside the
            bundled model, which does, too.
        cross_encoder: Whether a cross-encoder is wanted.

    Raises:
        ModelTampered: If a model that a package brings is not the expected one.
    """
    try:
        folder = export.model_folder(model) or export.download_model(model)
        weights, note = export.weights_digest(folder), ""
    except ModelUnusable as error:
        return WantedModels(model, None, "none", "", "", str(error))
    words = LATE_INTERACTION_SHA256 if late_interaction and model == export.BUNDLED else ""
    reading = ""
    if cross_encoder:
        try:
            reading = cross_encoder_digest()
        except ModelUnusable as error:
            note = str(error)
    return WantedModels(model, folder, weights, words, reading, note)


def load_models(wanted: WantedModels, store: Store, *, fresh: bool, progress: Progress) -> BuildModels:
    """Return the models' exports, made now if need be; a model that can't be exported is left out, and the note says why.

    Raises:
        ModelTampered: If a model that a package brings is not the expected one.
    """
    if wanted.given:
        return BuildModels(wanted.given, wanted.given.key)
    exports = _Exports(store, fresh, progress)
    folder = wanted.folder
    if folder is None:
        return BuildModels(None, None, note=wanted.note)
    try:
        encoder = exports.get(
            wanted.weights, "model", read_encoder_info, lambda: export.export_encoder(wanted.model, folder, store.encoders)
        )
    except ModelUnusable as error:
        return BuildModels(None, None, note=str(error))
    embedder: Embedder = OnnxEmbedder(encoder, threads=_threads())
    words, words_note = exports.try_get(
        wanted.words, "late-interaction model", read_encoder_info, lambda: export_late_interaction(store.encoders)
    )
    if words is not None:
        embedder = PairedEmbedder(embedder, OnnxEmbedder(words, threads=_threads()))
    reading, reading_note = exports.try_get(
        wanted.reading, "cross-encoder", read_cross_encoder_info, lambda: export_cross_encoder(store.encoders)
    )
    note = wanted.note or words_note or reading_note
    return BuildModels(embedder, encoder.name, words.name if words else None, reading.name if reading else None, note)


def check_models(build: Manifest, encoders: Path) -> None:
    """Check the exports that a build names.

    Raises:
        IndexBroken: If a file of one is missing, unreadable or altered.
    """
    for name in (build.encoder, build.word_encoder):
        if name:
            read_encoder_info(encoders / name)
    if build.cross_encoder:
        read_cross_encoder_info(encoders / build.cross_encoder)


@dataclass(frozen=True, slots=True)
class _Exports:
    store: Store
    fresh: bool
    progress: Progress

    def try_get(self, weights: str, what: str, read: Callable[[Path], object], make: Callable[[], Path]) -> tuple[Path | None, str]:
        """Return the folder of an exported model, or none and the reason why not."""
        try:
            return (self.get(weights, what, read, make), "") if weights else (None, "")
        except ModelUnusable as error:
            return None, str(error)

    def get(self, weights: str, what: str, read: Callable[[Path], object], make: Callable[[], Path]) -> Path:
        """Return the folder of an exported model: one that is there and whole, unless it shall be made anew, or the one made now."""
        for found in [] if self.fresh else sorted(self.store.encoders.glob(f"{weights[:16]}-*")):
            try:
                read(found)
                return found
            except IndexBroken as error:
                log.warning("%s It is made anew now.", error.message)
        self.progress(f"Exporting the {what}", 0, 1)
        made = make()
        self.progress(f"Exporting the {what}", 1, 1)
        return made


def _threads() -> int:
    return min(4, os.cpu_count() or 1)
