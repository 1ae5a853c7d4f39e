"""Publishes the profile of one authority: its passages, tables and charts, for reports/profile.qmd.

publish_profile(Publication("08-profile", edition=f"profile/{profile.slug}"), profile)
"""

from collections.abc import Mapping

import pandas as pd

from pipeline.chapters.profiles import tables
from pipeline.chapters.profiles import words as say
from pipeline.chapters.profiles.assembly import Profile
from pipeline.chapters.profiles.comparisons import SPREAD
from pipeline.chapters.profiles.national_findings import national_table, national_text
from pipeline.charts.profiles import trends
from pipeline.markdown import Markdown, md
from pipeline.phrases import listed, lower_first
from pipeline.publishing import Publication

NOTEBOOK, REPORT = "08-profile", "profile"
DATA = [
    "indicator",
    "title",
    "year",
    "value",
    "reason",
    "numerator",
    "denominator",
    "england",
    "region",
    *SPREAD,
    "place",
    "placed",
    "quarter",
]
ROLES = {"support": ("workforce", "Workforce"), "outcome": ("outcomes", "Outcomes")}
PLACES = (
    "Neighbours' median: in brackets, of how many neighbours with figures. Place: among all authorities with a figure, "
    "1 is the value read as most favourable; = shares its place; quarter 1 is the most favourable quarter."
)
CONTEXT = Markdown(
    "Deprivation and need go with both workforce and outcomes, and differ more between places than most of what a"
    " service decides."
)
SHARES = Markdown(
    "Counts of one authority vary by chance from year to year. The interval is what the share could be when that is"
    " allowed for (Wilson's, 95%); where it leaves England's figure out, the share is flagged. Of twenty authorities"
    " that were like England in truth, about one would be flagged by chance. A flag is no explanation."
)
VISITS = Markdown("Focused and monitoring visits give no overall judgement and are not listed.")
NEIGHBOURS = Markdown(
    "Statistical neighbours are authorities with similar populations, as the Department for Education lists them."
    " Medians are only of neighbours with a figure, and their number stands beside them."
)


def publish_profile(publish: Publication, profile: Profile) -> None:
    """Publish everything that reports/profile.qmd includes. The same profile gives the same bytes."""
    publish.value("profile.title", profile.name)
    publish.passage("introduction", say.introduction(profile))
    publish.passage("findings", say.findings(profile))
    for role in ROLES:
        _publish_role(publish, profile, role)
    for section in (
        _publish_context,
        _publish_shares,
        _publish_change,
        _publish_neighbours,
        _publish_judgements,
        _publish_national,
        _publish_gaps,
        _publish_definitions,
    ):
        section(publish, profile)
    publish.passage("lineage", say.lineage(profile))


def _publish_role(publish: Publication, profile: Profile, role: str) -> None:
    """The newest figures, and the chart of all years for indicators with more than one."""
    name, title = ROLES[role]
    facts = profile.indicators[profile.indicators["role"] == role].set_index("id")
    figures = profile.figures[profile.figures["indicator"].isin(facts.index) & profile.figures["value"].notna()]
    years = figures.groupby("indicator")["year"].nunique()
    drawn = [each for each in facts.index if years.get(each, 0) > 1]
    chart = f"{name}-over-time"
    if drawn:
        rows = profile.figures[profile.figures["indicator"].isin(drawn)]
        titles = {each: tables.titled(facts.loc[each, "title"], facts.loc[each, "unit"]) for each in drawn}
        data = rows.assign(
            title=rows["indicator"].map(facts["title"]),
            reason=rows["reason"].map(say.REASONS).fillna(rows["reason"]),
            date=[say.dated(*pair) for pair in zip(rows["indicator"].map(facts["reference"]), rows["year"])],
        )[list(tables.COLUMNS)]
        publish.figure(
            chart,
            trends(rows, titles),
            f"{title} by reporting year, with England, the region and the statistical neighbours.",
            alt=_alternative(profile, role, drawn),
            data=data,
            headings=tables.COLUMNS,
        )
    shown = _table(
        publish,
        name,
        tables.latest(profile, role),
        tables.LATEST,
        f"{title}, newest published figures. {PLACES}",
        [22, 17, 12, 9, 9, 15, 16],
        data=say.newest(profile, role)[DATA],
    )
    small = say.small_numbers(profile, role) if role == "support" else ""  # outcomes have theirs beside the intervals
    publish.passage(name, md("{}\n\n{}", _years_sentence(facts), small).strip(), *[chart] * bool(drawn), *shown)


def _table(
    publish: Publication,
    name: str,
    table: pd.DataFrame,
    headings: Mapping[str, str],
    caption: str,
    widths: list[int],
    data: pd.DataFrame | None = None,
) -> list[str]:
    """Publish `table`, with its numbers as `data`, if it has rows; returns what a passage is to show of it."""
    if len(table):
        publish.table(name, table, caption, headings=headings, widths=widths, data=data)
    return [name] * bool(len(table))


