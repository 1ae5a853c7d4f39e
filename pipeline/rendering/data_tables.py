"""The data tables of a report as spreadsheets: what its notebooks published, in the order in which the report shows it."""

import re
from pathlib import Path

import pandas as pd
import yaml

from pipeline.rendering.sources import Report, expanded
from pipeline.rendering.spreadsheets import SheetTable, Workbook, write_ods, write_xlsx
from pipeline.rendering.values import published_values

INCLUDED = re.compile(r"\{#(?:tbl|fig)-([a-z0-9-]+)")
SUPPRESSED, NOT_AVAILABLE = "[c]", "[x]"
MISSING = {SUPPRESSED: "Suppressed: the figure could tell something about a single person",
           NOT_AVAILABLE: "Not available: there was nothing to compute it from"}


def write_spreadsheets(report: Report, staged: Path, data: Path, folder: Path, epoch: int) -> list[Path]:
    """Write <report>.xlsx and <report>.ods to `folder` and return their paths.

    `staged` holds published/<notebook>/data/<name>.yaml (titles, headings), `data` the CSV of each table.
    """
    described = {path.stem: path for path in sorted(staged.glob("published/*/data/*.yaml"))}
    shown = [name for name in dict.fromkeys(INCLUDED.findall(report.body)) if name in described]
    tables = [_sheet(name, described[name], data) for name in [*shown, *sorted(set(described) - set(shown))]]
    metadata, _ = expanded(report, published_values(staged))
    workbook = Workbook(title=str(metadata["title"]), subject=str(metadata.get("subtitle", "")),
                        language=str(metadata["lang"]), tables=tuple(tables), markers=MISSING,
                        introduction=(f"The data behind the report “{metadata['title']}”: one table a sheet, in the order "
                                      "of the report.",))
    written = [folder / f"{report.name}.xlsx", folder / f"{report.name}.ods"]
    write_xlsx(workbook, written[0], epoch)
    write_ods(workbook, written[1], epoch)
    return written


def _sheet(name: str, described: Path, data: Path) -> SheetTable:
    about = yaml.safe_load(described.read_text(encoding="utf-8"))
    table = pd.read_csv(data / f"{name}.csv", keep_default_na=False, na_values=[""])
    shown = list(about["headings"])
    withheld = table["rule"].notna() if "rule" in table else pd.Series(False, index=table.index)
    for column in table.columns[table.isna().any()]:
        empty = table[column].isna()
        marks = pd.Series(NOT_AVAILABLE, index=table.index).mask(withheld, SUPPRESSED)
        table[column] = table[column].astype(object).mask(empty, marks) if column != "rule" else table[column].fillna("none")
    return SheetTable(name=name, title=about["title"], table=table[shown], headings=about["headings"])
