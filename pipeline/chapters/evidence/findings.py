"""What the chapter on the evidence map finds, in words and as values for the reports."""

import pandas as pd

from pipeline.chapters.evidence import tables as tables
from pipeline.chapters.evidence.sections import Chapter
from pipeline.evidence.codebook import NONE
from pipeline.evidence.grades import GRADES, NO_STATISTIC, NOT_DOWNLOADED
from pipeline.evidence.reading import Evidence
from pipeline.evidence.triangulation import places_for_children
from pipeline.markdown import own

SELECTION = (
    "**The cases were chosen because they went well.** The authorities of the report of 2012 were picked for good "
    "performance, and each was asked for children for whom things had improved. Where the later documents look at "
    "places, these too do well or got better. Such cases can show *how* support may work. They cannot show that it "
    "works more often than not, since nobody looked at places that gave the same support and fared worse.")
SURVEY_LIMIT = (
    "**What the survey adds is how many feel supported, not whether that helps.** Only percentages of each statement "
    "are published. How two answers of one person go together is not identified (notebook 4), so the survey moves no "
    "grade.")
LIMITS = """\
- A passage is what a document says, not an independent observation: one finding told in the summary, the key findings
  and the text counts three times. Grades therefore count places that *show* something.
- The four shorter documents are a commentary and articles. What they pass on from studies is counted as claimed.
- *Shows* means that the passage itself gives ground for the link. It does not mean that the cause is proved.
- Both codings followed written rules (the second an earlier wording of some of them) and were made apart from each other,
  but by a language model of one kind that read the whole text; people, or coders who come from elsewhere, may agree
  less. What was learned was carried out in the places that both coded; elsewhere only the rule on mechanisms that say
  the same again was.
- The grades are ours, with rules that stand in a table; other rules give other grades."""


def totals(page: Chapter) -> None:
    """Counts of places and passages as values, and the passages that need nothing else."""
    told, shown = _told(page.evidence), _shown_for_children(page.evidence)
    for name, number in (_counts(page, told) | _shown_counts(page, shown)).items():
        page.publish.value(f"evidence.{name}", number, "{:,}")
    most = told["feature"].value_counts().idxmax()
    page.publish.value("evidence.most_named.feature", page.features[most])
    texts = {"question": _question(page), "finding": _finding(page, told, shown), "selection": SELECTION,
             "survey-limit": SURVEY_LIMIT, "limits": LIMITS}
    for name, text in texts.items():
        page.publish.passage(f"evidence-{name}", own(text))


def triangulate(page: Chapter, triangulation: pd.DataFrame) -> pd.DataFrame:
    """The three lines of evidence beside each other, the grades and their rules."""
    shown, publish = tables.sure(triangulation), page.publish
    publish.table(
        "evidence-triangulation", shown,
        "What the survey, the documents and the statistics say of each form of support, and how sure one can be that "
        "it makes anything better (for staff, practice, parents, children or services), and that it makes things "
        "better for children.",
        headings={"title": "Form of support", "survey": "Survey of 2011", "cases": "Documents",
                  "statistics": "Statistics", "any": "Helps anybody", "children": "Helps children"},
        widths=[13, 18, 18, 17, 18, 16], data=triangulation)
    publish.table(
        "evidence-grades", tables.brief_grades(triangulation),
        "How sure one can be: the forms of support that most passages show.",
        headings={"title": "Form of support", "shows": "Passages that show", "shows_children": "for children",
                  "grade_any": "Helps", "grade_children": "Helps children"},
        widths=[34, 18, 12, 12, 16], data=triangulation)
    publish.table("evidence-grade-rules", tables.rule_words(), "The rules of the grades.",
                  headings={"rule": "What counts", "does": "What it does"}, widths=[20, 80])
    for name in ("any", "children"):
        counts = triangulation[f"grade_{name}"].value_counts()
        for each in GRADES:
            publish.value(f"evidence.grade_{name}.{each.replace(' ', '_')}", int(counts.get(each, 0)))
    publish.passage("evidence-statistics", own(_statistics(triangulation)))
    return shown[["title", "survey", "cases", "statistics", "any", "children"]]


def _told(evidence: Evidence) -> pd.DataFrame:
    """Passages that name a support and an outcome."""
    passages = evidence.passages
    return passages[(passages["feature"] != NONE) & (passages["outcome"] != NONE)]


