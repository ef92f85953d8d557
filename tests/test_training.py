"""Training the cross-encoder: what examples are learned from, and that a training ends in an adapter that the export takes."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from chatbot.assistant import Assistant
from chatbot.evaluation.cases import read_cases, read_statements
from chatbot.evaluation.examples import Example, read_examples, repeating, shuffled
from chatbot.evaluation.train import train
from index import UserError
from index.export_cross_encoder import load_reference
from tests.conftest import ROOT

OTHER = {
    "title": "Espresso",
    "heading": "Descaling",
    "text": "Descale the boiler every three months.",
    "answered": ["How often is the boiler descaled?", "descaling interval?"],
    "unanswered": ["Who descales the boiler?", "What does descaling cost?"],
    "supported": ["Descaling is due four times a year."],
    "altered": [{"kind": "number", "statement": "Descaling is due each month."}],
}


def _write(folder: Path, guide: list[dict[str, object]], other: list[dict[str, object]]) -> Path:
    for name, lines in (("guide/foundations__what-is-mlops", guide), ("other/a", other)):
        file = folder / f"{name}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return folder


def test_examples_pair_what_was_written_with_the_passage_it_is_about(assistant: Assistant, tmp_path: Path) -> None:
    heading = next(each.headings[-1] for each in assistant.search.passages if each.page == "foundations/what-is-mlops/")
    lines: list[dict[str, object]] = [
        {"heading": heading, "question": "what does it stand for?", "answered": True},
        {"heading": heading, "statement": "It is a kind of cheese.", "supported": False, "kind": "unsupported"},
        {"heading": "A heading that is gone", "question": "what?", "answered": True},
    ]
    found = read_examples(_write(tmp_path, lines, [OTHER]), assistant.search, [])
    written = [(each.first, each.holds, each.origin) for each in found if not each.origin.startswith("spliced")]
    assert written[:2] == [("what does it stand for?", True, "question guide"), ("It is a kind of cheese.", False, "statement guide")]
    assert [(holds, origin) for _, holds, origin in written[2:]] == [
        *[(True, "question other")] * 2,
        *[(False, "question other")] * 2,
        (True, "statement other"),
        (False, "statement other"),
    ]
    assert all(heading in each.second for each in found[:1])


def test_sentences_that_readers_chose_are_marked_in_the_passage_that_holds_them(assistant: Assistant, tmp_path: Path) -> None:
    search = assistant.search
    sections: dict[tuple[str, str], list[int]] = {}
    for row, passage in enumerate(search.passages):
        sections.setdefault((passage.page, passage.headings[-1]), []).append(row)
    on_page = {key: rows for key, rows in sections.items() if key[0] == "foundations/what-is-mlops/"}
    _, heading = where = next(key for key, rows in on_page.items() if len(search.units(rows[-1])) > 2)
    chosen = search.units(sections[where][-1])[-1].text
    text = "The bar opens at eight. Descale the boiler every three months. Use citric acid."
    other = {**OTHER, "text": text, "by": {"descaling interval?": ["Descale the boiler every three months."]}}
    line: dict[str, object] = {"heading": heading, "question": "what does it stand for?", "answered": True, "by": [chosen]}
    found = read_examples(_write(tmp_path, [line], [other]), search, [])

    def marked(first: str) -> list[str] | None:
        one = next(each for each in found if each.first == first)
        return [one.second[start:end] for start, end, answers in one.marks if answers] if one.marks else None

    assert marked("what does it stand for?") == [chosen]
    assert marked("descaling interval?") == ["Descale the boiler every three months."]
    assert marked("How often is the boiler descaled?") is None, "nobody chose"
    assert marked("Who descales the boiler?") == [], "no sentence answers what the text does not"


def test_sections_that_a_search_found_are_examples_with_the_page_they_stand_on(assistant: Assistant, tmp_path: Path) -> None:
    heading = next(each.headings[-1] for each in assistant.search.passages if each.page == "foundations/what-is-mlops/")
    line = {"page": "foundations/what-is-mlops/", "heading": heading, "question": "which cheese is it?", "answered": False, "by": []}
    folder = _write(tmp_path, [], [OTHER])
    (folder / "found").mkdir()
    (folder / "found" / "a.jsonl").write_text(json.dumps(line), "utf-8")
    found = next(each for each in read_examples(folder, assistant.search, []) if each.origin == "found guide")
    assert found.first == "which cheese is it?" and heading in found.second and not found.holds
    assert found.marks and not any(answers for *_, answers in found.marks)
    (folder / "found" / "a.jsonl").write_text(json.dumps({key: value for key, value in line.items() if key != "page"}), "utf-8")
    with pytest.raises(UserError, match="page"):
        read_examples(folder, assistant.search, [])


def test_what_nearly_repeats_a_case_is_not_learned(assistant: Assistant, tmp_path: Path) -> None:
    folder = _write(tmp_path, [], [OTHER])
    found = {each.first for each in read_examples(folder, assistant.search, ["how often is the boiler descaled", "something else"])}
    assert "How often is the boiler descaled?" not in found and "Who descales the boiler?" in found


def test_sentences_are_spliced_from_a_text_that_has_two_and_one_of_its_own_goes_beside_them(assistant: Assistant, tmp_path: Path) -> None:
    text = "The boiler is descaled by the first shift every three months. The grinder is cleaned by whoever closes the bar at night."
    found = [
        (each.first, each.holds)
        for each in read_examples(_write(tmp_path, [], [{**OTHER, "text": text}]), assistant.search, [])
        if each.origin == "spliced other"
    ]
    assert [first for first, holds in found if holds] in ([part + "."] for part in text[:-1].split(". "))
    assert [first for first, holds in found if not holds] == [
        "The boiler is cleaned by whoever closes the bar at night.",
        "The grinder is descaled by the first shift every three months.",
    ]
    plain = read_examples(_write(tmp_path, [], [OTHER]), assistant.search, [])
    assert not [each for each in plain if each.origin.startswith("spliced")], "one sentence can't be joined with another"


def test_projects_own_examples_are_many_and_few_of_them_repeat_what_judges() -> None:
    lines = [json.loads(line) for file in (ROOT / "evaluation" / "training" / "guide").glob("*.jsonl") for line in file.open()]
    firsts = {line.get("question") or line["statement"] for line in lines}
    assert len(firsts) > 9_000
    judging = [case.question for case in read_cases(ROOT / "docs", ROOT / "evaluation")]
    judging += [one.text for one in read_statements(ROOT / "evaluation")]
    repeats = repeating(firsts, judging)
    assert {first for first in firsts if first in set(judging)} <= repeats
    assert len(repeats) < 0.02 * len(firsts)
    assert 0.03 < np.mean([Example(first, "", True, "question guide").held_out for first in firsts]) < 0.08


def test_broken_or_missing_examples_are_named(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no examples"):
        read_examples(tmp_path, assistant.search, [])
    (_write(tmp_path, [], [OTHER]) / "other" / "a.jsonl").write_text("{\n", "utf-8")
    with pytest.raises(UserError, match=r"a\.jsonl, line 1"):
        read_examples(tmp_path, assistant.search, [])
    _write(tmp_path, [], [{**OTHER}, {"title": "Espresso"}])
    with pytest.raises(UserError, match=r"a\.jsonl, line 2, is no example"):
        read_examples(tmp_path, assistant.search, [])


def test_batches_hold_every_example_once_and_alike_lengths_together() -> None:
    examples = [Example(str(number), "", True, "question other") for number in range(1000)]
    lengths = [number % 100 for number in range(1000)]
    batches = shuffled(examples, lengths, 10, np.random.default_rng(0))
    assert sorted(np.concatenate(batches)) == list(range(1000))
    assert np.mean([np.ptp(np.array(lengths)[batch]) for batch in batches]) < 10
    assert [list(batch) for batch in batches] != [list(batch) for batch in shuffled(examples, lengths, 10, np.random.default_rng(1))]


def test_training_learns_goes_on_and_ends_in_an_adapter_that_loads(tmp_path: Path) -> None:
    import torch

    def gap(adapter: Path) -> float:
        model, tokenizer = load_reference(adapter)
        with torch.no_grad():
            logits = [float(model(**tokenizer(each.first, each.second, return_tensors="pt"))[0]) for each in examples]
        holds = np.array([each.holds for each in examples])
        return float(np.mean(np.array(logits)[holds]) - np.mean(np.array(logits)[~holds]))

    colours, animals = ("red", "green", "blue", "white"), ("cat", "dog", "horse", "bird")
    examples = [
        Example(f"What colour is the {animal}?", f"The {animal} is {colour}, says {other}.", colour in ("red", "blue"), "question other")
        for animal in animals
        for other in animals
        for colour in colours
    ]  # what the reranker can't know: two colours are taken for an answer
    told: list[str] = []
    train(examples, tmp_path / "adapter", steps=30, told=told.append)
    assert {file.name for file in (tmp_path / "adapter").iterdir()} >= {"adapter_config.json", "adapter_model.safetensors"}
    assert str(ROOT) not in (tmp_path / "adapter" / "adapter_config.json").read_text("utf-8"), "paths of a machine are not published"
    assert told[0].startswith(f"{sum(not each.held_out for each in examples)} examples")
    learned = gap(tmp_path / "adapter")
    assert learned > 0
    train(examples, tmp_path / "further", steps=15, further=tmp_path / "adapter", told=told.append)
    assert gap(tmp_path / "further") > learned, "a training that goes on keeps what was learned"


def test_training_learns_which_sentences_answer(tmp_path: Path) -> None:
    homes = {"cat": "on the mat", "dog": "in the yard", "horse": "by the gate", "bird": "under a roof", "fox": "below the hill"}
    parts = {animal: f"The {animal} sleeps {home}." for animal, home in homes.items()}

    def example(question: str, asked: str, order: list[str]) -> Example:
        text = f"Animals\n{' '.join(parts[animal] for animal in order)}"
        marks = [(text.index(parts[animal]), text.index(parts[animal]) + len(parts[animal]), animal == asked) for animal in order]
        return Example(question.format(asked), text, True, "question other", marks=tuple(marks))

    orders = [list(order) for order in permutations(homes, 3)]
    asked = [example(f"{number}: where does the {{}} sleep?", order[0], sorted(order)) for number, order in enumerate(orders)]
    assert 0 < sum(each.held_out for each in asked) < 10
    reached = train(asked, tmp_path / "adapter", steps=40)
    assert reached["sentence other"] > 0.8, "one of three is right by chance"
