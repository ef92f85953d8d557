"""Citations are true: each opens a page and an anchor that are there, and quotes what stands there, word for word."""

import re
from functools import lru_cache
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser, LexborNode

from chatbot.answer import Answer, Citation
from chatbot.assistant import Assistant
from chatbot.citations import cite, text_directive, weakest_evidence
from index import Block, Passage, Unit
from index.model import Source
from tests.conftest import ROOT
from tests.guide_server import GuideServer

QUESTIONS = (
    "What is MLOps?",
    "What is LLMOps?",
    "define concept drift",
    "What is a feature store?",
    "what's a model registry",
    "What is retrieval-augmented generation?",
    "What is a guardrail?",
    "What is a golden set?",
    "What is the difference between MLOps and LLMOps?",
    "MLOps vs DevOps",
    "How does monitoring differ between MLOps and LLMOps?",
    "compare prompting, RAG and fine-tuning",
    "API or self-hosted model, how do they compare?",
    "When should we choose MLOps?",
    "When should we choose LLMOps?",
    "do we need both?",
    "should I build or buy an LLM platform?",
    "Should we use an open or a closed model?",
    "Which one is right for a bank's credit scoring?",
    "What are the challenges of MLOps?",
    "What are the challenges of LLMOps?",
    "Which roles does an LLMOps team need?",
    "list the levels of the maturity model",
    "What are the steps of the MLOps lifecycle?",
    "Which metrics show that a RAG system works?",
    "How do I detect data drift?",
    "How do I retrain a model safely?",
    "how to reduce hallucination",
    "How do we cut inference cost?",
    "How do I protect an LLM against prompt injection?",
    "how can we add LLMOps to an existing MLOps platform",
    "steps to migrate a legacy model",
    "Is fine-tuning cheaper than RAG?",
    "Does MLOps need Kubernetes?",
    "can one platform serve both",
    "Why do LLMs hallucinate?",
    "what does GDPR require for training data",
    "what happens in the AI Act for high risk systems",
    "How many GPUs do I need to serve a 70B model?",
    "who should be on call for models",
    "what is the outlook for LLMOps",
    "what should an incident runbook for a model contain",
)
DEEP = (
    "What are MLOps levels 0, 1 and 2?",
    "How do I retrain a model safely?",
    "When should I use RAG?",
    "Which metrics are used for RAG?",
    "What is a feature store?",
    "What is LLMOps?",
)
"""Their last citations lie far down on their pages."""
_INLINE = set(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u var wbr".split()
)


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> list[Answer]:
    """Answers to all questions above and to the first that each page says it answers."""
    own = [page.questions[0] for page in assistant.search.pages.values() if page.questions]
    return [answer for question in (*QUESTIONS, *own) if (answer := assistant.answer(question)).verdict != "not_covered"]


def squashed(text: str) -> str:
    """Return text without white space, which a browser and an index fold differently around elements."""
    return "".join(text.split())


def words(text: str) -> str:
    """Return the words of text or of our inline Markdown, one space between."""
    return " ".join(re.findall(r"\w+", text))


def parted(citation: Citation) -> tuple[str, str, list[str]]:
    """Return page, anchor and the texts of the text directive."""
    page, _, fragment = citation.url.partition("#")
    anchor, _, directive = fragment.partition(":~:text=")
    return page, unquote(anchor), [unquote(text) for text in directive.split(",")]


@lru_cache(maxsize=256)
def opened(page: str) -> tuple[frozenset[str | None], str, tuple[str, ...]]:
    """Return a built page's ids, the text of its article, and the texts of its blocks as a browser parts them."""
    tree = LexborHTMLParser((ROOT / "site" / page / "index.html").read_text("utf-8"))
    article = tree.css_first("article")
    assert article is not None and tree.body is not None
    return frozenset(node.attributes.get("id") for node in tree.css("[id]")), squashed(article.text()), tuple(_blocks(tree.body))


def _blocks(body: LexborNode) -> list[str]:
    found: list[str] = []
    open_text: list[str] = []

    def close() -> None:
        if text := " ".join("".join(open_text).split()):
            found.append(text)
        open_text.clear()

    def walk(node: LexborNode) -> None:
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                open_text.append(child.text_content or "")
            elif child.tag in _INLINE:
                walk(child)
            elif child.tag not in ("script", "style") and not (child.tag or "").startswith(("-", "_")):
                close()
                walk(child)
                close()

    walk(body)
    close()
    return found