def _shown_for_children(evidence: Evidence) -> pd.DataFrame:
    """Passages that show a better outcome for children, with or without a support."""
    passages = evidence.passages
    return passages[passages["outcome"].isin(evidence.codebook.outcomes_for("children"))
                    & (passages["strength"] == "shows") & (passages["direction"] == "better")]


def _counts(page: Chapter, told: pd.DataFrame) -> dict[str, int]:
    evidence, passages = page.evidence, page.evidence.passages
    strengths, directions = passages["strength"].value_counts(), told["direction"].value_counts()
    return {
        "documents.total": len(evidence.documents), "features": len(page.features),
        "mechanisms": len(evidence.codebook.mechanisms) - 1, "outcomes": len(evidence.codebook.outcomes) - 1,
        "sections.total": sum(len(document.sections) for document in evidence.documents),
        "sections.coded": len(passages[["document", "section"]].drop_duplicates()),
        "sections.nothing": len(evidence.nothing),
        "passages.total": len(passages), "shows": int(strengths.get("shows", 0)),
        "claims": int(strengths.get("claims", 0)),
        "with_outcome": int((passages["outcome"] != NONE).sum()), "with_feature_and_outcome": len(told),
        "shows_with_both": int((told["strength"] == "shows").sum()),
        "authorities": len({each for names in passages["authority"] for each in names.split("; ") if each}),
        "most_named.passages": int(told["feature"].value_counts().max()),
        **{f"passages.{_key(document)}": int((passages["document"] == document).sum()) for document in page.documents},
        **{f"direction.{each}": int(directions.get(each, 0)) for each in ("better", "worse", "mixed", "none")}}


def _shown_counts(page: Chapter, shown: pd.DataFrame) -> dict[str, int]:
    supported = shown[shown["feature"] != NONE]
    places = len(supported[["document", "section"]].drop_duplicates())
    return {"shows_children.total": len(supported), "shows_children.places": places,
            "shows_children_any_feature": len(shown),
            **{f"shows_children.{_key(document)}": int((supported["document"] == document).sum())
               for document in page.documents}}


def _question(page: Chapter) -> str:
    first, last = (page.evidence.documents[end].date[:4] for end in (0, -1))
    return (f"{len(page.documents)} documents, from {first} to {last}, are about support for social workers and what "
            "it does for children. Which forms of support do they describe, who says so, and what followed: for staff, "
            "for practice, for parents, for children?")


def _finding(page: Chapter, told: pd.DataFrame, shown: pd.DataFrame) -> str:
    directed = told[told["direction"] != "not_stated"]
    supported = shown[shown["feature"] != NONE]
    better = told[(told["strength"] == "shows") & (told["direction"] == "better")]
    codebook, first = page.evidence.codebook, page.evidence.documents[0]
    near = better["outcome"].isin([*codebook.outcomes_for("staff"), *codebook.outcomes_for("practice")]).sum()
    text = (f"Of {len(page.evidence.passages)} passages, {len(told)} name a form of support and an outcome. Where they "
            f"give a direction, {(directed['direction'] == 'better').mean():.0%} say that things got better. Far fewer "
            f"*show* it: {len(better)} passages, {near} of them on staff and their practice. **Only "
            f"{len(supported)} passages show that a named form of support was followed by something better for "
            f"children**, {(supported['document'] == first.id).sum()} of them in the report of {first.date[:4]}. They "
            f"come from {len(supported[['document', 'section']].drop_duplicates())} places.")
    places = places_for_children(page.evidence)
    if places.empty:
        return text
    most = "one place" if places.max() == 1 else f"{places.max()} places"
    return f"{text} No form of support is shown to help children in more than {most}."


def _statistics(triangulation: pd.DataFrame) -> str:
    measured = triangulation[triangulation["statistic"] != NO_STATISTIC]
    start = (f"Published statistics measure {len(measured)} of {len(triangulation)} forms of support, and each only "
             "from afar: vacancies, turnover, agency work, caseloads and absence follow from much besides support.")
    if (measured["statistic"] == NOT_DOWNLOADED).all():
        return (f"{start} They have not been downloaded here, so they move no grade: `golden-thread authorities "
                "fetch`, then run the pipeline again.")
    counts = measured["statistic"].value_counts()
    found = "; ".join(f"{verdict}, for {number}" for verdict, number in counts.items())
    return f"{start} In notebook 7: {found}."


def _key(document: str) -> str:
    return document.replace("-", "_")
