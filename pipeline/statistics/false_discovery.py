"""How many of the findings would be false: one rule for every family of tests.

Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate: a practical and powerful approach to multiple
testing, Journal of the Royal Statistical Society, Series B, 57, 289-300. `q` of a test is the lowest rate of false
discoveries, as a share of all discoveries of its family, at which the test still counts as one.
"""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from pipeline.errors import DataError


def adjusted_for_false_discoveries(p: pd.Series, family: pd.Series | None = None) -> pd.Series:
    """q of Benjamini and Hochberg for p-values (tests,), with their index; NaN where there is no p or it is of no family.

    `family` (tests,) says which tests count as one family, by default all. A test without a p-value counts for nothing:
    the others are adjusted as if it were not there, as R's p.adjust does. (statsmodels 0.15 alone answers a single NaN
    with NaN for every test, and says nothing; scipy 1.17 refuses it.)

    Raises DataError for a p-value below 0 or above 1, which statsmodels would take.

    >>> adjusted_for_false_discoveries(pd.Series([0.01, 0.04, np.nan, 0.03], list("abcd"))).round(4).to_dict()
    {'a': 0.03, 'b': 0.04, 'c': nan, 'd': 0.04}
    """
    known = p.notna() if family is None else p.notna() & family.astype(bool)
    tested = p[known].astype(float)
    if not tested.between(0, 1).all():
        raise DataError(
            "A p-value lies outside 0 to 1.",
            where="column p",
            found=f"{tested[~tested.between(0, 1)].iloc[0]:g}",
            expected="a number from 0 to 1, or none",
        )
    q = pd.Series(np.nan, index=p.index, dtype=float)
    if known.any():
        q[known] = multipletests(tested, method="fdr_bh")[1]
    return q
