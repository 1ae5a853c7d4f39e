"""Why a run stopped: what the failed stage said, or DVC's own reason, and what to do.

A stage that failed says why itself, and DVC adds that it "failed to run". Any other reason is DVC's: a folder that is
missing, a disk that is full, a file that may not be written. It counts, whatever a stage printed before.
"""

import re

from pipeline.errors import GoldenThreadError, MachineError, PipelineError
from pipeline.machine.memory import MEMORY, told

_STAGE_FAILED = re.compile(r"ERROR: failed to reproduce '(?P<name>[^']+)':?\s*(?P<reason>[^\n]*)")
_OF_DVC = re.compile(r"ERROR: (?:unexpected error - |unexpected error: )?(?P<reason>[^\n]*)")
_NOT_THE_STAGE_S = re.compile(r"> |ERROR: |Updating lock file|To track|Use `dvc|\[IPKernelApp\]|Verifying data sources")
_BLOCKED = re.compile(r"Unable to acquire lock|is being blocked by")
_ENDED = re.compile(r"failed to run: .*, exited with (?P<code>-?\d+)")
_MISSING = re.compile(
    r"missing data '[^']*': (?P<data>.+)|No such file or directory: '(?P<file>.+)'|"
    r"dependency '(?P<dependency>.+)' does not exist"
)
_OF_SURVEY = re.compile(r"data/raw/surveys/(?P<name>[a-z0-9-]+)")
_UNTRUSTED = re.compile(r"dubious ownership|not owned by current user")
_ERROR = re.compile(r"[\w.]*Error")
KILLED = {-9, 137}  # by the machine, which does so when memory runs out
MISTAKE = 2  # how a stage ends on a user's mistake


def failure(printed: str) -> GoldenThreadError:
    """The error for what a run of DVC that failed had printed since its last stage began.

    >>> print(failure("ERROR: failed to reproduce 'link': [Errno 28] No space left on device: 'a.csv'"))
    The disk is full.
      where:    a.csv
      fix:      Free some space, and run the command again: what was finished is kept. 'make clean' removes what can be made again.
    """
    told_by_dvc = [found for found in map(_STAGE_FAILED.match, printed.splitlines()) if found]
    if not told_by_dvc:
        reasons = [found["reason"] for found in map(_OF_DVC.match, printed.splitlines()) if found]
        return _of_dvc("", "\n".join(reasons) or printed.strip())
    last = told_by_dvc[-1]
    ended = _ENDED.match(last["reason"])
    return _of_stage(last["name"], int(ended["code"]), printed) if ended else _of_dvc(last["name"], last["reason"])


def _of_stage(name: str, code: int, printed: str) -> GoldenThreadError:
    said = "\n".join(line for line in printed.splitlines() if line.strip() and not _NOT_THE_STAGE_S.match(line))
    if code in KILLED:
        return MachineError(
            f"The machine ended the stage '{name}'.",
            found="a process that was killed, as when memory runs out",
            fix=MEMORY,
        )
    kind, _, words = (said.splitlines() or [""])[-1].partition(": ")  # the end of a traceback, where it is one
    if code != MISTAKE and _ERROR.fullmatch(kind) and (of_machine := told(kind, words)):
        return of_machine
    stopped = PipelineError(f"The pipeline stopped at the stage '{name}'.\n{said or printed.strip()}")
    stopped.exit_code = MISTAKE if code == MISTAKE else 1
    return stopped


def _of_dvc(stage: str, reason: str) -> GoldenThreadError:
    at = f"the stage {stage}" if stage else "dvc.yaml"
    if of_machine := told("", reason):
        return of_machine
    if _BLOCKED.search(reason):
        return PipelineError(
            "Another run of the pipeline is still going in this folder.",
            fix="Wait for it to end, or stop it, and run again.",
        )
    if _UNTRUSTED.search(reason):
        return git_refused(reason)
    if missing := _MISSING.search(reason):
        paths = next(filter(None, missing.groups())).strip("'\" ")
        survey = _OF_SURVEY.search(paths)
        return PipelineError(
            "A file or folder that a stage reads is not there.",
            where=at,
            found=f"no {paths}",
            fix=f"The survey {survey['name']} is named in the parameters, and its answers are not on this machine: "
            f"ask its owner for the folder, or take {survey['name']} out of surveys in params.yaml or params.local.yaml."
            if survey
            else "Put it back, or run 'golden-thread run', which makes what can be made.",
        )
    return PipelineError("DVC could not run the pipeline.", where=at, found=reason)


def git_refused(said: str) -> PipelineError:
    """The error for what git `said` when it would not work in the project's folder."""
    if not _UNTRUSTED.search(said):
        return PipelineError(
            "git could not look at the project's folder.",
            found=said.strip(),
            fix="Clone the project anew, or work in an unpacked archive of it without git.",
        )
    return PipelineError(
        "The project's folder belongs to another user, and git does not trust it.",
        fix="Copy or clone the project to a folder of your own. Where you trust its owner, tell git so: "
        "git config --global --add safe.directory FOLDER",
    )
