"""Settings: every one stands on the operators' page, and what can't be meant is refused instead of ignored."""

import re
from pathlib import Path

import pytest

from chatbot.settings import PREFIX, Settings, read_settings
from index import UserError
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "developers" / "run-it.md"


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Run where there is no `.env`."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def documented() -> dict[str, str]:
    """Return the page's table of settings: name and default."""
    return dict(re.findall(rf"^\| `({PREFIX}\w+)` \| (.+?) \|", PAGE.read_text("utf-8"), re.M))


def test_every_setting_stands_on_the_operators_page_and_no_other() -> None:
    assert set(documented()) == {f"{PREFIX}{name}".upper() for name in Settings.model_fields}


def test_page_tells_each_setting_s_default() -> None:
    told = {name: "" if default == "empty" else default.strip("`") for name, default in documented().items()}
    real = {}
    for name, field in Settings.model_fields.items():
        real[f"{PREFIX}{name}".upper()] = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
    assert told == real


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_misspelt_variable_is_reported_with_the_names_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_STROE", "x")
    with pytest.raises(UserError, match=r"CHATBOT_STROE.*CHATBOT_STORE"):
        read_settings()


def test_misspelt_line_of_the_env_file_is_reported(empty_folder: Path) -> None:
    (empty_folder / ".env").write_text("LOG_LEVEL=INFO\nPORT=1\nCHATBOT_PROT=7000\n", "utf-8")
    with pytest.raises(UserError, match=r"^No setting is called CHATBOT_PROT\."):
        read_settings()


def test_env_file_is_read_and_the_environment_comes_before_it(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / ".env").write_text("LOG_LEVEL=INFO\nCHATBOT_PORT=7001\nCHATBOT_TITLE=From the file\n", "utf-8")
    monkeypatch.setenv("CHATBOT_PORT", "7002")
    found = read_settings()
    assert (found.port, found.title) == (7002, "From the file")
    assert read_settings(port=7003, title=None).port == 7003, "and the command line before both"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHATBOT_PORT", "abc"),
        ("CHATBOT_PORT", "0"),
        ("CHATBOT_PORT", "65536"),
        ("CHATBOT_SITE_URL", "docs.example.org"),
        ("CHATBOT_SITE_URL", "javascript:alert(1)"),
        ("CHATBOT_FEEDBACK", "perhaps"),
        ("CHATBOT_MAX_QUESTION_CHARACTERS", "5"),
        ("CHATBOT_MAX_BODY_BYTES", "NaN"),
        ("CHATBOT_MAX_STATEMENTS", "1e999"),
        ("CHATBOT_TITLE", ""),
        ("CHATBOT_EMBEDDING_MODEL", ""),
    ],
)
def test_unusable_value_is_reported_by_the_variable_s_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=rf"^{name} is unusable: .+ Mend or unset it\."):
        read_settings()
