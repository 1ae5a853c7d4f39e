"""How the files of tests/surveys/broken_files.py are made and run: a sound survey, and what can be done to it."""

import copy
import csv
import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from pipeline.commands import main as cli
from tests.inputs.exports.spreadsheet_files import repack, write_xlsx
from tests.surveys.made_up import CODEBOOK
from tests.surveys.projects import AGREEMENT, SECRETS

NAME, PEOPLE = "made-up", 40
SURVEYS = Path("data/raw/surveys")
SATISFIED = ["Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied"]
PERSONAL = {
    "IP Address": SECRETS[1],
    "Email": SECRETS[0],
    "Name": SECRETS[2],
    "Telephone": SECRETS[4],
    "Comment": SECRETS[3],
}
HEADER = ["Respondent", *PERSONAL, "Q1", "Q2", "Q3", "Q4", "Role", "Team", "Weight"]
STATEMENTS = ["I have enough time to think", "My manager supports me"]
TABLE = [["Statement", "Agree", "Disagree", "n"], [STATEMENTS[0], "30", "10", "40"], [STATEMENTS[1], "25", "10", "35"]]

Rows = list[list[str]]
Make = Callable[[Path], list[str]]  # writes the files of a case into a project and returns the words of the command


@dataclass(frozen=True)
class Case:
    """What is wrong, how it is made, and texts that its message must hold."""

    name: str
    make: Make
    says: tuple[str, ...]


def respondents(people: int = PEOPLE) -> Rows:
    """A sound export: a header and a row a person, each with personal data."""
    rows = [
        [
            f"R{number}",
            *PERSONAL.values(),
            AGREEMENT[number % 5],
            AGREEMENT[number * 3 % 5],
            SATISFIED[number % 4],
            AGREEMENT[number // 2 % 5],
            ("Social worker", "Manager")[number % 4 == 0],
            f"Team {'ABCDE'[number % 5]}",
            ("1", "0.8", "1.25")[number % 3],
        ]
        for number in range(people)
    ]
    return [list(HEADER), *rows]


def codebook(**changes: Any) -> dict[str, Any]:
    """The codebook of `respondents`; a key that is changed to None is left out."""
    content = {
        **copy.deepcopy(CODEBOOK),
        "name": NAME,
        "cluster": "Team",
        "weight": "Weight",
        "respondent": "Respondent",
        "left_out": [{"column": column, "why": "contact"} for column in PERSONAL],
        **changes,
    }
    return {key: value for key, value in content.items() if value is not None}


def table_codebook(kind: str = "counts", **changes: Any) -> dict[str, Any]:
    """The codebook of `TABLE`."""
    categories = [{"id": each.lower(), "label": each, "role": each.lower()} for each in ("Agree", "Disagree")]
    items = [{**CODEBOOK["items"][place], "column": text} for place, text in zip((0, 3), STATEMENTS, strict=True)]
    return {
        **{key: CODEBOOK[key] for key in ("title", "file", "domains")},
        "name": NAME,
        "kind": kind,
        "scales": [{"id": "agreement", "categories": categories}],
        "items": items,
        "table": {"statement": "Statement", "base": "n"},
        **changes,
    }


def text(rows: Rows, delimiter: str = ",") -> str:
    """Rows as a text file holds them."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return file.getvalue()


def with_cells(column: str, *cells: str, rows: Rows | None = None) -> Rows:
    """The rows with other cells in a column, from line 3 on."""
    rows = respondents() if rows is None else rows
    for row, cell in zip(rows[2:], cells, strict=False):
        row[rows[0].index(column)] = cell
    return rows


def without(column: str) -> Rows:
    """The rows without one column."""
    place = HEADER.index(column)
    return [row[:place] + row[place + 1 :] for row in respondents()]


def taken_in(name: str, content: bytes | str | Rows | Callable[[Path], object], *options: str) -> Make:
    """`survey new` of a file with this content, or that is written by this function."""

    def make(project: Path) -> list[str]:
        path = project.parent / name
        if callable(content):
            content(path)
        else:
            path.write_bytes(
                content
                if isinstance(content, bytes)
                else (content if isinstance(content, str) else text(content)).encode()
            )
        return ["new", "leeds-2026", str(path), *options]

    return make


def checked(rows: Rows | bytes | None = None, content: dict[str, Any] | str | bytes | None = None) -> Make:
    """`survey check` of a folder with this file and this survey.yaml; what is None is sound."""

    def make(project: Path) -> list[str]:
        folder = project / SURVEYS / NAME
        folder.mkdir()
        wanted = codebook() if content is None else content
        written = yaml.safe_dump(wanted, sort_keys=False) if isinstance(wanted, dict) else wanted
        (folder / "survey.yaml").write_bytes(written if isinstance(written, bytes) else written.encode())
        file = respondents() if rows is None else rows
        (folder / "export.csv").write_bytes(file if isinstance(file, bytes) else text(file).encode())
        return ["check", NAME]

    return make


def words(*given: str) -> Make:
    """A command without any file."""
    return lambda project: list(given)


def workbook(rows: Sequence[Sequence[Any]] | None = None, change: Callable | None = None, **others: Rows) -> Callable:
    """Writes a workbook with the sheet Answers; `change(sheet)` may do more to it, `others` are further sheets."""

    def write(path: Path) -> None:
        write_xlsx(
            path,
            {"Answers": respondents() if rows is None else rows, **others},
            change and (lambda book: change(book.get_worksheet_by_name("Answers"))),
        )

    return write


def repacked(member: str, change: Callable[[bytes], bytes]) -> Callable:
    """Writes a workbook of which one part was changed."""

    def write(path: Path) -> None:
        workbook()(path)
        repack(path, member, change)

    return write


def bomb(path: Path) -> None:
    """A workbook of a few hundred kilobytes that unpacks to 200 MB."""
    workbook()(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/more.xml", "w") as file:
        for _ in range(200):
            file.write(b" " * 1_000_000)


def long_line(path: Path) -> None:
    """A file with a line of 50 MB."""
    path.write_bytes(text(respondents()).encode() + b"R99," + b"a" * 50_000_000 + b"\n")


def archive_of(*names: str) -> Callable[[Path], None]:
    """Writes an archive that is no spreadsheet."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, SECRETS[3])

    return write


def run(project: Path, given: Sequence[str]) -> tuple[int | str | None, str, str]:
    """The exit code, the output and the errors of `golden-thread survey …`, called within the project."""
    output, errors = io.StringIO(), io.StringIO()
    environment = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    with (
        chdir(project),
        patch.object(sys, "argv", ["golden-thread", "survey", *given]),
        patch.dict("os.environ", environment),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        try:
            cli.main()
            code: int | str | None = 0
        except SystemExit as end:
            code = end.code
    return code, output.getvalue(), errors.getvalue()


def shown(message: str, project: Path) -> str:
    """A message as every machine gives it: without the folders, and the size to which its library packs a workbook."""
    for folder in (project, project.parent):
        message = message.replace(f"{folder}/", "")
    return re.sub(r"[\d,]+ bytes from [\d,]+", "… bytes from …", message.rstrip("\n"))
