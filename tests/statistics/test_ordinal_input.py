"""What cannot be fitted is said so: what, where, and what to do."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.ordinal.fitting import CumulativeLink

COUNTS = pd.DataFrame({"low": [3, 4, 5], "middle": [6, 2, 1], "high": [2, 8, 9]})
DESIGN = pd.DataFrame({"role": [0, 1, 1], "load": [0.5, 1.5, 4.0]})


def changed(table, row, column, value):
    table = table.astype(object)
    table.iloc[row, table.columns.get_loc(column)] = value
    return table


@pytest.mark.parametrize(
    ("counts", "design", "message"),
    [
        (changed(COUNTS, 1, "middle", -2), DESIGN, "row 2, category 'middle'"),
        (changed(COUNTS, 1, "middle", np.nan), DESIGN, "row 2, category 'middle'"),
        (changed(COUNTS, 2, "high", np.inf), DESIGN, "row 3, category 'high'"),
        (changed(COUNTS, 2, "high", "many"), DESIGN, "must be numbers"),
        (COUNTS["low"].to_numpy(), DESIGN, r"shape \(3,\)"),
        (COUNTS[["low"]], DESIGN, r"shape \(3, 1\)"),
        (COUNTS.iloc[:0], DESIGN.iloc[:0], r"shape \(0, 3\)"),
        (COUNTS.set_axis(["low", "low", "high"], axis=1), DESIGN, "same name"),
        (COUNTS * [1, 0, 0], DESIGN, "one category"),
        (COUNTS * 0, DESIGN, "one category"),
        (COUNTS, DESIGN.iloc[:2], "2 rows"),
        (COUNTS, DESIGN.set_axis([2, 1, 0]), "same labels"),
        (COUNTS, DESIGN.set_axis(["role", "role"], axis=1), "same name"),
        (COUNTS, changed(DESIGN, 0, "load", np.nan), "row 1, term 'load'"),
        (COUNTS, changed(DESIGN, 0, "load", "heavy"), "Terms must be numbers"),
        (COUNTS, DESIGN.assign(always=7), "term 'always'"),
        (COUNTS, DESIGN.assign(twice=DESIGN["load"] * 2 + 1), "term 'twice'"),
        (COUNTS, DESIGN.assign(square=DESIGN["load"] ** 2), "term 'square'"),
    ],
)
def test_tables_that_cannot_be_fitted(counts, design, message):
    with pytest.raises(DataError, match="(?s)" + message):
        CumulativeLink().fit(counts, design)


def test_a_term_that_only_varies_among_rows_without_answers():
    with pytest.raises(DataError, match="term 'role'"):
        CumulativeLink().fit(COUNTS.mul([0, 1, 1], axis=0), DESIGN[["role"]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"nominal": ["rank"]}, "'rank'"),
        ({"clusters": ["a", "b"]}, "2 labels"),
        ({"clusters": ["a", "a", "a"]}, "one cluster"),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ParameterError, match=message):
        CumulativeLink().fit(COUNTS, DESIGN, **arguments)


@pytest.mark.parametrize(
    ("clusters", "message"), [(["a", None, "b"], "row 2"), (pd.Series(["a", "b", "c"], index=[2, 1, 0]), "row labels")]
)
def test_clusters_that_do_not_fit(clusters, message):
    with pytest.raises(DataError, match=message):
        CumulativeLink().fit(COUNTS, DESIGN, clusters=clusters)


def test_a_design_without_names():
    with pytest.raises(ParameterError, match="DataFrame"):
        CumulativeLink().fit(COUNTS, DESIGN.to_numpy())


def test_an_unknown_link():
    with pytest.raises(ParameterError, match="(?s)'cauchit'.*logit or probit or cloglog"):
        CumulativeLink(link="cauchit")


def test_what_a_fit_cannot_answer():
    fit = CumulativeLink().fit(COUNTS, DESIGN[["load"]])
    for question, message in [
        (lambda: fit.superiority("role"), "not in the fit"),
        (lambda: fit.superiority("load"), "0/1"),
        (lambda: fit.odds_ratios(level=95), "between 0 and 1"),
        (lambda: fit.probabilities(DESIGN[["role"]]), "load"),
        (lambda: CumulativeLink("probit").fit(COUNTS, DESIGN[["load"]]).odds_ratios(), "logit"),
        (lambda: CumulativeLink().fit(COUNTS, DESIGN[["load"]], clusters=[1, 2, 3]).nominal_test(), "clustered"),
    ]:
        with pytest.raises(ParameterError, match=message):
            question()


def test_truth_values_and_rows_in_any_order_are_welcome():
    fit = CumulativeLink().fit(COUNTS, DESIGN.assign(role=DESIGN["role"] == 1))
    again = CumulativeLink().fit(COUNTS.iloc[::-1], DESIGN.iloc[::-1])
    np.testing.assert_allclose(fit.params, again.params, rtol=1e-12)
