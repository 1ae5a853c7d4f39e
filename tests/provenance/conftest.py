"""A small project of its own, under git and DVC: one notebook's stage, one council's survey, one report."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.workflow.running import reproduce

STEP = """
import csv, sys
from pathlib import Path
rows = list(csv.DictReader(open("data/raw/figures.csv")))
share = {row["item"]: int(row["percent"]) for row in rows}
verdict = "reproduced" if share["time"] < 25 else "not reproduced"
rule = sys.argv[-1]
def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
published = "reports/published/02-claims"
write(f"{published}/values.yaml", f"time.share: {{number: {share['time']}.0, text: '{share['time']}'}}\\n"
      f"rule: {{number: null, text: {rule.partition('=')[2]}}}\\n")
write(f"{published}/figures/shares.svg", f"<svg>{share}</svg>")
write(f"{published}/data/shares.yaml",
      "title: Who agrees. A dot each.\\nheadings: {item: Statement, percent: Per cent}\\n")
write("reports/site/data/shares.csv",
      "item,percent\\n" + "".join(f"{item},{percent}\\n" for item, percent in share.items()))
write("reports/site/data/claims.csv", f"id,claim,verdict\\nlittle-time,Few had time.,{verdict}\\n")
write("reports/site/brief.html", "the page")
"""
SURVEY = """
from pathlib import Path
answers = Path("data/raw/surveys/leeds/answers.csv").read_text()
for path, text in {"reports/published/survey/leeds/values.yaml": f"n: {{number: 1.0, text: '{len(answers)}'}}\\n",
                   "reports/site/survey/leeds/data/workload.csv": f"answer,count\\nagree,{len(answers)}\\n",
                   "reports/site/survey/leeds/data/design.csv": "a,b\\n1,2\\n"}.items():
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
"""
STAGES = {
    "stages": {
        "claims": {
            "cmd": "python step.py -p rule=${rule}",
            "deps": ["data/raw/figures.csv", "step.py", "requirements.lock"],
            "outs": [
                "reports/published/02-claims",
                "reports/site/brief.html",
                "reports/site/data/claims.csv",
                "reports/site/data/shares.csv",
            ],
        },
        "staff-survey": {
            "foreach": "${surveys}",
            "do": {
                "cmd": "python survey.py ${item}",
                "deps": ["data/raw/surveys/${item}", "survey.py"],
                "outs": ["reports/published/survey/${item}", "reports/site/survey/${item}/data"],
            },
        },
    }
}
BRIEF = """---
title: A brief
---

## Findings

Of social workers {{< var time.share >}}% agree that they have time. This sentence stays.
"""
FILES = {
    "dvc.yaml": yaml.safe_dump(STAGES, sort_keys=False),
    "params.yaml": "rule: half_up\nsurveys: [leeds]\n",
    ".gitignore": "/reports/published/\n/reports/site/\n/data/raw/surveys/\n/.dvc/*\n!/.dvc/config\n",
    ".dvc/config": "[core]\n    analytics = false\n",
    "step.py": STEP,
    "survey.py": SURVEY,
    "reports/brief.qmd": BRIEF,
    "reports/key-results.yaml": "02-claims: {time.share: Social workers with time (%)}\n",
    "data/raw/figures.csv": "item,percent\ntime,21\nviews,48\n",
    "requirements.lock": "pandas==3.0.0\nscipy==1.14\n",
    "data/raw/surveys/leeds/answers.csv": "who,answer\n1,agree\n",
    "pipeline/README.md": "No code here.\n",
}


def git(root, *words):
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words],
        cwd=root,
        check=True,
        capture_output=True,
    )


def commit(root, message):
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)


def golden_thread(root, *words):
    """A command as a user gives it in `root`."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words], cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="session")
def first_run(tmp_path_factory) -> Path:
    """The project after a run that was committed, with the tag `first`."""
    root = tmp_path_factory.mktemp("diff") / "my project"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root.parent, "init", "--quiet", str(root))
    reproduce(root)
    commit(root, "one")
    git(root, "tag", "first")
    return root


@pytest.fixture
def project(first_run, tmp_path) -> Path:
    """A copy of it to change."""
    return shutil.copytree(first_run, tmp_path / "project")
