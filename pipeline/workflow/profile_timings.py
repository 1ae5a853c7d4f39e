"""What `make bench` measures of profiles: all of them our way, beside the plain way for a few."""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.authorities.models.results import MODELS
from pipeline.chapters.profiles.content import NOTEBOOK, REPORT
from pipeline.chapters.profiles.jobs import FORMATS, make_profiles
from pipeline.chapters.profiles.making import CLEANED, read_profiles
from pipeline.notebooks.execution import run_notebook

PLAIN = 2  # profiles that are made the plain way: each takes as long as the others


@dataclass(frozen=True)
class ProfileTimes:
    """Seconds: all `profiles` from nothing, again with nothing to do, and `plain` of them the plain way."""

    profiles: int
    seconds: float
    rerun_seconds: float
    plain: int
    plain_seconds: float

    @property
    def per_minute(self) -> float:
        return 60 * self.profiles / self.seconds

    @property
    def plain_per_minute(self) -> float:
        return 60 * self.plain / self.plain_seconds


def profile_benchmark(root: Path, jobs: int = -1) -> ProfileTimes:
    """Make all profiles in three formats in a scratch copy with the embedded engine; and a few the plain way.

    The plain way is papermill on the notebook once a profile, and a renderer of its own for each format.
    Raises DataError where the statistics were not fetched and cleaned.
    """
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as scratch:
        copy = _copy(root, Path(scratch) / "project")
        begun = time.monotonic()
        profiles, _ = read_profiles(copy)
        make_profiles(copy, profiles, engine="embedded", jobs=jobs)
        seconds = time.monotonic() - begun
        begun = time.monotonic()
        make_profiles(copy, read_profiles(copy)[0], engine="embedded", jobs=jobs)
        rerun = time.monotonic() - begun
        chosen = profiles[:PLAIN]
        begun = time.monotonic()
        for profile in chosen:
            _plain_way(copy, profile.unit, profile.slug)
        return ProfileTimes(len(profiles), seconds, rerun, len(chosen), time.monotonic() - begun)


def _copy(root: Path, copy: Path) -> Path:
    """What profiles are made from, and the notebook."""
    for folder in (
        "pipeline",
        "notebooks",
        "data/raw/authorities",
        str(CLEANED),
        str(MODELS),
        "reports/styles",
        "reports/passages",
    ):
        if (root / folder).is_dir():
            shutil.copytree(root / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.ods"))
    for file in ("dvc.yaml", f"reports/{REPORT}.qmd", "reports/_quarto.yml", "reports/references.bib"):
        shutil.copyfile(root / file, copy / file)
    return copy


def _plain_way(copy: Path, unit: str, slug: str) -> None:
    run_notebook(NOTEBOOK, {"authority": unit}, root=copy, edition=f"{REPORT}/{slug}")
    for format in FORMATS.values():
        call = (
            "from pathlib import Path; from pipeline.rendering import render; "
            f"render(Path('.'), ['{REPORT}'], 'embedded', edition='{slug}', only=['{format}'])"
        )
        subprocess.run([sys.executable, "-c", call], cwd=copy, check=True)
