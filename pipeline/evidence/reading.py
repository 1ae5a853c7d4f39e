"""The evidence map as it was coded, read and checked whole: documents, codebook, passages, places that hold none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from pipeline.authorities.panel.indicators import read_indicators
from pipeline.evidence.codebook import LISTS, NONE, EvidenceCodebook, read_evidence_codebook
from pipeline.evidence.documents import Document, read_documents
from pipeline.files import project_root
from pipeline.inputs.csv_tables import cell_problems, read_lines, refuse
from pipeline.surveys.codebook import Codebook as SurveyCodebook
from pipeline.surveys.codebook import read_codebook

FOLDER = Path("data/raw/evidence")
COLUMNS = [
    "id",
    "document",
    "section",
    "authority",
    "who",
    "feature",
    "mechanism",
    "outcome",
    "direction",
    "evidence",
    "strength",
    "summary",
]
SUMMARY_WORDS = 30
INSPECTIONS = "inspections"  # judgements of inspectors, which chapter 7 models beside the indicators
NOBODY = ("families", NONE)  # who a passage without support is about
FIX = "Correct the rows; codebook.yaml and documents.yaml say what they can hold."


@dataclass(frozen=True)
class Evidence:
    """What was coded. `passages` has the columns of passages.csv; `nothing` has document, section and why.

    Both stand in reading order, their texts stripped, with a plain index.
    """

    codebook: EvidenceCodebook
    documents: tuple[Document, ...]
    passages: pd.DataFrame
    nothing: pd.DataFrame


def read_evidence(
    folder: Path | None = None, survey: SurveyCodebook | None = None, indicators: Iterable[str] | None = None
) -> Evidence:
    """Read the folder of the evidence map, the project's own if none is given, and check it as a whole.

    `survey` and `indicators` are what the codebook maps to; the project's own, if not given. Raises CodebookError or
    DataError, with all problems of a file by line and column, for unknown codes, documents or places, ids that stand
    twice, summaries of more than 30 words, codes that contradict each other, and places with neither a passage nor a
    reason.

    >>> evidence = read_evidence()
    >>> len(evidence.documents), evidence.passages["document"].nunique()
    (5, 5)
    """
    root = project_root()
    folder = folder or root / FOLDER
    survey = survey or read_codebook(root / "data" / "raw" / "surveys" / "ofsted-2011" / "survey.yaml")
    measured = indicators if indicators is not None else [indicator.id for indicator in read_indicators()]
    codebook = read_evidence_codebook(folder / "codebook.yaml", survey, [*measured, INSPECTIONS])
    documents = read_documents(folder / "documents.yaml")
    passages = read_passages(folder / "passages.csv", codebook, documents)
    nothing = read_nothing(folder / "nothing.csv", documents)
    _refuse_gaps(folder / "nothing.csv", documents, passages, nothing)
    return Evidence(codebook, documents, passages, nothing)


def read_passages(path: Path, codebook: EvidenceCodebook, documents: Sequence[Document]) -> pd.DataFrame:
    """Read coded passages (columns COLUMNS); DataError names every cell at fault by its line and column."""
    table = read_lines(path, COLUMNS)
    schema = pa.DataFrameSchema(
        {
            "id": pa.Column(
                str,
                pa.Check.str_matches(
                    r"^[a-z0-9]+(-[a-z0-9]+)*$", error="lower-case words and numbers joined by hyphens"
                ),
                unique=True,
                report_duplicates="exclude_first",
            ),
            **{
                column: pa.Column(str, pa.Check.isin(codebook.codes(column), error=f"a code of {key} in codebook.yaml"))
                for column, key in LISTS.items()
            },
            "summary": pa.Column(
                str,
                pa.Check(
                    lambda text: 0 < len(text.split()) <= SUMMARY_WORDS,
                    element_wise=True,
                    error=f"1 to {SUMMARY_WORDS} words",
                ),
            ),
        }
    )
    problems = cell_problems(table, schema) + unknown_places(table, documents) + _contradictions(table)
    refuse(path, problems, FIX)
    return table.reset_index(drop=True)


def read_nothing(path: Path, documents: Sequence[Document]) -> pd.DataFrame:
    """Read the places that hold nothing to code, with the reason; DataError names lines and columns at fault."""
    table = read_lines(path, ["document", "section", "why"])
    schema = pa.DataFrameSchema({"why": pa.Column(str, pa.Check.str_length(min_value=1, error="a reason"))})
    double = table.index[table.duplicated(["document", "section"])]
    refuse(
        path,
        cell_problems(table, schema)
        + unknown_places(table, documents)
        + [
            f"line {line}, column section: found {table.loc[line, 'section']!r}, expected each only once"
            for line in double
        ],
        FIX,
    )
    return table.reset_index(drop=True)


def uncoded(documents: Sequence[Document], passages: pd.DataFrame, nothing: pd.DataFrame) -> list[tuple[str, str]]:
    """The places (document, section) with neither a passage nor a reason why there is none, in reading order."""
    seen = set(zip(passages["document"], passages["section"], strict=True)) | set(
        zip(nothing["document"], nothing["section"], strict=True)
    )
    places = [(document.id, place) for document in documents for place in document.places]
    return [place for place in places if place not in seen]


def unknown_places(table: pd.DataFrame, documents: Sequence[Document]) -> list[str]:
    """Rows (columns document, section) whose place a document does not have, or whose document is unknown, by line."""
    places = {document.id: set(document.places) for document in documents}
    problems = []
    for row in table.itertuples():
        if row.document not in places:
            problems.append(
                f"line {row.Index}, column document: found {row.document!r}, expected a document of documents.yaml"
            )
        elif row.section not in places[row.document]:
            problems.append(
                f"line {row.Index}, column section: found {row.section!r}, expected a place of "
                f"{row.document} in documents.yaml"
            )
    return problems


def _refuse_gaps(path: Path, documents: Sequence[Document], passages: pd.DataFrame, nothing: pd.DataFrame) -> None:
    coded = set(zip(passages["document"], passages["section"], strict=True))
    both = [place for place in zip(nothing["document"], nothing["section"], strict=True) if place in coded]
    refuse(
        path,
        [f"{document}, {section}: has passages, so it does not hold nothing" for document, section in both]
        + [
            f"{document}, {section}: neither a passage nor a reason why there is none"
            for document, section in uncoded(documents, passages, nothing)
        ],
        "Code the place in passages.csv, or list it here with the reason.",
    )


def _contradictions(table: pd.DataFrame) -> list[str]:
    """Codes of one row that cannot stand together, by line and column."""
    no_outcome, no_direction = table["outcome"] == NONE, table["direction"] == "not_stated"
    shown, reader = table["strength"] == "shows", table["section"].str.contains("reader comment")
    nobody, unsupported = table["who"].isin(NOBODY), table["feature"] == NONE
    rules = {
        ("direction", "not_stated, as no outcome is stated"): no_outcome & ~no_direction,
        ("strength", "claims, as no outcome is stated"): no_outcome & shown,
        ("strength", "claims, as an outcome without direction cannot be shown"): ~no_outcome & no_direction & shown,
        ("direction", "not_stated, as a description says nothing on effects"): (table["evidence"] == "description")
        & ~no_direction,
        ("strength", "claims, as an opinion shows nothing"): (table["evidence"] == "opinion") & shown,
        ("evidence", "opinion, as a reader speaks"): reader & (table["evidence"] != "opinion"),
        ("who", "somebody who is supported, as a feature is named"): nobody & ~unsupported,
        ("who", f"{' or '.join(NOBODY)}, as no feature is named"): ~nobody & unsupported,
    }
    found = [
        (line, f"line {line}, column {column}: found {table.loc[line, column]!r}, expected {expected}")
        for (column, expected), broken in rules.items()
        for line in table.index[broken]
    ]
    return [problem for _, problem in sorted(found)]
