"""The engine: a profile becomes a result by plain arithmetic. Pure, no model; `docs/assets/advisor.js` computes the same.

The method is specified in docs/about/advisor.md, "How is the recommendation computed?"; a change here is a change there
and in the browser's engine. Numbers stay unrounded until they are shown: `rounded` is the one way to round.
"""

import math
from collections.abc import Mapping
from itertools import pairwise

from chatbot.advisor.profile import Profile, Workstream
from chatbot.advisor.results import Answers, Argument, Assessment, Flip, Rejected, Score, StreamResult, Unknown
from guide.criteria import PRACTICES, Constraint, Criteria, Criterion, Option, Practice, Recommendation

ORDER: tuple[Recommendation, ...] = ("mlops", "llmops", "both", "neither")


def assess(criteria: Criteria, profile: Profile) -> Assessment:
    """Return what a profile needs, for each work stream and overall."""
    streams = tuple(assess_stream(criteria, stream) for stream in profile.workstreams)
    results = [stream.recommendation for stream in streams]
    overall = combine(results)
    decided = [stream for stream in streams if stream.recommendation]
    order = {each.id: place for place, each in enumerate(criteria.criteria)}
    flips = []
    for number, stream in enumerate(streams):
        for flip in stream.flips:
            after = combine([*results[:number], flip.result, *results[number + 1 :]])
            flips.append((number, flip, after))
    flips.sort(key=lambda f: (f[2] == overall, f[1].steps, -criteria.criterion(f[1].criterion).weight, f[0], order[f[1].criterion]))
    questions = [(number, unknown) for number, stream in enumerate(streams) for unknown in stream.unknown]
    questions.sort(key=lambda q: (-q[1].share, -q[1].spread, q[0], order[q[1].criterion]))
    return Assessment(
        overall,
        min((stream.confidence for stream in decided), default=0.0),
        min((stream.robustness for stream in decided), default=0.0),
        streams,
        tuple(flips),
        tuple(questions),
    )


def combine(results: list[Recommendation | None]) -> Recommendation | None:
    """Return the overall recommendation: both if work streams need both practices, neither if all need neither."""
    predictive = any(result in ("mlops", "both") for result in results)
    language = any(result in ("llmops", "both") for result in results)
    if predictive and language:
        return "both"
    if predictive or language:
        return "mlops" if predictive else "llmops"
    return "neither" if "neither" in results else None


def assess_stream(criteria: Criteria, stream: Workstream) -> StreamResult:
    """Return what one work stream needs."""
    answers = {each.id: stream.answers[each.id] for each in criteria.criteria if each.id in stream.answers}
    scores = score(criteria, answers)
    weight = known_weight(criteria, answers)
    stopped = bool(holding(criteria, answers))
    result = decide(criteria, scores, weight, stopped=stopped)
    margin = margin_of(criteria, scores, result, stopped=stopped)
    support = margin * weight / (weight + criteria.method.prior_weight)
    return StreamResult(
        name=stream.name,
        answers=answers,
        recommendation=result,
        scores=scores,
        index=(scores["llmops"].score - scores["mlops"].score) / 2,
        margin=margin,
        known_weight=weight,
        confidence=rounded(interpolated(criteria.method.confidence, support) * 100) / 100 if result else 0.0,
        robustness=robustness(criteria, answers, result),
        runner_up=runner_up(scores, result),
        arguments=arguments(criteria, answers, result) if result else (),
        constraints=tuple(each.id for each in holding(criteria, answers)),
        rejected=tuple(rejected(criteria, answers, other) for other in ORDER if result and other != result),
        flips=flips_of(criteria, answers, result),
        unknown=unknowns(criteria, answers, result),
    )


def score(criteria: Criteria, answers: Answers) -> dict[Practice, Score]:
    """Return each practice's score and the range that unknown answers leave open."""
    stopped = {practice for constraint in holding(criteria, answers) for practice in constraint.stops}
    return {practice: _capped(_score(criteria, answers, place), practice in stopped) for place, practice in enumerate(PRACTICES)}


