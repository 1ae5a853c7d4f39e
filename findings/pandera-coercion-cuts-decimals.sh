#!/usr/bin/env bash
# pandera: a column that is coerced to whole numbers loses its decimals, one coerced to truth values its noes
#
# Expected: `Column(int, coerce=True)` refuses 3.7, as it refuses the text "3.7" and as `Column("Int64", coerce=True)`
# refuses 3.7; and "False" is False.
# What happens: 3.7 becomes 3 and 2019.5 becomes 2019, and the schema is content: it checks what is left. The texts
# "False" and "no" become True.
# Versions: pandera 0.35.0, pandas 3.1.1, NumPy 2.4.6.
# Where it meets users: a schema that guards a table read from CSV, where one stray decimal makes a column of whole
# numbers a float column.
# What to do: give read_csv the types (`dtype={"year": "int64", "used": bool}` refuses both), and let the schema check
# without coercing; or coerce to Int64 and boolean. The product reads its tables so
# (pipeline/authorities/panel/cleaned.py; tests/authorities/test_panel.py).
# See also: pandera issue 2442, of whole numbers that are too large for their kind.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install pandera==0.35.0 pandas==3.1.1 numpy==2.4.6

env/bin/python - <<'END'
import io
import sys

import pandas as pd
import pandera.pandas as pa


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


def coerced(values, dtype):
    try:
        schema = pa.DataFrameSchema({"column": pa.Column(dtype, coerce=True)})
        return schema.validate(pd.DataFrame({"column": values})).column.tolist()
    except (pa.errors.SchemaError, pa.errors.SchemaErrors):
        return "refused"


results = {}
for values, dtype in (([2019.5, 3.7], int), ([2019.5, 3.7], "Int64"), (["3.7"], int), (["False", "no"], bool),
                      (["False", "no"], "boolean")):
    results[str(values), str(dtype)] = found = coerced(values, dtype)
    print(f"{values} as {dtype if isinstance(dtype, str) else dtype.__name__}: {found}")
still(list(results.values()) == [[2019, 3], "refused", "refused", [True, True], "refused"],
      "pandera coerces otherwise.")
for column, dtype in (("2019.5", "int64"), ("no", bool)):
    try:
        pd.read_csv(io.StringIO(f"column\n{column}\n"), dtype={"column": dtype})
    except ValueError as error:
        print(f"read_csv refuses {column}:", error)
    else:
        still(False, f"read_csv takes {column} now.")
END
