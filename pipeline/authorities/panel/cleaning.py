"""From the fetched files to the tables of data/processed/authorities, one by one and in order."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pandas as pd

from pipeline.authorities.panel import accounts
from pipeline.authorities.panel.bridging import bridged_panel, units_of_today
from pipeline.authorities.panel.cleaned import ACCOUNTS, Cleaned, published_panel
from pipeline.authorities.panel.deprivation import COLUMNS as DEPRIVATION
from pipeline.authorities.panel.deprivation import read_comparison, read_idaci
from pipeline.authorities.panel.geography import JOIN, Lineage, read_lineage
from pipeline.authorities.panel.indicators import Indicator, read_indicators
from pipeline.authorities.panel.inspections import INSPECTIONS, read_inspections
from pipeline.authorities.panel.neighbours import NEIGHBOURS, read_neighbours
from pipeline.authorities.panel.places import Placed, code_by_number, place, refuse_unexplained, register
from pipeline.authorities.panel.published_file import read_published
from pipeline.authorities.panel.screening import SCREENING
from pipeline.authorities.releases.catalogue import FOLDER, Catalogue, Source, read_catalogue
from pipeline.authorities.releases.manifest import accepted_files
from pipeline.files import project_root, write_csv


def clean(folder: Path | None = None) -> Cleaned:
    """Clean the files in use below `folder` (data/raw/authorities if none is given); empty tables where none was
    fetched.

    The folder's own lineage.yaml stands for the project's where there is one. Raises DataError for a file that is not
    as it was published: every problem of a file at once, with line and column.
    """
    folder = folder or project_root() / FOLDER
    return clean_files(accepted_files(folder), lineage_of(folder))


def lineage_of(folder: Path) -> Lineage:
    """The lineage.yaml of a folder of raw data, or the project's."""
    own = folder / "lineage.yaml"
    return read_lineage(own if own.is_file() else None)


def clean_files(
    files: Mapping[str, Path],
    lineage: Lineage | None = None,
    catalogue: Catalogue | None = None,
    indicators: tuple[Indicator, ...] | None = None,
) -> Cleaned:
    """The same for files given by data set; lineage, catalogue and indicators are the project's unless given."""
    lineage, catalogue = lineage or read_lineage(), catalogue or read_catalogue()
    indicators = indicators or read_indicators()
    sources = {source.id: source for source in catalogue.sources if source.id in files}
    placed: dict[str, Placed] = {}
    for source in sources.values():
        if source.kind == "statistics":
            published = read_published(files[source.id], source)
            placed[source.id] = place(published, lineage)
    refuse_unexplained(placed.values(), lineage)
    units = register(placed.values())
    others = _others(
        {source_id: source for source_id, source in sources.items() if source.kind != "statistics"},
        files,
        units,
        lineage,
    )
    panel = published_panel(
        indicators,
        placed,
        {source_id: table for source_id, (table, _) in others.items() if sources[source_id].kind == "deprivation"},
        units,
    )
    panel_today, bridging = bridged_panel(panel, units, indicators, lineage)
    books = [accounts.account_for_statistics(each, indicators) for each in placed.values()]
    books += [book for _, book in others.values()]
    of_kind = {
        kind: [table for source_id, (table, _) in others.items() if sources[source_id].kind == kind]
        for kind in ("inspections", "neighbours", "deprivation")
    }
    return Cleaned(
        panel=panel,
        panel_today=panel_today,
        bridging=bridging,
        units=units,
        accounts=_together(books, ACCOUNTS, ["source", "year", "level", "status", "why"]),
        inspections=_together(of_kind["inspections"], INSPECTIONS, []),
        neighbours=_together(of_kind["neighbours"], NEIGHBOURS, []),
        deprivation=_together(of_kind["deprivation"], DEPRIVATION, ["unit", "year", "measure", "line"]),
        screening=_together(
            [each.published.screened for each in placed.values()], SCREENING, ["source", "line", "column"]
        ),
    )


def _others(
    sources: Mapping[str, Source], files: Mapping[str, Path], units: pd.DataFrame, lineage: Lineage
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Table and account of each file that is not in the shape of the statistics."""
    today = units_of_today(units, lineage)
    known = set(units["unit"]) | lineage.codes
    by_number = code_by_number(units, lineage)
    result = {}
    for source_id, source in sources.items():
        published = read_published(files[source_id], source)
        if source.kind == "inspections":
            table = read_inspections(published, lineage, known, today)
            book = accounts.account_for_inspections(table, source_id)
        elif source.kind == "neighbours":
            table = read_neighbours(published, by_number, [unit for unit in today if JOIN in unit])
            book = accounts.account_for_rows(published.table["old_la_code"], source_id)
        elif "code" in source.columns:
            table = read_idaci(published, known)
            book = accounts.account_for_rows(published.table["code"], source_id, year=table["year"].iloc[0])
        else:
            table = read_comparison(published, by_number, lineage)
            book = accounts.account_for_rows(table["unit"], source_id, level=table["level"], year=table["year"])
        result[source_id] = table, book
    return result


def _together(tables: list[pd.DataFrame], columns: list[str], order: list[str]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True)[columns]
    return table.sort_values(order, kind="stable").reset_index(drop=True) if order else table


def write_cleaned(cleaned: Cleaned, folder: Path | None = None) -> None:
    """Write every table to `folder`, data/processed/authorities if none is given."""
    folder = folder or project_root() / "data" / "processed" / "authorities"
    for field in fields(cleaned):
        write_csv(folder / f"{field.name}.csv", getattr(cleaned, field.name))
