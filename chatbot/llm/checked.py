"""Checking: each drafted statement against the passages that it cites, before anybody sees it. Pure over a Search.

What fails is replaced by the best quote of what it cites, if that quote answers, or left out. Quotes of citations come from
our passages, never from the model.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from chatbot.answer import Citation, Statement, StatementKind
from chatbot.citations import cite
from chatbot.evidence import Scored
from chatbot.llm.draft import Drafted
from chatbot.llm.sources import Source
from chatbot.select import needs_context
from chatbot.support import AllLimits, Likeness, check
from index import Search, escaped, terms

_ANSWERS = 0.78
"""A quote in place of a statement answers if it fits the question at least this well against the best of the evidence."""
_FEWEST_WORDS = 3
"""A shorter statement claims nothing, nor does a question."""
_SHORT, _SHORT_SCORE = 12, 0.7
"""Words below which a statement must score so much: "LLMOps is a cloud platform" passes the check at 0.50, and "is free" at 0.698,
since one invented word is little beside those that are not. Of dev's 19 faithful statements that short, 3 score less."""


class Checker:
    """Turns drafted statements of one answer into citations and statements, and counts what failed."""

    def __init__(self, sources: Sequence[Source], search: Search, limits: AllLimits | None = None) -> None:
        """Make a checker.

        Args:
            sources: What the model is shown.
            search: The index that they are of.
            limits: Of the check; those that ship with the project if not given.
        """
        self._sources = {source.number: source for source in sources}
        self._likeness = _likeness(search, sources)
        self._reader = search.cross_encoder
        self._limits = limits
        self._site_url = search.manifest.site_url
        self._best = max((scored.score for source in sources for scored in source.units), default=0.0)
        self._numbers: dict[tuple[str, str], int] = {}
        self._said: set[str] = set()
        self.citations: list[Citation] = []
        self.statements: list[Statement] = []
        self.dropped = 0
        self.replaced = 0

    @property
    def written(self) -> int:
        """How many statements are the model's own."""
        return len(self.statements) - self.replaced

    def add(self, drafted: Drafted) -> Iterator[Citation | Statement]:
        """Check a statement; yield it with the citations that it uses first, or a quote in its place, or nothing."""
        if drafted.text.endswith(":"):  # introduces what follows, and claims nothing that could be missing
            return
        if len(drafted.text.split()) < _FEWEST_WORDS or drafted.text.endswith("?") or drafted.text in self._said:
            self.dropped += drafted.text not in self._said
            return
        cited = [self._sources[number] for number in drafted.cites if number in self._sources]
        if len(cited) == len(drafted.cites) and self._holds(drafted.text, cited):
            alone = [source for source in cited if len(cited) > 1 and self._holds(drafted.text, [source])]
            held = [self._best_unit(drafted.text, source.units) for source in alone or cited]
            yield from self._say(drafted.kind, escaped(drafted.text), drafted.label, held)
        elif (quote := self._quote(drafted.text, cited)) is not None:
            self.replaced += 1
            yield from self._say("text", quote.unit.markdown, "", [quote])
        else:
            self.dropped += 1
        self._said.add(drafted.text)

    def _holds(self, text: str, cited: Sequence[Source]) -> bool:
        if not cited:
            return False
        found = check(text, [source.claims for source in cited], similarity=self._likeness, reader=self._reader, limits=self._limits)
        return found.supported and (found.score >= _SHORT_SCORE or len(text.split()) >= _SHORT)

    def _best_unit(self, text: str, units: Sequence[Scored]) -> Scored:
        """Return the unit that holds most of a statement: by its terms, and by meaning where the index has a model."""
        own = set(terms(text))
        shares = np.array([len(own & set(terms(scored.unit.text))) / max(1, len(own)) for scored in units])
        cosines = self._likeness(text, [scored.unit.text for scored in units]) if self._likeness else 0.0
        return units[int(np.argmax(shares + cosines))]

    def _quote(self, text: str, cited: Sequence[Source]) -> Scored | None:
        """Return the unit of the cited sources that is nearest to a failed statement, among those that answer the question."""
        answering = [
            scored
            for source in cited
            for scored in source.units
            if scored.unit.kind == "text"
            and scored.score >= _ANSWERS * self._best
            and scored.unit.text not in self._said
            and not needs_context(scored)
        ]
        return self._best_unit(text, answering) if answering else None

    def _say(self, kind: StatementKind, text: str, label: str, held: Sequence[Scored]) -> Iterator[Citation | Statement]:
        numbers = []
        for scored in held:
            key = (scored.passage.url, scored.unit.text)
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                quote = " ".join(scored.unit.text.split())
                made = cite(self._numbers[key], scored.passage, [(scored.block, scored.unit)], quote, self._site_url)
                self.citations.append(made)
                yield made
            numbers.append(self._numbers[key])
            self._said.add(scored.unit.text)
        statement = Statement(kind, text, tuple(dict.fromkeys(numbers)), label)
        self.statements.append(statement)
        yield statement


def _likeness(search: Search, sources: Sequence[Source]) -> Likeness | None:
    """Return cosines that use the index's own vectors of what the sources say; none where it has no model."""
    if search.embedder is None:
        return None
    likeness = Likeness(search.embedder.embed_passages)
    for row in dict.fromkeys(row for source in sources for row in search.section(source.section.hit)):
        likeness.know([unit.text for unit in search.units(row)], search.unit_vectors(row))
    return likeness
