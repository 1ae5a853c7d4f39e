"""A small project with everything that a report may hold: figure, tables, callouts, citations, references."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pypandoc
import pytest
import yaml

from pipeline.rendering import render

STYLES = Path(__file__).resolve().parents[2] / "reports"

REPORT = """\
---
title: "Support & outcomes: a sample"
subtitle: "Staff said {{< var support.agree >}} times that they agreed"
author: A. Researcher
date: July 2012
---

## Summary {.unnumbered}

Of {{< var survey.base >}} social workers, {{< var support.agree >}} agreed: see @fig-agreement in @sec-support,
and **all rows** in @tbl-rows ([-@fig-agreement] and [Panel @tbl-wide]). The report is "{{< meta title >}}".

::: {.callout-note title="How to read *this*"}
A percentage stands for a range of counts.

- One thing.
- Another thing.
:::

::: {.callout-warning}
No title of its own.
:::

## What staff said {#sec-support}

Supervision matters [@munro2011, p. 7]; see also @ofsted2012.[^note] Code such as `@fig-none` stays, and so does
an address like staff@example.org. Write `{{{< var name >}}}` for a value.

[^note]: A footnote with {{< var survey.base >}} in it.

### By role {#sec-role}

{{< include published/03-support/figures/agreement.md >}}

{{< include published/03-support/tables/wide.md >}}

{{< pagebreak >}}

## Every row {#sec-rows}

