"""The second coding of a random fifth of the places, beside the first as made, and how differences were settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from pipeline.evidence.coder_agreement import VARIABLES, code_sets, disagreements
from pipeline.evidence.reading import FOLDER, Evidence, read_nothing, read_passages
from pipeline.files import project_root
from pipeline.inputs.csv_tables import cell_problems, read_lines, refuse

KEY = ["document", "section", "variable"]
SETTLED = [*KEY, "first", "second", "decided", "rule", "reason"]


@dataclass(frozen=True)
class SecondCoding:
    """Passages of the first and of the second coder in `places` (document, section), and what was decided.

    `settled` has one row a place and variable that the two coded otherwise: `first`, `second`, `decided` (codes joined
    by "; "), the codebook's `rule`, and the `reason`.
    """

    first: pd.DataFrame
    second: pd.DataFrame
    places: tuple[tuple[str, str], ...]
    settled: pd.DataFrame


def read_second_coding(evidence: Evidence, folder: Path | None = None) -> SecondCoding:
    """Read first-coding.csv, second-coding.csv, second-nothing.csv and settled.csv, and check them against each other.

    Raises DataError naming lines and columns at fault, a place of which a coder says nothing, a difference that is not
    settled, a settled one that is none, and a decision that passages.csv does not carry out.

    >>> from pipeline.evidence.reading import read_evidence
    >>> len(read_second_coding(read_evidence()).places)
    53
    """
    folder = folder or project_root() / FOLDER
    first, second = (
        read_passages(folder / f"{name}-coding.csv", evidence.codebook, evidence.documents)
        for name in ("first", "second")
    )
    nothing = read_nothing(folder / "second-nothing.csv", evidence.documents)
    chosen = set(zip(second["document"], second["section"], strict=True)) | set(
        zip(nothing["document"], nothing["section"], strict=True)
    )
    places = tuple(
        (document.id, place)
        for document in evidence.documents
        for place in document.places
        if (document.id, place) in chosen
    )
    strange = sorted(set(zip(first["document"], first["section"], strict=True)) - chosen)
    refuse(
        folder / "first-coding.csv",
        [f"{document}, {section}: not among the places of the second coding" for document, section in strange],
        "Take the rows out.",
    )
    settled = read_lines(folder / "settled.csv", SETTLED)
    problems = cell_problems(settled, _schema(evidence)) + _unsettled(settled, disagreements(first, second, places))
    refuse(
        folder / "settled.csv",
        problems + _not_carried_out(settled, evidence.passages, places),
        "Settle the difference here, and carry the decision out in passages.csv.",
    )
    return SecondCoding(first, second, places, settled.reset_index(drop=True))


def decided_for(settled: pd.DataFrame) -> pd.Series:
    """For each settled difference whose coding was taken: first, second, or neither.

    >>> decided_for(pd.DataFrame({"first": ["a", "a"], "second": ["b", "b"], "decided": ["b", "a; b"]})).tolist()
    ['second', 'neither']
    """
    return pd.Series(
        [
            "first" if row.decided == row.first else "second" if row.decided == row.second else "neither"
            for row in settled.itertuples()
        ],
        index=settled.index,
        dtype=str,
    )


def _schema(evidence: Evidence) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "variable": pa.Column(str, pa.Check.isin(VARIABLES, error="a column that is coded")),
            "rule": pa.Column(str, pa.Check.isin(list(evidence.codebook.rules), error="a rule of codebook.yaml")),
            "reason": pa.Column(str, pa.Check.str_length(min_value=1, error="a reason")),
        }
    )


def _unsettled(settled: pd.DataFrame, differences: pd.DataFrame) -> list[str]:
    """Differences without a decision, and decisions without a difference."""
    compared = [*KEY, "first", "second"]
    known, found = (list(table[compared].itertuples(index=False, name=None)) for table in (differences, settled))
    problems = [
        f"line {line}, column second: the two codings do not differ like this"
        for line, row in zip(settled.index, found, strict=True)
        if row not in set(known)
    ]
    return problems + [
        f"{', '.join(row[:3])}: not settled; first {row[3] or 'nothing'}, second {row[4] or 'nothing'}"
        for row in known
        if row not in set(found)
    ]


def _not_carried_out(settled: pd.DataFrame, passages: pd.DataFrame, places: Sequence[tuple[str, str]]) -> list[str]:
    coded = {variable: dict(zip(places, code_sets(passages, variable, places), strict=True)) for variable in VARIABLES}
    problems = []
    for row in settled.itertuples():
        now = coded.get(row.variable, {}).get((row.document, row.section))
        if now is not None and "; ".join(sorted(now)) != row.decided:
            problems.append(
                f"line {row.Index}, column decided: found {row.decided!r}, but passages.csv has "
                f"{'; '.join(sorted(now))!r}"
            )
    return problems
