"""What can be wrong with a page, said so that its writer can mend it. Pure."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)  # not frozen: whoever passes an exception on sets its traceback
class PageProblem(Exception):
    """One fault of one page; raised where the page can't be read at all, collected elsewhere."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"
