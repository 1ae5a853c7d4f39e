"""The conditions of the Matterhorn protocol by which a PDF fails PDF/UA-1, as far as a machine can check them here.

Numbers are those of the protocol (version 1.1) of the PDF Association. What asks for human judgement, and what the
reports never hold (forms, media, scripts, attachments), is left out. Conditions of our own begin with "GT".
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pypdf
from lxml import etree
from pypdf.generic import BooleanObject

from .pdf_structure import Element, drawn, fonts, resolved, role_map, structure

YES = BooleanObject(True)  # to compare with: in an `if`, pypdf's false is true
UA_IDENTIFIER = "{http://www.aiim.org/pdfua/ns/id/}part"
DUBLIN_CORE_TITLE = "{http://purl.org/dc/elements/1.1/}title"
STANDARD = {
    f"/{role}"
    for role in (
        "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl "
        "LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu "
        "WT WP Figure Formula Form"
    ).split()
}
PARENTS = {
    "/TR": {"/Table", "/THead", "/TBody", "/TFoot"},
    "/TH": {"/TR"},
    "/TD": {"/TR"},
    "/THead": {"/Table"},
    "/TBody": {"/Table"},
    "/TFoot": {"/Table"},
    "/LI": {"/L"},
    "/LBody": {"/LI"},
    "/TOCI": {"/TOC"},
}
CHILDREN = {
    "/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"},
    "/TR": {"/TH", "/TD"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TFoot": {"/TR"},
    "/L": {"/LI", "/L", "/Caption"},
    "/LI": {"/Lbl", "/LBody"},
    "/TOC": {"/TOC", "/TOCI", "/Caption"},
}
Check = Callable[[pypdf.PdfReader, Element], Iterator[str]]
CONDITIONS: dict[str, tuple[str, Check]] = {}


def condition(number: str, what: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        CONDITIONS[number] = (what, check)
        return check

    return keep


def failures(pdf: pypdf.PdfReader) -> list[str]:
    """Every failure of `pdf` as "condition: where"; none, if it passes."""
    tree = structure(pdf)
    return [f"{number}: {found}" for number, (_, check) in CONDITIONS.items() for found in check(pdf, tree)]


@condition("01-003 to 01-005", "All that is drawn is either tagged or marked as an artefact, and not both")
def _marked(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    tagged = {mark for element in tree.all() for mark in element.marks}
    for number, page in enumerate(pdf.pages, start=1):
        key = page.indirect_reference.idnum
        try:
            everything = drawn(page, pdf)
        except ValueError as error:
            yield f"page {number}: {error}"
            continue
        if both := sum(each.is_artefact and bool(each.identifiers) for each in everything):
            yield f"page {number}: {both} drawing operations are both"
        if neither := sum(
            not each.is_artefact and tagged.isdisjoint((key, mark) for mark in each.identifiers) for each in everything
        ):
            yield f"page {number}: {neither} drawing operations are neither"


@condition("01-007", "No tag is suspect")
def _suspect(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    if pdf.trailer["/Root"].get("/MarkInfo", {}).get("/Suspects") == YES:
        yield "Suspects is true"


@condition("02-001, 02-003, 02-004", "Roles lead to standard ones, in no circle, and no standard role is remapped")
def _roles(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    roles = role_map(pdf)
    yield from (f"{role} is remapped" for role in roles if role in STANDARD)
    used = {element.role for element in tree.all()} - {"/Root"}
    yield from (f"{role} means nothing" for role in sorted(used | set(roles)) if resolved(role, roles) not in STANDARD)


@condition("06-001 to 06-004", "Metadata say that it is PDF/UA-1, and its title")
def _metadata(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    if "/Metadata" not in pdf.trailer["/Root"]:
        yield "no metadata"
        return
    packet = pdf.trailer["/Root"]["/Metadata"].get_data().decode().lstrip("\ufeff")
    xmp = etree.fromstring(re.sub(r"<\?xpacket.*?\?>", "", packet, flags=re.DOTALL).strip())
    if not any(each.text == "1" for each in xmp.iter(UA_IDENTIFIER)):
        yield "no pdfuaid:part of 1"
    if not any("".join(each.itertext()).strip() for each in xmp.iter(DUBLIN_CORE_TITLE)):
        yield "no dc:title"


@condition("07-001, 07-002", "A window shows the title, not the name of the file")
def _title(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    if pdf.trailer["/Root"].get("/ViewerPreferences", {}).get("/DisplayDocTitle") != YES:
        yield "DisplayDocTitle is not true"


@condition("09-004 to 09-007", "Tables, lists and contents are put together as their roles demand")
def _nesting(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    for parent in tree.all():
        for child in parent.children:
            if (child.standard in PARENTS and parent.standard not in PARENTS[child.standard]) or (
                parent.standard in CHILDREN and child.standard not in CHILDREN[parent.standard]
            ):
                yield f"{child.standard} in {parent.standard}"


@condition("10-001", "Every character has its Unicode value")
def _characters(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    yield from (name for name, font in fonts(pdf).items() if "/ToUnicode" not in font)


@condition("11-001 to 11-007", "The language is known")
def _language(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    if not re.fullmatch("[a-z]{2}(-[A-Z]{2})?", str(pdf.trailer["/Root"].get("/Lang", ""))):
        yield "the document has no Lang"


@condition("13-004", "Every figure has an alternative text")
def _figures(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    yield from _without_text(tree, "/Figure")


@condition("14-002, 14-003", "Headings begin with level 1 and leave out none")
def _headings(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    levels = [0, *(int(each.standard[2:]) for each in tree.all(*(f"/H{n}" for n in range(1, 7))))]
    yield from (f"level {after} after {before}" for before, after in pairwise(levels) if after > before + 1)


@condition("14-007", "Headings are numbered, or none is")
def _kinds_of_headings(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    if list(tree.all("/H")) and list(tree.all("/H1")):
        yield "both H and H1"


@condition("15-003", "Every heading of a table says what it is the heading of")
def _scopes(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    for cell in tree.all("/TH"):
        if cell.attribute("/Table", "/Scope") not in ("/Row", "/Column", "/Both"):
            yield "a TH without Scope"


@condition("17-002", "Every formula has an alternative text")
def _formulas(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    yield from _without_text(tree, "/Formula")


@condition("19-003, 19-004", "Every note has an identifier of its own")
def _notes(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    identifiers = [note.raw.get("/ID") for note in tree.all("/Note")]
    if None in identifiers or len(set(identifiers)) < len(identifiers):
        yield "a Note without an ID of its own"


@condition("28-008", "The order of the tabulator is that of the structure")
def _tabs(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    yield from (
        f"page {number}"
        for number, page in enumerate(pdf.pages, start=1)
        if "/Annots" in page and page.get("/Tabs") != "/S"
    )


@condition("28-011", "Every link is tagged as one")
def _links(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    tagged = [annotation for link in tree.all("/Link") for annotation in link.objects]
    for number, annotation in _annotations(pdf):
        if not any(annotation is each for each in tagged):
            yield f"page {number}"


@condition("28-012", "Every link says where it leads")
def _descriptions(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    yield from (
        f"page {number}: {annotation.get('/Contents')!r}"
        for number, annotation in _annotations(pdf)
        if not re.match(r"[\s“]*\w", str(annotation.get("/Contents", "")))
    )


@condition("31-009", "Every font is in the file")
def _fonts(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    for name, font in fonts(pdf).items():
        described = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.get("/FontDescriptor", {})):
            yield name


@condition("GT-1", "It is tagged, and every page has something in the structure")
def _tagged(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    if pdf.trailer["/Root"].get("/MarkInfo", {}).get("/Marked") != YES:
        yield "Marked is not true"
    with_content = {page for element in tree.all() for page, _ in element.marks}
    yield from (
        f"page {number}"
        for number, page in enumerate(pdf.pages, start=1)
        if page.indirect_reference.idnum not in with_content
    )


@condition("GT-2", "Every heading has a bookmark, in the same order")
def _bookmarks(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    headings = [_plain(each.raw.get("/T", "")) for each in tree.all("/H1", "/H2", "/H3", "/H4")]
    bookmarks = [_plain(title) for title in _titles(pdf.outline)]
    if [title for title in headings if title != "Contents"] != [title for title in bookmarks if title != "Contents"]:
        yield f"headings {headings}, bookmarks {bookmarks}"


@condition("GT-3", "Rows of a table have as many cells as its heading, and figures and formulas a place on the page")
def _shapes(pdf: pypdf.PdfReader, tree: Element) -> Iterator[str]:
    for table in tree.all("/Table"):
        widths = {row.number_of_columns for row in table.all("/TR")}
        if len(widths) != 1 or not list(table.all("/TH")):
            yield f"a table with rows of {sorted(widths)} cells and {len(list(table.all('/TH')))} headings"
    yield from (
        f"a {each.standard} without BBox"
        for each in tree.all("/Figure", "/Formula")
        if not each.attribute("/Layout", "/BBox")
    )


def _without_text(tree: Element, role: str) -> Iterator[str]:
    for number, element in enumerate(tree.all(role), start=1):
        if not str(element.raw.get("/Alt") or element.raw.get("/ActualText") or "").strip():
            yield f"{role} {number}"


def _annotations(pdf: pypdf.PdfReader) -> Iterator[tuple[int, dict]]:
    for number, page in enumerate(pdf.pages, start=1):
        for annotation in page.get("/Annots", []):
            yield number, annotation.get_object()


def _titles(outline: list) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield entry.title


def _plain(text: object) -> str:
    return " ".join(str(text).split())
