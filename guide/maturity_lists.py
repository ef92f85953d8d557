"""The maturity page's lists and tables, in Markdown, from `docs/operate/maturity.yml`. Pure; guide.generated writes them into the page."""

from guide.maturity import LENSES, Check, Maturity, PublishedModel


def checks(maturity: Maturity, level: int | None) -> str:
    """Return the checks of one level as a task list, each with whom it concerns; none stands for the further ones."""
    return "\n".join(
        f"- [ ] {check.text.removesuffix('.')} ({_whose(maturity, check)})." for check in maturity.checks if check.level == level
    )


def mapping(maturity: Maturity) -> str:
    """Return a table of the published levels and the checks that each asks for beyond the level below."""
    rows = ["| Published level | Checks beyond the level below |", "| --- | --- |"]
    for model in maturity.models:
        rows += [f"| {model.name}: {level.level} {level.name} | {_asked(maturity, model, level.checks)} |" for level in model.levels]
    return "\n".join(rows)


def next_steps(maturity: Maturity) -> str:
    """Return a table of the next investment at each level but the highest."""
    rows = [
        f"| {level.level} {level.name.lower()} | " + " | ".join(level.next[lens] for lens in LENSES) + " |"
        for level in maturity.levels[:-1]
    ]
    heads = " | ".join(f"Next investment in {maturity.lenses[lens]}" for lens in LENSES)
    return "\n".join([f"| Level today | {heads} |", "| --- | --- | --- |", *rows])


def _whose(maturity: Maturity, check: Check) -> str:
    return "both" if len(check.lenses) > 1 else maturity.lenses[check.lenses[0]]


def _asked(maturity: Maturity, model: PublishedModel, names: tuple[str, ...]) -> str:
    if not names:
        return "None"
    told = {check.id: check.name for check in maturity.checks}
    listed = "; ".join(told[name] for name in names)
    return f"{listed[0].upper()}{listed[1:]} [@{model.source}; @synthesis]"
