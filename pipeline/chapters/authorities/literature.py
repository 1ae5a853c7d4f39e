"""What others measured, beside what these statistics say: `data/raw/authorities/studies.yaml` as a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, model_validator

from pipeline.authorities.models.declared import PRIMARY_TIMING, STEPS
from pipeline.files import project_root
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model
from pipeline.passages import wording

COLUMNS = ["study", "reference", "studied", "found", "here", "here_low", "here_high", "here_unit", "ours"]
NOTHING_BESIDE = "–"  # these statistics hold nothing that could stand beside the study


class Beside(Strict):
    """Which result of the chapter stands beside a study's."""

    result: Literal["effects", "inspections", "cross_section"]
    support: Identifier
    model: Literal["within", "between"] | None = None
    outcome: Identifier | None = None

    @model_validator(mode="after")
    def _names_one_result(self) -> "Beside":
        if {self.model is not None, self.outcome is not None} != {self.result == "effects"}:
            raise ValueError("give model and outcome for effects, and neither for the other results")
        return self


class Study(Strict):
    """One publication: what it studied and found, in our words."""

    id: Slug
    reference: Annotated[str, Field(pattern=r"^[a-z]+[0-9]{4}[a-z]?$")]
    label: Text
    studied: Text
    found: Text
    beside: Beside | None = None


class _Studies(Strict):
    studies: tuple[Study, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "_Studies":
        ids = [study.id for study in self.studies]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError("studies: the same id twice: " + ", ".join(twice))
        return self


def read_studies(path: Path | None = None) -> tuple[Study, ...]:
    """The studies of studies.yaml, in its order. Raises CodebookError for a file that does not fit."""
    return read_model(path or project_root() / "data" / "raw" / "authorities" / "studies.yaml", _Studies).studies


def studies_beside_ours(
    studies: tuple[Study, ...], results: Mapping[str, pd.DataFrame], titles: Mapping[str, str]
) -> pd.DataFrame:
    """A row a study, with the result of ours that stands beside it, where there is one.

    `results` holds the frames `effects`, `inspections` and `cross_section` of `pipeline.authorities.models.fitting`, of which
    the models without deprivation are taken, as most of the studies have none; `titles` says what an outcome is called.
    Returns the columns `COLUMNS`; `here`, `here_low` and `here_high` are numbers, `ours` says them in words.
    """
    rows = [
        (study.label, f"@{study.reference}", study.studied, study.found, *_beside(study.beside, results, titles))
        for study in studies
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _beside(beside: Beside | None, results: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> tuple:
    none = (float("nan"), float("nan"), float("nan"), "")
    if beside is None:
        return *none, NOTHING_BESIDE
    row = _row(beside, results[beside.result])
    if row is None:
        return *none, "Not fitted here."
    value, low, high = (row[column] for column in _estimate(beside))
    words = wording(
        "authorities/study-beside",
        result=beside.result,
        model=beside.model,
        value=value,
        low=low,
        high=high,
        step=STEPS[beside.support].words,
        outcome=titles.get(beside.outcome or "", ""),
    )
    return value, low, high, _units(beside, row), words


def _row(beside: Beside, frame: pd.DataFrame) -> pd.Series | None:
    """The row of the unadjusted model; the primary timing of the panel."""
    chosen = (frame["support"] == beside.support) & (frame["adjustment"] == "") & (frame["status"] == "fitted")
    if beside.result == "effects":
        chosen &= (frame["model"] == beside.model) & (frame["outcome"] == beside.outcome)
    if beside.result != "inspections":
        chosen &= frame["timing"] == PRIMARY_TIMING
    found = frame[chosen]
    return found.iloc[0] if len(found) else None


def _estimate(beside: Beside) -> tuple[str, str, str]:
    return {
        "effects": ("effect", "low", "high"),
        "inspections": ("odds_ratio", "low", "high"),
        "cross_section": ("rho", "rho_low", "rho_high"),
    }[beside.result]


def _units(beside: Beside, row: pd.Series) -> str:
    return {"inspections": "odds ratio", "cross_section": "rank correlation"}.get(beside.result) or row["unit"]
