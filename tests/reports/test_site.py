"""The pages as one site: the same frame on each, every table in one list, the documentation beside the reports."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import join, normpath

import pandas as pd
import pytest

from pipeline.errors import RenderError
from pipeline.publishing import Publication
from pipeline.rendering.documentation import render_documentation
from pipeline.rendering.frame import PAGES, footer, navigation
from pipeline.rendering.reports import render

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "reports"
CURRENT = ' aria-current="page"'


class Links(HTMLParser):
    """Where a page leads, what can be led to on it, and the names of its regions."""

    def __init__(self, page: Path):
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.regions: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.targets += [given["href"]] if tag == "a" and "href" in given else []
        self.places |= {given["id"]} if "id" in given else set()
        self.regions += [given["aria-label"]] if given.get("role") == "region" and "aria-label" in given else []


# --- The frame -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("current", [*PAGES.values(), ""])
def test_the_navigation_marks_the_page_that_the_reader_is_on_and_no_other(current):
    links = re.findall(r"<a href=\"([^\"]*)\"([^>]*)>", navigation("../", current))
    assert [mark for _, mark in links].count(CURRENT) == bool(current) and len(links) == len(PAGES)
    assert all(address.startswith("../") for address, _ in links)


def test_the_frame_leads_only_to_pages_that_the_project_makes():
    reports = {f"{path.stem}.html" for path in REPORTS.glob("*.qmd")}
    documentation = {f"docs/{path.stem}.html" for path in (ROOT / "docs").rglob("*.md")} | {"docs/index.html"}
    linked = re.findall(r'href="([^"#]*)', navigation("", "") + footer(""))
    assert set(linked) <= reports | documentation


def test_each_report_has_the_same_frame_with_itself_marked(project):
    for name in ("study", "other"):
        source = project / "reports" / f"{name}.qmd"
        source.write_text("---\ntitle: A\nformat: html\n---\n\nText.\n", encoding="utf-8")
    written = render(project, ["study", "other"], engine="embedded")
    pages = {path.stem: path.read_text(encoding="utf-8") for path in written}
    assert f'<a href="study.html"{CURRENT}>Study</a>' in pages["study"] and pages["study"].count(CURRENT) == 1
    assert CURRENT not in pages["other"] and '<a href="study.html">Study</a>' in pages["other"]
    for page in pages.values():
        order = [
            page.index(part)
            for part in (
                'class="skip"',
                '<header class="site-header">',
                "<nav ",
                "<main",
                "<h1",
                "</main>",
                '<footer class="site-footer">',
            )
        ]
        assert order == sorted(order)


def test_the_index_names_every_chapter_as_the_notebook_does():
    index = (REPORTS / "index.qmd").read_text(encoding="utf-8")
    chapters = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for number, notebook in enumerate(chapters, start=1):
        title = "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"]).partition("\n")[0]
        assert title.startswith(f"# {number}. ")
        words, page = title.removeprefix(f"# {number}. "), f"notebooks/{notebook.stem}"
        if number < len(chapters):  # the last is made for each survey, beside that survey's report
            assert f"{number}. [{words}]({page}.html) ([file]({page}.ipynb)" in index
        else:
            assert f"{number}. {words}:" in index


# --- The list of tables --------------------------------------------------------------------------------------------

LISTING = (
    "---\ntitle: Data\nformat: html\nnumber-sections: false\nlists-tables: true\n---\n\n"
    "{{< include generated/tables.md >}}\n"
)


@pytest.fixture
def listed(project: Path) -> Path:
    """The sample project with tables of two notebooks, one of them in a collection, and a page that lists them."""
    notebook = project / "notebooks" / "02-check.ipynb"
    notebook.parent.mkdir()
    cell = {"source": ["# 2. What was checked\n", "\n", "Text."]}
    notebook.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    publish = Publication("02-check", root=project)
    verdicts = pd.DataFrame({"verdict": ["holds", "fails"], "n": [5, 1]})
    publish.table(
        "verdicts",
        verdicts,
        "Verdicts, in *all*.",
        headings={"verdict": "Verdict", "n": "Claims"},
        data=pd.DataFrame({"verdict": ["holds"], "n": [5], "low": [4]}),
    )
    publish = Publication("07-places", root=project, collection="places")
    publish.table("places", pd.DataFrame({"place": ["A", "B"]}), "Places.")
    (project / "reports" / "data.qmd").write_text(LISTING, encoding="utf-8")
    return project


def test_every_table_for_readers_is_linked_and_every_link_leads_to_one(listed):
    page = render(listed, ["data"], engine="embedded")[0]
    site = page.parent
    linked = [target for target in Links(page).targets if target.endswith(".csv")]
    assert sorted(linked) == sorted(path.relative_to(site).as_posix() for path in site.rglob("*.csv"))
    assert sorted(linked) == ["data/verdicts.csv", "places/data/places.csv"]


def test_a_table_is_told_by_chapter_title_size_and_columns(listed):
    source = render(listed, ["data"], engine="embedded")[0].read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]*>", "", source).split())
    for words in (
        "Chapter 2: What was checked verdicts.csv, 1 row Verdicts, in *all*.",
        "Columns: verdict; n; low 07-places",
        "places.csv, 2 rows Places. Columns: place",
    ):
        assert words in text


def test_spreadsheets_are_linked_for_the_reports_that_have_them(listed):
    page = render(listed, ["data"], engine="embedded")[0]
    assert "sample.xlsx" not in page.read_text(encoding="utf-8")
    report = listed / "reports" / "sample.qmd"
    source = report.read_text(encoding="utf-8")
    report.write_text(source.replace("---\n", "---\nspreadsheets: true\n", 1), encoding="utf-8")
    assert {"sample.xlsx", "sample.ods"} <= set(Links(render(listed, ["data"], engine="embedded")[0]).targets)


def test_a_table_whose_file_is_gone_is_an_error_that_names_its_notebook(listed):
    (listed / "reports" / "site" / "data" / "verdicts.csv").unlink()
    with pytest.raises(RenderError, match="Run the notebook 02-check"):
        render(listed, ["data"], engine="embedded")


# --- The documentation ---------------------------------------------------------------------------------------------

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>t</title></svg>'
GUIDE = """\
# How to begin

