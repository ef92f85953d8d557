"""The documented cases, from `docs/cases/cases.yml`: typed, checked, and made into the table of their page (disk).

Read by guide.generated, which writes the table into `docs/cases/index.md`, and by guide.lint, which checks its sources.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from guide.criteria import Id, Text
from guide.data_files import read_data

DATA = Path("cases", "cases.yml")
"""Below `docs`."""

_PRACTICES = {"mlops": "MLOps", "llmops": "LLMOps", "both": "Both"}
_EVIDENCE = {
    "peer-reviewed": "Peer-reviewed",
    "practitioner": "Practitioner report",
    "vendor": "Vendor",
    "press": "Press",
    "court": "Court ruling",
    "official": "Official report",
}


class Case(BaseModel):
    """What one organization did, and what came of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organization: Text
    industry: Text
    practice: Literal["mlops", "llmops", "both"]
    task: Text
    pattern: Text
    result: Text
    """One sentence with its number and condition, without a citation."""
    outcome: Literal["success", "mixed", "failure"]
    year: Annotated[int, Field(ge=2000)]
    """Of the result."""
    evidence: Literal["peer-reviewed", "practitioner", "vendor", "press", "court", "official"]
    source: Annotated[tuple[Id, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value), Field(min_length=1)]
    """Keys in `sources.yml`."""


class Cases(RootModel[dict[Id, Case]]):
    """Anchor of a row → its case, in the order of the table."""


@lru_cache
def read_cases(docs: Path) -> Mapping[str, Case]:
    """Read and check the cases.

    Raises:
        ValueError: If an entry breaks a rule; the message names the case and the fault.
        OSError: If the file can't be read.
    """
    return read_data(docs / DATA, Cases).root


def cases_table(docs: Path) -> str:
    """Return the table of all cases in Markdown, by organization; each row is an anchor."""
    rows = ["| Organization | Industry | Practice | Task | Pattern | Result | Outcome | Year | Evidence |", "|" + " --- |" * 9]
    for anchor, case in sorted(read_cases(docs).items(), key=lambda entry: (entry[1].organization.lower(), entry[1].year)):
        cells = (
            f"**{case.organization}**{{ #{anchor} }}",
            case.industry.capitalize(),
            _PRACTICES[case.practice],
            _sentence(case.task),
            _sentence(case.pattern),
            f"{case.result.rstrip('.')} [{'; '.join(f'@{key}' for key in case.source)}]",
            case.outcome.capitalize(),
            str(case.year),
            _EVIDENCE[case.evidence],
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
