"""Advice as Markdown, for the terminal and the chat. Pure; JSON is `Advice.to_dict`."""

from chatbot.advisor.advice import Advice, StreamAdvice
from chatbot.advisor.advisor import TITLES
from chatbot.advisor.record import Record, Review
from chatbot.render import escaped


def advice_markdown(advice: Advice) -> str:
    """Return the whole advice as Markdown, with numbered sources at the end."""
    sure = f", confidence {advice.confidence:.2f}, robustness {advice.robustness}%" if advice.recommendation else ""
    lines = [f"## Recommendation: {TITLES[advice.recommendation]}{sure}", "", escaped(advice.summary), ""]
    lines += [f"*{escaped(note)}*\n" for note in advice.notes]
    for stream in advice.workstreams:
        lines += _stream(stream)
    if advice.questions:
        lines += ["### What would change it most to know", ""]
        for question in advice.questions:
            leads = sorted({TITLES[option["leads_to"]] for option in question.options})
            lines.append(f"- **{escaped(question.workstream)}**: {escaped(question.question)} (could lead to {', '.join(leads)})")
        lines.append("")
    if advice.flips:
        lines += ["### Which single answer would reverse it", ""]
        for flip in advice.flips:
            overall = f", overall {TITLES[flip.overall]}" if flip.overall != advice.recommendation else ""
            steps = f"{flip.steps} step{'s' if flip.steps > 1 else ''}"
            moved = f"“{escaped(flip.instead)}” instead of “{escaped(flip.given)}” ({steps})"
            lines.append(f"- **{escaped(flip.workstream)}**, {escaped(flip.name.lower())}: {moved} → {TITLES[flip.result]}{overall}")
        lines.append("")
    for title, entries in (("Risks", advice.risks), ("First steps", advice.next_steps), ("Read", advice.read)):
        if entries:
            lines += [f"### {title}", "", *(f"- {escaped(each.text)}{_mark(each.citation)}" for each in entries), ""]
    lines += ["### Limits", "", *(f"- {escaped(each)}" for each in advice.limits), ""]
    if advice.citations:
        lines += ["### Sources", ""]
        lines += [f"{each.number}. {escaped(each.title)} › {escaped(each.heading)}: `{each.address}`" for each in advice.citations]
    return "\n".join(lines).strip()


def _stream(stream: StreamAdvice) -> list[str]:
    runner_up = f"; runner-up {TITLES[stream.runner_up]}" if stream.runner_up else ""
    lines = [f"### {escaped(stream.name)}: {TITLES[stream.recommendation]}{runner_up}", ""]
    lines += ["| | Score | Range |", "| --- | --- | --- |"]
    names = {"mlops": "MLOps", "llmops": "LLMOps", "neither": "Neither"}
    lines += [f"| {names[name]} | {each['score']} | {each['low']} to {each['high']} |" for name, each in stream.scores.items()] + [""]
    for sign, reasons in (("For", stream.reasons_for), ("Against", stream.reasons_against)):
        for each in reasons:
            words = f", from “{escaped(each.words)}”" if each.words else ""
            lines.append(f"- {sign}: {escaped(each.text)} ({each.points:+d}){_mark(each.citation)}{words}")
    lines += [f"- Constraint: {escaped(each.text)}{_mark(each.citation)}" for each in stream.constraints]
    return [*lines, ""]


def record_markdown(record: Record) -> str:
    """Return a record as an architecture decision record in Markdown."""
    lines = [
        f"# Decision record: {TITLES[record.recommendation]}",
        "",
        f"Made {record.made}; to be reviewed by {record.review_by}. Criteria version {record.criteria_version}.",
        "",
        "## Situation",
        "",
        *([f"> {escaped(record.description)}", ""] if record.description else []),
        "| Work stream | Question | Answer | Weight | MLOps, LLMOps, neither |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in record.inputs:
        numbers = ", ".join(map(str, each.scores))
        lines.append(f"| {escaped(each.workstream)} | {escaped(each.question)} | {escaped(each.text)} | {each.weight} | {numbers} |")
    sure = f"confidence {record.confidence:.2f}, robustness {record.robustness}%"
    lines += [
        "",
        "## Decision",
        "",
        f"**{TITLES[record.recommendation]}**, {sure}. {escaped(record.summary)}",
        "",
        "## Alternatives rejected",
        "",
    ]
    for stream in record.workstreams:
        runner_up = f" (runner-up: {TITLES[stream.runner_up]})" if stream.runner_up else ""
        lines += [f"**{escaped(stream.name)}**: {TITLES[stream.recommendation]}{runner_up}", ""]
        lines += [f"- Not {TITLES[other.recommendation]}: {escaped('; '.join(other.reasons))}" for other in stream.rejected] + [""]
    lines += ["## Assumptions and limits", "", *(f"- {escaped(each)}" for each in record.assumptions), "", "## Passages of the guide", ""]
    for passage in record.passages:
        lines += [f"- {escaped(passage.title)} › {escaped(passage.heading)} (`{passage.address}`)", f"  > {escaped(passage.quote)}"]
        lines += ["", f"  SHA-256 `{passage.sha256}`"]
    return "\n".join(lines) + f"\n\nOpen again: `{record.link}`\n"


def review_markdown(review: Review) -> str:
    """Return a review as Markdown."""
    then, now = TITLES[review.record.recommendation], TITLES[review.now.recommendation]
    verdict = (
        f"The decision of {review.record.made} still stands: {now}."
        if review.stands
        else f"The decision no longer stands: {then} then, {now} now."
    )
    lines = [f"**{verdict}**", ""]
    if review.overdue:
        lines += [f"Its review was due by {review.record.review_by}.", ""]
    for title, changes, none in (
        ("Criteria", review.criteria_changes, "No criterion that it used has changed."),
        ("Passages", review.passage_changes, "No passage that it cites has changed."),
    ):
        lines += [f"### {title}", "", *([f"- {escaped(each)}" for each in changes] or [none]), ""]
    return "\n".join(lines).strip()


def _mark(number: int | None) -> str:
    return rf" \[{number}\]" if number else ""
