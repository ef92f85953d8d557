"""A built site becomes a searchable store: read, cut, embed, write aside, swap in (disk, model).

Called by the command line; calls every other module of this room.
"""

import hashlib
import logging
import math
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index import export
from index.asked import ASKED_FILE, AskedQuestion, read_asked, write_asked
from index.dense import write_dense
from index.encoder import Embedder
from index.errors import IndexBroken, IndexMissing, SiteMissing
from index.furniture import without_furniture
from index.lexical import passage_terms, write_lexical
from index.model import Page, Passage
from index.models import BuildModels, Progress, check_models, find_models, given_model, load_models
from index.page_questions import write_page_questions
from index.pages import html_files, read_site, site_digest
from index.passages import cut_page, units
from index.store import FORMAT, EmbeddingCache, Manifest, Store, write_pages, write_passages
from index.vocabulary import learn, write_vocabulary
from index.words import SAMPLE, learn_projection, pack, write_words

log = logging.getLogger(__name__)

LEXICAL_TOKENS = 256
"""Passage limit where no model sets one."""
_QUESTION = "question\0"
"""Before a question in what its cached vector goes by: a model may read the same text otherwise as a passage."""
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


def _untold(stage: str, done: int, total: int) -> None:
    """The progress that nobody wants to know."""


