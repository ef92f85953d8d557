"""Rendering keeps lists, tables and citations, and nothing in an answer becomes markup, a link or a picture of its own."""

import io
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from chatbot.answer import Answer, Citation, Place, Statement
from chatbot.render import cells, escaped, sources_markdown, to_markdown, to_terminal, unescaped

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='https://evil.example'>x</a>",
    "<!-- comment",
    "<iframe srcdoc='<script>1</script>'>",
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "[x][1] [1]: https://evil.example",
    "<https://evil.example>",
    "https://evil.example and www.evil.example and a@evil.example",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "a](https://evil.example) [b",
    "**bold** __bold__ *em* _em_ ~~gone~~ `code`",
    "`<b>` ``` ~~~ ***",
    "# heading > quote | cell | cell",
    "\\<b\\> \\[x\\](y) \\\\",
    "$x$ $$y$$ {{7*7}} :smile: [[wiki]]",
)
CITED = Citation(1, "Drift", "Watch", "mlops/drift/#watch:~:text=Drift", "Drift is watched daily.", "vendor source, 2024")
ANSWERED = Answer("What is drift?", "answered", 0.9, "extractive", (Statement("text", "Drift is watched daily.", (1,)),), (CITED,))


def shown(markdown: str) -> LexborHTMLParser:
    """Render as a careless reader's program would: raw HTML let through, tables and strikethrough on."""
    return LexborHTMLParser(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def tags(tree: LexborHTMLParser) -> set[str]:
    """Return the names of all elements in the body."""
    assert tree.body is not None
    return {node.tag or "" for node in tree.body.traverse(include_text=False)} - {"body"}


def links(tree: LexborHTMLParser) -> set[str | None]:
    """Return where links lead."""
    return {node.attributes.get("href") for node in tree.css("a")}


def text(tree: LexborHTMLParser) -> str:
    """Return what a reader sees, white space folded."""
    return " ".join(tree.body.text().split()) if tree.body else ""


def terminal(answer: Answer, width: int = 100) -> str:
    """Return what a terminal without colors shows."""
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(to_terminal(answer))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def in_every_place(attack: str) -> Answer:
    """Return an answer with a string wherever a page, a reader or a writer could put one."""
    quoted = escaped(attack)  # a page's own text reaches a statement escaped
    return replace(
        ANSWERED,
        verdict="partial",
        question=attack,
        understood=attack,
        missing=attack,
        notes=(attack,),
        nearest=(Place(attack, attack, "mlops/drift/#watch", attack),),
        citations=(replace(CITED, title=attack, heading=attack, quote=attack, evidence=attack),),
        statements=tuple(Statement(kind, said, (1,)) for kind in ("text", "item", "row", "code") for said in (attack, quoted)),
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_string_is_inert_wherever_it_stands(attack: str) -> None:
    answer = in_every_place(attack)
    for tree in (shown(to_markdown(answer, "/")), shown(sources_markdown(answer, "/"))):
        assert tags(tree) <= set("p em strong code pre ul ol li table thead tbody tr th td a blockquote".split())
        assert links(tree) <= {"/mlops/drift/#watch:~:text=Drift", "/mlops/drift/#watch"}


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if "\\" not in attack])
def test_attack_string_stays_readable(attack: str) -> None:
    answer = replace(ANSWERED, notes=(attack,), citations=(replace(CITED, quote=attack),))
    assert attack in text(shown(to_markdown(answer)))
    assert attack in text(shown(sources_markdown(answer)))


@pytest.mark.parametrize(
    "address", ["https://evil.example/x", "http://evil.example", "www.evil.example", "WWW.evil.example", "a@evil.example"]
)
def test_bare_address_is_no_address_to_a_renderer_that_looks_for_some(address: str) -> None:
    # what GitHub's extension, marked and linkify search for in the source
    assert address not in escaped(f"See {address} for more")
    assert text(shown(escaped(f"See {address} for more"))) == f"See {address} for more"


