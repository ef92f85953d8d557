"""The main content of a page becomes sections of blocks: what is heading, item, row, code or text, and what nobody sees."""

import pytest

from index.blocks import text_blocks
from index.model import Block, Page, Source
from index.pages import read_page


def read(html: str) -> Page:
    page = read_page(f"<main>{html}</main>", "p.html")
    assert page is not None
    return page


def blocks(html: str) -> list[Block]:
    return [block for section in read(html).sections for block in section.blocks]


def texts(html: str) -> list[str]:
    return [block.text for block in blocks(html)]


def kinds(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks(html)]


def outline(html: str) -> list[tuple[tuple[str, ...], str]]:
    return [(section.headings, section.anchor) for section in read(html).sections]


def test_an_item_that_goes_on_below_what_stands_in_it_is_two_blocks() -> None:
    first = "Pass them in two forms.<ol><li>a dict</li></ol><pre>x = {}</pre>The latter is longer."
    html = f"<ol><li>{first}</li><li><pre>y</pre>Next</li></ol>"
    assert [(block.kind, block.label, block.text) for block in blocks(html)] == [
        ("item", "1.", "Pass them in two forms."),
        ("item", "1.", "a dict"),
        ("code", "", "x = {}"),
        ("text", "", "The latter is longer."),
        ("code", "", "y"),
        ("item", "2.", "Next"),
    ]


def test_repeated_headings_keep_their_own_anchors() -> None:
    page = read('<h1 id="cost">Cost</h1>t <h2 id="usage">Usage</h2>a <h2 id="usage_1">Usage</h2>b')
    assert [section.anchor for section in page.sections] == ["cost", "usage", "usage_1"]


def test_a_section_knows_every_heading_above_it() -> None:
    html = "<h1>T</h1><h2 id=a>A</h2>x<h3 id=b>B</h3>x<h4 id=c>C</h4>x<h3 id=d>D</h3>x<h2 id=e>E</h2>x"
    assert [headings for headings, _ in outline(html)] == [
        ("T", "A"),
        ("T", "A", "B"),
        ("T", "A", "B", "C"),
        ("T", "A", "D"),
        ("T", "E"),
    ]


def test_a_skipped_heading_level_is_no_heading() -> None:
    assert outline("<h1>T</h1><h4 id=deep>Deep</h4>x<h2 id=next>Next</h2>x") == [(("T", "Deep"), "deep"), (("T", "Next"), "next")]


def test_a_second_title_is_a_section_of_the_page() -> None:
    assert outline('<h1 id="t">T</h1>x<h1 id="u">U</h1>y') == [(("T",), "t"), (("T", "U"), "u")]


def test_a_heading_without_text_below_it_makes_no_section() -> None:
    assert outline("<h1>T</h1><h2 id=a>Only a frame</h2><h3 id=b>Inside</h3>x") == [(("T", "Only a frame", "Inside"), "b")]


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param('<h2 id="use">Use</h2>', id="id on the heading"),
        pytest.param('<h2><a name="use"></a>Use</h2>', id="named anchor inside"),
        pytest.param('<h2><span id="use">Use</span></h2>', id="id inside"),
        pytest.param('<section id="use"><h2>Use</h2></section>', id="id on the section"),
        pytest.param('<div id="use"><div class="head"><h2>Use</h2></div></div>', id="id on an outer div"),
        pytest.param('<a id="use"></a><h2>Use</h2>', id="empty anchor before"),
        pytest.param('<a name="use"></a>\n<h2>Use</h2>', id="named anchor before"),
        pytest.param('<h2 id="use">Use<a class="headerlink" href="#use" title="Link">¶</a></h2>', id="with a permalink"),
        pytest.param('<h2 id="use">Use<a class="hash-link" href="#use" title="Link">\u200b</a></h2>', id="with an invisible permalink"),
        pytest.param('<h2 id="use"><a href="#use">Use</a></h2>', id="heading that links to itself"),
    ],
)
def test_a_heading_is_reached_by_the_anchor_that_its_page_gives_it(heading: str) -> None:
    assert outline(f"<h1>T</h1>x{heading}<p>y</p>")[1] == (("T", "Use"), "use")


def test_a_heading_without_any_anchor_has_none() -> None:
    assert outline("<h1>T</h1><p>x</p><h2>Bare</h2><p>y</p>")[1] == (("T", "Bare"), "")


