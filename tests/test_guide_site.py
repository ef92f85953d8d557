"""Pages become the site: only when something changed, only when they are safe, and the old site stays until the new one is whole."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from guide.generators import GeneratorFailed, run_mkdocs
from guide.site import SiteRefused, build_site, inputs_digest, site_is_current

PAGE = "---\ntitle: Drift\ndescription: What drift is.\n---\n\n# Drift\n\nDrift is a change of data [@paper-2024].\n"
SOURCE = 'paper-2024: {title: "On drift", publisher: "J", year: 2024, link: null, kind: preprint, stability: stable, checked: 2026-11-01}\n'
SETTINGS = """site_name: Guide
theme: {name: mkdocs, highlightjs: false}
plugins: []
markdown_extensions: [admonition, attr_list, guide.references]
exclude_docs: sources.yml
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project of two pages."""
    folder = tmp_path / "project"
    files = {
        "mkdocs.yml": SETTINGS,
        "docs/index.md": PAGE,
        "docs/cost/index.md": PAGE.replace("Drift", "Cost"),
        "docs/sources.yml": SOURCE,
        "overrides/main.html": "",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


class Generator:
    """Makes a page's text its HTML; counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, root: Path, target: Path) -> None:
        self.runs += 1
        for page in (root / "docs").rglob("index.md"):
            built = target / page.relative_to(root / "docs").with_suffix(".html")
            built.parent.mkdir(parents=True, exist_ok=True)
            body = page.read_text("utf-8").rpartition("---\n")[2]
            built.write_text(f"<html><head></head><body><article>{body}</article></body></html>", "utf-8")


@pytest.fixture
def built(root: Path) -> Path:
    site = root / "site"
    assert build_site(root, site, Generator())
    return site


def content(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def left_beside(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()} - {"mkdocs.yml", "docs", "overrides", "site"}


def test_a_build_makes_the_site_readable_for_a_server_and_says_so(root: Path, built: Path) -> None:
    assert {"index.html", "cost/index.html", "llms.txt"} <= content(built).keys()
    assert built.stat().st_mode & 0o777 == 0o755
    assert site_is_current(root, built)
    assert left_beside(root) == set()


def test_unchanged_pages_build_nothing(root: Path, built: Path) -> None:
    before, generator = built.stat().st_ino, Generator()
    for page in (root / "docs").rglob("*.md"):
        os.utime(page)
    assert not build_site(root, built, generator)
    assert (generator.runs, built.stat().st_ino) == (0, before)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: (root / "docs/index.md").write_text(PAGE + "More.\n", "utf-8"), id="a page's text"),
        pytest.param(lambda root: (root / "docs/new.md").write_text(PAGE, "utf-8"), id="a new page"),
        pytest.param(lambda root: (root / "docs/cost/index.md").unlink(), id="a page gone"),
        pytest.param(lambda root: (root / "docs/cost").rename(root / "docs/price"), id="a page moved"),
        pytest.param(lambda root: (root / "docs/sources.yml").write_text(SOURCE.replace("2024,", "2023,"), "utf-8"), id="a source"),
        pytest.param(lambda root: (root / "mkdocs.yml").write_text(SETTINGS + "copyright: x\n", "utf-8"), id="the settings"),
        pytest.param(lambda root: (root / "overrides/main.html").write_text("x", "utf-8"), id="the templates"),
        pytest.param(lambda root: (root / "site/.inputs").unlink(), id="a site that nobody built"),
    ],
)
def test_whatever_changes_is_built_again(change: Callable[[Path], object], root: Path, built: Path) -> None:
    change(root)
    assert not site_is_current(root, built)
    generator = Generator()
    assert build_site(root, built, generator)
    assert generator.runs == 1
    assert site_is_current(root, built)


def test_a_page_that_is_removed_is_gone_from_the_site(root: Path, built: Path) -> None:
    (root / "docs/cost/index.md").unlink()
    build_site(root, built, Generator())
    assert not (built / "cost").exists()


