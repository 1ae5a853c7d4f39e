"""Quarto as the engine: found, started, and held to its word.

Quarto exits with 0 where a reference, a value or a shortcode cannot be resolved and prints a mark such as "?@fig-x"
instead. So its log and its output are read, and any such mark is an error.
"""

import html
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import RenderError
from pipeline.isolation import environment
from pipeline.rendering.sources import Report

OLDEST = "1.9"  # whose typst sets tagged PDF
# Lines of a plain log that mean a report is not whole. Levels stand in brackets in the file ("(WARN) ..."), before a
# colon on the console ("WARNING: ..."), and in square brackets where pandoc speaks ("[WARNING] Citeproc: ...").
COMPLAINT = re.compile(r"^\s*[(\[]?(?:WARN|WARNING|ERROR|CRITICAL)\b[)\]:]?.*", re.MULTILINE)
UNRESOLVED = re.compile(r"\?@[\w-]+|\?(?:var|meta|env):[\w.:-]+|\?invalid[\w ]*|\{\{<[^>]*>\}\}|\(\?\w[\w:-]*\)")


@dataclass(frozen=True)
class Quarto:
    """A Quarto that can render: its program and its version, such as "1.9.38"."""

    program: Path
    version: str


def find_quarto() -> tuple[Quarto | None, str]:
    """The Quarto on PATH, else the one in this environment's own scripts; and why there is none where there is none."""
    reasons = []
    for path in (None, sysconfig.get_path("scripts")):
        program = shutil.which("quarto", path=path)
        if program:
            found, reason = _asked(program)
            if found:
                return found, ""
            reasons.append(reason)
    return None, reasons[0] if reasons else "no program quarto on PATH or in the environment"


def _asked(program: str) -> tuple[Quarto | None, str]:
    """The Quarto behind `program` if it starts and is recent enough, and why not where it is not."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"{program} does not start ({type(error).__name__})"
    version = done.stdout.strip()
    if done.returncode or not re.match(r"\d+\.\d+", version):
        return None, f"{program} does not tell its version"
    if _numbers(version) < _numbers(OLDEST):
        return None, f"{program} is version {version}"
    return Quarto(Path(program), version), ""


def render(quarto: Quarto, staged: Path, report: Report, body: str, format: str, output: Path,
           epoch: int) -> None:
    """Render one report in one format ("html", "docx" or "typst") into `output`; `staged` holds the whole project.

    `body` is the report's text as it should come out: a mark that it shows itself, in code, is none of Quarto's.

    Raises RenderError where Quarto fails, complains, or leaves an unresolved mark in what it made.
    """
    log, folder = staged / f"{report.name}.{format}.log", f"rendered-{format}"
    command = [str(quarto.program), "render", f"{report.name}.qmd", "--to", format, "--output-dir", folder,
               "--log", str(log), "--log-format", "plain"]
    settings = {**environment(), "QUARTO_PYTHON": sys.executable, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(command, cwd=staged, env=settings, capture_output=True, text=True, encoding="utf-8",
                          errors="replace", stdin=subprocess.DEVNULL)
    said = (log.read_text(encoding="utf-8", errors="replace") if log.is_file() else "") + "\n" + done.stderr
    made = staged / folder / f"{report.name}{output.suffix}"
    complaints = complaints_in(said)
    if done.returncode or not made.is_file():
        complaints = complaints or [said.strip()[-600:] or f"exit code {done.returncode}, and no {made.name}"]
    else:
        complaints += [mark for mark in unresolved_in(_text(made)) if mark not in body]
    if complaints:
        listing = "\n            ".join(f"{_place(report, complaint)}: {complaint}" for complaint in complaints)
        raise RenderError(f"Quarto {quarto.version} could not render {report.name}.qmd as {format}.",
                          where=_place(report, complaints[0]), found=listing, fix="Correct each place named above.")
    shutil.copyfile(made, output)


def complaints_in(log: str) -> list[str]:
    """The warnings and errors in what Quarto and pandoc said, each once.

    >>> complaints_in("(WARN) Unable to resolve crossref @fig-x\\nOutput created: study.html\\n")
    ['(WARN) Unable to resolve crossref @fig-x']
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
    return list(dict.fromkeys(line.strip() for line in COMPLAINT.findall(plain)))


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
        return html.unescape(re.sub(r"<[^>]*>", "", source))
    if output.suffix == ".docx":
        with zipfile.ZipFile(output) as archive:
            return html.unescape(re.sub(r"<[^>]*>", "", archive.read("word/document.xml").decode("utf-8")))
    return ""


def _place(report: Report, complaint: str) -> str:
    """Where the source names what `complaint` is about, for instance the reference @fig-x."""
    names = re.findall(r"[A-Za-z][\w-]*(?:[.-][\w-]+)+|(?<=citation )\S+", complaint)
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(re.escape(name), report.body):
            return report.place(match.start())
    return f"{report.name}.qmd"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
