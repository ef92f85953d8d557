/**
 * <docs-assistant>: ask a documentation site anything, and see where each sentence of the answer stands.
 *
 *   <script type="module" src="https://HOST/assistant.js"></script>
 *
 * One hand-written module: no framework, no build step, no cookies, nothing loaded from elsewhere. How to embed, theme
 * and steer it is documented in docs/about/embed.md. From top to bottom: labels, style, DOM helpers, reading answers
 * (which are never trusted), the HTTP answerer, one turn of a dialogue, the element, and putting it on the page.
 *
 * Answers reach the page as text nodes only, and an address becomes a link only if it is http or https.
 */

const NAME = "docs-assistant";
const MODULE = new URL(import.meta.url);
// A module can't see its own script tag, so it is looked up: its data-* attributes are the element's defaults.
const SCRIPT = [...document.scripts].find((script) => script.src === MODULE.href);

const QUESTION_LIMIT = 2000; // characters the server accepts; a longer question is refused here, and kept in the field
const CONTEXT_LIMIT = 2000;
const HISTORY_TURNS = 6;
const HISTORY_LIMIT = 1000; // characters of each remembered message, so that the request stays far below 64 kB
const TURNS_KEPT = 40;
const SLOW_MS = 8000; // after this the reader is told that it takes longer than usual
const SILENCE_S = 45; // after this without a byte from the server the question fails; attribute `timeout`

// ---------------------------------------------------------------------------------------------------------- labels

const LABELS = {
  en: {
    title: "Ask the docs", launch: "Ask", back: "Back to the answer", passage: "Ask about this passage",
    greeting: "What would you like to know?", intro: "Answers come from these pages, and every claim links to its passage.",
    private: "Questions go to {host}. The conversation stays in this tab.", pageQuestions: "Questions about this page",
    field: "Your question", placeholder: "Ask a question…", followUp: "Ask a follow-up…", send: "Send", stop: "Stop", close: "Close", widen: "Wider panel",
    more: "More", log: "Conversation", you: "You asked:", looking: "Looking through the pages…",
    slow: "This takes longer than usual. You can wait, or stop and try again.", stopped: "Stopped", resumed: "Asking again…",
    answered: "Answered", partial: "Partly answered", not_covered: "Not covered", sources: ["{n} source", "{n} sources"],
    sourceList: "Sources", source: "Source {n}: {title}", quoted: "Quoted word for word", written: "Worded by a language model",
    nothing: "These pages don’t seem to answer that.", understood: "Understood as: {question}", missing: "Not covered: {part}",
    nearest: "Nearest sections", search: "Search this site", next: "You might ask next", table: "Table", newTab: "opens in a new tab",
    about: "About this passage", drop: "Remove the passage", take: "Ask about the selected text",
    copy: "Copy answer", copied: "Copied", copyFailed: "The browser doesn’t allow copying here.", share: "Copy link to this question",
    retry: "Try again", edit: "Edit question", editing: "Editing your last question", cancel: "Cancel",
    copyAll: "Copy conversation as Markdown", clear: "Clear conversation", cleared: "Conversation cleared.", undo: "Undo",
    off: "Turn the assistant off", offTitle: "Turn the assistant off?",
    offText: "The button and the shortcut disappear from this site, in this browser, for good. To bring them back, add {hash} to the address of any page.",
    offNow: "You turned the assistant off on this site.", on: "Turn it on", keep: "Keep it",
    consentTitle: "Before you ask", consent: "Your questions, the address of the page you read and text you choose to attach are sent to {host}. No cookies, no tracking; the conversation is kept in this tab.",
    agree: "Agree and ask", decline: "No, thanks", withdraw: "Withdraw consent", policy: "Privacy policy",
    up: "Helpful", down: "Not helpful", why: "What is wrong with it?", wrong: "It’s wrong", incomplete: "Something is missing",
    citation: "A citation doesn’t fit", off_topic: "Not what I asked", comment: "Anything to add? (optional)", sendFeedback: "Send feedback",
    stored: "Stored at {host}: your rating and comment, the question, the cited addresses and this page’s path. No name, no cookie.",
    thanks: "Thank you, your feedback is stored.", unsent: "Your feedback could not be stored. It is kept here.",
    tooLong: "At most {limit} characters, please: this has {n}.", reference: "Reference: {id}", wait: "Try again in {s} s",
    offline: "You are offline. Your question is kept here until you are back.", unreachable: "The assistant can’t be reached right now.",
    timeout: "The assistant didn’t answer in time.", cut: "The connection broke before the answer was complete.",
    garbled: "The answer arrived damaged.", limited: "Too many questions in a short time.", busy: "The assistant is busy or starting up.",
    refused: "The assistant didn’t accept this question.", failed: "Something went wrong at the assistant’s end.",
  },
  de: {
    title: "Frag die Doku", launch: "Fragen", back: "Zurück zur Antwort", passage: "Zu dieser Stelle fragen",
    greeting: "Was möchten Sie wissen?", intro: "Antworten stammen aus diesen Seiten; jede Aussage führt zu ihrer Stelle.",
    private: "Fragen gehen an {host}. Das Gespräch bleibt in diesem Tab.", pageQuestions: "Fragen zu dieser Seite",
    field: "Ihre Frage", placeholder: "Frage stellen…", followUp: "Nachfragen…", send: "Senden", stop: "Anhalten", close: "Schließen", widen: "Breiter",
    more: "Mehr", log: "Gespräch", you: "Sie fragten:", looking: "Die Seiten werden durchsucht…",
    slow: "Das dauert länger als üblich. Sie können warten oder anhalten und es erneut versuchen.", stopped: "Angehalten", resumed: "Wird erneut gefragt…",
    answered: "Beantwortet", partial: "Teilweise beantwortet", not_covered: "Nicht behandelt", sources: ["{n} Quelle", "{n} Quellen"],
    sourceList: "Quellen", source: "Quelle {n}: {title}", quoted: "Wörtlich zitiert", written: "Von einem Sprachmodell formuliert",
    nothing: "Diese Seiten scheinen das nicht zu beantworten.", understood: "Verstanden als: {question}", missing: "Nicht behandelt: {part}",
    nearest: "Nächstliegende Abschnitte", search: "Diese Website durchsuchen", next: "Mögliche Anschlussfragen", table: "Tabelle", newTab: "öffnet in neuem Tab",
    about: "Zu dieser Stelle", drop: "Stelle entfernen", take: "Zum markierten Text fragen",
    copy: "Antwort kopieren", copied: "Kopiert", copyFailed: "Der Browser erlaubt hier kein Kopieren.", share: "Link zu dieser Frage kopieren",
    retry: "Erneut versuchen", edit: "Frage bearbeiten", editing: "Sie bearbeiten Ihre letzte Frage", cancel: "Abbrechen",
    copyAll: "Gespräch als Markdown kopieren", clear: "Gespräch löschen", cleared: "Gespräch gelöscht.", undo: "Rückgängig",
    off: "Assistenten abschalten", offTitle: "Assistenten abschalten?",
    offText: "Schaltfläche und Tastenkürzel verschwinden dauerhaft von dieser Website in diesem Browser. Mit {hash} am Ende einer Seitenadresse kommen sie zurück.",
    offNow: "Sie haben den Assistenten auf dieser Website abgeschaltet.", on: "Einschalten", keep: "Behalten",
    consentTitle: "Bevor Sie fragen", consent: "Ihre Fragen, die Adresse der gelesenen Seite und Text, den Sie anhängen, gehen an {host}. Keine Cookies, kein Tracking; das Gespräch bleibt in diesem Tab.",
    agree: "Zustimmen und fragen", decline: "Nein, danke", withdraw: "Zustimmung widerrufen", policy: "Datenschutzerklärung",
    up: "Hilfreich", down: "Nicht hilfreich", why: "Was stimmt nicht?", wrong: "Es ist falsch", incomplete: "Es fehlt etwas",
    citation: "Ein Beleg passt nicht", off_topic: "Danach habe ich nicht gefragt", comment: "Möchten Sie etwas ergänzen? (freiwillig)", sendFeedback: "Rückmeldung senden",
    stored: "Gespeichert bei {host}: Bewertung, Kommentar, die Frage, die zitierten Adressen und der Pfad dieser Seite. Kein Name, kein Cookie.",
    thanks: "Danke, Ihre Rückmeldung ist gespeichert.", unsent: "Ihre Rückmeldung konnte nicht gespeichert werden. Sie bleibt hier stehen.",
    tooLong: "Bitte höchstens {limit} Zeichen: das sind {n}.", reference: "Kennung: {id}", wait: "Erneut in {s} s",
    offline: "Sie sind offline. Ihre Frage bleibt hier, bis Sie wieder verbunden sind.", unreachable: "Der Assistent ist gerade nicht erreichbar.",
    timeout: "Der Assistent hat nicht rechtzeitig geantwortet.", cut: "Die Verbindung brach ab, bevor die Antwort vollständig war.",
    garbled: "Die Antwort kam beschädigt an.", limited: "Zu viele Fragen in kurzer Zeit.", busy: "Der Assistent ist ausgelastet oder startet gerade.",
    refused: "Der Assistent hat diese Frage nicht angenommen.", failed: "Beim Assistenten ist etwas schiefgegangen.",
  },
  fr: {
    title: "Interroger la doc", launch: "Demander", back: "Revenir à la réponse", passage: "Demander à propos de ce passage",
    greeting: "Que souhaitez-vous savoir ?", intro: "Les réponses viennent de ces pages ; chaque affirmation renvoie à son passage.",
    private: "Les questions vont à {host}. La conversation reste dans cet onglet.", pageQuestions: "Questions sur cette page",
    field: "Votre question", placeholder: "Posez une question…", followUp: "Poursuivez…", send: "Envoyer", stop: "Arrêter", close: "Fermer", widen: "Élargir",
    more: "Plus", log: "Conversation", you: "Vous avez demandé :", looking: "Recherche dans les pages…",
    slow: "C’est plus long que d’habitude. Vous pouvez attendre, ou arrêter et réessayer.", stopped: "Arrêté", resumed: "Question reposée…",
    answered: "Réponse trouvée", partial: "Réponse partielle", not_covered: "Non traité", sources: ["{n} source", "{n} sources"],
    sourceList: "Sources", source: "Source {n} : {title}", quoted: "Cité mot pour mot", written: "Rédigé par un modèle de langue",
    nothing: "Ces pages ne semblent pas y répondre.", understood: "Compris comme : {question}", missing: "Non traité : {part}",
    nearest: "Sections les plus proches", search: "Rechercher sur ce site", next: "Vous pourriez demander", table: "Tableau", newTab: "s’ouvre dans un nouvel onglet",
    about: "À propos de ce passage", drop: "Retirer le passage", take: "Demander à propos du texte sélectionné",
    copy: "Copier la réponse", copied: "Copié", copyFailed: "Le navigateur n’autorise pas la copie ici.", share: "Copier le lien vers cette question",
    retry: "Réessayer", edit: "Modifier la question", editing: "Vous modifiez votre dernière question", cancel: "Annuler",
    copyAll: "Copier la conversation en Markdown", clear: "Effacer la conversation", cleared: "Conversation effacée.", undo: "Annuler",
    off: "Désactiver l’assistant", offTitle: "Désactiver l’assistant ?",
    offText: "Le bouton et le raccourci disparaissent définitivement de ce site, dans ce navigateur. Pour les retrouver, ajoutez {hash} à l’adresse d’une page.",
    offNow: "Vous avez désactivé l’assistant sur ce site.", on: "Réactiver", keep: "Le garder",
    consentTitle: "Avant de demander", consent: "Vos questions, l’adresse de la page lue et le texte que vous joignez sont envoyés à {host}. Ni cookie ni pistage ; la conversation reste dans cet onglet.",
    agree: "Accepter et demander", decline: "Non, merci", withdraw: "Retirer le consentement", policy: "Politique de confidentialité",
    up: "Utile", down: "Pas utile", why: "Qu’est-ce qui ne va pas ?", wrong: "C’est faux", incomplete: "Il manque quelque chose",
    citation: "Une citation ne convient pas", off_topic: "Pas ce que j’ai demandé", comment: "Quelque chose à ajouter ? (facultatif)", sendFeedback: "Envoyer l’avis",
    stored: "Conservé chez {host} : votre note et commentaire, la question, les adresses citées et le chemin de cette page. Ni nom ni cookie.",
    thanks: "Merci, votre avis est enregistré.", unsent: "Votre avis n’a pas pu être enregistré. Il reste affiché ici.",
    tooLong: "{limit} caractères au plus : il y en a {n}.", reference: "Référence : {id}", wait: "Réessayer dans {s} s",
    offline: "Vous êtes hors ligne. Votre question est gardée ici.", unreachable: "L’assistant est injoignable pour le moment.",
    timeout: "L’assistant n’a pas répondu à temps.", cut: "La connexion s’est interrompue avant la fin de la réponse.",
    garbled: "La réponse est arrivée endommagée.", limited: "Trop de questions en peu de temps.", busy: "L’assistant est occupé ou démarre.",
    refused: "L’assistant n’a pas accepté cette question.", failed: "Un problème est survenu du côté de l’assistant.",
  },
  es: {
    title: "Preguntar a la guía", launch: "Preguntar", back: "Volver a la respuesta", passage: "Preguntar por este pasaje",
    greeting: "¿Qué le gustaría saber?", intro: "Las respuestas salen de estas páginas y cada afirmación enlaza con su pasaje.",
    private: "Las preguntas van a {host}. La conversación queda en esta pestaña.", pageQuestions: "Preguntas sobre esta página",
    field: "Su pregunta", placeholder: "Haga una pregunta…", followUp: "Siga preguntando…", send: "Enviar", stop: "Detener", close: "Cerrar", widen: "Ampliar",
    more: "Más", log: "Conversación", you: "Usted preguntó:", looking: "Buscando en las páginas…",
    slow: "Tarda más de lo habitual. Puede esperar, o detener y reintentar.", stopped: "Detenido", resumed: "Preguntando de nuevo…",
    answered: "Respondido", partial: "Respondido en parte", not_covered: "No tratado", sources: ["{n} fuente", "{n} fuentes"],
    sourceList: "Fuentes", source: "Fuente {n}: {title}", quoted: "Citado palabra por palabra", written: "Redactado por un modelo de lenguaje",
    nothing: "Estas páginas no parecen responder a eso.", understood: "Entendido como: {question}", missing: "No tratado: {part}",
    nearest: "Secciones más cercanas", search: "Buscar en este sitio", next: "Podría preguntar después", table: "Tabla", newTab: "se abre en otra pestaña",
    about: "Sobre este pasaje", drop: "Quitar el pasaje", take: "Preguntar por el texto seleccionado",
    copy: "Copiar respuesta", copied: "Copiado", copyFailed: "El navegador no permite copiar aquí.", share: "Copiar enlace a esta pregunta",
    retry: "Reintentar", edit: "Editar pregunta", editing: "Está editando su última pregunta", cancel: "Cancelar",
    copyAll: "Copiar conversación en Markdown", clear: "Borrar conversación", cleared: "Conversación borrada.", undo: "Deshacer",
    off: "Desactivar el asistente", offTitle: "¿Desactivar el asistente?",
    offText: "El botón y el atajo desaparecen para siempre de este sitio, en este navegador. Para recuperarlos, añada {hash} a la dirección de una página.",
    offNow: "Desactivó el asistente en este sitio.", on: "Activarlo", keep: "Conservarlo",
    consentTitle: "Antes de preguntar", consent: "Sus preguntas, la dirección de la página que lee y el texto que adjunte se envían a {host}. Sin cookies ni rastreo; la conversación queda en esta pestaña.",
    agree: "Aceptar y preguntar", decline: "No, gracias", withdraw: "Retirar el consentimiento", policy: "Política de privacidad",
    up: "Útil", down: "No es útil", why: "¿Qué está mal?", wrong: "Es incorrecto", incomplete: "Falta algo",
    citation: "Una cita no encaja", off_topic: "No es lo que pregunté", comment: "¿Algo que añadir? (opcional)", sendFeedback: "Enviar opinión",
    stored: "Se guarda en {host}: su valoración y comentario, la pregunta, las direcciones citadas y la ruta de esta página. Sin nombre ni cookies.",
    thanks: "Gracias, su opinión está guardada.", unsent: "No se pudo guardar su opinión. Se conserva aquí.",
    tooLong: "Como máximo {limit} caracteres: hay {n}.", reference: "Referencia: {id}", wait: "Reintentar en {s} s",
    offline: "Está sin conexión. Su pregunta se conserva aquí.", unreachable: "No se puede contactar con el asistente ahora.",
    timeout: "El asistente no respondió a tiempo.", cut: "La conexión se cortó antes de completar la respuesta.",
    garbled: "La respuesta llegó dañada.", limited: "Demasiadas preguntas en poco tiempo.", busy: "El asistente está ocupado o arrancando.",
    refused: "El asistente no aceptó esta pregunta.", failed: "Algo falló en el asistente.",
  },
};

