"""The national analysis of authorities: do vacancies, turnover, agency use, caseload and absence go with outcomes?

Four families of tests are declared, and false discoveries controlled within each (Benjamini and Hochberg 1995, Journal
of the Royal Statistical Society B 57: 289–300): change within authorities over the years (two-way fixed effects,
workforce before the outcomes, all supports and outcomes); differences between them; the cross-section of changes of social
worker; and inspections. The last three count their models adjusted for deprivation, where a measure of it is there.
Everything else (other timings, counts, the curve) is shown to see how far an answer depends on choices.
"""

from dataclasses import dataclass

import pandas as pd

from pipeline.authorities.models.analysis_panel import LEFT_OUT
from pipeline.authorities.models.cross_section import cross_section_models
from pipeline.authorities.models.declared import (
    CROSS_OUTCOME,
    CURVE_DRAWS,
    DRAWS,
    OUTCOMES,
    PRIMARY_TIMING,
    ROOT_SEED,
    SUPPORTS,
)
from pipeline.authorities.models.inspection_models import inspection_models
from pipeline.authorities.models.panel_models import EFFECTS, INFLUENCE, Pair, pair_effects, pair_influence
from pipeline.authorities.models.results import in_family
from pipeline.authorities.models.specifications import CURVES, SPECIFICATIONS, specification_curve
from pipeline.authorities.panel.geography import LOCAL
from pipeline.statistics.false_discovery import adjusted_for_false_discoveries

INFLUENTIAL = ["support", "outcome", "unit", "without", "change", "lowest", "highest", "flips"]


@dataclass(frozen=True)
class Results:
    """All tables of the national analysis; each has its columns also where it has no rows. `status` is "fitted", or why
    a row has no numbers.

    effects: EFFECTS, one row a support, outcome, timing and model. left_out: support, outcome, timing, why, rows,
    units. specifications, curves: SPECIFICATIONS and CURVES. influence, influential: the primary model without each
    unit, and the unit that matters most with the range over all. The others: as `inspection_models` and
    `cross_section_models`.
    """

    effects: pd.DataFrame
    left_out: pd.DataFrame
    specifications: pd.DataFrame
    curves: pd.DataFrame
    influence: pd.DataFrame
    influential: pd.DataFrame
    inspections: pd.DataFrame
    inspection_left_out: pd.DataFrame
    cross_section: pd.DataFrame


def fit_models(
    panel: pd.DataFrame,
    inspections: pd.DataFrame,
    deprivation: pd.DataFrame,
    *,
    draws: int = DRAWS,
    curve_draws: int = CURVE_DRAWS,
    seed: int = ROOT_SEED,
) -> Results:
    """Fit everything: `panel` on today's authorities, `inspections` and `deprivation` as they were cleaned.

    draws: of the bootstrap, 0 for none. curve_draws: of each specification curve. Same input, same results.
    """
    panel = panel[panel["level"].isin(LOCAL) & panel["indicator"].isin([*SUPPORTS, *OUTCOMES, CROSS_OUTCOME])]
    there = set(panel["indicator"])
    pairs = [
        Pair.of(panel, deprivation, support, outcome)
        for outcome in OUTCOMES
        for support in SUPPORTS
        if support in there and outcome in there
    ]
    curves = [specification_curve(pair, curve_draws, seed) for pair in pairs]
    influence = _stacked([pair_influence(pair) for pair in pairs], INFLUENCE)
    judged, judged_left_out = inspection_models(panel, inspections, deprivation)
    return Results(
        effects=_with_families(_stacked([pair_effects(pair, draws, seed) for pair in pairs], EFFECTS)),
        left_out=_left_out(pairs),
        specifications=_stacked([curve.specifications for curve in curves], SPECIFICATIONS),
        curves=_stacked([curve.summary for curve in curves], CURVES),
        influence=influence,
        influential=_influential(influence),
        inspections=with_adjusted_p(judged, in_family(judged)),
        inspection_left_out=judged_left_out,
        cross_section=_cross_section(panel, deprivation),
    )


def with_adjusted_p(table: pd.DataFrame, family: pd.Series) -> pd.DataFrame:
    """`table` with `p_adjusted` (Benjamini and Hochberg) over the rows of a family that have a p-value.

    >>> import numpy as np
    >>> table = pd.DataFrame({"p": [0.01, 0.04, np.nan, 0.03], "p_adjusted": np.nan})
    >>> with_adjusted_p(table, pd.Series(True, table.index))["p_adjusted"].round(4).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    adjusted = adjusted_for_false_discoveries(table["p"], family)
    return table.assign(p_adjusted=adjusted.where(family, table["p_adjusted"].astype(float)))


def _with_families(effects: pd.DataFrame) -> pd.DataFrame:
    effects = with_adjusted_p(effects, effects["primary"].astype(bool))
    between = (effects["model"] == "between") & in_family(effects)
    return with_adjusted_p(effects, between)


def _cross_section(panel: pd.DataFrame, deprivation: pd.DataFrame) -> pd.DataFrame:
    table = cross_section_models(panel, deprivation)
    return with_adjusted_p(table, (table["timing"] == PRIMARY_TIMING) & in_family(table))


def _left_out(pairs: list[Pair]) -> pd.DataFrame:
    tables = [data.left_out.assign(**pair.ids, timing=timing) for pair in pairs for timing, data in pair.panels.items()]
    return _stacked(tables, ["support", "outcome", "timing", *LEFT_OUT])


def _influential(influence: pd.DataFrame) -> pd.DataFrame:
    """The unit whose absence moves the effect most, and the lowest and highest effect without any one unit."""
    found = []
    for _, rows in influence.groupby(["support", "outcome"], sort=False):
        if rows["change"].notna().any():
            most = rows.loc[rows["change"].abs().idxmax()]
            found.append({**most, "lowest": rows["without"].min(), "highest": rows["without"].max()})
    return pd.DataFrame(found, columns=INFLUENTIAL)


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    tables = [table for table in tables if len(table)]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
