"""The picture that a link preview shows: the whole title, within its room, the same each time."""

from io import BytesIO

import pytest
from PIL import Image

from guide.social import SIZE, draw

LONG = "Which statistical tests detect drift in numerical, categorical and embedded features, and when do they cry wolf?"


def picture(title: str, summary: str = "One sentence.", section: str = "Choose") -> Image.Image:
    return Image.open(BytesIO(draw(title, summary, section, "The guide"))).convert("RGB")


def test_the_picture_has_the_size_that_previews_ask_for_and_is_drawn_alike_each_time() -> None:
    assert picture("Drift").size == SIZE
    assert draw("Drift", "", "", "Guide") == draw("Drift", "", "", "Guide") != draw("Cost", "", "", "Guide")


@pytest.mark.parametrize("title", ["Drift", "Prompting, RAG or fine-tuning?", LONG, "Unbreakable" * 3])
def test_words_keep_clear_of_the_loops_the_foot_and_the_edge(title: str) -> None:
    drawn = picture(title, summary=LONG + " " + LONG)
    ground = drawn.getpixel((0, 0))
    for gap in ((0, 0, 70, 630), (880, 0, 910, 630), (0, 0, 1200, 70), (0, 530, 1200, 538)):
        assert drawn.crop(gap).getcolors() == [((gap[2] - gap[0]) * (gap[3] - gap[1]), ground)], gap


def test_letters_that_the_font_lacks_leave_no_boxes() -> None:
    assert draw("Café – “naïve”", "", "", "") == draw("Cafe - “naive”", "", "", "")
    assert draw("Drift 漂移", "", "", "") == draw("Drift ", "", "", "")
