"""Every PDF meets what a machine can check of PDF/UA-1, reads in the order of the report, and has its fonts with it."""

import re
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from .pdf_ua import CONDITIONS, failures

NO = BooleanObject(False)


@pytest.mark.slow
def test_every_report_meets_every_condition(documents: Callable) -> None:
    results = {path: failures(pypdf.PdfReader(path)) for path in documents(".pdf")}
    for number, (what, _) in CONDITIONS.items():
        passed = sum(not any(each.startswith(f"{number}:") for each in found) for found in results.values())
        print(f"{number:22} {what}: {passed} of {len(results)} documents")
    assert not {path.name: found for path, found in results.items() if found}


@pytest.mark.slow
def test_the_text_of_every_report_comes_out_in_the_order_of_the_report(documents: Callable) -> None:
    for path in documents(".pdf"):
        text = letters("".join(page.extract_text() for page in pypdf.PdfReader(path).pages))
        at = 0
        for paragraph in docx.Document(str(path.with_suffix(".docx"))).paragraphs:
            beginning = letters(paragraph.text)[:30]
            if not beginning or paragraph.style.name.startswith("toc "):
                continue
            found = text.find(beginning, at)
            assert found >= 0, f"{path.name}: not found in its place: {paragraph.text[:80]}"
            at = found + len(beginning)


def letters(text: str) -> str:
    """What is left of `text` without blanks, signs and hyphens at the ends of lines."""
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("ﬁ", "fi").replace("ﬂ", "fl"))


# --- The checks find what is wrong --------------------------------------------------------------------------------


def elements(pdf: pypdf.PdfWriter, role: str) -> list[DictionaryObject]:
    return [
        each
        for each in (entry.get_object() for entry in pdf._objects)
        if isinstance(each, DictionaryObject) and each.get("/S") == role
    ]


def catalogue(pdf: pypdf.PdfWriter) -> DictionaryObject:
    return pdf.root_object


def links(pdf: pypdf.PdfWriter) -> list[DictionaryObject]:
    return [each.get_object() for page in pdf.pages for each in page.get("/Annots", [])]


def no_marks(pdf: pypdf.PdfWriter) -> None:
    catalogue(pdf).pop("/StructTreeRoot")
    catalogue(pdf).pop("/MarkInfo")


def drawn_outside(pdf: pypdf.PdfWriter) -> None:
    surround(pdf, b"0 0 10 10 re f ", b"")


def all_in_an_artefact(pdf: pypdf.PdfWriter) -> None:
    surround(pdf, b"/Artifact BMC ", b" EMC")


def surround(pdf: pypdf.PdfWriter, before: bytes, after: bytes) -> None:
    stream = DecodedStreamObject()
    stream.set_data(before + pdf.pages[0].get_contents().get_data() + after)
    pdf.pages[0][NameObject("/Contents")] = pdf._add_object(stream)


def list_item_as_a_row(pdf: pypdf.PdfWriter) -> None:
    elements(pdf, "/LI")[0][NameObject("/S")] = NameObject("/TR")


def without_fonts(pdf: pypdf.PdfWriter) -> None:
    for entry in pdf._objects:
        if isinstance(entry, DictionaryObject):
            for name in ("/FontFile", "/FontFile2", "/FontFile3"):
                entry.pop(name, None)


def without_characters(pdf: pypdf.PdfWriter) -> None:
    for entry in pdf._objects:
        if isinstance(entry, DictionaryObject):
            entry.pop("/ToUnicode", None)


def link_outside_the_structure(pdf: pypdf.PdfWriter) -> None:
    elements(pdf, "/Link")[0][NameObject("/K")] = ArrayObject()


def a_cell_less(pdf: pypdf.PdfWriter) -> None:
    elements(pdf, "/TR")[-1]["/K"].get_object().pop()


def figure_as_a_formula(pdf: pypdf.PdfWriter) -> None:
    figure = elements(pdf, "/Figure")[0]
    figure[NameObject("/S")] = NameObject("/Formula")
    figure.pop("/Alt")