def test_the_example_questions_are_answered(answers: list[Answer]) -> None:
    asked = {answer.question for answer in answers}
    assert len(asked & set(QUESTIONS)) >= 0.8 * len(QUESTIONS), sorted(set(QUESTIONS) - asked)


def test_every_citation_opens_a_page_and_an_anchor_of_the_built_site(answers: list[Answer]) -> None:
    for answer in answers:
        for citation in answer.citations:
            page, anchor, _ = parted(citation)
            assert (ROOT / "site" / page / "index.html").is_file(), (answer.question, citation.url)
            assert anchor and anchor in opened(page)[0], (answer.question, citation.url)


def test_every_quote_stands_word_for_word_on_its_page(answers: list[Answer]) -> None:
    for answer in answers:
        for citation in answer.citations:
            assert citation.quote
            assert squashed(citation.quote) in opened(parted(citation)[0])[1], (answer.question, citation)


def test_every_text_directive_names_text_that_a_browser_can_find(assistant: Assistant) -> None:
    """By the specification: each end inside one block, the end after the start, case aside."""
    for citation in (citation for question in QUESTIONS for citation in assistant.answer(question).citations):
        page, _, (start, *end) = parted(citation)
        blocks = [block.casefold() for block in opened(page)[2]]
        begun = next((place for place, block in enumerate(blocks) if start.casefold() in block), None)
        assert begun is not None, citation.url
        assert all(any(text.casefold() in block for block in blocks[begun:]) for text in end), citation.url


def test_text_directive_of_a_card_stays_inside_one_of_its_paragraphs(assistant: Assistant) -> None:
    search = assistant.search
    units = ((passage, unit) for row, passage in enumerate(search.passages) for unit in search.units(row))
    passage, card = next(found for found in units if found[1].text.startswith("Misconceptions Common beliefs"))
    page, _, (start, *_) = parted(cite(1, passage, [(passage.blocks[card.block], card)], card.text, ""))
    assert any(start in block for block in opened(page)[2])


def test_citations_are_numbered_in_order_of_use_and_all_are_used(answers: list[Answer]) -> None:
    for answer in answers:
        used = list(dict.fromkeys(number for statement in answer.statements for number in statement.citations))
        assert used == [citation.number for citation in answer.citations] == list(range(1, len(used) + 1)), answer.question


def test_every_statement_says_only_what_its_citation_quotes(answers: list[Answer]) -> None:
    for answer in answers:
        quotes = {citation.number: words(citation.quote) for citation in answer.citations}
        for statement in answer.statements:
            assert statement.citations, (answer.question, statement)
            assert any(words(statement.text) in quotes[number] for number in statement.citations), (answer.question, statement)


def test_no_answer_says_a_sentence_twice(answers: list[Answer]) -> None:
    for answer in answers:
        said = [words(statement.text) for statement in answer.statements]
        assert len(set(said)) == len(said), (answer.question, said)


def test_answer_has_at_most_eight_statements_unless_it_is_a_whole_list_or_table(answers: list[Answer]) -> None:
    for answer in answers:
        listed = sum(statement.kind in ("item", "row") for statement in answer.statements)
        assert len(answer.statements) <= (14 if listed > 4 else 8), (answer.question, [statement.text for statement in answer.statements])


def test_answer_has_at_least_two_statements_unless_it_is_the_last_that_its_section_says(
    answers: list[Answer], assistant: Assistant
) -> None:
    search = assistant.search
    lone = [answer for answer in answers if len(answer.statements) == 1]
    assert lone, "glossary entries of one sentence are among them"
    for answer in lone:
        (citation,), (statement,) = answer.citations, answer.statements
        address = citation.url.partition(":~:")[0].rstrip("#")
        at = [row for row, passage in enumerate(search.passages) if passage.url.rstrip("#") == address]
        said = [unit for row in at if search.passages[row].headings[-1] == citation.heading for unit in search.units(row)]
        assert words(said[-1].text) == words(statement.text), answer.question


