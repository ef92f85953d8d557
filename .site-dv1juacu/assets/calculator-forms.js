/**
 * The calculators' forms: fields in, figures and a picture out, as one types. Formulas stand in calculators.js. Prices are
 * the reader's; the values that a form opens with are the worked examples of the guide. What differs from them is kept
 * in the address: `#inference.requests=3000000&memory.layers=32`.
 */
(() => {
  "use strict";

  const { define, keep, element, svg, picture, announcer, button, copyButton, drawn } = globalThis.guideTools;
  const formulas = globalThis.guideCalculators;

  // ----------------------------------------------------------------------------------------------------- the fields

  /** A number. `percent` fields are typed as 75 and calculated as 0.75. */
  const number = (name, label, unit, value, rules = {}) => ({ name, label, unit, value, min: 0, max: 1e15, ...rules });
  const percent = (name, label, value, rules = {}) => number(name, label, "%", value, { max: 100, percent: true, ...rules });
  const choice = (name, label, value, options) => ({ name, label, value, options });
  const shares = (name, label, value, hint) => ({ name, label, value, hint, list: true });

  const BYTES = [[2, "2 (FP16, BF16)"], [1, "1 (FP8, INT8)"], [0.5, "0.5 (4 bits)"]];

  const CALCULATORS = {
    inference: {
      title: "LLM inference: API or own GPUs",
      groups: [
        ["Traffic", [
          number("requests", "Model calls", "a month", 1_000_000, { hint: "An agent's task is several calls." }),
          number("inputTokens", "Input", "tokens a call", 2000),
          number("outputTokens", "Output", "tokens a call", 300, { hint: "With hidden reasoning tokens." }),
          number("peak", "Peak load", "× average", 5, { min: 1 }),
        ]],
        ["API", [
          number("inputPrice", "Input price", "$ per million tokens", 0.5),
          number("outputPrice", "Output price", "$ per million tokens", 1.5),
          percent("cachedShare", "Input read from cache", 0),
          percent("cachedPrice", "Price of cached input", 10, { unit: "% of input price" }),
          percent("batchShare", "Calls that can wait for a batch", 0),
          percent("batchDiscount", "Batch discount", 50),
        ]],
        ["Own GPUs", [
          number("gpus", "GPUs at least", "", 2, { min: 1, whole: true }),
          number("gpuPrice", "GPU price", "$ an hour", 2.5),
          number("gpuHours", "Paid hours", "a month each", 730, { max: 744 }),
          number("tokensPerSecond", "Speed of one GPU", "output tokens/s", 1500, { hint: "Under load, from your own test." }),
          number("staff", "Staff", "$ a month", 6000),
          number("other", "Storage, network, tooling", "$ a month", 850),
        ]],
      ],
      results: inference,
    },
    serving: {
      title: "Classic model: fixed and marginal cost",
      groups: [
        ["Volume", [
          number("predictions", "Predictions", "a month", 2_000_000),
          number("pricePerMillion", "Computing", "$ per million predictions", 75),
        ]],
        ["Fixed lines", [
          number("data", "Data and features", "$ a month", 3000),
          number("training", "Training", "$ a month", 200),
          number("servers", "Servers that always run", "$ a month", 0),
          number("monitoring", "Monitoring", "$ a month", 400),
          number("staff", "Staff", "$ a month", 7000, { hint: "Validation, retraining, on-call duty." }),
        ]],
      ],
      results: serving,
    },
    sample: {
      title: "Sample size: a rate to within a margin",
      groups: [
        ["What to measure", [
          percent("rate", "Expected rate", 5, { min: 0.01, max: 99.99, hint: "Of failures, or of successes." }),
          number("margin", "Margin", "± points", 2, { min: 0.01, max: 99, percent: true }),
          choice("confidence", "Confidence", 95, [[80, "80%"], [90, "90%"], [95, "95%"], [99, "99%"]]),
        ]],
        ["What you can judge", [
          number("answers", "Answers", "in one round", 50, { min: 1, whole: true }),
          number("minutes", "Time for one answer", "minutes", 3),
          number("minutePrice", "Price of a minute", "$", 0.6),
        ]],
      ],
      results: sample,
    },
    psi: {
      title: "Population stability index",
      groups: [["Bins", [
        shares("expected", "Expected", "25, 25, 25, 25", "Counts or percentages of the reference, separated by commas."),
        shares("actual", "Actual", "40, 30, 20, 10", "The same bins in the period to judge."),
      ]]],
      check: ({ expected, actual }) => expected.length === actual.length ? null : ["actual", `Needs ${expected.length} bins, as above.`],
      results: stability,
    },
    memory: {
      title: "GPU memory of a language model",
      groups: [
        ["Weights", [
          number("parameters", "Parameters", "billion", 70),
          choice("bytesPerParameter", "Bytes per parameter", 1, BYTES),
          percent("overhead", "Runtime overhead", 20, { max: 1000, hint: "10% to 30% of the weights is only a start." }),
        ]],
        ["KV cache", [
          number("layers", "Layers", "", 80, { whole: true }),
          number("kvHeads", "Key-value heads", "", 8, { whole: true, hint: "Not attention heads." }),
          number("headSize", "Head size", "", 128, { whole: true }),
          choice("bytesPerValue", "Bytes per value", 2, BYTES.slice(0, 2)),
          number("tokens", "Sequence length", "tokens", 4096, { hint: "Prompt and answer." }),
          number("sequences", "Sequences at once", "", 24),
        ]],
        ["Hardware", [number("gpuMemory", "Memory of one GPU", "GB", 80, { min: 1 })]],
      ],
      results: memory,
    },
  };

  const fieldsOf = (calculator) => calculator.groups.flatMap(([, fields]) => fields);

  /** The value of a field, or why it is none. */
  function valueOf(field, typed) {
    const text = typed.trim();
    if (field.options) return { value: Number(text) };
    if (field.list) return listOf(text);
    const value = Number(text);
    if (!text || Number.isNaN(value)) return { fault: "Needs a number." };
    if (value < field.min) return { fault: `At least ${plain(field.min)}.` };
    if (value > field.max) return { fault: `At most ${plain(field.max)}.` };
    if (field.whole && !Number.isInteger(value)) return { fault: "Needs a whole number." };
    return { value: field.percent ? value / 100 : value };
  }

  function listOf(text) {
    const value = text.split(/[\s,;%]+/).filter(Boolean).map(Number);
    if (value.some((one) => !(one >= 0 && one < Infinity))) return { fault: "Needs numbers that are not negative." };
    if (value.length < 2) return { fault: "Needs at least two bins." };
    if (value.length > 100) return { fault: "At most 100 bins." };
    if (!value.some(Boolean)) return { fault: "At least one bin must hold something." };
    return { value };
  }

  // ---------------------------------------------------------------------------------------------------- the results

  /** @returns {{said: string, figures: string[][], chart?: (width: number) => Node, legend?: string[][], table?: string[][], notes?: string[]}} */
  function inference(month) {
    const cost = formulas.inference(month);
    const never = "never";
    const winner = { api: "The API is cheaper", own: "Own GPUs are cheaper", equal: "Both cost the same" }[cost.cheaper];
    const costs = `${money(cost.api)} a month against ${cost.own === null ? "no number of GPUs" : money(cost.own)}`;
    const evens = cost.breakEvenAtPeak === null
      ? "Own GPUs never pay: at this peak one more GPU costs more than the calls that it carries."
      : `Own GPUs pay from ${count(cost.breakEvenAtPeak)} calls a month on ${gpus(cost.breakEvenGpus)}.`;
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
    if (cost.utilization > 1) return "more than these GPUs can make";
    if (!cost.utilization || !month.gpuPrice) return "";
    return `${money(formulas.costPerMillionTokens(month.gpuPrice, month.tokensPerSecond, cost.utilization))} of GPU per million output tokens`;
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

  // ------------------------------------------------------------------------------------------------------ the forms

  /** @returns {{name: string, read(state: URLSearchParams): void, state(): string[][], place: Element}} */
  function form(place, changed) {
    const name = place.dataset.calculator;
    const calculator = CALCULATORS[name];
    const fields = new Map(fieldsOf(calculator).map((field) => [field.name, control(name, field)]));
    const figures = element("dl", { class: "tool-figures" });
    const table = element("table", { class: "tool-table" });
    const notes = element("div", { class: "tool-notes" });
    const legend = element("ul", { class: "tool-legend", hidden: true });
    const said = announcer();
    const sentence = element("p", { class: "tool-verdict" });
    let result = null;
    const chart = drawn((width) => result?.chart ? result.chart(width) : "");

    function calculate() {
      const values = read(calculator, fields);
      result = values && calculator.results(values);
      const text = result ? result.said : "Mend the marked fields to see a result.";
      sentence.textContent = text;
      said.say(text);
      figures.replaceChildren(...(result?.figures ?? []).map(([label, value, note]) => element("div", {},
        element("dt", {}, label), element("dd", {}, element("strong", {}, value), note ? element("span", {}, note) : null))));
      fillTable(table, result?.table ?? []);
      notes.replaceChildren(...(result?.notes ?? []).map((note) => element("p", {}, note)));
      legend.hidden = !result?.legend;
      legend.replaceChildren(...(result?.legend ?? []).map(([key, label]) => element("li", { class: `tool-key tool-${key}` }, label)));
      chart.place.hidden = !result?.chart;
      chart.redraw();
    }

    const update = () => { calculate(); changed(); };
    for (const { input } of fields.values()) input.addEventListener("input", update);
    const reset = () => { for (const { input, field } of fields.values()) input.value = field.value; update(); };
    place.replaceChildren(
      element("form", { class: "tool-form", "aria-label": calculator.title, novalidate: true, autocomplete: "off" },
        calculator.groups.map(([title, group]) => element("fieldset", {}, element("legend", {}, title),
          element("div", { class: "tool-fields" }, group.map((field) => fields.get(field.name).box))))),
      element("div", { class: "tool-result", role: "group", "aria-label": `Result: ${calculator.title}` },
        sentence, figures, chart.place, legend, table, notes, said.region),
      element("p", { class: "tool-actions" }, button("Set back to the example", reset), copyButton("Copy link", () => location.href)),
    );
    place.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    return {
      name, place,
      read(state) {
        for (const { input, field } of fields.values()) input.value = state.get(`${name}.${field.name}`) ?? field.value;
        calculate();
      },
      state: () => [...fields.values()].filter(({ input, field }) => input.value !== String(field.value))
        .map(({ input, field }) => [`${name}.${field.name}`, input.value]),
    };
  }

  function control(calculator, field) {
    const id = `calculator-${calculator}-${field.name}`;
    const described = [field.unit && `${id}-unit`, field.hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" ");
    const shared = { id, name: field.name, "aria-describedby": described };
    const input = field.options
      ? element("select", shared, field.options.map(([value, label]) => element("option", { value }, label)))
      : field.list ? element("input", { ...shared, type: "text", inputmode: "decimal" })
        : element("input", { ...shared, type: "number", inputmode: "decimal", min: field.min, max: field.max, step: field.whole ? 1 : "any" });
    input.value = field.value;
    const fault = element("p", { class: "tool-fault", id: `${id}-fault` });
    const box = element("div", { class: field.list ? "tool-field tool-wide" : "tool-field" },
      element("label", { for: id }, field.label),
      element("div", { class: "tool-entry" }, input, field.unit ? element("span", { id: `${id}-unit` }, field.unit) : null),
      field.hint ? element("p", { class: "tool-hint", id: `${id}-hint` }, field.hint) : null,
      fault);
    return { field, input, fault, box };
  }

  /** All values, or null after marking what is wrong. */
  function read(calculator, fields) {
    const values = {};
    const faults = new Map();
    for (const [name, { field, input }] of fields) {
      const { value, fault } = valueOf(field, input.value);
      if (fault) faults.set(name, fault);
      else values[name] = value;
    }
    if (!faults.size && calculator.check) {
      const found = calculator.check(values);
      if (found) faults.set(...found);
    }
    for (const [name, { input, fault }] of fields) {
      fault.textContent = faults.get(name) ?? "";
      if (faults.has(name)) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    return faults.size ? null : values;
  }

  function fillTable(table, [head, ...rows]) {
    table.hidden = !rows.length;
    table.replaceChildren(...(rows.length ? [
      element("thead", {}, element("tr", {}, head.map((cell) => element("th", { scope: "col" }, cell)))),
      element("tbody", {}, rows.map(([first, ...cells]) =>
        element("tr", {}, element("th", { scope: "row" }, first), cells.map((cell) => element("td", {}, cell))))),
    ] : []));
  }

  define("calculator", (places) => {
    const forms = places.filter((place) => CALCULATORS[place.dataset.calculator]).map((place) => form(place, save));

    function save() {
      keep(new URLSearchParams(forms.flatMap((one) => one.state())).toString());
    }

    function restore(fragment) {
      const state = new URLSearchParams(fragment);
      const meant = forms.find((one) => [...state.keys()].some((key) => key.startsWith(`${one.name}.`)));
      if (!meant) return false;
      for (const one of forms) one.read(state);
      save();
      meant.place.scrollIntoView();
      return true;
    }

    if (!restore(location.hash.slice(1))) for (const one of forms) one.read(new URLSearchParams());
    return restore;
  });

  globalThis.guideCalculatorForms = { CALCULATORS, valueOf };
})();
