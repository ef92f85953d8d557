"""The advisor: a description or a profile in, advice out. Every door calls `Advisor.advise` or `Advisor.assess`.

Joins reading, engine and passages; this module only words what they found.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from chatbot.advisor.advice import Advice, Alternative, FlipTold, Pointed, Question, Reason, Source, StreamAdvice
from chatbot.advisor.clauses import is_negative
from chatbot.advisor.engine import assess, results_of_each, rounded
from chatbot.advisor.meanings import Meanings, Nearest
from chatbot.advisor.passages import Passages
from chatbot.advisor.profile import Profile, ProfileRefused, make_profile, to_fragment
from chatbot.advisor.reading import OUTPUT, Heard, Reading, read
from chatbot.advisor.results import Argument, Assessment, StreamResult
from chatbot.advisor.tasks import Tasks, read_tasks
from guide.criteria import Criteria, Criterion, Recommendation, read_criteria
from index import Search

QUESTIONS = 3
CERTAIN = 0.9
"""Certainty of reading below which the advisor asks whether it understood the task."""
FLIPS = 6
PAGE = "choose/assessment/"
NAMELESS = "Your situation"
"""Name of the work stream where a description names none."""
LIMITS = (
    "Weights, numbers and thresholds are proposals of the guide; they were not fitted to the outcomes of projects.",
    "Criteria overlap, so a large margin is no proof, and moving a single answer alone may be unrealistic.",
    "A prohibited or high-risk use is decided by law, whatever the score.",
)
TITLES: dict[Recommendation | None, str] = {"mlops": "MLOps", "llmops": "LLMOps", "both": "both", "neither": "neither", None: "undecided"}


def criteria_file() -> Path:
    """Return the decision's data file: in an installed package beside the package's modules, in a checkout below `docs/`."""
    here = Path(__file__).parent.parent
    packaged = here / "criteria.yml"
    return packaged if packaged.is_file() else here.parent / "docs" / "choose" / "criteria.yml"


class Advisor:
    """Advises from one loaded index. Holds no session: a profile or a description comes with each call."""

    def __init__(self, search: Search, criteria: Criteria | None = None, tasks: Tasks | None = None) -> None:
        """Prepare advice from an index.

        Args:
            search: The index.
            criteria: The guide's if not given.
            tasks: What tells which clauses name tasks; the shipped weights if not given.
        """
        self.criteria = criteria or read_criteria(criteria_file())
        self._search = search
        self._passages = Passages(search)
        self._meanings = Meanings(self.criteria, search)
        self._tasks = (tasks or read_tasks()).of(search)

    def advise(self, description: str) -> Advice:
        """Read a description and advise; where it describes no task, say so and ask.

        Args:
            description: As typed, not blank.
        """
        return self.refine(description, {})

    def refine(self, description: str, answers: Mapping[tuple[int, str], str], reading: Reading | None = None) -> Advice:
        """Advise on a description and on answers given afterwards.

        Args:
            description: As typed, not blank.
            answers: (Number of the work stream, criterion) → option.
            reading: Of the description, if it was read before.

        Raises:
            ProfileRefused: If an answer belongs to no work stream, criterion or option.
        """
        reading = reading or self.read(description)
        # a work stream without answers, so that there is something to ask about
        profile = reading.profile if reading.profile.workstreams else make_profile(self.criteria, [(NAMELESS, {})])
        given = [(each.name, dict(each.answers)) for each in profile.workstreams]
        for (number, criterion), option in answers.items():
            if number >= len(given):
                raise ProfileRefused(f"There is no work stream {number}; they are counted from 0.")
            given[number][1][criterion] = option
        heard = reading.heard or [()]
        sure = [1.0 if (number, OUTPUT) in answers else certain for number, certain in enumerate(reading.certain)]
        return self._word(make_profile(self.criteria, given), _notes(reading, self.criteria), heard, sure, description)

    @cached_property
    def knows_the_guide(self) -> bool:
        """Whether the index is of the guide that the criteria point into, and not of somebody else's site."""
        return any(self._passages.at(address) for address in self.criteria.sections())

    def assess(self, profile: Profile, description: str = "") -> Advice:
        """Advise on given answers."""
        count = len(profile.workstreams)
        return self._word(profile, (), [()] * count, [1.0] * count, description)

    def read(self, description: str) -> Reading:
        """Return what a description is taken to say."""
        return read(description, self._meanings, self._tasks)

    def nearest_option(self, reply: str, criterion: str) -> Nearest:
        """Return the option of one criterion that a reply comes nearest to."""
        similarities = self._meanings.similarities(reply, self._meanings.vector(reply))
        return self._meanings.nearest(similarities, self.criteria.criterion(criterion), negative=is_negative(reply))

    def warm_up(self) -> None:
        """Embed the options now, so that the first description needn't wait for it."""
        self._meanings.similarities("", self._meanings.vector("a description"))

    def passage_changes(self, cited: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
        """Return what became of passages cited earlier as (address, heading, sha256): those that changed or are gone."""
        changes = []
        for address, heading, sha256 in cited:
            now = self._passages.at(address)
            if now is None:
                changes.append(f"“{heading}” ({address}) is gone.")
            elif now.sha256 != sha256:
                changes.append(f"“{heading}” ({address}) now reads: “{now.quote}”")
        return tuple(changes)

    def _word(
        self, profile: Profile, notes: tuple[str, ...], heard: Sequence[Sequence[Heard]], sure: Sequence[float], description: str
    ) -> Advice:
        found = assess(self.criteria, profile)
        sources = _Sources(self._passages)
        told = zip(found.workstreams, heard, sure, strict=True)
        streams = tuple(self._stream(each, words, certain, sources) for each, words, certain in told)
        result = self.criteria.results[found.recommendation] if found.recommendation else None
        pointed = {
            "risks": tuple(sources.point(each.text, each.section) for each in result.risks) if result else (),
            "next_steps": tuple(sources.point(each.text, each.section) for each in result.steps) if result else (),
            "read": tuple(sources.point(sources.heading(each), each) for each in result.read) if result else (),
        }
        return Advice(
            recommendation=found.recommendation,
            confidence=min((each.confidence for each in streams if each.recommendation), default=0.0),
            robustness=rounded(found.robustness),
            summary=self._summary(found),
            workstreams=streams,
            questions=self._questions(found, sure),
            flips=self._flips(found),
            **pointed,
            citations=tuple(sources.cited.values()),
            notes=notes,
            limits=LIMITS,
            link=f"{self._search.manifest.site_url}{PAGE}#{to_fragment(self.criteria, profile)}",
            profile=profile,
            criteria_version=self.criteria.version,
            index_version=self._search.version,
            description=description,
        )

    def _summary(self, found: Assessment) -> str:
        if found.recommendation is None:
            return "Too little is known for a recommendation; the answers below would change that most."
        decided = [each for each in found.workstreams if each.recommendation]
        several = len(found.workstreams) > 1  # the only one goes by the words of the whole description
        needs = ", ".join(f"{f'“{each.name}”' if several else 'Your case'} needs {TITLES[each.recommendation]}" for each in decided)
        open_ones = sum(each.recommendation is None for each in found.workstreams)
        more = f" {open_ones} work stream(s) remain open." if open_ones else ""
        return f"{self.criteria.results[found.recommendation].summary} {needs}.{more}"

    def _stream(self, found: StreamResult, heard: Sequence[Heard], sure: float, sources: "_Sources") -> StreamAdvice:
        words = {(each.criterion, each.option): each.words for each in heard}
        reasons = [self._reason(each, words, sources) for each in found.arguments]
        constraints = {each.id: each for each in self.criteria.constraints}
        return StreamAdvice(
            name=found.name,
            recommendation=found.recommendation,
            confidence=round(found.confidence * sure, 2),
            robustness=rounded(found.robustness),
            scores={name: {"score": rounded(s.score), "low": rounded(s.low), "high": rounded(s.high)} for name, s in found.scores.items()},
            index=rounded(found.index),
            runner_up=found.runner_up,
            reasons_for=tuple(each for each in reasons if each.points > 0),
            reasons_against=tuple(each for each in reasons if each.points < 0),
            constraints=tuple(sources.point(constraints[each].text, constraints[each].section) for each in found.constraints),
            rejected=tuple(
                Alternative(
                    each.recommendation,
                    (*(constraints[name].text for name in each.constraints), *(self._text(argument) for argument in each.against))
                    or (f"It scores lower than {TITLES[found.recommendation]}",),
                )
                for each in found.rejected
            ),
            answers=dict(found.answers),
            unknown=tuple(each.criterion for each in found.unknown),
        )

    def _reason(self, argument: Argument, words: Mapping[tuple[str, str], str], sources: "_Sources") -> Reason:
        criterion = self.criteria.criterion(argument.criterion)
        return Reason(
            criterion.id,
            criterion.name,
            argument.option,
            self._text(argument),
            argument.points,
            sources.number(criterion.section),
            words.get((argument.criterion, argument.option), ""),
        )

    def _text(self, argument: Argument) -> str:
        return self.criteria.criterion(argument.criterion).option(argument.option).text

    def _questions(self, found: Assessment, sure: Sequence[float]) -> tuple[Question, ...]:
        """What to ask: first whether a task was understood, where that is in doubt, then what is unknown and matters most."""
        told = []
        output = self.criteria.criterion(OUTPUT)
        for number, stream in enumerate(found.workstreams):
            if sure[number] < CERTAIN and OUTPUT in stream.answers:
                leads_to = results_of_each(self.criteria, stream.answers, output)
                told.append(
                    _question(number, stream, output, leads_to, sum(each != stream.recommendation for each in leads_to) / len(leads_to))
                )
        for number, unknown in found.questions:
            criterion = self.criteria.criterion(unknown.criterion)
            told.append(_question(number, found.workstreams[number], criterion, unknown.leads_to, unknown.share))
        return tuple(told[:QUESTIONS])

    def _flips(self, found: Assessment) -> tuple[FlipTold, ...]:
        told = []
        for number, flip, overall in found.flips[:FLIPS]:
            criterion = self.criteria.criterion(flip.criterion)
            given, instead = criterion.option(flip.given).text, criterion.option(flip.instead).text
            told.append(
                FlipTold(found.workstreams[number].name, criterion.id, criterion.name, given, instead, flip.steps, flip.result, overall)
            )
        return tuple(told)


class _Sources:
    """Numbers sources in the order of their use."""

    def __init__(self, passages: Passages) -> None:
        self._passages = passages
        self.cited: dict[str, Source] = {}

    def number(self, address: str) -> int | None:
        if address not in self.cited:
            found = self._passages.at(address)
            if found is None:
                return None
            number = len(self.cited) + 1
            self.cited[address] = Source(number, address, found.title, found.heading, found.url, found.quote, found.sha256)
        return self.cited[address].number

    def point(self, text: str, address: str) -> Pointed:
        return Pointed(text, self.number(address))

    def heading(self, address: str) -> str:
        found = self._passages.at(address)
        return found.heading if found else address


def _notes(reading: Reading, criteria: Criteria) -> tuple[str, ...]:
    notes = []
    if reading.by_words:
        notes.append("Read by words only, because the index has no embedding model: much will have been missed.")
    if not reading.profile.workstreams:
        notes.append("The text describes no task that I could make out. Say what goes in, what must come out and who uses it.")
    for each in reading.unclear:
        name = criteria.criterion(each[0].criterion).name
        notes.append(f"Two passages disagree about “{name}”, so it stays open: “{each[0].words}” and “{each[1].words}”.")
    if reading.denied:
        notes.append("Taken as ruled out: " + "; ".join(dict.fromkeys(f"“{each.words}”" for each in reading.denied)) + ".")
    return tuple(notes)


def _question(number: int, stream: StreamResult, criterion: Criterion, leads_to: Sequence[Recommendation | None], value: float) -> Question:
    options = tuple(
        {"id": option.id, "text": option.text, "leads_to": after} for option, after in zip(criterion.options, leads_to, strict=True)
    )
    return Question(stream.name, number, criterion.id, criterion.question, options, round(value, 2))
