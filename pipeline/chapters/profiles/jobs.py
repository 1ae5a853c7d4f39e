"""Makes profiles side by side: on this machine's cores (joblib), or on a Dask cluster.

    made = make_profiles(root, profiles, ("html", "docx", "pdf"), jobs=2, on_end=print)

The order and the place in which profiles are made change nothing in them. One that fails stops no other. A profile
whose content, templates, code and tools are those of the last time, and whose files are all there, is not made again.
"""

import shutil
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.chapters.profiles import journal as journals
from pipeline.chapters.profiles.assembly import Profile
from pipeline.chapters.profiles.content import NOTEBOOK, REPORT, publish_profile
from pipeline.charts.style import house_style
from pipeline.errors import GoldenThreadError, ParameterError
from pipeline.passages import passages_below
from pipeline.publishing import Publication
from pipeline.rendering.reports import SUFFIXES, render

FORMATS = {
    suffix.removeprefix("."): format for format, suffix in SUFFIXES.items()
}  # as users call them: html, docx, pdf
PATIENCE = 30  # seconds for a cluster's scheduler and its first worker to answer
_drawing = threading.Lock()  # matplotlib draws one chart at a time; a Dask worker may have several threads


@dataclass(frozen=True)
class Job:
    """One profile to make: `shared` is the fingerprint of templates, code and tools that it has to be made with."""

    root: Path
    profile: Profile
    formats: tuple[str, ...]
    engine: str
    shared: str


@dataclass(frozen=True)
class Outcome:
    """What became of one profile. `problem` is empty where it was made; `by_data`: the user can mend it."""

    slug: str
    name: str
    outputs: dict[str, str]
    problem: str = ""
    by_data: bool = False


@dataclass(frozen=True)
class Made:
    """The profiles that were made, those that were up to date, and the failures, each in order of their slugs."""

    made: tuple[Outcome, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Outcome, ...]


def make_profiles(
    root: Path,
    profiles: Sequence[Profile],
    formats: Sequence[str] = tuple(FORMATS),
    engine: str = "embedded",
    jobs: int = -1,
    scheduler: str = "",
    on_start: Callable[[int, int], None] = lambda wanted, unchanged: None,
    on_end: Callable[[Outcome], None] = lambda outcome: None,
) -> Made:
    """Make those of `profiles` that are not up to date, in `formats` ("html", "docx", "pdf").

    `jobs` processes (-1: one a core) on this machine, or the workers of the Dask scheduler at the address `scheduler`;
    they read templates from `root` and write to it. `on_start` is told how many will be made and how many are up to
    date, `on_end` of each as it ends. What is made is written down at once, so that a run that was stopped goes on where it was.

    Raises ParameterError for an unknown format or a scheduler that does not answer.
    """
    check_formats(formats)
    shared = journals.shared_fingerprint(root, engine)
    journal = journals.read_journal(root)
    wanted = {each.slug: journals.fingerprint(each.fingerprint(), shared) for each in profiles}
    suffixes = [f".{name}" for name in formats]
    unchanged = tuple(
        slug for slug in sorted(wanted) if journals.up_to_date(root, journal.get(slug), wanted[slug], suffixes)
    )
    todo = [Job(root, each, tuple(formats), engine, shared) for each in profiles if each.slug not in unchanged]
    on_start(len(todo), len(unchanged))
    outcomes = []
    for outcome in _outcomes(todo, jobs, scheduler):
        old = journal.pop(outcome.slug, None)
        if not outcome.problem:
            outputs = outcome.outputs
            if old and old["fingerprint"] == wanted[outcome.slug]:  # formats made before are still good
                outputs = {**journals.intact(root, old), **outputs}
            journals.remove_outdated(root, old, outputs)
            journal[outcome.slug] = {"fingerprint": wanted[outcome.slug], "outputs": outputs}
        journals.write_journal(root, journal)
        outcomes.append(outcome)
        on_end(outcome)
    outcomes.sort(key=lambda outcome: outcome.slug)
    return Made(
        tuple(each for each in outcomes if not each.problem),
        unchanged,
        tuple(each for each in outcomes if each.problem),
    )


