"""Simulated staff surveys whose truth is known: the margins of a published one, and a latent correlation of one's own.

Behind each answer stands a standard normal variable, cut where the published percentages of the person's role say. Any
two items of a person have the same latent correlation, and a declared part of every item's variance, and of every
correlation, is shared by the people of a team. With R the correlation, ρ the intraclass correlation, t the team of
person i, and item j,

    z_ij = √ρ (√R a_t + √(1 − R) b_tj) + √(1 − ρ) (√R c_i + √(1 − R) d_ij),

all of a, b, c and d independent and standard normal. Don't-knows, and answers left out, are drawn independently of z
and of each other, at their published rates.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml
from pyarrow import csv
from scipy.special import ndtri

from pipeline.errors import DataError, ParameterError
from pipeline.files import replacing, write_text
from pipeline.inputs.survey_names import SHARED_SURVEY, check_name
from pipeline.surveys.codebook import Codebook, read_codebook
from pipeline.surveys.private import OWNER_FOLDER, close
from pipeline.surveys.published import count_tables, read_published
from pipeline.surveys.staff.codebook import REASONS, StaffSurvey
from pipeline.surveys.staff.routes import missing_code

TEAM_ICC = 0.1
MOST_PEOPLE = 10_000_000  # more than work in the whole country; a limit to memory and disk
CHUNK = 25_000  # respondents in memory at a time; it changes no answer
NOT_ASKED = "Not asked"


@dataclass(frozen=True)
class Draw:
    """Simulated answers: codes (respondents × items, int8) as `Responses` has them, in the codebook's order of items.

    `roles` (respondents,) are positions in the codebook's groups, `teams` (respondents,) numbers from 0.
    """

    codes: np.ndarray
    roles: np.ndarray
    teams: np.ndarray


@dataclass(frozen=True)
class _Row:
    """One item as one group answered it: thresholds from the strongest agreement on, and two rates from 0 to 1."""

    thresholds: np.ndarray
    no_answer: float  # of all respondents
    dont_know: float  # of those who answered


def simulate_survey(
    root: Path, name: str, respondents: int, correlation: float, clusters: int, seed: int, *, team_icc: float = TEAM_ICC
) -> Path:
    """Write data/raw/surveys/NAME with export.csv, a row a respondent, and its survey.yaml; returns the folder.

    The answers are `draw_answers` of the survey of 2011, which is read below the project `root`. The same arguments
    give the same bytes. Raises ParameterError as `draw_answers` and for a name that is no slug; DataError if the folder
    is there already. Nothing is left behind then.

    >>> import tempfile
    >>> from pipeline.files import project_root
    >>> surveys = Path(tempfile.mkdtemp()) / "data/raw/surveys"
    >>> _ = shutil.copytree(project_root() / "data/raw/surveys" / SHARED_SURVEY, surveys / SHARED_SURVEY)
    >>> folder = simulate_survey(surveys.parents[2], "practice", 60, correlation=0.4, clusters=10, seed=1)
    >>> sorted(path.name for path in folder.iterdir())
    ['export.csv', 'survey.yaml']
    """
    check_name(name)
    surveys = root / "data" / "raw" / "surveys"
    codebook = read_codebook(surveys / SHARED_SURVEY / "survey.yaml")
    answers, _ = count_tables(read_published(surveys / SHARED_SURVEY, codebook), codebook)
    draw = draw_answers(answers, codebook, respondents, correlation, clusters, seed, team_icc=team_icc)
    survey = _described(name, codebook, correlation)
    folder = surveys / name
    try:
        folder.mkdir(mode=OWNER_FOLDER)
    except FileExistsError:
        raise DataError(
            "There is a survey of this name already.",
            where=str(folder),
            fix=f"Take another name, or remove it: golden-thread survey remove {name}",
        ) from None
    try:
        _write_answers(folder / survey.file.name, draw, survey, codebook)
        truth = (
            f"# Simulated: nobody gave these answers. Latent correlation {correlation:g} between any two items, "
            f"{clusters} teams\n# with an intraclass correlation of {team_icc:g}, seed {seed}.\n"
        )
        content = survey.model_dump(mode="json", exclude_unset=True)
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
        write_text(folder / "survey.yaml", truth + text)
        close(folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder


def draw_answers(
    answers: pd.DataFrame,
    codebook: Codebook,
    respondents: int,
    correlation: float,
    clusters: int,
    seed: int,
    *,
    team_icc: float = TEAM_ICC,
) -> Draw:
    """Draw the answers of `respondents` people in `clusters` teams, of equal size but for one person.

    `answers` is the canonical table of the published survey `codebook` (see `published.count_tables`); its central
    counts are the margins. The roles have the proportions of the published respondents, and fall to teams at random.
    `correlation` (0 ≤ R < 1) and `team_icc` (0 ≤ ρ < 1) are those of the latent variables, see above.

    Raises ParameterError for fewer than 2 respondents, a correlation out of range, clusters that are not between 1 and
    the respondents, or a negative seed.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.published import count_tables, read_published
    >>> folder = project_root() / "data/raw/surveys/ofsted-2011"
    >>> codebook = read_codebook(folder / "survey.yaml")
    >>> answers, _ = count_tables(read_published(folder, codebook), codebook)
    >>> draw = draw_answers(answers, codebook, respondents=400, correlation=0.4, clusters=50, seed=1)
    >>> draw.codes.shape, np.bincount(draw.roles).tolist(), int(draw.teams.max())
    ((400, 38), [299, 101], 49)
    """
    streams = _streams(respondents, correlation, clusters, seed, team_icc)
    roles, teams, people, gaps = map(np.random.default_rng, streams)
    sizes = [group.respondents for group in codebook.groups]
    ends = np.rint(np.cumsum(sizes) / sum(sizes) * respondents).astype(int)
    role = roles.permutation(np.searchsorted(ends, np.arange(respondents), side="right")).astype(np.int8)
    rows = _rows(answers, codebook)
    codes = np.empty((respondents, len(codebook.items)), dtype=np.int8)
    start = 0
    for latent in draw_latent(respondents, len(codebook.items), correlation, clusters, team_icc, teams, people):
        chunk = slice(start, start := start + len(latent))
        chance = gaps.random(latent.shape)
        for group in range(len(sizes)):
            here = np.flatnonzero(role[chunk] == group)
            for item, row in enumerate(rows[group]):
                codes[start - len(latent) + here, item] = _cut(latent[here, item], chance[here, item], row)
    return Draw(codes, role, _teams(respondents, clusters))


def draw_latent(
    respondents: int,
    items: int,
    correlation: float,
    clusters: int,
    team_icc: float,
    teams: np.random.Generator,
    people: np.random.Generator,
) -> Iterator[np.ndarray]:
    """The latent variables in chunks of respondents (at most CHUNK × items), drawn from two generators.

    Each is standard normal, and high where somebody agrees. Teams are as in `draw_answers`, one after the other.

    >>> generators = map(np.random.default_rng, (1, 2))
    >>> latent = next(draw_latent(20_000, 2, 0.4, 2_000, 0.1, *generators))
    >>> latent.shape, round(float(np.corrcoef(latent.T)[0, 1]), 2)
    ((20000, 2), 0.4)
    """
    team = _teams(respondents, clusters)
    last, previous = np.zeros((1, items)), -1  # a team may go on in the next chunk; nobody is in team -1
    for start in range(0, respondents, CHUNK):
        here = team[start : start + CHUNK]
        shared = np.vstack([last, _alike(here[-1] - previous, items, correlation, teams)])
        yield (
            np.sqrt(team_icc) * shared[here - previous]
            + np.sqrt(1 - team_icc) * _alike(len(here), items, correlation, people)
        )
        last, previous = shared[-1:], here[-1]


def _alike(rows: int, items: int, correlation: float, generator: np.random.Generator) -> np.ndarray:
    """Standard normal variables (rows × items), of which any two in a row have the same correlation."""
    drawn = generator.standard_normal((rows, items + 1))
    return np.sqrt(correlation) * drawn[:, :1] + np.sqrt(1 - correlation) * drawn[:, 1:]


def _streams(
    respondents: int, correlation: float, clusters: int, seed: int, team_icc: float
) -> list[np.random.SeedSequence]:
    """Seeds for roles, teams, people and missing answers, if the arguments are possible."""
    if not 2 <= respondents <= MOST_PEOPLE:
        raise ParameterError(
            "Impossible number of respondents.",
            where="--respondents",
            found=f"{respondents:,}",
            expected=f"from 2 to {MOST_PEOPLE:,}",
            fix="Give another number.",
        )
    if not 0 <= correlation < 1 or not 0 <= team_icc < 1:
        raise ParameterError(
            "Impossible latent correlation.",
            where="--correlation",
            expected="0 or more and less than 1",
            found=f"{correlation} (of teams {team_icc})",
            fix="Give another number.",
        )
    if not 1 <= clusters <= respondents:
        raise ParameterError(
            "Impossible number of teams.",
            where="--clusters",
            found=str(clusters),
            expected=f"from 1 to {respondents}",
            fix="Give another number.",
        )
    if seed < 0:
        raise ParameterError(
            "Impossible seed.",
            where="--seed",
            found=str(seed),
            expected="a whole number, 0 or more",
            fix="Give another number.",
        )
    return np.random.SeedSequence(seed).spawn(4)


def _teams(respondents: int, clusters: int) -> np.ndarray:
    return (np.arange(respondents) * clusters // respondents).astype(np.int32)


def _rows(answers: pd.DataFrame, codebook: Codebook) -> list[list[_Row | None]]:
    """What each group (outer) answered to each item (inner); None where it was not asked."""
    tables = {key: row.set_index("category") for key, row in answers.groupby(["item", "group"], sort=False)}
    return [
        [
            _row(tables[item.id, group.id], codebook, group.respondents) if group.id in item.groups else None
            for item in codebook.items
        ]
        for group in codebook.groups
    ]


def _row(table: pd.DataFrame, codebook: Codebook, respondents: int) -> _Row:
    unknown, base = codebook.scale.dont_know, int(table["base"].iloc[0])
    below = table["count"].drop(unknown).loc[[each for each in codebook.scale.ids if each != unknown]].cumsum()
    return _Row(
        thresholds=ndtri(below.to_numpy()[:-1] / below.iloc[-1]),
        no_answer=1 - base / respondents,
        dont_know=table.loc[unknown, "count"] / base,
    )


def _cut(latent: np.ndarray, chance: np.ndarray, row: _Row | None) -> np.ndarray:
    """The codes of one item; `chance` is uniform from 0 to 1 and decides who does not answer or does not know."""
    if row is None:
        return np.full(len(latent), missing_code("not_asked"))
    codes = np.searchsorted(row.thresholds, -latent)
    codes[chance < row.no_answer + (1 - row.no_answer) * row.dont_know] = len(row.thresholds) + 1
    codes[chance < row.no_answer] = missing_code("no_answer")
    return codes


def _described(name: str, codebook: Codebook, correlation: float) -> StaffSurvey:
    """The codebook of the simulated survey: every item is the published one of the same name."""
    categories = [category.model_dump(include={"id", "label", "role"}) for category in codebook.scale.categories]
    items = [
        {
            "id": item.id,
            "column": item.wording,
            "wording": item.wording,
            "label": item.label,
            "domain": item.domain,
            "measures": item.measures,
            "scale": "agreement",
            "matches": item.id,
        }
        for item in codebook.items
    ]
    return StaffSurvey.model_validate(
        {
            "name": name,
            "title": f"Simulated survey with a latent correlation of {correlation:g}",
            "kind": "responses",
            "simulated": True,
            "file": {"name": "export.csv", "header": "one"},
            "scales": [{"id": "agreement", "categories": categories}],
            "missing": [{"reason": "not_asked", "answers": [NOT_ASKED]}],
            "domains": [{"id": domain.id, "label": domain.label} for domain in codebook.domains],
            "items": items,
            "groups": [{"id": "role", "column": "Role", "label": "Role"}],
            "cluster": "Team",
            "respondent": "Respondent",
            "benchmark": {"survey": codebook.name, "group": codebook.groups[0].id},
        }
    )


def _write_answers(path: Path, draw: Draw, survey: StaffSurvey, codebook: Codebook) -> None:
    """The answers as their labels; somebody who gave none has an empty cell."""
    labels = [category.label for category in codebook.scale.categories]
    reasons = [NOT_ASKED if reason == "not_asked" else None for reason in reversed(REASONS)]
    texts = pa.array([*labels, *reasons])  # the codes of reasons are negative: they count from the end
    roles = pa.array([group.label for group in codebook.groups])
    names = ["Respondent", "Role", "Team", *(item.column for item in survey.items)]
    schema = pa.schema([("Respondent", pa.int64()), *((column, pa.string()) for column in names[1:])])
    with replacing(path) as beside, csv.CSVWriter(str(beside), schema) as writer:
        for start in range(0, len(draw.codes), CHUNK):
            chunk = slice(start, start + CHUNK)
            codes = draw.codes[chunk].astype(int) % len(texts)
            teams = pa.array([f"Team {team}" for team in (draw.teams[chunk] + 1).tolist()])
            writer.write_table(
                pa.table(
                    [
                        pa.array(range(start + 1, start + 1 + len(codes))),
                        roles.take(pa.array(draw.roles[chunk])),
                        teams,
                        *(texts.take(pa.array(column)) for column in codes.T),
                    ],
                    schema=schema,
                )
            )
