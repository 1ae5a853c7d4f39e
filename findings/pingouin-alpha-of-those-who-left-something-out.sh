#!/usr/bin/env bash
# pingouin: alpha's interval counts the people who were left out of alpha
#
# Expected: `cronbach_alpha(nan_policy="listwise")` is alpha of the complete rows: the same as after `dropna()`,
# interval and all.
# What happens: alpha is that of the complete rows, its interval that of all rows. With half of the rows incomplete the
# interval is too narrow: 0.887 to 0.960 for 0.862 to 0.969.
# Versions: pingouin 0.7.0.
# Where it meets users: reliability of a scale in a staff survey with item non-response.
# What to do: drop incomplete rows first. The product has its own alpha and omega, with their intervals, of complete
# rows (pipeline/statistics/reliability.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install pingouin==0.7.0 pandas==3.1.1

env/bin/python - <<'END'
import sys

import numpy as np
import pandas as pd
import pingouin


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


people = np.arange(40)
level = people % 5
items = pd.DataFrame({f"item {number}": np.clip(level + (people * (number + 2) + number) % 3, 1, 5).astype(float)
                      for number in range(4)})
items.loc[20:, "item 0"] = np.nan  # half of the people left one item out
alpha, interval = pingouin.cronbach_alpha(items, nan_policy="listwise")
alpha_of_complete, interval_of_complete = pingouin.cronbach_alpha(items.dropna())
print(f'nan_policy="listwise": alpha {alpha:.4f}, 95% interval {interval.tolist()}')
print(f"after dropna():        alpha {alpha_of_complete:.4f}, 95% interval {interval_of_complete.tolist()}")
still(abs(alpha - alpha_of_complete) < 1e-12, "the two alphas are no longer the same.")
still(np.ptp(interval) < 0.8 * np.ptp(interval_of_complete), "the interval is no longer that of all rows.")
END
