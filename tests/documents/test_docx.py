"""Every DOCX is built of real headings, lists and tables, and takes the look of a department's own template."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table

from pipeline.rendering.reports import render

pytestmark = pytest.mark.slow
NUMBERED = re.compile(r"(Figure|Table) (\d+): ")


@pytest.fixture(scope="session")
def opened(documents: Callable) -> dict[str, Document]:
    return {path.name: docx.Document(str(path)) for path in documents(".docx")}


def data_tables(document: Document) -> list[Table]:
    return [table for table in document.tables if table.style.name == "Table"]


def in_style(document: Document, name: str) -> list[str]:
    return [" ".join(each.text.split()) for each in document.paragraphs if each.style.name == name]


def test_headings_begin_with_level_one_and_leave_out_none(opened: dict[str, Document]) -> None:
    for name, document in opened.items():
        levels = [
            0,
            *(int(each.style.name[-1]) for each in document.paragraphs if re.fullmatch(r"Heading \d", each.style.name)),
        ]
        assert len(levels) > 3 and all(after <= before + 1 for before, after in pairwise(levels)), name
        assert len(in_style(document, "Title")) == 1, name


def test_the_list_of_contents_holds_every_heading_of_two_levels(opened: dict[str, Document]) -> None:
    for name, document in opened.items():
        entries = [" ".join(each.text.split()) for each in document.paragraphs if each.style.name.startswith("toc ")]
        headings = [
            " ".join(each.text.split()) for each in document.paragraphs if each.style.name in ("Heading 1", "Heading 2")
        ]
        assert entries in ([], headings), name


def test_every_table_has_a_header_row_and_whole_rows_and_a_caption_of_its_style(opened: dict[str, Document]) -> None:
    for name, document in opened.items():
        for table in data_tables(document):
            header, *rows = [row._tr for row in table.rows]
            assert header.trPr.find(qn("w:tblHeader")) is not None and rows, name
            assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in (header, *rows)), name
            widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
            assert len(widths) == len(header.tc_lst), name
        tables = [int(NUMBERED.match(text)[2]) for text in in_style(document, "Table Caption") if NUMBERED.match(text)]
        figures = [int(NUMBERED.match(text)[2]) for text in in_style(document, "Image Caption")]
        assert tables == list(range(1, len(tables) + 1)) and len(tables) <= len(data_tables(document)), name
        assert figures == list(range(1, len(figures) + 1)), name


def test_every_image_has_an_alternative_text_and_fits_between_the_margins(opened: dict[str, Document]) -> None:
    for name, document in opened.items():
        page = document.sections[0]
        for image in document.inline_shapes:
            alternative = image._inline.docPr.get("descr", "")
            assert len(alternative) > 20 and not alternative.endswith((".png", ".svg")), name
            assert image.width <= page.page_width - page.left_margin - page.right_margin, name
        assert len(document.inline_shapes) == len(in_style(document, "Image Caption")), name


def test_space_is_never_an_empty_paragraph_and_lists_are_lists(opened: dict[str, Document]) -> None:
    for name, document in opened.items():
        paragraphs = [each for each in document.element.body.iter(qn("w:p")) if not list(each.iter(qn("w:tc")))]
        empty = [
            each
            for each in paragraphs
            if each.getparent().tag == qn("w:body")
            and not "".join(each.itertext()).strip()
            and not list(each.iter(qn("w:drawing")))
        ]
        assert not [each for each in empty if each.getnext() is None or each.getnext().tag != qn("w:tbl")], name
        typed = [text for each in document.paragraphs if (text := each.text.lstrip()).startswith(("•", "- ", "* "))]
        assert typed == [], name


def test_every_text_is_in_the_language_of_the_report(opened: dict[str, Document]) -> None:
    for name, document in opened.items():
        for part in (document.element, document.styles.element):
            assert {each.get(qn("w:val")) for each in part.iter(qn("w:lang"))} <= {"en-GB"}, name
        assert document.core_properties.language == "en-GB" and document.core_properties.title, name


def test_no_column_is_narrower_than_its_longest_word(opened: dict[str, Document]) -> None:
    """At 4 points a letter, less than any letter of 9 points but l and i has: what is narrower must break a word."""
    for name, document in opened.items():
        for table in data_tables(document):
            widths = [int(column.get(qn("w:w"))) / 20 for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
            for row in table.rows:
                for width, cell in zip(widths, row._tr.tc_lst, strict=True):
                    words = "".join(cell.itertext(qn("w:t"))).replace("-", "- ").replace("/", "/ ").split()
                    assert all(4 * len(word) <= width for word in words), f"{name}: {words} in {width} points"


# --- A template of one's own --------------------------------------------------------------------------------------


def test_another_template_takes_effect_and_breaks_nothing(make_project: Callable, rendered: Path) -> None:
    root = make_project()
    styles = root / "reports" / "styles"
    theirs = styles.resolve()
    styles.unlink()
    styles.mkdir()
    for path in theirs.iterdir():
        (styles / path.name).write_bytes(path.read_bytes())
    template = docx.Document(str(styles / "reference.docx"))
    template.styles["Normal"].font.name = template.styles["Heading 1"].font.name = "Gill Sans MT"
    template.styles["Heading 1"].font.size = Pt(22)
    template.sections[0].left_margin = template.sections[0].right_margin = Mm(45)
    template.sections[0].footer.paragraphs[0].text = "Department of Examples"
    template.save(str(styles / "reference.docx"))

    render(root, ["sample"], "embedded", only=["docx"])
    ours = docx.Document(str(rendered / "sample.docx"))
    made = docx.Document(str(root / "reports" / "site" / "sample.docx"))
    assert made.styles["Normal"].font.name == made.styles["Heading 1"].font.name == "Gill Sans MT"
    assert made.styles["Heading 1"].font.size == Pt(22)
    assert made.sections[0].footer.paragraphs[0].text == "Department of Examples"
    text_width = made.sections[0].page_width - 2 * made.sections[0].left_margin
    assert round(made.sections[0].left_margin.mm) == 45
    assert all(image.width <= text_width for image in made.inline_shapes)
    for table in data_tables(made):
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert sum(widths) * 635 <= text_width
    assert [each.text for each in made.paragraphs] == [each.text for each in ours.paragraphs]
    assert [each.style.name for each in made.paragraphs] == [each.style.name for each in ours.paragraphs]
    assert [image._inline.docPr.get("descr") for image in made.inline_shapes] == [
        image._inline.docPr.get("descr") for image in ours.inline_shapes
    ]