def _score(criteria: Criteria, answers: Answers, place: int) -> Score:
    known = least = most = weights = 0
    for criterion in criteria.criteria:
        weights += criterion.weight
        if criterion.id in answers:
            known += criterion.weight * criterion.option(answers[criterion.id]).scores[place]
        else:
            smallest, largest = criterion.bounds[place]
            least += criterion.weight * smallest
            most += criterion.weight * largest
    low = 100 * (known + least) / (2 * weights)
    high = 100 * (known + most) / (2 * weights)
    weight = known_weight(criteria, answers)
    return Score(min(max(100 * known / (2 * weight), low), high) if weight else 0.0, low, high)


def _capped(given: Score, stopped: bool) -> Score:
    return Score(min(given.score, 0.0), min(given.low, 0.0), min(given.high, 0.0)) if stopped else given


def known_weight(criteria: Criteria, answers: Answers) -> int:
    """Return the sum of the answered criteria's weights."""
    return sum(each.weight for each in criteria.criteria if each.id in answers)


def holding(criteria: Criteria, answers: Answers) -> list[Constraint]:
    """Return the constraints that the answers put in force."""
    return [
        each
        for each in criteria.constraints
        if all(answers.get(name) in options for name, options in each.when.items())
        and not any(answers.get(name) in options for name, options in each.unless.items())
    ]


def decide(criteria: Criteria, scores: Mapping[Practice, Score], weight: int, *, stopped: bool) -> Recommendation | None:
    """Return the result of one work stream; a tie goes to the simpler: neither before MLOps before LLMOps.

    Args:
        criteria: The decision.
        scores: From `score`.
        weight: Of the known answers.
        stopped: Whether a constraint is in force; then a practice needs a score above 0.
    """
    mlops, llmops, neither = (scores[practice].score for practice in PRACTICES)
    best = max(mlops, llmops)
    if weight < criteria.method.enough_weight or mlops == llmops == neither:
        return None
    if neither >= best or (stopped and best <= 0):
        return "neither"
    if min(mlops, llmops) >= criteria.method.both:
        return "both"
    return "mlops" if mlops >= llmops else "llmops"


def margin_of(criteria: Criteria, scores: Mapping[Practice, Score], result: Recommendation | None, *, stopped: bool) -> float:
    """Return how many points a result is away from the nearest other one, from 0 to 100."""
    mlops, llmops, neither = (scores[practice].score for practice in PRACTICES)
    best, other, both = max(mlops, llmops), min(mlops, llmops), criteria.method.both
    if result is None:
        return 0.0
    if result == "neither":
        margin = max(neither - best, -best) if stopped else neither - best
    elif result == "both":
        margin = min(other - both, best - neither)
    else:
        margin = min(best - other, best - neither, both - other, *([best] if stopped else []))
    return float(min(max(margin, 0.0), 100.0))


def robustness(criteria: Criteria, answers: Answers, result: Recommendation | None) -> float:
    """Return the share of single changes of an answer that keep the result, in percent, each criterion counting alike."""
    if result is None:
        return 0.0
    shares = []
    for criterion in criteria.criteria:
        kept = sum(after == result for after in results_of_each(criteria, answers, criterion))
        shares.append(kept / len(criterion.options))
    return 100 * sum(shares) / len(shares)


def runner_up(scores: Mapping[Practice, Score], result: Recommendation | None) -> Recommendation | None:
    """Return the strongest other recommendation; both is as strong as its weaker half."""
    if result is None:
        return None
    mlops, llmops, neither = (scores[practice].score for practice in PRACTICES)
    strengths = {"mlops": mlops, "llmops": llmops, "both": min(mlops, llmops), "neither": neither}
    return max((each for each in ORDER if each != result), key=lambda each: strengths[each])


