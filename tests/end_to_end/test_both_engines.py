"""The whole site made by a real Quarto, where there is one, beside the embedded engine's: a reader cannot tell them apart."""

import re
import zipfile
from pathlib import Path

import pypdf
import pytest

from pipeline.rendering.engines import find_quarto
from tests.finished_site import make_site

QUARTO, REASON = find_quarto()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(QUARTO is None, reason=f"the real Quarto is not here: {REASON}")]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quarto") / "site"
    make_site(folder, engine="quarto")
    return folder


def reports(site: Path, suffix: str) -> list[str]:
    """The pages, documents or PDFs that an engine makes; pages of notebooks and documentation are not among them."""
    own = (path.relative_to(site) for path in site.rglob(f"*{suffix}"))
    return sorted(
        path.as_posix()
        for path in own
        if not {"notebooks", "docs"} & set(path.parts) and path.as_posix() != "profile/index.html"
    )


def plain(page: str) -> str:
    """A page's own part without what no reader meets: how elements are closed, classes of rows, places of line ends."""
    body = page[page.index("<body") : page.rindex("</body>")]
    body = re.sub(r"base64,[^\"')]+", "", body)
    body = re.sub(r'<tr class="(?:header|odd|even)">', "<tr>", body).replace('<table class="caption-top"', "<table")
    body = re.sub(r"\s*/>", ">", re.sub(r"\s+", " ", body)).replace("> <", "><")
    return body.replace("&quot;", '"').replace("&#39;", "'").replace("&gt;", ">").strip()


def test_every_page_is_the_same(site: Path, theirs: Path) -> None:
    names = reports(site, ".html")
    assert names == reports(theirs, ".html") and len(names) >= 7
    different = [
        name for name in names if plain((site / name).read_text("utf-8")) != plain((theirs / name).read_text("utf-8"))
    ]
    assert different == []


def test_every_word_document_is_the_same(site: Path, theirs: Path) -> None:
    names = reports(site, ".docx")
    assert names == reports(theirs, ".docx") and len(names) >= 5
    parts = ("word/document.xml", "word/styles.xml", "word/numbering.xml", "docProps/core.xml")
    for name in names:
        ours, others = zipfile.ZipFile(site / name), zipfile.ZipFile(theirs / name)
        assert {part: ours.read(part) == others.read(part) for part in parts} == dict.fromkeys(parts, True), name


def test_every_pdf_says_the_same_on_the_same_pages(site: Path, theirs: Path) -> None:
    names = reports(site, ".pdf")
    assert names == reports(theirs, ".pdf") and len(names) >= 5
    for name in names:
        texts = [[page.extract_text() for page in pypdf.PdfReader(folder / name).pages] for folder in (site, theirs)]
        assert texts[0] == texts[1], name
