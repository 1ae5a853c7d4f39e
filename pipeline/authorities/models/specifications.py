"""The specification curve of a support and an outcome: every defensible within-authority model, and their joint test.

Choices: workforce before the year of outcomes or in the middle of it; linear and each authority alike, linear and
weighted by the outcome's denominator, or a logit model on counts; with or without the year of the pandemic, joint
returns, small authorities, and the rank of deprivation (of a measure published every year). All have effects of
authority and year. The first specification is the primary model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pipeline.authorities.models.analysis_panel import CONSTANT, measures_in, repeated, with_deprivation, year_columns
from pipeline.authorities.models.declared import FITTED, SIGNIFICANCE, seed_of
from pipeline.authorities.models.panel_models import Pair
from pipeline.errors import DataError
from pipeline.statistics.binomial_panel import fit_binomial, informative
from pipeline.statistics.clustered_regression import Partialled, partial_out, robust_slope
from pipeline.statistics.specification_curve import curve_test

CURVE_TIMINGS = ("before", "within")
FORMS = (("linear", False), ("linear", True), ("binomial", True))
PANDEMIC_YEARS = (2021,)  # April 2020 to March 2021
SMALL = 100  # of the outcome's denominator in the median year: the share then has an error of about 4 points
IN_OUT = ("in", "out")
CHOICES = ["model", "timing", "weighted", "pandemic", "joint", "small", "deprivation"]
SPECIFICATIONS = [
    "support",
    "outcome",
    "specification",
    *CHOICES,
    "effect",
    "low",
    "high",
    "p",
    "rows",
    "units",
    "status",
]
CURVES = [
    "support",
    "outcome",
    "specifications",
    "fitted",
    "median",
    "lowest",
    "highest",
    "same_sign",
    "share_same_sign",
    "significant",
    "share_significant",
    "p_median",
    "p_same_sign",
    "p_significant",
    "draws",
    "status",
]


@dataclass(frozen=True)
class Curve:
    """A pair's specifications (one row each) and its curve (one row)."""

    specifications: pd.DataFrame
    summary: pd.DataFrame


def specification_curve(pair: Pair, draws: int, seed: int) -> Curve:
    """All specifications of a pair, and the test of their curve with `draws` draws.

    Effects are percentage points of the outcome per step of the support; of a logit model the average over all that
    were counted. In the test, and in what the curve counts, logit models stand with their score tests.
    """
    measure = next((one for one in measures_in(pair.deprivation) if one not in CONSTANT), "")
    rows, parts, scales = [], [], []
    for number, (choice, data) in enumerate(_choices(pair, measure), start=1):
        size = {"rows": len(data.unit), "units": len(np.unique(data.unit))}
        row = {**pair.ids, "specification": number, **choice, **size}
        try:
            found, part, scale = _fitted(pair, choice, data)
        except DataError as error:
            rows.append({**row, "status": error.what})
            continue
        rows.append({**row, **found, "status": FITTED})
        parts.append(part)
        scales.append(scale)
    table = pd.DataFrame(rows, columns=SPECIFICATIONS).astype(dict.fromkeys(["effect", "low", "high", "p"], float))
    return Curve(table, _summary(pair, table, parts, scales, draws, seed))


@dataclass(frozen=True)
class _Columns:
    """Columns of n rows as arrays; unit (n,) counts the pair's units from 0, controls are n × r, rank may have NaN."""

    unit: np.ndarray
    outcome: np.ndarray
    exposure: np.ndarray
    events: np.ndarray
    trials: np.ndarray
    controls: np.ndarray
    rank: np.ndarray

    def where(self, kept: np.ndarray) -> "_Columns":
        return _Columns(*(column[kept] for column in vars(self).values()))

    def usable(self, model: str, weighted: bool) -> "_Columns":
        """Rows that a model can take: with counts or a denominator where it needs them, two or more a unit."""
        if not weighted:
            return self.where(repeated(self.unit))
        found = self.where(self.trials > 0)
        if model == "binomial":
            found = found.where(np.isfinite(found.events))
        found = found.where(repeated(found.unit))
        return found.where(informative(found.events, found.trials, found.unit)) if model == "binomial" else found


