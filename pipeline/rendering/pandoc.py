"""The pandoc that the project carries."""

import os
from pathlib import Path

import pypandoc

from pipeline.errors import SetUpError


def pandoc() -> str:
    """The program's path. pypandoc's own search prefers a newer one of the machine, which sets other pages.

    Raises SetUpError where it is not there.
    """
    program = Path(pypandoc.__file__).parent / "files" / ("pandoc.exe" if os.name == "nt" else "pandoc")
    if not program.is_file():
        raise SetUpError(
            "The environment holds no pandoc.",
            where=str(program),
            expected="that of pypandoc_binary",
            fix="Build the environment again: remove .venv, and call make report.",
        )
    return str(program)
