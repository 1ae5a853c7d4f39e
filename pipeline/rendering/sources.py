"""A report's source: read with its includes in place, and expanded for the engines."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import yaml

from pipeline.characters import named_where, not_in_pdf
from pipeline.errors import RenderError
from pipeline.markdown import escaped, plain
from pipeline.suggestions import suggestion

SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(.*?)\s*>\}\}(?!\})")
ESCAPED_SHORTCODE = re.compile(r"\{(\{\{<.*?>\}\})\}")
CODE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^[ \t]*(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--.*?-->",
    re.MULTILINE | re.DOTALL,
)
IMAGE = re.compile(r"!\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)[^)]*\)(\{(?:\"(?:\\.|[^\"\\])*\"|[^}\"])*\})?")
# The Markdown of reports: pandoc's, without marks of a single format (HTML, TeX, typst), which would reach no other.
REPORT = "markdown-raw_html-raw_tex-raw_attribute-markdown_in_html_blocks-native_divs-native_spans"
ENGINES_OWN = ("project", "engine", "filters", "format")  # keys of _quarto.yml that are no metadata of a report
FIG_ALT = re.compile(r'fig-alt="((?:\\.|[^"\\])*)"')


@dataclass(frozen=True)
class Problem:
    """One thing in a source that cannot be resolved: `where` is "study.qmd, line 12"."""

    where: str
    found: str
    fix: str


@dataclass(frozen=True)
class Report:
    """A report with its includes in place. `lines` are (text, file, line number), the header's lines left out."""

    name: str
    metadata: Mapping
    lines: tuple[tuple[str, str, int], ...]
    problems: tuple[Problem, ...]

    @property
    def body(self) -> str:
        return "\n".join(text for text, _, _ in self.lines)

    def place(self, offset: int) -> str:
        """Where the character at `offset` of the body was written."""
        starts = [0, *accumulate(len(text) + 1 for text, _, _ in self.lines)]
        _, file, number = self.lines[min(bisect_right(starts, offset) - 1, len(self.lines) - 1)]
        return f"{file}, line {number}"


def read_report(reports: Path, name: str) -> Report:
    """Read reports/<name>.qmd. Its metadata are those of _quarto.yml, overruled by its own header.

    Raises RenderError where the file is missing or its header is not YAML. A missing include is kept as a problem, so
    that check_report can name it beside all others.
    """
    path = reports / f"{name}.qmd"
    if not path.is_file():
        known = sorted(each.stem for each in reports.glob("*.qmd"))
        raise RenderError(
            f"There is no report {name}{suggestion(name, known) or '.'}",
            where=str(path.parent),
            found=", ".join(known) or "no .qmd file",
            expected=path.name,
            fix="Correct the name of the report.",
        )
    source = path.read_text(encoding="utf-8").split("\n")
    length = source.index("---", 1) + 1 if source[0] == "---" and "---" in source[1:] else 0
    try:
        header = yaml.safe_load("\n".join(source[1 : length - 1])) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RenderError(
            "The header of a report is not YAML.",
            found=str(getattr(error, "problem", error)),
            where=f"{path.name}, line {mark.line + 2 if mark else 1}",
            fix="Correct the lines between the two '---'.",
        ) from None
    lines, problems = [], []
    for number, text in enumerate(source[length:], start=length + 1):
        shortcode = SHORTCODE.search(text)
        if not shortcode or shortcode[1].split()[:1] != ["include"]:
            lines.append((text, path.name, number))
            continue
        target = shortcode[1].removeprefix("include").strip().strip("\"'")
        where = f"{path.name}, line {number}"
        if text.strip() != shortcode[0]:
            problems.append(Problem(where, text.strip(), "Put the include on a line of its own."))
        elif not (reports / target).is_file():
            problems.append(Problem(where, f"no file {target} to include", publish_again(target)))
        else:
            included = (reports / target).read_text(encoding="utf-8").rstrip("\n").split("\n")
            lines += [(line, target, at) for at, line in enumerate(included, start=1)]
    return Report(name, {**_common_metadata(reports), **header}, tuple(lines), tuple(problems))


