"""Whether the values that reports show are those of the last run: a notebook that was run by hand feeds none unnoticed.

A chapter that somebody runs in JupyterLab, or by hand with other parameters, publishes where the pipeline publishes. A run
puts right what it finds changed (DVC restores it); a report that is rendered without a run would show it.
"""

from pathlib import Path

from pipeline.errors import RenderError
from pipeline.phrases import listed
from pipeline.workflow.dvc_cache import md5_of_folder, outputs, recorded_stages
from pipeline.workflow.records import last_record

PUBLISHED = Path("reports/published")


def check_recorded_values(root: Path, edition: str = "") -> None:
    """Raise RenderError where a notebook's published values are not those of the last run; of an `edition`, of its own notebook."""
    changed = []
    for out in outputs(recorded_stages(last_record(root))):
        path = Path(out["path"])
        concerned = path.is_relative_to(PUBLISHED) and (path.name == edition if edition else len(path.parts) == 3)
        if concerned and (root / path).is_dir() and md5_of_folder(root / path) != out["md5"]:
            changed.append(path.as_posix())
    if changed:
        changed.sort()
        names = [Path(path).name for path in changed]
        one = len(changed) == 1
        raise RenderError(
            f"{listed(names)} {'was' if one else 'were'} run by hand: {'its' if one else 'their'} values are not those of the last run, "
            "and no report is made of them.",
            where=", ".join(changed),
            expected="what the last run has published",
            fix="golden-thread run puts the values back and makes the reports. For values of your own, put the parameters into "
            "params.local.yaml, and run.",
        )
