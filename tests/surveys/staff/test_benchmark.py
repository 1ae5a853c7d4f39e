"""The comparison with 2011: Newcombe's published examples, brute force over rounding, and what cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from pipeline.errors import CodebookError, DataError, ParameterError
from pipeline.statistics.intervals import wilson
from pipeline.statistics.rounding import feasible_counts
from pipeline.surveys.agreeing import share_table
from pipeline.surveys.staff.against_published import benchmark
from pipeline.surveys.staff.codebook import StaffSurvey

FIVE = [
    ("strongly_agree", "agree"),
    ("agree", "agree"),
    ("neither", "neutral"),
    ("disagree", "disagree"),
    ("strongly_disagree", "disagree"),
    ("dont_know", "dont_know"),
]
ITEM, OTHER = "sufficient-time", "senior-managers-visible"


def staff_survey(items, scale=FIVE, **further):
    """A council's codebook: `items` are (own name, statement of 2011 or None, reversed or not)."""
    return StaffSurvey.model_validate(
        {
            "name": "example",
            "title": "Example",
            "kind": "responses",
            "file": {"name": "export.csv"},
            "scales": [
                {
                    "id": "s",
                    "categories": [{"id": each, "label": each.replace("_", " "), "role": role} for each, role in scale],
                }
            ],
            "domains": [{"id": "d", "label": "D"}],
            "items": [
                {
                    "id": own,
                    "column": own,
                    "wording": own,
                    "label": own,
                    "domain": "d",
                    "measures": "support",
                    "scale": "s",
                    "matches": matches,
                    "reversed": turned,
                }
                for own, matches, turned in items
            ],
            "benchmark": {"survey": "ofsted-2011", "group": "social_workers"},
            **further,
        }
    )


def shares_of(**counts):
    """Shares and Wilson's intervals of (count, base) by item."""
    rows = [
        (item.replace("_", "-"), base, count / base, *wilson(count, base), base)
        for item, (count, base) in counts.items()
    ]
    return pd.DataFrame(rows, columns=["item", "respondents", "share", "low", "high", "effective_size"])


def table_2011(base, **percentages):
    """One statement as social workers answered it."""
    return pd.DataFrame(
        {
            "item": ITEM,
            "group": "social_workers",
            "category": [each for each, _ in FIVE],
            "base": base,
            "percent": [percentages.get(each, 0) for each, _ in FIVE],
        }
    )


def compared(count, base, published, table, turned=False):
    shares = shares_of(own=(count, base))
    even = published.model_copy(update={"rounding": "half_even"})
    return benchmark(shares, staff_survey([("own", ITEM, turned)]), even, table).iloc[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "low", "high"),
    [
        ((56, 70), (48, 80), 5.24, 33.39),
        ((9, 10), (3, 10), 17.05, 80.90),
        ((6, 7), (2, 7), 5.82, 80.62),
        ((5, 56), (0, 29), -3.81, 19.26),
        ((0, 10), (0, 20), -16.11, 27.75),
        ((0, 10), (0, 10), -27.75, 27.75),
        ((10, 10), (0, 20), 67.91, 100.0),
        ((10, 10), (0, 10), 60.75, 100.0),
    ],
)
def test_newcombe_s_examples(codebook, ours, theirs, low, high):
    """Newcombe (1998, Statistics in Medicine 17: 873-890), table II, method 10. Rounding leaves a single count each."""
    percent = round(100 * theirs[0] / theirs[1])
    row = compared(*ours, codebook, table_2011(theirs[1], agree=percent, neither=100 - percent))
    assert row["rounding_low_2011"] == row["rounding_high_2011"] == row["share_2011"] == theirs[0] / theirs[1]
    assert row["difference"] == pytest.approx(100 * (ours[0] / ours[1] - theirs[0] / theirs[1]))
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high), abs=0.006)
    assert row["verdict"] == ("higher" if low > 0 else "not told apart")


def newcombe(ours, theirs):
    """Method 10, written down once more."""
    (one, lower, upper), (two, least, most) = ((count / base, *wilson(count, base)) for count, base in (ours, theirs))
    return one - two - np.hypot(one - lower, most - two), one - two + np.hypot(upper - one, two - least)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.integers(1, 400), st.data(), st.integers(0, 50), st.integers(0, 50))
