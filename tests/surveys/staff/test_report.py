"""The report's sentences say what its tables say, with the uncertainty, and claim less where there is less."""

import numpy as np
import pandas as pd
import pytest

from pipeline.chapters.staff_survey import front_matter
from pipeline.chapters.staff_survey import sentences as report
from pipeline.chapters.staff_survey.analysis import (
    comparison_table,
    link_models,
    model_lines,
    pairs_to_draw,
    score_tables,
    side_by_side,
)
from pipeline.numerals import filled
from pipeline.surveys.staff.against_published import HIGHER, LOWER, NOT_TOLD_APART
from pipeline.surveys.staff.associations import associations
from pipeline.surveys.staff.domain_scores import domain_scores
from pipeline.surveys.staff.joint_models import OPPOSITE, joint_models
from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.tabulation import tabulate
from tests.surveys.made_up import HEADER, staff_survey, write_survey
from tests.surveys.staff.respondents import item, responses_of
from tests.surveys.staff.test_tabulation import made_up_rows

SURVEY = staff_survey()
SHARES = pd.DataFrame(
    {
        "item": ["regular", "reflective", "better-outcomes"],
        "share": [0.82, 0.31, 0.6],
        "low": [0.78, 0.26, 0.55],
        "high": [0.86, 0.37, 0.65],
    }
)
NO_COMPARISON = pd.DataFrame(columns=["comparable", "verdict", "reason", "difference", "item"])


def models(**columns):
    base = {
        "outcome": ["better-outcomes"] * 2,
        "domain": ["supervision", "colleagues"],
        "adjusted": "alone",
        "odds_ratio": [1.5, 1.1],
        "low": [1.2, 0.9],
        "high": [1.9, 1.3],
        "q": [0.01, 0.4],
        "respondents": [240, 230],
        "clusters": 20,
        "reason": "",
        "note": "",
        "po_verdict": "holds",
        "outcome_label": "Better outcomes",
    }
    return pd.DataFrame({**base, **columns})


def test_the_findings_name_both_ends_with_their_intervals():
    text = report.findings(SURVEY, 250, SHARES, models(), NO_COMPARISON)
    assert "**250 people answered.** How many were asked is not recorded" in text
    assert "highest on “Regular supervision”, 82% (78–86), and lowest on “Reflective supervision”, 31% (26–37)" in text
    assert "Of 2 pairs of a domain of support and an outcome that staff report, 1 goes together more clearly" in text
    assert "not proof that one brings about the other" in text


def test_a_response_rate_is_given_where_it_is_known():
    text = report.findings(staff_survey(invited=500), 250, SHARES, models(), NO_COMPARISON)
    assert "That is 50% of the 500 who were asked." in text


def test_without_a_model_the_reason_stands_in_its_place():
    none = models(odds_ratio=float("nan"), q=float("nan"), reason="fewer than 150 people gave all the answers")
    assert "No model was fitted: fewer than 150 people" in report.findings(SURVEY, 60, SHARES, none, NO_COMPARISON)
    assert report.link_text(none, SURVEY).startswith("Not fitted (2 estimates): fewer than 150 people")


def test_what_goes_together_completely_is_said_and_not_counted_as_nothing():
    """An outcome that repeats a statement on support: no odds ratio is finite, and the link is the strongest there can be."""
    rng = np.random.default_rng(5)
    codes = np.column_stack([*[rng.integers(0, 5, 300)] * 2, rng.integers(0, 5, 300)])
    for turned, said in ((False, "1 goes together more clearly"), (True, "but 1 in the other direction does")):
        responses = responses_of(
            [item("same", "tasks"), item("same-again", "outcomes", "outcome", reversed=turned), item("other", "time")],
            codes,
        )
        scores = domain_scores(responses)
        found = joint_models(responses, scores).assign(
            outcome_label="The outcome", domain_label=lambda each: each["domain"]
        )
        text = report.findings(responses.survey, 300, SHARES.iloc[:0], found, NO_COMPARISON)
        assert "Of 2 pairs of a domain of support and an outcome" in text and said in text
        assert "Completely, so that no odds ratio bounds it: “tasks” and “The outcome”." in text
        assert "completely, so no odds ratio bounds it" in report.link_text(found, responses.survey)
        pairs = associations(responses).assign(pair_label=lambda each: each["support"] + " – " + each["outcome"])
        text = report.pairs_text(pairs)
        assert "go together or against each other: “same – same-again”." in text
        assert (
            "The one pair of a statement on support and one on outcomes that can be tested does not go together" in text
        )
        assert "can be tested" not in report.pairs_text(pairs.head(1)) and "together more" not in report.pairs_text(
            pairs.head(1)
        )


