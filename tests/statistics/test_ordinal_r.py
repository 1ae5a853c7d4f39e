"""Cumulative-link models against stored fits of R's ordinal::clm (script, input and output in the folder r)."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.ordinal.fitting import CumulativeLink
from tests.r_scripts import output_of

FOLDER = Path(__file__).with_name("r")
CASES = {
    f"{case['group']}: {case['name']}": case
    for case in json.loads((FOLDER / "ordinal_cases.json").read_text(encoding="utf-8"))
}
STORED = json.loads((FOLDER / "ordinal_clm.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-6
ENDED = [name for name, case in CASES.items() if case["group"] != "separation"]
SEPARATED = [name for name, case in CASES.items() if case["group"] == "separation"]
CLUSTERED = [name for name, case in CASES.items() if case["clusters"]]
TESTED = [name for name in ENDED if "nominal_test" in STORED["fits"][name]]
# R does not test these: its nominal fit fails on a year that is not centred, or on a row with an empty inner category.
R_GIVES_UP = {
    ("many rows: terms of very different size, logit", "year"),
    ("many rows: terms of very different size, cloglog", "year"),
    ("empty categories: inner, in one row only", "role"),
}
# R's nominal fit crosses thresholds here: some of its own rows get negative probabilities. Ours stops where they meet.
R_CROSSES = {(f"many rows: 60 single answers, {link}", "b") for link in ("logit", "probit", "cloglog")}


def fit(name, clustered=False):
    case = CASES[name]
    counts, design = np.array(case["counts"]), pd.DataFrame(case["design"])
    clusters = case["clusters"] if clustered else None
    return CumulativeLink(case["link"]).fit(counts, design, nominal=case["nominal"], clusters=clusters)


def our_names(name):
    """R's names of the parameters in our spelling: 1|2.(Intercept) is 1|2, 1|2.role is 1|2:role."""
    names = STORED["fits"][name]["names"]
    return [one.replace(".(Intercept)", "").replace(".", ":") for one in names]


def as_list(value):
    """R writes one number without its list."""
    return value if isinstance(value, list) else [value]


def assert_close(found, expected):
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_the_stored_fits_belong_to_the_stored_tables():
    assert STORED["input_md5"] == hashlib.md5((FOLDER / "ordinal_cases.json").read_bytes()).hexdigest()
    assert list(STORED["fits"]) == list(CASES)
    assert len(ENDED) >= 20


@pytest.mark.parametrize("name", ENDED)
def test_estimates_errors_and_likelihood_are_those_of_r(name):
    ours, r = fit(name), STORED["fits"][name]
    names = our_names(name)
    assert sorted(names) == sorted(ours.params.index)
    assert_close(ours.params[names], r["estimates"])
    assert_close(ours.std_errors[names], r["std_errors"])
    assert_close(ours.loglik, r["loglik"])
    assert_close(2 * (len(names) - ours.loglik), r["aic"])
    assert ours.converged and not ours.separated
    _, gradient, information = ours.limit.likelihood.evaluate(ours.limit.maximum.parameters)
    assert (
        ours.layout.table.total * gradient @ np.linalg.solve(information, gradient) < 1e-12
    )  # squared standard errors


@pytest.mark.parametrize("name", TESTED)
def test_the_test_of_proportional_odds_is_that_of_r(name):
    ours, r = fit(name).nominal_test(), STORED["fits"][name]["nominal_test"]
    assert list(ours.index) == [term for term in CASES[name]["design"] if term not in CASES[name]["nominal"]]
    for place, term in enumerate(as_list(r["term"])):
        loglik, df, ratio, p = (as_list(r[key])[place] for key in ("loglik", "df", "lr", "p"))
        row = ours.loc[term]
        if (name, term) in R_GIVES_UP:
            assert loglik is None and np.isfinite(row.LR)
        elif (name, term) in R_CROSSES:
            assert row.loglik < loglik and "meet" in row.note
        else:
            assert row.df == df
            assert_close([row.loglik, row.LR, row.p], [loglik, ratio, p])


@pytest.mark.parametrize("name", SEPARATED)
def test_where_r_stops_far_out_the_rest_still_agrees(name):
    ours, r = fit(name), STORED["fits"][name]
    estimates = pd.Series(r["estimates"], index=our_names(name))
    finite = np.isfinite(ours.params)
    assert ours.separated == tuple(ours.params.index[~finite]) and not finite.all()
    assert (np.sign(estimates[~finite[estimates.index]]) == np.sign(ours.params[~finite])).all()
    assert ours.std_errors[~finite].isna().all() and ours.std_errors[finite].notna().all()
    assert_close(ours.params[finite], estimates[ours.params.index][finite])
    assert_close(ours.loglik, r["loglik"])


@pytest.mark.parametrize("name", CLUSTERED)
def test_cluster_robust_errors_are_those_of_r(name):
    ours = fit(name, clustered=True)
    assert_close(ours.std_errors[our_names(name)], STORED["fits"][name]["robust_errors"])
    assert_close(ours.params, fit(name).params)


@pytest.mark.slow
def test_the_script_still_gives_the_stored_output(tmp_path):
    again = output_of(
        FOLDER / "ordinal.R",
        "ordinal_cases.json",
        "ordinal_clm.json",
        ("ordinal", "sandwich", "numDeriv", "jsonlite"),
        tmp_path,
    )
    for name in ENDED:
        assert_close(again["fits"][name]["estimates"], STORED["fits"][name]["estimates"])
        assert_close(again["fits"][name]["std_errors"], STORED["fits"][name]["std_errors"])
