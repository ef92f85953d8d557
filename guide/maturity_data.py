"""The maturity checks as the browser reads them: put into the built page that asks for them (disk).

Called by guide.publish. The page asks with an empty `data-maturity` attribute; a page opened from a file can't fetch.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from guide.maturity import Maturity, plain

_ASKING = re.compile(r'data-maturity=(?:""|(?=[\s>]))|data-maturity(?=[\s>])')


def write_maturity_data(maturity: Maturity, site: Path) -> None:
    """Write the checks into every page with an empty `data-maturity` attribute."""
    inline = f'data-maturity="{html.escape(json.dumps(maturity_data(maturity), ensure_ascii=False, separators=(",", ":")))}"'
    for page in sorted(site.rglob("*.html")):
        markup = page.read_text("utf-8")
        if "data-maturity" in markup and (filled := _ASKING.sub(lambda _: inline, markup)) != markup:
            page.write_text(filled, "utf-8")


def maturity_data(maturity: Maturity) -> dict[str, Any]:
    """Return the data as JSON, texts without Markdown's links, without what only the page's tables need."""
    data = maturity.model_dump(mode="json")
    for check in data["checks"]:
        check["text"] = plain(check["text"])
    for level in data["levels"]:
        del level["next"]
    return data
