#!/usr/bin/env bash
# polars: ordered answers come back from a visit without their order, and the unused ones not at all
#
# Expected: an ordered categorical of pandas keeps its answers and their order in polars, and on the way back.
# What happens: it becomes polars' Categorical, which has no order of its own: sorting and grouping go by the alphabet.
# Back in pandas it is unordered, its categories stand as they first occur, and those that nobody chose are gone. The
# same happens by way of a Parquet file.
# Versions: polars 2.1.0, pandas 3.1.1, pyarrow 26.0.1.
# Where it meets users: a large staff survey that is filtered in polars and tabulated in pandas: the row of zeros is
# gone, cumulative shares and charts are in the wrong order.
# What to do: cast to `pl.Enum(answers)`, which keeps both. The product keeps answers as positions on a scale from the
# codebook, and does not use polars.
# See also: polars issue 14709, open since 2024.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1

env/bin/python - <<'END'
import sys

import pandas as pd
import polars as pl


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


scale = ["strongly agree", "agree", "neither", "disagree"]
survey = pd.DataFrame({"answer": pd.Categorical(["disagree", "strongly agree", "agree"], scale, ordered=True)})
survey.to_parquet("survey.parquet")
visits = {"from_pandas": pl.from_pandas(survey), "read_parquet": pl.read_parquet("survey.parquet")}
visits["with Enum"] = visits["from_pandas"].with_columns(pl.col("answer").cast(pl.String).cast(pl.Enum(scale)))
print("pandas, before:", scale, "ordered")
for way, table in visits.items():
    table.write_parquet("back.parquet")
    for name, frame in (("to_pandas", table.to_pandas()), ("by Parquet", pd.read_parquet("back.parquet"))):
        back = frame["answer"]
        print(f"{way}, {name}: {back.cat.categories.tolist()}, {'ordered' if back.cat.ordered else 'not ordered'}")
        kept = back.cat.categories.tolist() == scale and back.cat.ordered
        still(kept == (way == "with Enum"), f"{way}, {name}: the order is {'' if kept else 'not '}kept.")
    print(f"{way}, sorted in polars: {table['answer'].sort().to_list()}")
still(visits["from_pandas"]["answer"].sort().to_list() == ["agree", "disagree", "strongly agree"],
      "polars sorts by another order.")
still(visits["with Enum"]["answer"].sort().to_list() == ["strongly agree", "agree", "disagree"],
      "Enum sorts by another order.")
END