def test_the_interval_is_the_widest_over_every_count_that_rounding_allows(codebook, base, data, strongly, agree):
    count = data.draw(st.integers(0, base))
    table = table_2011(449, strongly_agree=strongly, agree=agree, neither=100 - strongly - agree)
    row = compared(count, base, codebook, table)
    possible = {sum(each[:2]) for each in feasible_counts(table["percent"].tolist(), 449, 0, "half_even")}
    every = np.array([newcombe((count, base), (each, 449)) for each in possible])
    assert row["difference_low"] == pytest.approx(100 * every[:, 0].min())
    assert row["difference_high"] == pytest.approx(100 * every[:, 1].max())
    assert row["rounding_low_2011"] == pytest.approx(min(possible) / 449)
    assert row["rounding_high_2011"] == pytest.approx(max(possible) / 449)
    assert (row["p"] < 0.05) == (every[:, 0].min() > 0 or every[:, 1].max() < 0)
    assert row["difference_low"] <= row["difference"] <= row["difference_high"]


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.integers(1, 400), st.data(), st.integers(0, 100))
def test_what_agrees_more_disagrees_less_by_as_much(codebook, base, data, percent):
    """Everything mirrored: those who did not agree with what nobody was neutral about."""
    count = data.draw(st.integers(0, base))
    row = compared(count, base, codebook, table_2011(300, agree=percent, disagree=100 - percent))
    mirrored = compared(base - count, base, codebook, table_2011(300, agree=100 - percent, disagree=percent))
    assert row["difference"] == pytest.approx(-mirrored["difference"], abs=1e-9)
    assert row["difference_low"] == pytest.approx(-mirrored["difference_high"], abs=1e-9)
    assert row["p"] == pytest.approx(mirrored["p"])
    turned = {"higher": "lower", "lower": "higher"}
    assert mirrored["verdict"] == turned.get(row["verdict"], row["verdict"])


def test_a_reversed_item_compares_those_who_do_not_take_the_other_side(codebook):
    """70% agree that they lack time; in 2011, 50% disagreed that they have it."""
    table = table_2011(100, agree=30, neither=15, disagree=40, strongly_disagree=10, dont_know=5)
    row = compared(140, 200, codebook, table, turned=True)
    assert row["turned_round"]
    assert (row["share"], row["share_2011"], row["difference"]) == pytest.approx((0.3, 0.5, -20))
    straight = compared(60, 200, codebook, table_2011(100, agree=50, disagree=50))
    figures = ["low", "high", "low_2011", "high_2011", "difference_low", "difference_high", "p", "verdict"]
    assert row[figures].to_list() == pytest.approx(straight[figures].to_list())
    assert row["verdict"] == "lower"


def test_a_share_without_error_leaves_that_of_2011(codebook):
    shares = shares_of(own=(48, 80)).assign(low=0.6, high=0.6)
    table = table_2011(80, agree=60, neither=40)
    row = benchmark(shares, staff_survey([("own", ITEM, False)]), codebook, table).iloc[0]
    low, high = wilson(48, 80)
    assert row[["difference", "difference_low", "difference_high"]].to_list() == pytest.approx(
        [0, 100 * (0.6 - high), 100 * (0.6 - low)]
    )
    assert row["p"] == 1 and row["verdict"] == "not told apart"


def test_a_wider_interval_of_the_council_makes_a_wider_interval_of_the_difference(codebook):
    table, survey = table_2011(200, agree=50, neither=50), staff_survey([("own", ITEM, False)])
    independent = shares_of(own=(75, 120))
    low, high = wilson(75 / 4, 30)
    clustered = independent.assign(low=low, high=high, effective_size=30)
    one, other = (benchmark(each, survey, codebook, table).iloc[0] for each in (independent, clustered))
    assert other["difference_low"] < one["difference_low"] and one["difference_high"] < other["difference_high"]
    assert (one["verdict"], other["verdict"]) == ("higher", "not told apart")


def test_the_p_value_is_where_the_interval_touches_zero(codebook):
    """With everything far from 0 and 1 and large bases, the z test is the usual one of two shares, unpooled."""
    row = compared(5200, 10_000, codebook, table_2011(10_000, agree=50, neither=50))
    count = 10_000 * row["rounding_high_2011"]
    z = (0.52 - count / 10_000) / np.sqrt((0.52 * 0.48 + 0.25) / 10_000)
    assert row["p"] == pytest.approx(2 * norm.sf(z), rel=0.02)


