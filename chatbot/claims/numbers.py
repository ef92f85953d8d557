"""Numbers: digits and words, percent, fractions, sizes and bounds, as values that can be compared. Pure.

Read by chatbot.claims.read.
"""

from typing import Literal

_SIZES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "m": 1e6, "b": 1e9}
_TO_TWENTY = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
_WORDS = {word: float(value) for value, word in enumerate(_TO_TWENTY.split(), 2)}
_WORDS |= {word: 10.0 * tens for tens, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}
_WORDS |= {"dozen": 12.0, "twice": 2.0, "thrice": 3.0}
_FRACTIONS = {"half": 2.0, "third": 3.0, "thirds": 3.0, "quarter": 4.0, "quarters": 4.0, "fifth": 5.0, "fifths": 5.0, "tenth": 10.0}
_AT_LEAST = frozenset("over above exceeding least exceed exceeds beyond minimum".split())
_AT_MOST = frozenset("under below most less fewer maximum".split())
_COUNTED = {word for word in (*_SIZES, *_FRACTIONS, "dozen") if len(word) > 1}
"""What "a" or "one" before it makes a number of."""
Bound = Literal["", "least", "most"]


def read_number(tokens: tuple[str, ...], place: int) -> tuple[float | None, int]:
    """Return a number that begins at a place, and how many tokens it takes; percent and fractions as parts of one."""
    word = tokens[place]
    if word.lstrip("$€£")[:1].isdigit():
        value, used = _digits(word), 1
    elif word in _WORDS:
        value, used = _WORDS[word], 1
        if value >= 20 and place + 1 < len(tokens) and _WORDS.get(tokens[place + 1], 99) < 10:
            value, used = value + _WORDS[tokens[place + 1]], 2
    elif word in ("a", "one") and {*tokens[place + 1 : place + 2]} & _COUNTED:
        value, used = 1.0, 1
    elif word == "half":
        return 0.5, 1
    else:
        return None, 1
    after = tokens[place + used] if place + used < len(tokens) else ""
    if after in _FRACTIONS and value < 20:
        return value / _FRACTIONS[after], used + 1
    if after == "dozen":
        return value * 12, used + 1
    while after in _SIZES and len(after) > 1:
        value, used = value * _SIZES[after], used + 1
        after = tokens[place + used] if place + used < len(tokens) else ""
    if after in ("%", "percent") or _range_of_percent(tokens, place + used):
        return value / 100, used + (after in ("%", "percent"))
    return value, used


def read_bound(tokens: tuple[str, ...], place: int) -> Bound:
    """Return whether a number at a place is said to be a lower or an upper bound: "over 60", "fewer than 20"."""
    before = tokens[max(0, place - 3) : place]
    if "than" in before:
        return "least" if {"more", "greater", "longer", "higher"} & set(before) else "most" if {"less", "fewer"} & set(before) else ""
    words = {*before[-1:], *(before[-2:-1] if before[-1:] in (("about",), ("of",)) else ())}
    return "least" if words & _AT_LEAST else "most" if words & _AT_MOST else ""


def _digits(token: str) -> float:
    bare = token.lstrip("$€£").replace(",", "")
    size = _SIZES.get(bare[-1], 1.0)
    return float(bare.rstrip("kmb").rstrip(".")) * size


def _range_of_percent(tokens: tuple[str, ...], place: int) -> bool:
    """Whether "to 33%" or "and 33%" follows: the sign stands for both ends."""
    following = tokens[place : place + 3]
    return len(following) == 3 and following[0] in ("to", ",", "and") and following[1][:1].isdigit() and following[2] == "%"
