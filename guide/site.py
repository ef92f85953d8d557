"""Pages become the site: checked, built aside by a generator, published for agents, checked again, swapped in (disk, a child process).

Called by the command line. Builds nothing if nothing changed.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from guide.asked import SOURCE
from guide.generated import stale
from guide.generators import GeneratorFailed, run_mkdocs
from guide.problems import PageProblem
from guide.publish import publish
from guide.safety import check_built, check_pages

_STAMP = ".inputs"
_SHOWN = 20
"""Problems told at once."""


class SiteRefused(Exception):
    """The site can't be built as its pages stand; says which page, which line and why."""


def site_is_current(root: Path, site: Path) -> bool:
    """Say whether `site` was built from exactly what `root` holds now."""
    stamp = site / _STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == inputs_digest(root)


def build_site(root: Path, site: Path, generator: Callable[[Path, Path], None] = run_mkdocs) -> bool:
    """Build the site of the project in `root` into `site`; return False if it was current already.

    The old site stays in place until the new one is complete. `generator` is one of guide.generators; either makes the
    same pages.

    Raises:
        SiteRefused: If a page is unsafe or the generator fails; names file, line and fault.
    """
    if site_is_current(root, site):
        return False
    digest = inputs_digest(root)  # before the pages are read: what changes while the site is built makes it stale
    _refuse(check_pages(root / "docs") + stale(root / "docs"))
    site.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=site.parent, prefix=f".{site.name}-"))
    try:
        aside.chmod(0o755)
        try:
            generator(root, aside)
        except GeneratorFailed as failed:
            raise SiteRefused(str(failed)) from failed
        try:
            publish(root, aside)
        except PageProblem as problem:
            _refuse([problem])
        _refuse(check_built(aside))
        (aside / _STAMP).write_text(digest, "utf-8")
        _swap(aside, site)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return True


def inputs_digest(root: Path) -> str:
    """Return a SHA-256 over everything that the site is made from."""
    digest = hashlib.sha256()
    folders = (root / "docs", root / "overrides", root / SOURCE, Path(__file__).parent)
    files = [root / "mkdocs.yml", *(path for folder in folders for path in sorted(folder.rglob("*")))]
    for path in files:
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{os.path.relpath(path, root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _refuse(problems: list[PageProblem]) -> None:
    if problems:
        more = f"\n… and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise SiteRefused("The pages can't be published as they stand:\n" + "\n".join(map(str, problems[:_SHOWN])) + more)


def _swap(new: Path, site: Path) -> None:
    old = site.with_name(f".{site.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)
