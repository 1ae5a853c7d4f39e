"""Building .venv: what is handed to the installer, and one real build in a folder with a blank and without .git."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from pipeline.errors import SetUpError
from pipeline.setup import environment
from pipeline.setup.environment import ROOT, check, uv_settings

# Nothing listens there: every way out is closed.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "PIP_PROXY")
OFFLINE = dict.fromkeys(PROXIES, "http://127.0.0.1:9") | {"NO_PROXY": "", "no_proxy": "", "UV_HTTP_RETRIES": "0"}


# What uv is told


def test_the_settings_of_pip_are_handed_on_as_pip_ranks_them():
    config = "\n".join(
        [
            ":env:.index-url='https://c.example/simple'",
            "global.cert='/etc/ca.pem'",
            "global.extra-index-url='https://a.example/simple\\nfile:///srv/simple'",
            "global.find-links='/srv/one /srv/two'",
            "global.index-url='https://a.example/simple'",
            "global.timeout='60'",
            "install.index-url='https://b.example/simple'",
        ]
    )
    assert uv_settings(config, {}) == {
        "UV_DEFAULT_INDEX": "https://c.example/simple",
        "UV_INDEX": "https://a.example/simple file:///srv/simple",
        "UV_FIND_LINKS": "/srv/one,/srv/two",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_uv_was_told_itself_stays():
    told = uv_settings("global.index-url='https://a.example/simple'", {"UV_DEFAULT_INDEX": "https://b.example/simple"})
    assert told["UV_DEFAULT_INDEX"] == "https://b.example/simple"


# Which Python fits


@pytest.mark.parametrize(("version", "fault"), [((3, 10, 14), "old"), ((3, 15, 0), "new")])
def test_a_python_that_does_not_fit_is_told_so_and_how_to_get_another(monkeypatch, version, fault):
    monkeypatch.setattr(environment.sys, "version_info", version)
    with pytest.raises(SetUpError) as refused:
        check()
    what, where, found, expected, fix = str(refused.value).splitlines()
    assert what == f"This Python is too {fault}." and where.endswith(sys.executable)
    assert found.endswith(f" Python 3.{version[1]}") and expected.endswith(" Python 3.11 to 3.14")
    assert "uv python install 3.14" in fix and 'make report PYTHON="$(uv python find 3.14)"' in fix


@pytest.mark.parametrize("version", [(3, minor, 0) for minor in range(11, 15)])
def test_every_python_from_the_oldest_to_the_newest_fits(monkeypatch, version):
    monkeypatch.setattr(environment.sys, "version_info", version)
    check()


def test_a_python_without_the_means_is_told_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SetUpError, match="python3-venv"):
        check()


@pytest.mark.parametrize("name", ["__init__.py", "setup/__init__.py", "setup/environment.py", "errors.py"])
def test_an_old_python_can_read_far_enough_to_be_told(name):
    ast.parse((ROOT / "pipeline" / name).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_nothing_need_be_installed_to_build():
    done = call(ROOT, sys.executable, "-S", "-m", "pipeline.setup.environment", "--check")
    assert done.returncode == 0, done.stderr


# One real build


def call(project, *command, **variables):
    environ = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    return subprocess.run(command, cwd=project, env=environ | variables, capture_output=True, text=True)


def installed(project):
    listed = call(project, ".venv/bin/python", "-m", "uv", "pip", "freeze", "--python", ".venv/bin/python")
    return listed.stdout.splitlines()


@pytest.fixture(scope="module")
def built(shared_project, tmp_path_factory, package_index):
    """A project that set itself up, with another environment active, after a first build that was killed half-way."""
    if not shutil.which("make") or os.name != "posix":
        pytest.skip("there is no make on this machine")
    other = tmp_path_factory.mktemp("other") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", other], check=True)
    build = ("make", ".venv/.ready", f"PYTHON={sys.executable}")

    first = subprocess.Popen(build, cwd=shared_project, start_new_session=True, stdout=subprocess.DEVNULL)
    while not any(shared_project.glob(".venv/lib/*/site-packages/numpy")) and first.poll() is None:
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL, "the first build ended before it could be killed"

    second = call(shared_project, *build, VIRTUAL_ENV=str(other))
    assert second.returncode == 0, second.stderr
    assert "Building .venv" in second.stdout, "the half of a killed build was taken for an environment"
    assert not list(other.glob("lib/*/site-packages/*")), "the active environment was changed"
    return shared_project


@pytest.mark.slow
def test_the_environment_is_the_lock_and_the_project(built):
    program = "from pipeline.setup.toolchain import diagnose; print({check.name: check.found for check in diagnose()})"
    doctor = call(built / "pipeline", "../.venv/bin/python", "-c", program)
    assert doctor.returncode == 0, doctor.stderr
    assert "all in step" in doctor.stdout
    locked = environment.entry((built / "requirements.lock").read_text(), "uv").split()[0]
    names = installed(built)
    assert locked in names and any(name.startswith("-e ") for name in names)
    assert call(built, ".venv/bin/golden-thread", "--help").returncode == 0


@pytest.mark.slow
def test_the_second_time_needs_no_network_and_no_time(built):
    started = time.monotonic()
    done = call(built, "make", ".venv/.ready", **OFFLINE)
    assert done.returncode == 0 and "up to date" in done.stdout
    assert time.monotonic() - started < 2


@pytest.mark.slow
def test_bringing_into_step_takes_strays_out_and_needs_no_network_for_the_same_lock(built):
    before = installed(built)
    stray = next(built.glob(".venv/lib/*/site-packages")) / "stray-1.0.dist-info"
    stray.mkdir()
    (stray / "METADATA").write_text("Metadata-Version: 2.1\nName: stray\nVersion: 1.0\n")
    (stray / "RECORD").write_text("stray-1.0.dist-info/METADATA,,\nstray-1.0.dist-info/RECORD,,\n")
    assert set(installed(built)) - set(before) == {"stray==1.0"}
    (built / "requirements.lock").touch()
    done = call(built, "make", ".venv/.ready", **OFFLINE)
    assert done.returncode == 0, done.stderr
    assert "Bringing .venv into step" in done.stdout
    assert installed(built) == before


@pytest.mark.slow
def test_a_change_that_cannot_be_fetched_leaves_the_environment_working(built):
    before, lock = installed(built), built / "requirements.lock"
    sound = lock.read_text(encoding="utf-8")
    lock.write_text(sound + f"golden-thread-of-nowhere==1.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    for _ in range(2):
        done = call(built, "make", ".venv/.ready", **OFFLINE)
        assert done.returncode == 2 and "The locked packages could not be installed." in done.stderr
        assert installed(built) == before
    lock.write_text(sound, encoding="utf-8")
    assert call(built, "make", ".venv/.ready", **OFFLINE).returncode == 0


@pytest.mark.slow
def test_a_file_that_is_not_the_locked_one_is_refused(built):
    lock = built / "requirements.lock"
    sound = lock.read_text(encoding="utf-8")
    block = environment.entry(sound, "rich")
    forged = "".join(line for line in block.splitlines(keepends=True) if "--hash" not in line)
    forged = forged.replace(" \\\n", f" \\\n    --hash=sha256:{'0' * 64}\n", 1)
    lock.write_text(sound.replace(block, forged), encoding="utf-8")
    shutil.rmtree(next(built.glob(".venv/lib/*/site-packages/rich")))
    shutil.rmtree(next(built.glob(".venv/lib/*/site-packages/rich-*.dist-info")))
    done = call(built, "make", ".venv/.ready")
    assert done.returncode == 2 and "ash" in done.stderr
    assert not list(built.glob(".venv/lib/*/site-packages/rich"))
    lock.write_text(sound, encoding="utf-8")
    assert call(built, "make", ".venv/.ready").returncode == 0


@pytest.mark.slow
def test_a_quarto_package_that_does_not_run_is_taken_out_again(built, tmp_path):
    wheel = tmp_path / "quarto_cli-9.9.0-py3-none-any.whl"
    information = "quarto_cli-9.9.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("quarto_cli/__init__.py", "def main():\n    raise SystemExit('the download is missing')\n")
        archive.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: quarto-cli\nVersion: 9.9.0\n")
        archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{information}/entry_points.txt", "[console_scripts]\nquarto = quarto_cli:main\n")
        archive.writestr(f"{information}/RECORD", "")
    before = installed(built)
    path = f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = call(built, ".venv/bin/python", "-m", "pipeline.setup.toolchain", UV_FIND_LINKS=str(tmp_path), PATH=path)
    assert done.returncode == 0, done.stderr
    assert "does not tell its version; what its package installed does not run." in done.stdout
    assert installed(built) == before and not (built / ".venv" / "bin" / "quarto").exists()
