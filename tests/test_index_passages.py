"""Sections become passages that fit the model, and passages become units that can be quoted."""

import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from tokenizers import Tokenizer

from index.export import BUNDLED, model_folder
from index.model import Block, Page, Passage, Section, Source
from index.pages import read_page
from index.passages import cut_page, units

LIMIT = 32


def words(text: str) -> int:
    """A tokenizer that a reader can count along with: one token a word."""
    return len(text.split())


def read(html: str) -> Page:
    page = read_page(f"<main>{html}</main>", "p/")
    assert page is not None
    return page


def cut(html: str, limit: int = LIMIT) -> list[Passage]:
    return cut_page(read(html), words, limit)


def some(count: int, word: str = "w") -> str:
    return " ".join([word] * count)


def test_a_short_section_is_one_passage_with_its_heading_path_first() -> None:
    [first, second] = cut("<h1 id=t>T</h1><p>one</p><ul><li>two</li></ul><h2 id=a>A</h2><p>three</p>")
    assert (first.url, first.page, first.text, first.embedding_input) == ("p/#t", "p/", "one\ntwo", "T\none\ntwo")
    assert (second.url, second.headings, second.embedding_input) == ("p/#a", ("T", "A"), "T > A\nthree")


def test_a_section_without_an_anchor_is_reached_by_its_page() -> None:
    assert [passage.url for passage in cut("<h1>T</h1><p>one</p>")] == ["p/"]


def test_a_passage_never_crosses_a_section() -> None:
    assert [passage.text for passage in cut("<h1>T</h1>a<h2>A</h2>b<h2>B</h2>c")] == ["a", "b", "c"]


def test_a_long_section_is_cut_between_blocks() -> None:
    found = cut(f"<h1>T</h1><p>{some(20, 'a')}</p><p>{some(20, 'b')}</p><p>{some(5, 'c')}</p>")
    assert [passage.text for passage in found] == [some(20, "a"), f"{some(20, 'b')}\n{some(5, 'c')}"]
    assert [passage.place for passage in found] == [0, 1]


def test_an_item_is_never_split_and_keeps_its_nested_items() -> None:
    found = cut(f"<h1>T</h1><ul><li>{some(20, 'a')}</li><li>{some(12, 'b')}<ul><li>{some(12, 'c')}</li></ul></li></ul>")
    assert [passage.text for passage in found] == [some(20, "a"), f"{some(12, 'b')}\n{some(12, 'c')}"]


def test_an_item_whose_nested_items_do_not_fit_keeps_each_whole() -> None:
    found = cut(f"<h1>T</h1><ul><li>{some(20, 'a')}<ul><li>{some(20, 'b')}</li></ul></li></ul>")
    assert [passage.text for passage in found] == [some(20, "a"), some(20, "b")]


def test_rows_are_never_split_and_each_passage_repeats_the_header() -> None:
    rows = "".join(f"<tr><td>{some(7, letter)}</td><td>{some(5, letter)}</td></tr>" for letter in "abcd")
    found = cut(f"<h1>T</h1><table><tr><th>Head</th><th>Row</th></tr>{rows}</table>")
    assert [[block.text for block in passage.blocks] for passage in found] == [
        ["Head Row", some(12, "a"), some(12, "b")],
        ["Head Row", some(12, "c"), some(12, "d")],
    ]


def test_a_header_never_stands_at_the_end_of_the_passage_before_its_rows() -> None:
    found = cut(f"<h1>T</h1><p>{some(20)}</p><table><tr><th>Head</th></tr><tr><td>{some(20, 'a')}</td></tr></table>")
    assert [passage.text for passage in found] == [some(20), f"Head\n{some(20, 'a')}"]


def test_a_table_of_a_header_only_is_kept() -> None:
    found = cut(f"<h1>T</h1><p>{some(31)}</p><table><tr><th>Head</th></tr></table>")
    assert [passage.text for passage in found] == [some(31), "Head"]


def test_a_header_too_long_to_repeat_is_cut_like_any_text() -> None:
    found = cut(f"<h1>T</h1><table><tr><th>{some(40, 'h')}</th></tr><tr><td>a</td></tr></table>")
    assert " ".join(passage.text.replace("\n", " ") for passage in found) == some(40, "h") + " a"


