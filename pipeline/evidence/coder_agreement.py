"""Agreement of two codings of the same places: Krippendorff's alpha with an interval, for sets of codes and for rows.

Two coders who read one paragraph cut it into rows each in their own way, so rows cannot be paired one by one. The unit
is therefore the place. The value of a variable there is the *set* of codes that a coder gave, and two sets are as far
apart as Passonneau's measure for sets says (MASI: 0 for the same set, 1 for nothing in common, between where one holds
the other or they overlap). Single-valued variables are compared besides on the rows that both coders have: same place,
feature and outcome.

Krippendorff (2018), Content Analysis, 4th edition, chapter 12. Passonneau (2006), Measuring agreement on set-valued
items (MASI), LREC. Intervals: the places are resampled with a seed, since rows of one place belong together.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np
import pandas as pd

DRAWS = 1000
LEVEL = 0.95
ENOUGH = 5  # places in which at least one coder saw the code, below which its alpha says little
UNIT = ["document", "section"]
VARIABLES = ["feature", "mechanism", "outcome", "who", "direction", "evidence", "strength"]
MATCHED = ["who", "mechanism", "direction", "evidence", "strength"]


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha with its interval, the share of units that are alike, and the number of units.

    `alpha` is 1 for perfect agreement, 0 for what chance would give; NaN where all values are the same, so that there
    is nothing to agree on. `undefined` is the share of resamples in which it is not defined; these are left out.
    """

    alpha: float
    low: float
    high: float
    alike: float
    units: int
    undefined: float


def masi(first: Collection, second: Collection) -> float:
    """Passonneau's distance of two sets, from 0 to 1: 1 minus Jaccard's index times monotonicity.

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 for nothing in common.

    >>> masi({"a"}, {"a"}), masi({"a"}, {"b"})
    (0.0, 1.0)
    >>> round(masi({"a"}, {"a", "b"}), 3), round(masi({"a", "b"}, {"b", "c"}), 3)
    (0.667, 0.889)
    """
    first, second = set(first), set(second)
    if first == second:
        return 0.0
    shared = first & second
    if not shared:
        return 1.0
    monotonicity = 2 / 3 if first <= second or second <= first else 1 / 3
    return 1 - len(shared) / len(first | second) * monotonicity


def nominal(first: Hashable, second: Hashable) -> float:
    """0 for the same value, 1 for another."""
    return float(first != second)


