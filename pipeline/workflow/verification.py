"""Proves, in a fresh copy, that the pipeline gives the same bytes again."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.inputs.parameters_file import OWN
from pipeline.inputs.survey_names import SHARED_SURVEY
from pipeline.workflow.failures import git_refused
from pipeline.workflow.running import reproduce, stage_names

DERIVED = shutil.ignore_patterns(
    OWN,
    ".git",
    ".venv",
    ".dvc",
    "__pycache__",
    "processed",
    "site",
    "published",
    "kept",
    ".*_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
)


@dataclass(frozen=True)
class Output:
    """One output of a stage, with its hash in dvc.lock and its hash when made again."""

    stage: str
    path: str
    recorded: str
    remade: str

    @property
    def same(self) -> bool:
        return self.recorded == self.remade


@contextmanager
def fresh_copy(root: Path) -> Iterator[Path]:
    """A copy of the project's own files (what git would share, if it is there) in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as scratch:
        copy = Path(scratch) / "project"
        if (root / ".git").exists():
            asked = subprocess.run(
                ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=root,
                capture_output=True,
                text=True,
            )
            if asked.returncode:
                raise git_refused(asked.stderr)
            for name in filter(None, asked.stdout.split("\0")):
                if (root / name).is_file():
                    (copy / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(root / name, copy / name)
        else:
            shutil.copytree(root, copy, ignore=_not_shared)
            (copy / ".dvc").mkdir()
            shutil.copyfile(root / ".dvc" / "config", copy / ".dvc" / "config")
        yield copy


def verify(root: Path) -> list[Output]:
    """Run the whole pipeline in a fresh copy and compare the hash of every output with dvc.lock's.

    A council's own surveys stay out of it: their answers are not copied to anywhere.
    """
    with fresh_copy(root) as copy:
        recorded = _hashes(copy)
        reproduce(copy, shared_stages(copy))
        remade = _hashes(copy)
    return [
        Output(stage, path, recorded.get((stage, path), "none"), remade.get((stage, path), "none"))
        for stage, path in sorted(recorded.keys() | remade.keys())
    ]


def _not_shared(folder: str, names: list[str]) -> set[str]:
    """What git would not share of a folder."""
    private = set(names) - {SHARED_SURVEY} if Path(folder).parts[-3:] == ("data", "raw", "surveys") else set()
    return DERIVED(folder, names) | private


def shared_stages(root: Path) -> list[str]:
    """The stages that need nothing but what git shares."""
    return [name for name in stage_names(root) if "@" not in name]


def _hashes(root: Path) -> dict[tuple[str, str], str]:
    lock = root / "dvc.lock"
    stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"] if lock.exists() else {}
    return {
        (name, out["path"]): out["md5"]
        for name, stage in stages.items()
        if "@" not in name
        for out in stage.get("outs", [])
    }
