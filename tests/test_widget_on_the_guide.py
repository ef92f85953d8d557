"""The widget as readers of the guide meet it: its own pages, its own server, no fake."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, expect
from test_widget import Reader, colors

from tests.conftest import ROOT
from tests.guide_server import serving

QUESTION = "What is the difference between data drift and concept drift?"
HIGHLIGHT = (255, 0, 200)


def test_a_reader_asks_follows_a_citation_and_rates_and_the_rating_outlives_a_killed_server(
    site: Path, browser: Browser, tmp_path: Path
) -> None:
    kept = tmp_path / "feedback.sqlite"
    with serving("--no-demo", store=ROOT / "index" / "store", CHATBOT_FEEDBACK_FILE=str(kept)) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        reader = Reader(context.new_page(), server.url).go("mlops/").open()
        expect(reader.log.locator(".asks button")).to_have_count(3)
        reader.ask(QUESTION)
        expect(reader.state).to_contain_text("Answered")
        reader.marks.first.click()
        expect(reader.page).to_have_url(re.compile(f"^{re.escape(server.url)}[a-z/-]+/#"))
        reader.page.add_style_tag(content=f"::target-text {{ background: rgb{HIGHLIGHT} !important }}")
        expect(reader.panel).to_be_visible()
        expect(reader.log).to_contain_text(QUESTION)
        assert HIGHLIGHT in colors(reader.page), "the quote is highlighted"
        reader.button("Not helpful").click()
        reader.log.get_by_label("Something is missing").check()
        reader.log.get_by_role("button", name="Send").click()
        expect(reader.log).to_contain_text("Thank you.")
        server.process.kill()
        assert reader.problems == []
        context.close()
    with closing(sqlite3.connect(kept)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = file.execute("SELECT rating, reason, question, verdict, page FROM feedback").fetchall()
    assert stored == [("down", "incomplete", QUESTION, "answered", "mlops/")]
