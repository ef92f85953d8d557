"""Claims: a sentence becomes items that can be compared — words, numbers and names, each with its clause and polarity. Pure.

Read by chatbot.support. English; forms of words and of sentences only, no subject's vocabulary.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from index import fold, is_stop_word, sentences, stem

ItemKind = Literal["word", "number", "name"]

_TOKEN = re.compile(
    r"[$€£]?\d[\d,]*(?:\.\d+)?(?:[KMBkmb](?![A-Za-z]))?|%|"  # 7,260 $0.07 65B
    r"[A-Za-zÀ-ÿ]+[-_.]?\d(?:[\w.]*\w)?|"  # GPT-4, Qwen3, A2A, FP16
    r"[A-Za-zÀ-ÿ_]+(?:['’][A-Za-z]+)?|[,;:()–—/−-]|\.(?=\s|$)"
)
_SIZES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "m": 1e6, "b": 1e9}
_NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(),
        2,
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0, "dozen": 12.0}
_NUMBER_WORDS |= {"twice": 2.0, "thrice": 3.0}
_FRACTIONS = {"half": 2.0, "third": 3.0, "thirds": 3.0, "quarter": 4.0, "quarters": 4.0, "fifth": 5.0, "fifths": 5.0, "tenth": 10.0}
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without nowhere lack lacks lacked lacking rarely seldom hardly scarcely barely".split()
)
_DENIES_SUBJECT = _NEGATIONS - frozenset("no none nobody nothing without".split())
_OF_ALL = frozenset("no none neither nor nobody nothing never".split())
"""What stands further on in the same part of the sentence may be denied, too: "no page ranks tools, names prices or …"."""
_AS_OBJECT = frozenset("nothing none nobody nowhere".split())
"""Deny the verb before them: "click on nothing"."""
_AUXILIARIES = frozenset(
    "is are was were be been has have had do does did can could may might must shall should will would need".split()
)
_MARKS = ",;:()–—."
_SUBJECT = 8
"""Tokens before a negation in which its subject stands."""
_ELLIPTIC = 3
"""Words before a negation that nothing follows, "a prompt cannot", that it denies."""
_REJECTIONS = frozenset((("rather", "than"), ("instead", "of"), ("in", "place")))
"""What follows is denied as after "not": "compare the metric rather than the bytes"."""
_NO_CONTENT = _NEGATIONS | frozenset(
    (
        "one",
        "rather",
        "instead",
        "also",
        "thus",
        "therefore",
        "hence",
        "still",
        "even",
        "well",
        "yet",
        "whether",
        "whereas",
        "unlike",
        "unless",
    )
)
_ENDS_SCOPE = frozenset("but while whereas although though because since if when unless so and yet until as than".split())
_FINITE = frozenset("is are was were has have had does do did will would must should can could may might".split())
_NEW_CLAUSE = frozenset("but while whereas although though because since if when unless which who and yet until".split())
_NEW_SEGMENT = frozenset("; : — . but while whereas although though because since unless so when if".split())
_AT_LEAST = frozenset("over above exceeding least exceed exceeds beyond minimum".split())
_AT_MOST = frozenset("under below most less fewer maximum".split())
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
_VERB_ENDINGS = ("es", "ed", "ts", "ds", "ns", "ys", "ls", "rs")
_VERBS = frozenset("is has was ran built put got".split())
_COMMON_ENDINGS = ("ing", "tion", "ment", "ity", "ness", "ance", "ence", "age", "ly", "ed", "al", "ive", "ous", "ful", "less", "ic", "able")
"""Of words that open a sentence as its subject or attribute and are no names."""
_SCOPE = 6
"""Content words after a negation that it can deny."""


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
    bound: Literal["", "least", "most"] = ""
    """Of a number: "over 60", "under 4%"."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, item or row."""

    text: str
    items: tuple[Item, ...]
    tokens: tuple[str, ...]
    """Folded, punctuation included; `Item.place` points into them."""
    question: bool

    @property
    def keys(self) -> frozenset[str]:
        """What the claim speaks of."""
        return frozenset(item.key for item in self.items)

    @property
    def negative(self) -> bool:
        """Whether anything is denied."""
        return any(_negates(self.tokens, place) for place in range(len(self.tokens)))


