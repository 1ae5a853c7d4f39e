"""What the passages of one authority's profile are filled with. A function of a Profile gives Markdown.

The words are templates, reports/passages/profiles. They say what was published and how sure it is; none calls an authority good
or bad, and none names a better one.
"""

import re
from typing import Any

import pandas as pd

from pipeline import phrases
from pipeline.authorities.panel.inspections import GRADE_WORDS
from pipeline.chapters.profiles.assembly import Profile
from pipeline.markdown import Markdown, code, md
from pipeline.passages import passage, wording
from pipeline.phrases import lower_first

REASONS = {
    "confidential": "confidential (too few children or staff to publish)",
    "not_applicable": "not applicable",
    "unavailable": "not available",
    "low_reliability": "of low reliability, so not published",
    "rounds_to_zero": "rounds to zero, so not given as a number",
    "not_collected": "not collected",
    "blank": "left blank",
    "not_published": "not published for this area and year",
    "not_yet": "before the authority existed in its present form",
}
FEW = 50  # plans, referrals or children: below it a single one moves a share by two percentage points or more
EXTREMES = {"low": {1: "lowest", 4: "highest"}, "high": {1: "highest", 4: "lowest"}}  # quarters, by which end is better


def said(name: str, /, **values: Any) -> Markdown:
    """The passage `name` of profiles."""
    return passage(f"profiles/{name}", **values)


def caption(shown: str, **values: Any) -> str:
    """The caption of a table or figure, as text."""
    return wording("profiles/captions", shown=shown, **values)


def not_fetched() -> Markdown:
    """What stands in a profile's place where no statistics were downloaded."""
    return said("not-fetched")


def or_dash(value: float, decimals: int = 1, signed: bool = False) -> str:
    """A number with true signs, halves up, or a dash where there is none.

    >>> or_dash(-1.25, 1), or_dash(2, 1, signed=True), or_dash(1234.4, 0), or_dash(float("nan"))
    ('−1.3', '+2.0', '1,234', '–')
    """
    return "–" if pd.isna(value) else phrases.number(value, f"{{:{'+' if signed else ''},.{int(decimals)}f}}")


def why_missing(reason: str) -> str:
    return REASONS.get(reason, reason.replace("_", " "))


def dated(reference: str, year: int) -> str:
    """Which day or period the figure of a reporting year is about.

    >>> dated("year to 31 March", 2024), dated("index of 2019", 2019)
    ('year to 31 March 2024', 'index of 2019')
    """
    return reference if re.search(r"\d{4}", reference) else f"{reference} {year}"


def unit_sign(unit: str) -> str:
    """What stands behind a number: "%" or nothing."""
    return "%" if unit in ("per cent", "%") else ""


def newest(profile: Profile, role: str) -> pd.DataFrame:
    """The newest published year's figures of each indicator of a role, with the indicator's facts."""
    return profile.newest[profile.newest["role"] == role]


def figure(row: Any) -> Markdown:
    """A newest figure, of a row of `newest`, beside England's: "agency rate (18.2%; England 16.2%)"."""
    here, england = (f"{or_dash(value, row.decimals)}{unit_sign(row.unit)}" for value in (row.value, row.england))
    return said("figure", title=lower_first(row.title), here=here, england="" if pd.isna(row.england) else england)


def introduction(profile: Profile) -> Markdown:
    """Who this is: the region, a joint return's members, and how to read the profile."""
    return said("introduction", joint=profile.kind == "joint", name=profile.name, region=profile.region)


def findings(profile: Profile) -> Markdown:
    """The few things that a reader in a hurry should know, as a list."""
    return said(
        "findings",
        judgement=judgement_sentence(profile),
        workforce=workforce_sentence(profile),
        outcomes=outcome_sentence(profile),
        gaps=gaps_sentence(profile),
    )


SUB_JUDGEMENTS = {
    "leaders": "leaders",
    "help_and_protection": "help and protection",
    "in_care": "children in care",
    "care_leavers": "care leavers",
}


def last_judgements(profile: Profile) -> pd.DataFrame:
    """The last judgement of each authority in the unit; former authorities are left aside."""
    own = profile.judgements[profile.judgements["authority"].isin(profile.unit.split("+"))]
    return own.sort_values("inspected", ascending=False, kind="stable").drop_duplicates("authority").sort_values("name")


def judgement_sentence(profile: Profile) -> Markdown:
    """The last overall judgement with its date, of each member of a joint return."""
    last = [
        {"name": row["name"], "grade": row["overall_grade"], "month": month(row["inspected"])}
        for row in last_judgements(profile).to_dict("records")
    ]
    return said("judgement-in-short", last=last, former=profile.judgements["name"].unique().tolist())