def build_index(
    site: Path,
    store: Store,
    *,
    site_url: str = "",
    model: str = export.BUNDLED,
    late_interaction: bool = True,
    cross_encoder: bool = True,
    fresh: bool = False,
    progress: Progress = _untold,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Index a built site; do nothing if the store already holds just that.

    Args:
        site: Folder of HTML pages, made by any generator.
        store: Where the index goes.
        site_url: Where the site is published; citations then are absolute.
        model: `bundled`, a folder, or a hub name.
        late_interaction: Whether words get their vectors from a late-interaction model; see `index.models.find_models`.
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
        wanted = given_model(embedder) if embedder else find_models(model, late_interaction=late_interaction, cross_encoder=cross_encoder)
        version = _version(site, files, wanted.identity, site_url)
        inputs = hashlib.sha256(f"{version}\0{site}\0{wanted.reading}".encode()).hexdigest()
        found = None if fresh else _current(store, given=embedder is not None)
        if found and found.inputs == inputs and wanted.are_in(found):
            return BuildReport(found, True, 0, found.passages, 0, time.perf_counter() - started)
        models = load_models(wanted, store, fresh=fresh, progress=progress)
        pages, skipped = _read_pages(site, files, progress)
        about = {"version": version[:12], "site": str(site), "site_url": site_url and site_url.rstrip("/") + "/", "inputs": inputs}
        manifest, embedded, reused = _write(store, pages, models, about, fresh, progress, site)
    return BuildReport(manifest, False, embedded, reused, skipped, time.perf_counter() - started)


def build_pages(
    pages: Iterable[Page], store: Store, *, model: str = export.BUNDLED, late_interaction: bool = True, progress: Progress = _untold
) -> Manifest:
    """Index pages that come from elsewhere than a site's HTML, such as a data set; always builds, and without a cross-encoder.

    Raises:
        ModelTampered: If a model that a package brings is not the expected one.
        UserError: If another build holds the store.
    """
    with store.writing():
        wanted = find_models(model, late_interaction=late_interaction, cross_encoder=False)
        models = load_models(wanted, store, fresh=False, progress=progress)
        about = {"version": "pages", "site": "", "site_url": "", "inputs": ""}
        return _write(store, list(pages), models, about, False, progress, None)[0]


def _write(
    store: Store, pages: list[Page], models: BuildModels, about: dict[str, str], fresh: bool, progress: Progress, site: Path | None
) -> tuple[Manifest, int, int]:
    """Cut, embed and publish pages, with the questions that their site brings; return the manifest, and how many texts were
    embedded and how many reused."""
    embedder = models.embedder
    used = {"encoder": models.encoder, "word_encoder": models.word_encoder, "cross_encoder": models.cross_encoder, "note": models.note}
    passages = _cut(pages, embedder)
    asked, lost = read_asked(site, passages) if site and embedder else ([], 0)
    if lost:
        log.warning("%d questions in '%s' name sections that the site has not; they are left out.", lost, ASKED_FILE)
    with store.new_build() as aside:
        embedded = reused = 0
        if embedder is not None:
            embedded, reused = _embed(store, aside, passages, asked, pages, embedder, fresh, progress)
        write_lexical([passage_terms(" ".join(passage.headings), passage.text) for passage in passages], aside / "bm25")
        write_vocabulary(learn(passages), aside / "vocabulary.json")
        write_passages(passages, aside / "passages.jsonl")
        write_pages(pages, aside / "pages.jsonl")
        counts = {"pages": len(pages), "sections": sum(len(page.sections) for page in pages), "passages": len(passages)}
        built = datetime.now(UTC).isoformat(timespec="microseconds")
        return store.publish(aside, {"format": FORMAT, "built": built, **about, **used, **counts}), embedded, reused


def _version(site: Path, files: list[Path], weights: str, site_url: str) -> str:
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()
    asked = [file] if (file := site / ASKED_FILE).is_file() else []
    whole = "\0".join((str(FORMAT), code, weights, site_url, site_digest(site, [*files, *asked])))
    return hashlib.sha256(whole.encode()).hexdigest()


def _current(store: Store, *, given: bool) -> Manifest | None:
    """Return the current build's manifest if the build is whole; its models, too, unless the embedder was given."""
    try:
        folder, manifest = store.current()
        store.verify(folder, manifest)
        if not given:
            check_models(manifest, store.encoders)
        return manifest
    except IndexMissing:
        return None
    except IndexBroken as error:
        log.warning("%s It is built anew now.", error.message)
        return None


def _read_pages(site: Path, files: list[Path], progress: Progress) -> tuple[list[Page], int]:
    pages: list[Page] = []
    for done, page in enumerate(read_site(site, files), 1):
        progress("Reading pages", done, len(files))
        if page is not None:
            pages.append(page)
    pages = without_furniture(pages)
    if not pages:
        raise SiteMissing(site)
    return pages, len(files) - len(pages)


def _cut(pages: list[Page], embedder: Embedder | None) -> list[Passage]:
    count, limit = (embedder.count_tokens, embedder.max_tokens) if embedder else (_rough_tokens, LEXICAL_TOKENS)
    return [passage for page in pages for passage in cut_page(page, count, limit)]


def _rough_tokens(text: str) -> int:
    """Word pieces, roughly: long words count more than once."""
    return 2 + sum(math.ceil(len(word) / 6) for word in re.findall(r"\w+|[^\w\s]", text))


def _embed(
    store: Store,
    aside: Path,
    passages: list[Passage],
    asked: list[AskedQuestion],
    pages: list[Page],
    embedder: Embedder,
    fresh: bool,
    progress: Progress,
) -> tuple[int, int]:
    """Write the vectors of passages, of their words, of units and of questions; return how many texts were embedded and how many reused."""
    inputs = [passage.embedding_input for passage in passages]
    said = [f"{passage.headings[-1]}: {unit.text}" for passage in passages for unit in units(passage)]
    keys = [_key(text) for text in (*inputs, *said)]
    asking = [*(question.text for question in asked), *(question for page in pages for question in page.questions)]
    question_keys = [_key(f"{_QUESTION}{question}") for question in asking]
    cache = EmbeddingCache(store.cache / f"{embedder.key}.npz")
    if fresh:
        cache.clear()
    step = max(1, len(inputs) // SAMPLE)  # passages from everywhere come first: a projection is learned from them
    order = sorted(range(len(inputs)), key=lambda place: place % step)
    with_words = {keys[place]: inputs[place] for place in order if keys[place] not in cache.words or keys[place] not in cache.vectors}
    alone = {key: text for key, text in zip(keys[len(inputs) :], said, strict=True) if key not in cache.vectors and key not in with_words}
    questions = {key: question for key, question in zip(question_keys, asking, strict=True) if key not in cache.vectors}
    pending = [*with_words.items(), *alone.items(), *questions.items()]
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("Embedding", done, len(pending))

    for start in range(0, len(pending), _SAVE_EVERY):
        chunk = dict(pending[start : start + _SAVE_EVERY])
        _embed_chunk(embedder, cache, {key: text for key, text in chunk.items() if key in with_words}, advance)
        plain = {key: text for key, text in chunk.items() if key in alone}
        cache.vectors.update(zip(plain, embedder.embed_passages(list(plain.values()), advance), strict=True))
        like = {key: text for key, text in chunk.items() if key in questions}
        cache.vectors.update(zip(like, embedder.embed_questions(list(like.values()), advance), strict=True))
        if start + _SAVE_EVERY < len(pending):
            cache.save(cache.vectors)
    if pending:
        cache.save([*keys, *question_keys])
    rows = np.stack([cache.vectors[key] for key in keys]).astype(np.float32)
    write_dense(rows[: len(inputs)], aside / "vectors.faiss")
    assert cache.projection is not None  # there are passages, so one was learned or kept
    write_words((cache.words[key] for key in keys[: len(inputs)]), cache.projection, aside)
    # half precision: these only rank sentences against each other
    np.save(aside / "units.npy", rows[len(inputs) :].astype(np.float16), allow_pickle=False)
    vectors = np.array([cache.vectors[key] for key in question_keys], dtype=np.float32).reshape(-1, embedder.dimension)
    write_asked(asked, vectors[: len(asked)], aside)
    write_page_questions(vectors[len(asked) :], aside)
    return len(pending), len({*keys, *question_keys}) - len(pending)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


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
