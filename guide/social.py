"""Draws `docs/assets/social.png`, the picture that link previews show: run `python -m guide.social` after a change here.

A page of HTML, photographed by Chromium through Playwright (the test extra); the picture is kept in the repository, so that
a build needs neither. Colors are those of docs/assets/guide.css, the two loops are the idea of the logo.
"""

import os
import shutil
import sys
from pathlib import Path

PICTURE = Path("docs/assets/social.png")
SIZE = {"width": 1200, "height": 630}
"""What Open Graph and the large card of X ask for, in pixels."""

_PAGE = """<!doctype html>
<style>
  * { box-sizing: border-box; margin: 0; }
  body { display: grid; grid-template-columns: 1fr 396px; align-items: center; width: 1200px; height: 630px; padding: 64px 72px;
         background: #123f54; color: #fff; font-family: "DejaVu Sans", "Liberation Sans", sans-serif; }
  h1 { font-size: 70px; line-height: 1.12; letter-spacing: -0.03em; }
  p { margin-top: 30px; max-width: 17em; font-size: 29px; line-height: 1.42; color: #d3e4ec; }
  em { display: inline-block; margin-top: 42px; padding: 13px 26px; border-radius: 14px; background: #fff; color: #17506b;
       font: bold 25px "DejaVu Sans", "Liberation Sans", sans-serif; }
  svg { width: 396px; overflow: visible; }
  text { font: bold 23px "DejaVu Sans", "Liberation Sans", sans-serif; fill: #fff; text-anchor: middle; }
</style>
<main>
  <h1>MLOps, LLMOps or&nbsp;both?</h1>
  <p>Choosing and running enterprise AI operations, with&nbsp;sources.</p>
  <em>Read it, or ask it</em>
</main>
<svg viewBox="0 0 400 300">
  <g fill="none" stroke-width="14">
    <circle cx="128" cy="150" r="120" stroke="#fff"/>
    <circle cx="272" cy="150" r="120" stroke="#ffc46b"/>
  </g>
  <text x="80" y="158">MLOps</text><text x="200" y="158">both</text><text x="320" y="158" style="fill:#ffc46b">LLMOps</text>
</svg>
"""


def draw(picture: Path) -> None:
    """Photograph the page above as PNG; its areas are flat, so it stays far below 200 kB."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.set_content(_PAGE)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    draw(PICTURE)
    sys.stdout.write(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB\n")
