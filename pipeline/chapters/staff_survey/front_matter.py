"""What stands around the results of the report on a council's survey: its title, who answered, the method, the labels."""

import pandas as pd

from pipeline.markdown import Markdown, md
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
    if not survey.simulated:
        return md("")
    return Markdown('::: {.callout-warning title="Simulated answers"}\nNobody gave these answers. They were drawn at random, '
                    "with the margins of 2011 and a link between them that was set beforehand, to try the pipeline and to "
                    "learn from.\n:::")


def response_table(survey: StaffSurvey, responses: Responses | None, tables: Tabulation) -> pd.DataFrame:
    """Who is in the report: `who` and `number`; a number of people below the minimum group is not told."""
    policy, respondents = survey.disclosure, int(tables.groups["respondents"].iloc[0])
    rows = [("People asked", survey.invited), ("Respondents", respondents)]
    if survey.invited:
        rows.append(("Response rate", f"{100 * respondents / policy.rounded(survey.invited):.0f}%"))
    if responses is not None:
        complete, stopped = responses.completed()
        rows += [("Answered every statement put to them", complete), ("Stopped half-way", stopped),
                 ("Left out: blank, or sent a second time", responses.empty + responses.repeated)]
        if responses.set_aside:
            rows.append(("Previews, tests and other rows that are no answers", responses.set_aside))
    shown = [(who, number if isinstance(number, str) else policy.told(number))
             for who, number in rows if number is not None]
    return pd.DataFrame(shown, columns=["who", "number"])


def method_text(survey: StaffSurvey, responses: Responses | None) -> Markdown:
    """The choices that were made for this survey."""
    scales = Markdown("; ").join(md("{} points, from {} to {}", scale.points, lower_first(scale.categories[0].label),
                                    lower_first(scale.categories[scale.points - 1].label)) for scale in survey.scales)
    terms = [("Scales", md("{}. Where a scale has “don't know”, it stays in the base of the percentages and out of scores and "
                           "models.", scales))]
    if responses is not None:
        terms.append(("Missing answers", md("Each has its reason: left blank, stopped before the end, not applicable, not "
                                            "asked, preferred not to say. None is filled in. A domain's score needs "
                                            "{:.0f}% of its statements answered.", 100 * survey.models.answered)))
        terms.append(("Weights", md("The survey's own weights are used for percentages, means and models.")
                      if responses.weights is not None else md("None.")))
    terms.append(("Protection of respondents", _protection(survey)))
    return Markdown("\n\n").join(md("{}\n:   {}", term, text) for term, text in terms)


def _protection(survey: StaffSurvey) -> Markdown:
    policy = survey.disclosure
    if survey.kind != "responses":
        return md("The survey came as a table of totals; it is shown as it came.")
    rounding = "" if not policy.round_to else md(
        " Every number of people is rounded to a multiple of {}, halves up, on its own, and shares, intervals of shares and "
        "the response rate are computed from rounded numbers, so they need not add up. Mean scores are told no finer than one "
        "person moves them. Models and correlations are computed from the answers themselves.", policy.round_to)
    zeros = " and 0" if policy.zeros_are_disclosive else ""
    return md("No row of fewer than {} answers; no count of 1 to {}{}; further counts are suppressed until nobody can work "
              "these out from totals, subtotals or other tables of this report.{}",
              policy.minimum_group, policy.minimum_cell - 1, zeros, rounding)


def sections(survey: StaffSurvey) -> dict[str, list[str]]:
    """The domains' labels, each with its items, for lists in charts."""
    return {domain.label: found for domain in survey.domains
            if (found := [item.id for item in survey.items if item.domain == domain.id])}


def score_labels(survey: StaffSurvey) -> dict[str, str]:
    """What the scores are called: the domains, and the outcomes."""
    return {**{domain.id: domain.label for domain in survey.domains}, OUTCOMES: "Reported outcomes"}


def group_table(survey: StaffSurvey, tables: Tabulation) -> pd.DataFrame:
    """`tables.groups` with what each group is a group of (`by`)."""
    return tables.groups.assign(by=tables.groups["grouping"].map(survey.groupings()).fillna("–"))
