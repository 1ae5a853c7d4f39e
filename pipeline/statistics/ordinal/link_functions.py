"""The links of a cumulative-link model: distribution functions F with P(Y ≤ j) = F(η), as Newton's method needs them.

Every density here is log-concave, so the log-likelihood of a table is concave in the parameters: a maximum, where there
is one, is the only one (Pratt 1981, Journal of the American Statistical Association 76: 103–106).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import logit, ndtr, ndtri

from pipeline.errors import ParameterError

BEYOND = 700.0  # stands for infinity: every F is 0 or 1 there to a double's precision, and exp(700) does not overflow
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Link:
    """One link: its quantile function F⁻¹, and `parts` of the line that η cuts.

    `parts` takes η of J + 1 rising cuts, the first and last at ∓BEYOND, along the first axis. It gives F(upper) −
    F(lower) of the J intervals, without cancellation in either tail, and at the J − 1 inner cuts f and f′ / f.

    >>> probability, density, slope = LINKS["logit"].parts(np.array([-BEYOND, 0.0, BEYOND]))
    >>> probability.tolist(), density.tolist(), slope.tolist()
    ([0.5, 0.5], [0.25], [0.0])
    """

    name: str
    quantile: Callable[[np.ndarray], np.ndarray]
    parts: Callable[[np.ndarray], Parts]


def _logit_parts(eta: np.ndarray) -> Parts:
    odds = np.exp(eta)
    above = 1 / (1 + odds)  # 1 − F
    probability = (odds[1:] - odds[:-1]) * above[1:] * above[:-1]
    odds, above = odds[1:-1], above[1:-1]
    return probability, odds * above * above, (1 - odds) * above


def _probit_parts(eta: np.ndarray) -> Parts:
    lower, upper, inner = eta[:-1], eta[1:], eta[1:-1]
    side = np.where(lower > 0, -1.0, 1.0)  # the tail in which the normal distribution function is small, so exact
    probability = side * (ndtr(side * upper) - ndtr(side * lower))
    return probability, np.exp(inner * inner / -2) / np.sqrt(2 * np.pi), -inner


def _cloglog_parts(eta: np.ndarray) -> Parts:
    hazard = np.exp(eta)
    above = np.exp(-hazard)
    probability = -above[:-1] * np.expm1(hazard[:-1] - hazard[1:])
    return probability, hazard[1:-1] * above[1:-1], 1 - hazard[1:-1]


def _cloglog_quantile(p: np.ndarray) -> np.ndarray:
    return np.log(-np.log1p(-p))


LINKS = {
    "logit": Link("logit", logit, _logit_parts),
    "probit": Link("probit", ndtri, _probit_parts),
    "cloglog": Link("cloglog", _cloglog_quantile, _cloglog_parts),
}


def link_of(name: str) -> Link:
    """The link called `name`; ParameterError when there is none.

    >>> link_of("probit").name
    'probit'
    """
    if name not in LINKS:
        raise ParameterError("Unknown link.", where="link", found=repr(name), expected=" or ".join(LINKS))
    return LINKS[name]