@pytest.mark.parametrize("anchor", ["x)![p](https://evil.example/p.png", "a b", "x<y>", "(a", "it's", "%29"])
def test_anchor_can_t_end_its_link(anchor: str) -> None:
    answer = replace(ANSWERED, verdict="not_covered", statements=(), citations=(), nearest=(Place("Drift", "Watch", f"drift/#{anchor}"),))
    tree = shown(to_markdown(answer, "/"))
    assert tags(tree) <= {"p", "strong", "ul", "li", "a"}
    (link,) = links(tree)
    assert link is not None and link.startswith("/drift/#")


@pytest.mark.parametrize("original", [*ATTACKS, "a\\b", "R&D", "100 % & more", "a_b *c*", "\\&lt;"])
def test_escaping_can_be_undone(original: str) -> None:
    assert unescaped(escaped(original)) == original


def test_every_statement_links_to_its_citations() -> None:
    tree = shown(to_markdown(ANSWERED, "/"))
    assert [(node.text(), node.attributes["href"]) for node in tree.css("a")] == [("[1]", "/mlops/drift/#watch:~:text=Drift")]


def test_absolute_citation_is_left_as_it_is() -> None:
    there = replace(CITED, url="https://docs.example.org/a%20b/#x:~:text=a%2Cb")
    assert links(shown(to_markdown(replace(ANSWERED, citations=(there,)), "/"))) == {"https://docs.example.org/a%20b/#x:~:text=a%2Cb"}


def test_bold_and_code_survive_and_nest() -> None:
    said = replace(ANSWERED, statements=(Statement("text", "**Use `make_run`** with `**kwargs` and \\*stars\\*.", (1,)),))
    tree = shown(to_markdown(said))
    assert [node.text() for node in tree.css("strong")] == ["Use make_run"]
    assert [node.text() for node in tree.css("code")] == ["make_run", "**kwargs"]
    assert text(tree) == "Use make_run with **kwargs and *stars*. [1]"
    assert "Use make_run with **kwargs and *stars*. [1]" in terminal(said)


def test_list_keeps_its_introduction_and_its_numbers() -> None:
    steps = [Statement("text", "It takes three steps:", (1,)), *(Statement("item", f"Step {n}", (1,), f"{n}.") for n in (3, 4, 5))]
    answer = replace(ANSWERED, statements=tuple(steps))
    tree = shown(to_markdown(answer))
    (ordered,) = tree.css("ol")
    assert ordered.attributes["start"] == "3"
    assert [item.text().split(" [")[0].strip() for item in tree.css("ol > li")] == ["Step 3", "Step 4", "Step 5"]
    assert "  3. Step 3 [1]\n  4. Step 4 [1]" in terminal(answer)


def test_bullets_stay_bullets() -> None:
    answer = replace(ANSWERED, statements=tuple(Statement("item", word, (1,)) for word in ("one", "two")))
    assert len(shown(to_markdown(answer)).css("ul > li")) == 2
    assert "  • one [1]\n  • two [1]" in terminal(answer)


def test_table_keeps_header_rows_and_bars_in_cells() -> None:
    rows = [
        Statement("row", "Name | Sign", (1,), "header"),
        Statement("row", r"or | `a\|b`", (1,)),
        Statement("row", r"pipe | a \| b", (1,)),
    ]
    answer = replace(ANSWERED, statements=tuple(rows))
    tree = shown(to_markdown(answer))
    assert [node.text().split(" [")[0] for node in tree.css("th")] == ["Name", "Sign"]
    assert [[cell.text().split(" [")[0] for cell in row.css("td")] for row in tree.css("tbody tr")] == [["or", "a|b"], ["pipe", "a | b"]]
    printed = terminal(answer)
    assert all(word in printed for word in ("Name", "Sign", "a|b", "a | b"))


