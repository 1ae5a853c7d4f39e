"""Which engine makes the reports: looked for, chosen before the pipeline runs, and noted where DVC sees it change."""

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.errors import ParameterError, RenderError
from pipeline.files import write_text
from pipeline.inputs.parameters import read_parameters

OLDEST = "1.9"  # whose typst sets tagged PDF
ENGINES = ("auto", "quarto", "embedded")
VARIABLE = "GOLDEN_THREAD_ENGINE"
RECORD = Path("reports/published/engine.yaml")  # an input of every stage that renders


@dataclass(frozen=True)
class Quarto:
    """A Quarto that can render: its program and its version, such as "1.9.38"."""

    program: Path
    version: str


def find_quarto() -> tuple[Quarto | None, str]:
    """The Quarto on PATH, else the one in this environment's own scripts; and why there is none where there is none."""
    reasons = []
    for path in (None, sysconfig.get_path("scripts")):
        program = shutil.which("quarto", path=path)
        if program:
            found, reason = _asked(program)
            if found:
                return found, ""
            reasons.append(reason)
    return None, reasons[0] if reasons else "no program quarto on PATH or in the environment"


def _asked(program: str) -> tuple[Quarto | None, str]:
    """The Quarto behind `program` if it starts and is recent enough, and why not where it is not."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"{program} does not start ({type(error).__name__})"
    version = done.stdout.strip()
    if done.returncode or not re.match(r"\d+\.\d+", version):
        return None, f"{program} does not tell its version"
    if _numbers(version) < _numbers(OLDEST):
        return None, f"{program} is version {version}"
    return Quarto(Path(program), version), ""


@dataclass(frozen=True)
class Engine:
    """Quarto, or with `quarto` None the embedded engine."""

    quarto: Quarto | None

    def __str__(self) -> str:
        """As a reader is told: "Quarto 1.9.38" or "the embedded engine (pandoc and typst)"."""
        return f"Quarto {self.quarto.version}" if self.quarto else "the embedded engine (pandoc and typst)"


def choose_engine(asked: str) -> Quarto | None:
    """The Quarto to render with, or None for the embedded engine.

    `asked` is "quarto", "embedded", or "auto": Quarto where it is found, else embedded. The environment variable
    GOLDEN_THREAD_ENGINE overrules it.

    Raises ParameterError for another name, and RenderError where "quarto" is asked for and not found.

    >>> choose_engine("embedded") is None
    True
    """
    asked = os.environ.get(VARIABLE) or asked
    if asked not in ENGINES:
        raise ParameterError(
            "Unknown engine for reports.",
            where=f"params.yaml, report.engine, or {VARIABLE}",
            found=repr(asked),
            expected=" or ".join(ENGINES),
            fix="Correct the value.",
        )
    if asked == "embedded":
        return None
    found, reason = find_quarto()
    if asked == "quarto" and found is None:
        raise RenderError(
            "Quarto is asked for, but not there.",
            where="report.engine: quarto",
            found=reason,
            expected=f"Quarto {OLDEST} or newer",
            fix="Run 'uv pip install quarto-cli' in the environment or use conda's environment.yml; "
            "or choose the engine embedded.",
        )
    return found


def chosen_engine(root: Path) -> Engine:
    """The engine that params.yaml or the environment asks for."""
    return Engine(choose_engine(read_parameters(root).report.engine))


def record_engine(root: Path) -> Engine:
    """Choose the engine as params.yaml or the environment asks, write which it is into RECORD, and return it.

    A run does so before DVC looks at the stages: so another engine, or another version, makes the reports out of date.
    """
    engine = chosen_engine(root)
    text = f"engine: quarto\nversion: {engine.quarto.version}\n" if engine.quarto else "engine: embedded\n"
    path = root / RECORD
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
    return engine


def recorded_engine(root: Path) -> Quarto | None:
    """The engine that RECORD names, whatever the environment asks for now: what a stage makes is what DVC was told.

    Raises RenderError where the run has not written it, or that Quarto is no longer there.
    """
    path = root / RECORD
    named = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if named.get("engine") == "embedded":
        return None
    found, reason = find_quarto()
    if named.get("engine") != "quarto" or found is None or found.version != str(named.get("version")):
        raise RenderError(
            "The engine that the run was begun with is not there.",
            where=str(RECORD),
            found=found.version if found else reason,
            expected=f"Quarto {named.get('version', '')}".strip(),
            fix="Run 'golden-thread run', which looks again.",
        )
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
