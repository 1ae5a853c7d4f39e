"""Where the project's folders are, and how a file is written: whole or not at all, the same bytes every time."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

FORMULA = re.compile(
    r"'*[=+\-@\t\r]"
)  # a spreadsheet takes a text that begins so for a formula; ' is the guard before it
SIGNIFICANT_DIGITS = 12  # another processor may differ in the last of a double's 16 digits


def project_root() -> Path:
    """The folder of the project: the nearest one above the working folder that holds dvc.yaml.

    Notebooks are run from notebooks/, commands from anywhere inside the project. Outside it, the folder that this
    package was installed from is taken.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "pipeline").is_dir():
            return folder
    return Path(__file__).resolve().parents[1]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; put it in its place when the block ends well, remove it when not.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replacing(folder / "a.txt") as beside:
    ...     _ = beside.write_text("whole")
    >>> [p.name for p in folder.iterdir()], (folder / "a.txt").read_text()
    (['a.txt'], 'whole')
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends on every system."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: object) -> None:
    """Write `content` with sorted keys and an indent of one, ending in a newline."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write `table` without its index; numbers have at most 12 significant digits, so every machine agrees.

    A text, or a column's name, that a spreadsheet would run as a formula gets an apostrophe before it (see `unguarded`).

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_csv(folder / "t.csv", pd.DataFrame({"team": ["=1+1", "North"], "@share": [1 / 3, -1.0]}))
    >>> print((folder / "t.csv").read_text(), end="")
    team,'@share
    '=1+1,0.333333333333
    North,-1
    """
    harmless = table.apply(lambda column: column if pd.api.types.is_numeric_dtype(column) else column.map(_harmless))
    harmless = harmless.set_axis([_harmless(name) for name in table.columns], axis="columns")
    write_text(path, harmless.to_csv(index=False, float_format=f"%.{SIGNIFICANT_DIGITS}g", lineterminator="\n"))


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def unguarded(cell: object) -> object:
    """A cell that was read from a CSV as it was before `write_csv` guarded it, for where nothing would run it.

    >>> unguarded("'=1+1"), unguarded("'tis"), unguarded(0.5)
    ('=1+1', "'tis", 0.5)
    """
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and FORMULA.match(cell) else cell
