"""Three lines of evidence on each form of support: what the survey, the documents and the statistics say."""

from collections.abc import Sequence

import pandas as pd

from pipeline.authorities.panel.indicators import Indicator
from pipeline.evidence.codebook import NONE, Feature
from pipeline.evidence.grades import (
    AGREES,
    CONTRADICTS,
    MIXED,
    NO_STATISTIC,
    NOT_DOWNLOADED,
    UNCLEAR,
    Lines,
    grade,
    reason,
)
from pipeline.evidence.reading import Evidence
from pipeline.numerals import printed
from pipeline.phrases import counted, lower_first

CLEAR = 0.05  # the adjusted p-value below which a gap or an association counts
NOT_ASKED = "The survey has no statement on it."
NO_INDICATOR = "No published statistic measures it."
NO_DATA = "The statistics that measure it ({}) have not been downloaded here."


def survey_line(feature: Feature, shares: pd.DataFrame, gaps: pd.DataFrame, groups: Sequence[str]) -> dict[str, object]:
    """What the survey says of one support: `items` (statements), `lowest_share` and `highest_share` (0 to 1, of those
    in the survey's first group who agree), `second_more` and `second_less` (statements on which the second group
    clearly agrees more, or less), `survey`, the same in words.

    `shares` is from `share_table`, its groups in the survey's order; `gaps` from `role_gaps`; `groups` are the names of
    both groups.
    """
    first = shares["group"].iloc[0]
    mine = shares[shares["item"].isin(feature.survey_items) & (shares["group"] == first)]
    clear = gaps[gaps["item"].isin(feature.survey_items) & (gaps["q"] < CLEAR)]
    more, less = int((clear["odds_ratio"] > 1).sum()), int((clear["odds_ratio"] < 1).sum())
    line = {
        "items": len(feature.survey_items),
        "lowest_share": mine["share"].min(),
        "highest_share": mine["share"].max(),
        "second_more": more,
        "second_less": less,
    }
    if mine.empty:
        return line | {"survey": NOT_ASKED}
    low, high = (printed(100 * line[end], ".0f") for end in ("lowest_share", "highest_share"))
    agreeing = f"{low}%" if low == high else f"{low} to {high}%"
    roles = [
        f"{groups[1]} agree {word}{f' on {number}' if len(mine) > 1 else ''}"
        for word, number in (("more", more), ("less", less))
        if number
    ]
    return line | {
        "survey": f"{counted(len(mine), 'statement')}: {agreeing} of {groups[0]} agree; "
        + (", ".join(roles) if roles else "no clear gap between the roles")
        + "."
    }


def cases_line(feature: Feature, evidence: Evidence) -> dict[str, object]:
    """What the documents say of one support: counts of `passages`, `claims`, `shows`, `shows_children`, `documents`,
    `documents_shown`, `contrary` (passages with a direction other than better), and `cases`, the same in words.
    """
    passages = evidence.passages[evidence.passages["feature"] == feature.id]
    shows = passages[passages["strength"] == "shows"]
    children = int(shows["outcome"].isin(evidence.codebook.outcomes_for("children")).sum())
    contrary = int(passages["direction"].isin(["none", "mixed", "worse"]).sum())
    line = {
        "passages": len(passages),
        "claims": len(passages) - len(shows),
        "shows": len(shows),
        "shows_children": children,
        "documents": passages["document"].nunique(),
        "documents_shown": shows["document"].nunique(),
        "contrary": contrary,
    }
    words = f"{counted(len(passages), 'passage')} in {counted(line['documents'], 'document')}; "
    words += (
        f"{len(shows)} show{'s' * (len(shows) == 1)} a result, {children or 'none'} for children"
        if len(shows)
        else "all claim, none shows a result"
    )
    return line | {"cases": words + (f"; {contrary} not for the better." if contrary else ".")}


