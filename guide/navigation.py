"""The site's settings and the order of its pages, from `mkdocs.yml` and the pages' front matter (disk).

Read by guide.publish. Both generators build from the same file, so this holds for either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from guide.pages import SourcePage, read_source_page

FIRST = "Start here"
"""Section of the pages that stand alone in the navigation."""
UNLISTED = "Other pages"
"""Section of the pages that the navigation doesn't name."""


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of the built site and the Markdown that it was made from."""

    source: SourcePage
    file: str
    """Path of the Markdown below `docs`: `choose/cost.md`."""
    title: str
    section: str

    @property
    def folder(self) -> str:
        """Where the page stands below the site's root: `choose/cost/`; empty for the home page."""
        return folder_of(self.file)

    @property
    def chapter(self) -> str:
        """The section to show above the heading; empty if the page stands alone."""
        return "" if self.section in (FIRST, self.title) else self.section

    @property
    def heading(self) -> str:
        """The title from the front matter, else that of the navigation."""
        return str(self.source.meta.get("title") or self.title)

    @property
    def description(self) -> str:
        """One sentence from the front matter; empty if there is none."""
        return str(self.source.meta.get("description") or "")


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What the site is called, and its pages in reading order."""

    name: str
    description: str
    address: str
    """Where the site is published, with a closing slash; empty if not set."""
    pages: tuple[SitePage, ...]

    def sections(self) -> dict[str, list[SitePage]]:
        """Return section name → its pages, in the order of the navigation."""
        found: dict[str, list[SitePage]] = {FIRST: []}
        for page in self.pages:
            found.setdefault(page.section, []).append(page)
        return {name: pages for name, pages in found.items() if pages}


def folder_of(file: str) -> str:
    """Return the built page's folder: `choose/cost.md` → `choose/cost/`, `choose/index.md` → `choose/`."""
    stem = file.removesuffix(".md")
    folder = stem.removesuffix("index").strip("/") if stem == "index" or stem.endswith("/index") else stem
    return f"{folder}/" if folder else ""


def read_plan(root: Path, site: Path) -> SitePlan:
    """Read what was built: every Markdown page of `root/docs` that has its HTML in `site`.

    Raises:
        PageProblem: If a page can't be read; names its line.
    """
    settings = yaml.load((root / "mkdocs.yml").read_text("utf-8"), Loader=_Settings)  # noqa: S506 - a safe loader
    docs = root / "docs"
    built = {file for path in docs.rglob("*.md") if (site / folder_of(file := path.relative_to(docs).as_posix()) / "index.html").is_file()}
    listed = {file: (title, section) for file, title, section in _entries(settings.get("nav") or []) if file in built}
    pages = []
    for file in [*listed, *sorted(built - listed.keys())]:
        source = read_source_page(docs / file)
        title, section = listed.get(file, ("", UNLISTED))
        pages.append(SitePage(source, file, title or str(source.meta.get("title") or file), section))
    address = str(settings.get("site_url") or "")
    return SitePlan(settings["site_name"], settings.get("site_description") or "", address and address.rstrip("/") + "/", tuple(pages))


def _entries(nav: list[Any], section: str = "") -> Iterator[tuple[str, str, str]]:
    for item in nav:
        title, target = next(iter(item.items())) if isinstance(item, dict) else ("", item)
        if isinstance(target, list):
            yield from _entries(target, section or title)
        else:
            yield target, title, section or FIRST


class _Settings(yaml.SafeLoader):
    """Reads `mkdocs.yml` and takes tags such as `!ENV` or `!!python/name` for nothing: none of them matters here."""


_Settings.add_multi_constructor("", lambda loader, suffix, node: None)
