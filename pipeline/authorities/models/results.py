"""The results of the national models as files: notebook 07 writes them, the profiles and the evidence map read them."""

from pathlib import Path

import pandas as pd

from pipeline.files import write_csv

MODELS = Path("data/processed/authority-models")  # under the project's folder


def write_results(results: object, folder: Path) -> None:
    """Write every frame of a `fitting.Results` as `<folder>/<name>.csv`."""
    for name, frame in vars(results).items():
        write_csv(folder / f"{name}.csv", frame)


def read_effects(root: Path) -> pd.DataFrame | None:
    """The effects of the national models; None where they were not run."""
    path = root / MODELS / "effects.csv"
    return pd.read_csv(path) if path.is_file() else None
