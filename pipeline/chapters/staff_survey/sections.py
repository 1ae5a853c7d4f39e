"""The chapter on a council's own survey, section by section: each function publishes its tables, figures and passages.

What a function returns, for the notebook to show, is what it published: nothing that the guard has not let pass.
"""

from functools import partial
from pathlib import Path

import pandas as pd
from IPython.display import Image

from pipeline.chapters.staff_survey import analysis, front_matter, headings
from pipeline.chapters.staff_survey import sentences as say
from pipeline.chapters.staff_survey.page import Chapter
from pipeline.charts.captions import bases, rounding_note
from pipeline.charts.staff_survey import answer_bars, differences_in_bounds, estimates
from pipeline.files import write_csv
from pipeline.markdown import Markdown
from pipeline.numerals import half_up
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.staff.against_published import HIGHER, LOWER

PARTS = ["agree", "neutral", "disagree", "dont_know"]  # of a row of answers, in per cent


def who_answered(page: Chapter) -> pd.DataFrame:
    """Who is in the report, and in which groups."""
    publish, survey = page.publish, page.survey
    publish.value("survey.title", front_matter.title(survey), people=False)
    publish.value(
        "survey.respondents",
        page.respondents,
        "{:,}",
        respondents=len(page.responses) if page.responses is not None else page.respondents,
    )
    publish.value("survey.statements", len(page.items), people=False)
    publish.value("survey.models_minimum", survey.models.minimum, people=False)
    publish.passage("banner", front_matter.banner(survey))
    publish.table(
        "response",
        front_matter.response_table(survey, page.responses, page.tables),
        say.caption("response"),
        headings={"who": "Who", "number": "Number"},
        widths=[70, 30],
        people=False,
    )
    groups = publish.table(
        "groups",
        front_matter.group_table(survey, page.tables),
        say.caption("groups"),
        headings=headings.GROUPS,
        widths=[30, 45, 25],
    )
    publish.passage("groups", say.groups_text(survey, page.tables.groups), "groups")
    return groups[list(headings.GROUPS)]


def statements(page: Chapter) -> Image:
    """All answers to each statement."""
    everybody = page.everybody
    shown = everybody.assign(statement=everybody["item"].map(page.items)).drop(
        columns=["grouping", "group", "effective_size"]
    )
    if (
        page.responses is not None and page.responses.weights is not None
    ):  # a picture has its bars to six digits: no finer than the file
        shown = half_up(shown, analysis.SHARES)
    image = page.publish.figure(
        "answers",
        partial(answer_bars, items=page.items, sections=front_matter.sections(page.survey)),
        caption=answers_caption(page),
        alt=say.alternative("answers", everybody["agree"]),
        data=shown,
        headings=headings.SHARES,
        places=analysis.SHARES,
    )
    page.publish.passage("answers", say.extremes(page.survey, everybody), "answers")
    return image


def answers_caption(page: Chapter) -> str:
    """What the bars are, how many answered, and that rounding shows where it does: of the rows that are shown."""
    people = pd.to_numeric(page.everybody["respondents"])
    rows = page.everybody[people >= page.guard.policy.minimum_group]
    base = pd.DataFrame({"group": EVERYBODY, "base": rows["respondents"].astype(int)})
    parts = rows[PARTS].astype(float).dropna(axis="columns", how="all")
    return say.caption("answers", bases=bases(base, {EVERYBODY: "respondents"}), rounding=rounding_note(parts))


def agreement(page: Chapter) -> pd.DataFrame:
    """Agreement with each statement, by group."""
    return page.publish.table(
        "agreement",
        analysis.agreement_by_group(page.survey, page.tables),
        say.caption("agreement"),
        headings=headings.AGREEMENT,
        places=analysis.AGREEMENT,
    )


def scores(page: Chapter) -> Image | None:
    """The mean score of each domain, by group, and its reliability; returns the chart of everybody's."""
    publish, shown, image = page.publish, [], None
    publish.table(
        "scores-by-group",
        page.group_scores,
        say.caption("scores-by-group"),
        headings=headings.GROUP_SCORES,
        places=analysis.SCORES,
        people=page.whole_answers,
    )
    whole = page.whole_scores
    if len(whole):
        image = publish.figure(
            "scores",
            partial(
                estimates,
                labels=page.domains,
                sections={"Mean score, 0 to 100": list(page.domains)},
                key="score",
                value="mean",
                low="low",
                high="high",
                xlabel="Mean score and 95% interval",
                limits=(0, 100),
            ),
            caption=say.caption("scores"),
            alt=say.alternative("scores", whole["mean"]),
            data=half_up(whole, analysis.SCORES),
            headings=headings.SCORES,
        )
        publish.table(
            "reliability",
            whole,
            say.caption("reliability"),
            headings=headings.RELIABILITY,
            forms=headings.FORMS,
            widths=[26, 12, 9, 8, 8, 8, 11, 11, 9],
            places=analysis.SCORES,
        )
        shown = ["scores", "reliability"]
    publish.passage("domains", say.domains_text(page.survey, whole), *shown)
    _scores_by_group(page)
    return image


def _scores_by_group(page: Chapter) -> None:
    shown = []
    if page.group_scores["grouping"].nunique() > 1:
        page.publish.table(
            "group-scores", analysis.side_by_side(page.group_scores), say.caption("group-scores"), people=False
        )
        shown = ["group-scores"]
    page.publish.passage("scores-by-group", say.group_scores_text(page.group_scores), *shown)


