"""Models of one outcome on one support over units and years: within, between, on counts, and without each unit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.authorities.models.analysis_panel import (
    TIMINGS,
    AnalysisPanel,
    analysis_panel,
    measures_in,
    repeated,
    with_deprivation,
    with_suppressed,
    year_columns,
)
from pipeline.authorities.models.declared import (
    FITTED,
    POINTS,
    PRIMARY_TIMING,
    RATIO,
    SIGNIFICANCE,
    STEPS,
    UNPUBLISHED_COUNT,
    seed_of,
)
from pipeline.errors import DataError
from pipeline.numerals import printed
from pipeline.statistics.binomial_panel import fit_binomial, informative
from pipeline.statistics.clustered_regression import partial_out, robust_slope
from pipeline.statistics.detectable_effect import minimum_detectable_effect
from pipeline.statistics.fixed_effects import mundlak_columns, two_way_effects, within_between
from pipeline.statistics.influence import leave_one_out
from pipeline.statistics.wild_bootstrap import rademacher, wild_bootstrap

EFFECTS = [
    "support",
    "outcome",
    "timing",
    "model",
    "weighted",
    "adjusted",
    "adjustment",
    "step",
    "unit",
    "effect",
    "low",
    "high",
    "std_error",
    "p",
    "p_adjusted",
    "p_bootstrap",
    "bootstrap_low",
    "bootstrap_high",
    "draws",
    "mde",
    "df",
    "units",
    "rows",
    "left_out",
    "primary",
    "status",
    "note",
]
INFLUENCE = ["support", "outcome", "unit", "without", "change", "std_changes", "flips"]
FLOATS = [
    "step",
    "effect",
    "low",
    "high",
    "std_error",
    "p",
    "p_adjusted",
    "p_bootstrap",
    "bootstrap_low",
    "bootstrap_high",
    "mde",
]
NUMBERS = ["effect", "std_error", "low", "high"]
ABSORBED = "deprivation that does not change is held by the authorities' effects"
NOT_ADJUSTED = "not adjusted for deprivation"


@dataclass(frozen=True)
class Pair:
    """One support and one outcome: their rows with each timing, and the table of deprivation."""

    support: str
    outcome: str
    panels: dict[str, AnalysisPanel]
    suppressed: dict[int, AnalysisPanel]  # with the primary timing, small counts replaced by the key
    deprivation: pd.DataFrame

    @classmethod
    def of(cls, panel: pd.DataFrame, deprivation: pd.DataFrame, support: str, outcome: str) -> "Pair":
        """The pair's rows from the cleaned tables."""
        panel = panel[panel["indicator"].isin([support, outcome])]
        panels = {timing: analysis_panel(panel, support, outcome, timing) for timing in TIMINGS}
        suppressed = {
            count: analysis_panel(with_suppressed(panel, outcome, count), support, outcome, PRIMARY_TIMING)
            for count in UNPUBLISHED_COUNT
        }
        return cls(support, outcome, panels, suppressed, deprivation)

    @property
    def step(self) -> float:
        """The step of the support to which effects belong."""
        return STEPS[self.support].size

    @property
    def ids(self) -> dict[str, str]:
        """What every row of a result begins with."""
        return {"support": self.support, "outcome": self.outcome}


def pair_effects(pair: Pair, draws: int, seed: int) -> pd.DataFrame:
    """All models of a pair, columns EFFECTS (p_adjusted is filled where the families are known).

    Linear models are in points of the outcome per step of the support, not weighted: each authority counts once.
    """
    found = []
    for timing in TIMINGS:
        data = pair.panels[timing]
        common = {**pair.ids, "timing": timing, "step": pair.step, "left_out": int(data.left_out["rows"].sum())}
        boots = draws if timing == PRIMARY_TIMING else 0
        found.append({**common, **_within(pair, data.rows, boots, seed), "primary": timing == PRIMARY_TIMING})
        found.append({**common, **_binomial(pair, data.rows)})
        if timing == PRIMARY_TIMING:
            found += [{**common, **row} for row in _between_rows(pair, data.rows, draws, seed)]
    found += [{**pair.ids, "step": pair.step, **row} for row in [*_together(pair), *_suppressed(pair)]]
    defaults = {
        "weighted": False,
        "adjusted": False,
        "adjustment": "",
        "primary": False,
        "draws": 0,
        "note": "",
        "status": FITTED,
        "unit": POINTS,
    }
    table = pd.DataFrame([{**defaults, **row} for row in found], columns=EFFECTS)
    return table.astype(
        {
            "df": "Int64",
            "units": "Int64",
            "rows": "Int64",
            "left_out": "Int64",
            "draws": int,
            **dict.fromkeys(FLOATS, float),
        }
    )


