"""Understanding: what kind of question is it, is it several in one, is it a question at all? Pure.

The forms of English questions, not the words of any subject. The first step of `chatbot.assistant.answer`.
"""

import re
from collections.abc import Callable

from chatbot.answer import Asked, Kind, Turn
from chatbot.follow_ups import put, resolve, stands_alone
from chatbot.language import is_english
from chatbot.phrasing import (
    ABOUT_ANSWERS,
    DEFINES,
    GREETING,
    LEAD_IN,
    LONGEST_PART,
    PEOPLE,
    POINTER,
    PRONOUN,
    REQUEST,
    REQUESTS,
    SHORT_FORM,
    any_of,
    content_words,
    opening,
    topic_of,
)

_PLURALS = (
    "kinds|types|metrics|steps|risks|challenges|criteria|components|roles|tools|levels|patterns|benefits|advantages|options|reasons|"
    "factors|measures|causes|phases|stages|principles|features|signs|limits|parts|areas|differences"
)
_NUMBERS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("how-to", any_of(rf"how (do|can|should|would|could|might|must) ({PEOPLE})", "how to", "steps? (to|for)", "(walk|guide) me")),
    (
        "comparison",
        any_of("vs", "versus", "compared? (to|with|and)", "compare", "differ(s|ent|ence|ences|ently)?", "distinguish", "contrast")
    ),
    ("comparison", any_of("as opposed to", "similarit(y|ies)", "have in common")),
    ("list", any_of(rf"(what|which) (\w+ ){{0,2}}({_PLURALS})")),
    ("list", opening(rf"(what|which|name|list)( are| were)?( the| our| your)? ({_NUMBERS}|\d{{1,2}})")),
    ("fact", opening("how (many|much|long|often|far|large|big|fast|old|high|low)")),
    (
        "choice",
        any_of(
            "which (one|is (right|better|best)|should|do we (need|choose|pick)|\\w+ (fits|suits))", "should (we|i|you|our|a|an|one)",
            "choose between", "do (we|i) need", "better (for|to|choice)", "right for (us|me)", "when (should|to|do) (we|i|you)?",
            "recommend", "worth it", "instead of", "we('re|'ve| are| have| run| want| need| sell| build| operate)\\b.*",
        ),
    ),
    ("list", any_of("what are (the |some |our |your |its |their |all )?(\\w+[ -]){0,3}\\w+s (of|in|for|to|that|when|with)")),
    (
        "definition",
        re.compile(
            r"^\W*(so |ok(ay)? |and )?(what('s| is| are| does)|whats|define|definition of|explain|meaning of|describe|tell me about)\b"
            r"(?!.*\b(best|difference|cost|should|steps?|examples?)\b).{0,70}$",
            re.IGNORECASE,
        ),
    ),
    (
        "list",
        any_of(
            "what are", "list", "name (the|some|all|three|five)", "which (are|\\w+s\\b)", "examples? of", "types? of", "kinds? of",
            "checklist", "enumerate",
        ),
    ),
    ("yes-no", opening("is|are|does|do|can|could|will|would|should|has|have|did|was|were|must|isn't|aren't|doesn't|don't|can't")),
    (
        "fact",
        any_of(
            "how (much|many|long|often|far|large|big|fast|old|high|low)", "when (did|does|was|will)", "since when", "who", "where",
            "what (percentage|share|number|year|date|price|rate|figure|value|size)", "which (year|company|version|law|article)",
        ),
    ),
)  # fmt: skip
_SIDES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"\b(?:differences?|distinction|comparison|distinguish|contrast) between (?P<one>.+?) and (?P<other>[^,;:?(]+)",
        r"\bhow (?:is|are|does|do|did) (?P<one>.+?) (?:differ|different|compare|compared)\w* (?:from|to|with|than) (?P<other>[^,;:?(]+)",
        r"\bhow (?:is|are|does|do|did) (?P<one>.+?) and (?P<other>.+?) (?:differ|different|compare)\b",
        r"\b(?:compare|contrast|distinguish) (?P<one>.+?) (?:with|to|and|from|against) (?P<other>[^,;:?(]+)",
        r"^(?:what is |what's )?(?P<one>.+?),? (?:vs|versus|as opposed to|compared (?:to|with))\b\.? (?P<other>[^,;:?(]+)",
    )
)
_ASPECT = re.compile(r" (for|in|on|when|if|regarding|concerning|with regard|under|during)\b", re.IGNORECASE)
"""What a comparison is about, behind its two sides."""
_TAIL = re.compile(r"(?<=\w)\W+(differences?|(the )?same|whats?|which|who|how|why|explain(ed)?|please|pls|i|we|my|our)\b.*$", re.IGNORECASE)
"""What asks once more, behind the last thing compared."""
_AGAINST_ANOTHER = re.compile(r",? (?:vs\.?|versus) ", re.IGNORECASE)
_DEGREES = frozenset("main key biggest basic exact real actual important".split())
"""Words before "difference" that ask for nothing in particular."""
_SPLIT = re.compile(r"(?<=\?)\s+(?=\S)|,?\s+and\s+(?=(?:what|how|why|when|who|where|which|should|does|do|is|are|can)\b)", re.IGNORECASE)
_NEXT_REQUEST = re.compile(rf",?\s+and\s+(?=(?:{REQUESTS})\b)", re.IGNORECASE)
"""Where one request follows another; behind a question the same words tell what else is done: "How do we log and explain scores?"."""
Complete = Callable[[str, tuple[Turn, ...]], str]
"""Takes a question and the dialogue before it; returns the question as it would be asked alone."""