def both_kinds_of_headings(pdf: pypdf.PdfWriter) -> None:
    elements(pdf, "/H1")[0][NameObject("/S")] = NameObject("/H")


def without_scope(pdf: pypdf.PdfWriter) -> None:
    for attributes in elements(pdf, "/TH")[0]["/A"]:
        attributes.get_object().pop("/Scope", None)


def put(entry: DictionaryObject, name: str, value: object) -> None:
    entry[NameObject(name)] = value


BREAKS: dict[str, Callable[[pypdf.PdfWriter], object]] = {
    "01-003 to 01-005": drawn_outside,
    "01-007": lambda pdf: put(catalogue(pdf)["/MarkInfo"], "/Suspects", BooleanObject(True)),
    "02-001, 02-003, 02-004": lambda pdf: put(catalogue(pdf)["/StructTreeRoot"]["/RoleMap"], "/P", NameObject("/Span")),
    "06-001 to 06-004": lambda pdf: catalogue(pdf).pop("/Metadata"),
    "07-001, 07-002": lambda pdf: put(catalogue(pdf)["/ViewerPreferences"], "/DisplayDocTitle", NO),
    "09-004 to 09-007": list_item_as_a_row,
    "10-001": without_characters,
    "11-001 to 11-007": lambda pdf: catalogue(pdf).pop("/Lang"),
    "13-004": lambda pdf: elements(pdf, "/Figure")[0].pop("/Alt"),
    "14-002, 14-003": lambda pdf: put(elements(pdf, "/H2")[0], "/S", NameObject("/H3")),
    "14-007": both_kinds_of_headings,
    "15-003": without_scope,
    "17-002": figure_as_a_formula,
    "19-003, 19-004": lambda pdf: elements(pdf, "/Note")[0].pop("/ID"),
    "28-008": lambda pdf: pdf.pages[0].pop("/Tabs"),
    "28-011": link_outside_the_structure,
    "28-012": lambda pdf: put(links(pdf)[0], "/Contents", TextStringObject(", page 3")),
    "31-009": without_fonts,
    "GT-1": no_marks,
    "GT-2": lambda pdf: catalogue(pdf).pop("/Outlines"),
    "GT-3": a_cell_less,
}


def broken(rendered: Path, damage: Callable, tmp_path: Path) -> list[str]:
    pdf = pypdf.PdfWriter(clone_from=rendered / "sample.pdf")
    damage(pdf)
    pdf.write(tmp_path / "broken.pdf")
    return failures(pypdf.PdfReader(tmp_path / "broken.pdf"))


@pytest.mark.slow
def test_the_sample_meets_every_condition_also_after_it_was_written_again(rendered: Path, tmp_path: Path) -> None:
    assert failures(pypdf.PdfReader(rendered / "sample.pdf")) == []
    assert broken(rendered, lambda pdf: None, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", CONDITIONS)
def test_each_condition_finds_what_breaks_it(rendered: Path, tmp_path: Path, number: str) -> None:
    assert [each for each in broken(rendered, BREAKS[number], tmp_path) if each.startswith(f"{number}:")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (all_in_an_artefact, "01-003 to 01-005: page 1: .* are both"),
        (no_marks, "01-003 to 01-005: page 1: .* are neither"),
        (lambda pdf: surround(pdf, b"/P BMC ", b""), "01-003 to 01-005: page 1: a start without an end"),
        (
            lambda pdf: put(catalogue(pdf)["/StructTreeRoot"]["/RoleMap"], "/Title", NameObject("/Title")),
            "02-001.*/Title",
        ),
        (lambda pdf: elements(pdf, "/Figure")[0].pop("/A"), "GT-3: a /Figure without BBox"),
        (lambda pdf: put(elements(pdf, "/H1")[1], "/S", NameObject("/P")), "GT-2: headings"),
    ],
)
def test_other_damage_is_found_as_well(rendered: Path, tmp_path: Path, damage: Callable, message: str) -> None:
    assert [each for each in broken(rendered, damage, tmp_path) if re.match(message, each)]
