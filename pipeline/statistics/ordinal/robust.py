"""Robust errors of a cumulative-link model, and Brant's test of proportional odds, for many people in few cells.

`CumulativeLink.fit` takes clusters too, but as a row for each cluster and distinct row of terms: nearly one a person. A
score depends only on the cell, the row of terms and the answer, so here the people are counted by cell, and the scores
of the cells are summed by cluster: of a million people in a thousand rows, five thousand scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import f

from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.ordinal.link_functions import BEYOND, link_of
from pipeline.statistics.ordinal.results import OrdinalFit


@dataclass(frozen=True)
class People:
    """Who gave which answer: n people, R distinct rows of terms, J ≥ 2 categories that all have answers.

    design: R × p. row, answer (n,): each person's row, and category from 0. weights (n,): positive numbers, or none.
    clusters (n,): numbers from 0 without a gap, or none.
    """

    design: pd.DataFrame
    row: np.ndarray
    answer: np.ndarray
    weights: np.ndarray | None = None
    clusters: np.ndarray | None = None

    @cached_property
    def categories(self) -> int:
        """J, the number of categories."""
        return int(self.answer.max()) + 1

    @cached_property
    def units(self) -> int:
        """How many independent units there are: the clusters, or the people."""
        return len(self.answer) if self.clusters is None else int(self.clusters.max()) + 1

    @cached_property
    def counts(self) -> np.ndarray:
        """People, or their weights scaled so that they add to n, by cell: R × J."""
        return np.bincount(self._place, weights=self._scaled, minlength=self._size).reshape(-1, self.categories)

    @cached_property
    def _place(self) -> np.ndarray:
        return self.row.astype(np.int64) * self.categories + self.answer

    @cached_property
    def _size(self) -> int:
        return len(self.design) * self.categories

    @cached_property
    def _scaled(self) -> np.ndarray | None:
        return None if self.weights is None else self.weights * (len(self.weights) / self.weights.sum())

    @cached_property
    def cells(self) -> tuple[np.ndarray, np.ndarray]:
        """The row and the answer of each of the C cells that anybody is in."""
        return np.divmod(np.flatnonzero(np.bincount(self._place, minlength=self._size)), self.categories)

    @cached_property
    def _by_cluster(self) -> csr_array | np.ndarray:
        """Clusters × C: the sum of the weights; without clusters C: the sum of their squares."""
        row, answer = self.cells
        number = np.zeros(self._size, dtype=np.int32)
        number[row * self.categories + answer] = np.arange(len(row), dtype=np.int32)
        cell = number[self._place]
        weights = np.ones(len(cell)) if self._scaled is None else self._scaled
        if self.clusters is None:
            return np.bincount(cell, weights=weights**2)
        return csr_array((weights, (self.clusters, cell)), shape=(self.units, len(row)))

    def spread(self, scores: np.ndarray) -> np.ndarray:
        """G / (G − 1) Σ_g s_g s_gᵀ (K × K), s_g the sum of the cells' scores (C × K) over the people of unit g."""
        factor = self.units / (self.units - 1)
        if self.clusters is None:
            return factor * (scores.T * self._by_cluster) @ scores
        sums = self._by_cluster @ scores
        return factor * sums.T @ sums


def cell_scores(fit: OrdinalFit, people: People) -> np.ndarray:
    """The score of one answer in each cell (C × K): ∂ log P / ∂ parameter, for a fit without nominal terms.

    Parameters are in the order of `fit.params`, terms in their own units.
    """
    row, answer = people.cells
    cuts = people.categories - 1
    parameters = fit.params.to_numpy()
    effect = people.design.to_numpy(dtype=float) @ parameters[cuts:]
    probability, density, _ = link_of(fit.link).parts(_with_ends(parameters[:cuts, None] - effect))
    cell = np.arange(len(row))
    chance = probability[answer, row]
    by_cut = np.zeros((len(row), cuts + 2))  # with the two outer ends, on which nothing depends
    outer = np.pad(density, ((1, 1), (0, 0)))
    by_cut[cell, answer + 1] = outer[answer + 1, row] / chance
    by_cut[cell, answer] = -outer[answer, row] / chance
    by_cut = by_cut[:, 1:-1]
    return np.hstack([by_cut, -by_cut.sum(axis=1, keepdims=True) * people.design.to_numpy(dtype=float)[row]])


