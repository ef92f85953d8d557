/**
 * The formulas of docs/choose/calculators.md, as in chatbot/calculators.py: the same operations in the same order, so that
 * both give the same number (tests/test_calculators.py). Pure: no page, no network. A classic script, because browsers
 * load no modules from a disk. Money is dollars, shares run from 0 to 1, null is "never"; callers check ranges.
 */
globalThis.guideCalculators = (() => {
  "use strict";

  const HOURS_A_MONTH = 730;
  const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;
  const Z = { 80: 1.282, 90: 1.645, 95: 1.96, 99: 2.576 };
  const PSI_FLOOR = 1e-4;
  const PSI_WATCH = 0.1;
  const PSI_ACT = 0.25;

  /** API against own GPUs for one month: spend, fixed cost, break-even, and the break-even that survives the peak. */
  function inference(month) {
    const cached = month.inputTokens * month.cachedShare;
    const inputCost = (month.inputTokens - cached + cached * month.cachedPrice) * month.inputPrice;
    const listPrice = (inputCost + month.outputTokens * month.outputPrice) / 1_000_000;
    const perRequest = listPrice * (1 - month.batchShare * month.batchDiscount);
    const hardware = month.gpuHours * month.gpuPrice;
    const fixed = own(month, month.gpus);
    const breakEven = perRequest ? fixed / perRequest : null;
    const busy = busySeconds(month);
    const peakRate = busy === null ? null : busy * month.peak / SECONDS_A_MONTH;
    const gpusAtPeak = gpusFor(month, month.requests, peakRate);
    const ownAtPeak = gpusAtPeak === null ? null : own(month, gpusAtPeak);
    let breakEvenGpus = null;
    if (perRequest && peakRate !== null) {
      // n GPUs carry the peak of their break-even if n ≥ (n × hardware + rest) / perRequest × peakRate
      const spare = 1 - hardware / perRequest * peakRate;
      const needed = (month.staff + month.other) / perRequest * peakRate;
      if (spare > 0) breakEvenGpus = Math.max(month.gpus, Math.ceil(needed / spare));
      else if (needed === 0 && spare === 0) breakEvenGpus = month.gpus;
    }
    const api = month.requests * perRequest;
    const capacity = month.gpus * month.gpuHours * 3600;
    return {
      perRequest,
      api,
      fixed,
      breakEven,
      breakEvenPerSecond: breakEven === null ? null : breakEven / SECONDS_A_MONTH,
      utilization: capacity && busy !== null ? month.requests * busy / capacity : 0,
      gpusAtPeak,
      own: ownAtPeak,
      breakEvenGpus,
      breakEvenAtPeak: breakEvenGpus === null ? null : own(month, breakEvenGpus) / perRequest,
      cheaper: ownAtPeak === null || api < ownAtPeak ? "api" : ownAtPeak < api ? "own" : "equal",
    };
  }

  const own = (month, gpus) => gpus * month.gpuHours * month.gpuPrice + month.staff + month.other;

  /** Seconds of one GPU that a call takes: reading what no cache holds, then writing. */
  function busySeconds(month) {
    const uncached = month.inputTokens - month.inputTokens * month.cachedShare;
    if ((uncached && !month.promptTokensPerSecond) || (month.outputTokens && !month.tokensPerSecond)) return null;
    const read = uncached ? uncached / month.promptTokensPerSecond : 0;
    const write = month.outputTokens ? month.outputTokens / month.tokensPerSecond : 0;
    return read + write;
  }

  function gpusFor(month, requests, peakRate) {
    if (requests === 0) return month.gpus;
    return peakRate === null ? null : Math.max(month.gpus, Math.ceil(requests * peakRate));
  }

  /** What a month of own GPUs costs at a volume, with as many as its peak needs. */
  function ownAt(month, requests) {
    const busy = busySeconds(month);
    const gpus = gpusFor(month, requests, busy === null ? null : busy * month.peak / SECONDS_A_MONTH);
    return gpus === null ? null : own(month, gpus);
  }

  const costPerMillionTokens = (gpuPrice, tokensPerSecond, utilization) =>
    gpuPrice / (tokensPerSecond * 3600 * utilization) * 1_000_000;

  /** A month of a classic model: what is fixed, and what each prediction adds. */
  function serving(month) {
    const fixed = month.data + month.training + month.servers + month.monitoring + month.staff;
    const marginal = month.pricePerMillion / 1_000_000;
    const variable = month.predictions * marginal;
    return {
      fixed,
      variable,
      month: fixed + variable,
      average: month.predictions ? (fixed + variable) / month.predictions : null,
      marginal,
      monthAtDouble: fixed + 2 * variable,
    };
  }

  /** Answers to sample so that a rate is known to within a margin; confidence in percent, one of Z. */
  function sampleSize(rate, margin, confidence) {
    const exact = Z[confidence] * Z[confidence] * rate * (1 - rate) / (margin * margin);
    const answers = Math.ceil(exact);
    return { exact, answers, expected: answers * rate };
  }

  const marginOf = (answers, rate, confidence) => Z[confidence] * Math.sqrt(rate * (1 - rate) / answers);

  /** Population stability index of two lists of counts, percentages or shares over the same bins. */
  function psi(expected, actual) {
    const [before, after] = [shares(expected), shares(actual)];
    const contributions = before.map((e, bin) => (after[bin] - e) * Math.log(after[bin] / e));
    const total = contributions.reduce((sum, part) => sum + part, 0);
    return { total, contributions, reading: total < PSI_WATCH ? "stable" : total > PSI_ACT ? "act" : "watch" };
  }

  function shares(amounts) {
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    return amounts.map((amount) => Math.max(amount / total, PSI_FLOOR));
  }

  /** Weights, KV cache and overhead of a model in GPU memory: gigabytes are 10⁹ bytes, GiB are 2³⁰. */
  function memory(model) {
    const weights = model.parameters * model.bytesPerParameter;
    const runtime = weights * model.overhead;
    const perToken = 2 * model.layers * model.kvHeads * model.headSize * model.bytesPerValue;
    const perSequence = perToken * model.tokens;
    const cache = perSequence * model.sequences / 1e9;
    const total = weights + runtime + cache;
    return {
      weights,
      runtime,
      cacheBytesPerToken: perToken,
      cacheGibPerSequence: perSequence / 2 ** 30,
      cache,
      total,
      gpus: Math.max(1, Math.ceil(total / model.gpuMemory)),
    };
  }

  return { Z, inference, ownAt, costPerMillionTokens, serving, sampleSize, marginOf, psi, memory };
})();
