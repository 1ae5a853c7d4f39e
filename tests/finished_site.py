"""A whole site for the browser: the study, a simulated staff survey's report, made-up authorities and a profile."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from pipeline.workflow.verification import fresh_copy
from tests.authorities import made_up

ROOT = Path(__file__).resolve().parents[1]
SURVEY, AUTHORITY = "practice", "E06999001"
FEW_DRAWS = {"curve_draws: 999": "curve_draws: 19", "draws: 9999": "draws: 99", "E10000016": AUTHORITY}


def make_site(destination: Path, engine: str = "embedded") -> None:
    """Run the pipeline in a copy of the project and move its site to `destination`, whole or not at all (2 minutes).

    The statistics on authorities are made up: so the pages about them have their charts and tables.
    """
    with fresh_copy(ROOT) as project:
        _take_made_up_authorities(project)
        golden_thread(project, "survey", "simulate", SURVEY, "--respondents", "400", "--clusters", "40")
        golden_thread(project, "run", engine=engine)
        golden_thread(project, "authorities", "profile", AUTHORITY, "--engine", engine, engine=engine)
        beside = destination.with_name(f"{destination.name} in the making")
        shutil.copytree(project / "reports" / "site", beside)
        os.replace(beside, destination)


def _take_made_up_authorities(project: Path) -> None:
    files = project.parent / "downloads"
    files.mkdir()
    made_up.write_files(files)
    lineage = yaml.safe_dump(made_up.LINEAGE, allow_unicode=True, default_flow_style=None)
    (project / "data" / "raw" / "authorities" / "lineage.yaml").write_text(lineage, encoding="utf-8")
    parameters = project / "params.yaml"
    text = parameters.read_text(encoding="utf-8")
    for usual, here in FEW_DRAWS.items():
        assert usual in text, f"params.yaml has no {usual}"
        text = text.replace(usual, here)
    parameters.write_text(text, encoding="utf-8")
    golden_thread(project, "authorities", "fetch", "--from", str(files))


def golden_thread(project: Path, *words: str, engine: str = "embedded") -> None:
    """Run a command of the project as its users do; what it prints is told when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=project,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "GOLDEN_THREAD_ENGINE": engine},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def pages_of(site: Path) -> list[str]:
    """Every page of the site, by its path in it, the start page first."""
    paths = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    return sorted(paths, key=lambda path: (path != "index.html", path.count("/"), path))
