"""The calculators: the guide's worked examples, the same numbers in the browser, and the forms as a reader meets them."""

import dataclasses
import json
import math
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from chatbot.calculators import (
    Inference,
    Memory,
    Serving,
    Z,
    cost_per_million_tokens,
    inference_cost,
    margin_of,
    memory_need,
    psi,
    sample_size,
    serving_cost,
)

DOCS = Path(__file__).parent.parent / "docs"

BASE = Inference(
    requests=1_000_000,
    input_tokens=2000,
    output_tokens=300,
    input_price=0.5,
    output_price=1.5,
    cached_share=0,
    cached_price=0.1,
    batch_share=0,
    batch_discount=0.5,
    gpus=2,
    gpu_hours=730,
    gpu_price=2.5,
    staff=6000,
    other=850,
    tokens_per_second=1500,
    prompt_tokens_per_second=20_000,
    peak=5,
)
LARGE = Memory(
    parameters=70,
    bytes_per_parameter=1,
    overhead=0.2,
    layers=80,
    kv_heads=8,
    head_size=128,
    bytes_per_value=2,
    tokens=4096,
    sequences=24,
    gpu_memory=80,
)
CHURN = Serving(predictions=2_000_000, price_per_million=75, data=3000, training=200, servers=0, monitoring=400, staff=7000)


def with_(base: Any, **changes: float) -> Any:
    return dataclasses.replace(base, **changes)


# The worked examples of the facts and of docs/choose/api-or-self-hosted.md, cost.md, decision-guide.md and of llmops/inference-cost.md


@pytest.mark.parametrize(
    ("changes", "per_request", "break_even"),
    [
        pytest.param({}, 0.00145, 7.24e6, id="base case"),
        pytest.param({"staff": 0}, 0.00145, 3.1e6, id="staff left out"),
        pytest.param({"cached_share": 0.75}, 0.000775, 13.5e6, id="three quarters of the input cached"),
        pytest.param({"input_price": 2.5, "output_price": 10}, 0.008, 1.31e6, id="dearer model"),
        pytest.param({"input_price": 0.1, "output_price": 0.4}, 0.00032, 32.8e6, id="cheaper model"),
        pytest.param({"gpus": 3}, 0.00145, 8.5e6, id="three GPUs"),
        pytest.param({"batch_share": 1}, 0.000725, 14.5e6, id="everything by batch"),
        pytest.param({"output_tokens": 150}, 0.001225, 8.57e6, id="half the output"),
    ],
)
def test_api_and_own_gpus_break_even_where_the_guide_says(changes: dict[str, float], per_request: float, break_even: float) -> None:
    cost = inference_cost(with_(BASE, **changes))
    assert cost.per_request == pytest.approx(per_request)
    assert cost.break_even == pytest.approx(break_even, rel=0.005)


def test_the_base_case_costs_what_the_guide_says() -> None:
    cost = inference_cost(BASE)
    assert (cost.fixed, cost.api, cost.cheaper) == (10_500, 1450, "api")
    assert cost.break_even_per_second == pytest.approx(2.8, abs=0.05)


def test_the_break_even_that_survives_the_peak_needs_ten_gpus() -> None:
    cost = inference_cost(BASE)
    assert cost.break_even_gpus == 10
    assert cost.break_even_at_peak == pytest.approx(17.31e6, rel=0.001)
    for gpus, busy in ((2, 4.13), (4, 5.57), (9, 9.16), (10, 9.88)):  # the table of "Does break-even capacity survive the peak?"
        even = inference_cost(with_(BASE, gpus=gpus)).break_even_per_second
        assert even is not None
        assert even * 5 * (2000 / 20_000 + 300 / 1500) == pytest.approx(busy, rel=0.002)


def test_counting_only_the_written_tokens_flatters_own_gpus() -> None:
    cost = inference_cost(with_(BASE, prompt_tokens_per_second=1e12))
    assert (cost.break_even_gpus, cost.break_even_at_peak) == (4, pytest.approx(9.76e6, rel=0.001))


