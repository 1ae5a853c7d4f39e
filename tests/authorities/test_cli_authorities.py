"""`golden-thread authorities fetch` as a user meets it: what is printed, how it ends, and what is in use afterwards."""

import shutil
import zipfile
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from pipeline.authorities.releases.catalogue import FOLDER
from pipeline.authorities.releases.downloading import Patience
from pipeline.authorities.releases.manifest import accepted_files, read_manifest
from pipeline.commands.authorities import authorities_app
from tests.authorities.loopback import Answer, serving
from tests.authorities.made_up import FILES, OLDER_FILE, write_files
from tests.authorities.test_catalogue import REAL
from tests.surveys.projects import ROOT

IDENTIFIERS = {
    name: f"00000000-0000-4000-8000-00000000000{number}"
    for number, name in enumerate(["workforce", "referrals", "population"])
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with the catalogue and nothing fetched; three data sets have a made-up identifier."""
    folder = tmp_path / "project"
    (folder / "pipeline").mkdir(parents=True)
    (folder / FOLDER).mkdir(parents=True)
    shutil.copy(ROOT / "dvc.yaml", folder)
    content = yaml.safe_load((ROOT / FOLDER / "sources.yaml").read_text(encoding="utf-8"))
    for source in content["sources"]:
        source["data_set"] = IDENTIFIERS.get(source["id"])
    (folder / FOLDER / "sources.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pipeline.commands.authorities.console", Console(width=80, highlight=False, soft_wrap=True))
    monkeypatch.setattr("pipeline.authorities.releases.downloading.USUAL", Patience(attempts=1, backoff=0))
    return folder


@pytest.fixture(scope="module")
def all_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    write_files(folder, older=True)
    return folder


@pytest.fixture
def made_up(all_files, tmp_path):
    """A folder of downloads that a test may change."""
    return shutil.copytree(all_files, tmp_path / "downloads")


@pytest.fixture
def service(made_up):
    """A service that has the three data sets."""
    with serving() as running:
        for source_id in IDENTIFIERS:
            running.gives(route(source_id), Answer((made_up / FILES[source_id]).read_bytes()))
        yield running


def route(source_id):
    return f"/v1/data-sets/{IDENTIFIERS[source_id]}/csv"


def fetch(*words):
    """Call the command: its output, and the message of its mistake."""
    result = CliRunner().invoke(authorities_app, ["fetch", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        return result.output, str(result.exception)
    return result.output, None


def used(project):
    return {source_id: path.read_bytes() for source_id, path in accepted_files(project / FOLDER, check=True).items()}


def test_the_help_has_examples():
    result = CliRunner().invoke(authorities_app, ["fetch", "--help"])
    assert result.exit_code == 0 and "Examples" in result.output and "--from" in result.output


@pytest.mark.slow
def test_from_a_folder(project, made_up):
    (made_up / "notes.txt").write_text("x", encoding="utf-8")
    said, mistake = fetch("--from", made_up)
    assert mistake is None and set(used(project)) == set(FILES)
    assert "not taken: notes.txt (no data set has files of this name)" in said and "needs these too" not in said
    assert f"workforce: {FILES['workforce']}" in said and "in use now" in said
    assert f"{OLDER_FILE} " in said and "kept beside the newer release" in said and "columns renamed (12): " in said
    report = next((project / FOLDER / "workforce").glob("changes-*.csv"))
    assert report.name in said
    assert report.read_text(encoding="utf-8").startswith("change,year,level,code,name,column,before,now,difference\n")
    again, mistake = fetch("--from", made_up)
    assert mistake is None and again.count("there already") == len(FILES) + 1 and "in use now" not in again


def test_only_some_data_sets(project, made_up):
    said, mistake = fetch("--from", made_up, "--only", "referrals", "--only", "neighbours")
    assert mistake is None and set(used(project)) == {"referrals", "neighbours"}
    assert "The analysis needs these too:" in said and "workforce: Children's social work workforce, https://" in said
    (made_up / FILES["population"]).unlink()
    assert "population" in fetch("--from", made_up, "--only", "population")[1]
    assert "There is no such data set." in fetch("--only", "weather")[1]
    assert "one of them" in fetch("--from", made_up, "--base", "http://127.0.0.1")[1]


def test_from_the_service(project, service, made_up):
    said, mistake = fetch("--base", service.base)
    assert mistake is None
    assert used(project) == {name: (made_up / FILES[name]).read_bytes() for name in IDENTIFIERS}
    assert "not downloaded: inspections. Download the file by hand from https://www.gov.uk/" in said
    assert "not downloaded: plan-durations. Give the identifier in sources.yaml, or download" in said
    assert read_manifest(project / FOLDER).sources["referrals"].url == service.base + route("referrals")
    assert not list((project / FOLDER).rglob(".*"))


def test_one_data_set_that_fails_does_not_lose_the_others(project, service, made_up):
    service.gives(route("workforce"), Answer(b"<html>", kind="text/html"))
    service.gives(route("population"), Answer(b"time_period,population\n2024,1\n"))
    said, mistake = fetch("--base", service.base)
    assert set(used(project)) == {"referrals"}
    assert mistake.startswith("2 of 3 data sets could not be taken")
    assert "- workforce: The service answered with something else" in mistake
    assert "- population: The columns are not" in mistake
    assert "workforce: failed" in said and "referrals.csv" in said


def test_a_file_that_may_not_be_read_is_told_and_the_others_are_taken(project, made_up, monkeypatch):
    whole = Path.read_bytes

    def denied(path):
        if path.name == FILES["referrals"]:
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    _said, mistake = fetch("--from", made_up)
    assert "1 of 11 data sets" in mistake and "Permission denied" in mistake and FILES["referrals"] in mistake
    assert set(accepted_files(project / FOLDER)) == set(FILES) - {"referrals"}


def test_a_data_set_without_identifier(project, made_up):
    _, mistake = fetch("--only", "inspections")
    assert "no identifier" in mistake and "by hand from https://www.gov.uk" in mistake
    content = (project / FOLDER / "sources.yaml").read_text(encoding="utf-8")
    for identifier in IDENTIFIERS.values():
        content = content.replace(identifier, "null")
    (project / FOLDER / "sources.yaml").write_text(content, encoding="utf-8")
    _, mistake = fetch()
    assert "No data set has an identifier" in mistake and "--from FOLDER" in mistake


def new_release(made_up):
    """The referrals of another year, under the same name."""
    text = (made_up / FILES["referrals"]).read_text(encoding="utf-8")
    return text.replace("2024,Reporting year", "2025,Reporting year").encode()


@pytest.mark.slow
def test_a_new_release_is_reported_and_waits(project, service, made_up):
    fetch("--base", service.base)
    before = used(project)
    service.gives(route("referrals"), Answer(new_release(made_up)))
    said, mistake = fetch("--base", service.base)
    assert mistake is None and used(project) == before
    assert "NOT in use, nothing was changed" in said and "years added (1): 2025" in said
    assert "still in use: referrals.csv" in said and "--only referrals --accept" in said
    said, mistake = fetch("--base", service.base, "--only", "referrals", "--accept")
    assert mistake is None and "in use now" in said and "years added (1): 2025" in said
    assert used(project) == before | {"referrals": new_release(made_up)}


@pytest.mark.parametrize(("answer", "state"), [("y", "in use now"), ("n", "NOT in use")])
def test_who_sits_before_it_is_asked_after_seeing_the_changes(project, made_up, monkeypatch, answer, state):
    words = ["--from", str(made_up), "--only", "referrals"]
    fetch(*words)
    (made_up / FILES["referrals"]).write_bytes(new_release(made_up))
    monkeypatch.setattr("pipeline.commands.authorities._somebody_there", lambda: True)
    result = CliRunner().invoke(authorities_app, ["fetch", *words], input=f"{answer}\n")
    assert result.exit_code == 0 and state in result.output
    assert result.output.count("years added (1): 2025") == 1  # shown before the question, not again after it
    assert result.output.index("years added (1): 2025") < result.output.index("Put the new release to use?")
    assert (used(project)["referrals"] == new_release(made_up)) == (answer == "y")


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real statistics in ../shared/dfe")
def test_all_real_files_are_taken(project):
    said, mistake = fetch("--from", REAL)
    assert mistake is None and set(used(project)) == set(FILES)
    assert said.count("the file that this version was developed with") == 12 and "values, revised (2,437)" in said
    manifest = read_manifest(project / FOLDER).sources
    assert manifest["workforce"].rows == 1300 and manifest["workforce"].older[0].rows == 978
    assert manifest["social-worker-changes"].layout == "first-release"


@pytest.mark.slow
def test_a_spreadsheet_that_unpacks_to_too_much_is_refused_and_the_others_are_taken(project, made_up):
    """400 MB of blanks in 400 KB: a reader of spreadsheets would hold all of it, and more, in memory."""
    path = made_up / FILES["inspections"]
    with zipfile.ZipFile(path) as sound:
        parts = {name: sound.read(name) for name in sound.namelist() if name != "content.xml"}
        content = sound.read("content.xml")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
        packed.writestr("content.xml", content + b" " * 400_000_000)
    assert path.stat().st_size < 500_000
    said, mistake = fetch("--from", made_up)
    told = said + (mistake or "")
    assert "The spreadsheet unpacks to too much." in told and path.name in told and "Download the file again" in told
    assert "inspections" not in used(project)
