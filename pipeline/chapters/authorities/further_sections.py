"""The chapter's sections beyond the panel: judgements, other choices, others' results, national facts, data."""

import pandas as pd
from IPython.display import Image

from pipeline.authorities.models.declared import SIGNIFICANCE
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.chapters.authorities import findings, findings_checked, tables
from pipeline.chapters.authorities.findings import fitted
from pipeline.chapters.authorities.literature import read_studies, studies_beside_ours
from pipeline.chapters.authorities.sections import CHOICES, WIDE, Chapter, effects_alt, section, step_rows
from pipeline.charts import authorities as charts
from pipeline.claims.national import check_national_claims, read_national_claims
from pipeline.claims.verdicts import NOT_CHECKABLE, VERDICTS
from pipeline.files import project_root
from pipeline.markdown import Cell, md, own
from pipeline.phrases import number

ODDS = "Odds of a worse judgement"
# the sources that the page shows by year, and their short names
SHORT = {"workforce": "Workforce", "subsequent-plans": "Repeat plans", "plan-durations": "Long plans",
         "referrals": "Re-referrals", "inspections": "Inspected"}


def judgements(chapter: Chapter) -> Image | None:
    """Inspection judgements and the workforce before them."""
    table = chapter.judged
    drawn = fitted(table)
    data = drawn.rename(columns={"support": "row", "odds_ratio": "value"}).assign(
        column="odds", series=drawn["adjusted"].astype(bool).map({True: "held", False: "all"}))
    series = {name: label for name, label in {"all": "All inspections", "held": "Same deprivation"}.items()
              if name in set(data["series"])}
    image = None
    if len(data):
        image = chapter.publish.figure(
            "judgements", charts.effect_panels(data, step_rows(data), {"odds": ODDS}, series,
                                               "Odds ratio, with 95% intervals", ratio=True),
            caption="Odds of a worse overall judgement for the difference in the workforce named at the left, on the "
                    "last 30 September before the inspection. Right of the line: worse with more.",
            alt=effects_alt(data, {name: label.lower() for name, label in series.items()}, none=1, unit="times"),
            data=data[[*tables.CHART[:7], "p_adjusted", "mde", "inspections", "units", "adjustment", "note"]])
    if len(table):
        chapter.publish.table(
            "judgement-odds", tables.without_and_with(table, ("odds_ratio", "low", "high"), "{:.2f}",
                                                      table["p_adjusted"] < SIGNIFICANCE),
            "Inspection judgements and the workforce before: odds of a worse judgement for each step of the "
            "workforce, with 95% intervals. Would show: the smallest odds ratio with an 80% chance. Bold: more than "
            "chance explains, allowing for the number of measures.",
            headings={"step": "For", "without": "All inspections", "with": "Deprivation held", "mde": "Would show",
                      "inspections": "Inspections"}, widths=[29, 22, 22, 13, 14], data=table)
        chapter.publish.table("judgements-left-out", chapter.results.inspection_left_out,
                              "Inspections that are not in a model, and why.")
    text = section("## Inspection judgements {#sec-judgements}", findings.judged_text(table),
                   f"See @fig-judgements and @tbl-judgement-odds.\n\n{findings.JUDGED_WITH_CARE}" * bool(image))
    chapter.publish.passage("judgements", text, *["judgements", "judgement-odds"] * bool(len(table)))
    return image


