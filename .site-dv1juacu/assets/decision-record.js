/**
 * Decision records: an assessment kept as Markdown, JSON or paper, and an old record looked at again. The JSON is that of
 * chatbot/advisor/record.py, so that page and command open what the other wrote. Everything stays in the browser: records
 * are saved and opened as files, and an opened file is data that is checked, never markup.
 */
(() => {
  "use strict";

  const { site, element, button, download, announcer } = globalThis.guideTools;
  const { advise, tidied, toFragment, optionOf, criterionOf, rounded, MOST_WORKSTREAMS } = globalThis.guideAdvisor;

  const FORMAT = 1;
  const REVIEW_AFTER_DAYS = 365;
  const LARGEST_FILE = 1_000_000;
  const TITLES = { mlops: "MLOps", llmops: "LLMOps", both: "Both MLOps and LLMOps", neither: "Neither for now" };

  const titleOf = (recommendation) => TITLES[recommendation] ?? "Open";
  const percent = (part) => `${Math.round(part * 100)}%`;

  // ----------------------------------------------------------------------------------------------------- the record

  /** All that is needed to defend the decision today and to judge it again later. */
  function recordOf(criteria, profile, { summary, limits, today = new Date() }) {
    const result = advise(criteria, profile);
    const question = (id) => criterionOf(criteria, id);
    return {
      format: FORMAT,
      made: day(today),
      review_by: day(reviewDate(today)),
      criteria_version: criteria.version,
      recommendation: result.recommendation,
      confidence: result.confidence,
      robustness: rounded(result.robustness),
      summary,
      workstreams: result.workstreams.map((stream) => ({
        name: stream.name,
        answers: stream.answers,
        recommendation: stream.recommendation,
        runner_up: stream.runnerUp,
        scores: mapped(stream.scores, (score) => mapped(score, rounded)),
        rejected: stream.rejected.map((other) => ({ recommendation: other.recommendation, reasons: reasonsAgainst(criteria, stream, other) })),
      })),
      inputs: result.workstreams.flatMap((stream) => Object.entries(stream.answers).map(([id, chosen]) => {
        const { text, scores } = optionOf(question(id), chosen);
        return { workstream: stream.name, criterion: id, question: question(id).question, option: chosen, text, weight: question(id).weight, scores };
      })),
      assumptions: [
        ...result.workstreams.filter(({ unknown }) => unknown.length).map(({ name, unknown }) =>
          `“${name}” was decided without an answer on: ${unknown.map(({ criterion }) => question(criterion).name.toLowerCase()).join(", ")}.`),
        ...limits,
      ],
      passages: passagesOf(criteria, result).map((address) => ({ address, url: new URL(address, site).href, ...criteria.sections[address] })),
      link: new URL(`choose/assessment/#${toFragment(criteria, profile)}`, site).href,
    };
  }

  const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
  const reviewDate = (today) => new Date(today.getFullYear(), today.getMonth(), today.getDate() + REVIEW_AFTER_DAYS);
  const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

  function reasonsAgainst(criteria, { recommendation: given }, { against, constraints }) {
    const reasons = [...constraints.map((id) => criteria.constraints.find((each) => each.id === id).text),
      ...against.map(({ criterion, option }) => optionOf(criterionOf(criteria, criterion), option).text)];
    return reasons.length ? reasons : [`It scores lower than ${titleOf(given)}`];
  }

  /** The addresses of the passages behind the reasons, each once. */
  function passagesOf(criteria, { recommendation, workstreams }) {
    const addresses = workstreams.flatMap((stream) => [
      ...stream.constraints.map((id) => criteria.constraints.find((each) => each.id === id).section),
      ...stream.arguments.map((argument) => criterionOf(criteria, argument.criterion).section),
    ]);
    if (recommendation) {
      const { risks, steps } = criteria.results[recommendation];
      addresses.push(...[...risks, ...steps].map(({ section }) => section));
    }
    return [...new Set(addresses)];
  }

  // ----------------------------------------------------------------------------------------------------- the review

  /** What an opened file says, or why it is no record: `{ record }` or `{ fault }`. */
  function readRecord(text) {
    let record;
    try {
      record = JSON.parse(text);
    } catch {
      return { fault: "The file is not JSON. Open a record that was saved here or by `chatbot advise --record`." };
    }
    if (!isObject(record) || !("format" in record)) return { fault: "The file holds no decision record." };
    if (record.format !== FORMAT) return { fault: `The record has format ${String(record.format)}; this page reads format ${FORMAT}.` };
    return isRecord(record) ? { record } : { fault: "The record is damaged: its work streams, inputs or passages can't be read." };
  }

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isTexts = (value) => isObject(value) && Object.values(value).every((each) => typeof each === "string");
  const areAll = (values, holds) => Array.isArray(values) && values.every((value) => isObject(value) && holds(value));
  const isRecord = ({ workstreams, inputs, passages, made, review_by: due }) =>
    areAll(workstreams, ({ name, answers }) => typeof name === "string" && isTexts(answers)) && workstreams.length <= MOST_WORKSTREAMS
    && areAll(inputs, ({ criterion, option, weight, scores }) => isTexts({ criterion, option }) && Number.isInteger(weight) && Array.isArray(scores))
    && areAll(passages, ({ address, heading, sha256 }) => isTexts({ address, heading, sha256 }))
    && [made, due].every((date) => /^\d{4}-\d\d-\d\d$/.test(date));

  /** What changed since a record was made, and whether its decision still stands. */
  function review(criteria, record) {
    const profile = tidied(criteria, record);
    const now = advise(criteria, profile);
    const then = record.recommendation ?? null;
    return {
      profile,
      then,
      now: now.recommendation,
      stands: then === now.recommendation,
      overdue: day(new Date()) > record.review_by,
      streams: record.workstreams.map(({ name, recommendation }, number) => [name, recommendation ?? null, now.workstreams[number].recommendation])
        .filter(([, before, after]) => before !== after),
      criteria: criteriaChanges(criteria, record),
      passages: record.passages.filter(({ address, sha256 }) => criteria.sections[address]?.sha256 !== sha256)
        .map(({ address, heading }) => ({ address, heading, gone: !criteria.sections[address] })),
    };
  }

  function criteriaChanges(criteria, { criteria_version: version, inputs }) {
    const changes = version === criteria.version ? []
      : [`The criteria are of version ${criteria.version}; the decision was made with version ${String(version)}.`];
    for (const { criterion: id, option: chosen, question, text, weight, scores } of inputs) {
      const criterion = criterionOf(criteria, id);
      const option = criterion && optionOf(criterion, chosen);
      if (!option) {
        changes.push(`“${String(question)}” – “${String(text)}” is no answer any more; it is left open.`);
        continue;
      }
      if (criterion.weight !== weight) changes.push(`“${criterion.name}” weighs ${criterion.weight} instead of ${weight}.`);
      if (String(option.scores) !== String(scores)) changes.push(`“${option.text}” counts ${option.scores.join("/")} instead of ${scores.map(String).join("/")}.`);
    }
    return [...new Set(changes)];
  }

  // ------------------------------------------------------------------------- a record in words: one content, two forms

  /** Sections of a record: heading and blocks; a block is a paragraph or a list, whose parts are texts and links. */
  function contentOf(criteria, profile, record, limits) {
    const result = advise(criteria, profile);
    const to = (address) => ({ text: criteria.sections[address].heading, href: new URL(address, site).href });
    const answer = (id, option) => optionOf(criterionOf(criteria, id), option).text;
    const reasons = (stream, sign) => stream.arguments.filter(({ points }) => Math.sign(points) === sign).map(({ criterion, option, points }) =>
      [`${criterionOf(criteria, criterion).name}: ${answer(criterion, option)} (${points > 0 ? "+" : "−"}${Math.abs(points)}). `, to(criterionOf(criteria, criterion).section)]);
    const sections = [["Decision", [
      [`${titleOf(record.recommendation)}. ${record.recommendation ? criteria.results[record.recommendation].summary : "Too little is known to recommend anything."}`],
      { list: [
        [`Confidence: ${percent(record.confidence)}`],
        [`Robustness: ${record.robustness}% of single changes of an answer leave the result as it is`],
        [`Date: ${record.made}; review by ${record.review_by}`],
        [`Criteria: version ${record.criteria_version}`],
        ["Answers as a link: ", { text: "open the assessment", href: record.link }],
      ] },
    ]]];
    for (const stream of result.workstreams) {
      const [forIt, against] = [reasons(stream, 1), reasons(stream, -1)];
      const constraints = stream.constraints.map((id) => criteria.constraints.find((each) => each.id === id)).map(({ text, section }) => [`${text}. `, to(section)]);
      const unknown = stream.unknown.map(({ criterion }) => [criterionOf(criteria, criterion).question]);
      sections.push([`Work stream: ${stream.name}`, [
        [`${titleOf(stream.recommendation)}${stream.runnerUp ? `; runner-up: ${titleOf(stream.runnerUp).toLowerCase().replace("mlops", "MLOps").replace("llmops", "LLMOps")}` : ""}.`],
        { list: Object.entries(stream.scores).map(([practice, { score, low, high }]) =>
          [`${practice === "neither" ? "Neither" : TITLES[practice]}: ${whole(score)}, from ${whole(low)} to ${whole(high)} with every unknown answer`]) },
        ...titled("Outranks the scores", constraints), ...titled("For", forIt), ...titled("Against", against),
        ...titled("Alternatives rejected", stream.rejected.map((other) => [`${titleOf(other.recommendation)}: ${reasonsAgainst(criteria, stream, other).join("; ")}`])),
        ...titled("Assumptions: not known, and kept as a range", unknown),
      ]]);
    }
    sections.push(["What would change it", [result.flips.length ? { list: result.flips.map(([number, flip]) =>
      [`${result.workstreams[number].name}, ${criterionOf(criteria, flip.criterion).name.toLowerCase()}: “${answer(flip.criterion, flip.instead)}” instead of “${
        answer(flip.criterion, flip.given)}” leads to ${titleOf(flip.result)} (${flip.steps} of 4 steps)`]) }
      : ["No single answer that was given would change the result."]]]);
    if (record.recommendation) {
      const { steps, risks } = criteria.results[record.recommendation];
      sections.push(["First steps and risks", [{ list: steps.map(({ text, section }) => [`${text}. `, to(section)]) },
        ...titled("Risks", risks.map(({ text, section }) => [`${text}. `, to(section)]))]]);
    }
    sections.push(["Cited passages", [{ list: record.passages.map(({ url, title, heading, quote, sha256 }) =>
      [{ text: `${title}: ${heading}`, href: url }, ` “${quote}” SHA-256 ${sha256}`]) }]]);
    sections.push(["Limits of the method", [{ list: limits.map((limit) => [limit]) }]]);
    return sections;
  }

  const titled = (title, items) => items.length ? [[{ strong: title }], { list: items }] : [];
  const whole = (value) => String(Math.round(value)).replace("-", "−");

  function asMarkdown(content) {
    const inline = (parts) => parts.map((part) => typeof part === "string" ? escaped(part)
      : part.strong ? `**${escaped(part.strong)}**` : `[${escaped(part.text)}](${part.href.replace(/[()]/g, encodeURIComponent)})`).join("").trim();
    const block = (each) => Array.isArray(each) ? inline(each) : each.list.map((item) => `- ${inline(item)}`).join("\n");
    return `# Decision record: MLOps, LLMOps or both?\n\n${
      content.map(([title, blocks]) => `## ${escaped(title)}\n\n${blocks.map(block).join("\n\n")}`).join("\n\n")}\n`;
  }

  /** Text that Markdown would read as marks. */
  const escaped = (text) => text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");

  function asPaper(content) {
    const inline = (parts) => parts.map((part) => typeof part === "string" ? part
      : part.strong ? element("strong", {}, part.strong) : element("a", { href: part.href }, part.text));
    const block = (each) => Array.isArray(each) ? element("p", {}, inline(each)) : element("ul", {}, each.list.map((item) => element("li", {}, inline(item))));
    return [element("h1", {}, "Decision record: MLOps, LLMOps or both?"),
      ...content.flatMap(([title, blocks]) => [element("h2", {}, title), ...blocks.map(block)])];
  }

  // ------------------------------------------------------------------------------------------------------ the brief

  /** One page for a board: verdict, picture, the main reasons, what would change it, and where the method ends. */
  function briefOf(criteria, { profile, result, address }, chart, limits) {
    const many = result.workstreams.length;
    const few = many > 4 ? 1 : many > 2 ? 2 : 3;
    const say = ({ criterion, option }) => element("li", {}, optionOf(criterionOf(criteria, criterion), option).text);
    const reasons = (stream, sign) => {
      const found = stream.arguments.filter(({ points }) => Math.sign(points) === sign).slice(0, few);
      return found.length ? element("ul", {}, found.map(say)) : "Nothing among the answers.";
    };
    const head = (...cells) => element("thead", {}, element("tr", {}, cells.map((cell) => element("th", { scope: "col" }, cell))));
    const part = (title, kind, items) => items.length ? element("div", {}, element("h2", {}, title), element(kind, {}, items)) : null;
    const outcome = result.recommendation && criteria.results[result.recommendation];
    const flips = result.flips.slice(0, 3).map(([number, flip]) => element("li", {},
      `${many > 1 ? `${result.workstreams[number].name}: ` : ""}${optionOf(criterionOf(criteria, flip.criterion), flip.instead).text} → ${titleOf(flip.result)}`));
    const constraints = new Set(result.workstreams.flatMap((stream) => stream.constraints));
    return [
      element("p", { class: "paper-kind" }, `Decision brief · ${day(new Date())} · criteria version ${criteria.version}`),
      element("h1", {}, titleOf(result.recommendation)),
      element("p", { class: "paper-lead" }, outcome ? `${outcome.summary} Confidence ${percent(result.confidence)}; ${
        Math.round(result.robustness)}% of single changes of an answer leave the result as it is.` : "Too little is known to recommend anything."),
      chart,
      element("p", { class: "paper-note" }, "Bars: from the known answers, on a scale of −100 to 100. Thin lines: range that unknown answers leave open."),
      element("table", {}, head("Work stream", "For", "Against"), element("tbody", {}, result.workstreams.map((stream) => element("tr", {},
        element("th", { scope: "row" }, stream.name, ": ", element("strong", {}, titleOf(stream.recommendation))),
        element("td", {}, reasons(stream, 1)), element("td", {}, reasons(stream, -1)))))),
      constraints.size ? element("p", {}, element("strong", {}, "Outranks the scores: "),
        [...constraints].map((id) => criteria.constraints.find((each) => each.id === id).text).join(". "), ".") : null,
      element("div", { class: "paper-columns" },
        part("What would change it", "ul", flips.length ? flips : [element("li", {}, "No single answer.")]),
        part("First steps", "ol", (outcome?.steps ?? []).map(({ text }) => element("li", {}, text))),
        part("Risks", "ul", (outcome?.risks ?? []).map(({ text }) => element("li", {}, text))),
        part("Limits", "ul", limits.slice(0, many > 2 ? 2 : 4).map((limit) => element("li", {}, limit)))),
      element("p", { class: "paper-note" }, element("a", { href: address }, "The assessment with all answers"), `, ${profile.workstreams.reduce((sum, { answers }) =>
        sum + Object.keys(answers).length, 0)} of ${many * criteria.criteria.length} questions answered. Decided by: ____________________ Review by: ${day(reviewDate(new Date()))}`),
    ];
  }

  /** Print nothing but the given parts. */
  function printed(parts, kind) {
    const paper = element("div", { class: `tool-paper ${kind}` }, parts);
    document.body.append(paper);
    document.documentElement.classList.add("prints-paper");
    addEventListener("afterprint", () => {
      paper.remove();
      document.documentElement.classList.remove("prints-paper");
    }, { once: true });
    print();
  }

  // ------------------------------------------------------------------------------------------------------- the desk

  /**
   * Buttons that save, print and open, and the place where a review appears.
   * @param {{criteria: object, chart(): Element, limits: string[], now(): {profile: object, result: object, address: string}, open(profile: object): void}} assessment
   */
  function desk({ criteria, chart, limits, now, open }) {
    const place = element("div", { class: "record-review" });
    const said = announcer();
    const input = element("input", { id: "record-file", type: "file", accept: ".json,application/json", class: "tool-said" });
    const record = () => {
      const { profile, summary } = now();
      return recordOf(criteria, profile, { summary, limits });
    };
    const content = () => contentOf(criteria, now().profile, record(), limits);

    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      const read = file.size > LARGEST_FILE ? { fault: "The file is larger than a decision record can be." } : readRecord(await file.text());
      input.value = "";
      if (read.fault) {
        place.replaceChildren(element("p", { class: "tool-fault" }, read.fault));
        said.say(read.fault);
        return;
      }
      const found = review(criteria, read.record);
      open(found.profile);
      const told = reviewed(criteria, read.record, found);
      place.replaceChildren(...told);
      said.say(told[1].textContent);
    });

    return {
      parts: [place, said.region],
      buttons: [
        button("Save as Markdown", () => download("decision-record.md", "text/markdown", asMarkdown(content()))),
        button("Save as JSON", () => download("decision-record.json", "application/json", `${JSON.stringify(record(), null, 2)}\n`)),
        button("Print one-page brief", () => {
          const shown = now();
          printed(briefOf(criteria, shown, chart(), limits), shown.result.workstreams.length > 4 ? "paper-brief paper-dense" : "paper-brief");
        }),
        button("Print the record", () => printed(asPaper(content()), "paper-record")),
        element("label", { class: "md-button file-button", for: "record-file" }, "Review a saved record"), input,
      ],
    };
  }

  function reviewed(criteria, record, found) {
    const list = (title, items) => items.length ? [element("h4", {}, title), element("ul", {}, items.map((item) => element("li", {}, item)))] : [];
    return [
      element("h3", {}, `Review of the record of ${record.made}`),
      element("p", { class: found.stands ? "review-stands" : "review-falls" }, found.stands
        ? `The decision still stands: ${titleOf(found.now)}.`
        : `The decision no longer stands: it was ${titleOf(found.then)}, and the same answers now lead to ${titleOf(found.now)}.`),
      element("p", {}, found.overdue ? `Its review was due by ${record.review_by}: check that every answer still holds.` : `Its next review is due by ${record.review_by}.`),
      ...list("Changed work streams", found.streams.map(([name, before, after]) => `${name}: was ${titleOf(before)}, is now ${titleOf(after)}`)),
      ...list("Changed criteria", found.criteria),
      ...list("Changed passages", found.passages.map(({ address, heading, gone }) => gone
        ? `“${heading}” (${address}) is gone.` : [element("a", { href: new URL(address, site) }, heading), ` now reads: “${criteria.sections[address].quote}”`])),
      found.passages.length ? "" : element("p", {}, "Every cited passage reads as it did."),
    ];
  }

  globalThis.guideRecords = { desk, recordOf, readRecord, review, contentOf, asMarkdown };
})();
