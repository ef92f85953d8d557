"""What stands on most pages of a site is its furniture, not its content. Pure.

Applied by index.build to a whole site: themes without a `main` element leave menus and footers among the content, and
others repeat a line such as "Was this page helpful?" inside it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from index.model import Block, Page

_FEWEST_PAGES = 8
"""On fewer pages, a sentence that several share may well be meant."""
_SHARE = 0.5
_MENU = 3
"""Entries from which a run of furniture inside a page is a menu; less may be the caption of code or a warning's name."""
_TEXT = ("text", "item")


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """Return the pages without the runs of paragraphs and list items that more than half of them share; pages left empty are left out.

    A run goes where it begins or ends the page, or is a menu that no sentence introduces. Rows and code stay: equal rows are the
    heads of like tables, and equal code is a command that readers need everywhere.
    """
    if len(pages) < _FEWEST_PAGES:
        return list(pages)
    seen = Counter(text for page in pages for text in {block.text for block in _blocks(page) if block.kind in _TEXT})
    furniture = {text for text, count in seen.items() if count > _SHARE * len(pages)}
    return [page for page in (_cleared(page, furniture) for page in pages) if page.sections] if furniture else list(pages)


def _blocks(page: Page) -> list[Block]:
    return [block for section in page.sections for block in section.blocks]


def _cleared(page: Page, furniture: set[str]) -> Page:
    blocks = _blocks(page)
    kept: list[bool] = []
    for shared, run in groupby(blocks, key=lambda block: block.kind in _TEXT and block.text in furniture):
        length = len(list(run))
        outer = not kept or len(kept) + length == len(blocks)
        menu = length >= _MENU and not (kept and blocks[len(kept) - 1].text.endswith(":"))
        kept += [not (shared and (outer or menu))] * length
    if all(kept):
        return page
    keeps = iter(kept)
    cleared = ((section, tuple(block for block, keep in zip(section.blocks, keeps, strict=False) if keep)) for section in page.sections)
    return replace(page, sections=tuple(replace(section, blocks=blocks) for section, blocks in cleared if blocks))
