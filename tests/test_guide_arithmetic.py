"""The arithmetic of examples: worked out again, and a wrong figure is named."""

from pathlib import Path

import pytest

from guide.arithmetic import Example, agrees, evaluate, read_examples, wrong_equations, wrong_figures
from tests.conftest import ROOT

BREAK_EVEN = Example(
    page="cost.md",
    title="break-even",
    given={"gpus": 2, "hours": 730, "price": 2.5, "staff": 6000, "api": 0.00145},
    steps={"fixed": "gpus * hours * price + staff", "requests": "fixed / api"},
    says={"$9,650 a month": "fixed", "6.66 million requests": "requests / 1e6"},
)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param("The last word comes after 0.4 + 0.025 × 299 = 7.9 s.", [], id="right after rounding"),
        pytest.param("$8,000 / 10,000 = $0.80 a task, and 40% × 50% = 20%.", [], id="dollars and shares"),
        pytest.param("It costs 25 × 0.05 = 1.5 alarms.", ["'25 × 0.05 = 1.5' is 1.25"], id="wrong"),
        pytest.param("From 2026-10-30 on, see §4.2 = nothing; n = 3.", [], id="no equation"),
        pytest.param("$10,500 / $0.00145 = 7.24 million requests", [], id="a scale in words"),
        pytest.param("Over 2 / 0 = 1 nobody worries.", [], id="no value"),
    ],
)
def test_an_equation_whose_sides_differ_is_named(line: str, wrong: list[str]) -> None:
    assert list(wrong_equations(line)) == wrong


@pytest.mark.parametrize(
    ("shown", "value", "right"),
    [
        ("$1,200", 1200.4, True),
        ("$1,200", 1200.6, False),
        ("12.5%", 0.1251, True),
        ("−3", -3.2, True),
        ("7.24", 7.2449, True),
        ("7.24", 7.25, False),
    ],
)
def test_a_figure_is_right_when_it_is_the_value_rounded_as_shown(shown: str, value: float, right: bool) -> None:
    assert agrees(shown, value) is right


def test_an_example_that_works_out_is_no_problem() -> None:
    assert list(wrong_figures(BREAK_EVEN, "That is $9,650 a month, so 6.66 million requests.")) == []


def test_a_figure_that_the_page_lacks_or_has_otherwise_is_named() -> None:
    changed = BREAK_EVEN.model_copy(update={"given": BREAK_EVEN.given | {"staff": 7000}})
    assert list(wrong_figures(changed, "That is $9,650 a month.")) == [
        "example 'break-even': '$9,650 a month' should be 10,650",
        "example 'break-even': the page lacks '6.66 million requests' (7.34483)",
    ]


@pytest.mark.parametrize("expression", ["__import__('os')", "a.b", "open(x)", "[1]", "x", "1 +"])
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="no arithmetic"):
        evaluate(expression, {"a": 1.0})


def test_the_guide_works_out_its_break_even_its_judges_its_tokens_and_its_samples() -> None:
    examples = read_examples(ROOT / "docs")
    assert len(examples) >= 12
    for example in examples:
        assert list(wrong_figures(example, Path(ROOT / "docs" / example.page).read_text("utf-8"))) == []
    titles = " ".join(example.title for example in examples)
    assert all(subject in titles for subject in ("break-even", "judge", "token", "sample"))
