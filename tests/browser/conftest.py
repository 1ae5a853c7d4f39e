"""A browser, and the pages to look at with it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.finished_site import pages_of

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "No Chromium on this machine. It is installed by: apt-get install chromium"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, which cannot reach any other machine.

    One for each module of tests: while Playwright is at work no other test in the process can run an event loop.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        pytest.skip(MISSING)
    flags = ["--host-resolver-rules=MAP * ~NOTFOUND", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Every page of the site, by its path in it."""
    found = pages_of(site)
    assert len(found) > 10
    return found
