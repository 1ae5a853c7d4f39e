"""The publisher's standard for files of statistics: what a file breaks, all at once, with line and column.

The rules are those of the Department for Education's own screener (eesyscreener, dfe-analytical-services), as far as
they concern a data file on England, its regions and its local authorities. What it fails is an error here, with one
exception: the obsolete symbols that older releases have, which are read as the reasons they stood for.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from pipeline.authorities.panel.values import NUMBER, SYMBOLS
from pipeline.authorities.releases.catalogue import STANDARD_COLUMNS, Source, layout_of
from pipeline.errors import DataError

SCREENING = ["source", "severity", "line", "column", "found", "problem"]
FOUR_DIGITS = {
    "Calendar year",
    "Reporting year",
    *(f"Week {week}" for week in range(1, 53)),
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
}
SIX_DIGITS = {
    "Academic year",
    "Financial year",
    "Tax year",
    "Autumn term",
    "Spring term",
    "Summer term",
    "Autumn and spring term",
    *(f"Financial year Q{quarter}" for quarter in range(1, 5)),
    "Part 1 (April to September)",
    "Part 2 (October to March)",
}
WHOLE_YEARS = {"Calendar year", "Reporting year", "Academic year", "Financial year", "Tax year"}
NULL_LIKE = {"NULL", "Null", "null", "NA", "na", "N/A", "n/a", "."}
OBSOLETE = {"~", ":", "..", "-"}
LEVELS = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("old_la_code", "new_la_code", "la_name"),
}
BELOW = {
    "National": ("region_code", "region_name", "old_la_code", "new_la_code", "la_name"),
    "Regional": ("old_la_code", "new_la_code", "la_name"),
    "Local authority": (),
}
CODES = {
    "country_code": r"E92000001",
    "region_code": r"E1[23][0-9]{6}",
    "old_la_code": r"[0-9]{3}( / [0-9]{3})*",
    "new_la_code": r"E(06|07|08|09|10)[0-9]{6}( / E(06|07|08|09|10)[0-9]{6})*",
}
AS = {
    "country_code": "E92000001",
    "region_code": "E12 or E13 and six digits",
    "old_la_code": "three digits, joint returns as 940 / 941",
    "new_la_code": "nine digits such as E06000001, joint returns as two with a slash between blanks",
}
SHOWN = 60  # problems in a message


@dataclass(frozen=True)
class RawTable:
    """A file's header, and the number and cells of its other lines."""

    header: tuple[str, ...]
    lines: tuple[tuple[int, list[str]], ...]


@dataclass(frozen=True)
class Problem:
    """One thing against the standard."""

    severity: str
    line: int
    column: str
    found: str
    problem: str


def screen(raw: RawTable, source: Source) -> pd.DataFrame:
    """Columns SCREENING, one row a problem by line and column; severity is "error" or "warning".

    >>> from pipeline.authorities.releases.catalogue import read_catalogue
    >>> raw = RawTable(("time_period", "time_period"), ())
    >>> problems = screen(raw, read_catalogue().source("population"))
    >>> problems.loc[problems["column"] == "time_period", ["severity", "line", "problem"]].values.tolist()
    [['error', 1, 'the column stands twice']]
    """
    problems = list(_header_problems(raw, source))
    sound = not any(problem.severity == "error" for problem in problems)
    whole = [(line, cells) for line, cells in raw.lines if len(cells) == len(raw.header)]
    problems += [
        Problem("error", line, "", f"{len(cells)} cells", f"expected {len(raw.header)}, as in the header")
        for line, cells in raw.lines
        if len(cells) != len(raw.header)
    ]
    if sound and whole:
        table = pd.DataFrame(
            [cells for _, cells in whole], index=[line for line, _ in whole], columns=list(raw.header), dtype=object
        )
        layout = layout_of(source, raw.header, source.id).columns
        keys = [layout[name] for name in source.key if name in layout]
        values = [layout[name] for name in source.values if name in layout]
        problems += [*_time_problems(table), *_place_problems(table), *_repeated_rows(table, keys)]
        for column in values:
            problems += _value_problems(table[column])
    rows = [
        (source.id, each.severity, each.line, each.column, each.found, each.problem)
        for each in sorted(problems, key=lambda each: (each.line, each.column, each.problem))
    ]
    return pd.DataFrame(rows, columns=SCREENING)


