"""The disclosure record: what was suppressed and by which rule, in the words of ACRO.

ACRO is the tool for the semi-automatic checking of research outputs (Smith et al. 2023, UNECE expert meeting on
statistical data confidentiality): an output checker who knows its summaries can read this record.
"""

import pandas as pd

from pipeline.phrases import counted
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.disclosure.policy import SECONDARY

RECORD = ["table", "cell", "rule", "status", "mitigation", "summary"]


def disclosure_record(cells: pd.DataFrame, round_to: int | None, narrowed: pd.DataFrame | None = None) -> pd.DataFrame:
    """The record of the cells of `Protected`: a table is an item by a grouping variable, or the item for everybody.

    First a line on the table as a whole (cell and rule are empty), with `status`: fail (cells break a rule), review
    (none does, but cells had to be suppressed for the sake of linked tables) or pass; `mitigation`: what was done, or
    none; and `summary`: the status, how many published cells each rule took, and how many rounded counts can be narrowed
    by their sums (`narrowed`: item, grouping, cells, exact; see rounding.py). Then a line a suppressed cell.

    >>> cells = pd.DataFrame({"item": "q1", "grouping": "role", "group": ["worker", "manager"], "category": "yes",
    ...                       "kind": "category", "rule": ["secondary", "threshold"]})
    >>> record = disclosure_record(cells, None)
    >>> record.loc[0, "summary"]
    'fail; threshold: 1 cell suppressed; secondary: 1 cell suppressed'
    >>> record.loc[1:, ["table", "cell", "status"]].to_numpy().tolist()
    [['q1 by role', 'worker, yes', 'review'], ['q1 by role', 'manager, yes', 'fail']]
    """
    by_sums = {} if narrowed is None else narrowed.set_index(["item", "grouping"])[["cells", "exact"]].T.to_dict("list")
    lines = []
    for (item, grouping), rows in cells.groupby(["item", "grouping"], sort=False):
        table = item if grouping == EVERYBODY else f"{item} by {grouping}"
        suppressed = rows[rows["rule"] != ""]
        lines.append(_table(table, suppressed["rule"], round_to, *by_sums.get((item, grouping), (0, 0))))
        lines += [
            (table, _name(*cell), rule, _status(rule), "suppress", "")
            for *cell, rule in zip(
                *(suppressed[column] for column in ("group", "category", "kind", "rule")), strict=True
            )
        ]
    return pd.DataFrame(lines, columns=RECORD)


def size_record(narrowed: pd.DataFrame, round_to: int | None) -> pd.DataFrame:
    """Lines of the record on the sizes of groups; none where these are not rounded."""
    lines = [
        _table(
            "groups" if grouping == EVERYBODY else f"groups by {grouping}", pd.Series(dtype=object), round_to, *counts
        )
        for grouping, *counts in narrowed[["grouping", "cells", "exact"]].itertuples(index=False)
    ]
    return pd.DataFrame(lines, columns=RECORD)


def _table(table: str, rules: pd.Series, round_to: int | None, narrowed: int = 0, exact: int = 0) -> tuple[str, ...]:
    taken = rules.value_counts().to_dict()
    order = sorted(taken, key=lambda rule: (rule == SECONDARY, rule))
    statuses = {_status(rule) for rule in taken}
    status = next((each for each in ("fail", "review") if each in statuses), "review" if exact else "pass")
    done = ["suppress"] * bool(taken) + [f"round to {round_to}"] * bool(round_to)
    summary = [status, *(f"{rule}: {taken[rule]} cell{'s' * (taken[rule] > 1)} suppressed" for rule in order)]
    if narrowed:
        summary.append(f"rounding: {counted(narrowed, 'count')} narrowed by sums, {exact} of them to one number")
    return table, "", "", status, ", ".join(done) or "none", "; ".join(summary)


def _status(rule: str) -> str:
    return "review" if rule == SECONDARY else "fail"


def _name(group: str, category: str, kind: str) -> str:
    """A cell by its group and category; everybody's group is not named."""
    described = f"{category} ({kind})" if kind in ("subtotal", "missing") else category
    return described if group == EVERYBODY else f"{group}, {described}"
