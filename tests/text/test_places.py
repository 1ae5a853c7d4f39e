"""Any printable text in any place that people write in comes out as itself, in every format, by both engines."""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from matplotlib import rc_context
from matplotlib.figure import Figure
from python_calamine import CalamineWorkbook

from pipeline.characters import drawable, named_where, not_in_pdf
from pipeline.charts.style import house_style
from pipeline.files import unguarded
from pipeline.markdown import Markdown, escaped, md
from pipeline.notebooks.pages import to_html
from pipeline.publishing import Publication, save_figure
from pipeline.rendering.engines import find_quarto
from pipeline.rendering.reports import render
from tests.text.samples import FAR, NASTY, bare, squeezed, texts

STYLES = Path(__file__).resolve().parents[2] / "reports"
HERE = "03-places"
REPORT = """\
---
title: "{{< var place.title >}}"
lang: en-GB
spreadsheets: true
number-sections: true
bibliography: references.bib
---

## Results

The value is {{< var place.value >}}.

{{< include published/03-places/passages/words.md >}}

{{< include published/03-places/tables/rows.md >}}

{{< include published/03-places/figures/chart.md >}}

## References {.unnumbered}

::: {#refs}
:::
"""
FOUND, NO_QUARTO = find_quarto()
ENGINES = [
    "embedded",
    pytest.param("quarto", marks=pytest.mark.skipif(FOUND is None, reason=f"no Quarto: {NO_QUARTO}")),
]
PLACES = ("title", "value", "heading", "caption", "alternative", "passage", "cell")
counts: Counter = Counter()


@dataclass(frozen=True)
class Read:
    """What a format shows: in each place one text; `cells` and `passages` are the texts of a whole batch, in order."""

    title: str
    value: str
    heading: str
    caption: str
    alternative: str | None
    passages: list[str]
    cells: list[str]


def publish(root, batch):
    """A project with a report that has the first texts in places of their own, and the whole batch in cells and passages."""
    title, value, heading, caption, alternative = (batch * 5)[:5]
    reports = root / "reports"
    reports.mkdir(parents=True)
    (reports / "styles").symlink_to(STYLES / "styles", target_is_directory=True)
    (reports / "_quarto.yml").write_text((STYLES / "_quarto.yml").read_text(encoding="utf-8"), encoding="utf-8")
    (reports / "references.bib").write_text(
        "@book{a2012, title = {A}, author = {B, C}, year = {2012}}\n", encoding="utf-8"
    )
    (reports / "places.qmd").write_text(REPORT, encoding="utf-8")
    page = Publication(HERE, root=root)
    page.value("place.title", title)
    page.value("place.value", value)
    page.passage("words", Markdown("\n").join(md("- label: {}", text) for text in batch))
    page.table(
        "rows",
        pd.DataFrame({"number": range(len(batch)), "text": batch}),
        caption=caption,
        headings={"number": "Row", "text": heading},
    )
    figure = Figure()
    figure.text(0.5, 0.5, "x")
    page.figure(
        "chart",
        figure,
        caption=f"Chart: {caption}",
        alt=f"Alternative: {alternative}",
        data=pd.DataFrame({"text": batch}),
    )
    return title, value, heading, caption, alternative


def from_html(path):
    page = html.document_fromstring(path.read_bytes())
    assert not list(page.iter("script", "iframe", "object", "video", "audio", "embed"))
    assert all(each.get("src").startswith("data:image/") for each in page.iter("img"))
    links = {each.get("href") for each in page.iter("a")}
    assert not [each for each in links if "example.org" in each or each.startswith("mailto:")]
    shown = page.find(".//main") if page.find(".//main") is not None else page
    table = next(each for each in shown.iter("table") if len(each.findall(".//tbody/tr")) > 0)
    (image,) = page.iter("img")
    caption = next(each for each in shown.iter() if (each.get("id") or "").endswith("tbl-rows-caption"))
    return Read(
        page.find(".//title").text,
        _after(shown, "The value is "),
        table.findall(".//th")[1].text_content(),
        caption.text_content().partition(":")[2],
        image.get("alt").removeprefix("Alternative: "),
        [
            each.text_content().removeprefix("label: ")
            for each in shown.iter("li")
            if each.text_content()[:6] == "label:"
        ],
        [row[1].text_content() for row in table.findall(".//tbody/tr")],
    )


def _after(page, words):
    text = next(each.text_content() for each in page.iter("p") if each.text_content().startswith(words))
    return text.removeprefix(words).removesuffix(".")


def from_docx(path):
    document = Document(str(path))
    texts_ = [each.text for each in document.paragraphs]
    table = next(each for each in document.tables if len(each.columns) == 2)
    alternative = next(document.element.body.iter(qn("wp:docPr"))).get("descr")
    assert not [
        each for each in document.part.rels.values() if each.is_external and "data/chart.csv" not in each.target_ref
    ]
    return Read(
        document.core_properties.title,
        next(each for each in texts_ if each.startswith("The value is "))[13:-1],
        table.cell(0, 1).text,
        next(each for each in texts_ if each.startswith("Table\u00a01:")).partition(":")[2],
        alternative.removeprefix("Alternative: "),
        [each.removeprefix("label: ") for each in texts_ if each.startswith("label:")],
        [row.cells[1].text for row in table.rows[1:]],
    )