/** Put values into a label's {slots}. */
const fill = (label, values) => label.replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot);

// ----------------------------------------------------------------------------------------------------------- style

// `all: initial !important` on the host wins over every rule of the page, and stops what would be inherited. Sizes are
// em of `medium`, the reader's own default size, because rem would follow whatever the page did to its root.
const CSS = `
:host { all: initial !important; color-scheme: light !important; display: block !important; position: fixed !important;
  inset-block-end: 0 !important; inset-inline-end: 0 !important; z-index: 2147483000 !important; }
:host([inline]) { position: static !important; }
@media print { :host { display: none !important; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { --bg: light-dark(#fff, #1b1e26); --soft: light-dark(#f4f5f9, #262a35); --text: light-dark(#1b2130, #e9ecf3);
  --muted: light-dark(#566072, #abb4c5); --line: light-dark(#e1e5ed, #353b49); --edge: light-dark(#8590a3, #77829a);
  --accent: var(--assistant-accent, light-dark(#3c4fc9, #a5b4ff)); --on-accent: var(--assistant-on-accent, var(--auto-on-accent, light-dark(#fff, #12152b)));
  --link: var(--assistant-link, var(--accent)); --good: light-dark(#17734a, #74d6a6); --part: light-dark(#855300, #f2c46d); --bad: light-dark(#b3261e, #ffb4ab);
  --radius: var(--assistant-radius, 16px); --shadow: 0 1px 2px #0d142814, 0 12px 40px #0d142833;
  color: var(--assistant-text, var(--text)); font: .9375em/1.55 var(--assistant-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  -webkit-text-size-adjust: 100%; text-align: start; }
.root[data-theme=dark] { color-scheme: dark; --shadow: 0 1px 2px #0006, 0 12px 40px #0009; }
:is(h2, h3, h4, p, ul, ol, table, fieldset, blockquote) { margin: 0; padding: 0; border: 0; font: inherit; min-width: 0; }
button, textarea, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { background: none; border: 1px solid transparent; border-radius: 10px; cursor: pointer; margin: 0; padding: 0; }
button[aria-disabled=true] { cursor: default; opacity: .65; }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: 1px; }
svg { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher { position: absolute; inset-block-end: var(--assistant-offset-block, 20px); inset-inline-end: var(--assistant-offset-inline, 20px);
  display: flex; align-items: center; gap: .5em; padding: .7em 1.15em .7em 1em; border-radius: 99px; white-space: nowrap; font-weight: 600;
  background: var(--accent); color: var(--on-accent); box-shadow: 0 1px 2px #0d142833, 0 6px 20px #0d142840; transition: transform .15s, box-shadow .15s; }
.launcher:hover { transform: translateY(-1px); box-shadow: 0 2px 4px #0d142833, 0 10px 28px #0d14284d; }
.launcher:focus-visible { outline: 2px solid var(--bg); outline-offset: 1px; box-shadow: 0 0 0 5px var(--accent); }
:host([position=start]) { inset-inline: 0 auto !important; }
:host([position=start]) :is(.launcher, .panel) { inset-inline: var(--assistant-offset-inline, 20px) auto; }

.panel { position: absolute; inset-block-end: var(--assistant-offset-block, 20px); inset-inline-end: var(--assistant-offset-inline, 20px);
  display: flex; flex-direction: column; width: min(var(--assistant-width, 27.5em), calc(100vw - 40px)); height: min(44em, calc(100dvh - 40px));
  background: var(--assistant-background, var(--bg)); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); overflow: hidden; animation: rise .18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(8px); } }
.panel.wide { width: min(48em, calc(100vw - 40px)); height: min(60em, calc(100dvh - 40px)); }
:host([inline]) .panel { position: relative; inset: auto; width: auto; height: auto; max-height: var(--assistant-inline-height, 46em); box-shadow: none; animation: none; }
.panel > * { flex: none; }
.head { display: flex; align-items: center; gap: 2px; padding: 10px 10px 10px 18px; padding-inline: 18px 10px; border-block-end: 1px solid var(--line); }
.head h2 { flex: 1; font-weight: 650; overflow-wrap: anywhere; }
.tool { display: inline-grid; place-items: center; width: 34px; height: 34px; color: var(--muted); }
.tool:hover, .tool[aria-expanded=true], .tool[aria-pressed=true] { background: var(--soft); color: var(--text); }
.tool[aria-pressed=true] { color: var(--link); border-color: currentColor; }
.menu { position: absolute; inset-block-start: 52px; inset-inline-end: 10px; z-index: 2; display: grid; padding: 6px; min-width: 15em; max-width: calc(100% - 20px);
  background: var(--bg); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.menu button { display: flex; align-items: center; gap: .7em; padding: .5em .7em; border-radius: 8px; text-align: start; }
.menu button:hover { background: var(--soft); }
.menu svg { color: var(--muted); }

.log { flex: 1 1 auto; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 18px; position: relative; scrollbar-width: thin; }
.log:focus-visible { outline-offset: -3px; }
.welcome { display: grid; gap: 6px; }
.welcome h3 { font-size: 1.3em; font-weight: 650; line-height: 1.3; letter-spacing: -.01em; }
.muted { color: var(--muted); }
.small { font-size: .8667em; line-height: 1.5; }
.label { color: var(--muted); font-size: .8667em; font-weight: 600; }
.asks { display: grid; gap: 8px; list-style: none; padding: 0; margin-block-start: 8px; }
.asks button { display: flex; width: 100%; align-items: center; justify-content: space-between; gap: .8em; padding: .62em .9em; text-align: start; border-color: var(--line); border-radius: 12px; transition: background .12s, border-color .12s; }
.asks button:hover { background: var(--soft); border-color: var(--edge); }
.asks svg { width: 1em; height: 1em; color: var(--muted); }
[dir=rtl] .flip, .rtl .flip { transform: scaleX(-1); }
.welcome .label { margin-block-start: 18px; }
.welcome .small { margin-block-start: 14px; }

.turn { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
.turn + .turn { margin-block-start: 26px; }
.turn:not(:last-child) .last { display: none; }
.ask { display: grid; justify-items: end; gap: 6px; }
.ask h3 { max-width: 88%; padding: .55em .9em; border-radius: 14px; border-end-end-radius: 5px; background: var(--soft); overflow-wrap: anywhere; white-space: pre-wrap; }
.ask .line { display: flex; align-items: center; justify-content: end; gap: 4px; width: 100%; }
.passage { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; border-inline-start: 3px solid var(--line); padding-inline-start: .7em; color: var(--muted); overflow-wrap: anywhere; }
.ask .passage { max-width: 88%; }
.state { display: flex; flex-wrap: wrap; align-items: center; gap: .15em .45em; font-size: .8667em; font-weight: 600; color: var(--muted); }
.state svg { width: 1.2em; height: 1.2em; }
.state .light { font-weight: 400; color: var(--muted); }
.state.answered { color: var(--good); } .state.partial { color: var(--part); } .state.failed { color: var(--bad); }
.dots { display: inline-flex; gap: 4px; } .dots i { width: 6px; height: 6px; border-radius: 50%; background: var(--link); animation: beat 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .15s; } .dots i:nth-child(3) { animation-delay: .3s; }
@keyframes beat { 0%, 60%, 100% { opacity: .25; } 30% { opacity: 1; } }
.body { display: grid; gap: .7em; grid-template-columns: minmax(0, 1fr); overflow-wrap: anywhere; }
.body > :is(p, h4, ul, ol, .scroll) { unicode-bidi: isolate; }
.body h4 { font-weight: 650; margin-block-start: .3em; }
.body :is(ul, ol) { padding-inline-start: 1.35em; display: grid; gap: .3em; } .body li::marker { color: var(--muted); }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--soft); border: 1px solid var(--line); border-radius: 5px; padding: .08em .32em; }
strong { font-weight: 650; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; scrollbar-width: thin; }
table { border-collapse: collapse; font-size: .8667em; line-height: 1.45; min-width: 100%; }
:is(th, td) { padding: .55em .75em; text-align: start; vertical-align: top; min-width: 7.5em; max-width: 20em; overflow-wrap: break-word; }
th { background: var(--soft); font-weight: 650; } tr + tr > *, thead + tbody > tr:first-child > * { border-block-start: 1px solid var(--line); }
.mark { font-size: .75em; font-weight: 650; line-height: 1; vertical-align: .28em; text-decoration: none; border: 1px solid transparent; border-radius: 6px; padding: .12em .42em; margin-inline-start: .28em; background: var(--soft); color: var(--link); font-variant-numeric: tabular-nums; }
a.mark:hover, a.mark[aria-describedby] { background: var(--link); color: var(--bg); }
.box { display: grid; gap: 6px; }
.list { display: grid; gap: 2px; list-style: none; margin-inline: -8px; }
.list > li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 .6em; padding: 5px 8px; border-radius: 10px; font-size: .9333em; line-height: 1.45; }
.list > li:hover { background: var(--soft); }
.list .n { min-width: 1.7em; text-align: center; font-size: .8em; font-weight: 650; color: var(--muted); border: 1px solid var(--line); border-radius: 6px; padding: .12em .3em; align-self: start; margin-block-start: .15em; }
.list a { text-decoration: none; overflow-wrap: anywhere; } .list a:hover { text-decoration: underline; }
.list .quote { display: none; grid-column: 2; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
@media (hover: none) { .list .quote { display: -webkit-box; } }
.note { border-inline-start: 3px solid var(--part); padding-inline-start: .75em; overflow-wrap: anywhere; }
.note.bad { border-color: var(--bad); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; margin-inline-start: -8px; }
.row.wide { gap: 8px; margin: 0; }
.act { display: inline-flex; align-items: center; gap: .5em; padding: .42em .9em; border-color: var(--edge); border-radius: 10px; font-weight: 550; min-height: 34px; text-decoration: none; color: inherit; border-style: solid; border-width: 1px; }
.act:hover { background: var(--soft); }
.act.main { background: var(--accent); border-color: transparent; color: var(--on-accent); } .act.main:hover { filter: brightness(1.08); }
.act svg { width: 1.1em; height: 1.1em; }
.form { display: grid; gap: 10px; padding: 14px; border: 1px solid var(--line); border-radius: 12px; }
.form legend { font-weight: 600; padding: 0; margin-block-end: 8px; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; }
.choices label { display: flex; align-items: center; gap: .45em; padding: .35em .75em; border: 1px solid var(--edge); border-radius: 99px; cursor: pointer; font-size: .9333em; }
.choices label:has(:checked) { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); }
.choices label:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
.choices input { margin: 0; accent-color: var(--link); outline: none; }
.form textarea { border: 1px solid var(--edge); border-radius: 10px; padding: .5em .7em; background: var(--bg); width: 100%; min-height: 4em; resize: vertical; }

.composer { display: grid; gap: 8px; padding: 12px 14px 14px; border-block-start: 1px solid var(--line); }
.attached { display: flex; align-items: flex-start; gap: 6px; }
.attached > div { flex: 1; min-width: 0; }
.attached .passage { -webkit-line-clamp: 2; }
.tool.tiny { width: 26px; height: 26px; } .tool.tiny svg { width: 1em; height: 1em; }
.entry { display: flex; align-items: flex-end; gap: 6px; padding: 5px; padding-inline-start: 14px; border: 1px solid var(--edge); border-radius: 16px; background: var(--bg); }
.entry:focus-within { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
.entry textarea { flex: 1; min-width: 0; border: 0; padding: .42em 0; background: none; outline: none; resize: none; max-height: 9.5em; min-height: 2.4em; font-size: max(1.0667em, 16px); line-height: 1.45; scrollbar-width: thin; }
.entry textarea::placeholder { color: var(--muted); opacity: 1; }
.go { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 12px; background: var(--accent); color: var(--on-accent); }
.go[aria-disabled=true] { background: var(--soft); color: var(--muted); opacity: 1; }
.error { color: var(--bad); }
.notice { flex: 1 1 auto; min-height: 0; overflow-y: auto; display: grid; align-content: center; gap: 14px; padding: 26px; }
.notice h3 { font-size: 1.2em; font-weight: 650; }
.notice p { overflow-wrap: anywhere; }
.preview { position: fixed; z-index: 3; width: min(21em, calc(100vw - 24px)); display: grid; gap: 6px; padding: 12px 14px; background: var(--bg); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); font-size: .9333em; line-height: 1.5; }
.preview strong { overflow-wrap: anywhere; }
.preview blockquote { border-inline-start: 3px solid var(--link); padding-inline-start: .75em; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 8; overflow: hidden; }

@media (max-width: 520px) {
  :host(:not([inline])) .panel:is(.panel, .wide) { position: fixed; inset: 0 0 auto; width: auto; height: var(--height, 100dvh); border: 0; border-radius: 0; }
  .widen { display: none; }
}
@media (max-height: 420px) { /* 400 % zoom: one scroll for everything, or the composer would leave no room to read */
  :host(:not([inline])) .panel { overflow-y: auto; } .log, .notice { overflow: visible; flex: none; }
}
@media (prefers-reduced-motion: reduce) { *, *::before { animation: none !important; transition: none !important; } .dots i { opacity: .8; } }
@media (forced-colors: active) {
  .launcher, .go, .mark, .ask h3, .tool, .entry, .asks button { border: 1px solid ButtonBorder; }
  :focus-visible { outline: 2px solid Highlight; } .entry:focus-within, .choices label:has(:focus-visible) { outline: 2px solid Highlight; }
  .dots i { background: CanvasText; } .choices label:has(:checked) { outline: 2px solid Highlight; }
}`;
let sheet; // made on first use, shared by every instance; constructable, so `style-src 'self'` lets it pass

