"""Don't-knows and statements left out, by hand from Annex A."""

import pytest
from scipy.stats import fisher_exact

from pipeline.surveys.unanswered import dont_knows, left_out


def test_statements_left_out_are_respondents_less_base(answers, codebook):
    row = left_out(answers, codebook).set_index("item").loc["induction-covered-safeguarding"]
    assert row["social_workers"] == pytest.approx(100 * (483 - 282) / 483)
    assert row["managers"] == pytest.approx(100 * (163 - 61) / 163)
    assert row["p"] == pytest.approx(fisher_exact([[201, 282], [102, 61]]).pvalue)


def test_don_t_knows_are_as_printed_with_an_interval_over_rounding(answers, codebook):
    table = dont_knows(answers, codebook).set_index("item")
    assert len(table) == 37
    row = table.loc["supervision-quality-monitored"]
    assert (row["social_workers"], row["managers"]) == (16, 8)
    assert row["social_workers_low"] < 16 < row["social_workers_high"]
    counts = answers.set_index(["item", "group", "category"])["count"]
    workers, managers = (
        counts["supervision-quality-monitored", group, "dont_know"] for group in ("social_workers", "managers")
    )
    assert (round(100 * workers / 446), round(100 * managers / 145)) == (16, 8)
    assert row["p"] == pytest.approx(fisher_exact([[workers, 446 - workers], [managers, 145 - managers]]).pvalue)
    assert (table["q"] >= table["p"]).all()
