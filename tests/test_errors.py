"""One hierarchy of errors: whatever the code raises for a user's mistake is known where a notebook's failure is told."""

import ast
from pathlib import Path

from pipeline import errors

ROOT = Path(__file__).resolve().parents[1]


def test_no_module_but_one_defines_an_error():
    bases = {name for name in vars(errors) if name.endswith("Error")} | {"InfeasibleRow", "Exception", "ValueError"}
    elsewhere = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sorted((ROOT / "pipeline").rglob("*.py"))
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and bases & {ast.unparse(base) for base in node.bases}
    ]
    assert elsewhere == []


def test_a_message_leaves_out_what_is_not_known():
    assert str(errors.DataError("Wrong.", where="a.csv, row 3")) == "Wrong.\n  where:    a.csv, row 3"
    assert errors.DataError("Wrong.").exit_code == 2