def test_browser_scrolls_to_the_quote_by_the_citation_s_directive(server: GuideServer, assistant: Assistant, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 300})
    page = context.new_page()
    for question in DEEP:
        citation = assistant.answer(question).citations[-1]
        start = parted(citation)[2][0]
        # without the anchor, only the directive can move the page; from another page, because a move inside one needs a click
        for url in (citation.url, re.sub(r"#.*?:~:", "#:~:", citation.url)):
            page.goto("about:blank")
            page.goto(server.url + url)
            assert page.evaluate("'fragmentDirective' in document")
            assert squashed(citation.quote) in squashed(page.locator("article").text_content() or "")
            page.wait_for_function(_IN_VIEW, arg=squashed(start), timeout=5000)
    context.close()


_IN_VIEW = """
start => {
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const places = [];
  while (walker.nextNode())
    [...walker.currentNode.data].forEach((character, at) => character.trim() && places.push([character, walker.currentNode, at]));
  const found = places.map(([character]) => character).join("").indexOf(start);
  if (found < 0 || scrollY === 0) return false;
  const range = document.createRange();
  range.setStart(places[found][1], places[found][2]);
  range.setEnd(places[found][1], places[found][2] + 1);
  const box = range.getBoundingClientRect();
  return box.top > 0 && box.bottom < innerHeight;
}
"""


@pytest.mark.parametrize(
    ("first", "last", "directive"),
    [
        ("Drift is watched daily.", "Drift is watched daily.", "Drift%20is%20watched%20daily."),
        ("on-call, R&D", "on-call, R&D", "on%2Dcall%2C%20R%26D"),
        (text := " ".join("abcdefghijklm"), text, "a%20b%20c%20d%20e%20f,h%20i%20j%20k%20l%20m"),
        ("One cell", "Another cell", "One%20cell,Another%20cell"),
        ("Überwachung#1", "Überwachung#1", "%C3%9Cberwachung%231"),
    ],
    ids=["short, whole", "signs of the syntax", "long, both ends", "two cells", "other letters"],
)
def test_text_directive_follows_the_specification(first: str, last: str, directive: str) -> None:
    assert text_directive(first, last) == directive


def passage(url: str = "a/b/#it's") -> Passage:
    """Return an empty passage at an address."""
    return Passage("1", url, url.split("#", maxsplit=1)[0], "Page", ("Page", "Outer", "Inner"), ())


def test_citation_names_page_and_innermost_heading_and_encodes_the_anchor() -> None:
    block = Block("text", "Drift is watched.", "Drift is watched.")
    made = cite(3, passage("a/b/#it's 50%"), [(block, Unit("text", block.text, block.markdown, 0))], block.text, "")
    assert (made.number, made.title, made.heading, made.quote) == (3, "Page", "Inner", "Drift is watched.")
    assert made.url == "a/b/#it%27s%2050%25:~:text=Drift%20is%20watched."


def test_citation_is_absolute_where_the_site_is_published() -> None:
    block = Block("text", "Yes.", "Yes.")
    made = cite(1, passage(), [(block, Unit("text", "Yes.", "Yes.", 0))], "Yes.", "https://docs.example.org/guide/")
    assert made.url.startswith("https://docs.example.org/guide/a/b/#")


def test_citation_of_rows_names_a_cell_because_a_directive_cannot_span_cells() -> None:
    rows = [
        Block("row", f"{name} {value}", f"{name} | {value}", find=value)
        for name, value in (("Cost", "low at first"), ("Risk", "high later"))
    ]
    run = [(row, Unit("row", row.text, row.markdown, place)) for place, row in enumerate(rows)]
    assert cite(1, passage(), run, "Cost low at first Risk high later", "").url.endswith(":~:text=low%20at%20first,high%20later")


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ([], ""),
        ([("vendor", 2024)], "vendor source, 2024"),
        ([("peer-reviewed", 2020), ("opinion", 2026), ("vendor", 2025)], "opinion source, 2026"),
        ([("preprint", 2021), ("preprint", 2024)], "preprint source, 2021"),
        ([("law-or-standard", None)], "legal or standards source"),
        ([("unheard-of", 2020)], ""),
        ([("vendor", 2025), ("synthesis", None)], "our synthesis"),
        ([("synthesis", None), ("illustrative", None), ("opinion", 2026)], "illustrative numbers"),
    ],
    ids=["none", "one", "weakest of three", "older of two", "without a year", "unknown kind", "the writers' own", "made-up numbers"],
)
def test_weakest_source_of_a_quote_is_told(kinds: list[tuple[str, int | None]], told: str) -> None:
    unit = Unit("text", "", "", 0, sources=tuple(Source("key", kind, year) for kind, year in kinds))
    assert weakest_evidence([unit]) == told
