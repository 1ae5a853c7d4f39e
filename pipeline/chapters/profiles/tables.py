"""The tables of one authority's profile: frames of texts as a reader sees them. The numbers behind are in the CSVs."""

import re

import pandas as pd

from pipeline.chapters.profiles.assembly import Profile
from pipeline.chapters.profiles.words import dated, day, newest, or_dash, own_figures, unit_sign, why_missing
from pipeline.phrases import lower_first

LATEST = {
    "title": "Indicator",
    "date": "Date",
    "here": "Here",
    "england": "England",
    "region": "Region",
    "neighbours": "Neighbours' median",
    "place": "Place",
}
SPREAD = {
    "title": "Indicator",
    "here": "Here",
    "with_figures": "Neighbours with figures",
    "lowest": "Lowest",
    "lower_quartile": "Lower quartile",
    "median": "Median",
    "upper_quartile": "Upper quartile",
    "highest": "Highest",
}
CHANGES = {
    "title": "Indicator",
    "years": "Years",
    "before": "Before",
    "now": "Now",
    "change": "Change here",
    "england": "Change in England",
}
SHARES = {
    "title": "Indicator",
    "counts": "Count",
    "here": "Here, with its 95% interval",
    "england": "England",
    "verdict": "Against England",
}
JUDGEMENTS = {"inspected": "Inspected", "grade": "Overall judgement", "kind": "Inspection"}
GAPS = {"title": "Indicator", "years": "Years", "why": "Why"}
NEIGHBOURS = {"closeness": "How alike", "names": "Authorities"}
DEFINITIONS = {"title": "Indicator", "definition": "What it is", "reference": "Date", "better": "Read as better"}
# The figures behind the charts, as CSV.
COLUMNS = {
    "title": "Indicator",
    "year": "Reporting year",
    "date": "Date",
    "value": "Here",
    "reason": "Why missing",
    "numerator": "Count",
    "denominator": "Of",
    "bridged": "Added up or recoded",
    "england": "England",
    "region": "Region",
    "with_figures": "Neighbours with figures",
    "lowest": "Neighbours: lowest",
    "lower_quartile": "Neighbours: lower quartile",
    "median": "Neighbours: median",
    "upper_quartile": "Neighbours: upper quartile",
    "highest": "Neighbours: highest",
    "place": "Place",
    "placed": "Authorities with figures",
    "tied": "Shares its place",
    "quarter": "Quarter",
    "low": "95% low",
    "high": "95% high",
    "against_england": "Against England",
}
MONTH = re.compile(
    r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]+\b"
)  # narrow columns have room for three letters
VERDICTS = {
    "above": "statistically above",
    "below": "statistically below",
    "unclear": "not told apart",
    "": "not tested",
}
FEWEST_FOR_QUARTILES = 4


def titled(title: str, unit: str) -> str:
    """
    >>> titled("Vacancy rate", "per cent"), titled("In need", "per 10,000 children"), titled("Caseload", "cases per worker")
    ('Vacancy rate (%)', 'In need (per 10,000 children)', 'Caseload')
    """
    return f"{title} (%)" if unit_sign(unit) else f"{title} ({unit})" if unit.startswith("per ") else title


def latest(profile: Profile, role: str) -> pd.DataFrame:
    """The newest figures of a role beside England, region and neighbours, and the place among all authorities."""
    return pd.DataFrame(
        [
            {
                "title": titled(row.title, row.unit),
                "date": MONTH.sub(r"\1", dated(row.reference, row.year)),
                "here": _here(row),
                "england": or_dash(row.england, row.decimals),
                "region": or_dash(row.region, row.decimals),
                "neighbours": (
                    f"{or_dash(row.median, row.decimals)} ({row.with_figures} of {len(profile.neighbours)})"
                    if row.with_figures
                    else "–"
                ),
                "place": _place(row),
            }
            for row in newest(profile, role).itertuples()
        ],
        columns=list(LATEST),
    )


def _here(row: object) -> str:
    return (
        or_dash(row.value, row.decimals)
        if pd.notna(row.value)
        else why_missing(row.reason).partition(" (")[0].partition(",")[0]
    )


def _place(row: object) -> str:
    if pd.isna(row.place):
        return "–"
    quarter = f", quarter {int(row.quarter)}" if pd.notna(row.quarter) else ""
    return f"{int(row.place)}{'=' if row.tied else ''} of {int(row.placed)}{quarter}"


def spread(profile: Profile) -> pd.DataFrame:
    """The statistical neighbours' newest figures: how many have one, and how far apart they are."""
    rows = pd.concat([newest(profile, "support"), newest(profile, "outcome")])
    found = []
    for row in rows[rows["with_figures"] > 0].itertuples():
        quartiles = row.with_figures >= FEWEST_FOR_QUARTILES
        found.append(
            {
                "title": titled(row.title, row.unit),
                "here": _here(row),
                "with_figures": f"{row.with_figures} of {len(profile.neighbours)}",
                **{name: or_dash(getattr(row, name), row.decimals) for name in ("lowest", "median", "highest")},
                **{
                    name: or_dash(getattr(row, name), row.decimals) if quartiles else "–"
                    for name in ("lower_quartile", "upper_quartile")
                },
            }
        )
    return pd.DataFrame(found, columns=list(SPREAD))


