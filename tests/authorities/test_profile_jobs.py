"""Making many profiles: on this machine and on a Dask cluster, the same bytes; reruns; failures; outdated files."""

import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.chapters.profiles import journal as journals
from pipeline.chapters.profiles.jobs import forget_others, make_profiles
from pipeline.errors import ParameterError
from pipeline.imports import modules
from tests.authorities.profile_projects import JOINT, NORTHSHIRE, ROOT, made_up_profiles, make_project

SITE = Path("reports/site/profile")
NO_NAME = float("nan")  # nothing can be published under it
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def profiles(cleaned):
    return list(made_up_profiles(cleaned).values())


@pytest.fixture
def project(tmp_path, cleaned, collection, monkeypatch):
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")
    return make_project(tmp_path / "project", cleaned, collection)


def contents(project):
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted((project / SITE).rglob("*"))
        if path.is_file()
    }


def with_title(profiles, slug, **changed):
    return [replace(each, **changed) if each.slug == slug else each for each in profiles]


def test_one_profile_has_its_formats_and_its_data(project, profiles):
    made = make_profiles(project, profiles[:1], jobs=1)
    folder = project / SITE / profiles[0].slug
    assert [each.name for each in made.made] == [profiles[0].name] and not made.failed
    assert {path.name for path in folder.glob("profile.*")} == {"profile.html", "profile.docx", "profile.pdf"}
    assert (folder / "data" / "workforce-over-time.csv").is_file()
    assert folder.joinpath("profile.html").read_text(encoding="utf-8").count(profiles[0].name) > 1


def test_a_rerun_makes_nothing_and_one_changed_number_one_profile(project, profiles):
    few = profiles[:3]
    make_profiles(project, few, ("html",), jobs=1)
    before = contents(project)
    again = make_profiles(project, few, ("html",), jobs=1)
    assert not again.made and len(again.unchanged) == 3 and contents(project) == before
    figures = few[1].figures.copy()
    at = figures["value"].first_valid_index()
    figures.loc[at, "value"] += 0.1
    third = make_profiles(project, with_title(few, few[1].slug, figures=figures), ("html",), jobs=1)
    assert [each.slug for each in third.made] == [few[1].slug]
    changed = {path for path, content in contents(project).items() if before.get(path) != content}
    assert changed and all(path.startswith(f"{SITE.as_posix()}/{few[1].slug}/") for path in changed)


def test_deleted_and_damaged_outputs_are_made_again(project, profiles):
    make_profiles(project, profiles[:2], ("html",), jobs=1)
    before = contents(project)
    (project / SITE / profiles[0].slug / "profile.html").unlink()
    data = project / SITE / profiles[1].slug / "data" / "change.csv"
    data.write_text("damaged", encoding="utf-8")
    made = make_profiles(project, profiles[:2], ("html",), jobs=1)
    assert len(made.made) == 2 and contents(project) == before


def test_another_format_is_added_and_an_outdated_one_does_not_stay(project, profiles):
    one, page = profiles[:1], project / SITE / profiles[0].slug / "profile.html"
    make_profiles(project, one, ("html",), jobs=1)
    make_profiles(project, one, ("pdf",), jobs=1)
    assert page.is_file() and not make_profiles(project, one, ("html", "pdf"), jobs=1).made
    make_profiles(project, [replace(one[0], name="Renamed")], ("pdf",), jobs=1)
    assert not page.exists() and page.with_suffix(".pdf").is_file()


def test_changed_styles_make_every_profile_again(project, profiles):
    make_profiles(project, profiles[:2], ("html",), jobs=1)
    with (project / "reports" / "styles" / "report.css").open("a", encoding="utf-8") as file:
        file.write("p { color: black; }\n")
    assert len(make_profiles(project, profiles[:2], ("html",), jobs=1).made) == 2


def test_a_failure_stops_no_other_and_is_made_when_it_is_mended(project, profiles):
    broken = with_title(profiles[:3], profiles[1].slug, name=NO_NAME)
    made = make_profiles(project, broken, ("html",), jobs=1)
    assert [each.slug for each in made.failed] == [profiles[1].slug] and len(made.made) == 2
    assert made.failed[0].by_data and "missing number" in made.failed[0].problem
    assert [each.slug for each in make_profiles(project, profiles[:3], ("html",), jobs=1).made] == [profiles[1].slug]


