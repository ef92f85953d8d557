"""Which sentences, items and rows readers hold for essential: a fitted chance for each of what was found. Pure.

The weights were fitted by `chatbot tune` on sentences that readers chose from whole sections, without seeing what the assistant had
chosen; they live in `essential.json`, or beside the index where someone fitted their own. Read by chatbot.select.
"""

from pathlib import Path

from chatbot.answer import Kind
from chatbot.evidence import Evidence
from chatbot.fitted import ByModels, read_fitted

ESSENTIAL_FILE = "essential.json"
SECTIONS = 4
"""Best sections that an answer quotes from; on the dev half the fifth held nothing essential."""
SIGNALS = (
    "relative",
    "best",
    "reading",
    "unread",
    "item",
    "row",
    "header",
    "listed",
    "compared",
    "said",
    "rank",
    "further",
    "section",
    "section_unread",
)
"""None of them says how pages are written: that a section's first sentence answers, for one, holds in this guide and misleads elsewhere."""
_LARGEST_LOGIT = 6.0
"""Beyond it a sentence as surely answers, or does not, as reading tells."""
LISTING = frozenset(("list", "how-to"))
"""Kinds of questions that a list answers as a whole."""


class Essential(ByModels):
    """The fitted weights; each threshold is of the leading section."""


def read_essential(store: Path | None = None) -> Essential:
    """Return the weights fitted beside an index, if anybody did, else those that ship with the project.

    Raises:
        UserError: If the file beside the index can't be used.
    """
    return read_fitted(Essential, ESSENTIAL_FILE, store, "weights of sentences")


def signals(kind: Kind, evidence: Evidence) -> list[list[dict[str, float]]]:
    """Return what speaks for and against each unit of the best sections, by the names of `SIGNALS`, each about 0 to 1."""
    return [
        [_signals(kind, evidence, rank, place) for place in range(len(section.units))]
        for rank, section in enumerate(evidence.sections[:SECTIONS])
    ]


def _signals(kind: Kind, evidence: Evidence, rank: int, place: int) -> dict[str, float]:
    lead, section = evidence.sections[0], evidence.sections[rank]
    scored = section.units[place]
    relative = _ratio(scored.score, section.best.score)
    is_row = scored.unit.kind == "row"
    return {
        "relative": relative * relative,
        "best": float(scored is section.best),
        "reading": 0.0 if scored.reading is None else min(max(scored.reading / _LARGEST_LOGIT, -1.0), 1.0),
        "unread": float(scored.reading is None),
        "item": float(scored.unit.kind == "item"),
        "row": float(is_row),
        "header": float(scored.unit.label == "header"),
        "listed": float(kind in LISTING and scored.unit.kind in ("item", "row")),
        "compared": float(kind == "comparison" and is_row),
        "said": float(kind in ("yes-no", "comparison") and not is_row),
        "rank": rank / SECTIONS,
        "further": float(rank > 0),
        "section": _ratio(section.score, lead.score),
        "section_unread": float(rank > 0 and section.reading is None),
    }


def _ratio(score: float, best: float) -> float:
    return min(max(score / best, 0.0), 1.0) if best > 0 else 0.0
