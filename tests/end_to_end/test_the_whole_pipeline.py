"""The pipeline from raw data to reports, in a fresh copy: whatever stops it, a rerun ends with the same bytes."""

import html
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from posixpath import dirname, join, normpath

import pandas as pd
import pytest
import yaml

from pipeline.notebooks.execution import run_notebook
from pipeline.rendering.reports import render
from pipeline.workflow.running import reproduce
from pipeline.workflow.verification import fresh_copy

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = {"survey": "ofsted-2011"}
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def embedded_engine(monkeypatch):
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")


@pytest.fixture(scope="module")
def copy():
    with fresh_copy(ROOT) as folder:
        yield folder


@pytest.fixture(scope="module")
def finished(copy):
    """The copy after a whole run (with nothing left to do where a test before has run it)."""
    reproduce(copy)
    return copy


def outputs(folder: Path) -> dict[str, bytes]:
    """Everything that a run writes for readers and for later stages, by name."""
    places = [folder / "data" / "processed", folder / "reports" / "published", folder / "reports" / "site"]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for place in places
        for path in place.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def recorded(folder: Path) -> dict[str, str]:
    stages = yaml.safe_load((folder / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}


def start(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_killed_again_and_again_it_ends_whole_and_takes_no_half_for_a_whole(copy):
    seen: dict[str, bytes] = {}
    for seconds in (1, 4, 7, 11, 15):  # in DVC, in the kernels, between the stages, in the charts, in the reports
        run = start(copy)
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        seen |= outputs(copy)
        time.sleep(2)  # a kernel whose parent has died ends by itself
    assert reproduce(copy)
    whole = outputs(copy)
    assert {name for name, content in seen.items() if whole.get(name) != content} == set()
    assert recorded(copy) == recorded(ROOT)
    assert not any(stage.ran for stage in reproduce(copy))


def test_the_tables_hold_every_row_of_the_survey(finished):
    processed = finished / "data" / "processed" / "surveys" / "ofsted-2011"
    answers, rows = pd.read_csv(processed / "answers.csv"), pd.read_csv(processed / "rows.csv")
    assert list(answers.columns) == ["item", "group", "category", "percent", "base", "count_low", "count_high", "count"]
    assert list(rows.columns) == ["item", "group", "base", "percent_total", "feasible_tables"]
    assert len(answers) == 450 and rows["group"].value_counts().to_dict() == {"managers": 38, "social_workers": 37}
    assert (rows["feasible_tables"] >= 1).all()
    counted = answers.groupby(["item", "group"], sort=False)["count"].sum()
    assert counted.to_list() == rows["base"].to_list()


def test_every_claim_has_a_verdict_and_the_failures_come_first(finished):
    claims = pd.read_csv(finished / "reports" / "site" / "data" / "claims.csv")
    stated = yaml.safe_load((finished / "data/raw/surveys/ofsted-2011/claims.yaml").read_text(encoding="utf-8"))[
        "claims"
    ]
    assert sorted(claims["id"]) == sorted(claim["id"] for claim in stated)
    assert claims["verdict"].notna().all()
    assert claims["verdict"].drop_duplicates().iloc[0] == "not reproduced"


def test_the_index_leads_to_everything_and_nowhere_else(finished):
    site = finished / "reports" / "site"
    there = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    reached, waiting = set(), ["index.html"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        if page.endswith(".html") and page in there:
            waiting += {*linked_from(site, page)} - reached
    assert there - reached == set()
    assert reached - there == set()


def linked_from(site: Path, page: str) -> list[str]:
    """The files that `page` links to on the site, by their path from the site's first folder."""
    source = (site / page).read_text(encoding="utf-8")
    targets = [html.unescape(target).partition("#")[0] for target in re.findall(r'<a\s[^>]*?href="([^"]*)"', source)]
    return [normpath(join(dirname(page), target)) for target in targets if target and not re.match(r"[a-z]+:", target)]


def test_one_notebook_and_one_report_twice_give_the_same_bytes(finished, tmp_path):
    kept = []
    for name in ("one", "two"):
        run_notebook("03-support", PARAMETERS, finished)
        reports = render(finished, ["brief"], engine="embedded", destination=tmp_path / name)
        kept.append({**outputs(finished), **{path.name: path.read_bytes() for path in reports}})
    assert kept[0] == kept[1]


def test_a_mistake_in_the_data_is_told_with_its_place_and_changes_nothing(finished):
    before, lock = outputs(finished), (finished / "dvc.lock").read_bytes()
    table = finished / "data" / "raw" / "surveys" / "ofsted-2011" / "managers.csv"
    sound = table.read_text(encoding="utf-8")
    table.write_text(sound.replace("sufficient-time,146,8,38,", "sufficient-time,146,8,58,"), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "run"],
            cwd=finished,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    finally:
        table.write_text(sound, encoding="utf-8")
    assert done.returncode == 2
    for word in ("managers.csv", "sufficient-time", "row 11", "agree 58", "fix:"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert (finished / "dvc.lock").read_bytes() == lock
    reports = {
        name: content for name, content in before.items() if name.startswith("reports/site/") and "/0" not in name
    }
    assert {name for name, content in reports.items() if outputs(finished).get(name) != content} == set()


def golden_thread(folder: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_a_chapter_that_is_run_by_hand_feeds_no_report_and_the_next_run_puts_everything_right(finished):
    before = outputs(finished)
    by_hand = golden_thread(finished, "notebook", "04-support-and-outcomes", "-p", "latent_low=0.2")
    assert by_hand.returncode == 0, by_hand.stderr
    assert outputs(finished) != before
    refused = golden_thread(finished, "render", "brief")
    assert refused.returncode == 2 and refused.stderr.startswith(
        "04-support-and-outcomes was run by hand: its values are not those of the last run"
    )
    (finished / "reports/site/brief.html").write_text("my own words")
    again = golden_thread(finished, "run")
    assert again.returncode == 0, again.stderr
    assert [line for line in again.stdout.splitlines() if "reports/kept" in line] == [
        "reports/site/brief.html is not as the last run left it, and a run replaces it: a copy is kept as reports/kept/brief.html."
    ]
    assert outputs(finished) == before and golden_thread(finished, "render", "brief").returncode == 0
