"""A page of the site in the reader's browser, where there is one to be had."""

import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import ParameterError, PipelineError
from pipeline.suggestions import suggestion

SITE = Path("reports/site")


def page_of_site(root: Path, page: str) -> Path:
    """The file of a page. Raises PipelineError where there is no site yet, ParameterError where it has no such page."""
    site = root / SITE
    if not (site / "index.html").is_file():
        raise PipelineError(
            "There is no site yet.", where=SITE.as_posix(), fix="Make it: make report, or golden-thread run."
        )
    pages = sorted(path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html"))
    name = page.removesuffix(".html")
    if name not in pages:
        raise ParameterError(
            "The site has no such page.",
            where=SITE.as_posix(),
            found=f"{page}{suggestion(name, pages)}",
            expected=", ".join(each for each in pages if "/" not in each),
        )
    return site / f"{name}.html"


def opened(address: str) -> bool:
    """Open `address` in the browser; whether that could be done."""
    try:
        return has_screen(os.environ, sys.platform) and webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


def has_screen(settings: Mapping[str, str], platform: str) -> bool:
    """Whether a browser would open before the person who asks: not over ssh, and not where there is no screen.

    A browser that BROWSER names is taken everywhere: an editor that works on another machine opens it at home.

    >>> has_screen({"DISPLAY": ":0"}, "linux"), has_screen({"DISPLAY": ":10", "SSH_CONNECTION": "a b"}, "linux")
    (True, False)
    >>> has_screen({}, "linux"), has_screen({}, "darwin"), has_screen({"BROWSER": "code", "SSH_TTY": "/dev/pts/1"}, "linux")
    (False, True, True)
    """
    if settings.get("BROWSER"):
        return True
    if settings.get("SSH_CONNECTION") or settings.get("SSH_TTY"):
        return False
    return platform in ("darwin", "win32") or bool(settings.get("DISPLAY") or settings.get("WAYLAND_DISPLAY"))
