"""A program of its own that opens an SPSS or Stata file, for `statistical.py`: PATH KIND ENCODING COLUMNS CELLS.

A file that is damaged, or made to do harm, can end the reader without a word, or make it ask for all memory there is.
Here that ends this process only. What was read goes to standard output, pickled; a refusal is one of REFUSALS.
"""

import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

DAMAGED, ENCODING, COLUMNS_TOO_MANY, CELLS_TOO_MANY = "damaged", "encoding", "columns", "cells"
REFUSALS = (DAMAGED, ENCODING, COLUMNS_TOO_MANY, CELLS_TOO_MANY)
MEMORY = 4 << 30  # bytes that this process may have
FALLBACK = "WINDOWS-1252"  # what files are written in that do not say it, or say it wrongly


def read(path: str, kind: str, encoding: str | None, columns: int, cells: int) -> dict[str, Any] | str:
    """Every variable of a file (kind sav or dta) as codes and distinct values with its labels; or one of REFUSALS."""
    import pyreadstat

    reader = {"sav": pyreadstat.read_sav, "dta": pyreadstat.read_dta}[kind]
    for text_in in (encoding,) if encoding else (None, FALLBACK):
        try:
            return _all(reader, path, text_in, columns, cells)
        except (UnicodeError, pyreadstat.ReadstatError) as error:
            if not (isinstance(error, UnicodeError) or "convert" in str(error)):
                return DAMAGED
        except (pyreadstat.PyreadstatError, OverflowError, ValueError, OSError, MemoryError):
            return DAMAGED
    return ENCODING


def _all(reader: Callable, path: str, encoding: str | None, columns: int, cells: int) -> dict[str, Any] | str:
    about = reader(path, encoding=encoding, metadataonly=True)[1]
    if len(about.column_names) > columns:
        return COLUMNS_TOO_MANY
    most = cells // max(1, len(about.column_names))
    how = {"encoding": encoding, "output_format": "dict", "user_missing": True, "row_limit": most + 1}
    try:
        table, about = reader(path, **how)
    except OverflowError:  # a date beyond the calendar: all dates stay numbers
        table, about = reader(path, disable_datetime_conversion=True, **how)
    if max(map(len, table.values()), default=0) > most:
        return CELLS_TOO_MANY
    sets = {name.casefold() for each in (about.mr_sets or {}).values() for name in each["variable_list"]}
    variables = []
    for name, label in zip(about.column_names, about.column_labels, strict=True):
        codes, values = _encoded(table.pop(name))
        variables.append(
            {
                "name": name,
                "label": label or "",
                "codes": codes,
                "values": values,
                "labels": about.variable_value_labels.get(name, {}),
                "missing": [(each["lo"], each["hi"]) for each in about.missing_ranges.get(name, [])],
                "letters": list(about.missing_user_values.get(name, [])),
                "of_set": name.casefold() in sets,
            }
        )
    return {"variables": variables, "encoding": (encoding or about.file_encoding or "").casefold()}


def _encoded(values: list) -> tuple[np.ndarray, list]:
    """Codes into the distinct values, in the order in which they first appear."""
    place: dict[Any, int] = {}
    codes = np.fromiter((place.setdefault(value, len(place)) for value in values), dtype=np.int32, count=len(values))
    return codes, list(place)


def main() -> None:
    """Read the file that the arguments name."""
    path, kind, encoding, columns, cells = sys.argv[1:]
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows; or the user may have less already
        pass
    found = read(path, kind, encoding or None, int(columns), int(cells))
    sys.stdout.buffer.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
