"""Quarto as the engine: started, and held to its word.

Quarto exits with 0 where a reference, a value or a shortcode cannot be resolved and prints a mark such as "?@fig-x"
instead. So its log and its output are read, and any such mark is an error.
"""

import html
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from pipeline.errors import RenderError
from pipeline.files import write_text
from pipeline.machine.isolation import environment
from pipeline.rendering.engines import Quarto
from pipeline.rendering.sources import ENGINES_OWN, Report

# Lines of a plain log that mean a report is not whole. Levels stand in brackets in the file ("(WARN) ..."), before a
# colon on the console ("WARNING: ..."), and in square brackets where pandoc speaks ("[WARNING] Citeproc: ...").
COMPLAINT = re.compile(r"^\s*[(\[]?(?:WARN|WARNING|ERROR|CRITICAL|error)\b[)\]:]?.*(?:\n[ \t]+\S.*){0,6}", re.MULTILINE)
NO_VALIDATOR = re.compile(r"verapdf is not installed", re.IGNORECASE)
UNRESOLVED = re.compile(r"\?@[\w-]+|\?(?:var|meta|env):[\w.:-]+|\?invalid[\w ]*|\{\{<[^>]*>\}\}|\(\?\w[\w:-]*\)")


def render(
    quarto: Quarto, staged: Path, report: Report, metadata: Mapping, body: str, format: str, output: Path, epoch: int
) -> None:
    """Render one report in one format ("html", "docx" or "typst") into `output`.

    `staged` is a project of Quarto's with no source in it: Quarto expands the includes of all sources that it finds,
    whichever it renders. `metadata` and `body` are the report's as they should come out, with no shortcodes left. The
    source is a header; the filter reads the body (report.lua says why).

    Raises RenderError where Quarto fails, complains, or leaves an unresolved mark in what it made.
    """
    log, folder = staged / f"{report.name}.{format}.log", f"rendered-{format}"
    source = staged / f"{report.name}.qmd"
    text = staged / f"{report.name}.{format}.txt"
    text.write_text(f"{body}\n", encoding="utf-8", newline="\n")
    header = yaml.safe_dump({**metadata, "report-text": text.name}, allow_unicode=True)
    source.write_text(f"---\n{header}---\n", encoding="utf-8", newline="\n")
    command = [
        str(quarto.program),
        "render",
        source.name,
        "--to",
        format,
        "--output-dir",
        folder,
        "--log",
        str(log),
        "--log-format",
        "plain",
    ]
    settings = {**environment(), "QUARTO_PYTHON": sys.executable, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(
        command,
        cwd=staged,
        env=settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
    )
    source.unlink()
    said = (log.read_text(encoding="utf-8", errors="replace") if log.is_file() else "") + "\n" + done.stderr
    said = re.sub(r"\x1b\[[0-9;]*m", "", said)
    made = staged / folder / f"{report.name}{output.suffix}"
    complaints = complaints_in(said)
    if done.returncode or not made.is_file():
        complaints = complaints or [said.strip()[-600:] or f"exit code {done.returncode}, and no {made.name}"]
    else:
        complaints += [mark for mark in unresolved_in(_text(made)) if mark not in html.unescape(body)]
    if complaints:
        listing = "\n            ".join(f"{_place(report, complaint)}: {complaint}" for complaint in complaints)
        raise RenderError(
            f"Quarto {quarto.version} could not render {report.name}.qmd as {format}.",
            where=_place(report, complaints[0]),
            found=listing,
            fix="Correct each place named above. Where the text is right, another engine may do: "
            "GOLDEN_THREAD_ENGINE=embedded, or engine: embedded under report in params.local.yaml.",
        )
    shutil.copyfile(made, output)


def prepare_project(staged: Path, settings: Mapping) -> None:
    """Make `staged` a project of Quarto's: its own part of _quarto.yml, for all else stands in each source's header."""
    own = {key: settings[key] for key in ENGINES_OWN if key in settings}
    write_text(staged / "_quarto.yml", yaml.safe_dump(own, allow_unicode=True, sort_keys=False))


def complaints_in(log: str) -> list[str]:
    """The warnings and errors in what Quarto and pandoc said, each once, with the lines below that say where.

    That veraPDF is not there to look at a PDF is not a fault of the report's.

    >>> complaints_in("(WARN) Unable to resolve crossref @fig-x\\nOutput created: study.html\\n")
    ['(WARN) Unable to resolve crossref @fig-x']
    >>> complaints_in("(ERROR) Include directive failed.\\n  in file profile.qmd,\\n  could not find file x.md\\n")
    ['(ERROR) Include directive failed. in file profile.qmd, could not find file x.md']
    """
    found = (" ".join(match[0].split()) for match in COMPLAINT.finditer(log))
    return list(dict.fromkeys(complaint for complaint in found if not NO_VALIDATOR.search(complaint)))


def unresolved_in(text: str) -> list[str]:
    """The marks of unresolved references, values and shortcodes in a rendered report's text, each once.

    >>> unresolved_in("See ?@fig-x and ?var:support.agree; is that clear?")
    ['?@fig-x', '?var:support.agree']
    """
    return list(dict.fromkeys(UNRESOLVED.findall(text)))


def _text(output: Path) -> str:
    """The text of a rendered report. A PDF is compressed; its marks are the HTML edition's, and in the log."""
    if output.suffix == ".html":
        source = re.sub(r"<(style|script)\b.*?</\1>", "", output.read_text(encoding="utf-8"), flags=re.DOTALL)
        return html.unescape(re.sub(r"<[^>]*>", "\n", source))
    if output.suffix == ".docx":
        with zipfile.ZipFile(output) as archive:
            return html.unescape(re.sub(r"<[^>]*>", "\n", archive.read("word/document.xml").decode("utf-8")))
    return ""


def _place(report: Report, complaint: str) -> str:
    """Where the source names what `complaint` is about, for instance the reference @fig-x."""
    names = re.findall(r"[A-Za-z][\w-]*(?:[.-][\w-]+)+|(?<=citation )\S+", complaint)
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(re.escape(name), report.body):
            return report.place(match.start())
    return f"{report.name}.qmd"
