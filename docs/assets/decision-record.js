/**
 * Decision records: an assessment kept as Markdown, JSON or paper, and an old record looked at again. Everything stays in
 * the browser: records are saved and opened as files, and an opened file is data that is checked, never markup.
 */
(() => {
  "use strict";

  const { site, element, button, download, announcer } = globalThis.guideTools;
  const { advise, tidied, toFragment, optionOf, criterionOf, MOST_WORKSTREAMS, LONGEST_NAME } = globalThis.guideAdvisor;

  const KIND = "decision-record";
  const FORMAT = 1;
  const REVIEW_MONTHS = 6;
  const LARGEST_FILE = 1_000_000;
  const TITLES = { mlops: "MLOps", llmops: "LLMOps", both: "Both MLOps and LLMOps", neither: "Neither for now" };

  const titleOf = (recommendation) => TITLES[recommendation] ?? "Open";
  const percent = (part) => `${Math.round(part * 100)}%`;

  // ----------------------------------------------------------------------------------------------------- the record

  /** All that is needed to defend the decision today and to judge it again later. */
  function recordOf(criteria, profile, today = new Date()) {
    const result = advise(criteria, profile);
    const asked = Object.fromEntries(criteria.criteria.map(({ id, question, weight, options }) =>
      [id, { question, weight, options: Object.fromEntries(options.map((option) => [option.id, { text: option.text, scores: option.scores }])) }]));
    return {
      kind: KIND,
      format: FORMAT,
      date: day(today),
      review_date: day(reviewDate(today)),
      criteria_version: criteria.version,
      recommendation: result.recommendation,
      confidence: result.confidence,
      robustness: result.robustness,
      profile: toFragment(criteria, profile),
      workstreams: result.workstreams.map((stream) => ({
        name: stream.name,
        answers: stream.answers,
        recommendation: stream.recommendation,
        runner_up: stream.runnerUp,
        confidence: stream.confidence,
        robustness: stream.robustness,
        scores: stream.scores,
      })),
      criteria: asked,
      citations: citationsOf(criteria, result),
    };
  }

  const reviewDate = (today) => new Date(today.getFullYear(), today.getMonth() + REVIEW_MONTHS, today.getDate());
  const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

  /** The passages behind the reasons, each once: address, quote, and the quote's hash. */
  function citationsOf(criteria, { recommendation, workstreams }) {
    const addresses = workstreams.flatMap((stream) => [
      ...stream.constraints.map((id) => criteria.constraints.find((each) => each.id === id).section),
      ...stream.arguments.map((argument) => criterionOf(criteria, argument.criterion).section),
    ]);
    if (recommendation) {
      const { page, risks, steps } = criteria.results[recommendation];
      addresses.push(page, ...[...steps, ...risks].map(({ section }) => section));
    }
    return [...new Set(addresses)].map((address) => ({ address, ...criteria.sections[address] }));
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
    if (record?.kind !== KIND) return { fault: "The file holds no decision record." };
    if (record.format !== FORMAT) return { fault: `The record has format ${String(record.format)}; this page reads format ${FORMAT}.` };
    const faulty = !Array.isArray(record.workstreams) || record.workstreams.length > MOST_WORKSTREAMS
      || !record.workstreams.every((stream) => typeof stream?.name === "string" && isTexts(stream.answers))
      || !Array.isArray(record.citations) || !isObject(record.criteria);
    return faulty ? { fault: "The record is damaged: its work streams, criteria or citations can't be read." } : { record };
  }

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isTexts = (value) => isObject(value) && Object.values(value).every((each) => typeof each === "string");

  /** What changed since a record was made, and whether its decision still stands. */
  function review(criteria, record) {
    const profile = tidied(criteria, record);
    const now = advise(criteria, profile);
    const lost = record.workstreams.flatMap(({ name, answers }) => Object.keys(answers)
      .filter((id) => !optionOf(criterionOf(criteria, id) ?? { options: [] }, answers[id]))
      .map((id) => `${name}: the answer to “${record.criteria[id]?.question ?? id}” is no longer offered and counts as unknown`));
    const passages = record.citations.map(({ address, heading, sha256 }) => ({ address, heading, now: criteria.sections[address]?.sha256, sha256 }))
      .filter((cited) => cited.now !== cited.sha256)
      .map(({ address, heading, now: found }) => ({ address, heading: String(heading ?? address), gone: found === undefined }));
    return {
      profile,
      then: record.recommendation ?? null,
      now: now.recommendation,
      stands: (record.recommendation ?? null) === now.recommendation
        && record.workstreams.every((stream, number) => (stream.recommendation ?? null) === now.workstreams[number].recommendation),
      versions: [record.criteria_version, criteria.version],
      criteria: [...changesOf(criteria, record.criteria), ...lost],
      passages,
      due: typeof record.review_date === "string" && record.review_date <= day(new Date()),
    };
  }

  function changesOf(criteria, before) {
    const changes = [];
    for (const { id, question, weight, options } of criteria.criteria) {
      const old = before[id];
      if (!isObject(old)) {
        changes.push(`New question: ${question}`);
        continue;
      }
      if (old.weight !== weight) changes.push(`“${question}” weighs ${weight} instead of ${String(old.weight)}`);
      for (const option of options) {
        const former = isObject(old.options) ? old.options[option.id] : undefined;
        if (!former) changes.push(`“${question}” has a new answer: ${option.text}`);
        else if (String(former.scores) !== String(option.scores)) {
          changes.push(`“${option.text}” speaks ${speaks(option.scores)} instead of ${speaks(former.scores)}`);
        }
      }
    }
    for (const [id, { question }] of Object.entries(before)) if (!criterionOf(criteria, id)) changes.push(`No longer asked: ${String(question)}`);
    return changes;
  }

  const speaks = (scores) => Array.isArray(scores) ? `${scores.map(Number).join("/")} for MLOps/LLMOps/neither` : "otherwise";

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
        [`Robustness: ${Math.round(record.robustness)}% of single changes of an answer leave the result as it is`],
        [`Date: ${record.date}; review by ${record.review_date}`],
        [`Criteria: version ${record.criteria_version}`],
        ["Answers as a link: ", { text: "open the assessment", href: new URL(`choose/assessment/#${record.profile}`, site).href }],
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
        ...titled("Alternatives rejected", stream.rejected.map((other) => [rejectedBecause(criteria, other)])),
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
    sections.push(["Cited passages", [{ list: record.citations.map(({ address, title, heading, quote, sha256 }) =>
      [{ text: `${title}: ${heading}`, href: new URL(address, site).href }, ` “${quote}” SHA-256 ${sha256}`]) }]]);
    sections.push(["Limits of the method", [{ list: limits.map((limit) => [limit]) }]]);
    return sections;
  }

  const titled = (title, items) => items.length ? [[{ strong: title }], { list: items }] : [];
  const whole = (value) => String(Math.round(value)).replace("-", "−");

  function rejectedBecause(criteria, { recommendation, against, constraints }) {
    const reasons = [...constraints.map((id) => criteria.constraints.find((each) => each.id === id).text),
      ...against.map(({ criterion, option }) => optionOf(criterionOf(criteria, criterion), option).text)];
    return `${titleOf(recommendation)}: ${reasons.join("; ") || "less speaks for it"}`;
  }

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
      return found.length ? element("ul", {}, found.map(say)) : "No answer given.";
    };
    const head = (...cells) => element("thead", {}, element("tr", {}, cells.map((cell) => element("th", { scope: "col" }, cell))));
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
      element("p", { class: "paper-note" }, "Bars: score from the known answers, −100 to 100. Thin lines: range that unknown answers leave open."),
      element("table", {}, head("Work stream", "Result", "For", "Against"), element("tbody", {}, result.workstreams.map((stream) => element("tr", {},
        element("th", { scope: "row" }, stream.name), element("td", {}, titleOf(stream.recommendation)),
        element("td", {}, reasons(stream, 1)), element("td", {}, reasons(stream, -1)))))),
      constraints.size ? element("p", {}, element("strong", {}, "Outranks the scores: "),
        [...constraints].map((id) => criteria.constraints.find((each) => each.id === id).text).join(". "), ".") : null,
      element("div", { class: "paper-columns" },
        element("div", {}, element("h2", {}, "What would change it"), flips.length ? element("ul", {}, flips) : element("p", {}, "No single answer.")),
        element("div", {}, element("h2", {}, "First steps"), element("ol", {}, (outcome?.steps ?? []).map(({ text }) => element("li", {}, text)))),
        element("div", {}, element("h2", {}, "Risks"), element("ul", {}, (outcome?.risks ?? []).map(({ text }) => element("li", {}, text)))),
        element("div", {}, element("h2", {}, "Limits"), element("ul", {}, limits.slice(0, 2).map((limit) => element("li", {}, limit))))),
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
    const content = () => {
      const { profile } = now();
      return contentOf(criteria, profile, recordOf(criteria, profile), limits);
    };

    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      const { record, fault } = file.size > LARGEST_FILE ? { fault: "The file is larger than a decision record can be." } : readRecord(await file.text());
      input.value = "";
      if (fault) {
        place.replaceChildren(element("p", { class: "tool-fault" }, fault), said.region);
        said.say(fault);
        return;
      }
      const found = review(criteria, record);
      open(found.profile);
      const told = reviewed(criteria, record, found);
      place.replaceChildren(...told, said.region);
      said.say(told[1].textContent);
    });

    return {
      place,
      buttons: [
        button("Save as Markdown", () => download("decision-record.md", "text/markdown", asMarkdown(content()))),
        button("Save as JSON", () => download("decision-record.json", "application/json", `${JSON.stringify(recordOf(criteria, now().profile), null, 2)}\n`)),
        button("Print one-page brief", () => printed(briefOf(criteria, now(), chart(), limits), "paper-brief")),
        button("Print the record", () => printed(asPaper(content()), "paper-record")),
        element("label", { class: "md-button file-button", for: "record-file" }, "Review a saved record"), input,
      ],
    };
  }

  function reviewed(criteria, record, found) {
    const [then, now] = found.versions;
    const list = (title, items) => [element("h5", {}, title), element("ul", {}, items.map((item) => element("li", {}, item)))];
    return [
      element("h4", {}, `Review of the record of ${String(record.date)}`),
      element("p", { class: found.stands ? "review-stands" : "review-falls" }, found.stands
        ? `The decision still stands: ${titleOf(found.now)}.`
        : `The decision no longer stands: it was ${titleOf(found.then)}, and the same answers now lead to ${titleOf(found.now)}, or a work stream changed.`),
      element("p", {}, then === now ? `The criteria are the same version, ${String(now)}.` : `The criteria are version ${String(now)}; the record was made with version ${String(then)}.`,
        found.due ? ` Its review was due on ${record.review_date}: check that every answer still holds.` : ` Its review is due on ${String(record.review_date)}.`),
      ...(found.criteria.length ? list("Changed in the criteria", found.criteria) : []),
      ...(found.passages.length ? list("Changed in the cited passages", found.passages.map(({ address, heading, gone }) => gone
        ? `${heading}: is no longer cited or no longer there`
        : [element("a", { href: new URL(address, site) }, heading), " reads differently now"]))
        : [element("p", {}, "Every cited passage reads as it did.")]),
    ];
  }

  globalThis.guideRecords = { desk, recordOf, readRecord, review, contentOf, asMarkdown };
})();
