"""Retrieval on any data set in BEIR's layout, through the product's own passages, embeddings and fusion (disk, model).

`corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`), `qrels/test.tsv` or `qrels.tsv`
(`query-id`, `corpus-id`, `score`). A document longer than a passage is split and scored by its best passage.
Thakur et al., "BEIR", NeurIPS Datasets and Benchmarks 2021.
"""

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import ir_measures

from index import DENSE_WEIGHT, Page, Progress, Reranker, Search, Section, Store, UserError, build_pages, text_blocks

METRICS = {"nDCG@10": ir_measures.nDCG @ 10, "Recall@10": ir_measures.R @ 10, "MRR@10": ir_measures.RR @ 10}
_DEPTH = 100
Rankings = dict[str, dict[str, float]]


def measure_dataset(
    folder: Path,
    *,
    model: str,
    late_interaction: bool = True,
    cache: Path,
    reranker: Reranker | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Any]:
    """Return nDCG@10, Recall@10 and MRR@10 for lexical, dense, fused and perhaps reranked ranking, and the number of queries.

    Args:
        folder: The data set.
        model: As in the settings.
        late_interaction: Likewise.
        cache: Folder of a store, whose encoder and embeddings are used and kept.
        reranker: Reorders the fused ranking, if given.
        progress: Told how far it is.

    Raises:
        UserError: If a file is missing or has another form.
    """
    qrels = _qrels(folder)
    queries = {row["_id"]: str(row.get("text", "")) for row in _rows(folder / "queries.jsonl") if row["_id"] in qrels}
    if not queries:
        raise UserError(f"No query of '{folder}' is judged.", remedy="The ids in queries.jsonl and qrels must be the same.")
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch), encoders=cache / "encoders", cache=cache / "cache" / "datasets")
        build_pages(_pages(folder), store, model=model, late_interaction=late_interaction, progress=progress)
        search = Search(store, reranker=reranker)
        rankings = _rank(search, queries, progress)
    found: dict[str, Any] = {
        name: {metric: round(value, 4) for metric, value in _score(qrels, ranking).items()} for name, ranking in rankings.items()
    }
    return {**found, "n": len(queries)}


def _rank(search: Search, queries: dict[str, str], progress: Progress) -> dict[str, Rankings]:
    weights: dict[str, float | None] = {"lexical": 0.0}
    if search.dense is not None:
        weights |= {"dense": 1.0, "fused": DENSE_WEIGHT}
    if search.reranker is not None:
        weights["reranked"] = None
    rankings: dict[str, Rankings] = {name: {} for name in weights}
    for done, (key, text) in enumerate(queries.items(), 1):
        query = search.query(text)
        for name, weight in weights.items():
            best: dict[str, float] = {}
            for hit in search.hits(query, _DEPTH * 3, dense_weight=weight):
                best.setdefault(hit.passage.page, hit.score)
            rankings[name][key] = dict(list(best.items())[:_DEPTH])
        progress("Searching", done, len(queries))
    return rankings


def _score(qrels: dict[str, dict[str, int]], ranking: Rankings) -> dict[str, float]:
    values = ir_measures.calc_aggregate(METRICS.values(), qrels, ranking)
    return {name: float(values[metric]) for name, metric in METRICS.items()}


def _pages(folder: Path) -> Iterator[Page]:
    for row in _rows(folder / "corpus.jsonl"):
        title = str(row.get("title") or "").strip()
        blocks = text_blocks(str(row.get("text") or ""))
        if blocks or title:
            section = Section((title,) if title else ("",), "", blocks or text_blocks(title))
            yield Page(row["_id"], title, "", (section,))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_lines(file), 1):
        if line.strip():
            try:
                row = json.loads(line)
                yield {**row, "_id": str(row["_id"])}
            except (ValueError, KeyError, TypeError) as error:
                raise UserError(f"{file}, line {number}, is no JSON object with an `_id`.", remedy="The layout is BEIR's.") from error


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    file = next((path for path in (folder / "qrels" / "test.tsv", folder / "qrels.tsv") if path.is_file()), None)
    if file is None:
        raise UserError(f"'{folder}' has neither qrels/test.tsv nor qrels.tsv.", remedy="The layout is BEIR's.")
    judged: dict[str, dict[str, int]] = {}
    for number, row in enumerate(csv.reader(_lines(file), delimiter="\t"), 1):
        if number == 1 and not row[-1].lstrip("-").isdigit():
            continue  # the header
        try:
            # BEIR has three columns; TREC's form has an iteration between query and document
            judged.setdefault(row[0], {})[row[-2]] = int(row[-1])
        except (IndexError, ValueError) as error:
            raise UserError(f"{file}, line {number}, is not `query-id, corpus-id, score`.", remedy="The layout is BEIR's.") from error
    return judged


def _lines(file: Path) -> Iterable[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"'{file}' can't be read.", remedy="A data set needs corpus.jsonl, queries.jsonl and qrels/test.tsv in UTF-8."
        ) from error
