"""An outcome published for one year only, beside the workforce: a cross-section, which cannot tell more than its name.

Units are compared with each other once; whatever else sets them apart, deprivation first, can be behind a link.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import norm, rankdata

from pipeline.authorities.models.analysis_panel import TIMINGS, measures_in, with_deprivation
from pipeline.authorities.models.declared import CROSS_OUTCOME, FITTED, SIGNIFICANCE, STEPS, SUPPORTS
from pipeline.authorities.panel.geography import LOCAL
from pipeline.statistics.detectable_effect import minimum_detectable_effect

CROSS_SECTION = [
    "support",
    "outcome",
    "timing",
    "adjusted",
    "adjustment",
    "year",
    "rho",
    "rho_low",
    "rho_high",
    "rho_p",
    "step",
    "effect",
    "low",
    "high",
    "p",
    "p_adjusted",
    "mde",
    "units",
    "left_out",
    "status",
    "note",
]
LEAST = 20  # units


def rank_correlation(
    first: np.ndarray, second: np.ndarray, held: np.ndarray | None = None, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Spearman's rho with its interval and p-value, partial if a third variable is held: (rho, low, high, p).

    The interval is Fisher's, with the error of Bonett and Wright (2000, Psychometrika 65: 23–28); n − 4 for n − 3 where
    a variable is held.

    >>> [round(value, 3) for value in rank_correlation(np.arange(20.0), np.arange(20.0) ** 2 % 17)]
    [-0.117, -0.533, 0.345, 0.627]
    """
    ranks = [rankdata(values) - (len(values) + 1) / 2 for values in (first, second, held) if values is not None]
    if held is not None:
        third = ranks.pop()
        ranks = [values - third * (third @ values) / (third @ third) for values in ranks]
    rho = float(ranks[0] @ ranks[1] / np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1])))
    if abs(rho) >= 1 - 1e-12:
        return rho, rho, rho, 0.0
    free = len(ranks[0]) - 3 - (held is not None)
    error = np.sqrt((1 + rho**2 / 2) / free)
    half = norm.ppf((1 + level) / 2) * error
    p = float(2 * norm.sf(abs(np.arctanh(rho)) * np.sqrt(free)))
    return rho, float(np.tanh(np.arctanh(rho) - half)), float(np.tanh(np.arctanh(rho) + half)), p


def cross_section_models(panel: pd.DataFrame, deprivation: pd.DataFrame) -> pd.DataFrame:
    """All supports, workforce before the year and in it, without and with deprivation: columns CROSS_SECTION.

    rho is Spearman's (partial where adjusted); effect is percentage points of the outcome per step of the support, by
    least squares with HC3 errors (MacKinnon and White 1985, Journal of Econometrics 29: 305–325). The year is the
    outcome's newest.
    """
    panel = panel[panel["level"].isin(LOCAL)]
    outcomes = panel[panel["indicator"] == CROSS_OUTCOME]
    year = outcomes.loc[outcomes["value"].notna(), "year"].max()
    rows = []
    for support in SUPPORTS if len(outcomes) else ():
        for timing in ("before", "within"):
            for measure in ("", *measures_in(deprivation)[:1]):
                row = {
                    "support": support,
                    "outcome": CROSS_OUTCOME,
                    "timing": timing,
                    "adjusted": bool(measure),
                    "adjustment": measure,
                    "year": year,
                    "step": STEPS[support].size,
                    "note": "one year: a cross-section" + ("" if measure else ", not adjusted for deprivation"),
                }
                rows.append(row | _model(_units(panel, outcomes, support, timing, year, deprivation, measure), support))
    return pd.DataFrame(rows, columns=CROSS_SECTION)


def _units(
    panel: pd.DataFrame,
    outcomes: pd.DataFrame,
    support: str,
    timing: str,
    year: int,
    deprivation: pd.DataFrame,
    measure: str,
) -> pd.DataFrame:
    """One row a unit: year, exposure, outcome and rank, NaN where they are missing."""
    ours = outcomes[outcomes["year"] == year].set_index("unit")["value"].rename("outcome")
    theirs = panel[(panel["indicator"] == support) & (panel["year"] == year - TIMINGS[timing])]
    both = pd.concat([ours, theirs.set_index("unit")["value"].rename("exposure")], axis=1).rename_axis("unit")
    both = both.sort_index().reset_index().assign(year=year)
    return with_deprivation(both, deprivation, measure) if measure else both.assign(rank=0.0)


def _model(units: pd.DataFrame, support: str) -> dict[str, object]:
    complete = units.dropna(subset=["exposure", "outcome", "rank"])
    found = {"units": len(complete), "left_out": len(units) - len(complete)}
    if len(complete) < LEAST:
        return found | {"status": f"fewer than {LEAST} units"}
    if complete["exposure"].nunique() < 2 or complete["outcome"].nunique() < 2:
        return found | {"status": "the exposure or the outcome does not vary"}
    step = STEPS[support].size
    adjusted = complete["rank"].nunique() > 1
    held = complete["rank"].to_numpy() if adjusted else None
    names = ["rho", "rho_low", "rho_high", "rho_p"]
    rho = rank_correlation(complete["exposure"].to_numpy(), complete["outcome"].to_numpy(), held, 1 - SIGNIFICANCE)
    design = sm.add_constant(complete[["exposure", "rank"] if adjusted else ["exposure"]].astype(float))
    fit = sm.OLS(complete["outcome"].astype(float), design).fit(cov_type="HC3", use_t=True)
    low, high = fit.conf_int(SIGNIFICANCE).loc["exposure"]
    return (
        found
        | dict(zip(names, rho, strict=True))
        | {
            "effect": fit.params["exposure"] * step,
            "low": low * step,
            "high": high * step,
            "p": fit.pvalues["exposure"],
            "mde": minimum_detectable_effect(fit.bse["exposure"] * step, fit.df_resid, significance=SIGNIFICANCE),
            "status": FITTED,
        }
    )