def test_what_changes_while_the_site_is_built_makes_it_stale(root: Path) -> None:
    generator = Generator()

    def slow(root: Path, target: Path) -> None:
        generator(root, target)
        (root / "docs/index.md").write_text(PAGE + "Written too late.\n", "utf-8")

    build_site(root, root / "site", slow)
    assert not site_is_current(root, root / "site")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(PAGE + "\n<script>alert(1)</script>\n", "index.md:10: a script", id="script"),
        pytest.param(
            PAGE.replace("title: Drift", "title: <img src=x onerror=alert(1)>"),
            "index.md:2: markup in the front matter's `title`",
            id="title",
        ),
        pytest.param(PAGE + "\n<b onclick=x>b</b>\n", "index.md:10: an event-handler attribute", id="handler"),
    ],
)
def test_an_unsafe_page_is_named_and_leaves_the_old_site(text: str, says: str, root: Path, built: Path) -> None:
    before, generator = content(built), Generator()
    (root / "docs/index.md").write_text(text, "utf-8")
    with pytest.raises(SiteRefused, match="can't be published") as raised:
        build_site(root, built, generator)
    assert says in str(raised.value)
    assert generator.runs == 0, "an unsafe page never reaches the generator"
    assert content(built) == before
    assert left_beside(root) == set()


def test_a_page_that_is_not_utf_8_is_named_and_leaves_the_old_site(root: Path, built: Path) -> None:
    before = content(built)
    (root / "docs/index.md").write_bytes(b"# T\n\ncaf\xe9\n")
    with pytest.raises(SiteRefused, match=r"index\.md:3: is not valid UTF-8"):
        build_site(root, built, Generator())
    assert content(built) == before


def test_what_only_shows_in_the_built_pages_leaves_the_old_site_too(root: Path, built: Path) -> None:
    before = content(built)
    (root / "docs/index.md").write_text(PAGE + "\n", "utf-8")

    def careless(root: Path, target: Path) -> None:
        Generator()(root, target)
        (target / "index.html").write_text("<head></head><article><img src=x onerror=alert(1)></article>", "utf-8")

    with pytest.raises(SiteRefused, match=r"index\.html:0: the built page holds an event handler"):
        build_site(root, built, careless)
    assert content(built) == before
    assert left_beside(root) == set()


def test_a_generator_that_fails_leaves_the_old_site_and_its_own_words(root: Path, built: Path) -> None:
    before = content(built)
    (root / "docs/index.md").write_text(PAGE + "\n", "utf-8")

    def fails(root: Path, target: Path) -> None:
        (target / "half.html").write_text("half", "utf-8")
        raise GeneratorFailed("MkDocs refused the pages:\nindex.md holds a link to nowhere")

    with pytest.raises(SiteRefused, match="a link to nowhere"):
        build_site(root, built, fails)
    assert content(built) == before
    assert left_beside(root) == set()


def test_many_problems_are_told_in_a_readable_number(root: Path) -> None:
    (root / "docs/index.md").write_text(PAGE + "<script>\n" * 50, "utf-8")
    with pytest.raises(SiteRefused) as raised:
        build_site(root, root / "site", Generator())
    lines = str(raised.value).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "… and 30 more"


def test_the_digest_follows_the_content_and_comes_back_with_it(root: Path) -> None:
    before = inputs_digest(root)
    (root / "docs/index.md").write_text(PAGE + "x", "utf-8")
    changed = inputs_digest(root)
    (root / "docs/index.md").write_text(PAGE, "utf-8")
    assert (before == inputs_digest(root), before == changed) == (True, False)


def test_mkdocs_itself_builds_the_project_and_resolves_its_references(root: Path) -> None:
    assert build_site(root, root / "site", run_mkdocs)
    html = (root / "site/index.html").read_text("utf-8")
    assert 'href="#source-paper-2024"' in html
    assert '<li id="source-paper-2024">' in html
    assert not build_site(root, root / "site", run_mkdocs)


def test_a_strict_warning_of_mkdocs_refuses_the_pages(root: Path) -> None:
    (root / "docs/index.md").write_text(PAGE + "\n[nowhere](nowhere.md) and [@nobody-1999]\n", "utf-8")
    with pytest.raises(SiteRefused, match="MkDocs refused the pages") as raised:
        build_site(root, root / "site", run_mkdocs)
    assert "nowhere.md" in str(raised.value)
    assert "@nobody-1999" in str(raised.value)
    assert not (root / "site").exists()
