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
from pipeline.commands.panels import READERS, STAGES, STUDY
from pipeline.commands.provenance import provenance_app
from pipeline.commands.survey import survey_app
from pipeline.errors import GoldenThreadError, ParameterError
from pipeline.files import project_root
from pipeline.machine.terminal import print_readably
from pipeline.phrases import listed
from pipeline.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.rendering.engines import Engine

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Golden Thread: how does support for front-line child-protection social workers link to outcomes for children?",
)
console = Console(highlight=False, soft_wrap=True)

EXAMPLES = "**Examples**\n\n"


def _tell_version(asked: bool) -> None:
    if asked:
        import tomllib

        declared = tomllib.loads((project_root() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        console.print(f"{declared['name']} {declared['version']}", markup=False)
        raise typer.Exit


@app.callback()
def _golden_thread(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version, and end.")
    ] = False,
) -> None:
    pass


@app.command(
    rich_help_panel=READERS,
    epilog=EXAMPLES + "`golden-thread run`\n\n`golden-thread run --force`  (everything again)\n\n"
    "`golden-thread run --stage check-claims`  (one stage and what it needs)",
)
def run(
    stage: Annotated[
        list[str] | None, typer.Option(help="Only this stage and what it depends on; may be repeated.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run every stage, changed or not.")] = False,
    record: Annotated[
        bool, typer.Option("--record", help="For those who change the study: write what was made into dvc.lock.")
    ] = False,
) -> None:
    """Run the pipeline: whatever changed since the last time, from raw data to reports."""
    from pipeline.commands.progress import Progress
    from pipeline.inputs.parameters import check_surveys, read_parameters
    from pipeline.rendering.engines import chosen_engine, record_engine
    from pipeline.workflow.running import reproduce, stage_names
    from pipeline.workflow.survey_questions import open_surveys, tell_waiting, without_open
    from pipeline.workflow.usual_times import usual_seconds

    root = project_root()
    check_surveys(root, read_parameters(root), stage or [])  # refuses what cannot be used before anything runs
    names = stage_names(root)
    unknown = sorted(set(stage or []) - set(names))
    if unknown:
        raise ParameterError(
            "There is no such stage.",
            where="dvc.yaml",
            expected=", ".join(names),
            found=", ".join(f"{name}{suggestion(name, names)}" for name in unknown),
        )
    waiting = open_surveys(root)
    stages = without_open(names, stage or [], waiting)
    begun = time.monotonic()
    engine = chosen_engine(root)
    if record:
        _check_shared_only(root, engine)
    with Progress(console, names, usual_seconds(root)) as progress:
        reproduce(
            root,
            [*(["--force"] if force else []), *stages],
            progress.started,
            progress.ended,
            record,
            prepare=record_engine,
            on_kept=lambda kept: console.print(str(kept), markup=False),
        )
    console.print(
        f"Finished in {time.monotonic() - begun:.1f} s. "
        + (f"What {listed(list(dict.fromkeys(stage)))} made:" if stage else f"The reports, made by {engine}:"),
        markup=False,
    )
    for path in _outputs(root, stage) if stage else _reports(root):
        console.print(f"  {path}", markup=False)
    if not stage:
        tell_waiting(waiting)


def _outputs(root: Path, stages: "Sequence[str]") -> list[Path]:
    """What `stages` have made."""
    from pipeline.workflow.rollback import outputs_of_stages

    outs = outputs_of_stages(root)
    return [root / out for name in dict.fromkeys(stages) for out in outs[name] if (root / out).exists()]


def _check_shared_only(root: Path, engine: "Engine") -> None:
    """dvc.lock is the record of what everybody can make: no own survey, no downloaded statistics, the embedded engine."""
    from pipeline.inputs.parameters import surveys_of
    from pipeline.inputs.parameters_file import OWN

    own = [
        *(["Quarto"] if engine.quarto else []),
        *surveys_of(root),
        *(["downloaded statistics"] if (root / "data/raw/authorities/manifest.yaml").is_file() else []),
        *([OWN] if (root / OWN).is_file() else []),
    ]
    if own:
        raise ParameterError(
            "The study's record holds what everybody can make again, and nothing of one's own.",
            where="--record",
            found=", ".join(own),
            fix="Record in a copy without them (git worktree add ../record), with GOLDEN_THREAD_ENGINE=embedded.",
        )


def _reports(root: Path) -> list[Path]:
    """The rendered reports, the index first."""
    from pipeline.inputs.parameters import surveys_of

    site, surveys = root / "reports" / "site", surveys_of(root)
    found = [
        path
        for suffix in ("html", "docx", "pdf", "xlsx", "ods")
        for pattern in (f"*.{suffix}", *(f"survey/{survey}/*.{suffix}" for survey in surveys))
        for path in site.glob(pattern)
    ]
    return sorted(
        found, key=lambda path: (path.parent, path.stem != "index", path.stem, path.suffix != ".html", path.suffix)
    )


@app.command("open", rich_help_panel=READERS, epilog=EXAMPLES + "`golden-thread open`\n\n`golden-thread open brief`")
def open_site(
    page: Annotated[
        str, typer.Argument(help="A page of the site, such as study, or survey/leeds-2026/survey.")
    ] = "index",
) -> None:
    """Open the site in the browser; where there is none, or over ssh, tell its address."""
    from pipeline.commands.browser import opened, page_of_site

    file = page_of_site(project_root(), page)
    if opened(file.as_uri()):
        console.print(f"Opened in the browser: {file}", markup=False)
    else:
        console.print(f"Open this in a browser: {file.as_uri()}", markup=False)


@app.command(
    rich_help_panel=READERS,
    epilog=EXAMPLES + "`golden-thread render`\n\n`golden-thread render brief --engine embedded`\n\n"
    "`golden-thread render survey --edition leeds-2026`",
)
def render(
    reports: Annotated[
        list[str] | None, typer.Argument(help="Names of reports, such as study or brief. All, if none is given.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="auto, quarto or embedded; `auto` is Quarto where it is found.")
    ] = "auto",  # stages say "recorded"
    edition: Annotated[
        str | None,
        typer.Option(
            help="The survey to make the report for: with `survey` only. A stage of the pipeline knows its own."
        ),
    ] = None,
) -> None:
    """Render reports from what the notebooks published, without running a notebook."""
    from pipeline.inputs.parameters import STAGE, survey_of_stage
    from pipeline.rendering.reports import render as render_reports
    from pipeline.workflow.readers_files import note_by_hand
    from pipeline.workflow.recorded_values import check_recorded_values

    root = project_root()
    edition = edition or survey_of_stage()
    by_hand = STAGE not in os.environ
    if by_hand:
        check_recorded_values(root, edition or "")
    made = render_reports(root, reports or None, engine=engine, edition=edition)
    for path in made:
        console.print(str(path), markup=False)
    if by_hand:
        note_by_hand(root, made)


@app.command(rich_help_panel=STAGES, epilog=EXAMPLES + "`golden-thread engine`")
def engine() -> None:
    """Tell which engine makes the reports, and note it for the stages. (A stage of the pipeline calls this.)"""
    from pipeline.rendering.engines import record_engine

    console.print(f"The reports are made by {record_engine(project_root())}.", markup=False)


@app.command(rich_help_panel=STAGES, epilog=EXAMPLES + "`golden-thread documentation`")
def documentation() -> None:
    """Make the pages of the documentation for the site. (A stage of the pipeline calls this.)"""
    from pipeline.rendering.documentation import render_documentation

    for path in render_documentation(project_root()):
        console.print(str(path), markup=False)


@app.command(
    rich_help_panel=STAGES,
    epilog=EXAMPLES + "`golden-thread notebook 01-clean-survey`\n\n"
    "`golden-thread notebook 08-profile -p authority=Lancashire`\n\n"
    "`golden-thread notebook 09-staff-survey -p survey=leeds-2026`",
)
def notebook(
    name: Annotated[str, typer.Argument(help="The notebook's name, without .ipynb.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", help="NAME=VALUE; what is not given comes from the parameters."),
    ] = None,
    edition: Annotated[
        str, typer.Option(help="The folder of the site to keep it in; of a survey's own notebook, survey/NAME.")
    ] = "",
) -> None:
    """Run one notebook with parameters and keep it, executed. (The stages of the pipeline call this.)"""
    from pipeline.inputs.parameters import STAGE, hand_over, runs_for_each_survey
    from pipeline.notebooks.execution import run_notebook
    from pipeline.workflow.readers_files import note_by_hand

    root = project_root()
    handed = hand_over(root, name, parameter or [])
    if runs_for_each_survey(name) and handed.get("survey"):
        edition = edition or f"survey/{handed['survey']}"
    made = run_notebook(name, handed, root, edition=edition)
    console.print(str(made), markup=False)
    if STAGE not in os.environ:
        note_by_hand(root, [made])


@app.command(
    rich_help_panel=STAGES,
    epilog=EXAMPLES + "`golden-thread notebook-pages`\n\n`golden-thread notebook-pages --edition survey/leeds-2026`",
)
def notebook_pages(
    edition: Annotated[
        str, typer.Option(help="The folder of the site whose notebooks they are; of a survey's own, survey/NAME.")
    ] = "",
) -> None:
    """Make the pages of the executed notebooks. (Stages of the pipeline call this.)"""
    from pipeline.inputs.parameters import STAGE, survey_of_stage
    from pipeline.notebooks.pages import write_pages
    from pipeline.workflow.readers_files import note_by_hand

    root, survey = project_root(), survey_of_stage()
    made = write_pages(root, edition or (f"survey/{survey}" if survey else ""))
    for path in made:
        console.print(str(path), markup=False)
    if STAGE not in os.environ:
        note_by_hand(root, made)


app.add_typer(survey_app, name="survey", rich_help_panel=READERS)
app.add_typer(authorities_app, name="authorities", rich_help_panel=READERS)
app.add_typer(provenance_app)


@app.command(rich_help_panel=READERS, epilog=EXAMPLES + "`golden-thread doctor`")
def doctor() -> None:
    """Tell what is installed, which engine will render, what is missing and how to get it."""
    from pipeline.setup.toolchain import diagnose

    table = Table("Tool", "Found", "Needed for", "If it is missing", box=None, pad_edge=False)
    for check in diagnose():
        table.add_row(check.name, check.found or "not found", check.needed_for, "" if check.found else check.how_to_get)
    console.print(table)


@app.command(rich_help_panel=STUDY, epilog=EXAMPLES + "`golden-thread verify`")
def verify() -> None:
    """Run everything again in a fresh copy and compare each output with the hash in dvc.lock."""
    os.environ["GOLDEN_THREAD_ENGINE"] = "embedded"
    from pipeline.workflow.verification import verify as compare

    with console.status("Running the whole pipeline in a fresh copy …"):
        outputs = compare(project_root())
    table = Table("Stage", "Output", "", box=None, pad_edge=False)
    for output in outputs:
        table.add_row(
            output.stage, output.path, "same" if output.same else f"DIFFERS: {output.recorded} → {output.remade}"
        )
    console.print(table)
    different = [output.path for output in outputs if not output.same]
    console.print(
        f"{len(outputs) - len(different)} of {len(outputs)} outputs have the bytes that dvc.lock records "
        f"(of the embedded engine, whichever makes the reports here)."
    )
    if different:
        raise typer.Exit(1)


@app.command(rich_help_panel=STUDY, epilog=EXAMPLES + "`golden-thread bench`")
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
    table = Table(
        "\nOrdinal model, 200,000 answers", "\nOn counts, ms", "\nOrderedModel, ms", "\nRatio", box=None, pad_edge=False
    )
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
    print_readably()
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
        "\n".join([str(mistake), *getattr(mistake, "__notes__", [])]), markup=False
    )
    sys.exit(mistake.exit_code)