def check_formats(formats: Sequence[str]) -> None:
    """Raise ParameterError where a format is unknown, or none is given."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise ParameterError(
            "Unknown format for profiles.",
            where="--formats",
            found=", ".join(unknown) or "none",
            expected=", ".join(FORMATS),
            fix="Name one or more, separated by commas.",
        )


def forget_others(root: Path, profiles: Sequence[Profile]) -> list[str]:
    """Remove the files of profiles that are not among `profiles` any more, and their entries; returns their slugs."""
    journal = journals.read_journal(root)
    gone = sorted(set(journal) - {each.slug for each in profiles})
    for slug in gone:
        journals.remove_outdated(root, journal.pop(slug))
    if gone:
        journals.write_journal(root, journal)
    return gone


def _outcomes(todo: Sequence[Job], jobs: int, scheduler: str) -> Iterator[Outcome]:
    """The outcomes as they come, in any order."""
    if not todo:
        return iter(())
    return _on_cluster(todo, scheduler) if scheduler else _on_this_machine(todo, jobs)


def _on_this_machine(todo: Sequence[Job], jobs: int) -> Iterator[Outcome]:
    from joblib import Parallel, delayed, effective_n_jobs

    processes = min(effective_n_jobs(jobs), len(todo))  # one profile needs no process of its own
    return Parallel(n_jobs=processes, return_as="generator_unordered", batch_size=1)(
        delayed(make_profile)(job) for job in todo
    )


def _on_cluster(todo: Sequence[Job], scheduler: str) -> Iterator[Outcome]:
    from distributed import Client, as_completed

    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ParameterError(
            "The Dask scheduler does not answer.",
            where="--scheduler",
            found=f"{scheduler}: {error}",
            expected="an address such as tcp://10.0.0.5:8786",
            fix="Start it ('dask scheduler') and its workers ('dask worker ADDRESS'), or leave the option out.",
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ParameterError(
                "The Dask scheduler has no worker.",
                where="--scheduler",
                found=scheduler,
                expected="one worker or more",
                fix=f"Start workers that see this folder: dask worker {scheduler}",
            ) from None
        futures = {client.submit(make_profile, job, pure=False): job.profile for job in todo}
        for future in as_completed(futures, loop=client.loop):
            error = future.exception()
            profile = futures[future]
            yield (
                future.result()
                if error is None
                else Outcome(profile.slug, profile.name, {}, f"The worker failed: {error!r}")
            )


def make_profile(job: Job) -> Outcome:
    """Publish one profile, render it, and say what came of it: nothing is raised."""
    profile = job.profile
    edition = f"{REPORT}/{profile.slug}"
    try:
        _check_same_project(job)
        with _drawing:
            house_style()
            publish = Publication(NOTEBOOK, root=job.root, edition=edition)
            for folder in (publish.folder, publish.data):  # nothing of another time stays among what is published
                shutil.rmtree(folder, ignore_errors=True)
            with passages_below(job.root):
                publish_profile(publish, profile)
        written = render(
            job.root, [REPORT], job.engine, edition=profile.slug, only=[FORMATS[name] for name in job.formats]
        )
    except GoldenThreadError as mistake:
        return Outcome(profile.slug, profile.name, {}, str(mistake), by_data=True)
    except Exception:  # a defect: it is told at the end with the others
        return Outcome(profile.slug, profile.name, {}, traceback.format_exc(limit=-2).strip())
    return Outcome(profile.slug, profile.name, journals.hashes(job.root, [*written, *publish.data.glob("*.csv")]))


def _check_same_project(job: Job) -> None:
    if not (job.root / "reports" / f"{REPORT}.qmd").is_file():
        raise ParameterError(
            "This worker does not see the project's folder.",
            where=str(job.root),
            expected=f"reports/{REPORT}.qmd",
            fix="Give the cluster's workers a folder that all machines share, or leave --scheduler out.",
        )
    if journals.shared_fingerprint(job.root, job.engine) != job.shared:
        raise ParameterError(
            "This worker has other code, templates or tools than the machine that asked.",
            where="--scheduler",
            fix="Install the same lock there (make setup) and start the worker again.",
        )