def word_key(word: str) -> str:
    """Return the stem of a word, of its base form where English bends it irregularly."""
    folded = fold(word).removesuffix("'s")
    return stem(_BASE_FORMS.get(folded, folded))


def read_claims(text: str) -> list[Claim]:
    """Return the claims of a text: its lines, cut into sentences."""
    return [claim for line in text.splitlines() for sentence in sentences(line) if (claim := read_claim(sentence)).items]


@lru_cache(maxsize=4096)
def read_claim(sentence: str) -> Claim:
    """Return one sentence as a claim."""
    plain = _spread(sentence)
    spelt = [found[0] for found in _TOKEN.finditer(plain)]
    tokens = tuple(fold(token) for token in spelt)
    found: list[Item] = []
    clause, segment, place = 0, 0, 0
    while place < len(tokens):
        token = tokens[place]
        segment += token in _NEW_SEGMENT
        if token in ",;:()–—." or token in _NEW_CLAUSE:
            clause += 1
        number, used = _number(tokens, place)
        if number is not None:
            found.append(
                Item(f"#{number:.6g}", " ".join(spelt[place : place + used]), "number", place, clause, segment, bound=_bound(tokens, place))
            )
        elif _is_name(spelt, place):
            found.append(Item(_name_key(spelt[place]), spelt[place], "name", place, clause, segment))
        elif token[:1].isalpha() and not is_stop_word(token) and token not in _NO_CONTENT and len(token) > 1:
            found.append(Item(word_key(token), spelt[place], "word", place, clause, segment))
        place += used
    return Claim(sentence, _with_polarity(found, tokens), tokens, sentence.rstrip().endswith("?"))


def _spread(sentence: str) -> str:
    """Write out contractions, unify dashes of ranges, and split what hyphens join unless digits follow letters."""
    text = sentence.replace("’", "'").replace("‑", "-")
    text = re.sub(r"\b(can)'t\b", r"\1 not", text, flags=re.I)
    text = re.sub(r"\bwon't\b", "will not", text, flags=re.I)
    text = re.sub(r"(\w)n't\b", r"\1 not", text)
    text = re.sub(r"\bcannot\b", "can not", text, flags=re.I)
    text = re.sub(r"(?<=\d)\s*[–-]\s*(?=\d)", " to ", text)
    text = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", " ", text)
    return re.sub(r"(?<=\d)-(?=[a-z])", " ", text)


def _number(tokens: tuple[str, ...], place: int) -> tuple[float | None, int]:
    """Return a number that begins at a place, and how many tokens it takes; percent and fractions as parts of one."""
    token = tokens[place]
    if token.lstrip("$€£")[:1].isdigit():
        value, used = _digits(token), 1
    elif token in _NUMBER_WORDS:
        value, used = _NUMBER_WORDS[token], 1
        if value >= 20 and place + 1 < len(tokens) and _NUMBER_WORDS.get(tokens[place + 1], 99) < 10:
            value, used = value + _NUMBER_WORDS[tokens[place + 1]], 2
    elif (
        token in ("a", "one")
        and place + 1 < len(tokens)
        and tokens[place + 1] in (*_SIZES, *_FRACTIONS, "dozen")
        and len(tokens[place + 1]) > 1
    ):
        value, used = 1.0, 1
    elif token == "half":
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


def _digits(token: str) -> float:
    bare = token.lstrip("$€£").replace(",", "")
    size = _SIZES.get(bare[-1], 1.0)
    return float(bare.rstrip("kmb").rstrip(".")) * size


def _range_of_percent(tokens: tuple[str, ...], place: int) -> bool:
    """Whether "to 33%" or "and 33%" follows: the sign stands for both ends."""
    following = tokens[place : place + 3]
    return len(following) == 3 and following[0] in ("to", ",", "and") and following[1][:1].isdigit() and following[2] == "%"


def _bound(tokens: tuple[str, ...], place: int) -> Literal["", "least", "most"]:
    before = tokens[max(0, place - 3) : place]
    if "than" in before:
        return "least" if {"more", "greater", "longer", "higher"} & set(before) else "most" if {"less", "fewer"} & set(before) else ""
    if before[-1:] and before[-1] in _AT_LEAST or before[-2:-1] and before[-2] in _AT_LEAST and before[-1] in ("about", "of"):
        return "least"
    if before[-1:] and before[-1] in _AT_MOST or before[-2:-1] and before[-2] in _AT_MOST and before[-1] == "about":
        return "most"
    return ""


