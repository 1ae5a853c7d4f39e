"""Stands between a notebook and what it publishes about the people of a survey (see pipeline/publishing.py)."""

import pandas as pd

from pipeline.errors import PublishingError
from pipeline.surveys.disclosure.policy import GROUP_SIZE, SUPPRESSED, Policy

PEOPLE = "respondents"
LABELS = (
    "item",
    "domain",
    "outcome",
    "support",
    "grouping",
    "group",
    "category",
    "label",
    "statement",
    "reason",
    "rule",
)


class Guard:
    """Lets tables pass that say how many people each row rests on, and empties the rows that rest on too few.

    Numbers of people are rounded here where they are not yet. The minimum is a whole number of steps, so that a number
    says the same of it before and after.

    `record` grows by a line for each row that it emptied, in the form of the survey's disclosure record.

    >>> guard = Guard(Policy())
    >>> guard.table("means", pd.DataFrame({"group": ["A", "B"], "respondents": [40, 7], "mean": [61.5, 80.0]}))
      group  respondents  mean        rule
    0     A         40.0  61.5         NaN
    1     B          NaN   NaN  suppressed
    >>> guard.record["cell"].tolist()
    ['group B']
    """

    def __init__(self, policy: Policy):
        self.policy = policy
        self._lines: list[dict[str, str]] = []

    @property
    def record(self) -> pd.DataFrame:
        """What was emptied, a line each: table, cell, rule, status, mitigation and summary, as in `disclosure_record`."""
        return pd.DataFrame(self._lines, columns=["table", "cell", "rule", "status", "mitigation", "summary"])

    def with_record(self, record: pd.DataFrame) -> pd.DataFrame:
        """The record of the count tables, with what was emptied here after it."""
        return pd.concat([record, self.record], ignore_index=True) if len(self._lines) else record

    def table(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        """`table` with rows of fewer than the minimum of people emptied. PublishingError where they are not counted."""
        if PEOPLE not in table:
            raise PublishingError(
                "A table about people has to say how many each row rests on.",
                where=name,
                found=f"no column {PEOPLE}",
                expected=f"a column {PEOPLE}",
                fix="Add the column; for a table that is not about people say people=False.",
            )
        few = pd.to_numeric(table[PEOPLE], errors="coerce") < self.policy.minimum_group
        if few.any():
            table = table.copy()
            told = [column for column in table if pd.api.types.is_numeric_dtype(table[column])]
            table[told] = table[told].astype(float).mask(few)
            rule = table["rule"] if "rule" in table else pd.Series(index=table.index, dtype=object)
            table["rule"] = rule.mask(few, SUPPRESSED)
            keys = [column for column in LABELS[:-1] if column in table]
            self._lines += [
                {
                    "table": name,
                    "cell": ", ".join(f"{key} {row[key]}" for key in keys),
                    "rule": GROUP_SIZE,
                    "status": "fail",
                    "mitigation": "suppress",
                    "summary": "",
                }
                for _, row in table[few].iterrows()
            ]
        if not self.policy.round_to:
            return table
        return table.assign(**{PEOPLE: self.policy.rounded(pd.to_numeric(table[PEOPLE], errors="coerce"))})

    def value(self, name: str, respondents: int | None) -> None:
        """Raise PublishingError for a value that rests on too few people, or does not say on how many."""
        if respondents is None or not respondents >= self.policy.minimum_group:
            raise PublishingError(
                "A value about people rests on too few of them, or does not say on how many.",
                where=name,
                expected=f"respondents={self.policy.minimum_group} or more",
                fix="Leave the value out; for one that is not about people say people=False.",
            )
