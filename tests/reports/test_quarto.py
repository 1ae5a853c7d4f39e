"""How Quarto is called, and that nothing it complains of passes. A stand-in records the calls: see conftest.py."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest
import yaml

from pipeline.errors import RenderError
from pipeline.rendering.engines import choose_engine, find_quarto
from pipeline.rendering.quarto import complaints_in, unresolved_in
from pipeline.rendering.reports import render

STYLES = Path(__file__).resolve().parents[2] / "reports"

LOG = """\
pandoc
  to: html
  output-file: study.html
metadata
  title: Why warnings matter
(WARN) Unable to resolve crossref @fig-none
(WARNING) /opt/quarto/share/filters/main.lua:12 Unable to resolve crossref @tbl-none
[WARNING] Citeproc: citation nobody2000 not found
WARNING: Unable to resolve link target: none.qmd
(ERROR) Include directive failed.
Output created: study.html
"""


@pytest.mark.slow
def test_quarto_is_called_once_a_format_with_a_log(project: Path, quarto_on_path) -> None:
    paths = render(project, engine="quarto")
    assert [path.name for path in paths] == ["sample.html", "sample.docx", "sample.pdf"]
    calls = quarto_on_path.calls("render")
    for call, format in zip(calls, ("html", "docx", "typst"), strict=True):
        arguments = call["arguments"]
        assert arguments[:7] == ["render", "sample.qmd", "--to", format, "--output-dir", f"rendered-{format}", "--log"]
        assert arguments[8:] == ["--log-format", "plain"] and "--quiet" not in arguments
        assert call["environment"] == {"QUARTO_PYTHON": sys.executable, "SOURCE_DATE_EPOCH": "1325376000"}


@pytest.mark.slow
def test_quarto_works_on_a_project_that_holds_nothing_but_what_is_made(project: Path, quarto_on_path) -> None:
    """Quarto expands the includes of all sources that it finds: one that is not published here would stop every report."""
    (project / "reports" / "other.qmd").write_text(
        "---\ntitle: Other\nlang: en\neditions: true\n---\n\n{{< include published/09-staff-survey/none.md >}}\n",
        encoding="utf-8",
    )
    render(project, engine="quarto")
    call = quarto_on_path.calls("render")[0]
    assert not Path(call["cwd"]).is_relative_to(project) and not Path(call["cwd"]).exists()
    assert {"_extensions", "_quarto.yml", "sample.qmd", "references.bib", "published", "styles"} <= set(call["files"])
    assert [name for name in call["files"] if name.endswith(".qmd")] == ["sample.qmd"]
    named = yaml.safe_load((project / "reports" / "_quarto.yml").read_text(encoding="utf-8"))["format"]["html"]
    assert {named["include-before-body"], named["include-after-body"]} <= set(call["files"])  # the frame of the site


@pytest.mark.slow
def test_both_engines_write_the_same_document(project: Path, quarto_on_path, tmp_path: Path) -> None:
    """Down to the structure: the filter leaves nothing that Quarto would make a table, a division or a float of its own."""
    ours, theirs = tmp_path / "embedded", tmp_path / "quarto"
    render(project, engine="embedded", destination=ours)
    render(project, engine="quarto", destination=theirs)
    documents = [zipfile.ZipFile(folder / "sample.docx").read("word/document.xml") for folder in (ours, theirs)]
    assert documents[0] == documents[1]
    pages = [
        re.sub(r"base64,[^\"')]+", "", (folder / "sample.html").read_text(encoding="utf-8"))
        for folder in (ours, theirs)
    ]
    bodies = [re.sub(r"\s+", " ", page[page.index("<main") :]).replace("> <", "><") for page in pages]
    assert bodies[0] == bodies[1]
    texts = [
        "".join(page.extract_text() for page in pypdf.PdfReader(folder / "sample.pdf").pages)
        for folder in (ours, theirs)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("unfit", ["callout", "table"])
def test_the_stand_in_wraps_what_it_knows_as_the_real_one_does(project: Path, quarto_on_path, unfit: str) -> None:
    """Without the filter its DOCX is the one that cannot be finished: so a gap in the filter cannot pass unseen."""
    settings = yaml.safe_load((project / "reports" / "_quarto.yml").read_text(encoding="utf-8"))
    del settings["filters"]
    folder = project / "alone"
    folder.mkdir()
    (folder / "_quarto.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    shutil.copytree(STYLES / "styles", folder / "styles")
    text = {
        "callout": "::: {.callout-note}\nA note.\n:::\n",
        "table": "::: {#tbl-x}\n| a | b |\n|:--|--:|\n| x | 1 |\n:::\n",
    }[unfit]
    (folder / "sample.qmd").write_text(f"---\ntitle: Sample\n---\n\n{text}", encoding="utf-8")
    subprocess.run(
        [
            quarto_on_path.folder / "quarto",
            "render",
            "sample.qmd",
            "--to",
            "docx",
            "--output-dir",
            "out",
            "--log",
            "log.txt",
            "--log-format",
            "plain",
        ],
        cwd=folder,
        check=True,
    )
    document = zipfile.ZipFile(folder / "out" / "sample.docx").read("word/document.xml").decode("utf-8")
    assert document.count("<w:tbl>") - document.count("<w:tblGrid") == (unfit == "callout")
    assert document.count("<w:tbl>") == {"callout": 1, "table": 2}[unfit]


@pytest.mark.parametrize("version", ["1.9.38", "1.11.0"])
def test_a_missing_validator_is_no_complaint_and_a_missing_include_is_told_whole(version: str) -> None:
    assert (
        complaints_in(
            "(WARN) PDF standard validation requested but verapdf is not installed.\n"
            "Install with: quarto install verapdf\nStandards requested: ua-1\n"
        )
        == []
    )
    assert complaints_in(
        "(ERROR) Include directive failed.\n  in file /p/b.qmd, \n  could not find file /p/none.md.\n\n"
        "Stack trace:\n    at retrieveInclude (include-standalone.ts:61:13)\n"
    ) == ["(ERROR) Include directive failed. in file /p/b.qmd, could not find file /p/none.md."]


@pytest.mark.slow
def test_quartos_docx_is_completed_like_the_embedded_engines(project: Path, quarto_on_path) -> None:
    render(project, engine="quarto")
    with zipfile.ZipFile(project / "reports" / "site" / "sample.docx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2012, 1, 1, 0, 0, 0)}
        assert "Managers agree more often (88)" in archive.read("word/document.xml").decode("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"log": "(WARN) Unable to resolve crossref @fig-agreement\n"},
        {"stderr": "[WARNING] Citeproc: citation munro2011 not found\n"},
        {"html": "<p>See <strong>?@sec-support</strong>.</p>"},
        {"html": "<p>Of ?var:survey.base people</p>"},
        {"html": "<p>{{&lt; video clip.mp4 &gt;}}</p>"},
        {
            "stderr": "WARN: PDF standard validation requested but verapdf is not installed.\nWARN: an image is missing\n"
        },
        {"code": 1, "output": False, "log": "(ERROR) Something failed.\n"},
        {"code": 1, "output": False, "stderr": "no such option\n"},
        {"output": False},
    ],
)
def test_whatever_quarto_leaves_unresolved_fails(project: Path, quarto_on_path, settings: dict) -> None:
    quarto_on_path.says(**settings)
    with pytest.raises(RenderError, match="Quarto 1.9.38 could not render sample.qmd as html"):
        render(project, engine="quarto")
    assert not (project / "reports" / "site").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("log", "beginning"),
    [
        ("(WARN) Unable to resolve crossref @fig-agreement\n", "Of {{< var survey.base >}}"),
        ("[WARNING] Citeproc: citation munro2011 not found\n", "Supervision matters"),
    ],
)
def test_the_place_is_named(project: Path, quarto_on_path, log: str, beginning: str) -> None:
    lines = (project / "reports" / "sample.qmd").read_text(encoding="utf-8").split("\n")
    number = next(number for number, line in enumerate(lines, start=1) if line.startswith(beginning))
    quarto_on_path.says(log=log)
    with pytest.raises(RenderError, match=f"where:    sample.qmd, line {number}\n"):
        render(project, engine="quarto")


def test_a_log_is_read_for_every_kind_of_complaint() -> None:
    found = complaints_in(LOG)
    assert len(found) == 5 and "Why warnings matter" not in " ".join(found)
    assert found[0] == "(WARN) Unable to resolve crossref @fig-none"
    assert found[3] == "WARNING: Unable to resolve link target: none.qmd"


def test_marks_are_told_from_questions() -> None:
    assert unresolved_in("Who decides? @ofsted asks. Is it 5?") == []
    assert unresolved_in("?@fig-a ?meta:title ?@fig-a ?env:HOME") == ["?@fig-a", "?meta:title", "?env:HOME"]


@pytest.mark.parametrize(
    ("version", "serves"),
    [("1.10.18", True), ("1.9.38", True), ("1.8.27", False), ("1.10.0-rc1", True), ("99.9.9", True), ("none", False)],
)
def test_an_old_quarto_counts_as_none(quarto_on_path, version: str, serves: bool) -> None:
    quarto_on_path.says(version=version)
    found, reason = find_quarto()
    assert (found is not None) == serves and bool(reason) != serves
    assert found is None or found.version == version


def test_a_missing_quarto_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    assert choose_engine("auto") is None
    with pytest.raises(RenderError, match="uv pip install quarto-cli"):
        choose_engine("quarto")
