"""A copy of what set-up needs, as an unpacked archive would have it: no .git, and a blank in its path."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("Makefile", "pyproject.toml", "requirements.lock", "LICENSE", "README.md", "params.yaml")


def copy_project(folder: Path) -> Path:
    """Copy the files that set-up reads into `folder`/golden thread."""
    project = folder / "golden thread"
    shutil.copytree(ROOT / "pipeline", project / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reports", project / "reports", ignore=shutil.ignore_patterns("site", "published"))
    for name in NEEDED:
        shutil.copy2(ROOT / name, project / name)
    return project


@pytest.fixture(scope="session")
def package_index():
    """Skips where the package index cannot be reached."""
    ask = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--no-cache",
        "--dry-run",
        "--reinstall",
        "--python",
        sys.executable,
        "typing-extensions",
    ]
    if subprocess.run(ask, cwd=ROOT, capture_output=True).returncode:
        pytest.skip("the package index cannot be reached from here")


@pytest.fixture
def project(tmp_path):
    return copy_project(tmp_path)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("set-up"))
