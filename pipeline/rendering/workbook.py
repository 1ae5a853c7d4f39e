"""The data tables of a report as an accessible workbook: XLSX and ODS with the same sheets, cell for cell.

Both follow the checklist of the UK government's Analysis Function, "Making spreadsheets accessible": a cover, a list
of contents with links, the notes, then one table a sheet. Each table is marked up, with one row of headings; nothing
is merged, filtered, frozen, filled or hidden; what is empty is a marker that is explained; notes are [note 1] and so
on; language and title are among the document's properties.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.files import SIGNIFICANT_DIGITS, replacing
from pipeline.rendering.workbook_layout import SheetTable, Workbook, lay_out

__all__ = ["SheetTable", "Workbook", "write_ods", "write_xlsx"]

FRACTION = re.compile(rb"<v>(-?[0-9]+\.[0-9]+(?:E[-+]?[0-9]+)?)</v>")


def write_xlsx(workbook: Workbook, path: Path, epoch: int) -> None:
    """Write `workbook` as XLSX at `path`, whole or not at all, the same bytes each time.

    Args:
        workbook: the tables and what is said about them.
        path: the file.
        epoch: seconds since 1970 (UTC): the date among the properties and of every file in the archive.

    Raises:
        PublishingError: the tables could not be shown as they are (see `lay_out`).

    >>> import tempfile, pandas as pd
    >>> from python_calamine import load_workbook
    >>> table = SheetTable("agreement", "Agreement by role", pd.DataFrame({"role": ["Manager"], "agree": [81.5]}),
    ...                    {"role": "Role", "agree": "Agree (per cent)"})
    >>> path = Path(tempfile.mkdtemp()) / "tables.xlsx"
    >>> write_xlsx(Workbook("Staff survey", "Support", ("Published in 2012.",), (table,)), path, epoch=1_341_100_800)
    >>> load_workbook(path).get_sheet_by_name("agreement").to_python()[-2:]
    [['Role', 'Agree (per cent)'], ['Manager', 81.5]]
    """
    from pipeline.rendering.workbook_xlsx import save  # gptables takes more than a second to load

    layout, date = lay_out(workbook), _date(epoch)
    with replacing(path) as beside:
        save(layout, beside, date)
        _rewrite(beside, date, partial(_mend_xlsx, language=workbook.language))


def write_ods(workbook: Workbook, path: Path, epoch: int) -> None:
    """Write `workbook` as ODS at `path`; arguments and errors are those of `write_xlsx`."""
    from pipeline.rendering.workbook_ods import save

    layout, date = lay_out(workbook), _date(epoch)
    with replacing(path) as beside:
        save(layout, beside, date)
        _rewrite(beside, date)


def _date(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)


def _mend_xlsx(name: str, content: bytes, *, language: str) -> bytes:
    """The language, and numbers as they are: XlsxWriter writes 16 digits of 75.96, which makes it 75.95999999999999."""
    if name.startswith("xl/worksheets/"):
        return FRACTION.sub(lambda match: f"<v>{float(match[1]):.{SIGNIFICANT_DIGITS}g}</v>".encode(), content)
    if name == "docProps/core.xml":
        end = b"</cp:coreProperties>"
        return content.replace(end, f"<dc:language>{escape(language)}</dc:language>".encode() + end)
    return content


def _rewrite(path: Path, date: datetime, mend: Callable[[str, bytes], bytes] = lambda _, content: content) -> None:
    """Write the archive again in the same order, every file mended and with the same date."""
    with zipfile.ZipFile(path) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, date.timetuple()[:6])
            # ODF demands that its first file, mimetype, can be read without decompressing.
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o600 << 16  # the same on Windows and on Linux
            archive.writestr(entry, mend(name, content))
