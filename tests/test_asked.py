"""What readers ask of the guide's sections is published for the index, and never what judges the assistant."""

import json
from pathlib import Path

import pytest

from chatbot.evaluation.cases import read_cases, read_dialogues
from chatbot.evaluation.examples import repeating
from guide.asked import SOURCE, write_asked
from guide.problems import PageProblem
from tests.conftest import ROOT


def test_questions_are_published_by_page_and_heading_and_statements_are_not(tmp_path: Path) -> None:
    lines = [
        {"heading": "Watch", "question": "what to watch", "answered": True},
        {"heading": "Watch", "question": "who watches", "answered": False},
        {"heading": "Watch", "statement": "Watch it.", "supported": True, "kind": "paraphrase"},
    ]
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "mlops__drift.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n", "utf-8")
    (tmp_path / "guide" / "index.jsonl").write_text(json.dumps({"heading": "Home", "question": "what is this", "answered": True}), "utf-8")
    write_asked(tmp_path, tmp_path)
    assert json.loads((tmp_path / "asked.json").read_text("utf-8")) == {
        "": {"Home": {"answered": ["what is this"], "not_answered": []}},
        "mlops/drift/": {"Watch": {"answered": ["what to watch"], "not_answered": ["who watches"]}},
    }


def test_a_question_for_which_sections_were_found_stands_where_it_is_answered_or_else_once(tmp_path: Path) -> None:
    tried = [("a/", "One", "how", False), ("b/", "Two", "how", True), ("a/", "One", "who", False), ("b/", "Two", "who", False)]
    lines = [{"page": page, "heading": heading, "question": asked, "answered": answered} for page, heading, asked, answered in tried]
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "asked.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    write_asked(tmp_path, tmp_path)
    assert json.loads((tmp_path / "asked.json").read_text("utf-8")) == {
        "a/": {"One": {"answered": [], "not_answered": ["who"]}},
        "b/": {"Two": {"answered": ["how"], "not_answered": []}},
    }


@pytest.mark.parametrize("line", ["{", '{"question": "why"}', '{"question": "why", "heading": "Watch"}', "[1]"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "drift.jsonl").write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(PageProblem, match=r"drift\.jsonl:2: is no question"):
        write_asked(tmp_path, tmp_path)


def test_nearly_all_of_the_guide_s_questions_name_a_section_that_is_there_and_none_repeats_one_that_judges(site: Path) -> None:
    asked = json.loads((site / "asked.json").read_text("utf-8"))
    texts = {text for page in asked.values() for section in page.values() for kind in section.values() for text in kind}
    assert len(texts) > 10_000
    judging = [case.question for case in read_cases(ROOT / "docs", ROOT / "evaluation")]
    judging += [turn.question for dialogue in read_dialogues(ROOT / "evaluation") for turn in dialogue.turns]
    assert repeating(texts, judging) == set()
    assert (ROOT / SOURCE).is_dir()
