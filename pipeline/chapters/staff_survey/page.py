"""What the chapter on a council's own survey is made from: its tables, counted once and let pass by the guard."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from pipeline.chapters.staff_survey import analysis, front_matter
from pipeline.files import write_csv
from pipeline.publishing import Publication
from pipeline.surveys.deciding.questions import refuse_open
from pipeline.surveys.disclosure.guard import Guard
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.staff.associations import Published
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.domain_scores import domain_scores
from pipeline.surveys.staff.ready_tables import read_ready_table
from pipeline.surveys.staff.responses import Responses, read_responses
from pipeline.surveys.staff.tabulation import Tabulation, tabulate, tabulate_ready


@dataclass(frozen=True)
class Chapter:
    """What every section is made from. A ready table of totals has neither `responses` nor `scores`."""

    publish: Publication
    guard: Guard
    survey: StaffSurvey
    tables: Tabulation
    responses: Responses | None
    scores: pd.DataFrame | None
    published: Published | None

    @property
    def whole_answers(self) -> bool:
        """Whether there is a row a person; tables that need one are else empty, and not about people."""
        return self.responses is not None

    @cached_property
    def everybody(self) -> pd.DataFrame:
        """The shares of everybody, a row a statement."""
        return self.tables.shares[self.tables.shares["grouping"] == EVERYBODY]

    @property
    def items(self) -> dict[str, str]:
        """What each statement is called."""
        return {item.id: item.label for item in self.survey.items}

    @property
    def domains(self) -> dict[str, str]:
        """What each score is called."""
        return front_matter.score_labels(self.survey)

    @property
    def respondents(self) -> int:
        """How many answered, as it is published."""
        return int(self.tables.groups["respondents"].iloc[0])

    # The tables of the sections, unrounded: what sentences are written from. The guard has let them pass.

    @cached_property
    def group_scores(self) -> pd.DataFrame:
        """The scores of everybody and of each group."""
        return self._passed(
            "scores-by-group", analysis.score_tables(self.responses, self.scores, self.domains, self.tables)
        )

    @property
    def whole_scores(self) -> pd.DataFrame:
        """The scores of everybody."""
        return self.group_scores[self.group_scores["grouping"] == EVERYBODY]

    @cached_property
    def models(self) -> pd.DataFrame:
        """The models of each outcome on each domain."""
        return self._passed("models", analysis.link_models(self.responses, self.scores, self.domains))

    @cached_property
    def importance(self) -> pd.DataFrame:
        """How much of the differences in reported outcomes goes with each domain."""
        return self._passed("importance", analysis.importance_table(self.responses, self.scores, self.domains))

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Each statement on support with each on outcomes."""
        return self._passed("pairs", analysis.pair_table(self.responses, self.published))

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """Agreement here and in the survey that the codebook names, statement by statement."""
        return self._passed("comparison", analysis.comparison_table(self.survey, self.tables, self.published))

    def _passed(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        return self.guard.table(name, table) if len(table) else table


def read_chapter(raw: Path, name: str, survey: StaffSurvey, guard: Guard, publish: Publication) -> Chapter:
    """Read and count the survey in the folder `raw`/`name`, and protect what was counted."""
    refuse_open(name, survey.decide)
    published = analysis.published_survey(raw, survey)
    if survey.kind == "responses":
        responses = read_responses(raw / name, survey)
        return Chapter(publish, guard, survey, tabulate(responses), responses, domain_scores(responses), published)
    tables = tabulate_ready(read_ready_table(raw / name, survey), survey)
    return Chapter(publish, guard, survey, tables, None, None, published)


def write_tables(page: Chapter, folder: Path) -> None:
    """Write the counts, protected, to data/processed."""
    for name in ("answers", "groups", "missing"):
        write_csv(folder / f"{name}.csv", getattr(page.tables, name))