def expanded(report: Report, values: Mapping[str, str]) -> tuple[dict, str]:
    """The metadata and the body of a checked report with every shortcode replaced.

    A page break becomes an empty division that the engine's filter knows.
    """

    def expand(text: str) -> str:
        text = SHORTCODE.sub(lambda match: _replacement(match[1], values, report.metadata), text)
        return ESCAPED_SHORTCODE.sub(r"\1", text)

    def expand_all(node: object) -> object:
        if isinstance(node, dict):
            return {key: expand_all(value) for key, value in node.items()}
        if isinstance(node, list):
            return [expand_all(value) for value in node]
        return expand(node) if isinstance(node, str) else node

    return expand_all(dict(report.metadata)), expand(without_comments(report.body))


def without_comments(text: str) -> str:
    """`text` without what its author wrote for other authors; what code shows stays.

    >>> without_comments("Staff <!-- all of them? --> agree; write `<!-- so -->`.")
    'Staff  agree; write `<!-- so -->`.'
    """
    return CODE.sub(lambda match: "" if match[0].startswith("<!--") else match[0], text)


def for_format(metadata: Mapping, format: str) -> dict:
    """A report's metadata as the filter of both engines wants them in `format` ("html", "docx" or "typst").

    The filter numbers the sections itself, so the engines must not; in DOCX and PDF it makes "##" the first level, and
    Word's and typst's lists of contents leave one level out.

    >>> for_format({"title": "A brief", "toc-depth": 3, "number-sections": True}, "docx")
    {'title': 'A brief', 'toc-depth': 2, 'section-numbers': True}
    """
    kept = {key: value for key, value in metadata.items() if key not in ("format", "number-sections")}
    kept = {key: in_format(value, format) if isinstance(value, str) else value for key, value in kept.items()}
    depth = int(metadata.get("toc-depth", 3)) - (0 if format == "html" else 1)
    return {**kept, "toc-depth": depth, "section-numbers": metadata.get("number-sections") is True}


def in_format(text: str, format: str) -> str:
    """Markdown, with the names of characters that the fonts of the PDF edition lack; other formats show them all.

    >>> in_format("Fine 😀", "typst"), in_format("Fine 😀", "html")
    ('Fine &#91;GRINNING FACE&#93;', 'Fine 😀')
    """
    if format != "typst":
        return text
    return "".join(escaped(named_where(each, not_in_pdf)) if not_in_pdf(each) else each for each in text)


def alternative_texts(body: str) -> list[str]:
    """The alternative text of each image in order of appearance.

    >>> alternative_texts('![Trend](a){#fig-a fig-alt="Rises."} and ![B](b.png){fig-alt="Falls."}')
    ['Rises.', 'Falls.']
    """
    images = IMAGE.finditer(blanked(CODE, body))
    return [plain(re.sub(r"\\(.)", r"\1", FIG_ALT.search(image[2])[1])) for image in images]


def _replacement(shortcode: str, values: Mapping[str, str], metadata: Mapping) -> str:
    kind, *arguments = shortcode.split()
    if kind == "var":
        return values[arguments[0]]
    if kind == "meta":
        return str(look_up(metadata, arguments[0]))
    return "\n\n::: {.page-break}\n:::\n\n"


def look_up(metadata: Mapping, name: str) -> object:
    """The scalar under a dotted name, or None.

    >>> look_up({"author": {"name": "A. Researcher"}}, "author.name"), look_up({"author": {}}, "author")
    ('A. Researcher', None)
    """
    node: object = metadata
    for key in name.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return None if isinstance(node, (Mapping, list)) else node


def _common_metadata(reports: Path) -> dict:
    return {key: value for key, value in shared_settings(reports).items() if key not in ENGINES_OWN}


def shared_settings(reports: Path) -> dict:
    """What reports/_quarto.yml holds: metadata that all reports share, and the keys of ENGINES_OWN."""
    path = reports / "_quarto.yml"
    return (yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None) or {}


def blanked(pattern: re.Pattern, text: str) -> str:
    """`text` with every match replaced by blanks of the same length, so that places stay true.

    >>> blanked(CODE, "see `@this` here")
    'see         here'
    """
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def publish_again(target: str) -> str:
    """What to do about a file that is not there.

    >>> publish_again("published/03-support/tables/rows.md")
    'Run the notebook 03-support, which publishes it: golden-thread run.'
    """
    notebook = re.match(r"published/([^/]+)/", target)
    return (
        f"Run the notebook {notebook[1]}, which publishes it: golden-thread run."
        if notebook
        else "Correct the path (from reports/)."
    )
