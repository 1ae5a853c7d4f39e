"""The wild cluster bootstrap against every sign vector in R, refitting, wildboottest, and its own promises."""

import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest
import pytest

from pipeline.errors import ParameterError
from pipeline.statistics.clustered_regression import partial_out, robust_slope
from pipeline.statistics.specification_curve import curve_test
from pipeline.statistics.wild_bootstrap import Signs, null_draws, rademacher, wild_bootstrap

FOLDER = Path(__file__).with_name("r")
STORED = json.loads((FOLDER / "panel_r.json").read_text(encoding="utf-8"))["bootstrap"]
PANEL = pd.DataFrame(json.loads((FOLDER / "panel_cases.json").read_text(encoding="utf-8")))
YEARS = pd.get_dummies(PANEL["year"], dtype=float)


def part_of(outcome=None, weights=None):
    return partial_out(PANEL["y"] if outcome is None else outcome, PANEL["x"], YEARS, PANEL["unit"], weights)


def no_effect(seed, units=20, years=5, effect=0.0):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), years)
    size = rng.exponential(size=units)[unit]  # errors of units differ in size
    x = rng.normal(size=len(unit)) + rng.normal(size=units)[unit] * np.tile(np.arange(years), units) * 0.3
    return partial_out(
        effect * x + size * rng.normal(size=len(unit)),
        x,
        np.tile(np.eye(years), (units, 1)),
        [f"unit {code:02}" for code in unit],
    )


@pytest.mark.parametrize(
    ("case", "null", "weights"), [("plain", 0, None), ("elsewhere", 1, None), ("weighted", 0, "w")]
)
def test_every_sign_vector_gives_r_s_p_value(case, null, weights):
    """R fits each of the samples again; an effect of 1 is no effect on what is left of y without it."""
    part = part_of(PANEL["y"] - null * PANEL["x"], weights and PANEL[weights])
    signs = rademacher(part.groups, 10**6, 1)
    assert signs.complete and len(signs.values) == 2**part.groups
    assert wild_bootstrap(part, signs).p == STORED[case]["p"]
    # R's t lacks the factor (n − 1) / (n − k) of the variance
    t = null_draws(part, signs)[1] * np.sqrt(part.correction / (part.groups / (part.groups - 1)))
    assert (t.min(), t.max()) == pytest.approx((STORED[case]["smallest"], STORED[case]["largest"]), rel=1e-7)


