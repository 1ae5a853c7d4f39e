"""The stages of dvc.yaml tell the truth: their dependencies are the code that they run, their outputs what they write."""

import ast
import json
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
WRITTEN = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8")
                         .replace("${survey.name}", PARAMETERS["survey"]["name"]))["stages"]
STAGES = {name: stage.get("do", stage) for name, stage in WRITTEN.items()}
FOR_EACH = "${item}"  # a council's survey, in the stages that run once for each
NOTEBOOK_STAGES = {name: stage for name, stage in STAGES.items() if " notebook " in stage["cmd"]}
COMMAND_LINE = {"pipeline/__init__.py", "pipeline/errors.py", "pipeline/files.py", "pipeline/cli.py", "pipeline/__main__.py"}


def first_party_files(source: str) -> set[str]:
    """The project's files that the Python text `source` imports, and the ones that those import."""
    found: set[str] = set()
    pending = _imported(source)
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending |= _imported((ROOT / path).read_text(encoding="utf-8"))
    return found


def _imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {path for name in names if name.split(".")[0] == "pipeline" for path in _files(name)}


def _files(module: str) -> set[str]:
    """The file of a module, and the __init__.py of each package on the way to it."""
    parts = module.split(".")
    candidates = {Path(*parts).with_suffix(".py"), *(Path(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1))}
    return {path.as_posix() for path in candidates if (ROOT / path).is_file()}


def notebook_of(stage: dict) -> Path:
    words = stage["cmd"].split()
    return Path("notebooks") / f"{words[words.index('notebook') + 1]}.ipynb"


def code_of(notebook: Path) -> str:
    cells = json.loads((ROOT / notebook).read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize("name", NOTEBOOK_STAGES)
def test_a_notebook_stage_depends_on_exactly_the_code_that_it_runs(name):
    stage = NOTEBOOK_STAGES[name]
    notebook = notebook_of(stage)
    code = {dep for dep in stage["deps"] if dep.endswith(".py")}
    runner = first_party_files("import pipeline.notebooks")
    assert code == first_party_files(code_of(notebook)) | runner
    assert notebook.as_posix() in stage["deps"]


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_depends_on_the_lock(name):
    assert "requirements.lock" in STAGES[name]["deps"]


def test_the_render_stage_depends_on_all_the_code_that_it_runs():
    deps = STAGES["render"]["deps"]
    needed = first_party_files("import pipeline.rendering") - {"pipeline/__init__.py"}
    assert all(any(path == dep or path.startswith(f"{dep}/") for dep in deps) for path in needed)


@pytest.mark.parametrize("name", STAGES)
def test_every_dependency_is_the_project_s_own_or_an_output_of_another_stage(name):
    made = {out if isinstance(out, str) else next(iter(out)) for stage in STAGES.values() for out in stage["outs"]}
    folders = {folder.as_posix() for out in made for folder in Path(out).parents}
    missing = [dep for dep in STAGES[name]["deps"] if dep not in made | folders and not (ROOT / dep).exists()
               and dep != f"data/raw/surveys/{FOR_EACH}"]
    assert missing == []


def test_no_stage_depends_on_an_executed_notebook_but_the_one_that_describes_the_site():
    depending = {name for name, stage in STAGES.items() if any(dep.startswith("reports/site/notebooks") for dep in stage["deps"])}
    assert depending == {"crate"}


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_hold_no_output_and_no_function(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []
    defined = [node for node in ast.walk(ast.parse(code_of(notebook)))
               if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    assert defined == []


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_is_a_stage(notebook):
    assert notebook.relative_to(ROOT) in [notebook_of(stage) for stage in NOTEBOOK_STAGES.values()]
