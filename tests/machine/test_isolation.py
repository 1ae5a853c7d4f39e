"""A run depends on the project alone: settings of a machine change no byte, and what others plant is never run."""

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib
import nbformat
import pytest
import yaml

from pipeline.charts.style import house_style
from pipeline.machine import isolation
from pipeline.notebooks.execution import run_notebook
from pipeline.publishing import save_figure
from pipeline.rendering.pandoc import pandoc
from pipeline.workflow.verification import fresh_copy

ROOT = Path(__file__).resolve().parents[2]
PLANTED = "from pathlib import Path\nPath({mark!r}).touch()\n"
RC = (
    "figure.dpi: 50\nsavefig.dpi: 50\naxes.grid: True\nlines.linewidth: 9\nfont.size: 20\naxes.facecolor: pink\n"
    "svg.fonttype: none\npath.simplify_threshold: 1\nsvg.image_inline: False\naxes.prop_cycle: cycler('color', ['red'])\n"
)
TOGETHER = [
    "own folder",
    "language and time",
    "python",
    "matplotlib",
    "jupyter",
    "ipython",
    "dvc",
    "git",
    "shell",
    "threads",
]


def hostile(kind: str, folder: Path) -> dict[str, str]:
    """The variables of one kind of settings that would change a run, and the files that they lead to, in `folder`.

    Whatever of it is run leaves a file whose name begins with `planted`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = str(folder / f"planted {kind}")
    evil = PLANTED.format(mark=mark)

    def write(name: str, text: str) -> str:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    if kind == "own folder":  # of a user who may not write to it, and of one with settings in it
        write("home/.config/matplotlib/matplotlibrc", RC)
        write("home/.local/share/pandoc/templates/default.html5", "changed")
        write("home/.ipython/profile_default/startup/00.py", evil)
        os.chmod(folder / "home", 0o500)
        return {
            "HOME": str(folder / "home"),
            "XDG_CONFIG_HOME": "/dev/null",
            "XDG_CACHE_HOME": "/proc",
            "XDG_DATA_HOME": str(folder),
        }
    if kind == "language and time":
        return {"LANG": "de_DE.UTF-8", "LC_ALL": "C", "TZ": "Pacific/Apia", "PYTHONIOENCODING": "ascii"}
    if kind == "python":
        write("sitecustomize.py", evil)
        write("usercustomize.py", evil)
        return {
            "PYTHONSTARTUP": write("start.py", evil),
            "PYTHONWARNINGS": "always",
            "PYTHONOPTIMIZE": "2",
            "PYTHONHASHSEED": "7",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUSERBASE": str(folder),
        }
    if kind == "matplotlib":
        return {"MATPLOTLIBRC": write("mpl/matplotlibrc", RC), "MPLCONFIGDIR": str(folder / "mpl"), "MPLBACKEND": "agg"}
    if kind == "jupyter":
        kernel = {"argv": [sys.executable, "-c", evil], "display_name": "Python 3", "language": "python"}
        write("jupyter/kernels/python3/kernel.json", json.dumps(kernel))
        write("config/jupyter_config.py", evil)
        return {
            "JUPYTER_PATH": str(folder / "jupyter"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "jupyter"),
            "JUPYTER_RUNTIME_DIR": "/dev/null",
            "JUPYTER_PLATFORM_DIRS": "1",
        }
    if kind == "ipython":
        write("ipython/profile_default/startup/00.py", evil)
        write("ipython/profile_default/ipython_kernel_config.py", evil)
        return {"IPYTHONDIR": str(folder / "ipython")}
    if kind == "dvc":
        settings = "[core]\n    autostage = true\n    hardlink_lock = true\n[cache]\n    type = symlink\n"
        write("dvc/config", settings)
        return {
            "DVC_GLOBAL_CONFIG_DIR": str(folder / "dvc"),
            "DVC_SYSTEM_CONFIG_DIR": str(folder / "dvc"),
            "DVC_SITE_CACHE_DIR": "/dev/null/x",
            "DVC_STUDIO_TOKEN": "x",
            "DVC_EXP_NAME": "x",
        }
    if kind == "git":
        return {
            "GIT_CONFIG_GLOBAL": write("gitconfig", "[core]\n\tautocrlf = true\n\thooksPath = /nowhere\n"),
            "GIT_DIR": "/nowhere",
        }
    if kind == "shell":
        return {
            "SHELL": write("fish", "#!/bin/sh\nexit 3\n"),
            "ENV": write("env.sh", f"touch '{mark}'\n"),
            "BASH_ENV": write("env.sh", f"touch '{mark}'\n"),
        }
    if kind == "threads":
        return {
            "OMP_NUM_THREADS": "7",
            "OPENBLAS_CORETYPE": "Nehalem",
            "NUMBA_DISABLE_JIT": "1",
            "NUMEXPR_MAX_THREADS": "1",
        }
    raise ValueError(kind)


def environment_with(*kinds: str, folder: Path) -> dict[str, str]:
    """A plain environment with the hostile variables of `kinds`."""
    plain = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GOLDEN_THREAD_ENGINE": "embedded",
    }
    for kind in kinds:
        plain |= hostile(kind, folder / kind)
    return plain


def planted(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("planted *")]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project" / "pipeline").mkdir(parents=True)
    (tmp_path / "project" / "notebooks").mkdir()
    (tmp_path / "project" / "dvc.yaml").touch()
    return tmp_path / "project"


def write_notebook(project: Path, *code: str) -> None:
    cells = [
        nbformat.v4.new_markdown_cell("# 1. A chapter"),
        nbformat.v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
    ]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), project / "notebooks" / "example.ipynb")


CHART = (
    "import locale, time, os, matplotlib.pyplot as plt\nimport sys; sys.path.insert(0, {root!r})\n"
    "from pipeline.charts.style import house_style\nhouse_style()\nassert __debug__\n"
    "print(time.tzname, locale.getlocale(), {{'a', 'b', 'c', 'd', 'e'}}, os.environ.get('OMP_NUM_THREADS'), 'Môn €')\n"
    "plt.plot([1, 3, 2]);"
)


@pytest.mark.slow
def test_a_notebook_comes_out_the_same_under_every_kind_of_setting(project, tmp_path):
    write_notebook(project, CHART.format(root=str(ROOT)))
    call = (
        "from pathlib import Path; from pipeline.notebooks.execution import run_notebook; "
        "from pipeline.notebooks.pages import write_pages; run_notebook('example', {'n': 1}); write_pages(Path.cwd())"
    )
    kept = {}
    for kind in ("plain", *TOGETHER):
        folder = tmp_path / "hostile"
        settings = environment_with(*([kind] if kind != "plain" else []), folder=folder)
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {call}"],
            cwd=project,
            env=settings,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (kind, done.stderr)
        kept[kind] = [path.read_bytes() for path in sorted((project / "reports").rglob("*.*"))]
        if kind != "python":  # the first process reads what its own variables say before anybody can forbid it
            assert planted(folder / kind) == []
    assert len(kept["plain"]) == 2 and {kind for kind in kept if kept[kind] != kept["plain"]} == set()


@pytest.mark.slow
def test_nobody_s_files_in_the_shared_temporary_folder_are_run(project, tmp_path, monkeypatch):
    """Until version 0.2.0 whoever made this folder first had code run by everybody else's notebooks."""
    shared = tmp_path / "shared"
    for name in ("golden-thread-ipython", ".ipython", "ipython"):
        startup = shared / name / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "00.py").write_text(PLANTED.format(mark=str(shared / "planted x")))
    monkeypatch.setenv("TMPDIR", str(shared))
    monkeypatch.setattr(tempfile, "tempdir", None)
    write_notebook(project, "import os; print(os.environ['IPYTHONDIR'].startswith(os.environ['HOME'][:-5]))")
    kept = run_notebook("example", {"n": 1}, project)
    assert planted(shared) == [] and "True" in kept.read_text()


