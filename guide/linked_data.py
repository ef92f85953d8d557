"""JSON-LD for search engines and agents: what a page is, where it belongs, what it cites, which questions it answers.

Pure; read by guide.publish. Vocabulary: https://schema.org. The script element is data that no browser runs, so it
stands under a strict Content-Security-Policy.
"""

import json
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from guide.navigation import SitePage, SitePlan

_QUESTIONS = "questions.md"
"""The page whose third-level headings are questions and whose text below each is a whole answer."""


def with_linked_data(built: str, page: SitePage, plan: SitePlan) -> str:
    """Return the built HTML with its JSON-LD at the end of the head."""
    data = json.dumps({"@context": "https://schema.org", "@graph": _graph(built, page, plan)}, ensure_ascii=False)
    for character in "<>&":  # nothing in a page's text may end the element
        data = data.replace(character, f"\\u{ord(character):04x}")
    return built.replace("</head>", f'<script type="application/ld+json">{data}</script></head>', 1)


def _graph(built: str, page: SitePage, plan: SitePlan) -> list[dict[str, Any]]:
    tree = LexborHTMLParser(built)
    site = {"@type": "WebSite", "name": plan.name, "description": plan.description, "url": plan.address}
    article = {
        "@type": "Article",
        "headline": page.heading,
        "description": page.description,
        "url": plan.address + page.folder if plan.address else "",
        "image": f"{plan.address}{page.folder}social.png" if plan.address else "",
        "inLanguage": root.attributes.get("lang") if (root := tree.root) else "",
        "keywords": page.source.meta.get("tags"),
        "articleSection": page.section if page.folder else "",
        "publisher": {"@type": "Organization", "name": plan.name},
        "isPartOf": site,
        "citation": [
            _filled({"@type": "CreativeWork", "name": link.text(), "url": link.attributes.get("href") or ""})
            for link in tree.css("ol.sources > li > a:first-child, ol.sources > li > span:first-child")
        ],
    }
    graph = [_filled({**article, "isPartOf": _filled(site)})]
    if plan.address and page.folder:
        graph.append(_trail(page, plan))
    if page.file == _QUESTIONS:
        graph.append({"@type": "FAQPage", "mainEntity": _questions(tree)})
    return graph


def _trail(page: SitePage, plan: SitePlan) -> dict[str, Any]:
    above = page.file.rpartition("/")[0]
    names = {other.folder: other.title for other in plan.pages}
    steps = [
        (plan.name, ""),
        *([(page.section, f"{above}/")] if f"{above}/" in names and f"{above}/" != page.folder else []),
        (page.title, page.folder),
    ]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": plan.address + folder}
        for place, (name, folder) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _questions(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    found = []
    for heading in tree.css("article h3[id]"):
        asked = heading.text(deep=False).strip()
        answer: list[str] = []
        following = heading.next
        while following is not None and following.tag not in ("h1", "h2", "h3"):
            answer += [" ".join(following.text().split())]
            following = following.next
        text = " ".join(filter(None, answer))
        if asked.endswith("?") and text:
            found.append({"@type": "Question", "name": asked, "acceptedAnswer": {"@type": "Answer", "text": text}})
    return found


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
