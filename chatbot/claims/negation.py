"""Negation: which words of a sentence are denied. Pure.

Read by chatbot.claims.read. The scope of a negation is found by punctuation, conjunctions and auxiliary verbs, without a parser.
"""

from dataclasses import replace

from chatbot.claims.model import NEW_CLAUSE, NEW_SEGMENT, Item

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without nowhere lack lacks lacked lacking rarely seldom hardly scarcely barely".split()
)
_DENIES_SUBJECT = NEGATIONS - frozenset("no none nobody nothing without".split())
_OF_ALL = frozenset("no none neither nor nobody nothing never".split())
"""What stands further on in the same part of the sentence may be denied, too: "no page ranks tools, names prices or …"."""
_AS_OBJECT = frozenset("nothing none nobody nowhere".split())
"""Deny the verb before them: "click on nothing"."""
_FINITE = frozenset("is are was were has have had do does did will would must should can could may might".split())
_AUXILIARIES = _FINITE | frozenset("be been shall need".split())
_DETERMINERS = frozenset("the a an it they this that these those he she we you its their your".split())
_MARKS = ",;:()–—."
_REJECTIONS = frozenset((("rather", "than"), ("instead", "of"), ("in", "place")))
"""What follows is denied as after "not": "compare the metric rather than the bytes"."""
_NO_DENIAL = (("only",), ("just",), ("merely",))
"""What makes an addition of "not"."""
_ENDS_SCOPE = frozenset("but while whereas although though because since if when unless so and yet until as than".split())
_SCOPE = 6
"""Content words after a negation that it can deny."""
_SUBJECT = 8
"""Tokens before a negation in which its subject stands."""
_AT_END = frozenset("not neither none".split())
_ELLIPTIC = 3
"""Words before a negation that nothing follows, "a prompt cannot", "replaces neither", that it denies."""
_COMPARED = 3
"""Tokens after "than" that may be denied: "more than X" often stands for "rather than X"."""


def negates(tokens: tuple[str, ...], place: int) -> bool:
    """Whether a negation begins at a place."""
    return tokens[place] in NEGATIONS or tokens[place : place + 2] in _REJECTIONS


def with_polarity(items: list[Item], tokens: tuple[str, ...]) -> tuple[Item, ...]:
    """Mark what each negation reaches: what follows it in its clause, or what stands before it where nothing follows."""
    denied: dict[int, int] = {}
    first: set[int] = set()
    beside: set[int] = set()
    by_place = {item.place: item for item in items}
    for place, word in enumerate(tokens):
        if word == "than":
            beside |= {*range(place + 1, place + 1 + _COMPARED)}
        if not negates(tokens, place) or (word == "not" and tokens[place + 1 : place + 2] in _NO_DENIAL):
            continue
        subject = _subject(tokens, place, by_place)
        reached = _reached(tokens, place, by_place)
        if word in _OF_ALL:
            beside |= {*range(place, _end_of_all(tokens, place, reached))}
        if word in _AS_OBJECT or (word in _DENIES_SUBJECT and tokens[place - 1 : place] and tokens[place - 1] in _AUXILIARIES):
            beside |= {*subject}
        if not reached and word in _AT_END:
            reached = [at for at in subject if not any(between in NEW_CLAUSE for between in tokens[at:place])][:_ELLIPTIC]
            first |= {*reached}
        first |= {*reached[:1]}
        denied |= dict.fromkeys(reached, place + 1)
    return tuple(replace(item, denied=denied.get(item.place, 0), first=item.place in first, beside=item.place in beside) for item in items)


def _end_of_all(tokens: tuple[str, ...], place: int, reached: list[int]) -> int:
    """Return where what "no" or "nobody" denies ends at last: with the part of the sentence, or before a new subject or verb."""
    for at in range(place + 1, len(tokens)):
        new_subject = tokens[at] == "," and tokens[at + 1 : at + 2] and tokens[at + 1] in _DETERMINERS
        new_verb = tokens[place] in _AS_OBJECT and tokens[at] in _FINITE and reached and at > reached[0]
        if tokens[at] in NEW_SEGMENT or new_subject or new_verb:
            return at
    return len(tokens)


def _subject(tokens: tuple[str, ...], place: int, items: dict[int, Item]) -> list[int]:
    """Return the places of the items before a negation in the same part of the sentence, nearest first."""
    found: list[int] = []
    for at in range(place - 1, max(-1, place - _SUBJECT - 1), -1):
        if tokens[at] in _MARKS or tokens[at] in NEW_SEGMENT:
            break
        if at in items:
            found.append(at)
    return found


def _reached(tokens: tuple[str, ...], place: int, items: dict[int, Item]) -> list[int]:
    """Return the places of the items that a negation denies: up to the end of its clause, or of its noun before a finite verb."""
    found: list[int] = []
    for at in range(place + (2 if tokens[place : place + 2] in _REJECTIONS else 1), len(tokens)):
        ends = tokens[at] in _ENDS_SCOPE or tokens[at] in _MARKS or (found and tokens[at] in _FINITE)
        if ends or negates(tokens, at) or len(found) >= _SCOPE:
            break
        if at in items:
            found.append(at)
    return found
