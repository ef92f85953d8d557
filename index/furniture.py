"""What stands on most pages of a site is its furniture, not its content. Pure.

Applied by index.build to a whole site: themes without a `main` element leave menus and footers among the content, and
others repeat a line such as "Was this page helpful?" inside it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from index.model import Block, Page

_FEWEST_PAGES = 8
"""On fewer pages, a sentence that several share may well be meant."""
_SHARE = 0.5
_TEXT = ("text", "item")


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """Return the pages without the paragraphs and list items that more than half of them share; pages left empty are left out.

    Rows and code stay: equal rows are the heads of like tables, and equal code is a command that readers need everywhere.
    """
    if len(pages) < _FEWEST_PAGES:
        return list(pages)
    seen = Counter(text for page in pages for text in {block.text for block in _blocks(page)})
    furniture = {text for text, count in seen.items() if count > _SHARE * len(pages)}
    return [page for page in (_cleared(page, furniture) for page in pages) if page.sections] if furniture else list(pages)


def _blocks(page: Page) -> list[Block]:
    return [block for section in page.sections for block in section.blocks if block.kind in _TEXT]


def _cleared(page: Page, furniture: set[str]) -> Page:
    if furniture.isdisjoint(block.text for block in _blocks(page)):
        return page
    kept = ((section, tuple(b for b in section.blocks if b.kind not in _TEXT or b.text not in furniture)) for section in page.sections)
    return replace(page, sections=tuple(replace(section, blocks=blocks) for section, blocks in kept if blocks))
