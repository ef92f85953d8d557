"""After a build: what agents read is put beside what people read (disk). `python -m guide.publish SITE` for a site built by hand.

Called by guide.site on MkDocs' output; works the same on Zensical's. Writes `llms.txt` (https://llmstxt.org),
`llms-full.txt`, each page as Markdown at its address + `index.md`, JSON-LD into each page, the decision's
criteria for the browser, for the index what readers ask, and what keeps old addresses alive. Links in these
files are relative, so they hold wherever the site is put.
"""

import posixpath
import re
import sys
from collections.abc import Callable
from pathlib import Path

from guide.asked import SOURCE, write_asked
from guide.criteria import DATA as CRITERIA
from guide.criteria import read_criteria
from guide.decision_data import write_decision_data
from guide.linked_data import with_linked_data
from guide.maturity import DATA as MATURITY
from guide.maturity import read_maturity
from guide.maturity_data import write_maturity_data
from guide.moved import DATA as MOVED
from guide.moved import read_moved, write_moved
from guide.navigation import SitePage, SitePlan, folder_of, read_plan
from guide.plain import plain_markdown, read_figure
from guide.problems import PageProblem
from guide.references import UNSEARCHED
from guide.social import draw
from guide.sources import read_sources

_UNSEARCHED = re.compile(rf'(?: data-search-exclude(?:="[^"]*")?)? {UNSEARCHED}(?:="[^"]*")?')
_MARKER = '<script type="application/ld+json">'


def publish(root: Path, site: Path) -> SitePlan:
    """Write everything into the built `site` of the project in `root`; return what was published.

    Raises:
        PageProblem: If a page can't be read, or the criteria name a section that the site lacks; names the file.
    """
    plan = read_plan(root, site)
    for page in plan.pages:
        built = site / page.folder / "index.html"
        markup = built.read_text("utf-8")
        if _MARKER not in markup:  # a second run changes nothing
            markup = _UNSEARCHED.sub(" data-search-exclude", with_linked_data(markup, page, plan))
            built.write_text(markup, "utf-8")
        (site / page.folder / "index.md").write_text(_copy(root, page, page.folder), "utf-8")
        # the template names it in `og:image`
        (site / page.folder / "social.png").write_bytes(draw(page.heading, page.description, page.chapter, plan.name))
    (site / "llms.txt").write_text(contents(plan), "utf-8")
    (site / "llms-full.txt").write_text(_everything(root, plan), "utf-8")
    if (criteria := root / "docs" / CRITERIA).is_file():
        try:
            write_decision_data(read_criteria(criteria), site)
        except ValueError as error:
            raise PageProblem(criteria, 1, str(error)) from error
    if (maturity := root / "docs" / MATURITY).is_file():
        write_maturity_data(read_maturity(maturity), site)
    if (asked := root / SOURCE).is_dir():
        write_asked(asked, site)
    try:
        write_moved(read_moved(root / "docs"), site, {page.folder: page.title for page in plan.pages}, plan.address)
    except ValueError as error:
        raise PageProblem(root / "docs" / MOVED, 1, str(error)) from error
    return plan


def contents(plan: SitePlan) -> str:
    """Return `llms.txt`: the site's name, its summary and every page with one sentence about it."""
    lines = [
        f"# {plan.name}",
        "",
        f"> {plan.description}",
        "",
        "Every page is Markdown at its address + `index.md`; facts carry numbered sources. Links are relative to this file.",
        "All pages in one file: [llms-full.txt](llms-full.txt).",
    ]
    for section, pages in plan.sections().items():
        lines += ["", f"## {section}", ""]
        lines += [f"- [{page.title}]({page.folder}index.md)" + (f": {page.description}" if page.description else "") for page in pages]
    return "\n".join(lines) + "\n"


def _everything(root: Path, plan: SitePlan) -> str:
    pages = [f"<!-- {page.folder}index.md -->\n\n{_copy(root, page, '', note=f'{number}-')}" for number, page in enumerate(plan.pages, 1)]
    return f"# {plan.name}\n\n> {plan.description}\n\n" + "\n".join(pages)


def _copy(root: Path, page: SitePage, stands_in: str, note: str = "") -> str:
    docs = root / "docs"
    return plain_markdown(
        page.source.body,
        sources=read_sources(docs / "sources.yml"),
        link=_link_from(page, stands_in),
        figure=lambda name: read_figure(docs / "assets" / "diagrams" / name),
        note=note,
    )


def _link_from(page: SitePage, stands_in: str) -> Callable[[str], str]:
    """Return what turns a link of `page` into one that works in a file of the site's folder `stands_in`."""

    def link(target: str) -> str:
        path, mark, fragment = target.partition("#")
        if not path and stands_in == page.folder:
            return target
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page.file), path)) if path else page.file
        if file.endswith(".md"):
            file = folder_of(file) + "index.md"
        return posixpath.relpath(file, stands_in or ".") + mark + fragment

    return link


def main(arguments: list[str]) -> int:
    """Publish the built site in the given folder, `site` unless told otherwise."""
    plan = publish(Path.cwd(), Path(arguments[0] if arguments else "site"))
    sys.stdout.write(f"{len(plan.pages)} pages as Markdown, llms.txt, llms-full.txt\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