def test_an_introduction_goes_with_what_it_introduces() -> None:
    found = cut(f"<h1>T</h1><p>{some(20)}</p><p>Do this:</p><ol><li>{some(15, 'a')}</li></ol>")
    assert [passage.text for passage in found] == [some(20), f"Do this:\n{some(15, 'a')}"]


def test_only_a_block_too_long_for_the_model_is_cut_and_then_at_sentences() -> None:
    found = cut(f"<h1>T</h1><p>A {some(18, 'aa')}. B {some(18, 'bb')}. C {some(9, 'cc')}.</p>")
    assert [passage.text for passage in found] == [f"A {some(18, 'aa')}.", f"B {some(18, 'bb')}. C {some(9, 'cc')}."]


def test_long_code_is_cut_between_lines_and_keeps_its_indentation() -> None:
    lines = [f"  {some(9, letter)}" for letter in "abcde"]
    found = cut("<h1>T</h1><pre>" + "\n".join(lines) + "</pre>")
    assert [passage.text for passage in found] == ["\n".join(lines[:3]), "\n".join(lines[3:])]


def test_a_line_too_long_for_the_model_is_cut_without_loss() -> None:
    line = "".join(f"x{number}  " if number % 3 else f"x{number}" for number in range(200)).strip()
    found = cut_page(read(f"<h1>T</h1><pre>{line}</pre>"), len, 64)
    assert "".join("".join(passage.text.split()) for passage in found) == "".join(line.split())
    assert max(len(passage.embedding_input) for passage in found) <= 64
    assert all(passage.text in line for passage in found)


def test_a_word_too_long_for_the_model_is_cut_without_adding_spaces() -> None:
    found = cut_page(read(f"<h1>T</h1><p>{'ab' * 300}</p>"), len, 64)
    assert "".join(passage.text for passage in found) == "ab" * 300


def test_pieces_of_a_long_block_are_escaped_like_any_text() -> None:
    found = cut(f"<h1>T</h1><p><b>{some(20)} &lt;img&gt; {some(20)}</b></p>")
    assert any(r"\<img>" in passage.blocks[0].markdown for passage in found)


@pytest.mark.parametrize(
    ("headings", "kept"),
    [
        pytest.param(("Page", some(10, "a"), some(10, "b")), (some(10, "b"),), id="outer headings go first"),
        pytest.param((some(40, "a"),), (some(16, "a"),), id="then words of the last"),
    ],
)
def test_a_heading_path_takes_at_most_half_of_the_limit(headings: tuple[str, ...], kept: tuple[str, ...]) -> None:
    block = Block("text", some(20), some(20))
    page = Page("p/", headings[0], "", (Section(headings, "", (block,)),))
    assert {passage.headings for passage in cut_page(page, words, LIMIT)} == {kept}


def test_a_heading_of_one_endless_word_is_shortened() -> None:
    [passage] = cut_page(read(f"<h1>{'x' * 900}</h1><p>short</p>"), len, 64)
    assert passage.text == "short"
    assert len(passage.embedding_input) <= 64


def test_a_limit_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        cut("<p>x</p>", 31)


def test_the_same_content_has_the_same_id_and_other_content_another() -> None:
    html = "<h1 id=t>T</h1><p>one</p><h2 id=a>A</h2><p>two</p>"
    first, again, changed = cut(html), cut(html), cut(html.replace("two", "three"))
    assert [passage.id for passage in first] == [passage.id for passage in again]
    assert first[0].id == changed[0].id
    assert first[1].id != changed[1].id


def test_equal_words_on_different_pages_or_under_different_headings_have_their_own_ids() -> None:
    html = "<h1>T</h1><h2 id=a>A</h2><p>x</p><h2 id=b>A</h2><p>x</p><h2>A</h2><p>x</p><h2>A</h2><p>x</p>"
    one, other = read_page(html, "a/"), read_page(html, "b/")
    assert one is not None
    assert other is not None
    ids = [passage.id for page in (one, other) for passage in cut_page(page, words, LIMIT)]
    assert len(set(ids)) == len(ids) == 8


