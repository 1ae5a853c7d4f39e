"""The tables of the chapter on the evidence map, as readers see them: titles instead of codes, a few words a cell."""

import re

import pandas as pd

from pipeline.evidence.codebook import LISTS, NONE, TARGETS, EvidenceCodebook, titles
from pipeline.evidence.coder_agreement import VARIABLES
from pipeline.evidence.grades import RULES
from pipeline.evidence.matrix import evidence_matrix
from pipeline.evidence.reading import Evidence
from pipeline.evidence.second_coding import SecondCoding, decided_for
from pipeline.phrases import number

NOT_STATED = "Not stated"
VARIABLE_NAMES = {
    "feature": "Form of support",
    "mechanism": "Way it works",
    "outcome": "Outcome",
    "who": "Who is supported",
    "direction": "Direction",
    "evidence": "Kind of evidence",
    "strength": "Claims or shows",
}
PASSAGE_COLUMNS = [
    "id",
    "document",
    "place",
    "authority",
    "who",
    "feature",
    "mechanism",
    "outcome",
    "target",
    "direction",
    "evidence",
    "strength",
    "summary",
]
GAP_NAMES = {
    "feature without outcome": "Named without any outcome",
    "feature never shown for children": "Never shown to help children",
    "outcome never shown": "Outcome never shown to follow from support",
    "feature not in survey": "Not asked by the survey of 2011",
    "feature without statistic": "Measured by no published statistic",
}
BRIEF_LINES = 5


def readable(evidence: Evidence) -> pd.DataFrame:
    """All passages with titles for codes (columns PASSAGE_COLUMNS); an authority that is not named is missing."""
    codebook, passages = evidence.codebook, evidence.passages
    names = {
        column: {code: NOT_STATED if code == NONE else title for code, title in titles(getattr(codebook, key)).items()}
        for column, key in LISTS.items()
    }
    targets = {outcome.id: TARGETS.get(outcome.target, NOT_STATED) for outcome in codebook.outcomes}
    shown = passages.assign(
        **{column: passages[column].map(named) for column, named in names.items()},
        document=passages["document"].map({each.id: each.short for each in evidence.documents}),
        place=passages["section"].str[:1].str.upper() + passages["section"].str[1:],
        authority=passages["authority"].replace("", None),
        target=passages["outcome"].map(targets),
    )
    return shown[PASSAGE_COLUMNS]


def matrix_table(evidence: Evidence) -> pd.DataFrame:
    """Passages by form of support and by whom the outcome is for; in brackets those that show it. Empty: none."""
    matrix = evidence_matrix(evidence)
    cells = matrix.groupby(["feature", "target"])[["passages", "shows"]].sum()
    rows = []
    for feature, title in titles(evidence.codebook.features).items():
        row = {"feature": NOT_STATED if feature == NONE else title}
        for target in [*TARGETS, "none"]:
            here = cells.loc[(feature, target)] if (feature, target) in cells.index else None
            row[target] = (
                ""
                if here is None
                else f"{here['passages']} ({here['shows']})"
                if here["shows"]
                else str(here["passages"])
            )
        rows.append(row)
    return pd.DataFrame(rows)


def agreement_words(agreement: pd.DataFrame) -> pd.DataFrame:
    """The agreement table as printed: `variable`, `unit`, `n`, `percent`, `alpha`, `interval`."""
    return agreement.assign(
        variable=agreement["variable"].map(VARIABLE_NAMES),
        percent=100 * agreement["percent"],
        interval=_intervals(agreement),
    )


def code_words(codes: pd.DataFrame, codebook: EvidenceCodebook) -> pd.DataFrame:
    """Agreement by code as printed."""
    named = {column: titles(getattr(codebook, LISTS[column])) for column in VARIABLES}
    return codes.assign(
        title=[NOT_STATED if row.code == NONE else named[row.variable][row.code] for row in codes.itertuples()],
        variable=codes["variable"].map(VARIABLE_NAMES),
        interval=_intervals(codes),
    )


def settled_words(second: SecondCoding, evidence: Evidence) -> pd.DataFrame:
    """Differences between the coders, both codings, and how each was settled: `taken`, `decided`, `rule`, `reason`."""
    short = {document.id: document.short for document in evidence.documents}
    taken = decided_for(second.settled)
    table = second.settled.assign(
        taken=taken.map({"first": "First", "second": "Second", "neither": "Neither"}),
        document=second.settled["document"].map(short),
        variable=second.settled["variable"].map(VARIABLE_NAMES),
    )
    return table.rename(columns={"section": "place"})


def settled_counts(second: SecondCoding) -> pd.DataFrame:
    """How many differences there were by variable, and whose coding was taken: `variable`, `differences`, and a column
    for first, second and neither.
    """
    counts = pd.crosstab(second.settled["variable"], decided_for(second.settled)).reindex(
        index=VARIABLES, columns=["first", "second", "neither"], fill_value=0
    )
    counts.insert(0, "differences", counts.sum(axis=1))
    counts = counts.rename_axis(columns=None).reset_index()
    return counts.assign(variable=counts["variable"].map(VARIABLE_NAMES))


def link_words(links: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """The theory's links with titles: `source`, `target`, `passages`, `shows`."""
    names = dict(zip(nodes["node"], nodes["title"], strict=True))
    return links.assign(source=links["source"].map(names), target=links["target"].map(names))


def gap_words(gaps: pd.DataFrame) -> pd.DataFrame:
    """Gaps by kind: `kind`, `number`, `codes` (titles, the most often named first)."""
    rows = []
    for kind, name in GAP_NAMES.items():
        part = gaps[gaps["kind"] == kind].sort_values("passages", ascending=False, kind="stable")
        rows.append({"kind": name, "number": len(part), "codes": "; ".join(part["title"]) or "–"})
    return pd.DataFrame(rows)


def in_words(text: str, codebook: EvidenceCodebook) -> str:
    """A rule of the codebook with the titles of codes instead of codes such as none_stated."""
    names = {code.id: code.title.lower() for key in LISTS.values() for code in getattr(codebook, key) if "_" in code.id}
    names[NONE] = NOT_STATED.lower()
    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", lambda code: f"“{names.get(code[0], code[0])}”", text)


def rule_words() -> pd.DataFrame:
    """The rules of the grades: `rule`, `does`."""
    return pd.DataFrame([{"rule": title, "does": text} for title, text in RULES.values()])


def sure(triangulation: pd.DataFrame) -> pd.DataFrame:
    """The triangulation as printed: grades with the reason behind them."""
    return triangulation.assign(
        any=[f"{row.grade_any.capitalize()}: {row.why_any}." for row in triangulation.itertuples()],
        children=[f"{row.grade_children.capitalize()}: {row.why_children}." for row in triangulation.itertuples()],
    )


def brief_grades(triangulation: pd.DataFrame) -> pd.DataFrame:
    """The forms of support that most passages show, with their grades; at most five, for the brief."""
    order = triangulation.sort_values(["shows", "shows_children", "passages"], ascending=False, kind="stable")
    return order.head(BRIEF_LINES).assign(
        grade_any=order["grade_any"].str.capitalize(), grade_children=order["grade_children"].str.capitalize()
    )


def _intervals(table: pd.DataFrame) -> list[str]:
    return [
        "–" if pd.isna(row.low) else f"{number(row.low, '{:.2f}')} to {number(row.high, '{:.2f}')}"
        for row in table.itertuples()
    ]
