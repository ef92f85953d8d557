"""A built site becomes a store: only what changed is done, and whenever a build dies, the index before it goes on answering."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Search, SiteMissing, Store, build_index, build_pages, export
from index.build import BuildReport
from index.errors import ModelUnusable
from index.model import Block, Page, Section
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parent.parent
MakeSite = Callable[[dict[str, str]], Path]
PAGES = {
    "index.html": "<h1 id=h>Home</h1><p>Start here.</p>",
    "drift/index.html": "<h1 id=d>Drift</h1><p>Drift is a change of data. It hurts.</p>"
    "<h2 id=w>Watch</h2><ul><li>inputs</li><li>outputs</li></ul>",
    "cost.html": "<h1 id=c>Cost</h1><p>A token has a cost.</p>",
    "old.html": '<meta http-equiv="refresh" content="0; url=cost.html">',
}


def ids(store: Store) -> list[str]:
    return [passage.id for passage in Search(store, embedder=WordEmbedder()).passages]


def pages_found(store: Store, question: str) -> list[str]:
    search = Search(store, embedder=WordEmbedder())
    return [hit.passage.page for hit in search.hits(search.query(question))]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def build(store: Store) -> Callable[..., tuple[BuildReport, WordEmbedder]]:
    """Build with a fresh embedder and return it with the report, so that a test sees what went through the model."""

    def run(site: Path, **options: object) -> tuple[BuildReport, WordEmbedder]:
        embedder = WordEmbedder()
        return build_index(site, store, embedder=embedder, **options), embedder  # type: ignore[arg-type]

    return run


Build = Callable[..., tuple[BuildReport, WordEmbedder]]


def test_a_build_reports_what_it_did(build: Build, make_site: MakeSite) -> None:
    told: list[tuple[str, int, int]] = []
    report, embedder = build(make_site(PAGES), progress=lambda *stage: told.append(stage))
    manifest = report.manifest
    assert (manifest.pages, manifest.sections, manifest.passages, report.skipped) == (3, 4, 4, 1)
    assert (report.unchanged, report.embedded, report.reused) == (False, len(embedder.embedded), 0)
    assert [stage for stage in told if stage[1] == stage[2]] == [
        ("Reading pages", 4, 4),
        ("Embedding", report.embedded, report.embedded),
    ]


def test_the_embedding_input_begins_with_the_heading_path(build: Build, make_site: MakeSite) -> None:
    _, embedder = build(make_site(PAGES))
    assert "Drift > Watch\ninputs\noutputs" in embedder.embedded


def test_a_rebuild_with_nothing_changed_writes_and_embeds_nothing(build: Build, make_site: MakeSite, store: Store) -> None:
    site = make_site(PAGES)
    first, _ = build(site)
    before = {path: path.stat().st_mtime_ns for path in store.folder.rglob("*") if path.is_file()}
    again, embedder = build(site)
    assert (again.unchanged, again.manifest) == (True, first.manifest)
    assert embedder.embedded == []
    assert {path: path.stat().st_mtime_ns for path in store.folder.rglob("*") if path.is_file()} == before


def test_only_changed_texts_are_embedded(build: Build, make_site: MakeSite, store: Store) -> None:
    site = make_site(PAGES)
    build(site)
    before = ids(store)
    (site / "cost.html").write_text("<h1 id=c>Cost</h1><p>A request has a price.</p>", "utf-8")
    report, embedder = build(site)
    assert sorted(embedder.embedded) == ["Cost\nA request has a price.", "Cost: A request has a price."]
    assert report.embedded == 2
    assert report.reused > 0
    assert len(set(before) & set(ids(store))) == len(before) - 1


def test_a_page_that_only_moves_its_text_is_not_embedded_again(build: Build, make_site: MakeSite) -> None:
    site = make_site(PAGES)
    build(site)
    (site / "cost.html").rename(site / "price.html")
    assert build(site)[1].embedded == []


def test_a_removed_page_is_not_found_after_one_rebuild(build: Build, make_site: MakeSite, store: Store) -> None:
    site = make_site(PAGES)
    build(site)
    assert pages_found(store, "token cost")[0] == "cost.html"
    (site / "cost.html").unlink()
    build(site)
    assert "cost.html" not in pages_found(store, "token cost")
    folder, _ = store.current()
    assert not any("token" in path.read_text("utf-8", errors="replace") for path in folder.rglob("*.json*"))


def test_two_builds_of_the_same_pages_are_the_same_index(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site(PAGES)
    elsewhere = Path(shutil.copytree(site, tmp_path / "elsewhere"))
    stores = Store(tmp_path / "one"), Store(tmp_path / "two")
    reports = [build_index(folder, store, embedder=WordEmbedder()) for folder, store in zip((site, elsewhere), stores, strict=True)]
    assert reports[0].manifest.version == reports[1].manifest.version
    assert ids(stores[0]) == ids(stores[1])
    assert reports[0].manifest.files == reports[1].manifest.files


def test_a_site_that_moved_is_indexed_anew_so_that_it_is_served_from_where_it_is(make_site: MakeSite, build: Build, tmp_path: Path) -> None:
    site = make_site(PAGES)
    build(site)
    moved = site.rename(tmp_path / "moved")
    report, embedder = build(moved)
    assert (report.unchanged, report.manifest.site) == (False, str(moved))
    assert embedder.embedded == []


@pytest.mark.parametrize("given", ["https://docs.example.org/guide", "https://docs.example.org/guide/"])
def test_the_address_of_the_site_is_kept_with_a_closing_slash(given: str, build: Build, make_site: MakeSite) -> None:
    assert build(make_site(PAGES), site_url=given)[0].manifest.site_url == "https://docs.example.org/guide/"


def test_another_address_is_another_version_without_new_embeddings(build: Build, make_site: MakeSite) -> None:
    site = make_site(PAGES)
    first, _ = build(site)
    second, embedder = build(site, site_url="https://docs.example.org/")
    assert first.manifest.version != second.manifest.version
    assert embedder.embedded == []


def test_a_fresh_build_embeds_everything_again(build: Build, make_site: MakeSite) -> None:
    site = make_site(PAGES)
    first, _ = build(site)
    again, embedder = build(site, fresh=True)
    assert (again.embedded, again.reused) == (first.embedded, 0)
    assert len(embedder.embedded) == first.embedded


def test_another_model_embeds_everything_again(make_site: MakeSite, store: Store) -> None:
    site, other = make_site(PAGES), WordEmbedder("other")
    build_index(site, store, embedder=WordEmbedder())
    report = build_index(site, store, embedder=other)
    assert (report.unchanged, report.embedded) == (False, len(other.embedded))


def test_a_site_without_any_text_leaves_the_index_before_it(build: Build, make_site: MakeSite, store: Store) -> None:
    site = make_site(PAGES)
    build(site)
    before = store.current_name()
    for file in site.rglob("*.html"):
        file.write_text('<meta name="robots" content="noindex"><p>x</p>', "utf-8")
    with pytest.raises(SiteMissing, match="chatbot build --site DIR"):
        build(site)
    assert store.current_name() == before
    assert pages_found(store, "drift")[0] == "drift/"


def test_questions_that_pages_answer_are_kept_but_never_found(build: Build, make_site: MakeSite, store: Store) -> None:
    build(make_site({"index.html": '<meta name="assistant-question" content="Is zebra covered?"><h1>Home</h1><p>Text.</p>'}))
    search = Search(store, embedder=WordEmbedder())
    assert search.pages[""].questions == ("Is zebra covered?",)
    assert not search.lexical.scores(["zebra"]).any()


def test_one_sentence_that_fits_makes_up_for_the_rest_of_a_long_passage(build: Build, make_site: MakeSite, store: Store) -> None:
    others = " ".join(f"Word{number} stands beside word{number + 1}." for number in range(12))
    pages = {"long.html": f"<h1>X</h1><p>{others} Pagers ring at night.</p>", "short.html": "<h1>X</h1><p>Quiet night pagers sleep.</p>"}
    build(make_site(pages))
    search = Search(store, embedder=WordEmbedder())
    query = search.query("pagers ring night")
    cosines = search.dense.search(query.vector, 2)  # type: ignore[union-attr, arg-type]
    assert max(cosines, key=lambda row: cosines[row]) == next(r for r, each in enumerate(search.passages) if each.page == "short.html")
    assert search.hits(query, dense_weight=1.0)[0].passage.page == "long.html"


def test_pages_from_elsewhere_are_indexed_like_a_site(store: Store, tmp_path: Path) -> None:
    page = Page("doc-1", "Drift", "", (Section(("Drift",), "", (Block("text", "Data changes.", "Data changes."),)),))
    manifest = build_pages([page], store, model=str(tmp_path / "no-model"))
    assert (manifest.pages, manifest.passages) == (1, 1)
    search = Search(store)
    assert search.hits(search.query("change of data"))[0].passage.page == "doc-1"


def test_without_a_model_search_goes_by_words_and_the_manifest_says_why(make_site: MakeSite, store: Store) -> None:
    report = build_index(make_site(PAGES), store, model="/no/such/model")
    assert report.manifest.encoder is None
    assert "'/no/such/model'" in report.manifest.note
    assert report.embedded == 0
    search = Search(store)
    hits = search.hits(search.query("What does a token cost?"))
    assert hits[0].passage.page == "cost.html"
    assert (search.embedder, hits[0].cosine) == (None, 0)
    assert not search.unit_cosines(search.query("cost"), 0).any()
    assert search.hits(search.query("weather in Paris")) == []


def test_without_a_model_a_rebuild_with_nothing_changed_still_says_why(make_site: MakeSite, store: Store) -> None:
    site = make_site(PAGES)
    build_index(site, store, model="/no/such/model")
    again = build_index(site, store, model="/no/such/model")
    assert again.unchanged
    assert again.manifest.note


def test_a_model_that_appears_is_used_by_the_next_build(make_site: MakeSite, store: Store, tiny_model: Path, tiny_encoder: Path) -> None:
    site = make_site(PAGES)
    build_index(site, store, model=str(store.folder / "later"), cross_encoder=False)
    store.encoders.mkdir()
    shutil.copytree(tiny_encoder, store.encoders / tiny_encoder.name)
    shutil.copytree(tiny_model, store.folder / "later")
    report = build_index(site, store, model=str(store.folder / "later"), cross_encoder=False)
    assert (report.unchanged, report.manifest.encoder, report.manifest.note) == (False, tiny_encoder.name, "")
    assert Search(store).embedder is not None


def test_a_model_that_could_not_be_exported_is_tried_again(
    make_site: MakeSite, store: Store, tiny_model: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(model: str, folder: Path, encoders: Path) -> Path:
        raise ModelUnusable("No torch here.", remedy="Install it.")

    def succeeds(model: str, folder: Path, encoders: Path) -> Path:
        return Path(shutil.copytree(tiny_encoder, encoders / tiny_encoder.name))

    site = make_site(PAGES)
    monkeypatch.setattr(export, "export_encoder", fails)
    assert build_index(site, store, model=str(tiny_model), cross_encoder=False).manifest.note == "No torch here. Install it."
    monkeypatch.setattr(export, "export_encoder", succeeds)
    assert build_index(site, store, model=str(tiny_model), cross_encoder=False).manifest.encoder == tiny_encoder.name


def test_a_damaged_encoder_is_made_anew_by_the_next_build(
    make_site: MakeSite, store: Store, tiny_model: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(PAGES)
    shutil.copytree(tiny_encoder, store.encoders / tiny_encoder.name)
    build_index(site, store, model=str(tiny_model), cross_encoder=False)
    shutil.copy(ROOT / "pyproject.toml", store.encoders / tiny_encoder.name / "encoder.onnx")
    asked: list[str] = []

    def succeeds(model: str, folder: Path, encoders: Path) -> Path:
        asked.append(model)
        return Path(shutil.copytree(tiny_encoder, encoders / tiny_encoder.name, dirs_exist_ok=True))

    monkeypatch.setattr(export, "export_encoder", succeeds)
    report = build_index(site, store, model=str(tiny_model), cross_encoder=False)
    assert asked == [str(tiny_model)]
    assert (report.unchanged, report.embedded) == (False, 0)
    assert Search(store).query("drift").vector is not None


def test_passages_fit_the_tiny_models_own_limit(make_site: MakeSite, store: Store, tiny_model: Path, tiny_encoder: Path) -> None:
    site = make_site({"index.html": f"<h1>{'data ' * 60}</h1><p>{'Drift of xyz is costly. ' * 40}</p><pre>{'q' * 400}</pre>"})
    shutil.copytree(tiny_encoder, store.encoders / tiny_encoder.name)
    build_index(site, store, model=str(tiny_model), cross_encoder=False)
    search = Search(store)
    assert search.embedder is not None
    counts = [search.embedder.count_tokens(passage.embedding_input) for passage in search.passages]
    assert len(counts) > 5
    assert max(counts) <= 48


KILLED_AT_EVERY_STEP = """
# Builds a changed site again and again, each time in a process of its own that is killed, by SIGKILL, one file operation later;
# after each death another process loads what is there and asks.
import json, os, shutil, signal, sys
from pathlib import Path
import faiss, llama_index.vector_stores.faiss  # once, for all the processes
from index import Search, Store, build_index
from tests.fakes import WordEmbedder

