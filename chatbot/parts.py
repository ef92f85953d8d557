"""Parts: what is found for each question of a message, or for each thing that it compares, and whether the guide covers it.

Gathers evidence and decides for each by itself; fed by chatbot.understand, read by chatbot.assistant. Pure over a Search.
"""

from dataclasses import dataclass, replace

from chatbot.answer import Asked, Kind
from chatbot.decide import signals
from chatbot.evidence import Evidence, SectionEvidence, gather, speaks_of
from chatbot.fitted import Logistic
from chatbot.phrasing import topic_of
from chatbot.requests import as_question
from chatbot.understand import kind_of, sides_of
from index import Search

MOST_PARTS = 3
"""Questions answered of one message; the others are named as not answered."""
_ALONE = 0.9
"""Chance from which the first question of a message that is refused as a whole is answered by itself."""
MOST_CONTEXT = 300
"""Characters of selected text that help to find; more would drown the question."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One question of perhaps several, with what was found for it."""

    question: str
    kind: Kind
    evidence: Evidence
    chance: float
    """That the guide covers it, 0 to 1."""
    side: str = ""
    """What it is about, if that is one of the things that a question compares."""

    @property
    def told(self) -> str:
        """What a reader is told of it if the guide does not cover it."""
        return self.side or self.question

    @property
    def lead(self) -> SectionEvidence | None:
        """The section that answers best; none where nothing was found."""
        return next(iter(self.evidence.sections), None)


@dataclass(frozen=True, slots=True)
class Parts:
    """Looks up what a message asks in one index."""

    search: Search
    coverage: Logistic

    def find(self, asked: Asked, context: str = "") -> list[Part]:
        """Return what was found for each question, and for each side of a comparison that no section draws; at least one part.

        Args:
            asked: From chatbot.understand.
            context: Text that helps to find only, of which the beginning counts.
        """
        return [side for part in self._of_each(asked, context) for side in self._sides(part)]

    def is_covered(self, part: Part) -> bool:
        """Say whether the guide covers a part."""
        return part.chance >= self.coverage.threshold

    def evidence_for(self, asked: Asked, context: str = "") -> Evidence:
        """Return what one question finds."""
        return gather(self.search, as_question(asked.resolved), context[:MOST_CONTEXT], mend=asked.english)

    def _of_each(self, asked: Asked, context: str) -> list[Part]:
        """Look each question up.

        Those that need the first are taken apart only where each has an answer of its own: completed, they are asked less well than typed.
        One that stands alone may still have been meant of what the first is about: "How is drift measured, and what is acceptable?"
        """
        tied = asked.tied if len(asked.tied) <= MOST_PARTS else ()
        apart = [self._look_up(part, context) for part in tied[:1]]
        if apart and self.is_covered(apart[0]):  # else the message is read as one, and the others need not be looked up
            apart += [self._look_up(part, context) for part in tied[1:]]
        covered = [part for part in apart if self.is_covered(part)]
        if tied and len({part.lead.hit.passage.url for part in covered if part.lead}) == len(tied):
            return apart
        first, *others = parts_of(asked)
        found = [self._look_up(part, context) for part in (first, *others)]
        if self.is_covered(found[0]):
            return [found[0], *(self._surer(first, part, alone) for part, alone in zip(others, found[1:], strict=True))]
        if apart and apart[0].chance >= _ALONE:
            return [part if part in covered else replace(part, question=of.question) for part, of in zip(apart, tied, strict=True)]
        return found

    def _surer(self, first: Asked, part: Asked, alone: Part) -> Part:
        if part.kind == "definition" or alone.evidence.unknown:  # what it asks for is named, or nothing that the first is about
            return alone
        whole = f"{topic_of(first.resolved)}: {part.resolved}"
        meant = self._in_context(Asked(part.resolved, whole, part.kind, (whole,), english=part.english), first.resolved)
        return replace(max(alone, meant, key=lambda found: found.chance), question=part.resolved)

    def _look_up(self, asked: Asked, context: str = "") -> Part:
        part = self._weighed(asked, self.evidence_for(asked, context))
        if not asked.understood or len(asked.parts) > 1:
            return part
        return max(part, self._in_context(asked, asked.resolved), key=lambda found: found.chance)

    def _in_context(self, asked: Asked, before: str) -> Part:
        """Return what a question finds with what was said before it: its own words must be there, and the dialogue vouches for others."""
        return self._weighed(asked, gather(self.search, asked.question, before, whole=asked.resolved, mend=asked.english))

    def _weighed(self, asked: Asked, evidence: Evidence) -> Part:
        return Part(asked.resolved, asked.kind, evidence, self.coverage.chance(signals(asked, evidence)))

    def _sides(self, part: Part) -> list[Part]:
        """Return a comparison as what each side is, where the section that leads does not speak of all of them.

        One side alone would be half an answer: if the guide says what the other is nowhere, the answer is partial and names it.
        """
        sides = sides_of(self.search.vocabulary.mend(part.question)) if part.kind == "comparison" else None
        if sides is None or (self.is_covered(part) and self._speaks_of(part, sides)):
            return [part]
        each = [self._side(name) for name in sides]
        known = sum(map(self.is_covered, each))
        enough = 1 if self.is_covered(part) else len(each)
        return each if known >= enough else [part]

    def _side(self, name: str) -> Part:
        question = f"What is {name}?"
        found = self._look_up(Asked(question, question, "definition", (question,)))
        return replace(found, side=name, chance=found.chance if self._speaks_of(found, (name,)) else 0.0)

    def _speaks_of(self, part: Part, things: tuple[str, ...]) -> bool:
        return part.lead is not None and speaks_of(self.search, part.evidence.query, part.lead, things)


def parts_of(asked: Asked) -> list[Asked]:
    """Return the questions in one message that are answered, each by itself."""
    return [replace(asked, resolved=part, kind=kind_of(part)) for part in asked.parts[:MOST_PARTS]]
