"""Opposites: pairs of English words that turn a claim around. Pure.

A general list — degrees, directions, order, frequency, presence — and prefixes; no subject's vocabulary. Antonyms of WordNet
(Fellbaum, 1998) would serve, too, but no package brings its data along.
"""

from functools import lru_cache
from itertools import product

from chatbot.claims.model import word_key

_PAIRS = """
more/less more/fewer most/least most/fewest much/little many/few higher/lower high/low highest/lowest larger/smaller large/small
largest/smallest bigger/smaller big/small greater/smaller greater/lesser longer/shorter long/short longest/shortest faster/slower
fast/slow quick/slow quicker/slower fastest/slowest speed/slow accelerate/slow earlier/later early/late earliest/latest before/after
previous/next first/last former/latter ahead/behind begin/end start/end start/stop start/finish open/close above/below over/under
upper/lower upward/downward inside/outside within/outside within/beyond internal/external inner/outer increase/decrease increase/reduce
increase/cut increase/lower rise/fall rise/drop rise/shrink grow/shrink grow/fall grow/drop gain/lose gain/loss raise/lower raise/cut
raise/reduce raise/fall raise/drop improve/worsen improve/degrade improve/lower better/worse good/bad best/worst well/badly well/poorly
good/poor strong/weak stronger/weaker strength/weakness advantage/disadvantage cheap/expensive cheap/dear cheaper/dearer cheap/dearest
cheapest/dearest save/waste save/cost saving/loss profit/loss easy/hard easy/difficult easier/harder simple/complex simple/complicated
often/rarely often/seldom often/never usually/rarely usually/seldom usually/never always/never always/rarely always/seldom
always/sometimes frequently/rarely frequently/seldom mostly/rarely mostly/seldom all/none every/none everybody/nobody everyone/nobody
everything/nothing some/none both/neither either/neither any/none same/different equal/different equal/unequal similar/different
alike/different include/exclude include/omit contain/lack add/remove add/drop allow/forbid allow/ban allow/prevent allow/prohibit
permit/forbid permit/ban permit/prohibit enable/prevent enable/disable accept/reject accept/refuse require/optional mandatory/optional
mandatory/voluntary obligatory/voluntary compulsory/voluntary must/optional help/harm help/hurt succeed/fail success/failure win/lose
pass/fail right/wrong correct/wrong true/false safe/unsafe safe/dangerous public/private open/closed free/paid free/commercial
manual/automatic manual/automated hand/automatic fixed/variable static/dynamic online/offline dense/sparse wide/narrow broad/narrow
deep/shallow near/far local/global local/remote central/distributed positive/negative present/absent presence/absence full/empty
complete/incomplete whole/part rich/poor old/new older/newer attract/repel accept/deny approve/deny approve/reject confirm/deny
agree/disagree buy/sell lend/borrow give/take send/receive import/export input/output read/write create/destroy create/delete
build/destroy appear/disappear appear/vanish arrive/leave join/leave stay/leave keep/lose keep/discard keep/delete keep/drop show/hide
reveal/hide remember/forget store/discard attack/defend cause/prevent trigger/prevent ease/aggravate tighten/loosen strict/lax
strict/lenient maximum/minimum maximize/minimize max/min least/most majority/minority temporary/permanent gradual/sudden slowly/suddenly
single/multiple once/repeatedly together/apart together/separately jointly/separately known/unknown likely/unlikely stable/unstable
known/hidden voluntary/forced natural/artificial active/passive direct/indirect supervised/unsupervised upgrade/downgrade
rollout/rollback converge/diverge expand/shrink extend/shorten lengthen/shorten widen/narrow warm/cold hot/cold light/heavy thin/thick
day/night top/bottom left/right front/back forward/backward dilute/sharpen double/halve double/half longer/faster slower/faster
exceed/smaller exceed/below exceed/less outweigh/less outrank/less
"""
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "anti")


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.split():
        one, other = pair.split("/")
        for mine, yours in product(_degrees(one), _degrees(other)):
            found.setdefault(word_key(mine), set()).add(word_key(yours))
            found.setdefault(word_key(yours), set()).add(word_key(mine))
    return {word: frozenset(others) for word, others in found.items()}


def _degrees(word: str) -> tuple[str, str, str]:
    """Return a word and what its comparative and superlative would be; of a word that has none they do no harm."""
    base = word.removesuffix("e") if word.endswith("e") else f"{word[:-1]}i" if word.endswith("y") else word
    return word, f"{base}er", f"{base}est"


def opposites(word: str) -> frozenset[str]:
    """Return the stems of the words that say the opposite of a stem."""
    return _table().get(word, frozenset())


def opposed(one: str, other: str) -> bool:
    """Say whether two stems are opposites, by the list or by a prefix that denies."""
    if other in opposites(one) or one in opposites(other):
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(shorter) > 3 and any(longer == prefix + shorter for prefix in _PREFIXES)


@lru_cache(maxsize=1)
def pointing_words() -> frozenset[str]:
    """Return the stems that have an opposite: words that say which way, how much, or when."""
    return frozenset(_table())
