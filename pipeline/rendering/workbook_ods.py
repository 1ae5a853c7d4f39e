"""An accessible workbook as ODS, by odfdo.

Tables are marked up as database ranges with a row of headings, which is what LibreOffice makes of the tables of an
XLSX file. The styles are our own: those that odfdo begins with are French.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document
from odfdo.utils import digit_to_alpha

from pipeline.rendering.workbook_layout import COVER_WIDTH, Cell, Layout, Sheet, shown

CM_OF_CHARACTER = 0.24  # at 12 points
CONTENT, META, SETTINGS, STYLES = "content.xml", "meta.xml", "settings.xml", "styles.xml"
TITLE, SECTION, TEXT, MARKER = "Heading_20_1", "Heading_20_2", "Text", "Marker"
FITTED, WIDE = "Default", "Wide"  # pages: one that a table's width is scaled to, and one that is not
LINE = "Line"  # above a table: not wrapped, it goes on over the columns beside it
TEXT_HEADING, NUMBER_HEADING = "Column_20_heading", "Column_20_heading_20_of_20_numbers"
SPACES = re.compile("^ +| {2,}| +$")  # which a reader of ODF drops, unless they are marked
NAMESPACES = " ".join(
    [
        *(
            f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for prefix, name in {
                "office": "office",
                "style": "style",
                "table": "table",
                "text": "text",
                "number": "datastyle",
                "fo": "xsl-fo-compatible",
                "svg": "svg-compatible",
            }.items()
        ),
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
    ]
)


def save(layout: Layout, path: Path, date: datetime) -> None:
    """Write `layout` at `path`; `date` is the workbook's date of creation."""
    forms = sorted({column.form for sheet in layout.sheets for column in sheet.columns if column.form})
    document = Document("ods")
    for part, text in (
        (SETTINGS, f'<office:document-settings {NAMESPACES} office:version="1.4"/>'),
        (STYLES, _styles(layout.language, forms)),
        (CONTENT, _content(layout)),
    ):
        document.container.set_part(part, text.encode())
    meta = document.meta
    meta.title, meta.subject, meta.language = layout.title, layout.subject, layout.language
    meta.creation_date = meta.date = date
    for stale in ("meta:generator", "meta:user-defined", "meta:document-statistic"):  # of odfdo's own empty document
        for element in meta.get_elements(f"//{stale}"):
            element.delete()
    document.container.set_part(META, meta.serialize())
    document.container.save(path)  # the document's own `save` would read every cell again to look for what to mend


def _content(layout: Layout) -> str:
    """The part content.xml, written as text: odfdo takes minutes for a hundred thousand cells one by one."""
    widths = sorted({column.width for sheet in layout.sheets for column in sheet.columns} | {COVER_WIDTH})
    ranges = "".join(map(_range, layout.sheets))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} office:version="1.4">'
        f"<office:automatic-styles>{''.join(_automatic_styles(widths))}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{_cover(layout)}{''.join(map(_sheet, layout.sheets))}"
        f"<table:database-ranges>{ranges}</table:database-ranges></office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def _cover(layout: Layout) -> str:
    cells = [_text(layout.title, TITLE)]
    for heading, paragraphs in [("Introductory information", layout.introduction), ("About these data", layout.about)]:
        if paragraphs:
            cells += [_text(heading, SECTION), *(_text(text, TEXT) for text in paragraphs)]
    return _table("Cover", [COVER_WIDTH], FITTED, map(_row, cells))


def _sheet(sheet: Sheet) -> str:
    header = "".join(_text(column.heading, NUMBER_HEADING if column.form else TEXT_HEADING) for column in sheet.columns)
    links = sheet.links or [""] * len(sheet.rows)
    rows = [
        _row(_text(sheet.title, TITLE)),
        *(_row(_text(line, LINE)) for line in sheet.lines),
        f"<table:table-header-rows>{_row(header)}</table:table-header-rows>",
    ]
    for row, link in zip(sheet.rows, links, strict=True):
        cells = [_cell(value, column.form) for value, column in zip(row, sheet.columns, strict=True)]
        if link:
            cells[0] = _text(str(row[0]), TEXT, link)
        rows.append(_row("".join(cells)))
    return _table(sheet.name, [column.width for column in sheet.columns], FITTED if sheet.fits_page else WIDE, rows)


def _table(name: str, widths: Iterable[int], page: str, rows: Iterable[str]) -> str:
    columns = "".join(f'<table:table-column table:style-name="width{width}"/>' for width in widths)
    return f'<table:table table:name={quoteattr(name)} table:style-name="{page}">{columns}{"".join(rows)}</table:table>'


def _row(cells: str) -> str:
    return f'<table:table-row table:style-name="row">{cells}</table:table-row>'


def _cell(value: Cell, form: str | None) -> str:
    if isinstance(value, str):
        return _text(value, MARKER if form else TEXT)
    return (
        f'<table:table-cell table:style-name="{_number_style(form) if form else TEXT}" office:value-type="float" '
        f'office:value="{value}"><text:p>{shown(value, form)}</text:p></table:table-cell>'
    )