def link(page: Chapter) -> Image | None:
    """The models of each outcome on each domain; returns the chart of those with one domain at a time."""
    publish, shown, image = page.publish, [], None
    publish.table(
        "models",
        page.models,
        say.caption("models"),
        headings=headings.MODELS,
        forms=headings.RATIO_FORMS,
        places=analysis.MODELS,
        people=page.whole_answers,
    )
    alone = analysis.model_lines(page.models)
    if len(alone):
        image = publish.figure(
            "link",
            partial(
                estimates,
                labels=dict(zip(alone["key"], alone["domain_label"], strict=True)),
                sections=analysis.model_sections(alone),
                key="key",
                value="odds_ratio",
                low="low",
                high="high",
                xlabel="Odds ratio for ten points more, and 95% interval",
                reference=1,
                ratio=True,
            ),
            caption=say.caption("link"),
            alt=say.alternative("link", alone["odds_ratio"], above=int((alone["low"] > 1).sum())),
            data=half_up(alone, analysis.MODELS),
            headings=headings.MODELS,
        )
        shown = ["link"]
    publish.passage("link", say.link_text(page.models, page.survey), *shown)
    return image


def importance(page: Chapter) -> pd.DataFrame:
    """How much of the differences in reported outcomes goes with each domain."""
    table = page.publish.table(
        "importance",
        page.importance,
        say.caption("importance"),
        headings=headings.IMPORTANCE,
        forms=headings.RATIO_FORMS,
        places=analysis.SHARES_OF_R2,
        people=page.whole_answers,
    )
    shown = ["importance"] * int(table["share"].notna().any())
    page.publish.passage("importance", say.importance_text(page.importance), *shown)
    return table


def left_open(page: Chapter) -> Image | None:
    """Pairs of a statement on support and one on outcomes, beside what 2011 had left open."""
    publish, shown, image = page.publish, [], None
    publish.table(
        "pairs",
        page.pairs,
        say.caption("pairs"),
        headings=headings.PAIRS,
        forms=headings.RATIO_FORMS,
        places=analysis.PAIRS,
        people=page.whole_answers,
    )
    drawn = analysis.pairs_to_draw(page.pairs)
    if len(drawn):
        image = publish.figure(
            "pairs-in-bounds",
            partial(
                differences_in_bounds,
                labels=dict(zip(drawn["pair"], drawn["pair_label"], strict=True)),
                xlabel="Difference in agreement with the outcome (percentage points)",
            ),
            caption=say.caption("pairs-in-bounds"),
            alt=say.alternative("pairs-in-bounds", 100 * drawn["difference"]),
            data=half_up(drawn, analysis.PAIRS),
            headings=headings.PAIRS,
        )
        shown = ["pairs-in-bounds"]
    publish.passage("pairs", say.pairs_text(page.pairs), *shown)
    return image


def comparison(page: Chapter) -> Image | None:
    """Agreement here and in the survey that the codebook names, statement by statement; returns the chart of it."""
    publish, shown, image = page.publish, [], None
    publish.table(
        "comparison",
        page.comparison,
        say.caption("comparison"),
        headings=headings.COMPARISON,
        forms={"q": headings.FORMS["q"]},
        places=analysis.COMPARISON,
        people=page.published is not None,
    )
    compared = page.comparison[page.comparison["comparable"].astype(bool)]
    if len(compared):
        verdict = compared["verdict"]
        image = publish.figure(
            "against-2011",
            partial(
                estimates,
                labels=page.items,
                sections=front_matter.sections(page.survey),
                key="item",
                value="difference",
                low="difference_low",
                high="difference_high",
                xlabel="Difference from 2011 in percentage points, and 95% interval",
                reference=0,
            ),
            caption=say.caption("against-2011"),
            alt=say.alternative(
                "against-2011",
                compared["difference"],
                higher=int((verdict == HIGHER).sum()),
                lower=int((verdict == LOWER).sum()),
            ),
            data=half_up(compared, analysis.COMPARISON),
            headings=headings.COMPARISON,
        )
        shown = ["against-2011"]
    publish.passage("comparison", say.comparison_text(page.comparison, page.survey), *shown)
    return image


def in_short(page: Chapter) -> Markdown:
    """The findings, as a list; publishes what to do next and the method as well."""
    found = say.findings(page.survey, page.respondents, page.everybody, page.models, page.comparison)
    page.publish.passage("findings", found)
    page.publish.passage(
        "next-steps",
        say.next_steps(page.survey, page.whole_scores, page.models, page.importance, page.everybody, page.comparison),
    )
    page.publish.passage("method", front_matter.method_text(page.survey, page.responses))
    return found


def suppressed(page: Chapter, folder: Path) -> pd.DataFrame:
    """How many figures each rule hides; the whole record goes to `folder`, which is not published."""
    publish, record = page.publish, page.guard.with_record(page.tables.record)
    table = publish.table(
        "suppression",
        analysis.suppression_summary(record),
        say.caption("suppression"),
        headings=headings.SUPPRESSION,
        people=False,
    )
    write_csv(folder / "disclosure.csv", record)
    publish.table(
        "disclosure", analysis.public_record(record), say.caption("disclosure"), headings=headings.RECORD, people=False
    )
    publish.passage("suppression", say.suppression_text(table, page.survey), *["suppression"] * bool(len(table)))
    return table
