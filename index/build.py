"""A built site becomes a searchable store: read, cut, embed, write aside, swap in (disk, model).

Called by the command line; calls every other module of this room.
"""

import hashlib
import logging
import math
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index import export, export_cross_encoder
from index.cross_encoder import read_cross_encoder_info
from index.dense import write_dense
from index.encoder import Embedder, OnnxEmbedder, read_encoder_info
from index.errors import IndexBroken, IndexMissing, ModelUnusable, SiteMissing
from index.lexical import passage_terms, write_lexical
from index.model import Page, Passage
from index.pages import html_files, read_site, site_digest
from index.passages import cut_page, units
from index.store import FORMAT, EmbeddingCache, Manifest, Store, write_pages, write_passages
from index.vocabulary import learn, write_vocabulary
from index.words import SAMPLE, learn_projection, pack, write_words

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how much of it is done, and how much there is."""
LEXICAL_TOKENS = 256
"""Passage limit where no model sets one."""
_SAVE_EVERY = 2048
"""Texts embedded between two savings of the cache: about what a killed build may lose."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    manifest: Manifest
    unchanged: bool
    """True if the store already held exactly this, and nothing was written."""
    embedded: int
    """Texts that went through the model: passages, and the sentences in them."""
    reused: int
    skipped: int
    """HTML files that asked not to be indexed, redirect or have no text."""
    seconds: float


