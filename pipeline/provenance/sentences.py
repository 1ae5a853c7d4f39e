"""The texts of the reports, sentence by sentence, and what reads differently between two runs."""

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pypandoc
from rapidfuzz import fuzz

from pipeline.rendering.sources import expanded, read_report
from pipeline.rendering.values import published_values

ALIKE = 50  # per cent of two sentences' letters, from which one counts as the other reworded
END_OF_SENTENCE = re.compile(r"(?<=[.!?])[”’)]*\s+(?=[“‘(]?[A-Z0-9])")
REFERENCES = {"tbl": "table", "fig": "figure", "sec": "section"}
QUOTES = {"SingleQuote": "‘’", "DoubleQuote": "“”"}


@dataclass(frozen=True)
class Sentence:
    """A sentence and the heading that it stands under."""

    section: str
    text: str


@dataclass(frozen=True)
class Reworded:
    """A sentence that reads differently; `was` or `now` is empty where it is new or gone."""

    report: str
    section: str
    was: str
    now: str


class _Values(dict):
    """Published values; one that is not there is shown by its name, for a report that is being written."""

    def __missing__(self, name: str) -> str:
        return f"‹{name}›"


def report_names(reports: Path) -> list[str]:
    """The reports that are made once: those of editions (a council's survey, an authority) are left aside."""
    names = sorted(path.stem for path in reports.glob("*.qmd"))
    return [name for name in names if not read_report(reports, name).metadata.get("editions")]


def texts(reports: Path) -> dict[str, str]:
    """The text of each report in `reports`, as Markdown with the published values in place."""
    values = _Values(published_values(reports))
    read = {}
    for name in report_names(reports):
        metadata, body = expanded(read_report(reports, name), values)
        titles = [str(metadata[key]) for key in ("title", "subtitle") if metadata.get(key)]
        read[name] = "\n\n".join([*titles, body])
    return read


def sentences(text: str) -> list[Sentence]:
    """The sentences of a Markdown text in order, with captions and text alternatives; tables' cells are left out.

    >>> [each.text for each in sentences("Much *support*.\\n\\n## Limits\\n\\nNone. See [there](a.html).")]
    ['Much support.', 'Limits', 'None.', 'See there.']
    """
    return _sentences(json.loads(pypandoc.convert_text(_without_tables(text), "json", format="markdown"))["blocks"])


def reworded(report: str, was: list[Sentence], now: list[Sentence]) -> list[Reworded]:
    """The sentences of one report that read differently, in the order of the newer text.

    >>> was, now = Sentence("Findings", "Of 90 claims 3 fail."), Sentence("Findings", "Of 90 claims 5 fail.")
    >>> reworded("brief", [was], [now])
    [Reworded(report='brief', section='Findings', was='Of 90 claims 3 fail.', now='Of 90 claims 5 fail.')]
    """
    found = []
    same = SequenceMatcher(None, [each.text for each in was], [each.text for each in now], autojunk=False)
    for kind, *ends in same.get_opcodes():
        if kind != "equal":
            found += _paired(report, was[ends[0] : ends[1]], now[ends[2] : ends[3]])
    return found


def _paired(report: str, was: list[Sentence], now: list[Sentence]) -> list[Reworded]:
    """Each new sentence beside the old one that it is most like; what is left over is gone."""
    left, pairs = list(was), []
    for sentence in now:
        like = max(left, key=lambda old: fuzz.ratio(old.text, sentence.text), default=None)
        if like and fuzz.ratio(like.text, sentence.text) >= ALIKE:
            left.remove(like)
            pairs.append(Reworded(report, sentence.section, like.text, sentence.text))
        else:
            pairs.append(Reworded(report, sentence.section, "", sentence.text))
    return pairs + [Reworded(report, sentence.section, sentence.text, "") for sentence in left]


def _without_tables(body: str) -> str:
    """Rows of pipe tables left out, captions kept as paragraphs: pandoc would take its time over long tables."""
    lines = (line for line in body.split("\n") if not line.startswith("|"))
    return "\n".join(
        re.sub(r"^: (.*?)\s*(\{[^}]*\})?$", r"\1", line) if line.startswith(": ") and "{#tbl-" in line else line
        for line in lines
    )


def _sentences(blocks: list[dict], section: str = "beginning") -> list[Sentence]:
    """The sentences of pandoc's blocks, each with the last heading before it."""
    found: list[Sentence] = []
    for block in blocks:
        if block["t"] == "Header":
            section = _text(block["c"][2])
            found.append(Sentence(section, section))
            continue
        for paragraph in _paragraphs(block):
            found += [Sentence(section, sentence) for sentence in split(paragraph)]
        if block["t"] == "Div":
            found += _sentences(block["c"][1], section)
            section = found[-1].section if found else section
    return found


def split(paragraph: str) -> list[str]:
    """
    >>> split("It cannot tell. Of 90 claims, 3 fail (see below). “Most” is 80.5%.")
    ['It cannot tell.', 'Of 90 claims, 3 fail (see below).', '“Most” is 80.5%.']
    """
    ends = [match.end() for match in END_OF_SENTENCE.finditer(paragraph)]
    parts = [paragraph[start:end].strip() for start, end in zip([0, *ends], [*ends, len(paragraph)], strict=True)]
    return [part for part in parts if part]


def _paragraphs(block: dict) -> list[str]:
    """The texts of a block that is no heading; of a division only its title, for its blocks follow by themselves."""
    kind: str = block["t"]
    content: Any = block.get("c")
    if kind in ("Para", "Plain"):
        return [_text(content)]
    if kind == "Div":
        return [value for key, value in content[0][2] if key == "title"]
    if kind == "Figure":
        return _all(content[2])  # its image, which has the caption too
    if kind in ("BulletList", "BlockQuote"):
        return _all(content)
    if kind == "OrderedList":
        return _all(content[1])
    if kind == "DefinitionList":
        return [text for term, definitions in content for text in [_text(term), *_all(definitions)]]
    if kind == "LineBlock":
        return [_text(line) for line in content]
    return []


def _reference(target: str) -> str:
    """A cross-reference in words; nothing for a citation.

    >>> _reference("tbl-role-gaps"), _reference("ofsted2012")
    ('table “role gaps”', '')
    """
    kind, _, name = target.partition("-")
    return f"{REFERENCES[kind]} “{name.replace('-', ' ')}”" if kind in REFERENCES else ""


def _all(blocks: list) -> list[str]:
    """The texts of blocks, or of lists of blocks."""
    return [text for block in blocks for text in (_all(block) if isinstance(block, list) else _paragraphs(block))]


def _text(inlines: list[dict]) -> str:
    """Inline elements as plain text; of an image its caption and its text alternative."""
    parts = []
    for inline in inlines:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        if kind in ("Space", "SoftBreak", "LineBreak"):
            parts.append(" ")
        elif kind == "Str":
            parts.append(content)
        elif kind in ("Code", "Math"):
            parts.append(content[1])
        elif kind == "Quoted":
            parts.append(_text(content[1]).join(QUOTES[content[0]["t"]]))
        elif kind == "Image":
            alternative = dict(content[0][2]).get("fig-alt", "")
            parts.append(f"{_text(content[1])} {alternative}".strip())
        elif kind == "Note":
            parts.append(f" ({' '.join(_all(content))})")
        elif kind == "Cite":
            parts.append(_reference(content[0][0]["citationId"]) or _text(content[1]))
        elif kind in ("Link", "Span"):
            parts.append(_text(content[1]))
        elif kind != "RawInline":  # emphasis of one kind or another
            parts.append(_text(content))
    return "".join(parts)
