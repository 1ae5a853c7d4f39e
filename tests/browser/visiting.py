"""Opens a page as a reader would, and notes what it says and asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

LOOKING = Path(__file__).with_name("looking.js").read_text(encoding="utf-8")
DESK, PHONE = 1280, 320  # CSS pixels
PATIENCE = 180_000  # milliseconds: on a machine at work on much else a page takes its time


@dataclass
class Visit:
    """A page in a browser; what it said on the console that is wrong, and every address that it asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def look(self, question: str) -> Any:
        """The answer of looking.js to `question`, the name of one of its functions."""
        return self.page.evaluate(f"looking.{question}()")

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(f"{message.type}: {message.text}")


@contextmanager
def visit(chromium: Browser, path: Path, width: int = DESK, **settings: Any) -> Iterator[Visit]:
    """Open the file `path` in a window `width` pixels wide; `settings` are Playwright's of a browser context."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="en-GB", **settings)
    try:
        context.set_default_timeout(PATIENCE)
        context.add_init_script(LOOKING)
        visited = Visit(context.new_page())
        visited.page.on("console", visited.hear)
        visited.page.on("pageerror", lambda error: visited.said.append(f"error: {error}"))
        visited.page.on("request", lambda request: visited.asked.append(request.url))
        visited.page.goto(path.as_uri(), wait_until="load")
        yield visited
    finally:
        context.close()


def listed(wrong: dict[str, list[str]], most: int = 6) -> str:
    """The faults of each page, a line each; "" where no page has one. Of a page with many, the first."""
    return "".join(
        f"\n{name}: {fault}"
        for name, faults in wrong.items()
        for fault in [*faults[:most], *([f"and {len(faults) - most} more"] if len(faults) > most else [])]
    )
