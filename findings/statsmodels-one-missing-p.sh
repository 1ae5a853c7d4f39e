#!/usr/bin/env bash
# statsmodels: one test that could not be made changes all the others
#
# Expected: `multipletests` leaves a missing p value out, or refuses it, as SciPy's false_discovery_control does.
# What happens: it is counted as a test. With "fdr_bh" every corrected value becomes NaN (so none is below 0.05), while
# the other half of the answer, what is rejected, comes from the larger number of tests; with "holm" and "bonferroni"
# the others are corrected too much. No error, no warning.
# Versions: statsmodels 0.15.0 (SciPy 1.17.1 raises a ValueError).
# Where it meets users: a battery of items of which one had no variation: nothing else is significant any more.
# What to do: correct `p[p.notna()]` and put the results back. The product does so (pipeline/surveys/role_gaps.py), or
# calls SciPy's function, which refuses.
# See also: statsmodels issue 2899, open since 2016.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install statsmodels==0.15.0 scipy==1.17.1

env/bin/python - <<'END'
import sys

import numpy as np
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


made = [0.01, 0.02, 0.045]
for method, lost in (("fdr_bh", [False, False, True]), ("holm", [False, True, True])):
    alone, with_missing = multipletests(made, method=method), multipletests([*made, np.nan], method=method)
    print(f"{method:7} of three tests:        rejected {alone[0].tolist()}, corrected {alone[1].round(4).tolist()}")
    print(f"{'':7} and a fourth, missing: rejected {with_missing[0].tolist()}, "
          f"corrected {with_missing[1].round(4).tolist()}")
    still(alone[0].all(), "the three tests are no longer rejected alone.")
    still((alone[0] & ~with_missing[0][:3]).tolist() == lost, f"with {method} the missing test takes others away.")
    if method == "fdr_bh":
        still(np.isnan(with_missing[1]).all(), "fdr_bh no longer loses every corrected value.")
    else:
        still(abs(with_missing[1][0] - 4 * made[0]) < 1e-12, "holm no longer counts the missing test.")
try:
    false_discovery_control([*made, np.nan])
except ValueError as error:
    print("SciPy refuses:", error)
else:
    still(False, "SciPy takes a missing p value now.")
END
