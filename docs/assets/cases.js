/**
 * The table of documented cases in the browser: filtered by words and by what its columns hold, sorted by a press on a
 * heading. The table stands in the page and is whole without this script. The filters are kept in the address:
 * `#cases=retail;mlops;…;words`, so that a filtered table can be sent to somebody.
 */
(() => {
  "use strict";

  const { define, keep, element, announcer, button } = globalThis.guideTools;

  const FILTERED = ["Industry", "Practice", "Outcome", "Evidence"];
  const FRAGMENT = "cases=";

  define("cases", ([place]) => {
    const table = place.querySelector("table");
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows];
    const columns = heads.map((head) => head.textContent.trim());
    const said = announcer();

    const words = element("input", { type: "search", id: "cases-words", autocomplete: "off" });
    const selects = FILTERED.map((name) => {
      const column = columns.indexOf(name);
      const values = [...new Set(rows.map((row) => cell(row, column)))].sort(compare);
      const select = element("select", { id: `cases-${name.toLowerCase()}` },
        element("option", { value: "" }, "All"), values.map((value) => element("option", { value }, value)));
      return { name, column, select };
    });
    const field = (label, control) => element("div", { class: "case-field" }, element("label", { for: control.id }, label), control);
    const form = element("div", { class: "case-filters", role: "search", "aria-label": "Filter the cases" },
      field("Words", words), selects.map(({ name, select }) => field(name, select)), button("Show all", clear));
    form.addEventListener("input", () => show(true));
    place.prepend(form, said.region);

    heads.forEach((head, column) => {
      const sort = element("button", { type: "button", class: "case-sort" }, columns[column]);
      sort.addEventListener("click", () => sortBy(column));
      head.replaceChildren(sort);
    });

    function sortBy(column) {
      const down = heads[column].getAttribute("aria-sort") === "ascending";
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((one, other) => compare(cell(one, column), cell(other, column)) * (down ? -1 : 1));
      body.append(...rows);
    }

    function show(write) {
      const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !asked.every((word) => text.includes(word))
          || selects.some(({ column, select }) => select.value && cell(row, column) !== select.value);
        shown += row.hidden ? 0 : 1;
      }
      said.say(`${shown} of ${rows.length} cases`);
      if (write) keep(toFragment());
    }

    function clear() {
      words.value = "";
      for (const { select } of selects) select.value = "";
      show(true);
      words.focus();
    }

    function toFragment() {
      const values = [...selects.map(({ select }) => select.value), words.value.trim()];
      return values.some(Boolean) ? FRAGMENT + values.map(encodeURIComponent).join(";") : "";
    }

    function read(fragment) {
      const values = fragment.startsWith(FRAGMENT) ? fragment.slice(FRAGMENT.length).split(";").map(decoded) : [];
      selects.forEach(({ select }, number) => {
        const known = [...select.options].some(({ value }) => value === values[number]);
        select.value = known ? values[number] : "";
      });
      words.value = values[selects.length] ?? "";
      show(false);
    }

    read(location.hash.slice(1));
    return (fragment) => { if (fragment.startsWith(FRAGMENT)) read(fragment); };
  });

  const cell = (row, column) => row.cells[column].textContent.trim();
  const compare = (one, other) => one.localeCompare(other, "en", { numeric: true, sensitivity: "base" });

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return ""; // a damaged link shows every case
    }
  }
})();
