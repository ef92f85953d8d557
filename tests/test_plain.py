"""Markdown copies: what the generator's own notation becomes for a reader of plain Markdown."""

import datetime

from guide.plain import Figure, plain_markdown
from guide.sources import Source

SOURCES = {
    key: Source(title=title, publisher="P", year=2024, link=link, kind="preprint", stability="stable", checked=datetime.date(2026, 11, 1))
    for key, title, link in (("one", "First", "https://example.org/1"), ("two", "Second", None))
}


def plain(body: str, note: str = "") -> str:
    return plain_markdown(
        body, sources=SOURCES, link=lambda target: f"moved/{target}", figure=lambda name: Figure("Tree", f"From {name}."), note=note
    )


def test_citations_become_footnotes_in_order_of_appearance_and_the_page_ends_with_its_sources() -> None:
    assert plain("# T\n\nA fact [@two]. More [@one; @two; @synthesis].\n") == (
        "# T\n\nA fact[^1]. More[^2][^1] (our synthesis).\n\n## Sources\n\n"
        "[^1]: Second. P, 2024. Preprint; read, last checked November 1, 2026.\n"
        "[^2]: [First](https://example.org/1). P, 2024. Preprint; read, last checked November 1, 2026.\n"
    )


def test_several_pages_in_one_file_keep_their_footnotes_apart() -> None:
    assert "fact[^7-1]." in plain("A fact [@one].", note="7-")


def test_code_is_left_as_it_is() -> None:
    body = "Write `[@one]` or:\n\n```markdown\n[@one](a.md) { .x }\n<div>\n```\n"
    assert plain(body) == body


def test_drawings_become_their_words_and_layout_goes() -> None:
    body = '<div markdown>\n\n<figure class="diagram">\n--8<-- "tree.svg"\n<figcaption>Words.</figcaption>\n</figure>\n\n</div>\n'
    assert plain(body) == "> **Figure: Tree.** From tree.svg.\n>\n> Words.\n"


def test_what_readers_search_passes_over_is_left_out_but_headings_stay() -> None:
    body = '# T\n\n<div class="asks" data-search-exclude>\n<a href="#">Ask</a>\n</div>\n\n## Read next { data-search-exclude }\n\nEnd.\n'
    assert plain(body) == "# T\n\n## Read next\n\nEnd.\n"


def test_relative_links_are_moved_and_others_kept() -> None:
    assert plain("[a](b.md#c), [d](https://e.f), [g](#h)") == "[a](moved/b.md#c), [d](https://e.f), [g](moved/#h)\n"
