"""The store on disk: builds replace each other in one step, and no damaged file is ever used."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index import IndexBroken, IndexMissing, Search, Store, UserError, build_index
from index.store import FORMAT, EmbeddingCache, write_whole
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parent.parent
PAGE = "<h1 id=d>Drift</h1><p>Drift is a change of data. See cost.</p><table><tr><th>Sign</th></tr><tr><td>inputs move</td></tr></table>"
MakeSite = Callable[[dict[str, str]], Path]


@pytest.fixture
def built(make_site: MakeSite, tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    build_index(make_site({"index.html": PAGE, "a/index.html": PAGE.replace("Drift", "Cost")}), store, embedder=WordEmbedder())
    return store


def load(store: Store) -> Search:
    return Search(store, embedder=WordEmbedder())


def read_files(store: Store) -> list[Path]:
    """Every file that a search reads."""
    folder, _ = store.current()
    return [store.folder / "current", *sorted(path for path in folder.rglob("*") if path.is_file())]


def refusal(store: Store) -> str:
    with pytest.raises(IndexBroken) as raised:
        load(store)
    return str(raised.value)


def test_nothing_built_is_said_with_the_command_that_builds(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="`chatbot build`") as raised:
        Search(Store(tmp_path / "store"))
    assert str(tmp_path / "store") in str(raised.value)
    assert not (tmp_path / "store").exists()


def test_a_search_reads_the_files_that_are_tested_here(built: Store) -> None:
    names = {path.relative_to(built.folder).name for path in read_files(built)}
    assert {"current", "manifest.json", "passages.jsonl", "pages.jsonl", "vocabulary.json", "vectors.faiss", "units.npy"} < names
    assert "params.index.json" in names


@pytest.mark.parametrize("damage", ["truncated", "emptied", "altered", "removed"])
def test_every_damaged_file_is_named_with_the_command_that_mends_it(damage: str, built: Store) -> None:
    for file in read_files(built):
        raw = file.read_bytes()
        if damage == "removed":
            file.unlink()
        else:
            middle = len(raw) // 2
            altered = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
            file.write_bytes({"truncated": raw[:-1], "emptied": b"", "altered": altered}[damage])
        if file.name == "current" and damage == "removed":
            with pytest.raises(IndexMissing, match="`chatbot build`"):
                load(built)
        else:
            message = refusal(built)
            assert str(file) in message
            assert "`chatbot build --fresh`" in message
        file.write_bytes(raw)
    assert load(built).passages


def test_random_bit_flips_and_truncations_never_get_past_the_sums(built: Store) -> None:
    chance = random.Random(5)
    files = read_files(built)
    for _ in range(200):
        file = chance.choice(files)
        raw = file.read_bytes()
        place = chance.randrange(len(raw))
        flipped = raw[:place] + bytes([raw[place] ^ (1 << chance.randrange(8))]) + raw[place + 1 :]
        file.write_bytes(chance.choice([flipped, raw[:place]]))
        message = refusal(built)
        assert file.name in message
        assert "`chatbot build --fresh`" in message
        file.write_bytes(raw)
    assert load(built).passages


@pytest.mark.parametrize("fresh", [True, False], ids=["chatbot build --fresh", "chatbot build"])
def test_the_named_command_mends_every_damage(fresh: bool, built: Store, tmp_path: Path) -> None:
    for name in [path.name for path in read_files(built)]:
        next(path for path in read_files(built) if path.name == name).write_bytes(b"damaged")
        refusal(built)
        build_index(tmp_path / "site", built, fresh=fresh, embedder=WordEmbedder())
        assert load(built).passages


@pytest.mark.parametrize(
    "pointer",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"../../../etc", id="a path"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"nosuchbuild-0123456789abcdef", id="a build that is not there"),
    ],
)
def test_a_pointer_that_names_no_build_is_refused(pointer: bytes, built: Store) -> None:
    (built.folder / "current").write_bytes(pointer)
    message = refusal(built)
    assert str(built.folder / "current") in message
    assert "`chatbot build --fresh`" in message


def test_an_index_of_another_format_is_named_as_such(built: Store) -> None:
    file = built.current()[0] / "manifest.json"
    file.write_bytes(file.read_bytes().replace(f'"format": {FORMAT}'.encode(), b'"format": 99'))
    assert f"has format 99, and this version reads format {FORMAT}" in refusal(built)


def test_nothing_in_the_store_is_pickled(built: Store) -> None:
    for file in read_files(built):
        assert not file.read_bytes().startswith(b"\x80\x04"), file
        if file.suffix == ".npy":
            assert np.load(file, allow_pickle=False).dtype != object


def test_every_file_of_a_build_has_its_sum_in_the_manifest(built: Store) -> None:
    folder, manifest = built.current()
    assert set(manifest.files) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}


def test_a_second_builder_is_told_to_wait(built: Store, tmp_path: Path) -> None:
    before = built.current_name()
    with built.writing(), pytest.raises(UserError, match="Another build is writing") as raised:
        build_index(tmp_path / "site", Store(built.folder), fresh=True, embedder=WordEmbedder())
    assert raised.value.remedy == "Wait until it has ended."
    assert built.current_name() == before
    build_index(tmp_path / "site", built, fresh=True, embedder=WordEmbedder())


@pytest.fixture
def other_builder(built: Store) -> Iterator[subprocess.Popen[str]]:
    code = f"""
