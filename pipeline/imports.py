"""Which of the project's files a text of Python runs: by its imports, wherever they stand in it."""

import ast
from pathlib import Path
from threading import Lock

# Threads that parse at once fail in CPython 3.11 ("AST constructor recursion depth mismatch"): seen in a cluster's worker.
_PARSING = Lock()


def modules(source: str, root: Path) -> set[str]:
    """The project's files that the Python text `source` imports, and the ones that those import, by their paths."""
    found: set[str] = set()
    pending = imported(source, root)
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending |= imported((root / path).read_text(encoding="utf-8"), root)
    return found


def imported(source: str, root: Path) -> set[str]:
    """The project's files that the text itself imports, in functions and for types too."""
    names = set()
    with _PARSING:
        tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {path for name in names if name.split(".")[0] == "pipeline" for path in _files(name, root)}


def _files(module: str, root: Path) -> set[str]:
    """The file of a module, and the __init__.py of each package on the way to it."""
    parts = module.split(".")
    candidates = {Path(*parts).with_suffix(".py"), *(Path(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1))}
    return {path.as_posix() for path in candidates if (root / path).is_file()}
