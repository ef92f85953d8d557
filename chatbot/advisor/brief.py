"""A brief of one page for a board: HTML that prints well, with a bar picture as inline SVG. Pure.

Self-contained: no script, no font and no picture from elsewhere. Every text is escaped; nothing of the description is markup.
"""

import datetime
from html import escape

from chatbot.advisor.advice import Advice, Reason, StreamAdvice
from chatbot.advisor.advisor import TITLES

_NAMES = {"mlops": "MLOps", "llmops": "LLMOps", "neither": "Neither"}
_STYLE = """
:root { color-scheme: light; --ink: #1c2733; --soft: #5b6673; --line: #d5dbe1; --bar: #2a6d8c; --range: #b9cfdb; }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); max-width: 52rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }
p { margin: .3rem 0; } ul, ol { margin: .3rem 0; padding-left: 1.2rem; } .soft { color: var(--soft); }
.streams, .lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .5rem 1.75rem; }
h2 span { display: block; font-weight: 400; font-size: .9rem; }
.streams section { border-top: 3px solid var(--bar); } svg { width: 100%; height: auto; }
blockquote { margin: .3rem 0; padding-left: .75rem; border-left: 3px solid var(--line); color: var(--soft); }
footer { border-top: 1px solid var(--line); margin-top: 1.2rem; padding-top: .5rem; font-size: .85rem; color: var(--soft); }
@page { size: A4; margin: 14mm; }
@media print {
  body { font-size: 10.5px; margin: 0; padding: 0; max-width: none; }
  h2 { margin-top: .7rem; break-after: avoid; } section { break-inside: avoid; }
}
"""
_MOST_REASONS = 3


def brief_html(advice: Advice, made: datetime.date) -> str:
    """Return the brief as one HTML page.

    Args:
        advice: What to tell.
        made: The day that stands on it.
    """
    title = f"Recommendation: {TITLES[advice.recommendation]}"
    situation = f"<blockquote>{escape(advice.description)}</blockquote>" if advice.description else ""
    sure = f"Confidence {advice.confidence:.2f}, robustness {advice.robustness}%. " if advice.recommendation else ""
    questions = [f"{each.workstream}: {each.question}" for each in advice.questions]
    flips = [f"{each.workstream}: {each.instead} → {TITLES[each.result]}" for each in advice.flips[:_MOST_REASONS]]
    parts = [
        f"<h1>{escape(title)}</h1><p>{sure}{escape(advice.summary)}</p>{situation}",
        f'<div class="streams">{"".join(map(_stream, advice.workstreams))}</div>',
        '<div class="lists">',
        _listed("What would reverse it", flips),
        _listed("What is not known and matters most", questions),
        _listed("Risks", [each.text for each in advice.risks]),
        _listed("First steps", [each.text for each in advice.next_steps], tag="ol"),
        "</div>",
        _listed("Limits", [*advice.notes, *advice.limits]),
    ]
    shown = {each.citation for stream in advice.workstreams for each in _shown(stream)}
    shown |= {each.citation for stream in advice.workstreams for each in stream.constraints}
    sources = "; ".join(f"{each.number} {each.title} › {each.heading}" for each in advice.citations if each.number in shown)
    foot = f"{made.isoformat()} · criteria version {advice.criteria_version} · sources in the guide: {sources}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}<footer>{escape(foot)}</footer></body></html>\n"
    )


def bars_svg(stream: StreamAdvice) -> str:
    """Return a stream's three scores as bars from -100 to 100, each over the range that unknown answers leave open."""
    label = ", ".join(f"{_NAMES[name]} {each['score']}, from {each['low']} to {each['high']}" for name, each in stream.scores.items())
    rows = []
    for row, (name, each) in enumerate(stream.scores.items()):
        y = 6 + row * 24
        low, high, zero, end = (_x(value) for value in (each["low"], each["high"], 0, each["score"]))
        rows.append(
            f'<text x="0" y="{y + 12}" font-size="11" fill="#1c2733">{_NAMES[name]}</text>'
            f'<rect x="{low}" y="{y + 6}" width="{max(1, high - low)}" height="4" fill="#b9cfdb"/>'
            f'<rect x="{min(zero, end)}" y="{y + 2}" width="{max(1, abs(end - zero))}" height="12" fill="#2a6d8c"/>'
            f'<text x="292" y="{y + 12}" font-size="11" text-anchor="end" fill="#1c2733">{str(each["score"]).replace("-", "−")}</text>'
        )
    axis = f'<line x1="{_x(0)}" y1="2" x2="{_x(0)}" y2="76" stroke="#5b6673" stroke-dasharray="2 2"/>'
    return f'<svg viewBox="0 0 300 80" role="img" aria-label="{escape(label)}">{axis}{"".join(rows)}</svg>'


def _x(value: int) -> int:
    """Where a score from -100 to 100 stands."""
    return 60 + value + 100


def _stream(stream: StreamAdvice) -> str:
    told = "".join(f"<li>{'' if each.points > 0 else 'Against: '}{escape(each.text)}{_mark(each.citation)}</li>" for each in _shown(stream))
    stops = "".join(f"<li>Constraint: {escape(each.text)}{_mark(each.citation)}</li>" for each in stream.constraints)
    runner_up = f' <span class="soft">runner-up {TITLES[stream.runner_up]}</span>' if stream.runner_up else ""
    heading = f"<h2>{escape(stream.name)}: {TITLES[stream.recommendation]}{runner_up}</h2>"
    return f"<section>{heading}{bars_svg(stream)}<ul>{told}{stops}</ul></section>"


def _shown(stream: StreamAdvice) -> list[Reason]:
    """The reasons that a brief has room for."""
    return [*stream.reasons_for[:_MOST_REASONS], *stream.reasons_against[:1]]


def _listed(title: str, entries: list[str], tag: str = "ul") -> str:
    if not entries:
        return ""
    return f"<section><h2>{escape(title)}</h2><{tag}>{''.join(f'<li>{escape(each)}</li>' for each in entries)}</{tag}></section>"


def _mark(number: int | None) -> str:
    return f' <span class="soft">[{number}]</span>' if number else ""