import time
from pathlib import Path
from index import Store
with Store(Path({str(built.folder)!r})).writing():
    print("holds", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()


def test_a_builder_in_another_process_holds_the_store_until_it_dies(
    built: Store, other_builder: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert other_builder.stdout is not None
    assert other_builder.stdout.readline() == "holds\n"
    with pytest.raises(UserError, match="Another build is writing"):
        build_index(tmp_path / "site", built, fresh=True, embedder=WordEmbedder())
    assert load(built).passages, "a builder keeps nobody from searching"
    os.kill(other_builder.pid, signal.SIGKILL)
    other_builder.wait()
    build_index(tmp_path / "site", built, fresh=True, embedder=WordEmbedder())


def test_the_build_before_stays_for_those_who_still_read_it_and_older_ones_go(built: Store, tmp_path: Path) -> None:
    names = [built.current_name()]
    reader, _ = built.current()
    for number in range(3):
        (tmp_path / "site" / "index.html").write_text(PAGE + f"<p>Number {number}.</p>", "utf-8")
        build_index(tmp_path / "site", built, embedder=WordEmbedder())
        names.append(built.current_name())
        assert reader.is_dir() is (number == 0)
    assert {path.name for path in (built.folder / "builds").iterdir()} == set(names[-2:])


def test_a_loaded_search_goes_on_after_its_files_are_gone(built: Store) -> None:
    search = load(built)
    before = search.hits(search.query("drift"))
    shutil.rmtree(built.folder)
    assert search.hits(search.query("drift")) == before
    assert search.unit_cosines(search.query("drift"), 0).size == len(search.units(0))


def test_a_failed_build_leaves_nothing_behind(built: Store) -> None:
    before = sorted(path for path in built.folder.rglob("*"))
    with pytest.raises(RuntimeError, match="on purpose"), built.new_build() as aside:
        (aside / "half").write_text("half", "utf-8")
        raise RuntimeError("on purpose")
    assert sorted(path for path in built.folder.rglob("*")) == before


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "current"
    for content in (b"one", b"two"):
        write_whole(file, content)
        assert file.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["current"]


def test_passages_come_back_from_disk_as_they_were(built: Store, tmp_path: Path) -> None:
    first, second = load(built), load(built)
    assert first.passages == second.passages
    assert [(block.kind, block.label, block.find) for block in first.passages[0].blocks] == [
        ("text", "", ""),
        ("row", "header", "Sign"),
        ("row", "", "inputs move"),
    ]


def test_the_cache_keeps_only_what_is_still_used(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "c.npz")
    cache.vectors = {"a": np.ones(3, np.float32), "b": np.zeros(3, np.float32)}
    cache.save(["b", "b"])
    again = EmbeddingCache(tmp_path / "c.npz")
    assert list(again.vectors) == ["b"]
    assert again.vectors["b"].tolist() == [0, 0, 0]


def test_a_damaged_cache_is_reported_and_never_fails_a_build(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "c.npz"
    cache = EmbeddingCache(file)
    cache.vectors = {f"{number:032x}": np.full(4, number, np.float32) for number in range(20)}
    cache.save(cache.vectors)
    raw, chance = file.read_bytes(), random.Random(3)
    for _ in range(150):
        place = chance.randrange(len(raw))
        file.write_bytes(chance.choice([raw[:place], raw[:place] + bytes([raw[place] ^ (1 << chance.randrange(8))]) + raw[place + 1 :]]))
        caplog.clear()
        found = EmbeddingCache(file).vectors
        wrong = [key for key, vector in found.items() if key not in cache.vectors or not np.array_equal(vector, cache.vectors[key])]
        assert not wrong
        assert found or str(file) in caplog.text