def test_a_cached_prompt_is_not_read_again() -> None:
    assert inference_cost(with_(BASE, requests=1e7, cached_share=1)).gpus_at_peak == 4
    assert inference_cost(with_(BASE, requests=1e7)).gpus_at_peak == 6
    assert inference_cost(with_(BASE, prompt_tokens_per_second=0)).own is None


def test_a_price_below_the_gpus_own_never_breaks_even_at_the_peak() -> None:
    cost = inference_cost(with_(BASE, input_price=0.1, output_price=0.4))
    assert (cost.break_even_gpus, cost.break_even_at_peak) == (None, None)


def test_the_gpus_at_the_break_even_carry_its_peak_and_one_less_does_not() -> None:
    for seed in range(300):
        month = random_inference(random.Random(seed))
        cost = inference_cost(month)
        if cost.break_even_at_peak is None or cost.break_even_gpus is None:
            continue
        read = month.input_tokens * (1 - month.cached_share) / (month.prompt_tokens_per_second or 1)
        busy = (read + month.output_tokens / (month.tokens_per_second or 1)) * month.peak / (730 * 3600)
        assert cost.break_even_at_peak * busy <= cost.break_even_gpus * (1 + 1e-9), month
        if cost.break_even_gpus > month.gpus:
            fewer = inference_cost(with_(month, gpus=cost.break_even_gpus - 1))
            assert fewer.break_even is not None
            assert fewer.break_even * busy > (cost.break_even_gpus - 1) * (1 - 1e-9)


def test_six_calls_a_conversation_cost_435_dollars() -> None:
    assert inference_cost(with_(BASE, requests=50_000 * 6)).api == pytest.approx(435)


def test_fraud_scoring_by_a_language_model_costs_8600_dollars() -> None:
    assert inference_cost(with_(BASE, requests=20_000_000, input_tokens=800, output_tokens=20)).api == pytest.approx(8600)


def test_free_calls_never_break_even() -> None:
    cost = inference_cost(with_(BASE, input_price=0, output_price=0))
    assert (cost.break_even, cost.break_even_gpus, cost.cheaper) == (None, None, "api")


@pytest.mark.parametrize(("utilization", "dollars"), [(1, 0.46), (0.2, 2.31)], ids=["full load", "one fifth"])
def test_a_gpu_hour_becomes_a_price_per_million_tokens(utilization: float, dollars: float) -> None:
    assert cost_per_million_tokens(2.5, 1500, utilization) == pytest.approx(dollars, abs=0.005)
    with pytest.raises(ValueError, match="above 0"):
        cost_per_million_tokens(2.5, 1500, 0)


def test_a_churn_model_costs_10750_dollars_of_which_serving_is_150() -> None:
    cost = serving_cost(CHURN)
    assert (cost.month, cost.variable, cost.fixed) == (10_750, 150, 10_600)
    assert cost.average == pytest.approx(0.0054, abs=0.00005)
    assert cost.marginal == 0.000075
    assert serving_cost(with_(CHURN, predictions=0)).average is None


@pytest.mark.parametrize(
    ("rate", "margin", "answers"),
    [(0.05, 0.05, 73), (0.05, 0.02, 456), (0.05, 0.01, 1825), (0.2, 0.05, 246), (0.01, 0.01, 380)],
)
def test_sample_sizes_are_those_of_the_guides_table(rate: float, margin: float, answers: int) -> None:
    assert sample_size(rate, margin).exact == pytest.approx(answers, abs=0.6)


def test_a_sample_is_rounded_up_and_fifty_answers_leave_six_points() -> None:
    size = sample_size(0.05, 0.02)
    assert (size.answers, size.expected) == (457, pytest.approx(22.85))
    assert margin_of(50, 0.05) == pytest.approx(0.06, abs=0.001)
    assert margin_of(size.answers, 0.05) <= 0.02 < margin_of(size.answers - 1, 0.05)
    assert size.answers * 3 * 0.6 == pytest.approx(821, rel=0.005)


