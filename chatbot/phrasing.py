"""Phrasing: the forms of English questions that tell what they are about, whatever the subject. Pure.

Read by chatbot.understand and chatbot.follow_ups.
"""

import re

from index import fold, is_stop_word


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern for any of the given words or phrases, whatever their case."""
    return re.compile(rf"\b({'|'.join(alternatives)})\b", re.IGNORECASE)


def opening(*alternatives: str) -> re.Pattern[str]:
    """Return the same for a question's beginning."""
    return re.compile(rf"^\W*({'|'.join(alternatives)})\b", re.IGNORECASE)


PEOPLE = "i|we|you|one|someone|people|teams?|companies|my|our|your"
SHORT_FORM = re.compile(r"^[\w./&+-]+( [\w./&+-]+){0,3}\??$")
_ONE = "|".join(
    rf"(?<={verb} )one(?=\W*$| (?:for|with|without|if|when|at|in|and)\b)"
    for verb in "need needs want wants have get use uses build buy run trust choose pick without".split()
)
"""A pronoun, not a number: "do we need one?", and not "do we need one platform?"."""
WHICH_OF_THEM = r"which(?: ones?|(?= (?:(?:is|are)(?! the\b)|would|should|do|does|first|comes)\b))"
POINTER = any_of(
    _ONE,
    rf"{WHICH_OF_THEM}(?!.*\b(?:or|vs)\b)",
    "it|its|they|them|their|theirs|this|that|these|those|he|she|the ones?|both|former|latter|there|same|such",
    "the (first|second|third|fourth|fifth|last|other|previous)( one| point| option| step)?",
)
PRONOUN = any_of("it|they|them|this|that|these|those|both", _ONE)
LEAD_IN = re.compile(
    r"^\W*((and|but|so|or|also|ok(ay)?|then|no|yes|right|same for|what about|how about|i meant?|actually|sorry)\b[\s,]*)+", re.IGNORECASE
)
REQUESTS = "explain|define|list|name|tell|give|show|compare|describe"
WHOLE = opening(
    "what|who|where|when|which|why|how|is|are|do|does|did|can|could|should|would|will|has|have|was|were",
    REQUESTS,
)
REQUEST = opening(REQUESTS)
DEFINES = opening("what('s| is| are|s)", "define", "explain", "describe")
ABOUT_ANSWERS = frozenset(
    "example examples detail details reason reasons source sources pls please elaborate else continue difference summary briefly "
    "alternative alternatives risk risks drawback drawbacks downside downsides benefit benefits pros cons cost costs limit limits".split()
)
"""Words that ask for more of what was said, or for what belongs to it, whatever it was."""
_HOW_MUCH = opening("how (many|much)", rf"how (long|often)(?= \w+ ({PEOPLE})\b)")
LONGEST_PART = 5
"""Words of a topic that can stand in a pronoun's place and still be read."""
GREETING = re.compile(
    r"^\W*(hi|hello|hey|hiya|howdy|good (morning|afternoon|evening|day)|greetings|great|cool|nice|perfect|awesome|ok(ay)?|help|"
    r"(?P<thanks>thanks?( you)?( (so|very) much| a lot)?|thx|ty|cheers|bye|goodbye|see you)|"
    r"who are you|what are you|what can (you|i) (do|ask|help)( with| you| me| about)?|what do you (do|know)( about)?|"
    r"how are you( doing)?( today)?|are you (a bot|human|real|an? (ai|robot|chatbot))|what is this|what('s| is) your name|"
    r"how (do|does) (you|this) work)"
    r"(\W+(there|all|everyone|bot|assistant|again|for (your|the) help|very much|so much|mate|team))*\W*$",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"^.*?\b(differences?|distinction|comparison|relation(ship)?|meaning|definition|purpose|role|point|use|benefits?|advantages?|"
    r"examples?|types?|kinds?) (between|of|for)\b",
    re.IGNORECASE,
)


def topic_of(question: str) -> str:
    """Return the words of a question that name its subject: without question words, requests and relations at its start."""
    bare = _RELATION.sub("", _HOW_MUCH.sub("", question.strip(" ?.!:")))
    words = REQUEST.sub("", re.sub(r"\b(are|is) there\b", "", DEFINES.sub("", bare))).split()
    while words and (is_stop_word(fold(words[0].strip(",;:'\""))) or not any(map(str.isalnum, words[0]))):
        words.pop(0)
    while words and is_stop_word(fold(words[-1])):
        words.pop()
    return " ".join(words)


def content_words(question: str) -> list[str]:
    """Return the words of a question that are no stop words, folded, in order."""
    return [word for word in (fold(found) for found in re.findall(r"[\w./+-]*\w", question)) if not is_stop_word(word)]