def _is_name(spelt: list[str], place: int) -> bool:
    """Whether a word is written as a name: capitals or digits inside, or a capital where no sentence begins."""
    word = spelt[place].removesuffix("'s")
    if not word[:1].isalpha() or len(word) < 2:
        return False
    if "_" in word or any(map(str.isdigit, word)) or sum(map(str.isupper, word)) > 1:
        return True
    if not word[0].isupper() or is_stop_word(fold(word)) or fold(word) in _NO_CONTENT:
        return False
    if place and spelt[place - 1] not in (":", ".", "(", "—", "–"):
        return True
    return _opens_as_name(spelt, place)


def _opens_as_name(spelt: list[str], place: int) -> bool:
    """Whether a sentence's first word is the whole subject, as names are and nouns seldom: "Acme's plant", "Acme says"."""
    if spelt[place].endswith("'s"):
        return True
    word, after = spelt[place], spelt[place + 1] if place + 1 < len(spelt) else ""
    is_verb = after.endswith(_VERB_ENDINGS) or after in _VERBS
    return is_verb and not word.endswith(_COMMON_ENDINGS)


def _name_key(word: str) -> str:
    bare = word.removesuffix("'s")
    return fold(bare[:-1] if bare.endswith("s") and bare[:-1].isupper() else bare)  # LLMs


def _negates(tokens: tuple[str, ...], place: int) -> bool:
    return tokens[place] in _NEGATIONS or tokens[place : place + 2] in _REJECTIONS


def _with_polarity(items: list[Item], tokens: tuple[str, ...]) -> tuple[Item, ...]:
    """Mark what each negation reaches: what follows it in its clause, or what stands before it where nothing follows."""
    denied: dict[int, int] = {}
    first: set[int] = set()
    beside: set[int] = set()
    by_place = {item.place: item for item in items}
    for place, token in enumerate(tokens):
        if token == "than":
            beside |= {*range(place + 1, place + 4)}  # "more than X" often stands for "rather than X"
        if not _negates(tokens, place) or (token == "not" and tokens[place + 1 : place + 2] in (("only",), ("just",), ("merely",))):
            continue
        subject = _subject(tokens, place, by_place)
        reached = _reached(tokens, place, by_place)
        if token in _OF_ALL:
            end = next((at for at in range(place + 1, len(tokens)) if tokens[at] in _NEW_SEGMENT), len(tokens))
            beside |= {*range(place, end)}
        if token in _AS_OBJECT or (token in _DENIES_SUBJECT and tokens[place - 1 : place] and tokens[place - 1] in _AUXILIARIES):
            beside |= {*subject}
        if not reached and token == "not":
            reached = [at for at in subject if not any(between in _NEW_CLAUSE for between in tokens[at:place])][:_ELLIPTIC]
            first |= {*reached}
        first |= {*reached[:1]}
        denied |= dict.fromkeys(reached, place + 1)
    return tuple(
        replace(item, denied=denied.get(item.place, 0), first=item.place in first, beside=item.place in beside) for item in items
    )


def _subject(tokens: tuple[str, ...], place: int, items: dict[int, Item]) -> list[int]:
    """Return the places of the items before a negation in the same part of the sentence, nearest first."""
    found: list[int] = []
    for at in range(place - 1, max(-1, place - _SUBJECT - 1), -1):
        if tokens[at] in _MARKS or tokens[at] in _NEW_SEGMENT:
            break
        if at in items:
            found.append(at)
    return found


def _reached(tokens: tuple[str, ...], place: int, items: dict[int, Item]) -> list[int]:
    """Return the places of the items that a negation denies: up to the end of its clause, or of its noun before a finite verb."""
    found: list[int] = []
    for at in range(place + (2 if tokens[place : place + 2] in _REJECTIONS else 1), len(tokens)):
        ends = tokens[at] in _ENDS_SCOPE or tokens[at] in _MARKS or (found and tokens[at] in _FINITE)
        if ends or _negates(tokens, at) or len(found) >= _SCOPE:
            break
        if at in items:
            found.append(at)
    return found
