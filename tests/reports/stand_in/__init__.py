"""A program `quarto` for tests: quarto.py does as the real one does."""

import json
import sys
from pathlib import Path

PROGRAM, PYTHON = Path(__file__).with_name("quarto.py"), sys.executable


class StandIn:
    """A program `quarto` (stand_in/quarto.py) that does as the real one does, or as the test tells it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.says(version="1.9.38")
        program = folder / "quarto"
        # A shell in between: the first line of a script cannot name a program whose path has a blank in it.
        program.write_text(f'#!/bin/sh\nSTAND_IN="{folder}" exec "{PYTHON}" "{PROGRAM}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    def says(self, **settings: object) -> None:
        """`version`; `log` (what else the log says); `stderr`; `code`; `html` (the text of the page); `output` (False:
        no file is made)."""
        path = self.folder / "settings.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(json.dumps({**known, **settings}), encoding="utf-8")

    def calls(self, command: str) -> list[dict]:
        path = self.folder / "calls.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [call for call in map(json.loads, lines) if call["arguments"][0] == command]
