#!/usr/bin/env bash
# statsmodels: a logistic model of a column of truth values has all its signs turned round
#
# Expected: a binomial GLM of `left ~ support`, where `left` is a column of True and False, models the probability of
# True, as it does for 1 and 0.
# What happens: the formula makes two columns of it, for False and for True, and the family reads them as successes and
# failures. So it models the probability of False: every coefficient changes its sign, without a warning. Texts such as
# yes and no go the same way. `smf.logit` refuses the same formula.
# Versions: statsmodels 0.15.0, patsy 1.0.3.
# Where it meets users: wherever an outcome is made by a comparison (`answers >= 4`) and goes into a formula.
# What to do: write 1 and 0 (`.astype(int)`). The product fits its own ordinal models on counts and gives no GLM a
# formula.
# See also: statsmodels issues 2181 and 5535.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install statsmodels==0.15.0 patsy==1.0.3 pandas==3.1.1

env/bin/python - <<'END'
import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


# 30 people at each of 3 levels of support; the more support, the fewer leave: 24, 15 and 6 of 30.
data = pd.DataFrame({"support": np.repeat([1, 2, 3], 30),
                     "left": [number < leavers for leavers in (24, 15, 6) for number in range(30)]})
slopes = {}
for kind, outcome in {"True and False": data["left"], "1 and 0": data["left"].astype(int),
                      "yes and no": np.where(data["left"], "yes", "no")}.items():
    fit = smf.glm("left ~ support", data.assign(left=outcome), family=sm.families.Binomial()).fit()
    slopes[kind] = fit.params["support"]
    print(f"left as {kind:14}: log odds of leaving by a step of support {slopes[kind]:+.3f}")
still(abs(slopes["1 and 0"] + np.log(4)) < 1e-6, "with 1 and 0 the slope is no longer -log(4).")
still(abs(slopes["True and False"] - np.log(4)) < 1e-6, "truth values no longer turn the sign round.")
still(abs(slopes["yes and no"] - np.log(4)) < 1e-6, "texts no longer turn the sign round.")
try:
    smf.logit("left ~ support", data).fit(disp=0)
except ValueError as error:
    print("smf.logit refuses it:", str(error).partition(".")[0])
else:
    still(False, "smf.logit takes truth values now.")
END