def test_an_id_of_something_that_only_holds_the_heading_among_others_is_not_taken() -> None:
    assert outline('<div id="whole"><p>x</p><h2>Bare</h2><p>y</p></div>')[-1] == (("p.html", "Bare"), "")


def test_text_outside_paragraphs_is_read() -> None:
    assert texts("loose <b>bold</b> words<div>in a div</div>and after") == ["loose bold words", "in a div", "and after"]


def test_inline_elements_around_blocks_do_not_glue_them_together() -> None:
    html = "<font face=Arial><h2>Head</h2><p>one</p><ul><li>two</li></ul></font>"
    assert kinds(html) == [("text", "one"), ("item", "two")]


def test_an_icon_does_not_part_a_paragraph() -> None:
    html = '<p>Press <span class="twemoji"><svg viewBox="0 0 1 1"><path d="M0 0"/></svg></span> to send <my-icon></my-icon> it.</p>'
    assert texts(html) == ["Press to send it."]


def test_items_keep_their_number_depth_and_list() -> None:
    found = blocks("<ol start=3><li>a<ul><li>b</li></ul></li><li>c</li><li value=9>d</li></ol><ul><li>e</li></ul>")
    assert [(block.text, block.label, block.depth) for block in found] == [
        ("a", "3.", 0),
        ("b", "", 1),
        ("c", "4.", 0),
        ("d", "9.", 0),
        ("e", "", 0),
    ]
    assert [block.group for block in found] == [found[0].group] * 4 + [found[4].group]
    assert found[0].group != found[4].group


