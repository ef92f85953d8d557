"""Reading: a sentence becomes items that can be compared — words, numbers and names. Pure.

Read by chatbot.support. English: forms of words and of sentences, no subject's vocabulary.
"""

import re
from functools import lru_cache

from chatbot.claims.model import NEW_CLAUSE, NEW_SEGMENT, Claim, Item, word_key
from chatbot.claims.negation import NEGATIONS, negates, with_polarity
from chatbot.claims.numbers import read_bound, read_number
from index import fold, is_stop_word, sentences

_TOKEN = re.compile(
    r"[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:[KMBkmb](?![A-Za-z]))?|%|"  # 7,260 $0.07 65B
    r"[A-Za-zÀ-ÿ]+[-_.]?\d(?:[\w.]*\w)?|"  # GPT-4, Qwen3, A2A, FP16
    r"[A-Za-zÀ-ÿ_]+(?:'[A-Za-z]+)?|[,;:()–—/−-]|\.(?=\s|$)"
)
_CLAUSE_MARKS = ",;:()–—."
_NO_CONTENT = NEGATIONS | frozenset(
    "one rather instead also thus therefore hence still even well yet whether whereas unlike unless".split()
)
_VERB_ENDINGS = ("es", "ed", "ts", "ds", "ns", "ys", "ls", "rs")
_VERBS = frozenset("is has was ran built put got".split())
_COMMON_ENDINGS = ("ing", "tion", "ment", "ity", "ness", "ance", "ence", "age", "ly", "ed", "al", "ive", "ous", "ful", "less", "ic", "able")
"""Of words that open a sentence as its subject or attribute and are no names."""
_FUNCTION_WORDS = NEW_CLAUSE | frozenset(
    (
        "so when after before during without within with through between among under over both each every such like unlike despite besides "
        "according about across along around another any all some most many few several other others these those only even where how what"
    ).split()
)
_OPENERS = (":", ".", "(", "—", "–")
"""After which a capital begins a sentence and no name."""


def read_claims(text: str) -> list[Claim]:
    """Return the claims of a text: its lines, cut into sentences."""
    return [claim for line in text.splitlines() for sentence in sentences(line) if (claim := read_claim(sentence)).items]


@lru_cache(maxsize=4096)
def read_claim(sentence: str) -> Claim:
    """Return one sentence as a claim."""
    spelt = [found[0] for found in _TOKEN.finditer(_spread(sentence))]
    tokens = tuple(fold(token) for token in spelt)
    found: list[Item] = []
    clause, segment, place = 0, 0, 0
    while place < len(tokens):
        word = tokens[place]
        clause += word in _CLAUSE_MARKS or word in NEW_CLAUSE
        segment += word in NEW_SEGMENT
        number, used = read_number(tokens, place)
        if number is not None:
            text = " ".join(spelt[place : place + used])
            found.append(Item(f"#{number:.6g}", text, "number", place, clause, segment, bound=read_bound(tokens, place)))
        elif _is_name(spelt, place):
            found.append(Item(_name_key(spelt[place]), spelt[place], "name", place, clause, segment))
        elif word[:1].isalpha() and len(word) > 1 and not is_stop_word(word) and word not in _NO_CONTENT:
            found.append(Item(word_key(word), spelt[place], "word", place, clause, segment))
        place += used
    negative = any(negates(tokens, place) for place in range(len(tokens)))
    return Claim(sentence, with_polarity(found, tokens), tokens, sentence.rstrip().endswith("?"), negative)


def _spread(sentence: str) -> str:
    """Write out contractions, unify dashes of ranges, and split what hyphens join unless digits follow letters."""
    text = sentence.replace("’", "'").replace("‑", "-")
    text = re.sub(r"\b(can)'t\b", r"\1 not", text, flags=re.I)
    text = re.sub(r"\bwon't\b", "will not", text, flags=re.I)
    text = re.sub(r"(\w)n't\b", r"\1 not", text)
    text = re.sub(r"\bcannot\b", "can not", text, flags=re.I)
    text = re.sub(r"(?<=\d)\s*[–-]\s*(?=\d)", " to ", text)
    text = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", " ", text)
    return re.sub(r"(?<=\d)-(?=[a-z])", " ", text)


def _is_name(spelt: list[str], place: int) -> bool:
    """Whether a word is written as a name: capitals or digits inside, or a capital where no sentence begins."""
    word = spelt[place].removesuffix("'s")
    if not word[:1].isalpha() or len(word) < 2:
        return False
    if "_" in word or any(map(str.isdigit, word)) or sum(map(str.isupper, word)) > 1:
        return True
    if not word[0].isupper() or is_stop_word(fold(word)) or fold(word) in _NO_CONTENT:
        return False
    if place and spelt[place - 1] not in _OPENERS:
        return True
    return _opens_as_name(spelt, place)


def _opens_as_name(spelt: list[str], place: int) -> bool:
    """Whether a sentence's first word is the whole subject, as names are and nouns seldom: "Acme's plant", "Acme says"."""
    if spelt[place].endswith("'s"):
        return True
    word, after = spelt[place], spelt[place + 1] if place + 1 < len(spelt) else ""
    is_verb = after.endswith(_VERB_ENDINGS) or after in _VERBS
    return is_verb and not word.endswith(_COMMON_ENDINGS) and fold(word) not in _FUNCTION_WORDS


def _name_key(word: str) -> str:
    bare = word.removesuffix("'s")
    return fold(bare[:-1] if bare.endswith("s") and bare[:-1].isupper() else bare)  # LLMs
