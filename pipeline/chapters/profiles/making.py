"""The command `golden-thread authorities profile`: the profile of one authority, or of all."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipeline.errors import DataError, ParameterError
from pipeline.files import project_root

if TYPE_CHECKING:
    from pipeline.chapters.profiles.assembly import Profile
    from pipeline.chapters.profiles.jobs import Made

console = Console(highlight=False, soft_wrap=True)
CLEANED = Path("data/processed/authorities")
EPILOG = (
    '**Examples**\n\n`golden-thread authorities profile E10000016`\n\n`golden-thread authorities profile "940 /'
    ' 941"`\n\n`golden-thread authorities profile --all`\n\n`golden-thread authorities profile --all --scheduler'
    " tcp://10.0.0.5:8786`  (on a Dask cluster)"
)


def profile(
    code: Annotated[
        str | None, typer.Argument(help='Nine or three digits, a joint return such as "940 / 941", or a name.')
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every authority and joint return.")] = False,
    formats: Annotated[str, typer.Option(help="html, docx, pdf; several with commas.")] = "html,docx,pdf",
    jobs: Annotated[int, typer.Option(help="How many processes make profiles side by side; −1: one a core.")] = -1,
    scheduler: Annotated[str, typer.Option(help="The address of a Dask scheduler whose workers make them.")] = "",
    engine: Annotated[str, typer.Option(help="auto, quarto or embedded.")] = "auto",
) -> None:
    """Make the profile of an authority, or of all; what has not changed is not made again."""
    from pipeline.chapters.profiles.index import write_index
    from pipeline.chapters.profiles.jobs import check_formats, forget_others
    from pipeline.chapters.profiles.journal import SITE, read_journal

    if bool(code) == every:
        raise ParameterError(
            "Name one authority, or ask for all.",
            where="golden-thread authorities profile",
            found="both" if code else "neither",
            expected="CODE or --all",
        )
    wanted = tuple(name.strip() for name in formats.lower().split(",") if name.strip())
    check_formats(wanted)
    root = project_root()
    with console.status("Reading the statistics …"):
        profiles, chosen = read_profiles(root, code)
    made = _make(root, chosen, wanted, engine, jobs, scheduler)
    if every:
        forget_others(root, profiles)
    index = write_index(root, profiles, read_journal(root))
    console.print(f"{len(made.made)} made, {len(made.unchanged)} up to date, {len(made.failed)} failed.")
    if code and not made.failed:
        for name in wanted:
            console.print(f"  {root / SITE / chosen[0].slug / 'profile'}.{name}", markup=False)
    console.print(f"  {index}", markup=False)
    if made.failed:
        _tell_failures(made)
        raise typer.Exit(2 if all(each.by_data for each in made.failed) else 1)


def read_profiles(root: Path, code: str | None = None) -> "tuple[tuple[Profile, ...], tuple[Profile, ...]]":
    """All profiles, and those that are wanted: all, or the one that `code` means.

    Raises DataError where the statistics are not there, ParameterError where `code` means no authority or several.
    """
    from pipeline.authorities.models.results import read_effects
    from pipeline.authorities.panel.cleaned import read_cleaned
    from pipeline.authorities.panel.geography import read_lineage
    from pipeline.authorities.panel.indicators import read_indicators
    from pipeline.chapters.profiles.assembly import build_profiles
    from pipeline.chapters.profiles.units import find_unit

    if not (root / CLEANED / "panel_today.csv").is_file():
        raise DataError(
            "The statistics on local authorities are not there.",
            where=str(CLEANED),
            fix="golden-thread authorities fetch (or --from FOLDER), then golden-thread run --stage clean-authorities.",
        )
    cleaned = read_cleaned(root / CLEANED)
    profiles = build_profiles(cleaned, read_indicators(), read_lineage(), read_effects(root))
    if not profiles:
        raise DataError(
            "The cleaned statistics have no authority.",
            where=str(CLEANED / "panel_today.csv"),
            found="a header only",
            fix="golden-thread authorities fetch (or --from FOLDER), then golden-thread run --stage clean-authorities.",
        )
    if code is None:
        return profiles, profiles
    there = cleaned.units[cleaned.units["unit"].isin([each.unit for each in profiles])]
    unit = find_unit(there, code, cleaned.bridging)
    return profiles, tuple(each for each in profiles if each.unit == unit)


def _make(
    root: Path, chosen: "tuple[Profile, ...]", formats: tuple[str, ...], engine: str, jobs: int, scheduler: str
) -> "Made":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pipeline.chapters.profiles.jobs import make_profiles

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Profiles", total=None)
        return make_profiles(
            root,
            chosen,
            formats,
            engine,
            jobs,
            scheduler,
            on_start=lambda todo, unchanged: progress.update(task, total=todo),
            on_end=lambda outcome: progress.update(task, advance=1, description=f"{outcome.name[:40]:<40}"),
        )


def _tell_failures(made: "Made") -> None:
    console.print("\nThese failed; all others are made:")
    for each in made.failed:
        console.print(f"\n{each.name} ({each.slug})\n{each.problem}", markup=False)
    console.print(
        "\nMend what each message names and run the command again: only what failed is made."
        if all(each.by_data for each in made.failed)
        else "\nSome of this is a defect of the project: please report it with the lines above."
    )
