"""A copy of what set-up needs, as an unpacked archive would have it: no .git, and a blank in its path."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("Makefile", "pyproject.toml", "requirements.lock", "LICENSE", "README.md", "params.yaml")


def copy_project(folder: Path) -> Path:
    """Copy the files that set-up reads into `folder`/golden thread."""
    project = folder / "golden thread"
    shutil.copytree(ROOT / "pipeline", project / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    for name in NEEDED:
        shutil.copy2(ROOT / name, project / name)
    return project


@pytest.fixture
def project(tmp_path):
    return copy_project(tmp_path)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("set-up"))
