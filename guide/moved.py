"""Addresses that have moved, from `docs/moved.yml`: every old one still leads to its place (disk).

An old page becomes a small page that sends browsers on, its fragment kept; an old anchor of a page that is still there
becomes a line at the page's end with a link. Called by guide.publish; the index reads neither.
"""

import html
import posixpath
from pathlib import Path

from pydantic import RootModel, model_validator

from guide.criteria import Address
from guide.data_files import read_data

DATA = Path("moved.yml")
"""Below `docs`."""
SCRIPT = "moved.js"
"""In `docs/assets`; sends a browser on to the first link of the page."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{canonical}">
<script src="{script}" defer></script>
</head>
<body>
<p>This page has moved to <a href="{target}">{title}</a>.</p>
</body>
</html>
"""


class Moved(RootModel[dict[Address, Address]]):
    """Old address → new address, below the site root."""

    @model_validator(mode="after")
    def _leads_on(self) -> "Moved":
        if chained := [old for old, new in self.root.items() if new in self.root]:
            raise ValueError(f"'{chained[0]}' leads to an address that has moved itself; name the last one")
        return self


def read_moved(docs: Path) -> dict[str, str]:
    """Return old address → new address; empty if nothing has moved.

    Raises:
        ValueError: If the file breaks a rule; the message names the entry.
    """
    return read_data(docs / DATA, Moved).root if (docs / DATA).is_file() else {}


def write_moved(moved: dict[str, str], site: Path, titles: dict[str, str], address: str) -> None:
    """Write what keeps old addresses alive into the built site.

    Args:
        moved: As `read_moved` returns it.
        site: The built site's folder.
        titles: Address of a page → its title.
        address: Where the site is published, with a closing slash; empty if not set.

    Raises:
        ValueError: If an entry's new page isn't in the site, or its old page still is.
    """
    lines: dict[str, list[str]] = {}
    for old, new in moved.items():
        page, _, anchor = old.partition("#")
        target = new.partition("#")[0]
        if target not in titles:
            raise ValueError(f"'{old}' leads to '{new}', but the site has no such page.")
        if anchor and page in titles:
            link = f'<a href="{html.escape(posixpath.relpath(target, page))}/{_fragment(new)}">{html.escape(titles[target])}</a>'
            lines.setdefault(page, []).append(f'<li id="{anchor}">This section has moved to {link}.</li>')
        elif anchor or page in titles:
            raise ValueError(f"'{old}' has moved, but its page {'is no page' if anchor else 'is still there'}.")
        else:
            _write_page(site / page, "../" * page.count("/"), new, titles[target], address)
    for page, items in lines.items():
        file = site / page / "index.html"
        listed = f'<ul class="moved" data-search-exclude>{"".join(items)}</ul></article>'
        file.write_text(file.read_text("utf-8").replace("</article>", listed, 1), "utf-8")


def _fragment(new: str) -> str:
    return new[new.index("#") :] if "#" in new else ""


def _write_page(folder: Path, root: str, new: str, title: str, address: str) -> None:
    """Write what leads from `folder` to the page at `new`; `root` is the way from there to the site's root."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = {"title": html.escape(title), "canonical": (address or root) + new, "target": root + new, "script": f"{root}assets/{SCRIPT}"}
    (folder / "index.html").write_text(_PAGE.format(**filled), "utf-8")
    (folder / "index.md").write_text(f"This page has moved to [{title}]({root}{new}index.md).\n", "utf-8")
