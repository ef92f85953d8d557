"""Understanding: what kind of question is it, what does a follow-up refer to, is it a question at all? Pure.

The forms of English questions, not the words of any subject. The first step of `chatbot.assistant.answer`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from chatbot.answer import Asked, Kind, Turn
from chatbot.language import is_english
from index import fold, is_stop_word


def _words(*alternatives: str) -> re.Pattern[str]:
    """A pattern for any of the given words or phrases, whatever their case."""
    return re.compile(rf"\b({'|'.join(alternatives)})\b", re.IGNORECASE)


def _opening(*alternatives: str) -> re.Pattern[str]:
    """The same at a question's beginning."""
    return re.compile(rf"^\W*({'|'.join(alternatives)})\b", re.IGNORECASE)


_PEOPLE = "i|we|you|one|someone|people|teams?|companies|my|our|your"
_PLURALS = (
    "kinds|types|metrics|steps|risks|challenges|criteria|components|roles|tools|levels|patterns|benefits|advantages|options|reasons|"
    "factors|measures|causes|phases|stages|principles|features|signs|limits|parts|areas|differences"
)
_NUMBERS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("how-to", _words(rf"how (do|can|should|would|could|might|must) ({_PEOPLE})", "how to", "steps? (to|for)", "(walk|guide) me")),
    (
        "comparison",
        _words("vs", "versus", "compared? (to|with|and)", "compare", "differ(s|ent|ence|ences|ently)?", "distinguish", "contrast")
    ),
    ("comparison", _words("as opposed to", "similarit(y|ies)", "have in common")),
    ("list", _words(rf"(what|which) (\w+ ){{0,2}}({_PLURALS})")),
    ("list", _opening(rf"(what|which|name|list)( are| were)?( the| our| your)? ({_NUMBERS}|\d{{1,2}})")),
    ("fact", _opening("how (many|much|long|often|far|large|big|fast|old|high|low)")),
    (
        "choice",
        _words(
            "which (one|is (right|better|best)|should|do we (need|choose|pick)|\\w+ (fits|suits))", "should (we|i|you|our|a|an|one)",
            "choose between", "do (we|i) need", "better (for|to|choice)", "right for (us|me)", "when (should|to|do) (we|i|you)?",
            "recommend", "worth it", "instead of", "we('re|'ve| are| have| run| want| need| sell| build| operate)\\b.*",
        ),
    ),
    ("list", _words("what are (the |some |our |your |its |their |all )?(\\w+[ -]){0,3}\\w+s (of|in|for|to|that|when|with)")),
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
        _words(
            "what are", "list", "name (the|some|all|three|five)", "which (are|\\w+s\\b)", "examples? of", "types? of", "kinds? of",
            "checklist", "enumerate",
        ),
    ),
    ("yes-no", _opening("is|are|does|do|can|could|will|would|should|has|have|did|was|were|must|isn't|aren't|doesn't|don't|can't")),
    (
        "fact",
        _words(
            "how (much|many|long|often|far|large|big|fast|old|high|low)", "when (did|does|was|will)", "since when", "who", "where",
            "what (percentage|share|number|year|date|price|rate|figure|value|size)", "which (year|company|version|law|article)",
        ),
    ),
)  # fmt: skip
_SHORT_FORM = re.compile(r"^[\w./&+-]+( [\w./&+-]+){0,3}\??$")