def scaled(slope: pd.Series | dict, step: float) -> dict[str, float]:
    """Effect, error, interval, df, p and smallest detectable effect per step, from those per unit of the support."""
    numbers = {name: float(slope[name]) * step for name in NUMBERS}
    df = int(slope["df"])
    error = numbers["std_error"]
    mde = minimum_detectable_effect(error, df, significance=SIGNIFICANCE) if error else 0.0
    return {**numbers, "df": df, "p": float(slope["p"]), "mde": mde}


def _size(rows: pd.DataFrame) -> dict[str, int]:
    return {"rows": len(rows), "units": rows["unit"].nunique()}


def _within(pair: Pair, rows: pd.DataFrame, draws: int, seed: int) -> dict[str, object]:
    """Two-way fixed effects, with the bootstrap where there are draws."""
    found = {"model": "within", "note": ABSORBED, **_size(rows)}
    try:
        part = partial_out(rows["outcome"], rows["exposure"], year_columns(rows["year"]), rows["unit"])
        slope = two_way_effects(rows, "outcome", ["exposure"]).loc["exposure"]
    except DataError as error:
        return found | {"status": error.what}
    return found | scaled(slope, pair.step) | _bootstrapped(pair, part, draws, seed, "within")


def _bootstrapped(pair: Pair, part, draws: int, seed: int, model: str) -> dict[str, object]:
    if not draws:
        return {}
    own = seed_of(seed, "bootstrap", model, pair.support, pair.outcome)
    boot = wild_bootstrap(part, rademacher(part.groups, draws, own), 1 - SIGNIFICANCE)
    return {
        "p_bootstrap": boot.p,
        "bootstrap_low": boot.low * pair.step,
        "bootstrap_high": boot.high * pair.step,
        "draws": boot.draws,
    }


def _between_rows(pair: Pair, rows: pd.DataFrame, draws: int, seed: int) -> Iterator[dict[str, object]]:
    """Between and difference: without deprivation, and adjusted for the measure that is preferred among those there."""
    measures = measures_in(pair.deprivation)
    yield from _between(pair, rows, "", draws, seed, NOT_ADJUSTED if measures else f"{NOT_ADJUSTED}: no measure of it")
    for measure in measures[:1]:
        ranked = with_deprivation(rows, pair.deprivation, measure)
        kept = ranked.dropna(subset="rank")
        lost = len(ranked) - len(kept)
        note = f"{lost} more rows left out without a rank of deprivation" if lost else ""
        yield from _between(pair, kept, measure, draws, seed, note)


def _between(
    pair: Pair, rows: pd.DataFrame, measure: str, draws: int, seed: int, note: str
) -> Iterator[dict[str, object]]:
    common = {"adjusted": bool(measure), "adjustment": measure, "note": note, **_size(rows)}
    controls = ["rank"] if measure else []
    try:
        found = within_between(rows, "outcome", "exposure", controls=controls)
        columns = mundlak_columns(rows, "exposure", controls=controls)
        part = partial_out(
            rows["outcome"], columns["between"], columns.drop(columns="between"), rows["unit"], absorb=False
        )
    except DataError as error:
        yield from ({**common, "model": model, "status": error.what} for model in ("between", "difference"))
        return
    boot = _bootstrapped(pair, part, draws, seed, f"between {measure}")
    yield {**common, "model": "between", **scaled(found.loc["between"], pair.step), **boot}
    yield {**common, "model": "difference", **scaled(found.loc["difference"], pair.step)}


