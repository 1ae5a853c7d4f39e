"""`make lock` against indexes of our own: what this machine has besides the index stays out of the lock."""

import csv
import functools
import hashlib
import http.server
import io
import threading
import zipfile

import pytest

from pipeline.errors import SetUpError
from pipeline.setup import environment
from pipeline.setup.lockfile import requirements, write_lock
from pipeline.setup.wheels import PYTHONS

PROJECT = """[project]
name = "reader"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["alpha"]

[dependency-groups]
dev = []
"""
ENVIRONMENT = "dependencies:\n  - python=3.12\n  - alpha==0.1   # what is read\n"
PLATFORMS = ("manylinux_2_17_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64", "macosx_10_15_x86_64", "win_amd64")
EVERYWHERE = [f"cp311-abi3-{platform}" for platform in PLATFORMS]


def wheel(folder, version, tag, note=""):
    """A wheel of the package alpha in `folder`; returns its hash. `note` makes its bytes others."""
    content, information = io.BytesIO(), f"alpha-{version}.dist-info"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("alpha.py", f"# {version} {tag} {note}\n")
        archive.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: alpha\nVersion: {version}\n")
        archive.writestr(f"{information}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        archive.writestr(f"{information}/RECORD", "")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"alpha-{version}-{tag}.whl").write_bytes(content.getvalue())
    return f"sha256:{hashlib.sha256(content.getvalue()).hexdigest()}"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture
def serve(tmp_path):
    """Serve a folder as an index (PEP 503) that holds alpha's wheels; returns its address."""
    servers = []

    def start(wheels):
        hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(wheels.glob("*.whl"))}
        page = "".join(f'<a href="/{name}#sha256={digest}">{name}</a>\n' for name, digest in hashes.items())
        (wheels / "simple" / "alpha").mkdir(parents=True)
        (wheels / "simple" / "alpha" / "index.html").write_text(f"<!DOCTYPE html><html><body>{page}</body></html>")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(wheels)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/simple"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that needs alpha, on a machine with neither settings nor a cache."""
    root = tmp_path / "a project"
    root.mkdir()
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "environment.yml").write_text(ENVIRONMENT)
    for name in list(environment.os.environ):
        if name.startswith(("PIP_", "UV_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", environment.os.devnull)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return root


def locked(root):
    [(requirement, hashes)] = requirements((root / "requirements.lock").read_text())
    return str(requirement), sorted(hashes)


@pytest.mark.slow
def test_folders_of_wheels_and_further_indexes_stay_out_and_the_mirror_counts(project, tmp_path, monkeypatch, serve):
    mirror, folder, further = (tmp_path / name for name in ("mirror", "wheels of ours", "further"))
    expected = sorted(wheel(mirror, "1.0", tag) for tag in EVERYWHERE)
    wheel(folder, "1.0", EVERYWHERE[0], note="built here")
    wheel(folder, "3.0", "py3-none-any")
    wheel(further, "2.0", "py3-none-any")
    monkeypatch.setenv("PIP_INDEX_URL", serve(mirror))
    others = serve(further)
    for name, value in {
        "PIP_FIND_LINKS": str(folder),
        "PIP_EXTRA_INDEX_URL": others,
        "UV_FIND_LINKS": str(folder),
        "UV_INDEX": others,
        "UV_EXTRA_INDEX_URL": others,
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "uv" / "uv").mkdir(parents=True)
    (tmp_path / "uv" / "uv" / "uv.toml").write_text(f"find-links = ['{folder}']\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "uv"))
    write_lock(project)
    assert locked(project) == ("alpha==1.0", expected)
    text = (project / "requirements.lock").read_text()
    assert "127.0.0.1" not in text and str(tmp_path) not in text
    assert "alpha==1.0   # what is read" in (project / "environment.yml").read_text()


@pytest.mark.slow
def test_an_index_on_this_machine_s_own_disk_is_none(project, tmp_path, monkeypatch):
    folder = tmp_path / "disk"
    wheel(folder, "1.0", "py3-none-any")
    (folder / "simple" / "alpha").mkdir(parents=True)
    (folder / "simple" / "alpha" / "index.html").write_text('<a href="../../alpha-1.0-py3-none-any.whl">alpha</a>')
    monkeypatch.setenv("PIP_INDEX_URL", (folder / "simple").as_uri())
    monkeypatch.setenv("UV_OFFLINE", "1")  # so that the index that is asked instead has nothing
    with pytest.raises(SetUpError, match="The lock could not be written"):
        write_lock(project)
    assert not (project / "requirements.lock").exists()


@pytest.mark.slow
def test_versions_stay_and_hashes_are_the_index_s(project, tmp_path, monkeypatch, serve):
    mirror = tmp_path / "mirror"
    older = sorted(wheel(mirror, "1.0", tag) for tag in EVERYWHERE)
    newer = sorted(wheel(mirror, "2.0", tag) for tag in EVERYWHERE)
    monkeypatch.setenv("PIP_INDEX_URL", serve(mirror))
    (project / "requirements.lock").write_text(f"alpha==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via reader\n")
    write_lock(project)
    assert locked(project) == ("alpha==1.0", older)
    write_lock(project, ["--upgrade"])
    assert locked(project) == ("alpha==2.0", newer)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tags", "wanting"),
    [
        (
            [f"cp{minor}-cp{minor}-{PLATFORMS[0]}" for minor in (311, 312, 313, 314)]
            + EVERYWHERE[1:3]
            + EVERYWHERE[4:],
            "macos-x86_64: missing",
        ),
        ([*EVERYWHERE[1:], f"cp311-cp311-{PLATFORMS[0]}"], "linux-x86_64: a wheel for 3.11, else missing"),
        ([*EVERYWHERE[1:], "cp311-abi3-manylinux_2_39_x86_64"], "linux-x86_64: missing"),
    ],
)
def test_a_lock_that_is_not_whole_is_refused_and_the_old_one_stays(
    project, tmp_path, monkeypatch, serve, tags, wanting
):
    mirror = tmp_path / "mirror"
    for tag in tags:
        wheel(mirror, "2.0", tag)
    monkeypatch.setenv("PIP_INDEX_URL", serve(mirror))
    old = f"alpha==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    (project / "requirements.lock").write_text(old)
    with pytest.raises(SetUpError) as refused:
        write_lock(project)
    assert f"alpha 2.0 ({wanting})" in str(refused.value)
    assert (project / "requirements.lock").read_text() == old
    assert (project / "environment.yml").read_text() == ENVIRONMENT
    assert not (project / "requirements.wheels.csv").exists()


@pytest.mark.slow
def test_the_table_beside_the_lock_says_who_finds_a_wheel(project, tmp_path, monkeypatch, serve):
    mirror = tmp_path / "mirror"
    for tag in EVERYWHERE:
        wheel(mirror, "1.0", tag)
    (project / "pyproject.toml").write_text(PROJECT.replace('"alpha"', "\"alpha; sys_platform != 'win32'\""))
    monkeypatch.setenv("PIP_INDEX_URL", serve(mirror))
    write_lock(project)
    [row] = csv.DictReader((project / "requirements.wheels.csv").read_text().splitlines())
    assert (row["package"], row["version"], row["hashes"]) == ("alpha", "1.0", "5")
    assert row["linux-x86_64"] == row["macos-arm64"] == " ".join(PYTHONS)
    assert row["windows-amd64"] == ""