See the [glossary](../explanation/glossary.md#front-line), [this file](../../pipeline/commands/main.py), `[not](a-link.md)`,
[the study](../../reports/site/study.html) and [elsewhere](https://example.org/a.md). One [below](#two-tables).
- A list right after a line, as on GitHub.

![A square](../images/square.svg)

```
[in code](none.md)
```

```yaml
# a line that is too long for a phone and drawn as it is: it keeps its length in a box that scrolls by keyboard, too
```

## Two tables

| a | b |
| --- | ---: |
| x | 1 |

| c |
| --- |
| y |
"""


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    for name, text in {
        "README.md": "# Documentation\n\nBegin [here](how-to/begin.md).\n",
        "how-to/begin.md": GUIDE,
        "explanation/glossary.md": "# Glossary\n\n### Front line\n\nThose who meet children.\n",
        "images/square.svg": PICTURE,
    }.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "styles").symlink_to(REPORTS / "styles", target_is_directory=True)
    return tmp_path


def test_each_page_of_the_documentation_is_a_page_of_the_site(documented):
    written = render_documentation(documented)
    assert sorted(path.name for path in written) == ["begin.html", "glossary.html", "index.html"]
    begin = (documented / "reports/site/docs/begin.html").read_text(encoding="utf-8")
    assert "<title>How to begin</title>" in begin and begin.count("<h1") == 1
    assert f'<a href="../docs/index.html"{CURRENT}>Documentation</a>' in begin
    assert 'src="data:image/svg+xml' in begin and 'alt="A square"' in begin
    assert re.search(r"<ul>\s*<li>A list right after", begin)


def test_links_lead_to_pages_and_to_nothing_that_is_not_on_the_site(documented):
    render_documentation(documented)
    page = documented / "reports" / "site" / "docs" / "begin.html"
    targets = [target for target in Links(page).targets if not target.startswith(("../docs", "../index"))]
    assert {"glossary.html#front-line", "../study.html", "https://example.org/a.md", "#two-tables"} <= set(targets)
    assert [target for target in targets if "main.py" in target or "a-link" in target or "none" in target] == []
    source = page.read_text(encoding="utf-8")
    assert "<code>this file</code>" in source and "[not](a-link.md)" in source and "[in code](none.md)" in source
    assert "front-line" in Links(page.with_name("glossary.html")).places


def test_the_index_of_the_documentation_lists_every_page_by_kind(documented):
    render_documentation(documented)
    index = documented / "reports" / "site" / "docs" / "index.html"
    assert {"begin.html", "glossary.html"} <= set(Links(index).targets)
    assert {"how-to", "explanation"} <= Links(index).places


def test_boxes_without_a_caption_have_names_that_tell_them_apart(documented):
    render_documentation(documented)
    assert Links(documented / "reports/site/docs/begin.html").regions == [
        "Code 1: How to begin",
        "Table 1: Two tables",
        "Table 2: Two tables",
    ]


def test_a_page_that_is_no_longer_there_leaves_the_site_and_the_others_keep_their_bytes(documented):
    folder = documented / "reports" / "site" / "docs"
    render_documentation(documented)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (documented / "docs" / "extra.md").write_text("# Extra\n\nMore.\n", encoding="utf-8")
    render_documentation(documented)
    (documented / "docs" / "extra.md").unlink()
    render_documentation(documented)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("reference/begin.md", "# Again\n", "have the same name"),
        ("extra.md", "No title\n", "has no title"),
        ("extra.md", "# Extra\n\nSee [it](how-to/none.md).\n", "links to one that is not there"),
    ],
)
def test_what_cannot_be_a_page_is_named_with_its_file(documented, file, text, message):
    (documented / "docs" / file).parent.mkdir(exist_ok=True)
    (documented / "docs" / file).write_text(text, encoding="utf-8")
    with pytest.raises(RenderError, match=message) as caught:
        render_documentation(documented)
    assert file in str(caught.value)
    assert not (documented / "reports" / "site").exists()


@pytest.mark.slow
def test_the_projects_own_documentation_is_whole(tmp_path):
    """Each of its links to another of its pages leads to a place that is there."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "styles").symlink_to(REPORTS / "styles", target_is_directory=True)
    (tmp_path / "docs").symlink_to(ROOT / "docs", target_is_directory=True)
    pages = {path.name: Links(path) for path in render_documentation(tmp_path)}
    assert len(pages) == len(list((ROOT / "docs").rglob("*.md")))
    broken = []
    for name, page in pages.items():
        for target in (target for target in page.targets if "://" not in target):
            address, _, place = target.partition("#")
            address = normpath(join("docs", address)) if address else f"docs/{name}"
            other = pages.get(PurePosixPath(address).name)
            if address.startswith("docs/") and (other is None or (place and place not in other.places)):
                broken.append((name, target))
    assert broken == []
