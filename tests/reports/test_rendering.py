"""Whole reports or none, the same bytes each time, the right engine."""

import re
from pathlib import Path

import pytest
import yaml

from pipeline.errors import ParameterError, RenderError
from pipeline.rendering import embedded
from pipeline.rendering.engines import choose_engine
from pipeline.rendering.reports import render


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_two_renders_give_the_same_bytes(make_project, rendered: Path) -> None:
    root = make_project()  # in another folder
    paths = render(root, engine="embedded")
    assert [path.name for path in paths] == ["sample.html", "sample.docx", "sample.pdf"]
    assert contents(root / "reports" / "site") == contents(rendered)


@pytest.mark.slow
def test_a_date_asked_for_reaches_the_docx_alone(make_project, rendered: Path, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    root = make_project()
    render(root, engine="embedded")
    before, after = contents(rendered), contents(root / "reports" / "site")
    assert [name for name in before if before[name] != after[name]] == ["sample.docx"]


@pytest.mark.slow
def test_a_render_that_fails_half_way_leaves_what_was_there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = project / "reports" / "site"
    render(project, engine="embedded")
    before = contents(site)
    qmd = project / "reports" / "sample.qmd"
    source = qmd.read_text(encoding="utf-8")
    qmd.write_text(source.replace("Supervision matters", "Supervision is all"), encoding="utf-8")

    def fail(*_: object) -> None:
        raise RenderError("typst could not set sample.qmd.")

    monkeypatch.setattr(embedded, "_compile", fail)
    with pytest.raises(RenderError):
        render(project, engine="embedded")
    assert contents(site) == before


def test_one_faulty_report_keeps_all_from_being_rendered(project: Path) -> None:
    (project / "reports" / "zeta.qmd").write_text("---\ntitle: Z\n---\n\nSee @fig-none.\n", encoding="utf-8")
    with pytest.raises(RenderError, match="zeta.qmd, line 5"):
        render(project, engine="embedded")
    assert not (project / "reports" / "site").exists()


@pytest.mark.slow
def test_the_folder_of_sources_is_left_as_it_was(project: Path) -> None:
    before = sorted(path for path in (project / "reports").rglob("*"))
    render(project, engine="embedded", destination=project / "elsewhere")
    assert sorted(path for path in (project / "reports").rglob("*")) == before
    assert {path.name for path in (project / "elsewhere").iterdir()} == {"sample.html", "sample.docx", "sample.pdf"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "suffixes"),
    [
        ("format: html", {".html"}),
        ("format:\n  html: default\n  typst: default", {".html", ".pdf"}),
        ("toc: false", {".html", ".docx", ".pdf"}),
    ],
)
def test_a_report_says_in_which_formats_it_comes(project: Path, header: str, suffixes: set[str]) -> None:
    (project / "reports" / "sample.qmd").write_text(f"---\ntitle: A\n{header}\n---\n\nText.\n", encoding="utf-8")
    assert {path.suffix for path in render(project, engine="embedded")} == suffixes


def test_an_unknown_format_is_refused(project: Path) -> None:
    (project / "reports" / "sample.qmd").write_text("---\ntitle: A\nformat: pdf\n---\n\nText.\n", encoding="utf-8")
    with pytest.raises(RenderError, match="the PDF edition is called typst"):
        render(project, engine="embedded")


def test_sections_are_numbered_only_when_asked(project: Path) -> None:
    (project / "reports" / "sample.qmd").write_text(
        "---\ntitle: A\nformat: html\nnumber-sections: false\ntoc: false\n---\n\n## First\n", encoding="utf-8"
    )
    source = render(project, engine="embedded")[0].read_text(encoding="utf-8")
    assert re.search(r"<h2[^>]*>First</h2>", source) and 'id="TOC"' not in source


def test_an_unknown_engine_is_refused(project: Path) -> None:
    with pytest.raises(ParameterError, match="'latex'"):
        render(project, engine="latex")


def test_the_environment_overrules_the_engine(quarto_on_path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_engine("auto") is not None
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")
    assert choose_engine("quarto") is None


def test_every_style_that_quarto_is_told_of_is_there() -> None:
    reports = Path(__file__).resolve().parents[2] / "reports"
    settings = yaml.safe_load((reports / "_quarto.yml").read_text(encoding="utf-8"))
    named = re.findall(r"styles/[\w.-]+", yaml.safe_dump(settings["format"]))
    assert len(named) == 5 and all((reports / name).is_file() for name in named)
    assert list(settings["format"]) == ["html", "docx", "typst"]
