"""Broken files and codebooks, the command that meets each, and what its message must say.

`python -m tests.surveys.broken_files` writes docs/reference/broken-files.md from the messages that the commands give.
"""

import html
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from pipeline.files import write_text
from pipeline.inputs.exports import limits
from tests.surveys.broken_making import (
    HEADER,
    PERSONAL,
    TABLE,
    Case,
    Make,
    archive_of,
    bomb,
    checked,
    codebook,
    long_line,
    repacked,
    respondents,
    run,
    shown,
    table_codebook,
    taken_in,
    text,
    with_cells,
    without,
    words,
    workbook,
)
from tests.surveys.made_up import CODEBOOK
from tests.surveys.projects import ROOT, SECRETS, make_project

DOCUMENT = ROOT / "docs" / "reference" / "broken-files.md"
SOUND = text(respondents())
ITEM = CODEBOOK["items"][0]
AGAIN = "Export the survey again"
MANY = [[f"c{number}" for number in range(limits.COLUMNS + 1)], ["1"] * (limits.COLUMNS + 1)]
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
SHARES = [["Statement", "Agree", "Disagree"], ["I have time", "75", "25"], ["It helps", "70", "30"]]


def case(name: str, make: Make, *says: str) -> Case:
    return Case(name, make, says)


def counts(line: int, *cells: str) -> list[list[str]]:
    """The ready table with another line (from 1)."""
    return [list(cells) if number == line else row for number, row in enumerate(TABLE, start=1)]


def percentages(*cells: str, **changes: Any) -> Make:
    """The ready table in percentages, with these cells in its first row."""
    rows = [TABLE[0], [TABLE[1][0], *cells], [TABLE[2][0], "71", "29", "35"]]
    return checked(rows, table_codebook("percentages", **changes))


def said(old: str, new: str) -> Make:
    """The codebook as text, with one thing said in another way."""
    sound = yaml.safe_dump(codebook(), sort_keys=False)
    assert old in sound
    return checked(content=sound.replace(old, new, 1))


def items(*first: dict) -> Make:
    """The codebook with other entries in place of its first item."""
    return checked(content=codebook(items=[*({**ITEM, **each} for each in first), *CODEBOOK["items"][1:]]))


def blank(*columns: str) -> list[list[str]]:
    """The respondents with nothing in some columns."""
    header, *rows = respondents()
    return [
        header,
        *(["" if name in columns else cell for name, cell in zip(header, row, strict=True)] for row in rows),
    ]


