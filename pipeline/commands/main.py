"""The command line: `golden-thread`, or `python -m pipeline`.

Each command imports what it needs when it is called, so that `--help` and a run with nothing to do stay quick.
"""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from pipeline.commands.authorities import authorities_app
from pipeline.commands.provenance import provenance_app
from pipeline.commands.survey import survey_app
from pipeline.errors import GoldenThreadError, ParameterError
from pipeline.files import project_root

if TYPE_CHECKING:
    from pipeline.rendering.engines import Engine

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown",
    help="Golden Thread: how does support for front-line child-protection social workers link to outcomes for children?")
app.add_typer(survey_app, name="survey")
app.add_typer(authorities_app, name="authorities")
app.add_typer(provenance_app)
console = Console(highlight=False, soft_wrap=True)

EXAMPLES = "**Examples**\n\n"


@app.command(epilog=EXAMPLES + "`golden-thread run`\n\n`golden-thread run --force`  (everything again)\n\n"
                               "`golden-thread run --stage check-claims`  (one stage and what it needs)")
def run(
    stage: Annotated[list[str] | None, typer.Option(help="Only this stage and what it depends on; may be repeated.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run every stage, changed or not.")] = False,
    record: Annotated[bool, typer.Option("--record", help="For those who change the study: write what was made into dvc.lock.")] = False,
) -> None:
    """Run the pipeline: whatever changed since the last time, from raw data to reports."""
    from pipeline.inputs.parameters import check_surveys, read_parameters
    from pipeline.rendering.engines import chosen_engine, record_engine
    from pipeline.workflow.running import StageRun, reproduce, stage_names
    from pipeline.workflow.survey_questions import open_surveys, tell_waiting, without_open

    root = project_root()
    check_surveys(root, read_parameters(root), stage or [])  # refuses what cannot be used before anything runs
    names = stage_names(root)
    unknown = sorted(set(stage or []) - set(names))
    if unknown:
        raise ParameterError("There is no such stage.", where="dvc.yaml", found=", ".join(unknown),
                             expected=", ".join(names))
    waiting = open_surveys(root)
    stages = without_open(names, stage or [], waiting)
    status = console.status("Looking at what changed …")

    def started(current: StageRun) -> None:
        status.update(f"{current.name} … (stage {names.index(current.name) + 1} of {len(names)})")

    def ended(current: StageRun) -> None:
        state = f"done in {current.seconds:.1f} s" if current.ran else "up to date"
        console.print(f"[{names.index(current.name) + 1}/{len(names)}] {current.name:<16} {state}", markup=False)

    begun = time.monotonic()
    engine = chosen_engine(root)
    if record:
        _check_shared_only(root, engine)
    with status:
        reproduce(root, [*(["--force"] if force else []), *stages], started, ended, record, prepare=record_engine)
    console.print(f"Finished in {time.monotonic() - begun:.1f} s. The reports, made by {engine}:", markup=False)
    for path in _reports(root):
        console.print(f"  {path}", markup=False)
    if not stage:
        tell_waiting(waiting)


def _check_shared_only(root: Path, engine: "Engine") -> None:
    """dvc.lock is the record of what everybody can make: no own survey, no downloaded statistics, the embedded engine."""
    from pipeline.inputs.parameters import surveys_of

    own = [*(["Quarto"] if engine.quarto else []), *surveys_of(root),
           *(["downloaded statistics"] if (root / "data/raw/authorities/manifest.yaml").is_file() else [])]
    if own:
        raise ParameterError("The study's record holds what everybody can make again, and nothing of one's own.",
                             where="--record", found=", ".join(own),
                             fix="Record in a copy without them (git worktree add ../record), with GOLDEN_THREAD_ENGINE=embedded.")


