"""What `make bench` measures: the pipeline from nothing, and models on counts beside models on single answers.

These machines are shared: a time says little by itself. Compare times of one run, or their ratio.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pipeline.running import StageRun, reproduce
from pipeline.statistics.ordinal import CumulativeLink
from pipeline.verification import fresh_copy

ANSWERS = 200_000


def pipeline_times(root: Path) -> tuple[list[StageRun], float, float]:
    """Run the pipeline from nothing, then with nothing to do, in a fresh copy: the stages, and both times in seconds."""
    with fresh_copy(root) as copy:
        begun = time.monotonic()
        stages = reproduce(copy)
        cold = time.monotonic() - begun
        reproduce(copy)
        return stages, cold, time.monotonic() - begun - cold


def ordinal_models() -> list[tuple[str, float, float, float]]:
    """Name, milliseconds on counts, milliseconds on the answers one by one, their ratio.

    AssertionError when the two do not give the same effects.
    """
    return [_compare("2 × 5 table", *_two_rows()), _compare("1,000 rows × 5 categories × 5 terms", *_many_rows())]


def _compare(name: str, counts: np.ndarray, design: pd.DataFrame) -> tuple[str, float, float, float]:
    row, category = np.nonzero(counts)
    times = counts[row, category]
    answers, terms = pd.Series(np.repeat(category, times)), design.iloc[np.repeat(row, times)].reset_index(drop=True)
    assert len(answers) == ANSWERS
    ours, on_counts = _fastest(lambda: CumulativeLink().fit(counts, design), repeats=50)
    theirs, one_by_one = _fastest(
        lambda: OrderedModel(answers, terms, distr="logit").fit(method="bfgs", gtol=1e-8, disp=False), repeats=1)
    effects = list(design.columns)
    np.testing.assert_allclose(ours.params[effects], theirs.params[effects], atol=1e-5)
    return name, on_counts, one_by_one, one_by_one / on_counts


def _fastest(fit: Callable[[], object], repeats: int) -> tuple[object, float]:
    """What `fit` gives, and the milliseconds of its fastest run: the one that other work disturbed least."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        found = fit()
        times.append(time.perf_counter() - start)
    return found, 1000 * min(times)


def _two_rows() -> tuple[np.ndarray, pd.DataFrame]:
    shares = np.array([[0.08, 0.20, 0.25, 0.37, 0.10], [0.04, 0.13, 0.18, 0.47, 0.18]])
    return np.rint(shares * [[0.75 * ANSWERS], [0.25 * ANSWERS]]).astype(int), pd.DataFrame({"role": [0, 1]})


def _many_rows() -> tuple[np.ndarray, pd.DataFrame]:
    random = np.random.default_rng(2012)
    design = pd.DataFrame(random.normal(size=(1000, 5)), columns=list("abcde"))
    shift = design.to_numpy() @ [0.5, -0.3, 0.2, 0.0, 0.1]
    below = 1 / (1 + np.exp(-(np.array([-np.inf, -1, 0, 1, 2, np.inf]) - shift[:, None])))
    return random.multinomial(ANSWERS // 1000, np.diff(below, axis=1)), design