_ONE = "|".join(
    rf"(?<={verb} )one(?=\W*$| (?:for|with|without|if|when|at|in|and)\b)"
    for verb in "need needs want wants have get use uses build buy run trust choose pick without".split()
)
"""A pronoun, not a number: "do we need one?", and not "do we need one platform?"."""
_WHICH_OF_THEM = r"which(?: ones?|(?= (?:(?:is|are)(?! the\b)|would|should|do|does|first|comes)\b))"
_POINTER = _words(
    _ONE,
    rf"{_WHICH_OF_THEM}(?!.*\b(?:or|vs)\b)",
    "it|its|they|them|their|theirs|this|that|these|those|he|she|the ones?|both|former|latter|there|same|such",
    "the (first|second|third|fourth|fifth|last|other|previous)( one| point| option| step)?",
)
_PRONOUN = _words("it|they|them|this|that|these|those|both", _ONE)
_SEVERAL = _words(f"they|them|their|both|these|those|the two|compare|{_WHICH_OF_THEM}")
_WHICH = _words(_WHICH_OF_THEM)
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}
_OF_TWO = {"former": 0, "latter": -1}
_ORDINAL = re.compile(
    rf"\b(?:the )?(?P<item>{'|'.join(_ORDINALS)}) (?:one|point|option|step|item)\b|"
    rf"\bthe (?P<end>{'|'.join(_ORDINALS)})(?=\W*$)|\bthe (?P<two>{'|'.join(_OF_TWO)})\b",
    re.IGNORECASE,
)
_OR = re.compile(r"([^,;:?()]+?),? (?:or|vs\.?|versus) ([^,;:?()]+)", re.IGNORECASE)
_TAKING = frozenset("use choose pick take buy build run need want get prefer go".split())
"""Verbs before the first of two things between which somebody chooses."""
_LEAD_IN = re.compile(
    r"^\W*((and|but|so|or|also|ok(ay)?|then|no|yes|right|same for|what about|how about|i meant?|actually|sorry)\b[\s,]*)+", re.IGNORECASE
)
_REQUESTS = "explain|define|list|name|tell|give|show|compare|describe"
_WHOLE = _opening(
    "what|who|where|when|which|why|how|is|are|do|does|did|can|could|should|would|will|has|have|was|were",
    _REQUESTS,
)
_REQUEST = _opening(_REQUESTS)
_DEFINES = _opening("what('s| is| are|s)", "define", "explain", "describe")
_ABOUT_ANSWERS = frozenset(
    "example examples detail details reason reasons source sources pls please elaborate else continue difference summary briefly "
    "alternative alternatives risk risks drawback drawbacks downside downsides benefit benefits pros cons cost costs limit limits".split()
)
"""Words that ask for more of what was said, or for what belongs to it, whatever it was."""
_AMOUNT = frozenset("many much long often need".split())
"""Words that ask how much of something, and not of what."""
_HOW = _opening("how", "who", "when", "where", "why")
_HOW_MUCH = _opening("how (many|much)", rf"how (long|often)(?= \w+ ({_PEOPLE})\b)")
_OWN = 3
"""Telling words from which a question that is tied to the one before by "and" or "so" asks for something of its own."""
_CONTINUING = _opening("for|with|without|in|on|at|by|to|from|if|when|under|during|after|before|since|until")
_AGAINST = _opening("vs", "versus", "(better|worse|cheaper|safer|faster|easier) than", "compared (to|with)", "instead of", "rather than")
"""What holds something against what was spoken of."""
_REPLACING = frozenset(("for", "with", "without", "in", "on", "at", "during", "under"))
"""Of those, the ones that open a phrase of their own wherever they stand."""
_ASKING = _words("what|which|who|whom|how|when|why|where|should|do|does|is|are|can|did|will")
_IDIOM = _words(
    "worth it", "is it (true|possible|safe|ok(ay)?|cheaper|better|legal|necessary) (to|that|if|when)", "does it (make sense|matter)",
    "(so|such) that", "that (is|are|was|were|has|have|can|will)", "it pays?", "there (is|are)",
)  # fmt: skip
"""Pronouns that point at nothing."""
_FEW = 4
"""Words of content up to which a pronoun inside a question is taken to point at what was spoken of before."""
_PHRASE = 3
"""Words up to which a question is a phrase: in "why is that?", nothing stands in the pronoun's place."""
_LONGEST_CONTINUED = 14
_LONGEST_PART = 5
"""Words of a topic that can stand in a pronoun's place and still be read."""
_FEWEST_NAMED = 3
"""Things that a sentence names one after the other, from which it enumerates."""
_GREETING = re.compile(
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
_DOING = re.compile(
    rf"^\W*how (?:(?:long|often|much|many|far|soon|fast|quickly) )?(?:do|does|can|could|should|would|must) (?:{_PEOPLE}) "
    r"[\w-]+ (?:(?:up|back|out|off|down|over|away) )?"
    r"(?P<thing>[^,;:?()]+?)(?= (?:for|with|without|in|on|at|to|from|if|when|after|before|by)\b|\W*$)",
    re.IGNORECASE,
)
"""What somebody does, and to what: a prompt in "How do I roll back a prompt for a chatbot?"."""
_TO_IT = re.compile(
    r"\b(?:them|they|their|these|those|(?<!\bdo )(?<!\bdoes )(?<!\bis )(?<!\bcan )(?<!\bdid )(?<!\bwas )(?<!\bwill )it)\b", re.IGNORECASE
)
"""A pronoun that stands for the thing, and not for what is done to it: "who approves it?", and not "is it needed?"."""
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
    if greeting := _GREETING.match(typed):
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
    topic = topic_of(first) if _DEFINES.match(first) else ""
    if topic and len(topic.split()) <= _LONGEST_PART:
        others = [_put(part, topic) if _PRONOUN.search(part) and _content(part) else part for part in others]
    alone = all(_stands_alone(part) and not _POINTER.search(part) for part in (first, *others))
    return (first, *others) if alone else (question,)


def _tied(question: str) -> tuple[Asked, ...]:
    """Return the questions in a message whose later ones need the first, each completed from it as a follow-up is; none if it is one."""
    first, *others = _split(question)
    if not others or not _stands_alone(first) or any(_ABOUT_ANSWERS.issuperset(_content(part)) for part in others):
        return ()
    completed = [first, *(resolve(part, (Turn("user", first),)) for part in others)]
    return tuple(Asked(part, whole, kind_of(whole), (whole,)) for part, whole in zip((first, *others), completed, strict=True))


def _split(question: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in _SPLIT.split(question) if part.strip()))