def test_a_defect_is_told_with_where_it_was(project, profiles):
    broken = with_title(profiles[:2], profiles[0].slug, indicators=profiles[0].indicators.drop(columns="role"))
    made = make_profiles(project, broken, ("html",), jobs=1)
    assert len(made.made) == 1 and not made.failed[0].by_data and "KeyError" in made.failed[0].problem


def test_a_damaged_journal_only_costs_time(project, profiles):
    make_profiles(project, profiles[:1], ("html",), jobs=1)
    (project / journals.JOURNAL).write_text("{", encoding="utf-8")
    assert len(make_profiles(project, profiles[:1], ("html",), jobs=1).made) == 1


def test_the_journal_is_sorted_and_has_no_times(project, profiles):
    make_profiles(project, profiles[:2], ("html",), jobs=1)
    text = (project / journals.JOURNAL).read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert set(json.loads(text)[profiles[0].slug]) == {"fingerprint", "outputs"} and str(project) not in text


def test_profiles_of_authorities_that_are_gone_are_removed(project, profiles):
    make_profiles(project, profiles[:2], ("html",), jobs=1)
    assert forget_others(project, profiles[1:]) == [profiles[0].slug]
    assert not (project / SITE / profiles[0].slug / "profile.html").exists()
    assert (project / SITE / profiles[1].slug / "profile.html").is_file()


@pytest.mark.parametrize("formats", [(), ("html", "odt")])
def test_an_unknown_format_is_refused(project, profiles, formats):
    with pytest.raises(ParameterError, match="html, docx, pdf"):
        make_profiles(project, profiles[:1], formats)


def test_a_scheduler_that_does_not_answer_is_named(project, profiles, monkeypatch):
    monkeypatch.setattr("pipeline.chapters.profiles.jobs.PATIENCE", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ParameterError, match="does not answer"):
        make_profiles(project, profiles[:1], ("html",), scheduler=address)


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, started by Dask's own commands."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    common = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--no-dashboard",
                "--no-jupyter",
            ],
            **common,
        )
    ]
    started += [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "2",
                "--no-dashboard",
                "--local-directory",
                str(tmp_path / f"worker-{number}"),
            ],
            **common,
        )
        for number in range(2)
    ]
    yield address, started
    for process in reversed(started):
        process.terminate()
    for process in started:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_cluster_makes_the_same_bytes_as_this_machine(project, profiles, cluster, tmp_path, cleaned, collection):
    address, _ = cluster
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    other = make_project(tmp_path / "other", cleaned, collection)
    broken = with_title(profiles, profiles[-1].slug, name=NO_NAME)
    here = make_profiles(project, broken, jobs=2)
    there = make_profiles(other, list(reversed(broken)), scheduler=address)
    for made in (here, there):
        assert len(made.made) == len(profiles) - 1 and [each.slug for each in made.failed] == [profiles[-1].slug]
    assert contents(project) == contents(other) and len(contents(project)) > 10 * len(made.made)
    assert (project / journals.JOURNAL).read_bytes() == (other / journals.JOURNAL).read_bytes()
    assert {NORTHSHIRE.lower(), JOINT.lower().replace("+", "-")} <= {each.slug for each in here.made}


def test_a_worker_that_does_not_see_the_folder_says_so(project, profiles, cluster, monkeypatch):
    address, _ = cluster
    monkeypatch.setattr(journals, "shared_fingerprint", lambda root, engine: "of another machine")
    made = make_profiles(project, profiles[:1], ("html",), scheduler=address)
    assert made.failed[0].by_data and "other code, templates or tools" in made.failed[0].problem


def test_stopping_half_way_keeps_what_was_made(project, profiles):
    def stop(outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_profiles(project, profiles[:3], ("html",), jobs=1, on_end=stop)
    again = make_profiles(project, profiles[:3], ("html",), jobs=1)
    assert len(again.unchanged) == 1 and len(again.made) == 2


def test_all_that_the_making_of_profiles_runs_counts_for_the_journal():
    """Asked of Python itself: what is loaded once profiles are made."""
    program = "import pipeline.chapters.profiles.jobs, sys; print(*(each.__file__ for name, each in sys.modules.items() if name.split('.')[0] == 'pipeline'), sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    counted = {str(ROOT / path) for path in modules(journals.CODE, ROOT)}
    assert {str(ROOT / "pipeline" / name) for name in ("numerals.py", "markdown.py", "rendering/docx.py")} <= counted
    assert set(loaded) <= counted
