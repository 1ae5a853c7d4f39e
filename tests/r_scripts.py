"""Runs a stored R script again where R and its packages are at hand; elsewhere its stored output is taken as it is."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest


def output_of(script: Path, reads: str, writes: str, packages: tuple[str, ...], scratch: Path):
    """What `script` writes to the JSON file `writes` when it runs in `scratch` beside a copy of the file `reads`."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed: the stored output is taken as it is")
    loaded = ", ".join(f"requireNamespace({package!r})" for package in packages)
    if subprocess.run(["Rscript", "-e", f"stopifnot({loaded})"], capture_output=True).returncode:
        pytest.skip(f"R is installed without the packages of {script.name}: the stored output is taken as it is")
    for name in (script.name, reads):
        shutil.copy(script.with_name(name), scratch)
    subprocess.run(["Rscript", script.name], cwd=scratch, check=True, capture_output=True)
    return json.loads((scratch / writes).read_text(encoding="utf-8"))
