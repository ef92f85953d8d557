"""Citations: quoted runs become numbered deep links that a browser highlights. Pure."""

from urllib.parse import quote as percent_encode

from chatbot.answer import Citation
from index import Block, Passage, Unit

_EDGE_WORDS = 6
"""Words at either end of a quote that a text fragment names; a shorter quote is named whole."""
_STRENGTH = (
    "law-or-standard",
    "peer-reviewed",
    "preprint",
    "official-docs",
    "practitioner",
    "vendor",
    "opinion",
    "synthesis",
    "illustrative",
)
"""Kinds of source, the strongest evidence first; the last two are the writers' own."""
_NAMES = {
    "law-or-standard": "legal or standards source",
    "official-docs": "official documentation source",
    "synthesis": "our synthesis",
    "illustrative": "illustrative numbers",
}


def cite(number: int, passage: Passage, run: list[tuple[Block, Unit]], quote: str, site_url: str) -> Citation:
    """Make a citation of a run of text in one passage's section.

    Args:
        number: From 1, in order of use.
        passage: Where the run begins.
        run: Its units, each with the block that holds it, in order.
        quote: The run's text, verbatim.
        site_url: Where the site is published; empty to stay relative to its root.
    """
    page, _, anchor = passage.url.partition("#")
    # a fragment must begin and end inside one element; a row spans several, so its longest cell stands for it,
    # and code is laid out otherwise than it is quoted, so what introduces it does
    named = [(block, unit) for block, unit in run if unit.kind != "code"] or run
    words = " ".join(" ".join(unit.text for _, unit in named).split())
    first, last = named[0][0].find or words, named[-1][0].find or words
    url = f"{site_url}{page}#{percent_encode(anchor)}:~:text={text_directive(first, last)}"
    return Citation(number, passage.title, passage.headings[-1], url, quote, weakest_evidence([unit for _, unit in run]))


def text_directive(first: str, last: str) -> str:
    """Return the value of a text directive from the first words of `first` to the last words of `last`.

    WICG "URL Fragment Text Directives": `text=start,end`, with `-`, `,` and `&` percent-encoded.
    """
    words = first.split()
    if first == last and len(words) <= 2 * _EDGE_WORDS:
        return _encode(first)
    return f"{_encode(' '.join(words[:_EDGE_WORDS]))},{_encode(' '.join(last.split()[-_EDGE_WORDS:]))}"


def _encode(text: str) -> str:
    return percent_encode(text, safe="").replace("-", "%2D")


def weakest_evidence(units: list[Unit]) -> str:
    """Return the weakest kind of source that units rest on, with its year, as a reader is told; empty if they name none."""
    sources = [source for unit in units for source in unit.sources if source.kind in _STRENGTH]
    if not sources:
        return ""
    weakest = max(sources, key=lambda source: (_STRENGTH.index(source.kind), -(source.year or 0)))
    return _name(weakest.kind) + (f", {weakest.year}" if weakest.year else "")


def weakest_citation(citations: tuple[Citation, ...]) -> str:
    """Return the weakest evidence of several citations, as `weakest_evidence` words it."""
    names = [_name(kind) for kind in _STRENGTH]
    found = [citation.evidence for citation in citations if citation.evidence]
    return max(found, key=lambda evidence: names.index(evidence.split(", ")[0]), default="")


def _name(kind: str) -> str:
    return _NAMES.get(kind, f"{kind} source")
