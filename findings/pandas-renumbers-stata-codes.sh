#!/usr/bin/env bash
# pandas: a Stata file that is read and written again has other codes
#
# Expected: reading a .dta file and writing it keeps what it holds: the codes 1, 3, 5 with their labels, and the label
# of a code that nobody has.
# What happens: labelled columns are read as categories, which have no codes of their own, and written with codes
# counted from 0: 1, 3, 5 become 0, 1, 2. Means, recodes and cut-offs by number are wrong, and the unused label is
# gone. Extended missing values (.a, .b) become plain missing.
# Versions: pandas 3.1.1, pyreadstat 1.3.7.
# Where it meets users: a survey archive's file, tidied in pandas, handed on to a colleague who works in Stata.
# What to do: read with convert_categoricals=False and pass value_labels= when writing, or use pyreadstat, which keeps
# codes, labels and kinds of missing, as the product does (pipeline/inputs/exports/statistical.py).
# See also: opensafely-core/cohort-extractor issue 534, where the same renumbering met a health study.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install pandas==3.1.1 pyreadstat==1.3.7

env/bin/python - <<'END'
import sys

import pandas as pd
import pyreadstat


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


labels = {1: "Never", 3: "Often", 5: "Always", 7: "Cannot say"}
pyreadstat.write_dta(pd.DataFrame({"supervised": [1, 3, 5, 3, "a"]}), "archive.dta",
                     missing_user_values={"supervised": ["a"]},
                     variable_value_labels={"supervised": {**labels, "a": "Refused"}})
pd.read_stata("archive.dta").to_stata("tidied.dta", write_index=False)
facts = {}
for name in ("archive.dta", "tidied.dta"):
    table, meta = pyreadstat.read_dta(name, user_missing=True)
    facts[name] = table["supervised"].tolist(), meta.variable_value_labels["supervised"]
    numbers = pd.to_numeric(table["supervised"], errors="coerce")
    print(f"{name}: codes {facts[name][0]}, mean {numbers.mean():.2f}, labels {facts[name][1]}")
still(facts["archive.dta"] == ([1, 3, 5, 3, "a"], {**labels, "a": "Refused"}), "pyreadstat keeps something else.")
codes, left = facts["tidied.dta"]
still(codes[:4] == [0, 1, 2, 1] and pd.isna(codes[4]), "pandas no longer counts the codes from 0.")
still(left == {0: "Never", 1: "Often", 2: "Always"}, "pandas writes other labels.")
END
