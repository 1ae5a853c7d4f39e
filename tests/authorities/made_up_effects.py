"""Cleaned tables of made-up authorities whose outcomes have a known effect of their workforce: nothing here is real."""

import numpy as np
import pandas as pd
from scipy.special import expit

SUPPORTS = {
    "vacancy_rate": (15, 8),
    "turnover_rate": (15, 5),
    "agency_rate": (15, 8),
    "caseload": (16, 2),
    "absence_rate": (3, 1),
}  # mean, and roughly a standard deviation
EFFECT = 0.5  # points of re-referrals per percentage point of agency workers two reporting years earlier
BIAS = 1.0  # points of re-referrals per percentage point of agency workers that authorities differ by for other reasons
JOINT = "E06999001+E06999002"


def panel(seed=1, units=60, years=range(2015, 2025), effect=EFFECT):
    """Rows as in panel_today.csv: workforce and outcomes, England and a region, a joint return, suppressed counts."""
    rng = np.random.default_rng(seed)
    names = [JOINT, *(f"E06999{place:03}" for place in range(3, units + 2))]
    rows = []
    for unit in names:
        level, deprived = rng.normal(size=2)
        work = {}
        for name, (mean, spread) in SUPPORTS.items():
            work[name] = (
                mean
                + spread * 0.7 * (level if name == "agency_rate" else rng.normal())
                + spread * 0.7 * rng.normal(size=len(years))
                + 0.3 * np.arange(len(years))
            )
            rows += [_row(unit, year, name, value) for year, value in zip(years, work[name], strict=True)]
        for place, year in enumerate(years):
            before = work["agency_rate"][max(place - 2, 0)] - 15
            trials = int(rng.integers(800, 4000))
            share = 40 + effect * before + BIAS * 5.6 * level + 1.5 * deprived + rng.normal() * 2
            events = int(rng.binomial(trials, np.clip(share / 100, 0.01, 0.99)))
            rows.append(_row(unit, year, "re_referrals", 100 * events / trials, events, trials))
            for name, chance, size in (("repeat_plans", 0.22, 300), ("long_plans", 0.03, 250)):
                events = int(rng.binomial(size, chance))
                hidden = 1 <= events <= 5
                rows.append(
                    _row(
                        unit,
                        year,
                        name,
                        np.nan if hidden else 100 * events / size,
                        np.nan if hidden else events,
                        size,
                        "confidential" if hidden else "",
                    )
                )
        changes = 25 + 0.4 * (work["vacancy_rate"][-2] - 15) + 3 * deprived + rng.normal()
        rows.append(_row(unit, 2024, "worker_changes", changes))
    for unit, level in (("E12000098", "region"), ("E92000001", "england")):
        rows += [_row(unit, year, "agency_rate", 15.0, level=level) for year in years]
    return pd.DataFrame(rows)


def _row(unit, year, indicator, value, numerator=np.nan, denominator=np.nan, reason="", level=None):
    return {
        "unit": unit,
        "name": f"Place {unit[-3:]}",
        "level": level or ("joint" if "+" in unit else "authority"),
        "region": "E12000098",
        "year": year,
        "indicator": indicator,
        "value": value,
        "reason": reason,
        "numerator": numerator,
        "denominator": denominator,
    }


def with_gaps(rows):
    """Three rows of the workforce with reasons, one outcome without a row, and one unit with one year only."""
    rows = rows.copy()
    for unit, year, reason in (
        ("E06999003", 2018, "unavailable"),
        ("E06999004", 2019, "low_reliability"),
        ("E06999004", 2020, "rounds_to_zero"),
    ):
        at = (rows["unit"] == unit) & (rows["year"] == year) & (rows["indicator"] == "agency_rate")
        rows.loc[at, ["value", "reason"]] = [np.nan, reason]
    gone = (rows["unit"] == "E06999005") & (rows["year"] == 2021) & (rows["indicator"] == "re_referrals")
    late = (rows["unit"] == "E06999006") & (rows["year"] < 2022) & (rows["indicator"] == "agency_rate")
    return rows[~gone & ~late].reset_index(drop=True)


def deprivation(rows, seed=2):
    """IDACI once, and free meals every year, which drift up; two units have none."""
    rng = np.random.default_rng(seed)
    units = sorted(set(rows.loc[rows["level"] == "authority", "unit"]))[2:]
    scores = rng.uniform(0.05, 0.35, len(units))
    once = [
        {"unit": unit, "year": 2019, "measure": "average_score", "value": score, "reason": ""}
        for unit, score in zip(units, scores, strict=True)
    ]
    yearly = [
        {
            "unit": unit,
            "year": year,
            "measure": "free_meals",
            "value": 60 * score + year - 2015 + rng.normal(),
            "reason": "",
        }
        for unit, score in zip(units, scores, strict=True)
        for year in range(2015, 2025)
    ]
    return pd.DataFrame(once + yearly)


def inspections(rows, effect=0.08, seed=3):
    """Two inspections an authority; a worse judgement has exp(10 · effect) times the odds for 10 points more agency."""
    rng = np.random.default_rng(seed)
    agency = rows[rows["indicator"] == "agency_rate"].set_index(["unit", "year"])["value"]
    found = []
    for unit in sorted(set(rows.loc[rows["level"] == "authority", "unit"])):
        for year in (2019, 2022):
            day = pd.Timestamp(year, int(rng.integers(1, 13)), int(rng.integers(1, 28)))
            before = agency.get((unit, day.year if day.month > 9 else day.year - 1), 15.0)  # 15: the mean
            below = expit(np.array([-1.5, 0.5, 2.0]) - effect * (before - 15))
            overall = 1 + int((rng.random() > below).sum())
            found.append(
                {"unit": unit, "inspected": day.date().isoformat(), "overall": overall, "used": True, "why": ""}
            )
    extra = {"unit": "E06999004", "inspected": "2023-05-02", "overall": np.nan, "used": False, "why": "a visit"}
    return pd.DataFrame([*found, extra])
