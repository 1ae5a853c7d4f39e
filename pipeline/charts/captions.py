"""What a caption says beside the finding: how many answered, and that rounding shows where it does."""

from collections.abc import Mapping

import pandas as pd

from pipeline.numerals import half_up
from pipeline.phrases import lower_first

ROUNDED = "Percentages may not add up to 100 because of rounding."


def bases(table: pd.DataFrame, groups: Mapping[str, str]) -> str:
    """How many answered, group by group: the fewest and the most where items differ.

    `table`: columns `group` and `base` (people), any number of rows a group; an empty base is not counted. `groups`
    gives order and names; a group without a base is left out, and a table without any gives "".

    >>> table = pd.DataFrame({"group": ["sw", "sw", "m"], "base": [437, 469, 1125]})
    >>> bases(table, {"sw": "Social workers", "m": "Managers"})
    'Bases: social workers 437 to 469, managers 1,125.'
    """
    known = table.dropna(subset=["base"]).groupby("group")["base"].agg(["min", "max"])
    ranges = {name: known.loc[group].astype(int) for group, name in groups.items() if group in known.index}
    said = [
        f"{lower_first(name)} {low:,}" + (f" to {high:,}" if high > low else "") for name, (low, high) in ranges.items()
    ]
    return f"Bases: {', '.join(said)}." if said else ""


def rounding_note(percentages: pd.DataFrame) -> str:
    """The note on rounding where some row, printed in whole per cents, does not add up to 100; "" where all do.

    `percentages`: a row for each set of answers, all columns parts of one whole, in per cent. A row with an empty cell
    is not judged. No number is ever changed so that it would add up.

    >>> rounding_note(pd.DataFrame({"agree": [50, 33], "neither": [25, 33], "disagree": [25, 33]}))
    'Percentages may not add up to 100 because of rounding.'
    >>> rounding_note(pd.DataFrame({"agree": [50], "neither": [25], "disagree": [25]}))
    ''
    """
    whole = half_up(percentages.dropna().to_numpy(dtype=float)).sum(axis=1)
    return ROUNDED if (whole != 100).any() else ""
