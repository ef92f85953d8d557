/**
 * <docs-assistant>: ask a documentation site anything. See docs/developers/embed.md.
 * Answers are never trusted: they reach the page as text nodes only, addresses as links only if http or https.
 */

const NAME = "docs-assistant";
const MODULE = new URL(import.meta.url);
const SCRIPT = [...document.scripts].find((script) => script.src === MODULE.href);
const APPLE = /Mac|iP/.test(navigator.platform);

const LIMIT = 2000; // characters
const HISTORY_TURNS = 6;
const HISTORY_LIMIT = 1000; // of a turn
const TURNS_KEPT = 40;
const SLOW_MS = 8000;
const SILENCE_S = 45; // without a byte, a question has failed

const LABELS = {
  en: {
    title: "Ask the docs", launch: "Ask", passage: "Ask about this passage", greeting: "What would you like to know?",
    intro: "Answers link to their sources. Questions go to {host}, the conversation stays in this tab.",
    questions: "Questions about this page", placeholder: "Ask a question…", send: "Send", stop: "Stop", close: "Close",
    more: "More", looking: "Looking through the pages…", slow: "This takes longer than usual…",
    answered: "Answered", partial: "Partly answered", not_covered: "Not covered", stopped: "Stopped", sources: "Sources",
    quoted: "quoted word for word", written: "worded by a language model", understood: "Understood as",
    nothing: "These pages don’t seem to answer that.", gap: "Report this gap", nearest: "Nearest sections", search: "Search this site",
    tab: "new tab", copy: "Copy answer", copied: "Copied",
    share: "Copy link to this question", retry: "Try again",
    edit: "Edit question", cancel: "Cancel", copyAll: "Copy conversation as Markdown", clear: "Clear conversation",
    off: "Turn off for good", isOff: "The assistant is off", on: "Turn on",
    offText: "#assistant=on after an address of this site brings it back.",
    consent: "Your questions, the page and text you attach go to {host}. No cookies, no tracking.",
    agree: "Agree", privacy: "Privacy policy", withdraw: "Withdraw consent", up: "Helpful", down: "Not helpful",
    wrong: "It’s wrong", incomplete: "Something is missing", citation: "A citation doesn’t fit",
    off_topic: "Not what I asked", comment: "Comment (optional)", thanks: "Thank you.",
    stored: "Stored: rating, comment, question, citations, page. No name, no cookie.",
    long: "At most 2000 characters", offline: "You are offline.", unreachable: "The assistant can’t be reached.",
    timeout: "No answer in time.", cut: "The connection broke mid-answer.",
    garbled: "The answer arrived damaged.", limited: "Too many questions.",
    busy: "The assistant is busy or starting.", refused: "The assistant refused this question.",
    failed: "That didn’t work.",
  },
  de: {
    title: "Frag die Doku", launch: "Fragen", passage: "Zu dieser Stelle fragen", greeting: "Was möchten Sie wissen?",
    intro: "Antworten nennen ihre Quellen. Fragen gehen an {host}, das Gespräch bleibt in diesem Tab.",
    questions: "Fragen zu dieser Seite", placeholder: "Frage stellen…", send: "Senden", stop: "Anhalten", close: "Schließen",
    more: "Mehr", looking: "Die Seiten werden durchsucht…", slow: "Das dauert länger als üblich…",
    answered: "Beantwortet", partial: "Teilweise beantwortet", not_covered: "Nicht behandelt", stopped: "Angehalten", sources: "Quellen",
    quoted: "wörtlich zitiert", written: "vom Sprachmodell formuliert", understood: "Verstanden als",
    nothing: "Diese Seiten scheinen das nicht zu beantworten.", gap: "Lücke melden", nearest: "Nächstliegende Abschnitte", search: "Website durchsuchen",
    tab: "neuer Tab", copy: "Antwort kopieren", copied: "Kopiert",
    share: "Link zu dieser Frage kopieren", retry: "Erneut versuchen",
    edit: "Frage bearbeiten", cancel: "Abbrechen", copyAll: "Gespräch als Markdown kopieren", clear: "Gespräch löschen",
    off: "Für immer abschalten", isOff: "Der Assistent ist aus", on: "Einschalten",
    offText: "#assistant=on nach einer Adresse dieser Website holt ihn zurück.",
    consent: "Ihre Fragen, die Seite und angehängter Text gehen an {host}. Keine Cookies, kein Tracking.",
    agree: "Zustimmen", privacy: "Datenschutz", withdraw: "Zustimmung widerrufen", up: "Hilfreich", down: "Nicht hilfreich",
    wrong: "Es ist falsch", incomplete: "Es fehlt etwas", citation: "Ein Beleg passt nicht",
    off_topic: "Nicht meine Frage", comment: "Kommentar (freiwillig)", thanks: "Danke.",
    stored: "Gespeichert: Bewertung, Kommentar, Frage, Quellen, Seite. Kein Name, kein Cookie.",
    long: "Höchstens 2000 Zeichen", offline: "Sie sind offline.", unreachable: "Der Assistent ist nicht erreichbar.",
    timeout: "Keine Antwort in angemessener Zeit.", cut: "Die Verbindung brach mitten in der Antwort ab.",
    garbled: "Die Antwort kam beschädigt an.", limited: "Zu viele Fragen auf einmal.",
    busy: "Der Assistent ist ausgelastet oder startet.", refused: "Der Assistent hat diese Frage abgelehnt.",
    failed: "Das hat nicht geklappt.",
  },
  fr: {
    title: "Interroger la doc", launch: "Demander", passage: "Demander sur ce passage", greeting: "Que souhaitez-vous savoir ?",
    intro: "Les réponses citent leurs sources. Les questions vont à {host}, la conversation reste dans cet onglet.",
    questions: "Questions sur cette page", placeholder: "Posez une question…", send: "Envoyer", stop: "Arrêter", close: "Fermer",
    more: "Plus", looking: "Recherche dans les pages…", slow: "C’est plus long que d’habitude…",
    answered: "Réponse trouvée", partial: "Réponse partielle", not_covered: "Non traité", stopped: "Arrêté", sources: "Sources",
    quoted: "cité mot pour mot", written: "rédigé par un modèle de langue", understood: "Compris comme",
    nothing: "Ces pages ne semblent pas y répondre.", gap: "Signaler ce manque", nearest: "Sections les plus proches", search: "Rechercher sur ce site",
    tab: "nouvel onglet", copy: "Copier la réponse", copied: "Copié",
    share: "Copier le lien vers cette question", retry: "Réessayer",
    edit: "Modifier la question", cancel: "Annuler", copyAll: "Copier la conversation en Markdown", clear: "Effacer la conversation",
    off: "Désactiver pour de bon", isOff: "L’assistant est désactivé", on: "Réactiver",
    offText: "#assistant=on après une adresse de ce site le rétablit.",
    consent: "Vos questions, la page et le texte joint vont à {host}. Ni cookie ni pistage.",
    agree: "Accepter", privacy: "Confidentialité", withdraw: "Retirer le consentement", up: "Utile", down: "Pas utile",
    wrong: "C’est faux", incomplete: "Il manque quelque chose", citation: "Une citation ne convient pas",
    off_topic: "Pas ma question", comment: "Commentaire (facultatif)", thanks: "Merci.",
    stored: "Conservé : note, commentaire, question, sources, page. Ni nom ni cookie.",
    long: "2000 caractères au plus", offline: "Vous êtes hors ligne.", unreachable: "L’assistant est injoignable.",
    timeout: "Pas de réponse à temps.", cut: "La connexion s’est interrompue.",
    garbled: "La réponse est arrivée endommagée.", limited: "Trop de questions à la fois.",
    busy: "L’assistant est occupé ou démarre.", refused: "L’assistant a refusé cette question.",
    failed: "Cela n’a pas fonctionné.",
  },
  es: {
    title: "Preguntar a la guía", launch: "Preguntar", passage: "Preguntar por este pasaje", greeting: "¿Qué le gustaría saber?",
    intro: "Las respuestas citan sus fuentes. Las preguntas van a {host}, la conversación queda en esta pestaña.",
    questions: "Preguntas sobre esta página", placeholder: "Haga una pregunta…", send: "Enviar", stop: "Detener", close: "Cerrar",
    more: "Más", looking: "Buscando en las páginas…", slow: "Tarda más de lo habitual…",
    answered: "Respondido", partial: "Respondido en parte", not_covered: "No tratado", stopped: "Detenido", sources: "Fuentes",
    quoted: "citado palabra por palabra", written: "redactado por un modelo de lenguaje", understood: "Entendido como",
    nothing: "Estas páginas no parecen responder a eso.", gap: "Avisar de que falta", nearest: "Secciones más cercanas", search: "Buscar en este sitio",
    tab: "otra pestaña", copy: "Copiar respuesta", copied: "Copiado",
    share: "Copiar enlace a esta pregunta", retry: "Reintentar",
    edit: "Editar pregunta", cancel: "Cancelar", copyAll: "Copiar conversación en Markdown", clear: "Borrar conversación",
    off: "Desactivar para siempre", isOff: "El asistente está desactivado", on: "Activar",
    offText: "#assistant=on tras una dirección de este sitio lo recupera.",
    consent: "Sus preguntas, la página y el texto adjunto van a {host}. Sin cookies ni rastreo.",
    agree: "Aceptar", privacy: "Privacidad", withdraw: "Retirar el consentimiento", up: "Útil", down: "No es útil",
    wrong: "Es incorrecto", incomplete: "Falta algo", citation: "Una cita no encaja",
    off_topic: "No es lo que pregunté", comment: "Comentario (opcional)", thanks: "Gracias.",
    stored: "Se guarda: valoración, comentario, pregunta, fuentes, página. Sin nombre ni cookies.",
    long: "Como máximo 2000 caracteres", offline: "Está sin conexión.", unreachable: "No se puede contactar con el asistente.",
    timeout: "Sin respuesta a tiempo.", cut: "La conexión se cortó.",
    garbled: "La respuesta llegó dañada.", limited: "Demasiadas preguntas a la vez.",
    busy: "El asistente está ocupado o arrancando.", refused: "El asistente rechazó esta pregunta.",
    failed: "No ha funcionado.",
  },
};

