"""The national analysis on made-up authorities with a known effect: it is found where it is, and gaps break nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr, t

from pipeline.authorities.models.cross_section import CROSS_SECTION, rank_correlation
from pipeline.authorities.models.declared import FITTED, OUTCOMES, STEPS
from pipeline.authorities.models.fitting import Results, fit_models, with_adjusted_p
from pipeline.authorities.models.panel_models import Pair, pair_effects, pair_influence
from pipeline.authorities.models.specifications import specification_curve
from tests.authorities import made_up_effects
from tests.authorities.made_up_effects import BIAS, EFFECT

pytestmark = pytest.mark.slow

MODELLED = ("agency_rate", "caseload")  # two of five supports: the others cost time and say no more
PANEL = made_up_effects.with_gaps(made_up_effects.panel())
PANEL = PANEL[PANEL["indicator"].isin([*MODELLED, *OUTCOMES, "worker_changes"])].reset_index(drop=True)
DEPRIVATION = made_up_effects.deprivation(PANEL)
INSPECTIONS = made_up_effects.inspections(PANEL)
NO_DEPRIVATION = DEPRIVATION.iloc[:0]


@pytest.fixture(scope="module")
def results():
    return fit_models(PANEL, INSPECTIONS, DEPRIVATION, draws=199, curve_draws=99)


def one(table, **values):
    rows = table[np.logical_and.reduce([table[name] == value for name, value in values.items()])]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_pair_has_its_models(results):
    effects = results.effects
    assert len(effects[effects["primary"].astype(bool)]) == len(MODELLED) * len(OUTCOMES)
    assert (effects.groupby(["support", "outcome"]).size() == 15).all()
    assert (effects["status"] == FITTED).all()
    fitted = effects.drop(columns=["p_adjusted", "p_bootstrap", "bootstrap_low", "bootstrap_high", "left_out"])
    assert fitted.notna().all(axis=None)
    assert effects["p_adjusted"].notna().sum() == 2 * 6  # the primary family, and that between authorities
    assert ((effects["low"] < effects["effect"]) & (effects["effect"] < effects["high"])).all()


def test_the_known_effect_is_found_within_and_its_bias_between(results):
    """Ten points more agency: 5 points more re-referrals within an authority; between them more, not of its doing."""
    within = one(results.effects, support="agency_rate", outcome="re_referrals", model="within", timing="before")
    assert within["low"] < 10 * EFFECT < within["high"] and within["p_adjusted"] < 1e-6
    assert within["bootstrap_low"] < 10 * EFFECT < within["bootstrap_high"] and within["p_bootstrap"] == 1 / 200
    assert within["mde"] < 10 * EFFECT and within["step"] == 10 and within["draws"] == 199
    between = one(results.effects, support="agency_rate", outcome="re_referrals", model="between", adjusted=True)
    assert between["adjustment"] == "idaci" and between["effect"] > 10 * EFFECT + 3
    difference = one(results.effects, support="agency_rate", outcome="re_referrals", model="difference", adjusted=False)
    assert 0 < difference["effect"] < 10 * BIAS * 1.5 and difference["p"] < 0.001
    placebo = one(results.effects, support="agency_rate", outcome="re_referrals", model="together", timing="after")
    assert abs(placebo["effect"]) < 1 and placebo["p"] > 0.001
    together = one(results.effects, support="agency_rate", outcome="re_referrals", model="together", timing="before")
    assert together["low"] < 10 * EFFECT < together["high"]


def test_counts_say_what_percentages_say(results):
    binomial = one(results.effects, support="agency_rate", outcome="re_referrals", model="binomial", timing="before")
    assert binomial["unit"] == "odds ratio" and 1.1 < binomial["low"] < binomial["effect"] < binomial["high"] < 1.6
    specifications = results.specifications[
        (results.specifications["support"] == "agency_rate") & (results.specifications["outcome"] == "re_referrals")
    ]
    before = specifications[specifications["timing"] == "before"].groupby("model")["effect"].median()
    assert before.to_numpy() == pytest.approx([10 * EFFECT] * 2, abs=0.8)


def test_what_has_no_effect_is_rarely_found(results):
    none = results.effects[results.effects["primary"].astype(bool) & (results.effects["support"] != "agency_rate")]
    assert (none["p"] < 0.05).sum() <= 1 and (none["p_adjusted"] > 0.01).all()


def test_the_first_specification_is_the_primary_model(results):
    first = results.specifications[results.specifications["specification"] == 1]
    primary = results.effects[results.effects["primary"].astype(bool)]
    for name in ("effect", "low", "high", "p"):
        np.testing.assert_allclose(first[name], primary[name], rtol=1e-6)
    assert first["units"].tolist() == primary["units"].tolist()


def test_the_curve_counts_its_specifications(results):
    curve = one(results.curves, support="agency_rate", outcome="re_referrals")
    rows = results.specifications[
        (results.specifications["support"] == "agency_rate") & (results.specifications["outcome"] == "re_referrals")
    ]
    assert curve["specifications"] == curve["fitted"] == len(rows) == 96
    assert curve["median"] == pytest.approx(rows["effect"].median(), abs=0.1)
    assert (curve["lowest"], curve["highest"]) == (rows["effect"].min(), rows["effect"].max())
    assert curve["same_sign"] >= 48 and curve["p_median"] == 0.01
    assert rows[rows["joint"] == "out"]["units"].max() < rows[rows["joint"] == "in"]["units"].max()
    assert not rows.duplicated(["model", "timing", "weighted", "pandemic", "joint", "small", "deprivation"]).any()


def test_left_out_rows_add_to_all(results):
    primary = one(results.effects, support="agency_rate", outcome="re_referrals", model="within", timing="before")
    left = results.left_out.set_index(["support", "outcome", "timing"]).loc[("agency_rate", "re_referrals", "before")]
    assert primary["left_out"] == left["rows"].sum() == 12
    assert primary["rows"] + primary["left_out"] == 60 * 8


def test_suppressed_counts_are_bounded(results):
    rows = results.effects[(results.effects["support"] == "caseload") & (results.effects["outcome"] == "long_plans")]
    primary = one(rows, model="within", timing="before")
    for count in (1, 5):
        row = one(rows, model=f"suppressed_{count}")
        assert row["rows"] > primary["rows"] and row["left_out"] < primary["left_out"]


def test_the_unit_that_decides_is_named():
    panel = PANEL.copy()
    outlier = (panel["unit"] == "E06999020") & (panel["indicator"] == "repeat_plans") & (panel["year"] == 2023)
    cause = (panel["unit"] == "E06999020") & (panel["indicator"] == "caseload") & (panel["year"] == 2021)
    panel.loc[outlier, "value"], panel.loc[cause, "value"] = 90.0, 60.0
    pair = Pair.of(panel, NO_DEPRIVATION, "caseload", "repeat_plans")
    influence = pair_influence(pair)
    effect = pair_effects(pair, 0, 1).iloc[0]["effect"]
    most = influence.loc[influence["change"].abs().idxmax()]
    assert most["unit"] == "E06999020"
    np.testing.assert_allclose(influence["without"] + influence["change"], effect)


def test_the_same_input_gives_the_same_results(results):
    again = fit_models(
        PANEL.sample(frac=1, random_state=1),
        INSPECTIONS.sample(frac=1, random_state=1),
        DEPRIVATION,
        draws=199,
        curve_draws=99,
    )
    for name, table in vars(results).items():
        pd.testing.assert_frame_equal(table, getattr(again, name), rtol=1e-7)


def test_a_pair_does_not_depend_on_the_others(results):
    alone = fit_models(
        PANEL[PANEL["indicator"].isin(["caseload", "long_plans"])], INSPECTIONS, DEPRIVATION, draws=199, curve_draws=99
    )
    both = results.effects[(results.effects["support"] == "caseload") & (results.effects["outcome"] == "long_plans")]
    pd.testing.assert_frame_equal(
        alone.effects.drop(columns="p_adjusted"), both.drop(columns="p_adjusted").reset_index(drop=True)
    )


def test_without_deprivation_the_results_say_so():
    found = fit_models(
        PANEL[PANEL["indicator"].isin(["agency_rate", "re_referrals", "worker_changes"])],
        INSPECTIONS,
        NO_DEPRIVATION,
        draws=0,
        curve_draws=9,
    )
    between = one(found.effects, model="between")
    assert not between["adjusted"] and between["note"] == "not adjusted for deprivation: no measure of it"
    assert between["p_adjusted"] == between["p"] and np.isnan(between["p_bootstrap"])
    assert found.curves["specifications"].tolist() == [48]
    assert not found.cross_section["adjusted"].any()
    assert found.cross_section["note"].str.contains("not adjusted for deprivation").all()
    assert found.inspections["note"].str.contains("not adjusted for deprivation").all()


def test_nothing_fetched_gives_tables_without_rows():
    found = fit_models(PANEL.iloc[:0], INSPECTIONS.iloc[:0], NO_DEPRIVATION, draws=9, curve_draws=9)
    assert found.effects.empty and found.cross_section.empty and found.curves.empty and found.influential.empty
    assert list(found.cross_section) == CROSS_SECTION and found.left_out.columns[-2:].tolist() == ["rows", "units"]
    assert set(found.inspections["status"]) == {"fewer than 30 inspections"}
    assert list(vars(found)) == list(Results.__dataclass_fields__)


def only(**changes):
    """The agency panel with some of it changed."""
    panel = PANEL[PANEL["indicator"].isin(["agency_rate", "re_referrals"])].copy()
    for change in changes.values():
        panel = change(panel)
    return panel


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda rows: rows[rows["unit"] == "E06999010"], "fewer than two units"),
        (lambda rows: rows[rows["year"].isin([2020, 2022])], ""),
        (
            lambda rows: rows.assign(value=rows["value"].where(rows["indicator"] != "agency_rate", 12.0)),
            "the exposure does not vary beyond the rest of the model",
        ),
        (
            lambda rows: rows.assign(value=rows["value"].where(rows["indicator"] != "re_referrals", 20.0)),
            "the outcome does not vary beyond the rest of the model",
        ),
        (
            lambda rows: rows.assign(
                value=rows["value"].where(rows["indicator"] != "agency_rate"), reason="unavailable"
            ),
            "",
        ),
    ],
)
def test_what_carries_no_model_has_a_status(change, status):
    pair = Pair.of(change(only()), DEPRIVATION, "agency_rate", "re_referrals")
    effects = pair_effects(pair, 99, 1)
    primary = effects[effects["primary"].astype(bool)].iloc[0]
    assert primary["status"] == status or (not status and primary["status"] != FITTED)
    assert effects.loc[effects["status"] != FITTED, ["effect", "low", "high", "p", "mde"]].isna().all(axis=None)
    assert pair_influence(pair).empty
    curve = specification_curve(pair, 9, 1)
    linear = curve.specifications[curve.specifications["model"] == "linear"]
    assert (linear["status"] != FITTED).all() and linear["effect"].isna().all()


def test_false_discoveries_by_hand():
    """Four p-values: each times 4 over its place, then not above the next: Benjamini and Hochberg's step-up."""
    table = pd.DataFrame({"p": [0.04, 0.001, 0.02, 0.5, np.nan, 0.0001], "p_adjusted": np.nan})
    family = pd.Series([True, True, True, True, True, False])
    adjusted = with_adjusted_p(table, family)["p_adjusted"]
    assert adjusted[:4].tolist() == pytest.approx([0.04 * 4 / 3, 0.004, 0.04, 0.5])
    assert adjusted[4:].isna().all()


