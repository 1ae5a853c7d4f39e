"""Cells of a spreadsheet, and values of a statistical package, as the texts that a person would type."""

import datetime


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates and times as in ISO 8601, TRUE and FALSE.

    >>> cell_text(3.0), cell_text(datetime.datetime(2024, 3, 1)), cell_text(True)
    ('3', '2024-03-01', 'TRUE')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return (value.date() if value.time() == datetime.time() else value).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)  # whole numbers, and durations as 9:30:00
