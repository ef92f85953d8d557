"""Sections become passages that fit the embedding model, and passages become units that can be quoted. Pure.

Fed by index.pages, read by index.build and index.search.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from index.model import Block, Page, Passage, Section, Unit
from index.text import sentences

CountTokens = Callable[[str], int]


def cut_page(page: Page, count_tokens: CountTokens, max_tokens: int) -> list[Passage]:
    """Cut a page into passages.

    A passage never crosses a section, keeps list items, table rows and code lines whole, repeats a table's header
    above its rows, and keeps an introduction ("…:") with what it introduces. Only a single item, row or line that
    alone exceeds the limit is cut, at a sentence or word, because a model would silently ignore its end.

    Args:
        page: The page.
        count_tokens: Tokens of a text by the model's own tokenizer, special tokens included.
        max_tokens: The most that the model reads, at least 32.

    Returns:
        Passages in reading order, each with `count_tokens(passage.embedding_input) <= max_tokens`.

    Raises:
        ValueError: If max_tokens is below 32.
    """
    if max_tokens < 32:
        raise ValueError(f"max_tokens is {max_tokens}; a passage needs at least 32")
    return [passage for section in page.sections for passage in _cut_section(page, section, count_tokens, max_tokens)]


def units(passage: Passage) -> list[Unit]:
    """Return what can be said of a passage, in reading order: paragraphs by sentence, all else whole."""
    return [unit for place, block in enumerate(passage.blocks) for unit in _block_units(block, place)]


def _block_units(block: Block, place: int) -> Iterator[Unit]:
    if block.kind != "text":
        yield Unit(block.kind, block.text, block.markdown, place, block.label, block.sources)
        return
    plain, marked = sentences(block.text), sentences(block.markdown)
    if len(plain) != len(marked) or any(piece.count("**") % 2 for piece in marked):
        marked = plain  # a mark hides or spans a sentence's end: give the sentences up to plain text
    end = 0
    for text, markdown in zip(plain, marked, strict=True):
        start, end = end, end + len(text) + 1
        yield Unit("text", text, markdown, place, "", tuple(source for source in block.sources if start <= source.at < end))


def _cut_section(page: Page, section: Section, count_tokens: CountTokens, max_tokens: int) -> Iterator[Passage]:
    headings = _fitting_headings(section.headings, count_tokens, max_tokens)
    url = f"{page.url}#{section.anchor}" if section.anchor else page.url

    def passage(blocks: list[Block], place: int) -> Passage:
        made = Passage("", url, page.url, page.title, headings, tuple(blocks), place)
        identity = "\0".join((url, str(place), made.embedding_input))
        return replace(made, id=hashlib.sha256(identity.encode()).hexdigest()[:16])

    def fits(blocks: list[Block]) -> bool:
        return count_tokens(passage(blocks, 0).embedding_input) <= max_tokens

    place, run = 0, list[Block]()
    for atom in _atoms(section.blocks, fits):
        addition = _with_header(run, atom, section.blocks)
        if run and not fits(run + addition):
            carried = [run.pop()] if len(run) > 1 and _introduces(run[-1], atom[0]) else []
            yield passage(run, place)
            place += 1
            run = carried
            addition = _with_header(run, atom, section.blocks)
            if run and not fits(run + addition):
                yield passage(run, place)
                place, run = place + 1, []
                addition = _with_header(run, atom, section.blocks)
        run += addition
    if any(block.label != "header" for block in run) or (run and place == 0):
        yield passage(run, place)


def _fitting_headings(headings: tuple[str, ...], count_tokens: CountTokens, max_tokens: int) -> tuple[str, ...]:
    """Drop outer headings, then words of the last, until the path takes at most half of the limit."""
    while len(headings) > 1 and count_tokens(" > ".join(headings)) > max_tokens // 2:
        headings = headings[1:]
    last = headings[-1].split()
    while len(last) > 1 and count_tokens(" ".join(last)) > max_tokens // 2:
        last = last[:-1]
    return (*headings[:-1], " ".join(last))


def _atoms(blocks: tuple[Block, ...], fits: Callable[[list[Block]], bool]) -> Iterator[list[Block]]:
    """Yield runs of blocks that stay together: an item with its nested items, else single blocks or their pieces."""
    place = 0
    while place < len(blocks):
        end = place + 1
        if blocks[place].kind == "item":
            while end < len(blocks) and blocks[end].depth > blocks[place].depth and blocks[end].group == blocks[place].group:
                end += 1
        family = list(blocks[place:end])
        if len(family) > 1 and not fits(family):
            family, end = family[:1], place + 1
        if fits(_with_header([], family, blocks)):
            yield family
        else:
            yield from ([piece] for piece in _pieces(family[0], lambda piece: fits(_with_header([], [piece], blocks))))
        place = end


def _with_header(run: list[Block], atom: list[Block], blocks: tuple[Block, ...]) -> list[Block]:
    """Put a table's header before rows that open a passage."""
    first = atom[0]
    if first.kind != "row" or first.label == "header" or any(block.group == first.group for block in run):
        return atom
    header = next((block for block in blocks if block.group == first.group and block.label == "header"), None)
    return [header, *atom] if header else atom


def _introduces(block: Block, following: Block) -> bool:
    return block.kind == "text" and following.kind != "text" and block.text.rstrip().endswith(":")


def _pieces(block: Block, fits: Callable[[Block], bool]) -> Iterator[Block]:
    """Cut one over-long block: code at lines, text at sentences, then at words, then anywhere."""
    separator = "\n" if block.kind == "code" else " "
    parts = block.text.split("\n") if block.kind == "code" else sentences(block.text)
    kept = ""
    for part in parts:
        for bit in _short(part, lambda text: fits(_piece(block, text))):
            joined = f"{kept}{separator}{bit}" if kept else bit
            if kept and not fits(_piece(block, joined)):
                yield _piece(block, kept)
                joined = bit
            kept = joined
    if kept.strip():
        yield _piece(block, kept)


def _piece(block: Block, text: str) -> Block:
    return replace(block, text=text, markdown=text, find="")


def _short(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Halve a text at its middle white space, or anywhere, until every bit fits."""
    if len(text) <= 1 or fits(text):
        yield text
        return
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle + 1)
    at = space if space > 0 else middle
    yield from _short(text[:at].rstrip(), fits)
    yield from _short(text[at:].lstrip(), fits)
