"""The two generators that turn `docs/` and `mkdocs.yml` into HTML: MkDocs with Material, and Zensical, its successor.

Called by guide.site and the tests. Each runs in a process of its own and writes into a folder that the caller names.

What differs (Zensical 0.0.73, tests/test_zensical.py holds the rest equal): its search index is `search.json` where
MkDocs writes `search/search_index.json`; it writes no `sitemap.xml.gz` and no `tags.json`; theme assets have other
names; links of the home page begin with `./`; an empty `<a id="__skip">` opens the text. It also takes the attribute
`data-search-exclude` out of pages, which guide.publish puts back, because the index reads it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class GeneratorFailed(Exception):
    """A generator refused the pages; holds what it said."""


def run_mkdocs(root: Path, target: Path) -> None:
    """Build the project in `root` into the folder `target` with `mkdocs build --strict`."""
    environment = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    # never --quiet: it silences the very warnings that --strict counts
    _run("MkDocs", ["mkdocs", "build", "--strict", "--site-dir", str(target.resolve())], root, environment)


def run_zensical(root: Path, target: Path) -> None:
    """Build the project in `root` into the folder `target` with `zensical build --strict`.

    Zensical 0.0.73 knows no option for the output folder and leaves a cache beside the pages: it works on a copy.
    """
    with tempfile.TemporaryDirectory(prefix="zensical-") as folder:
        copy = Path(folder)
        shutil.copy(root / "mkdocs.yml", copy)
        for part in ("docs", "overrides"):
            shutil.copytree(root / part, copy / part)
        _run("Zensical", ["zensical", "build", "--strict", "--clean"], copy, {"NO_COLOR": "1"})
        shutil.copytree(copy / "site", target, dirs_exist_ok=True)


def _run(name: str, arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment},  # `guide.references` is an extension of both
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and not line.startswith("INFO")]
        raise GeneratorFailed(f"{name} refused the pages:\n" + "\n".join(told[-20:]))
