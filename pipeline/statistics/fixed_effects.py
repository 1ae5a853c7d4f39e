"""Panel models within and between units, by pyfixest: two-way fixed effects, and the within–between model.

Errors are cluster-robust by unit (CRV1, Student's t with G − 1 degrees of freedom).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyfixest
from scipy.stats import t as student

from pipeline.errors import DataError
from pipeline.statistics.clustered_regression import demeaned, partial_out

COLUMNS = ["effect", "std_error", "df", "p", "low", "high"]


def two_way_effects(
    panel: pd.DataFrame,
    outcome: str,
    exposures: Sequence[str],
    *,
    unit: str = "unit",
    period: str = "year",
    controls: Sequence[str] = (),
    weights: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Slopes of an outcome on exposures with an effect for each unit and each period: one row an exposure.

    panel: one row a unit and period, complete in the columns named. Columns effect, std_error, df, p, low, high.
    ``weights`` names a column of positive weights. What is the same for a unit in all periods, measured or not, and
    what is the same for all units in a period, cannot confound the slopes; what changes in a unit can. Raises
    DataError as `partial_out`: where an exposure does not vary within units beyond the periods' effects, or where
    there are fewer than two units.

    >>> panel = pd.DataFrame({"unit": list("aabbcc"), "year": [1, 2] * 3, "y": [1, 2, 5, 9, 4, 4.5],
    ...                       "x": [0, 1, 0, 2, 0, 1]})
    >>> two_way_effects(panel, "y", ["x"])["effect"].round(3).to_dict()
    {'x': 3.25}
    """
    others = pd.get_dummies(panel[period], dtype=float)
    for exposure in exposures:
        columns = panel[[name for name in (*exposures, *controls) if name != exposure]]
        partial_out(
            panel[outcome],
            panel[exposure],
            np.column_stack([others, columns]),
            panel[unit],
            panel[weights] if weights else None,
        )  # raises what carries no model
    right = " + ".join([*exposures, *controls])
    return _slopes(_fit(f"{outcome} ~ {right} | {unit} + {period}", panel, unit, weights), exposures, level)


def within_between(
    panel: pd.DataFrame,
    outcome: str,
    exposure: str,
    *,
    unit: str = "unit",
    period: str = "year",
    controls: Sequence[str] = (),
    weights: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """The within–between model (Mundlak 1978, Econometrica 46: 69–85; Bell and Jones 2015, Political Science Research
    and Methods 3: 133–153): one row each for within, between and difference, columns as `two_way_effects`.

    The exposure is split into its mean by unit and the deviation from it, and so are the controls and the periods'
    indicators; the within slope is then that of two-way fixed effects, in unbalanced panels too (Wooldridge 2021,
    Two-way fixed effects, the two-way Mundlak regression, and difference-in-differences estimators). `between`
    compares units with each other, and everything that sets them apart can confound it; `difference` is between less
    within: Hausman's test in its cluster-robust form.
    """
    columns = mundlak_columns(panel, exposure, unit=unit, period=period, controls=controls, weights=weights)
    for name in ("within", "between"):
        partial_out(
            panel[outcome],
            columns[name],
            columns.drop(columns=name),
            panel[unit],
            panel[weights] if weights else None,
            absorb=False,
        )  # raises what carries no model
    data = pd.concat([panel[[outcome, unit, *([weights] if weights else [])]], columns], axis=1)
    fit = _fit(f"{outcome} ~ {' + '.join(columns)}", data, unit, weights)
    found = _slopes(fit, ["within", "between"], level)
    covariance = pd.DataFrame(fit._vcov, index=fit._coefnames, columns=fit._coefnames)
    both = covariance.loc[["within", "between"], ["within", "between"]].to_numpy()
    apart = np.array([-1, 1])
    found.loc["difference"] = _row(
        float(apart @ found["effect"]), float(np.sqrt(apart @ both @ apart)), int(found["df"].iloc[0]), level
    )
    return found.astype({"df": int})


def mundlak_columns(
    panel: pd.DataFrame,
    exposure: str,
    *,
    unit: str = "unit",
    period: str = "year",
    controls: Sequence[str] = (),
    weights: str | None = None,
) -> pd.DataFrame:
    """The right side of `within_between`, in the rows of `panel`: within, between, then the other columns.

    Columns that repeat those before them are left out. DataError for fewer than two units.
    """
    if panel[unit].nunique() < 2:
        raise DataError("fewer than two units", found=str(panel[unit].nunique()))
    weight = None if weights is None else panel[weights].to_numpy(dtype=float)
    codes = pd.factorize(panel[unit])[0]

    def split(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        values = values.to_numpy(dtype=float)
        deviation = demeaned(values, codes, weight)
        deviation[np.abs(deviation) <= 1e-12 * np.abs(values).max()] = 0.0  # rounding
        return deviation, values - deviation

    deviation, mean = split(panel[exposure])
    columns = {"within": deviation, "between": mean}
    for name in controls:
        columns[f"{name}_within"], columns[f"{name}_between"] = split(panel[name])
    for place, value in enumerate(sorted(panel[period].unique())[1:], start=1):
        columns[f"period_{place}"], columns[f"period_{place}_mean"] = split(panel[period] == value)
    return pd.DataFrame({name: columns[name] for name in _independent(columns)}, index=panel.index)


def _independent(columns: dict[str, np.ndarray]) -> list[str]:
    """The columns, in their order, that are no combination of an intercept and those before; `within`, `between` stay.

    Means of the periods' indicators repeat each other where units have the same periods.
    """
    kept = []
    basis = np.full((len(columns["within"]), 1), len(columns["within"]) ** -0.5)
    for name, values in columns.items():
        left = values / max(np.abs(values).max(), 1e-300)
        for _ in range(2):  # twice is enough (Parlett): the second pass removes the rounding of the first
            left = left - basis @ (basis.T @ left)
        size = np.linalg.norm(left)
        if size > 1e-7:
            basis = np.column_stack([basis, left / size])
        if size > 1e-7 or name in ("within", "between"):
            kept.append(name)
    return kept


def _fit(formula: str, data: pd.DataFrame, unit: str, weights: str | None):
    return pyfixest.feols(formula, data, vcov={"CRV1": unit}, weights=weights, fixef_rm="none")


def _slopes(fit, exposures: Sequence[str], level: float) -> pd.DataFrame:
    table, df = fit.tidy(), int(fit._G[0]) - 1
    rows = [_row(table.at[name, "Estimate"], table.at[name, "Std. Error"], df, level) for name in exposures]
    return pd.DataFrame(rows, index=list(exposures), columns=COLUMNS)


def _row(effect: float, error: float, df: int, level: float) -> list[float]:
    half = student.ppf((1 + level) / 2, df) * error
    return [effect, error, df, float(2 * student.sf(abs(effect) / error, df)), effect - half, effect + half]
