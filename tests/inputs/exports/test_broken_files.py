"""Exports that are not as they should be: one message each, with file and place, and nobody's text in it."""

import re
import struct
import zipfile

import pytest

from pipeline.errors import DataError
from pipeline.inputs.exports import limits
from pipeline.inputs.exports.reading import read_export
from tests.inputs.exports.spreadsheet_files import repack, write_ods, write_xlsx

SECRET = "jane.doe@council.example"
GOOD = f"id,Team,q\n1,North,{SECRET}\n2,South,Agree\n"
ROWS = [["id", "Team", "q"], [1, "North", SECRET], [2, "South", "Agree"]]


def refusal(path, **stated) -> str:
    with pytest.raises(DataError) as error:
        read_export(path, **stated)
    message = str(error.value)
    assert path.name in error.value.where
    assert SECRET not in message and "jane" not in message
    assert error.value.__cause__ is None and error.value.__suppress_context__ == (error.value.__context__ is not None)
    return message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", r"is empty(.|\n)*0 bytes"),
        ("\n\r\n\n", "is empty"),
        ("\ufeff", "is empty"),
        (",,\n,,\n", "is empty"),
        ("id,Team,q\n", "no respondents"),
        ("id,Team,q\n,,\n , ,\n", "no respondents"),
        (f"comment\n{SECRET}\nfine\n", "No delimiter fits: the file has a single column"),
        (GOOD.replace(",North", ""), r"line 2(.|\n)*found: +2 cells(.|\n)*expected: 3 cells"),
        (GOOD.replace("South,", "South,,"), r"line 3(.|\n)*found: +4 cells(.|\n)*expected: 3 cells"),
        (GOOD + '\n\n3,"a\nb",c\n4,d\n', r"line 8(.|\n)*found: +2 cells"),
        (GOOD.replace("id,Team", "id"), r"line 2(.|\n)*found: +3 cells(.|\n)*expected: 2 cells"),
        (GOOD + f'3,North,"{SECRET}\n4,South,b\n', r"inside quotes(.|\n)*line 4"),
        (GOOD + f'3,North,"{SECRET}', r"inside quotes(.|\n)*line 4"),
        (GOOD + f'3,North 5",a\n4,"{SECRET}\n', r"inside quotes(.|\n)*line 5"),
        (f'id,"Team,q\n1,North,{SECRET}\n', r"inside quotes(.|\n)*line 1"),
        (GOOD.replace("South", "So\0uth"), r"NUL(.|\n)*line 3"),
        (GOOD.encode("utf-16-le"), r"NUL(.|\n)*line 1"),
        (GOOD.encode("utf-16")[:-1], "not UTF-16 throughout"),
        (
            GOOD.encode() + "3,Süd,a\n".encode() + "4,Süd,a\n".encode("cp1252"),
            r"mixes encodings(.|\n)*line 5(.|\n)*line 4",
        ),
        (
            GOOD.encode() + "3,Süd,a\n".encode("cp1252") * 40_000 + "4,Süd,a\n".encode(),
            r"mixes encodings(.|\n)*line 4\n(.|\n)*line 40004",
        ),
        (GOOD.encode() + b"3,S\x81d,a\n", r"no character(.|\n)*line 4"),
        ("id,q,q\n1,a,a\n2,b,b\n", r"same header(.|\n)*columns 2 and 3: q"),
        ("id,q,r\n1,a,b\n2,#REF!,b\n", r"spreadsheet's error(.|\n)*line 3, column 2 \(q\)"),
        ('a,b\nx,y\n"{""ImportId"":""Q1""}","{""ImportId"":""Q2""}"\n', "no respondents"),
        ('a,b\n"{""ImportId"":""Q1""}","{""ImportId"":""Q2""}"\n1,2\n', "Qualtrics' header is not whole"),
        ("a,b\nx,y,z\n\"{'ImportId': 'Q1'}\",\"{'ImportId': 'Q2'}\"\n1,2\n", r"line 2(.|\n)*found: +3 cells"),
        (",".join(map(str, range(limits.COLUMNS + 1))) + "\n" + "," * limits.COLUMNS + "x\n", "number of columns"),
        ("<!DOCTYPE html>\n<html><body>Log in, please</body></html>", "web page"),
        (b"\xef\xbb\xbf \n<HTML><body>Log in, please</body></html>", "web page"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), r"\.xls"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x05\x06" + bytes(18), "archive of another kind"),
        (b"PK\x03\x04 and no more", "damaged"),
    ],
)
@pytest.mark.parametrize("name", ["export.csv", "export.xlsx"])
def test_text_and_other_files(written, name, content, said):
    path = written(content, name=name)
    assert re.search(said, refusal(path))


