"""Bands that a spreadsheet turned into dates: who types 1-2 gets 2 January, and who types 11-20 November 2020."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.inputs.exports.table import Column, Export

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T00:00:00)?")
_DAY_MONTH = re.compile(rf"(\d{{1,2}})[- ]({'|'.join(_MONTHS)})[a-z]{{0,6}}", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}[- '](\d\d)", re.IGNORECASE)
SHOWN = 3  # rows, in a message


@dataclass(frozen=True)
class _Date:
    month: int
    day: int | None = None
    year: int | None = None  # as two digits in a text without a day


def likely_bands(texts: Iterable[str]) -> dict[str, str]:
    """The texts that are dates without a time, each with the band that it probably was.

    A day and a month are the two ends of a band, whichever of them the spreadsheet took for the month. A first of the
    month in a year that no other date has is a month and a year.

    >>> likely_bands(["Under 1 year", "2026-01-02", "2026-05-03", "2020-11-01", "over 20"])
    {'2026-01-02': '1-2', '2026-05-03': '3-5', '2020-11-01': '11-20'}
    >>> likely_bands(["02-Jan", "Nov-20", "1-2"])
    {'02-Jan': '1-2', 'Nov-20': '11-20'}
    """
    dates = {text: date for text in texts if (date := _read(text))}
    years = Counter(date.year for date in dates.values() if date.year and date.day)
    usual = max(years, key=years.get, default=None)
    return {text: _band(date, usual) for text, date in dates.items()}


def bands_question(column: Column, export: Export, group: str) -> dict[str, Any]:
    """Whether the dates of a column that the groups of `group` come from were bands, as survey.yaml asks it."""
    bands = likely_bands(column.texts)
    place, probably = told(column, export, bands)
    left_out = [
        {"do": "remove", "at": ["groups", group]},
        {"do": "add", "at": ["left_out"], "to": {"column": column.name, "why": "date"}},
    ]
    return {
        "id": f"{group.replace('_', '-')}-bands",
        "question": f"There are dates in {place}. A spreadsheet makes dates of bands such as 1-2: {probably}. Was that so?",
        "answers": [
            {
                "key": "bands",
                "label": f"they were bands: {', '.join(bands.values())}",
                "edits": [{"do": "set", "at": ["groups", group, "levels"], "to": bands}],
            },
            {"key": "left-out", "label": "neither: the column is left out", "edits": left_out},
        ],
    }


def told(column: Column, export: Export, bands: dict[str, str]) -> tuple[str, str]:
    """Where the dates of a column stand, and what they probably were, as a message says it."""
    rows = np.flatnonzero(np.isin(column.codes, [column.texts.index(text) for text in bands]))
    first = ", ".join(f"{export.line(int(row)):,}" for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    place = f"column {column.position} ({column.name}), {export.row_word}{'s' * (len(rows) > 1)} {first}{more}"
    return place, ", ".join(f'"{text}" was probably "{band}"' for text, band in bands.items())


def _read(text: str) -> _Date | None:
    if found := _ISO.fullmatch(text):
        return _Date(int(found[2]), int(found[3]), int(found[1]))
    if found := _DAY_MONTH.fullmatch(text):
        return _Date(_MONTHS.index(found[2][:3].lower()) + 1, int(found[1]))
    if found := _MONTH_YEAR.fullmatch(text):
        return _Date(_MONTHS.index(found[1][:3].lower()) + 1, None, int(found[2]))
    return None


def _band(date: _Date, usual: int | None) -> str:
    if date.day is None or (date.day == 1 and date.year not in (None, usual)):
        return f"{date.month}-{date.year % 100}"
    return f"{min(date.day, date.month)}-{max(date.day, date.month)}"
