"""What `make bench` measures: the pipeline from nothing, models on counts beside models on single answers, surveys of a
small and a very large council, and the statistics of local authorities with their profiles.

These machines are shared: a time says little by itself. Compare times of one run, or their ratio.
"""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pipeline.authorities.models.fitting import fit_models
from pipeline.authorities.panel.cleaning import clean
from pipeline.authorities.releases.manifest import accepted_files
from pipeline.chapters.staff_survey.analysis import (
    importance_table,
    link_models,
    pair_table,
    published_survey,
    score_tables,
)
from pipeline.chapters.staff_survey.front_matter import score_labels
from pipeline.files import write_csv
from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.surveys.staff.domain_scores import domain_scores
from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.simulation import simulate_survey
from pipeline.surveys.staff.tabulation import tabulate
from pipeline.workflow.profile_timings import profile_benchmark
from pipeline.workflow.running import StageRun, reproduce
from pipeline.workflow.survey_list import add_survey
from pipeline.workflow.verification import fresh_copy, shared_stages

ANSWERS = 200_000
SMALL, LARGE = 600, 1_000_000  # respondents


def pipeline_times(root: Path) -> tuple[list[StageRun], float, float]:
    """Run the pipeline from nothing, then with nothing to do, in a fresh copy: the stages, and both times in seconds."""
    with fresh_copy(root) as copy:
        begun = time.monotonic()
        stages = reproduce(copy, shared_stages(copy))
        cold = time.monotonic() - begun
        reproduce(copy, shared_stages(copy))
        return stages, cold, time.monotonic() - begun - cold


def small_survey(root: Path) -> list[StageRun]:
    """The stages that make the whole report on a survey of 600 respondents, in a fresh copy."""
    with fresh_copy(root) as copy:
        simulate_survey(copy, "bench", SMALL, correlation=0.4, clusters=SMALL // 12, seed=1)
        add_survey(copy, "bench")
        return reproduce(copy, ["survey-report@bench"])


def large_survey(root: Path) -> list[tuple[str, str]]:
    """What a survey of a million respondents costs, in a process of its own: the steps with their seconds, and memory."""
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as scratch:
        surveys = Path(scratch) / "data" / "raw" / "surveys"
        surveys.mkdir(parents=True)
        (surveys / "ofsted-2011").symlink_to(root / "data" / "raw" / "surveys" / "ofsted-2011")
        folder = simulate_survey(Path(scratch), "bench", LARGE, correlation=0.4, clusters=LARGE // 100, seed=1)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            return alone.submit(_large_survey, folder).result()


def _large_survey(folder: Path) -> list[tuple[str, str]]:
    survey = read_staff_survey(folder / "survey.yaml")
    begun = time.monotonic()
    responses = read_responses(folder, survey)
    tables = tabulate(responses)
    write_csv(folder / "answers.csv", tables.answers)
    counted, memory = time.monotonic() - begun, _peak()
    scores, labels = domain_scores(responses), score_labels(survey)
    score_tables(responses, scores, labels, tables)
    link_models(responses, scores, labels)
    importance_table(responses, scores, labels)
    pair_table(responses, published_survey(folder.parent, survey))
    modelled = time.monotonic() - begun
    size = (folder / survey.file.name).stat().st_size / 1e6
    return [
        ("the file", f"{size:,.0f} MB"),
        ("file to answers.csv", f"{counted:.1f} s, {memory:.2f} GiB"),
        ("and all models", f"{modelled:.1f} s, {_peak():.2f} GiB"),
    ]


def _peak() -> float:
    """The most memory that this process has held, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def authorities(root: Path) -> list[tuple[str, str]]:
    """What cleaning, models and profiles cost on the statistics that are there: the steps with their times."""
    folder = root / "data" / "raw" / "authorities"
    if not accepted_files(folder):
        return [("statistics", "not downloaded: golden-thread authorities fetch")]
    begun = time.monotonic()
    cleaned = clean(folder)
    cleaning = time.monotonic() - begun
    fit_models(cleaned.panel_today, cleaned.inspections, cleaned.deprivation, draws=0, curve_draws=1)
    models = time.monotonic() - begun - cleaning
    profiles = profile_benchmark(root)
    return [
        ("cleaning all files", f"{cleaning:.1f} s"),
        ("models without bootstrap and permutations", f"{models:.1f} s"),
        (f"{profiles.profiles} profiles in three formats", f"{profiles.seconds:.0f} s"),
        ("again, with nothing to do", f"{profiles.rerun_seconds:.1f} s"),
        ("profiles a minute", f"{profiles.per_minute:.1f}"),
        ("the plain way: papermill, and a renderer for each format", f"{profiles.plain_per_minute:.1f}"),
    ]


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
        lambda: OrderedModel(answers, terms, distr="logit").fit(method="bfgs", gtol=1e-8, disp=False), repeats=1
    )
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
