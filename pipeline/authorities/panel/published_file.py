"""One published file as texts under our names, indexed by line: screened first, every schema in the same columns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.authorities.panel.screening import SCREENING, RawTable, refuse_errors, screen
from pipeline.authorities.releases.catalogue import Source
from pipeline.authorities.releases.data_file import ReleaseTable, read_release
from pipeline.errors import DataError


@dataclass(frozen=True)
class Published:
    """A published file: `table` holds its texts under our names by line, `screened` what is against the standard."""

    source: Source
    path: Path
    release: ReleaseTable
    table: pd.DataFrame
    screened: pd.DataFrame

    @property
    def where(self) -> str:
        """Source and file for messages."""
        return f"{self.source.id}, {self.path.name}"

    @property
    def header(self) -> dict[str, str]:
        """What the file calls our columns."""
        return self.release.header


def read_published(path: Path, source: Source) -> Published:
    """Read a file by its entry in the catalogue; codes and numbers stay texts, without blanks around them.

    A byte-order mark, quoted empty cells and any line ends do no harm; columns that the schema does not have are
    missing from `table`. Raises DataError for a file that cannot be read, and for one of statistics with everything
    that is against the publisher's standard, each with line and column.
    """
    screened = pd.DataFrame(columns=SCREENING)
    if source.kind == "statistics":
        screened = screen(read_raw(path, source), source)
        refuse_errors(screened, f"{source.id}, {path.name}")
    release = read_release(source, path)
    return Published(source, path, release, release.table.apply(lambda column: column.map(str.strip)), screened)


def read_raw(path: Path, source: Source) -> RawTable:
    """The cells of a CSV file as they are, for the screener. Raises DataError for a file that is no UTF-8 or no CSV."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            lines: Sequence[tuple[int, list[str]]] = [(reader.line_num, cells) for cells in reader if any(cells)]
    except (OSError, UnicodeDecodeError, csv.Error):
        read_release(source, path)  # says what is wrong and where
        raise DataError("The file cannot be read.", where=str(path), fix="Fetch it again.") from None
    return RawTable(tuple(lines[0][1]) if lines else (), tuple(lines[1:]))
