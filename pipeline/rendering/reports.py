"""Reports from sources without code: by Quarto where it is found, else by the embedded engine.

    from pipeline.rendering.reports import render
    render(project_root(), ["study"])           # reports/site/study.html, study.docx, study.pdf

A report is checked before any engine runs, rendered in a temporary folder, and put into its place only when each of
its formats succeeded. See sources.py (reading), checks.py, embedded.py, quarto.py, docx.py, spreadsheets.py, and site.py
(what the pages have in common).

A report whose header says `editions: true` is made once for each survey: `render(root, ["survey"], edition="leeds")`
reads what was published under published/survey/leeds/ and writes to site/survey/leeds/. One with `editions: authority`
is made once for each local authority.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.errors import ParameterError, RenderError
from pipeline.files import replacing, write_text
from pipeline.markdown import plain
from pipeline.rendering import docx, embedded, quarto
from pipeline.rendering.data_tables import write_spreadsheets
from pipeline.rendering.engines import choose_engine, recorded_engine
from pipeline.rendering.frame import PAGES, write_frame
from pipeline.rendering.source_checks import check_report
from pipeline.rendering.sources import (
    Report,
    alternative_texts,
    expanded,
    for_format,
    in_format,
    read_report,
    shared_settings,
)
from pipeline.rendering.table_list import TABLES, list_of_tables
from pipeline.rendering.values import published_values
from pipeline.suggestions import suggestion

MAKE_EDITION = {  # how what an edition is made for comes to be there
    "survey": "Take it in (golden-thread survey new NAME FILE), then run 'golden-thread run --stage survey-report@NAME'.",
    "authority": "Run 'golden-thread authorities profile CODE', which publishes it and renders it.",
}
EXTENSIONS = embedded.EXTENSION.parent
SUFFIXES = {"html": ".html", "docx": ".docx", "typst": ".pdf"}
FIXED_EPOCH = 1_325_376_000  # 1 January 2012, UTC: where a format wants a date and SOURCE_DATE_EPOCH gives none


def render(
    root: Path,
    reports: Sequence[str] | None = None,
    engine: str = "auto",
    destination: Path | None = None,
    edition: str | None = None,
    only: Sequence[str] | None = None,
) -> list[Path]:
    """Render `reports` (names without .qmd; None: all that have no editions) and return the paths of the files written.

    Args:
        root: the project's folder, which holds reports/.
        engine: "quarto", "embedded", or "auto": Quarto where it is found, else embedded (the environment variable
            GOLDEN_THREAD_ENGINE overrules these); "recorded": the one that the run of the pipeline has chosen.
        destination: the folder to write to; reports/site by default, in it <report>/<edition>/ for an edition.
        edition: the survey, or the authority, that a report with editions is made for.
        only: the formats to make, of those that the report has; None: all.

    Raises:
        RenderError: something that a report refers to is not there, the engine is not there, or it failed. What had
            been rendered before stays as it was.
        ParameterError: `engine` is none of the three, or an edition is missing or not wanted.
    """
    folder = root / "reports"
    sources = _sources(folder, reports, edition)
    made_for = Path(sources[0].name) / edition if edition else Path()
    destination = destination or folder / "site" / made_for
    chosen = recorded_engine(root) if engine == "recorded" else choose_engine(engine)
    written = []
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as temporary:
        staged = Path(temporary).resolve() / "reports"
        values = _stage(folder, staged, folder / "published" / made_for)
        if any(report.metadata.get("lists-tables") for report in sources):
            listed = [read_report(staged, path.stem) for path in sorted(staged.glob("*.qmd"))]
            write_text(staged / TABLES, list_of_tables(root, listed, values))
        sources = [read_report(staged, report.name) for report in sources]  # again: now what they include is there
        for report in sources:
            check_report(report, staged, values, root)
        settings = _leave_to_engines(staged)
        for report in sources:
            write_frame(staged, "../" * len(made_for.parts), "" if edition else PAGES.get(report.name, ""))
            outputs = _render_report(
                report, staged, values, settings, chosen, folder / "site" / made_for / "data", only
            )
            destination.mkdir(parents=True, exist_ok=True)
            for output in outputs:
                with replacing(destination / output.name) as beside:
                    shutil.copyfile(output, beside)
                written.append(destination / output.name)
    return written


def _sources(folder: Path, reports: Sequence[str] | None, edition: str | None) -> list[Report]:
    """The reports to make; ParameterError where one that has editions is asked for without one, or the other way round."""
    names = list(reports) if reports is not None else sorted(path.stem for path in folder.glob("*.qmd"))
    sources = [read_report(folder, name) for name in names]
    if reports is None and not edition:
        return [report for report in sources if not report.metadata.get("editions")]
    for report in sources:
        if bool(report.metadata.get("editions")) != bool(edition):
            made_for = _made_for(report)
            raise ParameterError(
                f"The report {report.name} is made "
                + ("once, not for an edition." if edition else f"for one {made_for} at a time."),
                where="--edition",
                found=edition or "none",
                fix="Leave the edition out."
                if edition
                else f"Name the {made_for}: golden-thread render {report.name} --edition NAME",
            )
    if edition and (len(sources) != 1 or not (folder / "published" / sources[0].name / edition).is_dir()):
        made_for = _made_for(sources[0])
        there = [path.name for path in (folder / "published" / sources[0].name).glob("*") if path.is_dir()]
        raise ParameterError(
            "Nothing was published for this edition.",
            where="--edition",
            found=f"{edition}{suggestion(edition, there)}",
            expected=f"one report, for one {made_for} that the pipeline was run for",
            fix=MAKE_EDITION[made_for],
        )
    return sources


def _made_for(report: Report) -> str:
    """What a report with editions is made for one at a time: its header says `editions: true` for surveys."""
    named = report.metadata.get("editions")
    return named if named in MAKE_EDITION else "survey"


def formats(report: Report) -> list[str]:
    """The formats of `report`: those of its header's `format`, else those of _quarto.yml.

    >>> formats(Report("index", {"format": "html"}, (), ())), formats(Report("brief", {}, (), ()))
    (['html'], ['html', 'docx', 'typst'])
    """
    wanted = report.metadata.get("format", list(SUFFIXES))
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    unknown = [name for name in wanted if name not in SUFFIXES]
    if unknown or not wanted:
        raise RenderError(
            "A report asks for an unknown format.",
            where=f"{report.name}.qmd, format",
            found=", ".join(map(str, unknown)),
            expected=", ".join(SUFFIXES),
            fix="Correct the header; the PDF edition is called typst, as in Quarto.",
        )
    return wanted


def _stage(folder: Path, staged: Path, published: Path) -> dict[str, str]:
    """A copy of what rendering reads, for engines leave files beside their sources; returns the published values."""
    staged.mkdir()
    for source, name in ((folder / "styles", "styles"), (published, "published"), (EXTENSIONS, EXTENSIONS.name)):
        if source.is_dir():
            shutil.copytree(source, staged / name)
    for path in sorted(folder.glob("*")):
        if path.is_file():
            shutil.copyfile(path, staged / path.name)
    return published_values(staged)


def _leave_to_engines(staged: Path) -> dict:
    """Take out of `staged` what the engines do not read; returns what _quarto.yml says of each format."""
    settings = shared_settings(staged)
    quarto.prepare_project(staged, settings)
    for path in staged.glob("*.qmd"):
        path.unlink()
    return settings.get("format", {})


def _epoch() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH") or FIXED_EPOCH)


def _render_report(
    report: Report,
    staged: Path,
    values: Mapping[str, str],
    settings: Mapping,
    engine: quarto.Quarto | None,
    data: Path,
    only: Sequence[str] | None,
) -> list[Path]:
    """The report in each of its formats, and its data tables as spreadsheets where its header asks for them."""
    epoch = _epoch()
    metadata, body = expanded(report, values)
    finished = staged.parent / "finished"
    finished.mkdir(exist_ok=True)

    def make(format: str) -> Path:
        output = finished / f"{report.name}{SUFFIXES[format]}"
        header, text = for_format(metadata, format), in_format(body, format)
        if engine:
            quarto.render(engine, staged, report, header, text, format, output, epoch)
        else:
            embedded.render(staged, report.name, header, text, format, output, epoch, settings.get(format))
        if format == "docx":
            docx.finish(
                output,
                title=plain(metadata["title"]),
                language=str(metadata["lang"]),
                alternatives=alternative_texts(body),
                epoch=epoch,
            )
        return output

    with ThreadPoolExecutor(1 if engine else len(SUFFIXES)) as side_by_side:  # Quarto's runs would share files
        outputs = side_by_side.map(make, [name for name in formats(report) if only is None or name in only])
        wanted = report.metadata.get("spreadsheets")
        tables = write_spreadsheets(report, staged, data, finished, epoch) if wanted else []
        return [*outputs, *tables]
