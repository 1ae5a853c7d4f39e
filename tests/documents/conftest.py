"""The documents of a finished site, and those of the sample report."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reports.conftest import make_project, no_engine_from_outside, rendered

__all__ = ["make_project", "no_engine_from_outside", "rendered"]

MISSING = "No LibreOffice on this machine. It is installed by: apt-get install libreoffice-calc libreoffice-writer"
Convert = Callable[..., Path]


@pytest.fixture(scope="session")
def documents(site: Path) -> Callable[[str], list[Path]]:
    """All files of the site with a suffix, such as ".pdf"."""

    def found(suffix: str) -> list[Path]:
        files = sorted(site.rglob(f"*{suffix}"))
        assert files, f"the site has no {suffix}"
        return files

    return found


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    """convert(path, "pdf"): what LibreOffice makes of a document, in a folder of its own."""
    program = shutil.which("soffice")
    if not program:
        pytest.skip(MISSING)

    def made(path: Path, suffix: str) -> Path:
        folder = tmp_path / f"{path.parent.name} {path.stem} {path.suffix[1:]} {suffix}"
        done = subprocess.run(
            [
                program,
                f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                suffix,
                "--outdir",
                str(folder),
                str(path),
            ],
            capture_output=True,
            text=True,
            timeout=300,
        )
        output = folder / f"{path.stem}.{suffix}"
        assert output.is_file(), f"LibreOffice did not convert {path.name}: {done.stdout} {done.stderr}"
        return output

    return made
