"""The key results: every one that is declared is a published value, and DVC shows what changed in them."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.errors import PublishingError
from pipeline.provenance.key_results import DECLARED, METRICS, key_results, write_key_results

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = {"02-claims": {"claims.total": "Claims", "claims.most": "Most named"}}


@pytest.fixture
def reports(tmp_path):
    path = tmp_path / "reports/published/02-claims/values.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "claims.total: {number: 130.0, text: '130'}\nclaims.most: {number: null, text: Support}\n"
        "claims.share: {number: 0.25, text: '25'}\n",
        encoding="utf-8",
    )
    return tmp_path / "reports"


def test_a_result_is_a_number_where_it_is_one_and_a_text_where_not(reports):
    assert key_results(reports, PUBLISHED) == {"Claims": 130, "Most named": "Support"}
    assert key_results(reports, {"02-claims": {"claims.share": "Share"}}) == {"Share": 0.25}


def test_a_name_that_is_not_published_and_a_label_given_twice_are_told(reports):
    with pytest.raises(PublishingError, match="claims.none"):
        key_results(reports, {"02-claims": {"claims.none": "None"}})
    with pytest.raises(PublishingError, match="one label"):
        key_results(reports, {"02-claims": {"claims.total": "Same", "claims.share": "Same"}})


def test_the_stage_depends_on_every_notebook_that_a_key_result_comes_from():
    written = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    stage = written["stages"]["key-results"]
    declared = yaml.safe_load((ROOT / DECLARED).read_text(encoding="utf-8"))
    assert {dep for dep in stage["deps"] if dep.startswith("reports/")} == {
        DECLARED.as_posix(),
        *(f"reports/published/{notebook}" for notebook in declared),
    }
    assert stage["outs"] == written["metrics"] == [METRICS.as_posix()]


@pytest.mark.slow
def test_dvc_shows_and_compares_them(project):
    """With the file as a metric of a top-level list, in a project whose values change."""
    (project / "reports/key-results.yaml").write_text("02-claims: {time.share: Social workers with time (%)}\n")
    pipeline = yaml.safe_load((project / "dvc.yaml").read_text())
    (project / "dvc.yaml").write_text(yaml.safe_dump({**pipeline, "metrics": [METRICS.as_posix()]}, sort_keys=False))
    assert write_key_results(project).is_file()
    shown = subprocess.run(
        [sys.executable, "-m", "dvc", "metrics", "show", "--md"], cwd=project, capture_output=True, text=True
    )
    assert "Social workers with time (%)" in shown.stdout and "21" in shown.stdout
