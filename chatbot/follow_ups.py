"""Follow-ups: a question that needs the dialogue before it is completed from it, by the form of both. Pure.

Called by chatbot.understand; where a model completes them instead (chatbot.llm.follow_up), this stands in for it.
"""

import re
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from chatbot.answer import Turn
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
    SHORT_FORM,
    WHICH_OF_THEM,
    WHOLE,
    any_of,
    content_words,
    opening,
    topic_of,
)
from index import fold, is_stop_word

_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}
_OF_TWO = {"former": 0, "latter": -1}
_ORDINAL = re.compile(
    rf"\b(?:the )?(?P<item>{'|'.join(_ORDINALS)}) (?:one|point|option|step|item)\b|"
    rf"\bthe (?P<end>{'|'.join(_ORDINALS)})(?=\W*$)|\bthe (?P<two>{'|'.join(_OF_TWO)})\b",
    re.IGNORECASE,
)
_SEVERAL = any_of(f"they|them|their|both|these|those|the two|compare|{WHICH_OF_THEM}")
_WHICH = any_of(WHICH_OF_THEM)
_OR = re.compile(r"([^,;:?()]+?),? (?:or|vs\.?|versus) ([^,;:?()]+)", re.IGNORECASE)
_TAKING = frozenset("use choose pick take buy build run need want get prefer go".split())
"""Verbs before the first of two things between which somebody chooses."""
_AMOUNT = frozenset("many much long often need".split())
"""Words that ask how much of something, and not of what."""
_HOW = opening("how", "who", "when", "where", "why")
_OWN = 3
"""Telling words from which a question that is tied to the one before by "and" or "so" asks for something of its own."""
_CONTINUING = opening("for|with|without|in|on|at|by|to|from|if|when|under|during|after|before|since|until")
_AGAINST = opening("vs", "versus", "(better|worse|cheaper|safer|faster|easier) than", "compared (to|with)", "instead of", "rather than")
"""What holds something against what was spoken of."""
_REPLACING = frozenset(("for", "with", "without", "in", "on", "at", "during", "under"))
"""Of those, the ones that open a phrase of their own wherever they stand."""
_ASKING = any_of("what|which|who|whom|how|when|why|where|should|do|does|is|are|can|did|will")
_IDIOM = any_of(
    "worth it", "is it (true|possible|safe|ok(ay)?|cheaper|better|legal|necessary) (to|that|if|when)", "does it (make sense|matter)",
    "(so|such) that", "that (is|are|was|were|has|have|can|will)", "it pays?", "there (is|are)",
)  # fmt: skip
"""Pronouns that point at nothing."""
_FEW = 4
"""Words of content up to which a pronoun inside a question is taken to point at what was spoken of before."""
_PHRASE = 3
"""Words up to which a question is a phrase: in "why is that?", nothing stands in the pronoun's place."""
_LONGEST_CONTINUED = 14
_FEWEST_NAMED = 3
"""Things that a sentence names one after the other, from which it enumerates."""
_DOING = re.compile(
    rf"^\W*how (?:(?:long|often|much|many|far|soon|fast|quickly) )?(?:do|does|can|could|should|would|must) (?:{PEOPLE}) "
    r"[\w-]+ (?:(?:up|back|out|off|down|over|away) )?"
    r"(?P<thing>[^,;:?()]+?)(?= (?:for|with|without|in|on|at|to|from|if|when|after|before|by)\b|\W*$)",
    re.IGNORECASE,
)
"""What somebody does, and to what: a prompt in "How do I roll back a prompt for a chatbot?"."""
_TO_IT = re.compile(
    r"\b(?:them|they|their|these|those|(?<!\bdo )(?<!\bdoes )(?<!\bis )(?<!\bcan )(?<!\bdid )(?<!\bwas )(?<!\bwill )it)\b", re.IGNORECASE
)
"""A pronoun that stands for the thing, and not for what is done to it: "who approves it?", and not "is it needed?"."""