def _choices(pair: Pair, measure: str) -> Iterator[tuple[dict[str, object], _Columns]]:
    """Every combination of choices with its rows; deprivation is a choice only where it is published every year."""
    tables = {timing: pair.panels[timing].rows for timing in CURVE_TIMINGS}
    units = np.unique(np.concatenate([rows["unit"].to_numpy(dtype=object) for rows in tables.values()]))
    for timing, rows in tables.items():
        rows = with_deprivation(rows, pair.deprivation, measure) if measure else rows.assign(rank=np.nan)
        numbers = (rows[name].to_numpy(dtype=float) for name in ("outcome", "exposure", "events", "trials"))
        columns = _Columns(
            np.searchsorted(units, rows["unit"].to_numpy(dtype=object)),
            *numbers,
            year_columns(rows["year"]),
            rows["rank"].to_numpy(dtype=float),
        )
        left_out = {
            "pandemic": rows["year"].isin(PANDEMIC_YEARS).to_numpy(),
            "joint": (rows["level"] == "joint").to_numpy(),
            "small": (rows["trials"].groupby(rows["unit"]).transform("median") < SMALL).to_numpy(),
        }
        ranked = ("out", "in") if measure else ("out",)
        for pandemic, joint, small, deprivation in product(IN_OUT, IN_OUT, IN_OUT, ranked):
            kept = np.isfinite(columns.rank) if deprivation == "in" else np.full(len(rows), True)
            for name, choice in (("pandemic", pandemic), ("joint", joint), ("small", small)):
                kept = kept & ~left_out[name] if choice == "out" else kept
            for model, weighted in FORMS:
                yield (
                    {
                        "model": model,
                        "timing": timing,
                        "weighted": weighted,
                        "pandemic": pandemic,
                        "joint": joint,
                        "small": small,
                        "deprivation": deprivation,
                    },
                    columns.where(kept).usable(model, weighted),
                )


def _fitted(pair: Pair, choice: dict, data: _Columns) -> tuple[dict[str, float], Partialled, float]:
    """Effect, interval and p of one specification, and the part and scale with which it enters the curve's test."""
    controls = np.column_stack([data.controls, data.rank]) if choice["deprivation"] == "in" else data.controls
    scale = pair.step
    if choice["model"] == "binomial":
        columns = data.events, data.trials, data.exposure, controls, data.unit
        fit, null = fit_binomial(*columns), fit_binomial(*columns, null=True)
        slope, part = robust_slope(fit.part, 1 - SIGNIFICANCE), null.part
        size, scale = fit.average * scale, null.average * scale
    else:
        weights = data.trials if choice["weighted"] else None
        part = partial_out(data.outcome, data.exposure, controls, data.unit, weights)
        slope, size = robust_slope(part, 1 - SIGNIFICANCE), scale
    found = {name: getattr(slope, name) * size for name in ("effect", "low", "high")}
    return found | {"p": slope.p}, part, scale


def _summary(
    pair: Pair, table: pd.DataFrame, parts: list[Partialled], scales: list[float], draws: int, seed: int
) -> pd.DataFrame:
    row = {
        **pair.ids,
        "specifications": len(table),
        "fitted": len(parts),
        "draws": 0,
        "status": "no model could be fitted",
    }
    if parts:
        test = curve_test(parts, scales, draws, seed_of(seed, "curve", pair.support, pair.outcome), SIGNIFICANCE)
        row |= vars(test) | {
            "lowest": table["effect"].min(),
            "highest": table["effect"].max(),
            "status": FITTED,
            "share_same_sign": test.same_sign / len(parts),
            "share_significant": test.significant / len(parts),
        }
    return pd.DataFrame([row], columns=CURVES)
