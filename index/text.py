"""Text as a reader sees it: whitespace, invisible characters, sentences. Pure."""

import re
import unicodedata

# What Unicode calls default-ignorable (DerivedCoreProperties.txt): zero-width, bidirectional and tag characters, fillers. A reader
# can't see them, nor noncharacters, so they are no part of what may be quoted. The first sixteen variation selectors stay: they make emoji.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_BOUNDARY = re.compile(r"(?<=[.!?])[\"”’)\]*]*\s+(?=[\"“‘(\[*`]*[A-Z0-9À-ÖØ-Þ])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|no|vol|fig|al|dr|mr|mrs|ms|prof|st|inc|ltd|co|u\.s|u\.k|art|sec|[A-Z])\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 12
"""Characters before a sentence's possible end that are looked at: more than any abbreviation has."""


def visible(text: str) -> str:
    """Return text with white space folded to single spaces and without characters that a reader can't see."""
    return " ".join(without_invisible(text).split())


def without_invisible(text: str) -> str:
    """Return text without characters that a reader can't see; white space stays as it is."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", text))


def escaped(text: str) -> str:
    """Escape what our inline Markdown, or a stranger's renderer, would take for markup."""
    return re.sub(r"([\\`*]|<(?=[A-Za-z/!]))", r"\\\1", text)


def fold(text: str) -> str:
    """Return text for comparison: lower case, compatibility forms unified, accents dropped."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def sentences(text: str) -> list[str]:
    """Split a paragraph into sentences; joined by single spaces they give back `visible(text)`.

    A full stop after a common abbreviation, or after a single capital letter, ends no sentence.
    """
    text = " ".join(text.split())
    found, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        if _ABBREVIATION.search(text[max(start, boundary.start() - _LONGEST_ABBREVIATION) : boundary.start()]):
            continue
        found.append(text[start : boundary.end()].strip())
        start = boundary.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found