@pytest.mark.slow
def test_what_libraries_write_to_stderr_is_told_and_not_kept(project, capsys):
    write_notebook(
        project,
        "import sys, warnings\nwarnings.warn('a path: /home/ann/x.py')\nprint('noise', file=sys.stderr)\nprint('kept')",
    )
    kept = run_notebook("example", {"n": 1}, project).read_text()
    assert "kept" in kept and "a path:" not in kept.partition("warnings.warn")[2][40:]
    outputs = [output for cell in json.loads(kept)["cells"] for output in cell.get("outputs", [])]
    assert [output["name"] for output in outputs] == ["stdout"]
    assert "noise" in capsys.readouterr().err


def test_a_chart_is_drawn_with_the_house_style_whatever_a_matplotlibrc_says(tmp_path):
    from matplotlib import pyplot

    def drawn(name: str) -> bytes:
        house_style()
        figure, axes = pyplot.subplots()
        axes.plot([1, 3, 2], label="a")
        axes.fill_between([0, 1], [1, 2])
        axes.legend()
        save_figure(figure, tmp_path / name)
        pyplot.close(figure)
        return (tmp_path / f"{name}.svg").read_bytes()

    plain = drawn("plain")
    with matplotlib.rc_context():
        (tmp_path / "matplotlibrc").write_text(RC)
        matplotlib.rcParams.update(matplotlib.rc_params_from_file(tmp_path / "matplotlibrc"))
        assert drawn("hostile") == plain


