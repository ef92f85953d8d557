"""Ablation: what each part of retrieval and of abstention gives, each switched off on the same questions."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import ir_measures

from chatbot.assistant import Assistant
from chatbot.decide import Coverage
from chatbot.evaluation.cases import Case
from chatbot.evaluation.measure import Results, add_abstention, add_retrieval, addresses, ask
from chatbot.evidence import gather
from index import DENSE_WEIGHT, Hit, Query, Search

METRICS = (ir_measures.R @ 1, ir_measures.R @ 3, ir_measures.R @ 10, ir_measures.nDCG @ 10)
_DEPTH = 50
_RANK_CONSTANT = 60
"""As in the paper."""
Ranking = Callable[[str], Sequence[Hit]]


def ablate(search: Search, coverage: Coverage, cases: Sequence[Case]) -> Results:
    """Measure retrieval with each part by itself and each mechanism left out, and abstention without its models.

    Args:
        search: Over an index with embeddings and a cross-encoder.
        coverage: The fitted weights.
        cases: Single questions.
    """
    results = Results([])
    for name, ranking in _rankings(search).items():
        ranked: dict[str, list[tuple[Case, list[str]]]] = defaultdict(list)
        for case in cases:
            if case.covered:
                ranked[case.origin].append((case, addresses(case, ranking(case.question))))
        for origin, found in ranked.items():
            add_retrieval(results, f"retrieval ({origin})", found, metrics=METRICS, prefix=f"{name}: ")
    variants = {"with all": search, "without the cross-encoder": search.without_reading(), "by words alone": search.by_words_alone()}
    for name, variant in variants.items():
        assistant = Assistant(variant, coverage=coverage)
        add_abstention(results, [ask(assistant, case) for case in cases], prefix=f"{name}: ")
    results.figures.sort(key=lambda figure: figure.group)  # stable: variants stay in order
    return results


def _rankings(search: Search) -> dict[str, Ranking]:
    unread = search.without_reading()

    def fused(query: Query) -> Sequence[Hit]:
        return search.hits(query, _DEPTH, dense_weight=DENSE_WEIGHT)

    return {
        "lexical": lambda text: search.hits(search.query(text), _DEPTH, dense_weight=0.0),
        "dense": lambda text: search.hits(search.query(text), _DEPTH, dense_weight=1.0),
        "fused": lambda text: fused(search.query(text)),
        "fused, and what was asked before": lambda text: search.hits(search.query(text), _DEPTH),
        "reciprocal rank": lambda text: _reciprocal_rank(search, text),
        "fused, words not mended": lambda text: fused(search.query(text, mend=False)),
        "fused, short forms not spelt out": lambda text: fused(search.query(text, spell_out=False)),
        "sections as answers use them": lambda text: [section.hit for section in gather(search, text).sections],
        "sections without the cross-encoder": lambda text: [section.hit for section in gather(unread, text).sections],
    }


def _reciprocal_rank(search: Search, text: str) -> list[Hit]:
    """Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009: what convex combination is compared with."""
    query = search.query(text)
    scores: dict[int, float] = defaultdict(float)
    hits: dict[int, Hit] = {}
    for weight in (0.0, 1.0):
        for rank, hit in enumerate(search.hits(query, _DEPTH, dense_weight=weight), 1):
            scores[hit.row] += 1 / (_RANK_CONSTANT + rank)
            hits[hit.row] = hit
    return sorted(hits.values(), key=lambda hit: -scores[hit.row])
