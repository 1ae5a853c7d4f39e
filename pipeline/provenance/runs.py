"""What a run published: the working folder's last one, or a revision's from DVC's cache, or made again in a copy."""

import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pipeline.errors import PipelineError
from pipeline.machine.isolation import isolated
from pipeline.workflow.failures import git_refused
from pipeline.workflow.records import LOCK, last_record
from pipeline.workflow.running import reproduce

if TYPE_CHECKING:
    from dvc.api import DVCFileSystem

SOURCES = (LOCK, "params.yaml", "requirements.lock")  # what a run was made from, under version control
MAKE = "Add --make: the revision is then made again in a copy, which takes as long as `make report`."


@dataclass(frozen=True)
class Run:
    """One run of the reports: its folder holds reports/ as they were, and the files that it was made from.

    `stages` is dvc.lock's: for each stage its command, and dependencies and outputs with their hashes. `rendered` is
    whether the site's pages were made too: a run that is made again for a comparison does without them.
    """

    label: str
    folder: Path
    stages: Mapping[str, Mapping]
    revision: str | None = None
    rendered: bool = True

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def outputs(self, stage: str) -> dict[str, str]:
        """The outputs of `stage` with their hashes."""
        return {out["path"]: out["md5"] for out in self.stages.get(stage, {}).get("outs", [])}

    @property
    def surveys(self) -> list[str]:
        """The surveys of councils that this run reports on."""
        return sorted({name.partition("@")[2] for name in self.stages if "@" in name})


def last_run(root: Path) -> Run:
    """The last run in the working folder, where its files lie. Raises PipelineError where there was none."""
    record = last_record(root)
    if not record.is_file() or not (root / "reports" / "published").is_dir():
        raise PipelineError(
            "The working folder holds no finished run.",
            where=str(root),
            found="no reports/published",
            fix="Run 'golden-thread run', and compare again.",
        )
    return Run("the working folder", root, _stages(record.read_text(encoding="utf-8")))


def run_at(root: Path, revision: str, scratch: Path, make: bool = False) -> Run:
    """The run whose dvc.lock git holds at `revision`, put into the folder `scratch`.

    What it published comes from DVC's cache; with `make`, what the cache has lost is made again. Raises PipelineError
    for a folder without git, an unknown revision, one without dvc.lock, and one that the cache does not hold.
    """
    commit = resolve(root, revision)
    label = revision if commit.startswith(revision) else f"{revision} ({commit[:7]})"
    if not _git(root, "ls-tree", "--name-only", commit, LOCK).stdout:
        raise PipelineError(
            "This revision holds no record of a run.",
            where=revision,
            found=f"no {LOCK}",
            fix="Name a later revision: git log --oneline -- dvc.lock lists those with a run.",
        )
    from dvc.api import DVCFileSystem  # takes half a second
    from dvc.repo import Repo

    with isolated(root), Repo(str(root), rev=commit) as repo:
        files = DVCFileSystem(repo=repo)
        _fetch(files, [*SOURCES, *_tracked(root, commit, "reports")], scratch)
        run = Run(label, scratch, _stages((scratch / LOCK).read_text(encoding="utf-8")), commit)
        missing = _fetch(files, _compared(run, of_surveys=False), scratch)
        _fetch(files, _compared(run, of_surveys=True), scratch)  # nothing can be done where these are missing
        cache = Path(repo.cache.local.path)
    if not missing:
        return run
    if not make:
        raise PipelineError(
            "DVC's cache does not hold what this revision published.",
            where=label,
            found=f"{len(missing)} outputs are missing, such as {missing[0]}",
            fix=MAKE,
        )
    return _made_again(root, run, scratch / "made", cache)


def resolve(root: Path, revision: str) -> str:
    """The commit that `revision` names."""
    asked = _git(root, "rev-parse", "--git-dir")
    if asked.returncode and "dubious" in asked.stderr.decode():
        raise git_refused(asked.stderr.decode())
    if asked.returncode:
        raise PipelineError(
            "Runs are compared by revisions of git, and this folder is not under git.",
            where=str(root),
            fix="Clone the project instead of unpacking an archive of it.",
        )
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise PipelineError(
            "There is no such revision.",
            where="git",
            found=revision,
            expected="a branch, a tag, a commit, or HEAD~1 for the one before the last",
            fix="Look it up: git log --oneline.",
        )
    return found.stdout.decode().strip()


def changed_lines(root: Path, was: Run, now: Run, path: str) -> dict[str, int]:
    """The files under version control at or under `path` that differ between two runs, with the lines that changed."""
    revisions = [run.revision for run in (was, now) if run.revision]
    listed = _git(root, "diff", "--numstat", "--no-renames", *revisions, "--", path).stdout.decode()
    counted = [line.split("\t") for line in listed.splitlines()]
    return {name: max(int(added), int(removed)) for added, removed, name in counted if added != "-"}


def _made_again(root: Path, run: Run, folder: Path, cache: Path) -> Run:
    """The notebooks of `run` run again in a copy of its revision, which fills the project's own cache on the way."""
    folder.mkdir()
    archive = _git(root, "archive", "--format=tar", run.revision).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    (folder / ".dvc" / "config.local").write_text(
        f"[core]\n    no_scm = true\n[cache]\n    dir = {cache.parents[1]}\n", encoding="utf-8"
    )
    reproduce(folder, [stage for stage in run.stages if "@" not in stage and _published(run.outputs(stage))])
    return Run(
        f"{run.label}, made again",
        folder,
        _stages((folder / LOCK).read_text(encoding="utf-8")),
        run.revision,
        rendered=False,
    )


def _compared(run: Run, of_surveys: bool) -> list[str]:
    """The outputs to compare: what was published, and the tables for readers.

    Of a council's survey only the tables are taken, to see whether they are the same (see differences.py).
    """
    return [
        path
        for stage in run.stages
        if ("@" in stage) == of_surveys
        for path in run.outputs(stage)
        if is_table(path) or (not of_surveys and path.startswith("reports/published/"))
    ]


def is_table(path: str) -> bool:
    """Whether an output is a table for readers, or a folder of them.

    >>> is_table("reports/site/data/claims.csv"), is_table("reports/site/authorities/data")
    (True, True)
    >>> is_table("reports/site/study.pdf"), is_table("data/processed/surveys/ofsted-2011/answers.csv")
    (False, False)
    """
    return path.startswith("reports/site/") and (path.endswith((".csv", "/data")))


def _published(outputs: Mapping[str, str]) -> bool:
    return any(path.startswith("reports/published/") for path in outputs)


def _fetch(files: "DVCFileSystem", paths: list[str], folder: Path) -> list[str]:
    """Copy `paths` into `folder`; return those that cannot be had."""
    from dvc_data.index import DataIndexDirError  # a folder whose list of files the cache has lost

    missing = []
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            files.get(path, str(folder / path), recursive=files.isdir(path))
        except (FileNotFoundError, DataIndexDirError):
            missing.append(path)
    return missing


def _tracked(root: Path, commit: str, folder: str) -> list[str]:
    """The files directly in `folder` that git holds at `commit`."""
    listed = _git(root, "ls-tree", "--name-only", "-z", commit, f"{folder}/").stdout.decode().split("\0")
    return [path for path in listed if Path(path).suffix in (".qmd", ".yml", ".yaml")]


def _stages(lock: str) -> dict[str, Mapping]:
    return (yaml.safe_load(lock) or {}).get("stages", {})


def _git(root: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *words], cwd=root, capture_output=True)
