"""Cumulative-link models on tables of counts: logit, probit, complementary log-log.

With J ordered categories, P(Y ≤ j) = F(θ_j − x·β): a positive β moves answers to later categories (McCullagh 1980,
Journal of the Royal Statistical Society B 42: 109–142). A nominal term has an effect of its own at each threshold,
P(Y ≤ j) = F(θ_j − x·β_j) (partial proportional odds: Peterson and Harrell 1990, Applied Statistics 39: 205–217).
Estimates, errors and log-likelihoods are those of R's ordinal::clm, to which a table of counts is a set of weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import ParameterError
from pipeline.statistics.ordinal.likelihood import Likelihood
from pipeline.statistics.ordinal.limits import Limit, supremum
from pipeline.statistics.ordinal.link_functions import link_of
from pipeline.statistics.ordinal.results import OrdinalFit
from pipeline.statistics.ordinal.table import Layout, Table, read_table


@dataclass(frozen=True)
class CumulativeLink:
    """A cumulative-link model; `link` is logit, probit or cloglog. ParameterError for any other.

    Respect for social workers: 0 for 30 social workers, 1 for 20 managers, three categories.

    >>> counts = pd.DataFrame({"disagree": [10, 2], "neither": [10, 6], "agree": [10, 12]})
    >>> fit = CumulativeLink(link="logit").fit(counts, pd.DataFrame({"manager": [0, 1]}))
    >>> fit.params.round(4).to_dict()
    {'disagree|neither': -0.7504, 'neither|agree': 0.7504, 'manager': 1.2012}
    >>> round(fit.loglik, 4), fit.converged
    (-51.0572, True)
    """

    link: str = "logit"

    def __post_init__(self) -> None:
        link_of(self.link)

    def fit(
        self,
        counts: pd.DataFrame | np.ndarray,
        design: pd.DataFrame,
        nominal: Sequence[str] = (),
        clusters: Sequence | None = None,
    ) -> OrdinalFit:
        """Fit by maximum likelihood.

        counts: rows × categories, any non-negative numbers: frequencies or weights. An array's categories are 1, 2, …
        design: the same rows × terms, without an intercept; true and false count as 1 and 0.
        nominal: the terms whose effect differs by threshold. Their parameters are named "1|2:term" and have the sign of
        an ordinary term's; clm calls them "1|2.term" and gives them the opposite sign unless sign.nominal = "negative".
        clusters: a label for each row. The covariance is then H⁻¹ (Σ_g s_g s_gᵀ) H⁻¹ · G / (G − 1), with s_g the score
        of cluster g and G the number of clusters (as sandwich::vcovCL: Zeileis, Köll and Graham 2020, Journal of
        Statistical Software 95(1)).

        Rows without answers are left out, categories without answers too, with a note. Rows that are equal in every
        term are merged first, so the cost grows with the number of distinct rows. DataError for counts, terms or
        clusters that cannot be used (negative or missing numbers, shapes that differ, a constant or collinear term, all
        answers in one category); ParameterError for an unknown nominal term or fewer than two clusters.
        """
        return self._fit(read_table(counts, design, clusters), tuple(map(str, nominal)))

    def _fit(self, table: Table, nominal: tuple[str, ...]) -> OrdinalFit:
        unknown = [term for term in nominal if term not in table.terms]
        if unknown:
            raise ParameterError(
                "A nominal term is not in the design.",
                where="nominal",
                found=repr(unknown[0]),
                expected=" or ".join(table.terms) or "no nominal term, as the design has no term",
            )
        layout = Layout(table, nominal)
        counts = np.ascontiguousarray(table.counts.T) / table.total
        likelihood = Likelihood(link_of(self.link), counts, layout.rows(table.design), layout.effects)
        limit = supremum(likelihood, _start(likelihood))
        return OrdinalFit(self.link, layout, limit, _covariance(limit, table), self._fit)


def _start(likelihood: Likelihood) -> np.ndarray:
    """The thresholds of all rows together, no effects: K parameters, under which every category is possible."""
    start = np.zeros(likelihood.effects.shape[2])
    shares = likelihood.counts.sum(axis=1).cumsum()
    start[: len(shares) - 1] = likelihood.link.quantile(shares[:-1] / shares[-1])
    return start


def _covariance(limit: Limit, table: Table) -> np.ndarray:
    """Covariance of the standardised parameters (K × K), of their finite part where some are infinite.

    NaN where there is no single maximum.
    """
    best, kept = limit.maximum, limit.kept
    try:
        inverse = np.linalg.inv(np.linalg.cholesky(best.information))
    except np.linalg.LinAlgError:
        return np.full((len(kept), len(kept)), np.nan)
    inverse = inverse.T @ inverse
    if table.clustered is None:
        return kept @ (inverse / table.total) @ kept.T
    counts, row, cluster = table.clustered
    scores = limit.likelihood.row_scores(best.parameters, counts.T / table.total, row)
    groups = cluster.max() + 1
    summed = np.zeros((groups, scores.shape[1]))
    np.add.at(summed, cluster, scores)
    return kept @ inverse @ (summed.T @ summed * (groups / (groups - 1))) @ inverse @ kept.T
