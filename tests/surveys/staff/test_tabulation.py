"""Answers become protected tables: the same counts as by hand, small groups joined, nothing suppressed left in any column."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.surveys.staff.responses import Groups, read_responses
from pipeline.surveys.staff.tabulation import OTHER_GROUPS, joined_label, tabulate
from tests.surveys.made_up import HEADER, write_survey

AGREEMENT = ["Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree", "Don't know"]
SATISFACTION = ["Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied"]


def made_up_rows(people=240, seed=7):
    random = np.random.default_rng(seed)
    roles = random.choice(["Social worker", "Manager", "Student", "Agency"], people, p=[0.72, 0.22, 0.03, 0.03])
    agreement = random.choice(AGREEMENT, (people, 3), p=[0.25, 0.4, 0.15, 0.12, 0.03, 0.05]).tolist()
    satisfaction = random.choice(SATISFACTION, people, p=[0.2, 0.5, 0.2, 0.1]).tolist()
    return [
        [first, second, content, third, role]
        for (first, second, third), content, role in zip(agreement, satisfaction, roles.tolist(), strict=True)
    ]


@pytest.fixture
def rows():
    return made_up_rows()


def tabulated(tmp_path, rows, header=HEADER, **changes):
    return tabulate(read_responses(tmp_path, write_survey(tmp_path, rows, header, **changes)))


def by_hand(rows, column, group=None):
    frame = pd.DataFrame(rows, columns=HEADER)
    return frame[frame["Role"] == group if group else frame["Role"].notna()][column].value_counts()


@pytest.mark.slow
def test_published_counts_are_those_of_the_file(tmp_path, rows):
    answers = tabulated(tmp_path, rows).answers.set_index(["item", "group", "category"])
    labels = dict(
        zip(
            ["strongly_agree", "agree", "neither", "disagree", "strongly_disagree", "dont_know"], AGREEMENT, strict=True
        )
    )
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


@pytest.mark.slow
def test_small_groups_are_joined_and_all_groups_add_up(tmp_path, rows):
    groups = tabulated(tmp_path, rows).groups.set_index("label")["respondents"]
    roles = pd.DataFrame(rows, columns=HEADER)["Role"].value_counts()
    assert groups["Social workers" if "Social workers" in groups else "Social worker"] == roles["Social worker"]
    assert groups[OTHER_GROUPS] >= 10
    assert groups.drop("Everybody").sum() == groups["Everybody"] == len(rows)
    assert "Student" not in groups and "Agency" not in groups


def test_a_grouping_of_which_one_group_would_be_left_is_not_shown(tmp_path, rows):
    roles = ["Social worker"] * (len(rows) - 4) + ["Manager"] * 4
    found = tabulated(tmp_path, [[*row[:4], role] for row, role in zip(rows, roles, strict=True)])
    assert found.groups["group"].tolist() == ["all"]
    assert set(found.answers["grouping"]) == {"all"}


@pytest.mark.slow
def test_what_is_suppressed_is_in_no_column_of_no_table(tmp_path, rows):
    found = tabulated(tmp_path, rows)
    hidden = found.answers[found.answers["rule"] != ""]
    assert len(hidden), "the made-up survey is to have something to hide"
    assert hidden[["percent", "count"]].isna().all(axis=None)
    shares = found.shares.set_index(["item", "group"])
    for item, group in shares.index[shares["agree"].isna()]:
        assert shares.loc[(item, group), ["share", "low", "high", "effective_size"]].isna().all()


@pytest.mark.slow
def test_a_share_allows_for_teams_that_answer_alike(tmp_path, rows):
    """Everybody of a team gives the same answer: as many independent people as teams."""
    teams = [f"Team {number // 12}" for number in range(len(rows))]
    alike = [
        [AGREEMENT[(number // 12) % 4], *row[1:], team]
        for number, (row, team) in enumerate(zip(rows, teams, strict=True))
    ]
    clustered = tabulated(tmp_path / "a", alike, [*HEADER, "Team"], cluster="Team").shares.iloc[0]
    alone = tabulated(tmp_path / "b", [row[:5] for row in alike]).shares.iloc[0]
    assert clustered["share"] == alone["share"] == pytest.approx(0.5)
    assert clustered["high"] - clustered["low"] > 2.5 * (alone["high"] - alone["low"])
    assert clustered["effective_size"] < 25


@pytest.mark.slow
def test_weights_change_percentages_and_not_counts(tmp_path, rows):
    weighted = [[*row, "3" if row[4] == "Manager" else "1"] for row in rows]
    found = tabulated(tmp_path, weighted, [*HEADER, "Weight"], weight="Weight")
    share = found.shares.set_index(["item", "group"]).loc["regular", "all"]
    frame = pd.DataFrame(weighted, columns=[*HEADER, "Weight"]).astype({"Weight": float})
    agree = frame["Q1"].isin(["Strongly agree", "Agree"])
    assert share["share"] == pytest.approx(frame["Weight"][agree].sum() / frame["Weight"].sum())
    assert share["agree"] == pytest.approx(100 * share["share"])
    assert share["respondents"] == len(rows)


@pytest.mark.slow
def test_rounded_tables_show_no_exact_number(tmp_path, rows):
    found = tabulated(tmp_path, rows, disclosure={"round_to": 5})
    counts = found.answers["count"].dropna().astype(int)
    assert (counts % 5 == 0).all() and (found.answers["base"].dropna().astype(int) % 5 == 0).all()
    known = found.shares.dropna(subset=["share"])
    agreeing = known["share"] * known["respondents"].astype(float)
    np.testing.assert_allclose(agreeing, 5 * (agreeing / 5).round(), atol=1e-9)


@pytest.mark.slow
def test_missing_answers_are_counted_by_reason(tmp_path, rows):
    gaps = [
        ["N/A", *row[1:]] if number < 30 else ["", *row[1:]] if number < 37 else row for number, row in enumerate(rows)
    ]
    missing = tabulated(tmp_path, gaps).missing.set_index(["item", "reason"])["count"]
    assert missing["regular", "not_applicable"] == 30
    assert missing["regular", "no_answer"] == 7
    assert missing["reflective", "no_answer"] == 0


@st.composite
def surveys_with_several_scales(draw):
    """Scales that call their points by the same names and mean other things by them; the counts of each point."""
    scales, items, columns = [], [], []
    people = draw(st.integers(30, 90))
    for number in range(draw(st.integers(2, 4))):
        points = draw(st.integers(2, 7))
        agree = draw(st.integers(1, points - 1))
        disagree = draw(st.integers(1, points - agree))
        disagree = points - agree if points - agree - disagree > 1 else disagree
        roles = ["agree"] * agree + ["neutral"] * (points - agree - disagree) + ["disagree"] * disagree
        scales.append(
            {
                "id": f"s{number}",
                "categories": [
                    {"id": f"point_{place}", "label": str(place), "role": role} for place, role in enumerate(roles)
                ],
            }
        )
        items.append(
            {
                "id": f"q{number}",
                "column": f"Q{number}",
                "wording": f"Statement {number}",
                "label": f"S{number}",
                "domain": "supervision",
                "measures": "support",
                "scale": f"s{number}",
            }
        )
        chances = st.integers(0, points - 1).map(str) | st.just("")
        columns.append(draw(st.lists(chances, min_size=people, max_size=people)))
    roles = draw(st.lists(st.sampled_from(["Worker", "Manager"]), min_size=people, max_size=people))
    return scales, items, [list(row) for row in zip(*columns, roles, strict=True)]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=surveys_with_several_scales(), weighted=st.booleans())
def test_every_share_is_that_of_its_own_scale(tmp_path_factory, drawn, weighted):
    """Several scales whose points have the same names: each share as pandas counts it from the file."""
    scales, items, rows = drawn
    header = [*(item["column"] for item in items), "Role", "Weight"]
    rows = [[*row, str(1 + number % 3) if weighted else "1"] for number, row in enumerate(rows)]
    found = tabulated(
        tmp_path_factory.mktemp("several"),
        rows,
        header,
        scales=scales,
        items=items,
        weight="Weight" if weighted else None,
        disclosure={"minimum_group": 2, "minimum_cell": 1, "zeros_are_disclosive": False},
    )
    frame = pd.DataFrame(rows, columns=header)
    shares = found.shares[found.shares["grouping"] == "all"].set_index("item")
    assert list(shares.index) == [item["id"] for item in items]
    for item, scale in zip(items, scales, strict=True):
        answered = frame[frame[item["column"]] != ""]
        weights = answered["Weight"].astype(float)
        for role in ("agree", "neutral", "disagree"):
            named = [category["label"] for category in scale["categories"] if category["role"] == role]
            right = (
                100 * weights[answered[item["column"]].isin(named)].sum() / weights.sum() if len(answered) else np.nan
            )
            shown = shares.loc[item["id"], role]
            if named and pd.notna(shown):
                assert shown == pytest.approx(right), (item["id"], role)
            if not named:
                assert pd.isna(shown) or shown == 0
    everybody = shares[["agree", "neutral", "disagree"]]
    open_rows = shares["rule"] == ""
    assert everybody[open_rows].sum(axis=1).round(6).isin([0, 100]).all()


@pytest.mark.parametrize("low", [1, 0], ids=["1-5", "0-4"])
def test_a_rare_side_is_hidden_on_each_of_two_number_scales(tmp_path, low):
    """Three of 400 chose the lowest two points: never published at a threshold of 5, whatever another scale calls them."""
    points = [str(low + step) for step in range(5)]
    other = [str(1 - low + step) for step in range(5)]

    def categories(names):
        roles = ["agree", "agree", "neutral", "disagree", "disagree"]
        return [
            {"id": f"point_{name}", "label": name, "role": role}
            for name, role in zip(reversed(names), roles, strict=True)
        ]

    scales = [{"id": "first", "categories": categories(points)}, {"id": "second", "categories": categories(other)}]
    items = [
        {
            "id": f"q{number}",
            "column": f"Q{number}",
            "wording": f"Statement {number}",
            "label": f"S{number}",
            "domain": "supervision",
            "measures": "support",
            "scale": scale,
        }
        for number, scale in enumerate(["first", "second"])
    ]
    rows = [
        [points[1] if person < 3 else points[2 + person % 3], other[person % 5], "Worker" if person % 2 else "Manager"]
        for person in range(400)
    ]
    found = tabulated(tmp_path, rows, ["Q0", "Q1", "Role"], scales=scales, items=items, disclosure={"minimum_cell": 5})
    share = found.shares.set_index(["item", "group"]).loc["q0", "all"]
    assert pd.isna(share["disagree"])
    assert share["agree"] == pytest.approx(100 * sum(row[0] in points[3:] for row in rows) / 400) or pd.isna(
        share["agree"]
    )
    cells = found.answers.set_index(["item", "group", "category"]).loc[("q0", "all", f"point_{points[1]}")]
    assert pd.isna(cells["count"]) and cells["count_low"] < 3 < cells["count_high"]


def test_a_ready_table_with_two_scales_has_the_shares_of_each(tmp_path):
    from pipeline.surveys.staff.tabulation import tabulate_ready
    from tests.surveys.made_up import staff_survey

    def scale(identifier, roles):
        return {
            "id": identifier,
            "categories": [
                {"id": f"point_{place}", "label": str(place), "role": role} for place, role in enumerate(roles)
            ],
        }

    item = {"wording": "W", "domain": "supervision", "measures": "support"}
    survey = staff_survey(
        kind="percentages",
        table={"statement": "S", "base": "N"},
        groups=[],
        scales=[
            scale("three", ["agree", "neutral", "disagree"]),
            scale("four", ["agree", "agree", "disagree", "disagree"]),
        ],
        items=[
            {**item, "id": "a", "label": "A", "column": "a", "scale": "three"},
            {**item, "id": "b", "label": "B", "column": "b", "scale": "four"},
        ],
    )
    rows = [
        ("a", "all", "point_0", 50),
        ("a", "all", "point_1", 30),
        ("a", "all", "point_2", 20),
        ("b", "all", "point_0", 40),
        ("b", "all", "point_1", 35),
        ("b", "all", "point_2", 20),
        ("b", "all", "point_3", 5),
    ]
    answers = pd.DataFrame(rows, columns=["item", "group", "category", "percent"]).assign(base=100)
    answers[["count_low", "count_high", "count"]] = answers[["percent"] * 3].to_numpy()
    shares = tabulate_ready(answers, survey).shares.set_index("item")
    assert shares.loc["a", ["agree", "neutral", "disagree"]].tolist() == [50, 30, 20]
    assert shares.loc["b", ["agree", "disagree"]].tolist() == [75, 25] and pd.isna(shares.loc["b", "neutral"])
    assert shares["share"].tolist() == [0.5, 0.75]


def test_a_weighted_share_is_never_that_of_a_part_of_its_answers(tmp_path):
    """Three answers that disagree, two of them too rare to be shown: what is shown of disagreement is all of it or nothing."""
    roles = {"yes": "agree", "rather_not": "disagree", "no": "disagree", "never": "disagree"}
    scale = {"id": "four", "categories": [{"id": each, "label": each, "role": role} for each, role in roles.items()]}
    item = {
        "id": "q",
        "column": "Q",
        "wording": "W",
        "label": "L",
        "domain": "supervision",
        "measures": "support",
        "scale": "four",
    }
    answers = ["yes"] * 60 + ["rather_not"] * 40 + ["no"] * 3 + ["never"] * 2
    rows = [[answer, "1.5" if number % 2 else "0.5"] for number, answer in enumerate(answers)]
    found = tabulated(tmp_path, rows, ["Q", "Weight"], weight="Weight", groups=[], scales=[scale], items=[item])
    percent = found.answers.set_index("category")["percent"]
    assert percent[["no", "never"]].isna().all() and percent["rather_not"] > 0
    weights = pd.Series([float(row[1]) for row in rows])
    right = 100 * weights[60:].sum() / weights.sum()
    shown = found.shares.iloc[0]["disagree"]
    assert pd.isna(shown) or shown == pytest.approx(right)


def test_a_large_group_that_is_joined_with_small_ones_is_named():
    groups = Groups(
        np.repeat([0, 1, 2, 3], [80, 34, 3, 3]), ("Female", "Male", "Prefer to self-describe", "Not stated")
    )
    assert joined_label(groups, 10) == "Male, and smaller groups"
    assert joined_label(Groups(np.repeat([0, 1, 2, 3], [80, 34, 7, 3]), groups.labels), 10) == OTHER_GROUPS
