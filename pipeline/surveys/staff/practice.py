"""Made-up surveys to learn with: the chapter on a council's own survey runs before there is one."""

from pathlib import Path

from pipeline.surveys.staff.simulation import simulate_survey

SURVEYS = {"made-up": 0.4, "made-up-without-link": 0.0}  # name to latent correlation between any two answers
RESPONDENTS, CLUSTERS, SEED = 400, 40, 1


def practice_survey(root: Path, name: str) -> None:
    """Make up the survey `name` below the project `root`, if it is one of SURVEYS and not there yet.

    It is marked as simulated, and stays out of the pipeline until it is named in params.yaml.
    """
    if name in SURVEYS and not (root / "data" / "raw" / "surveys" / name).exists():
        simulate_survey(root, name, RESPONDENTS, SURVEYS[name], CLUSTERS, SEED)
