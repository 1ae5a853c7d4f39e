"""XLSX and ODS files before they are parsed: archives that unpack to no more than they may, and what their sheets hold.

Every file inside is unpacked once, a block at a time: the sizes that an archive states are not believed.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from pipeline.errors import DataError
from pipeline.inputs.exports.limits import ARCHIVE_BYTES, ARCHIVE_FILES, ARCHIVE_RATIO, FORMATS, RATIO_FROM_BYTES
from pipeline.inputs.exports.sheet_facts import OdsTables, SharedTexts, SheetFacts, XlsxSheet, XlsxStyles

_BLOCK = 1 << 18
_SHARED, _STYLES = "xl/sharedstrings.xml", "xl/styles.xml"  # what the cells of a workbook refer to by number
_SAVE = "Export the survey again, or save it as CSV UTF-8."


def sheet_facts(path: Path) -> tuple[str, dict[str, SheetFacts]]:
    """The format (xlsx or ods) and the facts of every sheet by its name.

    Raises DataError for an archive that is damaged, locked or beyond the limits, and for other kinds of archives.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_stated(path, archive)
            names = set(map(_key, archive.namelist()))
            if "xl/workbook.xml" in names:
                return "xlsx", _xlsx(path, archive)
            if "content.xml" in names and _first_bytes(archive, "mimetype").endswith(b"opendocument.spreadsheet"):
                return "ods", _ods(path, archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        expat.ExpatError,
        ValueError,
        LookupError,
    ):  # messages of these may hold contents
        raise DataError("The spreadsheet is damaged.", where=path.name, expected="XLSX or ODS", fix=_SAVE) from None
    kind = "an XLSB workbook" if "xl/workbook.bin" in names else "an archive of another kind"
    raise DataError(
        f"The file is {kind}, not an export that can be read.", where=path.name, expected=FORMATS, fix=_SAVE
    )


def _check_stated(path: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ARCHIVE_FILES:
        _refuse(path, "holds too many files", f"{len(entries):,}", f"at most {ARCHIVE_FILES:,}")
    if any(entry.flag_bits & 1 for entry in entries):
        _refuse(path, "is locked with a password", "encrypted contents", "a file without a password")
    _check_sizes(path, sum(entry.file_size for entry in entries))


def _check_sizes(path: Path, unpacked: int) -> None:
    most = max(RATIO_FROM_BYTES, min(ARCHIVE_BYTES, ARCHIVE_RATIO * path.stat().st_size))
    if unpacked > most:
        _refuse(
            path,
            "unpacks to too much",
            f"more than {most:,} bytes from {path.stat().st_size:,}",
            f"at most {ARCHIVE_BYTES:,} bytes, and {ARCHIVE_RATIO} times the file",
        )


def _refuse(path: Path, what: str, found: str, expected: str) -> NoReturn:
    raise DataError(f"The spreadsheet {what}.", where=path.name, found=found, expected=expected, fix=_SAVE)


def _xlsx(path: Path, archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """The sheets by name. Every part that may be a sheet is looked at; a sheet that is none of them is refused."""
    sheets, parts, targets, shared, styles = [], {}, {}, SharedTexts(), XlsxStyles()

    def note(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "sheet":
            place = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets.append((attributes["name"], place))
        elif local == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))
            targets[attributes["Id"]] = _key(target.removeprefix("/"))

    for entry, blocks in _unpacked(path, archive):
        if entry in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            _parse(path, blocks, note)
        elif entry == _SHARED:
            _parse(path, blocks, shared.start, shared.text)
        elif entry == _STYLES:
            _parse(path, blocks, styles.start)
        elif entry.startswith("xl/"):
            parts[entry] = XlsxSheet(path.name, shared.lengths, styles.percentages)
            _parse(path, blocks, parts[entry].start, parts[entry].text)
            parts[entry].close()
        else:
            for _ in blocks:
                pass
    return {name: parts[targets[place]].facts for name, place in sheets}


def _ods(path: Path, archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    tables = OdsTables(path.name)
    for entry, blocks in _unpacked(path, archive):
        if entry == "content.xml":
            _parse(path, blocks, tables.start, tables.text, tables.end)
        elif entry == "meta-inf/manifest.xml":
            _parse(
                path,
                blocks,
                lambda name, _: (
                    name.endswith("encryption-data")
                    and _refuse(path, "is locked with a password", "encrypted contents", "a file without a password")
                ),
            )
        else:
            for _ in blocks:
                pass
    return tables.facts


def _unpacked(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The name and the blocks of every file inside, shared ones first; blocks must be used up before the next file."""
    total = 0

    def blocks(entry: zipfile.ZipInfo) -> Iterator[bytes]:
        nonlocal total
        stated, size = entry.file_size, 0
        entry.file_size = ARCHIVE_BYTES + 1  # else zipfile stops at the stated size, where other readers do not
        with archive.open(entry) as file:
            while block := file.read(_BLOCK):
                size += len(block)
                total += len(block)
                _check_sizes(path, total)
                yield block
        if size != stated:
            _refuse(path, "is damaged", "a file inside of another size than stated", "sizes as stated")

    for entry in sorted(archive.infolist(), key=lambda entry: _key(entry.filename) not in (_SHARED, _STYLES)):
        yield _key(entry.filename), blocks(entry)


def _parse(
    path: Path, blocks: Iterator[bytes], start: Callable, text: Callable | None = None, end: Callable | None = None
) -> None:
    """Call `start` with the name and attributes of every element, `text`, and `end`; what is not XML is passed over."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(path, "holds a document type", "DOCTYPE", "none")
    first = next(blocks, b"")
    if b"<" in first[:64].replace(b"\0", b""):
        parser.Parse(first, False)
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    else:
        for _ in blocks:
            pass


def _key(name: str) -> str:
    """A file's name as readers look it up: some programs write backslashes, or capitals in one place only."""
    return name.replace("\\", "/").casefold()


def _first_bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(256).strip()
