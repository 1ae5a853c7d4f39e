#!/usr/bin/env bash
# SPSS files: two codes with one label are one answer, in the order of the alphabet, and an unused answer is none
#
# Expected: reading with labels keeps each code apart and in the order of the codes, or says that a label stands twice.
# `pandas.read_stata` refuses such a file.
# What happens: code 2 and code 98 of the label "Neither" are merged. The categories stand in the order of the
# alphabet, and an answer that nobody chose is not among them: no row of zeros in any table. `pandas.read_spss` does
# the same.
# Versions: pyreadstat 1.3.7, pandas 3.1.1.
# Where it meets users: files where "not applicable" or "neither" has a code on the scale and another outside it.
# What to do: read codes and labels (apply_value_formats=False) and make the categories yourself;
# formats_as_ordered_category=True keeps order and unused answers, but merges too. Where a label stands twice the
# product writes the code before it (pipeline/inputs/exports/statistical.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install pyreadstat==1.3.7 pandas==3.1.1

env/bin/python - <<'END'
import sys

import pandas as pd
import pyreadstat


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


labels = {1: "Strongly agree", 2: "Neither", 3: "Disagree", 4: "Strongly disagree", 98: "Neither"}
codes = [1, 1, 2, 3, 98, 98]
pyreadstat.write_sav(pd.DataFrame({"q1": codes}), "survey.sav", variable_value_labels={"q1": labels})
by_default, _ = pyreadstat.read_sav("survey.sav", apply_value_formats=True)
ordered, _ = pyreadstat.read_sav("survey.sav", apply_value_formats=True, formats_as_ordered_category=True)
readings = {"pyreadstat": by_default["q1"], "formats_as_ordered_category": ordered["q1"],
            "pandas.read_spss": pd.read_spss("survey.sav")["q1"]}
print("codes:", codes)
for name, answers in readings.items():
    print(f"{name}: categories {answers.cat.categories.tolist()}, counts {answers.value_counts(sort=False).to_dict()}")
for name in ("pyreadstat", "pandas.read_spss"):
    still(readings[name].cat.categories.tolist() == ["Disagree", "Neither", "Strongly agree"],
          f"{name} has other categories, or another order.")
still(all((answers == "Neither").sum() == 3 for answers in readings.values()), "codes of one label stay apart now.")
still("Strongly disagree" in ordered["q1"].cat.categories, "the ordered categories no longer hold the unused answer.")
pyreadstat.write_dta(pd.DataFrame({"q1": codes}), "survey.dta", variable_value_labels={"q1": labels})
try:
    pd.read_stata("survey.dta")
except ValueError as error:
    print("pandas.read_stata refuses it:", str(error).strip().partition("\n")[0])
else:
    still(False, "pandas.read_stata takes a repeated label now.")
END
