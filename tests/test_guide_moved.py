"""Old addresses stay alive: a page that moved leads on, a section that moved says where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from guide.moved import read_moved, write_moved
from guide.safety import check_built
from index.pages import html_files, read_site
from tests.conftest import ROOT

TITLES = {"": "Home", "developers/api/": "API", "cost/": "What it costs"}


def built(site: Path) -> Path:
    for page, title in TITLES.items():
        (site / page).mkdir(parents=True, exist_ok=True)
        (site / page / "index.html").write_text(f"<html><body><article><h1>{title}</h1><p>Text.</p></article></body></html>", "utf-8")
    return site


def test_an_old_page_leads_to_the_new_one_and_is_no_page_of_the_guide(tmp_path: Path) -> None:
    site = built(tmp_path)
    write_moved({"about/api/": "developers/api/"}, site, TITLES, "https://guide.example/")
    page = (site / "about" / "api" / "index.html").read_text("utf-8")
    assert '<a href="../../developers/api/">API</a>' in page
    assert 'rel="canonical" href="https://guide.example/developers/api/"' in page
    assert "../../developers/api/index.md" in (site / "about" / "api" / "index.md").read_text("utf-8")
    assert check_built(site) == []
    assert {read.url for read in read_site(site, html_files(site)) if read} == set(TITLES)


def test_an_old_section_names_the_page_that_has_it_now_and_is_not_indexed(tmp_path: Path) -> None:
    site = built(tmp_path)
    write_moved({"cost/#keys": "developers/api/#keys"}, site, TITLES, "")
    page = (site / "cost" / "index.html").read_text("utf-8")
    assert '<li id="keys">This section has moved to <a href="../developers/api/#keys">API</a>.</li>' in page
    (cost,) = [read for read in read_site(site, html_files(site)) if read and read.url == "cost/"]
    assert all("moved" not in block.text for section in cost.sections for block in section.blocks)


@pytest.mark.parametrize(
    ("moved", "says"),
    [
        pytest.param({"about/x/": "nowhere/"}, "has no such page", id="to nowhere"),
        pytest.param({"cost/": "developers/api/"}, "is still there", id="a page that did not move"),
        pytest.param({"gone/#a": "cost/"}, "is no page", id="a section of no page"),
    ],
)
def test_an_entry_that_can_not_hold_is_named(moved: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        write_moved(moved, built(tmp_path), TITLES, "")


def test_a_chain_of_moves_is_refused(tmp_path: Path) -> None:
    (tmp_path / "moved.yml").write_text("a/: b/\nb/: c/\n", "utf-8")
    with pytest.raises(ValueError, match="name the last one"):
        read_moved(tmp_path)


def test_every_old_address_of_the_guide_is_there_and_leads_to_an_anchor_that_is(site: Path) -> None:
    moved = read_moved(ROOT / "docs")
    assert len(moved) > 25
    for old, new in moved.items():
        page, _, anchor = old.partition("#")
        assert not anchor or f'id="{anchor}"' in (site / page / "index.html").read_text("utf-8"), old
        page, _, anchor = new.partition("#")
        assert not anchor or f'id="{anchor}"' in (site / page / "index.html").read_text("utf-8"), new


@pytest.mark.parametrize("start", ["served", "from disk"])
def test_a_browser_goes_on_with_its_fragment(start: str, site: Path, served: str, open_page: Callable[..., Page]) -> None:
    address = f"{served}about/api/#errors" if start == "served" else f"{(site / 'about/api/index.html').as_uri()}#errors"
    page = open_page(address)
    expect(page).to_have_url(
        f"{served}developers/api/#errors" if start == "served" else f"{(site / 'developers/api/index.html').as_uri()}#errors"
    )
