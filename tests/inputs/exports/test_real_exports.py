"""Two real exports, where they are at hand: what any other reader finds in them, and what is known of them."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.exports.texts import tidy_text

SURVEYS = Path(__file__).resolve().parents[4] / "shared" / "surveys"


def real(name: str) -> Path:
    path = SURVEYS / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand: put it into {SURVEYS.name}/ in a folder shared/ beside the project")
    return path


def as_csv_reads(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return [[tidy_text(cell) for cell in row] for row in csv.reader(file)]


def test_limesurvey_of_273():
    path = real("rse-2016-uk/rse_2016_uk_public_data.csv")
    export = read_export(path)
    header, *rows = as_csv_reads(path, "utf-8")
    assert (export.header, export.encoding, export.delimiter, export.rows) == ("one", "utf-8", ",", 273)
    assert [column.name for column in export.columns] == ["column 1", *header[1:]]
    assert [list(row) for row in zip(*(column.cells() for column in export.columns), strict=True)] == rows
    assert (export.line(0), export.line(272)) == (2, 274)
    codes = Counter(column.name.partition(". ")[0].rstrip("0123456789") for column in export.columns)
    assert (codes["affRec"], codes["affSat"], codes["perfCheck"]) == (5, 4, 6)


def test_surveymonkey_of_1186():
    path = real("star-wars/StarWars.csv")
    export = read_export(path)
    questions, options, *rows = as_csv_reads(path, "cp1252")
    assert (export.header, export.encoding, export.delimiter, export.rows) == ("surveymonkey", "cp1252", ",", 1186)
    assert len(export.columns) == 38 and len({column.name for column in export.columns}) == 38
    assert [list(row) for row in zip(*(column.cells() for column in export.columns), strict=True)] == rows
    assert (export.line(0), export.line(1185)) == (3, 1188)
    for column in export.columns:
        assert column.name.startswith(questions[column.position - 1])
        if options[column.position - 1] != "Response":
            assert column.name.endswith(options[column.position - 1])
    assert Counter(export.column("Gender").cells()) == Counter({"Female": 549, "Male": 497, "": 140})
