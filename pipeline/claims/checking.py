"""Statements held against published figures: one row each, with a verdict and why.

How a figure is looked up is a matter of what is published: `pipeline.claims.survey` looks into the table of a survey,
`pipeline.claims.national` into the statistics on authorities. `pipeline.claims.verdicts` says what the verdicts are.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import pandas as pd

from pipeline.claims.entries import Statement
from pipeline.claims.figures import Figure
from pipeline.claims.verdicts import NOT_CHECKABLE, VERDICTS, Judgement
from pipeline.errors import Unpublished

COLUMNS = [
    "id",
    "section",
    "sentence",
    "claim",
    "group",
    "item",
    "claimed",
    "found",
    "found_low",
    "found_high",
    "literal",
    "convention",
    "verdict",
    "note",
]
OF_DOCUMENTS = [COLUMNS[0], "document", *COLUMNS[1:]]  # where the statements are of several documents
READINGS = {None: "", True: "true", False: "false"}


class Stated(NamedTuple):
    """What a check is about and what was claimed, as the table prints it."""

    groups: Iterable[str]
    items: Iterable[str]
    claimed: str


class Figures(Protocol):
    """Where figures are looked up."""

    def stated(self, check: Any) -> Stated:
        """What a check is about, whether or not a figure is there."""

    def found(self, check: Any) -> tuple[Figure, Judgement]:
        """The figure and the judgement; raises Unpublished, with the reason as a sentence, where there is none."""

    def revised(self, check: Any, figure: Figure) -> str:
        """What an older release gave instead of the figure, as a sentence; nothing where there is no older one."""


def verdicts_on(claims: Iterable[Statement], figures: Figures) -> pd.DataFrame:
    """A verdict on every claim: one row each in their order.

    found is the published figure as text; found_low and found_high are what rounding allows it, in the figure's unit.
    literal and convention are "true", "false" or, where there is no such reading, "".
    """
    rows = [
        {
            "id": claim.id,
            "document": claim.document,
            "section": claim.place.name,
            "sentence": claim.place.sentence,
            "claim": claim.claim,
            **_checked(claim, figures),
        }
        for claim in claims
    ]
    return pd.DataFrame(rows, columns=OF_DOCUMENTS if any(row["document"] for row in rows) else COLUMNS)


def sort_by_verdict(checked: pd.DataFrame) -> pd.DataFrame:
    """Failures first: in the order of `pipeline.claims.verdicts.VERDICTS`; within a verdict the order stays.

    >>> checked = pd.DataFrame({"verdict": ["reproduced", "not checkable", "not reproduced"]})
    >>> sort_by_verdict(checked)["verdict"].tolist()
    ['not reproduced', 'not checkable', 'reproduced']
    """
    return checked.sort_values(
        "verdict", key=lambda verdicts: verdicts.map(VERDICTS.index), kind="stable", ignore_index=True
    )


def _checked(claim: Statement, figures: Figures) -> dict[str, object]:
    """The columns from group to note for one claim."""
    stated, found, verdict = Stated((), (), ""), None, NOT_CHECKABLE
    readings: tuple[bool | None, bool | None] = (None, None)
    if claim.check is None:
        notes = [claim.not_checkable, _beside(claim, figures)]
    else:
        stated = figures.stated(claim.check)
        try:
            found, judgement = figures.found(claim.check)
            verdict, readings = judgement.verdict, (judgement.literal, judgement.convention)
            notes = [judgement.note, figures.revised(claim.check, found)]
        except Unpublished as reason:
            notes = [str(reason)]
    return {
        "group": "; ".join(dict.fromkeys(stated.groups)),
        "item": "; ".join(dict.fromkeys(stated.items)),
        "claimed": stated.claimed,
        "found": found.text if found else "",
        "found_low": float(found.lowest) if found else None,
        "found_high": float(found.highest) if found else None,
        "literal": READINGS[readings[0]],
        "convention": READINGS[readings[1]],
        "verdict": verdict,
        "note": " ".join(filter(None, [*notes, claim.remark])),
    }


def _beside(claim: Statement, figures: Figures) -> str:
    """What another figure says beside a claim that is not checkable, if anything."""
    try:
        return f"Beside it: {figures.found(claim.beside)[1].note}" if claim.beside else ""
    except Unpublished:
        return ""
