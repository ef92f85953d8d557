/**
 * "Copy page as Markdown", and wide tables that a keyboard can scroll. Both outlive the theme's instant navigation: one
 * listens on the document, the other on the theme's `document$`, which emits after each page.
 *
 * The Markdown stands beside the page (guide/publish.py wrote it). Its links are relative; a copy is pasted elsewhere, so
 * they become absolute and lead to pages instead of Markdown files. "Ask about this page" needs nothing here: it is a
 * link to #ask=, which the widget reads.
 */

const SHOWN_MS = 2500;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy-page]");
  if (button) copyPage(button);
});

async function copyPage(button) {
  const source = new URL(button.dataset.copyPage, location.href.split("#")[0]);
  const markdown = read(source);
  try {
    // A promise inside the item keeps Safari's permission, which ends with the click.
    if (window.ClipboardItem) await navigator.clipboard.write([new ClipboardItem({ "text/plain": markdown.then(asBlob) })]);
    else await navigator.clipboard.writeText(await markdown);
    tell(button, "Copied");
  } catch {
    // No clipboard here (plain http, or refused): show the Markdown, so that the reader can take it.
    await markdown.then(() => location.assign(source), () => tell(button, "Not available"));
  }
}

async function read(source) {
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${response.status} for ${source}`);
  return absolute(await response.text(), source);
}

/** Links of Markdown outside its code, made absolute. */
export function absolute(markdown, base) {
  return markdown.split(/(^[ \t]*```[^]*?^[ \t]*```[ \t]*$|`[^`\n]+`)/m).map((part, place) => place % 2 ? part : part.replace(
    /(\]\()([^)\s]+)/g, (_, open, target) => open + new URL(target, base).href.replace(/\/index\.md(?=#|$)/, "/"),
  )).join("");
}

const asBlob = (text) => new Blob([text], { type: "text/plain" });

function tell(button, word) {
  const done = button.querySelector(".page-action-done");
  done.textContent = word;
  button.classList.add("told");
  setTimeout(() => {
    button.classList.remove("told");
    done.textContent = "";
  }, SHOWN_MS);
}

window.document$?.subscribe(() => setTimeout(() => {
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (table.scrollWidth > table.clientWidth) Object.assign(table, { tabIndex: 0, role: "region", ariaLabel: "Table" });
  }
}));
