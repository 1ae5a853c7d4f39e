"""Confidence sets: their limits, their errors against resampling, and how often they cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.association import (
    NON_NEGATIVE,
    NOTHING,
    bounds,
    extreme_tables,
    extreme_values,
    latent_between,
)
from pipeline.statistics.confidence_sets import bound_errors, confidence_set, imbens_manski
from pipeline.statistics.joint import AGREE, STATISTICS, comonotone, measure

SUPPORT, OUTCOME = np.array([20, 45, 15, 15, 5]) * 4, np.array([10, 40, 20, 20, 10]) * 4


def set_of(statistic, support, outcome, assumption=NOTHING, agree=AGREE, *, level=0.95, same_people=True):
    """The confidence set of a pair of items from their counts, as the product puts it together for many pairs."""
    ends = extreme_values(statistic, support, outcome, assumption, agree)
    errors = bound_errors(statistic, support, outcome, assumption, agree, same_people=same_people)
    return confidence_set(statistic, *map(float, ends), *errors, level)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_a_point_has_the_two_sided_quantile_and_far_ends_the_one_sided(level):
    assert imbens_manski(0.3, 0.3, 0.04, 0.04, level).critical == pytest.approx(norm.ppf((1 + level) / 2), abs=1e-10)
    assert imbens_manski(0, 1, 0.01, 0.01, level).critical == pytest.approx(norm.ppf(level), abs=1e-10)


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(1e-3, 0.5), st.floats(1e-3, 0.5), st.floats(0.5, 0.999))
def test_the_critical_value_solves_imbens_and_manskis_equation(low, width, se_low, se_high, level):
    found = imbens_manski(low, low + width, se_low, se_high, level)
    covered = norm.cdf(found.critical + (low + width - low) / max(se_low, se_high)) - norm.cdf(-found.critical)
    assert covered == pytest.approx(level, abs=1e-9)
    assert found.low == pytest.approx(low - found.critical * se_low)
    assert found.high == pytest.approx(low + width + found.critical * se_high)


def test_known_ends_have_no_margin_and_a_known_point_is_itself():
    assert imbens_manski(0.2, 0.7, 0, 0).low == 0.2 and imbens_manski(0.2, 0.7, 0, 0).high == 0.7
    assert imbens_manski(0.2, 0.2, 0, 0).high == 0.2


SMOOTH = [
    *((statistic, NOTHING) for statistic in ("both_agree", "agree_given_agree", "risk_difference", "phi", "spearman")),
    *((statistic, NON_NEGATIVE) for statistic in ("both_agree", "agree_given_agree", "spearman")),
    *((statistic, latent_between(0.1, 0.6)) for statistic in STATISTICS),
]


@pytest.mark.parametrize(("statistic", "assumption"), SMOOTH, ids=lambda value: getattr(value, "name", value))
def test_errors_of_independent_samples_agree_with_resampling(statistic, assumption):
    generator = np.random.default_rng(1)
    supports = generator.multinomial(2000, SUPPORT / SUPPORT.sum(), size=3000)
    outcomes = generator.multinomial(2000, OUTCOME / OUTCOME.sum(), size=3000)
    resampled = np.array(extreme_values(statistic, supports, outcomes, assumption))
    if statistic in ("risk_ratio", "odds_ratio"):
        resampled = np.log(resampled)
    found = bound_errors(statistic, SUPPORT * 5, OUTCOME * 5, assumption, same_people=False)
    assert found == pytest.approx(resampled.std(axis=1), rel=0.06, abs=1e-9)


def test_errors_of_one_sample_are_at_most_the_sum_and_reach_it():
    """Where everybody gives the same answer to both items, the two margins' errors add up in full."""
    counts = np.array([120, 80])
    generator = np.random.default_rng(2)
    agreeing = generator.binomial(200, 0.6, size=4000)
    margins = np.stack([agreeing, 200 - agreeing], axis=1)
    resampled = extreme_values("both_agree", margins, margins, agree=[0])[0].std()  # of 2a - 1
    found = bound_errors("both_agree", counts, counts, agree=[0])[0]
    assert found == pytest.approx(2 * np.sqrt(0.6 * 0.4 / 200), rel=1e-6)
    assert found == pytest.approx(resampled, rel=0.05)
    assert bound_errors("both_agree", counts, counts, agree=[0], same_people=False)[0] < found


