"""A description becomes clauses: passages with an output or a fact of their own, each with whether it denies. Pure.

The forms of English sentences, not the words of any subject. The first step of chatbot.advisor.reading.
"""

import re
from dataclasses import dataclass

from index import sentences

LONGEST = 4000
"""Characters of a description that are read."""
_LIST_MARK = re.compile(r"(?:^|(?<=[\s:;,.]))\(?(?:[a-h]|[1-9])[).](?=\s)|^\s*[-*•]\s", re.MULTILINE)
_JOINT = re.compile(
    r"\s*;\s*|:\s+|\s+[—–-]\s+|,?\s+(?:and|but|plus)\s+(?:also|then|separately|afterwards|in addition)\s+|"
    r",\s+(?:and|but|plus|while|whereas|so|then|which|who)\s+|\s+(?:and|but|plus|as well as|while|whereas|so that)\s+|"
    r"\s+(?=without\b)|"
    r",\s+(?=(?:we|it|they|he|she|i|you|this|that|there|people|users|nobody|somebody)\b)",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:(?:and|but|also|then|now|next|so|plus|in addition|separately|afterwards)[\s,]+)*"
    r"(?:(?:(?:we|i)(?:['’](?:re|m)| are| am)|as) an? (?:[\w-]+ ){1,4}?(?:with|that (?:has|runs|uses|operates)) )?"
    r"(?:(?:we|i|they|you|he|she|our \w+|my \w+)(?:'d|'ll|'re)?\s+(?:also\s+|now\s+|would\s+|will\s+|do\s+)*)?"
    r"(?:(?:want|wants|wanted|wish|like|would like|need|needs|plan|plans|hope|intend|thought|think|ask|asks|aim)\s+(?:also\s+)?"
    r"(?:to be able to|to|that|whether|for|of|us to)?\s*|"
    r"(?:should|could|can|may|shall|must)\s+(?:we|i|you|a \w+|an \w+)\s+(?:use\s+)?)?(?:have\s+|let\s+)?",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:no|not|never|without|nobody|no one|none|neither|nor|cannot|hardly any)\b|n't\b|n’t\b", re.IGNORECASE)
_FACT = re.compile(r"\W*(?:what|which|who|whose|where|when|why|how)\b.*\?\W*$", re.IGNORECASE)
_WRITER = re.compile(r"\b(?:we|us|our|ours|i|me|my|mine)\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:that|which|who|whose|if|when|unless)\b", re.IGNORECASE)
"""A negation after one of these describes something: 'customers who don't pay'."""
_OPENING = 4
"""Words in which a negation is taken to deny the whole clause."""
_TYPED_END = re.compile(r"(?<=[a-z]{3}[.!?])(?<!etc.)\s+(?=[a-z])")
"""The end of a sentence before one that was typed without a capital letter."""
_FEWEST_WORDS = 3
"""A piece with fewer words stays with what stands before it: 'rank and recommend', 'amount, date and supplier'."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A passage of a description."""

    text: str
    """As typed, without list marks."""
    core: str
    """Without what only leads in: 'we would also like to score loans' → 'score loans'."""
    sentence: int
    """Number of its sentence, from 0."""
    denies: bool
    """It says what is not so: 'we don't want a forecast', but not 'customers who don't pay'."""
    negative: bool
    """It holds a negation anywhere."""
    asks: bool
    """It asks for a fact instead of telling about the writer's situation: 'what is the weather', but not 'how many do we need'."""


def clauses(description: str) -> tuple[Clause, ...]:
    """Cut a description into clauses, in order."""
    found: list[Clause] = []
    number = 0
    for piece in _LIST_MARK.split(description[:LONGEST]):
        for sentence in (part for whole in sentences(" ".join(piece.split())) for part in _TYPED_END.split(whole)):
            found += [_clause(part, number, _asks_for_a_fact(sentence)) for part in _parts(sentence)]
            number += 1
    return tuple(clause for clause in found if any(map(str.isalpha, clause.text)))


def is_negative(text: str) -> bool:
    """Say whether a passage holds a negation."""
    return _DENIES.search(text) is not None


def _parts(sentence: str) -> list[str]:
    """Cut a sentence at its joints; pieces too short to say something of their own stay together."""
    parts: list[str] = []
    start = 0
    for joint in (*_JOINT.finditer(sentence), None):
        end = joint.start() if joint else len(sentence)
        if len(sentence[start:end].split()) < _FEWEST_WORDS and joint is not None:
            continue
        parts.append(sentence[start:end])
        start = joint.end() if joint else end
    if len(parts) > 1 and len(parts[-1].split()) < _FEWEST_WORDS:
        last = parts.pop()
        parts[-1] = sentence[sentence.rindex(parts[-1]) : sentence.rindex(last) + len(last)]
    return [part.strip(" ,.;:") for part in parts if part.strip(" ,.;:")]


def _asks_for_a_fact(sentence: str) -> bool:
    return _FACT.match(sentence) is not None and not _WRITER.search(sentence)


def _clause(text: str, number: int, asks: bool) -> Clause:
    core = _LEAD_IN.sub("", text, count=1).strip()
    negation = _DENIES.search(text)
    before = text[: negation.start()] if negation else ""
    early = negation is not None and len(before.split()) < _OPENING and not _RELATIVE.search(before)
    return Clause(text, core if len(core.split()) > 1 else text, number, early, negation is not None, asks)
