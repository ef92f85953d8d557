/**
 * The assessment: questions for each work stream, and what they come to, in the browser alone. The criteria with the
 * passages that explain them stand in the page (guide/decision_data.py put them there), the arithmetic in advisor.js,
 * decision records and papers in decision-record.js. The answers are kept in the address: `#profile=1;…`.
 */
(() => {
  "use strict";

  const { define, keep, site, element, svg, picture, announcer, button, copyButton, download, drawn } = globalThis.guideTools;
  const { advise, tidied, toFragment, fromFragment, optionOf, criterionOf, MOST_WORKSTREAMS, LONGEST_NAME } = globalThis.guideAdvisor;

  const FEW = 5;
  /** Work streams whose scores fit on one page beside everything else. */
  const FEW_ON_PAPER = 3;
  const NOTHING = "Answer the first questions to see a result.";
  const TITLES = { mlops: "MLOps", llmops: "LLMOps", both: "Both", neither: "Neither" };
  const LIMITS = [ // the last three as in chatbot/advisor/advisor.py
    "It orders what you know about your situation; it measures neither value nor feasibility.",
    "Weights, numbers and thresholds are proposals of the guide; they were not fitted to the outcomes of projects.",
    "Criteria overlap, so a large margin is no proof, and moving a single answer alone may be unrealistic.",
    "A prohibited or high-risk use is decided by law, whatever the score.",
  ];
  const EXAMPLE = [
    ["Loan scoring", { input: "fields", output: "prediction", labels: "outcomes", language: "none", explainability: "reasons", regulation: "significant" }],
    ["Policy questions of staff", { input: "language", output: "text", language: "meaning", review: "person", explainability: "sources" }],
  ];

  define("assessment", ([place]) => {
    const criteria = JSON.parse(place.dataset.criteria);
    const link = linksOf(criteria);
    const said = announcer();
    let profile = { workstreams: [{ name: "", answers: {} }] };
    let current = 0;
    let result = advise(criteria, profile);

    // ---------------------------------------------------------------------------------------------- the questions

    const damaged = element("p", { class: "tool-fault", role: "alert", hidden: true }, "The link's answers are damaged and can't be read; begin anew.");
    const streams = element("ul", { class: "streams" });
    const name = element("input", { id: "stream-name", type: "text", maxlength: LONGEST_NAME, autocomplete: "off", placeholder: "Work stream 1" });
    const asked = new Map([...criteria.ten.map((id, place) => [id, place + 1]), ...rest(criteria).map((id) => [id, null])]
      .map(([id, number]) => [id, question(criterionOf(criteria, id), number)]));
    const more = element("details", { class: "more-questions" },
      element("summary", {}, `Answer ${asked.size - criteria.ten.length} more questions for a firmer result`),
      rest(criteria).map((id) => asked.get(id)));
    const form = element("form", { class: "tool-form", "aria-label": "Questions", autocomplete: "off" },
      element("div", { class: "stream-head" },
        element("p", { class: "tool-hint", id: "streams-hint" },
          "A work stream is one thing to be done with an output of its own, such as scoring loans or answering staff. Add one for each."),
        streams,
        element("div", { class: "tool-field" }, element("label", { for: "stream-name" }, "Name of this work stream"), name)),
      criteria.ten.map((id) => asked.get(id)), more);
    const strip = element("button", { type: "button", class: "result-strip" });

    function question(criterion, number) {
      const option = (value, text) => element("label", { class: value ? "option" : "option unknown" },
        element("input", { type: "radio", name: criterion.id, value }), element("span", {}, text));
      return element("fieldset", { class: "question", id: `question-${criterion.id}` },
        element("legend", {}, number ? `${number}. ${criterion.question}` : criterion.question),
        criterion.options.map(({ id, text }) => option(id, text)),
        option("", "Not known yet"),
        element("p", { class: "tool-hint" }, "Why it matters: ", link(criterion.section)));
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      const stream = profile.workstreams[current];
      if (target === name) stream.name = name.value;
      else if (target.value) stream.answers[target.name] = target.value;
      else delete stream.answers[target.name];
      calculate();
    });

    function showStream(number) {
      current = number;
      const { name: called, answers } = profile.workstreams[number];
      name.value = called;
      name.placeholder = `Work stream ${number + 1}`;
      for (const [id, fieldset] of asked) {
        for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === (answers[id] ?? "");
      }
      more.open ||= rest(criteria).some((id) => answers[id]);
    }

    function addStream() {
      profile.workstreams.push({ name: "", answers: {} });
      showStream(profile.workstreams.length - 1);
      calculate();
      name.focus();
    }

    function removeStream() {
      profile.workstreams.splice(current, 1);
      showStream(Math.max(0, current - 1));
      calculate();
      streams.querySelector("[aria-current]").focus();
    }

    function fillStreams() {
      const tidy = tidied(criteria, profile).workstreams;
      const focused = streams.contains(document.activeElement) ? document.activeElement.dataset.stream : null;
      streams.replaceChildren(
        ...tidy.map((stream, number) => element("li", {}, button(
          [stream.name, " ", element("span", { class: "stream-result" }, TITLES[result.workstreams[number].recommendation] ?? "open")],
          () => { showStream(number); fillStreams(); },
          { class: "stream", "data-stream": number, "aria-current": number === current ? "true" : null }))),
        ...(tidy.length < MOST_WORKSTREAMS ? [element("li", {}, button("Add a work stream", addStream, { class: "stream stream-add", "data-stream": "add" }))] : []),
        ...(tidy.length > 1 ? [element("li", {}, button(`Remove “${tidy[current].name}”`, removeStream, { class: "stream stream-add", "data-stream": "remove" }))] : []),
      );
      if (focused !== null) streams.querySelector(`[data-stream="${focused}"]`)?.focus();
    }

    /** Bring an unanswered question before the reader. */
    function goTo(number, id) {
      showStream(number);
      fillStreams();
      if (!criteria.ten.includes(id)) more.open = true;
      asked.get(id).scrollIntoView({ block: "center" });
      asked.get(id).querySelector("input").focus({ preventScroll: true });
    }

    // ------------------------------------------------------------------------------------------------ the result

    const verdict = element("h2", { class: "tool-verdict", tabindex: -1 });
    const summary = element("div", { class: "result-summary" });
    const chart = drawn((width) => scoreChart(criteria, result, width));
    const legend = element("ul", { class: "tool-legend" },
      [["fill-a", "MLOps"], ["fill-b", "LLMOps"], ["fill-n", "Neither"], ["line-range", "Range that unknown answers leave open"],
        ["dash", `Both, if MLOps and LLMOps reach ${criteria.method.both}`]].map(([key, label]) => element("li", { class: `tool-key tool-${key}` }, label)));
    const details = element("div", { class: "result-details" });
    const limits = element("div", { class: "result-limits" }, element("h3", {}, "What this method can't tell"),
      element("ul", {}, LIMITS.map((limit) => element("li", {}, limit))),
      element("p", {}, "The arithmetic is spelt out in ", element("a", { href: new URL("about/advisor/", site) }, "how the advisor decides"), "."));
    const records = globalThis.guideRecords.desk({
      criteria, chart: () => (result.workstreams.length > FEW_ON_PAPER ? indexChart : scoreChart)(criteria, result, 640), limits: LIMITS,
      now: () => ({ profile: tidied(criteria, profile), result, address: location.href, summary: headline(criteria, result) }),
      open: (opened) => { load(opened); verdict.scrollIntoView({ block: "center" }); },
    });
    const panel = element("section", { class: "tool-result", "aria-label": "Result" },
      verdict, summary, chart.place, legend, details, limits,
      element("p", { class: "tool-actions" }, copyButton("Copy link", () => location.href), records.buttons,
        button("Begin anew", () => load({ workstreams: [{ name: "", answers: {} }] })),
        button("Show an example", () => load({ workstreams: EXAMPLE.map(([called, answers]) => ({ name: called, answers: { ...answers } })) }))),
      records.parts, said.region);

    strip.addEventListener("click", () => { verdict.scrollIntoView({ block: "center" }); verdict.focus({ preventScroll: true }); });

    function calculate() {
      const tidy = tidied(criteria, profile);
      result = advise(criteria, tidy);
      const answered = tidy.workstreams.reduce((sum, { answers }) => sum + Object.keys(answers).length, 0);
      const all = tidy.workstreams.length * criteria.criteria.length;
      const text = headline(criteria, result);
      verdict.textContent = text;
      strip.replaceChildren(element("strong", {}, result.recommendation ? TITLES[result.recommendation] : "No result yet"),
        element("span", {}, result.recommendation ? `confidence ${percent(result.confidence)} · ` : "", `${answered} of ${all} answers`),
        element("span", { class: "strip-go" }, "See the result"));
      if (answered) said.say(`${text} ${sure(result)}`);
      summary.replaceChildren(...(result.recommendation ? summaryOf(criteria, result, link) : [element("p", {}, answered
        ? "Too little is known to recommend anything: the answers so far weigh too little, or speak for every result alike." : NOTHING)]));
      details.replaceChildren(...detailsOf(criteria, result, link, goTo));
      chart.place.hidden = legend.hidden = !answered;
      chart.redraw();
      fillStreams();
      const blank = !answered && tidy.workstreams.length === 1 && !profile.workstreams[0].name.trim();
      keep(blank ? "" : toFragment(criteria, tidy));
    }

    function load(loaded) {
      profile = { workstreams: loaded.workstreams.map(({ name: called, answers }) => ({ name: called, answers: { ...answers } })) };
      if (!profile.workstreams.length) profile.workstreams.push({ name: "", answers: {} });
      showStream(0);
      calculate();
    }

    function restore(fragment) {
      const found = fromFragment(criteria, fragment);
      if (found) load(found);
      damaged.hidden = Boolean(found) || !fragment.startsWith("profile=");
      return Boolean(found);
    }

    place.replaceChildren(damaged, form, strip, panel);
    if (!restore(location.hash.slice(1))) load(profile);
    return restore;
  });

  // ------------------------------------------------------------------------------------------------- the words of it

  const rest = (criteria) => criteria.criteria.map(({ id }) => id).filter((id) => !criteria.ten.includes(id));
  const percent = (part) => `${Math.round(part * 100)}%`;

  /** What makes a link to a section of the guide, named by its heading. */
  function linksOf(criteria) {
    return (address, text) => {
      const section = criteria.sections[address];
      return element("a", { href: new URL(address, site) }, text ?? section?.heading ?? address);
    };
  }

  function headline(criteria, { recommendation, workstreams }) {
    if (!recommendation) return "No recommendation yet";
    const open = workstreams.filter((stream) => !stream.recommendation).map(({ name }) => name);
    const words = { mlops: "MLOps is recommended", llmops: "LLMOps is recommended", both: "Both MLOps and LLMOps are recommended", neither: "Neither is recommended for now" };
    return words[recommendation] + (open.length ? `; still open: ${open.join(", ")}.` : ".");
  }

  const sure = ({ confidence, robustness }) =>
    `Confidence ${percent(confidence)}; ${Math.round(robustness)}% of single changes of an answer leave the result as it is.`;

  function summaryOf(criteria, result, link) {
    const { summary, page } = criteria.results[result.recommendation];
    return [
      element("p", {}, summary, " ", link(page, "When it is right and when it is wrong"), "."),
      element("p", { class: "result-sure" }, result.recommendation ? sure(result) : ""),
    ];
  }

  function detailsOf(criteria, result, link, goTo) {
    const several = result.workstreams.length > 1;
    return [
      ...result.workstreams.filter(({ answers }) => Object.keys(answers).length).map((stream) => streamDetails(criteria, stream, link, several)),
      flipsDetails(criteria, result, several),
      questionsDetails(criteria, result, goTo, several),
      nextDetails(criteria, result, link),
    ].filter(Boolean);
  }

  function streamDetails(criteria, stream, link, several) {
    const reason = ({ criterion, option, points }) => {
      const found = criterionOf(criteria, criterion);
      return element("li", {}, element("span", { class: "points" }, signed(points)), ` ${found.name}: ${lowerFirst(optionOf(found, option).text)}. `,
        link(found.section));
    };
    const list = (title, reasons) => reasons.length ? element("div", {}, element("h4", {}, title),
      element("ul", { class: "reasons" }, reasons.slice(0, FEW).map(reason)),
      reasons.length > FEW ? element("details", {}, element("summary", {}, `${reasons.length - FEW} more`),
        element("ul", { class: "reasons" }, reasons.slice(FEW).map(reason))) : null) : null;
    const constraints = stream.constraints.map((id) => criteria.constraints.find((each) => each.id === id));
    return element("div", { class: "stream-details" },
      element("h3", {}, several ? `${stream.name}: ` : "", stream.recommendation ? TITLES[stream.recommendation] : "open"),
      several && stream.recommendation ? element("p", { class: "result-sure" }, sure(stream)) : null,
      constraints.map(({ text, section }) => element("p", { class: "constraint" }, element("strong", {}, "Outranks the scores: "), `${text}. `, link(section))),
      element("div", { class: "for-against" },
        list("For", stream.arguments.filter(({ points }) => points > 0)),
        list("Against", stream.arguments.filter(({ points }) => points < 0))),
      stream.rejected.length ? element("details", {}, element("summary", {}, "Why not something else?"),
        element("ul", {}, stream.rejected.map((other) => element("li", {}, whyNot(criteria, stream, other))))) : null);
  }

  function whyNot(criteria, stream, { recommendation, against, constraints }) {
    const reasons = [
      ...constraints.map((id) => criteria.constraints.find((each) => each.id === id).text),
      ...against.map(({ criterion, option }) => optionOf(criterionOf(criteria, criterion), option).text),
    ].map(lowerFirst);
    const runner = recommendation === stream.runnerUp ? " (runner-up)" : "";
    return `${TITLES[recommendation]}${runner}: ${reasons.length ? `${reasons.join("; ")}.` : "no answer speaks against it, but less speaks for it."}`;
  }

  function flipsDetails(criteria, result, several) {
    if (!result.recommendation) return null;
    const flip = ([number, { criterion, given, instead, steps, result: after }, overall]) => {
      const found = criterionOf(criteria, criterion);
      const stream = several ? `${result.workstreams[number].name} would become ` : "the result would become ";
      return element("li", {}, element("strong", {}, found.name), `: if “${lowerFirst(optionOf(found, instead).text)}” held instead of “${
        lowerFirst(optionOf(found, given).text)}” (${steps} of 4 steps away), ${stream}${titleOf(after)}`,
      several && overall !== result.recommendation ? `, and overall ${titleOf(overall)}.` : ".");
    };
    return element("div", {}, element("h3", {}, "What would change it"),
      result.flips.length ? element("ul", {}, result.flips.slice(0, FEW).map(flip))
        : element("p", {}, "No single answer that you gave would change the result, however far it moved."));
  }

  function questionsDetails(criteria, result, goTo, several) {
    const worth = result.questions.slice(0, 3);
    if (!worth.length) return null;
    return element("div", {}, element("h3", {}, "Worth finding out next"), element("ul", {}, worth.map(([number, { criterion, leadsTo, share }]) => {
      const found = criterionOf(criteria, criterion);
      const changing = Math.round(share * leadsTo.length);
      return element("li", {}, button(found.question, () => goTo(number, criterion), { class: "as-link" }),
        several ? ` (${result.workstreams[number].name})` : "",
        changing ? `: ${changing} of its ${leadsTo.length} answers would change the result.` : ": narrows the range.");
    })));
  }

  function nextDetails(criteria, { recommendation }, link) {
    if (!recommendation) return null;
    const { risks, steps, read } = criteria.results[recommendation];
    const pointers = (all) => all.map(({ text, section }) => element("li", {}, `${text}. `, link(section)));
    return element("div", { class: "for-against" },
      element("div", {}, element("h3", {}, "First steps"), element("ol", {}, pointers(steps))),
      element("div", {}, element("h3", {}, "Risks"), element("ul", {}, pointers(risks)),
        element("h3", {}, "Read"), element("ul", {}, read.map((address) => element("li", {}, link(address))))));
  }

  const titleOf = (recommendation) => recommendation ? TITLES[recommendation] : "open";
  const signed = (points) => points > 0 ? `+${points}` : `−${-points}`;
  /** A sentence's opening word goes small unless it is an abbreviation. */
  const lowerFirst = (text) => /^[A-Z][A-Z]/.test(text) ? text : text[0].toLowerCase() + text.slice(1);

  // ---------------------------------------------------------------------------------------------------- the picture

  const ROW = 22;

  function scoreChart(criteria, { workstreams }, width) {
    const [left, right] = [72, width - 40];
    const x = (value) => Math.round((left + (right - left) * (value + 100) / 200) * 10) / 10;
    const shown = workstreams.filter(({ answers }) => Object.keys(answers).length);
    const titled = workstreams.length > 1 ? 20 : 4;
    const height = shown.length * (titled + 3 * ROW + 6) + 22;
    const rows = [];
    const words = [];
    let y = 2;
    for (const { name, scores } of shown) {
      if (workstreams.length > 1) rows.push(svg("text", { class: "dg-text dg-strong", x: 2, y: y + 14 }, cut(name, width / 9)));
      y += titled;
      for (const [practice, key] of [["mlops", "a"], ["llmops", "b"], ["neither", "n"]]) {
        const { score, low, high } = scores[practice];
        const middle = y + ROW / 2;
        rows.push(
          svg("text", { class: "dg-muted", x: left - 8, y: middle + 4.5, "text-anchor": "end" }, TITLES[practice]),
          svg("rect", { class: `tool-fill-${key}`, x: Math.min(x(0), x(score)), y: middle - 7, width: Math.abs(x(score) - x(0)), height: 14 }),
          range(x(low), x(high), middle),
          svg("text", { class: "dg-text", x: right + 6, y: middle + 4.5 }, String(Math.round(score)).replace("-", "−")),
        );
        words.push(`${name}, ${TITLES[practice]}: ${Math.round(score)}, from ${Math.round(low)} to ${Math.round(high)} with every unknown answer.`);
        y += ROW;
      }
      y += 6;
    }
    return picture(width, height, "Scores of MLOps, LLMOps and neither from −100 to 100", words.join(" "),
      scale(x, y), svg("path", { class: "dg-line dg-dash", d: `M${x(criteria.method.both)} 2V${y}` }), rows);
  }

  /** Many work streams in one line each: from −100, clearly MLOps, to 100, clearly LLMOps. */
  function indexChart(criteria, { workstreams }, width) {
    const [left, right] = [190, width - 70];
    const x = (value) => Math.round((left + (right - left) * (value + 100) / 200) * 10) / 10;
    const y = 2 + workstreams.length * ROW;
    const rows = workstreams.map(({ name, index, recommendation, scores: { mlops, llmops } }, place) => {
      const middle = 2 + (place + 0.5) * ROW;
      return [
        svg("text", { class: "dg-text", x: left - 8, y: middle + 4.5, "text-anchor": "end" }, cut(name, 26)),
        svg("rect", { class: index < 0 ? "tool-fill-a" : "tool-fill-b", x: Math.min(x(0), x(index)), y: middle - 7, width: Math.abs(x(index) - x(0)), height: 14 }),
        range(x((llmops.low - mlops.high) / 2), x((llmops.high - mlops.low) / 2), middle),
        svg("text", { class: "dg-text", x: right + 8, y: middle + 4.5 }, recommendation ? TITLES[recommendation] : "open"),
      ];
    });
    const words = workstreams.map(({ name, index, recommendation }) => `${name}: ${Math.round(index)}, ${titleOf(recommendation)}.`);
    return picture(width, y + 22, "Index of each work stream from −100, MLOps, to 100, LLMOps", words.join(" "), scale(x, y), rows);
  }

  const scale = (x, bottom) => [-100, -50, 0, 50, 100].map((value) => [
    svg("path", { class: value ? "dg-grid" : "dg-axis", d: `M${x(value)} 2V${bottom}` }),
    svg("text", { class: "dg-muted", x: x(value), y: bottom + 15, "text-anchor": "middle" }, String(value).replace("-", "−")),
  ]);

  const range = (from, to, y) => svg("path", { class: "tool-range", d: `M${from} ${y}H${to}M${from} ${y - 5}v10M${to} ${y - 5}v10` });

  const cut = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;
})();