folder = Path(sys.argv[1])
site, whole, store = folder / "site", folder / "whole", folder / "store"
STEPS = ("open", "os.", "shutil.", "tempfile.")


def in_child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr)
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def die_at(step):
    left = step

    def hook(event, arguments):
        nonlocal left
        if event.startswith(STEPS) and any(str(store) in str(argument) for argument in arguments):
            left -= 1
            if left == -1:  # once: the kill below is an event, too
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def build(step=None):
    def work():
        embedder = WordEmbedder()
        if step is not None:
            die_at(step)
        build_index(site, Store(store), embedder=embedder)

    return in_child(work)


def answers(word):
    def work():
        search = Search(Store(store), embedder=WordEmbedder())
        found = search.hits(search.query("number"))[0].passage.text
        assert found == f"The number is {word}.", (found, word)

    return in_child(work) == 0


def write(word):
    (site / "index.html").write_text(f"<h1>Number</h1><p>The number is {word}.</p>", "utf-8")


write("old")
assert build() == 0 and answers("old")
shutil.copytree(store, whole)
write("new")
killed = wrong = 0
for step in range(2000):
    shutil.rmtree(store)
    shutil.copytree(whole, store)
    status = build(step)
    if status == 0:
        assert answers("new")
        break
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
    killed += 1
    wrong += not (answers("old") or answers("new"))
    if step % 10 == 0:  # and the next build finds its way, whatever the dead one left
        wrong += not (build() == 0 and answers("new"))
        left = [path.name for path in (store / "builds").iterdir() if path.name.startswith(".")]
        wrong += bool(left)
print(json.dumps({"step": step, "killed": killed, "wrong": wrong}))
"""


def test_a_build_killed_at_any_moment_leaves_an_index_that_answers(make_site: MakeSite, tmp_path: Path) -> None:
    make_site({"index.html": "<p>x</p>"})
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVERY_STEP, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result["wrong"] == 0, done.stderr[-2000:]
    assert result["killed"] > 50
