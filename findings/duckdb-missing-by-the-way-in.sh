#!/usr/bin/env bash
# DuckDB: a missing number is missing or not, by the way in which the table came
#
# Expected: one query on one table gives one answer, whether it is a pandas or a polars table, or the Parquet file of
# either.
# What happens: NaN in a pandas table is taken for NULL; in a polars or Arrow table it stays a number. Then it counts
# as an answer, the mean is NaN, and it is larger than any threshold: here 2 or 3 answers, and 1 or 2 of at least 2.
# Versions: DuckDB 2.0.1, pandas 3.1.1, polars 2.1.0, pyarrow 26.0.1.
# Where it meets users: response counts and "at or above" shares from SQL on tables that other libraries made.
# What to do: turn NaN into null before (`fill_nan(None)` in polars). The product's tables are pandas, and missing
# answers have their reason in a column of their own.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install duckdb==2.0.1 pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1

env/bin/python - <<'END'
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


scores = np.array([1.0, 2.0, np.nan])
in_pandas, in_polars = pd.DataFrame({"score": scores}), pl.DataFrame({"score": scores})
in_pandas.to_parquet("by-pandas.parquet")
in_polars.write_parquet("by-polars.parquet")
found = {}
for table in ("in_pandas", "'by-pandas.parquet'", "in_polars", "'by-polars.parquet'"):
    query = f"SELECT count(score), count(*) FILTER (score >= 2), avg(score) FROM {table}"
    found[table] = duckdb.sql(query).fetchall()[0]
    print(f"{table:20} answers {found[table][0]}, of at least 2: {found[table][1]}, mean {found[table][2]}")
still(found["in_pandas"] == found["'by-pandas.parquet'"] == (2, 1, 1.5), "NaN of pandas is no longer NULL.")
still(all(found[table][:2] == (3, 2) and np.isnan(found[table][2]) for table in ("in_polars", "'by-polars.parquet'")),
      "NaN of polars is NULL now.")
END
