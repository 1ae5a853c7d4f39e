#!/usr/bin/env bash
# papermill: a code on the command line becomes a number, by Python's own rules
#
# Expected: `papermill -p team 0302` hands over the text 0302; at most whole numbers as people write them become
# numbers.
# What happens: whatever Python's int() or float() takes becomes a number: 0302 is 302, 2024_25 is 202425, 1E3 is
# 1000.0, inf is infinite. The notebook runs, and finds no team 302.
# Versions: papermill 2.7.0.
# Where it meets users: reports for one team, school or period each, started from a shell loop or from DVC.
# What to do: use -r (raw) for codes, or call papermill from Python. The product does the latter, with parameters of
# checked kinds (pipeline/notebooks/execution.py, pipeline/inputs/parameters.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install papermill==2.7.0 ipykernel==7.4.0

env/bin/python - <<'END'
import subprocess
import sys

import nbformat


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


def notebook(name, *cells):
    """Cells are pairs of source and tags."""
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
    made.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    nbformat.write(made, name)


def handed_over(option, text):
    subprocess.run([sys.executable, "-m", "papermill", "team.ipynb", "out.ipynb", option, "team", text, "--kernel",
                    "python3", "--no-progress-bar", "--log-level", "ERROR"], check=True, stderr=subprocess.DEVNULL)
    return nbformat.read("out.ipynb", as_version=4).cells[-1].outputs[0].text.strip()


notebook("team.ipynb", ("team = 'none'", ["parameters"]), ("print(repr(team))", []))
for text, number in {"0302": "302", "2024_25": "202425", "1E3": "1000.0", "inf": "inf"}.items():
    given, raw = handed_over("-p", text), handed_over("-r", text)
    print(f"{text:8} with -p: {given:8} with -r: {raw}")
    still(given == number, f"-p hands {text} over as {given}.")
    still(raw == repr(text), f"-r hands {text} over as {raw}.")
END
