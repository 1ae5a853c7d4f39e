"""`golden-thread survey remove`: nothing of the survey is left, in any place; nothing of anything else is touched."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.commands.survey import survey_app
from pipeline.errors import ParameterError, PipelineError
from pipeline.workflow.dvc_cache import cache_folder, object_path
from pipeline.workflow.records import one_run_at_a_time
from pipeline.workflow.running import reproduce
from pipeline.workflow.survey_list import without_survey
from pipeline.workflow.survey_removing import find_traces, remove_survey

PARAMS = "rule: one  # of the study\nsurveys: [leeds, york]  # ours\n"
SAME = "nobody knows why\n"  # what both surveys' stages write
MAKE = (
    "import os\nfrom pathlib import Path\nname = os.environ['DVC_STAGE'].rpartition('@')[2]\n"
    "answers = Path(f'data/raw/surveys/{name}/export.csv').read_text()\n"
    "for place in ('data/processed/surveys', 'reports/published/survey', 'reports/site/survey'):\n"
    "    folder = Path(place, name)\n    folder.mkdir(parents=True, exist_ok=True)\n"
    f"    (folder / 'answers.csv').write_text(place + answers)\n    (folder / 'same.txt').write_text({SAME!r})\n"
)
STAGES = {
    "study": {
        "cmd": "python -c \"from pathlib import Path; Path('reports/study.html').write_text('the study')\"",
        "params": ["rule"],
        "outs": ["reports/study.html"],
    },
    "staff-survey": {
        "foreach": "${surveys}",
        "do": {
            "cmd": "python make.py",
            "deps": ["data/raw/surveys/${item}", "make.py"],
            "outs": [
                "data/processed/surveys/${item}",
                "reports/published/survey/${item}",
                "reports/site/survey/${item}",
            ],
        },
    },
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two surveys, each run twice with other answers: the first run's outputs are in DVC's cache only."""
    root = tmp_path / "project"
    for folder in (".dvc", "pipeline", "reports", "data/raw/surveys/ofsted-2011"):
        (root / folder).mkdir(parents=True)
    (root / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": STAGES}, sort_keys=False))
    (root / "params.yaml").write_text(PARAMS)
    (root / "make.py").write_text(MAKE)
    for answers in ("first", "second"):
        for name in ("leeds", "york"):
            folder = root / "data" / "raw" / "surveys" / name
            folder.mkdir(exist_ok=True)
            (folder / "survey.yaml").write_text(f"name: {name}\n")
            (folder / "export.csv").write_text(f"{answers} answers of {name}")
        reproduce(root)
    monkeypatch.chdir(root)
    return root


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def mentions(root: Path, name: str) -> list[str]:
    """The files whose name or content holds `name`."""
    return sorted(path for path, content in tree(root).items() if name in path or name.encode() in content)


@pytest.mark.slow
def test_nothing_of_the_survey_is_left_and_nothing_else_is_touched(project):
    before = tree(project)
    assert len([path for path in mentions(project, "leeds") if path.startswith(".dvc/cache/files")]) >= 6
    remove_survey(project, find_traces(project, "leeds"))
    assert mentions(project, "leeds") == []
    for text in ("data/processed/surveys", "reports/site/survey"):
        for answers in ("first", "second"):
            md5 = hashlib.md5(f"{text}{answers} answers of leeds".encode()).hexdigest()
            assert not object_path(cache_folder(project), md5).exists()
            assert mentions(project, md5) == []
    after = tree(project)
    changed = {
        path
        for path in before
        if after.get(path) != before[path] and "leeds" not in path and not path.startswith(".dvc/")
    }
    assert changed == {"params.yaml", "dvc.lock"}
    assert (project / "params.yaml").read_text() == PARAMS.replace("leeds, york", "york")
    assert object_path(cache_folder(project), hashlib.md5(SAME.encode()).hexdigest()).read_text() == SAME  # York's too
    assert yaml.safe_load((project / "dvc.lock").read_text())["stages"].keys() == {"study", "staff-survey@york"}
    assert [stage.name for stage in reproduce(project) if stage.ran] == []
    (project / "data/raw/surveys/york/export.csv").write_text("first answers of york")
    (project / "reports/site/survey/york/answers.csv").unlink()
    assert [stage.name for stage in reproduce(project) if stage.ran] == []  # York's first run is still in the cache
    assert mentions(project, "leeds") == []


@pytest.mark.slow
def test_what_dvc_notes_in_the_place_that_all_users_share_is_removed(project, tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(shared))
    done = subprocess.run([sys.executable, "-m", "dvc", "status"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0 and list(shared.rglob("*.db")) != [], done.stderr
    remove_survey(project, find_traces(project, "leeds"))
    assert [path for path in shared.rglob("*") if path.is_file()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "stop",
    ["shutil.rmtree", "pipeline.workflow.survey_removing.write_text", "pipeline.workflow.survey_removing.take_off"],
)
def test_stopped_half_way_it_goes_on(project, monkeypatch, stop):
    def fail(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(stop, fail)
        with pytest.raises(KeyboardInterrupt):
            remove_survey(project, find_traces(project, "leeds"))
    remove_survey(project, find_traces(project, "leeds"))
    assert mentions(project, "leeds") == []


@pytest.mark.slow
def test_it_asks_first(project):
    before = tree(project)
    for answer in ("n\n", ""):
        asked = CliRunner().invoke(survey_app, ["remove", "leeds"], input=answer)
        assert asked.exit_code == 1 and "Nothing was removed." in asked.output and tree(project) == before
    for line in (
        "data/raw/surveys/leeds",
        "the answers and their codebook",
        "DVC's cache",
        "DVC's records",
        "params.yaml",
    ):
        assert line in asked.output
    agreed = CliRunner().invoke(survey_app, ["remove", "leeds"], input="y\n")
    assert (
        agreed.exit_code == 0 and "The survey leeds was removed." in agreed.output and mentions(project, "leeds") == []
    )
    unasked = CliRunner().invoke(survey_app, ["remove", "york", "--yes"])
    assert unasked.exit_code == 0 and mentions(project, "york") == []
    assert (project / "params.yaml").read_text() == PARAMS.replace("[leeds, york]", "[]")


@pytest.mark.slow
def test_while_a_run_is_going_on_nothing_is_removed(project):
    import json

    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "dvc", "repro"])
    try:
        (project / ".dvc/tmp/rwlock").write_text(
            json.dumps({"write": {"/a": {"pid": process.pid, "cmd": "dvc repro"}}})
        )
        before = tree(project)
        with pytest.raises(PipelineError, match="Another run of the pipeline is still going"):
            remove_survey(project, find_traces(project, "leeds"))
        assert tree(project) == before
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("name", "said"),
    [("ofsted-2011", "the published one"), ("derby", "There is no such survey"), ("../raw", "cannot be used")],
)
def test_what_is_no_survey_of_a_council_s_own_is_not_removed(tmp_path, name, said):
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "data/raw/surveys/ofsted-2011").mkdir(parents=True)
    with pytest.raises(ParameterError, match=said):
        find_traces(tmp_path, name)
    assert (tmp_path / "data/raw/surveys/ofsted-2011").is_dir()


