"""Errors that a user can mend: each names the thing and ends in a remedy. Pure."""

from pathlib import Path


class UserError(Exception):
    """What went wrong and what to do, in two sentences; shown as they are."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


class IndexMissing(UserError):
    """There is no index where the settings point."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"No index in '{folder}'.", remedy="Build the site and its index with `chatbot build`.")


class IndexBroken(UserError):
    """A file of the store is missing, truncated, altered or of another version."""

    def __init__(self, file: Path, fault: str) -> None:
        super().__init__(f"The index file '{file}' {fault}.", remedy="Build it anew with `chatbot build --fresh`.")


class SiteMissing(UserError):
    """There are no HTML pages where a built site is expected."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"No HTML pages in '{folder}'.",
            remedy="Name the folder of a built site with `chatbot build --site DIR`, or run `chatbot build` where mkdocs.yml stands.",
        )


class ModelUnusable(UserError):
    """The embedding model can't be loaded, is not the one expected, or does not survive export."""


class ModelTampered(UserError):
    """The weights that a package brings are not the expected ones; nothing is built with them."""
