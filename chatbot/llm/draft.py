"""Drafts: a model's text, as it arrives, becomes statements with the numbers that they cite. Pure.

Nothing here is trusted: links, pictures, HTML and code are taken out before anybody checks what is left.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from index import sentences, visible

_NUMBERS = r"(?:sources?\s*)?\d{1,3}(?:\s*[,;–-]\s*(?:sources?\s*)?\d{1,3})*"
_MARK = re.compile(rf"\s*[\[【]({_NUMBERS})[\]】]", re.IGNORECASE)
_MARK_BEHIND = re.compile(rf"([.!?])((?:\s*[\[【]{_NUMBERS}[\]】])+)", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-*•+]|(?P<label>\d{1,2}[.)]))\s+")
_NO_TEXT = re.compile(r"^\s*(#{1,6}(\s|$)|\||[^|]*\w \| [^|]*\w( \| |$)|-{3,}\s*$|={3,}\s*$|>)")
"""Headings, tables, quotations and rules: what a prompt forbids and nobody could check."""
_FENCE = re.compile(r"^\s*(```|~~~)")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)?|\[[^\]]*\])")
_LINK = re.compile(r"\[(?P<text>[^\]]*)\](?:\((?:[^()]|\([^()]*\))*\)?|\[(?!\d)[^\]]+\])")
_ADDRESS = re.compile(r"<?\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|javascript:|data:|vbscript:|mailto:)[^\s<>]*>?", re.IGNORECASE)
_SILENT = ["script", "style", "iframe", "object", "embed", "svg", "math", "template", "noscript", "textarea", "title", "head"]
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_ROUNDS = 5
_LONGEST = 600
"""Characters of a statement; a longer one is no single claim."""
_THOUGHTS = ("<think>", "</think>")


@dataclass(frozen=True, slots=True)
class Drafted:
    """One sentence or list item of a model, cleaned, not yet checked."""

    kind: Literal["text", "item"]
    text: str
    """Plain text."""
    cites: tuple[int, ...]
    """Numbers of sources as the model wrote them; perhaps none, perhaps wrong."""
    label: str = ""


def cut(pieces: Iterable[str]) -> Iterator[Drafted]:
    """Yield each statement as soon as it is complete; code, headings and tables are left out."""
    fenced = False
    for line in _runs(_without_thoughts(pieces)):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not _NO_TEXT.match(line):
            item = _ITEM.match(line)
            body = line[item.end() :] if item else line
            for text in [body] if item else _sentences(body):
                if (drafted := _drafted(text, item)) is not None:
                    yield drafted


def _runs(pieces: Iterable[str]) -> Iterator[str]:
    """Yield whole lines, and of running text every sentence once the next has begun."""
    buffer = ""
    for piece in pieces:
        *lines, buffer = (buffer + piece).split("\n")
        yield from lines
        if _ITEM.match(buffer) or _NO_TEXT.match(buffer) or _FENCE.match(buffer):
            continue
        parts = _sentences(buffer)
        if len(parts) > 1 and parts[-1][0] not in "[【":  # a mark that still arrives belongs to the sentence before it
            yield from parts[:-1]
            buffer = parts[-1] + buffer[len(buffer.rstrip()) :]
    yield buffer


def _sentences(text: str) -> list[str]:
    """Split into sentences, each with the marks that follow its full stop."""
    return sentences(_MARK_BEHIND.sub(r"\2\1", text))


def _without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """Leave out what a reasoning model thinks aloud."""
    held, thinking = "", False
    for piece in pieces:
        held += piece
        while (mark := _THOUGHTS[thinking]) in held:
            before, _, held = held.partition(mark)
            if not thinking:
                yield before
            thinking = not thinking
        if not thinking and not any(held.endswith(mark[:length]) for length in range(1, len(mark))):
            yield held
            held = ""
    if not thinking:
        yield held


def _drafted(text: str, item: re.Match[str] | None) -> Drafted | None:
    linked = _LINK.sub(_unlinked, _IMAGE.sub(" ", text))
    cites = dict.fromkeys(number for found in _MARK.finditer(linked) for number in _numbers(found[1]))
    plain = clean(_MARK.sub("", linked))
    if not any(map(str.isalnum, plain)):
        return None
    return Drafted("item" if item else "text", plain[:_LONGEST], tuple(cites), (item["label"] or "") if item else "")


def clean(text: str) -> str:
    """Return a model's sentence as plain text: no markup of any kind, no address, nothing invisible."""
    for _ in range(_ROUNDS):  # what was written as entities is markup only in the next round
        text = _text_of(text)
    bare = visible(text)
    bare = _MARKUP.sub("", re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", _ADDRESS.sub("", bare)))
    return " ".join(re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\(\s*\)|\[\s*\]", "", bare)).split())


def _text_of(text: str) -> str:
    if not re.search(r"<[a-z/!?]|&#?\w+;", text, re.IGNORECASE):
        return text
    tree = LexborHTMLParser(text)
    tree.strip_tags(_SILENT)
    return tree.body.text(separator=" ") if tree.body else ""


def _unlinked(found: re.Match[str]) -> str:
    return f"[{found['text']}]" if re.fullmatch(_NUMBERS, found["text"].strip(), re.IGNORECASE) else found["text"]


def _numbers(mark: str) -> Iterator[int]:
    for part in re.split(r"\s*[,;]\s*", mark):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        yield from range(ends[0], ends[-1] + 1) if len(ends) > 1 and ends[-1] - ends[0] < 20 else ends
