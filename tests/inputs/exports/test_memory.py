"""Files made to fill the memory are refused within a few megabytes."""

import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.inputs.exports.spreadsheet_files import repack, write_ods, write_xlsx

pytest.importorskip("resource", reason="the memory of a process is measured on Unix")

ROOT = Path(__file__).resolve().parents[3]
MEASURE = """
import resource, sys
from pathlib import Path
from pipeline.errors import DataError
from pipeline.inputs.exports.reading import read_export
unit = 1 if sys.platform == "darwin" else 1024
small, path = Path(sys.argv[1]), Path(sys.argv[2])
assert read_export(small).rows == 1
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
try:
    read_export(path)
except DataError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before, error.what, error.where, sep="|")
"""


def refusal(path: Path, small: Path) -> tuple[int, str]:
    """Bytes by which the memory of a process grew while it refused the file, and what it said."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, small, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    grown, _, said = run.stdout.partition("|")
    return int(grown), said.strip()


@pytest.fixture
def small(tmp_path) -> Path:
    return write_xlsx(tmp_path / "small.xlsx", {"Sheet": [["id", "q"], [1, "a"]]})


@pytest.mark.slow
def test_a_line_of_50_megabytes(tmp_path, small):
    path = tmp_path / "long.csv"
    path.write_bytes(b"id,q\n1," + b"a" * 50_000_000 + b"\n2,b\n")
    grown, said = refusal(path, small)
    assert said == "A line is too long.|long.csv, line 2" and grown < 10_000_000


@pytest.mark.slow
def test_50_megabytes_inside_quotes(tmp_path, small):
    path = tmp_path / "open.csv"
    path.write_bytes(b'id,q\n1,"' + b"a,b\n" * 12_500_000)
    grown, said = refusal(path, small)
    assert said.startswith("A row is too long") and said.endswith("open.csv, line 2") and grown < 150_000_000


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(write_xlsx(path, {"Sheet": [["id", "q"], [1, "a"]]}), "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/more.xml", "w") as file:
            for _ in range(megabytes):
                file.write(b" " * 1_000_000)
    return path


@pytest.mark.slow
def test_an_archive_that_says_it_unpacks_to_too_much(tmp_path, small):
    grown, said = refusal(bomb(tmp_path / "bomb.xlsx", 200), small)
    assert said == "The spreadsheet unpacks to too much.|bomb.xlsx" and grown < 10_000_000


@pytest.mark.slow
def test_an_archive_that_hides_how_much_it_unpacks_to(tmp_path, small):
    path = bomb(tmp_path / "bomb.xlsx", 200)
    content = path.read_bytes()
    hidden = content.replace(struct.pack("<I", 200_000_000), struct.pack("<I", 1000))
    assert hidden != content
    path.write_bytes(hidden)
    grown, said = refusal(path, small)
    assert said == "The spreadsheet unpacks to too much.|bomb.xlsx" and grown < 10_000_000


@pytest.mark.slow
def test_one_long_text_in_very_many_cells(tmp_path, small):
    path = write_xlsx(
        tmp_path / "many.xlsx", {"Sheet": [["id", "q"], *([number, "ab " * 10_000] for number in range(30_000))]}
    )
    assert path.stat().st_size < 1_000_000
    grown, said = refusal(path, small)
    assert said == "The sheet is too large.|many.xlsx" and grown < 30_000_000


@pytest.mark.slow
def test_one_long_text_repeated_in_an_open_document(tmp_path, small):
    def repeat(content: bytes) -> bytes:
        return content.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="30000">')

    path = repack(write_ods(tmp_path / "many.ods", {"Sheet": [["id", "ab " * 10_000]]}), "content.xml", repeat)
    grown, said = refusal(path, small)
    assert said == "The sheet is too large.|many.ods" and grown < 30_000_000