TEXTS = (
    case("an empty file", taken_in("export.csv", b""), "The file is empty", "0 bytes", AGAIN),
    case("blank lines only", taken_in("export.csv", "\n,,\n\n"), "The file is empty", "no row with text"),
    case("no respondents: a header only", taken_in("export.csv", [HEADER]), "no respondents", "a header only"),
    case(
        "cut off in the middle of a row",
        taken_in("export.csv", SOUND[: SOUND.index("R7,") + 40]),
        "export.csv, line 9",
        "3 cells",
        "13 cells",
    ),
    case(
        "cut off inside quotes",
        taken_in("export.csv", SOUND + f'R41,"{SECRETS[3]}\nand so'),
        "The file ends inside quotes",
        "line 42",
        "it may have been cut off",
    ),
    case(
        "a comma in a text without quotes",
        taken_in("export.csv", SOUND.replace(SECRETS[3], "well, " + SECRETS[3], 1)),
        "does not fit the header",
        "line 2",
        "14 cells",
        "13 cells",
    ),
    case(
        "a delimiter that is none",
        taken_in("export.csv", SOUND.replace(",", "^")),
        "No delimiter fits",
        "comma, semicolon, tab, bar",
    ),
    case(
        "a header with commas, rows with semicolons",
        taken_in("export.csv", text([HEADER]) + text(respondents()[1:], ";")),
        "different delimiters",
        "line 1",
        "13 cells by comma, and by semicolon below",
    ),
    case(
        "no header", taken_in("export.csv", respondents()[1:]), "The header is missing", "column 2", "names of columns"
    ),
    case(
        "a column twice",
        taken_in("export.csv", [[*row, row[6]] for row in respondents()]),
        "same header and the same content",
        "columns 7 and 14: Q1",
        "without the copy",
    ),
    case(
        "UTF-8 and Windows' encoding in one file",
        taken_in(
            "export.csv",
            SOUND.encode() + SOUND.replace("R1,", "Zoë,").encode() + SOUND.replace("R2,", "Zoë,").encode("cp1252"),
        ),
        "mixes encodings",
        "line 86",
        "line 44",
    ),
    case("UTF-16 without its mark", taken_in("export.csv", SOUND.encode("utf-16-le")), "NUL", "line 1"),
    case("a NUL byte", taken_in("export.csv", SOUND.replace("R5,", "R\0,")), "NUL", "line 7"),
    case(
        "a byte that stands for no character",
        taken_in("export.csv", SOUND.encode().replace(b"R5,", b"R\x81,")),
        "stands for no character",
        "line 7",
        "0x81",
    ),
    case("a line of 50 MB", taken_in("export.csv", long_line), "A line is too long", "line 42", "1,048,576 bytes"),
    case(
        "a quote that swallows 9 MB", taken_in("export.csv", SOUND + 'R41,"' + "a,b\n" * 2_300_000), "line 42", "quote"
    ),
    case("too many columns", taken_in("export.csv", MANY), "number of columns", "5,001", "5,000"),
    case(
        "a spreadsheet's error in a text file",
        taken_in("export.csv", with_cells("Q2", "#REF!")),
        "line 3, column 8 (Q2)",
        "#REF!",
    ),
    case(
        "Qualtrics' header without its third row",
        taken_in("export.csv", [HEADER, [f'{{"ImportId":"{name}"}}' for name in HEADER], *respondents()[1:]]),
        "Qualtrics' header is not whole",
        "three rows",
    ),
    case(
        "no column with answers",
        taken_in("export.csv", [[*row[:6], row[11]] for row in respondents()]),
        "No column of the file holds answers",
        "labels",
    ),
    case(
        "a ready table of percentages without the number of people",
        taken_in("table.csv", SHARES),
        "without the number of people",
        "table.csv",
    ),
    case(
        "a ready table that adds up to nothing",
        taken_in("table.csv", counts(2, TABLE[1][0], "30", "13", "40")),
        "neither to their base nor to 100",
        "line 2",
        "43",
    ),
    case("a web page to log in", taken_in("export.csv", f"<!DOCTYPE html><html>{SECRETS[3]}</html>"), "web page"),
    case("a PDF", taken_in("export.csv", b"%PDF-1.7\n" + SECRETS[3].encode()), "a PDF", "CSV, XLSX, ODS, SPSS"),
    case("a packed file", taken_in("export.csv.gz", b"\x1f\x8b\x08\0" + bytes(50)), "a packed file (gzip)"),
)

WORKBOOKS = (
    case("a workbook that unpacks to 200 MB", taken_in("export.xlsx", bomb), "unpacks to too much", "export.xlsx"),
    case(
        "a workbook that is cut off",
        taken_in("export.xlsx", lambda path: (workbook()(path), path.write_bytes(path.read_bytes()[:3000]))),
        "The spreadsheet is damaged",
        AGAIN,
    ),
    case(
        "a workbook whose sheet is not XML",
        taken_in("export.xlsx", repacked("xl/worksheets/sheet1.xml", lambda content: content[:-200])),
        "The spreadsheet is damaged",
    ),
    case("an old or locked workbook", taken_in("export.xlsx", LOCKED), "old Excel workbook", "password"),
    case("an archive of documents", taken_in("export.xlsx", archive_of("word/document.xml")), "another kind"),
    case("an archive of 2,001 files", taken_in("export.xlsx", archive_of(*map(str, range(2001)))), "too many files"),
    case(
        "a document type in a workbook",
        taken_in(
            "export.xlsx",
            repacked(
                "xl/sharedStrings.xml",
                lambda content: content.replace(b"<sst", b'<!DOCTYPE x [<!ENTITY x "y">]><sst', 1),
            ),
        ),
        "document type",
    ),
    case(
        "merged cells",
        taken_in("export.xlsx", workbook(change=lambda sheet: sheet.merge_range("G3:G4", "Agree"))),
        "Merged cells",
        "sheet Answers, row 3",
    ),
    case(
        "merged headings",
        taken_in("export.xlsx", workbook(change=lambda sheet: sheet.merge_range("G1:H1", "Supervision"))),
        "Merged cells",
        "row 1",
    ),
    case(
        "a formula that fails",
        taken_in("export.xlsx", workbook(change=lambda sheet: sheet.write_formula("G5", "=1/0", None, "#DIV/0!"))),
        "row 5, column 7 (Q1)",
    ),
    case(
        "a stray cell far off",
        taken_in("export.xlsx", workbook(change=lambda sheet: sheet.write("ZZ900000", "x"))),
        "too large",
        "900,000",
    ),
    case("a workbook without content", taken_in("export.xlsx", workbook([])), "The file is empty"),
    case("a workbook with a header only", taken_in("export.xlsx", workbook([HEADER])), "no respondents"),
    case(
        "two sheets with content",
        taken_in("export.xlsx", workbook(Notes=[["Read", "me"]])),
        "Several sheets",
        "Answers; Notes",
        "--sheet",
    ),
    case("a sheet that is not there", taken_in("export.xlsx", workbook(), "--sheet", "Answer"), "No sheet", "Answers"),
    case("a sheet of a text file", taken_in("export.csv", SOUND, "--sheet", "Answers"), "A text file has no sheet"),
)

