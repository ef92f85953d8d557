"""The nouns of the offline half: Page → Section → Block → Passage. Pure."""

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["text", "item", "row", "code"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a statement of the page rests on, as far as the page says."""

    key: str
    kind: str
    year: int | None
    at: int = 0
    """Where in the block's text its mark stands, in characters: tells which sentence it belongs to."""


@dataclass(frozen=True, slots=True)
class Block:
    """The smallest thing that is quoted whole: a paragraph, list item, table row or code block."""

    kind: BlockKind
    text: str
    """As a reader sees it, white space folded; code keeps its lines."""
    markdown: str
    """The same with bold and code marked; a row's cells stand between ` | `."""
    group: int = 0
    """Blocks of one list or one table share a number inside their section; others have their own."""
    label: str = ""
    """An ordered item's number ("3."), a table's header row ("header"), else empty."""
    depth: int = 0
    """How deep an item is nested; 0 for the outermost list."""
    find: str = ""
    """Text that stands inside one element, where `text` spans several: a row's longest cell. Text fragments use it."""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One heading, its anchor and the blocks below it, up to the next heading."""

    headings: tuple[str, ...]
    """From the page title down to this heading; never empty."""
    anchor: str
    """Id of the heading or of what carries it; empty where the page gives none."""
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One URL."""

    url: str
    """Below the site root: `choose/differences/`."""
    title: str
    description: str
    sections: tuple[Section, ...]
    questions: tuple[str, ...] = ()
    """Questions that the page's writer says it answers; suggested to readers, never indexed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole blocks inside one section: what is embedded, found and cited."""

    id: str
    """Made from content alone: the same content has the same id in every build."""
    url: str
    """Deep link below the site root, anchor included: `choose/differences/#monitoring`."""
    page: str
    """URL of its page, without the anchor."""
    title: str
    """Title of its page."""
    headings: tuple[str, ...]
    """From the page title down to the section; never empty."""
    blocks: tuple[Block, ...]
    place: int = 0
    """Position among the passages of its section, from 0."""

    @property
    def text(self) -> str:
        """The blocks as lines, as a reader sees them."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def embedding_input(self) -> str:
        """What is embedded: the heading path, then the text."""
        return f"{' > '.join(self.headings)}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Unit:
    """What the quoting writer may say: one sentence of a paragraph, or one whole item, row or code block."""

    kind: BlockKind
    text: str
    """Verbatim, as a reader sees it."""
    markdown: str
    block: int
    """Position of its block in the passage."""
    label: str = ""
    sources: tuple[Source, ...] = ()
    """What its page says that it rests on."""
