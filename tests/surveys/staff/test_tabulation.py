"""Answers become protected tables: the same counts as by hand, small groups joined, nothing suppressed left in any column."""

import numpy as np
import pandas as pd
import pytest

from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.tabulation import OTHER_GROUPS, tabulate
from tests.surveys.made_up import HEADER, write_survey

AGREEMENT = ["Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree", "Don't know"]
SATISFACTION = ["Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied"]


def made_up_rows(people=240, seed=7):
    random = np.random.default_rng(seed)
    roles = random.choice(["Social worker", "Manager", "Student", "Agency"], people, p=[0.72, 0.22, 0.03, 0.03])
    agreement = random.choice(AGREEMENT, (people, 3), p=[0.25, 0.4, 0.15, 0.12, 0.03, 0.05]).tolist()
    satisfaction = random.choice(SATISFACTION, people, p=[0.2, 0.5, 0.2, 0.1]).tolist()
    return [[first, second, content, third, role]
            for (first, second, third), content, role in zip(agreement, satisfaction, roles.tolist())]


@pytest.fixture
def rows():
    return made_up_rows()


def tabulated(tmp_path, rows, header=HEADER, **changes):
    return tabulate(read_responses(tmp_path, write_survey(tmp_path, rows, header, **changes)))


def by_hand(rows, column, group=None):
    frame = pd.DataFrame(rows, columns=HEADER)
    return frame[frame["Role"] == group if group else frame["Role"].notna()][column].value_counts()


def test_published_counts_are_those_of_the_file(tmp_path, rows):
    answers = tabulated(tmp_path, rows).answers.set_index(["item", "group", "category"])
    labels = dict(zip(["strongly_agree", "agree", "neither", "disagree", "strongly_disagree", "dont_know"], AGREEMENT))
    for group, role in (("all", None), ("role_social_worker", "Social worker")):
        hand = by_hand(rows, "Q1", role)
        for category, label in labels.items():
            cell = answers.loc["regular", group, category]
            true = int(hand.get(label, 0))
            assert cell["count_low"] <= true <= cell["count_high"]
            if pd.notna(cell["count"]):
                assert cell["count"] == cell["count_low"] == cell["count_high"] == true
                assert cell["percent"] == pytest.approx(100 * true / hand.sum())
            else:
                assert cell["rule"] and pd.isna(cell["percent"])


def test_small_groups_are_joined_and_all_groups_add_up(tmp_path, rows):
    groups = tabulated(tmp_path, rows).groups.set_index("label")["respondents"]
    roles = pd.DataFrame(rows, columns=HEADER)["Role"].value_counts()
    assert groups["Social workers" if "Social workers" in groups else "Social worker"] == roles["Social worker"]
    assert groups[OTHER_GROUPS] >= 10
    assert groups.drop("Everybody").sum() == groups["Everybody"] == len(rows)
    assert "Student" not in groups and "Agency" not in groups


def test_a_grouping_of_which_one_group_would_be_left_is_not_shown(tmp_path, rows):
    roles = ["Social worker"] * (len(rows) - 4) + ["Manager"] * 4
    found = tabulated(tmp_path, [[*row[:4], role] for row, role in zip(rows, roles)])
    assert found.groups["group"].tolist() == ["all"]
    assert set(found.answers["grouping"]) == {"all"}


def test_what_is_suppressed_is_in_no_column_of_no_table(tmp_path, rows):
    found = tabulated(tmp_path, rows)
    hidden = found.answers[found.answers["rule"] != ""]
    assert len(hidden), "the made-up survey is to have something to hide"
    assert hidden[["percent", "count"]].isna().all(axis=None)
    shares = found.shares.set_index(["item", "group"])
    for item, group in shares.index[shares["agree"].isna()]:
        assert shares.loc[(item, group), ["share", "low", "high", "effective_size"]].isna().all()


def test_a_share_allows_for_teams_that_answer_alike(tmp_path, rows):
    """Everybody of a team gives the same answer: as many independent people as teams."""
    teams = [f"Team {number // 12}" for number in range(len(rows))]
    alike = [[AGREEMENT[(number // 12) % 4], *row[1:], team] for number, (row, team) in enumerate(zip(rows, teams))]
    clustered = tabulated(tmp_path / "a", alike, [*HEADER, "Team"], cluster="Team").shares.iloc[0]
    alone = tabulated(tmp_path / "b", [row[:5] for row in alike]).shares.iloc[0]
    assert clustered["share"] == alone["share"] == pytest.approx(0.5)
    assert clustered["high"] - clustered["low"] > 2.5 * (alone["high"] - alone["low"])
    assert clustered["effective_size"] < 25


def test_weights_change_percentages_and_not_counts(tmp_path, rows):
    weighted = [[*row, "3" if row[4] == "Manager" else "1"] for row in rows]
    found = tabulated(tmp_path, weighted, [*HEADER, "Weight"], weight="Weight")
    share = found.shares.set_index(["item", "group"]).loc["regular", "all"]
    frame = pd.DataFrame(weighted, columns=[*HEADER, "Weight"]).astype({"Weight": float})
    agree = frame["Q1"].isin(["Strongly agree", "Agree"])
    assert share["share"] == pytest.approx(frame["Weight"][agree].sum() / frame["Weight"].sum())
    assert share["agree"] == pytest.approx(100 * share["share"])
    assert share["respondents"] == len(rows)


def test_rounded_tables_show_no_exact_number(tmp_path, rows):
    found = tabulated(tmp_path, rows, disclosure={"round_to": 5})
    counts = found.answers["count"].dropna().astype(int)
    assert (counts % 5 == 0).all() and (found.answers["base"].dropna().astype(int) % 5 == 0).all()
    known = found.shares.dropna(subset=["share"])
    agreeing = known["share"] * known["respondents"].astype(float)
    np.testing.assert_allclose(agreeing, 5 * (agreeing / 5).round(), atol=1e-9)


def test_missing_answers_are_counted_by_reason(tmp_path, rows):
    gaps = [["N/A", *row[1:]] if number < 30 else ["", *row[1:]] if number < 37 else row for number, row in enumerate(rows)]
    missing = tabulated(tmp_path, gaps).missing.set_index(["item", "reason"])["count"]
    assert missing["regular", "not_applicable"] == 30
    assert missing["regular", "no_answer"] == 7
    assert missing["reflective", "no_answer"] == 0