def change(profile: Profile) -> pd.DataFrame:
    """The change over some years, with an interval for shares of children."""
    facts = profile.indicators.set_index("id")
    rows = []
    for row in profile.changes.itertuples():
        fact = facts.loc[row.indicator]
        if fact.role == "context":
            continue
        interval = (
            f" ({or_dash(row.change_low, fact.decimals, True)} to {or_dash(row.change_high, fact.decimals, True)})"
            if pd.notna(row.change_low)
            else ""
        )
        rows.append(
            {
                "title": titled(fact.title, fact.unit),
                "years": f"{row.since} to {row.year}",
                "before": or_dash(row.before, fact.decimals),
                "now": or_dash(row.now, fact.decimals),
                "change": or_dash(row.change, fact.decimals, True) + interval,
                "england": or_dash(row.england_change, fact.decimals, True),
            }
        )
    return pd.DataFrame(rows, columns=list(CHANGES))


def shares(profile: Profile) -> pd.DataFrame:
    """The newest shares of children with their counts and intervals, and whether they differ from England's."""
    rows = newest(profile, "outcome")
    return pd.DataFrame(
        [
            {
                "title": titled(row.title, row.unit),
                "counts": f"{or_dash(row.numerator, 0)} of {or_dash(row.denominator, 0)}",
                "here": (
                    f"{or_dash(row.value, row.decimals)} ({or_dash(row.low, row.decimals)} to"
                    f" {or_dash(row.high, row.decimals)})"
                ),
                "england": or_dash(row.england, row.decimals),
                "verdict": VERDICTS[row.against_england],
            }
            for row in rows[rows["low"].notna()].itertuples()
        ],
        columns=list(SHARES),
    )


def judgements(profile: Profile) -> pd.DataFrame:
    """Every inspection with an overall judgement; whose it was, where it was not this authority's."""
    several = set(profile.judgements["authority"]) - {profile.unit}
    rows = profile.judgements.sort_values(["inspected", "name"], ascending=[False, True])
    return pd.DataFrame(
        [
            {
                "inspected": day(row["inspected"]),
                "grade": row["overall_grade"],
                "kind": (
                    f"{row['name']}: " * bool(several)
                    + f"{row['kind']} inspection"
                    + f" ({row['framework']})" * bool(row["framework"])
                ),
            }
            for row in rows.to_dict("records")
        ],
        columns=list(JUDGEMENTS),
    ).assign(kind=lambda table: table["kind"].map(lambda text: text[:1].upper() + text[1:]))


def gaps(profile: Profile) -> pd.DataFrame:
    """`title`, `years` and `why` of all missing figures; indicators with the same gaps stand together."""
    titles = dict(zip(profile.indicators["id"], profile.indicators["title"], strict=True))
    figures = own_figures(profile)
    missing = figures[figures["value"].isna()]
    run = (
        (missing["indicator"] != missing["indicator"].shift())
        | (missing["reason"] != missing["reason"].shift())
        | (missing["year"] != missing["year"].shift() + 1)
    ).cumsum()
    rows = (
        missing.assign(run=run)
        .groupby(["indicator", "reason", "run"], sort=False)["year"]
        .agg(["min", "max"])
        .reset_index()
    )
    rows["years"] = [
        str(low) if low == high else f"{low} to {high}" for low, high in zip(rows["min"], rows["max"], strict=True)
    ]
    joined = rows.groupby(["indicator", "reason"], sort=False)["years"].agg(", ".join).reset_index()
    joined["title"] = joined["indicator"].map(titles)
    alike = joined.groupby(["years", "reason"], sort=False)["title"].agg(
        lambda group: "; ".join([group.iloc[0], *map(lower_first, group.iloc[1:])])
    )
    table = alike.reset_index()
    return table.assign(why=table["reason"].map(why_missing).map(lambda text: text[:1].upper() + text[1:]))[list(GAPS)]


def neighbours(profile: Profile) -> pd.DataFrame:
    """The statistical neighbours by how alike they are, the most alike first."""
    groups = profile.neighbours.groupby("closeness", sort=False)["name"].agg("; ".join).reset_index()
    return groups.rename(columns={"name": "names"})[list(NEIGHBOURS)]


def definitions(profile: Profile) -> pd.DataFrame:
    table = profile.indicators[profile.indicators["id"].isin(profile.figures["indicator"])]
    words = {"low": "lower", "high": "higher", "neither": "neither"}
    return table.assign(
        title=[titled(*pair) for pair in zip(table["title"], table["unit"], strict=True)],
        better=table["better"].map(words),
    )[list(DEFINITIONS)]