def test_2011_beside_itself_differs_by_no_more_than_rounding_and_nothing_is_told_apart(codebook, answers):
    for group in codebook.groups:
        own = share_table(answers[answers["group"] == group.id], codebook.scale.agree)
        survey = staff_survey(
            [(item, item, False) for item in own["item"]], benchmark={"survey": "ofsted-2011", "group": group.id}
        )
        share = own["percent"] / 100
        low, high = wilson(share * own["base"], own["base"])
        shares = pd.DataFrame(
            {
                "item": own["item"],
                "respondents": own["base"],
                "share": share,
                "low": low,
                "high": high,
                "effective_size": own["base"],
            }
        )
        table = benchmark(shares, survey, codebook, answers)
        assert table["comparable"].all() and len(table) == len(codebook.rows(group.id))
        assert (abs(table["difference"]) <= 1).all()  # two roundings to whole per cents
        assert (table["verdict"] == "not told apart").all() and (table["q"] > 0.5).all()


def test_false_discovery_rate_over_the_items_compared(codebook, answers):
    items = [item.id for item in codebook.rows("social_workers")]
    counts = {item.replace("-", "_"): (50 + 3 * place, 180) for place, item in enumerate(items)}
    table = benchmark(shares_of(**counts), staff_survey([(item, item, False) for item in items]), codebook, answers)
    p = np.sort(table["p"])
    adjusted = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    np.testing.assert_allclose(np.sort(table["q"]), np.minimum(adjusted, 1))
    told_apart = table["verdict"] != "not told apart"
    assert (told_apart == (table["q"] < 0.05)).all() and 0 < told_apart.sum() < len(table)
    assert ((table["verdict"] == "higher") == (told_apart & (table["difference_low"] > 0))).all()
    assert ((table["verdict"] == "lower") == (told_apart & (table["difference_high"] < 0))).all()


def test_items_that_match_nothing_are_left_out_and_those_without_a_row_of_2011_say_why(codebook, answers):
    survey = staff_survey(
        [
            ("a", None, False),
            ("b", "training-meets-needs-of-staff-managed", False),
            ("c", ITEM, False),
            ("d", OTHER, False),
        ]
    )
    shares = shares_of(a=(5, 20), b=(15, 20), c=(15, 20))
    suppressed = pd.DataFrame(
        {"item": ["d"], "respondents": np.nan, "share": np.nan, "low": np.nan, "high": np.nan, "effective_size": np.nan}
    )
    alone = benchmark(shares, survey, codebook, answers)
    table = benchmark(pd.concat([shares, suppressed]), survey, codebook, answers)
    pd.testing.assert_frame_equal(alone, table)  # a share that is not there is one that is not published
    assert table["item"].to_list() == ["b", "c", "d"]
    assert table["comparable"].to_list() == [False, True, False]
    assert table["reason"].to_list() == [
        "In 2011, social workers were not asked it.",
        "",
        "Its share is not published.",
    ]
    left = table[~table["comparable"]]
    assert left[["share_2011", "difference", "difference_low", "p", "q"]].isna().all(axis=None)
    assert (left["verdict"] == "").all() and table["q"].iloc[1] == table["p"].iloc[1]
    assert table["share"].iloc[0] == 0.75


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        ([each for each in FIVE if each[1] != "neutral"], "4 answers without a neutral one, 2 of agreement"),
        ([("fully_agree", "agree"), *FIVE], "6 answers, 3 of agreement"),
        ([("fully_agree", "agree"), *FIVE[:2], *FIVE[3:]], "5 answers without a neutral one, 3 of agreement"),
        ([FIVE[1], FIVE[2], FIVE[3]], "3 answers, 1 of agreement"),
    ],
)
def test_another_scale_is_not_compared(codebook, answers, scale, words):
    table = benchmark(shares_of(own=(15, 20)), staff_survey([("own", ITEM, False)], scale), codebook, answers)
    assert not table["comparable"].any() and table["verdict"].to_list() == [""]
    reason = table["reason"].iloc[0]
    assert words in reason and "against a scale of 5 answers, 2 of agreement" in reason
    assert table["difference"].isna().all()


@pytest.mark.parametrize(
    "labels",
    [
        ["Always", "Often", "Sometimes", "Rarely", "Never"],
        ["5", "4", "3", "2", "1"],
        ["Very easy", "Easy", "Neither easy nor difficult", "Difficult", "Very difficult"],
        ["Very likely", "Likely", "Neither", "Unlikely", "Very unlikely"],
        ["Strongly agree", "Agree", "Sometimes", "Disagree", "Strongly disagree"],
    ],
)
def test_five_answers_of_another_kind_are_not_compared(codebook, answers, labels):
    content = staff_survey([("own", ITEM, False)]).model_dump()
    content["scales"][0]["categories"] = [
        {"id": f"point_{k}", "label": label, "role": role}
        for k, (label, (_, role)) in enumerate(zip(labels, FIVE, strict=False))
    ]
    table = benchmark(shares_of(own=(15, 20)), StaffSurvey.model_validate(content), codebook, answers)
    assert not table["comparable"].any() and table[["share_2011", "difference", "p"]].isna().all(axis=None)
    assert table["reason"].to_list() == [f"Its answers ({', '.join(labels)}) are on another kind of scale."]


