"""The editorial rules: what they name, on which line, and that the guide itself keeps them."""

import subprocess
import sys
from pathlib import Path

import pytest

from guide.lint import count_words, first_sentence, lint_page, plain, written_pages
from guide.pages import read_source_page

ROOT = Path(__file__).parent.parent
META = """title: Drift
description: What drift is.
tags: [risk]
questions: ["What is drift?", "Why does it hurt?", "How is it found?"]
not_answered: ["Who sells drift?", "What does drift weigh?"]
"""
PROSE = "Drift is a change of the data that a model reads. " + "It is watched every day by those who run the model. " * 6
PAGE = f"---\n{META}---\n\n# Drift\n\n{PROSE}\n\n## Watch it\n\n{PROSE}\n"


def lint(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    file = tmp_path / "page.md"
    file.write_text(text, "utf-8")
    return [(problem.line, problem.message) for problem in lint_page(read_source_page(file), sources={"paper-2024"})]


def test_a_page_that_keeps_every_rule_has_no_problem(tmp_path: Path) -> None:
    assert lint(tmp_path, PAGE) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        pytest.param("title: Drift\n", "", 1, "lacks `title`", id="no title"),
        pytest.param("title: Drift", "title: '  '", 1, "lacks `title`", id="blank title"),
        pytest.param("What drift is.", "", 1, "`description` must have 1 to 160", id="no description"),
        pytest.param("What drift is.", "x" * 161, 1, "`description` must have 1 to 160", id="long description"),
        pytest.param("[risk]", "[risk, cook]", 1, "`tags` must name", id="unknown role"),
        pytest.param("tags: [risk]\n", "", 1, "`tags` must name", id="no role"),
        pytest.param("tags:", "kind: novel\ntags:", 1, "`kind` must be one of", id="unknown kind"),
        pytest.param(', "How is it found?"]', "]", 1, "`questions` must list 3 to 6", id="few questions"),
        pytest.param('"How is it found?"]', "' ']", 1, "`questions` must list 3 to 6", id="blank question"),
        pytest.param(', "What does drift weigh?"]', "]", 1, "`not_answered` must list 2 to 4", id="few near misses"),
        pytest.param("# Drift\n", "# Drift\n\nMore of it.\n\n# Again\n", 8, "2 first-level headings", id="two titles"),
        pytest.param("---\n\n# Drift", "---\n\nText.\n\n# Drift", 9, "before the page's first heading", id="text before the title"),
        pytest.param("# Drift\n", "# Drift\n\n- a list\n\n", 11, "must open with a sentence", id="opens with a list"),
        pytest.param(f"## Watch it\n\n{PROSE}", "## Watch it", 13, "has no text", id="empty section"),
        pytest.param(f"## Watch it\n\n{PROSE}", "## Watch it\n\nWatch it.", 13, "has 2 words; at least 60", id="short section"),
        pytest.param(PROSE, f"{PROSE} {'And so on. ' * 80}", 9, "split it", id="long section"),
        pytest.param("## Watch it\n\nDrift is", "## Watch it\n\nThis is", 15, "opens with a pointing word", id="pointing word"),
        pytest.param("reads. ", f"reads {'and reads ' * 20}. ", 11, "the first sentence of", id="long first sentence"),
        pytest.param("every day", "every day [@nobody-2020]", 11, "unknown source '@nobody-2020'", id="unknown source"),
        pytest.param("every day", "every day, leveraging dashboards,", 11, "filler: 'leveraging'", id="filler"),
        pytest.param("every day", "every day ![](a.svg)", 11, "no text alternative", id="image without words"),
        pytest.param("every day", "every day <img src=a.svg>", 11, "no text alternative", id="element without words"),
        pytest.param(PROSE, f"{PROSE}\n\n1. One\n2. Two\n\n- [ ] Done", 16, "two lists without", id="checklist after steps"),
        pytest.param(PROSE, f"{PROSE}\n\n- One\n\n1. Two", 15, "two lists without", id="steps after points"),
        pytest.param(PROSE, f"{PROSE}\n\n- One\n\n- [ ] Done", 15, "two lists without", id="checklist after points"),
    ],
)
def test_a_broken_rule_is_named_with_its_line(before: str, after: str, line: int, says: str, tmp_path: Path) -> None:
    found = lint(tmp_path, PAGE.replace(before, after, 1))
    assert any(says in message for _, message in found), found
    assert next(number for number, message in found if says in message) == line, found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("every day", "every day [@paper-2024; @synthesis]", id="known source and mark"),
        pytest.param("every day", "every day ![A curve](a.svg)", id="image with words"),
        pytest.param(
            "every day.", "every day:\n\n- [ ] One\n- [ ] Two\n\nAnd then:\n\n1. One\n2. Two", id="two lists, each with its sentence"
        ),
        pytest.param(f"## Watch it\n\n{PROSE}", "## Read next\n\n- [Cost](cost.md)\n", id="closing list of links"),
        pytest.param("tags:", "kind: glossary\ntags:", id="short form"),
        pytest.param(
            f"## Watch it\n\n{PROSE}",
            f"## Watch it\n\nWatch what the model reads, and what people do with what it says, each day.\n\n### How\n\n{PROSE}",
            id="an introduction to sub-sections",
        ),
    ],
)
def test_what_the_rules_allow_is_no_problem(before: str, after: str, tmp_path: Path) -> None:
    assert lint(tmp_path, PAGE.replace(before, after, 1)) == []


def test_problems_stand_in_the_order_of_lines(tmp_path: Path) -> None:
    found = lint(tmp_path, PAGE.replace("every day", "seamlessly ![](x)").replace("title: Drift", ""))
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    assert len(found) > 3


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        pytest.param("A **bold** [link](x.md) [@key-1]{ .x }", "A bold link", id="marks, links, citations"),
        pytest.param("a | b\n--- | ---", "a b", id="table"),
    ],
)
def test_plain_text_is_what_a_reader_counts(markdown: str, text: str) -> None:
    assert plain(markdown).split() == text.split()


def test_words_are_counted_as_people_count_them() -> None:
    assert count_words("It's a 3,5 % rate — CI/CD costs $1.50 [@paper-2024].") == 7


def test_the_first_sentence_ends_where_a_reader_would_end_it() -> None:
    assert first_sentence("Use 3.5 % of it (*now*). Then stop.") == "Use 3.5 % of it ( now )."


def test_the_guide_keeps_its_own_rules() -> None:
    done = subprocess.run([sys.executable, "-m", "guide.lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.endswith(" 0 problems\n"), done.stdout[-2000:]
    assert done.returncode == 0


def test_named_pages_are_linted_and_faults_fail_the_command(tmp_path: Path) -> None:
    bad, unreadable = tmp_path / "bad.md", tmp_path / "unreadable.md"
    bad.write_text("# Bad\n\nThis.\n", "utf-8")
    unreadable.write_bytes(b"\xff")
    done = subprocess.run(
        [sys.executable, "-m", "guide.lint", str(bad), str(unreadable)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"{bad}:1: front matter lacks `title`" in done.stdout
    assert f"{unreadable}:1: is not valid UTF-8" in done.stdout
    assert "2 pages, " in done.stdout


def test_decision_records_are_held_to_no_rules(tmp_path: Path) -> None:
    for name in ("a.md", "developers/decisions/b.md", "about/c.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# T", "utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in written_pages(tmp_path)] == ["a.md", "about/c.md"]
