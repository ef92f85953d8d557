"""The arithmetic of the pages' examples, worked out again. Pure apart from reading `docs/examples.yml`.

Two checks for guide.lint: every equation of bare numbers in a page ("0.4 + 0.025 × 299 = 7.9"), and the worked examples of
`examples.yml`, which give a page's inputs, the steps, and the figures that the page must show.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel

from guide.criteria import Text
from guide.data_files import read_data

DATA = Path("examples.yml")
"""Below `docs`."""

_NUMBER = r"\$?\d[\d,]*(?:\.\d+)?(?:%|²)?"
_EQUATION = re.compile(
    rf"(?<![\w.,$)])((?:\(*{_NUMBER}\)*\s*[×+−/*^-]\s*)+\(*{_NUMBER}\)*)\s*=\s*({_NUMBER})"
    r"(?!\s*[×+−/*^(]|[\w-])(?: (million|billion|KiB|GiB|TiB))?"
)
_SHOWN = re.compile(r"[-−]?\$?\d[\d,]*(?:\.\d+)?%?")
_SCALES = {"million": 1e6, "billion": 1e9, "KiB": 2**10, "GiB": 2**30, "TiB": 2**40}
_OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"sqrt": math.sqrt, "ln": math.log, "ceil": math.ceil, "floor": math.floor}


class Example(BaseModel):
    """A calculation that a page shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: Text
    """Markdown file below `docs`."""
    title: Text
    given: dict[str, float]
    """Inputs by name, as the page has them."""
    steps: dict[str, str] = Field(default_factory=dict)
    """Name → expression over what is known by then: numbers, names, + - * / **, sqrt, ln, ceil, floor."""
    says: dict[str, str] = Field(min_length=1)
    """What the page says, with one number first in it → the expression whose value that number is, rounded as it is shown."""


class Examples(RootModel[tuple[Example, ...]]):
    """Every worked example."""


@lru_cache
def read_examples(docs: Path) -> tuple[Example, ...]:
    """Read and check the worked examples; none if there is no file.

    Raises:
        ValueError: If an entry breaks a rule; the message names its place and the fault.
    """
    return read_data(docs / DATA, Examples).root if (docs / DATA).is_file() else ()


def wrong_equations(line: str) -> Iterator[str]:
    """Yield the equations of bare numbers in a line of Markdown whose two sides differ by more than rounding."""
    for found in _EQUATION.finditer(line):
        try:
            value = evaluate(_as_expression(found[1]), {}) / _SCALES.get(found[3] or "", 1)
        except (ValueError, SyntaxError, ZeroDivisionError):
            continue  # a date, a range or a version
        if not agrees(found[2], value):
            yield f"'{found[0]}' is {value:,.6g}"


def wrong_figures(example: Example, text: str) -> Iterator[str]:
    """Yield what a page's text lacks or has otherwise than the example's steps work out.

    Raises:
        ValueError: If an expression can't be evaluated.
    """
    known = dict(example.given)
    for name, expression in example.steps.items():
        known[name] = evaluate(expression, known)
    for said, expression in example.says.items():
        value = evaluate(expression, known)
        shown = _SHOWN.search(said)
        if said not in text:
            yield f"example '{example.title}': the page lacks '{said}' ({value:,.6g})"
        elif shown is None or not agrees(shown[0], value):
            yield f"example '{example.title}': '{said}' should be {value:,.6g}"


def agrees(shown: str, value: float) -> bool:
    """Say whether a number as it is shown ("$1,200", "12.5%", "−3") is the value, rounded to the digits shown."""
    bare = shown.replace("$", "").replace(",", "").replace("−", "-").rstrip("%²")
    scale = 100 if "%" in shown else 1
    digits = len(bare.partition(".")[2])
    return abs(float(bare) - value * scale) <= 0.5 / 10.0**digits * (1 + 1e-9)


def evaluate(expression: str, known: Mapping[str, float]) -> float:
    """Return the value of an arithmetic expression.

    Raises:
        ValueError: If it holds anything but numbers, known names, arithmetic and the functions above.
    """
    try:
        return _value(ast.parse(expression, mode="eval").body, known)
    except SyntaxError as error:
        raise ValueError(f"'{expression}' is no arithmetic") from error


def _value(node: ast.expr, known: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, known), _value(right, known))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, known))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            return float(_FUNCTIONS[name](_value(argument, known)))
    raise ValueError(f"'{ast.unparse(node)}' is no arithmetic over {', '.join(known) or 'numbers'}")


def _as_expression(side: str) -> str:
    text = re.sub(r"(\d[\d,]*(?:\.\d+)?)%", r"(\1/100)", side.replace("$", ""))
    for shown, meant in (("×", "*"), ("−", "-"), ("^", "**"), ("²", "**2")):
        text = text.replace(shown, meant)
    return re.sub(r"\s|(?<=\d),(?=\d{3})", "", text)
