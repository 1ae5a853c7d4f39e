"""A first codebook for a ready table: one row a statement, one column an answer, numbers of people or percentages."""

import re
from dataclasses import dataclass, replace

import numpy as np

from pipeline.errors import DataError
from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.drafting.columns import GROUP, HIGH, LOW, Guess
from pipeline.surveys.drafting.entries import draft_items
from pipeline.surveys.drafting.known_scales import level_in
from pipeline.surveys.drafting.responses import AGREEMENT, Draft
from pipeline.surveys.drafting.vocabularies import DONT_KNOW, VOCABULARIES

BASE = re.compile(
    r"(n|base|unweighted base|total|totals|responses|respondents|count|answers|answered|"
    r"no\.? of responses|number of (responses|respondents|answers|people)|"
    r"total (responses|respondents|answers)|sample( size)?)(\s*\(n\))?",
    re.IGNORECASE,
)
EVERYBODY = (
    "all",
    "all staff",
    "all respondents",
    "all groups",
    "everybody",
    "everyone",
    "total",
    "overall",
    "whole survey",
    "grand total",
)
SHOWN = 12  # cells that a message names
_MARK = re.compile(
    r"[<≤]\s*\d+%?|\*+|\[\s*\w{1,4}\s*\]|\.{1,3}|[-–—:]|(supp|suppressed|n/?a|c|x|z|u|s)\.?", re.IGNORECASE
)
PER_CENT, SLACK = 100.0, 0.02 + 1e-9  # rounded percentages of a row add up to 98 … 102, in floating point 0.98 too


@dataclass(frozen=True)
class _Table:
    """The parts of a ready table: its columns, and the numbers (rows, answers) under the answers."""

    kind: str
    statement: Column
    group: Column | None
    base: Column | None
    answers: dict[str, Column]
    numbers: np.ndarray
    decimals: int


def draft_table(export: Export, codebook: Codebook) -> Draft | None:
    """Propose a codebook for a ready table; None if the export is none: no column is headed by answers of one scale.

    Raises DataError for a table whose rows add up to nothing known, or percentages without the number of people.
    """
    vocabulary, answers = _answers(export)
    _refuse_marks(export, answers)
    numbers = [_numbers(column) for column in answers.values()]
    if len(answers) < 2 or export.rows < 2 or any(each is None for each in numbers):
        return None
    found = _texts(export, answers)
    if found is None:
        return None
    numbers = np.column_stack(numbers)
    bases = [
        column
        for column in export.columns
        if BASE.fullmatch(column.name)
        and (whole := _numbers(column)) is not None
        and (whole >= 1).all()
        and (whole % 1 == 0).all()
    ]
    kind = _kind(
        export, numbers, bases, any("%" in text for column in answers.values() for text in (column.name, *column.texts))
    )
    table = _Table(kind, *found, bases[0] if bases else None, answers, numbers, _decimals(answers, numbers))
    return _draft(export, table, vocabulary, codebook)


def _answers(export: Export) -> tuple[str, dict[str, Column]]:
    """The vocabulary that heads most columns, and the column of each of its levels, in order, "don't know" last."""
    best: tuple[str, dict[str, Column]] = ("", {})
    for vocabulary, levels in VOCABULARIES.items():
        found = {level: column for column in export.columns if (level := level_in(vocabulary, column.name))}
        order = [*(level[0] for level in levels), DONT_KNOW]
        if len(found) > len(best[1]) and len(found.keys() - {DONT_KNOW}) > 1:
            best = (vocabulary, {level: found[level] for level in order if level in found})
    return best


def is_mark(text: str) -> bool:
    """Whether a text is one of the marks that stand for a count or percentage which is not shown.

    >>> [is_mark(text) for text in ("<5", "*", "[c]", "..", "12", "fewer", "my cousin")]
    [True, True, True, True, False, False, False]
    """
    return bool(_MARK.fullmatch(text))


def _refuse_marks(export: Export, answers: dict[str, Column]) -> None:
    """Raise DataError for a table of numbers, three answers wide or more, in which marks stand for some of them."""
    marked, numeric = [], 0
    for column in answers.values():
        for number, text in enumerate(column.texts):
            rows = np.flatnonzero(column.codes == number)
            if _numbers(replace(column, codes=np.zeros(1, dtype=int), texts=(text,))) is not None:
                numeric += len(rows)
            elif is_mark(text):
                marked += [(int(row), column, text) for row in rows]
            else:
                return
    if marked and len(answers) > 2 and numeric > len(marked):
        places = [
            f"{'row' if export.sheet else 'line'} {export.line(row)}, column {column.position} ({column.name}): {text}"
            for row, column, text in sorted(marked, key=lambda each: (each[0], each[1].position))
        ]
        shown = places[:SHOWN] + [f"and {len(places) - SHOWN} more"] * (len(places) > SHOWN)
        raise DataError(
            "Some numbers of the table are not shown.",
            where=export.file,
            found="; ".join(shown),
            expected="a number in each cell: an answer that nobody gave is 0",
            fix="A statement with a suppressed number cannot be reported: take its row out, or get the number from "
            "whoever made the table; the report protects small counts of single answers by itself.",
        )