def test_code_is_a_block_that_nothing_in_it_ends() -> None:
    code = "```\n<b>x</b>  # a\n    y: `1`\n```"
    answer = replace(ANSWERED, statements=(Statement("text", "Run:", (1,)), Statement("code", code, (1,))))
    tree = shown(to_markdown(answer))
    assert [node.text().rstrip("\n") for node in tree.css("pre > code")] == [code] and not tree.css("b")
    assert len(tree.css("p > a")) == 2
    printed = terminal(answer)
    assert "    <b>x</b>  # a\n        y: `1`" in printed and "[1]" in printed


def test_second_table_does_not_run_into_the_first() -> None:
    rows = [
        Statement("row", f"{name} | {value}", (1,), label)
        for name, value, label in (("A", "B", "header"), ("1", "2", ""), ("C", "D", "header"), ("3", "4", ""))
    ]
    tree = shown(to_markdown(replace(ANSWERED, statements=tuple(rows))))
    assert [[node.text().split(" [")[0] for node in table.css("th")] for table in tree.css("table")] == [["A", "B"], ["C", "D"]]


def test_table_whose_header_is_missing_or_short_is_shown() -> None:
    for rows in (
        [Statement("row", "1 | 2", (1,))],
        [Statement("row", "A | B", (1,), "header"), Statement("row", "1 | 2 | 3", (1,))],
        [Statement("row", "A | B | C", (1,), "header"), Statement("row", "1", (1,))],
    ):
        assert "1" in terminal(replace(ANSWERED, statements=tuple(rows)))


def test_long_words_in_a_narrow_terminal_are_folded_not_cut() -> None:
    rows = (Statement("row", "A | B | C", (1,), "header"), Statement("row", "responsibilities | interoperability | containerization", (1,)))
    printed = "".join(filter(str.isalpha, terminal(replace(ANSWERED, statements=rows), width=40).split("Sources")[0]))
    assert "…" not in terminal(replace(ANSWERED, statements=rows), width=40)
    assert len(printed) == len("ABC" + "responsibilitiesinteroperabilitycontainerization")


def test_terminal_shows_sources_with_quote_heading_and_address() -> None:
    printed = terminal(replace(ANSWERED, suggestions=("What is retraining?",)))
    assert "Drift is watched daily. [1]" in printed
    assert "[1] Drift › Watch" in printed
    assert "(vendor source, 2024)" in printed
    assert "mlops/drift/#watch" in printed and ":~:" not in printed
    assert "“Drift is watched daily.”" in printed
    assert "What is retraining?" in printed


def test_terminal_takes_no_markup_from_an_answer() -> None:
    attack = "[bold red]x[/] [link=https://evil.example]y[/link] [/]"
    printed = terminal(in_every_place(attack), width=300)
    assert printed.count("[link=https://evil.example]y[/link]") >= 6


@pytest.mark.parametrize("render", [to_markdown, terminal])
def test_not_covered_says_so_and_names_the_nearest_sections(render: object) -> None:
    answer = Answer("Why?", "not_covered", 0.1, "extractive", nearest=(Place("Drift", "Watch", "mlops/drift/#watch", "Watch it daily."),))
    said = render(answer) if callable(render) else ""
    assert "The guide does not cover this question." in said
    assert "Drift › Watch" in said and "mlops/drift/#watch" in said and "Watch it daily." in said


def test_understood_follow_up_and_missing_part_are_told() -> None:
    answer = replace(ANSWERED, verdict="partial", understood="What is drift for LLMs?", missing="Who wrote Aida?")
    for said in (text(shown(to_markdown(answer))), terminal(answer)):
        assert "Understood as: What is drift for LLMs?" in said
        assert "Not covered: Who wrote Aida?" in said


def test_row_gives_its_cells() -> None:
    assert cells(r"a \| b | **c** | ") == ["a | b", "**c**", ""]


def test_answer_that_a_model_worded_says_so_and_a_quoted_one_does_not() -> None:
    worded = replace(ANSWERED, writer="model", model="<b>small</b>")
    assert "Worded by the language model" in to_markdown(worded) and "b" not in tags(shown(to_markdown(worded)))
    assert "Worded by" not in to_markdown(ANSWERED)
