"""The evidence matrix, what each document says of each form of support, and what is missing."""

from collections.abc import Iterable

import pandas as pd

from pipeline.evidence.codebook import NONE, EvidenceCodebook
from pipeline.evidence.reading import Evidence

DIRECTIONS = ["better", "worse", "mixed", "none", "not_stated"]
COUNTS = ["passages", "claims", "shows", *DIRECTIONS]
SAYS = {"better": "better", "worse": "worse", "mixed": "differs", "none": "no change"}


def evidence_matrix(evidence: Evidence) -> pd.DataFrame:
    """Passages for each pair of support and outcome that occurs, in the codebook's order.

    `feature`, `outcome`, `target` (for whom), `passages`, of those `claims` and `shows`, and how many have each
    direction. Pairs with `none_stated` are in it: passages that name no support, or no outcome.
    """
    codebook = evidence.codebook
    counted = _counted(evidence.passages, ["feature", "outcome"])
    target = {outcome.id: outcome.target for outcome in codebook.outcomes}
    counted.insert(2, "target", counted["outcome"].map(target))
    return _in_order(counted, codebook, ["feature", "outcome"])


def matrix_by_kind(evidence: Evidence) -> pd.DataFrame:
    """The matrix by kind of evidence: `feature`, `outcome`, `evidence`, `strength`, `passages`."""
    keys = ["feature", "outcome", "evidence", "strength"]
    counted = evidence.passages.groupby(keys, as_index=False).size().rename(columns={"size": "passages"})
    return _in_order(counted, evidence.codebook, keys)


def by_document(evidence: Evidence) -> pd.DataFrame:
    """What each document says of each feature: `feature`, `document`, `passages`, `shows`, counts by direction, `says`.

    `says` is better, worse, or no change where all passages with a direction say so; differs where they do not, or
    where one is mixed; named where the feature stands without a result; silent where it does not stand at all.
    """
    features = [feature.id for feature in evidence.codebook.features if feature.id != NONE]
    documents = [document.id for document in evidence.documents]
    counted = _counted(evidence.passages, ["feature", "document"]).set_index(["feature", "document"])
    pairs = pd.MultiIndex.from_product([features, documents], names=["feature", "document"])
    table = counted.reindex(pairs, fill_value=0).reset_index().drop(columns="claims")
    table["says"] = [_says(row) for row in table.to_dict("records")]
    return table


def documents_agree(documents: pd.DataFrame) -> pd.DataFrame:
    """Whether documents agree on a feature, from the table of `by_document`.

    `feature`, `documents` (that name it), `with_result` (that state a result), `better_in`, `silent_in` (numbers of
    documents), `verdict`: agree (two or more state a result, all the same), differ (two or more do, not all the same,
    or one differs within itself), one document (only one states a result), no result.
    """
    rows = []
    for feature, part in documents.groupby("feature", sort=False):
        said = [each for each in part["says"] if each not in ("silent", "named")]
        if not said:
            verdict = "no result"
        elif len(said) == 1:
            verdict = "one document"
        else:
            verdict = "differ" if len(set(said)) > 1 or "differs" in said else "agree"
        rows.append(
            {
                "feature": feature,
                "documents": int((part["says"] != "silent").sum()),
                "with_result": len(said),
                "better_in": said.count("better"),
                "silent_in": int((part["says"] == "silent").sum()),
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows)


def gaps(evidence: Evidence) -> pd.DataFrame:
    """What is missing: `kind`, `code`, `title`, `passages`, `shows` (of the code as a whole).

    Features of which no passage states an outcome; features never shown to have made anything better for children;
    outcomes never shown to follow from a support; features that the survey does not ask about; features that no
    published statistic measures.
    """
    passages, codebook = evidence.passages, evidence.codebook
    shown = passages[
        (passages["strength"] == "shows") & (passages["direction"] == "better") & (passages["feature"] != NONE)
    ]
    for_children = shown[shown["outcome"].isin(codebook.outcomes_for("children"))]
    with_outcome = set(passages.loc[passages["outcome"] != NONE, "feature"])
    features = [feature for feature in codebook.features if feature.id != NONE]
    outcomes = [outcome for outcome in codebook.outcomes if outcome.id != NONE]
    missing = {
        "feature without outcome": [each for each in features if each.id not in with_outcome],
        "feature never shown for children": [each for each in features if each.id not in set(for_children["feature"])],
        "outcome never shown": [each for each in outcomes if each.id not in set(shown["outcome"])],
        "feature not in survey": [each for each in features if not each.survey_items],
        "feature without statistic": [each for each in features if not each.indicators],
    }
    rows = []
    for kind, codes in missing.items():
        for code in codes:
            part = passages[passages["outcome" if kind.startswith("outcome") else "feature"] == code.id]
            rows.append(
                {
                    "kind": kind,
                    "code": code.id,
                    "title": code.title,
                    "passages": len(part),
                    "shows": int((part["strength"] == "shows").sum()),
                }
            )
    return pd.DataFrame(rows, columns=["kind", "code", "title", "passages", "shows"])


def _counted(passages: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Passages by `keys`, with a column for each strength and direction."""
    marks = {each: (passages["strength"] == each).astype(int) for each in ("claims", "shows")}
    marks |= {each: (passages["direction"] == each).astype(int) for each in DIRECTIONS}
    return passages[keys].assign(passages=1, **marks).groupby(keys, as_index=False)[COUNTS].sum()


def _says(row: dict[str, object]) -> str:
    if not row["passages"]:
        return "silent"
    directed = [each for each in SAYS if row[each]]
    if not directed:
        return "named"
    return SAYS[directed[0]] if len(directed) == 1 else "differs"


def _in_order(table: pd.DataFrame, codebook: EvidenceCodebook, columns: Iterable[str]) -> pd.DataFrame:
    """Rows in the order of the codebook's lists."""
    ranks = {column: {code: rank for rank, code in enumerate(codebook.codes(column))} for column in columns}
    return table.sort_values(list(ranks), key=lambda column: column.map(ranks[column.name])).reset_index(drop=True)