def _publish_context(publish: Publication, profile: Profile) -> None:
    headings = {name: heading for name, heading in tables.LATEST.items() if name != "place"}
    shown = _table(
        publish,
        "context",
        tables.latest(profile, "context"),
        headings,
        "What surrounds the service, newest published figures.",
        [30, 18, 13, 12, 12, 15],
        data=say.newest(profile, "context")[DATA],
    )
    publish.passage("context", CONTEXT if shown else "No figures on deprivation or need were found.", *shown)


def _publish_shares(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish,
        "shares",
        tables.shares(profile),
        tables.SHARES,
        "Shares with their counts, newest year: per cent.",
        [30, 18, 24, 11, 17],
        data=say.newest(profile, "outcome")[[*DATA, "low", "high", "against_england"]],
    )
    none = "No share is published with its counts for the newest year, so none is tested."
    text = md("{}\n\n{}", SHARES, say.small_numbers(profile, "outcome")).strip()
    publish.passage("shares", text if shown else none, *shown)


def _publish_change(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish,
        "change",
        tables.change(profile),
        tables.CHANGES,
        "Change over five years, or as many as there are: in "
        "percentage points, or cases for the caseload; for shares with counts the 95% interval.",
        [30, 13, 10, 10, 24, 13],
        data=profile.changes,
    )
    publish.passage("change", "" if shown else "No indicator has figures of both years.", *shown)


def _publish_neighbours(publish: Publication, profile: Profile) -> None:
    listed = _table(
        publish, "neighbours", tables.neighbours(profile), tables.NEIGHBOURS, "The statistical neighbours.", [20, 80]
    )
    spread = _table(
        publish,
        "spread",
        tables.spread(profile),
        tables.SPREAD,
        "Newest figures of the statistical neighbours. No quartiles of fewer than four.",
        [23, 14, 13, 10, 10, 10, 10, 10],
        data=pd.concat([say.newest(profile, role) for role in ROLES])[["indicator", "title", "year", "value", *SPREAD]],
    )
    publish.passage(
        "neighbours", NEIGHBOURS if listed else "The list of statistical neighbours does not name it.", *listed, *spread
    )


def _publish_judgements(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish,
        "judgements",
        tables.judgements(profile),
        tables.JUDGEMENTS,
        "Inspections, the newest first.",
        [24, 36, 40],
    )
    publish.passage(
        "judgements",
        (
            md("{} {}", say.sub_judgements(profile), VISITS).strip()
            if shown
            else md("The inspectorate's list has no judgement for it.")
        ),
        *shown,
    )


def _publish_national(publish: Publication, profile: Profile) -> None:
    national = national_table(profile)
    titles = dict(zip(profile.indicators["id"], profile.indicators["title"]))
    headings = {"support": "Workforce", "step": "Step", **{each: titles[each] for each in national.columns[2:]}}
    shown = _table(
        publish,
        "national",
        national,
        headings,
        "How outcomes differed, in percentage points, in years after an authority's own "
        "workforce figure was a step higher, with 95% intervals; * stands after allowing for the number of tests.",
        [24, 8, *[23] * (len(headings) - 2)],
        data=profile.national,
    )
    publish.passage("national", national_text(profile), *shown)


def _publish_gaps(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish,
        "gaps",
        tables.gaps(profile),
        tables.GAPS,
        "Figures that are missing, and why. Years are reporting years.",
        [32, 34, 34],
    )
    publish.passage("gaps", "" if shown else "No figure is missing.", *shown)


def _publish_definitions(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish,
        "definitions",
        tables.definitions(profile),
        tables.DEFINITIONS,
        "Indicators, and the day or year that the figure of a reporting year is about.",
        [22, 46, 18, 14],
    )
    publish.passage("definitions", "", *shown)


def _years_sentence(facts: pd.DataFrame) -> str:
    """Which day or year a label on the charts refers to."""
    days = {
        reference: [lower_first(title) for title in group]
        for reference, group in facts.groupby("reference", sort=False)["title"]
    }
    return (
        "A reporting year is the one in which the day or the period of its figures ends; figures are of "
        + "; ".join(
            f"{'the ' * reference.startswith('year')}{reference} ({listed(titles)})"
            for reference, titles in days.items()
        )
        + "."
    )


def _alternative(profile: Profile, role: str, drawn: list[str]) -> str:
    rows = say.newest(profile, role)
    latest = [
        say.with_england(row) if pd.notna(row.value) else f"{lower_first(row.title)}: no figure"
        for row in rows[rows["indicator"].isin(drawn)].itertuples()
    ]
    years = profile.figures.loc[profile.figures["indicator"].isin(drawn), "year"]
    return (
        f"Line charts of {say.counted(len(drawn), 'indicator')}, {years.min()} to {years.max()}. Newest:"
        f" {'; '.join(latest)}."
    )