def test_a_table_of_totals_tells_why_there_is_no_link():
    nothing = models().iloc[:0]
    totals = SURVEY.model_copy(update={"kind": "counts"})
    assert "A table of totals does not" in report.findings(totals, 60, SHARES, nothing, NO_COMPARISON)
    assert "keep the export with one row a person" in report.link_text(nothing, totals)
    assert "No statement of this survey is about an outcome" in report.link_text(nothing, SURVEY)


def test_agreement_with_a_reversed_statement_is_no_good_news():
    items = [{**item.model_dump(), "reversed": item.id == "reflective"} for item in SURVEY.items]
    survey = staff_survey(items=items)
    assert "lowest on “Better outcomes”" in report.findings(survey, 250, SHARES, models(), NO_COMPARISON)
    assert "Agreement is bad news\n:   Reflective supervision 31% (26–37)" in report.extremes(survey, SHARES)
    steps = report.next_steps(survey, pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), SHARES, NO_COMPARISON)
    assert "Reflective supervision" not in steps


def test_the_link_says_whether_intervals_allow_for_teams():
    assert "(20 clusters)" in report.link_text(models(), SURVEY)
    assert "may be too narrow" in report.link_text(models(clusters=0), SURVEY)


def test_what_to_do_next_names_low_agreement_and_what_fell_with_intervals():
    fallen = pd.DataFrame(
        {
            "item": ["regular"],
            "comparable": True,
            "verdict": LOWER,
            "reason": "",
            "difference": [-12.0],
            "difference_low": [-18.0],
            "difference_high": [-6.0],
        }
    )
    importance = pd.DataFrame({"domain": ["supervision"], "share": [0.3], "low": [0.2], "high": [0.4], "first": [0.6]})
    scores = pd.DataFrame({"score": ["supervision"], "mean": [61.0], "low": [58.0], "high": [64.0]})
    text = report.next_steps(SURVEY, scores, models(odds_ratio=1.4), importance, SHARES, fallen)
    assert "Reflective supervision 31% (26–37)" in text and "Regular supervision 82%" not in text
    assert "−12 points (−18 to −6)" in text
    assert "supervision: it accounts for 30%" in text and "the order of the domains is open" in text
    assert "It need not be the cause." in text


@pytest.mark.parametrize("against", [{"odds_ratio": 0.6}, {"odds_ratio": None, "reason": OPPOSITE}])
def test_nobody_is_advised_to_begin_with_what_goes_against_outcomes(against):
    importance = pd.DataFrame({"domain": ["supervision"], "share": [0.3], "low": [0.2], "high": [0.4], "first": [0.9]})
    scores = pd.DataFrame({"score": ["supervision"], "mean": [61.0], "low": [58.0], "high": [64.0]})
    text = report.next_steps(SURVEY, scores, models(**against), importance, SHARES, NO_COMPARISON)
    assert (
        "**Begin with" not in text and "**Do not begin with what goes most with outcomes.** That is supervision" in text
    )


def test_what_was_not_compared_is_counted_with_its_reason():
    table = pd.DataFrame(
        {
            "comparable": [True, True, False],
            "verdict": [HIGHER, NOT_TOLD_APART, ""],
            "reason": ["", "", "Its share is not published."],
        }
    )
    survey = staff_survey(benchmark={"survey": "ofsted-2011", "group": "social_workers"})
    text = report.comparison_text(table, survey)
    assert "Of 2 statements that can be compared, agreement is higher on 1 and not told apart on 1." in text
    assert "Not compared (1): Its share is not published." in text
    assert "names no survey to compare with" in report.comparison_text(table, SURVEY)