const ICONS = {
  ask: "M21 11.5a8.4 8.4 0 0 1-12.3 7.5L3 21l2-5.7A8.5 8.5 0 1 1 21 11.5ZM9.3 9.2a2.7 2.7 0 0 1 5.2.9c0 1.8-2.6 2.1-2.6 3.4M12 16.2v.1",
  close: "M6 6l12 12M18 6 6 18", send: "M12 19V5M6 11l6-6 6 6", stop: "M7 7h10v10H7z", more: "M5 12h.01M12 12h.01M19 12h.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1", link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  up: "M7 10v10H4V10zM7 10l4-7a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7",
  down: "M7 14V4H4v10zM7 14l4 7a2.5 2.5 0 0 0 2.5-2.500V15H19a2 2 0 0 0 2-2.300l-1.2-7A2 2 0 0 0 17.8 4H7",
  retry: "M20 11a8 8 0 1 0-2.3 6.300M20 4v7h-7", edit: "M4 20h4L19 9a2.8 2.8 0 0 0-4-4L4 16zM13.5 6.500l4 4", clear: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  answered: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM8 12.300l2.7 2.700L16 9.5", partial: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 3v18M12 7h4.500M12 12h8.500M12 17h4.5",
  not_covered: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM8 12h8", failed: "M12 3.5 22 20.500H2zM12 10v4M12 17.200v.1", arrow: "M5 12h14M13 6l6 6-6 6",
  off: "M12 3v9M6.5 6.500a8 8 0 1 0 11 0", search: "M17 11a6 6 0 1 1-12 0 6 6 0 0 1 12 0ZM20 20l-4.5-4.5", widen: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
};

// ---------------------------------------------------------------------------------------------------- DOM helpers

/** Make an element. Strings become text nodes; functions become listeners; null and false are left out. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

function icon(name, className) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  svg.append(path);
  return svg;
}

/** A button that is only an icon, named for those who don't see it. */
const tool = (label, name, click, more) =>
  el("button", { type: "button", class: "tool", "aria-label": label, title: label, click, ...more }, icon(name));

const action = (label, click, kind = "", name) =>
  el("button", { type: "button", class: `act ${kind}`, click }, name && icon(name), label);

