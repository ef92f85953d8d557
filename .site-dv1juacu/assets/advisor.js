/**
 * The advisor's engine, as chatbot/advisor/engine.py and profile.py: the same arithmetic in the same order, specified in
 * docs/about/advisor.md; tests/test_parity.py compares both on generated profiles. Pure: no page, no network. A classic
 * script, because browsers load no modules from a disk.
 *
 * `criteria` is docs/choose/criteria.yml as data; a profile is `{ workstreams: [{ name, answers: { criterion: option } }] }`.
 */
globalThis.guideAdvisor = (() => {
  "use strict";

  const FORMAT = 1;
  const MOST_WORKSTREAMS = 8;
  const LONGEST_NAME = 80;
  const PRACTICES = ["mlops", "llmops", "neither"];
  const ORDER = ["mlops", "llmops", "both", "neither"];

  // ---------------------------------------------------------------------------------------------------- the engine

  /** What a profile needs, for each work stream and overall. */
  function advise(criteria, profile) {
    const order = new Map(criteria.criteria.map((each, place) => [each.id, place]));
    const workstreams = profile.workstreams.map((stream) => adviseStream(criteria, stream));
    const results = workstreams.map((stream) => stream.recommendation);
    const recommendation = combine(results);
    const decided = workstreams.filter((stream) => stream.recommendation);
    const flips = workstreams.flatMap((stream, number) =>
      stream.flips.map((flip) => [number, flip, combine(results.map((result, place) => place === number ? flip.result : result))]));
    flips.sort(by(([, , after]) => Number(after === recommendation), ([, flip]) => flip.steps,
      ([, flip]) => -criterionOf(criteria, flip.criterion).weight, ([number]) => number, ([, flip]) => order.get(flip.criterion)));
    const questions = workstreams.flatMap((stream, number) => stream.unknown.map((unknown) => [number, unknown]));
    questions.sort(by(([, unknown]) => -unknown.share, ([, unknown]) => -unknown.spread, ([number]) => number,
      ([, unknown]) => order.get(unknown.criterion)));
    return { recommendation, confidence: least(decided, "confidence"), robustness: least(decided, "robustness"), workstreams, flips, questions };
  }

  const least = (streams, name) => streams.length ? Math.min(...streams.map((stream) => stream[name])) : 0;

  /** Both if work streams need both practices, neither if all need neither, null if none is decided. */
  function combine(results) {
    const predictive = results.some((result) => result === "mlops" || result === "both");
    const language = results.some((result) => result === "llmops" || result === "both");
    if (predictive && language) return "both";
    if (predictive || language) return predictive ? "mlops" : "llmops";
    return results.includes("neither") ? "neither" : null;
  }

  function adviseStream(criteria, { name, answers: given }) {
    const answers = Object.fromEntries(criteria.criteria.filter(({ id }) => given[id] !== undefined).map(({ id }) => [id, given[id]]));
    const scores = scoresOf(criteria, answers);
    const weight = knownWeight(criteria, answers);
    const stopped = holding(criteria, answers).length > 0;
    const result = decide(criteria, scores, weight, stopped);
    const margin = marginOf(criteria, scores, result, stopped);
    const support = margin * weight / (weight + criteria.method.prior_weight);
    return {
      name,
      answers,
      recommendation: result,
      scores,
      index: (scores.llmops.score - scores.mlops.score) / 2,
      margin,
      knownWeight: weight,
      confidence: result ? rounded(interpolated(criteria.method.confidence, support) * 100) / 100 : 0,
      robustness: robustnessOf(criteria, answers, result),
      runnerUp: runnerUp(scores, result),
      arguments: result ? argumentsFor(criteria, answers, result) : [],
      constraints: holding(criteria, answers).map(({ id }) => id),
      rejected: result ? ORDER.filter((other) => other !== result).map((other) => rejected(criteria, answers, other)) : [],
      flips: flipsOf(criteria, answers, result),
      unknown: unknowns(criteria, answers, result),
    };
  }

  /** Each practice's score, and the range that unknown answers leave open. */
  function scoresOf(criteria, answers) {
    const stopped = new Set(holding(criteria, answers).flatMap(({ stops }) => stops));
    return Object.fromEntries(PRACTICES.map((practice, place) => {
      const score = scoreOf(criteria, answers, place);
      if (stopped.has(practice)) for (const part of Object.keys(score)) score[part] = Math.min(score[part], 0);
      return [practice, score];
    }));
  }

  function scoreOf(criteria, answers, place) {
    let [known, least, most, weights] = [0, 0, 0, 0];
    for (const criterion of criteria.criteria) {
      weights += criterion.weight;
      if (answers[criterion.id] !== undefined) {
        known += criterion.weight * optionOf(criterion, answers[criterion.id]).scores[place];
      } else {
        const all = criterion.options.map(({ scores }) => scores[place]);
        least += criterion.weight * Math.min(...all);
        most += criterion.weight * Math.max(...all);
      }
    }
    const low = 100 * (known + least) / (2 * weights);
    const high = 100 * (known + most) / (2 * weights);
    const weight = knownWeight(criteria, answers);
    return { score: weight ? Math.min(Math.max(100 * known / (2 * weight), low), high) : 0, low, high };
  }

  const knownWeight = (criteria, answers) =>
    criteria.criteria.reduce((sum, { id, weight }) => sum + (answers[id] === undefined ? 0 : weight), 0);

  /** The constraints that the answers put in force. */
  const holding = (criteria, answers) => criteria.constraints.filter(({ when, unless }) =>
    Object.entries(when).every(([name, options]) => options.includes(answers[name]))
    && !Object.entries(unless).some(([name, options]) => options.includes(answers[name])));

  /** `stopped`: whether a constraint is in force; then a practice needs a score above 0. */
  function decide(criteria, scores, weight, stopped) {
    const [mlops, llmops, neither] = PRACTICES.map((practice) => scores[practice].score);
    const best = Math.max(mlops, llmops);
    if (weight < criteria.method.enough_weight || (mlops === llmops && llmops === neither)) return null;
    if (neither >= best || (stopped && best <= 0)) return "neither";
    if (Math.min(mlops, llmops) >= criteria.method.both) return "both";
    return mlops >= llmops ? "mlops" : "llmops";
  }

  function marginOf(criteria, scores, result, stopped) {
    const [mlops, llmops, neither] = PRACTICES.map((practice) => scores[practice].score);
    const [best, other, both] = [Math.max(mlops, llmops), Math.min(mlops, llmops), criteria.method.both];
    if (result === null) return 0;
    const margin = result === "neither" ? (stopped ? Math.max(neither - best, -best) : neither - best)
      : result === "both" ? Math.min(other - both, best - neither)
        : Math.min(best - other, best - neither, both - other, stopped ? best : Infinity);
    return Math.min(Math.max(margin, 0), 100);
  }

  function robustnessOf(criteria, answers, result) {
    if (result === null) return 0;
    const shares = criteria.criteria.map((criterion) =>
      afterEach(criteria, answers, criterion).filter((after) => after === result).length / criterion.options.length);
    return 100 * shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  function runnerUp(scores, result) {
    if (result === null) return null;
    const [mlops, llmops, neither] = PRACTICES.map((practice) => scores[practice].score);
    return first({ mlops, llmops, both: Math.min(mlops, llmops), neither }, result);
  }

  const first = (strengths, result) =>
    ORDER.filter((each) => each !== result).reduce((best, each) => strengths[each] > strengths[best] ? each : best);

  function points(criterion, option, recommendation) {
    const [mlops, llmops, neither] = option.scores;
    return criterion.weight * {
      mlops: mlops - Math.max(llmops, neither),
      llmops: llmops - Math.max(mlops, neither),
      both: Math.min(mlops, llmops),
      neither: neither - Math.max(mlops, llmops),
    }[recommendation];
  }

  function argumentsFor(criteria, answers, recommendation) {
    return criteria.criteria.filter(({ id }) => answers[id] !== undefined)
      .map((each) => ({ criterion: each.id, option: answers[each.id], points: points(each, optionOf(each, answers[each.id]), recommendation) }))
      .filter((argument) => argument.points)
      .sort(by((argument) => -Math.abs(argument.points)));
  }

  function rejected(criteria, answers, recommendation) {
    const needed = { mlops: ["mlops"], llmops: ["llmops"], both: ["mlops", "llmops"], neither: [] }[recommendation];
    return {
      recommendation,
      against: argumentsFor(criteria, answers, recommendation).filter((each) => each.points < 0).slice(0, 2),
      constraints: holding(criteria, answers).filter(({ stops }) => stops.some((practice) => needed.includes(practice))).map(({ id }) => id),
    };
  }

  function flipsOf(criteria, answers, result) {
    if (result === null) return [];
    const found = criteria.criteria.filter(({ id }) => answers[id] !== undefined).flatMap((criterion) => {
      const given = optionOf(criterion, answers[criterion.id]);
      const after = afterEach(criteria, answers, criterion);
      const moves = criterion.options
        .map((option, place) => ({ criterion: criterion.id, given: given.id, instead: option.id, steps: stepsBetween(given, option), result: after[place] }))
        .filter((move) => move.result !== result);
      return moves.length ? [[moves.reduce((best, move) => move.steps < best.steps ? move : best), criterion.weight]] : [];
    });
    return found.sort(by(([flip]) => flip.steps, ([, weight]) => -weight)).map(([flip]) => flip);
  }

  const stepsBetween = (one, other) => Math.max(...one.scores.map((score, place) => Math.abs(score - other.scores[place])));

  function unknowns(criteria, answers, result) {
    return criteria.criteria.filter(({ id }) => answers[id] === undefined).map((criterion) => {
      const after = afterEach(criteria, answers, criterion);
      const leanings = criterion.options.map(({ scores }) => scores[1] - scores[0]);
      return {
        criterion: criterion.id,
        share: after.filter((each) => each !== result).length / after.length,
        spread: criterion.weight * (Math.max(...leanings) - Math.min(...leanings)),
        leadsTo: after,
      };
    }).sort(by((unknown) => -unknown.share, (unknown) => -unknown.spread));
  }

  /** The results if one criterion were answered by each of its options in turn. */
  const afterEach = (criteria, answers, criterion) => criterion.options.map((option) => {
    const changed = { ...answers, [criterion.id]: option.id };
    return decide(criteria, scoresOf(criteria, changed), knownWeight(criteria, changed), holding(criteria, changed).length > 0);
  });

  function interpolated(curve, x) {
    for (let place = 1; place < curve.length; place += 1) {
      const [[x0, y0], [x1, y1]] = [curve[place - 1], curve[place]];
      if (x <= x1) return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
    }
    return curve.at(-1)[1];
  }

  const rounded = (value) => Math.floor(value + 0.5);
  const optionOf = (criterion, id) => criterion.options.find((option) => option.id === id);
  const criterionOf = (criteria, id) => criteria.criteria.find((each) => each.id === id);

  /** A comparison by several numbers in turn; sorting keeps the order of equals. */
  const by = (...keys) => (one, other) => {
    for (const key of keys) {
      const difference = key(one) - key(other);
      if (difference) return difference;
    }
    return 0;
  };

  // --------------------------------------------------------------------------------------------------- the profile

  /** A profile that keeps the rules: names of one line, and only answers that the criteria know. */
  function tidied(criteria, profile) {
    return {
      workstreams: profile.workstreams.slice(0, MOST_WORKSTREAMS).map(({ name, answers }, number) => ({
        name: tidyName(name) || `Work stream ${number + 1}`,
        answers: Object.fromEntries(criteria.criteria.filter((each) => optionOf(each, answers[each.id])).map(({ id }) => [id, answers[id]])),
      })),
    };
  }

  const tidyName = (name) => [...(name.toWellFormed?.() ?? name).split(/\s+/).filter(Boolean).join(" ")].slice(0, LONGEST_NAME).join("");

  /** The profile as a link's fragment, without the `#`. */
  function toFragment(criteria, profile) {
    const streams = profile.workstreams.map(({ name, answers }) => {
      const codes = criteria.criteria.filter(({ id }) => answers[id] !== undefined)
        .map((each) => each.key + each.options.findIndex((option) => option.id === answers[each.id]));
      return `${encodeURIComponent(name)},${codes.join("")}`;
    });
    return `profile=${FORMAT};${streams.join(";")}`;
  }

  /** A link's fragment as a profile, or null if it is none; answers to what is no more asked are left unknown. */
  function fromFragment(criteria, fragment) {
    const [, form, rest] = /^#?([^;]*);?(.*)$/s.exec(fragment);
    if (form !== `profile=${FORMAT}`) return null;
    const workstreams = [];
    for (const part of rest ? rest.split(";") : []) {
      const [, name, codes] = /^([^,]*),?(.*)$/s.exec(part);
      if (!/^([a-z][0-9])*$/.test(codes)) return null;
      const answers = {};
      for (const [, key, place] of codes.matchAll(/([a-z])([0-9])/g)) {
        const criterion = criteria.criteria.find((each) => each.key === key);
        const option = criterion?.options[Number(place)];
        if (option) answers[criterion.id] = option.id;
      }
      workstreams.push({ name: decoded(name), answers });
    }
    return workstreams.length > MOST_WORKSTREAMS ? null : tidied(criteria, { workstreams });
  }

  function decoded(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return name; // half an escape: shown as it came
    }
  }

  return { PRACTICES, ORDER, MOST_WORKSTREAMS, LONGEST_NAME, advise, tidied, toFragment, fromFragment, rounded, optionOf, criterionOf };
})();