def resolve(question: str, history: tuple[Turn, ...]) -> str:
    """Complete a follow-up from the dialogue; return any other question as it is.

    "and for monitoring?" takes over the last question, "what does it cost?" puts its topic in the pronoun's place, "the
    second one?" names the second item of the last answer. A question that stands alone starts over, whatever came
    before it.
    """
    return _followed(question, history).question


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A question as it would be asked alone, and what is spoken of after it."""

    question: str
    topic: str
    beside: str = ""
    """What was spoken of just before in the same way: "they" are both."""


def _followed(question: str, history: tuple[Turn, ...]) -> _Spoken:
    """Return a question completed from the dialogue, and what is spoken of after it.

    That is the question's topic; where a pronoun stood for a topic, still that one: after "What is X?" and "What does it save?" another
    "it" is X, and not what X saves. "How does Y use it?" brings Y in.
    """
    asked = [place for place, turn in enumerate(history) if turn.role == "user" and not GREETING.match(turn.content)]
    if not asked or stands_alone(question):
        return _Spoken(question, topic_of(question))
    bare = LEAD_IN.sub("", question)
    if (item := _named_item(question, history)) is not None:
        resolved = put(bare, item)
        return _Spoken(resolved, topic_of(resolved))
    last = _followed(" ".join(history[asked[-1]].content.split()), history[: asked[-1]])
    before, topic = last.question, last.topic
    if last.beside and _SEVERAL.search(bare):
        topic = f"{last.beside} {'or' if _WHICH.search(bare) else 'and'} {topic}"
    points_back = bool(POINTER.search(bare) and (content_words(bare) or WHOLE.match(bare) and len(bare.split()) > _PHRASE))
    if not topic:
        resolved = question
    elif points_back:
        done = _DOING.match(before)
        resolved = put(bare, topic) if not done else put(bare, done["thing"]) if _TO_IT.search(bare) else f"{topic}: {bare}"
    elif replaced := _in_whose_place(bare, before, topic, tied=bare != question):
        resolved = re.sub(rf"(?:\b(?:an?|the) )?{re.escape(replaced)}", lambda _: bare.rstrip(" ?.!"), before, count=1)
        return _Spoken(resolved, topic_of(bare if replaced == topic else resolved), topic)
    elif _AGAINST.match(bare):
        return _Spoken(f"{topic} {bare}", topic, _AGAINST.sub("", bare).strip(" ?.!"))
    elif _CONTINUING.match(bare) and len(before.split()) <= _LONGEST_CONTINUED:
        resolved = f"{_without_its_like(before.rstrip(' ?.!'), bare)} {bare}".rstrip(" ?.!") + "?"
    else:
        return _Spoken(f"{topic}: {bare}", _narrowed(topic, bare))
    brought_in = topic_of(resolved)
    kept = points_back and not re.search(r"\s(?!I\b)[A-Z]", bare) or len(brought_in.split()) > LONGEST_PART
    return _Spoken(resolved, topic if kept else brought_in)


def _in_whose_place(bare: str, before: str, topic: str, *, tied: bool) -> str:
    """Return what a few words take the place of in the question before them: "and LLMOps?" after "What is MLOps?"; nothing if of none.

    They do if they name another thing of the kind: by a name, by the same last word, by an article, as a thing has that is met for the
    first time, or by one word as the topic is. "The cost?" belongs to the topic.
    """
    words = bare.strip(" ?.!").split()
    if not 0 < len(words) <= LONGEST_PART or ABOUT_ANSWERS.issuperset(content_words(bare)) or topic not in before:
        return ""
    if any(form.search(bare) for form in (_ASKING, _CONTINUING, _AGAINST)) or _OR.search(topic) or " and " in topic:
        return ""
    defined = re.sub(r"^(?:an?|the) ", "", DEFINES.sub("", before).strip(" ?.!"), flags=re.IGNORECASE) == topic
    named = any(map(str.isupper, bare if tied else bare[1:])) and (defined or any(map(str.isupper, topic)))
    single = tied and defined and len(words) == len(topic.split()) == 1 and words[0].endswith("s") == topic.endswith("s")
    if named or single or words[-1].lower() == topic.rsplit(maxsplit=1)[-1].lower():
        return topic
    if words[0].lower() not in ("a", "an"):
        return ""
    done = _DOING.match(before)
    return done["thing"] if done else topic if defined else ""


def _narrowed(topic: str, bare: str) -> str:
    """Return what is spoken of after "TOPIC: which tools?": its tools, if that can be said in few words, else still the topic."""
    own = topic_of(bare) if not _HOW.match(bare) else ""
    whole = f"{topic} {own}"
    return whole if own and not ABOUT_ANSWERS.issuperset(content_words(own)) and len(whole.split()) <= LONGEST_PART else topic


def _without_its_like(question: str, continued: str) -> str:
    """Return a question without the phrase at its end in whose place another comes: "… for a bank", "and for an insurer?"."""
    word = continued.split(maxsplit=1)[0].lower()
    found = re.search(rf"^(.+\S)\s+{re.escape(word)}\s+(\S+ ?){{1,{LONGEST_PART}}}$", question, re.IGNORECASE)
    return found[1] if found and word in _REPLACING else question


def stands_alone(question: str) -> bool:
    """Say whether a question needs nothing from before: it asks something of its own and points at nothing outside."""
    bare = LEAD_IN.sub("", question)
    content = content_words(REQUEST.sub("", bare))
    if _refers(bare) or _AGAINST.match(bare) or ABOUT_ANSWERS.issuperset(content):
        return False
    if _CONTINUING.match(bare) and not _ASKING.search(bare):
        return False
    telling = [word for word in content if word not in _AMOUNT]
    if len(telling) < 2:
        # a single word after "what is" is a question of its own; "which comes first?" is none
        return bare == question and bool(
            DEFINES.match(bare) or SHORT_FORM.match(bare) and not (WHOLE.match(bare) or _CONTINUING.match(bare))
        )
    own = [word for word in telling if word not in ABOUT_ANSWERS]
    return bare == question or bool(WHOLE.match(bare) and (len(own) >= _OWN or DEFINES.match(bare)))


def _refers(question: str) -> bool:
    """Say whether a pronoun points out of the question: few words in it, or none before, that it could mean."""
    found = POINTER.search(question)
    if not found or _IDIOM.search(question):
        return False
    before = content_words(question[: found.start()])
    return not before or (len(content_words(question)) <= _FEW and not re.search(r"\band\b|[,;:]", question[: found.start()]))


def _named_item(question: str, history: tuple[Turn, ...]) -> str | None:
    ordinal = _ORDINAL.search(question)
    if not ordinal:
        return None
    said = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    between = next((sides for turn in reversed(history) if turn.role == "user" and (sides := _alternatives(turn.content))), [])
    items = re.findall(r"^\s*(?:[-*•]|\d+[.)])\s+(.+)$", said, re.MULTILINE) or _rows(said) or _enumerated(said)
    if ordinal["two"]:
        items, place = between or items, _OF_TWO[ordinal["two"].lower()]
    else:
        items, place = items or between, _ORDINALS[(ordinal["item"] or ordinal["end"]).lower()]
    if not items or place >= len(items):
        return None
    plain = re.sub(r"[*`]|\s*\[\d+\]", "", items[place])
    return re.split(r"[.:;—–(]", plain)[0].strip()[:120] or None


def _alternatives(question: str) -> list[str]:
    """Return the two things between which a question chooses, "RAG or fine-tuning"; nothing if it does not."""
    found = _OR.search(question)
    if found is None:
        return []
    before, after = found[1].split(), found[2].split()
    first = list(takewhile(_names, reversed(before)))[:LONGEST_PART][::-1]
    second = list(takewhile(_names, dropwhile(lambda word: fold(word) in _TAKING, after)))[:LONGEST_PART]
    return [" ".join(first), " ".join(second)] if first and second else []


def _names(word: str) -> bool:
    return not is_stop_word(fold(word)) and fold(word) not in _TAKING


def _rows(said: str) -> list[str]:
    """Return the first cells of a Markdown table's rows."""
    cells: list[str] = re.findall(r"^\s*\|\s*(.+?)\s*\|", said, re.MULTILINE)
    rule = next((place for place, cell in enumerate(cells) if re.fullmatch(r":?-+:?", cell)), -1)
    return cells[rule + 1 :]


def _enumerated(said: str) -> list[str]:
    """Return what the first sentence that enumerates names behind its colon: "… seven roles: product owner, data scientist and …"."""
    listed = (re.split(r", (?:and |or )?", found[1]) for found in re.finditer(r": ([^:.;]+)[.;]", said))
    return next((names for names in listed if len(names) >= _FEWEST_NAMED), [])


def put(question: str, topic: str) -> str:
    """Put a topic where a question points; after it, where the topic is too long to be one part of a sentence."""
    if len(topic.split()) > LONGEST_PART:
        return f"{question.rstrip(' ?.!')}? ({topic})"
    if _ORDINAL.search(question):
        return _ORDINAL.sub(lambda _: topic, question, count=1)
    if found := re.search(r"\b(its|their|theirs)\b", question, re.IGNORECASE):
        return f"{question[: found.start()]}the {question[found.end() :].strip(' ?.!')} of {topic}?".replace("the  ", "the ")
    if found := PRONOUN.search(question):
        return question[: found.start()] + topic + question[found.end() :]
    return f"{question.rstrip(' ?.!')}: {topic}?"