@pytest.mark.slow
def test_wildboottest_counts_the_same_draws():
    """All but the estimate's own two sign vectors, which tie with it: its strict comparison leaves them to rounding."""
    pytest.importorskip("wildboottest", reason="numba, which it needs, has no wheels for Intel Macs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it enumerates
        numbered = PANEL.assign(unit=pd.factorize(PANEL["unit"])[0])
        fit = pyfixest.feols("y ~ x | unit + year", numbered, vcov={"CRV1": "unit"})
        theirs = float(fit.wildboottest(reps=99_999, param="x", seed=1)["Pr(>|t|)"])
    part = part_of()
    ours = wild_bootstrap(part, rademacher(part.groups, 99_999, 1)).p
    assert (ours - theirs) * 2**part.groups in (0, 1, 2)


def test_draws_are_samples_fitted_again():
    part = no_effect(1, units=6)
    signs = rademacher(6, 12, 7)
    effects, t = null_draws(part, signs)
    unit = np.repeat(np.arange(6), 5)
    for draw, vector in enumerate(signs.values):
        again = partial_out(part.outcome * vector[unit], part.exposure, part.controls, unit, absorb=False)
        left = again.outcome - again.effect * again.exposure
        squares = np.square(again.sums(again.exposure * left)).sum()
        error = np.sqrt(part.correction * squares) / (again.exposure @ again.exposure)
        assert (effects[draw], t[draw]) == pytest.approx((again.effect, again.effect / error), rel=1e-8)


@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_the_interval_holds_what_is_not_rejected(effect):
    """Its ends by inversion: the test of a value just inside does not reject, of one just outside does."""
    rng = np.random.default_rng(3)
    unit, x = np.repeat(np.arange(25), 4), rng.normal(size=100)
    y = effect * x + rng.normal(size=100) + rng.normal(size=25)[unit] * x
    signs = rademacher(25, 999, 5)
    boot = wild_bootstrap(partial_out(y, x, None, unit), signs)
    step = 1e-4 * (boot.high - boot.low)
    for value, rejected in (
        (boot.low - step, True),
        (boot.low + step, False),
        (boot.high - step, False),
        (boot.high + step, True),
    ):
        assert (wild_bootstrap(partial_out(y - value * x, x, None, unit), signs).p <= 0.05) == rejected
    assert (boot.p <= 0.05) == (not boot.low < 0 < boot.high)


def test_three_clusters_put_no_end_to_the_interval():
    part = partial_out([1, 2, 5, 9, 4, 4.5], [0, 1, 0, 2, 0, 1], None, list("aabbcc"))
    boot = wild_bootstrap(part, rademacher(3, 999, 1))
    assert (boot.p, boot.low, boot.high, boot.draws) == (0.25, -np.inf, np.inf, 8)


def test_a_seed_gives_the_same_and_another_other_draws():
    part = no_effect(2)
    first, again, other = (wild_bootstrap(part, rademacher(20, 499, seed)) for seed in ([1, 2], [1, 2], [1, 3]))
    assert first == again and first != other
    assert first.p == pytest.approx(other.p, abs=0.1)


def test_with_many_clusters_it_is_student_s_test():
    part = no_effect(4, units=400, effect=0.02)
    slope, boot = robust_slope(part), wild_bootstrap(part, rademacher(400, 4999, 1))
    assert boot.p == pytest.approx(slope.p, abs=0.03)
    assert (boot.low, boot.high) == pytest.approx((slope.low, slope.high), abs=0.1 * (slope.high - slope.low))


def test_wrong_input():
    part = no_effect(1)
    with pytest.raises(ParameterError, match="One sign for each cluster"):
        wild_bootstrap(part, rademacher(19, 99, 1))
    with pytest.raises(ParameterError, match="level"):
        wild_bootstrap(part, rademacher(20, 99, 1), level=1)
    for groups, draws in ((1, 9), (5, 0)):
        with pytest.raises(ParameterError, match="two clusters and one draw"):
            rademacher(groups, draws, 1)
    with pytest.raises(ParameterError, match="A curve needs a model"):
        curve_test([], [], 9, 1)


def test_a_curve_of_one_model_is_the_median_of_its_draws():
    """One specification, all signs by hand: |slope| against |slope|."""
    part = no_effect(5, units=5)
    signs = [Signs(np.array([vector]), True) for vector in product((-1.0, 1.0), repeat=5)]
    effects = [abs(null_draws(part, each)[0][0]) for each in signs]
    test = curve_test([part], [10.0], draws=32, seed=1)
    beyond = sum(one >= abs(part.effect) * (1 - 1e-9) for one in effects)
    assert test.p_median == pytest.approx((1 + beyond) / 33)
    assert test.median == pytest.approx(10 * part.effect) and test.same_sign == 1 and test.p_same_sign == 1


def test_specifications_share_their_signs():
    """A model and its mirror image: in every draw one is above and one below, so the curve says nothing."""
    part = no_effect(6, effect=1.0)
    mirrored = no_effect(6, effect=1.0)
    mirrored = type(part)(
        -mirrored.outcome,
        *[getattr(mirrored, name) for name in ("exposure", "controls", "start", "labels", "parameters")],
    )
    both = curve_test([part, mirrored], [1, 1], 199, 1)
    assert both.median == pytest.approx(0, abs=1e-12) and both.same_sign == 1 and both.p_same_sign == 1
    doubled = curve_test([part, part], [1, 1], 199, 1)
    alone = curve_test([part], [1], 199, 1)
    assert doubled.p_median == alone.p_median == 1 / 200
    assert doubled.significant == 2 and doubled.p_significant == alone.p_significant  # as often as one alone is


def test_specifications_with_other_clusters_are_matched_by_label():
    whole, fewer = no_effect(7, units=10), no_effect(7, units=10)
    few = slice(10, None)
    fewer = partial_out(
        whole.outcome[few], whole.exposure[few], whole.controls[few], np.repeat(whole.labels[2:], 5), absorb=False
    )
    signs = rademacher(10, 99, 3)
    test = curve_test([whole, fewer], [1, 1], 99, 3)
    drawn = np.column_stack([null_draws(whole, signs)[0], null_draws(fewer, signs.of(np.arange(2, 10)))[0]])
    beyond = (np.abs(np.median(drawn, axis=1)) >= abs(np.median([whole.effect, fewer.effect])) * (1 - 1e-9)).sum()
    assert test.p_median == pytest.approx((1 + beyond) / 100)


@pytest.mark.slow
def test_no_effect_gives_uniform_p_values():
    """300 panels with no effect: bootstrap and curve reject at 5%, 20% and 50% as often as they should."""
    signs = rademacher(20, 199, 11)
    parts = [no_effect(seed) for seed in range(300)]
    boots = np.array([wild_bootstrap(part, signs).p for part in parts])
    curves = np.array([curve_test([part, part], [1, 2], 199, 11).p_median for part in parts])
    for p in (boots, curves):
        for level in (0.05, 0.2, 0.5):
            assert abs((p <= level).mean() - level) < 3 * np.sqrt(level * (1 - level) / 300) + 0.005