/** Inline Markdown as nodes: bold, code and backslash escapes. Anything else, HTML included, stays the text it is. */
function inline(markdown) {
  const root = document.createDocumentFragment();
  const dead = new Set(); // lengths of backtick runs without a partner: looked for once, so that hostile text costs no more
  let into = root;
  let plain = "";
  const flush = () => {
    if (plain) into.append(plain);
    plain = "";
  };
  for (let at = 0; at < markdown.length; at++) {
    const sign = markdown[at];
    if (sign === "\\" && /[!-/:-@[-`{-~]/.test(markdown[at + 1] ?? "")) {
      plain += markdown[++at];
    } else if (sign === "`") {
      let size = 1;
      while (markdown[at + size] === "`") size++;
      const end = dead.has(size) ? -1 : closingTicks(markdown, at + size, size);
      if (end < 0) {
        dead.add(size);
        plain += "`".repeat(size);
        at += size - 1;
      } else {
        flush();
        into.append(el("code", null, markdown.slice(at + size, end).replaceAll("\\|", "|").replace(/^ (.*[^ ].*) $/s, "$1")));
        at = end + size - 1;
      }
    } else if (sign === "*" && markdown[at + 1] === "*" && (into !== root || /\S/.test(markdown[at + 2] ?? ""))) {
      flush();
      at++;
      if (into === root) root.append((into = el("strong")));
      else into = root;
    } else {
      plain += sign;
    }
  }
  flush();
  if (into !== root) into.replaceWith("**", ...into.childNodes); // never closed: two asterisks after all
  return root;
}

function closingTicks(markdown, from, size) {
  const run = "`".repeat(size);
  for (let at = markdown.indexOf(run, from); at >= 0; at = markdown.indexOf(run, at)) {
    let length = size;
    while (markdown[at + length] === "`") length++;
    if (length === size) return at;
    at += length;
  }
  return -1;
}

const plainText = (markdown) => inline(markdown).textContent;

/** The address if it is one to follow, else null: `javascript:`, `data:` and the like never become a link. */
function webAddress(url, base) {
  if (typeof url !== "string" || !url.trim()) return null;
  try {
    const address = new URL(url, base);
    if (!/^https?:$/.test(address.protocol)) return null;
    // A browser that knows no text fragments would take the directive for a part of the anchor, and find none.
    if (!("fragmentDirective" in document)) address.hash = address.hash.replace(/:~:.*$/, "");
    return address;
  } catch {
    return null;
  }
}

const samePage = (address) =>
  address.origin === location.origin && address.pathname === location.pathname && address.search === location.search;

// ------------------------------------------------------------------------------------------------- reading answers

/** Whatever came, as text of bounded length that survives JSON: a lone surrogate would be refused by the server. */
function text(value, limit = 20000) {
  const string = typeof value === "string" ? value.slice(0, limit) : "";
  return string.toWellFormed ? string.toWellFormed() : string.replace(/[\ud800-\udbff]$/, "");
}
const list = (value) => (Array.isArray(value) ? value.slice(0, 500) : []);
const record = (value) => (value && typeof value === "object" ? value : {});

function readCitation(data) {
  const { number, title, heading, url, quote } = record(data);
  return { number: Number(number) || 0, title: text(title, 300), heading: text(heading, 300), url: text(url, 4000), quote: text(quote, 4000) };
}

function readStatement(data) {
  const { kind, text: words, citations, label } = record(data);
  return {
    kind: ["item", "row", "heading"].includes(kind) ? kind : "text",
    text: text(words),
    citations: list(citations).map(Number).filter(Number.isInteger),
    label: text(label, 20),
  };
}

function readAnswer(data) {
  const { understood, verdict, writer, statements, citations, nearest, suggestions, missing, notes, index_version } = record(data);
  const said = list(statements).map(readStatement).filter((statement) => statement.text);
  return {
    understood: text(understood, QUESTION_LIMIT),
    verdict: ["answered", "partial", "not_covered"].includes(verdict) ? verdict : said.length ? "answered" : "not_covered",
    writer: text(writer, 100),
    statements: said,
    citations: list(citations).map(readCitation),
    nearest: list(nearest).slice(0, 5).map(readCitation),
    suggestions: list(suggestions).map((suggestion) => text(suggestion, 300)).filter(Boolean).slice(0, 3),
    missing: text(missing, 1000),
    notes: list(notes).map((note) => text(note, 1000)).filter(Boolean).slice(0, 5),
    index_version: text(index_version, 200),
  };
}

/** Whether a statement goes on in the block of the one before: same list, same table, or same source in running text. */
function continues(before, { kind, label, citations }) {
  if (before?.kind !== kind || kind === "heading") return false;
  if (kind === "item") return Boolean(before.label) === Boolean(label);
  if (kind === "row") return label !== "header";
  return citations.some((number) => before.citations.includes(number));
}

const cells = (row) => row.split(" | ");
const headingPath = ({ title, heading }) => [title, heading !== title && heading].filter(Boolean).join(" › ");

/** One turn as Markdown with its links, for the clipboard. */
function turnMarkdown({ question, context, answer }, site) {
  const escaped = (words) => words.replace(/[\\`*_[\]<>]/g, "\\$&");
  const href = (url) => webAddress(url, site)?.href.replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const linked = (words, url) => (href(url) ? `[${escaped(words)}](${href(url)})` : escaped(words));
  const lines = [`## ${escaped(question).replace(/\s+/g, " ")}`];
  if (context) lines.push("", ...context.split("\n").map((line) => `> ${escaped(line)}`));
  let before = null;
  for (const statement of answer.statements) {
    const marks = statement.citations.map((number) => {
      const url = href(answer.citations.find((citation) => citation.number === number)?.url);
      return url ? ` [\\[${number}\\]](${url})` : ` \\[${number}\\]`;
    });
    const said = statement.text.replace(/</g, "\\<") + marks.join("");
    const joins = continues(before, statement);
    if (!joins) lines.push("");
    if (statement.kind === "item") lines.push(`${statement.label || "-"} ${said}`);
    else if (statement.kind === "heading") lines.push(`### ${said}`);
    else if (statement.kind === "row") {
      const columns = cells(statement.text).length;
      // Markdown has no table without a header, so a run of plain rows gets an empty one.
      if (!joins && statement.label !== "header") lines.push(`|${"  |".repeat(columns)}`, `|${" --- |".repeat(columns)}`);
      lines.push(`| ${said} |`);
      if (statement.label === "header") lines.push(`|${" --- |".repeat(columns)}`);
    } else if (joins) lines[lines.length - 1] += ` ${said}`;
    else lines.push(said);
    before = statement;
  }
  if (answer.citations.length) lines.push("", ...answer.citations.map((citation) =>
    `${citation.number}. ${linked(headingPath(citation), citation.url)}${citation.quote ? `: “${escaped(citation.quote).replace(/\s+/g, " ")}”` : ""}`));
  if (answer.nearest.length) lines.push("", ...answer.nearest.map((section) => `- ${linked(headingPath(section), section.url)}`));
  return lines.join("\n");
}

// --------------------------------------------------------------------------------------------------- the answerer

/** Why there is no answer. `code` names a label; `detail` is the server's own sentence. */
class AnswerError extends Error {
  constructor(code, { detail = "", requestId = "", wait = 0 } = {}) {
    super(code);
    Object.assign(this, { code, detail: text(detail, 500), requestId: text(requestId, 100), wait });
  }
}

/**
 * Asks a server over HTTP. This is the whole interface between the widget and what answers; anything with the same
 * `ask` can stand in its place (`element.answerer = …`). `suggestions` and `feedback` are optional: without them the
 * widget suggests nothing of its own and shows no thumbs.
 */
class HttpAnswerer {
  constructor(server, silenceMs) {
    this.server = server;
    this.silenceMs = silenceMs;
  }

  /** Yield {event, data} as they come: understood?, citation and statement …, then done or error. */
  async *ask(request, signal) {
    const silence = new AbortController();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), this.silenceMs);
    };
    const stop = () => silence.abort();
    signal.addEventListener("abort", stop);
    try {
      alive();
      const response = await this.#post("api/ask", request, "text/event-stream", silence.signal);
      const type = response.headers.get("content-type") ?? "";
      if (type.includes("json")) {
        yield { event: "done", data: parse(await response.text()) }; // a server, or a proxy, that doesn't stream
        return;
      }
      if (!type.includes("event-stream")) throw new AnswerError("garbled"); // a proxy's login page, say
      for await (const { event, data } of readEvents(response.body, alive)) yield { event, data: parse(data) };
    } catch (error) {
      if (error instanceof AnswerError || signal.aborted) throw error;
      if (silence.signal.aborted) throw new AnswerError("timeout");
      throw new AnswerError(error.streaming ? "cut" : navigator.onLine ? "unreachable" : "offline");
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      silence.abort(); // the reader may leave the loop early; the connection must not stay behind
    }
  }

  async suggestions(page, signal) {
    const response = await fetch(new URL(`api/suggestions?page=${encodeURIComponent(page)}`, this.server), { signal });
    return response.ok ? (await response.json()).suggestions : [];
  }

  /** Resolves once the server has stored the record; repeating it with the same id stores it once. */
  async feedback(entry) {
    await this.#post("api/feedback", entry, "application/json", AbortSignal.timeout(this.silenceMs));
  }

  async #post(path, body, accept, signal) {
    const response = await fetch(new URL(path, this.server), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: accept },
      body: JSON.stringify(body),
      signal,
    });
    if (response.ok) return response;
    const { error, request_id } = record(parse(await response.text().catch(() => "")));
    const code = { 429: "limited", 503: "busy" }[response.status] ?? (response.status < 500 ? "refused" : "failed");
    throw new AnswerError(code, { detail: error, requestId: request_id, wait: seconds(response.headers.get("retry-after")) });
  }
}

/** JSON, or undefined where it is damaged: one bad event must not take the whole answer down. */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Retry-After in seconds, given as a number or as a date; at most ten minutes. */
function seconds(header) {
  if (!header) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Math.min(600, Math.max(0, Math.ceil(wait || 0)));
}

/** Server-sent events from a byte stream (WHATWG HTML, 9.2.6), wherever the network cut it. */
async function* readEvents(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = "";
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((error) => {
        throw Object.assign(error, { streaming: true });
      });
      if (done) return; // an event without its closing empty line is dropped, as the standard says
      alive();
      rest += value;
      const lines = rest.split(/\r\n|\n|\r(?!$)/); // a carriage return at the very end may be half of a CRLF
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (data.length) yield { event: event || "message", data: data.join("\n") };
          event = "";
          data = [];
        }
        const [, field, content] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (field === "event") event = content;
        else if (field === "data") data.push(content);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// ---------------------------------------------------------------------------------------------------------- memory

const volatile = new Map(); // stands in where the browser keeps nothing for this page

function recall(store, key) {
  try {
    return window[store].getItem(key);
  } catch {
    return volatile.get(store + key) ?? null;
  }
}

