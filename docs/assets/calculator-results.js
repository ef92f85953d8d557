/**
 * What a calculator shows: values in; a sentence, figures, a picture or a table out. Formulas stand in calculators.js.
 *
 * Each function returns `{ said, figures, chart, legend, table, notes }`: a sentence, rows of label, value and note, what
 * draws the picture at a width, its keys, rows of cells with the head first, and warnings; all but the first two may lack.
 */
globalThis.guideCalculatorResults = (() => {
  "use strict";

  const { svg, picture } = globalThis.guideTools;
  const formulas = globalThis.guideCalculators;

  function inference(month) {
    const cost = formulas.inference(month);
    const never = "never";
    const winner = { api: "The API is cheaper", own: "Own GPUs are cheaper", equal: "Both cost the same" }[cost.cheaper];
    const costs = `${money(cost.api)} a month against ${cost.own === null ? "no number of GPUs" : money(cost.own)}`;
    const evens = !cost.perRequest ? "Calls that cost nothing are never dearer than a GPU."
      : cost.breakEvenAtPeak === null ? "Own GPUs never pay: at this peak one more GPU costs more than the calls that it carries."
      : `Own GPUs first pay at ${count(cost.breakEvenAtPeak)} calls a month on ${gpus(cost.breakEvenGpus)}.`;
    return {
      said: `${winner} at ${count(month.requests)} calls: ${costs}. ${evens}`,
      figures: [
        ["API, one call", money(cost.perRequest)],
        ["API, a month", money(cost.api)],
        ["Own GPUs, a month", cost.own === null ? never : money(cost.own), cost.gpusAtPeak === null ? "" : `${gpus(cost.gpusAtPeak)}, which carry the peak`],
        ["Break-even by cost alone", cost.breakEven === null ? never : `${count(cost.breakEven)} calls`,
          cost.breakEven === null ? "" : `${figure(cost.breakEvenPerSecond)} a second on average`],
        ["Break-even that carries the peak", cost.breakEvenAtPeak === null ? never : `${count(cost.breakEvenAtPeak)} calls`,
          cost.breakEvenGpus === null ? "" : `on ${gpus(cost.breakEvenGpus)}`],
        [`Use of ${gpus(month.gpus)}`, share(cost.utilization), idle(month, cost)],
      ],
      chart: (width) => breakEvenChart(month, cost, width),
      legend: [
        ["line-a", "API"], ["line-b", "Own GPUs, as many as the peak needs"], ["dash", "Your volume"],
        ...(cost.breakEvenAtPeak === null ? [] : [["dot", "Break-even that carries the peak"]]),
      ],
    };
  }

  function idle(month, cost) {
    if (cost.utilization > 1) return "more than these GPUs can do";
    if (!cost.utilization || !month.gpuPrice) return "";
    return `${money(month.gpus * month.gpuHours * month.gpuPrice / month.requests)} of GPU a call`;
  }

  function serving(month) {
    const cost = formulas.serving(month);
    return {
      said: cost.average === null
        ? `A month costs ${money(cost.month)} without a single prediction.`
        : `A month costs ${money(cost.month)}, or ${money(cost.average)} a prediction; one more costs ${money(cost.marginal)}.`,
      figures: [
        ["A month", money(cost.month)],
        ["Average, one prediction", cost.average === null ? "none" : money(cost.average)],
        ["One more prediction", money(cost.marginal)],
        ["Part of serving", share(cost.month ? cost.variable / cost.month : 0), "the rest is fixed"],
      ],
      table: [
        ["Predictions a month", "A month", "One prediction"],
        ...[0.1, 1, 2, 10].filter(() => month.predictions).map((factor) => {
          const other = formulas.serving({ ...month, predictions: month.predictions * factor });
          return [count(month.predictions * factor), money(other.month), money(other.average)];
        }),
      ],
    };
  }

  function sample({ rate, margin, confidence, answers, minutes, minutePrice }) {
    const size = formulas.sampleSize(rate, margin, confidence);
    const left = formulas.marginOf(answers, rate, confidence);
    const price = minutes * minutePrice;
    return {
      said: `${count(size.answers)} answers show a rate near ${share(rate)} to within ± ${points(margin)} at ${confidence}% confidence; `
        + `${count(answers)} answers leave ± ${points(left)}.`,
      figures: [
        ["Answers to judge", count(size.answers), `${figure(size.exact)} before rounding up`],
        ["Cost of the round", money(size.answers * price), `${figure(size.answers * minutes / 60)} hours`],
        [`Margin of ${count(answers)} answers`, `± ${points(left)}`, `cost: ${money(answers * price)}`],
      ],
      table: [
        ["Margin", "Answers", "Cost"],
        ...[0.01, 0.02, 0.03, 0.05].map((width) => {
          const { answers: needed } = formulas.sampleSize(rate, width, confidence);
          return [`± ${points(width)}`, count(needed), money(needed * price)];
        }),
      ],
      notes: Math.min(size.expected, size.answers - size.expected) < 5
        ? ["Fewer than five cases of the rarer kind are expected in this sample, so the margin is rough: calculate an exact interval."] : [],
    };
  }

  function stability({ expected, actual }) {
    const { total, contributions, reading } = formulas.psi(expected, actual);
    const words = { stable: "stable (below 0.1)", watch: "worth watching (0.1 to 0.25)", act: "a reason to act (above 0.25)" };
    return {
      said: `The index is ${total.toFixed(3)}: ${words[reading]}.`,
      figures: [["Index", total.toFixed(3), words[reading]]],
      table: [["Bin", "Contribution"], ...contributions.map((part, bin) => [String(bin + 1), part.toFixed(4)])],
    };
  }

  function memory(model) {
    const need = formulas.memory(model);
    return {
      said: `${gigabytes(need.total)} are needed: at least ${gpus(need.gpus)} of ${gigabytes(model.gpuMemory)}.`,
      figures: [
        ["Weights", gigabytes(need.weights)],
        ["Runtime overhead", gigabytes(need.runtime)],
        ["KV cache", gigabytes(need.cache), `${figure(need.cacheGibPerSequence)} GiB a sequence, ${figure(need.cacheBytesPerToken / 1024)} KiB a token`],
        ["Together", gigabytes(need.total)],
        ["GPUs at least", plain(need.gpus), `of ${gigabytes(model.gpuMemory)}`],
      ],
      chart: (width) => memoryChart(model, need, width),
      legend: [["fill-a", "Weights"], ["fill-c", "Overhead"], ["fill-b", "KV cache"], ["dash", "Memory of one GPU, two …"]],
    };
  }

  // ----------------------------------------------------------------------------------------------- numbers in words

  const shown = (options) => new Intl.NumberFormat("en-US", options).format;
  const plain = shown({ maximumFractionDigits: 20, useGrouping: true });
  const three = shown({ maximumSignificantDigits: 3 });
  const whole = shown({ maximumFractionDigits: 0 });
  const cents = shown({ minimumFractionDigits: 2, maximumFractionDigits: 2 });

  const figure = (value) => value >= 1000 ? whole(value) : three(value);
  const money = (value) => `$${value >= 100 ? large(value) : value >= 1 ? cents(value) : three(value)}`;
  const count = (value) => large(value);
  const share = (part) => `${three(part * 100)}%`;
  const points = (part) => `${three(part * 100)} points`;
  const gigabytes = (value) => `${figure(value)} GB`;
  const gpus = (many) => `${whole(many)} ${many === 1 ? "GPU" : "GPUs"}`;

  function large(value) {
    for (const [size, word] of [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]]) if (value >= size) return `${three(value / size)} ${word}`;
    return whole(value);
  }

  // --------------------------------------------------------------------------------------------------- the pictures

  const PICTURE_HEIGHT = 300;

  function breakEvenChart(month, cost, width) {
    const target = cost.breakEvenAtPeak ?? cost.breakEven ?? month.requests;
    const most = Math.max(target * 1.5, month.requests * 1.2) || 1_000_000;
    const steps = Math.round(width / 2);
    const own = Array.from({ length: steps + 1 }, (_, step) => formulas.ownAt(month, most * step / steps));
    const highest = Math.max(most * cost.perRequest, ...own.filter((value) => value !== null)) * 1.05 || 1;
    const [left, right, top, bottom] = [58, width - 12, 14, PICTURE_HEIGHT - 44];
    const x = (requests) => round(left + (right - left) * requests / most);
    const y = (dollars) => round(bottom - (bottom - top) * dollars / highest);
    const stairs = own.map((value, step) => value === null ? "" : step ? `H${x(most * step / steps)}V${y(value)}` : `M${x(0)} ${y(value)}`);
    const described = `Cost per month by calls per month, from 0 to ${count(most)}. The API rises from zero at ${money(cost.perRequest)} a call. `
      + `Own GPUs begin at ${money(cost.fixed)} and rise in steps as the peak needs more of them. `
      + (cost.breakEvenAtPeak === null ? "The lines never cross for good." : `They cross at ${count(cost.breakEvenAtPeak)} calls.`);
    return picture(width, PICTURE_HEIGHT, "Break-even between an API and own GPUs", described,
      ticks(highest, 5).map((value) => [
        svg("path", { class: "dg-grid", d: `M${left} ${y(value)}H${right}` }),
        svg("text", { class: "dg-muted", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, `$${compact(value)}`),
      ]),
      ticks(most, width / 90).map((value) =>
        svg("text", { class: "dg-muted", x: x(value), y: bottom + 18, "text-anchor": "middle" }, compact(value))),
      svg("path", { class: "dg-axis", d: `M${left} ${top}V${bottom}H${right}` }),
      svg("text", { class: "dg-text", x: (left + right) / 2, y: PICTURE_HEIGHT - 6, "text-anchor": "middle" }, "Calls a month"),
      svg("path", { class: "dg-line dg-dash", d: `M${x(month.requests)} ${bottom}V${top}` }),
      svg("path", { class: "dg-curve tool-curve-own", d: stairs.join("") }),
      svg("path", { class: "dg-curve dg-curve-a", d: `M${x(0)} ${y(0)}L${x(most)} ${y(most * cost.perRequest)}` }),
      cost.breakEvenAtPeak === null ? null
        : svg("circle", { class: "dg-dot", r: 5, cx: x(cost.breakEvenAtPeak), cy: y(cost.breakEvenAtPeak * cost.perRequest) }),
    );
  }

  function memoryChart(model, need, width) {
    const [left, right, top, height] = [2, width - 2, 8, 34];
    const most = Math.max(need.total, need.gpus * model.gpuMemory);
    const x = (value) => round(left + (right - left) * value / most);
    let from = 0;
    const bars = [["a", need.weights], ["c", need.runtime], ["b", need.cache]].map(([name, value]) => {
      const bar = svg("rect", { class: `tool-fill-${name}`, x: x(from), y: top, width: round(x(from + value) - x(from)), height });
      from += value;
      return bar;
    });
    const every = Math.ceil(need.gpus / Math.floor(width / 60));
    const edges = Array.from({ length: Math.floor(need.gpus / every) }, (_, card) => (card + 1) * every * model.gpuMemory);
    return picture(width, 74, "GPU memory",
      `A bar of ${gigabytes(need.weights)} weights, ${gigabytes(need.runtime)} overhead and ${gigabytes(need.cache)} cache on ${gpus(need.gpus)}.`,
      svg("rect", { class: "tool-fill-none", x: left, y: top, width: right - left, height }), bars,
      edges.map((edge) => [
        svg("path", { class: "dg-line dg-dash", d: `M${x(edge)} ${top - 6}v${height + 12}` }),
        svg("text", { class: "dg-muted", x: x(edge), y: top + height + 22, "text-anchor": "end" }, gigabytes(edge)),
      ]));
  }

  /** Round numbers from 0 up to `most`, about as many as asked for. */
  function ticks(most, wanted) {
    const rough = most / Math.max(2, wanted);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((one) => one * power >= rough) * power;
    return Array.from({ length: Math.floor(most / step * (1 + 1e-9)) + 1 }, (_, place) => place * step);
  }

  const compact = shown({ notation: "compact", maximumSignificantDigits: 3 });
  const round = (value) => Math.round(value * 10) / 10;

  return { inference, serving, sample, stability, memory, plain };
})();