// ---- Style: em, since rem follows the page's root

const CSS = `
:host { all: initial !important; display: contents !important; }
@media print { .root { display: none !important; } }
* { box-sizing: border-box; }
.root {
  all: unset; display: block; position: fixed; inset: 0; pointer-events: none; color-scheme: light;
  --bg: var(--assistant-background, light-dark(#fff, #1b1e26)); --text: var(--assistant-text, light-dark(#1b2130, #e9ecf3));
  --soft: light-dark(#f4f5f9, #282c38); --muted: light-dark(#566072, #abb4c5); --line: light-dark(#e1e5ed, #373d4c); --edge: light-dark(#8590a3, #7d889f);
  --accent: var(--assistant-accent, light-dark(#3c4fc9, #a5b4ff)); --link: var(--assistant-link, var(--accent));
  --on-accent: var(--assistant-on-accent, oklch(from var(--accent) calc((.57 - l) * 99) 0 0)); /* white or black */
  --shadow: 0 2px 4px #0d142814, 0 12px 40px #0d142838; --inline: var(--assistant-offset-inline, 20px); --block: var(--assistant-offset-block, 20px);
  color: var(--text); font: .9375em/1.55 var(--assistant-font, system-ui, sans-serif); -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
}
.dark { color-scheme: dark; }
.root > * { pointer-events: auto; }
h2, h3, h4, p, ul, ol, fieldset, blockquote { margin: 0; padding: 0; border: 0; font: inherit; min-width: 0; list-style: none; }
h2, h4, strong, th, .big, .launcher { font-weight: 650; }
p, h3, li, th, td, blockquote, strong, textarea, span { unicode-bidi: plaintext; }
button, textarea, .act { font: inherit; color: inherit; background: none; border: 1px solid transparent; border-radius: 10px; margin: 0; padding: 0; text-align: start; }
button, summary { cursor: pointer; list-style: none; }
button:hover, summary:hover { background: var(--soft); }
a { color: var(--link); text-underline-offset: .18em; }
svg { width: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.muted, .label, .tool { color: var(--muted); }
.small, .label, .state, table { font-size: .8667em; line-height: 1.5; }
.label, .state { font-weight: 600; unicode-bidi: normal; }
.stack { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
.wide { gap: 14px; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
[hidden], p:empty, div:empty { display: none !important; }

.launcher, .panel { position: absolute; inset-block-end: var(--block); inset-inline-end: var(--inline); box-shadow: var(--shadow); }
.start > :is(.launcher, .panel) { inset-inline: var(--inline) auto; }
.launcher { display: flex; align-items: center; gap: .5em; padding: .7em 1.15em .7em 1em; border-radius: 99px; white-space: nowrap; }
.panel { display: flex; flex-direction: column; width: min(var(--assistant-width, 27.5em), 100% - 40px); height: min(44em, 100% - 40px);
  background: var(--bg); border: 1px solid var(--line); border-radius: var(--assistant-radius, 16px); overflow: hidden; }
.inline, .inline .panel { position: relative; inset: auto; width: auto; height: auto; max-height: var(--assistant-inline-height, 46em); box-shadow: none; }
.head { display: flex; align-items: center; padding: 9px; padding-inline-start: 18px; border-block-end: 1px solid var(--line); }
.head h2 { flex: 1; }
.tool { display: inline-grid; place-items: center; width: 34px; height: 34px; flex: none; }
.tool[aria-pressed=true] { color: var(--link); border-color: currentColor; }
summary svg { stroke-width: 3; }
.menu { position: absolute; inset-block-start: 50px; inset-inline-end: 10px; z-index: 2; display: grid; padding: 6px; }
.menu button { padding: .5em .8em; }
.menu, .preview { background: var(--bg); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.log, .notice { flex: 1 1 auto; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 18px; position: relative; }
.log:focus-visible { outline-offset: -3px; }
.notice { align-content: center; }
.big { font-size: 1.3em; line-height: 1.3; }
.asks button { display: flex; width: 100%; align-items: center; justify-content: space-between; gap: .8em; padding: .6em .9em; border-color: var(--line); border-radius: 12px; }
.asks svg { width: 1em; color: var(--muted); }
.asks svg:dir(rtl) { transform: scaleX(-1); }

.turn { margin-block-end: 28px; }
.turn:last-child { margin: 0; }
.turn:not(:last-child) .last { display: none; }
.ask { justify-items: end; }
.ask h3 { padding: .55em .9em; border-radius: 14px; border-end-end-radius: 4px; background: var(--soft); white-space: pre-wrap; }
.fixed { flex-wrap: nowrap; }
.tiny { width: 26px; height: 26px; font-size: .8em; }
.passage { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; flex: 1; }
.passage, .note, blockquote { border-inline-start: 3px solid var(--line); padding-inline-start: .75em; }
.state { gap: 2px 6px; }
.state span { font-weight: 400; color: var(--muted); }
.answered { color: light-dark(#17734a, #74d6a6); } .partial { color: light-dark(#855300, #f2c46d); } .failed, .error { color: light-dark(#b3261e, #ffb4ab); }
i { display: inline-block; width: 6px; height: 6px; margin-inline-end: 4px; border-radius: 50%; background: var(--link); animation: beat 1.2s infinite; }
i + i { animation-delay: .2s; }
@keyframes beat { 30% { opacity: .25; } }
.body { gap: .7em; }
.body :is(ul, ol) { padding-inline-start: 1.35em; display: grid; gap: .3em; } .body ul { list-style: disc; } .body ol { list-style: decimal; }
code { font: .88em ui-monospace, monospace; background: var(--soft); border: 1px solid var(--line); border-radius: 5px; padding: .08em .32em; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; }
pre { margin: .7em; } pre code { border: 0; }
table { border-collapse: collapse; min-width: 100%; overflow-wrap: break-word; }
th, td { padding: .55em .75em; text-align: start; vertical-align: top; min-width: 7.5em; max-width: 20em; }
td { border-block-start: 1px solid var(--line); }
th { background: var(--soft); }
.mark { font-size: .75em; font-weight: 650; line-height: 1; border: 1px solid var(--line); border-radius: 6px; padding: .12em .42em; background: var(--soft); }
a.mark { vertical-align: .28em; text-decoration: none; margin-inline-start: .28em; }
a.mark:hover, .mark[aria-describedby] { background: var(--link); color: var(--bg); }
.list li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 .7em; padding: 4px 8px; margin-inline: -8px; border-radius: 10px; font-size: .9333em; align-items: baseline; }
.list a { text-decoration: none; }
.list p { grid-column: 2; }
@media (hover) { .list .cited { display: none; } }
.tools { gap: 2px; margin-inline-start: -8px; }
.act { padding: .4em .9em; border-color: var(--edge); text-decoration: none; }
.launcher, .main, .send { background: var(--accent) !important; color: var(--on-accent) !important; border-color: transparent; }
.send { border-radius: 12px; }
.send[aria-disabled=true] { background: var(--soft) !important; color: var(--muted) !important; cursor: default; }
legend { padding: 0 0 6px; }
.form { padding: 14px; border: 1px solid var(--line); border-radius: 12px; }
.form textarea { border-color: var(--edge); padding: .4em .7em; width: 100%; }
.composer { padding: 12px 14px 14px; border-block-start: 1px solid var(--line); }
.entry { display: flex; align-items: flex-end; padding: 5px; padding-inline-start: 14px; border: 1px solid var(--edge); border-radius: 16px; }
.entry:focus-within { outline: 2px solid var(--link); outline-offset: -1px; }
.entry textarea { flex: 1; min-width: 0; padding: .35em 0; outline: none; resize: none; max-height: 9.5em; font-size: max(1.0667em, 16px); line-height: 1.45; }
::placeholder { color: var(--muted); opacity: 1; }
.preview { position: fixed; width: min(21em, 100vw - 24px); padding: 12px 14px; font-size: .9333em; }
blockquote { border-color: var(--link); max-height: 12em; overflow: hidden; }

@media (max-width: 520px) {
  .panel:not(.inline *) { position: fixed; inset: 0 0 auto; width: auto; height: var(--height, 100dvh); border: 0; border-radius: 0; }
}
@media (max-height: 320px) { /* 400 % zoom */
  .panel { overflow-y: auto; } .log, .notice { overflow: visible; flex: none; }
}
@media (prefers-reduced-motion) { i { animation: none; } }
@media (forced-colors: active) { .launcher, .send, .ask h3, .menu, .preview { border: 1px solid; } i { background: CanvasText; } }
`;
let sheet; // a constructed one passes `style-src 'self'`

