"""Reading: a page of the index as Markdown, section by section. Pure over a Search."""

from collections.abc import Iterable
from urllib.parse import unquote

from pydantic import BaseModel, Field

from chatbot.render import cells, fenced
from index import Block, Passage, Search, UserError

MOST_CHARACTERS = 20_000
"""About so much text is returned at once; a section is never cut."""


class PageUnknown(UserError):
    """No page of the index has that address."""


class SectionText(BaseModel):
    """One section of a page."""

    headings: list[str] = Field(description="From the page title down to the section.")
    url: str = Field(description="Deep link to the section.")
    text: str = Field(description="The section as Markdown.")


class PageText(BaseModel):
    """A page, or as much of it as is returned at once."""

    url: str
    title: str
    description: str
    sections: list[SectionText]
    next_start: int | None = Field(description="Section to go on with; null if this is the end.")
    index_version: str


def read_page(search: Search, url: str, start: int = 0) -> PageText:
    """Return the text of a page.

    Args:
        search: The loaded index.
        url: A page's address below the site root, or a citation's link; with an anchor, only that section and those
            below it are read.
        start: Number of the section to begin with.

    Raises:
        PageUnknown: If no page has that address, or the page has no such section.
    """
    page, anchor = _place(search, url)
    sections: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
    for passage in search.passages:
        if passage.page == page:
            sections.setdefault((passage.url, passage.headings), []).append(passage)
    if anchor:
        wanted = next((headings for link, headings in sections if link.partition("#")[2] == anchor), None)
        if wanted is None:
            raise PageUnknown("That page has no section of that anchor.", remedy="Leave out what follows '#' to read the whole page.")
        sections = {key: passages for key, passages in sections.items() if key[1][: len(wanted)] == wanted}
    read: list[SectionText] = []
    length = 0
    base = search.manifest.site_url
    for (link, headings), passages in list(sections.items())[start:]:
        text = _markdown(block for passage in passages for block in passage.blocks)
        if read and length + len(text) > MOST_CHARACTERS:
            break
        read.append(SectionText(headings=list(headings), url=base + link, text=text))
        length += len(text)
    after = start + len(read)
    info = search.pages[page]
    return PageText(
        url=base + page,
        title=info.title,
        description=info.description,
        sections=read,
        next_start=after if after < len(sections) else None,
        index_version=search.version,
    )


def _place(search: Search, url: str) -> tuple[str, str]:
    """Return page and anchor of a link as the index spells them."""
    address, _, fragment = url.strip().removeprefix(search.manifest.site_url).partition("#")
    address = address.partition("?")[0].lstrip("/").removesuffix("index.html")
    anchor = unquote(fragment.partition(":~:")[0])
    for spelling in (address, unquote(address), f"{address}/", address.removesuffix(".md")):
        if spelling in search.pages:
            return spelling, anchor
    raise PageUnknown("The index has no page of that address.", remedy="Take the `url` of a citation or of a passage that `search` found.")


def _markdown(blocks: Iterable[Block]) -> str:
    parts: list[str] = []
    last: Block | None = None
    for block in blocks:
        joined = last is not None and last.kind == block.kind and last.group == block.group and block.kind in ("item", "row")
        parts.append(("\n" if joined else "\n\n") + _block(block))
        if block.kind == "row" and not joined:
            parts.append("\n|" + " --- |" * len(cells(block.markdown)))
        last = block
    return "".join(parts).strip()


def _block(block: Block) -> str:
    if block.kind == "code":
        return "\n".join(fenced(block.text))
    if block.kind == "row":
        return f"| {block.markdown} |"
    if block.kind == "item":
        return f"{'  ' * block.depth}{block.label or '-'} {block.markdown}"
    return block.markdown
