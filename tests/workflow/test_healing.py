"""What a power loss leaves in DVC's cache, and in what was delivered, is found by its hash and made again."""

import hashlib
import os
from pathlib import Path

import pytest
import yaml

from pipeline.errors import PipelineError
from pipeline.workflow import healing
from pipeline.workflow.dvc_cache import cache_folder, object_path
from pipeline.workflow.running import reproduce

pytestmark = pytest.mark.slow
MAKE = (
    "from pathlib import Path\nrule = Path('rule.txt').read_text()\nPath('page.html').write_text(f'<p>{rule}</p>' * 50)\n"
    "Path('tables').mkdir(exist_ok=True)\nfor n in 'ab': Path(f'tables/{n}.csv').write_text(f'{n},{rule}' * 50)\n"
)


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    (tmp_path / "rule.txt").write_text("one")
    (tmp_path / "make.py").write_text(MAKE)
    (tmp_path / "dvc.yaml").write_text(
        yaml.safe_dump(
            {
                "stages": {
                    "make": {"cmd": "python make.py", "deps": ["rule.txt", "make.py"], "outs": ["page.html", "tables"]}
                }
            }
        )
    )
    reproduce(tmp_path)
    return tmp_path


def files(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in (project / "page.html", *project.glob("tables/*"))
    }


def cached(project: Path, content: bytes) -> Path:
    return object_path(cache_folder(project), hashlib.md5(content).hexdigest())


def damage(path: Path, how: str) -> None:
    """As a file may come out of a power loss: empty, cut off, or of the right size and zeros; its times as they were."""
    was, content = path.stat(), path.read_bytes()
    path.chmod(0o600)
    path.write_bytes({"empty": b"", "cut off": content[: len(content) // 2], "zeros": bytes(len(content))}[how])
    path.chmod(was.st_mode & 0o777)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


@pytest.mark.parametrize("how", ["empty", "cut off", "zeros"])
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["run", "run --force"])
def test_a_damaged_object_is_not_delivered_and_not_kept(project, how, force):
    whole = files(project)
    objects = [cached(project, content) for content in whole.values()]
    for path in objects:
        damage(path, how)
    for name in whole:
        (project / name).unlink()
    reproduce(project, force)
    assert files(project) == whole
    assert [path.read_bytes() for path in objects] == list(whole.values())


def test_a_damaged_list_of_a_folder_s_files_is_made_again(project):
    whole = files(project)
    lists = list((cache_folder(project) / "files").rglob("*.dir"))
    before = {path: path.read_bytes() for path in lists}
    for path in lists:
        damage(path, "cut off")
    reproduce(project)
    assert files(project) == whole and len(lists) == 1 and {path: path.read_bytes() for path in lists} == before


def test_an_object_of_an_earlier_run_that_is_damaged_is_made_again_when_it_is_wanted(project):
    first = files(project)
    (project / "rule.txt").write_text("two")
    reproduce(project)
    for content in first.values():
        damage(cached(project, content), "empty")
    (project / "rule.txt").write_text("one")  # DVC takes the outputs from its cache instead of making them
    reproduce(project)
    assert files(project) == first


@pytest.mark.parametrize("how", ["empty", "zeros"])
def test_a_damaged_delivered_file_is_delivered_again(project, how):
    whole = files(project)
    damage(project / "page.html", how)
    damage(project / "tables" / "a.csv", how)
    reproduce(project)
    assert files(project) == whole


def test_a_disk_that_loses_what_is_written_is_told(project, monkeypatch):
    monkeypatch.setattr(healing, "md5_of", lambda path: "0" * 32)
    with pytest.raises(
        PipelineError,
        match=r"(?s)does not come out of the disk as it was written.*page.html.*Look at the disk's health",
    ):
        reproduce(project)
