"""How long a stage has been running and usually takes: in a log without a terminal, and on one."""

import io
import time

import pytest
from rich.console import Console

from pipeline.commands.progress import Progress
from pipeline.workflow.running import StageRun
from pipeline.workflow.usual_times import FILE, KEPT, forget_survey, note_seconds, usual_seconds

NAMES = ["clean", "link", "render"]


def told(usual: dict[str, float], terminal: bool, long: bool = False) -> str:
    """What is printed of `link` running and `render` being up to date."""
    file = io.StringIO()
    with Progress(
        Console(file=file, force_terminal=terminal, width=100, highlight=False), NAMES, usual, every=0.05
    ) as progress:
        link = StageRun("link", ran=True)
        progress.started(link)
        time.sleep(0.3 if terminal or long else 0)
        link.seconds = 41.26
        progress.ended(link)
        up_to_date = StageRun("render", ran=False)
        progress.started(up_to_date)
        progress.ended(up_to_date)
    return file.getvalue()


@pytest.mark.parametrize(
    ("usual", "first"),
    [
        ({}, ["[2/3] link             running"]),
        ({"link": 100.2}, ["[2/3] link             running, usually 1 min 40 s"]),
        ({"link": 3.0}, []),
    ],
)
def test_a_log_has_a_line_as_a_stage_begins_and_one_as_it_ends(usual, first):
    assert told(usual, terminal=False).splitlines() == [
        *first,
        "[2/3] link             done in 41.3 s",
        "[3/3] render           up to date",
    ]


def test_of_a_long_stage_a_log_has_further_lines(monkeypatch):
    lines = told({"link": 40.0}, terminal=False, long=True).splitlines()
    assert lines[0] == "[2/3] link             running, usually 40 s" and lines[-2:] == [
        "[2/3] link             done in 41.3 s",
        "[3/3] render           up to date",
    ]
    assert 2 <= len(lines[1:-2]) <= 6 and set(lines[1:-2]) == {"[2/3] link             running for 0 s, usually 40 s"}


def test_on_a_terminal_one_line_lives_and_no_further_ones_are_left(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    said = told({"link": 40.0}, terminal=True)
    assert "link: 0 s, usually 40 s (stage 2 of 3)" in said
    assert [line for line in said.replace("\r", "\n").split("\n") if "running" in line] == []


def test_the_usual_time_is_the_median_of_the_last_runs(tmp_path):
    assert usual_seconds(tmp_path) == {}
    for seconds in (900.0, 10.04, 12.0, 300.0, 11.0, 13.0):
        note_seconds(tmp_path, "link", seconds)
    note_seconds(tmp_path, "staff-survey@leeds", 5.0)
    assert KEPT == 5 and usual_seconds(tmp_path) == {"link": 12.0, "staff-survey@leeds": 5.0}
    forget_survey(tmp_path, "leeds")
    assert usual_seconds(tmp_path) == {"link": 12.0}
    for broken in ("", "{", "[1]", '{"link": 3}', '{"link": ["x"]}', '{"link": []}'):
        (tmp_path / FILE).write_text(broken)
        assert usual_seconds(tmp_path) == {}
    note_seconds(tmp_path, "link", 7.0)
    assert usual_seconds(tmp_path) == {"link": 7.0}