def build_index(
    site: Path,
    store: Store,
    *,
    site_url: str = "",
    model: str = export.BUNDLED,
    cross_encoder: bool = True,
    fresh: bool = False,
    progress: Progress = lambda stage, done, total: None,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Index a built site; do nothing if the store already holds just that.

    Args:
        site: Folder of HTML pages, made by any generator.
        store: Where the index goes.
        site_url: Where the site is published; citations then are absolute.
        model: `bundled`, a folder, or a hub name.
        cross_encoder: Whether the bundled cross-encoder is exported, too: it reads what was found again.
        fresh: Build even if nothing changed, and forget cached embeddings.
        progress: Told how far the build is.
        embedder: Used instead of `model`, for tests.

    Raises:
        SiteMissing: If there are no HTML pages.
        ModelTampered: If a model that a package brings is not the expected one.
        UserError: If another build holds the store.
    """
    started = time.perf_counter()
    files = html_files(site)
    with store.writing():
        weights, folder, note = (embedder.key, None, "") if embedder else _find_model(model)
        version = _version(site, files, weights, site_url)
        reading, lacking = _find_cross_encoder() if cross_encoder and folder is not None else ("", "")
        inputs = hashlib.sha256(f"{version}\0{site}\0{reading}".encode()).hexdigest()
        found = None if fresh else _current(store, given=embedder is not None)
        # a model that is here, but could not be exported when the store was built, may be exported now
        exported = found and (found.encoder or folder is None) and (found.cross_encoder or not reading)
        if found and found.inputs == inputs and exported:
            return BuildReport(found, True, 0, found.passages, 0, time.perf_counter() - started)
        encoder = embedder.key if embedder else None
        if embedder is None and folder is not None:
            embedder, encoder, note = _load_encoder(store, model, folder, weights, fresh, progress)
        reader = None
        if encoder and reading:
            reader, lacking = _load_cross_encoder(store, reading, fresh, progress)
        pages, skipped = _read_pages(site, files, progress)
        about = {
            "version": version[:12],
            "site": str(site),
            "site_url": site_url and site_url.rstrip("/") + "/",
            "inputs": inputs,
            "encoder": encoder,
            "cross_encoder": reader,
            "note": note or lacking,
        }
        manifest, embedded, reused = _write(store, pages, embedder, about, fresh, progress)
    return BuildReport(manifest, False, embedded, reused, skipped, time.perf_counter() - started)


def build_pages(
    pages: Iterable[Page], store: Store, *, model: str = export.BUNDLED, progress: Progress = lambda stage, done, total: None
) -> Manifest:
    """Index pages that come from elsewhere than a site's HTML, such as a data set; always builds.

    Raises:
        ModelTampered: If a model that a package brings is not the expected one.
        UserError: If another build holds the store.
    """
    with store.writing():
        weights, folder, note = _find_model(model)
        embedder, encoder = None, None
        if folder is not None:
            embedder, encoder, note = _load_encoder(store, model, folder, weights, False, progress)
        about = {"version": "pages", "site": "", "site_url": "", "inputs": "", "encoder": encoder, "cross_encoder": None, "note": note}
        return _write(store, list(pages), embedder, about, False, progress)[0]


def _write(
    store: Store, pages: list[Page], embedder: Embedder | None, about: dict[str, str | None], fresh: bool, progress: Progress
) -> tuple[Manifest, int, int]:
    """Cut, embed and publish pages; return the manifest, and how many texts were embedded and how many reused."""
    passages = _cut(pages, embedder)
    with store.new_build() as aside:
        embedded = reused = 0
        if embedder is not None:
            embedded, reused = _embed(store, aside, passages, embedder, fresh, progress)
        write_lexical([passage_terms(" ".join(passage.headings), passage.text) for passage in passages], aside / "bm25")
        write_vocabulary(learn(passages), aside / "vocabulary.json")
        write_passages(passages, aside / "passages.jsonl")
        write_pages(pages, aside / "pages.jsonl")
        counts = {"pages": len(pages), "sections": sum(len(page.sections) for page in pages), "passages": len(passages)}
        built = datetime.now(UTC).isoformat(timespec="microseconds")
        return store.publish(aside, {"format": FORMAT, "built": built, **about, **counts}), embedded, reused


def _find_model(model: str) -> tuple[str, Path | None, str]:
    """Return digest and folder of the model's files, or no folder and the reason why not."""
    try:
        folder = export.model_folder(model) or export.download_model(model)
        return export.weights_digest(folder), folder, ""
    except ModelUnusable as error:
        return "none", None, str(error)


def _version(site: Path, files: list[Path], weights: str, site_url: str) -> str:
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()
    whole = "\0".join((str(FORMAT), code, weights, site_url, site_digest(site, files)))
    return hashlib.sha256(whole.encode()).hexdigest()


def _current(store: Store, *, given: bool) -> Manifest | None:
    """Return the current build's manifest if the build is whole; its encoder, too, unless the embedder was given."""
    try:
        folder, manifest = store.current()
        store.verify(folder, manifest)
        if manifest.encoder and not given:
            read_encoder_info(store.encoders / manifest.encoder)
        if manifest.cross_encoder:
            read_cross_encoder_info(store.encoders / manifest.cross_encoder)
        return manifest
    except IndexMissing:
        return None
    except IndexBroken as error:
        log.warning("%s It is built anew now.", error.message)
        return None


def _load_encoder(
    store: Store, model: str, folder: Path, weights: str, fresh: bool, progress: Progress
) -> tuple[OnnxEmbedder | None, str | None, str]:
    """Return the encoder of a model and its name, exported now if need be; or nothing, and the reason why not."""
    try:
        found = _exported(
            store, weights, fresh, read_encoder_info, lambda: export.export_encoder(model, folder, store.encoders), "model", progress
        )
    except ModelUnusable as error:
        return None, None, str(error)
    return OnnxEmbedder(found, threads=_threads()), found.name, ""


def _find_cross_encoder() -> tuple[str, str]:
    """Return the identity of the cross-encoder's weights, and why there is none."""
    try:
        return export_cross_encoder.cross_encoder_digest(), ""
    except ModelUnusable as error:
        return "", str(error)


def _load_cross_encoder(store: Store, weights: str, fresh: bool, progress: Progress) -> tuple[str | None, str]:
    """Return the name of the cross-encoder, exported now if need be; or none, and the reason why not."""
    try:
        found = _exported(
            store,
            weights,
            fresh,
            read_cross_encoder_info,
            lambda: export_cross_encoder.export_cross_encoder(store.encoders),
            "cross-encoder",
            progress,
        )
    except ModelUnusable as error:
        return None, str(error)
    return found.name, ""


def _exported(
    store: Store, weights: str, fresh: bool, read: Callable[[Path], object], make: Callable[[], Path], what: str, progress: Progress
) -> Path:
    """Return the folder of an exported model: one that is there and whole, unless it shall be made anew, or the one made now."""
    for found in [] if fresh else sorted(store.encoders.glob(f"{weights[:16]}-*")):
        try:
            read(found)
            return found
        except IndexBroken as error:
            log.warning("%s It is made anew now.", error.message)
    progress(f"Exporting the {what}", 0, 1)
    made = make()
    progress(f"Exporting the {what}", 1, 1)
    return made


def _threads() -> int:
    return min(4, os.cpu_count() or 1)


def _read_pages(site: Path, files: list[Path], progress: Progress) -> tuple[list[Page], int]:
    pages: list[Page] = []
    for done, page in enumerate(read_site(site, files), 1):
        progress("Reading pages", done, len(files))
        if page is not None:
            pages.append(page)
    if not pages:
        raise SiteMissing(site)
    return pages, len(files) - len(pages)


def _cut(pages: list[Page], embedder: Embedder | None) -> list[Passage]:
    count, limit = (embedder.count_tokens, embedder.max_tokens) if embedder else (_rough_tokens, LEXICAL_TOKENS)
    return [passage for page in pages for passage in cut_page(page, count, limit)]


def _rough_tokens(text: str) -> int:
    """Word pieces, roughly: long words count more than once."""
    return 2 + sum(math.ceil(len(word) / 6) for word in re.findall(r"\w+|[^\w\s]", text))


def _embed(store: Store, aside: Path, passages: list[Passage], embedder: Embedder, fresh: bool, progress: Progress) -> tuple[int, int]:
    """Write passages' vectors and words, and units' vectors; return how many texts were embedded and how many reused."""
    inputs = [passage.embedding_input for passage in passages]
    said = [f"{passage.headings[-1]}: {unit.text}" for passage in passages for unit in units(passage)]
    keys = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in (*inputs, *said)]
    cache = EmbeddingCache(store.cache / f"{embedder.key}.npz")
    if fresh:
        cache.clear()
    step = max(1, len(inputs) // SAMPLE)  # passages from everywhere come first: a projection is learned from them
    order = sorted(range(len(inputs)), key=lambda place: place % step)
    with_words = {keys[place]: inputs[place] for place in order if keys[place] not in cache.words or keys[place] not in cache.vectors}
    alone = {key: text for key, text in zip(keys[len(inputs) :], said, strict=True) if key not in cache.vectors and key not in with_words}
    pending = [*with_words.items(), *alone.items()]
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("Embedding", done, len(pending))

    for start in range(0, len(pending), _SAVE_EVERY):
        chunk = dict(pending[start : start + _SAVE_EVERY])
        _embed_chunk(embedder, cache, {key: text for key, text in chunk.items() if key in with_words}, advance)
        plain = {key: text for key, text in chunk.items() if key not in with_words}
        cache.vectors.update(zip(plain, embedder.embed_passages(list(plain.values()), advance), strict=True))
        if start + _SAVE_EVERY < len(pending):
            cache.save(cache.vectors)
    if pending:
        cache.save(keys)
    rows = np.stack([cache.vectors[key] for key in keys]).astype(np.float32)
    write_dense(rows[: len(inputs)], aside / "vectors.faiss")
    assert cache.projection is not None  # there are passages, so one was learned or kept
    write_words((cache.words[key] for key in keys[: len(inputs)]), cache.projection, aside)
    # half precision: these only rank sentences against each other
    np.save(aside / "units.npy", rows[len(inputs) :].astype(np.float16), allow_pickle=False)
    return len(pending), len(set(keys)) - len(pending)


def _embed_chunk(embedder: Embedder, cache: EmbeddingCache, texts: dict[str, str], advance: Callable[[int], None]) -> None:
    """Embed passages with their words, few at a time: unpacked, a passage's words take a hundred times the room of its vector."""
    waiting = list(texts.items())
    for start in range(0, len(waiting), SAMPLE):
        part = waiting[start : start + SAMPLE]
        vectors, words = embedder.embed_words([text for _, text in part], advance)
        if cache.projection is None:
            cache.projection = learn_projection(np.concatenate(words))
        for (key, _), vector, found in zip(part, vectors, words, strict=True):
            cache.vectors[key], cache.words[key] = vector, pack(found, cache.projection)