def test_a_survey_that_is_only_named_can_be_taken_off_the_list(tmp_path):
    """A colleague's, whose answers are not on this machine."""
    (tmp_path / "params.yaml").write_text(PARAMS)
    traces = find_traces(tmp_path, "york")
    assert traces.listed == ("params.yaml",) and not traces.folders
    remove_survey(tmp_path, traces)
    assert (tmp_path / "params.yaml").read_text() == PARAMS.replace("leeds, york", "leeds")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("surveys: [a]  # ours\nb: 1\n", "surveys: []  # ours\nb: 1\n"),
        ("surveys: [a, b, c]\n", "surveys: [b, c]\n"),
        ("surveys: [b, a, c]\n", "surveys: [b, c]\n"),
        ("surveys: [b, 'a']\n", "surveys: [b]\n"),
        ("surveys:\n  - a  # first\n  - b  # second\nz: 1\n", "surveys:\n  - b  # second\nz: 1\n"),
        ("surveys:\n- b\n- a", "surveys:\n- b\n"),
        ("surveys:\n  # all\n  - a\nz: 1\n", "surveys:\n  # all\n  []\nz: 1\n"),
        ("surveys:\r\n  - a\r\n  - b\r\n", "surveys:\r\n  - b\r\n"),
        ("surveys: [b]\n", "surveys: [b]\n"),
        ("surveys:\n", "surveys:\n"),
    ],
)
def test_one_name_is_taken_off_the_list_and_every_other_byte_stays(tmp_path, before, after):
    (tmp_path / "params.yaml").write_bytes(before.encode())
    found = without_survey(tmp_path / "params.yaml", "a").decode()
    assert found == after
    assert yaml.safe_load(found)["surveys"] == (
        [name for name in yaml.safe_load(before)["surveys"] or [] if name != "a"] or yaml.safe_load(after)["surveys"]
    )


@pytest.mark.slow
def test_under_version_control_the_folder_s_own_record_forgets_the_survey_too(project):
    """dvc.lock is the shared record there, in which no survey of a council's own stands."""

    def git(*words: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        return subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True, text=True).stdout

    (project / "params.yaml").write_text(PARAMS.replace("leeds, york", ""))
    (project / "dvc.lock").unlink()
    reproduce(project)
    (project / ".gitignore").write_text(
        "/.dvc/tmp\n/.dvc/cache\n/.dvc/config.local\n/data\n/reports\n/params.yaml\n/.gitignore\n"
    )
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "The study")
    (project / "params.yaml").write_text(PARAMS)
    reproduce(project)
    own = project / ".dvc/tmp/golden-thread/own.lock"
    assert "staff-survey@leeds" in own.read_text() and git("status", "--porcelain") == ""
    remove_survey(project, find_traces(project, "leeds"))
    assert (
        mentions(project, "leeds") == []
        and "staff-survey@york" in own.read_text()
        and git("status", "--porcelain") == ""
    )
    assert [stage.name for stage in reproduce(project) if stage.ran] == []


@pytest.mark.slow
def test_while_the_pipeline_runs_nothing_is_removed(project):
    traces, before = find_traces(project, "leeds"), tree(project)
    with one_run_at_a_time(project):
        kept = {path: content for path, content in tree(project).items() if "run" not in Path(path).name}
        with pytest.raises(PipelineError, match=r"(?s)Another run of the pipeline is still going.*process \d+"):
            remove_survey(project, traces)
        assert kept.items() <= tree(project).items() and "data/raw/surveys/leeds/export.csv" in before


def test_a_record_that_is_cut_off_does_not_stop_the_removal(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "dvc.lock").write_text("stages:\n  staff-survey@york:\n    cmd: 'x\n")
    remove_survey(tmp_path, find_traces(tmp_path, "york"))
    assert "york" not in (tmp_path / "params.yaml").read_text() + (tmp_path / "dvc.lock").read_text()
