"""A report that is made once for each survey: from that survey's publications, into its own folder, with its data tables."""

from pathlib import Path

import pandas as pd
import pytest
import python_calamine as calamine

from pipeline.errors import ParameterError
from pipeline.publishing import Publication
from pipeline.rendering.reports import render

STYLES = Path(__file__).resolve().parents[2] / "reports" / "styles"
SOURCE = """---
title: "{{< var survey.title >}}"
lang: en-GB
editions: true
spreadsheets: true
format: html
---

## Means

{{< include published/09-example/tables/means.md >}}

{{< include published/09-example/passages/words.md >}}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "survey.qmd").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "reports" / "styles").symlink_to(STYLES, target_is_directory=True)
    for name in ("north", "south"):
        publish = Publication("09-example", root=tmp_path, edition=f"survey/{name}")
        publish.value("survey.title", f"Survey of the {name}")
        publish.table(
            "means",
            pd.DataFrame(
                {
                    "team": [name, "-all"],
                    "mean": [61.5, None],
                    "n": [40, 9],
                    "key": ["a", "b"],
                    "rule": [None, "group size"],
                }
            ),
            "Means.",
            headings={"team": "Team", "mean": "Mean"},
        )
        publish.passage("words", f"What the {name} said.")
    return tmp_path


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")


def test_an_edition_is_made_from_its_own_publications_in_its_own_folder(project):
    written = render(project, ["survey"], edition="south")
    folder = project / "reports" / "site" / "survey" / "south"
    assert written == [folder / name for name in ("survey.html", "survey.xlsx", "survey.ods")]
    page = written[0].read_text(encoding="utf-8")
    assert "Survey of the south" in page and "What the south said." in page and "north" not in page
    assert not (project / "reports" / "site" / "survey" / "north" / "survey.html").exists()


def test_an_edition_lies_two_folders_deep_and_its_links_say_so(project):
    page = render(project, ["survey"], edition="south")[0].read_text(encoding="utf-8")
    assert '<a href="../../study.html">Study</a>' in page and '<a href="../../docs/cite.html">' in page
    assert "aria-current" not in page.partition("</style>")[2].partition("<main")[0]


def test_the_workbooks_hold_the_columns_with_headings_and_mark_what_is_suppressed(project):
    for path in render(project, ["survey"], edition="north")[1:]:
        book = calamine.CalamineWorkbook.from_path(path)
        cells = [
            [str(cell) for cell in row if cell != ""]
            for row in book.get_sheet_by_name(book.sheet_names[-1]).to_python()
        ]
        assert ["Team", "Mean"] in cells and ["north", "61.5"] in cells
        assert [row[1] for row in cells if row and row[0].endswith("-all")] == ["[c]"]


def test_reports_with_editions_are_left_out_when_all_are_rendered(project):
    assert render(project) == []


@pytest.mark.parametrize(
    ("edition", "message"), [(None, "for one survey at a time"), ("east", "Nothing was published")]
)
def test_a_missing_edition_says_what_to_do(project, edition, message):
    with pytest.raises(ParameterError, match=message):
        render(project, ["survey"], edition=edition)
    assert not (project / "reports" / "site" / "survey" / "north" / "survey.html").exists()


def test_the_same_edition_has_the_same_bytes(project, tmp_path):
    first = [path.read_bytes() for path in render(project, ["survey"], edition="north", destination=tmp_path / "a")]
    second = [path.read_bytes() for path in render(project, ["survey"], edition="north", destination=tmp_path / "b")]
    assert first == second