def _reports(root: Path) -> list[Path]:
    """The rendered reports, the index first."""
    from pipeline.inputs.parameters import surveys_of

    site, surveys = root / "reports" / "site", surveys_of(root)
    found = [path for suffix in ("html", "docx", "pdf", "xlsx", "ods")
             for pattern in (f"*.{suffix}", *(f"survey/{survey}/*.{suffix}" for survey in surveys))
             for path in site.glob(pattern)]
    return sorted(found, key=lambda path: (path.parent, path.stem != "index", path.stem, path.suffix != ".html", path.suffix))


@app.command(epilog=EXAMPLES + "`golden-thread render`\n\n`golden-thread render brief --engine embedded`\n\n"
                               "`golden-thread render survey --edition leeds-2026`")
def render(
    reports: Annotated[list[str] | None, typer.Argument(help="Names of reports, such as study or brief. All, if none is given.")] = None,
    engine: Annotated[str, typer.Option(help="auto, quarto or embedded; `auto` is Quarto where it is found.")] = "auto",  # stages say "recorded"
    edition: Annotated[str | None, typer.Option(help="The survey to make the report for: with `survey` only. A stage of the pipeline knows its own.")] = None,
) -> None:
    """Render reports from what the notebooks published, without running a notebook."""
    from pipeline.inputs.parameters import survey_of_stage
    from pipeline.rendering.reports import render as render_reports

    edition = edition or survey_of_stage()
    for path in render_reports(project_root(), reports or None, engine=engine, edition=edition):
        console.print(str(path), markup=False)


@app.command(epilog=EXAMPLES + "`golden-thread engine`")
def engine() -> None:
    """Tell which engine makes the reports, and note it for the stages. (A stage of the pipeline calls this.)"""
    from pipeline.rendering.engines import record_engine

    console.print(f"The reports are made by {record_engine(project_root())}.", markup=False)


@app.command(epilog=EXAMPLES + "`golden-thread documentation`")
def documentation() -> None:
    """Make the pages of the documentation for the site. (A stage of the pipeline calls this.)"""
    from pipeline.rendering.documentation import render_documentation

    for path in render_documentation(project_root()):
        console.print(str(path), markup=False)


@app.command(epilog=EXAMPLES + "`golden-thread notebook 01-clean-survey`\n\n"
                               "`golden-thread notebook 08-profile -p authority=Lancashire`\n\n"
                               "`golden-thread notebook 09-staff-survey -p survey=leeds-2026`")
def notebook(
    name: Annotated[str, typer.Argument(help="The notebook's name, without .ipynb.")],
    parameter: Annotated[list[str] | None, typer.Option("-p", "--parameter", help="NAME=VALUE; what is not given comes from params.yaml.")] = None,
    edition: Annotated[str, typer.Option(help="The folder of the site to keep it in; of a survey's own notebook, survey/NAME.")] = "",
) -> None:
    """Run one notebook with parameters and keep it, executed. (The stages of the pipeline call this.)"""
    from pipeline.inputs.parameters import hand_over, runs_for_each_survey
    from pipeline.notebooks.execution import run_notebook

    root = project_root()
    handed = hand_over(root, name, parameter or [])
    if runs_for_each_survey(name) and handed.get("survey"):
        edition = edition or f"survey/{handed['survey']}"
    console.print(str(run_notebook(name, handed, root, edition=edition)), markup=False)


@app.command(epilog=EXAMPLES + "`golden-thread notebook-pages`\n\n`golden-thread notebook-pages --edition survey/leeds-2026`")
def notebook_pages(
    edition: Annotated[str, typer.Option(help="The folder of the site whose notebooks they are; of a survey's own, survey/NAME.")] = "",
) -> None:
    """Make the pages of the executed notebooks. (Stages of the pipeline call this.)"""
    from pipeline.inputs.parameters import survey_of_stage
    from pipeline.notebooks.pages import write_pages

    survey = survey_of_stage()
    for path in write_pages(project_root(), edition or (f"survey/{survey}" if survey else "")):
        console.print(str(path), markup=False)


