"""What pandoc and Quarto leave out of a DOCX: alternative texts, tables that hold together, language, fixed properties
and bytes. How columns share the width is decided in docx_columns.py."""

import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from pipeline.errors import RenderError
from pipeline.rendering.docx_columns import fit_columns

SPACE_BELOW_TABLE = Pt(12)
MOST_LETTERS_TOGETHER = 900  # a table of more may go on over the page
OWN_PROPERTIES = "docProps/custom.xml"
NO_PROPERTIES = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
)
TALLEST = 0.82  # of the text's height: the rest is for the caption


def finish(path: Path, *, title: str, language: str, alternatives: Sequence[str], epoch: int) -> None:
    """Complete the DOCX at `path` in place.

    Args:
        title: the document's title among its properties.
        language: a tag such as "en-GB".
        alternatives: the alternative text of each image, in order.
        epoch: seconds since 1970 (UTC): the date among the properties and of every file in the archive.

    Raises:
        RenderError: the document holds another number of images than there are alternative texts.
    """
    document = docx.Document(str(path))
    _describe_images(document, alternatives, path.name)
    _fit_images(document)
    _fill_contents(document)
    _break_pages_before(document)
    _drop_empty_paragraphs(document)
    _keep_captions(document)
    for table in document.tables:
        fit_columns(table, _text_width(document))
        _space_below(table)
        _keep_rows_whole(table)
        if _has_header(table):
            _repeat_header(table)
        if len("".join(table._tbl.itertext(qn("w:t")))) <= MOST_LETTERS_TOGETHER:
            _keep_together(table)
    _set_language(document, language)
    date = datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title, properties.language = title, language
    properties.created = properties.modified = date
    properties.last_modified_by, properties.revision = "", 1
    document.save(str(path))
    _rewrite(path, date)


def _describe_images(document: Document, alternatives: Sequence[str], name: str) -> None:
    images = list(document.element.body.iter(qn("wp:docPr")))
    if len(images) != len(alternatives):
        raise RenderError(
            "The images of a DOCX cannot be given their alternative texts.",
            where=name,
            found=f"{len(images)} images in the document",
            expected=f"{len(alternatives)} as in the source",
            fix="Keep images in the report's text; a style or a callout must not add one.",
        )
    for number, (image, alternative) in enumerate(zip(images, alternatives, strict=True), start=1):
        image.set("descr", alternative)
        image.set("id", str(number))
        image.attrib.pop("title", None)
        for inner in image.getparent().iter(qn("pic:cNvPr")):
            inner.set("descr", alternative)  # pandoc leaves the file's path here


def _fit_images(document: Document) -> None:
    """Shrink what is wider than the text, or so tall that its caption would go to the next page."""
    page, widest = document.sections[0], _text_width(document)
    tallest = int(TALLEST * _between(page.page_height, page.top_margin, page.bottom_margin))
    for image in document.element.body.iter(qn("wp:inline")):
        for side in ("distT", "distB", "distL", "distR"):
            image.set(side, "0")  # without it LibreOffice leaves a space beside the image
        extents = [*image.iter(qn("wp:extent")), *image.iter(qn("a:ext"))]
        extents = [extent for extent in extents if extent.get("cx")]
        width, height = int(extents[0].get("cx")), int(extents[0].get("cy"))
        scale = min(1.0, widest / width, tallest / height)
        for extent in extents:
            extent.set("cx", str(int(width * scale)))
            extent.set("cy", str(int(height * scale)))


def _text_width(document: Document) -> int:
    """In English metric units (914,400 to the inch)."""
    page = document.sections[0]
    return _between(page.page_width, page.left_margin, page.right_margin)


def _between(whole: int | None, before: int | None, after: int | None) -> int:
    """What the margins leave of a page; the reference document states all three."""
    return (whole or 0) - (before or 0) - (after or 0)


def _fill_contents(document: Document) -> None:
    """Put the headings, as links, into the empty field that pandoc leaves for the list of contents.

    Word fills it only after asking, other programs never. Page numbers come when a reader updates the field (F9).
    """
    field = next((run for run in document.element.body.iter(qn("w:instrText")) if run.text.startswith("TOC ")), None)
    if field is None:
        return
    depth = int(re.search(r"1-(\d)", field.text)[1])
    run = field.getparent()
    placeholder = run.getparent()
    start, _, end = run.findall(qn("w:fldChar"))
    start.attrib.pop(qn("w:dirty"), None)
    entries = []
    for heading in document.paragraphs:
        level = re.fullmatch(r"Heading (\d)", heading.style.name)
        mark = heading._p.getprevious()
        if level and int(level[1]) <= depth and mark is not None and mark.tag == qn("w:bookmarkStart"):
            entries.append(_entry(heading.text, mark.get(qn("w:name")), document.styles[f"toc {level[1]}"].style_id))
    if entries:  # the field begins in the first entry and ends in the last
        entries[0].pPr.addnext(run)
        entries[-1].pPr.append(parse_xml(f'<w:spacing {nsdecls("w")} w:after="280"/>'))
        last = OxmlElement("w:r")
        last.append(end)
        entries[-1].append(last)
        for entry in entries:
            placeholder.addprevious(entry)
        placeholder.getparent().remove(placeholder)