def specifications(chapter: Chapter) -> list[Image]:
    """All defensible ways to do the analysis: every pair's curve, and the choices of the clearest pair."""
    publish, results = chapter.publish, chapter.results
    drawn, images, shown = results.specifications.dropna(subset=["effect"]), [], []
    if len(drawn):
        curves = results.curves
        told = fitted(curves)
        images.append(publish.figure(
            "specification-curves", charts.specification_curves(
                drawn, step_rows(drawn.rename(columns={"support": "row"})), chapter.outcomes,
                "Percentage points; the specifications of a pair from lowest to highest"),
            caption="Every pair under every specification: a dot each, with its 95% interval.",
            alt=f"Sorted dots for {len(told)} pairs. Medians from {told['median'].min():+.1f} to "
                f"{told['median'].max():+.1f} points; in {int((told['share_same_sign'] == 1).sum())} pairs every "
                f"specification has the same direction, in {int((told['share_significant'] > 0.5).sum())} most "
                "intervals leave out zero.",
            data=results.specifications))
        first = fitted(chapter.within).sort_values("p", kind="stable").iloc[0]
        one = drawn[(drawn["support"] == first["support"]) & (drawn["outcome"] == first["outcome"])]
        one = one.astype({"weighted": str})
        made = {column: kept for column, values in CHOICES.items() if len(kept := {
            value: label for value, label in values.items() if value in set(one[column])}) > 1}
        pair = findings.pair_name(first, chapter.names)
        ends = [f"{CHOICES['timing'][timing]}: {number(rows['effect'].min())} to {number(rows['effect'].max())} points"
                for timing, rows in one.groupby("timing")]
        images.append(publish.figure(
            "specification-choices", charts.specification_choices(one, made, "Percentage points, with 95% intervals"),
            caption=f"The pair that is clearest in the main model, {pair}: every specification from the lowest effect "
                    "to the highest, and below it the choices that it makes.",
            alt=f"{len(one)} sorted effects of {pair}. {'; '.join(ends)}.", data=one))
        publish.table("curves", tables.curve_cells(curves, chapter.outcomes, curves["p_significant"] < SIGNIFICANCE),
                      "All specifications of each pair: the median effect (lowest to highest) in points for the step "
                      "of the workforce, and how many are significant at 5%. Bold: more of them than chance would "
                      "give (p < 0.05).",
                      headings={"support": "For"} | chapter.outcomes, widths=WIDE, data=curves)
        shown = ["specification-curves", "specification-choices", "curves"]
    publish.passage("specifications", section(
        "## Would other choices say otherwise? {#sec-choices}",
        findings_checked.curves_text(results.curves, chapter.names),
        "@fig-specification-curves shows all, @fig-specification-choices one pair choice by choice, @tbl-curves the "
        "numbers." * bool(images)), *shown)
    return images


def influence(chapter: Chapter) -> Image | None:
    """The main model without each authority."""
    results, image = chapter.results, None
    flips = results.influence.groupby(["support", "outcome"])["flips"].any().rename("any_flips").reset_index()
    places = chapter.cleaned.units.drop_duplicates("unit").set_index("unit")["name"]
    table = results.influential.merge(flips, on=["support", "outcome"]).merge(
        fitted(chapter.within)[["support", "outcome", "effect"]], on=["support", "outcome"])
    table["name"] = table["unit"].map(places).fillna(table["unit"])
    if len(table):
        named = {"support": "row", "outcome": "column", "effect": "value", "lowest": "low", "highest": "high"}
        data = table.rename(columns=named).assign(series="all")
        image = chapter.publish.figure(
            "influence",
            charts.effect_panels(data, step_rows(data), chapter.outcomes, {"all": ""}, "Percentage points"),
            caption="The main model with all authorities (dot), and the lowest and highest effect that leaving out "
                    "one of them gives (line).",
            alt=f"Dots on short lines: leaving out one authority moves an effect by {table['change'].abs().max():.1f} "
                f"points at most; {int(table['any_flips'].sum())} of {len(table)} pairs change their "
                "verdict at the 5% level.", data=data)
    said = findings_checked.influence_text(table, findings.clear(chapter.within), chapter.names)
    text = section("### One authority left out", said, "See @fig-influence.")
    chapter.publish.passage("influence", text, *["influence"] * bool(len(table)))
    return image


