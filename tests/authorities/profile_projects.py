"""Small projects with the made-up authorities' cleaned statistics, to make profiles in."""

import shutil
from pathlib import Path

import pandas as pd

from pipeline.authorities.panel.cleaned import Cleaned
from pipeline.authorities.panel.cleaning import write_cleaned
from pipeline.authorities.panel.geography import Lineage
from pipeline.authorities.panel.indicators import read_indicators
from pipeline.chapters.profiles.assembly import Profile, build_profiles
from tests.authorities import made_up

ROOT = Path(__file__).resolve().parents[2]
NORTHSHIRE, JOINT = "E06999001", "E06999017+E06999018"


def made_up_profiles(cleaned: Cleaned, effects: pd.DataFrame | None = None) -> dict[str, Profile]:
    """The profile of each unit."""
    profiles = build_profiles(
        cleaned,
        read_indicators(ROOT / "data/raw/authorities/indicators.yaml"),
        Lineage.model_validate(made_up.LINEAGE),
        effects,
    )
    return {each.unit: each for each in profiles}


def make_project(root: Path, cleaned: Cleaned, collection: Path) -> Path:
    """A folder with what profiles are made from: cleaned statistics, the report's source and its styles."""
    (root / "pipeline").mkdir(parents=True)
    (root / "dvc.yaml").touch()
    raw = root / "data" / "raw" / "authorities"
    raw.mkdir(parents=True)
    shutil.copyfile(ROOT / "data/raw/authorities/indicators.yaml", raw / "indicators.yaml")
    shutil.copyfile(collection / "lineage.yaml", raw / "lineage.yaml")
    write_cleaned(cleaned, root / "data" / "processed" / "authorities")
    (root / "reports").mkdir()
    for name in ("_quarto.yml", "profile.qmd", "references.bib"):
        shutil.copyfile(ROOT / "reports" / name, root / "reports" / name)
    for folder in ("styles", "passages"):
        shutil.copytree(ROOT / "reports" / folder, root / "reports" / folder)
    return root


def effects() -> pd.DataFrame:
    """Two effects of national models, one of which stands."""
    row = {
        "timing": "before",
        "model": "within",
        "step": 10.0,
        "unit": "percentage points",
        "low": -0.4,
        "high": 1.2,
        "mde": 1.0,
        "units": 150,
        "primary": True,
        "adjusted": False,
        "status": "fitted",
    }
    return pd.DataFrame(
        [
            {**row, "support": "vacancy_rate", "outcome": "repeat_plans", "effect": 0.4, "p_adjusted": 0.6},
            {
                **row,
                "support": "agency_rate",
                "outcome": "repeat_plans",
                "effect": 1.5,
                "low": 0.8,
                "high": 2.2,
                "p_adjusted": 0.01,
            },
            {
                **row,
                "support": "agency_rate",
                "outcome": "repeat_plans",
                "effect": 9.9,
                "p_adjusted": 0.01,
                "timing": "after",
            },
        ]
    )
