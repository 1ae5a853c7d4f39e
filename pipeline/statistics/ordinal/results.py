"""What a fitted cumulative-link model says: estimates with errors, tests, probabilities, effects on a plain scale."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import chdtrc, expit, logit, ndtri

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.ordinal.limits import ZERO, Limit
from pipeline.statistics.ordinal.link_functions import BEYOND, link_of
from pipeline.statistics.ordinal.table import Layout, Table, design_values


class Superiority(NamedTuple):
    """P(Y1 > Y0) + ½ P(Y1 = Y0): a half when nothing differs.

    Error and limits are NaN where a threshold is at infinity.
    """

    estimate: float
    std_error: float
    low: float
    high: float


@dataclass(frozen=True)
class OrdinalFit:
    """A fit of `CumulativeLink`; made by its `fit`. Tables are built when they are asked for.

    Under separation the parameters without a finite estimate are ±infinity (or NaN where the data leave even the side
    open), have no error, and are named in `separated`; the rest, `loglik` and the tests are those of the limit.

    >>> from pipeline.statistics.ordinal.fitting import CumulativeLink
    >>> fit = CumulativeLink().fit(np.array([[4, 3, 3], [0, 0, 9]]), pd.DataFrame({"trained": [0, 1]}))
    >>> fit.separated, fit.params.round(4).to_list(), fit.std_errors.round(4).to_list()
    (('trained',), [-0.4055, 0.8473, inf], [0.6455, 0.6901, nan])
    """

    link: str
    layout: Layout
    limit: Limit
    standard_covariance: np.ndarray  # K × K, of the standardised parameters
    refit: Callable[[Table, tuple[str, ...]], "OrdinalFit"] = field(repr=False)  # the model with other nominal terms

    @property
    def loglik(self) -> float:
        """Σ count · log P: the maximum, or the supremum under separation. No multinomial constant (as clm)."""
        return self.limit.maximum.value * self.layout.table.total

    @property
    def converged(self) -> bool:
        """Newton's method ended at a maximum (of the limit, under separation) with increasing thresholds."""
        return self.limit.maximum.converged

    @property
    def iterations(self) -> int:
        """Newton steps taken in the last maximisation."""
        return self.limit.maximum.iterations

    @cached_property
    def _standard(self) -> np.ndarray:
        """Standardised parameters (K): their finite part where some are infinite."""
        return self.limit.kept @ self.limit.maximum.parameters

    @cached_property
    def _ends(self) -> list[int | None]:
        """For each parameter 0 when it is finite, else where it tends: 1, −1, or None when the data leave it open."""
        cone, back = self.limit.cone, self.layout.back
        return [0] * len(back) if cone is None else [cone.sign(row) for row in back]

    @property
    def separated(self) -> tuple[str, ...]:
        """Names of the parameters without a finite estimate."""
        return tuple(name for name, end in zip(self.layout.names, self._ends, strict=True) if end != 0)

    @cached_property
    def params(self) -> pd.Series:
        """Estimates: the thresholds, then the terms."""
        finite = self.layout.back @ self._standard
        values = [
            value if end == 0 else np.nan if end is None else end * np.inf
            for value, end in zip(finite, self._ends, strict=True)
        ]
        return pd.Series(values, index=self.layout.names, dtype=float)

    @cached_property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the estimates (cluster-robust where clusters were given); NaN for those that are not finite."""
        back, names = self.layout.back, self.layout.names
        covariance = back @ self.standard_covariance @ back.T
        infinite = np.array([end != 0 for end in self._ends])
        covariance[infinite] = np.nan
        covariance[:, infinite] = np.nan
        return pd.DataFrame(covariance, index=names, columns=names)

    @cached_property
    def std_errors(self) -> pd.Series:
        """Square roots of the covariance's diagonal."""
        return pd.Series(np.sqrt(self.covariance.to_numpy().diagonal()), index=self.layout.names)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about this fit, in sentences; nothing when there is nothing out of the ordinary."""
        notes = list(self.layout.table.notes)
        if self.separated:
            ends = "; ".join(
                f"{name} has no determined value" if end is None else f"{name} is {end * np.inf:+}"
                for name, end in zip(self.layout.names, self._ends, strict=True)
                if end != 0
            )
            notes.append(
                f"Separation: the answers put no bound on some parameters, which have no standard error ({ends})."
            )
        if self.limit.met is not None and self.limit.met.any():
            thresholds = self.layout.table.thresholds
            pairs = [f"{thresholds[j]} and {thresholds[j + 1]}" for j in np.flatnonzero(self.limit.met.any(axis=1))]
            notes.append(
                f"Boundary: thresholds {', '.join(pairs)} meet in a row without answers between them; "
                "standard errors hold them together there."
            )
        if not self.converged:
            notes.append(
                "No single maximum was found: Newton's method did not converge, or the answers leave "
                "parameters open. Do not use these estimates."
            )
        return tuple(notes)

    def nominal_test(self, notes: bool = True) -> pd.DataFrame:
        """Proportional odds, term by term: the likelihood ratio of letting the term's effect differ by threshold.

        Rows are the terms that are not nominal yet; columns df, LR, p (chi-squared), loglik of the wider model, and
        note (what is out of the ordinary about it: separation, thresholds that meet; left empty without ``notes``, which
        take a linear programme for each separated parameter). As ordinal::nominal_test, except that separation gives
        the exact supremum and thresholds never cross in a row of the data. With two categories there is nothing to
        relax: df 0, LR 0, p 1. ParameterError for a fit with clusters, where the likelihood ratio is not chi-squared.

        >>> from pipeline.statistics.ordinal.fitting import CumulativeLink
        >>> fit = CumulativeLink().fit(np.array([[10, 10, 10], [2, 6, 12]]), pd.DataFrame({"manager": [0, 1]}))
        >>> fit.nominal_test()[["df", "LR", "p"]].round(4).to_dict("index")
        {'manager': {'df': 1, 'LR': 0.2798, 'p': 0.5968}}
        """
        table, nominal = self.layout.table, self.layout.nominal
        if table.clustered is not None:
            raise ParameterError(
                "A likelihood ratio says nothing about clustered answers.",
                where="nominal_test",
                fix="Fit with nominal= and clusters= and compare the term's effects, or fit without.",
            )
        df = len(table.thresholds) - 1
        rows = {}
        for term in table.terms:
            if term in nominal:
                continue
            wider = self.refit(table, (*nominal, term)) if df else self
            ratio = max(2 * (wider.loglik - self.loglik), 0.0)
            note = " ".join(text for text in wider.notes if text not in self.notes) if notes else ""
            rows[term] = {
                "df": df,
                "LR": ratio,
                "p": float(chdtrc(df, ratio)) if df else 1.0,
                "loglik": wider.loglik,
                "note": note,
            }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["df", "LR", "p", "loglik", "note"])

    def odds_ratios(self, level: float = 0.95) -> pd.DataFrame:
        """exp(β) with Wald limits, for each term (and threshold, where its effect differs): odds of a later category.

        Columns odds_ratio, low, high; limits are NaN for an estimate at infinity. ParameterError for another link than
        logit, whose effects are no odds ratios, or a level outside 0 … 1.
        """
        if self.link != "logit":
            raise ParameterError(
                "Only the logit link has odds ratios.",
                where="odds_ratios",
                found=self.link,
                fix="Fit with link='logit', or read params.",
            )
        z = _normal_quantile(level)
        effects = slice(len(self.layout.table.thresholds), None)
        estimate, error = self.params.iloc[effects], self.std_errors.iloc[effects]
        return pd.DataFrame(
            {"odds_ratio": np.exp(estimate), "low": np.exp(estimate - z * error), "high": np.exp(estimate + z * error)}
        )

    def probabilities(self, design: pd.DataFrame) -> pd.DataFrame:
        """P(Y = category) for each row of `design` (any rows × at least the fit's terms): rows × all categories.

        A category without answers has probability 0. ParameterError for a missing term; DataError where thresholds
        cross (a row outside the data of a model with nominal terms) or where separated data leave a probability open.

        >>> from pipeline.statistics.ordinal.fitting import CumulativeLink
        >>> design = pd.DataFrame({"manager": [0, 1]})
        >>> fit = CumulativeLink().fit(np.array([[5, 0, 5], [2, 0, 8]]), design)
        >>> fit.probabilities(design).round(3).to_numpy().tolist()
        [[0.5, 0.0, 0.5], [0.2, 0.0, 0.8]]
        """
        design = design.set_axis(list(map(str, design.columns)), axis=1)
        missing = [term for term in self.layout.table.terms if term not in design.columns]
        if missing:
            raise ParameterError(
                "The design lacks a term of the fit.",
                where="design",
                found=", ".join(design.columns),
                expected=missing[0],
            )
        values, _, _ = self._predict(design_values(design[list(self.layout.table.terms)]))
        table = self.layout.table
        full = np.zeros((len(design), len(table.categories)))
        full[:, table.answered] = values.T
        return pd.DataFrame(full, index=design.index, columns=list(table.categories))

    def superiority(self, term: str, level: float = 0.95) -> Superiority:
        """P(Y1 > Y0) + ½ P(Y1 = Y0), Y1 an answer with the 0/1 `term` at 1, Y0 with it at 0, the other terms at 0.

        The interval is the delta method's on the logit scale, so it stays between 0 and 1 (Agresti and Kateri 2017,
        Biometrics 73: 214–219). ParameterError for a term that is not in the fit or not 0/1, or a level outside 0 … 1.

        >>> from pipeline.statistics.ordinal.fitting import CumulativeLink
        >>> fit = CumulativeLink().fit(np.array([[10, 10, 10], [2, 6, 12]]), pd.DataFrame({"manager": [0, 1]}))
        >>> [round(value, 3) for value in fit.superiority("manager")]
        [0.665, 0.071, 0.515, 0.788]
        """
        z = _normal_quantile(level)
        table = self.layout.table
        if term not in table.terms:
            raise ParameterError(
                "The term is not in the fit.", where="superiority", found=repr(term), expected=" or ".join(table.terms)
            )
        at = table.terms.index(term)
        if not np.isin(table.design[:, at], (0, 1)).all():
            raise ParameterError(
                "Superiority compares the two sides of a 0/1 term.",
                where="superiority",
                found=f"{term!r} has other values",
            )
        pair = np.zeros((2, len(table.terms)))
        pair[1, at] = 1
        probability, slopes, finite = self._predict(pair)
        p0, p1 = probability.T
        wins = np.tri(len(p0), k=-1) + np.eye(len(p0)) / 2  # row: the category of Y1, column: that of Y0
        estimate = float(np.clip(p1 @ wins @ p0, 0, 1))
        if not finite:
            return Superiority(estimate, np.nan, np.nan, np.nan)
        gradient = slopes[:, 1].T @ (wins @ p0) + slopes[:, 0].T @ (wins.T @ p1)
        error = float(np.sqrt(gradient @ self.standard_covariance @ gradient))
        half = z * error / (estimate * (1 - estimate))
        low, high = expit(logit(estimate) - half), expit(logit(estimate) + half)
        return Superiority(estimate, error, float(low), float(high))

    def _predict(self, design: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
        """For `design` (R × p): P (J × R), its derivatives by the standardised parameters (J × R × K), all η finite?"""
        link, cone = link_of(self.link), self.limit.cone
        basis = self.layout.rows(design) @ self.layout.effects
        inner = np.clip(basis @ self._standard, -BEYOND, BEYOND)
        finite = cone is None or bool(np.abs(basis @ cone.span).max(initial=0.0) < ZERO)
        if cone is not None and not finite:
            for j, r in np.ndindex(inner.shape):
                end = cone.sign(basis[j, r])
                if end is None:
                    raise DataError("Separated answers leave a probability open.", where=f"design, row {r + 1}")
                inner[j, r] = end * BEYOND if end else inner[j, r]
        eta = np.pad(inner, ((1, 1), (0, 0)), constant_values=((-BEYOND, BEYOND), (0, 0)))
        crossing = np.diff(eta, axis=0).min(axis=0) < -ZERO
        if crossing.any():
            raise DataError(
                "The thresholds cross: a probability would be negative.",
                where=f"design, row {np.argmax(crossing) + 1}",
                fix="Stay inside the data, or make fewer terms nominal.",
            )
        probability, density, _ = link.parts(eta)
        pull = np.pad(density[:, :, None] * basis, ((1, 1), (0, 0), (0, 0)))
        return np.maximum(probability, 0), np.diff(pull, axis=0), finite


def _normal_quantile(level: float) -> float:
    if not 0 < level < 1:
        raise ParameterError("The level of an interval lies between 0 and 1.", where="level", found=str(level))
    return float(ndtri((1 + level) / 2))
