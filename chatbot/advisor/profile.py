"""The profile: work streams and their answers, and its two forms, JSON and a link's fragment. Pure.

The fragment, also read and written by `docs/assets/advisor.js`, is `profile=1;STREAM;STREAM…`. A stream is its name,
percent-encoded as by JavaScript's encodeURIComponent, then a comma, then two characters an answer: the criterion's letter and the
option's number. Letters and numbers never change their meaning (docs/choose/criteria.yml), so an old link stays readable.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, unquote

from guide.criteria import Criteria
from index import UserError

FORMAT = 1
MOST_WORKSTREAMS = 8
LONGEST_NAME = 80
_UNENCODED = "!'()*~-_."
"""What encodeURIComponent leaves as it is, besides letters and digits."""
_ANSWERS = re.compile(r"([a-z][0-9])*")


class ProfileRefused(UserError):
    """A profile or a link that can't be used."""

    def __init__(self, message: str) -> None:
        super().__init__(message, remedy="Mend it, or begin anew on the Assessment page.")


@dataclass(frozen=True, slots=True)
class Workstream:
    """One thing that is to be done, with its own output."""

    name: str
    answers: Mapping[str, str]
    """Criterion → option; what is not in it is unknown."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a situation."""

    workstreams: tuple[Workstream, ...]

    def with_answer(self, number: int, criterion: str, option: str | None) -> "Profile":
        """Return the profile with one answer given, changed, or (None) taken back."""
        stream = self.workstreams[number]
        answers = {**stream.answers, criterion: option}
        changed = Workstream(stream.name, MappingProxyType({name: each for name, each in answers.items() if each is not None}))
        return Profile((*self.workstreams[:number], changed, *self.workstreams[number + 1 :]))


def make_profile(criteria: Criteria, streams: Sequence[tuple[str, Mapping[str, str]]]) -> Profile:
    """Return a checked profile of names and answers.

    Raises:
        ProfileRefused: If there are too many work streams or an answer names no criterion or option.
    """
    if len(streams) > MOST_WORKSTREAMS:
        raise ProfileRefused(f"There are {len(streams)} work streams; at most {MOST_WORKSTREAMS}.")
    known = {each.id: {option.id for option in each.options} for each in criteria.criteria}
    made = []
    for number, (name, answers) in enumerate(streams, 1):
        for criterion, option in answers.items():
            if option not in known.get(criterion, ()):
                raise ProfileRefused(f"Work stream {number}: '{criterion}: {option}' is no answer of version {criteria.version}.")
        made.append(Workstream(" ".join(name.split())[:LONGEST_NAME] or f"Work stream {number}", MappingProxyType(dict(answers))))
    return Profile(tuple(made))


def to_fragment(criteria: Criteria, profile: Profile) -> str:
    """Return the profile as a link's fragment, without the `#`."""
    streams = []
    for stream in profile.workstreams:
        answered = [each for each in criteria.criteria if each.id in stream.answers]
        codes = "".join(f"{each.key}{each.place(stream.answers[each.id])}" for each in answered)
        streams.append(f"{quote(stream.name, safe=_UNENCODED)},{codes}")
    return f"profile={FORMAT};" + ";".join(streams)


def from_fragment(criteria: Criteria, fragment: str) -> Profile:
    """Read a link's fragment; answers to criteria or options that are no more are left unknown.

    Raises:
        ProfileRefused: If it isn't one of ours.
    """
    form, _, rest = fragment.removeprefix("#").partition(";")
    if form != f"profile={FORMAT}":
        raise ProfileRefused("The link holds no profile of this advisor.")
    by_key = {each.key: each for each in criteria.criteria}
    streams = []
    for part in rest.split(";") if rest else []:
        name, _, codes = part.partition(",")
        if not _ANSWERS.fullmatch(codes):
            raise ProfileRefused("The link's profile is damaged.")
        answers = {}
        for key, place in zip(codes[::2], map(int, codes[1::2]), strict=True):
            if key in by_key and place < len(by_key[key].options):
                answers[by_key[key].id] = by_key[key].options[place].id
        streams.append((unquote(name, errors="replace"), answers))
    return make_profile(criteria, streams)
