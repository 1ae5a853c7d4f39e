"""How much one cluster alone decides an estimate: the model fitted again without each in turn."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pipeline.errors import DataError
from pipeline.statistics.clustered_regression import partial_out, robust_slope

COLUMNS = ["cluster", "without", "std_error", "p", "change"]


def leave_one_out(
    outcome: ArrayLike,
    exposure: ArrayLike,
    controls: ArrayLike | None,
    clusters: ArrayLike,
    weights: ArrayLike | None = None,
    absorb: bool = True,
) -> pd.DataFrame:
    """The slope of `partial_out` without each cluster: one row a cluster, sorted, G rows.

    Columns cluster; without (the slope), its CRV1 std_error and p; change (slope of all less `without`: what the
    cluster adds). NaN where the rest carries no model. Raises what `partial_out` raises for the whole model.

    >>> leave_one_out([1, 2, 5, 9, 4, 4.5], [0, 1, 0, 2, 0, 1], None, list("aabbcc"))["without"].round(2).tolist()
    [1.7, 0.75, 1.8]
    """
    whole = partial_out(outcome, exposure, controls, clusters, weights, absorb).effect
    codes, labels = pd.factorize(np.asarray(clusters), sort=True)
    columns = [
        None if column is None else np.asarray(column, float) for column in (outcome, exposure, controls, weights)
    ]
    rows = []
    for code, cluster in enumerate(labels):
        kept = codes != code
        y, x, others, w = (None if column is None else column[kept] for column in columns)
        assert y is not None and x is not None  # outcome and exposure are always there
        try:
            slope = robust_slope(partial_out(y, x, others, codes[kept], w, absorb))
            rows.append((cluster, slope.effect, slope.std_error, slope.p, whole - slope.effect))
        except DataError:
            rows.append((cluster, *[np.nan] * 4))
    return pd.DataFrame(rows, columns=COLUMNS)
