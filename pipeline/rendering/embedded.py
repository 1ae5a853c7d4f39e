"""The embedded engine: pandoc for HTML and DOCX, pandoc and typst for PDF. No installation, no network."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import typst
import yaml

from pipeline.errors import RenderError
from pipeline.machine.isolation import environment
from pipeline.rendering.frame import AFTER, BEFORE
from pipeline.rendering.pandoc import pandoc
from pipeline.rendering.sources import REPORT, shared_settings

REPORTS = Path(__file__).resolve().parents[2] / "reports"
EXTENSION = REPORTS / "_extensions" / "golden-thread"
FILTERS = (EXTENSION / "report.lua", EXTENSION / "letters.lua")
FILTER_TABLE = "styles/filter.js"  # which the template names where a report is filterable
MEMORY = ("+RTS", "-A64m", "-RTS")  # pandoc collects its garbage a few times instead of dozens: a third less time
# What Quarto gives pandoc without being told. Fixed margins of text (--columns) decide which pipe tables get column
# widths from their dashes, so it stays at pandoc's own 72, as in Quarto; typst's template is Quarto's around our parts.
OPTIONS = {"html": ("--to=html5",), "docx": ("--to=docx",), "typst": ("--to=typst", "--template=styles/report.typ")}
# Quarto's names, under `format` in _quarto.yml, that pandoc has an option for.
WITH_VALUE = ("template", "css", "reference-doc", "default-image-extension")
SWITCHES = {
    ("embed-resources", True): "--embed-resources",
    ("section-divs", True): "--section-divs",
    ("html-math-method", "mathml"): "--mathml",
}


def render(
    staged: Path,
    name: str,
    metadata: Mapping,
    body: str,
    format: str,
    output: Path,
    epoch: int,
    settings: Mapping | None = None,
    reader: str = REPORT,
) -> None:
    """Render one report in one format ("html", "docx" or "typst") into `output`.

    Args:
        staged: the folder that paths in `body` start from; where site.write_frame has written to it, a page gets that
            navigation and foot.
        metadata, body: the report, with no shortcodes left.
        epoch: the date, in seconds since 1970, that stands in the file where a format wants one.
        settings: what a project's _quarto.yml says of this format; this project's, where none are given.
        reader: pandoc's name of the Markdown that `body` is written in.

    Any warning of pandoc or typst is a RenderError: a report is whole or it is not made.
    """
    settings = shared_settings(REPORTS)["format"][format] if settings is None else settings
    source, header = (
        staged / f"{name}.{format}.md",
        staged / f"{name}.{format}.metadata.yaml",
    )  # formats run side by side
    source.write_text(body, encoding="utf-8", newline="\n")
    within = [settings["css"], *([FILTER_TABLE] if metadata.get("filterable") else [])] if "css" in settings else []
    header.write_text(yaml.safe_dump({**metadata, "embedded-files": within}, allow_unicode=True), encoding="utf-8")
    written = staged / f"{name}.typ" if format == "typst" else output
    contents = ("--toc", f"--toc-depth={metadata['toc-depth']}") if metadata.get("toc") else ()
    frame = [
        f"--include-{where}-body={part}"
        for where, part in (("before", BEFORE), ("after", AFTER))
        if format == "html" and (staged / part).is_file()
    ]
    _pandoc(
        name,
        staged,
        epoch,
        source.name,
        f"--from={reader}",
        f"--metadata-file={header.name}",
        "--standalone",
        "--sandbox",
        "--wrap=none",
        *(f"--lua-filter={each}" for each in FILTERS),
        *contents,
        *frame,
        *OPTIONS[format],
        *pandoc_options(settings),
        f"--output={written}",
    )
    if format == "typst":
        _compile(name, written, staged, output)


def pandoc_options(settings: Mapping) -> list[str]:
    """The options of pandoc for what _quarto.yml says of a format.

    >>> pandoc_options({"css": "styles/report.css", "embed-resources": True, "theme": "none"})
    ['--css=styles/report.css', '--embed-resources']
    """
    return [
        *(f"--{name}={settings[name]}" for name in WITH_VALUE if name in settings),
        *(switch for (name, value), switch in SWITCHES.items() if settings.get(name) == value),
    ]


def _pandoc(name: str, staged: Path, epoch: int, *arguments: str) -> None:
    # pandoc takes dates and zip times from SOURCE_DATE_EPOCH.
    done = subprocess.run(
        [pandoc(), *arguments, *MEMORY],
        cwd=staged,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment(), "SOURCE_DATE_EPOCH": str(epoch)},
    )
    if done.returncode or done.stderr.strip():
        raise RenderError(
            f"pandoc could not render {name}.qmd without a warning.",
            where=f"{name}.qmd",
            found=done.stderr.strip() or f"exit code {done.returncode}",
            fix="Correct the place that the message names.",
        )


def _compile(name: str, source: Path, staged: Path, output: Path) -> None:
    """typst to PDF/UA-1: tagged, with a title, a language and an alternative text for every image.

    Fonts of the machine are left aside: the same report looks the same everywhere.
    """
    try:
        pdf, warnings = typst.compile_with_warnings(
            source, root=staged, ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"]
        )
    except typst.TypstError as error:
        raise RenderError(
            f"typst could not set {name}.qmd.",
            where=f"{name}.qmd",
            found=str(error.diagnostic),
            fix="Correct the text or the template in reports/styles.",
        ) from None
    if warnings:
        raise RenderError(
            f"typst warned about {name}.qmd.",
            where=f"{name}.qmd",
            found="; ".join(warning.message for warning in warnings),
            fix="Correct the text or the template in reports/styles.",
        )
    output.write_bytes(pdf)
