"""Files of SPSS and Stata as those programs write them, made by pyreadstat, and changed as it does not write them."""

import struct
from pathlib import Path

import pandas as pd
import pyreadstat

AGREEMENT = {1: "Strongly disagree", 2: "Disagree", 3: "Neither agree nor disagree", 4: "Agree", 5: "Strongly agree"}
SUPPORTED = (
    "I am well supported by my manager in everything that I do for the children and families whom I work with, " * 2
)
SCALE = AGREEMENT | {8: "Don't know", 9: "Refused", 10: "Closed the page"}


def answers(rows: int = 60) -> pd.DataFrame:
    """Codes as a survey has them: answers, blanks, and missing codes with a label and without."""
    return pd.DataFrame(
        {
            "id": range(1, rows + 1),
            "team": ["Nörth", "South", "East", ""] * (rows // 4),
            "sup1": ([5.0, 4, 4, 3, 2, 1, 8, 9, 10, None, 99, 5] * rows)[:rows],
            "sup2": ([4.0, 5, 3, 2, 2, 4, 4, 1, 5, 3] * rows)[:rows],
            "role": ([1.0, 2, 2, 1, 98] * rows)[:rows],
            "lasts": ([0.0, 10, 7, 5, 8, 3] * rows)[:rows],
        }
    )


LABELS = {
    "sup1": SCALE,
    "sup2": AGREEMENT,
    "role": {1: "Social worker", 2: "Team manager", 98: "Agree"},
    "lasts": {0: "Not at all likely", 10: "Extremely likely"},
}
QUESTIONS = {
    "sup1": SUPPORTED,
    "sup2": "My manager listens to me",
    "role": "What is your role?",
    "lasts": "How likely are you to recommend us?",
}
MISSING = {"sup1": [{"lo": 8, "hi": 10}, 99], "role": [98]}


def write_sav(path: Path, table: pd.DataFrame | None = None) -> Path:
    """An SPSS file of `answers`; a name that ends in .zsav makes it a compressed one."""
    pyreadstat.write_sav(
        answers() if table is None else table,
        path,
        compress=path.suffix == ".zsav",
        column_labels=QUESTIONS,
        variable_value_labels=LABELS,
        missing_ranges=MISSING,
    )
    return path


def write_dta(path: Path) -> Path:
    """A Stata file of `answers`, with extended missings .a, .b, .c and .d for 8, 9, 10 and 99."""
    table = answers()
    table["sup1"] = (
        table["sup1"].astype(object).replace({8: "a", 9: "b", 10: "c", 99: "d"}).where(table["sup1"].notna(), None)
    )
    table["role"] = table["role"].astype(object).replace({98: "z"})
    labels = LABELS | {
        "sup1": AGREEMENT | {"a": "Don't know", "b": "Refused", "c": "Closed the page"},
        "role": {1: "Social worker", 2: "Team manager", "z": "Agree"},
    }
    pyreadstat.write_dta(
        table,
        path,
        column_labels={name: text[:80] for name, text in QUESTIONS.items()},
        variable_value_labels=labels,
        missing_user_values={"sup1": ["a", "b", "c", "d"], "role": ["z"]},
    )
    return path


def with_sets(path: Path, sets: str) -> Path:
    """The SPSS file with a record of multiple-response sets, which stands before the end of its dictionary."""
    content, told = path.read_bytes(), sets.encode()
    end = content.rindex(struct.pack("<ii", 999, 0))
    path.write_bytes(content[:end] + struct.pack("<iiii", 7, 7, 1, len(told)) + told + content[end:])
    return path