const RING = "M3 12a9 9 0 1 1 18 0a9 9 0 1 1-18 0";
const ICONS = {
  ask: "M4 5h16v12h-8l-5 4v-4H4zM8 9h8M8 13h5", close: "M6 6l12 12M18 6 6 18", send: "M12 19V5M6 11l6-6 6 6", stop: "M7 7h10v10H7z",
  more: "M5 12h0M12 12h0M19 12h0", copy: "M9 9h11v11H9zM5 15H4V4h11v1", share: "M9 15l6-6M11 6l2-2a4 4 0 0 1 6 6l-2 2M13 18l-2 2a4 4 0 0 1-6-6l2-2",
  up: "M7 20H4V10h3l4-7 2 2v4h8l-2 11zV10", down: "M7 4H4v10h3l4 7 2-2v-4h8L19 4zv10", retry: "M20 11a8 8 0 1 0-2 6M20 4v7h-7",
  edit: "M4 20h4L20 8l-4-4L4 16z", next: "M5 12h14M13 6l6 6-6 6", failed: "M12 4 22 20H2zM12 10v4M12 17v0",
  answered: `${RING}M8 12l3 3 5-6`, partial: `${RING}M12 3v18M12 8h8M12 12h9M12 16h8`, not_covered: `${RING}M8 12h8`,
};

// ---- DOM helpers

/** Make an element: functions become listeners, strings text nodes. */
function el(selector, attributes, ...children) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag);
  node.className = classes.join(" ");
  const plain = attributes?.constructor === Object;
  for (const [name, value] of Object.entries(plain ? attributes : {})) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...(plain ? children : [attributes, ...children]).flat().filter((child) => child));
  return node;
}

function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  svg.append(path);
  return svg;
}

const button = (label, click, kind = ".act") => el(`button${kind}`, { type: "button", click }, label);

const tool = (name, label, click, kind = "", more) =>
  el(`button.tool${kind}`, { type: "button", "aria-label": label, title: label, click, ...more }, icon(name));