NAMES = (
    case("a file that is not there", words("new", "leeds-2026", "none.csv"), "The export is missing", "none.csv"),
    case("a folder in place of a file", words("new", "leeds-2026", "data"), "missing"),
    case("a name that is no slug", words("new", "Leeds 2026", "export.csv"), "cannot be used", "leeds-2026"),
    case("a survey that is there already", words("new", "ofsted-2011", "none.csv"), "already"),
    case("a survey that is not there", words("check", "leeds-2026"), "There is no such survey"),
    case("too few people to make up", words("simulate", "example", "--respondents", "1"), "1", "from 2 to"),
    case("a correlation above 1", words("simulate", "example", "--correlation", "1.5"), "correlation", "1.5"),
    case("a correlation below 0", words("simulate", "example", "--correlation", "-0.1"), "correlation", "-0.1"),
    case("a correlation that is no number", words("simulate", "example", "--correlation", "nan"), "correlation", "nan"),
    case("no teams", words("simulate", "example", "--clusters", "0"), "teams", "from 1 to 400"),
    case("more teams than people", words("simulate", "example", "--clusters", "500"), "500", "from 1 to 400"),
    case("a seed below 0", words("simulate", "example", "--seed", "-1"), "seed", "-1"),
    case("a made-up survey without a proper name", words("simulate", "My Survey"), "cannot be used"),
)

ANSWERS = (
    case(
        "an answer mistyped",
        checked(with_cells("Q1", "Stongly agree")),
        "line 3, column 7 (Q1)",
        "'Stongly agree', which looks like 'Strongly agree'",
        "one of Strongly agree",
        "or correct the file",
    ),
    case(
        "a text where an answer should be",
        checked(with_cells("Q1", "Agree", SECRETS[3])),
        "line 4, column 7 (Q1)",
        "a text of 19 characters",
    ),
    case(
        "a number off the scale",
        checked(with_cells("Q4", "5", "6", "6")),
        "line 4, column 10 (Q4)",
        "the number 6 (2 times)",
    ),
    case("a formula in a cell", checked(with_cells("Q1", '=HYPERLINK("http://example.org","Agree")')), "a formula"),
    case("HTML in a cell", checked(with_cells("Q1", "<b>Agree</b><script>alert(1)</script>")), "HTML marks", "line 3"),
    case("an item that nobody answered", checked(blank("Q3")), "column 9 (Q3)", "nobody gave an answer"),
    case("nobody who answered anything", checked(blank("Q1", "Q2", "Q3", "Q4")), "too few", "Q1", "Q4"),
    case("one respondent", checked(respondents(1)), "too few respondents", "2 or more"),
    case(
        "somebody who answered twice",
        checked([*respondents(), respondents()[4]]),
        "line 42, column 1 (Respondent)",
        "1 respondents a second time",
        "duplicates",
    ),
    case("a weight below 0", checked(with_cells("Weight", "-1")), "line 3, column 13 (Weight)", "0 or more"),
    case("a weight that is no number", checked(with_cells("Weight", SECRETS[2])), "line 3, column 13 (Weight)"),
    case("a column that is not in the file", checked(without("Q2")), "column 'Q2' is not in export.csv"),
    case(
        "a column that the codebook does not know",
        checked([[*row, "x"] for row in respondents()]),
        "column 14 (x)",
        "left_out",
    ),
    case(
        "e-mail addresses used as an item",
        checked(
            content=codebook(
                items=[{**ITEM, "column": "Email"}, *CODEBOOK["items"][1:]],
                left_out=[{"column": column, "why": "contact"} for column in PERSONAL if column != "Email"],
            )
        ),
        "column 3 (Email)",
        "looks like personal data",
    ),
    case(
        "a group for nearly every person",
        checked(
            content=codebook(
                respondent=None, groups=[*CODEBOOK["groups"], {"id": "who", "column": "Respondent", "label": "Who"}]
            )
        ),
        "40 levels for 40 rows",
        "Leave it out",
    ),
    case(
        "the file that the codebook names is not there",
        checked(content=codebook(file={"name": "answers.csv"})),
        "The export is missing",
        "answers.csv",
    ),
    case(
        "another encoding than the codebook states",
        checked(
            text(respondents()).replace("R5,", "Zoë,").encode("cp1252"),
            codebook(file={"name": "export.csv", "encoding": "utf-8"}),
        ),
        "not UTF-8",
        "line 7",
    ),
    case(
        "another delimiter than the codebook states",
        checked(content=codebook(file={"name": "export.csv", "delimiter": ";"})),
        "line 1",
        "Check the delimiter",
    ),
    case(
        "another header than the codebook states",
        checked(content=codebook(file={"name": "export.csv", "header": "qualtrics"})),
        "The header is not qualtrics",
    ),
)

