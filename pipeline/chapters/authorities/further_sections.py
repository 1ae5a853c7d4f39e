"""The chapter's sections beyond the panel: judgements, other choices, others' results, national facts, data."""

import pandas as pd
from IPython.display import Image

from pipeline.authorities.models.declared import SIGNIFICANCE
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.chapters.authorities import findings, findings_checked, tables
from pipeline.chapters.authorities.findings import fitted
from pipeline.chapters.authorities.literature import read_studies, studies_beside_ours
from pipeline.chapters.authorities.sections import CHOICES, WIDE, Chapter, effects_alt, step_rows, told
from pipeline.charts import authorities as charts
from pipeline.claims.national import check_national_claims, read_national_claims
from pipeline.claims.verdicts import NOT_CHECKABLE, VERDICTS
from pipeline.files import project_root
from pipeline.markdown import Cell, md, own
from pipeline.passages import wording

ODDS = "Odds of a worse judgement"
# the sources that the page shows by year, and their short names
SHORT = {
    "workforce": "Workforce",
    "subsequent-plans": "Repeat plans",
    "plan-durations": "Long plans",
    "referrals": "Re-referrals",
    "inspections": "Inspected",
}


def judgements(chapter: Chapter) -> Image | None:
    """Inspection judgements and the workforce before them."""
    table = chapter.judged
    drawn = fitted(table)
    data = drawn.rename(columns={"support": "row", "odds_ratio": "value"}).assign(
        column="odds", series=drawn["adjusted"].astype(bool).map({True: "held", False: "all"})
    )
    series = {
        name: label
        for name, label in {"all": "All inspections", "held": "Same deprivation"}.items()
        if name in set(data["series"])
    }
    image = None
    if len(data):
        image = chapter.publish.figure(
            "judgements",
            charts.effect_panels(
                data, step_rows(data), {"odds": ODDS}, series, "Odds ratio, with 95% intervals", ratio=True
            ),
            caption=wording("authorities/judgements-caption"),
            alt=effects_alt(data, {name: label.lower() for name, label in series.items()}, odds=True),
            data=data[[*tables.CHART[:7], "p_adjusted", "mde", "inspections", "units", "adjustment", "note"]],
        )
    if len(table):
        chapter.publish.table(
            "judgement-odds",
            tables.without_and_with(table, ("odds_ratio", "low", "high"), "{:.2f}", table["p_adjusted"] < SIGNIFICANCE),
            wording("authorities/judgement-odds-caption"),
            headings={
                "step": "For",
                "without": "All inspections",
                "with": "Deprivation held",
                "mde": "Would show",
                "inspections": "Inspections",
            },
            widths=[29, 22, 22, 13, 14],
            data=table,
        )
        chapter.publish.table(
            "judgements-left-out", chapter.results.inspection_left_out, "Inspections that are not in a model, and why."
        )
    chapter.publish.passage(
        "judgements",
        told("judgements", findings.judgements(table)),
        *["judgements", "judgement-odds"] * bool(len(table)),
    )
    return image


def specifications(chapter: Chapter) -> list[Image]:
    """All defensible ways to do the analysis: every pair's curve, and the choices of the clearest pair."""
    publish, results = chapter.publish, chapter.results
    drawn, images, shown = results.specifications.dropna(subset=["effect"]), [], []
    if len(drawn):
        curves = results.curves
        fits = fitted(curves)
        images.append(
            publish.figure(
                "specification-curves",
                charts.specification_curves(
                    drawn,
                    step_rows(drawn.rename(columns={"support": "row"})),
                    chapter.outcomes,
                    "Percentage points; the specifications of a pair from lowest to highest",
                ),
                caption=wording("authorities/specification-curves-caption"),
                alt=wording(
                    "authorities/specification-curves-alt",
                    pairs=len(fits),
                    lowest=fits["median"].min(),
                    highest=fits["median"].max(),
                    one_direction=int((fits["share_same_sign"] == 1).sum()),
                    mostly_clear=int((fits["share_significant"] > 0.5).sum()),
                ),
                data=results.specifications,
            )
        )
        first = fitted(chapter.within).sort_values("p", kind="stable").iloc[0]
        one = drawn[(drawn["support"] == first["support"]) & (drawn["outcome"] == first["outcome"])]
        one = one.astype({"weighted": str})
        made = {
            column: kept
            for column, values in CHOICES.items()
            if len(kept := {value: label for value, label in values.items() if value in set(one[column])}) > 1
        }
        pair = findings.pair_name(first, chapter.names)
        timings = [
            {"label": CHOICES["timing"][timing], "lowest": rows["effect"].min(), "highest": rows["effect"].max()}
            for timing, rows in one.groupby("timing")
        ]
        images.append(
            publish.figure(
                "specification-choices",
                charts.specification_choices(one, made, "Percentage points, with 95% intervals"),
                caption=wording("authorities/specification-choices-caption", pair=pair),
                data=one,
                alt=wording(
                    "authorities/specification-choices-alt", pair=pair, specifications=len(one), timings=timings
                ),
            )
        )
        publish.table(
            "curves",
            tables.curve_cells(curves, chapter.outcomes, curves["p_significant"] < SIGNIFICANCE),
            wording("authorities/curves-caption"),
            headings={"support": "For"} | chapter.outcomes,
            widths=WIDE,
            data=curves,
        )
        shown = ["specification-curves", "specification-choices", "curves"]
    found = findings_checked.specifications(results.curves, chapter.names, figure=bool(images))
    publish.passage("specifications", told("specifications", found), *shown)
    return images


