"""What a report asks for and does not get, found before any engine runs and named with its file and line.

The check is the same for both engines. Quarto exits with 0 when a value, a reference or an include is not there and
prints a mark such as "?@fig-x" instead, so nothing may reach it that is not resolved here.

References and citations inside code are no references. Shortcodes are: Quarto replaces them in code too, unless they
are written with three braces, {{{< var x >}}}.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml

from pipeline.errors import RenderError
from pipeline.rendering.sources import CODE, FIG_ALT, IMAGE, SHORTCODE, Problem, Report, blanked, look_up, publish_again
from pipeline.rendering.unmade import check_made

CELL = re.compile(r"^[ \t]*`{3,}[ \t]*\{([A-Za-z]\w*)[ \t,}]", re.MULTILINE)
RAW_ATTRIBUTE = re.compile(r"^[ \t]*`{3,}[ \t]*\{=\w+\}|(?<=`)\{=\w+\}", re.MULTILINE)
RAW_HTML = re.compile(r"(?<!\\)</?(?!https?:|mailto:|[^\s<>]+@)[A-Za-z][^<>]*>")
HEADING = re.compile(r"^(#{1,6})[ \t]+(.*)$", re.MULTILINE)
IDENTIFIER = re.compile(r"\{[^{}\n]*?#([A-Za-z][\w:.-]*)")
INTERNAL_LINK = re.compile(r"\]\(#([^)\s]+)\)")
FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\](:?)")
CITATION = re.compile(r"(?<![\w\\/.])@\{?([A-Za-z0-9_](?:\w|[:.#$%&+?<>~/-](?=\w))*)")
NOT_PROSE = re.compile(r"\]\([^)]*\)|\{[^{}\n]*\}|<[^>\s]+>|https?://\S+")
CROSS_REFERENCE = re.compile(r"([A-Za-z]+)-")
CROSS_REFERENCES = ("fig", "tbl", "sec")
# Kinds that Quarto knows and reports do not use.
OTHER_CROSS_REFERENCES = set("lst eq thm lem cor prp cnj def exm exr sol rem alg nte tip wrn imp cau".split())


def check_report(report: Report, reports: Path, values: Mapping[str, str], root: Path | None = None) -> None:
    """Raise one RenderError that lists everything in `report` that is not there, each with its file and line.

    With `root`, the project's folder, what its stages have not made yet is told first.
    """
    text = report.body
    prose = blanked(CODE, text)
    problems = [
        *report.problems,
        *_check_header(report, values),
        *(
            Problem(report.place(at), found, fix)
            for at, found, fix in sorted(
                [
                    *_check_shortcodes(text, values, report.metadata),
                    *_check_cells(text),
                    *_check_marks_of_one_format(text, prose),
                    *_check_headings(prose),
                    *_check_images(prose, reports),
                    *_check_identifiers(prose),
                    *_check_links_and_footnotes(prose),
                    *_check_citations(prose, report.metadata, reports),
                ]
            )
        ),
    ]
    if problems:
        if root:
            check_made(report, problems, root)
        listing = "\n            ".join(f"{p.where}: {p.found}. {p.fix}" for p in problems)
        count = f"{len(problems)} things" if len(problems) > 1 else "a thing"
        raise RenderError(
            f"The report {report.name}.qmd asks for {count} that cannot be given.",
            found=listing,
            expected="every value, reference, citation, include and image to be there",
            fix="Correct each place named above; nothing was rendered.",
        )


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
                yield (
                    match.start(),
                    f"no published value {arguments[0]}",
                    f"{_nearest(arguments[0], values)} If the text is right and newer than the last run: golden-thread run.",
                )
        elif kind == "meta" and len(arguments) == 1:
            if look_up(metadata, arguments[0]) is None:
                yield match.start(), f"no text {arguments[0]} in the header", "Add it to the header, or correct it."
        elif kind == "include":
            yield match.start(), "an include inside an included file", "Include both files from the report."
        elif (kind, arguments) != ("pagebreak", []):
            yield (
                match.start(),
                f"an unknown shortcode {match[0]}",
                "Known: var NAME, meta NAME, include FILE, pagebreak.",
            )


def _check_cells(text: str) -> Iterator[tuple[int, str, str]]:
    for match in CELL.finditer(text):
        yield (
            match.start(),
            f"an executable cell {{{match[1]}}}",
            "Compute in a notebook and publish the result; to show code write ```{." + match[1] + "}.",
        )


def _check_marks_of_one_format(text: str, prose: str) -> Iterator[tuple[int, str, str]]:
    for match in sorted([*RAW_ATTRIBUTE.finditer(text), *RAW_HTML.finditer(prose)], key=lambda match: match.start()):
        yield (
            match.start(),
            f"a mark of a single format: {' '.join(match[0].split())}",
            "Write it in Markdown, which reaches every format; to show it, write it as code, or a backslash before it.",
        )


def _check_headings(prose: str) -> Iterator[tuple[int, str, str]]:
    level = 1
    for match in HEADING.finditer(prose):
        depth = len(match[1])
        if depth == 1:
            yield match.start(), f"a heading of level 1: {match[2]}", "Start at '##': the title is the level 1."
        elif depth > level + 1:
            yield (
                match.start(),
                f"a heading of level {depth} below one of level {level}: {match[2]}",
                f"Use {'#' * (level + 1)}, so that no level is left out.",
            )
        level = max(depth, 1)


def _check_images(prose: str, reports: Path) -> Iterator[tuple[int, str, str]]:
    for match in IMAGE.finditer(prose):
        target, attributes = match[1], match[2] or ""
        if "://" in target:
            yield match.start(), f"an image from elsewhere: {target}", "Keep a copy under reports/."
            continue
        given = Path(target).suffix in (".svg", ".png", ".jpg", ".jpeg")
        for file in [target] if given else [f"{target}.svg", f"{target}.png"]:
            if not (reports / file).is_file():
                yield match.start(), f"no image {file}", publish_again(target)
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
    unnumbered = {
        match[1] for match in IDENTIFIER.finditer(prose) if re.match(r"[^}\n]*\.unnumbered", prose[match.end() :])
    }
    keys, missing = _bibliography(metadata, reports)
    for match in CITATION.finditer(blanked(NOT_PROSE, prose)):
        name, kind = match[1], CROSS_REFERENCE.match(match[1])
        prefix = kind[1].lower() if kind else ""
        if prefix in CROSS_REFERENCES:
            identifier = name[0].lower() + name[1:]
            if identifier not in identifiers:
                yield match.start(), f"no {identifier} to refer to", _nearest(identifier, identifiers)
            elif prefix == "sec" and (identifier in unnumbered or metadata.get("number-sections") is not True):
                yield match.start(), f"@{name}: that section has no number", f"Link to it: [its title](#{identifier})."
        elif prefix in OTHER_CROSS_REFERENCES:
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


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    return f"Nearest: {', '.join(near)}." if near else "Correct the name."
