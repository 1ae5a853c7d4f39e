"""Many defensible models of one question at once: what most of them say, and whether chance says it as clearly.

Simonsohn, Simmons and Nelson (2020, Nature Human Behaviour 4: 1208–1214): the curve of estimates over all
specifications, and three statistics tested together under no effect. Specifications share their data, so each draw
flips the signs of the same clusters' residuals in all of them (with the null imposed, as `wild_bootstrap`): exact
dependence between specifications, patterns of missing rows and the order of years stay as they are. Exposures are not
shuffled between units, which would undo their missing rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from pipeline.errors import ParameterError
from pipeline.statistics.clustered_regression import Partialled, robust_slope
from pipeline.statistics.wild_bootstrap import TIE, null_draws, rademacher


@dataclass(frozen=True)
class CurveTest:
    """A curve's three statistics, and how often no effect gives ones as large: p-values.

    median: of the estimates. same_sign: specifications with the sign of most. significant: those of them whose p is
    below `significance`.
    """

    median: float
    same_sign: int
    significant: int
    p_median: float
    p_same_sign: float
    p_significant: float
    draws: int


def curve_test(
    parts: Sequence[Partialled], scales: Sequence[float], draws: int, seed: int | list[int], significance: float = 0.05
) -> CurveTest:
    """Test the curve of some models; `scales` brings each slope to the unit in which the curve is drawn.

    The models' clusters are matched by their labels. Each p-value is (1 + draws at least as large) / (1 + B): two-
    sided, as the larger side counts in every draw. Its smallest value is 1 / (1 + B). ParameterError without a model.

    >>> from pipeline.statistics.clustered_regression import partial_out
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=60)
    >>> part = partial_out(x + rng.normal(size=60), x, None, np.repeat(np.arange(20), 3))
    >>> curve_test([part, part], [1, 1], draws=99, seed=1).p_median
    0.01
    """
    if not parts or len(parts) != len(scales):
        raise ParameterError("A curve needs a model, and a scale for each.", found=f"{len(parts)} and {len(scales)}")
    labels = np.unique(np.concatenate([part.labels for part in parts]))
    signs = rademacher(len(labels), draws, seed)
    slopes = [robust_slope(part) for part in parts]
    found = _statistics(
        np.array([[slope.effect * scale for slope, scale in zip(slopes, scales, strict=True)]]),
        np.array([[slope.p for slope in slopes]]),
        significance,
    )
    effects, chances = [], []
    for part, scale in zip(parts, scales, strict=True):
        effect, t = null_draws(part, signs.of(np.searchsorted(labels, part.labels)))
        effects.append(effect * scale)
        chances.append(2 * stdtr(part.groups - 1, -np.abs(t)))
    drawn = _statistics(np.column_stack(effects), np.column_stack(chances), significance)
    larger = [int((values >= observed * (1 - TIE)).sum()) for values, observed in zip(drawn, found, strict=True)]
    p_median, p_same_sign, p_significant = ((1 + many) / (1 + len(signs.values)) for many in larger)
    median = float(np.median([slope.effect * scale for slope, scale in zip(slopes, scales, strict=True)]))
    return CurveTest(
        median, int(found[1][0]), int(found[2][0]), p_median, p_same_sign, p_significant, len(signs.values)
    )


def _statistics(
    effects: np.ndarray, chances: np.ndarray, significance: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """|median|, specifications of the same sign, significant ones of that sign (B each); effects, p-values B × S."""
    above = effects > 0
    positive = above.sum(axis=1)
    mostly = np.where(2 * positive == effects.shape[1], np.median(effects, axis=1) > 0, 2 * positive > effects.shape[1])
    same = above == mostly[:, None]
    return np.abs(np.median(effects, axis=1)), same.sum(axis=1), (same & (chances < significance)).sum(axis=1)
