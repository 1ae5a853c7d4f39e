#!/usr/bin/env bash
# XLSX: a comment that begins with = comes back as 0 or as nothing, by who wrote the file
#
# Expected: texts of a table go into XLSX as texts. A formula whose value nobody has computed is missing when it is
# read.
# What happens: `to_excel` writes a text that begins with = as a formula. Nothing computes it, so openpyxl leaves its
# value out, and every reader sees an empty cell; XlsxWriter writes the value 0, and every reader sees the number 0. So
# a respondent's words become a 0 or are gone; and so does a real formula in a workbook that no spreadsheet program has
# opened.
# Versions: pandas 3.1.1, openpyxl 3.1.5, XlsxWriter 3.3.1, python-calamine 0.9.1.
# Where it meets users: open-text answers such as "= same as last year", exported and read again; totals that a script
# wrote as formulas.
# What to do: write with XlsxWriter's strings_to_formulas=False, and compute in code. The product writes texts as texts
# (pipeline/rendering/workbook_xlsx.py) and refuses an export whose formulas have no values
# (pipeline/inputs/exports/spreadsheets.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install pandas==3.1.1 openpyxl==3.1.5 xlsxwriter==3.3.1 python-calamine==0.9.1

env/bin/python - <<'END'
import sys

import pandas as pd


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


answers = ["fine", "= same as last year", "=1+1"]
table = pd.DataFrame({"id": [1, 2, 3], "comment": answers})
for writer, instead in (("openpyxl", None), ("xlsxwriter", 0)):
    table.to_excel("survey.xlsx", index=False, engine=writer)
    for reader in ("openpyxl", "calamine"):
        read = [None if pd.isna(text) else text for text in pd.read_excel("survey.xlsx", engine=reader)["comment"]]
        print(f"written by {writer:10} read by {reader:8}: {read}")
        still(read == ["fine", instead, instead], f"{writer} writes, or {reader} reads, such a text otherwise.")
as_text = {"options": {"strings_to_formulas": False}}
with pd.ExcelWriter("survey.xlsx", engine="xlsxwriter", engine_kwargs=as_text) as book:
    table.to_excel(book, index=False)
kept = pd.read_excel("survey.xlsx", engine="calamine")["comment"].tolist()
print("with strings_to_formulas=False:", kept)
still(kept == answers, "strings_to_formulas=False no longer keeps the texts.")
END
