"""The three lines of evidence of the made-up map, and the real survey beside the real map."""

import pandas as pd
import pytest

from pipeline.authorities.panel.indicators import read_indicators
from pipeline.evidence.grades import Lines
from pipeline.evidence.triangulation import (
    cases_line,
    lines_of,
    places_for_children,
    statistics_line,
    survey_line,
    triangulation,
)

SHARES = pd.DataFrame(
    {"item": ["sufficient-time", "sufficient-time"], "group": ["social_workers", "managers"], "share": [0.213, 0.4]}
)
GROUPS = ("social workers", "managers")


def gap(odds_ratio: float, q: float) -> pd.DataFrame:
    return pd.DataFrame({"item": ["sufficient-time"], "odds_ratio": [odds_ratio], "q": [q]})


def effects(*rows) -> pd.DataFrame:
    """Rows of (support, outcome, effect, adjusted p), as the national models write them."""
    table = pd.DataFrame(rows, columns=["support", "outcome", "effect", "p_adjusted"])
    return table.assign(model="within", timing="before", status="fitted", primary=True)


@pytest.fixture
def features(small_evidence):
    return {feature.id: feature for feature in small_evidence.codebook.features}


@pytest.mark.parametrize(
    ("odds_ratio", "q", "said"),
    [
        (2.4, 0.01, "managers agree more."),
        (0.4, 0.01, "managers agree less."),
        (2.4, 0.2, "no clear gap between the roles."),
    ],
)
def test_the_survey_in_words(features, odds_ratio, q, said):
    line = survey_line(features["caseloads"], SHARES, gap(odds_ratio, q), GROUPS)
    assert line["survey"] == f"1 statement: 21% of social workers agree; {said}"
    assert (line["items"], line["lowest_share"]) == (1, 0.213)


def test_what_the_survey_did_not_ask(features):
    line = survey_line(features["praise"], SHARES, gap(1, 1), GROUPS)
    assert line["survey"] == "The survey has no statement on it." and line["items"] == 0
    assert pd.isna(line["lowest_share"])


def test_the_documents_in_words(features, small_evidence):
    assert cases_line(features["caseloads"], small_evidence)["cases"] == (
        "4 passages in 2 documents; 3 show a result, 2 for children."
    )
    assert cases_line(features["supervision"], small_evidence)["cases"] == (
        "3 passages in 2 documents; 2 show a result, none for children; 2 not for the better."
    )
    assert cases_line(features["praise"], small_evidence)["cases"] == (
        "2 passages in 1 document; all claim, none shows a result."
    )


@pytest.mark.parametrize(
    ("rows", "verdict", "said"),
    [
        (
            [("caseload", "re_referrals", 0.5, 0.01), ("caseload", "repeat_plans", 0.1, 0.7)],
            "agrees",
            "Where average caseload rose, re-referrals within 12 months rose. No clear link in 1 other pair.",
        ),
        (
            [("caseload", "re_referrals", -0.5, 0.01)],
            "contradicts",
            "Where average caseload rose, re-referrals within 12 months fell.",
        ),
        (
            [("caseload", "re_referrals", 0.5, 0.01), ("caseload", "repeat_plans", -0.5, 0.01)],
            "differs by outcome",
            "fell",
        ),
        (
            [("caseload", "re_referrals", 0.5, 0.05)],
            "no clear link",
            "1 pair of average caseload with outcomes: no clear link.",
        ),
        ([("vacancy_rate", "re_referrals", 0.5, 0.01)], "not downloaded", "have not been downloaded here"),
    ],
)
def test_the_statistics_in_words(features, rows, verdict, said):
    line = statistics_line(features["caseloads"], read_indicators(), effects(*rows))
    assert line["statistic"] == verdict and said in line["statistics"]


CLEAR = effects(("caseload", "re_referrals", 0.5, 0.01))


@pytest.mark.parametrize(
    "table",
    [
        None,
        effects(),
        CLEAR.assign(status="no data"),
        CLEAR.assign(timing="after"),
        CLEAR.assign(model="between"),
        CLEAR.assign(primary=False),
    ],
)
def test_statistics_that_were_not_chosen_beforehand_do_not_count(features, table):
    assert statistics_line(features["caseloads"], read_indicators(), table)["statistic"] == "not downloaded"


def test_what_no_statistic_measures(features):
    assert statistics_line(features["praise"], read_indicators(), None) == {
        "statistic": "none",
        "statistics": "No published statistic measures it.",
    }


def test_lines_count_places_not_passages(features, small_evidence):
    children = small_evidence.codebook.outcomes_for("children")
    assert lines_of(features["caseloads"], small_evidence, "none", children) == Lines(1, 0, 1, True, "none")
    anybody = [*children, "wellbeing"]
    assert lines_of(features["caseloads"], small_evidence, "none", anybody) == Lines(2, 0, 2, False, "none")
    assert lines_of(features["supervision"], small_evidence, "none", ["wellbeing"]) == Lines(1, 1, 1, True, "none")
    assert lines_of(features["praise"], small_evidence, "agrees", children) == Lines(0, 0, 0, False, "agrees")
    assert places_for_children(small_evidence).to_dict() == {"caseloads": 1}


def test_the_whole_table_of_the_made_up_map(small_evidence):
    table = triangulation(
        small_evidence, SHARES, gap(2, 0.01), read_indicators(), effects(("caseload", "re_referrals", 0.5, 0.01))
    ).set_index("feature")
    assert table["grade_any"].to_dict() == {"caseloads": "high", "supervision": "very low", "praise": "very low"}
    assert table["grade_children"].to_dict() == {"caseloads": "low", "supervision": "very low", "praise": "very low"}
    assert table.loc["supervision", "rules_any"] == "start, contrary, chosen"


def test_the_survey_moves_no_grade(small_evidence):
    tables = [
        triangulation(small_evidence, SHARES.assign(share=share), gap(ratio, q), read_indicators(), None)
        for share, ratio, q in ((0.01, 0.1, 0.001), (0.99, 9.0, 0.001))
    ]
    grades = ["grade_any", "rules_any", "grade_children", "rules_children"]
    assert tables[0][grades].equals(tables[1][grades])


def test_no_form_of_support_is_shown_for_children_in_two_places(evidence):
    """The finding that the brief rests on: it must not change unnoticed."""
    assert places_for_children(evidence).to_dict() == {
        "management_oversight": 1,
        "manageable_caseloads": 1,
        "multi_agency_working": 1,
        "performance_management": 1,
        "research_informed": 1,
        "specialist_support": 1,
        "visible_leadership": 1,
    }
