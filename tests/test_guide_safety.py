"""What must not stand in a page, because page text is code: found before the build, with its line, and once more in what was built."""

import os
from pathlib import Path

import pytest

from guide.problems import PageProblem
from guide.safety import check_built, check_pages

ROOT = Path(__file__).parent.parent
HEAD = "---\ntitle: T\n---\n\n# T\n\n"
"""Six lines, so that a page's text begins on line 7."""


def problems(tmp_path: Path, text: str, name: str = "page.md") -> list[PageProblem]:
    (tmp_path / name).write_text(text, "utf-8")
    return check_pages(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("---\ntitle: <img src=x onerror=alert(1)>\n---\n# T", 2, "markup in the front matter's `title`", id="title"),
        pytest.param(
            "---\nx: 1\ndescription: 'a\"><script>b'\n---\n# T", 3, "markup in the front matter's `description`", id="description"
        ),
        pytest.param("---\nauthor: <b>x</b>\n---\n# T", 2, "markup in the front matter's `author`", id="any other field"),
        pytest.param("---\ntags:\n  - <b>x\n---\n# T", 2, "markup in the front matter's `tags`", id="inside a list"),
        pytest.param("---\na: &a\n  b: [*a, '<i>x']\n---\n# T", 2, "markup in the front matter's `a`", id="inside a circle"),
        pytest.param("---\ntitle: '&lt;script&gt;'\n---\n# T", 2, "markup in the front matter's `title`", id="title as entities"),
        pytest.param("---\ntemplate: ../../etc\n---\n# T", 2, "`template`", id="template"),
        pytest.param("x\n\n# A <img src=x> b", 3, "markup in the page's title", id="heading"),
        pytest.param("# A &lt;/title&gt;&lt;script&gt;", 1, "markup in the page's title", id="heading as entities"),
        pytest.param("# A `<img src=x>`", 1, "markup in the page's title", id="heading with code: themes show it as markup"),
        pytest.param(HEAD + "<img src=x onerror=alert(1)>", 7, "an event-handler attribute", id="handler"),
        pytest.param(HEAD + "a\n<IMG SRC=x\nONERROR = alert(1)>", 9, "an event-handler attribute", id="handler on its own line"),
        pytest.param(HEAD + "<svg/onload=alert(1)>", 7, "an event-handler attribute", id="handler after a slash"),
        pytest.param(HEAD + "[a](b){ onclick=alert(1) }", 7, "an event-handler attribute", id="handler by attribute list"),
        pytest.param(HEAD + "<script>alert(1)</script>", 7, "a script", id="script"),
        pytest.param(HEAD + "< script src=x>", 7, "a script", id="script with a space"),
        pytest.param(HEAD + "!!! note\n\n    <script>alert(1)</script>", 9, "a script", id="script in a note"),
        pytest.param(HEAD + "```\n<script>alert(1)</script>", 8, "a script", id="script after a fence that never closes"),
        pytest.param(HEAD + "a ` b\n\n<script>x</script>\n\nc ` d", 9, "a script", id="script between two stray backticks"),
        pytest.param(HEAD + '<base href="https://evil.example/">', 7, "loads or redirects", id="base"),
        pytest.param(HEAD + "<iframe src=x></iframe>", 7, "loads or redirects", id="iframe"),
        pytest.param(HEAD + '<meta http-equiv="refresh" content="0;url=x">', 7, "loads or redirects", id="meta"),
        pytest.param(HEAD + "[a](javascript:alert(1))", 7, "a script link", id="script link"),
        pytest.param(HEAD + "[a](<JavaScript :alert(1)>)", 7, "a script link", id="script link in brackets"),
        pytest.param(HEAD + "[a]: vbscript:x", 7, "a script link", id="script link as reference"),
        pytest.param(HEAD + '<a href="data:text/html,x">a</a>', 7, "a script link", id="data link"),
        pytest.param(HEAD + " " * 200 + "- x", 7, "nested too deep", id="indented list"),
        pytest.param(HEAD + "- " * 1000 + "x", 7, "nested too deep", id="list on one line"),
        pytest.param(HEAD + "1. " * 1000 + "x", 7, "nested too deep", id="numbered list on one line"),
        pytest.param("# a\n" * 2001, 1, "2001 headings", id="headings without end"),
    ],
)
def test_an_unsafe_page_is_named_with_its_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    found = problems(tmp_path, text)
    assert (tmp_path / "page.md", line) in [(problem.path, problem.line) for problem in found]
    assert says in " ".join(problem.message for problem in found)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("```html\n<script>alert(1)</script>\n<img onerror=x>\n```", id="fenced code"),
        pytest.param("~~~\n<iframe src=x>\n~~~", id="fenced with tildes"),
        pytest.param("Never write `<script>` or `onclick=`, nor ``a ` <base>``.", id="inline code"),
        pytest.param("Latency < 200 ms on=5; p < 0.05 and a<b.", id="comparisons"),
        pytest.param("{ .wide #id title='on call' }", id="attribute list"),
        pytest.param("JavaScript: a language. See [JavaScript: the language](https://example.org/javascript:x).", id="the word"),
        pytest.param('<figure markdown>\n<a href="cost.md" title="x">a</a>\n</figure>', id="harmless elements"),
        pytest.param("- a\n    - b\n        - c\n            - d", id="nested lists"),
        pytest.param("1. 2. 3. - - -", id="a few markers on one line"),
        pytest.param("", id="no text"),
    ],
)
def test_a_page_that_merely_looks_odd_is_published(text: str, tmp_path: Path) -> None:
    head = '---\ntitle: "A & B: 3 < 4"\ndescription: The "best" of 5 > 4\n---\n\n# T\n\n'
    assert problems(tmp_path, head + text) == []