def influence(chapter: Chapter) -> Image | None:
    """The main model without each authority."""
    results, image = chapter.results, None
    flips = results.influence.groupby(["support", "outcome"])["flips"].any().rename("any_flips").reset_index()
    places = chapter.cleaned.units.drop_duplicates("unit").set_index("unit")["name"]
    table = results.influential.merge(flips, on=["support", "outcome"]).merge(
        fitted(chapter.within)[["support", "outcome", "effect"]], on=["support", "outcome"]
    )
    table["name"] = table["unit"].map(places).fillna(table["unit"])
    if len(table):
        named = {"support": "row", "outcome": "column", "effect": "value", "lowest": "low", "highest": "high"}
        data = table.rename(columns=named).assign(series="all")
        image = chapter.publish.figure(
            "influence",
            charts.effect_panels(data, step_rows(data), chapter.outcomes, {"all": ""}, "Percentage points"),
            caption=wording("authorities/influence-caption"),
            data=data,
            alt=wording(
                "authorities/influence-alt",
                most=table["change"].abs().max(),
                pairs=len(table),
                flips=int(table["any_flips"].sum()),
            ),
        )
    found = findings_checked.influence(table, findings.clear(chapter.within), chapter.names)
    chapter.publish.passage("influence", told("influence", found), *["influence"] * bool(len(table)))
    return image


def others(chapter: Chapter) -> pd.DataFrame:
    """What others measured; without data it stands alone."""
    table = studies_beside_ours(read_studies(), vars(chapter.results), chapter.names)
    cited = [
        Cell(md("{}: {}", own(reference), studied))
        for reference, studied in zip(table["reference"], table["studied"], strict=True)
    ]
    table["what"] = pd.Series(cited, index=table.index, dtype=object)
    headings = {"what": "Study", "found": "What was found"}
    there = bool((table["here_unit"] != "").any())
    if there:
        headings["ours"] = "Here (not adjusted)"
    chapter.publish.table(
        "studies",
        table,
        wording("authorities/studies-caption", beside=there),
        headings=headings,
        widths=[33, 39, 28] if there else [40, 60],
        data=table.drop(columns=["reference", "what"]),
    )
    chapter.publish.passage("others", "", "studies")
    return table


def national_facts(chapter: Chapter) -> pd.DataFrame:
    """National facts that the five documents quote, with their verdicts."""
    path = project_root() / "data" / "raw" / "authorities" / "claims.yaml"
    read = read_national_claims(path, chapter.indicators)
    claims = check_national_claims(read, chapter.cleaned, chapter.indicators)
    if chapter.cleaned.empty:
        chapter.publish.passage("claims", "")
        return claims
    claims["place"] = claims["document"].str.replace("-", " ").str.title() + ", " + claims["section"].str.lower()
    claims["statement"] = claims["claim"].str.rstrip(".") + " (" + claims["place"] + ")."
    checked = claims[claims["verdict"] != NOT_CHECKABLE]
    checked = (
        checked.assign(verdict=pd.Categorical(checked["verdict"], VERDICTS))
        .sort_values(["verdict", "document", "id"], kind="stable")
        .astype({"verdict": str})
    )
    chapter.publish.table(
        "national-claims",
        checked,
        wording("authorities/national-claims-caption"),
        headings={
            "statement": "Statement, in our words",
            "claimed": "Stated",
            "note": "Statistics",
            "verdict": "Verdict",
        },
        widths=[34, 14, 36, 16],
        data=claims.drop(columns="statement"),
    )
    chapter.publish.passage("claims", told("claims", findings_checked.claims(claims)), "national-claims")
    return checked


def data_used(chapter: Chapter) -> pd.DataFrame:
    """Which authorities and rows were used, by source and year, and what was left out and why."""
    publish, titles = chapter.publish, {source.id: source.title for source in read_catalogue().sources}
    accounts, shown = chapter.cleaned.accounts, []
    by_year, rows = tables.authorities_by_year(accounts, titles), tables.rows_by_status(accounts, titles)
    main = [source for source in SHORT if source in by_year]
    if len(by_year):
        publish.table(
            "authorities-by-year",
            by_year.dropna(how="all", subset=main),
            wording("authorities/authorities-by-year-caption"),
            headings={"year": "Year"} | {source: SHORT[source] for source in main},
            data=by_year,
        )
        publish.table(
            "rows",
            rows,
            wording("authorities/rows-caption"),
            headings={
                "title": "Source",
                "used": "Used",
                "joint": "Joint",
                "duplicate": "Duplicate",
                "excluded": "Excluded",
                "total": "All",
            },
            forms=dict.fromkeys([*tables.STATUSES, "total"], "{:,}"),
            widths=[44, 11, 11, 13, 12, 11],
            data=accounts,
        )
        left = chapter.results.left_out
        publish.table(
            "left-out-main",
            tables.left_out_rows(left, chapter.outcomes),
            wording("authorities/left-out-caption"),
            headings={"why": "Why"} | chapter.outcomes,
            widths=[34, 22, 22, 22],
            data=left,
        )
        shown = ["authorities-by-year", "rows", "left-out-main"]
    found = findings_checked.data(chapter.within, chapter.cleaned.panel, tables.not_used(accounts, titles))
    publish.passage("data", told("data", found), *shown)
    return by_year[["year", *main]]
