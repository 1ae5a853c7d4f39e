"""The doctor's findings, and the attempt to get Quarto, with stand-ins for Quarto and its installer."""

import os
import select
import sys
import time

import pytest

from pipeline.rendering import engines
from pipeline.setup import toolchain
from pipeline.setup.environment import ROOT
from pipeline.setup.lockfile import locked_versions
from tests.reports.stand_in import StandIn

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-ins are shell scripts")


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """The only folder in which a quarto can be found; empty at first. uv changes no environment."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(engines.sysconfig, "get_path", lambda name: str(folder))
    monkeypatch.setattr(engines.shutil, "which", _which_without(engines.shutil.which, "/usr/bin", "/bin"))
    monkeypatch.setattr(toolchain.sys, "executable", str(program(folder, "python", "exit 0")))
    return folder


def _which_without(which, *system_folders):
    def find(name, path=None):
        found = which(name, path=path)
        return None if name == "quarto" and found and os.path.dirname(found) in system_folders else found

    return find


def program(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


# The attempt to get Quarto


def test_a_quarto_that_is_there_is_used_and_nothing_is_installed(scripts, tmp_path):
    program(scripts, "quarto", "echo 1.9.38")
    assert toolchain.try_quarto(installer=["touch", str(tmp_path / "called")]) == "Quarto 1.9.38 makes the reports."
    assert not (tmp_path / "called").exists()


def test_a_quarto_that_can_be_had_is_installed(scripts):
    quarto = scripts / "quarto"
    installer = program(scripts, "installer", f"printf '#!/bin/sh\\necho 1.10.2\\n' > '{quarto}'; chmod +x '{quarto}'")
    assert toolchain.try_quarto(installer=[str(installer)]) == "Quarto 1.10.2 was installed and makes the reports."


def test_where_its_package_cannot_be_installed_one_line_says_so(scripts, capfd):
    installer = program(scripts, "installer", "echo noise; echo noise >&2; exit 1")
    line = toolchain.try_quarto(installer=[str(installer)])
    assert line.startswith("The embedded engine") and line.endswith("its package cannot be installed here.")
    assert "\n" not in line and capfd.readouterr() == ("", "")


def test_a_quarto_that_is_too_old_is_named(scripts):
    program(scripts, "quarto", "echo 1.4.553")
    assert "version 1.4.553" in toolchain.try_quarto(installer=["false"])


@pytest.mark.slow
def test_an_installation_that_hangs_is_ended_with_all_that_it_started(scripts, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    installer = program(scripts, "installer", f"(echo started; exec sleep 300) > '{pipe}' & wait")
    started = time.monotonic()
    line = toolchain.try_quarto(seconds=1, installer=[str(installer)])
    assert time.monotonic() - started < 20
    assert line.endswith("installing its package took longer than 1 s.")
    assert os.read(reader, 100) == b"started\n"
    assert select.select([reader], [], [], 10)[0] and os.read(reader, 100) == b"", "a process still holds the pipe"
    os.close(reader)


def test_an_installer_that_does_not_exist_is_no_error(scripts):
    assert "the installer does not start" in toolchain.try_quarto(installer=[str(scripts / "nothing")])


def test_without_an_installer_of_its_own_the_extra_of_pyproject_is_asked_for(scripts, tmp_path, monkeypatch):
    calls = tmp_path / "calls.txt"
    monkeypatch.setattr(toolchain.sys, "executable", str(program(scripts, "python", f'echo "$*" >> "{calls}"; exit 1')))
    toolchain.try_quarto()
    install, uninstall = [line.split() for line in calls.read_text().splitlines() if "pip" in line and "uv" in line]
    assert install[:4] == ["-m", "uv", "pip", "install"] and install[-1] == "quarto-cli>=1.9" and "--no-deps" in install
    assert uninstall[:4] == ["-m", "uv", "pip", "uninstall"] and uninstall[-1] == "quarto-cli"


# The doctor


def found(root=ROOT):
    return {check.name: check for check in toolchain.diagnose(root)}


@pytest.mark.slow
def test_the_doctor_finds_what_this_environment_has():
    checks = found()
    for name in ("Python", "DVC", "pandoc", "typst", "Jupyter kernel python3", "Engine for reports"):
        assert checks[name].found, name
    assert checks["Python"].found == ".".join(map(str, sys.version_info[:3]))
    assert all(check.needed_for and check.how_to_get for check in checks.values())


@pytest.mark.slow
def test_the_doctor_names_packages_that_are_not_as_locked(project):
    lock = project / "requirements.lock"
    version = locked_versions(lock.read_text(encoding="utf-8"))["rich"]
    lock.write_text(lock.read_text(encoding="utf-8").replace(f"\nrich=={version} ", "\nrich==0.0.1 "), encoding="utf-8")
    check = found(project)["Locked packages"]
    assert check.found is None and f"rich {version} instead of 0.0.1" in check.how_to_get


THE_STAND_IN = "the stand-in of tests/reports, which renders"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quarto", "asked", "engine"),
    [
        (THE_STAND_IN, "auto", "Quarto 1.9.38: Quarto is found"),
        (THE_STAND_IN, "quarto", "Quarto 1.9.38: quarto is asked for"),
        ("echo 1.9.38", "embedded", "the embedded engine (pandoc and typst): embedded is asked for"),
        ("echo 1.4.0", "auto", "the embedded engine (pandoc and typst): no Quarto is found"),
    ],
)
def test_the_doctor_makes_a_page_with_the_engine_that_it_names(scripts, project, monkeypatch, quarto, asked, engine):
    monkeypatch.delenv("GOLDEN_THREAD_ENGINE", raising=False)
    if quarto == THE_STAND_IN:
        StandIn(scripts)
    else:
        program(scripts, "quarto", quarto)
    ask_for(asked, project)
    assert found(project)["Engine for reports"].found == f"{engine}; made a test page in three formats"


@pytest.mark.parametrize(
    ("quarto", "asked", "told"),
    [
        ("exit 1", "quarto", "Quarto is asked for, but not there."),
        ("echo 1.9.38", "latex", "A parameter cannot be used."),
        ("echo 1.9.38", "auto", "Quarto 1.9.38 could not make a test page"),
    ],
)  # it tells its version and does no more
def test_the_doctor_says_what_stands_in_the_engines_way(scripts, project, monkeypatch, quarto, asked, told):
    monkeypatch.delenv("GOLDEN_THREAD_ENGINE", raising=False)
    program(scripts, "quarto", quarto)
    ask_for(asked, project)
    check = found(project)["Engine for reports"]
    assert check.found is None and told in check.how_to_get and "params.local.yaml" in check.how_to_get


def ask_for(engine, project):
    parameters = project / "params.yaml"
    text = parameters.read_text(encoding="utf-8").replace("engine: auto", f"engine: {engine}")
    parameters.write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec",
    [
        '{"argv": ["/elsewhere/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "other", "language": "python"}',
        '{"argv": [',
        "[]",
        '{"argv": []}',
        '{"argv": [7]}',
    ],
)
def test_the_doctor_tells_a_kernel_that_stands_in_the_way(tmp_path, monkeypatch, spec):
    """Of another Python, or with a kernel.json that is none: JUPYTER_PATH comes before this environment."""
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(spec)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    check = found()["Jupyter kernel python3"]
    assert check.found is None
    assert (
        check.how_to_get
        == f"Another kernel of this name stands in its way: {kernel}. Take it away, or unset JUPYTER_PATH."
    )


@pytest.mark.slow
def test_the_doctor_misses_git_and_pandoc_where_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(toolchain.pypandoc, "get_pandoc_version", _no_pandoc)
    checks = found()
    assert checks["Git"].found is None and checks["pandoc"].found is None


def _no_pandoc():
    raise OSError("No pandoc was found")