def test_a_page_that_is_not_utf_8_is_named_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"# T\n\ncaf\xe9")
    found = problems(tmp_path, HEAD + "<script>", "b.md")
    assert [(problem.path.name, problem.line) for problem in found] == [("a.md", 3), ("b.md", 7)]


@pytest.mark.parametrize("name", ["page.markdown", "page.mkd", "sub/page.MD"])
def test_every_file_that_becomes_a_page_is_checked(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    assert problems(tmp_path, HEAD + "<script>", name)


def test_a_link_to_a_place_outside_the_pages_is_refused(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "secret.md").write_text("# Secret", "utf-8")
    (docs / "page.md").symlink_to(tmp_path / "secret.md")
    (docs / "etc").symlink_to("/etc")
    (docs / "real.md").write_text("# Real", "utf-8")
    (docs / "alias.md").symlink_to(docs / "real.md")
    assert sorted(problem.path.name for problem in check_pages(docs)) == ["etc", "page.md"]


def test_the_guides_own_pages_are_safe() -> None:
    assert check_pages(ROOT / "docs") == []


def test_the_guides_own_site_is_safe(site: Path) -> None:
    assert check_built(site) == []


def built(tmp_path: Path, html: str) -> list[str]:
    """Put text into one of two pages of a theme that has a script, and say what is wrong with it."""
    for name, text in (("index.html", "fine"), ("a/index.html", html)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        depth = "." + "/.." * name.count("/")
        theme = f'<script>__md_scope=new URL("{depth}",location)</script><script src="{depth}/assets/theme.js"></script>'
        ours = '<script type="application/ld+json">{"a": 1}</script><a href="javascript:void(0)">share</a>'
        (tmp_path / name).write_text(f"<head>{theme}{ours}</head><body><article>{text}</article></body>", "utf-8")
    return [f"{problem.path.relative_to(tmp_path).as_posix()}: {problem.message}" for problem in check_built(tmp_path)]


@pytest.mark.parametrize(
    ("html", "says"),
    [
        pytest.param("<img src=x onerror=alert(1)>", "an event handler (`onerror` on `img`)", id="handler"),
        pytest.param("<svg><g onload=x></svg>", "an event handler (`onload` on `g`)", id="handler in a drawing"),
        pytest.param("<script>x</script>", "a `<script>` inside the text", id="script"),
        pytest.param('<script type="module">x</script>', "a `<script>` inside the text", id="module"),
        pytest.param('<script type="importmap">{}</script>', "a `<script>` inside the text", id="import map"),
        pytest.param("<iframe srcdoc='<p>x'></iframe>", "a `<iframe>` inside the text", id="iframe"),
        pytest.param("<object data=x></object>", "a `<object>` inside the text", id="object"),
        pytest.param("<style>@import 'https://evil.example/a.css'</style>", "a `<style>` inside the text", id="style"),
        pytest.param('<base href="https://evil.example/">', "a `<base>` element", id="base"),
        pytest.param('<meta http-equiv="Refresh" content="0">', "a redirect", id="redirect"),
        pytest.param('<a href="javascript:alert(1)">x</a>', "a script link (`href` on `a`)", id="script link"),
        pytest.param('<a href=" java&#9;script:alert(1)">x</a>', "a script link (`href` on `a`)", id="script link with a tab in it"),
        pytest.param('<a href="&#1;javas&#10;cript&#58;alert(1)">x</a>', "a script link (`href` on `a`)", id="script link in entities"),
        pytest.param("<form action=javascript:x><button formaction=vbscript:x>", "a script link (`action` on `form`)", id="form"),
        pytest.param(
            '<svg><a><animate attributeName="href" to="javascript:x"/></a></svg>', "a script link (`to` on `animate`)", id="animation"
        ),
        pytest.param("</article><script>x</script><article>", "a script of its own", id="script beside the text"),
        pytest.param("</article><script src=https://evil.example/x.js></script>", "a script of its own", id="foreign script"),
    ],
)
def test_what_would_run_in_the_built_site_is_found_whichever_way_it_came_in(html: str, says: str, tmp_path: Path) -> None:
    found = built(tmp_path, html)
    assert any(says in problem for problem in found)
    assert all(problem.startswith("a/index.html: ") for problem in found)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<pre>&lt;script&gt;alert(1)&lt;/script&gt;</pre>", id="shown code"),
        pytest.param('<a href="https://example.org/javascript:x" title="JavaScript: the language">x</a>', id="the word"),
        pytest.param(
            '<svg viewBox="0 0 1 1"><title>x</title><path d="M0 0"/></svg><figure><figcaption>x</figcaption></figure>', id="drawing"
        ),
        pytest.param('<p data-only="1" class="once">one</p>', id="names that begin like handlers"),
    ],
)
def test_what_only_shows_is_left_alone(html: str, tmp_path: Path) -> None:
    assert built(tmp_path, html) == []


def test_no_pages_are_no_problem(tmp_path: Path) -> None:
    assert check_built(tmp_path) == []
    assert check_pages(tmp_path) == []


def test_a_named_pipe_is_no_page_and_stalls_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert check_pages(tmp_path) == []