function keep(store, key, value) {
  try {
    if (value == null) window[store].removeItem(key);
    else window[store].setItem(key, value);
  } catch {
    volatile.set(store + key, value);
  }
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only on https and localhost
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

const isDark = (query = matchMedia("(prefers-color-scheme: dark)")) => {
  // What the page says about itself comes before what the system prefers: Material, Docusaurus, Furo, Bootstrap, Tailwind.
  for (const node of [document.body, document.documentElement]) {
    const said = [node.dataset.mdColorScheme, node.dataset.theme, node.dataset.bsTheme, node.classList.contains("dark") && "dark"];
    if (said.some((scheme) => scheme === "slate" || scheme === "dark")) return true;
    if (said.some((scheme) => scheme === "default" || scheme === "light")) return false;
  }
  return query.matches;
};

// ------------------------------------------------------------------------------------------------------- one turn

/** A question, its answer and where that stands: plain data, because it goes through sessionStorage. */
const newTurn = (question, context, page) => ({
  question, context, page, asked: Date.now(),
  state: "pending", // pending → done | stopped | failed
  resumed: false, answer: readAnswer(), error: null, feedback: {},
});

/** Read a turn back from storage, as carefully as if it came from a server. */
function readTurn(data) {
  const { question, context, page, asked, state, resumed, answer, error, feedback } = record(data);
  return {
    ...newTurn(text(question), text(context), text(page)),
    asked: Number(asked) || 0,
    state: ["pending", "done", "stopped", "failed"].includes(state) ? state : "stopped",
    resumed: Boolean(resumed), answer: readAnswer(answer), error: error ? record(error) : null, feedback: record(feedback),
  };
}

/** Draws one turn and keeps it up to date while its answer streams in. `desk` is what the element does for it. */
class TurnView {
  constructor(turn, desk) {
    this.turn = turn;
    this.desk = desk;
    const { t } = desk;
    this.understood = el("p", { class: "small muted", dir: "auto" });
    this.state = el("div");
    this.body = el("div", { class: "body", lang: document.documentElement.lang || null });
    this.foot = el("div", { class: "turn" });
    this.root = el("article", { class: "turn" },
      el("div", { class: "ask" },
        turn.context && el("p", { class: "passage small", dir: "auto" }, turn.context),
        el("div", { class: "line" },
          (this.editor = tool(t.edit, "edit", () => desk.edit(), { class: "tool tiny last" })),
          el("h3", { dir: "auto" }, el("span", { class: "sr" }, `${t.you} `), turn.question)),
        this.understood),
      this.state, this.body, this.foot);
    this.redraw();
  }

  redraw() {
    this.last = null;
    this.body.replaceChildren();
    this.turn.answer.statements.forEach((statement) => this.add(statement));
    this.refresh();
  }

  /** Append one statement to the block it belongs to, so that nothing already shown is touched while streaming. */
  add(statement) {
    const joins = continues(this.last, statement);
    const marks = statement.citations.map((number) => this.#mark(number));
    const open = (block, outer = block) => {
      this.body.append(outer);
      this.block = block;
    };
    if (statement.kind === "item") {
      if (!joins) open(statement.label ? el("ol", { dir: "auto", start: parseInt(statement.label, 10) || 1 }) : el("ul", { dir: "auto" }));
      this.block.append(el("li", null, inline(statement.text), marks));
    } else if (statement.kind === "row") {
      if (!joins) {
        const table = el("table", { dir: "auto" });
        open(table, el("div", { class: "scroll", role: "region", "aria-label": this.desk.t.table, tabindex: "0" }, table));
      }
      const head = statement.label === "header";
      const part = head ? "thead" : "tbody";
      if (this.block.lastElementChild?.localName !== part) this.block.append(el(part));
      const row = el("tr", null, cells(statement.text).map((cell) => (head && cell.trim() ? el("th", { scope: "col" }, inline(cell)) : el("td", null, inline(cell)))));
      row.lastElementChild.append(...marks);
      this.block.lastElementChild.append(row);
    } else if (statement.kind === "heading") {
      open(el("h4", { dir: "auto" }, inline(statement.text), marks));
    } else {
      if (joins) this.block.append(" ");
      else open(el("p", { dir: "auto" }));
      this.block.append(inline(statement.text), ...marks);
    }
    this.last = statement;
  }

  /** The number after a statement: a link to its passage, with the quote as its preview. */
  #mark(number) {
    const citation = this.turn.answer.citations.find((one) => one.number === number);
    if (!citation) return el("span", { class: "mark" }, String(number));
    const label = fill(this.desk.t.source, { n: number, title: headingPath(citation) });
    const mark = this.desk.link(citation.url, { class: "mark", "aria-label": label }, String(number));
    this.desk.previews(mark, citation);
    return mark;
  }

  /** Redraw what stands around the answer: its state above, sources and actions below. */
  refresh(slow = false) {
    const { turn, desk } = this;
    const { t } = desk;
    const { answer, state } = turn;
    const said = answer.understood && answer.understood !== turn.question;
    this.understood.hidden = !said;
    this.understood.textContent = said ? fill(t.understood, { question: answer.understood }) : "";
    this.editor.hidden = state === "pending";
    const count = answer.citations.length;
    const sources = fill(t.sources[count === 1 ? 0 : 1], { n: count });
    const origin = answer.writer && (answer.writer === "extractive" ? t.quoted : t.written);
    this.state.className = `state ${state === "done" ? answer.verdict : state}`;
    if (state === "pending") {
      this.state.replaceChildren(el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), el("span", { class: "light" }, slow ? t.slow : turn.resumed ? t.resumed : t.looking));
    } else if (state === "done") {
      this.state.replaceChildren(icon(answer.verdict), t[answer.verdict],
        el("span", { class: "light" }, [answer.verdict !== "not_covered" && count && sources, answer.verdict !== "not_covered" && origin].filter(Boolean).map((part) => ` · ${part}`).join("")));
    } else {
      this.state.replaceChildren(icon(state === "failed" ? "failed" : "stop"), state === "failed" ? t[turn.error?.code] ?? t.failed : t.stopped);
    }
    this.foot.replaceChildren(...this.#foot());
    this.foot.hidden = !this.foot.childElementCount;
    this.body.hidden = !this.body.childElementCount;
  }

  /** What an answer says in words, once, to a reader who listens. */
  spoken() {
    const { answer } = this.turn;
    const said = answer.statements.map((statement) => plainText(statement.text)).join(" ") || this.desk.t.nothing;
    return `${this.state.textContent}. ${said}`;
  }

  #foot() {
    const { turn, desk } = this;
    const { t } = desk;
    const { answer, state } = turn;
    if (state === "pending") return [];
    const retry = () => action(t.retry, () => desk.retry(), "last", "retry");
    if (state === "stopped") return [el("div", { class: "row wide last" }, retry())];
    if (state === "failed") {
      const { detail, requestId, until } = turn.error ?? {};
      return [
        (detail || requestId) && el("p", { class: "note bad small", dir: "auto" }, detail, requestId && el("span", { class: "muted" }, ` ${fill(t.reference, { id: requestId })}`)),
        el("div", { class: "row wide last" }, until > Date.now() ? this.#countdown(until) : retry(), desk.searchOffer(turn.question)),
      ].filter(Boolean);
    }
    const uncovered = answer.verdict === "not_covered";
    return [
      uncovered && !answer.statements.length && el("p", null, t.nothing),
      answer.missing && el("p", { class: "note small", dir: "auto" }, fill(t.missing, { part: answer.missing })),
      ...answer.notes.map((note) => el("p", { class: "small muted", dir: "auto" }, note)),
      answer.citations.length > 0 && this.#box(t.sourceList, answer.citations, true),
      answer.verdict !== "answered" && answer.nearest.length > 0 && this.#box(t.nearest, answer.nearest),
      uncovered && el("div", { class: "row wide" }, desk.searchOffer(turn.question)),
      this.#actions(),
      answer.suggestions.length > 0 && el("div", { class: "box last" }, el("p", { class: "label" }, t.next), desk.asks(answer.suggestions)),
    ].filter(Boolean);
  }

  #box(label, sections, numbered = false) {
    return el("div", { class: "box" }, el("p", { class: "label" }, label),
      el("ul", { class: "list", role: "list" }, sections.map((section) =>
        el("li", null, el("span", { class: "n", "aria-hidden": "true" }, numbered ? String(section.number) : "›"),
          el("span", { dir: "auto" }, this.desk.link(section.url, {}, headingPath(section) || section.url)),
          section.quote && el("span", { class: "quote muted", dir: "auto" }, section.quote)))));
  }

  /** A retry that waits as long as the server asked for. */
  #countdown(until) {
    const left = () => Math.ceil((until - Date.now()) / 1000);
    const button = action(fill(this.desk.t.wait, { s: left() }), () => left() <= 0 && this.desk.retry());
    button.setAttribute("aria-disabled", "true");
    const timer = setInterval(() => {
      button.textContent = left() > 0 ? fill(this.desk.t.wait, { s: left() }) : this.desk.t.retry;
      if (left() > 0 && this.root.isConnected) return;
      clearInterval(timer);
      button.removeAttribute("aria-disabled");
    }, 250);
    return button;
  }

  #actions() {
    const { turn, desk } = this;
    const { t } = desk;
    const { feedback } = turn;
    const thumb = (rating, name) => tool(t[rating], name, () => this.#rate(rating), { "aria-pressed": String(feedback.rating === rating) });
    return el("div", { class: "box" },
      el("div", { class: "row" },
        tool(t.copy, "copy", () => desk.copy(turnMarkdown(turn, desk.site))),
        tool(t.share, "link", () => desk.copy(desk.shareLink(turn.question))),
        tool(t.retry, "retry", () => desk.retry(), { class: "tool last" }),
        desk.canRate() && thumb("up", "up"), desk.canRate() && thumb("down", "down")),
      feedback.state === "open" && this.#form(),
      feedback.state === "stored" && el("p", { class: "small muted" }, `${t.thanks} ${fill(t.stored, { host: desk.host })}`),
      feedback.state === "failed" && el("div", { class: "row wide" }, el("p", { class: "small" }, t.unsent), action(t.retry, () => this.#send())));
  }

  #rate(rating) {
    const { feedback } = this.turn;
    if (feedback.state === "sending" || (feedback.rating === rating && feedback.state === "stored")) return;
    const open = rating === "down" && feedback.state !== "open";
    this.turn.feedback = { id: uuid(), rating, state: open ? "open" : "", comment: feedback.comment };
    if (rating === "down" && !open) this.turn.feedback = { comment: feedback.comment }; // a second press takes it back
    if (rating === "up") this.#send();
    else this.#show(open ? "input" : ".row > :last-child");
  }

  #form() {
    const { turn, desk } = this;
    const { t } = desk;
    const note = (change) => desk.changed(Object.assign(turn.feedback, change));
    const name = `reason-${turn.feedback.id}`;
    return el("form", { class: "form", submit: (event) => { event.preventDefault(); this.#send(); } },
      el("fieldset", null, el("legend", null, t.why),
        el("div", { class: "choices" }, ["wrong", "incomplete", "citation", "off_topic"].map((reason) =>
          el("label", null, el("input", { type: "radio", name, value: reason, checked: turn.feedback.reason === reason && "", change: () => note({ reason }) }), t[reason])))),
      el("label", { class: "box" }, el("span", { class: "small" }, t.comment),
        el("textarea", { rows: "2", dir: "auto", input: (event) => note({ comment: event.target.value }) }, turn.feedback.comment ?? "")),
      el("p", { class: "small muted" }, fill(t.stored, { host: desk.host })),
      el("div", { class: "row wide" }, el("button", { type: "submit", class: "act main" }, t.sendFeedback), action(t.cancel, () => this.#rate("down"))));
  }

  async #send() {
    const { turn } = this;
    const { answer, feedback } = turn;
    feedback.state = "sending";
    this.#show();
    try {
      await this.desk.feedback({
        id: feedback.id, rating: feedback.rating, reason: feedback.reason ?? null, comment: text(feedback.comment, 2000).trim() || null,
        question: turn.question, verdict: answer.verdict, citations: answer.citations.map((citation) => citation.url),
        page: turn.page, index_version: answer.index_version,
      });
      feedback.state = "stored";
    } catch {
      feedback.state = "failed"; // the id stays, so that trying again can't store it twice
    }
    this.#show(feedback.rating === "up" ? "[aria-pressed=true]" : ".act, [aria-pressed=true]");
    this.desk.announce(feedback.state === "stored" ? this.desk.t.thanks : this.desk.t.unsent);
  }

  /** Redraw the foot and put the keyboard where it was needed: what had the focus may be gone. */
  #show(focus) {
    const had = this.foot.contains(this.root.getRootNode().activeElement);
    this.refresh();
    this.desk.changed();
    if (had || focus === "input") this.foot.querySelector(focus ?? "[aria-pressed=true]")?.focus({ preventScroll: focus !== "input" });
  }
}

// ----------------------------------------------------------------------------------------------------- the element

const APPLE = /Mac|iP(hone|ad|od)/.test(navigator.platform);
const narrow = () => matchMedia("(max-width: 520px)").matches;

class DocsAssistant extends HTMLElement {
  static observedAttributes = ["theme", "accent"];
  static #present = new Set();
  static #active = null;

  /** One widget a page: an inline one goes before a floating one, else the first; the others stay dormant. */
  static #settle() {
    const present = [...this.#present];
    const chosen = present.find((one) => one.hasAttribute("inline")) ?? present[0] ?? null;
    if (chosen === this.#active) return;
    this.#active?.#sleep();
    this.#active = chosen;
    chosen?.#wake();
  }

  // Both may have been set before the module had loaded, so what is there is kept.
  /** Where answers come from: anything with `async *ask({question, history, page, context}, signal)`. */
  answerer = this.answerer ?? null;
  /** Labels of the site's own, laid over those of the language. */
  labels = this.labels ?? {};

  #awake = null; // AbortController of all that is listened to while this one is the page's widget
  #desk;
  #title;
  #turns = [];
  #views = [];
  #running = null; // AbortController of the answer on its way
  #open = false;
  #wide = false;
  #scroll = 0;
  #pinned = 0; // where the log was scrolled to last; elsewhere means that the reader scrolled away
  #draft = "";
  #held = ""; // the draft that gave way to an edited question
  #editing = false;
  #context = "";
  #selection = "";
  #selecting;
  #confirming = false;
  #cleared = null;
  #opener = null;
  #page = "";
  #leaving = false;
  #previewTimer;
  #hintTimer;
  // Parts of the shadow tree; from #panel on they exist only once it was opened.
  #root; #launcher; #launcherLabel;
  #panel; #menu; #menuButton; #widen; #log; #notice; #status; #composer; #attached; #field; #go; #hint; #preview;

  connectedCallback() {
    DocsAssistant.#present.add(this);
    if (this.hasAttribute("inline")) DocsAssistant.#settle(); // it is content, so it doesn't wait
    else whenIdle(() => this.isConnected && DocsAssistant.#settle());
  }

  disconnectedCallback() {
    setTimeout(() => {
      if (this.isConnected) return; // only moved: an answer on its way outlives that
      DocsAssistant.#present.delete(this);
      if (!DocsAssistant.#present.size) place();
      DocsAssistant.#settle();
    });
  }

  attributeChangedCallback() {
    if (this.#awake) this.#paint();
  }

  // --------------------------------------------------------------------------------------------- for the page's code

  /** Open the panel and focus the question field. */
  open() {
    this.#show({ focus: true });
  }

  close() {
    this.#hide();
  }

  /** Open with a question and ask it; where consent is missing or an answer is on its way, it waits in the field. */
  ask(question, { context = "" } = {}) {
    this.#show({ focus: true });
    if (this.#notice.hidden && !this.#running) this.#start(text(question), text(context, CONTEXT_LIMIT));
    else if (!this.#field.value) {
      this.#context = text(context, CONTEXT_LIMIT);
      this.#write(text(question));
    }
  }

  clear() {
    this.#running?.abort();
    this.#cleared = this.#turns;
    this.#turns = [];
    if (this.#panel) this.#fill();
    this.#save();
  }

  // ----------------------------------------------------------------------------------------------------------- set-up

  /** An attribute of the element, else of the script's tag (`data-…`), else null. */
  #attribute(name) {
    return this.getAttribute(name) ?? SCRIPT?.dataset[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())] ?? null;
  }

  get #inline() {
    return this.hasAttribute("inline");
  }

  #wake() {
    const tags = [this.#attribute("lang"), document.documentElement.lang, "en"];
    const language = tags.map((tag) => (tag ?? "").toLowerCase().split("-")[0]).find((tag) => LABELS[tag]);
    const t = { ...LABELS[language], ...this.labels };
    this.#title ??= this.#attribute("title") ?? t.title;
    this.removeAttribute("title"); // HTML would show it as a tooltip all over the widget

    const root = new URL("/", MODULE);
    const folder = (url) => url && new URL(url.endsWith("/") ? url : `${url}/`, document.baseURI);
    const server = folder(this.#attribute("server"));
    const site = folder(this.#attribute("site")) ?? (MODULE.pathname.endsWith("/assets/assistant.js") ? new URL("../", MODULE) : new URL("/", server ?? root));
    const base = server ?? (MODULE.pathname === "/assistant.js" ? root : site);
    this.answerer ??= new HttpAnswerer(base, 1000 * (Number(this.#attribute("timeout")) || SILENCE_S));
    this.#desk = {
      t, site, host: base.host,
      link: (...given) => this.#link(...given),
      previews: (mark, citation) => this.#previews(mark, citation),
      asks: (questions) => this.#asks(questions),
      retry: () => this.#retry(),
      edit: () => this.#edit(),
      copy: (words) => this.#copy(words),
      shareLink: (question) => `${location.href.split("#")[0]}#ask=${encodeURIComponent(question)}`,
      searchOffer: (question) => this.#searchOffer(question),
      canRate: () => typeof this.answerer.feedback === "function",
      feedback: (entry) => this.answerer.feedback(entry),
      announce: (words) => this.#announce(words),
      changed: () => this.#save(),
    };

    if (!this.#root) this.#build(language);
    this.#awake = new AbortController();
    const { signal } = this.#awake;
    this.#leaving = false;
    this.#root.hidden = false;
    this.#page = location.pathname;
    this.#load();
    this.#paint();
    this.#listen(signal);
    if (this.#inline) this.#show({});
    else if (this.#open && !this.#isOff) this.#show({ restored: true });
    this.#resume();
    this.#readHash();
  }

  #listen(signal) {
    document.addEventListener("keydown", (event) => this.#shortcut(event), { capture: true, signal });
    document.addEventListener("click", (event) => this.#clicked(event), { capture: true, signal });
    document.addEventListener("selectionchange", () => {
      clearTimeout(this.#selecting);
      this.#selecting = setTimeout(() => this.#selected(), 150);
    }, { signal });
    addEventListener("hashchange", () => this.#readHash(), { signal });
    addEventListener("storage", (event) => event.key === this.#key("off") && this.#paint(), { signal });
    addEventListener("pagehide", () => {
      this.#leaving = true; // what the browser now cuts off is no failure
      this.#save();
    }, { signal });
    addEventListener("pageshow", (event) => {
      this.#leaving = false;
      if (event.persisted) this.#load(); // back from the browser's cache; the dialogue may have gone on elsewhere
    }, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint(), { signal });
    window.visualViewport?.addEventListener("resize", () => this.#fit(), { signal });
    const watch = new MutationObserver(() => {
      // Instant navigation changes the address without an event, but never without touching the head.
      if (location.pathname !== this.#page) this.#moved();
      this.#paint();
    });
    watch.observe(document.documentElement, { attributes: true });
    watch.observe(document.body, { attributes: true });
    watch.observe(document.head, { childList: true });
    signal.addEventListener("abort", () => watch.disconnect());
  }

  #sleep() {
    this.#save();
    this.#leaving = true; // whichever wakes next takes the dialogue over, with the answer on its way
    this.#running?.abort();
    this.#awake.abort();
    this.#root.hidden = true;
  }

  #build(language) {
    const shadow = this.attachShadow({ mode: "open" });
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
    this.#launcherLabel = el("span");
    this.#launcher = el("button", {
      type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false",
      "aria-keyshortcuts": this.#keyNames("Meta", "Control").join("+") || null,
      title: this.#keyNames("⌘", "Ctrl").join(" + ") || null,
      click: () => this.open(),
      mousedown: (event) => event.preventDefault(), // pressing it would drop the selection that is asked about
    }, icon("ask"), this.#launcherLabel);
    this.#root = el("div", { class: "root", lang: language }, this.#launcher);
    // The page's single-key shortcuts must not hear what is typed here. Combinations with Ctrl or ⌘ are left to the
    // page; Ctrl with Alt is how AltGr types letters.
    for (const name of ["keydown", "keypress", "keyup"]) {
      this.#root.addEventListener(name, (event) => {
        if (name === "keydown") this.#pressed(event);
        if (!(event.ctrlKey || event.metaKey) || event.altKey) event.stopPropagation();
      });
    }
    shadow.append(this.#root);
  }

  /** What of the element's look depends on the page: palette, accent, and what the button says. */
  #paint() {
    const { t } = this.#desk;
    const theme = this.#attribute("theme");
    const accent = this.#attribute("accent");
    const { style, dataset } = this.#root;
    dataset.theme = theme === "dark" || (theme !== "light" && isDark()) ? "dark" : "light";
    if (accent) style.setProperty("--assistant-accent", accent);
    else style.removeProperty("--assistant-accent");
    this.#launcher.hidden = this.#inline || this.#open || this.#isOff;
    const back = this.#turns.length && narrow() && t.back;
    this.#launcherLabel.textContent = (this.#selection && t.passage) || back || (this.#attribute("launch") ?? t.launch);
    // Text on an accent of the site's own choosing: white where that can be read, else nearly black.
    const color = getComputedStyle(this.#launcher).backgroundColor;
    if (!color.startsWith("rgb")) return;
    const [red, green, blue] = color.match(/[\d.]+/g).map((value) => (value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue; // WCAG 2.2, "relative luminance"
    style.setProperty("--auto-on-accent", 1.05 / (luminance + 0.05) >= 4.5 ? "#fff" : "#111420");
  }

  // ----------------------------------------------------------------------------------------------------------- memory

  /** Keys are told apart by site, because several may live on one origin. */
  #key(name) {
    return `${NAME}:${name}:${this.#desk.site.href}`;
  }

  get #isOff() {
    return recall("localStorage", this.#key("off")) === "1";
  }

  get #needsConsent() {
    return this.#attribute("consent") !== null && recall("localStorage", this.#key("consent")) !== "1";
  }

  get #pagePath() {
    const here = location.origin + location.pathname;
    return here.startsWith(this.#desk.site.href) ? here.slice(this.#desk.site.href.length) : "";
  }

  #save() {
    keep("sessionStorage", this.#key("dialogue"), JSON.stringify({
      turns: this.#turns, draft: this.#draft, held: this.#held, editing: this.#editing, context: this.#context,
      open: this.#open && !this.#inline, wide: this.#wide, scroll: this.#open ? this.#log.scrollTop : this.#scroll,
    }));
  }

  #load() {
    const kept = record(parse(recall("sessionStorage", this.#key("dialogue")) ?? "null"));
    this.#turns = list(kept.turns).map(readTurn);
    this.#draft = text(kept.draft);
    this.#held = text(kept.held);
    this.#editing = Boolean(kept.editing && this.#turns.length);
    this.#context = text(kept.context, CONTEXT_LIMIT);
    this.#open = Boolean(kept.open);
    this.#wide = Boolean(kept.wide);
    this.#scroll = Number(kept.scroll) || 0;
    if (!this.#panel) return;
    this.#fill();
    this.#panel.hidden = !this.#open && !this.#inline;
  }

  /** An answer that a page load cut off is asked for again: once, and only while it is fresh. */
  #resume() {
    const turn = this.#turns.at(-1);
    if (turn?.state !== "pending") return;
    const fresh = !turn.resumed && Date.now() - turn.asked < 120000 && !this.#needsConsent;
    turn.resumed = true;
    if (!fresh) turn.state = "stopped";
    if (fresh) this.#make();
    this.#views.at(-1)?.refresh();
    if (fresh) this.#run(turn, this.#views.at(-1));
  }

  // --------------------------------------------------------------------------------------------- opening and closing

  /** "mod+/" is Ctrl+/ or ⌘/: not one that a browser needs, nor one of Material's (F, S, /, P, N, and Ctrl+K). */
  get #keys() {
    const parts = (this.#attribute("shortcut") ?? "mod+/").toLowerCase().split("+");
    const key = parts.pop();
    return key === "none" || !key ? null : { key, mod: parts.includes("mod"), alt: parts.includes("alt"), shift: parts.includes("shift") };
  }

  #keyNames(apple, other) {
    const keys = this.#keys;
    return keys ? [keys.mod && (APPLE ? apple : other), keys.alt && "Alt", keys.shift && "Shift", keys.key.toUpperCase()].filter(Boolean) : [];
  }

  #shortcut(event) {
    const keys = this.#keys;
    const within = event.composedPath().includes(this);
    if (event.key === "Escape" && this.#open && !within && !/^(input|textarea|select)$/.test(event.target.localName)) {
      this.#hide(); // what the panel covers can be uncovered wherever the focus is (WCAG 2.4.11)
    }
    if (!keys || this.#isOff || event.isComposing || event.key?.toLowerCase() !== keys.key) return;
    if (keys.mod !== (APPLE ? event.metaKey : event.ctrlKey) || keys.alt !== event.altKey) return;
    if (/[a-z]/.test(keys.key) && keys.shift !== event.shiftKey) return; // "/" stands on Shift+7 on many keyboards
    event.preventDefault();
    event.stopPropagation();
    if (this.#open && within && !this.#inline) this.#hide();
    else this.open();
  }

  /** The page's own links to #ask=… are followed here: a theme's instant navigation would swallow the hashchange. */
  #clicked(event) {
    const link = event.composedPath().find((node) => node.localName === "a" && node.hash);
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!/^#(ask|assistant)(=|$)/.test(link.hash) || !samePage(link)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#readHash(link.hash);
  }

  #readHash(hash = location.hash) {
    const asked = new URLSearchParams(hash.slice(1));
    const question = text(asked.get("ask") ?? "", QUESTION_LIMIT).trim();
    const turnOn = asked.get("assistant") === "on";
    if (!turnOn && !asked.has("ask")) return;
    // Taken out of the address, so that a reload doesn't ask again.
    if (hash === location.hash) history.replaceState(history.state, "", location.pathname + location.search);
    if (turnOn) this.#turnOff(false);
    if (question && this.#turns.at(-1)?.question !== question) this.ask(question);
    else this.open();
  }

  #moved() {
    this.#page = location.pathname;
    this.#selection = "";
    if (this.#panel && !this.#turns.length) this.#drawLog();
    this.#readHash();
  }

  #show({ focus = false, restored = false }) {
    this.#make();
    if (this.#panel.hidden) {
      this.#opener = focus ? document.activeElement : null;
      this.#open = true;
      this.#panel.hidden = false;
      if (!this.#inline) this.#panel.setAttribute("aria-modal", String(narrow()));
      this.#launcher.setAttribute("aria-expanded", "true");
      if (this.#selection && !restored) this.#context = this.#selection;
      this.#fill();
      this.#paint();
      this.#fit();
      this.#pinned = this.#log.scrollTop = this.#scroll;
      if (!restored) this.#tell("assistant-open");
    }
    if (focus) (this.#notice.hidden ? this.#field : this.#notice.querySelector("button")).focus();
    else if (restored && narrow()) this.#panel.focus();
    this.#save();
  }

  #hide() {
    if (!this.#open || this.#inline) return;
    const inside = this.shadowRoot.activeElement;
    const opener = this.#opener !== document.body && this.#opener !== this && this.#opener?.isConnected ? this.#opener : null;
    this.#scroll = this.#log.scrollTop;
    this.#open = this.#confirming = false;
    this.#closePreview();
    this.#toggleMenu(false);
    this.#panel.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#paint();
    this.#save();
    if (inside) (opener ?? this.#launcher).focus({ preventScroll: true });
    this.#tell("assistant-close");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  /** On a phone the keyboard covers half of a full-height panel unless its height follows what can be seen. */
  #fit() {
    const { height, scale } = window.visualViewport ?? {};
    if (this.#panel && scale === 1) this.#panel.style.setProperty("--height", `${height}px`);
  }

  /** Keys pressed inside: Escape closes one thing at a time, Tab stays in the dialog. */
  #pressed(event) {
    if (event.key === "Escape" && !event.isComposing && this.#panel) {
      event.preventDefault();
      if (!this.#preview.hidden) this.#closePreview();
      else if (!this.#menu.hidden) this.#toggleMenu(false, true);
      else if (this.#confirming) this.#confirmOff(false);
      else if (this.#editing) this.#cancelEdit();
      else this.#hide();
    }
    if (event.key !== "Tab" || !this.#open || this.#inline) return;
    const stops = [...this.#panel.querySelectorAll("a[href], button, textarea, input, [tabindex='0']")].filter((node) => node.getClientRects().length);
    const at = this.shadowRoot.activeElement;
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (at !== from && at !== this.#panel) return;
    event.preventDefault();
    to.focus();
  }

  // ------------------------------------------------------------------------------------------------------------ panel

  #make() {
    if (this.#panel) return;
    const { t } = this.#desk;
    const inline = this.#inline;
    this.#log = el("div", { class: "log", role: "region", "aria-label": t.log, tabindex: "0", scroll: () => this.#closePreview() });
    this.#notice = el("div", { class: "notice", hidden: "" });
    this.#status = el("p", { class: "sr", role: "status" });
    this.#attached = el("div", { class: "box" });
    this.#hint = el("p", { class: "small muted", id: "hint", hidden: "" });
    this.#field = el("textarea", {
      id: "field", rows: "1", dir: "auto", enterkeyhint: "send", autocomplete: "off", "aria-describedby": "hint",
      input: () => this.#typed(),
      keydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        if (!this.#running) this.#submit(); // while an answer is on its way, what is typed simply stays
      },
    });
    this.#go = el("button", { type: "submit", class: "go" });
    this.#composer = el("form", {
      class: "composer",
      submit: (event) => {
        event.preventDefault();
        if (this.#running) this.#running.abort();
        else this.#submit();
      },
    }, this.#attached, el("div", { class: "entry" }, el("label", { class: "sr", for: "field" }, t.field), this.#field, this.#go), this.#hint);
    this.#menu = el("div", { class: "menu", id: "menu", hidden: "" });
    this.#menuButton = tool(t.more, "more", () => this.#toggleMenu(), { "aria-expanded": "false", "aria-controls": "menu" });
    this.#widen = tool(t.widen, "widen", () => {
      this.#wide = !this.#wide;
      this.#fill();
      this.#save();
    }, { class: "tool widen" });
    this.#panel = el("section", {
      class: "panel", role: inline ? "region" : "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: "",
      click: (event) => this.#menu.hidden || this.#menuButton.contains(event.target) || this.#toggleMenu(false),
    },
    el("header", { class: "head" }, el("h2", { id: "title" }, this.#title), this.#menuButton, !inline && this.#widen,
      !inline && tool(t.close, "close", () => this.#hide())),
    this.#menu, this.#log, this.#composer, this.#notice, this.#status);
    this.#preview = el("div", { class: "preview", role: "tooltip", id: "preview", hidden: "",
      pointerenter: () => clearTimeout(this.#previewTimer), pointerleave: () => this.#closePreview(200) });
    this.#root.append(this.#panel, this.#preview);
    this.#fill();
  }

  /** Bring the whole panel in line with the state. */
  #fill() {
    this.#panel.classList.toggle("wide", this.#wide);
    this.#widen.setAttribute("aria-pressed", String(this.#wide));
    this.#field.value = this.#draft;
    this.#drawLog();
    this.#drawNotice();
    this.#typed();
  }

  #drawLog() {
    const { t, host } = this.#desk;
    this.#views = this.#turns.map((turn) => new TurnView(turn, this.#desk));
    if (this.#views.length) return this.#log.replaceChildren(...this.#views.map((view) => view.root));
    const asks = el("div");
    this.#log.replaceChildren(el("div", { class: "welcome" },
      this.#cleared?.length && el("p", { class: "row wide" }, t.cleared, action(t.undo, () => this.#undo())),
      el("h3", null, this.#attribute("greeting") ?? t.greeting),
      el("p", { class: "muted" }, t.intro),
      asks,
      el("p", { class: "small muted" }, fill(t.private, { host }))));
    this.#suggest(asks);
  }

  /** Three questions of this page: the attribute's, else the page's own meta tags, else the server's. */
  async #suggest(into) {
    const page = this.#pagePath;
    let questions = (this.#attribute("suggestions") ?? "").split("|");
    if (!questions.join("").trim()) questions = [...document.querySelectorAll('meta[name="assistant-question"]')].map((meta) => meta.content);
    if (!questions.length && !this.#needsConsent && !this.#isOff && this.answerer.suggestions) {
      questions = list(await Promise.resolve(this.answerer.suggestions(page, AbortSignal.timeout(5000))).catch(() => []));
    }
    questions = questions.map((question) => text(question, 300).trim()).filter(Boolean).slice(0, 3);
    if (questions.length) into.append(el("p", { class: "label" }, this.#desk.t.pageQuestions), this.#asks(questions));
  }

  #asks(questions) {
    return el("ul", { class: "asks", role: "list" }, questions.map((question) =>
      el("li", null, el("button", { type: "button", dir: "auto", click: () => this.#start(question) }, el("span", null, question), icon("arrow", "flip")))));
  }

  #toggleMenu(open = this.#menu.hidden, focus = false) {
    const { t } = this.#desk;
    const item = (label, name, click) => el("button", { type: "button", click: () => { this.#toggleMenu(false, true); click(); } }, icon(name), label);
    this.#menu.hidden = !open;
    this.#menuButton.setAttribute("aria-expanded", String(open));
    if (focus) this.#menuButton.focus();
    if (!open) return;
    const { site } = this.#desk;
    this.#menu.replaceChildren(...[
      this.#turns.length > 0 && item(t.copyAll, "copy", () => this.#copy(this.#turns.map((turn) => turnMarkdown(turn, site)).join("\n\n"))),
      this.#turns.length > 0 && item(t.clear, "clear", () => { this.clear(); this.#announce(t.cleared); this.#refocus(); }),
      this.#attribute("consent") !== null && !this.#needsConsent && item(t.withdraw, "close", () => this.#consent(false)),
      item(t.off, "off", () => this.#confirmOff(true)),
    ].filter(Boolean));
    this.#menu.firstElementChild.focus();
  }

  #undo() {
    this.#turns = this.#cleared;
    this.#cleared = null;
    this.#fill();
    this.#save();
    this.#refocus();
  }

  // ----------------------------------------------------------------------------------------------- consent, switch off

  /** What stands in the dialogue's place: the reader's switch, or the question for consent. */
  #drawNotice() {
    const { t, host } = this.#desk;
    const bold = (words) => el("h3", null, words);
    const buttons = (...given) => el("div", { class: "row wide" }, given);
    let parts = null;
    if (this.#isOff) {
      parts = [bold(t.offNow), buttons(action(t.on, () => this.#turnOff(false), "main"))];
    } else if (this.#confirming) {
      const [before, after] = t.offText.split("{hash}");
      parts = [bold(t.offTitle), el("p", null, before, el("code", null, "#assistant=on"), after ?? ""),
        buttons(action(t.off, () => this.#turnOff(true), "main"), action(t.keep, () => this.#confirmOff(false)))];
    } else if (this.#needsConsent) {
      const policy = this.#attribute("privacy-url");
      parts = [bold(t.consentTitle), el("p", null, this.#attribute("consent") || fill(t.consent, { host })),
        policy && el("p", null, this.#link(policy, {}, t.policy)),
        buttons(action(t.agree, () => this.#consent(true), "main"), action(t.decline, () => this.#hide()))];
    }
    this.#notice.replaceChildren(...(parts ?? []).filter(Boolean));
    this.#notice.hidden = !parts;
    for (const part of [this.#log, this.#composer, this.#menuButton]) part.hidden = Boolean(parts);
  }

  #consent(given) {
    keep("localStorage", this.#key("consent"), given ? "1" : null);
    if (!given) this.#running?.abort();
    this.#fill();
    this.#refocus();
    if (given && this.#field.value.trim()) this.#submit();
  }

  #confirmOff(asking) {
    this.#confirming = asking;
    this.#drawNotice();
    this.#refocus();
  }

  #turnOff(off) {
    keep("localStorage", this.#key("off"), off ? "1" : null);
    this.#confirming = false;
    if (off) this.#running?.abort();
    if (off) this.#hide();
    if (this.#panel) this.#fill();
    this.#paint();
    if (!off && this.#open) this.#refocus();
  }

  // ----------------------------------------------------------------------------------------------------------- asking

  /** Put words into the field as if they had been typed. */
  #write(words) {
    this.#field.value = words;
    this.#typed();
    this.#save();
  }

  #typed() {
    const { t } = this.#desk;
    this.#draft = this.#field.value;
    this.#field.style.height = "auto"; // so that it can shrink again
    this.#field.style.height = `${this.#field.scrollHeight}px`;
    this.#field.placeholder = this.#turns.length ? t.followUp : t.placeholder;
    const count = this.#draft.length;
    this.#say(count > QUESTION_LIMIT ? fill(t.tooLong, { limit: QUESTION_LIMIT, n: count }) : "");
    this.#field.setAttribute("aria-invalid", String(count > QUESTION_LIMIT));
    const label = this.#running ? t.stop : t.send;
    this.#go.replaceChildren(icon(this.#running ? "stop" : "send"));
    this.#go.setAttribute("aria-label", label);
    this.#go.title = label;
    this.#go.setAttribute("aria-disabled", String(!this.#running && (!this.#draft.trim() || count > QUESTION_LIMIT)));
    this.#drawAttached();
  }

  /** A line below the field; `passing` ones go by themselves. */
  #say(words, passing = false) {
    clearTimeout(this.#hintTimer);
    this.#hint.textContent = words;
    this.#hint.hidden = !words;
    this.#hint.classList.toggle("error", !passing);
    if (passing) this.#hintTimer = setTimeout(() => this.#typed(), 4000);
  }

  /** What goes along with the question, above the field: an edited question's note, the passage asked about. */
  #drawAttached() {
    const { t } = this.#desk;
    const drop = tool(t.drop, "close", () => { this.#context = ""; this.#write(this.#draft); this.#refocus(); }, { class: "tool tiny" });
    const take = action(t.take, () => { this.#context = this.#selection; this.#write(this.#draft); this.#refocus(); });
    take.addEventListener("mousedown", (event) => event.preventDefault()); // else the selection would be gone
    this.#attached.replaceChildren(...[
      this.#editing && el("div", { class: "row wide small" }, el("span", { class: "label" }, t.editing), action(t.cancel, () => this.#cancelEdit())),
      this.#context && el("div", { class: "attached" }, el("div", null, el("p", { class: "label" }, t.about), el("p", { class: "passage small", dir: "auto" }, this.#context)), drop),
      this.#selection && this.#selection !== this.#context && el("div", { class: "row wide small" }, take),
    ].filter(Boolean));
    this.#attached.hidden = !this.#attached.childElementCount;
  }

  /** The reader's selection in the page, but not in a form's fields, whose text is nobody's business. */
  #selected() {
    const selection = getSelection();
    const elsewhere = this.#open && this.shadowRoot.activeElement && selection.isCollapsed;
    const writing = /^(input|textarea)$/.test(document.activeElement?.localName) || document.activeElement?.isContentEditable;
    const words = writing || selection.isCollapsed ? "" : selection.toString().trim();
    if (elsewhere && !this.#selection) return;
    this.#selection = words.length > 2 ? text(words, CONTEXT_LIMIT) : "";
    this.#paint();
    if (this.#open) this.#drawAttached();
  }

  #submit() {
    const question = this.#draft;
    if (question.length > QUESTION_LIMIT) return this.#announce(this.#hint.textContent);
    if (!question.trim() || this.#running) return;
    if (this.#editing) this.#turns.pop();
    this.#draft = this.#editing ? this.#held : "";
    this.#held = "";
    this.#editing = false;
    const context = this.#context;
    this.#context = "";
    this.#start(question, context);
  }

  /** Ask, leaving what stands in the field alone. */
  #start(question, context = "") {
    if (!question.trim() || this.#running) return;
    const turn = newTurn(question.trim(), context, this.#pagePath);
    this.#turns = [...this.#turns.slice(1 - TURNS_KEPT), turn];
    this.#cleared = null;
    this.#scroll = 0;
    this.#fill();
    this.#refocus();
    this.#run(turn, this.#views.at(-1));
  }

  #retry() {
    if (this.#running) return;
    this.#refocus();
    this.#run(this.#turns.at(-1), this.#views.at(-1));
  }

  #edit() {
    const turn = this.#turns.at(-1);
    if (this.#running || this.#editing) return;
    this.#held = this.#draft;
    this.#editing = true;
    this.#context = turn.context;
    this.#write(turn.question);
    this.#field.focus();
  }

  #cancelEdit() {
    const held = this.#held;
    this.#editing = false;
    this.#held = this.#context = "";
    this.#write(held);
    this.#field.focus();
  }

  /** After a press on something that is gone now. Not into the field on a phone: its keyboard would hide the answer. */
  #refocus() {
    const target = !this.#notice.hidden ? this.#notice.querySelector("button") : matchMedia("(pointer: coarse)").matches ? this.#panel : this.#field;
    if (this.#open) target.focus({ preventScroll: true });
  }

  /** The turns before this one that got an answer, as the server wants them. */
  #history(turn) {
    return this.#turns.slice(0, this.#turns.indexOf(turn)).filter(({ state }) => state === "done").slice(-HISTORY_TURNS).flatMap(({ question, answer }) => [
      { role: "user", content: text(question, HISTORY_LIMIT) },
      { role: "assistant", content: text(answer.statements.map((statement) => plainText(statement.text)).join("\n"), HISTORY_LIMIT) || this.#desk.t.nothing },
    ]);
  }

  async #run(turn, view) {
    const stop = new AbortController();
    this.#running = stop;
    Object.assign(turn, { state: "pending", error: null, answer: readAnswer(), feedback: {} });
    view.redraw();
    this.#typed();
    this.#save();
    this.#pinned = this.#log.scrollTop;
    this.#keepInView(view);
    const slow = setTimeout(() => view.refresh(true), SLOW_MS);
    // Stopping must work even with an answerer that doesn't listen to its signal.
    const stopped = new Promise((_, reject) => stop.signal.addEventListener("abort", () => reject(stop.signal.reason)));
    stopped.catch(() => {});
    let events;
    try {
      const { question, context, page } = turn;
      const request = { question: text(question), history: this.#history(turn), page, context: context || undefined };
      events = this.answerer.ask(request, stop.signal)[Symbol.asyncIterator]();
      let whole = true;
      while (turn.state === "pending") {
        const { value, done } = await Promise.race([events.next(), stopped]);
        if (done) throw new AnswerError(whole ? "cut" : "garbled");
        whole = this.#take(turn, view, record(value)) && whole;
        this.#keepInView(view);
      }
    } catch (error) {
      if (this.#leaving) return;
      const { code = "failed", detail, requestId, wait } = error instanceof AnswerError ? error : {};
      turn.state = stop.signal.aborted ? "stopped" : "failed";
      turn.error = { code, detail, requestId, until: wait ? Date.now() + wait * 1000 : 0 };
    } finally {
      clearTimeout(slow);
      events?.return?.()?.catch?.(() => {});
      if (this.#running === stop) this.#running = null;
    }
    if (!this.#turns.includes(turn)) return; // cleared meanwhile
    view.refresh();
    this.#typed();
    this.#save();
    this.#keepInView(view);
    this.#announce(turn.state === "done" ? view.spoken() : view.state.textContent);
    if (turn.state === "done") this.#tell("assistant-answer", { question: turn.question, verdict: turn.answer.verdict });
  }

  /** Take in one event; false if it was damaged. What `done` holds is the answer, whatever was lost on the way. */
  #take(turn, view, { event, data }) {
    const { answer } = turn;
    if (!["understood", "citation", "statement", "done", "error"].includes(event)) return true; // a later server's
    if (!data || typeof data !== "object") return false;
    if (event === "error") throw new AnswerError("failed", { detail: data.error, requestId: data.request_id });
    if (event === "understood") {
      answer.understood = text(data.question, QUESTION_LIMIT);
      view.refresh();
    } else if (event === "citation") {
      answer.citations.push(readCitation(data));
    } else if (event === "statement") {
      const statement = readStatement(data);
      if (!statement.text || answer.statements.length >= 500) return Boolean(statement.text);
      answer.statements.push(statement);
      view.body.hidden = false;
      view.add(statement);
    } else {
      if (!Array.isArray(data.statements)) return false;
      const whole = readAnswer(data);
      const same = JSON.stringify([whole.statements, whole.citations]) === JSON.stringify([answer.statements, answer.citations]);
      turn.answer = whole;
      turn.state = "done";
      if (!same) view.redraw(); // else what the reader has in hand, a focused link perhaps, stays as it is
    }
    return true;
  }

  /** Follow the answer down, but never past its question, and not against a reader who has scrolled. */
  #keepInView(view) {
    const log = this.#log;
    if (Math.abs(log.scrollTop - this.#pinned) > 4) return;
    log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, view.root.offsetTop - 14);
    this.#pinned = log.scrollTop;
  }

  #announce(words) {
    this.#status.textContent = "";
    setTimeout(() => { this.#status.textContent = words; }, 60); // the same words twice are announced twice
  }

  // ------------------------------------------------------------------------------------------------ links and previews

  /** A link if the address is one to follow, else the bare text. Addresses are relative to the site's root. */
  #link(url, attributes, ...children) {
    const { t, site } = this.#desk;
    const address = webAddress(url, site);
    if (!address) return el("span", { ...attributes, "aria-label": null }, children);
    const away = address.origin !== location.origin;
    const label = attributes["aria-label"];
    return el("a", {
      ...attributes, href: address.href, target: away ? "_blank" : null, rel: away ? "noopener" : null,
      "aria-label": label && away ? `${label} (${t.newTab})` : label,
      // On a phone the panel covers the page: it makes way for the section, and the dialogue waits behind its button.
      click: (event) => !away && narrow() && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && this.#hide(),
    }, children, away && !label && [address.origin !== site.origin && el("span", { class: "muted small" }, ` ${address.host}`), el("span", { class: "sr" }, ` (${t.newTab})`)]);
  }

  #previews(mark, citation) {
    if (!citation.quote) return;
    let shown = false;
    mark.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#openPreview(mark, citation, 120));
    mark.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.#closePreview(200));
    mark.addEventListener("focus", () => mark.matches(":focus-visible") && this.#openPreview(mark, citation));
    mark.addEventListener("blur", () => this.#closePreview());
    // A finger can't hover: its first touch shows the quote, the second follows the link.
    mark.addEventListener("pointerdown", () => { shown = mark.hasAttribute("aria-describedby"); });
    mark.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || shown) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#openPreview(mark, citation);
    }, { capture: true });
  }

  #openPreview(mark, citation, delay = 0) {
    clearTimeout(this.#previewTimer);
    this.#previewTimer = setTimeout(() => {
      this.#closePreview();
      const card = this.#preview;
      card.replaceChildren(el("strong", { dir: "auto" }, headingPath(citation)), el("blockquote", { dir: "auto" }, citation.quote));
      card.hidden = false;
      mark.setAttribute("aria-describedby", "preview");
      const at = mark.getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = card;
      const above = at.top - height - 8;
      card.style.left = `${Math.max(12, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 12))}px`;
      card.style.top = `${above > 8 ? above : Math.min(at.bottom + 8, innerHeight - height - 8)}px`;
    }, delay);
  }

  #closePreview(delay = 0) {
    clearTimeout(this.#previewTimer);
    if (delay) {
      this.#previewTimer = setTimeout(() => this.#closePreview(), delay);
      return;
    }
    this.#preview.hidden = true;
    this.#root.querySelector("[aria-describedby=preview]")?.removeAttribute("aria-describedby");
  }

  /** The site's own search: the address given, else Material's search field, else Zensical's search button. */
  #searchOffer(question) {
    const { t } = this.#desk;
    const template = this.#attribute("search-url");
    if (template !== null) {
      const query = encodeURIComponent(question);
      const address = webAddress(template.includes("{query}") ? template.replace("{query}", query) : template + query, document.baseURI);
      return address && el("a", { class: "act", href: address.href }, icon("search"), t.search);
    }
    const box = document.querySelector("[data-md-component=search-query]");
    const opener = box ?? document.querySelector("[data-md-component=search] button");
    return opener && action(t.search, () => {
      this.#hide();
      if (!box) return opener.click();
      box.value = question;
      box.focus();
      box.dispatchEvent(new Event("keyup", { bubbles: true }));
    }, "", "search");
  }

  async #copy(words) {
    const { t } = this.#desk;
    let copied = true;
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      const focused = this.shadowRoot.activeElement; // the older way, for pages without https
      const page = el("textarea", { class: "sr", "aria-hidden": "true" }, words);
      this.#panel.append(page);
      page.select();
      copied = document.execCommand("copy");
      page.remove();
      focused?.focus();
    }
    this.#say(copied ? t.copied : t.copyFailed, true);
    this.#announce(copied ? t.copied : t.copyFailed);
  }
}

// ------------------------------------------------------------------------------------------------- on to the page

/** Once the page has loaded and has nothing better to do: the widget delays nothing that the reader came for. */
function whenIdle(then) {
  const idle = () => (window.requestIdleCallback ? requestIdleCallback(then, { timeout: 2000 }) : setTimeout(then, 200));
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}

let placed = null;

/** Add the widget unless the page has one; put it back where a navigation without page load took it away. */
function place() {
  if (!document.querySelector(NAME)) document.body.append((placed ??= document.createElement(NAME)));
}

// The script may be included twice, by different addresses too: the first one counts.
if (!customElements.get(NAME)) {
  customElements.define(NAME, DocsAssistant);
  whenIdle(() => {
    place();
    const watch = new MutationObserver(() => {
      place();
      watch.observe(document.body, { childList: true }); // the body itself may be a new one
    });
    watch.observe(document.documentElement, { childList: true });
    watch.observe(document.body, { childList: true });
  });
}