def _binomial(pair: Pair, rows: pd.DataFrame) -> dict[str, object]:
    """The logit model on counts; units whose outcome has no count, or no event in any year, are left out."""
    counted = with_counts(rows)
    found = {"model": "binomial", "weighted": True, "unit": RATIO, **_size(counted)}
    try:
        fit = fit_binomial(
            counted["events"], counted["trials"], counted["exposure"], year_columns(counted["year"]), counted["unit"]
        )
    except DataError as error:
        return found | {"status": error.what}
    on_log = scaled(vars(robust_slope(fit.part, 1 - SIGNIFICANCE)), pair.step)
    note = f"counts vary {printed(fit.dispersion, '.1f')} times as much as binomial ones"
    if len(rows) > len(counted):
        note += f"; {len(rows) - len(counted)} more rows left out without counts, or without an event in any year"
    return (
        found
        | on_log
        | {name: float(np.exp(on_log[name])) for name in ("effect", "low", "high", "mde")}
        | {"note": note}
    )


def with_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with events and trials, of units that have both events and others, and two such rows."""
    rows = rows.dropna(subset=["events", "trials"])
    rows = rows[rows["trials"] > 0]
    rows = rows[repeated(rows["unit"])]
    return rows[informative(rows["events"], rows["trials"], rows["unit"])] if len(rows) else rows


def _together(pair: Pair) -> Iterator[dict[str, object]]:
    """All three timings in one two-way model: what each adds to the others, the placebo among them."""
    frames = {timing: data.rows for timing, data in pair.panels.items()}
    rows = frames[PRIMARY_TIMING][["unit", "year", "outcome"]]
    for timing, frame in frames.items():
        rows = rows.merge(frame[["unit", "year", "exposure"]].rename(columns={"exposure": timing}), on=["unit", "year"])
    rows = rows[repeated(rows["unit"])]
    found = {"model": "together", "note": "the other timings are held", **_size(rows)}
    try:
        slopes = two_way_effects(rows, "outcome", list(TIMINGS))
    except DataError as error:
        yield from ({**found, "timing": timing, "status": error.what} for timing in TIMINGS)
        return
    yield from ({**found, "timing": timing, **scaled(slopes.loc[timing], pair.step)} for timing in TIMINGS)


def _suppressed(pair: Pair) -> Iterator[dict[str, object]]:
    """The primary model with all small counts at the fewest, and at the most, that they can be."""
    for count, data in pair.suppressed.items():
        rows = data.rows
        more = len(rows) - len(pair.panels[PRIMARY_TIMING].rows)
        found = {
            "model": f"suppressed_{count}",
            "timing": PRIMARY_TIMING,
            "left_out": int(data.left_out["rows"].sum()),
            "note": f"{more} more rows, with unpublished counts as {count}",
            **_size(rows),
        }
        try:
            part = partial_out(rows["outcome"], rows["exposure"], year_columns(rows["year"]), rows["unit"])
        except DataError as error:
            yield found | {"status": error.what}
            continue
        yield found | scaled(vars(robust_slope(part, 1 - SIGNIFICANCE)), pair.step)


def pair_influence(pair: Pair) -> pd.DataFrame:
    """The primary model without each unit, columns INFLUENCE, sorted by unit; no rows where it cannot be fitted.

    `change` is what the unit adds to the effect, `std_changes` the same in robust errors of the whole model; `flips`
    where without it the verdict at 5% (none, more or less) is another.
    """
    rows = pair.panels[PRIMARY_TIMING].rows
    columns = rows["outcome"], rows["exposure"], year_columns(rows["year"]), rows["unit"]
    try:
        whole = robust_slope(partial_out(*columns))
        found = leave_one_out(*columns)
    except DataError:
        return pd.DataFrame(columns=INFLUENCE)
    verdict = np.sign(whole.effect) * (whole.p < SIGNIFICANCE)
    found["flips"] = found["p"].notna() & (np.sign(found["without"]) * (found["p"] < SIGNIFICANCE) != verdict)
    found["std_changes"] = found["change"] / whole.std_error
    found[["without", "change"]] *= pair.step
    return found.rename(columns={"cluster": "unit"}).assign(**pair.ids)[INFLUENCE]