def _with_ends(inner: np.ndarray) -> np.ndarray:
    """Predictors (cuts × R) with the two outer ends, as a link takes them."""
    return np.pad(np.clip(inner, -BEYOND, BEYOND), ((1, 1), (0, 0)), constant_values=((-BEYOND, BEYOND), (0, 0)))


def robust_covariance(fit: OrdinalFit, people: People) -> pd.DataFrame:
    """H⁻¹ (Σ_g s_g s_gᵀ) H⁻¹ · G / (G − 1) of a fit to `people.counts`: K × K, as `CumulativeLink.fit` with clusters.

    G counts clusters, or people where there are none (as for weights).

    >>> people = People(pd.DataFrame({"manager": [0, 1]}), np.array([0, 0, 0, 0, 1, 1, 1, 1]),
    ...                 np.array([0, 0, 0, 1, 0, 1, 1, 1]), clusters=np.array([0, 0, 1, 1, 2, 2, 3, 3]))
    >>> fit = CumulativeLink().fit(people.counts, people.design)
    >>> round(float(np.sqrt(robust_covariance(fit, people).loc["manager", "manager"])), 3)
    1.54
    """
    inverse = fit.covariance.to_numpy()
    names = fit.covariance.index
    return pd.DataFrame(inverse @ people.spread(cell_scores(fit, people)) @ inverse, index=names, columns=names)


@dataclass(frozen=True)
class Brant:
    """Whether a term has one effect: `p`, and its effect (log odds) at each cut of the answers that was looked at.

    `p` is NaN where fewer than two cuts can be looked at.
    """

    p: float
    effects: tuple[float, ...]


def brant_test(people: People, terms: Sequence[str], least: int = 10) -> dict[str, Brant]:
    """Brant's test of proportional odds (1990, Biometrics 46: 1171–1178) for each of some terms, robust.

    At each cut of the categories a binary logit model of the answers above it is fitted; the covariance of all their
    effects together is the sandwich of `robust_covariance`. That the effects of a term are the same is tested by Wald's
    statistic with Hotelling's F distribution, q and G − q degrees of freedom. Cuts with fewer than ``least`` people a
    term on either side, or whose model has no finite estimates, are left out.
    """
    columns, fits, kept = list(people.design.columns), [], []
    below = np.bincount(people.answer).cumsum()
    for cut in range(1, people.categories):
        if min(below[cut - 1], below[-1] - below[cut - 1]) < least * len(columns):
            continue
        halves = np.column_stack([people.counts[:, :cut].sum(axis=1), people.counts[:, cut:].sum(axis=1)])
        fit = CumulativeLink().fit(halves, people.design)
        if fit.converged and not fit.separated:
            fits.append(fit)
            kept.append(cut)
    if len(fits) < 2:
        return {term: Brant(np.nan, ()) for term in terms}
    covariance = _joint_covariance(people, fits, kept, [1 + columns.index(term) for term in terms])
    found = {}
    for place, term in enumerate(terms):
        at = np.arange(len(fits)) * len(terms) + place
        effects = np.array([fit.params[term] for fit in fits])
        found[term] = Brant(_same(effects, covariance[np.ix_(at, at)], people.units), tuple(effects.tolist()))
    return found


def _joint_covariance(
    people: People, fits: Sequence[OrdinalFit], cuts: Sequence[int], wanted: Sequence[int]
) -> np.ndarray:
    """Sandwich covariance of the wanted parameters (by position) of binary fits at some cuts, fit after fit."""
    row, answer = people.cells
    terms = np.hstack([np.ones((len(people.design), 1)), -people.design.to_numpy(dtype=float)])
    influences = []
    for fit, cut in zip(fits, cuts, strict=True):
        below = link_of("logit").parts(_with_ends((terms @ fit.params.to_numpy())[None]))[0][0]
        scores = ((answer < cut) - below[row])[:, None] * terms[row]
        influences.append(scores @ fit.covariance.to_numpy()[:, wanted])
    return people.spread(np.hstack(influences))


def _same(effects: np.ndarray, covariance: np.ndarray, units: int) -> float:
    """The p-value of equal effects (m) by Hotelling's T²; NaN where there are too few units to tell."""
    differences = np.diff(np.eye(len(effects)), axis=0)
    apart, free = differences @ effects, len(effects) - 1
    spread = differences @ covariance @ differences.T
    if units <= free or np.linalg.matrix_rank(spread) < free:
        return np.nan
    statistic = apart @ np.linalg.solve(spread, apart)
    return float(f.sf(statistic * (units - free) / (free * (units - 1)), free, units - free))