@pytest.mark.parametrize("start", ["²", "9" * 5000, "-1", "x", ""])
def test_an_unusable_list_start_counts_from_one(start: str) -> None:
    assert blocks(f'<ol start="{start}"><li>a</li></ol>')[0].label == "1."


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<ul><li>a<pre>b = 1\nc = 2</pre></li></ul>", [("item", "a"), ("code", "b = 1\nc = 2")], id="code"),
        pytest.param("<ul><li>a<div><div><pre>b</pre></div></div></li></ul>", [("item", "a"), ("code", "b")], id="code in wrappers"),
        pytest.param(
            "<ul><li>a<div class=note><p>Note.</p><ul><li>b</li></ul><p>End.</p></div></li></ul>",
            [("item", "a"), ("text", "Note."), ("item", "b"), ("text", "End.")],
            id="a note with a list",
        ),
        pytest.param("<ul><li><p>a</p><p>b</p></li></ul>", [("item", "a b")], id="paragraphs"),
        pytest.param("<ul><li>a</li><ul><li>b</li></ul></ul>", [("item", "a"), ("item", "b")], id="a list without its item"),
        pytest.param("<ul>loose<li>a</li></ul>", [("text", "loose"), ("item", "a")], id="text without its item"),
        pytest.param(
            "<ul><li>a<table><tr><th>h</th></tr><tr><td>1</td></tr></table></li></ul>",
            [("item", "a"), ("row", "h"), ("row", "1")],
            id="table",
        ),
    ],
)
def test_nothing_inside_a_list_is_lost(html: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(html) == expected


def test_rows_keep_their_cells_header_and_longest_cell() -> None:
    found = blocks(
        "<table><thead><tr><th>Cost</th><th></th></tr></thead>"
        "<tbody><tr><td>low</td><td>a | b <b>bold</b></td></tr><tr><td></td><td></td></tr></tbody></table>"
    )
    assert [(block.text, block.markdown, block.label, block.find) for block in found] == [
        ("Cost", "Cost | ", "header", "Cost"),
        ("low a | b bold", r"low | a \| b **bold**", "", "a | b bold"),
    ]


def test_a_first_row_of_header_cells_is_a_header_without_thead() -> None:
    found = blocks("<table><tr><th>a</th><th>b</th></tr><tr><th>row head</th><td>1</td></tr></table>")
    assert [block.label for block in found] == ["header", ""]


def test_a_table_caption_is_read() -> None:
    assert texts("<table><caption>Prices in 2026</caption><tr><td>1 dollar</td></tr></table>") == ["Prices in 2026", "1 dollar"]


def test_a_table_inside_a_table_is_read_once() -> None:
    assert texts("<table><tr><td>outer<table><tr><td>inner</td></tr></table></td></tr></table>") == ["outer", "inner"]


def test_code_in_a_table_cell_stays_code() -> None:
    assert kinds("<table><tr><td>Run</td><td><pre>a\nb</pre></td></tr></table>") == [("text", "Run"), ("code", "a\nb")]


@pytest.mark.parametrize(
    ("pre", "code"),
    [
        pytest.param(
            "<pre><code>def f():\n    return 1\n\n\nx</code></pre>", "def f():\n    return 1\n\n\nx", id="indentation and blank lines"
        ),
        pytest.param("<pre>a  \n\tb</pre>", "a\n    b", id="trailing space and tabs"),
        pytest.param("<pre><span>npm i</span><br><span>npm start</span><br></pre>", "npm i\nnpm start", id="lines parted by br"),
        pytest.param("<pre><div class=line>a</div><div class=line>b</div></pre>", "a\nb", id="a div for each line"),
        pytest.param('<pre><span class="linenos">1</span>a\n<span class="linenos">2</span>b\n</pre>', "a\nb", id="without line numbers"),
        pytest.param("<pre>a = 1\u200b\U000e0041<!-- c --><span hidden>evil</span></pre>", "a = 1", id="without hidden text"),
    ],
)
def test_code_keeps_its_lines(pre: str, code: str) -> None:
    assert kinds(pre) == [("code", code)]


def test_terms_with_an_id_are_sections() -> None:
    terms = '<dl><dt id="term-a">A</dt><dd>is one.</dd><dt id="term-b">B</dt><dd>is two.</dd></dl>'
    html = f"<h1 id=g>Glossary</h1><p>Terms.</p>{terms}<p>End.</p>"
    assert outline(html) == [
        (("Glossary",), "g"),
        (("Glossary", "A"), "term-a"),
        (("Glossary", "B"), "term-b"),
        (("Glossary",), "g"),
    ]


def test_terms_without_an_id_are_text() -> None:
    assert texts("<dl><div><dt>A</dt><dd>is one.</dd></div></dl>") == ["A", "is one."]


def test_bold_and_code_are_marked_and_markup_in_text_is_escaped() -> None:
    [block] = blocks("<p>Use <strong> a <em>b</em> </strong>and <code>2**3 &lt;x&gt;</code>, not &lt;b&gt; 2*3<b> </b>.</p>")
    assert block.text == "Use a b and 2**3 <x>, not <b> 2*3 ."
    assert block.markdown == r"Use **a b** and `2**3 <x>`, not \<b> 2\*3 ."


def test_code_that_holds_a_backtick_is_given_as_text() -> None:
    [block] = blocks("<p>Type <code>a`b</code> now.</p>")
    assert block.markdown == r"Type a\`b now."


def test_what_a_sentence_rests_on_is_kept_with_its_place() -> None:
    html = (
        '<p>One fact<sup><a href="#s" data-source="key-a" data-kind="vendor" data-year="2024" aria-label="x"></a></sup>. '
        'Two<a href="#s" data-source="key-b" data-kind="opinion"></a>.</p>'
    )
    [block] = blocks(html)
    assert block.text == "One fact. Two."
    assert block.sources == (Source("key-a", "vendor", 2024, 8), Source("key-b", "opinion", None, 13))


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("<script>evil</script>", id="script"),
        pytest.param("<style>evil</style>", id="style"),
        pytest.param("<template><p>evil</p></template>", id="template"),
        pytest.param("<noscript>evil</noscript>", id="noscript"),
        pytest.param("<!-- evil -->", id="comment"),
        pytest.param("<nav>evil</nav>", id="nav"),
        pytest.param("<footer>evil</footer>", id="footer"),
        pytest.param("<form>evil</form><button>evil</button><select><option>evil</select>", id="controls"),
        pytest.param("<svg><text>evil</text></svg>", id="svg"),
        pytest.param('<div role="navigation">evil</div>', id="role navigation"),
        pytest.param("<p hidden>evil</p>", id="hidden"),
        pytest.param('<p hidden="">evil</p>', id="hidden, empty"),
        pytest.param('<div aria-hidden="true">evil</div>', id="aria-hidden"),
        pytest.param('<p style="display:none">evil</p>', id="display none"),
        pytest.param('<p style="color: red; DISPLAY :\tNone !important">evil</p>', id="display none, spelt oddly"),
        pytest.param('<p style="display:/**/none">evil</p>', id="display none with a comment"),
        pytest.param('<p style="visibility:hidden">evil</p>', id="visibility hidden"),
        pytest.param('<p style="opacity:0">evil</p>', id="opacity 0"),
        pytest.param('<p style="font-size:0px">evil</p>', id="font size 0"),
        pytest.param("<p data-search-exclude>evil</p>", id="search exclude"),
        pytest.param("<p>a <span hidden>evil</span> b</p>", id="inline"),
        pytest.param("<p>a <code>x<i hidden>evil</i></code></p>", id="in inline code"),
        pytest.param("<ul><li hidden>evil</li></ul>", id="item"),
        pytest.param("<ul><li>a<ul hidden><li>evil</li></ul></li></ul>", id="nested list"),
        pytest.param("<table><tr hidden><td>evil</td></tr><tbody hidden><tr><td>evil</td></tr></tbody></table>", id="rows"),
        pytest.param("<table><tr><td hidden>evil</td></tr></table>", id="cell"),
        pytest.param("<dl><dt hidden id=e>evil</dt><dd hidden>evil</dd></dl>", id="definition"),
        pytest.param("<h2 hidden id=e>evil</h2>", id="heading"),
        pytest.param("<h2 id=e>Fine <span hidden>evil</span></h2><p>x</p>", id="inside a heading"),
        pytest.param("<div>" * 200 + "<script>evil</script><p hidden>evil</p>" + "</div>" * 200, id="below the depth that is read"),
        pytest.param("<p>" + "<i>" * 200 + "<b hidden>evil</b>", id="below the inline depth that is read"),
    ],
)
def test_what_a_reader_never_sees_is_never_read(hidden: str) -> None:
    page = read(f"<h1>Title</h1><p>seen</p>{hidden}<p>after</p>")
    assert "evil" not in str(page)
    assert "after" in str(page)