def test_units_are_sentences_of_text_and_whole_blocks_of_all_else() -> None:
    [passage] = cut("<h1>T</h1><p>One. Two <b>bold</b>.</p><ul><li>It. Is.</li></ul><pre>a. B\nc</pre>", 64)
    assert [(unit.kind, unit.text, unit.markdown, unit.block) for unit in units(passage)] == [
        ("text", "One.", "One.", 0),
        ("text", "Two bold.", "Two **bold**.", 0),
        ("item", "It. Is.", "It. Is.", 1),
        ("code", "a. B\nc", "a. B\nc", 2),
    ]


def test_bold_text_over_the_end_of_a_sentence_is_given_up_safely() -> None:
    [passage] = cut("<h1>T</h1><p>One <b>two. Three</b> &lt;b&gt;.</p>", 64)
    assert [unit.markdown for unit in units(passage)] == ["One two.", r"Three \<b>."]


def test_each_sentence_carries_only_what_it_rests_on_itself() -> None:
    [passage] = cut('<h1>T</h1><p>One<a href="#a" data-source="a"></a>. Two. Three<a href="#b" data-source="b"></a>.</p>', 64)
    assert [[source.key for source in unit.sources] for unit in units(passage)] == [["a"], [], ["b"]]
    assert units(passage)[0].sources == (Source("a", "", None, 3),)


@pytest.fixture(scope="module")
def count_tokens() -> Callable[[str], int]:
    """The bundled model's own tokenizer, special tokens included."""
    folder = model_folder(BUNDLED)
    assert folder is not None
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text).ids)


VOCABULARY = [
    *("drift", "model", "MLOps", "a", "the", "CI/CD", "e.g.", "It", "End.", "ends:", "0.25%", "--no-cache", "&", "()"),
    *("Größe", "naïve.", "数据管道", "模型", "🙂👩‍🚀", "\u200b", "<b>", "`x`", "**"),
    *("x" * 120, "antidisestablishmentarianism", "https://example.org/a/b?c=d#e"),
]