def from_workbook(path):
    """The data of the table as a spreadsheet program reads them, with its title and heading."""
    book = CalamineWorkbook.from_path(path)
    rows = book.get_sheet_by_name("rows").to_python()
    head = next(at for at, row in enumerate(rows) if row[0] == "Row")
    title = book.get_sheet_by_name(book.sheet_names[0]).to_python()[0][0]
    return title, rows[0][0].partition(": ")[2], rows[head][1], [row[1] for row in rows[head + 1 :]]


def differences(found, batch):
    """Texts that did not come out as themselves, each beside what came out."""
    assert len(found) == len(batch)
    return [(text, each) for text, each in zip(batch, found, strict=True) if squeezed(each) != squeezed(text)]


def assert_itself(read, expected, batch, name):
    title, value, heading, caption, alternative = expected
    for place, found, text in (
        ("title", read.title, title),
        ("value", read.value, value),
        ("heading", read.heading, heading),
        ("caption", read.caption, caption),
        ("alternative", read.alternative, alternative),
    ):
        assert squeezed(found) == squeezed(text), (name, place)
        counts[name, place] += 1
    assert differences(read.passages, batch) == [], (name, "passage")
    assert differences(read.cells, batch) == [], (name, "cell")
    counts[name, "passage"] += len(batch)
    counts[name, "cell"] += len(batch)


def assert_in_pdf(path, expected, batch):
    """A page breaks lines where it likes: every text stands between its neighbours, but for blanks."""
    shown = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    page = bare(shown)
    for text in [*batch, *expected[:4]]:
        named = bare(named_where(text, not_in_pdf))
        assert named in page or named.replace("-", "") in page.replace("-", ""), text
        counts["pdf", "cell"] += 1


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # each report takes seconds: none to shrink what fails
@example(batch=[*NASTY, *FAR])
@example(batch=[*FAR, *reversed(NASTY)])
@given(batch=st.lists(texts(), min_size=20, max_size=60))
def test_any_text_comes_out_of_a_report_as_itself(engine, batch, tmp_path_factory):
    root = tmp_path_factory.mktemp("places")
    expected = publish(root, batch)
    (root / "reports" / "secret.png").write_bytes(b"")  # nothing reads it
    render(root, ["places"], engine=engine)
    site = root / "reports" / "site"
    assert_itself(from_html(site / "places.html"), expected, batch, "html")
    assert_itself(from_docx(site / "places.docx"), expected, batch, "docx")
    assert_in_pdf(site / "places.pdf", expected, batch)
    for kind in ("xlsx", "ods"):
        title, caption, heading, cells = from_workbook(site / f"places.{kind}")
        assert differences(cells, batch) == [], kind
        assert [squeezed(title), heading] == [
            squeezed(expected[0]),
            re.sub(r"\$(?=\$)", "$ ", squeezed(expected[2])),
        ], kind
        assert squeezed(expected[3]).startswith(squeezed(caption)), kind
        counts[kind, "cell"] += len(batch) + 3
    table = pd.read_csv(site / "data" / "rows.csv", keep_default_na=False, dtype=str)
    assert list(table["text"].map(unguarded)) == batch
    assert not table["text"].str.match(r"[=+\-@]").any()
    counts["csv", "cell"] += len(batch)
    print(f"{engine}: {dict(counts)}; {sum(counts.values())} in all")


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@example(batch=list(NASTY))
@given(batch=st.lists(texts(), min_size=10, max_size=30))
def test_any_text_is_itself_in_a_chart(batch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("chart")
    house_style()
    with rc_context({"svg.fonttype": "none"}):
        figure = Figure(figsize=(5, len(batch) / 4))
        for at, text in enumerate(batch):
            figure.text(0.05, at / len(batch), text)
        save_figure(figure, folder / "chart")
    drawn = ["".join(each.itertext()) for each in etree.parse(folder / "chart.svg").iter("{*}text")]
    assert list(map(squeezed, drawn)) == [squeezed(drawable(text)) for text in batch]


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@example(batch=list(NASTY))
@given(batch=st.lists(texts(), min_size=10, max_size=30))
def test_any_text_is_itself_on_a_notebooks_page(batch):
    with pd.option_context("display.max_colwidth", None):
        table = pd.DataFrame({"text": batch}).to_html()
    said = Markdown("\n").join(md("- {}", text) for text in batch)
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": table, "text/plain": "x"}),
        nbformat.v4.new_output("display_data", {"text/markdown": str(said), "text/plain": "x"}),
        nbformat.v4.new_output("execute_result", {"text/plain": "\n".join(batch)}),
    ]
    cells = [
        nbformat.v4.new_markdown_cell(f"# 9. {escaped('A survey')}\n\nText."),
        nbformat.v4.new_code_cell("shown()", outputs=outputs, execution_count=1),
    ]
    page = html.document_fromstring(
        to_html(nbformat.v4.new_notebook(cells=cells), "09-staff-survey", ["09-staff-survey"])
    )
    assert not list(page.iter("script")) and not list(page.iter("img"))
    listed = [each.text_content() for each in page.xpath("//div[@class='output']//li")]
    assert list(map(squeezed, listed)) == list(map(squeezed, batch))
    cells = [row[-1].text_content() for row in page.xpath("//table/tbody/tr")]
    assert list(map(squeezed, cells)) == list(map(squeezed, batch))
    assert "\n".join(batch).strip() in "\n".join(each.text_content() for each in page.iter("pre"))