def test_numbers_or_another_language_are_compared_where_the_codebook_says_that_they_are_agreement(codebook, answers):
    survey = staff_survey([("own", ITEM, False)])
    labels = ["Cytuno'n gryf", "Cytuno", "Y naill na'r llall", "Anghytuno", "Anghytuno'n gryf"]
    categories = [
        {"id": f"point_{k}", "label": label, "role": role}
        for k, (label, (_, role)) in enumerate(zip(labels, FIVE, strict=False))
    ]
    content = survey.model_dump() | {"scales": [{"id": "s", "kind": "agreement", "categories": categories}]}
    table = benchmark(shares_of(own=(15, 20)), StaffSurvey.model_validate(content), codebook, answers)
    plain = benchmark(shares_of(own=(15, 20)), survey, codebook, answers)
    pd.testing.assert_frame_equal(table, plain)
    content["scales"][0]["kind"] = "other"
    assert not benchmark(shares_of(own=(15, 20)), StaffSurvey.model_validate(content), codebook, answers)[
        "comparable"
    ].any()


def test_what_may_match_is_not_compared(codebook, answers):
    content = staff_survey([("own", None, False)]).model_dump()
    content["items"][0]["may_match"] = ITEM
    assert benchmark(shares_of(own=(15, 20)), StaffSurvey.model_validate(content), codebook, answers).empty


def test_a_scale_without_don_t_know_is_compared(codebook, answers):
    table = benchmark(shares_of(own=(15, 20)), staff_survey([("own", ITEM, False)], FIVE[:5]), codebook, answers)
    assert table["comparable"].all()


def test_a_survey_that_matches_nothing_gives_an_empty_table(codebook, answers):
    table = benchmark(shares_of(own=(15, 20)), staff_survey([("own", None, False)]), codebook, answers)
    assert table.empty and {"item", "difference", "q", "verdict", "comparable"} <= set(table.columns)


def test_the_order_of_the_shares_does_not_matter(codebook, answers):
    survey = staff_survey([("a", ITEM, False), ("b", OTHER, True)])
    shares = shares_of(b=(5, 20), a=(15, 20))
    pd.testing.assert_frame_equal(
        benchmark(shares, survey, codebook, answers), benchmark(shares.iloc[::-1], survey, codebook, answers)
    )


@pytest.mark.parametrize(
    ("further", "error"),
    [
        ({"benchmark": None}, ParameterError),
        ({"benchmark": {"survey": "other-2020", "group": "managers"}}, ParameterError),
        ({"benchmark": {"survey": "ofsted-2011", "group": "students"}}, CodebookError),
    ],
)
def test_a_benchmark_that_is_not_this_one_is_refused(codebook, answers, further, error):
    with pytest.raises(error):
        benchmark(shares_of(own=(15, 20)), staff_survey([("own", ITEM, False)], **further), codebook, answers)


def test_a_match_that_2011_does_not_have_is_refused(codebook, answers):
    with pytest.raises(CodebookError, match="enough-time"):
        benchmark(shares_of(own=(15, 20)), staff_survey([("own", "enough-time", False)]), codebook, answers)


@pytest.mark.parametrize("change", [{"low": 0.9}, {"high": 1.1}, {"low": -0.1}, {"high": np.nan}])
def test_shares_that_cannot_be_are_refused(codebook, answers, change):
    with pytest.raises(DataError, match="share cannot be"):
        benchmark(shares_of(own=(15, 20)).assign(**change), staff_survey([("own", ITEM, False)]), codebook, answers)


def test_a_second_share_of_an_item_and_a_missing_column_are_refused(codebook, answers):
    shares, survey = shares_of(own=(15, 20)), staff_survey([("own", ITEM, False)])
    with pytest.raises(DataError, match="two shares"):
        benchmark(pd.concat([shares, shares]), survey, codebook, answers)
    with pytest.raises(DataError, match="lacks a column"):
        benchmark(shares.drop(columns="low"), survey, codebook, answers)
