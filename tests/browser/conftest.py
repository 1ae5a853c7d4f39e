"""A browser, and a finished site to look at with it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from .finished_site import make_site, pages_of

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "No Chromium on this machine. It is installed by: apt-get install chromium"
OWN_SITE = "GOLDEN_THREAD_TEST_SITE"  # a site that is there already, such as one that Quarto made


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
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished site, which nobody changes. All processes of a test run share one."""
    if given := os.environ.get(OWN_SITE):
        return Path(given).resolve()
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the folder of the whole run; the worker's own is in it
    finished = shared / "a finished site"
    with FileLock(shared / "a finished site.lock"):
        if not finished.is_dir():
            make_site(finished)
    return finished


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Every page of the site, by its path in it."""
    found = pages_of(site)
    assert len(found) > 10
    return found
