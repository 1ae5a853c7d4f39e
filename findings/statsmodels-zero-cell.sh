#!/usr/bin/env bash
# statsmodels: the half that is added for an empty cell goes into that cell only
#
# Expected: with shift_zeros, `Table2x2` adds 0.5 to all four cells if one is empty, as its documentation says and as
# Haldane (1956) and Anscombe (1956) proposed.
# What happens: 0.5 is put into the empty cell alone, by default. The odds ratio of 0, 20; 5, 15 is 0.075 where the
# correction that is meant gives 0.069, and its interval is another one.
# Versions: statsmodels 0.15.0.
# Where it meets users: rare answers in two groups, one with none of them.
# What to do: add the halves yourself and pass shift_zeros=False, or take an exact test. The product uses Fisher's test
# (pipeline/surveys/unanswered.py) and bounds, no corrected odds ratios.
# See also: statsmodels issue 7011, open since 2020.
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
from statsmodels.stats.contingency_tables import Table2x2


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


counts = np.array([[0, 20], [5, 15]])
by_default = Table2x2(counts)
by_hand = Table2x2(counts + 0.5, shift_zeros=False)
told = " ".join(Table2x2.__doc__.partition("shift_zeros : bool, optional")[2].partition("Notes")[0].split())
print("documentation:", told)
print("table that is used:", by_default.table.tolist())
for name, table in (("by default", by_default), ("0.5 in every cell", by_hand)):
    low, high = table.oddsratio_confint()
    print(f"{name:18} odds ratio {table.oddsratio:.4f} ({low:.4f} to {high:.4f})")
still("added to all cells" in told, "the documentation says something else.")
still(by_default.table.tolist() == [[0.5, 20.0], [5.0, 15.0]], "0.5 is no longer put into the empty cell alone.")
still(abs(by_default.oddsratio - 0.5 * 15 / (20 * 5)) < 1e-12, "the odds ratio is another one.")
still(abs(by_hand.oddsratio - 0.5 * 15.5 / (20.5 * 5.5)) < 1e-12, "the odds ratio by hand is another one.")
END
