"""One notebook through papermill: strict parameters, its own words when it stops, the same bytes every time."""

import re

import nbformat
import pytest

from pipeline.errors import DataError, NotebookError, ParameterError
from pipeline.notebooks.execution import check_parameters, find_notebook, run_notebook
from pipeline.notebooks.pages import write_pages

PARAMETERS = "survey = 'a'\nrounding = 'half_up'"
FIGURE = "import matplotlib.pyplot as plt\nfrom pathlib import Path\nprint(Path.cwd(), survey)\nplt.plot([1, 2]);"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "dvc.yaml").touch()
    return tmp_path


def notebook(project, *code, tagged=True, text="# 1. A chapter\n\nOf $n$ people, $x$."):
    cells = [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell(PARAMETERS)]
    if tagged:
        cells[1].metadata["tags"] = ["parameters"]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    path = project / "notebooks" / "example.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"survey": "b"}, "missing: rounding"),
        ({"survey": "b", "rounding": "down", "rouding": "down"}, "unknown: rouding"),
        ({}, "missing: rounding, survey"),
    ],
)
def test_unknown_and_missing_parameters_are_refused_before_anything_runs(project, given, message):
    notebook(project, "open('ran', 'w')")
    with pytest.raises(ParameterError, match=message):
        run_notebook("example", given, project)
    assert not (project / "notebooks" / "ran").exists() and not (project / "reports").exists()


def test_a_notebook_without_a_parameters_cell_is_refused(project):
    with pytest.raises(ParameterError, match="no cell tagged 'parameters'"):
        check_parameters(notebook(project, tagged=False), {"survey": "b", "rounding": "down"})


def test_a_second_parameters_cell_is_refused_since_it_would_win(project):
    path = notebook(project, "rounding = 'down'")
    made = nbformat.read(path, as_version=4)
    made.cells[2].metadata["tags"] = ["parameters"]
    nbformat.write(made, path)
    with pytest.raises(ParameterError, match=r"(?s)several cells tagged 'parameters'.*found: +2 cells"):
        check_parameters(path, {"survey": "b", "rounding": "down"})


def test_an_unknown_notebook_is_named_with_those_that_there_are(project):
    notebook(project)
    with pytest.raises(NotebookError, match=r"(?s)no notebook 'exampel'.*one of: example"):
        find_notebook("exampel", project)


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_without_paths_or_times(project):
    notebook(project, FIGURE)
    kept = []
    for _ in range(2):
        executed = run_notebook("example", {"survey": "b", "rounding": "down"}, project)
        kept.append([path.read_bytes() for path in (executed, *write_pages(project))])
    assert kept[0] == kept[1]
    executed, page = (content.decode() for content in kept[0])
    for private in (str(project), "start_time", "duration", 'execution": {'):
        assert private not in executed and private not in page
    assert "./notebooks b" in executed and "image/png" in executed
    assert "<math" in page and "$n$" not in page
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']https?:", page) == []


def test_without_an_executed_notebook_there_is_no_page(project):
    notebook(project)
    with pytest.raises(
        NotebookError, match=r"(?s)no executed notebook.*reports/site/notebooks.*golden-thread notebook"
    ):
        write_pages(project)


@pytest.mark.slow
def test_a_user_s_mistake_keeps_its_own_words_and_the_kept_copy_stays(project):
    kept = project / "reports" / "site" / "notebooks" / "example.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("as it was")
    notebook(
        project,
        "from pipeline.errors import DataError\n"
        "raise DataError('Wrong.', where='a.csv, row 3', found='x', expected='y', fix='Mend it.')",
    )
    with pytest.raises(DataError) as caught:
        run_notebook("example", {"survey": "b", "rounding": "down"}, project)
    assert str(caught.value).splitlines() == [
        "Wrong.",
        "  where:    a.csv, row 3",
        "  found:    x",
        "  expected: y",
        "  fix:      Mend it.",
    ]
    assert kept.read_text() == "as it was"


@pytest.mark.slow
def test_a_defect_comes_with_its_place_and_traceback(project):
    notebook(project, "1 / 0")
    with pytest.raises(NotebookError, match=r"(?s)ZeroDivisionError: division by zero.*code cell 3.*1 / 0"):
        run_notebook("example", {"survey": "b", "rounding": "down"}, project)
