"""Sections become passages that fit the embedding model, and passages become units that can be quoted. Pure.

Fed by index.pages, read by index.build and index.search.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from index.model import Block, Page, Passage, Section, Unit
from index.text import escaped, sentences

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
    cut = [passage for section in page.sections for passage in _cut_section(page, section, count_tokens, max_tokens)]
    seen: Counter[str] = Counter()
    for place, passage in enumerate(cut):
        seen[passage.id] += 1
        if (times := seen[passage.id]) > 1:  # the same words under the same headings, without an anchor to tell them apart
            cut[place] = replace(passage, id=_digest(passage.id, str(times)))
    return cut


def units(passage: Passage) -> list[Unit]:
    """Return what can be said of a passage, in reading order: paragraphs by sentence, all else whole."""
    return [unit for place, block in enumerate(passage.blocks) for unit in _block_units(block, place)]


def _block_units(block: Block, place: int) -> Iterator[Unit]:
    if block.kind != "text":
        yield Unit(block.kind, block.text, block.markdown, place, block.label, block.sources)
        return
    plain, marked = sentences(block.text), sentences(block.markdown)
    if len(plain) != len(marked) or any(piece.count("**") % 2 for piece in marked):
        marked = [escaped(piece) for piece in plain]  # a mark hides or spans a sentence's end: give the sentences up to plain text
    end = 0
    for text, markdown in zip(plain, marked, strict=True):
        start, end = end, end + len(text) + 1
        yield Unit("text", text, markdown, place, "", tuple(source for source in block.sources if start <= source.at < end))


def _cut_section(page: Page, section: Section, count_tokens: CountTokens, max_tokens: int) -> Iterator[Passage]:
    headings = _fitting_headings(section.headings, count_tokens, max_tokens)
    url = f"{page.url}#{section.anchor}" if section.anchor else page.url

    def passage(blocks: list[Block], place: int) -> Passage:
        made = Passage("", url, page.url, page.title, headings, tuple(blocks), place)
        return replace(made, id=_digest(url, str(place), made.embedding_input))

    def fits(blocks: list[Block]) -> bool:
        return count_tokens(passage(blocks, 0).embedding_input) <= max_tokens

    def leaves_room(block: Block) -> bool:
        return count_tokens(passage([block], 0).embedding_input) <= max_tokens * 3 // 4

    headers = {block.group: block for block in section.blocks if block.label == "header" and leaves_room(block)}
    place, run = 0, list[Block]()
    for atom in _atoms(section.blocks, headers, fits):
        addition = _with_header(run, atom, headers)
        if run and not fits(run + addition):
            carried = [run.pop()] if len(run) > 1 and _introduces(run[-1], atom[0]) else []
            yield passage(run, place)
            place += 1
            run = carried
            addition = _with_header(run, atom, headers)
            if run and not fits(run + addition):
                yield passage(run, place)
                place, run = place + 1, []
                addition = _with_header(run, atom, headers)
        run += addition
    if run:
        yield passage(run, place)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _fitting_headings(headings: tuple[str, ...], count_tokens: CountTokens, max_tokens: int) -> tuple[str, ...]:
    """Drop outer headings, then words of the last, then its letters, until the path takes at most half of the limit."""

    def too_long(path: tuple[str, ...]) -> bool:
        return count_tokens(" > ".join(path)) > max_tokens // 2

    while len(headings) > 1 and too_long(headings):
        headings = headings[1:]
    while too_long(headings) and " " in headings[-1]:
        headings = (*headings[:-1], headings[-1].rpartition(" ")[0])
    while too_long(headings) and len(headings[-1]) > 1:
        headings = (*headings[:-1], headings[-1][: len(headings[-1]) // 2])
    return headings


def _atoms(blocks: tuple[Block, ...], headers: dict[int, Block], fits: Callable[[list[Block]], bool]) -> Iterator[list[Block]]:
    """Yield runs of blocks that stay together: an item with its nested items, else single blocks or their pieces."""
    place = 0
    while place < len(blocks):
        block, end = blocks[place], place + 1
        if block is headers.get(block.group) and end < len(blocks) and blocks[end].group == block.group:
            place = end  # the rows bring their header along
            continue
        if block.kind == "item":
            while end < len(blocks) and blocks[end].depth > block.depth and blocks[end].group == block.group:
                end += 1
        family = list(blocks[place:end])
        if len(family) > 1 and not fits(family):
            family, end = family[:1], place + 1
        if fits(_with_header([], family, headers)):
            yield family
        else:
            yield from ([piece] for piece in _pieces(block, lambda piece: fits(_with_header([], [piece], headers))))
        place = end


def _with_header(run: list[Block], atom: list[Block], headers: dict[int, Block]) -> list[Block]:
    """Put a table's header before rows that open a passage."""
    header = headers.get(atom[0].group)
    if header is None or atom[0] is header or any(block.group == header.group for block in run):
        return atom
    return [header, *atom]


def _introduces(block: Block, following: Block) -> bool:
    return block.kind == "text" and following.kind != "text" and block.text.rstrip().endswith(":")


def _pieces(block: Block, fits: Callable[[Block], bool]) -> Iterator[Block]:
    """Cut one over-long block, its text kept verbatim: code at lines, text at sentences, then at words, then anywhere."""

    def bit_fits(text: str) -> bool:
        return fits(_piece(block, text))

    separator = "\n" if block.kind == "code" else " "
    parts = block.text.split("\n") if block.kind == "code" else sentences(block.text)
    kept = ""
    for before, bit in (found for part in parts for found in _bits(separator, part, bit_fits)):
        joined = f"{kept}{before}{bit}" if kept else bit
        if kept and not bit_fits(joined):
            yield _piece(block, kept)
            joined = bit
        kept = joined
    if kept.strip():
        yield _piece(block, kept)


def _piece(block: Block, text: str) -> Block:
    return replace(block, text=text, markdown=text if block.kind == "code" else escaped(text), find="")


def _bits(before: str, text: str, fits: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Halve a text at its middle white space, or anywhere, until every bit fits; yield each after what stands before it."""
    if len(text) <= 1 or fits(text):
        yield before, text
        return
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle + 1)
    start, end = (space, space + 1) if space > 0 else (middle, middle)
    yield from _bits(before, text[:start], fits)
    yield from _bits(text[start:end], text[end:], fits)