/** Inline Markdown as nodes. Linear in time. */
function inline(markdown) {
  const nodes = [];
  let from = 0;
  for (const found of markdown.matchAll(/\\([!-/:-@[-`{-~])|(`{1,2})((?:[^`]|`(?!`))+?)\2(?!`)|\*\*((?:\\.|[^*\\])+)\*\*/gs)) {
    const [all, sign, , code, bold] = found;
    nodes.push(markdown.slice(from, found.index), sign ?? (bold ? el("strong", inline(bold)) : el("code", code.replaceAll("\\|", "|").trim())));
    from = found.index + all.length;
  }
  return [...nodes, markdown.slice(from)];
}

const plainText = (markdown) => el("p", inline(markdown)).textContent;

/** The address if it is one to follow, else null. */
function webAddress(url, base) {
  const address = url && URL.parse(url, base);
  return /^https?:$/.test(address?.protocol) ? address : null;
}

// ---- Answers

/** Bounded text; servers refuse a lone surrogate. */
const text = (value, limit = 20000) => String(value ?? "").slice(0, limit).toWellFormed();
const texts = (values, most) => [...(values ?? [])].map((one) => text(one, LIMIT).trim()).filter(Boolean).slice(0, most);

const readCitation = ({ number, title, heading, url, quote, evidence }) =>
  ({ number: +number, title: text(title), heading: text(heading), url: text(url), quote: text(quote, LIMIT), evidence: text(evidence) });

const readStatement = ({ kind, text: words, citations, label }) =>
  ({ kind: text(kind), text: text(words), citations: [...(citations ?? [])].map(Number), label: text(label, 20) });

/** Throws where the shape isn't the contract's. */
const readAnswer = ({ understood, verdict, writer, statements, citations, nearest, suggestions, missing, notes, advice, index_version }) => ({
  understood: text(understood, LIMIT), verdict: /^(answered|partial)$/.test(verdict) ? verdict : "not_covered", writer: text(writer),
  statements: statements.slice(0, 500).map(readStatement), citations: (citations ?? []).slice(0, 99).map(readCitation),
  nearest: (nearest ?? []).slice(0, 5).map(readCitation), suggestions: texts(suggestions, 3),
  missing: text(missing, LIMIT), notes: texts(notes, 5), index_version: text(index_version),
  advice: [advice ?? []].flat().map(({ summary, link, questions }) =>
    readCitation({ title: summary, url: link, quote: questions.map(({ question }) => question).join(" ") })),
});

/** Whether a statement goes on in the block before. */
const continues = (before, { kind, label, citations }) => before?.kind === kind && kind !== "heading" && kind !== "code" && (kind === "item" ? !before.label === !label
  : kind === "row" ? label !== "header" : citations.some((number) => before.citations.includes(number)));

const cells = (row) => row.split(" | ");
const path = ({ title, heading, url }) => [...new Set([title, heading])].filter(Boolean).join(" › ") || url;

function toMarkdown({ question, context, answer }, site) {
  const escaped = (words) => words.replace(/[\\`*_[\]<>]/g, "\\$&").replace(/\s+/g, " ");
  const link = (words, url) => {
    const href = webAddress(url, site)?.href.replace(/[()]/g, (sign) => `%${sign.charCodeAt().toString(16)}`);
    return href ? `[${escaped(words)}](${href})` : escaped(words);
  };
  const lines = [`## ${escaped(question)}`, context && `> ${escaped(context)}`];
  answer.statements.forEach((statement, at, all) => {
    const { kind, label, citations } = statement;
    const joins = continues(all[at - 1], statement);
    const marks = citations.map((number) => ` ${link(`[${number}]`, answer.citations.find((one) => one.number === number)?.url)}`);
    const said = statement.text.replaceAll("<", "\\<") + marks.join("");
    const rule = "| --- ".repeat(cells(said).length) + "|";
    const row = `| ${said} |`;
    if (!joins) lines.push("");
    if (kind === "item") lines.push(`${label || "-"} ${said}`);
    else if (kind === "row") lines.push(row, ...(label === "header" ? [rule] : []));
    else if (kind === "code") {
      const fence = "`".repeat(2 + statement.text.split("`").length);
      lines.push(fence, statement.text, fence, marks.join(""));
    } else if (joins) lines.push(`${lines.pop()} ${said}`);
    else lines.push((kind === "heading" ? "### " : "") + said);
  });
  lines.push("", ...answer.citations.map((one) => `${one.number}. ${link(path(one), one.url)}: “${escaped(one.quote)}”`));
  return [...lines, ...answer.nearest.map((one) => `- ${link(path(one), one.url)}`)].join("\n");
}

// ---- Answerers

/** Why there is none: a label's name, the server's own words, seconds to wait. */
const trouble = (code, said, wait = 0) =>
  Object.assign(new Error(code), { code, wait, detail: text(said?.error, 500), reference: text(said?.request_id, 99) });

/** JSON, or null. */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Asks over HTTP. Anything with such an `ask` can take its place. */
function httpAnswerer(server, silenceMs) {
  async function post(name, body, signal) {
    const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
    const response = await fetch(new URL(`api/${name}`, server), { method: "POST", headers, body: JSON.stringify(body), signal });
    if (response.ok) return response;
    const wait = Math.min(600, response.headers.get("retry-after")) || 0; // a date is no number
    const code = { 429: "limited", 503: "busy" }[response.status] ?? (response.status < 500 ? "refused" : "failed");
    throw trouble(code, parse(await response.text()), wait);
  }

  return {
    /** Yield {event, data}, at last done or error. */
    async *ask(request, signal) {
      const cut = new AbortController();
      let timer;
      let streaming;
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => cut.abort(), silenceMs);
      };
      try {
        alive();
        const response = await post("ask", request, AbortSignal.any([signal, cut.signal]));
        if (!response.headers.get("content-type")?.includes("event-stream")) throw trouble("garbled"); // a login page, say
        streaming = true;
        yield* readEvents(response.body, alive);
      } catch (error) {
        if (error.wait != null || signal.aborted) throw error;
        throw trouble(cut.signal.aborted ? "timeout" : streaming ? "cut" : navigator.onLine ? "unreachable" : "offline");
      } finally {
        clearTimeout(timer);
        cut.abort(); // no connection stays behind
      }
    },
    suggestions: async (page) =>
      (await (await fetch(new URL(`api/suggestions?page=${encodeURIComponent(page)}`, server))).json()).suggestions,
    feedback: (entry) => post("feedback", entry, AbortSignal.timeout(silenceMs)),
  };
}

/** Server-sent events, wherever the network cut them. */
async function* readEvents(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return; // half an event is none, says the standard
    alive();
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = { event: "", data: "" };
      for (const line of block.split(/\r?\n/)) {
        const [, name, content] = /^(event|data): ?(.*)/s.exec(line) ?? [];
        if (name) fields[name] += content;
      }
      if (fields.data) yield { event: fields.event, data: parse(fields.data) };
    }
  }
}

// ---- The browser

const volatile = {}; // where the browser keeps nothing

function memory(store, key, value = null) {
  try {
    return value === null ? window[store].getItem(key) : window[store].setItem(key, value);
  } catch {
    return value === null ? volatile[key] : (volatile[key] = value);
  }
}

const uuid = () => URL.createObjectURL(new Blob()).slice(-36); // crypto.randomUUID is missing on plain http

const narrow = () => matchMedia("(max-width: 520px)").matches;

/** What the page says (Material, Docusaurus, Furo), else what the system prefers. */
function isDark() {
  const { mdColorScheme, theme } = { ...document.documentElement.dataset, ...document.body.dataset };
  const said = mdColorScheme ?? theme;
  return /slate|dark/.test(said) || (!/default|light/.test(said) && matchMedia("(prefers-color-scheme: dark)").matches);
}

function assistant(host) {
  const life = new AbortController();
  const on = (target, type, handler, capture) => target.addEventListener(type, handler, { signal: life.signal, capture });
  const setting = (name) => host.getAttribute(name) ?? SCRIPT?.dataset[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())];
  const isInline = host.hasAttribute("inline");
  const language = [setting("lang"), document.documentElement.lang].map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => LABELS[tag]) ?? "en";
  const t = { ...LABELS[language], ...host.labels };
  const title = (host.heading ??= setting("title") ?? t.title);
  host.removeAttribute("title"); // else a tooltip

  const folder = (url) => url && new URL(url.replace(/\/?$/, "/"), document.baseURI);
  const given = folder(setting("server"));
  const site = folder(setting("site")) ?? (MODULE.pathname.endsWith("/assets/assistant.js") ? new URL("../", MODULE) : new URL("/", given ?? MODULE));
  const server = given ?? (MODULE.pathname === "/assistant.js" ? new URL("/", MODULE) : site);
  const answerer = () => (host.answerer ??= httpAnswerer(server, 1000 * (setting("timeout") ?? SILENCE_S)));
  const slot = (label) => label.replace("{host}", server.host);
  const pagePath = () => {
    const here = location.origin + location.pathname;
    return here.startsWith(site) ? here.slice(site.href.length) : "";
  };

  // The dialogue lasts in the tab, choices in the browser. Several sites may share an origin.
  const key = (name) => `${NAME}:${name}:${site}`;
  const state = { turns: [], draft: "", context: "", editing: false, open: false, scroll: 0 };
  const load = () => Object.assign(state, parse(memory("sessionStorage", key("dialogue"))));
  const save = () => memory("sessionStorage", key("dialogue"), JSON.stringify(state));
  const chosen = (name) => memory("localStorage", key(name)) === "1";
  const needsConsent = () => setting("consent") != null && !chosen("consent");

  const prevent = (event) => event.preventDefault();
  const timers = {};
  const later = (name, ms, then) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(then, ms);
  };
  let views = [];
  let running;
  let leaving, opener;
  let selection = "";
  let page = location.pathname;
  let pinned = 0;
  let panel, menu, log, notice, status, composer, attached, field, send, hint, preview; // made when first opened

  const shortcut = (setting("shortcut") ?? "/").toLowerCase(); // with Ctrl or ⌘
  const keys = shortcut !== "none" && (APPLE ? "Meta+" : "Control+") + shortcut;
  const launcherLabel = el("span");
  const launcher = el("button.launcher", {
    type: "button", "aria-haspopup": "dialog", title: keys, "aria-keyshortcuts": keys, click: open,
    mousedown: prevent, // or the selection is gone
  }, icon("ask"), launcherLabel);
  // A popover, since a transform of the page would catch `position: fixed`.
  const root = el(isInline ? "div.root.inline" : "div.root", { lang: language, popover: !isInline && "manual" }, launcher);
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  shadow.adoptedStyleSheets = [sheet];
  shadow.replaceChildren(root);
  const rise = () => isInline || root.matches(":popover-open") || root.showPopover();
  rise();

  function paint() {
    const theme = setting("theme");
    root.classList.toggle("dark", theme === "dark" || (theme !== "light" && isDark()));
    root.classList.toggle("start", setting("position") === "start");
    root.style.cssText = "";
    if (setting("accent")) root.style.setProperty("--assistant-accent", setting("accent"));
    launcher.hidden = isInline || state.open || chosen("off");
    launcher.ariaExpanded = state.open;
    launcherLabel.textContent = selection ? t.passage : setting("launch") ?? t.launch;
  }

  // ---- The panel

  function make() {
    if (panel) return;
    log = el("div.log", { role: "group", "aria-label": title, tabindex: "0", scroll: () => { state.scroll = log.scrollTop; preview.hidden || closePreview(); } });
    notice = el("div.notice.stack.wide");
    status = el("p.sr", { role: "status" });
    attached = el("div.stack");
    hint = el("p.small", { id: "hint" });
    field = el("textarea", {
      rows: "1", enterkeyhint: "send", placeholder: t.placeholder, "aria-label": t.placeholder, "aria-describedby": "hint", input: typed,
      keydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        submit();
      },
    });
    send = tool("send", t.send, () => (running ? running.abort() : submit()), ".send");
    composer = el("div.composer.stack", attached, el("div.entry", field, send), hint);
    menu = el("details", { focusout: ({ relatedTarget }) => { menu.open &&= menu.contains(relatedTarget); } });
    panel = el("section.panel", {
      role: isInline ? "region" : "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: "",
    }, el("div.head", el("h2", { id: "title" }, title), menu, !isInline && tool("close", t.close, close)), log, composer, notice, status);
    preview = el("div.preview.stack", { role: "tooltip", id: "preview", pointerenter: () => clearTimeout(timers.preview), pointerleave: closePreview });
    closePreview();
    root.append(panel, preview);
    draw();
  }

  function draw() {
    views = state.turns.map(turnView);
    log.replaceChildren(...(views.length ? views.map((view) => view.root) : [welcome()]));
    field.value = state.draft;
    drawMenu();
    drawNotice();
    typed();
  }

  function welcome() {
    const asked = el("div.stack");
    suggest(asked);
    return el("div.stack.wide", el("h3.big", setting("greeting") ?? t.greeting), el("p.muted", slot(t.intro)), asked);
  }

  async function suggest(into) {
    let questions = setting("suggestions")?.split("|") ?? [...document.querySelectorAll('meta[name="assistant-question"]')].map((meta) => meta.content);
    if (!questions.length && !needsConsent() && !chosen("off")) questions = await answerer().suggestions?.(pagePath()).catch(() => []);
    questions = texts(questions, 3);
    if (questions.length) into.append(el("p.label", t.questions), asks(questions));
  }

  const asks = (questions) => el("ul.asks.stack", { role: "list" }, questions.map((question) =>
    el("li", el("button", { type: "button", click: () => start(question) }, el("span", question), icon("next")))));

  function drawMenu() {
    const talked = state.turns.length > 0;
    const item = (label, click) => button(label, () => { menu.open = false; refocus(); click(); }, "");
    menu.replaceChildren(el("summary.tool", { "aria-label": t.more, title: t.more }, icon("more")), el("div.menu",
      talked && item(t.copyAll, () => copy(state.turns.map((turn) => toMarkdown(turn, site)).join("\n\n"))),
      talked && item(t.clear, clear),
      setting("consent") != null && item(t.withdraw, () => choose("consent", "")),
      item(t.off, () => choose("off", "1"))));
  }

  function drawNotice() {
    const policy = setting("privacy-url");
    const parts = chosen("off") ? [t.isOff, t.offText, button(t.on, () => choose("off", ""))]
      : needsConsent() && [title, setting("consent") || slot(t.consent), button(t.agree, () => choose("consent", "1"), ".act.main"), !isInline && button(t.cancel, close), policy && link(policy, {}, t.privacy)];
    notice.hidden = !parts;
    if (parts) notice.replaceChildren(el("h3.big", parts[0]), el("p", parts[1]), el("div.row", parts.slice(2)));
    for (const part of [log, composer, menu]) part.hidden = parts;
  }

  function choose(name, value) {
    memory("localStorage", key(name), value);
    if (chosen("off") || needsConsent()) running?.abort();
    paint();
    if (!panel) return;
    draw();
    refocus();
    if (name === "consent" && value) submit();
  }

  function show() {
    make();
    if (!panel.hidden) return;
    opener = document.activeElement;
    state.open = !isInline;
    panel.hidden = false;
    if (!isInline) panel.ariaModal = narrow();
    if (selection) state.context = selection;
    const { scroll } = state;
    draw();
    paint();
    fit();
    pinned = log.scrollTop = scroll;
  }

  function open() {
    show();
    (notice.hidden ? field : notice.querySelector("button")).focus();
  }

  function close() {
    if (!state.open) return;
    const inside = shadow.activeElement;
    state.open = menu.open = false;
    closePreview();
    panel.hidden = true;
    paint();
    save();
    if (inside) (opener?.isConnected && opener !== document.body && opener !== host ? opener : launcher).focus({ preventScroll: true });
  }

  /** Above a phone's keyboard. */
  function fit() {
    const { height, scale } = visualViewport;
    if (scale === 1) panel?.style.setProperty("--height", `${height}px`);
  }

  /** After a press on something now gone; a phone's keyboard would hide the answer. */
  function refocus() {
    if (!panel || panel.hidden) return;
    (!notice.hidden ? notice.querySelector("button") : matchMedia("(pointer: coarse)").matches ? panel : field).focus({ preventScroll: true });
  }

  const announce = (words) => status.replaceChildren(words); // a new node is always heard

  // ---- Asking

  function write(words, context = "") {
    field.value = words;
    state.context = context;
    typed();
    field.focus();
  }

  function typed() {
    const { context, editing } = state;
    const draft = state.draft = field.value;
    const long = draft.length > LIMIT;
    field.style.height = "auto"; // so it can shrink
    field.style.height = `${field.scrollHeight + 2}px`;
    field.ariaInvalid = long;
    say(long ? t.long : "", true);
    send.replaceChildren(icon(running ? "stop" : "send"));
    send.title = send.ariaLabel = running ? t.stop : t.send;
    send.ariaDisabled = !running && (long || !draft.trim());
    attached.replaceChildren(...[
      editing && el("div.row.small", el("span.label", t.edit), button(t.cancel, () => { state.editing = false; write(""); })),
      context && el("div.row.fixed", el("p.passage.small.muted", context), tool("close", t.cancel, () => write(draft), ".tiny")),
      selection && selection !== context && el("div.row.small", { mousedown: prevent }, button(t.passage, () => write(draft, selection))),
    ].filter(Boolean));
    save();
  }

  function say(words, error) {
    hint.textContent = words;
    hint.classList.toggle("error", error);
    if (!error) later("hint", 4000, typed);
  }

  function submit() {
    const { draft, context, editing } = state;
    if (draft.length > LIMIT) announce(hint.textContent);
    else if (draft.trim() && !running) {
      if (editing) state.turns.pop();
      state.draft = state.context = "";
      start(draft, context);
    }
  }

  /** Ask; what stands in the field stays. A turn is plain data, for sessionStorage. */
  function start(question, context = "") {
    if (!question.trim() || running) return;
    state.editing = false;
    state.turns = [...state.turns.slice(1 - TURNS_KEPT), { question: question.trim(), context, page: pagePath(), asked: Date.now() }];
    draw();
    run();
  }

  function clear() {
    running?.abort();
    state.turns = [];
    state.editing = false;
    save();
    if (panel) draw();
  }

  const dialogue = () => state.turns.slice(0, -1).filter((turn) => turn.state === "done").slice(-HISTORY_TURNS).flatMap(({ question, answer }) => [
    { role: "user", content: text(question, HISTORY_LIMIT) },
    { role: "assistant", content: text(answer.statements.map((one) => plainText(one.text)).join("\n") || t.nothing, HISTORY_LIMIT) },
  ]);

  async function run() {
    if (running) return;
    const turn = state.turns.at(-1);
    const view = views.at(-1);
    const stop = running = new AbortController();
    Object.assign(turn, { state: "pending", error: {}, answer: readAnswer({ statements: [] }), feedback: {} });
    view.redraw();
    typed();
    if (shadow.activeElement) refocus();
    pinned = log.scrollTop;
    follow(view);
    const slow = setTimeout(() => view.refresh(true), SLOW_MS);
    try {
      const { question, context, page } = turn;
      let damaged;
      for await (const { event, data } of answerer().ask({ question: text(question), history: dialogue(), page, context: context || undefined }, stop.signal)) {
        stop.signal.throwIfAborted();
        if (event === "error") throw trouble("failed", data);
        try {
          take(turn, view, event, data);
        } catch {
          damaged = true;
        }
        follow(view);
        if (turn.state === "done") break;
      }
      if (turn.state !== "done") throw trouble(damaged ? "garbled" : "cut");
    } catch ({ code, detail, reference, wait }) {
      turn.state = stop.signal.aborted ? "stopped" : "failed";
      turn.error = { code, detail, reference, until: Date.now() + wait * 1000 };
    }
    clearTimeout(slow);
    if (running === stop) running = null;
    if (leaving || !state.turns.includes(turn)) return;
    view.refresh();
    typed();
    follow(view);
    announce(view.spoken());
  }

  function take(turn, view, event, data) {
    const { answer } = turn;
    if (event === "understood") answer.understood = text(data.question, LIMIT);
    if (event === "citation") answer.citations.push(readCitation(data));
    if (event === "statement" && answer.statements.length < 500) answer.statements.push(readStatement(data));
    if (event !== "done") return view.add();
    const whole = readAnswer(data);
    const same = ["statements", "citations"].every((part) => JSON.stringify(whole[part]) === JSON.stringify(answer[part]));
    Object.assign(turn, { answer: whole, state: "done" });
    if (!same) view.redraw(); // else a focused link stays where it is
  }

  /** Scroll along, but not past the question, and not against a reader who has scrolled. */
  function follow(view) {
    if (Math.abs(log.scrollTop - pinned) < 5) log.scrollTop = Math.min(log.scrollHeight, view.root.offsetTop - 14);
    pinned = log.scrollTop;
  }

  // ---- One turn

  function turnView(turn) {
    const understood = el("p.small.muted");
    const standing = el("div");
    const body = el("div.body.stack", { dir: "auto" });
    const foot = el("div.stack.wide");
    const editor = tool("edit", t.edit, () => {
      state.editing = true;
      write([turn.question, state.draft].filter(Boolean).join("\n"), turn.context); // a draft isn't lost
    }, ".tiny.last");
    let block;
    let drawn = 0;

    function add() {
      const { statements, understood: as } = turn.answer;
      understood.textContent = as && as !== turn.question ? `${t.understood} “${as}”` : "";
      for (; drawn < statements.length; drawn++) {
        const { kind, label, citations, text: words } = statements[drawn];
        const joins = continues(statements[drawn - 1], statements[drawn]);
        const marks = citations.map(mark);
        const begin = (tag, attributes) => joins || body.append(block = el(tag, attributes));
        if (kind === "item") {
          begin(label ? "ol" : "ul", { start: parseInt(label) || null });
          block.append(el("li", inline(words), marks));
        } else if (kind === "row") {
          const tag = label === "header" ? "th" : "td";
          begin("div.scroll", { tabindex: "0" });
          if (!joins) block.append(block = el("table"));
          block.append(el("tr", cells(words).map((cell) => el(cell ? tag : "td", inline(cell)))));
          block.lastChild.lastChild.append(...marks);
        } else if (kind === "code") {
          begin("div.scroll", { tabindex: "0" });
          block.append(el("pre", el("code", words)), ...marks);
        } else {
          begin(kind === "heading" ? "h4" : "p");
          block.append(joins ? " " : "", ...inline(words), ...marks);
        }
      }
    }

    function mark(number) {
      const citation = turn.answer.citations.find((one) => one.number === number);
      return citation ? link(citation.url, { class: "mark", "aria-label": `${number}: ${path(citation)}` }, `${number}`, citation) : el("span.mark", `${number}`);
    }

    function redraw() {
      drawn = 0;
      body.replaceChildren();
      add();
      refresh();
    }

    function refresh(slow) {
      const { answer: { verdict, writer }, error, state: at } = turn;
      editor.hidden = at === "pending";
      standing.className = `row state ${at === "done" ? verdict : at}`;
      standing.replaceChildren(...at === "pending" ? [el("div", el("i"), el("i"), el("i")), el("span", slow ? t.slow : t.looking)]
        : at === "done" ? [icon(verdict), t[verdict], el("span", verdict !== "not_covered" && writer && `· ${writer === "extractive" ? t.quoted : t.written}`)]
        : at === "failed" ? [icon("failed"), t[error.code] ?? t.failed] : [icon("stop"), t.stopped]);
      foot.replaceChildren(...at === "pending" ? [] : (at === "done" ? answered() : unanswered()).filter(Boolean));
    }

    function unanswered() {
      const { detail, reference, until } = turn.error;
      const wait = Math.ceil((until - Date.now()) / 1000);
      if (wait > 0) later("wait", wait * 1000, () => refresh());
      return [
        el("p.note.small", detail, reference && ` (${reference})`),
        el("div.row.last", wait > 0 ? el("span.act.muted", `${t.retry} (${wait} s)`) : button(t.retry, run), search(turn.question)),
      ];
    }

    const sections = (label, all) => all.length > 0 && el("div.stack", el("p.label", label), el("ul.list", { role: "list" }, all.map((one) =>
      el("li", el("span.mark", `${one.number || "›"}`), link(one.url, {}, path(one), one), el(`p.passage.small.muted${one.number ? ".cited" : ""}`, one.quote), el("p.small.muted", one.evidence)))));

    function answered() {
      const { verdict, statements, missing, notes, advice, citations, nearest, suggestions } = turn.answer;
      const { feedback } = turn;
      const thumb = (rating) => tool(rating, t[rating], () => rate(rating), "", { "aria-pressed": `${feedback.rating === rating}` });
      const uncovered = verdict === "not_covered";
      return [
        uncovered && !statements.length && el("p", t.nothing),
        missing && el("p.note.small", `${t.not_covered} — ${missing}`),
        ...notes.map((note) => el("p.small.muted", note)),
        sections("", advice ?? []),
        sections(t.sources, citations),
        verdict !== "answered" && sections(t.nearest, nearest),
        uncovered && el("div.row", answerer().feedback && button(t.gap, () => rate("down", "incomplete")), search(turn.question)),
        el("div.row.tools", tool("copy", t.copy, () => copy(toMarkdown(turn, site))),
          tool("share", t.share, () => copy(`${location.href.split("#")[0]}#ask=${encodeURIComponent(turn.question)}`)),
          tool("retry", t.retry, run, ".last"), answerer().feedback && ["up", "down"].map(thumb)),
        feedback.state === "open" && form(),
        feedback.state === "stored" && el("p.small.muted", `${t.thanks} ${t.stored}`),
        feedback.state === "failed" && el("div.row.small", t.failed, button(t.retry, sendFeedback)),
        suggestions.length > 0 && el("div.last", asks(suggestions)),
      ];
    }

    function form() {
      const { reason, comment } = turn.feedback;
      return el("form.form.stack.wide", {
        input: ({ target }) => { turn.feedback[target.name] = target.value; save(); },
        submit: (event) => { event.preventDefault(); sendFeedback(); },
      }, el("fieldset.stack", el("legend.label", t.down), ["wrong", "incomplete", "citation", "off_topic"].map((value) =>
        el("label", el("input", { type: "radio", name: "reason", value, checked: reason === value && "" }), ` ${t[value]}`))),
      el("label.label", t.comment, el("textarea", { name: "comment", rows: "2" }, comment)), el("p.small.muted", t.stored),
      el("div.row", el("button.act.main", t.send), button(t.cancel, () => rate("down"))));
    }

    function rate(rating, reason) {
      const { comment, state: at } = turn.feedback;
      const shut = !reason && rating === "down" && at === "open";
      turn.feedback = { id: uuid(), comment, reason, ...!shut && { rating, state: "open" } };
      if (rating === "up" || reason) sendFeedback();
      else show(shut ? ".tools > :last-child" : "input");
    }

    async function sendFeedback() {
      const { answer, feedback, question, page } = turn;
      const { id, rating, reason = null, comment } = feedback;
      feedback.state = "";
      show();
      const entry = { id, rating, reason, comment: text(comment, LIMIT) || null, question, verdict: answer.verdict,
        citations: answer.citations.map((one) => one.url), page, index_version: answer.index_version };
      feedback.state = await answerer().feedback(entry).then(() => "stored", () => "failed");
      show();
      announce(feedback.state === "stored" ? t.thanks : t.failed);
    }

    function show(focus = "[aria-pressed=true]") {
      const had = foot.contains(shadow.activeElement);
      refresh();
      save();
      if (had) foot.querySelector(focus).focus();
      foot.querySelector("form")?.scrollIntoView({ block: "nearest" });
    }

    if (turn.answer) redraw();
    return {
      add, refresh, redraw,
      root: el("article.turn.stack.wide", el("div.ask.stack", el("p.passage.small.muted", turn.context), el("div.row.fixed", editor, el("h3", turn.question)), understood), standing, body, foot),
      spoken: () => `${standing.textContent}. ${turn.state === "done" ? turn.answer.statements.map((one) => plainText(one.text)).join(" ") : turn.error.detail ?? ""}`,
    };
  }

  // ---- Links

  function link(url, attributes, words, citation) {
    const address = webAddress(url, site);
    if (!address) return el("span", { class: attributes.class }, words);
    const label = attributes["aria-label"];
    const leaves = address.origin !== location.origin;
    const show = () => {
      closePreview();
      preview.replaceChildren(el("strong", path(citation)), el("blockquote", citation.quote), el("p.small.muted", citation.evidence));
      preview.hidden = false;
      node.setAttribute("aria-describedby", "preview");
      const { left, top, bottom } = node.getBoundingClientRect();
      const { offsetWidth, offsetHeight } = preview;
      preview.style.left = `${Math.max(12, Math.min(left - 40, innerWidth - offsetWidth - 12))}px`;
      preview.style.top = `${top > offsetHeight + 16 ? top - offsetHeight - 8 : bottom + 8}px`;
    };
    const soon = (event) => citation?.quote && (event.pointerType === "mouse" || node.matches(":focus-visible")) && later("preview", 120, show);
    const node = el("a", {
      ...attributes, href: address, target: leaves && "_blank", rel: leaves && "noopener", "aria-label": label && leaves ? `${label} (${t.tab})` : label,
      click: (event) => !leaves && narrow() && !event.ctrlKey && !event.metaKey && close(),
      pointerenter: soon, focus: soon, pointerleave: () => later("preview", 200, closePreview), blur: closePreview,
    }, words, leaves && !label && el("span.muted.small", ` ${address.host} (${t.tab})`));
    return node;
  }

  function closePreview() {
    clearTimeout(timers.preview);
    preview.hidden = true;
    root.querySelector("[aria-describedby=preview]")?.removeAttribute("aria-describedby");
  }

  /** The site's search: an address, Material's or Zensical's. */
  function search(question) {
    const template = setting("search-url");
    if (template) return el("a.act", { href: webAddress(template.replace("{query}", encodeURIComponent(question)), document.baseURI) }, t.search);
    const box = document.querySelector("[data-md-component=search-query], [data-md-component=search] button");
    return box && button(t.search, () => {
      close();
      box.value = question;
      box.focus();
      box.click();
    });
  }

  async function copy(words) {
    const done = await navigator.clipboard?.writeText(words).then(() => t.copied, () => null) ?? t.failed; // plain http has none
    say(done);
    announce(done);
  }

  // ---- The page around

  function pressed(event) {
    const { key: name, shiftKey, target } = event;
    const within = event.composedPath().includes(host);
    // From the page (WCAG 2.4.11).
    if (name === "Escape" && panel && !event.isComposing && (within || !/^(input|textarea)$/.test(target.localName))) {
      if (!preview.hidden) closePreview();
      else if (!menu.open) close();
      else {
        menu.firstChild.focus();
        menu.open = false;
      }
    }
    if (name === "Tab" && state.open && within) {
      const stops = [...panel.querySelectorAll("a, button, summary, textarea, input, [tabindex='0']")].filter((node) => node.checkVisibility());
      if (shiftKey) stops.reverse();
      if (shadow.activeElement === stops.at(-1) || (shiftKey && shadow.activeElement === panel)) {
        event.preventDefault();
        stops[0].focus();
      }
    }
    if (name?.toLowerCase() !== shortcut || event.altKey || !(APPLE ? event.metaKey : event.ctrlKey) || chosen("off")) return;
    event.preventDefault();
    event.stopPropagation();
    if (state.open && within) close();
    else open();
  }

  /** #ask=… and #assistant=on: taken out of the address, or a reload would repeat them. */
  function readHash(hash = location.hash) {
    const asked = new URLSearchParams(hash.slice(1));
    if (!asked.has("ask") && !asked.has("assistant")) return;
    if (hash === location.hash) history.replaceState(history.state, "", location.pathname + location.search);
    if (asked.has("assistant")) choose("off", "");
    ask(asked.get("ask") ?? "");
  }

  function ask(question, { context } = {}) {
    open();
    question = text(question, LIMIT);
    if (question === state.turns.at(-1)?.question) return;
    if (notice.hidden && !running) start(question, text(context, LIMIT));
    else if (!state.draft) write(question);
  }

  on(document, "keydown", pressed, true);
  // The page's single-key shortcuts must not hear what is typed here; AltGr is Ctrl with Alt.
  for (const type of ["keydown", "keypress", "keyup"]) on(root, type, (event) => (!(event.ctrlKey || event.metaKey) || event.altKey) && event.stopPropagation());
  // A theme's instant navigation would swallow the hashchange of a link to #ask=….
  on(document, "click", (event) => {
    const { hash, pathname } = event.composedPath().find((node) => node.localName === "a") ?? {};
    if (!/^#(ask|assistant)\b/.test(hash) || pathname !== location.pathname || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    readHash(hash);
  }, true);
  on(window, "hashchange", () => readHash());
  on(document, "selectionchange", () => later("selection", 150, () => {
    const at = document.activeElement;
    if (at === host) return;
    selection = /^(input|textarea)$/.test(at?.localName) ? "" : text(getSelection().toString().trim(), LIMIT);
    paint();
    if (state.open) typed();
  }));
  on(window, "pagehide", () => {
    leaving = true; // a cut is no failure then
    save();
  });
  on(window, "pageshow", ({ persisted }) => {
    leaving = false;
    if (persisted) load(); // it may have gone on elsewhere
    if (persisted && panel) draw();
  });
  on(matchMedia("(prefers-color-scheme: dark)"), "change", paint);
  on(visualViewport, "resize", fit);
  // Instant navigation has no event, but changes the head.
  const watch = new MutationObserver(() => {
    paint();
    if (page === location.pathname) return;
    page = location.pathname;
    selection = "";
    if (panel && !views.length) draw();
    readHash();
  });
  for (const node of [document.documentElement, document.body, host]) watch.observe(node, { attributes: true });
  watch.observe(document.head, { childList: true });

  load();
  const wasOpen = state.open;
  state.open = false;
  paint();
  if (isInline || (wasOpen && !chosen("off"))) show();
  if (state.open && narrow()) panel.focus();
  const last = state.turns.at(-1);
  if (last?.state === "pending") {
    const fresh = !last.resumed && Date.now() - last.asked < 120000;
    Object.assign(last, { resumed: true, state: "stopped" });
    make();
    if (fresh) run();
    else draw();
  }
  readHash();

  return {
    open, close, ask, clear, rise,
    sleep() {
      leaving = true;
      save();
      running?.abort();
      life.abort();
      watch.disconnect();
    },
  };
}

class DocsAssistant extends HTMLElement {
  answerer = this.answerer;
  labels = this.labels;
  widget = null;

  connectedCallback() {
    if (this.hasAttribute("inline")) settle();
    else whenIdle(settle);
  }

  disconnectedCallback() {
    setTimeout(settle);
  }
}

for (const name of ["open", "close", "ask", "clear"]) DocsAssistant.prototype[name] = (...given) => settle()[name](...given);

let active, own;

/** One widget a page: an inline one, else the first, else one of our own. */
function settle() {
  const chosen = document.querySelector(`${NAME}[inline]`) ?? document.querySelector(NAME) ?? document.body.appendChild(own ??= document.createElement(NAME));
  if (chosen !== active) {
    active?.widget.sleep();
    active = chosen;
    active.widget = assistant(active);
  }
  active.widget.rise(); // whoever moves it hides it
  return active.widget;
}

function whenIdle(then) {
  const idle = () => (window.requestIdleCallback ?? setTimeout)(() => then());
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle);
}

// However often it is included, the first one counts.
if (!customElements.get(NAME)) {
  customElements.define(NAME, DocsAssistant);
  whenIdle(settle);
}
