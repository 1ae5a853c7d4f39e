"""The exercises of chapter 5: passages that claim and passages that show, and what a grade allows to be said."""

import pandas as pd

from pipeline.evidence.codebook import NONE
from pipeline.evidence.grades import GRADES
from pipeline.evidence.reading import Evidence
from pipeline.exercises.checking import Exercise, Mistake, letters

FEATURE = "manageable_caseloads"
SHOWS = "shows"


def exercises(evidence: Evidence, lines: pd.DataFrame) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on the coded passages (`read_evidence`) and the three lines of evidence (`triangulation`)."""
    return _looking_up(evidence.passages), _working_out(evidence), _judging(evidence, lines)


def _looking_up(passages: pd.DataFrame) -> Exercise:
    def count(feature: str | None = FEATURE, strength: str | None = SHOWS) -> int:
        chosen = passages["feature"].eq(feature) | (feature is None)
        return int((chosen & (passages["strength"].eq(strength) | (strength is None))).sum())

    return Exercise(
        "5.1",
        count,
        unit="passages",
        explanation="So most passages on caseloads only claim what they say. The chapter counts the few that show it.",
        hints=(
            "Two columns of `evidence.passages` have to hold at the same time: `feature` and `strength`.",
            f"The code of the form of support is `{FEATURE}`. Join two conditions with `&`, each in brackets.",
        ),
        mistakes=(
            Mistake(lambda: count(strength=None), "Those are all passages on caseloads. Which of them *show* it?"),
            Mistake(
                lambda: count(strength="claims"), "Those only *claim* what they say: the other code of `strength`."
            ),
            Mistake(
                lambda: count(feature=None), "Those are passages on any form of support. Take the ones on caseloads."
            ),
        ),
    )


def _working_out(evidence: Evidence) -> Exercise:
    passages = evidence.passages
    named = passages["feature"] != NONE

    def share(target: str = "children", of: pd.Series = named) -> float:
        chosen = of & passages["outcome"].isin(list(evidence.codebook.outcomes_for(target)))
        return 100 * float((passages.loc[chosen, "strength"] == SHOWS).mean())

    def of_all_that_show() -> float:
        shown = passages[named & (passages["strength"] == SHOWS)]
        return 100 * float(shown["outcome"].isin(list(evidence.codebook.outcomes_for("children"))).mean())

    return Exercise(
        "5.2",
        share,
        unit="per cent",
        tolerance=0.5,
        explanation="It is a share of passages, not of children: it says how well the documents bear out what they say "
        "about children. It does not say how many children were helped.",
        hints=(
            "First choose the passages that name a form of support and have an outcome for children; then ask which "
            "share of these shows it.",
            '`evidence.codebook.outcomes_for("children")` lists the codes of outcomes for children; use it with '
            f"`.isin(...)`. A passage without a form of support has the code `{NONE}` in `feature`.",
            "The mean of a column of True and False is the share of True; times 100, it is per cent.",
        ),
        mistakes=(
            Mistake(lambda: share(of=named | True), "Passages that name no form of support are still among them."),
            Mistake(
                lambda: share("staff"),
                "That is the share for outcomes of staff. How staff fare is a step on the "
                "thread, but the question is about children.",
            ),
            Mistake(
                of_all_that_show,
                "You divided by all passages that show something. The question starts from those "
                "about children: they are the whole.",
            ),
        ),
    )


def _judging(evidence: Evidence, lines: pd.DataFrame) -> Exercise:
    def said_to_help() -> set[str]:
        passages = evidence.passages
        about = passages["outcome"].isin(list(evidence.codebook.outcomes_for("children")))
        return set(passages.loc[about & (passages["direction"] == "better"), "feature"])

    def sentences() -> dict[str, bool]:
        children, every = (lines[grades] != GRADES[0] for grades in ("grade_children", "grade_any"))
        rules = lines["rules_any"] + ", " + lines["rules_children"]
        return {
            "a": bool(children.any()),
            "b": int(every.sum()) > int(children.sum()),
            "c": not said_to_help() & set(lines.loc[~children, "feature"]),
            "d": not rules.str.contains("survey").any(),
        }

    return Exercise(
        "5.3",
        lambda: letters(sentences()),
        unit="letters",
        explanation="What is known of staff and of practice is one thing, what is known of children another, and the "
        "thread from one to the other is mostly said and seldom shown. A very low grade is a gap in what "
        "is known. It does not say that a form of support does not help.",
        hints=(
            "Look at `lines`: one row a form of support, with a grade for any outcome and one for children, and the "
            "rules that made each.",
            'For a and b: `lines["grade_children"].value_counts()`, and the same for `grade_any`. For d: does any '
            "list of rules name the survey?",
            'For c: choose the passages with an outcome for children and the direction "better". Is any of their '
            "forms of support among those with a very low grade for children?",
        ),
        mistakes=(
            Mistake(lambda: "a", "Look at a again: which grades are there at all in `grade_children`?"),
            Mistake(
                lambda: "b",
                "Look at b again: in how many rows is `grade_any` better than very low, and in how "
                "many `grade_children`?",
            ),
            Mistake(
                lambda: "c",
                "Look at c again: a very low grade does not mean that nobody says it. What is only "
                "claimed does not count, however often it is said.",
            ),
            Mistake(
                lambda: "d",
                "Look at d again: the columns `rules_any` and `rules_children` name every rule that made a grade.",
            ),
        ),
    )
