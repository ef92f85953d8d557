"""The self-assessment as a custom lens of the AWS Well-Architected Tool. Pure.

Format: AWS Well-Architected Tool User Guide, "Lens format specification", schema 2021-11-01, and the lengths of its API
reference, which are the shorter ones. The tool counts risks for each pillar, so the two lenses stay apart.
"""

from typing import Any

from guide.maturity import LENSES, Check, Lens, Maturity, plain

SCHEMA = "2021-11-01"


def custom_lens(maturity: Maturity, *, site_url: str = "") -> dict[str, Any]:
    """Return the lens as JSON-ready data.

    Args:
        maturity: The self-assessment.
        site_url: Where the guide is published, if anywhere; without it, choices name sections but don't link to them.
    """
    return {
        "schemaVersion": SCHEMA,
        "name": "MLOps and LLMOps maturity",
        "description": "Self-assessment of the operation of predictive models (MLOps) and of generative applications (LLMOps). Answer "
        "with evidence: choose a practice only if you can link to it. The two pillars are two separate results; do not add them up. "
        f"Version {maturity.version} of the checks.",
        "pillars": [_pillar(maturity, lens, site_url) for lens in LENSES],
    }


def _pillar(maturity: Maturity, lens: Lens, site_url: str) -> dict[str, Any]:
    checks = maturity.of(lens)
    questions = [
        _question(
            f"{lens}_level_{level.level}",
            f"{maturity.lenses[lens]}, level {level.level}: is the practice {level.name.lower()}?",
            f"Checks that separate level {level.level} from level {level.level - 1} of the guide's scale.",
            [check for check in checks if check.level == level.level],
            # the highest level is no duty: most use cases are well served below it
            worst="MEDIUM_RISK" if level == maturity.levels[-1] else "HIGH_RISK",
            site_url=site_url,
        )
        for level in maturity.levels[1:]
    ]
    further = [check for check in checks if check.level is None]
    if further:
        questions.append(
            _question(
                f"{lens}_published",
                f"{maturity.lenses[lens]}: which further practices of published maturity models are in place?",
                "Asked only to place you in the models of Microsoft and Google; they are no part of the guide's own scale.",
                further,
                worst="MEDIUM_RISK",
                site_url=site_url,
            )
        )
    return {"id": f"{lens}_lens", "name": maturity.lenses[lens], "questions": questions}


def _question(name: str, title: str, description: str, checks: list[Check], *, worst: str, site_url: str) -> dict[str, Any]:
    ids = [_id(name, check) for check in checks]
    rules = [{"condition": " && ".join(ids), "risk": "NO_RISK"}, {"condition": "default", "risk": worst}]
    if worst == "HIGH_RISK" and len(ids) > 1:
        rules.insert(1, {"condition": " || ".join(ids), "risk": "MEDIUM_RISK"})
    none = {"id": f"{name}_no", "title": "None of these", "helpfulResource": {"displayText": "Choose this if no practice has evidence."}}
    choices = [_choice(_id(name, check), check, site_url) for check in checks]
    return {"id": name, "title": title, "description": description, "choices": [*choices, none], "riskRules": rules}


def _choice(name: str, check: Check, site_url: str) -> dict[str, Any]:
    link = {"url": f"{site_url.rstrip('/')}/{check.section}"} if site_url else {}
    return {
        "id": name,
        "title": plain(check.text),
        "helpfulResource": {"displayText": f"The guide explains this at {check.section}.", **link},
        "improvementPlan": {"displayText": check.improve, **link},
    }


def _id(question: str, check: Check) -> str:
    # a check of both lenses is two choices
    return f"{question.partition('_')[0]}_{check.id.replace('-', '_')}"