TABLES = (
    case(
        "counts that do not add up to the base",
        checked(counts(2, TABLE[1][0], "30", "13", "40"), table_codebook()),
        "do not add up to its base",
        "export.csv, line 2",
        "43",
        "40",
    ),
    case(
        "percentages that no numbers of people give", percentages("76", "24", "40"), "line 2", "Agree: 76%", "40 people"
    ),
    case("percentages that add up to 90", percentages("60", "30", "40"), "line 2", "40 people"),
    case(
        "a percentage with more decimals than stated",
        percentages("75.25", "24.75", "40"),
        "line 2",
        "Agree: 75.25%",
        "at most 0 decimals",
    ),
    case(
        "a statement twice",
        checked([*TABLE, TABLE[1]], table_codebook()),
        "stands twice",
        "line 4",
        "one row for each statement",
    ),
    case(
        "a text where a number should be",
        checked(counts(3, TABLE[2][0], SECRETS[3], "10", "35"), table_codebook()),
        "line 3, column 2 (Agree)",
        "a text of 19 characters",
        "a number from 0",
    ),
    case(
        "an empty cell where a number should be",
        checked(counts(3, TABLE[2][0], "", "10", "35"), table_codebook()),
        "line 3, column 2 (Agree)",
        "nothing",
        "is 0",
    ),
    case(
        "a number of people below 0",
        checked(counts(3, TABLE[2][0], "-25", "60", "35"), table_codebook()),
        "line 3, column 2 (Agree)",
        "-25",
    ),
    case(
        "a base of nobody",
        checked(counts(2, TABLE[1][0], "0", "0", "0"), table_codebook()),
        "line 2",
        "base",
        "a whole number",
    ),
    case("a base that is no whole number", percentages("75", "25", "40.5"), "line 2", "40.5", "a whole number"),
    case("a base beyond all councils", percentages("75", "25", "1e300"), "line 2, column 4 (n)", "1e+300"),
    case(
        "a statement that the table does not have",
        checked(counts(3, "It helps", "25", "10", "35"), table_codebook()),
        "no row for 'My manager supports me'",
        "column Statement",
    ),
    case(
        "an answer without its column",
        checked([[row[0], *row[2:]] for row in TABLE], table_codebook()),
        "0 columns for 'Agree'",
    ),
)

