#!/usr/bin/env bash
# statsmodels: a rating that nobody gave becomes a category of its own in Fleiss' kappa
#
# Expected: `aggregate_raters` counts, for each unit, how many raters chose each category; a missing rating is in no
# count, or is refused.
# What happens: NaN is counted as one more category. So raters who did not rate "agree" with one another, and the kappa
# of the ratings that there are is another one: 0.333 where the complete units alone give 1.
# Versions: statsmodels 0.15.0.
# Where it meets users: a second coding in which some passages were left open.
# What to do: leave incomplete units out and say how many, or take Krippendorff's alpha, which is made for missing
# ratings. The product takes alpha (pipeline/evidence/coder_agreement.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install statsmodels==0.15.0

env/bin/python - <<'END'
import sys

import numpy as np
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


nobody = np.nan
ratings = np.array([[1, 1, 1], [2, 2, 2], [1, 1, nobody], [2, 2, nobody], [1, nobody, nobody], [2, nobody, nobody]])
table, categories = aggregate_raters(ratings)
complete = ratings[~np.isnan(ratings).any(axis=1)]
kappa, kappa_of_complete = fleiss_kappa(table), fleiss_kappa(aggregate_raters(complete)[0])
print("categories:", categories.tolist())
print("counts:", table.tolist())
print(f"kappa of all rows {kappa:.3f}, of complete rows {kappa_of_complete:.3f}; no two raters differ in any row")
still(len(categories) == 3 and np.isnan(categories[2]), "a missing rating is no longer a category.")
still(table[4].tolist() == [1, 0, 2], "missing ratings are no longer counted.")
still(abs(kappa_of_complete - 1) < 1e-12, "complete agreement is no longer 1.")
still(abs(kappa - 1 / 3) < 1e-9, "kappa with missing ratings is another one.")
END