def agreement(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    clusters: Sequence[Hashable] | None = None,
    distance: Callable[[Hashable, Hashable], float] = nominal,
    draws: int = DRAWS,
    seed: int = 2012,
) -> Alpha:
    """Alpha of two coders who each gave one value (any hashable, a frozenset for sets) to every unit.

    `clusters` are the groups of units that are resampled together, the units themselves if not given. The interval is
    that of the percentiles; it is NaN without draws and where a tenth of the resamples or more leave alpha undefined.

    >>> agreement("aabb", "aabb", draws=0).alpha, round(agreement("aabb", "aaba", draws=0).alpha, 3)
    (1.0, 0.533)
    """
    values = sorted(set(first) | set(second), key=_order)
    index = {value: number for number, value in enumerate(values)}
    counts = np.zeros((len(first), len(values)))
    for row, pair in enumerate(zip(first, second, strict=True)):
        for value in pair:
            counts[row, index[value]] += 1
    distances = np.array([[distance(one, other) for other in values] for one in values])
    alike = (
        float(np.mean([one == other for one, other in zip(first, second, strict=True)])) if len(first) else float("nan")
    )
    estimate = _alpha(counts, distances)
    members = _members(range(len(first)) if clusters is None else clusters)
    generator = np.random.default_rng(seed)
    resampled = []
    for _ in range(draws if members and np.isfinite(estimate) else 0):
        drawn = generator.integers(len(members), size=len(members))
        resampled.append(_alpha(counts[np.concatenate([members[k] for k in drawn])], distances))
    defined = [each for each in resampled if np.isfinite(each)]
    undefined = 1 - len(defined) / len(resampled) if resampled else 0.0
    low, high = (
        (float(end) for end in np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
        if defined and undefined < 0.1
        else (float("nan"), float("nan"))
    )
    return Alpha(estimate, low, high, alike, len(first), undefined)


def code_sets(passages: pd.DataFrame, variable: str, places: Sequence[tuple[str, str]]) -> list[frozenset[str]]:
    """The set of codes of a variable in each place (document, section); empty where a coder found nothing."""
    found = passages.groupby(UNIT)[variable].agg(frozenset)
    return [found.get(place, frozenset()) for place in places]


def matched_rows(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Rows that both coders have: same place, feature and outcome; of several, the first with the first.

    Returns the place, feature and outcome, and each other variable twice, with `_first` and `_second`.
    """
    key = [*UNIT, "feature", "outcome"]
    numbered = [each.assign(row=each.groupby(key).cumcount())[[*key, "row", *MATCHED]] for each in (first, second)]
    return numbered[0].merge(numbered[1], on=[*key, "row"], suffixes=("_first", "_second")).drop(columns="row")


def agreement_table(
    first: pd.DataFrame, second: pd.DataFrame, places: Sequence[tuple[str, str]], draws: int = DRAWS, seed: int = 2012
) -> pd.DataFrame:
    """Agreement by variable: `variable`, `unit` (places, or matched rows), `n`, `percent` (share alike, 0 to 1),
    `alpha`, `low`, `high`.

    `first` and `second` are passages of the two coders in `places`; a place in which a coder found nothing counts as an
    empty set.
    """
    rows = []
    for variable in VARIABLES:
        sets = [code_sets(each, variable, places) for each in (first, second)]
        rows.append(_row(variable, "places", agreement(*sets, distance=masi, draws=draws, seed=seed)))
    pairs = matched_rows(first, second)
    clusters = list(zip(pairs["document"], pairs["section"], strict=True))
    for variable in MATCHED:
        result = agreement(
            pairs[f"{variable}_first"].tolist(), pairs[f"{variable}_second"].tolist(), clusters, draws=draws, seed=seed
        )
        rows.append(_row(variable, "matched rows", result))
    return pd.DataFrame(rows)


def code_agreement(
    first: pd.DataFrame,
    second: pd.DataFrame,
    places: Sequence[tuple[str, str]],
    draws: int = DRAWS,
    seed: int = 2012,
    enough: int = ENOUGH,
) -> pd.DataFrame:
    """Agreement on whether a place holds a code, for codes that at least `enough` places hold for either coder.

    `variable`, `code`, `first`, `second`, `both` (places), `alpha`, `low`, `high`; features, mechanisms and outcomes.
    """
    rows = []
    for variable in VARIABLES[:3]:
        sets = [code_sets(each, variable, places) for each in (first, second)]
        for code in sorted(set().union(*sets[0], *sets[1])):
            held = [[code in each for each in side] for side in sets]
            if sum(one or other for one, other in zip(*held, strict=True)) >= enough:
                result = agreement(*held, draws=draws, seed=seed)
                rows.append(
                    {
                        "variable": variable,
                        "code": code,
                        "first": sum(held[0]),
                        "second": sum(held[1]),
                        "both": sum(one and other for one, other in zip(*held, strict=True)),
                        "alpha": result.alpha,
                        "low": result.low,
                        "high": result.high,
                    }
                )
    return pd.DataFrame(rows, columns=["variable", "code", "first", "second", "both", "alpha", "low", "high"])


def disagreements(first: pd.DataFrame, second: pd.DataFrame, places: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Where the two codings differ: `document`, `section`, `variable`, and each coder's codes, joined by "; "."""
    rows = []
    sets = {variable: [code_sets(each, variable, places) for each in (first, second)] for variable in VARIABLES}
    for number, (document, section) in enumerate(places):
        for variable, (one, other) in sets.items():
            if one[number] != other[number]:
                rows.append(
                    {
                        "document": document,
                        "section": section,
                        "variable": variable,
                        "first": "; ".join(sorted(one[number])),
                        "second": "; ".join(sorted(other[number])),
                    }
                )
    return pd.DataFrame(rows, columns=["document", "section", "variable", "first", "second"])


def _alpha(counts: np.ndarray, distances: np.ndarray) -> float:
    """Krippendorff's alpha of counts (units × values) for given distances; NaN where no two values differ."""
    used = counts.sum(axis=0) > 0
    if used.sum() < 2:
        return float("nan")

    def metric(
        v1: np.ndarray, v2: np.ndarray, i1: np.ndarray, i2: np.ndarray, n_v: np.ndarray, dtype: type | np.dtype = float
    ) -> np.ndarray:
        return distances[np.ix_(used, used)][i1, i2].astype(dtype)

    return float(krippendorff.alpha(value_counts=counts[:, used], level_of_measurement=metric))


def _members(clusters: Sequence[Hashable]) -> list[np.ndarray]:
    """The units of each cluster, in the order of first appearance."""
    codes = pd.factorize(pd.Series(list(clusters)))[0]
    return [np.flatnonzero(codes == code) for code in range(codes.max() + 1)] if len(codes) else []


def _order(value: Hashable) -> tuple:
    return tuple(sorted(value)) if isinstance(value, frozenset) else (value,)


def _row(variable: str, unit: str, result: Alpha) -> dict[str, object]:
    return {
        "variable": variable,
        "unit": unit,
        "n": result.units,
        "percent": result.alike,
        "alpha": result.alpha,
        "low": result.low,
        "high": result.high,
    }
