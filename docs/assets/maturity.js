/**
 * The maturity self-assessment in the browser: checks, answered for each of two lenses, become levels on this guide's scale
 * and on published ones. The checks stand in the page (guide/maturity_data.py put them there); the arithmetic is that of
 * chatbot/advisor/maturity.py. The lenses are never blended. The answers are kept in the address: `#maturity=1;…;…`.
 */
(() => {
  "use strict";

  const { define, keep, site, element, announcer, button, copyButton, download } = globalThis.guideTools;

  const LENSES = ["classic", "generative"];
  const LETTERS = { yes: "y", no: "n", unknown: "-" };
  const CHOICES = [["yes", "Yes, with evidence"], ["no", "No"], ["unknown", "Not known"]];

  // ------------------------------------------------------------------------------------------------- the arithmetic

  const checksOf = (data, lens) => data.checks.filter(({ lenses }) => lenses.includes(lens));

  /** Where one lens stands; `answers` maps checks to yes, no or unknown. */
  function assess(data, lens, answers) {
    const checks = checksOf(data, lens);
    const given = (answer) => checks.map(({ id }) => id).filter((id) => (answers[id] ?? "unknown") === answer);
    const [yes, no, unknown] = [given("yes"), given("no"), given("unknown")];
    const scale = data.levels.map(({ level, name }) => ({ level, name, checks: checks.filter((check) => check.level === level).map(({ id }) => id) }));
    const counted = (names) => names.find((name) => checks.some(({ id, level }) => id === name && level !== null)) ?? null;
    return {
      ...placed(scale, yes, unknown),
      others: data.models.filter((model) => model.lens === lens).map((model) => ({ model: model.id, ...placed(model.levels, yes, unknown) })),
      first: counted(no) ?? counted(unknown),
    };
  }

  function placed(levels, yes, unknown) {
    const low = reached(levels, new Set(yes));
    const high = reached(levels, new Set([...yes, ...unknown]));
    return { low: levels[low].level, high: levels[high].level, missing: (levels[low + 1]?.checks ?? []).filter((id) => !yes.includes(id)) };
  }

  function reached(levels, passed) {
    let place = 0;
    while (place + 1 < levels.length && levels[place + 1].checks.every((id) => passed.has(id))) place += 1;
    return place;
  }

  function toFragment(data, answers) {
    const lens = (name) => answers[name] ? checksOf(data, name).map(({ id }) => LETTERS[answers[name][id] ?? "unknown"]).join("") : "";
    return `maturity=${data.version};${LENSES.map(lens).join(";")}`;
  }

  /** The answers of a fragment; null if it isn't one of ours, or of another version of the checks. */
  function fromFragment(data, fragment) {
    const [head, ...parts] = fragment.split(";");
    if (head !== `maturity=${data.version}` || parts.length !== LENSES.length) return null;
    const answers = {};
    for (const [place, lens] of LENSES.entries()) {
      const checks = checksOf(data, lens);
      if (!parts[place]) continue;
      if (!/^[yn-]+$/.test(parts[place]) || parts[place].length !== checks.length) return null;
      answers[lens] = Object.fromEntries(checks.map(({ id }, number) => [id, answerOf(parts[place][number])]));
    }
    return answers;
  }

  const answerOf = (letter) => Object.keys(LETTERS).find((answer) => LETTERS[answer] === letter);

  globalThis.guideMaturity = { assess, toFragment, fromFragment };

  // ------------------------------------------------------------------------------------------------------- the page

  define("maturity", ([place]) => {
    const data = JSON.parse(place.dataset.maturity);
    const checks = new Map(data.checks.map((check) => [check.id, check]));
    const said = announcer();
    let answers = {};

    const panels = new Map(LENSES.map((lens) => [lens, panel(lens)]));
    const stale = element("p", { class: "tool-fault", role: "alert", hidden: true },
      "The link's answers belong to another version of the checks or are damaged; begin anew.");
    const actions = element("p", { class: "tool-actions" },
      copyButton("Copy link", () => location.href),
      button("Save answers", () => download("maturity-answers.json", "application/json", `${JSON.stringify(saved(), null, 2)}\n`)),
      button("Begin anew", () => load({})));
    const limits = element("p", { class: "tool-hint" }, "The two sides are two results: nothing adds them up. Placements in published models are this guide's reading.");

    function panel(lens) {
      const practiced = element("input", { type: "checkbox", id: `practiced-${lens}`, autocomplete: "off" });
      const groups = [...data.levels.slice(1).map(({ level, name }) => [level, `Level ${level}, ${name.toLowerCase()}`]),
        [null, "Further checks of published levels"]];
      const questions = groups.map(([level, title]) => {
        const own = checksOf(data, lens).filter((check) => check.level === level);
        return own.length ? element("fieldset", {}, element("legend", {}, title), own.map((check) => question(lens, check))) : null;
      });
      const form = element("form", { class: "tool-form", autocomplete: "off", hidden: true, "aria-label": `Checks for ${data.lenses[lens]}` }, questions);
      const result = element("section", { class: "tool-result", hidden: true, "aria-label": `Result for ${data.lenses[lens]}` });
      practiced.addEventListener("change", () => {
        if (practiced.checked) answers[lens] = {};
        else delete answers[lens];
        show();
      });
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("change", ({ target }) => {
        answers[lens][target.dataset.check] = target.value;
        show();
      });
      const label = { classic: "We run predictive or other classic models (MLOps)", generative: "We run applications of language models (LLMOps)" }[lens];
      return { practiced, form, result, whole: element("div", { class: "maturity-lens" },
        element("label", { class: "option", for: practiced.id }, practiced, element("span", {}, label)), form, result) };
    }

    function question(lens, check) {
      const id = `maturity-${lens}-${check.id}`;
      return element("div", { class: "maturity-check" },
        element("label", { for: id }, check.text),
        element("select", { id, "data-check": check.id }, CHOICES.map(([value, text]) => element("option", { value }, text))));
    }

    function show() {
      for (const [lens, { practiced, form, result }] of panels) {
        practiced.checked = lens in answers;
        form.hidden = result.hidden = !practiced.checked;
        for (const select of form.querySelectorAll("select")) select.value = answers[lens]?.[select.dataset.check] ?? "unknown";
        if (practiced.checked) result.replaceChildren(...told(lens, assess(data, lens, answers[lens])));
      }
      actions.hidden = limits.hidden = !Object.keys(answers).length;
      const results = LENSES.filter((lens) => lens in answers).map((lens) => `${data.lenses[lens]}: ${inWords(data.levels, assess(data, lens, answers[lens]))}.`);
      if (results.length) said.say(results.join(" "));
      keep(results.length ? toFragment(data, answers) : "");
    }

    function told(lens, result) {
      const row = (name, levels, found) => element("tr", {}, element("th", { scope: "row" }, name),
        element("td", {}, inWords(levels, found)), element("td", {}, found.missing.map((id) => checks.get(id).name).join("; ") || "—"));
      const first = result.first && checks.get(result.first);
      return [
        element("h3", { class: "tool-verdict" }, `${data.lenses[lens]}: level ${inWords(data.levels, result)}`),
        element("div", { class: "maturity-table" }, element("table", {},
          element("thead", {}, element("tr", {}, ["Scale", "Level", "For the next level"].map((text) => element("th", { scope: "col" }, text)))),
          element("tbody", {}, row("This guide", data.levels, result), result.others.map((other) => {
            const model = data.models.find(({ id }) => id === other.model);
            return row(element("a", { href: model.link }, model.name), model.levels, other);
          })))),
        first ? element("p", {}, element("strong", {}, "Next piece of work: "), `${first.improve} `,
          element("a", { href: new URL(first.section, site) }, "How to do it"), ".") : element("p", {}, "Every check is passed: hold the level, and repeat the checks each quarter."),
      ];
    }

    /** What `chatbot maturity --answers` reads. */
    const saved = () => Object.fromEntries(Object.entries(answers).map(([lens, given]) => [lens,
      Object.fromEntries(checksOf(data, lens).map(({ id }) => [id, { yes: true, no: false }[given[id]] ?? null]))]));

    function load(loaded) {
      answers = loaded;
      stale.hidden = true;
      show();
    }

    function restore(fragment) {
      const found = fromFragment(data, fragment);
      if (found) load(found);
      else stale.hidden = !fragment.startsWith("maturity=");
    }

    place.replaceChildren(stale, ...[...panels.values()].map(({ whole }) => whole), limits, actions, said.region);
    const fragment = location.hash.slice(1);  // before an empty form takes it away
    load({});
    if (fragment) restore(fragment);
    return restore;
  });

  const inWords = (levels, { low, high }) => {
    const named = (number) => `${number} ${levels.find(({ level }) => level === number).name.toLowerCase()}`;
    return low === high ? named(low) : `${named(low)} to ${named(high)}`;
  };
})();
