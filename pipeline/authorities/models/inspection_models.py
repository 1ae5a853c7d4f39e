"""Inspection judgements as an ordinal outcome of the workforce before the inspection.

Each inspection enters once, with the workforce of the last 30 September before its first day. Errors are cluster-robust
by authority, as most authorities were inspected more than once. The year of the workforce is held in all models, as
judgements and workforce both drifted: an association is one between inspections of about the same time.
"""

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pipeline.authorities.models.analysis_panel import measures_in, with_deprivation
from pipeline.authorities.models.declared import FITTED, SIGNIFICANCE, STEPS, SUPPORTS
from pipeline.authorities.panel.geography import LOCAL
from pipeline.numerals import printed
from pipeline.statistics.detectable_effect import minimum_detectable_effect
from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.ordinal.robust import People, brant_test, robust_covariance

INSPECTIONS = [
    "support",
    "adjusted",
    "adjustment",
    "step",
    "odds_ratio",
    "low",
    "high",
    "p",
    "p_adjusted",
    "sd",
    "odds_ratio_sd",
    "low_sd",
    "high_sd",
    "mde",
    "inspections",
    "units",
    "left_out",
    "po_p",
    "po_verdict",
    "status",
    "note",
]
LEFT_OUT = ["support", "adjustment", "why", "inspections"]
LEAST = 30  # inspections


def workforce_year(inspected: pd.Series) -> pd.Series:
    """The reporting year of the last 30 September that lies wholly before each day.

    >>> workforce_year(pd.Series(pd.to_datetime(["2022-09-30", "2022-10-01", "2023-03-13"]))).tolist()
    [2021, 2022, 2022]
    """
    past = (inspected.dt.month > 9).astype(int)
    return inspected.dt.year - 1 + past


def inspection_rows(panel: pd.DataFrame, inspections: pd.DataFrame, support: str) -> pd.DataFrame:
    """One row an inspection: unit (whose workforce it is), inspected, overall, year (of the workforce), exposure, why.

    Only inspections that are `used` (the cleaning accounts for the others). A member of a joint return has its return's
    workforce. `why` says why an inspection is left out; empty: it is not.
    """
    workforce = panel[(panel["indicator"] == support) & panel["level"].isin(LOCAL)]
    joint = {
        member: unit
        for unit in workforce.loc[workforce["level"] == "joint", "unit"].unique()
        for member in unit.split("+")
    }
    rows = inspections.loc[inspections["used"].astype(bool), ["unit", "inspected", "overall"]].copy()
    rows["inspected"] = pd.to_datetime(rows["inspected"])
    rows["year"] = workforce_year(rows["inspected"])
    own = workforce[["unit", "year", "value", "reason"]]
    rows = rows.merge(own, on=["unit", "year"], how="left")
    rows["joint"] = rows["unit"].map(joint)
    shared = rows[["joint", "year"]].merge(own, left_on=["joint", "year"], right_on=["unit", "year"], how="left")
    instead = (rows["value"].isna() & shared["value"].notna().to_numpy()).to_numpy()
    rows.loc[instead, "value"] = shared.loc[instead, "value"].to_numpy()
    rows.loc[instead, "unit"] = rows.loc[instead, "joint"]
    reason = rows["reason"].fillna("").replace("", "not_published").astype(str).str.replace("_", " ")
    why = ("workforce: " + reason).where(rows["value"].isna(), "")
    rows["why"] = why.where(rows["overall"].isin([1, 2, 3, 4]), "no overall judgement")
    rows = rows.rename(columns={"value": "exposure"}).sort_values(["unit", "inspected"], ignore_index=True)
    return rows[["unit", "inspected", "overall", "year", "exposure", "why"]]


