"""Figures in the documents that no published data can be held against; the others are entries of the claims files."""

from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from pipeline.evidence.reading import FIX, FOLDER, Evidence, unknown_places
from pipeline.files import project_root
from pipeline.inputs.csv_tables import cell_problems, read_lines, refuse

COLUMNS = ["document", "section", "figure", "states", "why"]


def read_figures(evidence: Evidence, path: Path | None = None) -> pd.DataFrame:
    """Read figures.csv: `document`, `section`, the `figure` as printed (lower case), what it `states`, and `why` it is
    no entry of a claims file. DataError names lines and columns at fault.

    >>> from pipeline.evidence.reading import read_evidence
    >>> list(read_figures(read_evidence()).columns)
    ['document', 'section', 'figure', 'states', 'why']
    """
    path = path or project_root() / FOLDER / "figures.csv"
    table = read_lines(path, COLUMNS)
    schema = pa.DataFrameSchema(
        {column: pa.Column(str, pa.Check.str_length(min_value=1, error="a text")) for column in COLUMNS}
    )
    double = table.index[table.duplicated(COLUMNS[:3])]
    refuse(
        path,
        cell_problems(table, schema)
        + unknown_places(table, evidence.documents)
        + [
            f"line {line}, column figure: found {table.loc[line, 'figure']!r}, expected each only once in a place"
            for line in double
        ],
        FIX,
    )
    return table.reset_index(drop=True)
