"""A report's source: read with its includes, checked before any engine runs, expanded for the embedded engine.

The check is the same for both engines. Quarto exits with 0 when a value, a reference or an include is not there and
prints a mark such as "?@fig-x" instead, so nothing may reach it that is not resolved here.
"""

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import yaml

from pipeline.errors import RenderError

SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(.*?)\s*>\}\}(?!\})")
ESCAPED_SHORTCODE = re.compile(r"\{(\{\{<.*?>\}\})\}")
CODE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^[ \t]*(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--.*?-->", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"^[ \t]*`{3,}[ \t]*\{([A-Za-z]\w*)[ \t,}]", re.MULTILINE)
IMAGE = re.compile(r"!\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)[^)]*\)(\{(?:\"(?:\\.|[^\"\\])*\"|[^}\"])*\})?")
FIG_ALT = re.compile(r'fig-alt="((?:\\.|[^"\\])*)"')
HEADING = re.compile(r"^(#{1,6})[ \t]+(.*)$", re.MULTILINE)
IDENTIFIER = re.compile(r"\{[^{}\n]*?#([A-Za-z][\w:.-]*)")
INTERNAL_LINK = re.compile(r"\]\(#([^)\s]+)\)")
FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\](:?)")
CITATION = re.compile(r"(?<![\w\\/.])@\{?([A-Za-z0-9_](?:\w|[:.#$%&+?<>~/-](?=\w))*)")
NOT_PROSE = re.compile(r"\]\([^)]*\)|\{[^{}\n]*\}|<[^>\s]+>|https?://\S+")
CROSS_REFERENCE = re.compile(r"([A-Za-z]+)-")
CROSS_REFERENCES = ("fig", "tbl", "sec")
QUARTO_CROSS_REFERENCES = set("fig tbl sec lst eq thm lem cor prp cnj def exm exr sol rem alg nte tip wrn imp cau".split())


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
        raise RenderError(f"There is no report {name}.", where=str(path.parent), found=_listing(reports),
                          expected=path.name, fix="Correct the name of the report.")
    source = path.read_text(encoding="utf-8").split("\n")
    length = source.index("---", 1) + 1 if source[0] == "---" and "---" in source[1:] else 0
    try:
        header = yaml.safe_load("\n".join(source[1:length - 1])) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RenderError("The header of a report is not YAML.", found=str(getattr(error, "problem", error)),
                          where=f"{path.name}, line {mark.line + 2 if mark else 1}",
                          fix="Correct the lines between the two '---'.") from None
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
            problems.append(Problem(where, f"no file {target} to include", _publish_again(target)))
        else:
            included = (reports / target).read_text(encoding="utf-8").rstrip("\n").split("\n")
            lines += [(line, target, at) for at, line in enumerate(included, start=1)]
    return Report(name, {**_common_metadata(reports), **header}, tuple(lines), tuple(problems))


def check_report(report: Report, reports: Path, values: Mapping[str, str]) -> None:
    """Raise one RenderError that lists everything in `report` that is not there, each with its file and line."""
    text = report.body
    prose = _blanked(CODE, text)
    problems = [
        *report.problems,
        *_check_header(report, values),
        *(Problem(report.place(at), found, fix) for at, found, fix in sorted([
            *_check_shortcodes(text, values, report.metadata),
            *_check_cells(text),
            *_check_headings(prose),
            *_check_images(prose, reports),
            *_check_identifiers(prose),
            *_check_links_and_footnotes(prose),
            *_check_citations(prose, report.metadata, reports),
        ])),
    ]
    if problems:
        listing = "\n            ".join(f"{p.where}: {p.found}. {p.fix}" for p in problems)
        count = f"{len(problems)} things" if len(problems) > 1 else "a thing"
        raise RenderError(f"The report {report.name}.qmd asks for {count} that cannot be given.", found=listing,
                          expected="every value, reference, citation, include and image to be there",
                          fix="Correct each place named above; nothing was rendered.")


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

    return expand_all(dict(report.metadata)), expand(report.body)


def alternative_texts(body: str) -> list[str]:
    """The alternative text of each image in order of appearance.

    >>> alternative_texts('![Trend](a){#fig-a fig-alt="Rises."} and ![B](b.png){fig-alt="Falls."}')
    ['Rises.', 'Falls.']
    """
    images = IMAGE.finditer(_blanked(CODE, body))
    return [re.sub(r"\\(.)", r"\1", FIG_ALT.search(image[2])[1]) for image in images]


def _replacement(shortcode: str, values: Mapping[str, str], metadata: Mapping) -> str:
    kind, *arguments = shortcode.split()
    if kind == "var":
        return values[arguments[0]]
    if kind == "meta":
        return str(_look_up(metadata, arguments[0]))
    return "\n\n::: {.page-break}\n:::\n\n"


def _look_up(metadata: Mapping, name: str) -> object:
    """The scalar under a dotted name, or None."""
    node: object = metadata
    for key in name.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return None if isinstance(node, (Mapping, list)) else node


def _check_header(report: Report, values: Mapping[str, str]) -> Iterator[Problem]:
    header = yaml.safe_dump(dict(report.metadata), allow_unicode=True, width=10_000)
    for _, found, fix in _check_shortcodes(header, values, report.metadata):
        yield Problem(f"{report.name}.qmd, header", found, fix)
    for key in ("title", "lang"):
        if not report.metadata.get(key):
            yield Problem(f"{report.name}.qmd, header", f"no {key}", f"Add '{key}:' to the header.")


def _check_shortcodes(text: str, values: Mapping[str, str], metadata: Mapping) -> Iterator[tuple[int, str, str]]:
    for match in SHORTCODE.finditer(text):
        kind, *arguments = match[1].split() or [""]
        if kind == "var" and len(arguments) == 1:
            if arguments[0] not in values:
                yield match.start(), f"no published value {arguments[0]}", _nearest(arguments[0], values)
        elif kind == "meta" and len(arguments) == 1:
            if _look_up(metadata, arguments[0]) is None:
                yield match.start(), f"no text {arguments[0]} in the header", "Add it to the header, or correct it."
        elif kind == "include":
            yield match.start(), "an include inside an included file", "Include both files from the report."
        elif (kind, arguments) != ("pagebreak", []):
            yield (match.start(), f"an unknown shortcode {match[0]}",
                   "Known: var NAME, meta NAME, include FILE, pagebreak.")


def _check_cells(text: str) -> Iterator[tuple[int, str, str]]:
    for match in CELL.finditer(text):
        yield (match.start(), f"an executable cell {{{match[1]}}}",
               "Compute in a notebook and publish the result; to show code write ```{." + match[1] + "}.")


def _check_headings(prose: str) -> Iterator[tuple[int, str, str]]:
    level = 1
    for match in HEADING.finditer(prose):
        depth = len(match[1])
        if depth == 1:
            yield match.start(), f"a heading of level 1: {match[2]}", "Start at '##': the title is the level 1."
        elif depth > level + 1:
            yield (match.start(), f"a heading of level {depth} below one of level {level}: {match[2]}",
                   f"Use {'#' * (level + 1)}, so that no level is left out.")
        level = max(depth, 1)


def _check_images(prose: str, reports: Path) -> Iterator[tuple[int, str, str]]:
    for match in IMAGE.finditer(prose):
        target, attributes = match[1], match[2] or ""
        if "://" in target:
            yield match.start(), f"an image from elsewhere: {target}", "Keep a copy under reports/."
            continue
        files = [target] if Path(target).suffix in (".svg", ".png", ".jpg", ".jpeg") else [f"{target}.svg", f"{target}.png"]
        for file in files:
            if not (reports / file).is_file():
                yield match.start(), f"no image {file}", _publish_again(target)
        alternative = FIG_ALT.search(attributes)
        if not alternative or not alternative[1].strip():
            yield match.start(), f"no alternative text for {target}", 'Add fig-alt="…", stating what the image shows.'


def _check_identifiers(prose: str) -> Iterator[tuple[int, str, str]]:
    seen: set[str] = set()
    for match in IDENTIFIER.finditer(prose):
        if match[1] in seen:
            yield match.start(), f"a second #{match[1]}", "Give each section, figure and table its own name."
        seen.add(match[1])


def _check_links_and_footnotes(prose: str) -> Iterator[tuple[int, str, str]]:
    identifiers = set(IDENTIFIER.findall(prose))
    for match in INTERNAL_LINK.finditer(prose):
        if match[1] not in identifiers:
            yield match.start(), f"a link to #{match[1]}, which is not there", _nearest(match[1], identifiers)
    notes = {name for name, colon in FOOTNOTE.findall(prose) if colon}
    for match in FOOTNOTE.finditer(prose):
        if not match[2] and match[1] not in notes:
            yield match.start(), f"no footnote [^{match[1]}]", f"Add a paragraph '[^{match[1]}]: …'."


def _check_citations(prose: str, metadata: Mapping, reports: Path) -> Iterator[tuple[int, str, str]]:
    identifiers = set(IDENTIFIER.findall(prose))
    unnumbered = {match[1] for match in IDENTIFIER.finditer(prose)
                  if re.match(r"[^}\n]*\.unnumbered", prose[match.end():])}
    keys, missing = _bibliography(metadata, reports)
    for match in CITATION.finditer(_blanked(NOT_PROSE, prose)):
        name, kind = match[1], CROSS_REFERENCE.match(match[1])
        prefix = kind[1].lower() if kind else ""
        if prefix in CROSS_REFERENCES:
            identifier = name[0].lower() + name[1:]
            if identifier not in identifiers:
                yield match.start(), f"no {identifier} to refer to", _nearest(identifier, identifiers)
            elif prefix == "sec" and (identifier in unnumbered or metadata.get("number-sections") is not True):
                yield match.start(), f"@{name}: that section has no number", f"Link to it: [its title](#{identifier})."
        elif prefix in QUARTO_CROSS_REFERENCES:
            yield match.start(), f"@{name}: a kind of reference that reports do not use", "Known: @fig-, @tbl-, @sec-."
        elif name not in keys:
            yield match.start(), f"no source {name} in the bibliography", missing or _nearest(name, keys)


def _bibliography(metadata: Mapping, reports: Path) -> tuple[set[str], str]:
    """The keys of the bibliography, and what to do where there is none."""
    file = metadata.get("bibliography")
    if not file:
        return set(), "Add 'bibliography: references.bib' to the header."
    if not (reports / file).is_file():
        return set(), f"The file {file} is not there."
    entries = (reports / file).read_text(encoding="utf-8")
    return set(re.findall(r"^\s*@\w+\s*\{\s*([^,\s]+)\s*,", entries, re.MULTILINE)), ""


def _common_metadata(reports: Path) -> dict:
    path = reports / "_quarto.yml"
    common = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {key: value for key, value in (common or {}).items() if key != "project"}


def _blanked(pattern: re.Pattern, text: str) -> str:
    """`text` with every match replaced by blanks of the same length, so that places stay true."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    return f"Nearest: {', '.join(near)}." if near else "Correct the name, or run the notebook that publishes it."


def _publish_again(target: str) -> str:
    notebook = re.match(r"published/([^/]+)/", target)
    return f"Run the notebook {notebook[1]}, which publishes it." if notebook else "Correct the path (from reports/)."


def _listing(reports: Path) -> str:
    return ", ".join(sorted(path.stem for path in reports.glob("*.qmd"))) or "no .qmd file"