class Nasty:
    """Makes random pages that a person could have written badly."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def page(self) -> str:
        return f"<main><h1>{self.text(1, 12)}</h1>" + "".join(self.block(0) for _ in range(self.chance.randint(4, 14))) + "</main>"

    def text(self, least: int, most: int) -> str:
        count = self.chance.choice([least, self.chance.randint(least, most), most])
        return " ".join(self.chance.choices(VOCABULARY, k=count)).replace("&", "&amp;").replace("<", "&lt;")

    def block(self, depth: int) -> str:
        kind = self.chance.choice(["heading", "p", "p", "intro", "list", "table", "code", "dl"] + ["div"] * (depth < 3))
        return str(getattr(self, f"_{kind}")(depth))

    def _heading(self, depth: int) -> str:
        level, anchor = self.chance.randint(1, 6), self.chance.choice(["", f' id="a{self.chance.randint(1, 5)}"'])
        return f"<h{level}{anchor}>{self.text(1, 90 if self.chance.random() < 0.2 else 8)}</h{level}>"

    def _p(self, depth: int) -> str:
        return f"<p>{self.text(1, 400 if self.chance.random() < 0.2 else 40)}<b>{self.text(0, 3)}</b></p>"

    def _intro(self, depth: int) -> str:
        return f"<p>{self.text(1, 20)}:</p>"

    def _list(self, depth: int) -> str:
        items = ""
        for _ in range(self.chance.randint(1, 7)):
            inner = self._list(depth + 1) if depth < 3 and self.chance.random() < 0.3 else ""
            items += f"<li>{self.text(0, 120 if self.chance.random() < 0.1 else 25)}{inner}</li>"
        return f"<ol>{items}</ol>" if self.chance.random() < 0.5 else f"<ul>{items}</ul>"

    def _table(self, depth: int) -> str:
        columns, huge = self.chance.randint(1, 4), 90 if self.chance.random() < 0.2 else 4
        head = "<tr>" + "".join(f"<th>{self.text(1, huge)}</th>" for _ in range(columns)) + "</tr>"
        rows = "".join(
            "<tr>" + "".join(f"<td>{self.text(0, 150 if self.chance.random() < 0.05 else 10)}</td>" for _ in range(columns)) + "</tr>"
            for _ in range(self.chance.randint(0, 12))
        )
        return f"<table>{head if self.chance.random() < 0.8 else ''}{rows}</table>"

    def _code(self, depth: int) -> str:
        lines = [
            " " * self.chance.randint(0, 8) + self.text(0, 60 if self.chance.random() < 0.1 else 12)
            for _ in range(self.chance.randint(1, 30))
        ]
        return "<pre>" + "\n".join(lines) + "</pre>"

    def _dl(self, depth: int) -> str:
        return f"<dl><dt id=t{self.chance.randint(1, 9)}>{self.text(1, 4)}</dt><dd>{self.block(3)}</dd></dl>"

    def _div(self, depth: int) -> str:
        return "<div>" + "".join(self.block(depth + 1) for _ in range(self.chance.randint(0, 3))) + "</div>"


def squeezed(blocks: Iterator[Block]) -> str:
    return "".join("".join(block.text.split()) for block in blocks)


@pytest.mark.parametrize("limit", [32, 128, 256])
@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_page_passages_keep_their_promises(seed: int, limit: int, count_tokens: Callable[[str], int]) -> None:
    page = read_page(Nasty(seed).page(), "p/")
    assert page is not None
    passages = cut_page(page, count_tokens, limit)
    assert cut_page(page, count_tokens, limit) == passages
    assert len({passage.id for passage in passages}) == len(passages)
    starts = [place for place, passage in enumerate(passages) if passage.place == 0]
    assert len(starts) == len(page.sections)
    for section, (start, end) in zip(page.sections, pairwise([*starts, len(passages)]), strict=True):
        _check_section(section, passages[start:end], count_tokens, limit)


def _check_section(section: Section, passages: list[Passage], count_tokens: Callable[[str], int], limit: int) -> None:
    assert [passage.place for passage in passages] == list(range(len(passages)))
    blocks = [block for passage in passages for block in passage.blocks]
    for label in ("header", "other"):  # headers may repeat; all else stands there once, whole and in order
        was = [block for block in section.blocks if (block.label == "header") == (label == "header")]
        now = [block for block in blocks if (block.label == "header") == (label == "header")]
        if label == "header":
            assert all(squeezed(iter([block])) in squeezed(iter(now)) for block in was)
        else:
            assert squeezed(iter(was)) == squeezed(iter(now))
    for passage in passages:
        assert count_tokens(passage.embedding_input) <= limit
        assert passage.url == f"p/#{section.anchor}" if section.anchor else passage.url == "p/"
        assert section.headings[-1].startswith(passage.headings[-1])
        for place, block in enumerate(passage.blocks):
            assert block.text
            _check_block(block, passage.blocks[:place], section, passage, count_tokens, limit)


def _check_block(
    block: Block, before: tuple[Block, ...], section: Section, passage: Passage, count_tokens: Callable[[str], int], limit: int
) -> None:
    header = next((found for found in section.blocks if found.group == block.group and found.label == "header"), None)
    path = " > ".join(passage.headings)
    if block.kind == "row" and block is not header and header is not None and count_tokens(f"{path}\n{header.text}") <= limit * 3 // 4:
        assert header in (*before, block), "a row stands without its header"
    if block not in section.blocks:  # a piece: only of what is too long by itself
        above = f"{path}\n{header.text}\n" if header and block.kind == "row" else f"{path}\n"
        wholes = [found for found in section.blocks if found.group == block.group and block.text in found.text]
        assert any(count_tokens(above + whole.text) > limit for whole in wholes), "a block is split though it fits"


def test_nasty_pages_hold_what_they_are_meant_to_hold() -> None:
    html = "".join(Nasty(seed).page() for seed in range(12))
    assert all(re.search(pattern, html) for pattern in ("<h6", "<pre>", "<table>", "<ol><li>", "</ul></li>", "<dl>", "x" * 120, "数据管道"))