@app.command(epilog=EXAMPLES + "`golden-thread doctor`")
def doctor() -> None:
    """Tell what is installed, which engine will render, what is missing and how to get it."""
    from pipeline.setup.toolchain import diagnose

    table = Table("Tool", "Found", "Needed for", "If it is missing", box=None, pad_edge=False)
    for check in diagnose():
        table.add_row(check.name, check.found or "not found", check.needed_for, "" if check.found else check.how_to_get)
    console.print(table)


@app.command(epilog=EXAMPLES + "`golden-thread verify`")
def verify() -> None:
    """Run everything again in a fresh copy and compare each output with the hash in dvc.lock."""
    os.environ["GOLDEN_THREAD_ENGINE"] = "embedded"
    from pipeline.workflow.verification import verify as compare

    with console.status("Running the whole pipeline in a fresh copy …"):
        outputs = compare(project_root())
    table = Table("Stage", "Output", "", box=None, pad_edge=False)
    for output in outputs:
        table.add_row(output.stage, output.path, "same" if output.same else f"DIFFERS: {output.recorded} → {output.remade}")
    console.print(table)
    different = [output.path for output in outputs if not output.same]
    console.print(f"{len(outputs) - len(different)} of {len(outputs)} outputs have the bytes that dvc.lock records "
                  f"(of the embedded engine, whichever makes the reports here).")
    if different:
        raise typer.Exit(1)


@app.command(epilog=EXAMPLES + "`golden-thread bench`")
def bench() -> None:
    """Measure the pipeline in a fresh copy, from nothing and with nothing to do; models; staff surveys; authorities."""
    from pipeline.workflow.timings import authorities, large_survey, ordinal_models, pipeline_times, small_survey

    with console.status("Measuring the pipeline in a fresh copy …"):
        stages, cold, idle = pipeline_times(project_root())
    table = Table("Pipeline", "Seconds", box=None, pad_edge=False)
    for stage in stages:
        table.add_row(stage.name, f"{stage.seconds:.1f}")
    table.add_row("whole pipeline from nothing", f"{cold:.1f}")
    table.add_row("again, with nothing to do", f"{idle:.1f}")
    console.print(table)
    with console.status("Measuring ordinal models …"):
        models = ordinal_models()
    table = Table("\nOrdinal model, 200,000 answers", "\nOn counts, ms", "\nOrderedModel, ms", "\nRatio", box=None, pad_edge=False)
    for name, on_counts, one_by_one, ratio in models:
        table.add_row(name, f"{on_counts:.2f}", f"{one_by_one:,.0f}", f"{ratio:,.0f}")
    console.print(table)
    table = Table("\nStaff survey", "", box=None, pad_edge=False)
    with console.status("Measuring staff surveys …"):
        small = small_survey(project_root())
        for stage in small:
            table.add_row(f"600 respondents: {stage.name}", f"{stage.seconds:.1f} s")
        table.add_row("600 respondents: whole report", f"{sum(stage.seconds for stage in small):.1f} s")
        for step, cost in large_survey(project_root()):
            table.add_row(f"1,000,000 respondents: {step}", cost)
    console.print(table)
    table = Table("\nLocal authorities", "", box=None, pad_edge=False)
    with console.status("Measuring local authorities …"):
        for step, cost in authorities(project_root()):
            table.add_row(step, cost)
    console.print(table)


def main() -> None:
    """Run a command; a user's mistake, and a trouble of the machine, is one clear message and exit code 2."""
    try:
        app()
    except GoldenThreadError as mistake:
        _stop(mistake)
    except (OSError, MemoryError) as error:
        from pipeline.machine.memory import trouble

        found = trouble(error)
        if found is None:
            raise
        _stop(found)


def _stop(mistake: GoldenThreadError) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        "\n".join([str(mistake), *getattr(mistake, "__notes__", [])]), markup=False)
    sys.exit(mistake.exit_code)
