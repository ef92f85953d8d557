"""Deciding: does the guide cover the question? A calibrated score of several signals. Pure.

The weights were fitted by `chatbot tune` on questions that pages say they answer and questions that they say they
don't; they live in `coverage.json`, or beside the index where someone fitted their own.
"""

import re
from pathlib import Path

from chatbot.answer import Asked
from chatbot.evidence import Evidence, SectionEvidence
from chatbot.fitted import ByModels, read_fitted

COVERAGE_FILE = "coverage.json"

_COMMON = (
    "unlike",
    "unknown",
    "heading_overlap",
    "missing_name",
    "missing_value",
    "asks_fact",
    "length",
    "lead",
    "opener",
    "follow_up",
    "asked",
    "worded",
)
SIGNALS = (*_COMMON, "support", "words_lacking")
"""Chosen on the dev half by what each adds to the area under the curve, and by what a fit on one set of questions keeps on another."""
READING_SIGNALS = (*_COMMON, "reading", "readings")
"""Where a cross-encoder reads what was found, too: the section that answers best, and all that were read. It sees by itself whether a
word of the question is missing, so the signals on that added nothing on the dev half."""
WORD_SIGNALS = ("overlap", "heading_overlap", "missing_name", "missing_value", "asks_fact", "length", "follow_up")
"""The signals that an index without a model has."""
_LENGTHS = (2, 14)
"""Terms of a question that make a difference: the longer it is, the worse its worst word fits, and the more rarely it is a near miss."""

_LIKE = 0.4
"""Support of nine in ten covered questions; most questions on other subjects have less, and reading tells of those less surely."""

_STRANGE = 0.33
"""Support below which a question is about something else, however well a text seems to answer it on reading: of the dev half's covered
questions that were answered, one in a hundred has less, of those on other subjects four in five."""

_LARGEST_LOGIT = 6.0
"""Beyond it a section is as sure to answer, or not to, as reading tells."""

_MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d.,]*\s?(dollars?|euros?|usd|eur|gbp|cents?)\b|\b(usd|eur|gbp)\s?\d", re.I)
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|third|quarter|hundred|thousand|million|billion|percent)\b",
    re.I,
)
_DATE = re.compile(
    r"\b(19|20)\d\d\b|\b(january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"\b\d+\s(day|week|month|year|hour)s?\b",
    re.I,
)
_PERSON = re.compile(
    r"\b(?:[A-Z][a-zé]+ ){1,2}[A-Z][a-zé]+\b|"
    r"\b(team|engineer|scientist|owner|manager|officer|expert|board|regulator|authority|reviewer|tribunal|court|people|person|user|company)s?\b"
)
_WANTED = (
    (
        re.compile(
            r"\b(price|pricing|charge|charges|fee|fees|cost per|how much (does|do|is|are|will|would|money)|subscription|licen[cs]e cost|"
            r"salary|salaries|earn|revenue|budget)\b",
            re.I,
        ),
        _MONEY,
    ),
    (
        re.compile(r"\bhow (many|much|long|often|far|large|big|fast|old|high|low)\b|\bwhat (percentage|share|number|rate|figure)\b", re.I),
        _NUMBER,
    ),
    (re.compile(r"\b(when (did|does|is|was|will|do|must)|what (year|date)|which year|since when|by when|deadline)\b", re.I), _DATE),
    (re.compile(r"\bwho\b", re.I), _PERSON),
)
"""What a question word wants, and how a text shows that it has it."""


class Coverage(ByModels):
    """The fitted weights: of `READING_SIGNALS`, of `SIGNALS` without a cross-encoder, of `WORD_SIGNALS` without any model."""


def read_coverage(store: Path | None = None) -> Coverage:
    """Return the weights fitted beside an index, if anybody did, else those that ship with the project.

    Raises:
        UserError: If the file beside the index can't be used.
    """
    return read_fitted(Coverage, COVERAGE_FILE, store, "coverage weights")


def signals(asked: Asked, evidence: Evidence) -> dict[str, float]:
    """Return what speaks for and against coverage, each about 0 to 1, by the names of `READING_SIGNALS` and `WORD_SIGNALS`."""
    if not evidence.sections:
        against = dict.fromkeys(("unlike", "unknown", "missing_name", "missing_value", "words_lacking"), 1.0)
        return dict.fromkeys((*READING_SIGNALS, *WORD_SIGNALS), 0.0) | against
    sections = evidence.sections[:4]
    texts = [f"{' '.join(section.hit.passage.headings)} {' '.join(scored.unit.text for scored in section.units)}" for section in sections]
    others = [section.score for section in evidence.sections[1:2]] or [0.0]
    least, most = _LENGTHS
    readings = [section.reading for section in evidence.sections if section.reading is not None]
    support = max(map(_support, sections))
    return {
        "support": support,
        "unlike": 1.0 if support < _STRANGE else max(0.0, 1 - support / _LIKE),
        "unknown": evidence.unknown,
        "overlap": max(section.overlap for section in sections),
        "heading_overlap": max(section.heading_overlap for section in sections),
        "missing_name": _missing_name(asked.resolved, texts),
        "missing_value": _missing_value(asked.resolved, " ".join(texts[:2])),
        "asks_fact": float(asked.kind == "fact"),
        "length": (min(max(len(evidence.query.terms), least), most) - least) / (most - least),
        "words_lacking": min(section.words.lacking for section in sections),
        "lead": sections[0].score - others[0],
        "opener": max(_opener(section) for section in sections),
        "reading": _bounded(max(readings, default=0.0)),
        "readings": _bounded(sum(readings) / max(1, len(readings))),
        "asked": evidence.query.asked_before.answered,
        "worded": evidence.query.asked_before.worded,
        "follow_up": float(asked.understood is not None and len(asked.parts) == 1),
    }


def _bounded(logit: float) -> float:
    return min(max(logit / _LARGEST_LOGIT, -1.0), 1.0)


def _opener(section: SectionEvidence) -> float:
    """Cosine of a section's first sentence, which states what the section answers."""
    return next((scored.cosine for scored in section.units if scored.unit.kind == "text"), 0.0)


def _support(section: SectionEvidence) -> float:
    """Mean cosine of a section's three best units.

    A near miss shares its subject with one sentence; a section that answers speaks of it more than once. On the dev
    half this raised the area under the curve from 0.90 to 0.93 against the best unit alone.
    """
    best = sorted((scored.cosine for scored in section.units), reverse=True)[:3]
    return sum(best) / len(best)


def _missing_name(question: str, texts: list[str]) -> float:
    """Share of the names in a question — capitalised or with digits inside — that none of the texts holds."""
    words = question.split()
    names = [
        word.strip("?!.,;:()\"'“”’")
        for place, word in enumerate(words)
        if (place and word[:1].isupper())
        or ("-" not in word and any(map(str.isdigit, word)) and any(map(str.isalpha, word)))
        or sum(map(str.isupper, word)) > 1
    ]
    names = [name.removesuffix("'s").removesuffix("’s").lower() for name in names if len(name) > 1]
    if not names:
        return 0.0
    everything = [text.lower() for text in texts]
    return sum(not any(name in text for text in everything) for name in names) / len(names)


def _missing_value(question: str, text: str) -> float:
    """1 if the question word wants a price, number, date or person and the text shows none."""
    return float(any(wanted.search(question) and not shown.search(text) for wanted, shown in _WANTED))
