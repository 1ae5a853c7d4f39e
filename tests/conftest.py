"""A finished site, which several kinds of tests look at."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.finished_site import make_site

OWN_SITE = "GOLDEN_THREAD_TEST_SITE"  # a site that is there already, such as one that Quarto made


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
