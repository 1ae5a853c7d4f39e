#!/usr/bin/env bash
# SPSS files: two long answers become one
#
# Expected: a value label of more than 120 bytes is refused when a .sav file is written; so is a question of more than
# 256 bytes.
# What happens: both are cut, in silence. Two answers that differ only behind that point have the same label
# afterwards, and reading with labels merges them: two answers, one category. What counts are bytes, so letters with
# accents and curly quotes make it shorter.
# Versions: pyreadstat 1.3.7.
# Where it meets users: vignettes and full-sentence answers, such as grade descriptors, exported from a form to SPSS.
# What to do: compare the labels after writing with those before; keep the codes and a codebook beside the file. Where
# a label stands twice the product writes the code before it, so the answers stay apart
# (pipeline/inputs/exports/statistical.py).
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


stem = ("My supervisor and I look at each case together, agree what is to be done, write it down, "
        "and look at it again a month later: ")
labels = {1: stem + "always", 2: stem + "never"}
question = "Wie häufig? " * 30
pyreadstat.write_sav(pd.DataFrame({"q1": [1, 2, 1]}), "survey.sav", variable_value_labels={"q1": labels},
                     column_labels={"q1": question})
_, meta = pyreadstat.read_sav("survey.sav")
table, _ = pyreadstat.read_sav("survey.sav", apply_value_formats=True)
kept = meta.variable_value_labels["q1"]
print("label written:", labels[1])
print("label read:   ", kept[1])
print("categories of the answers 1, 2, 1:", table["q1"].nunique())
print(f"question: {len(question.encode())} bytes written, {len(meta.column_names_to_labels['q1'].encode())} read")
still({len(label.encode()) for label in kept.values()} == {120}, "labels are no longer cut at 120 bytes.")
still(table["q1"].nunique() == 1, "the two answers are no longer merged.")
still(len(meta.column_names_to_labels["q1"].encode()) <= 256 < len(question.encode()), "the question is no longer cut.")
END
