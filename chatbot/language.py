"""Language: is a question in English? Known words first, then a small classifier that comes with its package (model)."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from index import fold, is_stop_word, terms

_KNOWN_ENOUGH = 0.8
"""Share of a question's words that are English function words or the guide's own, from which nobody else is asked."""
_SURE = 0.75
"""Chance from which another language is believed; names and abbreviations alone stay far below it."""
_LATIN = 0.7


def is_english(question: str, known: Callable[[str], bool]) -> bool:
    """Say whether a question is in English, or too short to tell.

    Args:
        question: As typed.
        known: Says whether the guide uses a term.
    """
    letters = [character for character in question if character.isalpha()]
    if letters and sum(character.isascii() for character in letters) < _LATIN * len(letters):
        return False
    words = [fold(word) for word in re.findall(r"[^\W\d_]+", question)]
    ours = sum(is_stop_word(word) or all(map(known, terms(word))) for word in words)
    if len(words) < 3 or ours >= _KNOWN_ENOUGH * len(words):
        return True
    language, chance = _classifier().rank(question)[0]
    return bool(language == "en" or chance < _SURE)


@lru_cache(maxsize=1)
def _classifier() -> Any:
    """Lui and Baldwin, "langid.py", ACL 2012; its model takes half a second to load, so only when it is asked."""
    from py3langid import langid

    folder = Path(langid.__file__).parent / "data"
    classifier = langid.LanguageIdentifier.from_modelpath(folder / "model.npz.xz", norm_probs=True)
    classifier.set_languages(["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs", "tr", "ro", "hu", "id"])
    return classifier
