"""The self-assessment's edge: answers from JSON, the result as data, and what the method can't say.

Read by the command line and by the tools for agents.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatbot.advisor.maturity import Given, LensResult, Placed
from guide.maturity import LENSES, Lens, Maturity, PublishedModel, plain, read_maturity
from index import UserError

PAGE = "operate/maturity/"
LIMITS = (
    "The two lenses are never added up or averaged: a single score would hide the weaker one.",
    "The placement in a published model is this guide's reading of its levels, not an assessment by its publisher.",
    "An unknown answer counts neither as yes nor as no: a level is a range until it is known.",
    "A yes without evidence is counted and named; replace it by a link before you rely on the level.",
)


class AnswersUnusable(UserError):
    """The answers can't be read."""


def maturity_file() -> Path:
    """Return the data file: in an installed package beside this module, in a checkout below `docs/`."""
    here = Path(__file__).parent
    packaged = here / "maturity.yml"
    return packaged if packaged.is_file() else here.parent.parent / "docs" / "operate" / "maturity.yml"


def load_maturity() -> Maturity:
    """Read the self-assessment's data."""
    return read_maturity(maturity_file())


def read_answers(text: str, maturity: Maturity) -> dict[Lens, dict[str, Given]]:
    """Read answers from JSON: `{"classic": {"owner": "https://…", "rollback": false, "canary": null}}`.

    A text is evidence and means yes, true means yes without evidence, false means no, null means unknown. A lens that is
    not there is not practised.

    Raises:
        AnswersUnusable: If it is not of that form; names the place.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AnswersUnusable("The answers are not valid JSON.", remedy="Begin from `chatbot maturity --template`.") from error
    if not isinstance(data, dict) or not data or not set(data) <= set(LENSES):
        raise AnswersUnusable("The answers must name the lens `classic`, `generative` or both.", remedy="Leave out what you do not run.")
    return {lens: _lens(lens, data[lens], maturity) for lens in LENSES if lens in data}


def _lens(lens: Lens, answers: Any, maturity: Maturity) -> dict[str, Given]:
    known = [check.id for check in maturity.of(lens)]
    if not isinstance(answers, dict):
        raise AnswersUnusable(f"{lens}: the answers must be an object.", remedy="Begin from `chatbot maturity --template`.")
    for name, value in answers.items():
        if name not in known:
            raise AnswersUnusable(f"{lens}: there is no check '{name[:60]}'.", remedy=f"The checks are {', '.join(known)}.")
        if not (value is None or isinstance(value, bool) or (isinstance(value, str) and value.strip())):
            raise AnswersUnusable(f"{lens}.{name}: the answer is unusable.", remedy="Use a text with the evidence, true, false or null.")
    return {name: given(value) for name, value in answers.items()}


def given(value: str | bool | None) -> Given:
    """Return what one value of the answers means."""
    if isinstance(value, str):
        return Given("yes", value.strip())
    return Given("unknown" if value is None else "yes" if value else "no")


def template(maturity: Maturity) -> dict[str, dict[str, None]]:
    """Return answers in which everything is unknown."""
    return {lens: {check.id: None for check in maturity.of(lens)} for lens in LENSES}


def to_dict(maturity: Maturity, results: tuple[LensResult, ...]) -> dict[str, Any]:
    """Return results as JSON-ready data, one entry a lens and none for both together."""
    return {"version": maturity.version, "lenses": {result.lens: _result(maturity, result) for result in results}, "limits": list(LIMITS)}


def _result(maturity: Maturity, result: LensResult) -> dict[str, Any]:
    checks = {check.id: check for check in maturity.checks}

    def placed(found: Placed) -> dict[str, Any]:
        level = {"low": found.low, "high": found.high, "low_name": found.low_name, "high_name": found.high_name}
        return {"level": level, "missing": [{"check": name, "name": checks[name].name} for name in found.missing]}

    def told(name: str) -> dict[str, str]:
        return {"check": name, "text": plain(checks[name].text), "improve": checks[name].improve, "section": checks[name].section}

    return {
        "name": maturity.lenses[result.lens],
        **placed(result.placed),
        "others": [{**_model(other.model), **placed(other.placed)} for other in result.others],
        "passed": list(result.passed),
        "failed": list(result.failed),
        "unknown": list(result.unknown),
        "without_evidence": list(result.without_evidence),
        "first": told(result.first) if result.first else None,
        "next": {"text": plain(result.next), "section": f"{PAGE}#what-should-you-do-at-each-level"},
    }


def _model(model: PublishedModel) -> dict[str, str]:
    told = {"model": model.id, "name": model.name, "source": str(model.link)}
    return {**told, "note": model.note} if model.note else told


def level_name(placed: Mapping[str, Any]) -> str:
    """Return a level as a reader is told it: `2 automated`, or `1 repeatable to 3 governed and measured`."""
    low, high = f"{placed['low']} {placed['low_name']}", f"{placed['high']} {placed['high_name']}"
    return low if placed["low"] == placed["high"] else f"{low} to {high}"
