"""LibreOffice opens every document and workbook and loses nothing of it, there and back."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from docx.document import Document
from python_calamine import load_workbook

from .conftest import Convert
from .test_pdf import letters

pytestmark = pytest.mark.slow


def headings_and_captions(document: Document) -> list[str]:
    return [
        text
        for each in document.paragraphs
        if (text := " ".join(each.text.split()))
        and re.fullmatch(r"Title|Heading \d|(Table|Image) Caption", each.style.name)
    ]


def cells(document: Document) -> list[list[list[str]]]:
    return [[[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows] for table in document.tables]


def alternatives(document: Document) -> list[str]:
    return [image._inline.docPr.get("descr") for image in document.inline_shapes]


def sheets(path: Path) -> dict[str, list[list]]:
    book = load_workbook(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def same(before: list, after: list) -> bool:
    """Whether two rows hold the same: LibreOffice writes very small numbers with fewer digits, or as 0."""
    return len(before) == len(after) and all(
        one == other or (isinstance(one, float) and math.isclose(one, other, rel_tol=1e-8, abs_tol=1e-12))
        for one, other in zip(before, after, strict=True)
    )


def test_every_docx_becomes_a_pdf_of_the_same_text_on_about_as_many_pages(
    documents: Callable, convert: Convert
) -> None:
    for path in documents(".docx"):
        pages = pypdf.PdfReader(convert(path, "pdf")).pages
        ours = len(pypdf.PdfReader(path.with_suffix(".pdf")).pages)
        print(f"{path.name}: {len(pages)} pages by LibreOffice, {ours} in our own PDF")
        assert 0.7 * ours - 1 <= len(pages) <= 1.4 * ours + 1, path.name
        text, at = letters("".join(page.extract_text() for page in pages)), 0
        for wanted in headings_and_captions(docx.Document(str(path))):
            found = text.find(letters(wanted), at)
            assert found >= 0, f"{path.name}: {wanted}"
            at = found + len(letters(wanted)) if not wanted.startswith("Contents") else at


def test_every_docx_comes_back_from_odt_with_its_headings_tables_and_alternative_texts(
    documents: Callable, convert: Convert
) -> None:
    for path in documents(".docx"):
        before = docx.Document(str(path))
        after = docx.Document(str(convert(convert(path, "odt"), "docx")))
        print(
            f"{path.name}: {len(headings_and_captions(before))} headings and captions, {len(before.tables)} tables, "
            f"{len(alternatives(before))} alternative texts, there and back"
        )
        assert headings_of(after) == headings_of(before), path.name
        assert cells(after) == cells(before), path.name
        assert alternatives(after) == alternatives(before), path.name
        assert after.core_properties.title == before.core_properties.title


def headings_of(document: Document) -> list[tuple[str, str]]:
    return [
        (each.style.name.lower(), " ".join(each.text.split()))
        for each in document.paragraphs
        if re.fullmatch(r"(?i)heading \d", each.style.name)
    ]


def test_every_workbook_comes_back_from_the_other_format_cell_for_cell(documents: Callable, convert: Convert) -> None:
    for suffix, other in ((".xlsx", "ods"), (".ods", "xlsx")):
        for path in documents(suffix):
            before, after = sheets(path), sheets(convert(path, other))
            assert list(before) == list(after), path.name
            for name, rows in before.items():
                differ = [(row, other) for row, other in zip(rows, after[name], strict=True) if not same(row, other)]
                assert differ == [], f"{path.name}, {name}"
            print(
                f"{path.name} to {other}: {len(before)} sheets, "
                f"{sum(len(row) for rows in before.values() for row in rows)} cells"
            )
