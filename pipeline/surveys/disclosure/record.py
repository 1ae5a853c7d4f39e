"""The disclosure record: what was suppressed and by which rule, in the words of ACRO.

ACRO is the tool for the semi-automatic checking of research outputs (Smith et al. 2023, UNECE expert meeting on
statistical data confidentiality): an output checker who knows its summaries can read this record.
"""

import pandas as pd

from pipeline.surveys.disclosure.policy import SECONDARY
from pipeline.surveys.disclosure.tables import EVERYBODY

RECORD = ["table", "cell", "rule", "status", "mitigation", "summary"]


def disclosure_record(cells: pd.DataFrame, round_to: int | None) -> pd.DataFrame:
    """The record of the cells of `Protected`: a table is an item by a grouping variable, or the item for everybody.

    First a line on the table as a whole (cell and rule are empty), with `status`: fail (cells break a rule), review
    (none does, but cells had to be suppressed for the sake of linked tables) or pass; `mitigation`: what was done, or
    none; and `summary`: the status, and how many published cells each rule took. Then a line a suppressed cell.

    >>> cells = pd.DataFrame({"item": "q1", "grouping": "role", "group": ["worker", "manager"], "category": "yes",
    ...                       "kind": "category", "rule": ["secondary", "threshold"]})
    >>> record = disclosure_record(cells, None)
    >>> record.loc[0, "summary"]
    'fail; threshold: 1 cell suppressed; secondary: 1 cell suppressed'
    >>> record.loc[1:, ["table", "cell", "status"]].to_numpy().tolist()
    [['q1 by role', 'worker, yes', 'review'], ['q1 by role', 'manager, yes', 'fail']]
    """
    lines = []
    for (item, grouping), rows in cells.groupby(["item", "grouping"], sort=False):
        table = item if grouping == EVERYBODY else f"{item} by {grouping}"
        suppressed = rows[rows["rule"] != ""]
        lines.append(_table(table, suppressed["rule"], round_to))
        lines += [(table, _name(*cell), rule, _status(rule), "suppress", "") for *cell, rule in
                  zip(*(suppressed[column] for column in ("group", "category", "kind", "rule")), strict=True)]
    return pd.DataFrame(lines, columns=RECORD)


def _table(table: str, rules: pd.Series, round_to: int | None) -> tuple[str, ...]:
    taken = rules.value_counts().to_dict()
    order = sorted(taken, key=lambda rule: (rule == SECONDARY, rule))
    statuses = {_status(rule) for rule in taken}
    status = next((each for each in ("fail", "review") if each in statuses), "pass")
    done = ["suppress"] * bool(taken) + [f"round to {round_to}"] * bool(round_to)
    summary = [status, *(f"{rule}: {taken[rule]} cell{'s' * (taken[rule] > 1)} suppressed" for rule in order)]
    return table, "", "", status, ", ".join(done) or "none", "; ".join(summary)


def _status(rule: str) -> str:
    return "review" if rule == SECONDARY else "fail"


def _name(group: str, category: str, kind: str) -> str:
    """A cell by its group and category; everybody's group is not named."""
    described = f"{category} ({kind})" if kind in ("subtotal", "missing") else category
    return described if group == EVERYBODY else f"{group}, {described}"
