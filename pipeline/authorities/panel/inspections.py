"""Inspections of children's services: three sheets, each judgement dated and used once."""

import re
from collections.abc import Callable, Collection
from datetime import date

import pandas as pd

from pipeline.authorities.panel.geography import JOIN, Lineage, bridge
from pipeline.authorities.panel.published_file import Published
from pipeline.errors import DataError

GRADES = {"outstanding": 1, "good": 2, "requires improvement to be good": 3, "inadequate": 4}
GRADE_WORDS = {number: word for word, number in GRADES.items()}
JUDGEMENTS = ["overall", "leaders", "help_and_protection", "in_care", "care_leavers"]
INSPECTIONS = [
    "unit",
    "authority",
    "name",
    "inspected",
    "published",
    "kind",
    "framework",
    "overall",
    "overall_grade",
    *JUDGEMENTS[1:],
    "status",
    "sheet",
    "line",
    "used",
    "why",
]
KINDS = ("standard", "short", "focused", "monitoring")
HISTORY = "history"  # the sheet with every judgement; the others repeat its newest ones
REPEATED = "the same inspection as on the sheet of all inspections"
NO_JUDGEMENT = "a visit without a judgement"
JOINT = "the same inspection of a joint service, counted once"


def read_inspections(
    published: Published, lineage: Lineage, known: Collection[str], today: Collection[str]
) -> pd.DataFrame:
    """Columns INSPECTIONS, one row a row of the file's tables, by unit, authority and day.

    `authority` is the file's code; `unit` the unit of `today` that it is or belongs to, or the former authority.
    `overall` and the sub-judgements are 1 (outstanding) to 4 (inadequate), missing where there is none; `overall_grade`
    is the text. `line` is the sheet's row from 1. Raises DataError for a code, date or grade that is not as it should
    be, all at once, and for two sheets that contradict each other.
    """
    file = published.table
    problems: list[str] = []
    sheets = {sheet.id: sheet for sheet in published.source.sheets}

    def checked(column: str, read: Callable[[str], object], expected: str) -> list[object]:
        """Each cell as `read` has it; what it refuses (None) is added to the problems."""
        cells = [read(text) for text in file[column]]
        problems.extend(
            f"sheet {sheets[sheet].name}, row {line}, column {sheets[sheet].columns[column]}: "
            f"found {text!r}, "
            f"expected {expected}"
            for cell, line, sheet, text in zip(cells, file.index, file["sheet"], file[column], strict=True)
            if cell is None
        )
        return cells

    codes = frozenset(known)
    table = pd.DataFrame(
        {
            "authority": checked(
                "code", lambda text: text if text in codes else None, "a code that the statistics or lineage.yaml know"
            ),
            "inspected": checked("inspected", _day, "a date"),
            "published": checked("published", _day, "a date"),
            **{each: checked(each, _grade, "a grade, or nothing") for each in JUDGEMENTS},
        }
    )
    if problems:
        raise DataError(
            f"{len(problems)} cell{'s' * (len(problems) > 1)} not as they should be:\n"
            + "\n".join(f"  - {each}" for each in problems),
            where=published.where,
            fix="Take the file as it was published, or correct the cells.",
        )
    for column in ("name", "status", "sheet"):
        table[column] = file[column].to_numpy()
    table["overall_grade"], table["line"] = file["overall"].to_numpy(), file.index
    table["kind"] = [next((kind for kind in KINDS if kind in text.lower()), text) for text in file["type"]]
    table["framework"] = ["ILACS" if "ILACS" in text else "" for text in file["type"]]
    table = table.astype(dict.fromkeys(JUDGEMENTS, "Int64"))
    table["unit"] = table["authority"].map({code: _unit(code, lineage, today) for code in table["authority"].unique()})
    table["why"] = _why_unused(table)
    table["used"] = table["why"] == ""
    _refuse_contradictions(table, published.where)
    table["order"] = table["sheet"].map({sheet: k for k, sheet in enumerate(sheets)})
    return table.sort_values(["unit", "authority", "inspected", "order", "line"]).reset_index(drop=True)[INSPECTIONS]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _grade(text: str) -> object:
    plain = re.sub(r"\s+", " ", text).lower()
    return pd.NA if plain == "" else GRADES.get(plain)


def _unit(code: str, lineage: Lineage, today: Collection[str]) -> str:
    into = bridge(lineage, code, today)
    return into.into if into.policy in ("", "recode") or JOIN in into.into else code


def _why_unused(table: pd.DataFrame) -> pd.Series:
    """Why a row is not used: visits, repetitions on other sheets, one inspection of a joint service reported twice."""
    why = pd.Series("", index=table.index).mask(table["overall"].isna(), NO_JUDGEMENT)
    key = ["authority", "inspected"]
    judged = table[why == ""].sort_values("sheet", key=lambda sheet: sheet != HISTORY, kind="stable")
    again = judged.duplicated(key)
    why[again[again].index] = REPEATED
    joint = table[(why == "") & table["unit"].str.contains(JOIN, regex=False)]
    twice = joint.duplicated(["unit", "inspected", *JUDGEMENTS])
    why[twice[twice].index] = JOINT
    return why


def _refuse_contradictions(table: pd.DataFrame, where: str) -> None:
    """Two sheets must not give one inspection two judgements."""
    judged = table[table["overall"].notna()]
    several = judged.groupby(["authority", "inspected"])["overall"].transform("nunique") > 1
    if several.any():
        first = judged[several].iloc[0]
        rows = judged[(judged["authority"] == first["authority"]) & (judged["inspected"] == first["inspected"])]
        raise DataError(
            "Two sheets give one inspection different judgements.",
            where=f"{where}; " + "; ".join(f"sheet {row.sheet}, row {row.line}" for row in rows.itertuples()),
            found=f"{first['authority']} on {first['inspected']}: {', '.join(rows['overall_grade'])}",
            expected="the same overall judgement",
            fix="Take the file as it was published.",
        )
