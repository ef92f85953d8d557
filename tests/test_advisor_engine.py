"""The engine: plain arithmetic over docs/choose/criteria.yml, as docs/about/advisor.md specifies it."""

import random
from pathlib import Path

import pytest

from chatbot.advisor.engine import assess, assess_stream, combine, rounded, score
from chatbot.advisor.profile import Profile, ProfileRefused, from_fragment, make_profile, to_fragment
from chatbot.advisor.results import StreamResult
from guide.criteria import read_criteria

CRITERIA = read_criteria(Path(__file__).parent.parent / "docs" / "choose" / "criteria.yml")


def result(**answers: str) -> StreamResult:
    given = {name.replace("_", "-"): option for name, option in answers.items()}
    return assess_stream(CRITERIA, make_profile(CRITERIA, [("A step", given)]).workstreams[0])


def random_profile(seed: int) -> Profile:
    dice = random.Random(seed)
    streams = []
    for number in range(dice.randint(1, 3)):
        asked = dice.sample(CRITERIA.criteria, dice.randint(0, len(CRITERIA.criteria)))
        streams.append((f"Stream {number}; ü", {each.id: dice.choice(each.options).id for each in asked}))
    return make_profile(CRITERIA, streams)


def test_a_score_is_the_weighted_average_of_what_the_answers_speak_for() -> None:
    # weights 2 and 3: (2·2 + 3·(-2)) / (2·5)
    assert rounded(result(input="fields", output="text").scores["mlops"].score) == -20


def test_nothing_known_recommends_nothing_and_asks_for_what_weighs_most() -> None:
    empty = result()
    assert (empty.recommendation, empty.confidence) == (None, 0.0)
    assert empty.unknown[0].criterion == "output"


def test_a_prediction_from_rows_needs_mlops_and_text_from_documents_llmops() -> None:
    assert result(output="prediction", input="fields").recommendation == "mlops"
    assert result(output="text", input="language").recommendation == "llmops"


def test_a_prediction_with_a_text_needs_both() -> None:
    assert result(output="both", language="last-step", input="mixed").recommendation == "both"


def test_a_rule_that_reaches_the_target_outranks_every_score() -> None:
    needed = result(output="prediction", input="fields", labels="outcomes", alternative="reaches")
    assert (needed.recommendation, needed.constraints) == ("neither", ("rule-suffices",))


def test_reasons_owed_by_law_stop_llmops_until_a_person_decides() -> None:
    owed = {"output": "text", "language": "meaning", "explainability": "reasons", "regulation": "significant"}
    assert result(**owed).recommendation == "neither"
    assert result(**owed, review="person").recommendation == "llmops"


def test_an_unknown_answer_widens_the_range_and_leaves_the_score() -> None:
    known, less = result(output="prediction", input="fields", language="none"), result(output="prediction", input="fields")
    assert known.scores["mlops"].high - known.scores["mlops"].low < less.scores["mlops"].high - less.scores["mlops"].low
    assert less.scores["mlops"].score > 0


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_unknown_answers_turn_out_to_be_the_score_stays_in_its_range(seed: int) -> None:
    dice = random.Random(seed)
    stream = random_profile(seed).workstreams[0]
    before = score(CRITERIA, stream.answers)
    completed = {each.id: stream.answers.get(each.id, dice.choice(each.options).id) for each in CRITERIA.criteria}
    free = [each for each in CRITERIA.constraints if all(completed.get(name) in options for name, options in each.when.items())]
    for practice, after in score(CRITERIA, completed).items():
        stopped = any(practice in each.stops for each in free)
        assert after.score <= before[practice].high + 1e-9
        assert stopped or after.score >= before[practice].low - 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_each_flip_and_each_question_keeps_its_word(seed: int) -> None:
    profile = random_profile(seed)
    assessed = assess(CRITERIA, profile)
    for number, flip, overall in assessed.flips:
        moved = assess(CRITERIA, profile.with_answer(number, flip.criterion, flip.instead))
        assert moved.workstreams[number].recommendation == flip.result != assessed.workstreams[number].recommendation
        assert moved.recommendation == overall
    for number, unknown in assessed.questions:
        for option, promised in zip(CRITERIA.criterion(unknown.criterion).options, unknown.leads_to, strict=True):
            answered = assess(CRITERIA, profile.with_answer(number, unknown.criterion, option.id))
            assert answered.workstreams[number].recommendation == promised


def test_a_result_that_no_single_answer_changes_is_wholly_robust() -> None:
    firm = result(output="prediction", input="fields", language="none", volume="millions", latency="instant")
    changed = sum(any(after != "mlops" for after in each.leads_to) for each in firm.unknown)
    assert bool(firm.flips or changed) == (firm.robustness < 100)


def test_work_streams_of_both_kinds_need_both_overall() -> None:
    assert combine(["mlops", "llmops", None]) == "both"
    assert combine(["mlops", "neither"]) == "mlops"
    assert combine(["neither", None]) == "neither"
    assert combine([None]) is None


def test_arguments_name_what_speaks_for_and_against() -> None:
    points = {each.criterion: each.points for each in result(output="prediction", input="language").arguments}
    assert points["output"] > 0 > points["input"]


@pytest.mark.parametrize("seed", range(40))
def test_a_profile_survives_its_link(seed: int) -> None:
    assert from_fragment(CRITERIA, "#" + to_fragment(CRITERIA, random_profile(seed))) == random_profile(seed)


def test_a_link_of_a_later_version_keeps_what_is_known() -> None:
    read = from_fragment(CRITERIA, "profile=1;Scores,b0z3a9")
    assert dict(read.workstreams[0].answers) == {"output": "prediction"}


@pytest.mark.parametrize("fragment", ["profile=2;x,b0", "profile=1;x,b", "x", "profile=1;x,<script>"])
def test_a_foreign_link_is_refused_with_a_remedy(fragment: str) -> None:
    with pytest.raises(ProfileRefused, match="Assessment page"):
        from_fragment(CRITERIA, fragment)


def test_an_answer_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ProfileRefused, match="Work stream 1: 'output: poem'"):
        make_profile(CRITERIA, [("x", {"output": "poem"})])
