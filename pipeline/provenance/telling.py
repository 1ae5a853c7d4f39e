"""The differences between two runs in words, as Markdown: what changed at the top, why at the end."""

import math
import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from pipeline.characters import harmless
from pipeline.phrases import counted, listed, true_minus
from pipeline.provenance.causes import Causes
from pipeline.provenance.differences import Differences
from pipeline.provenance.report_tables import Cell, Changed, as_number
from pipeline.provenance.sentences import Reworded, split

LARGEST = 5  # changes of a table that are told one by one
NAMED = 8  # of a list of files
SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$@&{}^]|:(?=//))")


def tell(found: Differences) -> str:
    """A Markdown text on `found`: one line that sums it up, then each part that there is."""
    parts = [f"# What changed\n\nFrom {_plain(found.was)} to {_plain(found.now)}.", f"**{summary(found)}**"]
    parts += _part("Key results", [f"- {_plain(label)}: {_was_now(was, now)}" for label, was, now in found.results])
    parts += _part(
        "Verdicts", [f"- {_plain(each.about.rstrip('.'))}: {_was_now(each.was, each.now)}" for each in found.verdicts]
    )
    parts += _part("Sentences", list(_sentences(found.sentences)))
    parts += _part("Tables", [_table(table) for table in found.tables])
    parts += _part("Charts", [f"Drawn otherwise: {_listed(found.charts)}."] if found.charts else [])
    parts += _part(
        "New and gone",
        [f"- New: {_plain(name)}" for name in found.new] + [f"- Gone: {_plain(name)}" for name in found.gone],
    )
    parts += _part("Councils' surveys", list(_surveys(found)))
    parts += _part(
        "Other files of the site", [f"{_files(found.files)}: {_listed(found.files)}."] if found.files else []
    )
    parts += _part("Why", list(_why(found.causes)) or ["No parameter, input, text, notebook, code or package differs."])
    return "\n\n".join(parts) + "\n"


def summary(found: Differences) -> str:
    """What changed, in one line."""
    counts = [
        (len(found.sentences), "sentence"),
        (len(found.verdicts), "verdict"),
        (found.cells, "figure"),
        (found.rows, "row"),
    ]
    told = [counted(number, what) for number, what in counts if number]
    tables = f" in {counted(len(found.tables), 'table')}" if found.cells or found.rows else ""
    if told:
        only = sum(number for number, _ in counts) == 1
        return f"{listed(told)}{tables} {'differs' if only else 'differ'}."
    others = [
        (len(found.charts), "chart", ""),
        (len(found.tables), "table", ""),
        (len(found.new), "addition", ""),
        (len(found.gone), "omission", ""),
        (len(found.surveys), "report on a council's survey", "reports on a council's survey"),
    ]
    others = [counted(number, one, many) for number, one, many in others if number]
    if others:
        return f"No sentence, verdict or figure has changed, but: {listed(others)}."
    if found.files:
        return f"No sentence, verdict, figure or chart has changed; {_files(found.files)}."
    return "Nothing that a reader sees has changed."


def _part(heading: str, lines: list[str]) -> list[str]:
    return [f"## {heading}", "\n".join(lines)] if lines else []


def _sentences(found: Iterable[Reworded]) -> Iterator[str]:
    report = None
    for each in found:
        if each.report != report:
            report = each.report
            yield f"\n### In the report {report}\n"
        before, after = _marked(each.was, each.now)
        place = f"under “{_plain(each.section)}”" if each.section != "beginning" else "at the beginning"
        if not each.was:
            yield f"- New, {place}: {after}"
        elif not each.now:
            yield f"- Gone, {place}: {before}"
        else:
            yield f"- {place[0].upper()}{place[1:]}\n    - was: {before}\n    - now: {after}"


def _marked(was: str, now: str) -> tuple[str, str]:
    """Both sentences with the words in bold that only one of them has.

    >>> _marked("Of 90 claims, 3 fail.", "Of 90 claims, 5 fail.")
    ('Of 90 claims, **3** fail.', 'Of 90 claims, **5** fail.')
    """
    if not was or not now:
        return _plain(was), _plain(now)
    before, after = was.split(), now.split()
    sides: tuple[list[str], list[str]] = ([], [])
    for kind, *ends in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for side, words in zip(sides, (before[ends[0] : ends[1]], after[ends[2] : ends[3]]), strict=True):
            text = _plain(" ".join(words))
            side += [text if kind == "equal" else f"**{text}**"] if words else []
    return " ".join(sides[0]), " ".join(sides[1])


def _table(table: Changed) -> str:
    """A table's changes: how many, and the largest of them."""
    rows = len({cell.row for cell in table.cells})
    told = [f"{counted(len(table.cells), 'figure')} in {rows} of {counted(table.rows, 'row')}"] if table.cells else []
    for names, what in ((table.new_rows, "new"), (table.gone_rows, "gone")):
        told += [f"{counted(len(names), 'row')} {what} ({_listed(names, '; ')})"] if names else []
    for names, what in ((table.new_columns, "new"), (table.gone_columns, "gone")):
        told += [f"{counted(len(names), 'column')} {what} ({_listed(names)})"] if names else []
    lines = [f"\n### {_plain(split(table.title)[0].rstrip('.'))}\n", f"{table.name}: {listed(told)}."]
    if table.cells:
        lines += [
            f"{'The largest changes' if len(table.cells) > LARGEST else 'The changes'}:\n",
            "| Row | Column | Was | Now |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {_plain(cell.row)} | {_plain(cell.column)} | {_plain(was)} | {_plain(now)} |"
            for cell in table.cells[:LARGEST]
            for was, now in [_shortened(cell)]
        ]
    return "\n".join(lines)


def _shortened(cell: Cell) -> tuple[str, str]:
    """Both values of a cell; numbers with as few digits as tell them apart, but three at least.

    >>> _shortened(Cell("a", "b", "0.208695652174", "0.211538461538", 0.1))
    ('0.209', '0.212')
    >>> _shortened(Cell("a", "b", "1234.56", "1234.51", 0.1))
    ('1,234.6', '1,234.5')
    """
    was, now = as_number(cell.was), as_number(cell.now)
    if was is None or now is None or not math.isfinite(was + now) or "%" in cell.was + cell.now:
        return cell.was or "(empty)", cell.now or "(empty)"
    for digits in range(3, 13):
        shown = tuple(f"{value:,.{max(digits - _whole_digits(value), 0)}f}" for value in (was, now))
        if shown[0] != shown[1]:
            break
    return tuple(true_minus(text.rstrip("0").rstrip(".") if "." in text else text) for text in shown)


def _whole_digits(value: float) -> int:
    """The place of the first digit: 4 for 1234.5, 0 for 0.2, -1 for 0.02."""
    return math.floor(math.log10(abs(value))) + 1 if value else 0


def _surveys(found: Differences) -> Iterator[str]:
    for survey in found.surveys:
        tables = f" Tables that are not the same: {_listed(survey.tables)}." if survey.tables else ""
        yield f"- The report on {_plain(survey.name)} changed.{tables}"
    if found.surveys:
        yield (
            "\nFigures are not compared: two versions of a protected table, side by side, could give away what "
            "each of them hides."
        )


def _why(causes: Causes) -> Iterator[str]:
    for name, was, now in causes.parameters:
        yield f"- The parameter {_plain(name)}: {_was_now(was, now)}"
    for path, lines in causes.inputs:
        yield f"- The data in {_plain(path)}" + (f" ({counted(lines, 'line')})" if lines else "")
    for paths, one, many in (
        (causes.texts, "text", ""),
        (causes.notebooks, "notebook", ""),
        (causes.code, "module of the code", "modules of the code"),
    ):
        if paths:
            yield f"- {counted(len(paths), one, many)}: {_listed(paths)}"
    shown = [f"{name} {was or '(none)'} → {now or '(none)'}" for name, was, now in causes.packages]
    if shown:
        yield f"- {counted(len(shown), 'package')}: {_listed(shown)}"


def _was_now(was: str, now: str) -> str:
    return f"was {_plain(was) or '(none)'}, now **{_plain(now) or '(none)'}**"


def _listed(names: Iterable[str], separator: str = ", ") -> str:
    names = [_plain(name) for name in names]
    more = len(names) - NAMED
    return separator.join(names[:NAMED]) + (f"{separator}and {more} more" if more > 0 else "")


def _files(names: tuple[str, ...]) -> str:
    return f"{counted(len(names), 'file')} of the site {'is' if len(names) == 1 else 'are'} not the same byte for byte"


def _plain(text: str) -> str:
    """`text` with nothing in it that Markdown would take for itself."""
    return SPECIAL.sub(r"\\\1", harmless(text.replace("\n", " ")))