def inspection_models(
    panel: pd.DataFrame, inspections: pd.DataFrame, deprivation: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The models of all supports, each without and with deprivation: columns INSPECTIONS, and LEFT_OUT.

    odds_ratio is that of a worse overall judgement (1 outstanding to 4 inadequate) per step of the support, and for one
    standard deviation (`sd`, in the support's unit) among the inspections in the model; intervals are Student's with
    G − 1 degrees of freedom. mde: the odds ratio above 1 that would be found with 80% power. po_p: Brant's robust test
    of one odds ratio at all cuts of the judgements; po_verdict: holds, fails or not checked, and where it fails `note`
    has the odds ratios at the cuts. p_adjusted is filled where the families are known.
    """
    rows, left = [], []
    for support in SUPPORTS:
        found = inspection_rows(panel, inspections, support)
        for measure in ("", *measures_in(deprivation)[:1]):
            own = with_deprivation(found, deprivation, measure) if measure else found.assign(rank=0.0)
            own["why"] = own["why"].where((own["why"] != "") | own["rank"].notna(), "no rank of deprivation")
            why = own.loc[own["why"] != "", "why"].value_counts().sort_index()
            left += [(support, measure, reason, int(many)) for reason, many in why.items()]
            common = {
                "support": support,
                "adjusted": bool(measure),
                "adjustment": measure,
                "step": STEPS[support].size,
                "left_out": int(why.sum()),
                "note": "" if measure else "not adjusted for deprivation",
            }
            rows.append(common | _model(own[own["why"] == ""], STEPS[support].size, bool(measure), common["note"]))
    table = pd.DataFrame(rows, columns=INSPECTIONS)
    return table, pd.DataFrame(left, columns=LEFT_OUT)


def _model(rows: pd.DataFrame, step: float, adjusted: bool, note: str) -> dict[str, object]:
    size = {"inspections": len(rows), "units": rows["unit"].nunique()}
    people, reason = _people(rows, step, adjusted)
    if people is None:
        return size | {"status": reason}
    fit = CumulativeLink().fit(people.counts, people.design)
    if fit.separated or not fit.converged:
        return size | {"status": "the judgements separate, or the model did not converge"}
    effect = float(fit.params["exposure"])
    error = float(np.sqrt(robust_covariance(fit, people).loc["exposure", "exposure"]))
    df = people.units - 1
    half = float(student.ppf(1 - SIGNIFICANCE / 2, df)) * error
    sd = float(rows["exposure"].std())
    mde = minimum_detectable_effect(error, df, significance=SIGNIFICANCE)
    limits = {"odds_ratio": effect, "low": effect - half, "high": effect + half}
    return (
        size
        | {name: float(np.exp(value)) for name, value in limits.items()}
        | {f"{name}_sd": float(np.exp(value * sd / step)) for name, value in limits.items()}
        | {"sd": sd, "p": float(2 * student.sf(abs(effect) / error, df)), "status": FITTED, "mde": float(np.exp(mde))}
        | _proportional(people, note)
    )


def _people(rows: pd.DataFrame, step: float, adjusted: bool) -> tuple[People | None, str]:
    """The rows as the ordinal model takes them, or why there is no model."""
    if len(rows) < LEAST:
        return None, f"fewer than {LEAST} inspections"
    if rows["unit"].nunique() < 2 or rows["overall"].nunique() < 2:
        return None, "one authority only, or one judgement only"
    if rows["exposure"].nunique() < 2:
        return None, "the exposure does not vary"
    design = pd.DataFrame(
        {"exposure": rows["exposure"] / step, "year": rows["year"] - rows["year"].mean(), "deprivation": rows["rank"]}
    ).reset_index(drop=True)
    design = design[[name for name in design if name != "deprivation" or adjusted]]
    design = design[[name for name in design if design[name].nunique() > 1]]
    return People(
        design,
        np.arange(len(rows)),
        pd.factorize(rows["overall"], sort=True)[0],
        clusters=pd.factorize(rows["unit"])[0],
    ), ""


def _proportional(people: People, note: str) -> dict[str, object]:
    brant = brant_test(people, ["exposure"])["exposure"]
    if np.isnan(brant.p):
        return {"po_verdict": "not checked"}
    if brant.p >= SIGNIFICANCE:
        return {"po_p": brant.p, "po_verdict": "holds"}
    ratios = "odds ratios at the cuts: " + "; ".join(printed(ratio, ".2f") for ratio in np.exp(brant.effects))
    return {"po_p": brant.p, "po_verdict": "fails", "note": "; ".join(filter(None, [note, ratios]))}