def test_simulated_answers_are_marked_wherever_a_page_begins():
    simulated = staff_survey(simulated=True)
    assert front_matter.title(simulated) == "A made-up survey (simulated answers)"
    assert front_matter.mark(simulated) == "Simulated answers." and "Nobody gave these answers" in front_matter.banner(
        simulated
    )
    assert (front_matter.title(SURVEY), front_matter.mark(SURVEY), front_matter.banner(SURVEY)) == (
        "A made-up survey",
        "",
        "",
    )


@pytest.fixture
def made_up(tmp_path):
    responses = read_responses(tmp_path, write_survey(tmp_path, made_up_rows(), HEADER))
    return responses, tabulate(responses), domain_scores(responses)


@pytest.mark.slow
def test_small_numbers_in_the_response_table_are_not_told(made_up, tmp_path):
    rows = [*made_up_rows(), *[["", "", "", "", "Manager"]] * 4]
    responses = read_responses(tmp_path / "b", write_survey(tmp_path / "b", rows, HEADER))
    table = front_matter.response_table(responses.survey, responses, tabulate(responses)).set_index("who")["number"]
    assert table["Respondents"] == "240"
    assert table["Left out: blank, or sent a second time"] == "fewer than 10"


@pytest.mark.slow
def test_no_mean_of_too_few_is_left_over_from_everybody_s(made_up, tmp_path):
    """Twelve agency staff, of whom only six answered the statements of a domain: their mean must not follow."""
    rows = [
        [*row[:4], "Agency" if number < 12 else "Manager" if number < 60 else "Social worker"]
        for number, row in enumerate(made_up_rows())
    ]
    rows = [["", "", "", row[3], row[4]] if number < 6 else row for number, row in enumerate(rows)]
    responses = read_responses(tmp_path / "c", write_survey(tmp_path / "c", rows, HEADER))
    table = score_tables(
        responses, domain_scores(responses), {"supervision": "Supervision", "outcomes": "Outcomes"}, tabulate(responses)
    )
    supervision = table[table["score"] == "supervision"].set_index("label")
    hidden = supervision.index[supervision["mean"].isna()]
    assert "Agency" in hidden and len(hidden) == 2
    assert set(supervision.loc[hidden, "rule"]) == {"suppressed"}


@pytest.mark.slow
def test_groups_stand_side_by_side_where_they_fit(made_up):
    responses, tables, scores = made_up
    table = score_tables(responses, scores, {"supervision": "Supervision", "outcomes": "Outcomes"}, tables)
    wide = side_by_side(table)
    assert list(wide.columns) == ["Domain", "Everybody", *table["label"].unique()[1:]]
    first = table.iloc[0]
    assert wide.iloc[0]["Everybody"] == filled("{mean:.0f} ({low:.0f}–{high:.0f})", **first[["mean", "low", "high"]])


def test_without_respondents_the_joint_tables_are_empty():
    assert not len(score_tables(None, None, {}, None)) and not len(comparison_table(SURVEY, None, None))
    assert not len(model_lines(models(odds_ratio=float("nan"))))
    assert not len(pairs_to_draw(pd.DataFrame(columns=["difference"])))


@pytest.mark.slow
def test_a_score_of_one_statement_is_shown_only_where_all_its_counts_are(made_up):
    responses, tables, scores = made_up
    table = score_tables(responses, scores, {"supervision": "Supervision", "outcomes": "Outcomes"}, tables)
    labels = tables.groups.set_index(["grouping", "group"])["label"]
    hidden = tables.answers[(tables.answers["item"] == "better-outcomes") & (tables.answers["rule"] != "")]
    hidden = {
        (grouping, labels[grouping, group]) for grouping, group in zip(hidden["grouping"], hidden["group"], strict=True)
    }
    outcomes = table[table["score"] == "outcomes"]  # one statement in this survey
    assert hidden and {(row.grouping, row.label) for row in outcomes.itertuples() if pd.isna(row.mean)} == hidden


@pytest.mark.slow
def test_a_published_number_of_people_stays_below_every_base(made_up):
    responses, _, scores = made_up
    models = link_models(responses, scores, {"supervision": "Supervision"})
    base = int((responses.item("better-outcomes") >= 0).sum())
    assert models["respondents"].notna().all() and (models["respondents"] % 10 == 0).all()
    assert (models["respondents"] <= base - 5).all() and not {"left_out", "df"} & set(models)
