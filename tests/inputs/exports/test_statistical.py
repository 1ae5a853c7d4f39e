"""SPSS and Stata files: labels are answers, and what is missing stays told apart."""

from collections import Counter

import pandas as pd
import pyreadstat
import pytest

from pipeline.errors import DataError
from pipeline.inputs.exports import statistical as module
from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.exports.texts import tidy_text
from tests.inputs.exports.statistical_files import (
    AGREEMENT,
    QUESTIONS,
    SUPPORTED,
    answers,
    with_sets,
    write_dta,
    write_sav,
)

WRITERS = {"sav": write_sav, "zsav": write_sav, "dta": write_dta}


@pytest.fixture(params=["sav", "dta"])
def path(request, tmp_path):
    return WRITERS[request.param](tmp_path / f"survey.{request.param}")


def expected(path) -> dict[str, Counter]:
    """How often each text stands in a column, from the codes that were written."""
    code = "missing code .d" if path.suffix == ".dta" else "missing code 99"
    told = AGREEMENT | {8: "Don't know", 9: "Refused", 10: "Closed the page", 99: code}
    role = {
        1: "Social worker",
        2: "Team manager",
        98: "Agree (missing code " + (".z)" if path.suffix == ".dta" else "98)"),
    }
    ends = {0: "0 - Not at all likely", 10: "10 - Extremely likely"}
    table = answers()
    return {
        "sup1": Counter(table.sup1.map(told).fillna("")),
        "sup2": Counter(table.sup2.map(AGREEMENT)),
        "role": Counter(table.role.map(role)),
        "team": Counter(table.team),
        "id": Counter(map(str, table.id)),
        "lasts": Counter(table.lasts.map(lambda value: ends.get(value, f"{value:g}"))),
    }


@pytest.mark.parametrize("kind", WRITERS)
def test_labels_are_answers_and_missing_codes_are_told_apart(kind, tmp_path):
    path = WRITERS[kind](tmp_path / f"survey.{kind}")
    export = read_export(path)
    assert export.format == path.suffix[-3:] and export.rows == 60 and export.line(59) == 60
    assert {column.name: Counter(column.cells()) for column in export.columns} == expected(path)
    assert set(export.column("sup1").declared.missing) == set(expected(path)["sup1"]) - {"", *AGREEMENT.values()}
    assert export.column("sup1").declared.answers == tuple(AGREEMENT.values())


def test_labels_of_variables_are_questions(path):
    export = read_export(path)
    whole = {name: tidy_text(text[:80] if path.suffix == ".dta" else text) for name, text in QUESTIONS.items()}
    assert {column.name: column.question for column in export.columns} == whole | {"id": "id", "team": "team"}
    assert len(SUPPORTED) > 200


def test_only_the_columns_asked_for_are_kept(path):
    assert [column.name for column in read_export(path, columns=["sup2"]).columns] == ["sup2"]


def test_two_codes_with_one_label_stay_apart(tmp_path):
    table = pd.DataFrame({"id": [1, 2, 3], "q": [1.0, 2.0, 3.0]})
    pyreadstat.write_sav(table, tmp_path / "a.sav", variable_value_labels={"q": {1: "Yes", 2: "No", 3: "Yes"}})
    assert read_export(tmp_path / "a.sav").column("q").cells() == ["1 - Yes", "2 - No", "3 - Yes"]


def test_a_scale_is_told_alike_in_all_its_variables(tmp_path):
    """One has an answer without a label: the numbers stand before the labels of the other as well."""
    table = pd.DataFrame({"p": [1.0, 5.0], "q": [1.0, 4.0]})
    pyreadstat.write_sav(
        table, tmp_path / "a.sav", variable_value_labels={name: {1: "Low", 5: "High"} for name in "pq"}
    )
    export = read_export(tmp_path / "a.sav")
    assert export.column("p").cells() == ["1 - Low", "5 - High"] and export.column("q").cells() == ["1 - Low", "4"]


def test_dates(tmp_path):
    when = pd.to_datetime(["2026-03-01 09:30", "2026-03-02 00:00"])
    pyreadstat.write_sav(pd.DataFrame({"id": [1, 2], "when": when}), tmp_path / "a.sav")
    assert read_export(tmp_path / "a.sav").column("when").cells() == ["2026-03-01T09:30:00", "2026-03-02"]


@pytest.mark.parametrize(
    "sets", ["$used=D1 1 8 Used it? a b\n", "$used=C 8 Used it? a b\n"], ids=["ticked", "categories"]
)
def test_multiple_response_sets(tmp_path, sets):
    table = pd.DataFrame({"id": [1, 2, 3], "a": [1.0, 0, 1], "b": [0.0, 0, 1], "c": [0.0, 1, 1]})
    pyreadstat.write_sav(table, tmp_path / "a.sav")
    export = read_export(with_sets(tmp_path / "a.sav", sets))
    assert [column.name for column in export.columns if column.declared.option] == ["a", "b"]


def test_text_in_another_encoding_than_the_file_says(path):
    content = path.read_bytes()
    path.write_bytes(content.replace("Nörth".encode(), b"N\xf6rth "))
    export = read_export(path)
    assert export.encoding == "windows-1252" and set(export.column("team").texts) == {"Nörth", "South", "East", ""}
    path.write_bytes(content.replace("Nörth".encode(), b"N\xf6rth ", 1))
    with pytest.raises(DataError, match="text in two encodings"):
        read_export(path)
    with pytest.raises(DataError, match="encoding that cannot be told"):
        read_export(path, encoding="utf-8")


@pytest.mark.parametrize("key", ["header", "sheet", "delimiter"])
def test_what_such_files_do_not_have_is_refused(path, key):
    with pytest.raises(DataError, match=f"A file of a statistical package has no {key}"):
        read_export(path, **{key: "one"})


@pytest.mark.parametrize("part", [0.3, 0.95])
def test_a_file_that_is_cut_off(path, part):
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(DataError) as error:
        read_export(path)
    assert "damaged" in error.value.what and "Nörth" not in str(error.value)


def test_a_reader_that_breaks_down_ends_in_a_sentence(path, monkeypatch):
    """Damaged files can end the reading library, and with it its process: that is one of its own."""
    monkeypatch.setattr(module, "COLUMNS", "no number")
    with pytest.raises(DataError, match="damaged, or of a release"):
        read_export(path)


@pytest.mark.parametrize(("limit", "value"), [("COLUMNS", 3), ("SHEET_CELLS", 100), ("SHEET_CHARACTERS", 100)])
def test_files_that_are_too_large(path, monkeypatch, limit, value):
    monkeypatch.setattr(module, limit, value)
    with pytest.raises(DataError, match="The file is too large"):
        read_export(path)


def test_a_file_without_cases(tmp_path):
    pyreadstat.write_sav(answers().head(0), tmp_path / "a.sav")
    with pytest.raises(DataError, match="no respondents"):
        read_export(tmp_path / "a.sav")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV" + bytes(40), "an SPSS file locked with a password"),
        (b"ASCII SPSS PORT FILE                    ", r"an SPSS portable file \(\.por\)"),
    ],
)
def test_files_of_spss_that_cannot_be_read_are_named(tmp_path, content, kind):
    (tmp_path / "a.sav").write_bytes(content)
    with pytest.raises(DataError, match=f"The file is {kind}"):
        read_export(tmp_path / "a.sav")
