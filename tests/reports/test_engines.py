"""The engine is chosen before the pipeline runs and noted where DVC looks."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import ParameterError, RenderError
from pipeline.rendering import engines
from pipeline.rendering.engines import RECORD, Engine, Quarto, record_engine, recorded_engine


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GOLDEN_THREAD_ENGINE", raising=False)
    shutil.copyfile(Path(__file__).resolve().parents[2] / "params.yaml", tmp_path / "params.yaml")
    return tmp_path


def found(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    quarto = Quarto(Path("quarto"), version) if version else None
    monkeypatch.setattr(engines, "find_quarto", lambda: (quarto, "no program quarto"))


def test_another_engine_and_another_version_change_the_record(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for version in (None, "1.9.38", "1.11.0"):
        found(monkeypatch, version)
        engine = record_engine(project)
        seen.append(((project / RECORD).read_text(), str(engine)))
        assert recorded_engine(project) == engine.quarto
    assert seen == [
        ("engine: embedded\n", "the embedded engine (pandoc and typst)"),
        ("engine: quarto\nversion: 1.9.38\n", "Quarto 1.9.38"),
        ("engine: quarto\nversion: 1.11.0\n", "Quarto 1.11.0"),
    ]


def test_the_variable_overrules_and_is_part_of_the_record(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, "1.9.38")
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")
    assert record_engine(project) == Engine(None)
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "quarto")  # a stage that is under way makes what DVC was told
    assert recorded_engine(project) is None
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "latex")
    with pytest.raises(ParameterError, match="embedded"):
        record_engine(project)


def test_a_record_that_says_the_same_is_not_written_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, None)
    record_engine(project)
    before = (project / RECORD).stat().st_mtime_ns
    record_engine(project)
    assert (project / RECORD).stat().st_mtime_ns == before


@pytest.mark.parametrize("now", [None, "1.11.0"])
def test_a_quarto_that_went_in_the_middle_of_a_run_is_told(project: Path, monkeypatch: pytest.MonkeyPatch, now) -> None:
    found(monkeypatch, "1.9.38")
    record_engine(project)
    found(monkeypatch, now)
    with pytest.raises(RenderError, match="expected: Quarto 1.9.38\n  fix:      Run 'golden-thread run'"):
        recorded_engine(project)


def test_a_stage_without_a_run_before_it_is_told(project: Path) -> None:
    with pytest.raises(RenderError, match="golden-thread run"):
        recorded_engine(project)