Back to [what staff said](#sec-support) and @sec-role.

{{< include published/03-support/tables/rows.md >}}

```python
print("@not-a-citation")
```

## References {.unnumbered}

::: {#refs}
:::
"""

BIBLIOGRAPHY = """\
@report{munro2011,
  author = {Munro, Eileen}, title = {The Munro Review of Child Protection}, year = {2011},
  publisher = {Department for Education}
}
@report{ofsted2012,
  author = {{Ofsted}}, title = {High expectations, high support and high challenge}, year = {2012}, publisher = {Ofsted}
}
"""

WIDE = """\
| Statement put to social workers and to their managers | Strongly agree | Agree | Neither | Disagree | Don't know |
|:--------------------------------------|--------:|------:|-------:|--------:|------:|
| My manager makes time to think through difficult cases with me before decisions are taken | 21 | 55 | 12 | 9 | 3 |
| I can find advice outside my own team whenever a case is of an unfamiliar kind | 18 | 49 | 15 | 14 | 4 |

: Answers to two statements, per cent of those asked {#tbl-wide}
"""


@pytest.fixture(autouse=True)
def no_engine_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the developer's choice of an engine nor a date of theirs reaches a test."""
    monkeypatch.delenv("GOLDEN_THREAD_ENGINE", raising=False)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Builds a fresh sample project and returns its root."""
    charts = tmp_path_factory.mktemp("charts")
    _draw(charts / "agreement")

    def make() -> Path:
        root = tmp_path_factory.mktemp("a project")  # with a space in its path
        reports = root / "reports"
        published = reports / "published" / "03-support"
        (published / "figures").mkdir(parents=True)
        (published / "tables").mkdir()
        (reports / "styles").symlink_to(STYLES / "styles", target_is_directory=True)
        (reports / "_quarto.yml").write_text((STYLES / "_quarto.yml").read_text(encoding="utf-8"), encoding="utf-8")
        (reports / "sample.qmd").write_text(REPORT, encoding="utf-8")
        (reports / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
        for suffix in (".svg", ".png"):
            (published / "figures" / f"agreement{suffix}").write_bytes((charts / f"agreement{suffix}").read_bytes())
        (published / "figures" / "agreement.md").write_text(
            "![Agreement by role, *per cent*](published/03-support/figures/agreement)"
            '{#fig-agreement fig-alt="Managers agree more often (88) than social workers (76)."}\n', encoding="utf-8")
        (published / "tables" / "wide.md").write_text(WIDE, encoding="utf-8")
        rows = "\n".join(f"| Statement {n} | {n * 7 % 100} |" for n in range(1, 71))
        (published / "tables" / "rows.md").write_text(
            f"| Statement | Agree |\n|:---|---:|\n{rows}\n\n: Every statement {{#tbl-rows}}\n", encoding="utf-8")
        (published / "values.yaml").write_text(yaml.safe_dump({
            "support.agree": {"text": "76", "number": 76.0}, "survey.base": {"text": "483", "number": 483.0}}),
            encoding="utf-8")
        return root

    return make


@pytest.fixture
def project(make_project: Callable[[], Path]) -> Path:
    return make_project()


@pytest.fixture(scope="session")
def rendered(make_project: Callable[[], Path]) -> Path:
    """The folder with the sample rendered once by the embedded engine in all three formats."""
    root = make_project()
    render(root, engine="embedded")
    return root / "reports" / "site"


def _draw(path: Path) -> None:
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    with plt.rc_context({"svg.hashsalt": "sample"}):
        figure, axes = plt.subplots(figsize=(6.5, 2.6), layout="constrained")
        axes.barh(["Social workers", "Managers"], [76, 88], color="#1d4f60")
        axes.set_xlabel("Agree, per cent")
        for suffix, metadata in ((".svg", {"Date": None}), (".png", {"Software": None})):
            figure.savefig(path.with_suffix(suffix), dpi=150, metadata=metadata)
        plt.close(figure)


class FakeQuarto:
    """A program `quarto` that records how it was called, and writes what the test tells it to."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.says(version="1.9.38")
        script, program = folder / "quarto.py", folder / "quarto"
        script.write_text(FAKE_QUARTO, encoding="utf-8")
        # A shell in between: the first line of a script cannot name a program whose path has a blank in it.
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    def says(self, **settings: object) -> None:
        """`version`; `log` (text of the log file); `stderr`; `code`; `html` (the text of the page); `output` (False:
        no file is made)."""
        path = self.folder / "settings.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(json.dumps({**known, **settings}), encoding="utf-8")

    def calls(self, command: str) -> list[dict]:
        path = self.folder / "calls.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [call for call in map(json.loads, lines) if call["arguments"][0] == command]


FAKE_QUARTO = '''
import json, os, shutil, sys
from pathlib import Path
here = Path(__file__).parent
settings = json.loads((here / "settings.json").read_text())
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print(settings["version"])
    sys.exit()
options = dict(zip(arguments[2::2], arguments[3::2]))
call = {"arguments": arguments, "cwd": os.getcwd(), "files": sorted(p.name for p in Path().iterdir()),
        "variables": Path("_variables.yml").read_text(),
        "environment": {k: os.environ.get(k) for k in ("QUARTO_PYTHON", "SOURCE_DATE_EPOCH")}}
with open(here / "calls.jsonl", "a") as file:
    file.write(json.dumps(call) + "\\n")
Path(options["--log"]).write_text(settings.get("log", ""))
sys.stderr.write(settings.get("stderr", ""))
if settings.get("output", True):
    folder = Path(options["--output-dir"])
    folder.mkdir()
    made = folder / Path(arguments[1]).with_suffix({"html": ".html", "docx": ".docx", "typst": ".pdf"}[options["--to"]])
    if options["--to"] == "docx":
        shutil.copyfile(here / "made.docx", made)
    else:
        made.write_text(settings.get("html", "<p>All well.</p>"))
sys.exit(settings.get("code", 0))
'''


@pytest.fixture(scope="session")
def unfinished_docx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an engine leaves: one image without an alternative text, an empty list of contents."""
    folder = tmp_path_factory.mktemp("unfinished")
    _draw(folder / "agreement")
    pypandoc.convert_text(f"# One\n\n![A caption]({folder}/agreement.png)\n", "docx", format="markdown",
                          outputfile=str(folder / "made.docx"),
                          extra_args=["--toc", f"--reference-doc={STYLES}/styles/reference.docx"])
    return folder / "made.docx"


@pytest.fixture
def quarto_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unfinished_docx: Path) -> FakeQuarto:
    """A recording `quarto` found on PATH before any other; its DOCX is a real one, by pandoc."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "made.docx").write_bytes(unfinished_docx.read_bytes())
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return FakeQuarto(folder)
