"""Cells of a spreadsheet, and values of a statistical package, as the texts that a person would type."""

import datetime
import re
from decimal import Decimal

_ODS_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")  # what calamine gives for a day and more


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates and times as in ISO 8601, TRUE and FALSE.

    Durations are hours, minutes and seconds, however many hours they have.

    >>> cell_text(3.0), cell_text(datetime.datetime(2024, 3, 1)), cell_text(True)
    ('3', '2024-03-01', 'TRUE')
    >>> cell_text(datetime.timedelta(hours=25)), cell_text("PT25H00M00S"), cell_text(datetime.timedelta(minutes=30))
    ('25:00:00', '25:00:00', '00:30:00')
    """
    if isinstance(value, str):
        duration = _ODS_DURATION.fullmatch(value) if value.startswith("PT") else None
        return _duration(*map(int, duration.groups())) if duration else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return (value.date() if value.time() == datetime.time() else value).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _duration(0, 0, round(value.total_seconds()))
    return str(value)  # whole numbers


def percentage_text(value: object) -> str:
    """A cell whose format shows a number as a percentage, with all digits that it has.

    >>> percentage_text(0.07), percentage_text(0.3125), percentage_text(1), percentage_text("n/a")
    ('7%', '31.25%', '100%', 'n/a')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell_text(value)
    return f"{(Decimal(repr(value)) * 100).normalize():f}%"


def _duration(hours: int, minutes: int, seconds: int) -> str:
    total = 3600 * hours + 60 * minutes + seconds
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}"