def _text(text: str, style: str, link: str = "") -> str:
    """A paragraph for each line, as LibreOffice writes them; never a formula, whatever the text begins with."""
    lines = [SPACES.sub(lambda run: f'<text:s text:c="{len(run[0])}"/>', escape(line)) for line in text.split("\n")]
    if link:
        target = quoteattr(f"#'{link}'.A1")
        lines = [
            f'<text:a xlink:type="simple" xlink:href={target} text:style-name="Link">{line}</text:a>' for line in lines
        ]
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphs}</table:table-cell>'


def _range(sheet: Sheet) -> str:
    first = len(sheet.lines) + 2
    corners = [
        f"$'{sheet.name}'.$A${first}",
        f"$'{sheet.name}'.${digit_to_alpha(len(sheet.columns) - 1)}${first + len(sheet.rows)}",
    ]
    address = quoteattr(":".join(corners))
    return (
        f'<table:database-range table:name="{sheet.table_name}" table:target-range-address={address} '
        'table:contains-header="true" table:display-filter-buttons="false"/>'
    )


def _number_style(form: str) -> str:
    """A name of letters and digits only: "#,##0.00" is Number_20_grouped_20_2."""
    return f"Number_20_{'grouped_20_' if ',' in form else ''}{len(form.partition('.')[2])}"


def _automatic_styles(widths: Iterable[int]) -> Iterator[str]:
    for page in (FITTED, WIDE):
        yield (
            f'<style:style style:name="{page}" style:family="table" style:master-page-name="{page}">'
            '<style:table-properties table:display="true"/></style:style>'
        )
    yield (
        '<style:style style:name="row" style:family="table-row">'
        '<style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
    )
    for width in widths:
        yield (
            f'<style:style style:name="width{width}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width * CM_OF_CHARACTER + 0.5:.2f}cm"/>'
            "</style:style>"
        )


def _styles(language: str, forms: Iterable[str]) -> str:
    language, _, country = language.partition("-")
    font = 'fo:font-family="Arial" style:font-family-generic="swiss"'
    wrap = 'fo:wrap-option="wrap" style:vertical-align="top"'
    right = '<style:paragraph-properties fo:text-align="end"/>'
    numeric = f'{wrap} fo:padding-right="0.3cm" style:text-align-source="fix"'
    bold = '<style:text-properties fo:font-weight="bold"/>'
    line = 'fo:border-bottom="0.5pt solid #000000" fo:padding-bottom="0.1cm"'

    def cell(name: str, properties: str, rest: str = "", data: str = "") -> str:
        return (
            f'<style:style style:name="{name}" style:display-name="{name.replace("_20_", " ")}" '
            f'style:family="table-cell" style:parent-style-name="Default" {data}>'
            f"<style:table-cell-properties {properties}/>{rest}</style:style>"
        )

    numbers = "".join(
        f'<number:number-style style:name="N{number}"><number:number number:min-integer-digits="1" '
        f'number:decimal-places="{len(form.partition(".")[2])}" '
        f'number:min-decimal-places="{len(form.partition(".")[2])}" '
        f'number:grouping="{"true" if "," in form else "false"}"/></number:number-style>'
        + cell(_number_style(form), numeric, right, f'style:data-style-name="N{number}"')
        for number, form in enumerate(forms, start=1)
    )
    layouts = [
        f'<style:page-layout style:name="{page}"><style:page-layout-properties fo:page-width="29.7cm" '
        f'fo:page-height="21cm" style:print-orientation="landscape" fo:margin="2cm" {scale}/></style:page-layout>'
        for page, scale in ((FITTED, 'style:scale-to-X="1" style:scale-to-Y="0"'), (WIDE, 'style:scale-to="100%"'))
    ]
    masters = [
        f'<style:master-page style:name="{page}" style:page-layout-name="{page}"><style:header style:display="false"/>'
        '<style:footer style:display="false"/></style:master-page>'
        for page in (FITTED, WIDE)
    ]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {NAMESPACES} office:version="1.4">'
        f'<office:styles><style:default-style style:family="table-cell">'
        f'<style:text-properties {font} fo:font-size="12pt" '
        f"fo:language={quoteattr(language)} fo:country={quoteattr(country or 'none')}/></style:default-style>"
        '<style:style style:name="Default" style:family="table-cell"/>'
        '<style:style style:name="Link" style:family="text">'
        '<style:text-properties fo:color="#0000ff" style:text-underline-style="solid"/></style:style>'
        + cell(TITLE, 'fo:wrap-option="no-wrap"', '<style:text-properties fo:font-size="16pt" fo:font-weight="bold"/>')
        + cell(SECTION, wrap, '<style:text-properties fo:font-size="14pt" fo:font-weight="bold"/>')
        + cell(LINE, 'fo:wrap-option="no-wrap"')
        + cell(TEXT, wrap)
        + cell(MARKER, numeric, right)
        + cell(TEXT_HEADING, f"{wrap} {line}", bold)
        + cell(NUMBER_HEADING, f"{numeric} {line}", right + bold)
        + numbers
        + f"</office:styles><office:automatic-styles>{''.join(layouts)}</office:automatic-styles>"
        f"<office:master-styles>{''.join(masters)}</office:master-styles></office:document-styles>"
    )
