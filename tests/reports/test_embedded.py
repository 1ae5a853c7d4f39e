"""The sample as a reader meets it, in each of the three formats of the embedded engine."""

import itertools
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from pipeline.errors import RenderError
from pipeline.rendering.reports import render

ALTERNATIVE = "Managers agree more often (88) than social workers (76)."
HEADINGS = ["Summary", "1 What staff said", "1.1 By role", "2 Every row", "References"]
CAPTIONS = [
    "Figure 1: Agreement by role, per cent",
    "Table 1: Answers to two statements, per cent of those asked",
    "Table 2: Every statement",
]
SENTENCES = [
    "Staff said 76 times that they agreed",
    "Of 483 social workers, 76 agreed: see Figure 1 in Section 1",
    "all rows in Table 2 (1 and Panel 1)",
    "Back to what staff said and Section 1.1.",
    "Munro 2011",
    "A footnote with 483 in it.",
    "How to read this",
    "Code such as @fig-none stays",
    "{{< var name >}}",
    "staff@example.org",
]


def plain(text: str) -> str:
    """Spaces of every width as one blank."""
    return re.sub(r"\s+", " ", text)


class Page(HTMLParser):
    """The elements and the text of a page, in order."""

    def __init__(self, source: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(source)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "br", "hr", "col"):
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.elements if name == tag]


