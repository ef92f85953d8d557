"""Evidence: the sections that an answer may use, with every sentence, item and row in them scored. Pure over a Search.

Between retrieval and the decision: fed by index.Search, read by chatbot.decide and chatbot.write.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chatbot.understand import kind_of
from index import Block, CrossEncoder, Hit, Passage, Query, Search, Unit, distinct, fold, is_stop_word, terms, words_of

SECTIONS = 8
"""Sections looked into; the answer rarely needs more than three."""
HITS = 20
_READ_WORDS = (180, 40)
"""For each section that the cross-encoder reads, the words around its best sentence, at least: reading takes longer than all else."""
_SURE = 1.0
"""Logit from which a section answers so surely that no further one is read."""
_READING_SHARE = 0.2
"""What the chance that a section answers, as read, adds to its score at most."""
_SENTENCE_SHARE, _SENTENCE_LOGITS = 0.25, (-6.0, 2.0)
"""What reading adds to a sentence's score at most, and the logits between which it does: most sentences lie there, and between two that
are unlikely to answer alone the likelier one still helps more."""
_NO_TERMS = 0.8
"""Share that counts as present where a question has function words only ("when should I use both?"): what a covered
question usually has, so that the cosine decides."""
_WORDS_SHARE = 0.4
_USUAL_MEAN = 0.6
"""What the match of words adds to a section's score, and the mean from which it adds."""
_ASKED_SHARE = 0.2
"""What a section gains at most by a question that was asked of it before."""
_DEFINED = 0.15
"""What a section gains whose heading is just what is to be defined: its own entry goes before all that speaks of it."""
_SPOKEN_OF = 0.83
"""Mean nearness of the words that name a thing to the words of a text, from which the text speaks of it. In some 480 comparisons among
the questions for training, words that a text has lay above 0.86, rare names above 0.83, and most that it lacks below 0.8."""
FORM = frozenset(
    terms(
        "vs versus compare compared comparison differ difference different list name explain describe define definition meaning example "
        "many much often"
    )
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit and how well it fits the question."""

    unit: Unit
    block: Block
    passage: Passage
    place: tuple[int, int]
    """Passage and block in the section: units of equal place stand in one block."""
    cosine: float
    overlap: float
    """Share of the question's terms, by how much they tell, in the unit and its headings; 0 to 1."""
    own_overlap: float
    """The same in the unit alone."""
    score: float
    reading: float | None = None
    """How surely it answers, on reading it among its neighbours together with the question: a logit. None if it was not read."""


@dataclass(frozen=True, slots=True)
class WordMatch:
    """How near the words of a question come to the words of a section, in their contexts; zeros without a model.

    A vector for the whole text hides whether the one thing that is asked for is there; the word that fits worst tells.
    """

    mean: float
    """Cosine of each word to the nearest word of the section, weighted by how much the word tells."""
    lacking: float
    """The largest product of what a word tells, from 0 to 1, and what it lacks to a cosine of 1."""


@dataclass(frozen=True, slots=True)
class SectionEvidence:
    """A section that was found, whole, in reading order."""

    hit: Hit
    units: tuple[Scored, ...]
    overlap: float
    """Share of the question's terms, by how much they tell, in headings and text; 0 to 1."""
    heading_overlap: float
    """Share of the question's terms in the headings alone."""
    words: WordMatch
    score: float
    reading: float | None = None
    """How surely the section answers, on reading it together with the question: a logit. None if it was not read."""

    @property
    def best(self) -> Scored:
        """The unit that fits best."""
        return max(self.units, key=lambda scored: scored.score)

    def groups(self) -> list[list[int]]:
        """Return the places of the units of each list or table, its header among them."""
        groups: dict[tuple[str, int], list[int]] = {}
        for place, scored in enumerate(self.units):
            if scored.unit.kind in ("item", "row"):
                groups.setdefault((scored.unit.kind, scored.block.group), []).append(place)
        return list(groups.values())


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that an answer to one question may use."""

    query: Query
    hits: tuple[Hit, ...]
    sections: tuple[SectionEvidence, ...]
    """Best first."""
    unknown: float = 0.0
    """Share of the question's terms, misspelt ones mended, that no text of the index has; 0 to 1."""


def gather(search: Search, question: str, context: str = "", whole: str = "", *, mend: bool = True) -> Evidence:
    """Search for a question and score what was found, down to the sentence.

    Args:
        search: The index.
        question: What is asked; its words are what a text must hold to cover it.
        context: Helps to find only.
        whole: The question as somebody would ask it who knows nothing of the dialogue, if that differs; sections are read with it.
        mend: Whether misspelt words are mended; words of another language are none.
    """
    query = search.query(f"{question} {context}".strip(), mend=mend)
    if context:
        query = replace(query, terms=search.query(question, mend=mend).terms, expansion=(*query.terms, *query.expansion))
    hits = tuple(distinct(search.hits(query, HITS)))
    # words of a question's form, such as "compare", ask for nothing that a text must hold
    weights = {term: search.lexical.idf(term) for term in query.terms if term not in FORM}
    sections: list[SectionEvidence] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for hit in hits:
        key = (hit.passage.url, hit.passage.headings)
        if key in seen:
            continue
        seen.add(key)
        if (section := _section(search, query, hit, weights)) is not None:
            sections.append(section)
        if len(sections) == SECTIONS:
            break
    if search.reranker is None:  # else its order holds
        sections.sort(key=lambda section: -section.score)
    if search.cross_encoder is not None:
        sections = _read(search.cross_encoder, whole or (question if context else query.text), sections)
    if search.reranker is None:
        sections.sort(key=lambda section: -section.score)
    unknown = sum(term not in search.lexical.vocabulary for term in query.terms) / max(1, len(query.terms))
    return Evidence(query, hits, tuple(sections), unknown)


def speaks_of(search: Search, query: Query, section: SectionEvidence, things: Sequence[str]) -> bool:
    """Say whether a section speaks of each of several things that a question names, and of all in one breath: a sentence, row or heading.

    By the words that name one of them and not all: "data" and "concept" of "data drift" and "concept drift".
    """
    near: dict[str, float] = {}
    for word, cosine in zip(query.words, search.word_cosines(query, search.section(section.hit)).tolist(), strict=True):
        near[fold(word)] = max(cosine, near.get(fold(word), 0.0))
    breaths = [set(terms(text)) for text in (" ".join(section.hit.passage.headings[1:]), *(each.unit.text for each in section.units))]
    said = set.union(*breaths)
    named = [[word for word in map(fold, words_of(thing)) if not is_stop_word(word)] for thing in things]
    shared = set.intersection(*map(set, named))
    telling = [[word for word in words if word not in shared] or words for words in named]
    for own in telling:
        if sum(near.get(word, float(not said.isdisjoint(terms(word)))) for word in own) < _SPOKEN_OF * len(own):
            return False
    return len(things) == 1 or any(all(not breath.isdisjoint(terms(" ".join(own))) for own in telling) for breath in breaths)


def _read(reader: CrossEncoder, question: str, sections: list[SectionEvidence]) -> list[SectionEvidence]:
    """Let the cross-encoder read the best sections; what it finds adds to their scores, and to those of their sentences.

    A section that is not read counts as the least of those that are: reading orders those, and is no merit against the others.
    """
    read: list[SectionEvidence] = []
    for section, words in zip(sections, _READ_WORDS, strict=False):
        read.append(_read_section(reader, question, section, words))
        if (read[-1].reading or 0.0) > _SURE:
            break
    least = min((after.score - before.score for after, before in zip(read, sections, strict=False)), default=0.0)
    return [*read, *(replace(section, score=section.score + least) for section in sections[len(read) :])]


def _read_section(reader: CrossEncoder, question: str, section: SectionEvidence, words: int) -> SectionEvidence:
    around = _around_best(section, words)
    found = reader.read(question, " > ".join(section.best.passage.headings), [section.units[place].unit.text for place in around])
    units = list(section.units)
    for place, logit in zip(around, found.sentences, strict=True):
        least, most = _SENTENCE_LOGITS
        gain = _SENTENCE_SHARE * (min(max(logit, least), most) - least) / (most - least)
        units[place] = replace(units[place], reading=logit, score=units[place].score + gain)
    gain = _READING_SHARE / (1 + math.exp(-found.answers))
    return replace(section, units=tuple(units), reading=found.answers, score=section.score + gain)


def _around_best(section: SectionEvidence, words: int) -> range:
    """Return the places of a section's best unit and of those after and before it, in turn, in the same passage."""
    best = section.units.index(section.best)
    inside = [place for place, scored in enumerate(section.units) if scored.place[0] == section.best.place[0]]
    first = last = best
    while (first, last) != (inside[0], inside[-1]):
        if sum(len(scored.unit.text.split()) for scored in section.units[first : last + 1]) >= words:
            break
        if last < inside[-1] and (first == inside[0] or (last - first) % 2 == 0):
            last += 1
        else:
            first -= 1
    return range(first, last + 1)


def _section(search: Search, query: Query, hit: Hit, weights: dict[str, float]) -> SectionEvidence | None:
    heading_terms = set(terms(" ".join(hit.passage.headings)))
    rows = search.section(hit)
    scored: list[Scored] = []
    headers: set[int] = set()
    present = set(heading_terms)
    for order, row in enumerate(rows):
        passage = search.passages[row]
        for unit, cosine in zip(search.units(row), search.unit_cosines(query, row), strict=True):
            block = passage.blocks[unit.block]
            if block.label == "header":
                if block.group in headers:
                    continue  # a long table repeats its header in each passage
                headers.add(block.group)
            own = set(terms(unit.text))
            present |= own
            overlap, own_overlap = _share(weights, own | heading_terms), _share(weights, own)
            scored.append(
                Scored(
                    unit,
                    block,
                    passage,
                    (order, unit.block),
                    float(cosine),
                    overlap,
                    own_overlap,
                    _fit(float(cosine), own_overlap, overlap),
                )
            )
    if not scored:
        return None
    heading_overlap = _share(weights, heading_terms)
    overlap = _share(weights, present)
    words = _match_words(search, query, rows)
    fit = _section_fit(query.text, hit, scored, weights, overlap, heading_overlap)
    if query.word_vectors is not None:  # without a model there is no match to add or to miss
        fit += _WORDS_SHARE * (words.mean - _USUAL_MEAN)
    fit += _ASKED_SHARE * search.asked_before(query, hit.passage)
    return SectionEvidence(hit, tuple(scored), overlap, heading_overlap, words, fit)


def _match_words(search: Search, query: Query, rows: list[int]) -> WordMatch:
    if query.word_vectors is None:
        return WordMatch(0.0, 0.0)
    cosines = search.word_cosines(query, rows)
    kept = [place for place, word in enumerate(query.words) if not is_stop_word(fold(word)) and not FORM.issuperset(terms(word))]
    kept = kept or list(range(len(query.words)))
    if not kept:
        return WordMatch(0.0, 0.0)
    near = cosines[kept].astype(float)
    telling = np.array([max((search.lexical.idf(term) for term in terms(query.words[place])), default=0.1) for place in kept])
    return WordMatch(
        float(np.average(near, weights=telling)),
        float(np.max(telling * (1 - near))) / search.lexical.highest_idf,
    )


def _section_fit(question: str, hit: Hit, scored: list[Scored], weights: dict[str, float], overlap: float, heading_overlap: float) -> float:
    """Return how well a section answers: by its passage, its best unit, its first sentence and its heading.

    The shares were searched at random on the dev half; many mixtures do as well, none of the signals alone does.
    """
    heading = hit.passage.headings[-1]
    named = _named(heading, set(weights))
    # "When do you need RAG?" asks something else of RAG than what it is
    defined = named == 1 and kind_of(question) == "definition" and (not heading.endswith("?") or kind_of(heading) == "definition")
    opener = next((unit.score for unit in scored if unit.unit.kind == "text"), 0.0)
    return (
        0.2 * hit.score
        + 0.25 * max(unit.cosine for unit in scored)
        + 0.1 * max(unit.score for unit in scored)
        + 0.15 * opener
        + 0.2 * overlap
        + 0.05 * heading_overlap
        + 0.05 * named
        + _DEFINED * defined
    )


def _named(heading: str, asked: set[str]) -> float:
    """Return how far a heading names what is asked and nothing else, 0 to 1; "Key-value cache (KV cache)" goes by either name."""
    both = re.fullmatch(r"(.+) \(([^()]+)\)", heading)
    names = [set(terms(name)) for name in (heading, *(both.groups() if both else ()))]
    return max((len(name & asked) / len(name | asked) for name in names if name), default=0.0)


def _fit(cosine: float, own_overlap: float, overlap: float) -> float:
    return 0.6 * max(cosine, 0.0) + 0.25 * own_overlap + 0.15 * overlap


def _share(weights: dict[str, float], present: set[str]) -> float:
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / whole if whole else _NO_TERMS
