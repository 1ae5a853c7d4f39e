"""The embedded engine: pandoc for HTML and DOCX, pandoc and typst for PDF. No installation, no network."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import typst
import yaml

from pipeline.errors import RenderError
from pipeline.isolation import environment
from pipeline.pandoc import pandoc
from pipeline.site_frame import AFTER, BEFORE

FILTER = Path(__file__).with_name("embedded.lua")
MEMORY = ("+RTS", "-A64m", "-RTS")  # pandoc collects its garbage a few times instead of dozens: a third less time
# What a metadata key cannot say and pandoc's options must. Fixed margins of text (--columns) decide which pipe tables
# get column widths from their dashes, so it stays at pandoc's own 72, as in Quarto.
OPTIONS = {
    "html": ("--to=html5", "--embed-resources", "--template=styles/report.html", "--css=styles/report.css",
             "--section-divs", "--mathml", "--default-image-extension=svg"),
    "docx": ("--to=docx", "--reference-doc=styles/reference.docx", "--default-image-extension=png"),
    "typst": ("--to=typst", "--template=styles/report.typ", "--default-image-extension=svg"),
}


def render(staged: Path, name: str, metadata: Mapping, body: str, format: str, output: Path, epoch: int,
           reader: str = "markdown") -> None:
    """Render one report in one format ("html", "docx" or "typst") into `output`.

    `staged` is the folder that paths in `body` start from; where site.write_frame has written to it, a page gets that
    navigation and foot. `metadata` and `body` have no shortcodes left; `epoch` is the date, in seconds since 1970, that
    stands in the file where a format wants one; `reader` is pandoc's name of the Markdown that `body` is written in.
    Any warning of pandoc or typst is a RenderError: a report is whole or it is not made.
    """
    source, settings = staged / f"{name}.{format}.md", staged / f"{name}.{format}.metadata.yaml"  # formats run side by side
    source.write_text(body, encoding="utf-8", newline="\n")
    settings.write_text(yaml.safe_dump(dict(metadata), allow_unicode=True), encoding="utf-8")
    written = staged / f"{name}.typ" if format == "typst" else output
    depth = int(metadata.get("toc-depth", 3)) - (format != "html")  # the filter moves "##" to level 1 in DOCX and PDF
    contents = ("--toc", f"--toc-depth={depth}") if metadata.get("toc") else ()
    citations = ("--citeproc",) if metadata.get("bibliography") else ()  # takes time even where nothing is cited
    frame = [f"--include-{where}-body={part}" for where, part in (("before", BEFORE), ("after", AFTER))
             if format == "html" and (staged / part).is_file()]
    _pandoc(name, staged, epoch, source.name, f"--from={reader}", f"--metadata-file={settings.name}", "--standalone",
            f"--lua-filter={FILTER}", *citations, *contents, *frame, *OPTIONS[format], f"--output={written}")
    if format == "typst":
        _compile(name, written, staged, output)


def _pandoc(name: str, staged: Path, epoch: int, *arguments: str) -> None:
    # pandoc takes dates and zip times from SOURCE_DATE_EPOCH.
    done = subprocess.run([pandoc(), *arguments, *MEMORY], cwd=staged, capture_output=True, text=True,
                          encoding="utf-8", env={**environment(), "SOURCE_DATE_EPOCH": str(epoch)})
    if done.returncode or done.stderr.strip():
        raise RenderError(f"pandoc could not render {name}.qmd without a warning.", where=f"{name}.qmd",
                          found=done.stderr.strip() or f"exit code {done.returncode}",
                          fix="Correct the place that the message names.")


def _compile(name: str, source: Path, staged: Path, output: Path) -> None:
    """typst to PDF/UA-1: tagged, with a title, a language and an alternative text for every image.

    Fonts of the machine are left aside: the same report looks the same everywhere.
    """
    try:
        pdf, warnings = typst.compile_with_warnings(source, root=staged, ignore_system_fonts=True, format="pdf",
                                                    pdf_standards=["ua-1"])
    except typst.TypstError as error:
        raise RenderError(f"typst could not set {name}.qmd.", where=f"{name}.qmd", found=str(error.diagnostic),
                          fix="Correct the text or the template in reports/styles.") from None
    if warnings:
        raise RenderError(f"typst warned about {name}.qmd.", where=f"{name}.qmd",
                          found="; ".join(warning.message for warning in warnings),
                          fix="Correct the text or the template in reports/styles.")
    output.write_bytes(pdf)
