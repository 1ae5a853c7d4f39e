"""SPSS and Stata files: labels of values as answers, labels of variables as questions, and the kinds of missing."""

import pickle
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from pipeline.errors import DataError
from pipeline.inputs.exports import statistical_worker
from pipeline.inputs.exports.assembly import Content, assemble
from pipeline.inputs.exports.cells import cell_text
from pipeline.inputs.exports.headers import named_header
from pipeline.inputs.exports.limits import COLUMNS, SHEET_CELLS, SHEET_CHARACTERS
from pipeline.inputs.exports.table import Declared, Export, tidied
from pipeline.inputs.exports.texts import label_key, tidy_text

SPSS, STATA = "sav", "dta"
MINUTES = 10  # after which a file that is still being read is given up
_CODECS = {
    "utf-8": "UTF-8",
    "cp1252": "WINDOWS-1252",
    "mac-roman": "MACINTOSH",
}  # as ENCODINGS, and as the reader calls them
_START, _END = b"<stata_dta>", b"</stata_dta>"
_SAVE = "Save the file again in the program that made it; or export the survey as CSV or XLSX."


def statistical_kind(opening: bytes) -> str | None:
    """Whether a file begins as SPSS's (sav, zsav) or Stata's do; None for others.

    >>> statistical_kind(b"$FL2@(#) SPSS"), statistical_kind(b"<stata_dta><header>"), statistical_kind(b"id,team")
    ('sav', 'dta', None)
    """
    if opening.startswith((b"$FL2", b"$FL3")):
        return SPSS
    old = (
        len(opening) > 3 and 104 <= opening[0] <= 115 and opening[1] in (1, 2) and opening[2] == 1
    )  # release, order of bytes
    return STATA if old or opening.startswith(_START) else None


def read_statistical(path: Path, kind: str, encoding: str | None, columns: Collection[str] | None) -> Export:
    """An SPSS or Stata file as columns; see pipeline.inputs.exports.read_export.

    A labelled value is its label. Where only some values of a scale are labelled, as its two ends, the number stands
    before the label ("10 - Very likely"). A value that is declared as missing is its label too, or says its code.
    """
    if encoding not in (None, *_CODECS):
        raise DataError(
            f"Unknown encoding: {encoding}",
            where=path.name,
            expected=", ".join(_CODECS),
            fix="Correct the key encoding of the survey, or leave it out.",
        )
    _refuse_cut_off(path)
    found = _read(path, kind, _CODECS.get(encoding, ""))
    variables = found["variables"]
    if not variables or not len(variables[0]["codes"]):
        raise DataError(
            "The file holds no respondents.",
            where=path.name,
            found=f"{len(variables):,} variables and no case",
            expected="one case a respondent",
            fix="Export the survey with its responses.",
        )
    _refuse_mixed(path.name, variables, found["encoding"])
    contents, declared = {}, {}
    told_by_number = _told_by_number(variables)
    answers = {
        label_key(text)
        for variable in variables
        for value, text in variable["labels"].items()
        if not _is_missing(variable, value)
    }
    for index, variable in enumerate(variables):
        contents[index], declared[index] = _content(variable, index in told_by_number, answers)
    characters = sum(int(np.array([len(text) for text in texts])[codes].sum()) for codes, texts in contents.values())
    if characters > SHEET_CHARACTERS:
        _too_large(path.name, f"{characters:,} characters", f"at most {SHEET_CHARACTERS:,}")
    header = named_header(
        [tidy_text(variable["name"]) for variable in variables],
        [tidy_text(variable["label"]) for variable in variables],
    )
    return assemble(
        header,
        contents,
        columns,
        declared=declared,
        file=path.name,
        format=kind,
        encoding=found["encoding"],
        delimiter="",
        sheet="",
        number_rows=partial(np.arange, 1, len(variables[0]["codes"]) + 1),
    )


def _read(path: Path, kind: str, codec: str) -> dict[str, Any]:
    command = [
        sys.executable,
        "-I",
        statistical_worker.__file__,
        str(path.resolve()),
        kind,
        codec,
        str(COLUMNS),
        str(SHEET_CELLS),
    ]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60 * MINUTES)
        found = pickle.loads(done.stdout) if done.returncode == 0 else None  # of our own program, not of the file
    except subprocess.TimeoutExpired:
        found = None
    if isinstance(found, dict):
        return found
    if found == statistical_worker.ENCODING:
        raise DataError(
            "The file has text in an encoding that cannot be told.",
            where=path.name,
            expected=f"the encoding that it states, or {', '.join(_CODECS)} in file, encoding of survey.yaml",
            fix="Save it again with Unicode (UTF-8) in the program that made it.",
        )
    if found == statistical_worker.COLUMNS_TOO_MANY:
        _too_large(path.name, f"more than {COLUMNS:,} variables", f"at most {COLUMNS:,}")
    if found == statistical_worker.CELLS_TOO_MANY:
        _too_large(path.name, f"more than {SHEET_CELLS:,} cells", f"at most {SHEET_CELLS:,}")
    raise _damaged(path)


