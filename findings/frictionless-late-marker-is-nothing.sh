#!/usr/bin/env bash
# frictionless: a marker such as c below row 100 is read as nothing
#
# Expected: a column of counts in which one cell is the marker "c" is a column of texts, or the cell is refused when
# the table is read.
# What happens: kinds are inferred from the first 100 rows. If the marker comes later the column is one of whole
# numbers, and `extract`, `read_rows` and `to_pandas` give None for the cell, without a word; `validate` is the only
# one that tells.
# Versions: frictionless 5.21.0.
# Where it meets users: statistics on authorities in which small counts are markers: a suppressed count and an absent
# one become the same.
# What to do: declare a schema with missingValues for each marker, and validate before reading. The product reads texts
# and types each marker with its reason (pipeline/authorities/panel/values.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install frictionless[pandas]==5.21.0 pandas==3.1.1

env/bin/python - <<'END'
import sys
from pathlib import Path

import frictionless


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


for place in (50, 150):
    rows = [f"A{number:03},{'c' if number == place else number}" for number in range(200)]
    Path("counts.csv").write_text("\n".join(["area,count", *rows]) + "\n", encoding="utf-8")
    resource = frictionless.Resource("counts.csv")
    resource.infer()
    kind = resource.schema.get_field("count").type
    extracted = frictionless.extract("counts.csv")["counts"][place]["count"]
    valid = frictionless.validate("counts.csv").valid
    print(f"marker in row {place}: the column is read as {kind}, the cell as {extracted!r}; validate finds "
          f"{'nothing' if valid else 'an error'}")
    if place == 50:
        still((kind, extracted, valid) == ("string", "c", True), "an early marker is read otherwise.")
    else:
        still((kind, extracted, valid) == ("integer", None, False), "a late marker is read otherwise.")
in_pandas = frictionless.Resource("counts.csv").to_pandas()["count"].isna().sum()
print("missing in to_pandas:", in_pandas)
still(in_pandas == 1, "to_pandas keeps the marker, or refuses it.")
END
