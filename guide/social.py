"""Draws the picture that a link preview shows of a page: its title, its section, the guide's name and its two loops (pure).

Called by guide.publish, which puts it beside the page as `social.png`. The font is the one inside Pillow (Aileron, CC0),
so that the pictures are the same on every machine.
"""

import functools
import io
import unicodedata

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
"""Pixels: what Open Graph and the large card of X ask for."""

_GROUND, _WHITE, _SOFT, _AMBER = "#123f54", "#ffffff", "#d3e4ec", "#ffc46b"
"""Colors of docs/assets/guide.css."""
_LEFT, _WIDTH = 76, 800
"""Where the words begin, and the room that the loops leave them."""
_TOP, _TITLE_HEIGHT, _LEADING = 72, 215, 1.2
_SUMMARY_SIZE, _SUMMARY_LINES = 30, 3
_INVITATION = "Read it, or ask it"


def draw(title: str, summary: str, section: str, name: str) -> bytes:
    """Return the picture as PNG of some 25 kB; the title is as large as its room allows.

    Args:
        title: Of the page; letters that the font lacks are drawn without their accent or left out.
        summary: One sentence below it; may be empty.
        section: Stands above the title; may be empty.
        name: Of the site; stands at the foot, unless it is the title.
    """
    picture = _ground().copy()
    pen = ImageDraw.Draw(picture)
    top = _TOP
    if section:
        pen.text((_LEFT, top), _drawable(section), _AMBER, _font(31), stroke_width=0.6)
        top += 62
    lines, size = _fitted(_drawable(title))
    for line in lines:
        pen.text((_LEFT, top), line, _WHITE, _font(size), stroke_width=size / 50)
        top += round(size * _LEADING)
    for line in _wrapped(_drawable(summary), _SUMMARY_SIZE)[:_SUMMARY_LINES]:
        pen.text((_LEFT, top + 20), line, _SOFT, _font(_SUMMARY_SIZE))
        top += 42
    foot = _INVITATION if name == title else f"{_drawable(name)}   |   {_INVITATION}"
    pen.text((_LEFT, SIZE[1] - 60), foot, _SOFT, _font(27), anchor="ls", stroke_width=0.4)
    file = io.BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _fitted(title: str) -> tuple[list[str], int]:
    """Return the title in lines, and the largest size in pixels at which they fit."""
    for size in range(88, 36, -4):
        lines = _wrapped(title, size)
        if len(lines) * size * _LEADING <= _TITLE_HEIGHT and all(_font(size).getlength(line) <= _WIDTH for line in lines):
            break
    return lines, size


def _wrapped(title: str, size: int) -> list[str]:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if _font(size).getlength(longer) <= _WIDTH or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _drawable(text: str) -> str:
    """Return the text in letters that the font has: it knows those of English, and curly quotes."""
    plain = unicodedata.normalize("NFKD", text.replace("–", "-").replace("—", "-"))
    return "".join(letter for letter in plain if letter.isascii() or letter in "‘’“”")


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # every wheel of Pillow has FreeType
    return font


@functools.cache
def _ground() -> Image.Image:
    """Return what all pictures share: the two loops that meet, cut off by the edge; drawn large, since Pillow's circles are jagged."""
    scale = 3
    large = Image.new("RGB", (SIZE[0] * scale, SIZE[1] * scale), _GROUND)
    pen = ImageDraw.Draw(large)
    for x, color in ((1065, _WHITE), (1225, _AMBER)):
        radius = 150
        pen.ellipse([scale * side for side in (x - radius, 315 - radius, x + radius, 315 + radius)], outline=color, width=scale * 15)
    return large.resize(SIZE, Image.Resampling.LANCZOS)


@functools.cache
def _palette() -> Image.Image:
    """Return the few colors of all pictures, with what lies between them at the edges of letters and loops."""
    sample = _ground().copy()
    pen = ImageDraw.Draw(sample)
    for row, color in enumerate((_WHITE, _SOFT, _AMBER)):
        pen.text((0, 100 * row), "Sample", color, _font(88))
    return sample.quantize(48, dither=Image.Dither.NONE)