def _damaged(path: Path) -> DataError:
    return DataError(
        "The file is damaged, or of a release that cannot be read.",
        where=path.name,
        expected="SPSS (.sav, .zsav), or Stata (.dta) of release 8 and later",
        fix=_SAVE,
    )


def _refuse_cut_off(path: Path) -> None:
    """Stata's labels stand at the end of the file: one that is cut off would be read without them."""
    with path.open("rb") as file:
        if file.read(len(_START)) == _START:
            file.seek(max(0, path.stat().st_size - len(_END) - 2))
            if not file.read().rstrip().endswith(_END):
                raise _damaged(path)


def _too_large(file: str, found: str, expected: str) -> NoReturn:
    raise DataError(
        "The file is too large.",
        where=file,
        found=found,
        expected=expected,
        fix="Leave variables out, and save it again.",
    )


def _refuse_mixed(file: str, variables: Iterable[Mapping[str, Any]], encoding: str) -> None:
    """Text that was written as UTF-8 and is read as another encoding shows each letter with an accent as two others."""
    if encoding not in ("windows-1252", "macintosh"):
        return
    codec = {"windows-1252": "cp1252", "macintosh": "mac-roman"}[encoding]
    for variable in variables:
        for text in (variable["label"], *variable["labels"].values(), *variable["values"]):
            if isinstance(text, str) and not text.isascii() and _reads_as_utf8(text, codec):
                raise DataError(
                    "The file has text in two encodings.",
                    where=f"{file}, variable {variable['name']}",
                    found=f"UTF-8 where the rest is {encoding}",
                    expected="one encoding",
                    fix=_SAVE,
                )


def _reads_as_utf8(text: str, codec: str) -> bool:
    try:
        text.encode(codec).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _is_missing(variable: Mapping[str, Any], value: Any) -> bool:
    """Whether a value is declared as missing: by Stata's letters, or in a list or range of SPSS's."""
    if isinstance(value, str):
        return value in variable["letters"] or any(low == value for low, _ in variable["missing"])
    return isinstance(value, int | float) and any(
        isinstance(low, int | float) and low <= value <= high for low, high in variable["missing"]
    )


def _told_by_number(variables: Iterable[Mapping[str, Any]]) -> set[int]:
    """The variables (indices) whose labels do not tell every answer: some answers have none, or two share one.

    Variables with the same labels are one scale: what is missing in one of them is missing in all.
    """
    scales: dict[tuple, list[tuple[int, bool]]] = {}
    for index, variable in enumerate(variables):
        valid = {
            value: label_key(text)
            for value, text in variable["labels"].items()
            if tidy_text(text) and not _is_missing(variable, value)
        }
        if valid:
            unlabelled = any(
                value not in valid
                for value in variable["values"]
                if value not in (None, "") and not _is_missing(variable, value)
            )
            scales.setdefault(tuple(sorted(valid.items(), key=repr)), []).append((index, unlabelled))
    return {
        index
        for labels, found in scales.items()
        for index, _ in found
        if any(unlabelled for _, unlabelled in found) or len({text for _, text in labels}) < len(labels)
    }


def _content(variable: Mapping[str, Any], by_number: bool, answers: Collection[str]) -> tuple[Content, Declared]:
    """Tidied codes and texts of a variable, and what the file declares of them."""
    texts, missing = [], []
    for value in variable["values"]:
        texts.append(_text(variable, value, by_number, answers))
        if value is not None and _is_missing(variable, value):
            missing.append(texts[-1])
    labels = [
        _text(variable, value, by_number, answers)
        for value in sorted(variable["labels"], key=lambda value: (isinstance(value, str), value))
        if not _is_missing(variable, value)
    ]
    return tidied(variable["codes"], texts), Declared(
        tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(filter(None, labels))), variable["of_set"]
    )


def _text(variable: Mapping[str, Any], value: Any, by_number: bool, answers: Collection[str]) -> str:
    """What stands for a value. One that is missing says its code where an answer elsewhere in the file has its label."""
    if value is None:
        return ""
    label, plain = tidy_text(variable["labels"].get(value, "")), tidy_text(cell_text(value))
    if _is_missing(variable, value):
        code = f"missing code {'.' if value in variable['letters'] else ''}{plain}"
        return f"{label} ({code})" if label and label_key(label) in answers else label or code
    if not by_number or not label or isinstance(value, str) or label.startswith(plain):
        return label or plain
    return f"{plain} - {label}"
