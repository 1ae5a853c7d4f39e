"""The chapter on a council's own survey, section by section: each function publishes its tables, figures and passages.

What a function returns, for the notebook to show, is what it published: nothing that the guard has not let pass.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pandas as pd
from IPython.display import Image

from pipeline.chapters.staff_survey import analysis, front_matter, headings
from pipeline.chapters.staff_survey import sentences as say
from pipeline.charts.captions import bases, rounding_note
from pipeline.charts.staff_survey import answer_bars, differences_in_bounds, estimates
from pipeline.files import write_csv
from pipeline.publishing import Publication
from pipeline.surveys.deciding.questions import refuse_open
from pipeline.surveys.disclosure.guard import Guard
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.staff.associations import Published
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.domain_scores import domain_scores
from pipeline.surveys.staff.ready_tables import read_ready_table
from pipeline.surveys.staff.responses import Responses, read_responses
from pipeline.surveys.staff.tabulation import Tabulation, tabulate, tabulate_ready

PARTS = ["agree", "neutral", "disagree", "dont_know"]  # of a row of answers, in per cent


@dataclass(frozen=True)
class Chapter:
    """What every section is made from. A ready table of totals has neither `responses` nor `scores`."""

    publish: Publication
    guard: Guard
    survey: StaffSurvey
    tables: Tabulation
    responses: Responses | None
    scores: pd.DataFrame | None
    published: Published | None

    @property
    def whole_answers(self) -> bool:
        """Whether there is a row a person; tables that need one are else empty, and not about people."""
        return self.responses is not None

    @cached_property
    def everybody(self) -> pd.DataFrame:
        """The shares of everybody, a row a statement."""
        return self.tables.shares[self.tables.shares["grouping"] == EVERYBODY]

    @property
    def items(self) -> dict[str, str]:
        """What each statement is called."""
        return {item.id: item.label for item in self.survey.items}

    @property
    def domains(self) -> dict[str, str]:
        """What each score is called."""
        return front_matter.score_labels(self.survey)

    @property
    def respondents(self) -> int:
        """How many answered, as it is published."""
        return int(self.tables.groups["respondents"].iloc[0])


def read_chapter(raw: Path, name: str, survey: StaffSurvey, guard: Guard, publish: Publication) -> Chapter:
    """Read and count the survey in the folder `raw`/`name`, and protect what was counted."""
    refuse_open(name, survey.decide)
    published = analysis.published_survey(raw, survey)
    if survey.kind == "responses":
        responses = read_responses(raw / name, survey)
        return Chapter(publish, guard, survey, tabulate(responses), responses, domain_scores(responses), published)
    tables = tabulate_ready(read_ready_table(raw / name, survey), survey)
    return Chapter(publish, guard, survey, tables, None, None, published)


def write_tables(page: Chapter, folder: Path) -> None:
    """Write the counts, protected, to data/processed."""
    for name in ("answers", "groups", "missing"):
        write_csv(folder / f"{name}.csv", getattr(page.tables, name))


def who_answered(page: Chapter) -> pd.DataFrame:
    """Who is in the report, and in which groups."""
    publish, survey = page.publish, page.survey
    publish.value("survey.title", front_matter.title(survey), people=False)
    publish.value("survey.respondents", page.respondents, "{:,}",
                  respondents=len(page.responses) if page.whole_answers else page.respondents)
    publish.value("survey.statements", len(page.items), people=False)
    publish.value("survey.models_minimum", survey.models.minimum, people=False)
    publish.passage("banner", front_matter.banner(survey))
    publish.table("response", front_matter.response_table(survey, page.responses, page.tables),
                  "Who is in this report.", headings={"who": "Who", "number": "Number"}, widths=[70, 30], people=False)
    groups = publish.table("groups", front_matter.group_table(survey, page.tables), "Respondents by group.",
                           headings=headings.GROUPS, widths=[30, 45, 25])
    publish.passage("groups", say.groups_text(survey, page.tables.groups), "groups")
    return groups[list(headings.GROUPS)]


def statements(page: Chapter) -> Image:
    """All answers to each statement."""
    everybody = page.everybody
    shown = everybody.assign(statement=everybody["item"].map(page.items))
    shown = shown.drop(columns=["grouping", "group", "effective_size"]).round(3)
    image = page.publish.figure(
        "answers", partial(answer_bars, items=page.items, sections=front_matter.sections(page.survey)),
        caption=answers_caption(page),
        alt=f"Stacked bars of {len(everybody)} statements. Agreement runs from {everybody['agree'].min():.0f}% to "
            f"{everybody['agree'].max():.0f}%.",
        data=shown, headings=headings.SHARES)
    page.publish.passage("answers", say.extremes(page.survey, everybody), "answers")
    return image


def answers_caption(page: Chapter) -> str:
    """What the bars are, how many answered, and that rounding shows where it does: of the rows that are shown."""
    people = pd.to_numeric(page.everybody["respondents"])
    rows = page.everybody[people >= page.guard.policy.minimum_group]
    base = pd.DataFrame({"group": EVERYBODY, "base": rows["respondents"].astype(int)})
    parts = rows[PARTS].astype(float).dropna(axis="columns", how="all")
    said = ["All answers in per cent of those who answered the statement.",
            bases(base, {EVERYBODY: "respondents"}), rounding_note(parts)]
    return " ".join(each for each in said if each)


def agreement(page: Chapter) -> pd.DataFrame:
    """Agreement with each statement, by group."""
    return page.publish.table("agreement", analysis.agreement_by_group(page.survey, page.tables),
                              "Agreement with each statement, by group: per cent, and the 95% interval.",
                              headings=headings.AGREEMENT)


def scores(page: Chapter) -> tuple[pd.DataFrame, Image | None]:
    """The mean score of each domain, by group, and its reliability; returns the rows for everybody, and their chart."""
    publish, shown, image = page.publish, [], None
    table = publish.table("scores-by-group",
                          analysis.score_tables(page.responses, page.scores, page.domains, page.tables),
                          "Mean score of each domain, by group, with the 95% interval.",
                          headings=headings.GROUP_SCORES, people=page.whole_answers)
    whole = table[table["grouping"] == EVERYBODY]
    if len(whole):
        image = publish.figure(
            "scores", partial(estimates, labels=page.domains, sections={"Mean score, 0 to 100": list(page.domains)},
                              key="score", value="mean", low="low", high="high",
                              xlabel="Mean score and 95% interval", limits=(0, 100)),
            caption="Mean scores of the domains, and of the outcomes that staff report.",
            alt=f"Dot plot of mean scores ({len(whole)}), from {whole['mean'].min():.0f} to "
                f"{whole['mean'].max():.0f} of 100.",
            data=whole, headings=headings.SCORES)
        publish.table("reliability", whole, "Mean scores, and the reliability of their statements (95% intervals).",
                      headings=headings.RELIABILITY, forms=headings.FORMS, widths=[26, 12, 9, 8, 8, 8, 11, 11, 9])
        shown = ["scores", "reliability"]
    publish.passage("domains", say.domains_text(page.survey, whole), *shown)
    _scores_by_group(page, table)
    return whole, image


def _scores_by_group(page: Chapter, table: pd.DataFrame) -> None:
    shown = []
    if table["grouping"].nunique() > 1:
        page.publish.table("group-scores", analysis.side_by_side(table),
                           "Mean score of each domain, 0 to 100, by group, with its 95% interval.", people=False)
        shown = ["group-scores"]
    page.publish.passage("scores-by-group", say.group_scores_text(table), *shown)


def link(page: Chapter) -> tuple[pd.DataFrame, Image | None]:
    """The models of each outcome on each domain, and the chart of those with one domain at a time."""
    publish, shown, image = page.publish, [], None
    models = publish.table("models", analysis.link_models(page.responses, page.scores, page.domains),
                           "Odds of a more favourable answer on each outcome, for ten points more on a domain's score.",
                           headings=headings.MODELS, forms=headings.RATIO_FORMS, people=page.whole_answers)
    alone = analysis.model_lines(models)
    if len(alone):
        image = publish.figure(
            "link", partial(estimates, labels=dict(zip(alone["key"], alone["domain_label"])),
                            sections=analysis.model_sections(alone), key="key", value="odds_ratio", low="low",
                            high="high", xlabel="Odds ratio for ten points more, and 95% interval", reference=1,
                            ratio=True),
            caption="How each outcome that staff report goes with each domain of support, one domain at a time.",
            alt=f"Dot plot of {len(alone)} odds ratios, from {alone['odds_ratio'].min():.2f} to "
                f"{alone['odds_ratio'].max():.2f}; {(alone['low'] > 1).sum()} intervals lie above 1.",
            data=alone, headings=headings.MODELS)
        shown = ["link"]
    publish.passage("link", say.link_text(models, page.survey), *shown)
    return models, image


def importance(page: Chapter) -> pd.DataFrame:
    """How much of the differences in reported outcomes goes with each domain."""
    table = page.publish.table(
        "importance", analysis.importance_table(page.responses, page.scores, page.domains),
        "How much of the differences in reported outcomes goes with each domain: share of variance, with its 95% "
        "interval.",
        headings=headings.IMPORTANCE, forms=headings.RATIO_FORMS, people=page.whole_answers)
    page.publish.passage("importance", say.importance_text(table), *["importance"] * int(table["share"].notna().any()))
    return table


def left_open(page: Chapter) -> Image | None:
    """Pairs of a statement on support and one on outcomes, beside what 2011 had left open."""
    publish, shown, image = page.publish, [], None
    pairs = publish.table("pairs", analysis.pair_table(page.responses, page.published),
                          "Each statement on support with each on outcomes: polychoric correlation, and difference in "
                          "agreement beside the bounds of 2011.",
                          headings=headings.PAIRS, forms=headings.RATIO_FORMS, people=page.whole_answers)
    drawn = analysis.pairs_to_draw(pairs)
    if len(drawn):
        image = publish.figure(
            "pairs-in-bounds", partial(differences_in_bounds, labels=dict(zip(drawn["pair"], drawn["pair_label"])),
                                       xlabel="Difference in agreement with the outcome (percentage points)"),
            caption="How much more often staff who agree with a statement on support agree with one on outcomes: the "
                    "pairs that go together most, with what 2011 had left open.",
            alt=f"Dots with intervals on wide bands for {len(drawn)} pairs: differences from "
                f"{100 * drawn['difference'].min():.0f} to {100 * drawn['difference'].max():.0f} points.",
            data=drawn, headings=headings.PAIRS)
        shown = ["pairs-in-bounds"]
    publish.passage("pairs", say.pairs_text(pairs), *shown)
    return image


def comparison(page: Chapter) -> tuple[pd.DataFrame, Image | None]:
    """Agreement here and in the survey that the codebook names, statement by statement, and the chart of it."""
    publish, shown, image = page.publish, [], None
    table = publish.table("comparison", analysis.comparison_table(page.survey, page.tables, page.published),
                          "Agreement here and in 2011, statement by statement.",
                          headings=headings.COMPARISON, people=page.published is not None)
    compared = table[table["comparable"].astype(bool)]
    if len(compared):
        difference, verdict = compared["difference"], compared["verdict"]
        image = publish.figure(
            "against-2011", partial(estimates, labels=page.items, sections=front_matter.sections(page.survey),
                                    key="item", value="difference", low="difference_low", high="difference_high",
                                    xlabel="Difference from 2011 in percentage points, and 95% interval", reference=0),
            caption="Agreement compared with 2011. To the right of the line: higher here.",
            alt=f"Dot plot of {len(compared)} differences from {difference.min():.0f} to {difference.max():.0f} "
                f"points; {(verdict == 'higher').sum()} clearly higher, {(verdict == 'lower').sum()} clearly lower.",
            data=compared, headings=headings.COMPARISON)
        shown = ["against-2011"]
    publish.passage("comparison", say.comparison_text(table, page.survey), *shown)
    return table, image


def in_short(page: Chapter, whole: pd.DataFrame, models: pd.DataFrame, weights: pd.DataFrame,
             compared: pd.DataFrame) -> str:
    """The findings, as a list; publishes what to do next and the method as well.

    The four tables are those of `scores`, `link`, `importance` and `comparison`.
    """
    found = say.findings(page.survey, page.respondents, page.everybody, models, compared)
    page.publish.passage("findings", found)
    page.publish.passage("next-steps", say.next_steps(page.survey, whole, models, weights, page.everybody, compared))
    page.publish.passage("method", front_matter.method_text(page.survey, page.responses))
    return found


def suppressed(page: Chapter, folder: Path) -> pd.DataFrame:
    """How many figures each rule hides; the whole record goes to `folder`, which is not published."""
    publish, record = page.publish, page.guard.with_record(page.tables.record)
    table = publish.table("suppression", analysis.suppression_summary(record), "What was suppressed, by rule.",
                          headings=headings.SUPPRESSION, people=False)
    write_csv(folder / "disclosure.csv", record)
    publish.table("disclosure", analysis.public_record(record), "Every figure of the count tables that is not shown.",
                  headings=headings.RECORD, people=False)
    publish.passage("suppression", say.suppression_text(table, page.survey), *["suppression"] * bool(len(table)))
    return table
