"""Workbooks meet the checklist of accessible spreadsheets, and texts stay texts, in both formats."""

import csv
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from odfdo import Document
from python_calamine import load_workbook

from pipeline.errors import PublishingError
from pipeline.rendering.workbook import SheetTable, Workbook, write_ods, write_xlsx
from pipeline.rendering.workbook_layout import lay_out

UNAVAILABLE = "[x] means Not available: there was nothing to compute it from, or it is not shown."

EPOCH = 1_341_100_800  # 1 July 2012
WRITERS: dict[str, Callable] = {"xlsx": write_xlsx, "ods": write_ods}
BOTH = pytest.mark.parametrize("suffix", WRITERS)
HOSTILE = [
    "=1+1",
    "{=1+1}",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "0012",
    "1e5",
    '=HYPERLINK("http://a.example","x")',
    "http://a.example",
    "mailto:a@b.example",
    "[x](http://a.example)",
    "$$note$$",
    "<b>&amp;\"'</b>",
    "]]>",
    "---",
    "é 😀 中",
    "  two  spaces  ",
    "line\nline",
    "[x] and more",
    "_x0041_",
    "true",
    "'quoted",
    "x" * 5_000,
]


def table(values: list, **more: object) -> SheetTable:
    return SheetTable("one", "One", pd.DataFrame({"a": values}, dtype=object), {"a": "A"}, **more)


def workbook(*tables: SheetTable, **more: object) -> Workbook:
    return Workbook("Staff survey: tables", "Support", ("Contact: research@example.org", "=1+1"), tables, **more)