def test_a_bad_row_is_found_whatever_columns_are_asked_for(written):
    path = written(GOOD + "3,North\n")
    assert "line 4" in refusal(path, columns=["id"])


@pytest.mark.slow
def test_a_bad_row_far_down(written):
    path = written("id,q\n" + "1,a\n" * 700_000 + f"2,{SECRET},b\n" + "1,a\n" * 700_000)
    assert "line 700002" in refusal(path)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"encoding": "utf-8"}, r"not UTF-8(.|\n)*line 2"),
        ({"encoding": "latin-9"}, "Unknown encoding"),
        ({"encoding": "utf-16"}, "not UTF-16 throughout|no respondents|single column"),
        ({"delimiter": "#"}, "Unknown delimiter"),
        ({"delimiter": ";"}, r"number of columns(.|\n)*line 1"),
        ({"header": "qualtrics"}, "header is not qualtrics"),
        ({"header": "surveymonkey"}, "header is not surveymonkey"),
        ({"sheet": "Answers"}, "no sheet"),
        ({"columns": ["Taem"]}, r"No column of this name(.|\n)*Team"),
    ],
)
def test_what_is_stated_does_not_fit(written, stated, said):
    assert re.search(said, refusal(written(GOOD.replace("North", "Süd"), "cp1252"), **stated))


def test_missing(tmp_path):
    assert "missing" in refusal(tmp_path / "none.csv")
    assert "missing" in refusal(tmp_path)


def in_sheet(method: str, *arguments):
    return lambda book: getattr(book.get_worksheet_by_name("Answers"), method)(*arguments)


@pytest.mark.parametrize(
    ("rows", "change", "said"),
    [
        (ROWS, in_sheet("merge_range", "B2:B3", "North"), r"Merged(.|\n)*row 2"),
        (ROWS, in_sheet("merge_range", "B1:C1", "Both"), r"Merged(.|\n)*row 1"),
        (ROWS, in_sheet("write_formula", "C3", "=1/0", None, "#DIV/0!"), r"error(.|\n)*row 3, column 3 \(q\)"),
        (ROWS, in_sheet("write_string", "C3", "#REF!"), r"error(.|\n)*row 3, column 3 \(q\)"),
        (ROWS, in_sheet("write", 200_000, 60, "stray"), r"too large(.|\n)*row 200,001 and across to column 61"),
        (ROWS, in_sheet("write", 1, limits.COLUMNS, "stray"), "too large"),
        (ROWS, lambda book: book.add_worksheet("More").write(0, 0, "x"), r"Several sheets(.|\n)*Answers; More"),
        (ROWS[:1], None, "no respondents"),
        ([], None, "is empty"),
    ],
)
def test_workbooks(tmp_path, rows, change, said):
    path = write_xlsx(tmp_path / "export.xlsx", {"Answers": rows}, change)
    assert re.search(said, refusal(path))


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"sheet": "Other"}, r"No sheet of this name(.|\n)*Answers; Empty"),
        ({"sheet": "Empty"}, "sheet is empty"),
        ({"encoding": "utf-8"}, "no encoding"),
        ({"delimiter": ","}, "no delimiter"),
        ({"columns": ["Taem"]}, r"No column of this name(.|\n)*Team"),
        ({"header": "qualtrics"}, "header is not qualtrics"),
    ],
)
def test_what_is_stated_does_not_fit_a_workbook(tmp_path, stated, said):
    path = write_xlsx(tmp_path / "export.xlsx", {"Answers": ROWS, "Empty": []})
    assert re.search(said, refusal(path, **stated))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.set_span("A2:A3"), r"Merged(.|\n)*row 2"),
        (lambda table: table.set_span("B1:C1"), r"Merged(.|\n)*row 1"),
        (lambda table: table.set_value("C3", "#N/A"), r"error(.|\n)*row 3, column 3 \(q\)"),
    ],
)
def test_open_documents(tmp_path, change, said):
    path = write_ods(tmp_path / "export.ods", {"Answers": ROWS}, change)
    assert re.search(said, refusal(path))