def _entry(text: str, anchor: str, style: str) -> BaseOxmlElement:
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:hyperlink w:anchor="{anchor}" w:history="1">'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:hyperlink></w:p>'
    )


def _break_pages_before(document: Document) -> None:
    """A page break as a property of the paragraph that follows it, not as an empty paragraph."""
    for paragraph in document.paragraphs:
        breaks = [mark for mark in paragraph._p.iter(qn("w:br")) if mark.get(qn("w:type")) == "page"]
        following = _following(paragraph._p)
        if breaks and _is_empty(paragraph) and following is not None and following.tag == qn("w:p"):
            Paragraph(following, document._body).paragraph_format.page_break_before = True
            paragraph._p.remove(breaks[0].getparent())


def _drop_empty_paragraphs(document: Document) -> None:
    """Space comes from styles. Only between two tables, which Word would make one, an empty paragraph has to stay."""
    for paragraph in document.paragraphs:
        before, after = paragraph._p.getprevious(), paragraph._p.getnext()
        between_tables = all(side is not None and side.tag == qn("w:tbl") for side in (before, after))
        last = after is None or after.tag == qn("w:sectPr")
        if _is_empty(paragraph) and not list(paragraph._p.iter(qn("w:br"))) and not between_tables and not last:
            paragraph._p.getparent().remove(paragraph._p)


def _keep_captions(document: Document) -> None:
    """A chart stays with the caption below it, a caption with the table below it, and none breaks over a page."""
    for paragraph in document.paragraphs:
        if paragraph.style.name in ("Captioned Figure", "Table Caption"):
            paragraph.paragraph_format.keep_with_next = True
        if paragraph.style.name in ("Image Caption", "Table Caption"):
            paragraph.paragraph_format.keep_together = True


def _following(element: BaseOxmlElement) -> BaseOxmlElement | None:
    """What comes after `element`: bookmarks, which show nothing, stand between."""
    return next((each for each in element.itersiblings() if not each.tag.startswith(qn("w:bookmark"))), None)


def _is_empty(paragraph: Paragraph) -> bool:
    """Whether `paragraph` shows nothing: no text, image, formula, field or mark of a section."""
    shows = ("w:drawing", "w:pict", "w:fldChar", "w:object", "w:sectPr", "m:oMath", "w:footnoteReference")
    return not paragraph.text.strip() and not list(paragraph._p.iter(*map(qn, shows)))


def _space_below(table: Table) -> None:
    """Word has no space after a table, so the paragraph that follows begins with one (headings have their own)."""
    following = _following(table._tbl)
    if following is not None and following.tag == qn("w:p"):
        paragraph = Paragraph(following, table._parent)
        if not paragraph.style.name.startswith("Heading"):
            paragraph.paragraph_format.space_before = SPACE_BELOW_TABLE


def _has_header(table: Table) -> bool:
    """Whether `table` holds data: layout tables, which Quarto makes around figures and callouts, have no header row."""
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    return look is not None and look.get(qn("w:firstRow")) in ("1", "true", "on")


def _keep_rows_whole(table: Table) -> None:
    """No row breaks over a page."""
    for row in table.rows:
        _mark(row._tr, "w:cantSplit")


def _repeat_header(table: Table) -> None:
    """The first row is repeated on each page."""
    _mark(table.rows[0]._tr, "w:tblHeader")


def _mark(row: BaseOxmlElement, tag: str) -> None:
    properties = row.get_or_add_trPr()
    for old in properties.findall(qn(tag)):
        properties.remove(old)
    properties.append(OxmlElement(tag))


def _keep_together(table: Table) -> None:
    """A short table stays on one page: each row is kept with the next."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _set_language(document: Document, language: str) -> None:
    """The language of the default style and of every run that names one: screen readers choose a voice by it."""
    for part in (document.styles.element, document.element):
        for element in part.iter(qn("w:lang")):
            element.set(qn("w:val"), language)
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults.find(qn("w:lang")) is None:
        element = OxmlElement("w:lang")
        element.set(qn("w:val"), language)
        defaults.append(element)


def _rewrite(path: Path, date: datetime) -> None:
    """Write the archive again in the same order, every file with the same date.

    The keys of a report's header, which pandoc keeps as properties of the reader's own, are left out.
    """
    with zipfile.ZipFile(path) as archive:
        files = [(name, NO_PROPERTIES if name == OWN_PROPERTIES else archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, date.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o600 << 16  # the same on Windows and on Linux
            archive.writestr(entry, content)
