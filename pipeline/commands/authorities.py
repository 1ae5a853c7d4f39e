"""The commands `golden-thread authorities …`: published statistics on local authorities, and what is made of them."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from pipeline.chapters.profiles.making import EPILOG, profile
from pipeline.errors import DataError, GoldenThreadError, ParameterError
from pipeline.files import project_root

if TYPE_CHECKING:
    from pipeline.authorities.releases.catalogue import Catalogue, Source
    from pipeline.authorities.releases.fetching import Decide, Outcome
    from pipeline.authorities.releases.manifest import Release

Task = Callable[[], "list[Outcome]"]  # take one data set
EXAMPLES = "**Examples**\n\n"
authorities_app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True)


@authorities_app.callback()
def _authorities() -> None:
    """Published statistics on local authorities: get them, and make profiles from them."""


authorities_app.command(epilog=EPILOG)(profile)


@authorities_app.command(
    epilog=EXAMPLES + "`golden-thread authorities fetch`\n\n"
    "`golden-thread authorities fetch --from ~/Downloads/statistics`\n\n"
    "`golden-thread authorities fetch --only workforce --accept`"
)
def fetch(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="Take files that were downloaded by hand from this folder, instead of downloading them.",
        ),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this data set; may be repeated.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Put new releases to use in place of those in use.")] = False,
    base: Annotated[
        str | None, typer.Option(metavar="URL", help="Another address of the statistics service, such as a mirror's.")
    ] = None,
) -> None:
    """Download the statistics, or take them from a folder. Each file is checked before it is used.

    A new release beside one in use is compared with it: without --accept the command asks, or, where nobody can answer,
    changes nothing and says so.
    """
    from pipeline.authorities.releases.catalogue import FOLDER, read_catalogue

    if folder and base:
        raise ParameterError(
            "Files come from a folder or from a service.", where="--from, --base", found="both", expected="one of them"
        )
    catalogue = read_catalogue()
    chosen = [catalogue.source(source_id) for source_id in dict.fromkeys(only or [])]
    target = project_root() / FOLDER
    asks = not accept and _somebody_there()
    decide = _asking if asks else lambda source, outcome: accept
    tasks = (
        _from_folder(target, folder, catalogue, chosen, decide)
        if folder
        else _from_api(target, catalogue, chosen, decide, base)
    )
    failures: dict[str, GoldenThreadError | OSError] = {}
    for source, task in tasks:
        try:
            for outcome in task():
                _tell(source, outcome, with_changes=not (asks and outcome.state in ("accepted", "waiting")))
        except (GoldenThreadError, OSError) as mistake:
            failures[source.id] = mistake
            console.print(f"{source.id}: failed", style="bold", markup=False)
    _tell_missing(target, catalogue)
    if failures:
        raise DataError(
            f"{len(failures)} of {len(tasks)} data sets could not be taken; for them nothing has changed:\n"
            + "\n".join(f"- {source_id}: {mistake}" for source_id, mistake in failures.items())
        )


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _from_folder(
    target: Path, folder: Path, catalogue: "Catalogue", chosen: "list[Source]", decide: "Decide"
) -> "list[tuple[Source, Task]]":
    """What to do for each data set that has a file in the folder; files that are not taken are told at once."""
    from pipeline.authorities.releases.fetching import look_into, take

    contents = look_into(folder, catalogue)
    for name, why in contents.left:
        console.print(f"not taken: {name} ({why})", markup=False)
    absent = [source.id for source in chosen if source.id not in contents.offers]
    if absent:
        raise DataError(
            "The folder has no file of these data sets.",
            where=str(folder),
            found=", ".join(contents.offers),
            expected=", ".join(absent),
            fix="Leave --only out, or put the files into the folder.",
        )
    return [
        (source, partial(take, target, source, contents.offers[source.id], decide))
        for source in chosen or catalogue.sources
        if source.id in contents.offers
    ]


def _from_api(
    target: Path, catalogue: "Catalogue", chosen: "list[Source]", decide: "Decide", base: str | None
) -> "list[tuple[Source, Task]]":
    """What to do for each data set that can be downloaded, or for the chosen ones."""
    from pipeline.authorities.releases.fetching import by_hand

    with_identifier = [source for source in catalogue.sources if source.data_set]
    if not chosen and not with_identifier:
        raise ParameterError(
            "No data set has an identifier, so none can be downloaded.",
            where="data/raw/authorities/sources.yaml, data_set",
            found="null everywhere",
            fix="Download the files by hand and use --from FOLDER; data/raw/authorities/README.md "
            "says where they are. Or give the identifiers of data sets that are in the API.",
        )
    if not chosen:
        for source in catalogue.sources:
            if not source.data_set:
                console.print(f"not downloaded: {source.id}. {by_hand(source)}", markup=False)
    return [
        (source, partial(_download, target, source, catalogue, decide, base)) for source in chosen or with_identifier
    ]


def _download(
    target: Path, source: "Source", catalogue: "Catalogue", decide: "Decide", base: str | None
) -> "list[Outcome]":
    """Download with a progress bar, which has gone before anybody is asked."""
    from pipeline.authorities.releases.fetching import address, download_offer, take

    url = address(source, catalogue, base)
    with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=console) as bars:
        bar = bars.add_task(source.id, total=None)
        offer = download_offer(target, source, url, lambda done, total: bars.update(bar, completed=done, total=total))
    return take(target, source, [offer], decide)


def _asking(source: "Source", outcome: "Outcome") -> bool:
    """Show the changes and ask."""
    console.print(f"{source.id}: a new release, {_described(outcome.release)}", style="bold", markup=False)
    _tell_changes(outcome)
    return typer.confirm("Put the new release to use?", default=False)


def _tell(source: "Source", outcome: "Outcome", with_changes: bool) -> None:
    """What became of a file, and the changes that were found."""
    known = "; the file that this version was developed with" if outcome.known else ""
    words = {
        "accepted": "in use now",
        "unchanged": "there already",
        "older": "kept beside the newer release",
        "waiting": "NOT in use, nothing was changed",
    }[outcome.state]
    console.print(f"{source.id}: {_described(outcome.release)}: {words}{known}", style="bold", markup=False)
    if outcome.changes is not None and with_changes:
        _tell_changes(outcome)
    if outcome.state == "waiting":
        console.print(
            f"  still in use: {_described(outcome.before)}\n  Look at the changes; to put the new release to "
            f"use, run the command again with --only {source.id} --accept.",
            markup=False,
        )


def _tell_changes(outcome: "Outcome") -> None:
    from pipeline.authorities.releases.changes import summary

    compared = "to" if outcome.state == "older" else "from"
    console.print(f"  changes {compared} {outcome.before.name}:", markup=False)
    for line in summary(outcome.changes):
        console.print(f"    {line}", markup=False)
    console.print(f"    all of them: {outcome.report.relative_to(project_root())}", markup=False)


def _described(release: "Release") -> str:
    """A file, its rows and years in words."""
    years = " to ".join(map(str, dict.fromkeys([*release.years[:1], *release.years[-1:]])))
    return f"{release.name} ({release.rows:,} rows{', ' * bool(years)}{years})"


def _tell_missing(target: Path, catalogue: "Catalogue") -> None:
    """Name the data sets that the analysis cannot do without and that are not there yet."""
    from pipeline.authorities.releases.manifest import read_manifest

    there = read_manifest(target).sources
    missing = [source for source in catalogue.sources if source.required and source.id not in there]
    if missing:
        console.print("The analysis needs these too:", markup=False)
        for source in missing:
            console.print(f"  {source.id}: {source.title}, {source.page}", markup=False)
