#!/usr/bin/env bash
# statsmodels: one cluster-robust error has two p values, by the way in which it was asked for
#
# Expected: `fit(cov_type="cluster")` and `fit().get_robustcov_results("cluster")` are two ways to write one thing: the
# same errors, the same tests.
# What happens: the errors are the same, the tests are not: the first takes the normal distribution, the second
# Student's t with clusters - 1 degrees of freedom. With six clusters p is 0.034 or 0.087. Nothing but the letters z
# and t in the table of coefficients tells which.
# Versions: statsmodels 0.15.0.
# Where it meets users: a survey clustered by team or authority, of which there are few: the first way takes chance for
# a finding.
# What to do: say use_t=True; with very few clusters take a wild bootstrap. The product has its own estimator, with t
# and clusters - 1 (pipeline/statistics/clustered_regression.py), and says use_t=True where it calls OLS.fit
# (pipeline/authorities/models/cross_section.py).
# See also: statsmodels issue 6555 (why p values differ from Stata's) and pull request 1214 (the default of use_t).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install statsmodels==0.15.0 pandas==3.1.1

env/bin/python - <<'END'
import sys

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy import stats


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


# Six teams of four people; three teams have a new supervisor. Scores from 1 to 4.
data = pd.DataFrame({"team": np.repeat(np.arange(6), 4), "new": np.repeat([0, 0, 0, 1, 1, 1], 4),
                     "score": [3, 2, 3, 2, 3, 3, 4, 3, 2, 3, 3, 2, 4, 3, 3, 4, 3, 3, 3, 3, 3, 4, 3, 4]})
model = smf.ols("score ~ new", data)
asked_in_fit = model.fit(cov_type="cluster", cov_kwds={"groups": data["team"]})
asked_after = model.fit().get_robustcov_results("cluster", groups=data["team"])
error, p_in_fit = asked_in_fit.bse["new"], asked_in_fit.pvalues["new"]
error_after, p_after = asked_after.bse[1], asked_after.pvalues[1]
print(f"fit(cov_type='cluster'):       error {error:.4f}, p {p_in_fit:.4f}")
print(f"get_robustcov_results(...):    error {error_after:.4f}, p {p_after:.4f}")
z = asked_in_fit.tvalues["new"]
still(abs(error - error_after) < 1e-12, "the two errors are no longer equal.")
still(abs(p_in_fit - 2 * stats.norm.sf(z)) < 1e-9, "fit(cov_type='cluster') no longer takes the normal distribution.")
still(abs(p_after - 2 * stats.t.sf(z, 5)) < 1e-9, "get_robustcov_results no longer takes t with clusters - 1.")
still(p_in_fit < 0.05 < p_after, "the two p values no longer stand on two sides of 0.05.")
END
