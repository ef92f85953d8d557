"""What most pages of a site share is left out of its index; what few share, and what a site of few pages shares, is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index import Search, Store, build_index
from index.errors import SiteMissing
from tests.fakes import WordEmbedder

_MENU = "<div><ul><li>Install</li><li>Usage</li></ul></div>"
_FOOTER = "<div>© The authors. Made by a generator.</div>"


def _page(number: int) -> str:
    table = "<table><tr><th>Option</th><th>Meaning</th></tr><tr><td>speed</td><td>how fast</td></tr></table>"
    own = f"<p>Pump {number} lifts {number * 10} litres.</p>"
    shared = "<p>Only trained staff may open the casing.</p>" if number < 3 else ""
    return f"<body>{_MENU}<h1>Pump {number}</h1>{own}{shared}{table}<pre>pump --start</pre>{_FOOTER}</body>"


def _texts(folder: Path, store: Path) -> dict[str, str]:
    build_index(folder, Store(store), embedder=WordEmbedder())
    found: dict[str, str] = {}
    for passage in Search(Store(store), embedder=WordEmbedder()).passages:
        found[passage.page] = found.get(passage.page, "") + passage.text + "\n"
    return found


def test_what_most_pages_share_is_no_content(make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> None:
    texts = _texts(make_site({f"p{number}.html": _page(number) for number in range(9)}), tmp_path / "store")
    assert len(texts) == 9
    for text in texts.values():
        assert "litres" in text
        assert "Install" not in text and "generator" not in text
        # equal rows head like tables, and equal code is a command that is needed on each page
        assert "Option" in text and "pump --start" in text
    assert "trained staff" in texts["p1.html"]


def test_inside_a_page_only_a_menu_is_furniture(make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> None:
    def page(number: int) -> str:
        warning = f"<p>Warning</p><p>Pump {number} gets hot.</p>"
        menu = "<ul><li>Install</li><li>Usage</li><li>Help</li></ul>"
        introduced = f"<p>Pump {number} is sold with:</p><ul><li>a hose</li><li>a filter</li><li>a key</li></ul>"
        own = f"<h1>Pump {number}</h1><p>Pump {number} lifts water.</p>"
        return f"<body>{own}{warning}{menu}{introduced}<p>Ask for pump {number}.</p></body>"

    texts = _texts(make_site({f"p{number}.html": page(number) for number in range(9)}), tmp_path / "store")
    for text in texts.values():
        assert "Warning" in text and "a filter" in text
        assert "Usage" not in text


def test_a_page_of_nothing_else_is_left_out(make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> None:
    pages = {f"p{number}.html": _page(number) for number in range(9)} | {"menu.html": f"<body>{_MENU}{_FOOTER}</body>"}
    assert "menu.html" not in _texts(make_site(pages), tmp_path / "store")


def test_on_a_site_of_few_pages_everything_is_content(make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> None:
    texts = _texts(make_site({f"p{number}.html": _page(number) for number in range(4)}), tmp_path / "store")
    assert all("Install" in text for text in texts.values())


def test_a_site_of_nothing_but_furniture_is_no_site(make_site: Callable[[dict[str, str]], Path], tmp_path: Path) -> None:
    site = make_site({f"p{number}.html": f"<body>{_MENU}</body>" for number in range(9)})
    with pytest.raises(SiteMissing):
        build_index(site, Store(tmp_path / "store"), embedder=WordEmbedder())
