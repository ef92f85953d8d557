"""The nouns: a claim and its items. Pure."""

from dataclasses import dataclass
from typing import Literal

from chatbot.claims.numbers import Bound
from index import fold, stem

ItemKind = Literal["word", "number", "name"]
NEW_CLAUSE = frozenset("but while whereas although though because since if when unless which who and yet until".split())
NEW_SEGMENT = frozenset("; : — . but while whereas although though because since unless so when if".split())
_BASE_FORMS = dict(
    pair.split("/")
    for pair in (
        "rose/rise risen/rise fell/fall fallen/fall grew/grow grown/grow lost/lose took/take taken/take sent/send built/build found/find "
        "kept/keep held/hold left/leave made/make got/get gotten/get wrote/write written/write chose/choose chosen/choose paid/pay "
        "bought/buy sold/sell met/meet ran/run said/say saw/see seen/see went/go gone/go gave/give given/give knew/know known/know "
        "brought/bring thought/think taught/teach told/tell spent/spend drove/drive driven/drive broke/break broken/break began/begin "
        "begun/begin became/become came/come stood/stand understood/understand shown/show drew/draw drawn/draw shrank/shrink "
        "shrunk/shrink won/win led/lead felt/feel meant/mean spoke/speak spoken/speak hid/hide hidden/hide bore/bear borne/bear "
        "withdrew/withdraw worse/bad hypotheses/hypothesis criteria/criterion indices/index people/person"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Item:
    """A word, number or name that says something."""

    key: str
    """Equal for equal meaning of the form: a stem, a number's value, a folded name."""
    text: str
    kind: ItemKind
    place: int
    """Among the tokens of the sentence."""
    clause: int
    segment: int
    """Coarser than a clause: a list, or a sentence up to "while" or a semicolon, is one."""
    denied: int = 0
    """Which of the sentence's negations reaches it, counted from 1; 0 for none."""
    first: bool = False
    """First after its negation: what is surely denied."""
    beside: bool = False
    """May be denied: the subject before a negation, "technology is not a criterion", or what follows at a distance."""
    bound: Bound = ""
    """Of a number: "over 60", "under 4%"."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, item or row."""

    text: str
    items: tuple[Item, ...]
    tokens: tuple[str, ...]
    """Folded, punctuation included; `Item.place` points into them."""
    question: bool
    negative: bool
    """Whether anything is denied."""

    @property
    def keys(self) -> frozenset[str]:
        """What the claim speaks of."""
        return frozenset(item.key for item in self.items)


def word_key(word: str) -> str:
    """Return the stem of a word, of its base form where English bends it irregularly."""
    folded = fold(word).removesuffix("'s")
    return stem(_BASE_FORMS.get(folded, folded))
