"""A small project with everything that a report may hold: figure, tables, callouts, citations, references."""

import os
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
import yaml

from pipeline.rendering.reports import render
from tests.reports.stand_in import StandIn

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
            '{#fig-agreement fig-alt="Managers agree more often (88) than social workers (76)."}\n',
            encoding="utf-8",
        )
        (published / "tables" / "wide.md").write_text(WIDE, encoding="utf-8")
        rows = "\n".join(f"| Statement {n} | {n * 7 % 100} |" for n in range(1, 71))
        (published / "tables" / "rows.md").write_text(
            f"| Statement | Agree |\n|:---|---:|\n{rows}\n\n: Every statement {{#tbl-rows}}\n", encoding="utf-8"
        )
        (published / "values.yaml").write_text(
            yaml.safe_dump(
                {"support.agree": {"text": "76", "number": 76.0}, "survey.base": {"text": "483", "number": 483.0}}
            ),
            encoding="utf-8",
        )
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


@pytest.fixture
def quarto_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in, found on PATH before any other Quarto."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return StandIn(folder)
