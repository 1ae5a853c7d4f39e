"""The study itself: one figure of the survey changed, and what readers are told about it."""

import os
import subprocess
import sys

import pytest

from pipeline.workflow.running import reproduce
from pipeline.workflow.verification import fresh_copy
from tests.provenance.conftest import commit, git, golden_thread
from tests.provenance.test_crate import ROOT

pytestmark = pytest.mark.slow
STAGES = ["check-claims", "support"]
TABLE = "data/raw/surveys/ofsted-2011/social-workers.csv"


@pytest.fixture(scope="module")
def told():
    """What `golden-thread diff` says after 10 points of social workers went from 'disagree' to 'agree' on time."""
    with fresh_copy(ROOT) as copy:
        git(copy.parent, "init", "--quiet", str(copy))
        (copy / "dvc.lock").unlink()  # it tells of stages that are not run here
        reproduce(copy, STAGES)
        commit(copy, "as published")
        table = copy / TABLE
        text = table.read_text(encoding="utf-8")
        assert "sufficient-time,449,3,18,22,38,19,1" in text
        table.write_text(
            text.replace("sufficient-time,449,3,18,22,38,19,1", "sufficient-time,449,3,28,22,28,19,1"),
            encoding="utf-8",
            newline="\n",
        )
        reproduce(copy, STAGES)
        done = golden_thread(copy, "diff", "--format", "markdown")
        plots = subprocess.run(
            [sys.executable, "-m", "dvc", "plots", "diff", "HEAD", "--out", "plots"],
            cwd=copy,
            env={**os.environ, "DVC_NO_ANALYTICS": "1"},
            capture_output=True,
            text=True,
        )
        assert plots.returncode == 0, plots.stderr
        page = (copy / "plots" / "index.html").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout, page


def test_the_sentences_and_the_verdict_that_rest_on_it_are_named(told):
    text, _ = told
    assert "- A majority of social workers lacked time for children: was reproduced, now **not reproduced**" in text
    assert "was: Only **21%** of social workers agreed that they have enough time" in text
    assert "now: Only **31%** of social workers agreed that they have enough time" in text
    assert "Of 90 claims that can be checked, **4** are not borne out" in text


def test_the_cells_and_the_cause_are_named_and_nothing_else(told):
    text, _ = told
    assert "| sufficient time, social workers | Percent | 21 | 31 |" in text
    assert text.rpartition("## Why")[2].strip() == f"- The data in {TABLE} (1 line)"
    assert "answers-supervision.csv" not in text


def test_the_plots_show_both_runs(told):
    _, page = told
    for word in ("Agreement by statement and role", "Claims by verdict", '"rev": "HEAD"', '"rev": "workspace"'):
        assert word in page
