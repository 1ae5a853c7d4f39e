#!/usr/bin/env bash
# statsmodels: whoever has the weight zero makes the errors smaller
#
# Expected: a row of weight zero says nothing: leaving it out changes nothing, as in R's lm, which takes it out of the
# degrees of freedom.
# What happens: estimates stay, but `nobs` and the residual degrees of freedom count the rows of weight zero. Errors
# shrink with every such row: here from 0.40 to 0.13, the p of WLS from 0.14 to below 0.0001.
# Versions: statsmodels 0.15.0 (WLS, and GLM with var_weights).
# Where it meets users: survey weights that are zero for those who do not belong to the group, or panels whose weights
# are bases that can be zero.
# What to do: drop rows of weight zero before fitting. The product leaves out who has no weight
# (pipeline/surveys/staff/joint_models.py) and refuses weights that are not positive
# (pipeline/statistics/clustered_regression.py).
# See also: what R's lm does: the list of R's developers, July 2010, "problem with zero-weighted observations in
# predict.lm".
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

import pandas as pd
import statsmodels.formula.api as smf


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


belonging = pd.DataFrame({"support": [1, 2, 3, 4], "score": [1.0, 3.0, 2.5, 4.5], "weight": [1.0, 2.0, 1.0, 1.0]})
others = pd.DataFrame({"support": [1, 2, 3, 4] * 4, "score": [5.0] * 16, "weight": [0.0] * 16})
both = pd.concat([belonging, others])
for name in ("WLS", "GLM"):
    fits = [smf.wls("score ~ support", data, weights=data["weight"]).fit() if name == "WLS" else
            smf.glm("score ~ support", data, var_weights=data["weight"]).fit() for data in (belonging, both)]
    for rows, fit in zip(("4 rows           ", "16 more, weight 0"), fits, strict=True):
        print(f"{name}, {rows}: slope {fit.params['support']:.4f}, error {fit.bse['support']:.4f}, "
              f"p {fit.pvalues['support']:.4f}, residual degrees of freedom {fit.df_resid:.0f}")
    alone, more = fits
    still(abs(alone.params["support"] - more.params["support"]) < 1e-9, "rows of weight zero change the estimate.")
    still(more.df_resid - alone.df_resid == 16, "rows of weight zero are no longer counted.")
    still(abs(more.bse["support"] / alone.bse["support"] - (2 / 18) ** 0.5) < 1e-9, "the error no longer shrinks.")
END
