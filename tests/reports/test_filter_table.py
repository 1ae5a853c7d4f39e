"""A long table in a web page: whole without a script, and with it filtered by choices and words, in a real browser."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from pipeline.chapters.evidence.sections import Chapter, all_passages
from pipeline.evidence.reading import read_evidence
from pipeline.evidence.second_coding import read_second_coding
from pipeline.publishing import Publication
from pipeline.rendering.reports import render

REPORTS = Path(__file__).resolve().parents[2] / "reports"
SOURCE = """---
title: "Passages"
lang: en-GB
format: html
{switch}
---

::: {{filters="Document; Outcome; Strength"}}

{{{{< include published/05-example/tables/passages.md >}}}}

:::
"""
ROWS = [
    ("Alpha 2012", "Safety", "Claims", "Teams that talk keep children safe."),
    ("Alpha 2012", "Safety", "Shows", "A named case: a café meeting | changed the plan."),
    ("Alpha 2012", "Morale", "Shows", "Praise lifts mood."),
    ("Beta 2016", "Safety", "Shows", "Fewer visits were missed."),
    ("Beta 2016", "Not stated", "Claims", "A team room was opened."),
]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Works the controls as a reader does and leaves what is to be seen after each step in the page.
DRIVE = r"""<script>
const seen = [], errors = [];
const field = (label) => document.getElementById(
  [...document.querySelectorAll(".filter label")].find((each) => each.textContent === label).htmlFor);
const look = (step) => seen.push([step, document.querySelector("[role=status]").textContent,
  [...document.querySelectorAll("tbody tr")].filter((row) => row.offsetHeight > 0).map(
    (row) => row.cells[3].textContent.replace(/\s+/g, " "))]);
const set = (label, value) => { const one = field(label); one.value = value;
  one.dispatchEvent(new Event("input", { bubbles: true })); };