def test_small_and_faint_text_is_still_text() -> None:
    assert texts('<p style="font-size:0.9em;opacity:0.5">small</p><details><summary>More</summary><p>folded</p></details>') == [
        "small",
        "More",
        "folded",
    ]


def test_an_excluded_heading_takes_its_whole_section_along() -> None:
    html = "<h1>T</h1><p>a</p><h2 id=s data-search-exclude>Sources</h2><p>no</p><h3>Deeper</h3><p>no</p><h2 id=n>Next</h2><p>b</p>"
    assert texts(html) == ["a", "b"]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 3000 + "x", id="div"),
        pytest.param("<span>" * 3000 + "<p>x</p>", id="span around a block"),
        pytest.param("<p>" + "<em>" * 3000 + "x", id="em"),
        pytest.param("<ul><li>" * 3000 + "x", id="lists"),
        pytest.param("<table><tr><td>" * 2000 + "x", id="tables"),
        pytest.param("<dl><dd>" * 3000 + "x", id="definitions"),
        pytest.param("<dl>" + "<div>" * 3000 + "<dt>x</dt>", id="div in definitions"),
        pytest.param("<pre>" + "<span>" * 3000 + "x", id="code"),
        pytest.param("<h2>" + "<b>" * 3000 + "x</h2>x", id="heading"),
        pytest.param("<blockquote>" * 3000 + "x", id="quotes"),
    ],
)
def test_deep_nesting_neither_stalls_nor_breaks_the_reader(html: str) -> None:
    assert "x" in texts(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<p>a<p>b</div></p>c", ["a", "b", "c"], id="stray end tags"),
        pytest.param("<b><p>a</b>b</p>", ["ab"], id="misnested"),
        pytest.param("<ul><li>a<li>b</ul", ["a", "b"], id="cut off inside a tag"),
        pytest.param("<table><td>a<td>b</table>", ["a b"], id="cells without a row"),
        pytest.param("<p>1 < 2 && 3 > 2 &nosuch; &#xD800; &amp", ["1 < 2 && 3 > 2 &nosuch; \ufffd &"], id="bad entities"),
        pytest.param("<p a='b\" c=>a</p>", ["p.html"], id="unclosed attribute"),
        pytest.param("<table><p>out</p><tr><td>in</table>", ["out", "in"], id="text where only rows may be"),
    ],
)
def test_broken_html_is_read_as_browsers_read_it(html: str, expected: list[str]) -> None:
    page = read_page(f"<main>{html}", "p.html")
    found = [block.text for section in page.sections for block in section.blocks] if page else ["p.html"]
    assert found == expected


def test_plain_text_becomes_a_block_a_paragraph() -> None:
    found = text_blocks("One\nline.\n\n \nTwo <b>*x*.\n\n\u200b\n")
    assert [(block.text, block.markdown) for block in found] == [("One line.", "One line."), ("Two <b>*x*.", r"Two \<b>\*x\*.")]
    assert len({block.group for block in found}) == 2