def refuse_errors(problems: pd.DataFrame, where: str) -> None:
    """Raise DataError that lists the errors among `problems`, if there is any."""
    errors = problems[problems["severity"] == "error"]
    if errors.empty:
        return
    shown = [
        f"  - line {row.line}{', column ' * bool(row.column)}{row.column}: found {row.found!r}; {row.problem}"
        for row in errors.head(SHOWN).itertuples()
    ]
    more = [f"  - and {len(errors) - SHOWN} more"] * (len(errors) > SHOWN)
    raise DataError(
        f"The file is not to the publisher's standard: {len(errors)} problem{'s' * (len(errors) > 1)}:\n"
        + "\n".join([*shown, *more]),
        where=where,
        fix="Take the file as it was published, or correct the cells. A spreadsheet program that saves a "
        "file changes codes and dates.",
    )


def _header_problems(raw: RawTable, source: Source) -> Iterator[Problem]:
    header = list(raw.header)
    if not header:
        yield Problem("error", 1, "", "nothing", "the file is empty")
        return
    for column, times in Counter(header).items():
        if times > 1:
            yield Problem("error", 1, column, f"{times} times", "the column stands twice")
    missing = [column for column in STANDARD_COLUMNS if column not in header]
    for column in missing:
        yield Problem("error", 1, column, "no such column", "a column that the standard requires is missing")
    if not missing and len(set(header)) == len(header):
        try:
            layout_of(source, header, source.id)
        except DataError as error:
            yield Problem(
                "error",
                1,
                "",
                str(error).partition("\n")[0],
                "columns that sources.yaml expects are missing; "
                + " ".join(line.strip() for line in str(error).splitlines()[2:3]),
            )
    for column in header:
        if not re.fullmatch(r"[A-Za-z0-9_]+", column):
            yield Problem("warning", 1, column, column, "a column's name should be letters, digits and underscores")


def _time_problems(table: pd.DataFrame) -> Iterator[Problem]:
    identifiers = table["time_identifier"]
    for text in identifiers.unique():
        if text not in FOUR_DIGITS | SIX_DIGITS:
            yield from _each(identifiers, identifiers == text, "no time identifier of the standard")
    kinds = identifiers.map(
        {text: 4 if text in FOUR_DIGITS else 6 if text in SIX_DIGITS else 0 for text in identifiers.unique()}
    )
    usual = identifiers.iloc[0] if len(table) else ""
    if len(set(identifiers)) > 1 and WHOLE_YEARS & set(identifiers):  # terms, months and weeks go together
        yield from _each(identifiers, identifiers != usual, f"another kind of period than {usual!r} in the first row")
    periods = table["time_period"]
    for digits in (4, 6):
        right = {text for text in periods.unique() if re.fullmatch(rf"[12][0-9]{{{digits - 1}}}", text)}
        yield from _each(
            periods, (kinds == digits) & ~periods.isin(right), f"expected {digits} digits for this time identifier"
        )
    broken = {
        text
        for text in periods.unique()
        if re.fullmatch("[12][0-9]{5}", text) and (int(text[2:4]) + 1) % 100 != int(text[4:])
    }
    yield from _each(
        periods, (kinds == 6) & periods.isin(broken), "expected two years that follow each other, such as 201718"
    )


