"""Browser and Python decide alike: generated profiles through docs/assets/advisor.js and chatbot.advisor, in one page."""

import dataclasses
import json
import math
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from chatbot.advisor.engine import assess
from chatbot.advisor.profile import Profile, ProfileRefused, from_fragment, make_profile, to_fragment
from guide.criteria import Criteria, read_criteria

DOCS = Path(__file__).parent.parent / "docs"
CRITERIA = read_criteria(DOCS / "choose" / "criteria.yml")
PROFILES = 520
NAMES = ("Loan scoring", "Fragen der Mitarbeiter, täglich", "100% of e-mails; (drafts)", "要約 'n' !*~", "a" * 80)


def random_profile(dice: random.Random, criteria: Criteria) -> Profile:
    """From nothing known to everything known, in one to three work streams."""
    streams = []
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        known = dice.choice([0, 1, 3, dice.randint(0, len(criteria.criteria)), len(criteria.criteria)])
        asked = dice.sample(criteria.criteria, known)
        streams.append((dice.choice(NAMES), {each.id: dice.choice(each.options).id for each in asked}))
    return make_profile(criteria, streams)


def profiles(criteria: Criteria = CRITERIA) -> list[Profile]:
    dice = random.Random(20261124)
    return [random_profile(dice, criteria) for _ in range(PROFILES)]


def as_js(value: Any) -> Any:
    """A result of Python as the browser writes it: names in camel case, tuples as lists; answers keep their names."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {re.sub(r"_(\w)", lambda found: found[1].upper(), each.name): as_js(getattr(value, each.name)) for each in fields}
    if isinstance(value, Mapping):
        return {name: as_js(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_js(each) for each in value]
    return value


def close(one: Any, other: Any) -> bool:
    """Equal, but for the last digits of numbers: sums may be rounded differently."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    return bool(one == other)


@pytest.fixture(scope="module")
def engine(browser: Browser) -> Iterator[Page]:
    """A blank page with the browser's engine and the criteria."""
    page = browser.new_page()
    page.add_script_tag(path=DOCS / "assets" / "advisor.js")
    page.evaluate("(criteria) => { window.criteria = criteria; }", CRITERIA.model_dump(mode="json"))
    yield page
    page.close()


def advised(engine: Page, criteria: dict[str, Any], generated: list[Profile]) -> list[Any]:
    """What the browser's engine says, as one text: a page hands over large structures slowly."""
    call = "([data, all]) => JSON.stringify(all.map((profile) => guideAdvisor.advise(data, profile)))"
    return list(json.loads(engine.evaluate(call, [criteria, [as_js(each) for each in generated]])))


def test_520_generated_profiles_get_the_same_result_in_python_and_in_the_browser(engine: Page) -> None:
    generated = profiles()
    got = advised(engine, CRITERIA.model_dump(mode="json"), generated)
    expected = [as_js(assess(CRITERIA, each)) for each in generated]
    # as many kinds of results as there are, or the comparison shows little
    assert {each["recommendation"] for each in expected} == {"mlops", "llmops", "both", "neither", None}
    assert {name for each in expected for stream in each["workstreams"] for name in stream["constraints"]} == {
        each.id for each in CRITERIA.constraints
    }
    different = [
        (generated[place], ours, theirs) for place, (ours, theirs) in enumerate(zip(expected, got, strict=True)) if not close(ours, theirs)
    ]
    assert len(got) == PROFILES
    assert different == []


def test_other_weights_and_numbers_are_followed_alike(engine: Page) -> None:
    dice = random.Random(5)
    data = CRITERIA.model_dump(mode="json")
    for criterion in data["criteria"]:
        criterion["weight"] = dice.randint(1, 3)
        for option in criterion["options"]:
            option["scores"] = [dice.randint(-2, 2) for _ in range(3)]
    data["method"] |= {"both": 7, "enough_weight": 1, "prior_weight": 11}
    changed = Criteria.model_validate(data)
    generated = profiles(changed)[:60]
    got = engine.evaluate(
        "([data, all]) => all.map((each) => guideAdvisor.advise(data, each))", [data, [as_js(each) for each in generated]]
    )
    assert all(close(as_js(assess(changed, each)), theirs) for each, theirs in zip(generated, got, strict=True))


def test_links_are_written_and_read_alike(engine: Page) -> None:
    generated = profiles()
    fragments = [to_fragment(CRITERIA, each) for each in generated]
    assert (
        engine.evaluate("(all) => all.map((each) => guideAdvisor.toFragment(criteria, each))", [as_js(each) for each in generated])
        == fragments
    )
    read = engine.evaluate("(all) => all.map((each) => guideAdvisor.fromFragment(criteria, each))", fragments)
    assert read == [as_js(from_fragment(CRITERIA, each)) for each in fragments] == [as_js(each) for each in generated]


@pytest.mark.parametrize(
    ("fragment", "streams"),
    [
        pytest.param("profile=1;Old,z9a0b9", [["Old", {"input": "fields"}]], id="answers to what is no more are left open"),
        pytest.param("profile=1;,a0", [["Work stream 1", {"input": "fields"}]], id="a nameless stream gets a number"),
        pytest.param("profile=1", [], id="no streams"),
        pytest.param("profile=2;A,a0", None, id="another format"),
        pytest.param("profile=1;A,a", None, id="half an answer"),
        pytest.param("profile=1;" + ";".join(["A,a0"] * 9), None, id="too many streams"),
        pytest.param("monitoring", None, id="a heading"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_odd_links_are_read_or_refused_alike(engine: Page, fragment: str, streams: list[Any] | None) -> None:
    got = engine.evaluate("(fragment) => guideAdvisor.fromFragment(criteria, fragment)", fragment)
    assert (got and [[each["name"], each["answers"]] for each in got["workstreams"]]) == streams
    if streams is None:
        with pytest.raises(ProfileRefused):
            from_fragment(CRITERIA, fragment)
    else:
        assert [[each.name, dict(each.answers)] for each in from_fragment(CRITERIA, fragment).workstreams] == streams