def kind_of(question: str) -> Kind:
    """Return the kind of answer that a question's form asks for."""
    for kind, form in _KINDS:
        if form.search(question):
            return kind
    return "definition" if _SHORT_FORM.match(question) and len(_content(question)) <= 3 else "open"


def sides_of(question: str) -> tuple[str, ...] | None:
    """Return the things that a question compares, as it names them; none if it compares otherwise, or in one respect only.

    "How does X differ from Y?" asks for both as they are; "X vs Y for monitoring" for a text that holds them against each other.
    """
    bare = _LEAD_IN.sub("", question.strip(" ?.!"))
    found = next((found for form in _SIDES if (found := form.search(bare))), None)
    if found is None or _ASPECT.search(found["other"]) or not _DEGREES.issuperset(_content(_REQUEST.sub("", bare[: found.start()]))):
        return None
    sides = tuple(topic_of(name) for name in (found["one"], *_AGAINST_ANOTHER.split(_TAIL.sub("", found["other"]))))
    return sides if all(0 < len(side.split()) <= _LONGEST_PART for side in sides) else None


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
    asked = [place for place, turn in enumerate(history) if turn.role == "user" and not _GREETING.match(turn.content)]
    if not asked or _stands_alone(question):
        return _Spoken(question, topic_of(question))
    bare = _LEAD_IN.sub("", question)
    if (item := _named_item(question, history)) is not None:
        resolved = _put(bare, item)
        return _Spoken(resolved, topic_of(resolved))
    last = _followed(" ".join(history[asked[-1]].content.split()), history[: asked[-1]])
    before, topic = last.question, last.topic
    if last.beside and _SEVERAL.search(bare):
        topic = f"{last.beside} {'or' if _WHICH.search(bare) else 'and'} {topic}"
    points_back = bool(_POINTER.search(bare) and (_content(bare) or _WHOLE.match(bare) and len(bare.split()) > _PHRASE))
    if not topic:
        resolved = question
    elif points_back:
        done = _DOING.match(before)
        resolved = _put(bare, topic) if not done else _put(bare, done["thing"]) if _TO_IT.search(bare) else f"{topic}: {bare}"
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
    kept = points_back and not re.search(r"\s(?!I\b)[A-Z]", bare) or len(brought_in.split()) > _LONGEST_PART
    return _Spoken(resolved, topic if kept else brought_in)


