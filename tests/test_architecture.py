"""The rooms keep to themselves: imports point up the data flow, and nothing that can run code is ever loaded."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import index

ROOT = Path(__file__).parent.parent
ROOMS = ("guide", "index", "chatbot")
UNPICKLERS = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every import of a module, those inside functions too: (module, names), names empty for `import module`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)


def rooms_used(source: str) -> set[str]:
    return {module.partition(".")[0] for module, _ in imports(source)} & set(ROOMS)


def test_an_import_inside_a_function_is_seen() -> None:
    assert rooms_used("def f():\n    from chatbot.cli import app\n    import index.store") == {"chatbot", "index"}


@pytest.mark.parametrize("module", modules("index"), ids=lambda path: path.name)
def test_index_knows_neither_the_chatbot_nor_the_guide(module: Path) -> None:
    assert rooms_used(module.read_text("utf-8")) <= {"index"}


@pytest.mark.parametrize("module", modules("guide"), ids=lambda path: path.name)
def test_guide_knows_neither_the_index_nor_the_chatbot(module: Path) -> None:
    assert rooms_used(module.read_text("utf-8")) <= {"guide"}


@pytest.mark.parametrize("module", modules("chatbot"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_chatbot_uses_only_what_the_index_exports(module: Path) -> None:
    for source, names in imports(module.read_text("utf-8")):
        if source.partition(".")[0] == "index":
            assert source == "index", f"{module.name} reaches into {source}"
            assert names, f"{module.name} imports the whole room"
            assert set(names) <= set(index.__all__)


def test_every_exported_name_exists_once() -> None:
    assert len(index.__all__) == len(set(index.__all__))
    assert [name for name in index.__all__ if not hasattr(index, name)] == []


def ways_to_run_code(source: str) -> Iterator[str]:
    """Yield what in a module would run code from data: unpicklers, `eval`, models that bring their own code."""
    for name, _ in imports(source):
        if name.partition(".")[0] in UNPICKLERS:
            yield name
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call):
            called, given = ast.unparse(call.func), {word.arg: ast.unparse(word.value) for word in call.keywords}
            if called in ("eval", "exec", "torch.load", "yaml.unsafe_load") or given.get("trust_remote_code", "False") != "False":
                yield ast.unparse(call)
            if called in ("np.load", "np.save", "bm25s.BM25.load") and given.get("allow_pickle") != "False":
                yield ast.unparse(call)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def f():\n    import pickle", id="pickle inside a function"),
        pytest.param("torch.load(file)", id="torch.load"),
        pytest.param("SentenceTransformer(name, trust_remote_code=True)", id="a model's own code"),
        pytest.param("np.load(file)", id="an array that may be pickled"),
        pytest.param("eval(text)", id="eval"),
    ],
)
def test_a_way_to_run_code_is_seen(source: str) -> None:
    assert list(ways_to_run_code(source))


@pytest.mark.parametrize("module", [path for room in ROOMS for path in modules(room)], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_runs_code_from_data(module: Path) -> None:
    assert list(ways_to_run_code(module.read_text("utf-8"))) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_module_says_which_room_it_is(room: str) -> None:
    assert [module.name for module in modules(room) if not ast.get_docstring(ast.parse(module.read_text("utf-8")))] == []