def sub_judgements(profile: Profile) -> list[dict[str, object]]:
    """What the last inspection said of the parts of the service: a line an authority that it judged them in."""
    lines = []
    for row in last_judgements(profile).to_dict("records"):
        parts = [
            {"of": words, "grade": GRADE_WORDS[int(row[name])]}
            for name, words in SUB_JUDGEMENTS.items()
            if pd.notna(row[name])
        ]
        if parts:
            lines.append({"name": row["name"], "month": month(row["inspected"]), "parts": parts})
    return lines


def month(date: object) -> str:
    """
    >>> month("2022-05-27")
    'May 2022'
    """
    return f"{pd.Timestamp(date):%B %Y}" if pd.notna(date) and date != "" else "an unknown month"


def day(date: object) -> str:
    """
    >>> day("2022-05-07"), day(None)
    ('7 May 2022', '–')
    """
    stamp = pd.Timestamp(date) if pd.notna(date) and date != "" else None
    return f"{stamp.day} {stamp:%B %Y}" if stamp is not None else "–"


def workforce_sentence(profile: Profile) -> Markdown:
    """In which quarter of authorities the newest workforce figures lie; every indicator is named once."""
    groups: dict[str, list[Markdown]] = {"highest": [], "middle": [], "lowest": []}
    missing = []
    for row in newest(profile, "support").itertuples():
        if pd.isna(row.value):
            missing.append({"title": lower_first(row.title), "why": why_missing(row.reason)})
        elif pd.isna(row.quarter):
            missing.append({"figure": figure(row), "why": ""})
        else:
            ends = EXTREMES["high" if row.better == "high" else "low"]
            groups[ends.get(int(row.quarter), "middle")].append(figure(row))
    return said("workforce-in-short", missing=missing, **groups) if missing or any(groups.values()) else md("")


def outcome_sentence(profile: Profile) -> Markdown:
    """On which side of England the newest shares of children lie, where chance alone would not put them there."""
    rows = newest(profile, "outcome")
    known = rows[rows["value"].notna()]
    sides = {
        name: [figure(row) for row in known[known["against_england"] == side].itertuples()]
        for name, side in (("above", "above"), ("below", "below"), ("unclear", "unclear"), ("untested", ""))
    }
    missing = [
        {"titles": [lower_first(title) for title in group], "why": why_missing(reason)}
        for reason, group in rows[rows["value"].isna()].groupby("reason", sort=False)["title"]
    ]
    return said("outcomes-in-short", missing=missing, **sides) if len(rows) else md("")


def own_figures(profile: Profile) -> pd.DataFrame:
    """The figures of workforce and outcomes: what surrounds them is left aside."""
    context = profile.indicators.loc[profile.indicators["role"] == "context", "id"]
    return profile.figures[~profile.figures["indicator"].isin(context)]


def gaps_sentence(profile: Profile) -> Markdown:
    """How many figures are missing, of how many that could be there."""
    figures = own_figures(profile)
    figures = figures[figures["reason"] != "not_yet"]
    return said("gaps-in-short", missing=int(figures["value"].isna().sum()), figures=len(figures))


def small_numbers(profile: Profile, role: str) -> Markdown:
    """A warning where the newest rates rest on few plans, referrals, children or posts."""
    rows = newest(profile, role)
    small = rows[rows["value"].notna() & (rows["denominator"] < FEW) & (rows["unit"].map(unit_sign) == "%")]
    rates = [
        said(
            "small-number",
            title=lower_first(row.title),
            of=row.denominator,
            count=row.numerator if pd.notna(row.numerator) else None,
            points=100 / row.denominator,
        )
        for row in small.itertuples()
    ]
    return said("small-numbers", few=FEW, workforce=role == "support", rates=rates) if rates else md("")


def lineage(profile: Profile) -> Markdown:
    """The codes that the publications use, and what was done about boundaries that changed."""
    happened = profile.lineage[profile.lineage["policy"] == ""]
    told = " ".join(happened["note"])
    done = profile.lineage[profile.lineage["policy"] != ""]
    return said(
        "lineage",
        codes=[code(each) for each in profile.unit.split("+")],
        old_codes=[code(each) for each in profile.old_codes],
        happened=[{"day": day(row.date), "note": row.note} for row in happened.itertuples()],
        done=[
            _done(policy, "" if reason in told else reason, rows)
            for (policy, reason), rows in done.groupby(["policy", "note"], sort=False)
        ],
    )


def _done(policy: str, note: str, rows: pd.DataFrame) -> dict[str, object]:
    """What one policy did with the figures of former authorities."""
    return {
        "policy": policy,
        "note": note,
        "figures": int(rows["figures"].sum()),
        "first": int(rows["first"].min()),
        "last": int(rows["last"].max()),
        "authorities": [md("{} ({})", row["name"], code(row["unit"])) for row in rows.to_dict("records")],
    }