def _in_whose_place(bare: str, before: str, topic: str, *, tied: bool) -> str:
    """Return what a few words take the place of in the question before them: "and LLMOps?" after "What is MLOps?"; nothing if of none.

    They do if they name another thing of the kind: by a name, by the same last word, by an article, as a thing has that is met for the
    first time, or by one word as the topic is. "The cost?" belongs to the topic.
    """
    words = bare.strip(" ?.!").split()
    if not 0 < len(words) <= _LONGEST_PART or _ABOUT_ANSWERS.issuperset(_content(bare)) or topic not in before:
        return ""
    if any(form.search(bare) for form in (_ASKING, _CONTINUING, _AGAINST)) or _OR.search(topic) or " and " in topic:
        return ""
    defined = re.sub(r"^(?:an?|the) ", "", _DEFINES.sub("", before).strip(" ?.!"), flags=re.IGNORECASE) == topic
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
    return whole if own and not _ABOUT_ANSWERS.issuperset(_content(own)) and len(whole.split()) <= _LONGEST_PART else topic


def _without_its_like(question: str, continued: str) -> str:
    """Return a question without the phrase at its end in whose place another comes: "… for a bank", "and for an insurer?"."""
    word = continued.split(maxsplit=1)[0].lower()
    found = re.search(rf"^(.+\S)\s+{re.escape(word)}\s+(\S+ ?){{1,{_LONGEST_PART}}}$", question, re.IGNORECASE)
    return found[1] if found and word in _REPLACING else question


def _stands_alone(question: str) -> bool:
    """Say whether a question needs nothing from before: it asks something of its own and points at nothing outside."""
    bare = _LEAD_IN.sub("", question)
    content = _content(bare)
    if _refers(bare) or _AGAINST.match(bare) or _ABOUT_ANSWERS.issuperset(_content(_REQUEST.sub("", bare))):
        return False
    if _CONTINUING.match(bare) and not _ASKING.search(bare):
        return False
    telling = [word for word in content if word not in _AMOUNT]
    if len(telling) < 2:
        # a single word after "what is" is a question of its own; "which comes first?" is none
        return bare == question and bool(
            _DEFINES.match(bare) or _SHORT_FORM.match(bare) and not (_WHOLE.match(bare) or _CONTINUING.match(bare))
        )
    own = [word for word in telling if word not in _ABOUT_ANSWERS]
    return bare == question or bool(_WHOLE.match(bare) and (len(own) >= _OWN or _DEFINES.match(bare)))


def topic_of(question: str) -> str:
    """Return the words of a question that name its subject: without question words, requests and relations at its start."""
    bare = _RELATION.sub("", _HOW_MUCH.sub("", question.strip(" ?.!:")))
    words = _REQUEST.sub("", re.sub(r"\b(are|is) there\b", "", _DEFINES.sub("", bare))).split()
    while words and (is_stop_word(fold(words[0].strip(",;:'\""))) or not any(map(str.isalnum, words[0]))):
        words.pop(0)
    while words and is_stop_word(fold(words[-1])):
        words.pop()
    return " ".join(words)


def _content(question: str) -> list[str]:
    return [word for word in (fold(found) for found in re.findall(r"[\w./+-]*\w", question)) if not is_stop_word(word)]


def _refers(question: str) -> bool:
    """Say whether a pronoun points out of the question: few words in it, or none before, that it could mean."""
    found = _POINTER.search(question)
    if not found or _IDIOM.search(question):
        return False
    before = _content(question[: found.start()])
    return not before or (len(_content(question)) <= _FEW and not re.search(r"\band\b|[,;:]", question[: found.start()]))


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
    first = list(takewhile(_names, reversed(before)))[:_LONGEST_PART][::-1]
    second = list(takewhile(_names, dropwhile(lambda word: fold(word) in _TAKING, after)))[:_LONGEST_PART]
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


def _put(question: str, topic: str) -> str:
    """Put a topic where a question points; after it, where the topic is too long to be one part of a sentence."""
    if len(topic.split()) > _LONGEST_PART:
        return f"{question.rstrip(' ?.!')}? ({topic})"
    if _ORDINAL.search(question):
        return _ORDINAL.sub(lambda _: topic, question, count=1)
    if found := re.search(r"\b(its|their|theirs)\b", question, re.IGNORECASE):
        return f"{question[: found.start()]}the {question[found.end() :].strip(' ?.!')} of {topic}?".replace("the  ", "the ")
    if found := _PRONOUN.search(question):
        return question[: found.start()] + topic + question[found.end() :]
    return f"{question.rstrip(' ?.!')}: {topic}?"