def understand(
    question: str,
    history: tuple[Turn, ...] = (),
    *,
    known: Callable[[str], bool] = lambda term: True,
    complete: Complete | None = None,
) -> Asked:
    """Return what is asked.

    Args:
        question: As typed, not blank.
        history: The dialogue so far, oldest turn first; only used if the question can't stand alone.
        known: Says whether the guide uses a term; tells English questions about it from other languages.
        complete: Completes a follow-up; `resolve` if not given.
    """
    typed = " ".join(question.split())
    if greeting := GREETING.match(typed):
        return Asked(typed, typed, "open", (typed,), small_talk="thanks" if greeting["thanks"] else "greeting")
    resolved = (complete or resolve)(typed, history)
    parts = _parts(resolved)
    tied = _tied(resolved) if len(parts) == 1 else ()
    return Asked(typed, resolved, kind_of(resolved), parts, english=is_english(typed, known), tied=tied)


def _parts(question: str) -> tuple[str, ...]:
    """Return the questions in one message, each as it would be asked alone; one, if a part needs the others to be understood.

    "What is X and why does it matter?" points back to what was just named; "… and why?" belongs to what stands before it.
    """
    first, *others = _split(question)
    topic = topic_of(first) if DEFINES.match(first) else ""
    if topic and len(topic.split()) <= LONGEST_PART:
        others = [put(part, topic) if PRONOUN.search(part) and content_words(part) else part for part in others]
    alone = all(stands_alone(part) and not POINTER.search(part) for part in (first, *others))
    return (first, *others) if alone else (question,)


def _tied(question: str) -> tuple[Asked, ...]:
    """Return the questions in a message whose later ones need the first, each completed from it as a follow-up is; none if it is one."""
    first, *others = _split(question)
    if not others or not stands_alone(first) or any(ABOUT_ANSWERS.issuperset(content_words(part)) for part in others):
        return ()
    completed = [first, *(resolve(part, (Turn("user", first),)) for part in others)]
    return tuple(Asked(part, whole, kind_of(whole), (whole,)) for part, whole in zip((first, *others), completed, strict=True))


def _split(question: str) -> list[str]:
    parts = [part for whole in _SPLIT.split(question) for part in (_NEXT_REQUEST.split(whole) if REQUEST.match(whole) else [whole])]
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def kind_of(question: str) -> Kind:
    """Return the kind of answer that a question's form asks for."""
    for kind, form in _KINDS:
        if form.search(question):
            return kind
    return "definition" if SHORT_FORM.match(question) and len(content_words(question)) <= 3 else "open"


def sides_of(question: str) -> tuple[str, ...] | None:
    """Return the things that a question compares, as it names them; none if it compares otherwise, or in one respect only.

    "How does X differ from Y?" asks for both as they are; "X vs Y for monitoring" for a text that holds them against each other.
    """
    bare = LEAD_IN.sub("", question.strip(" ?.!"))
    found = next((found for form in _SIDES if (found := form.search(bare))), None)
    if found is None or _ASPECT.search(found["other"]) or not _DEGREES.issuperset(content_words(REQUEST.sub("", bare[: found.start()]))):
        return None
    sides = tuple(topic_of(name) for name in (found["one"], *_AGAINST_ANOTHER.split(_TAIL.sub("", found["other"]))))
    return sides if all(0 < len(side.split()) <= LONGEST_PART for side in sides) else None
