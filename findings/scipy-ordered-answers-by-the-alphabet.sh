#!/usr/bin/env bash
# SciPy: the rank correlation of an ordered categorical is that of its labels in the alphabet
#
# Expected: `spearmanr` and `kendalltau` of pandas' ordered categorical rank it in the order of its categories, or
# refuse texts.
# What happens: they rank the labels by the alphabet, in silence: agree, disagree, neither, strongly agree, strongly
# disagree. A correlation of 0.9 becomes -0.3. `mannwhitneyu` and `kruskal` of the same column stop with an error.
# Versions: SciPy 1.17.1, pandas 3.1.1.
# Where it meets users: every Likert item that is kept as an ordered categorical.
# What to do: pass `.cat.codes`, with missing answers (code -1) taken out. The product turns answers into positions on
# the scale before any statistic (pipeline/surveys/staff/responses.py, pipeline/statistics/association.py).
# See also: pandas issue 60306, of the same in DataFrame.corr, for categories that are numbers.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install scipy==1.17.1 pandas==3.1.1

env/bin/python - <<'END'
import sys

import pandas as pd
from scipy.stats import kendalltau, mannwhitneyu, spearmanr


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


scale = ["strongly disagree", "disagree", "neither", "agree", "strongly agree"]
support = pd.Series(pd.Categorical([scale[code] for code in (0, 1, 2, 3, 4, 0, 1, 2, 3, 4)], scale, ordered=True))
outcome = [1, 2, 3, 4, 5, 2, 1, 3, 5, 4]
found = {}
for function in (spearmanr, kendalltau):
    by_label, by_code = (float(function(given, outcome).statistic) for given in (support, support.cat.codes))
    found[function.__name__] = by_label, by_code
    print(f"{function.__name__:10} of the ordered categorical {by_label:+.3f}, of its codes {by_code:+.3f}")
still(abs(found["spearmanr"][0] + 0.3) < 1e-9, "spearmanr no longer ranks labels by the alphabet.")
still(abs(found["spearmanr"][1] - 0.9) < 1e-9, "spearmanr of the codes is another one.")
still(found["kendalltau"][0] < 0 < found["kendalltau"][1], "kendalltau no longer ranks labels by the alphabet.")
try:
    mannwhitneyu(support[:5], support[5:])
except TypeError as error:
    print("mannwhitneyu refuses it:", str(error).partition(",")[0])
else:
    still(False, "mannwhitneyu takes texts now.")
END
