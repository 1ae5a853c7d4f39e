"""Writes into dvc.yaml what follows from the code: modules and wordings of a stage, reports and pages that it reads and makes.

    make stages        # after a new module, an import, a report, a notebook
    python -m pipeline.workflow.stage_lists --check        # only says, by exit code 1, whether that is due

DVC sees a change only in what is listed, and a list that a person keeps is wrong one day. Order, comments and all other
lines stay as they are; a test says when the lists have to be written again.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from pipeline.files import project_root, write_text
from pipeline.imports import modules
from pipeline.passages import FOLDER as PASSAGES
from pipeline.rendering.reports import SUFFIXES, formats
from pipeline.rendering.sources import Report, read_report

# What a stage that runs no notebook begins with.
ENTRIES = {
    "key-results": "pipeline.provenance.key_results",
    "engine": "pipeline.rendering.engines",
    "render": "pipeline.rendering.reports",
    "documentation": "pipeline.rendering.documentation",
    "crate": "pipeline.provenance.crate",
    "notebook-pages": "pipeline.notebooks.pages",
    "survey-pages": "pipeline.notebooks.pages",
    "survey-report": "pipeline.rendering.reports",
}
RUNNER = "import pipeline.notebooks.execution"
CODE = re.compile(rf"pipeline(/.*)?|{PASSAGES.as_posix()}/.*")
SOURCES = re.compile(r"reports/[\w-]+\.qmd")
MADE = re.compile(r"reports/site/[\w-]+\.(html|docx|pdf|xlsx|ods)")
LOOKS = re.compile(r"reports/styles(/.*)?")
SHARED_LOOKS = {"footer.html", "navigation.html", "report.css"}  # that notebooks' pages and reports have in common
EXECUTED, PAGES = (re.compile(rf"reports/site/notebooks/[\w-]+\.{suffix}") for suffix in ("ipynb", "html"))
_STAGE, _SECTION, _ITEM = (
    re.compile(r"  ([\w-]+):\s*$"),
    re.compile(r"\s+(deps|outs):\s*$"),
    re.compile(r"(\s+)- ([^\s:]+)\s*$"),
)


def write_lists(root: Path) -> bool:
    """Write the lists of dvc.yaml in `root` anew; whether anything changed."""
    path = root / "dvc.yaml"
    before = path.read_text(encoding="utf-8")
    after = with_lists(before, root)
    if after != before:
        write_text(path, after)
    return after != before


def with_lists(text: str, root: Path) -> str:
    """The text of a dvc.yaml with every list that follows from the code of `root` as it has to be."""
    wanted = lists(text, root)
    lines: list[str] = []
    stage = section = ""
    begun: set[tuple[str, str, re.Pattern]] = set()
    for line in text.splitlines():
        if found := _STAGE.match(line):
            stage, section = found[1], ""
        elif re.match(r"\s+[\w-]+:", line):
            section = found[1] if (found := _SECTION.match(line)) else ""
        item = _ITEM.match(line)
        owned = next(
            (pattern for pattern in wanted.get((stage, section), {}) if item and pattern.fullmatch(item[2])), None
        )
        if owned is None:
            lines.append(line)
        elif (stage, section, owned) not in begun:  # the whole list where its first line stood
            begun.add((stage, section, owned))
            lines += [f"{item[1]}- {name}" for name in wanted[stage, section][owned]]
    return "\n".join(lines) + "\n"


def lists(text: str, root: Path) -> dict[tuple[str, str], dict[re.Pattern, list[str]]]:
    """By stage and section: the lines that are this module's to write, and what they have to be."""
    stages = yaml.safe_load(text)["stages"]
    found: dict[tuple[str, str], dict[re.Pattern, list[str]]] = {}
    for name, stage in stages.items():
        words = stage.get("do", stage)["cmd"].split()
        if "notebook" in words:
            source = f"{RUNNER}\n{code_of(root / 'notebooks' / (words[words.index('notebook') + 1] + '.ipynb'))}"
        elif name in ENTRIES:
            source = f"import {ENTRIES[name]}"
        else:
            continue
        code = sorted(modules(source, root))
        found[name, "deps"] = {CODE: code + passages(code, root)}
    reports = [
        report
        for path in sorted((root / "reports").glob("*.qmd"))
        if not (report := read_report(root / "reports", path.stem)).metadata.get("editions")
    ]
    sources, made = [f"reports/{report.name}.qmd" for report in reports], sorted(made_of(reports))
    found["render", "deps"][SOURCES] = sources
    found["render", "outs"] = {MADE: made}
    found["crate", "deps"] |= {SOURCES: sources, MADE: made}
    for name in ("render", "documentation", "survey-report", "notebook-pages", "survey-pages"):
        found[name, "deps"][LOOKS] = looks(root, of_notebooks=name.endswith("-pages"))
    executed = [
        out
        for stage in stages.values()
        for out in stage.get("outs", ())
        if isinstance(out, str) and EXECUTED.fullmatch(out)
    ]
    found["notebook-pages", "deps"][EXECUTED] = executed
    found["notebook-pages", "outs"] = {PAGES: [f"{out.removesuffix('.ipynb')}.html" for out in executed]}
    return found


def looks(root: Path, of_notebooks: bool) -> list[str]:
    """The style sheets and templates of notebooks' pages, or of reports: what is called after notebooks is theirs alone."""
    names = sorted(path.name for path in (root / "reports" / "styles").iterdir() if path.is_file())
    own = [name for name in names if name.startswith("notebook.")]
    others = [name for name in names if name not in own and (name in SHARED_LOOKS or not of_notebooks)]
    return [f"reports/styles/{name}" for name in sorted([*own, *others] if of_notebooks else others)]


def made_of(reports: Iterable[Report]) -> list[str]:
    """The files of the site that `reports`, which have no editions, become."""
    return [
        f"reports/site/{report.name}{suffix}"
        for report in reports
        for suffix in [
            *(SUFFIXES[each] for each in formats(report)),
            *([".ods", ".xlsx"] if report.metadata.get("spreadsheets") else []),
        ]
    ]


def code_of(notebook: Path) -> str:
    """The Python of a notebook's code cells."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def passages(code: Iterable[str], root: Path) -> list[str]:
    """The folders of wordings that the chapters among the modules `code` fill: those of the chapter's own name."""
    chapters = {Path(path).parts[2] for path in code if path.startswith("pipeline/chapters/") and path.count("/") > 2}
    return [folder.as_posix() for chapter in sorted(chapters) if (root / (folder := PASSAGES / chapter)).is_dir()]


def in_step(root: Path) -> bool:
    """Whether the lists of dvc.yaml in `root` are as they have to be."""
    text = (root / "dvc.yaml").read_text(encoding="utf-8")
    return with_lists(text, root) == text


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if in_step(project_root()) else "dvc.yaml is behind the code: call make stages.")
    print("dvc.yaml is written anew." if write_lists(project_root()) else "dvc.yaml is in step with the code.")