const rest = () => new Promise((done) => setTimeout(done, 400));
window.addEventListener("error", (event) => errors.push(event.message));
addEventListener("load", async () => {
  look("start");
  set("Document", "Beta 2016"); await rest(); look("one document");
  set("Strength", "Shows"); await rest(); look("and shown");
  document.querySelector(".filter button").click(); await rest(); look("reset");
  set("Words", "CAFE  plan"); await rest(); look("words");
  set("Outcome", "Morale"); await rest(); look("none");
  const reach = [...document.querySelectorAll("input, select, button, .scroll")].filter((one) => one.tabIndex >= 0);
  const report = { seen: seen, errors: errors, reach: reach.map((one) => one.tagName),
    labels: [...document.querySelectorAll(".filter label")].map((one) => one.textContent),
    choices: [...field("Outcome").options].map((one) => one.textContent) };
  document.body.innerHTML = "<pre id='report'></pre>";
  document.getElementById("report").textContent = JSON.stringify(report);
});
</script>"""
# The same table as Quarto writes it.
AS_QUARTO = """<!DOCTYPE html><html lang="en"><body><div data-filters="Document; Outcome; Strength">
<div id="tbl-passages" class="quarto-float"><figure class="quarto-float quarto-float-tbl">
<figcaption>Table 1</figcaption><div aria-describedby="tbl-passages-caption"><table class="caption-top table">
<colgroup><col></colgroup><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></figure></div>
</div><script>{script}</script></body></html>"""


def project_in(folder: Path, switch: str = "filterable: true") -> Path:
    reports = folder / "reports"
    reports.mkdir(parents=True)
    (reports / "styles").symlink_to(REPORTS / "styles", target_is_directory=True)
    (reports / "passages.qmd").write_text(SOURCE.format(switch=switch), encoding="utf-8")
    publish = Publication("05-example", root=folder)
    table = pd.DataFrame(ROWS, columns=["Document", "Outcome", "Strength", "In short"])
    publish.table("passages", table, "Every passage.", widths=[2, 2, 2, 6])
    render(folder, engine="embedded")
    return reports / "site" / "passages.html"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return project_in(tmp_path_factory.mktemp("filterable"))


def driven(page: str, folder: Path) -> dict:
    """What is to be seen in `page` after each step of DRIVE, in Chromium without a network."""
    path = folder / "driven.html"
    path.write_text(page.replace("</body>", f"{DRIVE}</body>"), encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=10000",
        "--dump-dom",
        f"--user-data-dir={folder / 'profile'}",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    done = subprocess.run(
        [CHROMIUM, *options, path.as_uri()], capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    found = re.search(r"<pre id=.report.>(.*?)</pre>", done.stdout, re.DOTALL)
    assert found, done.stderr[-1500:]
    return json.loads(html.unescape(found[1]))


def expected() -> list:
    texts = [row[3] for row in ROWS]
    return [
        ["start", "All 5 rows are shown.", texts],
        ["one document", "2 of 5 rows are shown.", texts[3:]],
        ["and shown", "1 of 5 rows are shown.", [texts[3]]],
        ["reset", "All 5 rows are shown.", texts],
        ["words", "1 of 5 rows are shown.", [texts[1]]],
        ["none", "None of 5 rows fits. Take a choice back, or show all.", []],
    ]


def test_without_a_script_every_row_is_there_and_no_control_that_does_nothing(page):
    plain = re.sub(r"<script.*?</script>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert plain.count("<tr") == 1 + len(ROWS) and 'scope="col"' in plain and "hidden" not in plain.split("<main")[1]
    assert not re.search(r"<(input|select|button|form)\b", plain)
    assert 'role="region"' in plain and 'aria-labelledby="tbl-passages-caption"' in plain


def test_the_script_is_in_the_page_and_only_where_a_report_asks_for_it(page, tmp_path):
    source = page.read_text(encoding="utf-8")
    assert "filter.js" not in source and not re.search(r"(src|href)=\"(https?:|//|styles/)", source)
    assert source.count("<script") == 1
    assert "<script" not in project_in(tmp_path / "without", switch="toc: false").read_text(encoding="utf-8")


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_choices_and_words_filter_the_rows_and_the_count_is_told(page, tmp_path):
    report = driven(page.read_text(encoding="utf-8"), tmp_path)
    assert report["seen"] == expected() and report["errors"] == []
    assert report["labels"] == ["Words", "Document", "Outcome", "Strength"]
    assert report["choices"] == ["All", "Morale", "Not stated", "Safety"]
    assert report["reach"] == ["INPUT", "SELECT", "SELECT", "SELECT", "BUTTON", "DIV"]  # in the order of the tab key


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_the_same_with_the_table_as_quarto_writes_it(tmp_path):
    def cells(tag: str, texts: tuple) -> str:
        return "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)

    page = AS_QUARTO.format(
        head=cells("th", ("Document", "Outcome", "Strength", "In short")),
        body="".join(f"<tr>{cells('td', row)}</tr>" for row in ROWS),
        script=(REPORTS / "styles" / "filter.js").read_text(encoding="utf-8"),
    )
    report = driven(page, tmp_path)
    assert report["seen"] == expected() and report["errors"] == []


@pytest.mark.slow
def test_the_filters_of_the_evidence_map_are_columns_that_its_notebook_publishes(tmp_path):
    filters = re.search(r'filters="([^"]+)"', (REPORTS / "evidence.qmd").read_text(encoding="utf-8"))[1].split("; ")
    evidence = read_evidence(REPORTS.parent / "data" / "raw" / "evidence")
    all_passages(Chapter(Publication("05-evidence", root=tmp_path), evidence, read_second_coding(evidence)))
    table = tmp_path / "reports" / "published" / "05-evidence" / "tables" / "evidence-passages.md"
    with table.open(encoding="utf-8") as file:
        headings = [heading.strip() for heading in next(file).strip(" |\n").split("|")]
    assert set(filters) <= set(headings)
