"""What stands around the results of the report on a council's survey: its title, who answered, the method, the labels."""

import pandas as pd

from pipeline.markdown import Markdown, md
from pipeline.numerals import printed
from pipeline.passages import passage
from pipeline.phrases import lower_first
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.domain_scores import OUTCOMES
from pipeline.surveys.staff.responses import Responses
from pipeline.surveys.staff.tabulation import Tabulation


def title(survey: StaffSurvey) -> str:
    """The report's title, which says so where the answers are simulated: it stands on every page."""
    told = not survey.simulated or "simulated" in survey.title.lower()
    return survey.title if told else f"{survey.title} (simulated answers)"


def mark(survey: StaffSurvey) -> str:
    """What stands before every caption."""
    return "Simulated answers." if survey.simulated else ""


def banner(survey: StaffSurvey) -> Markdown:
    """A warning at the head of every page about answers that nobody gave; nothing for a real survey."""
    return passage("staff_survey/banner") if survey.simulated else md("")


def response_table(survey: StaffSurvey, responses: Responses | None, tables: Tabulation) -> pd.DataFrame:
    """Who is in the report: `who` and `number`; a number of people below the minimum group is not told."""
    policy, respondents = survey.disclosure, int(tables.groups["respondents"].iloc[0])
    rows: list[tuple[str, str | int | None]] = [("People asked", survey.invited), ("Respondents", respondents)]
    if survey.invited:
        rows.append(("Response rate", f"{printed(100 * respondents / policy.rounded(survey.invited), '.0f')}%"))
    if responses is not None:
        complete, stopped = responses.completed()
        rows += [
            ("Answered every statement put to them", complete),
            ("Stopped half-way", stopped),
            ("Left out: blank, or sent a second time", responses.empty + responses.repeated),
        ]
        if responses.set_aside:
            rows.append(("Previews, tests and other rows that are no answers", responses.set_aside))
    shown = [
        (who, number if isinstance(number, str) else policy.told(number)) for who, number in rows if number is not None
    ]
    return pd.DataFrame(shown, columns=["who", "number"])


def method_text(survey: StaffSurvey, responses: Responses | None) -> Markdown:
    """The choices that were made for this survey."""
    policy = survey.disclosure
    scales = [
        {
            "points": scale.points,
            "first": lower_first(scale.categories[0].label),
            "last": lower_first(scale.categories[scale.points - 1].label),
        }
        for scale in survey.scales
    ]
    return passage(
        "staff_survey/method",
        scales=scales,
        whole_answers=responses is not None,
        answered=100 * survey.models.answered,
        weighted=responses is not None and responses.weights is not None,
        minimum_group=policy.minimum_group,
        largest_hidden=policy.minimum_cell - 1,
        zeros=policy.zeros_are_disclosive,
        round_to=policy.round_to,
    )


def sections(survey: StaffSurvey) -> dict[str, list[str]]:
    """The domains' labels, each with its items, for lists in charts."""
    return {
        domain.label: found
        for domain in survey.domains
        if (found := [item.id for item in survey.items if item.domain == domain.id])
    }


def score_labels(survey: StaffSurvey) -> dict[str, str]:
    """What the scores are called: the domains, and the outcomes."""
    return {**{domain.id: domain.label for domain in survey.domains}, OUTCOMES: "Reported outcomes"}


def group_table(survey: StaffSurvey, tables: Tabulation) -> pd.DataFrame:
    """`tables.groups` with what each group is a group of (`by`)."""
    return tables.groups.assign(by=tables.groups["grouping"].map(survey.groupings()).fillna("–"))
