"""How questions are worded that a site answers, and how those that it does not (disk at load).

Who asks for a price, a name or an installation asks in words that a site which tells of none has seldom answered before; neighbors of a
question share its subject, wherever that is. Learned at build from the questions that a site brings, by index.asked.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from index.text import fold

WORDING_FILE = "wording.json"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENOUGH = 200
"""Questions with an answer, and as many without, below which wording tells nothing: a few would speak for their own words only."""
_FEWEST = 2
"""Questions that hold a word or pair of words which counts."""
_SMOOTHING = 0.3
"""Questions of each kind that hold every word, besides those that were seen."""
_LARGEST = 4.0
"""Beyond it a question is as surely answered, or not, as wording tells."""


class Wording:
    """Scores a question by its words and pairs of neighboring words: naive Bayes (Wang and Manning, "Baselines and Bigrams", 2012)."""

    def __init__(self, ratios: dict[str, float]) -> None:
        """Take the logarithm of how much oftener answered questions hold a word or pair than others do."""
        self._ratios = ratios

    @classmethod
    def learn(cls, questions: Iterable[tuple[str, bool]]) -> "Wording":
        """Learn from questions and whether each was answered; nothing from few of either kind."""
        counts = {True: Counter[str](), False: Counter[str]()}
        seen = Counter[bool]()
        for text, answered in questions:
            counts[answered].update(_parts(text))
            seen[answered] += 1
        if min(seen[True], seen[False]) < _ENOUGH:
            return cls({})
        known = [part for part, count in (counts[True] + counts[False]).items() if count >= _FEWEST]
        total = {kind: sum(found[part] + _SMOOTHING for part in known) for kind, found in counts.items()}
        usually = math.log(total[True] / total[False])
        return cls(
            {part: round(math.log((counts[True][part] + _SMOOTHING) / (counts[False][part] + _SMOOTHING)) - usually, 3) for part in known}
        )

    @classmethod
    def read(cls, folder: Path) -> "Wording":
        """Read what a build keeps."""
        return cls(json.loads((folder / WORDING_FILE).read_text("utf-8")))

    def write(self, folder: Path) -> None:
        """Write it as a build keeps it."""
        (folder / WORDING_FILE).write_text(json.dumps(self._ratios, ensure_ascii=False, sort_keys=True), "utf-8")

    def score(self, question: str) -> float:
        """Return how far a question is worded like answered ones, -1 to 1; 0 where its words tell nothing."""
        told = [self._ratios[part] for part in sorted(_parts(question)) if part in self._ratios]
        # between sum and mean: neighboring words repeat each other
        whole = sum(told) / math.sqrt(max(1, len(told)))
        return min(max(whole / _LARGEST, -1.0), 1.0)


def _parts(text: str) -> set[str]:
    words: Sequence[str] = _WORD.findall(fold(text))
    return {*words, *(f"{one} {other}" for one, other in pairwise(words))}
