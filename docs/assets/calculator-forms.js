/**
 * The calculators' forms: fields in, figures and a picture out, as one types. Formulas stand in calculators.js, what is
 * shown of them in calculator-results.js. Prices are the reader's; the values that a form opens with are the worked
 * examples of the guide. What differs from them is kept in the address: `#inference.requests=3000000&memory.layers=32`.
 */
(() => {
  "use strict";

  const { define, keep, element, announcer, button, copyButton, drawn } = globalThis.guideTools;
  const { inference, serving, sample, stability, memory, plain } = globalThis.guideCalculatorResults;

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
          number("promptTokensPerSecond", "One GPU reads", "input tokens/s", 20_000, { hint: "Prefill under load, from your own test." }),
          number("tokensPerSecond", "One GPU writes", "output tokens/s", 1500, { hint: "Decode under load, from your own test." }),
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
