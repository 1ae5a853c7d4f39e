"""What is installed, what is missing, how to get it, and one bounded attempt to get Quarto."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

import pypandoc
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from packaging.utils import canonicalize_name
from traitlets import TraitError

from pipeline.errors import GoldenThreadError
from pipeline.inputs.parameters import read_parameters
from pipeline.rendering.embedded import REPORTS
from pipeline.rendering.engines import Engine, choose_engine, find_quarto
from pipeline.rendering.reports import render
from pipeline.setup.environment import ROOT, machine_settings
from pipeline.setup.lockfile import direct_dependencies, locked_versions

QUARTO_SECONDS = 180.0  # its package downloads Quarto while it installs; a blocked network may hang instead of refusing
GUIDE = "docs/how-to/set-up.md"
TEST_PAGE = """---
title: "A page"
lang: en-GB
---

## A section {#sec-section}

::: {.callout-note title="A note"}
As @tbl-numbers in @sec-section shows.
:::

| Group | Number |
|:------|-------:|
| One   |      1 |

: Numbers. {#tbl-numbers}
"""


@dataclass(frozen=True)
class Check:
    """One tool: what was found of it (None if nothing that serves), what needs it, and how to get it."""

    name: str
    found: str | None
    needed_for: str
    how_to_get: str


def diagnose(root: Path = ROOT) -> list[Check]:
    """Look at every tool that the project uses. Nothing is changed and the network is not used."""
    rebuild = f"Remove .venv and call make report ({GUIDE})."
    quarto, no_quarto = find_quarto()
    return [
        Check("Python", ".".join(map(str, sys.version_info[:3])), "everything", "Install it from python.org."),
        _locked_packages(root),
        Check("Git", _git(), "following changes to the study", "Install it from git-scm.com."),
        Check("DVC", _version("dvc"), "running what changed, and that only", rebuild),
        Check("pandoc", _pandoc(), "HTML and DOCX by the embedded engine", rebuild),
        Check("typst", _version("typst"), "PDF by the embedded engine", rebuild),
        _kernel(rebuild),
        Check(
            "Quarto",
            quarto and quarto.version,
            "reports by Quarto (optional)",
            f"Install it from quarto.org, or leave it: the embedded engine makes the same reports ({no_quarto}).",
        ),
        _engine(root),
    ]


def _locked_packages(root: Path) -> Check:
    """Whether the installed versions are those of requirements.lock; conda chooses the indirect ones itself."""
    locked = locked_versions((root / "requirements.lock").read_text(encoding="utf-8"))
    repair = f"Call make report ({GUIDE})."
    if (Path(sys.prefix) / "conda-meta").is_dir():
        direct = {canonicalize_name(requirement.name) for requirement in direct_dependencies(root)}
        locked = {name: wanted for name, wanted in locked.items() if name in direct}
        repair = "Call conda env update --file environment.yml."
    installed = {canonicalize_name(found.name): found.version for found in distributions()}
    different = locked_differences(locked, installed)
    listed = ", ".join(different[:3]) + (f" and {len(different) - 3} more" if len(different) > 3 else "")
    return Check(
        "Locked packages",
        None if different else f"{len(locked)}, all in step",
        "the same results on every machine",
        f"Differing: {listed}. {repair}" if different else repair,
    )


def locked_differences(locked: dict[str, str], installed: dict[str, str]) -> list[str]:
    """Which locked packages are installed in another version, or not at all; both are name to version.

    >>> locked_differences({"dvc": "3.67", "rich": "15.0", "typst": "0.15"}, {"dvc": "3.66", "rich": "15.0"})
    ['dvc 3.66 instead of 3.67', 'typst is missing']
    """
    return [
        f"{name} {installed[name]} instead of {wanted}" if name in installed else f"{name} is missing"
        for name, wanted in sorted(locked.items())
        if installed.get(name) != wanted
    ]


def _git() -> str | None:
    if not shutil.which("git"):
        return None
    # macOS ships a program of that name that only offers to install the real one.
    asked = subprocess.run(["git", "--version"], capture_output=True, text=True)
    return asked.stdout.strip().removeprefix("git version ") if asked.returncode == 0 else None


def _pandoc() -> str | None:
    try:
        return str(pypandoc.get_pandoc_version())
    except OSError:
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _kernel(rebuild: str) -> Check:
    """The version of ipykernel, if the kernel that `python3` starts in JupyterLab is this environment's. A run takes its own."""
    name, needed_for = "Jupyter kernel python3", "notebooks in JupyterLab with this environment's packages"
    manager = KernelSpecManager()
    place = manager.find_kernel_specs().get("python3", "")
    try:
        words = manager.get_kernel_spec("python3").argv
    except (
        NoSuchKernel,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        TraitError,
    ):  # none, or its kernel.json is no such file
        words = []
    program = words[0] if isinstance(words, list) and words and isinstance(words[0], str) else ""
    # A plain name stands for the Python that starts the kernel, which is this one.
    if program and (os.sep not in program or Path(program).parent == Path(sys.executable).parent):
        return Check(name, _version("ipykernel"), needed_for, rebuild)
    if place and not Path(place).is_relative_to(sys.prefix):
        return Check(
            name,
            None,
            needed_for,
            f"Another kernel of this name stands in its way: {place}. Take it away"
            f"{', or unset JUPYTER_PATH' * bool(os.environ.get('JUPYTER_PATH'))}.",
        )
    return Check(name, None, needed_for, rebuild)


def _engine(root: Path) -> Check:
    """Which engine will make the reports, and why."""
    fix = "Correct report.engine in params.yaml or params.local.yaml."
    try:
        asked = (
            os.environ.get("GOLDEN_THREAD_ENGINE") or read_parameters(root).report.engine
        )  # choose_engine reads it too
        quarto = choose_engine(asked)
    except GoldenThreadError as mistake:
        return Check("Engine for reports", None, "HTML, DOCX and PDF reports", f"{mistake.what} {fix}")
    name = str(Engine(quarto))
    why = f"{asked} is asked for" if asked != "auto" else "Quarto is found" if quarto else "no Quarto is found"
    try:
        _render_a_page(asked)
    except GoldenThreadError as failure:
        return Check(
            "Engine for reports",
            None,
            "HTML, DOCX and PDF reports",
            f"{name} could not make a test page: {' '.join(str(failure).split())} "
            "Try the other: engine under report in params.local.yaml.",
        )
    return Check(
        "Engine for reports", f"{name}: {why}; made a test page in three formats", "HTML, DOCX and PDF reports", fix
    )


def _render_a_page(engine: str) -> None:
    """A page with a callout, a table and a reference, in every format, by the engine that reports would be made by."""
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as scratch:
        reports = Path(scratch) / "reports"
        reports.mkdir()
        shutil.copytree(REPORTS / "styles", reports / "styles")
        for name in ("_quarto.yml", "references.bib"):
            shutil.copyfile(REPORTS / name, reports / name)
        (reports / "page.qmd").write_text(TEST_PAGE, encoding="utf-8")
        render(Path(scratch), ["page"], engine=engine)


def try_quarto(seconds: float = QUARTO_SECONDS, installer: Sequence[str] | None = None) -> str:
    """Install the optional extra `quarto` where no Quarto is found; return one line that says what came of it.

    `installer` is the command that installs; without it, uv does. It has `seconds` to end. Whatever it leaves is
    removed again unless that Quarto runs. Never raises: without Quarto the embedded engine makes the same reports.
    """
    quarto, missing = find_quarto()
    if quarto:
        return f"Quarto {quarto.version} makes the reports."
    uv = [sys.executable, "-m", "uv", "pip"]
    # Its dependencies are left out: they serve executable cells, which the reports have not, and are not in the lock.
    install = installer or [*uv, "install", "--quiet", "--python", sys.executable, "--no-deps", *_quarto_extra()]
    outcome = _bounded(install, seconds)
    quarto, missing = find_quarto()
    if quarto:
        return f"Quarto {quarto.version} was installed and makes the reports."
    _bounded([*uv, "uninstall", "--quiet", "--python", sys.executable, "quarto-cli"], seconds)
    return f"The embedded engine (pandoc and typst) makes the reports. Quarto: {missing}; {outcome}."


def _quarto_extra() -> list[str]:
    """The requirements of pyproject.toml's optional extra `quarto`."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return declared["project"]["optional-dependencies"]["quarto"]


def _bounded(command: Sequence[str], seconds: float) -> str:
    """Run `command` silently, end it with all that it started after `seconds`, and say how it ended."""
    try:
        process = subprocess.Popen(
            command,
            env=machine_settings(sys.executable),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return "the installer does not start"
    try:
        installed = process.wait(seconds) == 0
        return "what its package installed does not run" if installed else "its package cannot be installed here"
    except subprocess.TimeoutExpired:
        return f"installing its package took longer than {seconds:g} s"
    finally:
        if process.poll() is None:
            _kill(process)


def _kill(process: subprocess.Popen) -> None:
    """End `process` and everything that it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


if __name__ == "__main__":
    print(try_quarto())
