"""A picture of advice: for each work stream, how well MLOps, LLMOps and neither fit, with the range of what is unknown. Pure.

SVG made by an XML library, so names of work streams are text whatever they hold. Colors alone say nothing: every bar
has its name and figures beside it.
"""

import xml.etree.ElementTree as ET

from chatbot.advisor.advice import Advice, StreamAdvice

NAMES = {"mlops": "MLOps", "llmops": "LLMOps", "neither": "Neither"}
_COLORS = {"mlops": "#2a86b8", "llmops": "#c76a1d", "neither": "#7d8b97"}
_WIDTH, _LINE, _HEAD, _GAP = 420, 40, 26, 18


def chart_svg(advice: Advice) -> str:
    """Return the picture; it takes its text color and its width from where it is put."""
    height = len(advice.workstreams) * (_HEAD + len(NAMES) * _LINE + _GAP)
    look = "width:100%;max-width:36rem;height:auto;font-family:inherit"
    svg = ET.Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {max(height, 1)}", "role": "img", "style": look}
    )
    ET.SubElement(svg, "title").text = "How well each practice fits each work stream"
    ET.SubElement(svg, "desc").text = " ".join(_in_words(stream) for stream in advice.workstreams)
    top = 0
    for stream in advice.workstreams:
        _text(svg, 0, top + 16, stream.name if len(stream.name) <= _WIDTH // 9 else f"{stream.name[: _WIDTH // 9]}…", weight="bold")
        for place, practice in enumerate(NAMES):
            _bar(svg, top + _HEAD + place * _LINE, practice, stream.scores[practice])
        top += _HEAD + len(NAMES) * _LINE + _GAP
    return ET.tostring(svg, encoding="unicode")


def _range(score: dict[str, int]) -> str:
    known, low, high = (str(score[name]).replace("-", "−") for name in ("score", "low", "high"))
    return known if low == high else f"{known} (from {low} to {high})"


def _in_words(stream: StreamAdvice) -> str:
    return f"{stream.name}: " + ", ".join(f"{name} {_range(stream.scores[practice])}" for practice, name in NAMES.items()) + "."


def _bar(svg: ET.Element, top: int, practice: str, score: dict[str, int]) -> None:
    _text(svg, 0, top + 13, NAMES[practice])
    _text(svg, _WIDTH, top + 13, _range(score), anchor="end")
    track = top + 20
    _rect(svg, 0, track, _WIDTH, 10, {"fill": "currentColor", "fill-opacity": "0.1"})
    low, known, high = (_x(score[name]) for name in ("low", "score", "high"))
    _rect(svg, low, track, max(high - low, 1), 10, {"fill": _COLORS[practice], "fill-opacity": "0.35"})
    middle = _x(0)
    _rect(svg, min(middle, known), track + 2, max(abs(known - middle), 2), 6, {"fill": _COLORS[practice]})
    _rect(svg, middle - 0.5, track - 2, 1, 14, {"fill": "currentColor", "fill-opacity": "0.6"})


def _x(value: float) -> float:
    return round((value + 100) / 200 * _WIDTH, 1)


def _rect(svg: ET.Element, x: float, y: float, width: float, height: float, look: dict[str, str]) -> None:
    ET.SubElement(svg, "rect", {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}", **look})


def _text(svg: ET.Element, x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal") -> None:
    look = {"x": f"{x:g}", "y": f"{y:g}", "font-size": "14", "font-weight": weight, "text-anchor": anchor, "fill": "currentColor"}
    ET.SubElement(svg, "text", look).text = words
