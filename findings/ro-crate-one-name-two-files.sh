#!/usr/bin/env bash
# ro-crate-py: of two files of one name, from two folders, one is in the crate
#
# Expected: `add_file("study/effects.csv")` and `add_file("survey/effects.csv")` put two files into the crate, under
# their paths.
# What happens: a file's identifier is its name without the folder, so the second takes the place of the first, in the
# metadata and on disk, without a warning.
# Versions: rocrate 0.16.0.
# Where it meets users: a crate of a run whose stages write files of the same name into folders of their own.
# What to do: give dest_path for every file. The product does (pipeline/provenance/crate.py), and a test compares the
# crate with the folder.
# See also: ro-crate-py issue 185, where it was met with workflows.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install rocrate==0.16.0

env/bin/python - <<'END'
import json
import sys
from pathlib import Path

from rocrate.rocrate import ROCrate


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


crate = ROCrate()
for folder in ("study", "survey"):
    Path(folder).mkdir()
    Path(folder, "effects.csv").write_text(f"of,effect\n{folder},1\n", encoding="utf-8")
    crate.add_file(f"{folder}/effects.csv", properties={"name": f"Effects in the {folder}"})
crate.write("crate")
described = [entity for entity in json.loads(Path("crate/ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
             if entity["@type"] == "File"]
written = sorted(str(path.relative_to("crate")) for path in Path("crate").rglob("*.csv"))
print("added: study/effects.csv, survey/effects.csv")
print("in the metadata:", [(entity["@id"], entity["name"]) for entity in described])
print("on disk:", {name: Path("crate", name).read_text(encoding="utf-8") for name in written})
still([entity["name"] for entity in described] == ["Effects in the survey"], "the metadata describe both files now.")
still(written == ["effects.csv"], "both files are written now.")
still("survey" in Path("crate/effects.csv").read_text(encoding="utf-8"), "it is the first file that is kept now.")
END