def test_only_what_is_named_is_handed_on(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    for name in (
        "MATPLOTLIBRC",
        "JUPYTER_PATH",
        "PYTHONSTARTUP",
        "NUMBA_DISABLE_JIT",
        "GIT_DIR",
        "LC_MESSAGES",
        "ANYTHING",
    ):
        monkeypatch.setenv(name, "x")
    settings = isolation.environment(ROOT)
    assert settings["SOURCE_DATE_EPOCH"] == "7"
    assert not {
        "MATPLOTLIBRC",
        "JUPYTER_PATH",
        "PYTHONSTARTUP",
        "NUMBA_DISABLE_JIT",
        "GIT_DIR",
        "LC_MESSAGES",
        "ANYTHING",
    } & set(settings)
    own = isolation.scratch(ROOT)
    assert Path(settings["IPYTHONDIR"]).parent == Path(settings["HOME"]).parent == own
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


def test_within_the_block_and_no_longer(tmp_path, monkeypatch):
    monkeypatch.setenv("MATPLOTLIBRC", "x")
    before = dict(os.environ)
    with isolation.isolated(tmp_path):
        assert "MATPLOTLIBRC" not in os.environ and tempfile.gettempdir().startswith(str(tmp_path))
    assert dict(os.environ) == before and not tempfile.gettempdir().startswith(str(tmp_path / ".dvc"))


HOLD = (
    "import sys, time; from pathlib import Path; from pipeline.machine.isolation import scratch\n"
    "print(scratch(Path(sys.argv[1])), flush=True); {then}"
)


def hold(project: Path, then: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD.format(then=then), str(project)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


@pytest.mark.slow
def test_a_folder_goes_with_its_process_and_those_of_killed_ones_are_swept(tmp_path):
    ended = hold(tmp_path, "")
    assert not Path(ended.communicate()[0].strip()).exists()
    killed, running = hold(tmp_path, "time.sleep(600)"), hold(tmp_path, "time.sleep(600)")
    try:
        left, used = Path(killed.stdout.readline().strip()), Path(running.stdout.readline().strip())
        assert (
            left.is_dir()
            and used.is_dir()
            and left.parent == used.parent == tmp_path.resolve() / ".dvc/tmp/golden-thread"
        )
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.is_dir()
        # A process with the number of one that is gone: the start tells them apart.
        machine, _, started, rest = left.name.removeprefix("golden-thread-run-").split("-", 3)
        again = left.with_name(f"golden-thread-run-{machine}-{running.pid}-{int(started) - 100}-{rest}")
        left.rename(again)
        other = again.with_name(f"golden-thread-run-ffffffff-{running.pid}-1-abc")  # another machine's, still young
        other.mkdir()
        assert hold(tmp_path, "").wait() == 0
        assert not again.exists() and used.is_dir() and other.is_dir()
        os.utime(other, (0, 0))
        assert hold(tmp_path, "").wait() == 0
        assert not other.exists() and used.is_dir()
    finally:
        for process in (killed, running):
            process.kill()
            process.wait()


def test_where_the_project_cannot_be_written_the_folder_is_in_the_machine_s(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".dvc").write_text("no folder")
    (tmp_path / "machine").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "machine"))
    own = isolation.scratch(tmp_path / "project")
    assert own.parent == tmp_path / "machine" and stat.S_IMODE(own.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="a program for a shell")
def test_a_newer_pandoc_of_the_machine_is_left_aside(tmp_path, monkeypatch):
    fake = tmp_path / "pandoc"
    fake.write_text("#!/bin/sh\necho pandoc 99.1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYPANDOC_PANDOC", str(fake))
    assert "99.1" not in subprocess.run([pandoc(), "--version"], capture_output=True, text=True).stdout


def hashes(root: Path) -> dict[str, str]:
    stages = yaml.safe_load((root / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}


@pytest.mark.slow
def test_the_whole_pipeline_under_all_hostile_settings_gives_the_bytes_of_dvc_lock(tmp_path):
    with fresh_copy(ROOT) as copy:
        recorded = hashes(copy)
        (copy / "dvc.lock").unlink()
        settings = environment_with(*TOGETHER, folder=tmp_path)
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "run"],
            cwd=copy,
            env=settings,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        remade = hashes(copy)
        assert {path for path in recorded if remade.get(path) != recorded[path]} == set()
        delivered = [path for path in (copy / "reports").rglob("*") if path.is_symlink()]
        assert delivered == [] and [name for name in planted(tmp_path) if "python" not in name] == []
        left = [path.name for path in (copy / ".dvc" / "tmp" / "golden-thread").iterdir()]
        assert {name for name in left if "run" not in name} == {"dvc", "matplotlib", "seconds.json"} and not any(
            "golden" in name for name in left
        )


@pytest.mark.slow
def test_a_stage_that_dvc_runs_by_itself_is_isolated_too(tmp_path):
    with fresh_copy(ROOT) as copy:
        recorded = hashes(copy)
        (copy / "dvc.lock").unlink()
        (copy / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
        settings = environment_with(
            "own folder", "language and time", "matplotlib", "jupyter", "ipython", folder=tmp_path
        )
        settings |= {
            "XDG_CONFIG_HOME": settings["HOME"],
            "XDG_CACHE_HOME": str(tmp_path),
        }  # DVC itself starts with no other
        done = subprocess.run(
            [sys.executable, "-m", "dvc", "repro", "clean-survey"],
            cwd=copy,
            env=settings,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        remade = hashes(copy)
        assert remade and {path for path in remade if remade[path] != recorded[path]} == set()
        assert planted(tmp_path) == []
