/**
 * Tools: parts of a page that calculate. A page marks their places with `data-tool`, and only such pages load the scripts
 * of a tool. Everything works without a network, from a disk (hence classic scripts: browsers load no modules from there),
 * under `script-src 'self'`, and after the theme's instant navigation.
 *
 * A tool's script calls `guideTools.define(name, mount)`; `mount(places)` fills the places of one page, and may return what
 * to do when the address's fragment changes.
 */
(() => {
  "use strict";

  const HERE = new URL(".", document.currentScript.src);
  const SCRIPTS = {
    calculator: ["calculators.js", "calculator-results.js", "calculator-forms.js"],
    assessment: ["advisor.js", "decision-record.js", "assessment.js"],
    maturity: ["maturity.js"],
    cases: ["cases.js"],
  };
  /** Longer than the theme waits (250 ms) before it writes the heading that a reader scrolled to into the address. */
  const AFTER_THE_THEME_MS = 400;
  const ANNOUNCED_MS = 700;
  const SHOWN_MS = 2500;
  const SVG = "http://www.w3.org/2000/svg";

  const loaded = new Map();
  const mounts = new Map();
  let kept = "";
  let changed = null;

  async function visit() {
    kept = "";
    changed = null;
    for (const name of Object.keys(SCRIPTS)) {
      const places = [...document.querySelectorAll(`[data-tool="${name}"]`)];
      if (!places.length) continue;
      try {
        for (const script of SCRIPTS[name]) await load(script);
      } catch (error) {
        console.error(error); // the sentence for readers without scripts stays
        continue;
      }
      if (places.every((place) => place.isConnected)) changed = mounts.get(name)(places) ?? null;
    }
  }

  function load(name) {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = new URL(name, HERE);
        script.onload = done;
        script.onerror = () => { loaded.delete(name); failed(new Error(`${script.src} could not be loaded`)); };
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  }

  /** Keep a tool's state in the address, so that a copied link brings it back; an anchor of the page that stands there goes. */
  function keep(fragment) {
    const own = kept && location.hash.slice(1) === kept;
    kept = fragment;
    if (kept) write();
    else if (own) history.replaceState(history.state, "", location.pathname + location.search);
  }

  function write() {
    if (location.hash.slice(1) !== kept) history.replaceState(history.state, "", `#${kept}`);
  }

  let scrolled = 0;
  addEventListener("scroll", () => {
    clearTimeout(scrolled);
    scrolled = setTimeout(() => kept && write(), AFTER_THE_THEME_MS);
  }, { passive: true });
  addEventListener("click", () => kept && write(), true); // a click may leave the page before that
  addEventListener("hashchange", () => changed?.(location.hash.slice(1)));

  // ------------------------------------------------------------------------------------------------ parts of a page

  /** An element with attributes and children; texts become text nodes, nothing is ever parsed as HTML. */
  const element = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  let pictures = 0;

  /** A drawing with its title and its words for those who don't see it. */
  function picture(width, height, title, description, ...parts) {
    const id = `tool-picture-${pictures += 1}`;
    return svg("svg", { class: "dg", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${id}-title ${id}-desc` },
      svg("title", { id: `${id}-title` }, title), svg("desc", { id: `${id}-desc` }, description), ...parts);
  }

  function fill(node, attributes = {}, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }

  /** A region that tells a screen reader what came out, once the reader pauses. */
  function announcer() {
    const region = element("p", { class: "tool-said", role: "status" });
    let waiting = 0;
    return {
      region,
      say(text) {
        clearTimeout(waiting);
        waiting = setTimeout(() => { if (region.textContent !== text) region.textContent = text; }, ANNOUNCED_MS);
      },
    };
  }

  function button(label, act, attributes = {}) {
    const made = element("button", { type: "button", class: "md-button", ...attributes }, label);
    made.addEventListener("click", () => act(made));
    return made;
  }

  /** A button that copies what `text()` gives, or shows it where there is no clipboard. */
  function copyButton(label, text) {
    return button(label, async (made) => {
      try {
        await navigator.clipboard.writeText(text());
        tell(made, "Copied");
      } catch {
        prompt("Copy this:", text()); // plain http or refused
      }
    });
  }

  function tell(made, word) {
    const label = made.dataset.label ?? made.textContent;
    made.dataset.label = label;
    made.textContent = word;
    setTimeout(() => { made.textContent = label; }, SHOWN_MS);
  }

  function download(name, type, text) {
    const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  }

  /** Draw anew whenever the place gets another width: a chart's letters keep their size on every screen. */
  function drawn(draw) {
    const place = element("div", { class: "tool-chart" });
    let width = 0;
    const redraw = () => width && place.replaceChildren(draw(width));
    new ResizeObserver(([entry]) => {
      const now = Math.round(Math.min(entry.contentRect.width, 720));
      if (Math.abs(now - width) < 4) return;
      width = now;
      redraw();
    }).observe(place);
    return { place, redraw };
  }

  globalThis.guideTools = {
    define: (name, mount) => mounts.set(name, mount),
    site: new URL("..", HERE),
    keep, element, svg, picture, announcer, button, copyButton, download, drawn,
  };
  // with instant navigation switched on, the theme's document$ says nothing from a disk
  if (window.document$ && location.protocol !== "file:") document$.subscribe(visit);
  else visit();
})();
