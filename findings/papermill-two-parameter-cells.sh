#!/usr/bin/env bash
# papermill: of two cells tagged "parameters" the second wins over what was asked for
#
# Expected: parameters are put behind the last such cell, or two such cells are refused.
# What happens: they are put behind the first. The second cell then sets its own values again, while the notebook's
# metadata say that the asked-for ones were used.
# Versions: papermill 2.7.0.
# Where it meets users: a notebook grown by copying cells (a copy keeps its tags), run for another survey: the report
# shows the old threshold.
# What to do: refuse a notebook with more than one such cell before it runs. The product does
# (pipeline/notebooks/execution.py; tests/notebooks/test_running_a_notebook.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install papermill==2.7.0 ipykernel==7.4.0

env/bin/python - <<'END'
import sys

import nbformat
import papermill


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


def notebook(name, *cells):
    """Cells are pairs of source and tags."""
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
    made.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    nbformat.write(made, name)


notebook("study.ipynb", ("survey = 'first'\nsmallest = 10", ["parameters"]), ("smallest = 3", ["parameters"]),
         ("print(survey, smallest)", []))
papermill.execute_notebook("study.ipynb", "out.ipynb", {"survey": "second", "smallest": 20}, kernel_name="python3",
                           progress_bar=False)
executed = nbformat.read("out.ipynb", as_version=4)
used, told = executed.cells[-1].outputs[0].text.strip(), dict(executed.metadata.papermill.parameters)
print("asked for: survey second, smallest 20")
print("used:     ", used)
print("metadata: ", told)
still(used == "second 3", "the second cell no longer wins.")
still(told["smallest"] == 20, "the metadata no longer tell the value that was asked for.")
END