def points(criterion: Criterion, option: Option, recommendation: Recommendation) -> int:
    """Return what an answer says for (above 0) or against a recommendation: its own score less that of its best rival."""
    mlops, llmops, neither = option.scores
    own = {
        "mlops": mlops - max(llmops, neither),
        "llmops": llmops - max(mlops, neither),
        "both": min(mlops, llmops),
        "neither": neither - max(mlops, llmops),
    }
    return criterion.weight * own[recommendation]


def arguments(criteria: Criteria, answers: Answers, recommendation: Recommendation) -> tuple[Argument, ...]:
    """Return what the known answers say for and against a recommendation, the weightiest first."""
    found = [
        Argument(each.id, answers[each.id], points(each, each.option(answers[each.id]), recommendation))
        for each in criteria.criteria
        if each.id in answers
    ]
    return tuple(sorted((each for each in found if each.points), key=lambda argument: -abs(argument.points)))


def rejected(criteria: Criteria, answers: Answers, recommendation: Recommendation) -> Rejected:
    """Return why a recommendation was not given: up to two answers against it and the constraints that stop it."""
    against = [each for each in arguments(criteria, answers, recommendation) if each.points < 0]
    needed = {"mlops": {"mlops"}, "llmops": {"llmops"}, "both": {"mlops", "llmops"}, "neither": set()}[recommendation]
    stopping = [each.id for each in holding(criteria, answers) if needed & set(each.stops)]
    return Rejected(recommendation, tuple(against[:2]), tuple(stopping))


def flips_of(criteria: Criteria, answers: Answers, result: Recommendation | None) -> tuple[Flip, ...]:
    """Return, for each known answer that can change the result alone, the smallest move that does."""
    found = []
    if result is None:
        return ()
    for place, criterion in enumerate(criteria.criteria):
        if criterion.id not in answers:
            continue
        given = criterion.option(answers[criterion.id])
        moves = [
            Flip(criterion.id, given.id, option.id, steps_between(given, option), after)
            for option, after in zip(criterion.options, results_of_each(criteria, answers, criterion), strict=True)
            if after != result
        ]
        if moves:
            found.append((min(moves, key=lambda flip: flip.steps), criterion.weight, place))
    return tuple(flip for flip, _, _ in sorted(found, key=lambda each: (each[0].steps, -each[1], each[2])))


def steps_between(one: Option, other: Option) -> int:
    """Return how far apart two options are: the largest difference of a score."""
    return max(abs(a - b) for a, b in zip(one.scores, other.scores, strict=True))


def unknowns(criteria: Criteria, answers: Answers, result: Recommendation | None) -> tuple[Unknown, ...]:
    """Return the criteria without an answer, those first whose answer would most likely change the result."""
    found = []
    for place, criterion in enumerate(criteria.criteria):
        if criterion.id in answers:
            continue
        after = tuple(results_of_each(criteria, answers, criterion))
        leanings = [option.scores[1] - option.scores[0] for option in criterion.options]
        spread = criterion.weight * (max(leanings) - min(leanings))
        share = sum(each != result for each in after) / len(after)
        found.append((Unknown(criterion.id, share, spread, after), place))
    return tuple(unknown for unknown, _ in sorted(found, key=lambda each: (-each[0].share, -each[0].spread, each[1])))


def results_of_each(criteria: Criteria, answers: Answers, criterion: Criterion) -> list[Recommendation | None]:
    """Return the results if one criterion were answered by each of its options in turn."""
    after = []
    for option in criterion.options:
        changed = {**answers, criterion.id: option.id}
        stopped = bool(holding(criteria, changed))
        after.append(decide(criteria, score(criteria, changed), known_weight(criteria, changed), stopped=stopped))
    return after


def interpolated(curve: tuple[tuple[float, float], ...], x: float) -> float:
    """Return the height of a piecewise linear curve at `x`, which lies between its first and last point."""
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return curve[-1][1]


def rounded(value: float) -> int:
    """Round to a whole number, halves up: as JavaScript's Math.round does."""
    return math.floor(value + 0.5)
