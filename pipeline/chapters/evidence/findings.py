"""What the chapter on the evidence map finds, as values for the reports and for its wordings."""

import pandas as pd

from pipeline.chapters.evidence import tables
from pipeline.chapters.evidence.sections import Chapter
from pipeline.evidence.codebook import NONE
from pipeline.evidence.grades import GRADES, NO_STATISTIC, NOT_DOWNLOADED
from pipeline.evidence.reading import Evidence
from pipeline.evidence.triangulation import places_for_children
from pipeline.markdown import Markdown
from pipeline.passages import passage, wording

PLAIN = ("selection", "survey-limit", "limits")  # passages that hold no value


def totals(page: Chapter) -> None:
    """Counts of places and passages as values, and the passages that need nothing else."""
    told, shown = _told(page.evidence), _shown_for_children(page.evidence)
    for name, number in (_counts(page, told) | _shown_counts(page, shown)).items():
        page.publish.value(f"evidence.{name}", number, "{:,}")
    most = told["feature"].value_counts().idxmax()
    page.publish.value("evidence.most_named.feature", page.features[most])
    texts = {name: passage(f"evidence/{name}") for name in PLAIN} | {
        "question": _question(page),
        "finding": passage("evidence/finding", **_finding(page, told, shown)),
    }
    for name, text in texts.items():
        page.publish.passage(f"evidence-{name}", text)


def triangulate(page: Chapter, triangulation: pd.DataFrame) -> pd.DataFrame:
    """The three lines of evidence beside each other, the grades and their rules."""
    shown, publish = tables.sure(triangulation), page.publish
    publish.table(
        "evidence-triangulation",
        shown,
        wording("evidence/triangulation-caption"),
        headings={
            "title": "Form of support",
            "survey": "Survey of 2011",
            "cases": "Documents",
            "statistics": "Statistics",
            "any": "Helps anybody",
            "children": "Helps children",
        },
        widths=[13, 18, 18, 17, 18, 16],
        data=triangulation,
    )
    publish.table(
        "evidence-grades",
        tables.brief_grades(triangulation),
        wording("evidence/grades-caption"),
        headings={
            "title": "Form of support",
            "shows": "Passages that show",
            "shows_children": "for children",
            "grade_any": "Helps",
            "grade_children": "Helps children",
        },
        widths=[34, 18, 12, 12, 16],
        data=triangulation,
    )
    publish.table(
        "evidence-grade-rules",
        tables.rule_words(),
        "The rules of the grades.",
        headings={"rule": "What counts", "does": "What it does"},
        widths=[20, 80],
    )
    for name in ("any", "children"):
        counts = triangulation[f"grade_{name}"].value_counts()
        for each in GRADES:
            publish.value(f"evidence.grade_{name}.{each.replace(' ', '_')}", int(counts.get(each, 0)))
    publish.passage("evidence-statistics", _statistics(triangulation))
    return shown[["title", "survey", "cases", "statistics", "any", "children"]]


def _told(evidence: Evidence) -> pd.DataFrame:
    """Passages that name a support and an outcome."""
    passages = evidence.passages
    return passages[(passages["feature"] != NONE) & (passages["outcome"] != NONE)]


def _shown_for_children(evidence: Evidence) -> pd.DataFrame:
    """Passages that show a better outcome for children, with or without a support."""
    passages = evidence.passages
    return passages[
        passages["outcome"].isin(evidence.codebook.outcomes_for("children"))
        & (passages["strength"] == "shows")
        & (passages["direction"] == "better")
    ]


def _counts(page: Chapter, told: pd.DataFrame) -> dict[str, int]:
    evidence, passages = page.evidence, page.evidence.passages
    strengths, directions = passages["strength"].value_counts(), told["direction"].value_counts()
    return {
        "documents.total": len(evidence.documents),
        "features": len(page.features),
        "mechanisms": len(evidence.codebook.mechanisms) - 1,
        "outcomes": len(evidence.codebook.outcomes) - 1,
        "sections.total": sum(len(document.sections) for document in evidence.documents),
        "sections.coded": len(passages[["document", "section"]].drop_duplicates()),
        "sections.nothing": len(evidence.nothing),
        "passages.total": len(passages),
        "shows": int(strengths.get("shows", 0)),
        "claims": int(strengths.get("claims", 0)),
        "with_outcome": int((passages["outcome"] != NONE).sum()),
        "with_feature_and_outcome": len(told),
        "shows_with_both": int((told["strength"] == "shows").sum()),
        "authorities": len({each for names in passages["authority"] for each in names.split("; ") if each}),
        "most_named.passages": int(told["feature"].value_counts().max()),
        **{f"passages.{_key(document)}": int((passages["document"] == document).sum()) for document in page.documents},
        **{f"direction.{each}": int(directions.get(each, 0)) for each in ("better", "worse", "mixed", "none")},
    }


def _shown_counts(page: Chapter, shown: pd.DataFrame) -> dict[str, int]:
    supported = shown[shown["feature"] != NONE]
    places = len(supported[["document", "section"]].drop_duplicates())
    return {
        "shows_children.total": len(supported),
        "shows_children.places": places,
        "shows_children_any_feature": len(shown),
        **{
            f"shows_children.{_key(document)}": int((supported["document"] == document).sum())
            for document in page.documents
        },
    }


def _question(page: Chapter) -> Markdown:
    first, last = (page.evidence.documents[end].date[:4] for end in (0, -1))
    return passage("evidence/question", documents=len(page.documents), first_year=int(first), last_year=int(last))


def _finding(page: Chapter, told: pd.DataFrame, shown: pd.DataFrame) -> dict[str, object]:
    directed = told[told["direction"] != "not_stated"]
    supported = shown[shown["feature"] != NONE]
    better = told[(told["strength"] == "shows") & (told["direction"] == "better")]
    codebook, first = page.evidence.codebook, page.evidence.documents[0]
    near = better["outcome"].isin([*codebook.outcomes_for("staff"), *codebook.outcomes_for("practice")])
    return {
        "passages": len(page.evidence.passages),
        "told": len(told),
        "better_share": (directed["direction"] == "better").mean(),
        "show_better": len(better),
        "near_staff": near.sum(),
        "for_children": len(supported),
        "in_first": (supported["document"] == first.id).sum(),
        "first_year": int(first.date[:4]),
        "places": len(supported[["document", "section"]].drop_duplicates()),
        "most_places": places_for_children(page.evidence).max(),
    }


def _statistics(triangulation: pd.DataFrame) -> Markdown:
    measured = triangulation[triangulation["statistic"] != NO_STATISTIC]
    there = measured.loc[measured["statistic"] != NOT_DOWNLOADED, "statistic"]
    verdicts = measured["statistic"].value_counts() if len(there) else {}
    return passage(
        "evidence/statistics",
        measured=len(measured),
        features=len(triangulation),
        verdicts=[{"verdict": verdict, "features": number} for verdict, number in verdicts.items()],
    )


def _key(document: str) -> str:
    return document.replace("-", "_")
