"""The corpus's own words and abbreviations: misspelt questions are mended and short forms spelt out by them.

Learned from passages at build (pure), kept beside the lexical index (disk), used by index.search.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.lexical import is_stop_word, stem
from index.model import Passage
from index.text import fold

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LONG_AND_SHORT = re.compile(r"((?:[\w'’/-]+ ){1,8})\(([A-Za-z][\w&/-]{1,9})\)")
_SHORTEST_MENDED = 4
_LONG_WORD = 8
"""From this length two wrong letters are still the same word; below, one."""
_SHARED_BEGINNING = 1
_RARE = 0.02
"""Share of passages. Measured on dev: spelling out every abbreviation cost 0.04 to 0.11 of Recall@3."""


@dataclass(frozen=True)
class Vocabulary:
    """What a corpus calls things."""

    words: dict[str, int]
    """Folded words and how many passages hold each."""
    long_forms: dict[str, str]
    """Folded abbreviation → its long form, as the corpus introduces it."""
    passages: int
    """How many passages there are."""

    def mend(self, text: str) -> str:
        """Replace words that neither the corpus nor English knows by near ones of the corpus; leave names and numbers alone.

        Optimal string alignment: a wrong, missing, additional or swapped letter counts one. The first letter must be
        right, as it nearly always is in typing.
        """
        return _WORD.sub(lambda found: found[0] if found.start() and found[0][:1].isupper() else self._mended(found[0]), text)

    def spell_out(self, text: str) -> str:
        """Return the long forms of the rare abbreviations in a text that don't stand there already, joined by spaces.

        A short form that the corpus uses all the time finds better by itself: spelt out, it drowns the other words.
        """
        tokens = (fold(token) for token in re.findall(r"[\w&/-]*\w", text))
        known = (
            self._rare_long_form(token) or self._rare_long_form(token.removesuffix("s")) for token in tokens if not is_stop_word(token)
        )
        folded = fold(text)
        return " ".join(dict.fromkeys(long for long in known if long and fold(long) not in folded))

    def _rare_long_form(self, token: str) -> str | None:
        uses = min((self.words.get(part, 0) for part in _WORD.findall(token)), default=0)
        return self.long_forms.get(token) if uses <= _RARE * self.passages else None

    def _mended(self, word: str) -> str:
        folded = fold(word)
        if (
            len(folded) < _SHORTEST_MENDED
            or folded in self.words
            or is_stop_word(folded)
            or stem(folded) in self._stems
            or folded in self.long_forms
            or is_english(folded)
        ):
            return word
        cutoff = 2 if len(folded) >= _LONG_WORD else 1
        near = process.extract(
            folded, self._by_initial.get(folded[:_SHARED_BEGINNING], []), scorer=OSA.distance, score_cutoff=cutoff, limit=8
        )
        if not near:
            return word
        nearest = min(distance for _, distance, _ in near)
        return max((found for found, distance, _ in near if distance == nearest), key=lambda found: self.words[found])

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(map(stem, self.words))

    @cached_property
    def _by_initial(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.words:
            if len(word) >= _SHORTEST_MENDED:
                found.setdefault(word[:_SHARED_BEGINNING], []).append(word)
        return found


def is_english(word: str) -> bool:
    """Say whether a folded word stands in a list of English words."""
    return word in _english_words()


@lru_cache(maxsize=1)
def _english_words() -> frozenset[str]:
    """Words that are no misspelling of anything, from the frequency list that comes with symspellpy."""
    listed = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return frozenset(line.split(" ", 1)[0] for line in listed.splitlines())


def learn(passages: Iterable[Passage]) -> Vocabulary:
    """Return the words and abbreviations of passages.

    Abbreviations are found where the corpus introduces them, "long form (SHORT)", if the letters of the short form
    begin words of the long one or stand in it in order (Schwartz and Hearst, PSB 2003).
    """
    words: Counter[str] = Counter()
    introduced: dict[str, Counter[str]] = {}
    count = 0
    for count, passage in enumerate(passages, 1):  # noqa: B007, the last number is the count
        text = f"{' . '.join(passage.headings)} . {passage.text}"
        words.update({fold(word) for word in _WORD.findall(text)})
        for found in _LONG_AND_SHORT.finditer(text):
            if long := long_form(found[1].split(), found[2]):
                introduced.setdefault(fold(found[2]), Counter())[long] += 1
    return Vocabulary(dict(words), {short: forms.most_common(1)[0][0] for short, forms in introduced.items()}, count)


def long_form(before: list[str], short: str) -> str:
    """Return the words right before a bracketed short form that it abbreviates; empty if it abbreviates none."""
    letters = [letter for letter in fold(short) if letter.isalnum()]
    if letters and letters[-1] == "s" and short[-1] == "s":
        letters.pop()  # a plural: LLMs
    if len(letters) < 2 or sum(map(str.isupper, short)) < 2:
        return ""
    for start in range(len(before) - 1, max(-1, len(before) - len(letters) - 5), -1):
        words = [fold(word) for word in before[start:]]
        if words[0][:1] == letters[0] and len(words) > 1 and _in_order(letters, words):
            return " ".join(before[start:])
    return ""


def _in_order(letters: list[str], words: list[str]) -> bool:
    """Say whether the letters stand in the words in order, and at least every second one begins a word or its part."""
    initials = [part[0] for word in words for part in re.split(r"[-/]", word) if part]
    text = "".join(words)
    at = 0
    for letter in letters:
        at = text.find(letter, at) + 1
        if not at:
            return False
    matched, place = 0, 0
    for letter in letters:
        if letter in initials[place:]:
            place += initials[place:].index(letter) + 1
            matched += 1
    return matched * 2 >= len(letters) and matched >= min(2, len(letters))


def write_vocabulary(vocabulary: Vocabulary, file: Path) -> None:
    """Write as JSON."""
    file.write_text(json.dumps(asdict(vocabulary), ensure_ascii=False, sort_keys=True), "utf-8")


def read_vocabulary(file: Path) -> Vocabulary:
    """Read what `write_vocabulary` wrote."""
    return Vocabulary(**json.loads(file.read_text("utf-8")))
