"""What a report shows and no run has made yet: told by the stages that make it, and not as a mistake in the report's text."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from pipeline.errors import RenderError
from pipeline.phrases import listed
from pipeline.rendering.sources import Problem, Report

PUBLISHED = "reports/published/"
_ASKED = re.compile(r"published value (?P<value>\S+)|published/(?P<notebook>[^/\s]+)/")


def unmade(root: Path) -> dict[str, str]:
    """The notebooks that have published nothing, each with the stage of dvc.yaml that runs it."""
    path = root / "dvc.yaml"
    stages = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"] if path.is_file() else {}
    outs = [(out, name) for name, stage in stages.items() for out in stage.get("outs", ()) if isinstance(out, str)]
    return {
        out.removeprefix(PUBLISHED): name
        for out, name in outs
        if out.startswith(PUBLISHED) and "notebook" in stages[name]["cmd"].split() and not (root / out).is_dir()
    }


def check_made(report: Report, problems: Iterable[Problem], root: Path) -> None:
    """Raise RenderError where `problems` of `report` may come from stages that have not run: only then can its text be judged."""
    missing = unmade(root)
    asked = [found for problem in problems for found in _ASKED.finditer(problem.found)]
    wanted = {found["notebook"] for found in asked if found["notebook"]} & missing.keys()
    for name in (found["value"] for found in asked if found["value"]):
        wanted |= _publishing(name, missing, root)
    if wanted:
        stages = [missing[notebook] for notebook in sorted(wanted)]
        raise RenderError(
            f"The report {report.name}.qmd shows what has not been made yet.",
            where="reports/published",
            found=f"nothing from {listed([f'{missing[each]} (notebook {each})' for each in sorted(wanted)])}",
            fix=f"Make it: golden-thread run {' '.join(f'--stage {stage}' for stage in stages)}. "
            "Everything that is missing: golden-thread run. Nothing was rendered.",
        )


def _publishing(value: str, missing: Mapping[str, str], root: Path) -> set[str]:
    """Which of the `missing` notebooks may publish `value`: those whose source has names of its kind; all, where none has."""
    kind = re.compile(rf"[\"'\\]{re.escape(value.partition('.')[0])}\.")
    named = {
        each for each in missing if kind.search((root / "notebooks" / f"{each}.ipynb").read_text(encoding="utf-8"))
    }
    return named or set(missing)
