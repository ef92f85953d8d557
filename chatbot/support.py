"""Support: do the passages that a statement cites hold it? Pure, but for reading the limits.

The check of what a language model wrote; what is quoted is checked word for word by chatbot.verify. Mechanical tests — numbers,
names, negation, direction, sides — find a changed detail; limits on likeness, fitted on dev by `chatbot tune`, find what was
added and what is about something else. Evidence is chosen anew for each sentence, so a statement may merge several passages.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict

from chatbot.claims.alignment import MOST_ITEMS, Company, near, with_keys_of
from chatbot.claims.details import foreign_name, foreign_number
from chatbot.claims.model import Claim, Item, word_key
from chatbot.claims.polarity import denies_otherwise, points_otherwise
from chatbot.claims.read import read_claims
from chatbot.claims.roles import Swap, find_swap
from chatbot.fitted import Logistic, read_fitted
from index import CrossEncoder

SUPPORT_FILE = "support.json"
Fault = Literal["number", "name", "negation", "comparative", "side", "meaning", "words", "reading"]
Reason = Literal["", "uncited"] | Fault
FAULTS: tuple[Fault, ...] = get_args(Fault)
_HALF = 0.5
"""Share of held words below which added ones are not only weighed: a sentence mostly of the writer's own may say nothing at all of
the matter and still be read as near to it."""
_WEIGHED_INSTEAD = {"company": 2.0, "follows": 2.0, "added": 1e9}
"""Limits that reject nothing: where there is a cross-encoder, these signals are weighed. What no likeness makes up for keeps its
limit: numbers, names, negations, directions, and the least share of words and of meaning."""
Similarity = Callable[[str, Sequence[str]], np.ndarray]
"""Cosines of a text with each of some texts, float, shape (texts,)."""

WEIGHED = ("number", "name", "negation", "comparative", "company", "exchanged", "follows", "added", "meaning", "sentence", "alone")
"""What is weighed. The first four reject by themselves, so they are 0 when it comes to weighing; in the fit they keep what they
explain from being held against the others."""
_MOST_ADDED = 5.0
"""Words in a row, from which more make no difference."""
_CLAIMS = 4
"""Claims of the sources that one sentence may merge."""
_ADDS = 0.07
"""Share of a sentence that a further claim must hold to be evidence."""
_MEANING = 0.3
"""What a cosine of 1 counts beside the share of words, where the first evidence is chosen."""
_HELD = 0.75
"""From this credit on a word is no addition."""
_UNLIKE, _ALIKE = 0.3, 0.7
"""Cosines of two single words: unrelated ones lie below the first, synonyms at the second."""
_ELSEWHERE = 0.6
"""Credit of a word that the sources use, but not in the evidence."""
_LITERAL = 0.8
"""Share of a sentence's words, by form, that its evidence must have for its negations to be compared: where more was reworded,
what is denied may have been reworded with it ("does not slow releases" for "keeps pace with releases")."""
_READ = 2
"""Claims of the evidence around which the sources are read together with a sentence."""
_READ_BEFORE, _READ_WORDS = 3, 130
"""What is read around such a claim: so many claims before it, and so many words in all, beside the source's headings."""
_LIGHT = 0.3
_LIGHT_WORDS = frozenset(
    word_key(word)
    for word in (
        "take make come go bring get keep give put stand cover include mean leave hold turn need want help let become remain show see look "
        "say happen begin start way part place kind thing example mainly main overall finally away down off around simply whole everything "
        "something anything rest side point matter same another such available possible able certain well according guide illustration "
        "allow cause reach across per using towards toward among likewise similarly however moreover roughly approximately around nearly"
    ).split()
)
"""Words that a paraphrase adds without adding anything; they weigh less."""


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a statement is held by what it cites."""

    supported: bool
    reason: Reason
    """The first test that failed; empty where none did."""
    score: float
    """Share of the weakest sentence that the sources hold, by words and, with a model, by meaning; 0 to 1."""


class Limits(BaseModel):
    """What still passes."""

    model_config = ConfigDict(frozen=True)

    words: float
    """Least share of a sentence's words, by how much they tell, that the sources hold."""
    added: float
    """Most words in a row that the sources have not; everyday words count a part."""
    meaning: float
    """Least cosine of a sentence with one of the sources'."""
    company: float
    """Most gain, 0 to 1, in the company of two terms by their exchange."""
    follows: float
    """Share of a sentence's terms that follow the order of the evidence once two are exchanged: from here on they were."""