def test_psi_of_the_guides_example_is_0_228_and_symmetric() -> None:
    index = psi([25, 25, 25, 25], [40, 30, 20, 10])
    assert [round(part, 4) for part in index.contributions] == [0.0705, 0.0091, 0.0112, 0.1374]
    assert (round(index.total, 3), index.reading) == (0.228, "watch")
    assert psi([0.4, 0.3, 0.2, 0.1], [0.25] * 4).total == pytest.approx(index.total)
    assert psi([1, 1], [1, 1]).reading == "stable"
    assert psi([1, 1], [1, 0]).reading == "act"


def test_memory_is_that_of_the_guides_examples() -> None:
    need = memory_need(LARGE)
    assert (need.cache_bytes_per_token, need.cache_gib_per_sequence) == (327_680, 1.25)
    assert need.cache * 1e9 == pytest.approx(30 * 2**30)
    assert (need.weights, need.gpus) == (70, 2)
    small = memory_need(with_(LARGE, layers=32, tokens=8192, parameters=7, bytes_per_parameter=0.5))
    assert (small.cache_bytes_per_token, small.cache_gib_per_sequence, small.weights) == (131_072, 1, 3.5)
    # LLaMA-13B without grouped-query attention: 40 layers, 40 heads
    many = memory_need(with_(LARGE, layers=40, kv_heads=40, tokens=2048, sequences=1))
    assert (many.cache_bytes_per_token, round(many.cache, 1)) == (819_200, 1.7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: with_(BASE, cached_share=1.5), "cached_share must be at least 0 and at most 1", id="share above 1"),
        pytest.param(lambda: with_(BASE, requests=-1), "requests must be at least 0", id="negative"),
        pytest.param(lambda: with_(BASE, peak=0.5), "peak must be at least 1", id="peak below the average"),
        pytest.param(lambda: with_(CHURN, staff=math.nan), "staff must be", id="not a number"),
        pytest.param(lambda: with_(CHURN, staff=math.inf), "staff must be", id="infinite"),
        pytest.param(lambda: with_(LARGE, gpu_memory=0), "gpu_memory must be above 0", id="GPU without memory"),
        pytest.param(lambda: sample_size(0, 0.02), "rate must be", id="rate 0"),
        pytest.param(lambda: sample_size(0.5, 0), "margin must be", id="margin 0"),
        pytest.param(lambda: sample_size(0.5, 0.1, 97), "confidence must be one of 80", id="confidence without a quantile"),
        pytest.param(lambda: margin_of(0, 0.5), "answers must be", id="no answers"),
        pytest.param(lambda: psi([1, 2], [1]), "same number of bins", id="bins differ"),
        pytest.param(lambda: psi([0, 0], [1, 1]), "at least one bin", id="empty distribution"),
        pytest.param(lambda: psi([1, -1], [1, 1]), "not negative", id="negative bin"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_page_prints_the_examples_that_the_module_computes() -> None:
    page = (DOCS / "choose" / "calculators.md").read_text("utf-8")
    cost = inference_cost(BASE)
    assert cost.break_even is not None
    assert cost.break_even_at_peak is not None
    shown = (
        f"${cost.per_request:.5f} a call",
        f"${cost.fixed:,.0f}",
        f"{cost.break_even / 1e6:.2f} million calls by cost alone",
        f"{cost.break_even_at_peak / 1e6:.2f} million",
        f"{sample_size(0.05, 0.02).exact:.1f}, so {sample_size(0.05, 0.02).answers} answers",
        f"${serving_cost(CHURN).average:.4f} on average",
        f"= {psi([25] * 4, [40, 30, 20, 10]).total:.3f}",
    )
    assert [text for text in shown if text not in page] == []


# The same numbers in the browser


def amount(dice: random.Random, low: float, high: float) -> float:
    """Mostly a value in the range, evenly over its magnitudes; sometimes the least."""
    return low if dice.random() < 0.1 else math.exp(dice.uniform(math.log(max(low, 1e-3)), math.log(high)))


def random_inference(dice: random.Random) -> Inference:
    share = dice.random
    return Inference(
        requests=amount(dice, 0, 1e9),
        input_tokens=amount(dice, 0, 1e5),
        output_tokens=amount(dice, 0, 1e4),
        input_price=amount(dice, 0, 30),
        output_price=amount(dice, 0, 100),
        cached_share=share(),
        cached_price=share(),
        batch_share=dice.choice([0, 1, share()]),
        batch_discount=share(),
        gpus=dice.randint(1, 64),
        gpu_hours=dice.choice([730, dice.uniform(0, 744)]),
        gpu_price=amount(dice, 0, 50),
        staff=amount(dice, 0, 1e5),
        other=amount(dice, 0, 1e4),
        tokens_per_second=amount(dice, 0, 1e5),
        prompt_tokens_per_second=amount(dice, 0, 1e6),
        peak=dice.uniform(1, 20),
    )


def random_serving(dice: random.Random) -> Serving:
    return Serving(amount(dice, 0, 1e10), amount(dice, 0, 1e4), *(amount(dice, 0, 1e5) for _ in range(5)))


def random_memory(dice: random.Random) -> Memory:
    return Memory(
        parameters=amount(dice, 0.1, 2000),
        bytes_per_parameter=dice.choice([0.5, 1, 2]),
        overhead=dice.random(),
        layers=dice.randint(1, 200),
        kv_heads=dice.randint(1, 128),
        head_size=dice.choice([64, 128, 256]),
        bytes_per_value=dice.choice([1, 2]),
        tokens=dice.randint(1, 1_000_000),
        sequences=dice.randint(0, 4096),
        gpu_memory=dice.choice([16, 24, 80, 141.5]),
    )


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def as_js(value: Any) -> dict[str, Any]:
    return {camel(name): part for name, part in dataclasses.asdict(value).items()}


@pytest.fixture
def calculators(served: str, open_page: Callable[..., Page]) -> Page:
    page = open_page(served + "choose/calculators/")
    expect(page.locator(".tool-verdict")).to_have_count(5)
    return page


def test_browser_and_python_give_the_same_numbers(calculators: Page) -> None:
    dice = random.Random(7)
    worlds: list[tuple[str, Callable[[Any], Any], list[Any]]] = [
        ("inference", inference_cost, [BASE, *(random_inference(dice) for _ in range(500))]),
        ("serving", serving_cost, [CHURN, *(random_serving(dice) for _ in range(200))]),
        ("memory", memory_need, [LARGE, *(random_memory(dice) for _ in range(200))]),
    ]
    for name, formula, inputs in worlds:
        got = calculators.evaluate(f"(inputs) => JSON.stringify(inputs.map(guideCalculators.{name}))", [as_js(one) for one in inputs])
        assert json.loads(got, parse_int=float) == [as_js(formula(one)) for one in inputs], name
    samples = [[dice.uniform(0.001, 0.999), dice.uniform(0.001, 0.5), dice.choice(list(Z)), dice.randint(1, 10**6)] for _ in range(200)]
    got = calculators.evaluate(
        "(all) => all.map(([p, e, c, n]) => [guideCalculators.sampleSize(p, e, c), guideCalculators.marginOf(n, p, c)])", samples
    )
    assert got == [[as_js(sample_size(p, e, int(c))), margin_of(int(n), p, int(c))] for p, e, c, n in samples]


def test_browser_and_python_read_the_same_stability(calculators: Page) -> None:
    dice = random.Random(8)
    pairs = []
    for _ in range(200):
        bins = dice.randint(2, 12)
        pairs.append([[dice.choice([0, dice.randint(1, 500)]) for _ in range(bins)] + [1] for _ in range(2)])
    got = calculators.evaluate("(pairs) => pairs.map(([before, after]) => guideCalculators.psi(before, after))", pairs)
    for (before, after), js in zip(pairs, got, strict=True):
        ours = psi(before, after)
        # the logarithm is each platform's own, so its last digit may differ
        assert js["contributions"] == pytest.approx(ours.contributions, rel=1e-12, abs=1e-15)
        assert js["reading"] == ours.reading


def test_the_forms_open_with_the_worked_examples(calculators: Page) -> None:
    defaults = calculators.evaluate(
        """() => Object.fromEntries(Object.entries(guideCalculatorForms.CALCULATORS).map(([name, { groups }]) => [name,
             Object.fromEntries(groups.flatMap(([, fields]) => fields).map((field) =>
               [field.name, guideCalculatorForms.valueOf(field, String(field.value)).value]))]))"""
    )
    assert defaults["inference"] == as_js(BASE)
    assert defaults["serving"] == as_js(CHURN)
    assert defaults["memory"] == as_js(LARGE)
    assert (defaults["sample"]["rate"], defaults["sample"]["margin"], defaults["sample"]["confidence"]) == (0.05, 0.02, 95)


def test_the_least_and_the_largest_values_give_words_and_pictures(calculators: Page) -> None:
    shown = calculators.evaluate(
        """() => Object.values(guideCalculatorForms.CALCULATORS).filter((one) => !one.check).flatMap(({ groups, results }) => {
             const fields = groups.flatMap(([, all]) => all);
             const ends = (field) => field.options ? field.options.map(([value]) => value) : [field.min, field.max];
             const values = (choose) => Object.fromEntries(fields.map((field) =>
               [field.name, guideCalculatorForms.valueOf(field, String(choose(field))).value]));
             const cases = [values((field) => ends(field)[0]), values((field) => ends(field).at(-1)),
               ...fields.flatMap((one) => ends(one).map((end) => values((field) => field === one ? end : field.value)))];
             return cases.map((given) => { const { chart, ...told } = results(given);
               return JSON.stringify([given, told, chart ? chart(340).outerHTML : ""]); });
           })"""
    )
    assert len(shown) > 60
    assert [each for each in shown if re.search(r"NaN|undefined|Infinity|∞", each)] == []


# The page as a reader meets it


def ends(fragment: str) -> re.Pattern[str]:
    """An address with this end. While a page scrolls, the theme's headings stand there for a moment: wait, don't look once."""
    return re.compile(re.escape(fragment) + "$")


def tool(page: Page, name: str) -> Locator:
    return page.locator(f'[data-calculator="{name}"]')


def test_a_result_follows_the_fields_and_the_link_brings_it_back(calculators: Page, open_page: Callable[..., Page]) -> None:
    form = tool(calculators, "inference")
    expect(form.locator(".tool-verdict")).to_contain_text("Own GPUs first pay at 17.3 million calls a month on 10 GPUs")
    form.get_by_label("Model calls").fill("20000000")
    form.get_by_label("Input read from cache").fill("75")
    expect(form.locator(".tool-verdict")).to_contain_text("The API is cheaper at 20 million calls: $15,500 a month")
    tool(calculators, "memory").get_by_label("Bytes per parameter").select_option("0.5")
    expect(calculators).to_have_url(ends("#inference.requests=20000000&inference.cachedShare=75&memory.bytesPerParameter=0.5"))
    again = open_page(calculators.url)
    expect(tool(again, "inference").get_by_label("Model calls")).to_have_value("20000000")
    expect(tool(again, "memory").locator(".tool-verdict")).to_contain_text("74.2 GB")
    tool(again, "inference").get_by_role("button", name="Set back to the example").click()
    expect(again).to_have_url(ends("#memory.bytesPerParameter=0.5"))
    assert again.faults == []  # type: ignore[attr-defined]


def test_scrolling_through_the_headings_keeps_the_values_in_the_address(calculators: Page) -> None:
    tool(calculators, "serving").get_by_label("Predictions").fill("5000000")
    calculators.evaluate(
        """() => { window.written = []; const write = history.replaceState.bind(history);
             history.replaceState = (state, title, url) => { written.push(String(url)); write(state, title, url); }; }"""
    )
    # The theme's own tracking lets the first quarter of a second after its start pass, and whatever was scrolled in it: a reader goes on.
    calculators.wait_for_function(
        """() => { window.above = !window.above;
             document.querySelector('#what-do-the-calculators-not-tell-you').scrollIntoView(above);
             return written.some((url) => url.includes('#what-do')); }""",
        polling=700,
    )
    expect(calculators).to_have_url(re.compile(r"#serving\.predictions=5000000$"))


def test_a_wrong_field_is_named_to_everybody_and_no_result_is_shown(calculators: Page) -> None:
    for name, label, typed, fault in (
        ("inference", "Peak load", "0.2", "At least 1."),
        ("inference", "Input read from cache", "130", "At most 100."),
        ("inference", "Staff", "", "Needs a number."),
        ("memory", "Layers", "1.5", "Needs a whole number."),
        ("psi", "Expected", "25, x", "Needs numbers that are not negative."),
        ("psi", "Actual", "1, 2, 3", "Needs 4 bins, as above."),
    ):
        form = tool(calculators, name)
        field = form.get_by_label(label, exact=True)
        right = field.input_value()
        field.fill(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(re.escape(fault)))
        expect(form.locator(".tool-verdict")).to_have_text("Mend the marked fields to see a result.")
        expect(form.locator(".tool-figures > div")).to_have_count(0)
        field.fill(right)
        expect(field).not_to_have_attribute("aria-invalid", "true")
        expect(form.locator(".tool-figures > div")).not_to_have_count(0)


def test_a_screen_reader_hears_the_result_once_after_a_pause(calculators: Page) -> None:
    form = tool(calculators, "sample")
    calculators.evaluate(
        """() => { window.heard = []; const region = document.querySelector('[data-calculator="sample"] [role=status]');
             new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true }); }"""
    )
    form.get_by_label("Margin", exact=True).press_sequentially("5")
    expect(form.get_by_role("status")).to_contain_text("± 25 points")
    assert calculators.evaluate("heard").count(form.get_by_role("status").inner_text()) == 1


def test_the_picture_says_in_words_what_it_shows(calculators: Page) -> None:
    picture = tool(calculators, "inference").get_by_role("img")
    expect(picture).to_have_accessible_name(re.compile(r"Break-even between an API and own GPUs .* cross at 17\.3 million calls"))


def test_a_small_sample_is_called_rough(calculators: Page) -> None:
    form = tool(calculators, "sample")
    form.get_by_label("Expected rate").fill("1")
    expect(form.locator(".tool-notes")).to_contain_text("calculate an exact interval")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_calculators(served: str, open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(served + "choose/calculators/", color_scheme=scheme)
    expect(page.locator(".tool-verdict")).to_have_count(5)
    tool(page, "inference").get_by_label("Staff").fill("")
    report = Axe().run(page, context=".tool")
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in report.response["violations"]] == []


def test_the_calculators_fit_a_phone(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served + "choose/calculators/", viewport={"width": 390, "height": 844})
    expect(page.locator(".tool-verdict")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("[...document.querySelectorAll('.tool-chart svg')].every((svg) => svg.clientWidth > 250)")


def test_the_calculators_work_from_a_disk(site: Path, open_page: Callable[..., Page]) -> None:
    page = open_page((site / "choose" / "calculators" / "index.html").as_uri() + "#memory.parameters=7")
    expect(tool(page, "memory").locator(".tool-verdict")).to_contain_text("40.6 GB are needed: at least 1 GPU")


def test_without_scripts_the_formulas_and_examples_remain(served: str, open_page: Callable[..., Page]) -> None:
    page = open_page(served + "choose/calculators/", java_script_enabled=False)
    expect(tool(page, "inference")).to_contain_text("need JavaScript")
    expect(page.locator("article")).to_contain_text("break-even = own GPUs a month / cost per call".replace(" = ", "         = "))