def sample() -> Workbook:
    frame = pd.DataFrame(
        {
            "role": ["Manager", "Social worker", None],
            "base": [12_045, 7, 9],
            "agree": [75.96, None, 1 / 3],
            "p": [0.04321, "[c]", 1.0],
            "asked": [True, False, True],
        }
    )
    headings = {"role": "Role", "base": "Answers", "agree": "Agree (per cent)", "p": "p-value", "asked": "Asked"}
    second = SheetTable("by-role", "Again", frame[["role"]], headings, ("Same note.",))
    return workbook(
        SheetTable("by-role", "Agreement by role", frame, headings, ("Own note.", "Same note.")),
        second,
        SheetTable("empty", "Nothing", pd.DataFrame({"role": []}), headings),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    for suffix, write in WRITERS.items():
        write(sample(), folder / f"w.{suffix}", EPOCH)
    return folder


def sheets(path: Path) -> dict[str, list[list]]:
    book = load_workbook(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def parts(path: Path, pattern: str) -> list[etree._Element]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in sorted(archive.namelist()) if re.fullmatch(pattern, name)]
        return [etree.fromstring(archive.read(name)) for name in names]


def found(parent: etree._Element, name: str) -> list[etree._Element]:
    return list(parent.iter(f"{{*}}{name}"))


def value(element: etree._Element, name: str) -> str | None:
    return next((text for key, text in element.attrib.items() if etree.QName(key).localname == name), None)


def column(path: Path) -> list:
    """The cells of a table of one column: below its heading."""
    rows = [row[0] for row in sheets(path)["one"]]
    return rows[rows.index("A") + 1 :]


def test_both_formats_hold_the_same_cells(written: Path) -> None:
    assert sheets(written / "w.xlsx") == sheets(written / "w.ods")


@BOTH
def test_sheets_their_order_and_texts(written: Path, suffix: str) -> None:
    book = sheets(written / f"w.{suffix}")
    assert list(book) == ["Cover", "Contents", "Notes", "by-role", "by-role-2", "empty"]
    assert [row[0] for row in book["Cover"]][:4] == [
        "Staff survey: tables",
        "Introductory information",
        "Contact: research@example.org",
        "=1+1",
    ]
    assert [row[0] for row in book["Contents"][3:]] == ["Notes", "by-role", "by-role-2", "empty"]
    assert book["Notes"][2:] == [["Note number", "Note text"], ["[note 1]", "Own note."], ["[note 2]", "Same note."]]
    assert [row[0] for row in book["by-role"][:6]] == [
        "Table 1: Agreement by role [note 1] [note 2]",
        "This worksheet contains one table.",
        "The notes are on the worksheet called Notes.",
        "[c] means Suppressed: the figure could tell something about a single person.",
        UNAVAILABLE,
        "Role",
    ]
    assert book["by-role"][6:] == [
        ["Manager", 12045.0, 75.96, 0.04321, "yes"],
        ["Social worker", 7.0, "[x]", "[c]", "no"],
        ["[x]", 9.0, 0.333333333333, 1.0, "yes"],
    ]
    assert book["by-role-2"][0][0] == "Table 2: Again [note 2]"
    assert [row[0] for row in book["empty"][1:]] == [
        "This worksheet contains one table.",
        "The table has no rows of data.",
        UNAVAILABLE,
        "Role",
        "[x]",
    ]


def test_tables_of_xlsx_are_marked_up_and_nothing_else_is_done_to_them(written: Path) -> None:
    tables = parts(written / "w.xlsx", r"xl/tables/.*\.xml")
    assert {one.get("displayName"): one.get("ref") for one in tables} == {
        "contents_table": "A3:B7",
        "notes_table": "A3:B5",
        "table_1_by_role": "A6:E9",
        "table_2_by_role_2": "A5:A8",
        "table_3_empty": "A5:A6",
    }
    assert all(one.get("headerRowCount", "1") == "1" and not found(one, "autoFilter") for one in tables)
    for sheet in parts(written / "w.xlsx", r"xl/worksheets/sheet\d+\.xml"):
        forbidden = ("mergeCell", "pane", "autoFilter", "f", "drawing", "conditionalFormatting")
        assert not any(found(sheet, name) for name in forbidden)
        assert not [one for name in ("row", "col") for one in found(sheet, name) if one.get("hidden")]
        assert not [one for one in found(sheet, "selection") if one.get("activeCell", "A1") != "A1"]
    [styles] = parts(written / "w.xlsx", r"xl/styles\.xml")
    assert {one.get("patternType") for one in found(styles, "patternFill")} <= {"none", "gray125"}  # Excel's own two
    [book] = parts(written / "w.xlsx", r"xl/workbook\.xml")
    assert found(book, "workbookView")[0].get("activeTab", "0") == "0"
    [contents] = parts(written / "w.xlsx", r"xl/worksheets/sheet2\.xml")
    links = [one.get("location") for one in found(contents, "hyperlink")]
    assert links == ["'Notes'!A1", "'by-role'!A1", "'by-role-2'!A1", "'empty'!A1"]


def test_tables_of_ods_are_marked_up_and_nothing_else_is_done_to_them(written: Path) -> None:
    [content] = parts(written / "w.ods", r"content\.xml")
    ranges = {value(one, "name"): value(one, "target-range-address") for one in found(content, "database-range")}
    assert ranges["table_1_by_role"] == "$'by-role'.$A$6:$'by-role'.$E$9" and len(ranges) == 5
    assert {value(one, "contains-header") for one in found(content, "database-range")} == {"true"}
    assert {value(one, "display-filter-buttons") for one in found(content, "database-range")} == {"false"}
    for one in found(content, "table")[1:]:
        [header] = found(one, "table-header-rows")
        assert len(found(header, "table-row")) == 1
    assert not [
        key for one in content.iter() for key in one.attrib if re.search("formula|spanned|repeated|visibility", key)
    ]
    assert not found(content, "covered-table-cell")
    [styles] = parts(written / "w.ods", r"styles\.xml")
    assert not [key for one in styles.iter() for key in one.attrib if "background-color" in key]
    assert [value(one, "href") for one in found(content, "a")] == [
        "#'Notes'.A1",
        "#'by-role'.A1",
        "#'by-role-2'.A1",
        "#'empty'.A1",
    ]
    [settings_of_view] = parts(written / "w.ods", r"settings\.xml")
    assert len(settings_of_view) == 0  # no cursor, active sheet or frozen pane other than the first cell of the first


@BOTH
def test_cells_are_wrapped_and_none_is_empty(written: Path, suffix: str) -> None:
    if suffix == "xlsx":
        styles = found(parts(written / "w.xlsx", r"xl/styles\.xml")[0], "cellXfs")[0]
        used = {
            int(cell.get("s"))
            for sheet in parts(written / "w.xlsx", r"xl/worksheets/sheet[3-6]\.xml")
            for row in found(sheet, "row")[5:]
            for cell in row
        }
        assert {found(styles[number], "alignment")[0].get("wrapText") for number in used} == {"1"}
    else:
        [styles] = parts(written / "w.ods", r"styles\.xml")
        wrapped = {value(one, "name"): value(one[0], "wrap-option") for one in found(styles, "style") if len(one)}
        cells = found(parts(written / "w.ods", r"content\.xml")[0], "table-cell")
        assert {wrapped[value(one, "style-name")] for one in cells} == {"wrap", "no-wrap"}
        assert {name for name, wrap in wrapped.items() if wrap == "no-wrap"} == {"Heading_20_1", "Line"}  # above tables
    for name, rows in sheets(written / f"w.{suffix}").items():
        start = next((n for n, row in enumerate(rows) if len(row) > 1 and row[1] != ""), len(rows))
        assert all(cell != "" for row in rows[start:] for cell in row), name


@BOTH
def test_properties_say_title_subject_language_and_date(written: Path, suffix: str) -> None:
    [properties] = parts(written / f"w.{suffix}", r"docProps/core\.xml|meta\.xml")
    texts = {etree.QName(one).localname: one.text for one in properties.iter() if isinstance(one.tag, str)}
    assert (texts["title"], texts["subject"], texts["language"]) == ("Staff survey: tables", "Support", "en-GB")
    assert (texts.get("created") or texts.get("creation-date")).startswith("2012-07-01T00:00:00")
    if suffix == "ods":
        [styles] = parts(written / "w.ods", r"styles\.xml")
        [text] = found(found(styles, "default-style")[0], "text-properties")
        assert (value(text, "language"), value(text, "country")) == ("en", "GB")
        assert len(Document(written / "w.ods").body.get_tables()) == 6
        with zipfile.ZipFile(written / "w.ods") as archive:
            first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


@BOTH
def test_the_same_bytes_each_time(tmp_path: Path, written: Path, suffix: str) -> None:
    other = tmp_path / "elsewhere" / f"other.{suffix}"
    WRITERS[suffix](sample(), other, EPOCH)
    assert other.read_bytes() == (written / f"w.{suffix}").read_bytes()
    WRITERS[suffix](sample(), other, EPOCH + 86_400)
    assert other.read_bytes() != (written / f"w.{suffix}").read_bytes()
    assert [path.name for path in other.parent.iterdir()] == [other.name]


@BOTH
def test_hostile_texts_come_back_as_they_went_in(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"w.{suffix}"
    WRITERS[suffix](workbook(table(HOSTILE)), path, EPOCH)
    assert column(path) == [text.replace("\r", "\n").replace("\t", " ") for text in HOSTILE]
    pattern = r"xl/worksheets/sheet3\.xml|content\.xml"
    assert not [
        one
        for part in parts(path, pattern)
        for one in part.iter()
        if etree.QName(one).localname == "f" or value(one, "formula") is not None
    ]


@BOTH
def test_what_xml_cannot_hold_is_replaced_visibly(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"w.{suffix}"
    WRITERS[suffix](workbook(table(["a\x00b", "\x1b[0m", "\ud800", "\uffff", " \t"])), path, EPOCH)
    assert column(path) == ["a\ufffdb", "\ufffd[0m", "\ufffd", "\ufffd", "[x]"]


@BOTH
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1).filter(
            str.strip
        )
        | st.integers(-(10**9), 10**9)
        | st.floats(-1e9, 1e9).map(lambda number: float(f"{number:.12g}")),
        min_size=1,
        max_size=12,
    )
)
def test_any_text_or_number_comes_back(tmp_path: Path, suffix: str, cells: list) -> None:
    path = tmp_path / f"w.{suffix}"
    WRITERS[suffix](workbook(table(pd.Series(cells, dtype=object))), path, EPOCH)
    assert column(path) == cells


