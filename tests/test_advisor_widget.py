"""The widget shows the advisor's offer: its summary leads to the Assessment page with the situation filled in."""

from playwright.sync_api import expect

from tests.test_widget import Visit, streamed, visit, world  # noqa: F401 - fixtures
from tests.widget_server import WidgetServer, answer, statement

LINK = "choose/assessment/#profile=1;Score%20loans,b0"
OFFER = {
    "recommendation": "mlops",
    "confidence": 0.8,
    "summary": "“Score loans” needs <b>MLOps</b>.",
    "link": LINK,
    "questions": [{"workstream": "Score loans", "question": "Who meets a wrong answer first?", "options": ["A", "B"]}],
}


def test_an_offer_of_advice_is_a_link_to_the_assessment_and_shows_what_it_would_ask(visit: Visit, world: WidgetServer) -> None:  # noqa: F811
    world.replies["loans?"] = streamed(answer(statement("A score needs MLOps."), advice=OFFER))
    reader = visit().open().ask("loans?")
    offered = reader.turns.last.get_by_role("link", name="Score loans")
    expect(offered).to_have_text("“Score loans” needs <b>MLOps</b>.")
    assert (offered.get_attribute("href") or "").endswith(LINK)
    expect(reader.turns.last).to_contain_text("Who meets a wrong answer first?")


def test_a_script_link_in_an_offer_is_no_link(visit: Visit, world: WidgetServer) -> None:  # noqa: F811
    world.replies["loans?"] = streamed(answer(statement("A score."), advice={**OFFER, "link": "javascript:alert(1)"}))
    reader = visit().open().ask("loans?")
    expect(reader.turns.last).to_contain_text("Score loans")
    assert reader.turns.last.get_by_role("link", name="Score loans").count() == 0