def _place_problems(table: pd.DataFrame) -> Iterator[Problem]:
    levels = table["geographic_level"]
    yield from _each(levels, ~levels.isin(list(LEVELS)), f"expected {', '.join(LEVELS)}")
    for column in ("country_code", "country_name"):
        yield from _each(table[column], table[column] == "", "blank, and needed at every level")
    for level, columns in LEVELS.items():
        of_level = levels == level
        for column in columns:
            if level != "National":
                yield from _each(table[column], of_level & (table[column] == ""), f"blank, and needed at level {level}")
        for column in BELOW[level]:
            yield from _each(
                table[column], of_level & (table[column] != ""), f"filled in, and not to be at level {level}"
            )
    for column in ("region_code", "region_name"):
        missing = (levels == "Local authority") & (table[column] == "")
        yield from _each(table[column], missing, "an authority's region is blank", "warning")
    for column, pattern in CODES.items():
        right = {text for text in table[column].unique() if text == "" or re.fullmatch(pattern, text)}
        yield from _each(table[column], ~table[column].isin(right), f"expected {AS[column]}")
    local = table[levels == "Local authority"]
    unequal = local["new_la_code"].str.count("/") != local["old_la_code"].str.count("/")
    yield from _each(local["old_la_code"], unequal, "not as many numbers as nine-digit codes")
    yield from _combinations(local, "new_la_code", "old_la_code", "error")
    yield from _combinations(local, "new_la_code", "la_name", "warning")
    yield from _combinations(table[levels == "Regional"], "region_code", "region_name", "error")


def _combinations(rows: pd.DataFrame, code: str, other: str, severity: str) -> Iterator[Problem]:
    """A code that goes with several names or numbers, at the first line of each but the first one."""
    pairs = rows.drop_duplicates([code, other])
    again = pairs[pairs[code].duplicated() & (pairs[code] != "")]
    for line, row in again.iterrows():
        yield Problem(
            severity, int(line), other, row[other], f"{row[code]} stands beside another {other} in an earlier line"
        )


def _repeated_rows(table: pd.DataFrame, filters: list[str]) -> Iterator[Problem]:
    key = ["time_period", "time_identifier", "geographic_level", "region_code", "new_la_code", "la_name", *filters]
    regional = table["geographic_level"] == "Local authority"
    places = table[key].assign(region_code=table["region_code"].where(~regional, ""))
    first: dict[tuple, int] = {}
    lines = defaultdict(list)
    for line, row in zip(table.index, places.itertuples(index=False, name=None), strict=True):
        if row in first:
            lines[first[row]].append(line)
        first.setdefault(row, line)
    for line, others in lines.items():
        for other in others:
            yield Problem(
                "error", int(other), "", f"the place, period and filters of line {line}", "a row stands twice"
            )


def _value_problems(column: pd.Series) -> Iterator[Problem]:
    texts = column.str.strip()
    known = {text: _wrong_with(text, str(column.name)) for text in texts.unique()}
    for text, wrong in known.items():
        if wrong:
            severity, problem = wrong
            yield from _each(column, texts == text, problem, severity)


def _wrong_with(text: str, column: str) -> tuple[str, str] | None:
    if text == "":
        return "error", "a blank; a figure that is missing needs a symbol: c, z, x, u or low"
    if re.fullmatch(NUMBER, text):
        number = float(text)
        if number < 0:
            return "error", "a negative number of people, days or plans, or a negative share"
        if number > 100 and re.search(r"percent", column):
            return "error", "a percentage above 100"
        if number > 100 and re.search(r"(^|_)rate(_|$)", column):
            return "warning", "a rate above 100"
        return None
    if text in NULL_LIKE:
        return "error", "a word for nothing; a figure that is missing needs a symbol: c, z, x, u or low"
    if text in OBSOLETE:
        return "warning", f"an obsolete symbol, read as {SYMBOLS[text].replace('_', ' ')}"
    if text in SYMBOLS or (text.startswith("[") and text[1:-1] in SYMBOLS):
        return None
    return "error", "neither a number nor a symbol of the standard: c, z, x, u, low or k"


def _each(column: pd.Series, wrong: pd.Series, problem: str, severity: str = "error") -> Iterable[Problem]:
    return [Problem(severity, int(line), str(column.name), column.loc[line], problem) for line in column.index[wrong]]
