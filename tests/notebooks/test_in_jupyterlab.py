"""The notebooks as a student runs them: in JupyterLab, from notebooks/, in reading order, in a folder that is fresh."""

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from pipeline.files import project_root
from pipeline.workflow.verification import fresh_copy

SLOWEST_CELL = 900  # seconds

pytestmark = pytest.mark.slow


@pytest.fixture
def fresh_clone(monkeypatch):
    """The project as it is shared: nothing downloaded, nothing made. The kernel gets no setting from this process."""
    for name in ("PYTHONPATH", "IPYTHONDIR"):
        monkeypatch.delenv(name, raising=False)
    with fresh_copy(project_root()) as folder:
        yield folder


def test_every_notebook_runs_from_top_to_bottom_with_no_setting(fresh_clone):
    folder = fresh_clone / "notebooks"
    for path in sorted(folder.glob("*.ipynb")):
        before = path.read_bytes()
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(
            notebook, kernel_name="python3", timeout=SLOWEST_CELL, resources={"metadata": {"path": str(folder)}}
        ).execute()
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        warned = [output.text for output in outputs if output.get("name") == "stderr"]
        prompts = [output for output in outputs if "no answer yet" in output.get("data", {}).get("text/plain", "")]
        assert (path.stem, warned, len(prompts)) == (path.stem, [], 3)
        assert path.read_bytes() == before
    published = fresh_clone / "reports" / "published" / "survey" / "made-up" / "09-staff-survey"
    assert yaml.safe_load((published / "values.yaml").read_text())["survey.respondents"]["number"] == 400
    assert "Nobody gave these answers" in (published / "passages" / "banner.md").read_text()
