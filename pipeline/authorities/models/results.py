"""The results of the national models: which of them count, and as files, which notebook 07 writes and others read."""

from pathlib import Path

import pandas as pd

from pipeline.files import write_csv

MODELS = Path("data/processed/authority-models")  # under the project's folder


def write_results(results: object, folder: Path) -> None:
    """Write every frame of a `fitting.Results` as `<folder>/<name>.csv`."""
    for name, frame in vars(results).items():
        write_csv(folder / f"{name}.csv", frame)


def preferred(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows adjusted for deprivation, or all where none is: the family of tests that is declared."""
    return rows[in_family(rows)].reset_index(drop=True)


def in_family(rows: pd.DataFrame) -> pd.Series:
    """Which rows `preferred` takes."""
    adjusted = rows["adjusted"].astype(bool)
    return adjusted if adjusted.any() else ~adjusted


def read_effects(root: Path) -> pd.DataFrame | None:
    """The effects of the national models; None where they were not run."""
    path = root / MODELS / "effects.csv"
    return pd.read_csv(path) if path.is_file() else None