def alternatives_in(pdf: pypdf.PdfReader) -> list[str]:
    """The alternative texts in a PDF's structure tree."""
    found, stack = [], [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        node = stack.pop().get_object()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            found += [node["/Alt"]] if "/Alt" in node else []
            stack.extend([node["/K"]] if "/K" in node else [])
    return found


@pytest.fixture(scope="session")
def page(rendered: Path) -> Page:
    return Page((rendered / "sample.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def document(rendered: Path) -> docx.document.Document:
    return docx.Document(str(rendered / "sample.docx"))


@pytest.fixture(scope="session")
def pdf(rendered: Path) -> pypdf.PdfReader:
    return pypdf.PdfReader(rendered / "sample.pdf")


# --- The same content in each format -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def texts(page: Page, document: docx.document.Document, pdf: pypdf.PdfReader, rendered: Path) -> dict[str, str]:
    """The running text of each format."""
    with zipfile.ZipFile(rendered / "sample.docx") as archive:
        notes = re.sub(r"<[^>]*>", "", archive.read("word/footnotes.xml").decode("utf-8"))
    body = "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    return {
        "html": plain(page.texts["body"][0]),
        "docx": plain(body + " " + notes),
        "pdf": plain(" ".join(page.extract_text() for page in pdf.pages)),
    }


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [*SENTENCES, *CAPTIONS, *HEADINGS])
def test_every_format_says_the_same(texts: dict[str, str], wanted: str) -> None:
    for name, text in texts.items():
        assert wanted.replace(" ", "") in text.replace(" ", ""), name


def test_no_format_shows_markdown_or_a_mark_of_something_missing(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        left = text.replace("{{< var name >}}", "").replace("@fig-none", "").replace("@not-a-citation", "")
        assert not re.search(r"\?@|\?var|\{\{<|:::|\{#|@fig|@tbl|@sec|@munro|\*\*|\]\(|\|--", left), name
        assert all(f"Statement {n}" in text for n in range(1, 71)), name


# --- HTML ---------------------------------------------------------------------------------------------------------


def test_html_loads_nothing(rendered: Path, page: Page) -> None:
    loaded = [
        attributes[key]
        for _, attributes in page.elements
        for key in ("src", "srcset", "poster", "data")
        if key in attributes
    ]
    assert loaded and all(address.startswith("data:") for address in loaded)
    links = list(page.all("link"))
    assert all(link["href"].startswith("data:") for link in links)
    assert not page.all("script")
    source = (rendered / "sample.html").read_text(encoding="utf-8")
    assert not re.findall(r"url\((?!['\"]?data:)|@import", source)


def test_html_is_built_for_screen_readers(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.texts["title"] == ["Support & outcomes: a sample"] and len(page.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert [len(page.all(landmark)) for landmark in ("header", "nav", "main", "footer")] == [2, 2, 1, 1]
    assert [nav.get("aria-label") or nav["aria-labelledby"] for nav in page.all("nav")] == ["Site", "toc-title"]
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}
    assert [image["alt"] for image in page.all("img")] == [ALTERNATIVE]
    heads = [cell.get("scope") for cell in page.all("th")]
    assert (
        heads.count("col") == 6 + 2 and heads.count("row") == 2 + 70 and len(heads) == 80
    )  # statements head their numbers


def test_html_links_lead_to_something_that_is_there_once(page: Page) -> None:
    identifiers = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(identifiers) == len(set(identifiers))
    targets = [link["href"] for link in page.all("a") if link["href"].startswith("#")]
    assert {"#fig-agreement", "#tbl-rows", "#sec-support", "#ref-munro2011"} <= set(targets)
    assert {target[1:] for target in targets} <= set(identifiers)
    named = {attributes[key] for _, attributes in page.elements for key in ("aria-labelledby",) if key in attributes}
    assert named <= set(identifiers)


def test_html_tables_and_charts_scroll_in_boxes_that_a_keyboard_reaches(page: Page) -> None:
    boxes = [attributes for _, attributes in page.elements if attributes.get("class") == "scroll"]
    assert [box["aria-labelledby"] for box in boxes] == [
        "fig-agreement-caption",
        "tbl-wide-caption",
        "tbl-rows-caption",
    ]
    assert all(box["tabindex"] == "0" and box["role"] == "region" for box in boxes)


# --- DOCX ---------------------------------------------------------------------------------------------------------


def test_docx_has_real_headings_below_a_title(document: docx.document.Document) -> None:
    styled = [(paragraph.style.name, plain(paragraph.text)) for paragraph in document.paragraphs]
    assert styled[0] == ("Title", "Support & outcomes: a sample")
    assert [(name[-1], text) for name, text in styled if name.startswith("Heading")] == list(
        zip("11211", HEADINGS, strict=True)
    )


def test_docx_images_have_alternative_texts_and_fit(document: docx.document.Document) -> None:
    assert [image.get("descr") for image in document.element.body.iter(qn("wp:docPr"))] == [ALTERNATIVE]
    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    assert all(shape.width <= width for shape in document.inline_shapes)


def test_docx_tables_repeat_their_header_and_keep_rows_whole(document: docx.document.Document) -> None:
    data = [table for table in document.tables if table.style.name == "Table"]
    assert [len(table.rows) for table in data] == [3, 71]
    for table in data:
        headers = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert headers == [True] + [False] * (len(table.rows) - 1)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_docx_contents_are_filled_and_ask_nothing(document: docx.document.Document) -> None:
    entries = [
        paragraph
        for paragraph in document.element.body.iter(qn("w:p"))
        if paragraph.pPr is not None and str(paragraph.pPr.style).startswith("toc")
    ]
    assert [plain("".join(node.text for node in entry.iter(qn("w:t")))) for entry in entries] == HEADINGS
    marks = {mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for entry in entries for link in entry.iter(qn("w:hyperlink"))} <= marks
    assert not [field for field in document.element.body.iter(qn("w:fldChar")) if field.get(qn("w:dirty"))]


def test_docx_knows_its_language_title_and_paper(document: docx.document.Document) -> None:
    languages = {
        element.get(qn("w:val"))
        for part in (document.element, document.styles.element)
        for element in part.iter(qn("w:lang"))
    }
    assert languages == {"en-GB"} and document.core_properties.language == "en-GB"
    assert document.core_properties.title == "Support & outcomes: a sample"
    assert (round(document.sections[0].page_width.mm), round(document.sections[0].page_height.mm)) == (210, 297)


# --- PDF ----------------------------------------------------------------------------------------------------------


def test_pdf_is_tagged_and_declares_its_standard(pdf: pypdf.PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Support & outcomes: a sample"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    assert "/CreationDate" not in pdf.metadata


def test_pdf_has_an_outline_on_a4_pages(pdf: pypdf.PdfReader) -> None:
    flat = [entry for item in pdf.outline for entry in (item if isinstance(item, list) else [item])]
    assert [plain(entry.title) for entry in flat if plain(entry.title) != "Contents"] == HEADINGS
    assert all((round(p.mediabox.width), round(p.mediabox.height)) == (595, 842) for p in pdf.pages)


def test_pdf_repeats_a_tables_header_on_the_next_page(pdf: pypdf.PdfReader) -> None:
    with_rows = [text for text in (page.extract_text() for page in pdf.pages) if re.search(r"Statement \d+", text)]
    assert len(with_rows) >= 2 and all(re.search(r"Statement\s+Agree", text) for text in with_rows)


def test_pdf_carries_its_alternative_text_and_fonts_of_its_own(pdf: pypdf.PdfReader) -> None:
    assert alternatives_in(pdf) == [ALTERNATIVE]
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in pdf.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts and all(name.startswith(("LibertinusSerif", "DejaVuSansMono")) for name in fonts)


# --- What the engines say -----------------------------------------------------------------------------------------


def test_what_typst_refuses_is_an_error_of_the_report(project: Path) -> None:
    styles = project / "reports" / "styles"
    real = styles.resolve()
    styles.unlink()
    shutil.copytree(real, styles)
    with open(styles / "typst-template.typ", "a", encoding="utf-8") as template:
        template.write("\n#no-such-function()\n")
    (project / "reports" / "sample.qmd").write_text("---\ntitle: A\nformat: typst\n---\n\nText.\n", encoding="utf-8")
    with pytest.raises(RenderError, match="typst could not set sample.qmd") as caught:
        render(project, engine="embedded")
    assert "no-such-function" in str(caught.value)


def test_what_pandoc_warns_of_is_an_error_of_the_report(project: Path) -> None:
    (project / "reports" / "sample.qmd").write_text(
        "---\ntitle: A\nformat: html\n---\n\nA share of $\\begin{none} x$.\n", encoding="utf-8"
    )
    with pytest.raises(RenderError, match="pandoc could not render sample.qmd") as caught:
        render(project, engine="embedded")
    assert "Could not convert TeX math" in str(caught.value)


def test_a_formula_is_read_out_in_the_pdf(project: Path) -> None:
    (project / "reports" / "sample.qmd").write_text(
        "---\ntitle: A\n---\n\nA base of $n_i$ and\n\n$$\\frac{a}{b}$$\n", encoding="utf-8"
    )
    made = {path.suffix: path for path in render(project, engine="embedded")}
    assert "<math" in made[".html"].read_text(encoding="utf-8")
    assert sorted(alternatives_in(pypdf.PdfReader(made[".pdf"]))) == ["\\frac{a}{b}", "n_i"]
