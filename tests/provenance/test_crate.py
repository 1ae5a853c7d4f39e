"""The site's RO-Crate: valid by the profile's validator, complete, the same twice, silent about private data."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from rocrate_validator.models import Severity

from pipeline.errors import PublishingError
from pipeline.provenance.crate import METADATA, SITE, WORKFLOW, write_crate
from pipeline.workflow.stages import is_shared, read_stages
from tests.provenance.conformance import issues

ROOT = Path(__file__).resolve().parents[2]
COPIED = [
    "CITATION.cff",
    "dvc.yaml",
    "params.yaml",
    "requirements.lock",
    "notebooks",
    "reports/styles",
    "reports/passages",
    "data/raw/surveys/ofsted-2011",
    "data/raw/evidence",
]
# What the profile recommends and the metadata leave out: times (the same inputs give the same bytes), and addresses on
# the web, for the project names none of its own; a README is not part of the site.
LEFT_OUT = ("endTime", "SHOULD have a url", "SHOULD have a URL", "SHOULD be an absolute URI", "README.md")


@pytest.fixture
def project(tmp_path):
    """The project's own stages, with a made-up file for each output, and private data beside the shared ones."""
    root = tmp_path / "project"
    for name in COPIED:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile)(ROOT / name, place)
    (root / "reports").mkdir(exist_ok=True)
    for source in [*ROOT.glob("reports/*.*"), *ROOT.glob("data/raw/authorities/*.*")]:
        (root / source.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, root / source.relative_to(ROOT))
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    (root / "CITATION.cff").write_text(yaml.safe_dump({**citation, "date-released": "2026-01-31"}), encoding="utf-8")
    for private in ("surveys/leeds-2026/answers.csv", "authorities/files/workforce.csv", "authorities/manifest.yaml"):
        (root / "data/raw" / private).parent.mkdir(parents=True, exist_ok=True)
        (root / "data/raw" / private).write_text("private\n", encoding="utf-8")
    for stage in read_stages(root):
        for out in (out for out in stage.outs if Path(out).name not in (METADATA, WORKFLOW)):
            file = root / out if Path(out).suffix else root / out / "table.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{out}\n", encoding="utf-8")
    (root / SITE / "survey/leeds-2026").mkdir(parents=True)
    (root / SITE / "survey/leeds-2026/survey.html").write_text("private", encoding="utf-8")
    return root


@pytest.fixture
def site(project):
    write_crate(project)
    return project / SITE


def described(site):
    graph = json.loads((site / METADATA).read_text(encoding="utf-8"))["@graph"]
    return {entity["@id"]: entity for entity in graph}


def ids(value):
    return [each["@id"] for each in (value if isinstance(value, list) else [value])]


@pytest.mark.slow
def test_it_conforms_to_the_profile_and_lacks_only_what_it_leaves_out_on_purpose(site, tmp_path):
    assert issues(site, tmp_path) == []
    recommended = issues(site, tmp_path, Severity.RECOMMENDED)
    assert [each for each in recommended if not any(word in each for word in LEFT_OUT)] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entity", "key"),
    [
        ("./", "mainEntity"),
        ("./", "datePublished"),
        ("#run", "instrument"),
        (WORKFLOW, "programmingLanguage"),
        ("#parameter/survey", "additionalType"),
    ],
)
def test_a_broken_crate_is_caught(site, tmp_path, entity, key):
    content = json.loads((site / METADATA).read_text(encoding="utf-8"))
    del next(each for each in content["@graph"] if each["@id"] == entity)[key]
    (site / METADATA).write_text(json.dumps(content), encoding="utf-8")
    assert issues(site, tmp_path) != []


@pytest.mark.slow
def test_a_file_that_is_not_there_is_caught(site, tmp_path):
    (site / "data/claims.csv").unlink()
    assert any("data/claims.csv" in each for each in issues(site, tmp_path, Severity.RECOMMENDED))


def test_every_file_of_the_site_is_described_with_what_made_it(project, site):
    entities = described(site)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    files -= {METADATA, "survey/leeds-2026/survey.html"}
    assert set(ids(entities["./"]["hasPart"])) == files
    made = {
        result for name, entity in entities.items() if name.startswith("#stage/") for result in ids(entity["result"])
    }
    assert files - made == {WORKFLOW}
    claims = entities["#stage/check-claims"]
    assert claims["instrument"] == {"@id": "#notebooks/02-check-claims.ipynb"}
    assert {"#input/data/raw/surveys/ofsted-2011/claims.yaml", "#given/survey=ofsted-2011"} <= set(
        ids(claims["object"])
    )
    assert "notebooks/02-check-claims.ipynb" in ids(claims["result"])
    assert "notebooks/02-check-claims.html" in ids(entities["#stage/notebook-pages"]["result"])
    assert (site / WORKFLOW).read_bytes() == (project / "dvc.yaml").read_bytes()


def test_no_reference_leads_nowhere(site):
    entities = described(site)
    named = {
        each["@id"]
        for entity in entities.values()
        for value in entity.values()
        for each in (value if isinstance(value, list) else [value])
        if isinstance(each, dict)
    }
    outside = {name for name in named - set(entities) if not name.startswith("http")}
    assert outside == set()


def test_private_data_do_not_appear(site):
    text = (site / METADATA).read_text(encoding="utf-8")
    for word in ("leeds-2026", "workforce.csv", "manifest.yaml"):
        assert word not in text


def test_what_is_shared_is_what_git_shares():
    listed = subprocess.run(["git", "ls-files", "data/raw"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    if not listed:
        pytest.skip("this copy of the project is not under git")
    assert [path for path in listed if not is_shared(path)] == []


def test_it_is_the_same_twice_and_dated_by_the_project(project, site, monkeypatch):
    first = (site / METADATA).read_bytes()
    write_crate(project)
    assert (site / METADATA).read_bytes() == first
    assert described(site)["./"]["datePublished"] == "2026-01-31"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    write_crate(project)
    assert described(site)["./"]["datePublished"] == "2025-10-09"


def test_a_missing_output_or_date_is_told(project):
    (project / SITE / "data/claims.csv").unlink()
    with pytest.raises(PublishingError, match="golden-thread run --stage check-claims"):
        write_crate(project)
    citation = yaml.safe_load((project / "CITATION.cff").read_text(encoding="utf-8"))
    del citation["date-released"]
    (project / "CITATION.cff").write_text(yaml.safe_dump(citation), encoding="utf-8")
    with pytest.raises(PublishingError, match="date-released"):
        write_crate(project)


def test_its_stage_depends_on_everything_that_it_describes():
    stages = read_stages(ROOT)
    crate = next(stage for stage in stages if f"{SITE}{METADATA}" in stage.outs)
    others = [stage for stage in stages if stage is not crate]
    described = {out for stage in others for out in stage.outs if out.startswith(SITE)}
    made = {out for stage in others for out in stage.outs}
    taken = {
        path
        for stage in others
        for path in stage.data
        if not any(path == out or path.startswith(f"{out}/") for out in made)
    }
    notebooks = {f"notebooks/{stage.notebook}.ipynb" for stage in others if stage.notebook}
    sources = {"CITATION.cff", "params.yaml", "requirements.lock"}  # DVC does not let dvc.yaml be a dependency
    missing = {
        path
        for path in described | taken | notebooks | sources
        if not any(path == dep or path.startswith(f"{dep}/") for dep in crate.deps)
    }
    assert sorted(missing) == []
