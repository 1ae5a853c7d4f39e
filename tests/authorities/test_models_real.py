"""The national analysis on the real statistics, where they lie beside the repository: everything is fitted."""

import numpy as np
import pandas as pd
import pytest

from pipeline.authorities.models.declared import FITTED, OUTCOMES, SUPPORTS
from pipeline.authorities.models.fitting import fit_models
from pipeline.authorities.panel.cleaning import clean_files
from pipeline.files import project_root
from tests.authorities import made_up

FOLDER = project_root().parent / "shared" / "dfe"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real statistics are not beside the repository"),
]


@pytest.fixture(scope="module")
def cleaned():
    return clean_files({source: FOLDER / name for source, name in made_up.FILES.items()})


@pytest.fixture(scope="module")
def results(cleaned):
    return fit_models(cleaned.panel_today, cleaned.inspections, cleaned.deprivation, draws=99, curve_draws=99)


def test_every_model_is_fitted(results):
    for name in ("effects", "specifications", "curves", "inspections", "cross_section"):
        table = getattr(results, name)
        assert len(table) and (table["status"] == FITTED).all(), name
    primary = results.effects[results.effects["primary"].astype(bool)]
    assert len(primary) == len(SUPPORTS) * len(OUTCOMES) and primary["units"].between(130, 152).all()
    assert results.inspections["inspections"].between(240, 275).all()


def test_rows_and_what_is_left_out_are_all_units_and_years(results, cleaned):
    """Every row of the outcome in the years looked at is in the model or has a reason."""
    panel = cleaned.panel_today
    left = results.left_out.groupby(["support", "outcome"])["rows"]
    for row in results.effects[results.effects["primary"].astype(bool)].itertuples():
        outcome = panel[(panel["indicator"] == row.outcome) & panel["level"].isin(["authority", "joint"])]
        work = panel[(panel["indicator"] == row.support) & panel["level"].isin(["authority", "joint"])]
        years = {year for year in outcome["year"] if year - 2 in set(work.loc[work["value"].notna(), "year"])}
        keys = {(unit, year) for unit, year in zip(outcome["unit"], outcome["year"], strict=True) if year in years}
        keys |= {(unit, year + 2) for unit, year in zip(work["unit"], work["year"], strict=True) if year + 2 in years}
        assert row.rows + row.left_out == len(keys)
    assert left.sum().gt(0).all()


def test_bootstrap_and_robust_errors_agree_with_150_authorities(results):
    primary = results.effects[results.effects["primary"].astype(bool)]
    assert np.corrcoef(primary["p"], primary["p_bootstrap"])[0, 1] > 0.95
    widths = (primary["bootstrap_high"] - primary["bootstrap_low"]) / (primary["high"] - primary["low"])
    assert widths.between(0.7, 1.5).all()


def test_counts_and_percentages_of_the_same_panel_have_the_same_sign_where_they_are_clear(results):
    wide = pd.concat(
        [
            results.effects[(results.effects["model"] == model) & (results.effects["timing"] == "before")]
            .set_index(["support", "outcome"])[["effect", "p"]]
            .add_suffix(f"_{model}")
            for model in ("within", "binomial")
        ],
        axis=1,
    )
    clear = wide[(wide["p_within"] < 0.01) & (wide["p_binomial"] < 0.05)]
    assert len(clear) and ((clear["effect_within"] > 0) == (clear["effect_binomial"] > 1)).all()
