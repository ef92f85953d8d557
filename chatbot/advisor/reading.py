"""From words to a profile: which work streams a description holds and what it says about each. Pure over Meanings.

A clause that likely names a task of some kind, or without fitted weights comes near to a wording of one, is a task; tasks of different
kinds are different work streams. What else a clause comes near to answers the other criteria. Whatever comes near to nothing stays
unknown: it is asked for, not guessed.
"""

from dataclasses import dataclass

import numpy as np

from chatbot.advisor.clauses import Clause, clauses
from chatbot.advisor.meanings import Meanings, Nearest
from chatbot.advisor.profile import LONGEST_NAME, Profile, make_profile
from chatbot.advisor.tasks import NO_TASK, Tasks

OUTPUT = "output"
"""The criterion that tells work streams apart."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Similarities from which a clause is taken at its word; fitted on the dev half of evaluation/profiles.yml."""

    task: float
    """A clause is a task."""
    second: float
    """A clause opens another work stream."""
    answer: float
    """A clause answers a criterion."""
    lead: float
    """By how much the option must lead over the next one."""
    denial: float
    """A clause that denies means this option."""
    disagreement: float = 0.03
    """Two passages that come this equally near to two options disagree."""


BY_MEANING = Limits(task=0.33, second=0.36, answer=0.5, lead=0.03, denial=0.35)
BY_WORDS = Limits(task=0.3, second=0.35, answer=0.4, lead=0.05, denial=0.3)
_CLEAR = 0.5
"""Similarity from which a task is taken to be read clearly."""
_LIKELY, _SURELY = 0.5, 0.8
"""Chance from which a clause is taken to name a task, and from which one kind is taken to be read clearly."""
_OUTWEIGHED = 0.1
"""By how much nearer a clause must come to a wording that says nothing to be none in spite of that chance."""
_LEAST_CERTAIN, _BY_WORDS_CERTAIN = 0.8, 0.7
"""How far a confidence holds whose task was barely read, and one that rests on words alone: on the dev half 19 of 30 such
recommendations were right."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer that was read from words."""

    criterion: str
    option: str
    words: str
    """The passage relied on, as typed."""
    meaning: str
    """The known wording that it came nearest to."""
    similarity: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description was taken to say."""

    profile: Profile
    heard: tuple[tuple[Heard, ...], ...]
    """For each work stream, in the order of the criteria."""
    denied: tuple[Heard, ...]
    """Options that the description rules out."""
    unclear: tuple[tuple[Heard, Heard], ...]
    """Pairs of passages that disagree about a criterion, which therefore stays unknown."""
    by_words: bool
    certain: tuple[float, ...] = (1.0,)
    """How far the confidence in each work stream holds, up to 1: the more surely its task was read, the further."""


@dataclass(slots=True)
class _Passage:
    clause: Clause
    similarities: np.ndarray
    chances: dict[str, float]
    """That it names a task of each kind; empty where no weights were fitted."""
    stream: int = -1
    """Number of the work stream that it belongs to; -1 for all."""


@dataclass(slots=True)
class _Stream:
    kind: str
    name: str
    heard: Heard
    certain: float = 1.0


def read(description: str, meanings: Meanings, tasks: Tasks | None = None, limits: Limits | None = None) -> Reading:
    """Read a description; a profile without work streams where it describes none.

    Args:
        description: As typed.
        meanings: Of the criteria.
        tasks: Weights that tell tasks, for the embedding model of the meanings; the nearest wording tells them if not given.
        limits: The fitted ones if not given.
    """
    limits = limits or (BY_WORDS if meanings.by_words else BY_MEANING)
    found = clauses(description)
    told = [] if all(clause.asks for clause in found) else found  # nothing but questions for facts is no situation
    passages = [_passage(clause, meanings, tasks) for clause in told]
    denied = _denied(passages, meanings, limits)
    without = {each.id: frozenset(no.option for no in denied if no.criterion == each.id) for each in meanings.criteria.criteria}
    streams = _streams(passages, meanings, limits, without[OUTPUT])
    hears = [_hear(number, stream, passages, meanings, limits, without) for number, stream in enumerate(streams)]
    if not streams and (only := _hear(0, None, passages, meanings, limits, without))[0]:
        hears, streams = [only], [_Stream("", _name(passages[0].clause), only[0][0])]
    heard = [each[0] for each in hears]
    unclear = tuple(dict.fromkeys(pair for each in hears for pair in each[1]))
    named = [(stream.name, {each.criterion: each.option for each in known}) for stream, known in zip(streams, heard, strict=True)]
    certain = tuple(_BY_WORDS_CERTAIN if meanings.by_words else stream.certain for stream in streams) or (1.0,)
    return Reading(make_profile(meanings.criteria, named), tuple(heard), denied, unclear, meanings.by_words, certain)


def _passage(clause: Clause, meanings: Meanings, tasks: Tasks | None) -> _Passage:
    vector = meanings.vector(clause.core)
    return _Passage(clause, meanings.similarities(clause.core, vector), {} if tasks is None or vector is None else tasks.chances(vector))


def _denied(passages: list[_Passage], meanings: Meanings, limits: Limits) -> tuple[Heard, ...]:
    found = []
    for passage in passages:
        if not passage.clause.denies:
            continue
        for criterion in meanings.criteria.criteria:
            near = meanings.nearest(passage.similarities, criterion, negative=False)
            told = meanings.nearest(passage.similarities, criterion, negative=True)
            # "nobody checks it" says what an option says in the same form; "no documents" rules an option out
            if near.similarity >= limits.denial and near.similarity >= told.similarity:
                found.append(_heard(near, passage.clause))
    return tuple(found)


def _streams(passages: list[_Passage], meanings: Meanings, limits: Limits, without: frozenset[str]) -> list[_Stream]:
    streams: list[_Stream] = []
    current = -1
    for passage in passages:
        if passage.chances:
            task = _likely_task(passage, meanings, without)
        else:
            task = _near_task(passage, meanings, limits.second if streams else limits.task, without)
        if task is not None and not passage.clause.denies:
            near, certain = task
            known = [number for number, stream in enumerate(streams) if _same(stream.kind, near.option)]
            if known:
                current = known[0]
            else:
                streams.append(_Stream(near.option, _name(passage.clause), _heard(near, passage.clause), certain))
                current = len(streams) - 1
        passage.stream = current
    return streams


def _likely_task(passage: _Passage, meanings: Meanings, without: frozenset[str]) -> tuple[Nearest, float] | None:
    """Return the task that a clause likely names, as its nearest wording, unless one that says nothing is far nearer, and how certain."""
    kinds = {kind: chance for kind, chance in passage.chances.items() if kind != NO_TASK and kind not in without}
    if sum(kinds.values()) < _LIKELY:
        return None
    criterion = meanings.criteria.criterion(OUTPUT)
    likeliest = max(kinds, key=lambda kind: kinds[kind])
    others = frozenset(option.id for option in criterion.options if option.id != likeliest)
    near = meanings.nearest(passage.similarities, criterion, negative=passage.clause.negative, without=others)
    return (near, _certain(kinds[likeliest], _LIKELY, _SURELY)) if near.lead >= -_OUTWEIGHED else None


def _near_task(passage: _Passage, meanings: Meanings, limit: float, without: frozenset[str]) -> tuple[Nearest, float] | None:
    """Return the task that a clause comes near to, if nothing that says nothing is nearer, and how certain that is."""
    criterion = meanings.criteria.criterion(OUTPUT)
    near = meanings.nearest(passage.similarities, criterion, negative=passage.clause.negative, without=without)
    found = near.lead >= 0 and near.similarity >= limit
    return (near, _certain(near.similarity, BY_MEANING.task, _CLEAR)) if found else None


def _certain(value: float, least: float, clear: float) -> float:
    return min(1.0, max(_LEAST_CERTAIN, _LEAST_CERTAIN + (1 - _LEAST_CERTAIN) * (value - least) / (clear - least)))


def _same(kind: str, other: str) -> bool:
    return kind == other or (kind == "both" and other in ("prediction", "text"))


def _hear(
    number: int, stream: _Stream | None, passages: list[_Passage], meanings: Meanings, limits: Limits, without: dict[str, frozenset[str]]
) -> tuple[tuple[Heard, ...], tuple[tuple[Heard, Heard], ...]]:
    """What the passages of one work stream, and those before the first, say about each criterion, and where they disagree."""
    own = [passage for passage in passages if passage.stream in (-1, number)]
    found, unclear = [], []
    for criterion in meanings.criteria.criteria:
        if criterion.id == OUTPUT:
            found += [stream.heard] if stream is not None else []
            continue
        near = [
            (meanings.nearest(each.similarities, criterion, negative=each.clause.negative, without=without[criterion.id]), each.clause)
            for each in own
        ]
        clear = [_heard(told, clause) for told, clause in near if told.similarity >= limits.answer and told.lead >= limits.lead]
        if not clear:
            continue
        best = max(clear, key=lambda each: each.similarity)
        others = [each for each in clear if each.option != best.option and each.similarity >= best.similarity - limits.disagreement]
        if others:
            unclear.append((best, others[0]))
        else:
            found.append(best)
    return tuple(found), tuple(unclear)


def _heard(near: Nearest, clause: Clause) -> Heard:
    return Heard(near.criterion, near.option, clause.text, near.meaning, round(near.similarity, 2))


def _name(clause: Clause) -> str:
    name = clause.core if len(clause.core) <= LONGEST_NAME else clause.core[:LONGEST_NAME].rpartition(" ")[0] + " …"
    return name[:1].upper() + name[1:]
