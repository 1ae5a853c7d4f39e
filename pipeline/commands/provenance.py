"""The commands on where results come from: what changed between two runs, key results, and the site's metadata."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from pipeline.commands.panels import READERS, STAGES
from pipeline.errors import ParameterError
from pipeline.files import project_root, write_text

EXAMPLES = "**Examples**\n\n"
FORMATS = ("text", "markdown")
provenance_app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False)
console = Console(highlight=False)


@provenance_app.command(
    rich_help_panel=READERS,
    epilog=EXAMPLES + "`golden-thread diff`  (the last commit against the working folder)\n\n"
    "`golden-thread diff v0.1.0 HEAD --format markdown --output changes.md`\n\n"
    "`golden-thread diff HEAD~3 --make`",
)
def diff(
    revision: Annotated[str, typer.Argument(metavar="[REV]", help="The earlier run, as a revision of git.")] = "HEAD",
    other: Annotated[
        str | None,
        typer.Argument(metavar="[REV2]", help="The later run. The working folder's last one, if none is given."),
    ] = None,
    format: Annotated[str, typer.Option(help="text or markdown.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write Markdown to this file, instead of the terminal.")] = None,
    make: Annotated[bool, typer.Option("--make", help="Make again in a copy what DVC's cache has lost.")] = False,
) -> None:
    """Say in words what changed between two runs of the reports: sentences, verdicts, figures, and why."""
    from pipeline.provenance.differences import compare
    from pipeline.provenance.runs import last_run, resolve, run_at
    from pipeline.provenance.telling import tell

    if format not in FORMATS:
        raise ParameterError("There is no such format.", where="--format", found=format, expected=" or ".join(FORMATS))
    root = project_root()
    for named in filter(None, (revision, other)):
        resolve(root, named)  # a mistake shows before anything is fetched or made
    with (
        tempfile.TemporaryDirectory(prefix="golden-thread-") as scratch,
        Console(stderr=True).status("Comparing the runs …"),
    ):
        was = run_at(root, revision, Path(scratch) / "was", make)
        now = run_at(root, other, Path(scratch) / "now", make) if other else last_run(root)
        text = tell(compare(root, was, now))
    if output:
        write_text(output, text)
    elif format == "markdown":
        typer.echo(text, nl=False)
    else:
        console.print(Markdown(text))


@provenance_app.command("key-results", rich_help_panel=STAGES, epilog=EXAMPLES + "`golden-thread key-results`")
def key_results() -> None:
    """Write the key results for `dvc metrics`. (A stage of the pipeline calls this.)"""
    from pipeline.provenance.key_results import write_key_results

    console.print(str(write_key_results(project_root())), markup=False, soft_wrap=True)


@provenance_app.command(rich_help_panel=STAGES, epilog=EXAMPLES + "`golden-thread crate`")
def crate() -> None:
    """Describe the site as an RO-Crate: which notebook and inputs made each file. (A stage calls this.)"""
    from pipeline.provenance.crate import write_crate

    for path in write_crate(project_root()):
        console.print(str(path), markup=False, soft_wrap=True)
