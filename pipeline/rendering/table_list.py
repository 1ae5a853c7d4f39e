"""The list of all tables for readers, by chapter, as the page of data shows it."""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from pipeline.errors import RenderError
from pipeline.markdown import Markdown, code, md, own
from pipeline.phrases import counted
from pipeline.rendering.data_tables import csv_files
from pipeline.rendering.sources import Report, expanded

TABLES = "generated/tables.md"  # what a report that lists all tables includes
CHAPTER = re.compile(r"# (?P<number>\d+)\. (?P<title>.+)")


def list_of_tables(root: Path, reports: list[Report], values: Mapping[str, str]) -> Markdown:
    """Markdown that lists every table published for readers, by chapter, and the spreadsheets of `reports`.

    `root` is the project's folder: reports/published says what tables are called, reports/site holds them as CSV.

    Raises RenderError where a table was published and its CSV is not there.
    """
    titled = [
        (report.name, own(str(expanded(report, values)[0]["title"])))
        for report in reports
        if report.metadata.get("spreadsheets") and not report.metadata.get("editions")
    ]
    parts = [
        Markdown("## All tables of a report in one file {#spreadsheets}"),
        Markdown("\n").join(
            md("- {}: [Excel]({}.xlsx), [OpenDocument]({}.ods)", title, name, name) for name, title in titled
        ),
    ]
    parts = parts if titled else []
    for notebook in sorted(path for path in (root / "reports" / "published").glob("*") if (path / "data").is_dir()):
        parts.append(md("## {} {{#{}}}", own(chapter_title(root, notebook.name)), own(notebook.name.partition("-")[2])))
        parts += [_entry(root, described) for described in sorted(notebook.glob("data/*.yaml"))]
    return Markdown("\n\n").join(parts) + Markdown("\n")


def chapter_title(root: Path, name: str) -> str:
    """The title of notebook `name` with its chapter's number, "Chapter 3: What staff said about support"."""
    path = root / "notebooks" / f"{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []
    first = "".join(cells[0]["source"]) if cells else ""
    title = CHAPTER.match(first)
    return f"Chapter {title['number']}: {title['title'].strip()}" if title else name


def _entry(root: Path, described: Path) -> Markdown:
    """One table: a link to its CSV, how large it is, what it shows, and what its columns are called."""
    about = yaml.safe_load(described.read_text(encoding="utf-8"))
    file = _csv_file(root / "reports" / "site", described)
    with file.open(encoding="utf-8", newline="") as lines:
        columns, *rows = csv.reader(lines)
    address = own(file.relative_to(root / "reports" / "site").as_posix())
    names = Markdown("; ").join(
        md("{}{}", code(column), _heading(about["headings"].get(column, column), column)) for column in columns
    )
    return md(
        "[{}]({}), {}\n:   {}\n:   Columns: {}",
        own(file.name),
        address,
        counted(len(rows), "row"),
        about["title"],
        names,
    )


def _heading(heading: str, column: str) -> Markdown:
    return Markdown("") if heading == column else md(" ({})", heading)


def _csv_file(site: Path, described: Path) -> Path:
    """Where the CSV of a published table lies: in data/, or in the data folder of a collection."""
    name, notebook = described.stem, described.parent.parent.name
    own = site / notebook.partition("-")[2] / "data" / f"{name}.csv"
    if own.is_file():
        return own
    if found := csv_files(name, site / "data"):
        return found[0]
    raise RenderError(
        f"The table {name} was published, but its CSV is not there.",
        found=f"no {name}.csv",
        where="reports/site",
        fix=f"Run the notebook {notebook}, which writes it: golden-thread run.",
    )
