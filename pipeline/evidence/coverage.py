"""How much of each document was coded, and what came of it."""

import pandas as pd

from pipeline.evidence.reading import Evidence

ALL = "all"


def coverage(evidence: Evidence) -> pd.DataFrame:
    """One row a document in the order of their dates, and one for all of them.

    `document`, `title`, `date`, `kind`, `sample`, and the numbers of `sections` in it, of those `coded` and of those
    with `nothing` to code, of `passages`, and of passages that show what they say (`shows`).

    >>> from pipeline.evidence.reading import read_evidence
    >>> table = coverage(read_evidence())
    >>> bool((table["sections"] == table["coded"] + table["nothing"]).all())
    True
    """
    rows = []
    for document in evidence.documents:
        passages = evidence.passages[evidence.passages["document"] == document.id]
        rows.append(
            {
                "document": document.id,
                "title": document.short,
                "date": document.date,
                "kind": document.kind,
                "sample": document.sample,
                "sections": len(document.sections),
                "coded": passages["section"].nunique(),
                "nothing": int((evidence.nothing["document"] == document.id).sum()),
                "passages": len(passages),
                "shows": int((passages["strength"] == "shows").sum()),
            }
        )
    table = pd.DataFrame(rows)
    numbers = table[["sections", "coded", "nothing", "passages", "shows"]].sum()
    total = {"document": ALL, "title": "All documents", "date": "", "kind": "", "sample": "", **numbers}
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True)