@BOTH
def test_forty_columns_of_one_row(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame({f"c{n}": [n / 8] for n in range(40)})
    wide = SheetTable("wide", "Wide", frame, {f"c{n}": f"Measure {n}" for n in range(40)})
    WRITERS[suffix](workbook(wide), tmp_path / f"w.{suffix}", EPOCH)
    rows = sheets(tmp_path / f"w.{suffix}")["wide"]
    assert rows[-2:] == [[f"Measure {n}" for n in range(40)], [n / 8 for n in range(40)]]


def test_names_of_sheets_are_short_and_never_twice_the_same() -> None:
    frame, headings = pd.DataFrame({"a": [1]}), {"a": "A"}
    wanted = ["x" * 31, "x" * 40, "X" * 50, "contents", "a/b:c", "'", "history"]
    layout = lay_out(workbook(*(SheetTable(name, "T", frame, headings) for name in wanted)))
    names = [sheet.name for sheet in layout.sheets][1:]
    assert names == ["x" * 31, "x" * 29 + "-2", "X" * 29 + "-3", "contents-2", "a-b-c", "table", "history-2"]
    assert len({sheet.table_name for sheet in layout.sheets}) == 8


def test_numbers_are_shown_by_what_they_are() -> None:
    frame = pd.DataFrame(
        {
            "year": [2011, 2012],
            "people": [9, 12_000],
            "share": [0.5, -1.0],
            "rate": [1.5, 2.0],
            "own": [1.5, 2.0],
            "text": [1, "one"],
            "all": [None, None],
        }
    )
    source = SheetTable("t", "T", frame, {name: name for name in frame}, forms={"own": "#,##0.00"})
    forms = [column.form for column in lay_out(workbook(source)).sheets[1].columns]
    assert forms == ["0", "#,##0", "0.000", "0.0", "#,##0.00", None, None]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (table([float("inf")]), "table one, row 1, column A"),
        (table(["ok", "x" * 32_768]), "table one, row 2, column A"),
        (table([1], missing="[z]"), "not explained"),
        (table([1], forms={"a": "0;[Red]0"}), "number format"),
        (SheetTable("t", "T", pd.DataFrame({"a": [1], "b": [2]}), {"a": "A"}), "no heading"),
        (SheetTable("t", "T", pd.DataFrame({"a": [1], "b": [2]}), {"a": "A", "b": " a "}), "same heading"),
        (SheetTable("t", "T", pd.DataFrame({"a": [1]}), {"a": "A" * 256}), "heading cannot be shown"),
        (SheetTable("t", "T", pd.DataFrame(), {}), "does not fit"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_not_written(tmp_path: Path, source: SheetTable, message: str) -> None:
    with pytest.raises(PublishingError, match=re.escape(message)) as refused:
        write_xlsx(workbook(source), tmp_path / "w.xlsx", EPOCH)
    assert "xxxx" not in str(refused.value) and not list(tmp_path.iterdir())


def test_a_marker_that_readers_would_not_know_is_refused() -> None:
    with pytest.raises(PublishingError, match="usual form"):
        lay_out(workbook(table([1]), markers={"..": "missing"}))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@BOTH
def test_libreoffice_opens_it_and_reckons_nothing(tmp_path: Path, suffix: str) -> None:
    texts = [text for text in HOSTILE if not set(text) & set("\n\r\t")]
    WRITERS[suffix](workbook(table(texts)), tmp_path / f"w.{suffix}", EPOCH)
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    for form in ("pdf", every_sheet):
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                form,
                "--outdir",
                str(tmp_path),
                str(tmp_path / f"w.{suffix}"),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
    assert (tmp_path / "w.pdf").read_bytes().startswith(b"%PDF")
    with open(tmp_path / "w-one.csv", encoding="utf-8", newline="") as file:
        cells = [row[0] for row in csv.reader(file)]
    assert cells[cells.index("A") + 1 :] == texts