def others(chapter: Chapter) -> pd.DataFrame:
    """What others measured; without data it stands alone."""
    table = studies_beside_ours(read_studies(), vars(chapter.results), chapter.names)
    cited = [Cell(md("{}: {}", own(reference), studied)) for reference, studied in zip(table["reference"], table["studied"])]
    table["what"] = pd.Series(cited, index=table.index, dtype=object)
    headings = {"what": "Study", "found": "What was found"}
    there = bool((table["here_unit"] != "").any())
    if there:
        headings["ours"] = "Here (not adjusted)"
    beside = ", beside the result of this chapter that comes nearest" * there
    chapter.publish.table("studies", table, f"What others measured, in our words{beside}.",
                          headings=headings, widths=[33, 39, 28] if there else [40, 60],
                          data=table.drop(columns=["reference", "what"]))
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
    claims["place"] = (claims["document"].str.replace("-", " ").str.title() + ", " + claims["section"].str.lower())
    claims["statement"] = claims["claim"].str.rstrip(".") + " (" + claims["place"] + ")."
    checked = claims[claims["verdict"] != NOT_CHECKABLE]
    checked = checked.assign(verdict=pd.Categorical(checked["verdict"], VERDICTS)).sort_values(
        ["verdict", "document", "id"], kind="stable").astype({"verdict": str})
    chapter.publish.table("national-claims", checked,
                          "Statements of the five documents about authorities that the statistics can check, those "
                          "not borne out first.",
                          headings={"statement": "Statement, in our words", "claimed": "Stated", "note": "Statistics",
                                    "verdict": "Verdict"},
                          widths=[34, 14, 36, 16], data=claims.drop(columns="statement"))
    text = section("## National facts in the five documents {#sec-facts}", findings_checked.claims_text(claims))
    chapter.publish.passage("claims", text, "national-claims")
    return checked


def data_used(chapter: Chapter) -> pd.DataFrame:
    """Which authorities and rows were used, by source and year, and what was left out and why."""
    publish, titles = chapter.publish, {source.id: source.title for source in read_catalogue().sources}
    accounts, shown = chapter.cleaned.accounts, []
    by_year, rows = tables.authorities_by_year(accounts, titles), tables.rows_by_status(accounts, titles)
    main = [source for source in SHORT if source in by_year]
    if len(by_year):
        publish.table("authorities-by-year", by_year.dropna(how="all", subset=main),
                      "How many authorities the main "
                                                                                     "sources have by year, a joint "
                                                                                     "return as one; for inspections, "
                                                                                     "how many were inspected. All "
                                                                                     "sources are in the data table.",
                      headings={"year": "Year"} | {source: SHORT[source] for source in main},
                      data=by_year)
        publish.table("rows", rows,
                      "All rows of the files downloaded, and what became of them. Joint: of a joint "
                                    "return of two authorities. The last column is the number of rows in the files.",
                      headings={"title": "Source", "used": "Used", "joint": "Joint", "duplicate": "Duplicate",
                                "excluded": "Excluded", "total": "All"},
                      forms=dict.fromkeys([*tables.STATUSES, "total"], "{:,}"), widths=[44, 11, 11, 13, 12, 11],
                      data=accounts)
        left = chapter.results.left_out
        publish.table("left-out-main", tables.left_out_rows(left, chapter.outcomes),
                      "Pairs of an authority and a "
                                                                                     "year that the main model does "
                                                                                     "without, by reason: the lowest "
                                                                                     "and the highest number over the "
                                                                                     "five measures of the workforce.",
                      headings={"why": "Why"} | chapter.outcomes, widths=[34, 22, 22, 22], data=left)
        shown = ["authorities-by-year", "rows", "left-out-main"]
    said = findings_checked.data_text(chapter.within, chapter.cleaned.panel, tables.not_used(accounts, titles))
    publish.passage("data", section("## The data used {#sec-data}", said,
                                    "See @tbl-authorities-by-year, @tbl-rows and @tbl-left-out-main."), *shown)
    return by_year[["year", *main]]