def test_a_design_effect_multiplies_the_variance():
    plain = np.array(bound_errors("spearman", SUPPORT, OUTCOME))
    assert bound_errors("spearman", SUPPORT, OUTCOME, design_effect=4.0) == pytest.approx(tuple(2 * plain))


@pytest.mark.slow
@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
def test_the_set_covers_a_value_anywhere_between_the_ends(where):
    """1,000 surveys of 300 people who answer both items, linked as strongly as ``where`` says; nominal 95 per cent."""
    p, q = np.array([0.5, 0.5]), np.array([0.35, 0.65])
    least, most = extreme_tables(p, q)
    joint = where * most + (1 - where) * least
    truth = measure("agree_given_agree", joint, agree=[0])
    generator = np.random.default_rng(4)
    covered = 0
    for counts in generator.multinomial(300, joint.ravel(), size=1000).reshape(-1, 2, 2):
        found = set_of("agree_given_agree", counts.sum(axis=1), counts.sum(axis=0), agree=[0])
        covered += found.low <= truth <= found.high
    assert covered / 1000 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 1000)


@pytest.mark.slow
def test_independent_samples_are_covered_at_the_nominal_level_at_an_end():
    generator = np.random.default_rng(6)
    p, q, size = 0.7, 0.6, 1500
    truth = p + q - 1  # the lower bound of both agreeing is the hardest value to cover
    hits = 0
    for a, b in zip(generator.binomial(400, p, size), generator.binomial(400, q, size), strict=True):
        found = set_of("both_agree", [a, 400 - a], [b, 400 - b], agree=[0], same_people=False)
        hits += found.low <= truth <= found.high
    assert hits / size == pytest.approx(0.95, abs=3.5 * np.sqrt(0.95 * 0.05 / size))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_set_contains_the_bounds_and_keeps_to_the_range(statistic):
    ends = bounds(statistic, SUPPORT, OUTCOME, NON_NEGATIVE)
    found = set_of(statistic, SUPPORT, OUTCOME, NON_NEGATIVE)
    least, most = STATISTICS[statistic]
    assert least <= found.low <= ends.low and ends.high <= found.high <= most
    narrower = set_of(statistic, SUPPORT, OUTCOME, NON_NEGATIVE, level=0.8)
    assert found.low <= narrower.low and narrower.high <= found.high


def test_infinite_ends_stay_infinite():
    odds = set_of("odds_ratio", SUPPORT, OUTCOME)
    assert (odds.low, odds.high) == (0, np.inf)


def test_an_answer_that_nobody_gave_has_no_error():
    with_gap = bound_errors("both_agree", [60, 0, 40], [30, 70, 0], agree=[0])
    assert with_gap == pytest.approx(bound_errors("both_agree", [60, 40], [30, 70], agree=[0]))


def test_impossible_arguments_are_errors():
    for level in (0, 1, 95):
        with pytest.raises(ParameterError, match="confidence level"):
            imbens_manski(0, 1, 0.1, 0.1, level)
    for ends in ((0.5, 0.4, 0.1, 0.1), (0, 1, -0.1, 0.1), (0, 1, 0.1, float("nan")), (float("nan"), 1, 0.1, 0.1)):
        with pytest.raises(DataError, match="Ends and errors"):
            imbens_manski(*ends)
    with pytest.raises(ParameterError, match="design effect"):
        bound_errors("phi", SUPPORT, OUTCOME, design_effect=0)


def test_the_comonotone_table_is_covered_by_its_own_upper_end():
    table = comonotone(SUPPORT, OUTCOME)
    found = set_of("spearman", SUPPORT, OUTCOME)
    assert found.low <= measure("spearman", table) <= found.high
