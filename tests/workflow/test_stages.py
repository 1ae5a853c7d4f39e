"""The stages of dvc.yaml tell the truth: their dependencies are the code that they run, their outputs what they write."""

import ast
import difflib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from pipeline.workflow.stage_lists import code_of, with_lists

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
WRITTEN = yaml.safe_load(
    (ROOT / "dvc.yaml").read_text(encoding="utf-8").replace("${survey.name}", PARAMETERS["survey"]["name"])
)["stages"]
STAGES = {name: stage.get("do", stage) for name, stage in WRITTEN.items()}
FOR_EACH = "${item}"  # a council's survey, in the stages that run once for each
NOTEBOOK_STAGES = {name: stage for name, stage in STAGES.items() if " notebook " in stage["cmd"]}


def notebook_of(stage: dict) -> Path:
    words = stage["cmd"].split()
    return Path("notebooks") / f"{words[words.index('notebook') + 1]}.ipynb"


@pytest.mark.slow
def test_the_lists_follow_from_the_code_and_the_reports():
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    assert with_lists(text, ROOT) == text, "call: make stages"


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOK_STAGES)
def test_a_notebook_stage_lists_every_module_that_python_loads_for_it(name):
    """Asked of Python itself: what is imported while the chapter's own imports and the runner's are executed."""
    stage = NOTEBOOK_STAGES[name]
    notebook = notebook_of(stage)
    assert notebook.as_posix() in stage["deps"]
    imports = [
        ast.unparse(node)
        for node in ast.parse(code_of(ROOT / notebook)).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    program = "\n".join(
        [
            *imports,
            "import pipeline.notebooks.execution, sys",
            "print(*(each.__file__ for name, each in sys.modules.items() if name.split('.')[0] == 'pipeline'), sep='\\n')",
        ]
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    files = {Path(file).relative_to(ROOT).as_posix() for file in loaded if file}
    assert len(files) > 10 and files <= set(stage["deps"])


@pytest.mark.slow
def test_a_new_module_and_a_new_report_reach_every_list_that_they_concern(tmp_path):
    for name in ("pipeline", "reports", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("site", "published", "__pycache__"))
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    (tmp_path / "pipeline" / "novelty.py").write_text("")
    with open(tmp_path / "pipeline" / "phrases.py", "a", encoding="utf-8") as phrases:
        phrases.write("\n\nimport pipeline.novelty\n")
    (tmp_path / "reports" / "added.qmd").write_text(
        "---\ntitle: Added\nlang: en\nformat: [html, docx]\nspreadsheets: true\n---\n"
    )
    added = [
        line.strip()
        for line in difflib.ndiff(text.splitlines(), with_lists(text, tmp_path).splitlines())
        if line[0] in "+-"
    ]
    assert {line.split("- ")[1] for line in added} == {
        "pipeline/novelty.py",
        "reports/added.qmd",
        *(f"reports/site/added.{suffix}" for suffix in ("html", "docx", "ods", "xlsx")),
    }
    assert all(line.startswith("+") for line in added)


def test_a_stage_depends_on_the_wordings_of_its_own_chapters_where_there_are_any(tmp_path):
    for name in ("pipeline", "reports", "notebooks"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("site", "published", "passages", "__pycache__")
        )
    for chapter in ("evidence", "authorities", "elsewhere"):
        (tmp_path / "reports" / "passages" / chapter).mkdir(parents=True)
    text = with_lists((ROOT / "dvc.yaml").read_text(encoding="utf-8"), tmp_path)
    depending = {
        name: [dep for dep in stage.get("do", stage)["deps"] if dep.startswith("reports/passages/")]
        for name, stage in yaml.safe_load(text)["stages"].items()
    }
    assert {name: found for name, found in depending.items() if found} == {
        "evidence": ["reports/passages/evidence"],
        "clean-authorities": ["reports/passages/authorities"],
        "authorities": ["reports/passages/authorities"],
    }


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_depends_on_the_lock(name):
    assert "requirements.lock" in STAGES[name]["deps"]


@pytest.mark.parametrize("name", STAGES)
def test_every_dependency_is_the_project_s_own_or_an_output_of_another_stage(name):
    made = {out if isinstance(out, str) else next(iter(out)) for stage in STAGES.values() for out in stage["outs"]}
    folders = {folder.as_posix() for out in made for folder in Path(out).parents}
    missing = [
        dep
        for dep in STAGES[name]["deps"]
        if dep not in made | folders and not (ROOT / dep).exists() and dep != f"data/raw/surveys/{FOR_EACH}"
    ]
    assert missing == []


def test_no_stage_depends_on_an_executed_notebook_but_those_that_make_its_page_and_describe_the_site():
    depending = {
        name
        for name, stage in STAGES.items()
        if any(re.fullmatch(r"reports/site/.*notebooks(/.*\.ipynb)?", dep) for dep in stage["deps"])
    }
    assert depending == {"notebook-pages", "survey-pages", "crate"}


@pytest.mark.parametrize("name", NOTEBOOK_STAGES)
def test_what_is_computed_depends_on_nothing_that_only_makes_pages_look(name):
    looks = ("reports/styles", "reports/_", "pipeline/rendering", "pipeline/notebooks/pages.py")
    assert [dep for dep in NOTEBOOK_STAGES[name]["deps"] if dep.startswith(looks)] == []


def test_the_page_of_every_executed_notebook_is_made():
    executed = {
        out for stage in STAGES.values() for out in stage["outs"] if isinstance(out, str) and out.endswith(".ipynb")
    }
    pages = {out for name in ("notebook-pages", "survey-pages") for out in STAGES[name]["outs"]}
    assert (
        len(executed) == len(NOTEBOOK_STAGES) and {page.removesuffix(".html") + ".ipynb" for page in pages} == executed
    )


def test_a_notebook_s_page_is_made_of_the_style_files_that_its_stage_lists(tmp_path):
    """Asked of Python itself: what is opened in reports/styles while a page is made."""
    (tmp_path / "notebooks").mkdir()
    folder = tmp_path / "reports/site/notebooks"
    folder.mkdir(parents=True)
    for place in (tmp_path / "notebooks", folder):
        nbformat.write(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 1. One")]), place / "01-one.ipynb"
        )
    program = (
        "import sys, pathlib; from pipeline.notebooks.pages import write_pages\n"
        "sys.addaudithook(lambda event, given: event == 'open' and print(given[0]))\n"
        f"write_pages(pathlib.Path({str(tmp_path)!r}))"
    )
    opened = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    assert (folder / "01-one.html").is_file()
    for name in ("notebook-pages", "survey-pages"):
        assert {str(ROOT / dep) for dep in STAGES[name]["deps"] if dep.startswith("reports/styles")} == {
            each for each in opened if each.startswith(str(ROOT / "reports/styles"))
        }


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_hold_no_output_and_no_function(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []
    defined = [
        node
        for node in ast.walk(ast.parse(code_of(notebook)))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
    ]
    assert defined == []


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_is_a_stage(notebook):
    assert notebook.relative_to(ROOT) in [notebook_of(stage) for stage in NOTEBOOK_STAGES.values()]
