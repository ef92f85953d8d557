"""A built site becomes pages: which files are pages, where each keeps its content, what it is called, in which encoding."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import SiteMissing
from index.pages import decode, html_files, page_url, read_page, read_site, site_digest

MakeSite = Callable[[dict[str, str]], Path]


def text(html: str) -> str:
    page = read_page(html, "p.html")
    return " ".join(block.text for section in page.sections for block in section.blocks) if page else ""


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<body>out<main>in<article>inner</article></main>", "inner", id="the one article"),
        pytest.param("<body>out<main><article>a</article><article>b</article></main>", "a b", id="several articles: main"),
        pytest.param("<body>out<main>in</main>", "in", id="main"),
        pytest.param('<body>out<div role="main">in</div>', "in", id="role main"),
        pytest.param("<body><nav>menu</nav>in<footer>legal</footer>", "in", id="body"),
        pytest.param("in", "in", id="no element at all"),
        pytest.param("<main>in</main><div hidden><article>evil</article></div>", "in", id="a hidden article does not count"),
        pytest.param("<main>in</main><article data-search-exclude>no</article>", "in", id="an excluded article does not count"),
    ],
)
def test_only_the_main_content_is_read(html: str, expected: str) -> None:
    assert text(html) == expected


@pytest.mark.parametrize(
    ("html", "title"),
    [
        pytest.param("<title>Doc – Site</title><h1>Head</h1>", "Head", id="first-level heading"),
        pytest.param('<h1>Head<a class="headerlink" href="#head">¶</a></h1>', "Head", id="without its permalink"),
        pytest.param("<h1>A <em>fine</em>\n Head\u200b</h1>", "A fine Head", id="as a reader sees it"),
        pytest.param("<h1>Head<span hidden>evil</span></h1>", "Head", id="without hidden text"),
        pytest.param("<nav><h1>Menu</h1></nav><h1 hidden>evil</h1><h1>Head</h1>", "Head", id="the first that is content"),
        pytest.param("<title>Doc – Site</title><h2>Second</h2>", "Doc – Site", id="document title"),
        pytest.param("<svg><title>Icon</title></svg>", "p.html", id="a drawing's title is none"),
        pytest.param("<h1></h1>", "p.html", id="address"),
    ],
)
def test_a_page_is_called_what_its_reader_would_call_it(html: str, title: str) -> None:
    page = read_page(html + "<p>x</p>", "p.html")
    assert page is not None
    assert page.title == title
    assert page.sections[0].headings[0] == title


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<meta name="robots" content="noindex"><p>x</p>', id="noindex"),
        pytest.param('<META NAME="ROBOTS" CONTENT="NoIndex,NoFollow"><p>x</p>', id="noindex in capitals"),
        pytest.param('<meta name="robots" content="nofollow, none"><p>x</p>', id="none"),
        pytest.param('<meta name="robots" content="all"><meta name="robots" content="noindex"><p>x</p>', id="noindex in a second rule"),
        pytest.param('<meta http-equiv="Refresh" content="0; URL=/new"><p>x</p>', id="redirect"),
        pytest.param("<main data-search-exclude><p>x</p></main>", id="main excluded"),
        pytest.param("<body data-search-exclude><article><p>x</p></article>", id="body excluded"),
        pytest.param("<html data-search-exclude><body><p>x</p>", id="document excluded"),
        pytest.param("", id="empty file"),
        pytest.param("<h1>Only a title</h1>", id="no text"),
        pytest.param("<p>— … ¶</p>", id="no word"),
        pytest.param("<frameset><frame src=a></frameset>", id="frames"),
    ],
)
def test_a_page_that_asks_not_to_be_found_or_has_no_text_is_left_out(html: str) -> None:
    assert read_page(html) is None


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<meta name="robots" content="noarchive, max-snippet:-1"><p>x</p>', id="other rules"),
        pytest.param('<meta http-equiv="refresh" content="300"><p>x</p>', id="a page that reloads itself"),
    ],
)
def test_a_page_that_may_be_found_is_read(html: str) -> None:
    assert text(html) == "x"


def test_description_and_questions_are_kept_but_are_no_text() -> None:
    page = read_page(
        '<meta name="description" content=" What\nit is "><meta name="assistant-question" content="What is it?">'
        '<meta name="assistant-question" content=" "><p>x</p>'
    )
    assert page is not None
    assert (page.description, page.questions) == ("What it is", ("What is it?",))
    assert [block.text for section in page.sections for block in section.blocks] == ["x"]


@pytest.mark.parametrize(
    ("path", "url"),
    [
        pytest.param("index.html", "", id="home"),
        pytest.param("a/b/index.html", "a/b/", id="folder"),
        pytest.param("a/b.html", "a/b.html", id="file"),
        pytest.param("myindex.html", "myindex.html", id="only looks like an index"),
        pytest.param("a b/ü?#.html", "a%20b/%C3%BC%3F%23.html", id="characters that mean something in an address"),
    ],
)
def test_a_files_address_is_what_a_web_server_would_answer_to(path: str, url: str) -> None:
    assert page_url(Path(path)) == url


def test_only_pages_that_people_read_are_pages(make_site: MakeSite) -> None:
    names = ["index.html", "a/b.html", "404.html", "genindex.html", "search.html", "_static/x.html", ".hidden/x.html", "a/data.json"]
    site = make_site(dict.fromkeys(names, "<p>x</p>"))
    assert [path.relative_to(site).as_posix() for path in html_files(site)] == ["a/b.html", "index.html"]


@pytest.mark.parametrize(
    "pages", [{}, {"readme.txt": "x"}, {"404.html": "<p>x</p>"}], ids=["missing folder", "no HTML", "only an error page"]
)
def test_a_folder_without_pages_is_named_with_what_to_do(pages: dict[str, str], make_site: MakeSite) -> None:
    site = make_site(pages)
    with pytest.raises(SiteMissing, match=r"chatbot build --site DIR") as raised:
        html_files(site)
    assert str(site) in str(raised.value)


def test_the_digest_changes_with_content_and_names_only(make_site: MakeSite) -> None:
    site = make_site({"a.html": "<p>x</p>", "b.html": "<p>y</p>"})

    def digest() -> str:
        return site_digest(site, html_files(site))

    first = digest()
    os.utime(site / "a.html", (1, 1))
    assert digest() == first
    (site / "a.html").write_text("<p>z</p>", "utf-8")
    second = digest()
    (site / "a.html").rename(site / "c.html")
    assert len({first, second, digest()}) == 3


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Größe – 数据".encode(), "Größe – 数据", id="UTF-8"),
        pytest.param("Größe".encode("utf-8-sig"), "Größe", id="UTF-8 with a mark"),
        pytest.param("Größe".encode("utf-16"), "Größe", id="UTF-16"),
        pytest.param("Größe".encode("utf-16-be"), "\x00G\x00r\x00ö\x00ß\x00e", id="UTF-16 without a mark: a browser can't know"),
        pytest.param(
            '<meta charset="iso-8859-1">Größe “x”'.encode("cp1252"), '<meta charset="iso-8859-1">Größe “x”', id="declared latin-1"
        ),
        pytest.param(
            b'<META http-equiv="Content-Type" content="text/html; charset=iso-8859-2">\xb1',
            '<META http-equiv="Content-Type" content="text/html; charset=iso-8859-2">ą',
            id="declared in the old way",
        ),
        pytest.param("<meta charset=shift_jis>データ".encode("shift_jis"), "<meta charset=shift_jis>データ", id="declared Shift JIS"),
        pytest.param("Größe".encode("cp1252"), "Größe", id="undeclared"),
        pytest.param(b"<meta charset=utf-8>caf\xe9 ok", "<meta charset=utf-8>caf\ufffd ok", id="a bad byte in UTF-8"),
        pytest.param(b"<meta charset=base64>caf\xe9", "<meta charset=base64>café", id="an encoding of another kind"),
        pytest.param(b"<meta charset=nonsense>caf\xe9", "<meta charset=nonsense>café", id="an unknown encoding"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_a_page_is_decoded_as_browsers_decode_it(raw: bytes, expected: str) -> None:
    assert decode(raw) == expected


def test_a_bad_page_never_stops_the_others(make_site: MakeSite) -> None:
    site = make_site({"a.html": "", "c.html": "<p>fine</p>", "d.html": "<p>" + "<b>" * 5000})
    (site / "b.html").write_bytes(bytes(range(256)) * 8)
    (site / os.fsdecode(b"caf\xe9.html")).write_text("<p>odd name</p>", "utf-8")
    files = html_files(site)
    pages = [page for page in read_site(site, files) if page]
    assert {"c.html", "caf%E9.html"} <= {page.url for page in pages}
    assert len(site_digest(site, files)) == 64


def test_random_bytes_are_read_without_an_error() -> None:
    chance = random.Random(7)
    pieces = [
        b"<p>",
        b"</",
        b"<table",
        b"<tr><td>",
        b"<ul><li>",
        b"&#",
        b"\x00",
        b"\xff",
        b"<h2 id=",
        b"'>",
        b"<!--",
        b"<script>",
        b"<dl><dt id=x>",
        b"word ",
    ]
    for _ in range(200):
        read_page(decode(b"".join(chance.choices(pieces, k=60))), "p.html")