class AllLimits(BaseModel):
    """The limits for what there is to judge by."""

    model_config = ConfigDict(frozen=True)

    reading: Logistic
    """With a cross-encoder: the chance that the sources hold a sentence, from `WEIGHED`."""
    meaning: Limits
    """With an embedding model only."""
    words: Limits
    """With neither."""
    fitted_on: str
    """What, how many and when."""

    def fault(self, found: "Signals") -> "Fault | None":
        """Return what a sentence fails by, if it fails."""
        if found.reading is None:
            return fault(found, self.words if found.meaning is None else self.meaning)
        kept = {"added": self.meaning.added} if found.words < _HALF else {}
        if failed := fault(found, self.meaning.model_copy(update=_WEIGHED_INSTEAD | kept)):
            return failed
        return None if self.reading.chance(weighed(found)) >= self.reading.threshold else fault(found, self.meaning) or "reading"


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a sentence together with its evidence tells: logits, 0 is even, higher is surer."""

    sentence: float
    """Whether some sentence of the sources holds it, read among its neighbours."""
    alone: float
    """Whether the nearest claim holds it, read without any."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for and against one sentence."""

    number: str
    name: str
    negation: str
    comparative: str
    """The word that fails the test; empty where none does."""
    swap: Swap
    words: float
    added: float
    meaning: float | None
    """None without a model."""
    reading: Reading | None
    """None without a cross-encoder."""


def check(
    statement: str,
    sources: Sequence[str],
    *,
    similarity: Similarity | None = None,
    reader: CrossEncoder | None = None,
    limits: AllLimits | None = None,
) -> Support:
    """Say whether the sources hold the statement.

    Args:
        statement: One or more sentences, plain text.
        sources: Texts of the passages that the statement cites, taken together; best with their headings as lines before.
        similarity: Cosines by an embedding model; without one, words alone decide.
        reader: A cross-encoder, if there is one.
        limits: Those that ship with the project if not given.
    """
    if not any(source.strip() for source in sources):
        return Support(False, "uncited", 0.0)
    too_long = any(len(claim.items) > MOST_ITEMS for claim in read_claims(statement))  # nobody writes so, and work grows with the square
    found = [] if too_long else signals(statement, sources, similarity, reader)
    if not found:
        return Support(False, "words", 0.0)
    allowed = limits or read_limits()
    reasons = [reason for each in found if (reason := allowed.fault(each))]
    score = min(each.words if each.meaning is None else (each.words + max(each.meaning, 0.0)) / 2 for each in found)
    return Support(not reasons, reasons[0] if reasons else "", round(min(1.0, score), 4))


def fault(found: Signals, limits: Limits) -> Fault | None:
    """Return the first test that a sentence fails, leaving reading aside."""
    failed: dict[Fault, bool] = {
        "number": bool(found.number),
        "name": bool(found.name),
        "negation": bool(found.negation),
        "comparative": bool(found.comparative),
        "side": found.swap.company > limits.company or (found.swap.order > 1 and found.swap.follows >= limits.follows),
        "meaning": found.meaning is not None and found.meaning < limits.meaning,
        "words": found.words < limits.words or found.added > limits.added,
        "reading": False,
    }
    return next((name for name in FAULTS if failed[name]), None)


def weighed(found: Signals) -> dict[str, float]:
    """Return what is weighed where there is a cross-encoder, by the names of `WEIGHED`.

    A limit on each signal would drop what is only a little unlike; together they tell more. The share of words is left out:
    what was altered keeps more of its source's words than a faithful rewording, so a fit would trust it the less.
    """
    exchanged = found.swap.order > 1
    values = (
        float(bool(found.number)),
        float(bool(found.name)),
        float(bool(found.negation)),
        float(bool(found.comparative)),
        found.swap.company,
        float(exchanged),
        found.swap.follows if exchanged else 0.0,
        min(found.added, _MOST_ADDED),
        found.meaning or 0.0,
        found.reading.sentence if found.reading else 0.0,
        found.reading.alone if found.reading else 0.0,
    )
    return dict(zip(WEIGHED, values, strict=True))


def read_limits(store: Path | None = None) -> AllLimits:
    """Return the limits fitted beside an index, if anybody did, else those that ship with the project.

    Raises:
        UserError: If the file beside the index can't be used.
    """
    return read_fitted(AllLimits, SUPPORT_FILE, store, "limits")