CODEBOOKS = (
    case("a key that there is not", said("title:", "tittle: x\ntitle:"), "tittle", "Remove the key"),
    case("a key that is missing", said("title: A made-up survey\n", ""), "title", "Add the key"),
    case("a key twice", said("title:", "name: made-up\ntitle:"), "survey.yaml, line 2", "'name' stands twice"),
    case("wrong indentation", said("title:", "  title:"), "not valid YAML", "survey.yaml, line 2", "indentation"),
    case("an empty survey.yaml", checked(content=""), "survey.yaml has", "problem"),
    case("a survey.yaml in another encoding", checked(content="title: Zoë\n".encode("cp1252")), "not UTF-8", "byte 9"),
    case("a kind that there is not", said("kind: responses", "kind: answers"), "kind", "'responses', 'counts'"),
    case("a name other than the folder's", checked(content=codebook(name="made-down")), "'made-down'", "'made-up'"),
    case(
        "a scale with one point",
        checked(
            content=codebook(
                scales=[
                    {"id": "agreement", "categories": CODEBOOK["scales"][0]["categories"][:1]},
                    CODEBOOK["scales"][1],
                ]
            )
        ),
        "scales, agreement",
        "at least one category of agreement and one of disagreement",
    ),
    case(
        "a scale that is not in order",
        checked(
            content=codebook(
                scales=[
                    {"id": "agreement", "categories": CODEBOOK["scales"][0]["categories"][::-1]},
                    CODEBOOK["scales"][1],
                ]
            )
        ),
        "scales, agreement",
        "in the order agree, neutral, disagree",
    ),
    case(
        "an answer of two categories",
        said("label: Agree", "label: Strongly agree"),
        "agreement",
        "'strongly agree' stands at",
    ),
    case("two items on one column", items({"column": "Q2"}), "items, column", "Q2"),
    case("two items of one name", items({"id": "reflective"}), "items", "reflective"),
    case("a subject that there is not", items({"domain": "pay"}), "items, regular, domain", "'pay'", "supervision"),
    case("a scale that there is not", items({"scale": "likert"}), "items, regular, scale", "'likert'", "satisfaction"),
    case(
        "a covariate that is no group",
        checked(content=codebook(models={"covariates": ["grade"]})),
        "models, covariates",
        "'grade' is not a group",
        "role",
    ),
    case(
        "a column in use and left out",
        checked(content=codebook(left_out=[{"column": "Q1", "why": "other"}])),
        "left_out",
        "'Q1' is used above",
    ),
    case("a group of nobody allowed", checked(content=codebook(disclosure={"minimum_group": 0})), "minimum_group"),
    case(
        "percentages without a base",
        checked(TABLE, table_codebook("percentages", table={"statement": "Statement"})),
        "table, base",
        "the number of people behind each row",
    ),
    case(
        "a group for a ready table",
        checked(TABLE, table_codebook(groups=CODEBOOK["groups"])),
        "groups",
        "one row a person only",
    ),
    case(
        "a benchmark that there is not",
        checked(content=codebook(benchmark={"survey": "ofsted-2010", "group": "managers"})),
        "'ofsted-2010'",
        "Correct the name",
    ),
    case(
        "a statement that the benchmark does not have",
        checked(
            content=codebook(
                benchmark={"survey": "ofsted-2011", "group": "managers"},
                items=[{**ITEM, "matches": "supervision"}, *CODEBOOK["items"][1:]],
            )
        ),
        "items, regular, matches",
        "'supervision'",
    ),
)

SECTIONS = {
    "Text files": TEXTS,
    "Workbooks": WORKBOOKS,
    "Names and numbers of the commands": NAMES,
    "Answers that the codebook does not expect": ANSWERS,
    "Ready tables": TABLES,
    "Codebooks": CODEBOOKS,
}


def document(row: Callable[[Case], str]) -> str:
    """The text of docs/reference/broken-files.md; `row` gives the line of a case."""
    parts = [
        "# What is said of broken files",
        "Each file and each codebook here is made by the tests (`tests/surveys/broken_files.py`), and each\n"
        "message is what the command says of it: on the standard error output, with exit code 2. Nothing is\n"
        "written then, and no message holds what a respondent wrote, but for a label that is clearly mistyped.\n"
        "This page is written by `python -m tests.surveys.broken_files`; a test compares it with the messages.",
    ]
    for title, cases in SECTIONS.items():
        parts += [
            f"## {title}",
            "\n".join(["| what is wrong | command | message |", "| --- | --- | --- |", *map(row, cases)]),
        ]
    return "\n\n".join(parts) + "\n"


def table_row(case: Case, project: Path, given: Sequence[str], message: str) -> str:
    """What is wrong, the command and its message as a line of a Markdown table."""
    command = f"`golden-thread survey {shown(' '.join(given), project)}`"
    return f"| {case.name} | {command} | {marked_up(shown(message, project))} |"


def _row(case: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder).resolve() / "project")
        given = case.make(project)
        return table_row(case, project, given, run(project, given)[2])


def marked_up(message: str) -> str:
    """A message as a cell of a Markdown table."""
    escaped = html.escape("\n".join(" ".join(line.split()) for line in message.split("\n")), quote=False)
    for mark in "|*_":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped.replace("\n", "<br>")


if __name__ == "__main__":
    write_text(DOCUMENT, document(_row))