ERROR_CELL = (
    b'<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error">'
    b"<text:p>#DIV/0!</text:p></table:table-cell></table:table-row></table:table>"
)
REPEATED = (
    b'<table:table-row table:number-rows-repeated="900000000"><table:table-cell office:value-type="float" '
    b'office:value="1"/></table:table-row></table:table>'
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"</table:table-row></table:table>", ERROR_CELL, r"error(.|\n)*row 3, column 4"),
        (b"</table:table>", REPEATED, "too large"),
        (b"</table:table>", b"", "damaged"),
        (b'encoding="UTF-8"', b'encoding="other"', "damaged"),
        (b"?>\n", b'?>\n<!DOCTYPE d [<!ENTITY e "x">]>', "document type"),
    ],
)
def test_contents_of_open_documents(tmp_path, old, new, said):
    rows = [[*ROWS[0], "r"], *ROWS[1:]]
    path = write_ods(tmp_path / "export.ods", {"Answers": rows})
    repack(path, "content.xml", lambda content: content.replace(old, new, 1))
    assert re.search(said, refusal(path))


def test_a_cell_at_the_far_corner_is_refused_before_it_is_read(tmp_path):
    """Also where rows and cells do not say their place."""

    def far(content: bytes) -> bytes:
        cells = b"<row>" + b"<c><v>1</v></c>" * 4_000 + b"</row>"
        return content.replace(b"</sheetData>", cells + b'<row r="1048576"><c><v>1</v></c></row></sheetData>')

    path = write_xlsx(tmp_path / "export.xlsx", {"Answers": ROWS})
    assert "too large" in refusal(repack(path, "xl/worksheets/sheet1.xml", far))


@pytest.mark.parametrize("cut", [100, 1000, -30, -200])
def test_a_workbook_that_was_cut_off(tmp_path, cut):
    path = write_xlsx(tmp_path / "export.xlsx", {"Answers": ROWS})
    path.write_bytes(path.read_bytes()[:cut])
    assert "damaged" in refusal(path)


def test_a_byte_changed_in_a_workbook(tmp_path):
    path = write_xlsx(tmp_path / "export.xlsx", {"Answers": ROWS})
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    content[entry.header_offset + 30 + len(entry.filename) + 40] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in refusal(path)


def test_a_workbook_locked_with_a_password(tmp_path):
    path = write_xlsx(tmp_path / "export.xlsx", {"Answers": ROWS})
    content = bytearray(path.read_bytes())
    for start in (match.start() for match in re.finditer(b"PK\x01\x02", bytes(content))):
        (flags,) = struct.unpack_from("<H", content, start + 8)
        struct.pack_into("<H", content, start + 8, flags | 1)
    path.write_bytes(content)
    assert "password" in refusal(path)


def test_an_archive_of_too_many_files(tmp_path):
    path = tmp_path / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(limits.ARCHIVE_FILES + 1):
            archive.writestr(f"xl/{number}.xml", "")
    assert "too many files" in refusal(path)


def test_an_old_workbook_in_a_new_one(tmp_path):
    path = tmp_path / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", "")
    assert "XLSB" in refusal(path)
