"""A workbook as the checklist for accessible spreadsheets looks at it, read from XLSX or ODS."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from python_calamine import load_workbook


@dataclass(frozen=True)
class Sheet:
    """`rows` are the cells as they are read; `table` is (row, column) of the corners of the range that is marked up,
    counted from 1; `links` are the sheets that its cells lead to; `oddities` are the names of what is forbidden."""

    name: str
    rows: list[list]
    tables: list[tuple[int, int, int, int]]
    links: list[str]
    unwrapped: int
    oddities: list[str]


@dataclass(frozen=True)
class Book:
    path: Path
    title: str
    language: str
    sheets: list[Sheet]
    first_is_active: bool


def read(path: Path) -> Book:
    with zipfile.ZipFile(path) as archive:
        parts = {
            name: etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels")) and archive.getinfo(name).file_size
        }
    cells = dict(_cells(path))
    return (_xlsx if path.suffix == ".xlsx" else _ods)(path, parts, cells)


def _cells(path: Path) -> list[tuple[str, list[list]]]:
    book = load_workbook(path)
    return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]


def _xlsx(path: Path, parts: dict, cells: dict) -> Book:
    names = [each.get("name") for each in _all(parts["xl/workbook.xml"], "sheet")]
    styles = _all(parts["xl/styles.xml"], "cellXfs")[0]
    wraps = [any(each.get("wrapText") == "1" for each in _all(style, "alignment")) for style in styles]
    filled = {each.get("patternType") for each in _all(parts["xl/styles.xml"], "patternFill")} - {"none", "gray125"}
    sheets = []
    for number, name in enumerate(names, start=1):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        relations = parts.get(f"xl/worksheets/_rels/sheet{number}.xml.rels", ())
        tables = [
            parts["xl/" + each.get("Target").removeprefix("../")]
            for each in relations
            if each.get("Type").endswith("/table")
        ]
        odd = [
            each
            for each in (
                "mergeCell",
                "pane",
                "autoFilter",
                "f",
                "drawing",
                "legacyDrawing",
                "conditionalFormatting",
                "dataValidation",
            )
            if _all(sheet, each)
        ]
        odd += ["filter" for table in tables if _all(table, "autoFilter")]
        odd += ["hidden" for tag in ("row", "col") for each in _all(sheet, tag) if each.get("hidden") in ("1", "true")]
        odd += ["cursor" for each in _all(sheet, "selection") if each.get("activeCell", "A1") != "A1"]
        odd += ["fill"] * bool(filled)
        ranges = [_corners(table.get("ref")) for table in tables if table.get("headerRowCount", "1") == "1"]
        inside = [each for each in _all(sheet, "c") if any(_within(each.get("r"), corners) for corners in ranges)]
        sheets.append(
            Sheet(
                name,
                cells[name],
                ranges,
                [each.get("location").split("!")[0].strip("'") for each in _all(sheet, "hyperlink")],
                sum(not wraps[int(each.get("s", 0))] for each in inside),
                odd,
            )
        )
    return Book(
        path,
        *_properties(parts["docProps/core.xml"]),
        sheets,
        _all(parts["xl/workbook.xml"], "workbookView")[0].get("activeTab", "0") == "0",
    )


def _ods(path: Path, parts: dict, cells: dict) -> Book:
    content, styles = parts["content.xml"], parts["styles.xml"]
    wraps = {
        _get(each, "name"): any(_get(one, "wrap-option") == "wrap" for one in each) for each in _all(styles, "style")
    }
    filled = any("background-color" in key for part in (styles, content) for each in part.iter() for key in each.attrib)
    sheets = []
    for table in _all(content, "table"):
        name = _get(table, "name")
        odd = [
            word
            for word in ("formula", "spanned", "repeated", "visibility")
            for each in table.iter()
            for key in each.attrib
            if word in key
        ][:1]
        odd += ["merged"] * bool(_all(table, "covered-table-cell")) + ["fill"] * filled
        odd += ["drawing"] * bool(_all(table, "frame")) + ["settings"] * bool(len(parts["settings.xml"]))
        ranges = []
        for each in _all(content, "database-range"):
            start, end = _get(each, "target-range-address").replace("$", "").split(":")
            if start.split(".")[0].strip("'") == name:
                ranges.append(_corners(f"{start.split('.')[-1]}:{end.split('.')[-1]}"))
                odd += ["filter"] * (_get(each, "display-filter-buttons") != "false")
                odd += ["no header"] * (_get(each, "contains-header") != "true")
        rows = _all(table, "table-row")
        inside = [cell for top, _, bottom, _ in ranges for row in rows[top - 1 : bottom] for cell in row]
        sheets.append(
            Sheet(
                name,
                cells[name],
                ranges,
                [_get(each, "href").split(".")[0].strip("#'") for each in _all(table, "a")],
                sum(not wraps[_get(each, "style-name")] for each in inside),
                odd,
            )
        )
    return Book(path, *_properties(parts["meta.xml"]), sheets, first_is_active=not len(parts["settings.xml"]))


def _properties(part: etree._Element) -> tuple[str, str]:
    texts = {etree.QName(each).localname: each.text for each in part.iter() if isinstance(each.tag, str)}
    return texts.get("title") or "", texts.get("language") or ""


def _all(parent: etree._Element, name: str) -> list[etree._Element]:
    return list(parent.iter(f"{{*}}{name}"))


def _get(element: etree._Element, name: str) -> str | None:
    return next((text for key, text in element.attrib.items() if etree.QName(key).localname == name), None)


def _corners(address: str) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) of "A3:C8"."""
    return tuple(each for part in address.split(":") for each in _place(part))


def _place(cell: str) -> tuple[int, int]:
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(row), column


def _within(cell: str, corners: tuple[int, int, int, int]) -> bool:
    row, column = _place(cell)
    return corners[0] <= row <= corners[2] and corners[1] <= column <= corners[3]