class Likeness:
    """Cosines by an embedding model; each text is embedded once."""

    def __init__(self, embed: Callable[[list[str]], np.ndarray], most: int = 20_000) -> None:
        """Wrap a function that embeds texts.

        Args:
            embed: Texts to unit vectors, shape (texts, dimensions).
            most: Vectors kept; beyond that all are forgotten.
        """
        self._embed, self._most = embed, most
        self._known: dict[str, np.ndarray] = {}

    def know(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Take over vectors that were made before, such as those of an index."""
        self._known.update(zip(texts, vectors, strict=True))

    def __call__(self, text: str, texts: Sequence[str]) -> np.ndarray:
        """Return the cosine of a text with each of the others."""
        new = [each for each in dict.fromkeys((text, *texts)) if each not in self._known]
        if len(self._known) + len(new) > self._most:
            self._known, new = {}, list(dict.fromkeys((text, *texts)))
        if new:
            self._known.update(zip(new, self._embed(new), strict=True))
        cosines: np.ndarray = np.array([self._known[each] for each in texts]) @ self._known[text]
        return cosines


def signals(
    statement: str, sources: Sequence[str], similarity: Similarity | None = None, reader: CrossEncoder | None = None
) -> list[Signals]:
    """Return what speaks for and against each sentence of a statement; none where sources or statement say nothing."""
    by_source = [read_claims(source) for source in sources]
    context = [claim for claims in by_source for claim in claims]
    held = [claim for claim in context if not claim.question]  # a heading that asks asserts nothing
    if not held:
        return []

    def read(claim: Claim, evidence: list[Claim]) -> Reading | None:
        return _read(reader, claim, [_around(each, by_source) for each in evidence[:_READ]], evidence[0]) if reader else None

    return [_signals(claim, held, context, similarity, read) for claim in read_claims(statement)]


def _read(reader: CrossEncoder, claim: Claim, around: Sequence[tuple[str, list[str]]], nearest: Claim) -> Reading:
    # the mean over both places: a sentence joined from two is held well enough by either
    sentence = float(np.mean([max(reader.read(claim.text, heading, told).sentences) for heading, told in around]))
    return Reading(sentence, reader.read(claim.text, around[0][0], [nearest.text]).answers)


def _signals(
    claim: Claim,
    held: list[Claim],
    context: list[Claim],
    similarity: Similarity | None,
    read: Callable[[Claim, list[Claim]], Reading | None],
) -> Signals:
    tells = _weights(claim, held)
    cosines = similarity(claim.text, [other.text for other in held]) if similarity else None
    evidence = _evidence(claim, held, tells, cosines)
    credits = _credits(claim, evidence, context, similarity)
    weights = [tells[item.key] for item in claim.items]
    aligned = with_keys_of(claim, evidence)
    literal = float(np.mean([any(item.key in other.keys for other in evidence) for item in aligned.items]))
    said, theirs = Company([aligned]), Company(evidence)
    return Signals(
        number=foreign_number(aligned, evidence, held),
        name=foreign_name(aligned, evidence, context),
        negation=denies_otherwise(aligned, evidence) if literal >= _LITERAL else "",
        comparative=points_otherwise(aligned, evidence, said, theirs),
        swap=find_swap(aligned, evidence),
        words=float(np.average(credits, weights=weights)),
        added=_longest_addition(claim, credits),
        meaning=None if cosines is None else float(cosines.max()),
        reading=read(claim, evidence),
    )


def _around(claim: Claim, by_source: list[list[Claim]]) -> tuple[str, list[str]]:
    """Return the first line of a claim's source, and the claim with those around it, as a passage is read."""
    heading, *claims = next(claims for claims in by_source if any(other is claim for other in claims))
    place = next((place for place, other in enumerate(claims) if other is claim), 0)
    kept: list[str] = []
    for other in claims[max(0, place - _READ_BEFORE) :]:
        if kept and sum(len(text.split()) for text in (heading.text, *kept, other.text)) > _READ_WORDS:
            break
        kept.append(other.text)
    return heading.text, kept or [heading.text]


def _weights(claim: Claim, held: list[Claim]) -> dict[str, float]:
    """Return how much each word tells, by how few claims of the sources have it (Spärck Jones, 1972)."""
    return {key: math.log(1 + (len(held) + 1) / (sum(key in other.keys for other in held) + 0.5)) for key in claim.keys}


def _evidence(claim: Claim, held: list[Claim], tells: dict[str, float], cosines: np.ndarray | None) -> list[Claim]:
    """Return the claims that together hold most of a sentence's words, best first."""
    total = sum(tells.values())
    covers = [{key for key in tells if near(key, other.keys)} for other in held]
    bonus = np.zeros(len(held)) if cosines is None else _MEANING * np.maximum(cosines, 0)
    chosen: list[int] = []
    covered: set[str] = set()
    while len(chosen) < min(_CLAIMS, len(held)):
        gains = np.array([sum(tells[key] for key in cover - covered) / total for cover in covers])
        gains[chosen] = -1.0
        if chosen and gains.max() < _ADDS:
            break
        best = int(np.argmax(gains if chosen else gains + bonus))
        chosen.append(best)
        covered |= covers[best]
    return [held[place] for place in chosen]


def _credits(claim: Claim, evidence: list[Claim], context: list[Claim], similarity: Similarity | None) -> list[float]:
    """Return for each item how far the sources have it: 1 in the evidence, less elsewhere or by a like word, else 0."""
    known = frozenset[str]().union(*(other.keys for other in evidence))
    around = frozenset[str]().union(*(other.keys for other in context))
    words = sorted({item.text.lower() for other in evidence for item in other.items if item.kind == "word"})

    def credit(item: Item) -> float:
        if near(item.key, known):
            return 1.0
        elsewhere = _ELSEWHERE if near(item.key, around) else 0.0
        if item.kind != "word" or similarity is None or not words:
            return elsewhere
        likest = float(similarity(item.text.lower(), words).max())
        return max(elsewhere, min(1.0, max(0.0, (likest - _UNLIKE) / (_ALIKE - _UNLIKE))))

    return [credit(item) for item in claim.items]


def _longest_addition(claim: Claim, credits: list[float]) -> float:
    longest = run = 0.0
    for item, credit in zip(claim.items, credits, strict=True):
        run = run + (1 - credit) * (_LIGHT if item.key in _LIGHT_WORDS else 1.0) if credit < _HELD else 0.0
        longest = max(longest, run)
    return longest