def test_the_cross_section_is_its_least_squares_and_ranks(results):
    row = one(results.cross_section, support="caseload", timing="within", adjusted=False)
    wide = PANEL[(PANEL["indicator"] == "caseload") & (PANEL["year"] == 2023)].set_index("unit")["value"]
    outcome = PANEL[PANEL["indicator"] == "worker_changes"].set_index("unit")["value"]
    both = pd.concat([wide.rename("x"), outcome.rename("y")], axis=1).dropna()
    assert row["rho"] == pytest.approx(spearmanr(both["x"], both["y"]).statistic)
    assert row["effect"] == pytest.approx(2 * np.polyfit(both["x"], both["y"], 1)[0])
    design = np.column_stack([np.ones(len(both)), both["x"]])
    bread = np.linalg.inv(design.T @ design)
    left = both["y"].to_numpy() - design @ bread @ design.T @ both["y"].to_numpy()
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    hc3 = bread @ (design.T * (left / (1 - leverage)) ** 2) @ design @ bread
    half = (row["high"] - row["low"]) / 2 / 2
    assert half == pytest.approx(t.ppf(0.975, len(both) - 2) * np.sqrt(hc3[1, 1]))
    assert row["units"] == len(both) and row["year"] == 2024 and "cross-section" in row["note"]


def test_partial_rank_correlation_is_that_of_the_formula():
    rng = np.random.default_rng(1)
    third = rng.normal(size=80)
    x, y = third + rng.normal(size=80), third + rng.normal(size=80)
    xy, xz, yz = spearmanr(x, y).statistic, spearmanr(x, third).statistic, spearmanr(y, third).statistic
    expected = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    rho, low, high, p = rank_correlation(x, y, third)
    assert rho == pytest.approx(expected) and low < rho < high and p > 0.001
    assert rank_correlation(x, np.exp(x)) == (1, 1, 1, 0)


def test_every_support_has_a_step_with_a_reason():
    assert all(step.size > 0 and step.reason for step in STEPS.values())