def statistics_line(
    feature: Feature, indicators: Sequence[Indicator], effects: pd.DataFrame | None
) -> dict[str, object]:
    """What the statistics say of one support: `statistic` (one of grades.STATISTICS), and `statistics`, in words.

    `effects` are the national models' (chapter 7), None where these were not run. Of them count the pairs that were
    chosen before looking: within authorities, the workforce before the outcome. An association counts if its adjusted
    p-value is below 0.05; it agrees if less of a bad support goes with less of a bad outcome.
    """
    mine = {each.id: each for each in indicators if each.id in feature.indicators}
    if not mine:
        return {"statistic": NO_STATISTIC, "statistics": NO_INDICATOR}
    names = ", ".join(lower_first(each.title) for each in mine.values())
    fitted = _primary(effects, mine) if effects is not None and len(effects) else pd.DataFrame()
    if fitted.empty:
        return {"statistic": NOT_DOWNLOADED, "statistics": NO_DATA.format(names)}
    known = {each.id: each for each in indicators}
    clear = fitted[fitted["p_adjusted"].astype(float) < CLEAR]
    good = [(row.effect > 0) == (known[row.support].better == known[row.outcome].better) for row in clear.itertuples()]
    verdict = UNCLEAR if not good else AGREES if all(good) else MIXED if any(good) else CONTRADICTS
    words = [
        f"Where {lower_first(known[row.support].title)} rose, {lower_first(known[row.outcome].title)} "
        f"{'rose' if row.effect > 0 else 'fell'}."
        for row in clear.itertuples()
    ]
    rest = len(fitted) - len(clear)
    if rest:
        words.append(
            f"{counted(rest, 'pair')} of {names} with outcomes: no clear link."
            if not words
            else f"No clear link in {counted(rest, 'other pair')}."
        )
    return {"statistic": verdict, "statistics": " ".join(words)}


def lines_of(feature: Feature, evidence: Evidence, statistic: str, outcomes: Sequence[str]) -> Lines:
    """What the grade of one support rests on, as far as its passages are about `outcomes`."""
    documents = {document.id: document for document in evidence.documents}
    passages = evidence.passages
    shows = passages[
        (passages["feature"] == feature.id) & passages["outcome"].isin(outcomes) & (passages["strength"] == "shows")
    ]
    better, contrary = shows[shows["direction"] == "better"], shows[shows["direction"].isin(["none", "mixed", "worse"])]
    sources = [documents[each] for each in sorted(set(better["document"]))]
    return Lines(
        shown=_places(better),
        contrary=_places(contrary),
        publishers=len({each.publisher for each in sources}),
        chosen=bool(sources) and all(each.chosen_for_results is not None for each in sources),
        statistic=statistic,
    )


def places_for_children(evidence: Evidence) -> pd.Series:
    """For each feature that is shown to make something better for children, in how many places."""
    passages, children = evidence.passages, evidence.codebook.outcomes_for("children")
    shown = passages[
        (passages["feature"] != NONE)
        & passages["outcome"].isin(children)
        & (passages["strength"] == "shows")
        & (passages["direction"] == "better")
    ]
    return shown[["feature", "document", "section"]].drop_duplicates().groupby("feature").size()


def triangulation(
    evidence: Evidence,
    shares: pd.DataFrame,
    gaps: pd.DataFrame,
    indicators: Sequence[Indicator],
    effects: pd.DataFrame | None,
    groups: Sequence[str] = ("social workers", "managers"),
) -> pd.DataFrame:
    """One row a support, in the codebook's order: `feature`, `title`, the three lines in words (`survey`, `cases`,
    `statistics`), `grade_any` and `grade_children` (how sure one can be that it makes anything better, and that it
    makes things better for children) with the rules that made them (`rules_…`) and why in words (`why_…`), and the
    numbers.
    """
    every = [outcome.id for outcome in evidence.codebook.outcomes if outcome.id != NONE]
    children = evidence.codebook.outcomes_for("children")
    rows = []
    for feature in evidence.codebook.features:
        if feature.id == NONE:
            continue
        statistics = statistics_line(feature, indicators, effects)
        row = {
            "feature": feature.id,
            "title": feature.title,
            **survey_line(feature, shares, gaps, groups),
            **cases_line(feature, evidence),
            **statistics,
        }
        for name, outcomes in (("any", every), ("children", children)):
            lines = lines_of(feature, evidence, statistics["statistic"], outcomes)
            result = grade(lines)
            row |= {
                f"grade_{name}": result.grade,
                f"rules_{name}": ", ".join(result.rules),
                f"why_{name}": reason(lines),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _primary(effects: pd.DataFrame, supports: dict[str, Indicator]) -> pd.DataFrame:
    chosen = (
        (effects["model"] == "within")
        & (effects["timing"] == "before")
        & (effects["status"] == "fitted")
        & (effects["primary"].astype(str).str.lower() == "true")
        & effects["support"].isin(list(supports))
    )
    return effects[chosen].sort_values(["support", "outcome"])


def _places(passages: pd.DataFrame) -> int:
    return len(set(zip(passages["document"], passages["section"], strict=True)))
