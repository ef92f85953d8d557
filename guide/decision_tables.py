"""The pages' tables of the decision, in Markdown. Pure; guide.generated writes them into the pages."""

from guide.criteria import Criteria, Criterion


def table(criteria: Criteria, group: str) -> str:
    """Return the decision guide's table of one group of criteria.

    Raises:
        KeyError: If there is no such group.
    """
    rows = [each for each in criteria.criteria if each.group == group]
    if not rows:
        raise KeyError(group)
    lines = [f"| {each.name} | {each.weight} | {each.mlops} | {each.llmops} |" for each in rows]
    return "\n".join(["| Criterion | Weight | MLOps | LLMOps |", "| --- | --- | --- | --- |", *lines])


def options(criteria: Criteria, criterion: Criterion) -> str:
    """Return the assessment's table of one criterion: each option and its points, weight times number."""
    number = criteria.ten.index(criterion.id) + 1
    lines = [
        f"| {number}{letter}. {option.text} | " + " | ".join(_signed(criterion.weight * each) for each in option.scores) + " |"
        for letter, option in zip("ABCDEFGHIJ", criterion.options, strict=False)
    ]
    return "\n".join(["| Option | MLOps | LLMOps | Neither |", "| --- | --- | --- | --- |", *lines])


def _signed(points: int) -> str:
    return str(points).replace("-", "−")
