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
from pipeline.passages import wording
from pipeline.phrases import lower_first
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
            date=[
                say.dated(*pair) for pair in zip(rows["indicator"].map(facts["reference"]), rows["year"], strict=True)
            ],
        )[list(tables.COLUMNS)]
        publish.figure(
            chart,
            trends(rows, titles),
            say.caption("over-time", title=title),
            alt=_alternative(publish, profile, role, drawn),
            data=data,
            headings=tables.COLUMNS,
        )
    shown = _table(
        publish,
        name,
        tables.latest(profile, role),
        tables.LATEST,
        [22, 17, 12, 9, 9, 15, 16],
        data=say.newest(profile, role)[DATA],
        caption=say.caption("newest", title=title),
    )
    text = say.said(
        "figures", dates=_dates(facts), small_numbers=say.small_numbers(profile, role) if role == "support" else ""
    )
    publish.passage(
        name, text, *[chart] * bool(drawn), *shown
    )  # outcomes have their small numbers beside the intervals


def _table(
    publish: Publication,
    name: str,
    table: pd.DataFrame,
    headings: Mapping[str, str],
    widths: list[int],
    data: pd.DataFrame | None = None,
    caption: str = "",
) -> list[str]:
    """Publish `table`, with its numbers as `data`, if it has rows; returns what a passage is to show of it."""
    if len(table):
        caption = caption or say.caption(name)
        publish.table(name, table, caption, headings=headings, widths=widths, data=data)
    return [name] * bool(len(table))


def _publish_context(publish: Publication, profile: Profile) -> None:
    headings = {name: heading for name, heading in tables.LATEST.items() if name != "place"}
    shown = _table(
        publish,
        "context",
        tables.latest(profile, "context"),
        headings,
        [30, 18, 13, 12, 12, 15],
        data=say.newest(profile, "context")[DATA],
    )
    publish.passage("context", say.said("context", shown=bool(shown)), *shown)


def _publish_shares(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish,
        "shares",
        tables.shares(profile),
        tables.SHARES,
        [30, 18, 24, 11, 17],
        data=say.newest(profile, "outcome")[[*DATA, "low", "high", "against_england"]],
    )
    text = say.said("shares", shown=bool(shown), small_numbers=say.small_numbers(profile, "outcome"))
    publish.passage("shares", text, *shown)


def _publish_change(publish: Publication, profile: Profile) -> None:
    shown = _table(
        publish, "change", tables.change(profile), tables.CHANGES, [30, 13, 10, 10, 24, 13], data=profile.changes
    )
    publish.passage("change", say.said("change", shown=bool(shown)), *shown)


def _publish_neighbours(publish: Publication, profile: Profile) -> None:
    listed = _table(publish, "neighbours", tables.neighbours(profile), tables.NEIGHBOURS, [20, 80])
    spread = _table(
        publish,
        "spread",
        tables.spread(profile),
        tables.SPREAD,
        [23, 14, 13, 10, 10, 10, 10, 10],
        data=pd.concat([say.newest(profile, role) for role in ROLES])[["indicator", "title", "year", "value", *SPREAD]],
    )
    text = say.said("neighbours", shown=bool(listed))
    publish.passage("neighbours", text, *listed, *spread)


def _publish_judgements(publish: Publication, profile: Profile) -> None:
    shown = _table(publish, "judgements", tables.judgements(profile), tables.JUDGEMENTS, [24, 36, 40])
    text = say.said("judgements", shown=bool(shown), last=say.sub_judgements(profile))
    publish.passage("judgements", text, *shown)


def _publish_national(publish: Publication, profile: Profile) -> None:
    national = national_table(profile)
    titles = dict(zip(profile.indicators["id"], profile.indicators["title"], strict=True))
    headings = {"support": "Workforce", "step": "Step", **{each: titles[each] for each in national.columns[2:]}}
    shown = _table(publish, "national", national, headings, [24, 8, *[23] * (len(headings) - 2)], data=profile.national)
    publish.passage("national", national_text(profile), *shown)


def _publish_gaps(publish: Publication, profile: Profile) -> None:
    shown = _table(publish, "gaps", tables.gaps(profile), tables.GAPS, [32, 34, 34])
    publish.passage("gaps", say.said("gaps", shown=bool(shown)), *shown)


def _publish_definitions(publish: Publication, profile: Profile) -> None:
    shown = _table(publish, "definitions", tables.definitions(profile), tables.DEFINITIONS, [22, 46, 18, 14])
    publish.passage("definitions", "", *shown)


def _dates(facts: pd.DataFrame) -> list[dict[str, object]]:
    """Which day or year a label on the charts refers to, and for which indicators."""
    return [
        {
            "reference": reference,
            "period": reference.startswith("year"),
            "titles": [lower_first(title) for title in group],
        }
        for reference, group in facts.groupby("reference", sort=False)["title"]
    ]


def _alternative(publish: Publication, profile: Profile, role: str, drawn: list[str]) -> str:
    rows = say.newest(profile, role)
    latest = [
        {"title": lower_first(row.title), "figure": say.figure(row) if pd.notna(row.value) else ""}
        for row in rows[rows["indicator"].isin(drawn)].itertuples()
    ]
    years = profile.figures.loc[profile.figures["indicator"].isin(drawn), "year"]
    return wording("profiles/alternatives", indicators=len(drawn), first=years.min(), last=years.max(), newest=latest)
