"""References: `[@key]` in Markdown becomes a numbered link, and the page ends with its sources."""

import logging
from pathlib import Path

import pytest
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser

from guide.references import References, abbreviations, pages_citing
from index.pages import read_page

SOURCES = """
{key}:
  title: "{title}"
  publisher: "P & Q"
  year: {year}
  link: {link}
  kind: {kind}
  stability: stable
  checked: 2026-11-01
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    entries = [
        ("zeta-2020", "A <b>bold</b> title", "2020", "https://example.org/z", "vendor"),
        ("alpha-2021", "B title", "null", "null", "peer-reviewed"),
    ]
    text = "".join(SOURCES.format(key=key, title=title, year=year, link=link, kind=kind) for key, title, year, link, kind in entries)
    (tmp_path / "sources.yml").write_text(text, "utf-8")
    (tmp_path / "foundations").mkdir()
    (tmp_path / "foundations" / "glossary.md").write_text(
        "# Glossary\n\n### Large language model (LLM) { #llm }\n\nIt [@zeta-2020].\n", "utf-8"
    )
    (tmp_path / "about").mkdir()
    return tmp_path


@pytest.fixture
def markdown(docs: Path) -> Markdown:
    return Markdown(extensions=["tables", "attr_list", References(docs=str(docs))])


def render(markdown: Markdown, text: str) -> LexborHTMLParser:
    return LexborHTMLParser(markdown.reset().convert(text))


def test_references_are_numbered_in_order_of_use_and_a_repeated_key_keeps_its_number(markdown: Markdown) -> None:
    tree = render(markdown, "One [@alpha-2021]. Two [@zeta-2020; @alpha-2021].")
    links = [(link.attributes["href"], link.attributes["data-number"]) for link in tree.css("sup.ref a")]
    assert links == [("#source-alpha-2021", "1"), ("#source-zeta-2020", "2"), ("#source-alpha-2021", "1")]


def test_a_reference_is_no_text_so_that_a_sentence_stays_whole(markdown: Markdown) -> None:
    tree = render(markdown, "One fact [@zeta-2020] stands [@synthesis]. Two.")
    assert [paragraph.text() for paragraph in tree.css("p")] == ["One fact stands. Two."]
    marks = [(mark.attributes["data-label"], mark.attributes["data-kind"]) for mark in tree.css(".ref-mark")]
    assert marks == [("our synthesis", "synthesis")], "the index reads the second, as of a source"


def test_each_page_ends_with_its_own_sources_in_order_of_use(markdown: Markdown) -> None:
    tree = render(markdown, "One [@alpha-2021]. Two [@zeta-2020].")
    assert [entry.attributes["id"] for entry in tree.css("ol.sources > li")] == ["source-alpha-2021", "source-zeta-2020"]
    assert tree.css("ol.sources > li")[1].text() == "A <b>bold</b> title. P & Q, 2020. Vendor; read, last checked November 1, 2026."
    assert tree.css_first("ol.sources b") is None
    assert [entry.attributes["id"] for entry in render(markdown, "Only [@zeta-2020].").css("ol.sources > li")] == ["source-zeta-2020"]


def test_a_page_that_cites_nothing_has_no_list(markdown: Markdown) -> None:
    assert render(markdown, "Plain. [a](b.md) [@synthesis]").css_first(".sources") is None


def test_every_reference_leads_to_an_entry_of_the_page(markdown: Markdown) -> None:
    tree = render(markdown, "| a | b |\n| - | - |\n| x [@zeta-2020] | y [@alpha-2021] |\n\n- item [@alpha-2021]\n")
    anchors = {entry.attributes["id"] for entry in tree.css("li[id]")}
    assert {(link.attributes["href"] or "").removeprefix("#") for link in tree.css("sup.ref a")} == anchors


def test_an_unknown_key_is_reported_and_gives_no_link(markdown: Markdown, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "mkdocs.references"):
        tree = render(markdown, "One [@nobody-1999].")
    assert "@nobody-1999" in caplog.text
    assert tree.css_first("sup.ref a") is None


def test_a_citation_in_code_is_shown_as_written(markdown: Markdown) -> None:
    tree = render(markdown, "Write `[@zeta-2020]`.\n\n    [@zeta-2020]\n")
    assert [code.text().strip() for code in tree.css("code")] == ["[@zeta-2020]", "[@zeta-2020]"]
    assert tree.css_first("sup.ref") is None


def test_every_source_is_listed_with_the_pages_that_cite_it(markdown: Markdown, docs: Path) -> None:
    tree = render(markdown, "[all-sources]")
    assert [entry.attributes["id"] for entry in tree.css("ul.sources > li")] == ["source-zeta-2020", "source-alpha-2021"]
    [link] = tree.css(".source-pages a")
    assert (link.attributes["href"], link.text()) == ("../foundations/glossary.md", "foundations/glossary")
    assert pages_citing(docs) == {"zeta-2020": [docs / "foundations" / "glossary.md"]}


def test_glossary_headings_make_hover_texts(markdown: Markdown, docs: Path) -> None:
    assert abbreviations(docs / "foundations" / "glossary.md") == {"LLM": "Large language model"}
    assert [word.attributes["title"] for word in render(markdown, "An LLM answers.").css("abbr")] == ["Large language model"]


def test_no_glossary_is_no_fault(tmp_path: Path) -> None:
    assert abbreviations(tmp_path / "glossary.md") == {}


def test_the_index_reads_the_grade_of_evidence_and_passes_over_the_list(markdown: Markdown) -> None:
    html = markdown.reset().convert("# T\n\nOne [@zeta-2020]. Two [@alpha-2021].\n")
    page = read_page(f"<article>{html}</article>")
    assert page is not None
    [block] = [block for section in page.sections for block in section.blocks]
    assert block.text == "One. Two."
    assert [(source.key, source.kind, source.year) for source in block.sources] == [
        ("zeta-2020", "vendor", 2020),
        ("alpha-2021", "peer-reviewed", None),
    ]