def _numbers(column: Column) -> np.ndarray | None:
    """The column's numbers (rows,), or None if a cell is none."""
    plain = [text.removesuffix("%").strip().replace(",", "") for text in column.texts]
    if not all(re.fullmatch(r"\d+(\.\d+)?", text) for text in plain):
        return None
    return np.array([float(text) for text in plain])[column.codes]


def _texts(export: Export, answers: dict[str, Column]) -> tuple[Column, Column | None] | None:
    """The column of the statements and that of the groups, if there is one; None if no column names every row."""
    texts = [column for column in export.columns if column not in answers.values() and _numbers(column) is None]
    for column in sorted(texts, key=lambda column: -float(np.mean([len(text) for text in column.texts]))):
        if len(column.texts) == export.rows:
            return column, None
        for group in texts:
            if (
                group is not column
                and len(set(zip(column.codes.tolist(), group.codes.tolist(), strict=True))) == export.rows
            ):
                return column, group
    return None


def _kind(export: Export, numbers: np.ndarray, bases: list[Column], marked: bool) -> str:
    sums = numbers.sum(axis=1)
    whole = bool((numbers % 1 == 0).all())
    hundred = bool((np.abs(sums - PER_CENT) <= SLACK * PER_CENT).all())
    if whole and not marked and any(np.array_equal(_numbers(base), sums) for base in bases):
        return "counts"
    if hundred or (not whole and bool((np.abs(sums - 1) <= SLACK).all())):
        if not bases:
            raise DataError(
                "The percentages come without the number of people behind them.",
                where=export.file,
                found="no column headed n, base, total or responses",
                expected="the number of people who answered each statement",
                fix="Add the column, or take the table of counts.",
            )
        return "percentages"
    if whole and not marked and not bases:
        return "counts"
    row = int(np.argmax(np.abs(sums - (_numbers(bases[0]) if whole and bases else PER_CENT))))
    raise DataError(
        "The rows of the table add up neither to their base nor to 100.",
        where=f"{export.file}, {'row' if export.sheet else 'line'} {export.line(row)}",
        found=f"{sums[row]:g}",
        expected="counts that add up to the base, or percentages that add up to about 100",
        fix="Correct the row, or take columns out that are no answers, such as a share that agrees.",
    )


def _decimals(answers: dict[str, Column], numbers: np.ndarray) -> int:
    """To how many decimals the percentages are rounded; two fewer where they are written as shares of 1."""
    written = [text.removesuffix("%").strip() for column in answers.values() for text in column.texts]
    most = max(len(text.partition(".")[2].rstrip("0")) for text in written)
    return min(max(most - 2, 0) if numbers.sum(axis=1).max() < 2 else most, 6)


def _draft(export: Export, table: _Table, vocabulary: str, codebook: Codebook) -> Draft:
    known = {level: (label, role) for level, label, role, _ in VOCABULARIES[vocabulary]} | {
        DONT_KNOW: ("Don't know", DONT_KNOW)
    }
    categories = [
        {"id": level, "label": known[level][0], "role": known[level][1]}
        | ({"answers": [column.name]} if column.name != known[level][0] else {})
        for level, column in table.answers.items()
    ]
    scale = f"{vocabulary}_{len(table.answers.keys() - {DONT_KNOW})}"
    statements = list(table.statement.texts)
    items = {text: Guess(text, "item", "a row of the table", HIGH) for text in statements}
    entries = draft_items(
        statements, statements, [scale] * len(statements), codebook, items, [vocabulary == AGREEMENT] * len(statements)
    )
    uses = {
        table.statement.name: ("statements", "names each row"),
        **{
            column.name: (table.kind, f"the heading is an answer of the scale of {vocabulary.replace('_', ' ')}")
            for column in table.answers.values()
        },
    }
    if table.base:
        uses[table.base.name] = ("base", "the heading and whole numbers of people")
    if table.group:
        uses[table.group.name] = (GROUP, "tells the rows of one statement apart")
    guesses = [
        Guess(column.name, *uses[column.name], HIGH)
        if column.name in uses
        else Guess(column.name, "other", "not needed: neither statement, answer nor base", LOW)
        for column in export.columns
    ]
    parts = {"statement": table.statement, "base": table.base, "group": table.group}
    everybody = [text for text in table.group.texts if label_key(text) in EVERYBODY] if table.group else []
    content = {
        "kind": table.kind,
        "scales": [{"id": scale, "categories": categories}],
        **entries,
        "table": {key: column.name for key, column in parts.items() if column}
        | ({"everybody": everybody} if everybody else {})
        | ({"decimals": table.decimals} if table.kind == "percentages" else {}),
    }
    if left_out := [{"column": guess.column, "why": "other"} for guess in guesses if guess.use == "other"]:
        content["left_out"] = left_out
    return Draft(content, (*guesses, *items.values()))
