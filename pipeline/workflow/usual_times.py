"""How long each stage usually takes in this folder: the median of its last runs, kept in `.dvc/tmp/golden-thread/seconds.json`."""

import json
from pathlib import Path
from statistics import median

from pipeline.files import write_json

FILE = Path(".dvc/tmp/golden-thread/seconds.json")
KEPT = 5  # runs of a stage


def usual_seconds(root: Path) -> dict[str, float]:
    """Each stage that has run here, with its usual time."""
    return {stage: median(seconds) for stage, seconds in _noted(root).items()}


def note_seconds(root: Path, stage: str, seconds: float) -> None:
    """Note that `stage` has run to its end."""
    noted = _noted(root)
    write_json(root / FILE, noted | {stage: [*noted.get(stage, []), round(seconds, 1)][-KEPT:]})


def forget_survey(root: Path, survey: str) -> None:
    """Take out the stages that run for a survey."""
    noted = _noted(root)
    left = {stage: seconds for stage, seconds in noted.items() if not stage.endswith(f"@{survey}")}
    if left != noted:
        write_json(root / FILE, left)


def _noted(root: Path) -> dict[str, list[float]]:
    """What is noted; nothing, where that cannot be read: it is of no further use."""
    try:
        content = json.loads((root / FILE).read_text(encoding="utf-8"))
        return {str(stage): [float(each) for each in seconds] for stage, seconds in content.items() if seconds}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
