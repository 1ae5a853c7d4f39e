"""The chapter on local authorities, section by section: each function publishes its tables, figures and passage.

Sections are passages with their heading in them, so that a report includes them whether there are results or not:
without data a passage is empty, and the first of them says how to get the data.
"""

import re
from dataclasses import dataclass

import pandas as pd
from IPython.display import Image

from pipeline.authorities.models.declared import OUTCOMES, PRIMARY_TIMING, SIGNIFICANCE, SUPPORTS
from pipeline.authorities.models.fitting import Results
from pipeline.authorities.panel.cleaned import Cleaned
from pipeline.authorities.panel.indicators import Indicator
from pipeline.chapters.authorities import findings, findings_checked, findings_in_short, tables
from pipeline.chapters.authorities.findings import fitted
from pipeline.chapters.authorities.tables import STEP_WORDS
from pipeline.charts import authorities as charts
from pipeline.markdown import Markdown, own
from pipeline.phrases import number
from pipeline.publishing import Publication

POINTS = "Percentage points, with 95% intervals"
REFERENCE = re.compile(r" \(@sec-[a-z-]+\)|, @sec-[a-z-]+")  # in a report it is a link; elsewhere it means nothing
WIDE = [25, 25, 25, 25]  # relative widths of a table with a column for each outcome
BRACKETS = ("In square brackets: the smallest effect with an 80% chance to show. Bold: more than chance explains, "
            "allowing for the number of pairs.")
TIMINGS = {"before": "Workforce before", "within": "In the middle", "after": "Afterwards"}
MEASURES = {"idaci": "income deprivation affecting children", "free_meals": "free school meals",
            "child_poverty": "children in low-income families"}
CHOICES = {
    "model": {"linear": "Percentages", "binomial": "Counts (logit)"},
    "weighted": {"False": "Each authority alike", "True": "Weighted by children"},
    "timing": {"before": "Workforce before", "within": "Workforce in the middle"},
    "pandemic": {"in": "With 2020–21", "out": "Without 2020–21"},
    "joint": {"in": "With joint returns", "out": "Without joint returns"},
    "small": {"in": "With small authorities", "out": "Without small ones"},
    "deprivation": {"in": "Deprivation held", "out": "Not held"}}


@dataclass(frozen=True)
class Chapter:
    """What every section is made from."""

    publish: Publication
    cleaned: Cleaned
    results: Results
    indicators: tuple[Indicator, ...]

    @property
    def names(self) -> dict[str, str]:
        """What an indicator is called."""
        return {indicator.id: indicator.title for indicator in self.indicators}

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcomes of the panel, in their order."""
        return {outcome: self.names[outcome] for outcome in OUTCOMES}

    @property
    def within(self) -> pd.DataFrame:
        """The main model, over time within an authority."""
        return tables.main_effects(self.results.effects, "within")

    @property
    def timings(self) -> dict[str, pd.DataFrame]:
        """The same model with the workforce of three Septembers, the main one first."""
        return {name: tables.main_effects(self.results.effects, "within", timing=name) for name in TIMINGS}

    @property
    def judged(self) -> pd.DataFrame:
        """The models of inspections; no rows where nothing was downloaded at all."""
        inspections = self.results.inspections
        return inspections.head(0) if self.cleaned.empty else inspections

    @property
    def between(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The model between authorities: without deprivation, and preferred."""
        return tables.between_effects(self.results.effects)


def in_short(chapter: Chapter) -> str:
    """The first passage, and the sentence for other reports; without data, how to get them.

    Returns the passage without its references to sections of the report.
    """
    (_, between), judged = chapter.between, tables.preferred(chapter.judged)
    changes = tables.preferred(tables.change_rows(chapter.results.cross_section))
    text = findings_in_short.NO_DATA if chapter.cleaned.empty else findings_in_short.in_short(
        chapter.timings, between, judged, changes, chapter.results.curves, chapter.names)
    sentence = findings_in_short.in_a_sentence(chapter.within, between, judged, changes)
    chapter.publish.passage("in-short", own(text if chapter.cleaned.empty else f"{sentence}\n\n{text}"))
    chapter.publish.passage("in-a-sentence", own(sentence))
    return REFERENCE.sub("", text)


def movement(chapter: Chapter) -> list[Image]:
    """How workforce and outcomes moved, with the spread over authorities."""
    publish, shown, images = chapter.publish, [], []
    indicators = [each for each in chapter.indicators if each.id in (*SUPPORTS, *OUTCOMES)]
    spread = tables.yearly_spread(chapter.cleaned.panel, indicators)
    moved = tables.movement(spread, {each.id: each.reference for each in indicators})
    for name, ids, what in (("workforce-over-time", SUPPORTS, "The workforce"),
                            ("outcomes-over-time", OUTCOMES, "Outcomes")):
        drawn = spread[spread["indicator"].isin(ids)]
        if not len(drawn):
            continue
        there = set(drawn["indicator"])
        titles = {each.id: f"{each.title} ({each.unit}), {each.reference}" for each in indicators if each.id in there}
        images.append(publish.figure(
            name, charts.yearly_panels(drawn, titles),
            caption=f"{what} by year: England as published, and the spread over authorities. The middle half of "
                    "authorities lies in the dark part of a bar, eight in ten in the whole; without a figure there is "
                    "no bar.",
            alt=_moved_alt(moved[moved["indicator"].isin(ids)]), data=drawn))
        shown.append(name)
    if len(moved):
        publish.table("movement", moved,
                      "England's first and newest published values, and the spread over "
                                         "authorities in the newest year (nine in ten have at least the first of both "
                                         "numbers, one in ten has more than the second).",
                      headings={"title": "Measure", "first_text": "First", "last_text": "Newest",
                                "spread_text": "Spread", "authorities": "Authorities"}, widths=[32, 17, 17, 19, 15])
        shown.append("movement")
    text = section("## How the workforce and outcomes moved {#sec-movement}", findings.movement_text(moved),
                    "@fig-workforce-over-time and @fig-outcomes-over-time show every year. The workforce is counted "
                    "on 30 September, children in the year to 31 March or on that day.")
    publish.passage("movement", text, *shown)
    return images


def _moved_alt(moved: pd.DataFrame) -> str:
    said = "; ".join(f"{row['title']} from {row['first_text']} to {row['last_text']}, eight in ten authorities then "
                     f"between {row['spread_text'].replace(' to ', ' and ')}" for _, row in moved.iterrows())
    return f"Small charts by year. England: {said}."


def together(chapter: Chapter) -> Image | None:
    """The main results, over time and between authorities: one chart, two tables, two passages."""
    publish, within, (_, between) = chapter.publish, chapter.within, chapter.between
    difference = tables.preferred(chapter.results.effects.query(
        "model == 'difference' and timing == @PRIMARY_TIMING", local_dict={"PRIMARY_TIMING": PRIMARY_TIMING}))
    same = " of the same deprivation" * findings.holds_deprivation(between)
    data = tables.beside_each_other({"within": fitted(within), "between": fitted(between)})
    image, shown = None, []
    if len(data):
        image = publish.figure(
            "effects", charts.effect_panels(data, step_rows(data), chapter.outcomes, {
                "within": "Same authority over time", "between": f"Between authorities{same}"}, POINTS,
                smallest="Smallest that would show"),
            caption="How outcomes go with the workforce of the 30 September before the year of the outcome: "
                    "difference in the outcome for the difference in the workforce named at the left. Between the two "
                    "grey marks, an effect over time would probably not have shown.",
            alt=effects_alt(data, {"within": "over time", "between": "between authorities"}), data=data)
        shown = ["effects"]
    for name, rows, where in (("over-time", within, "over time within the same authority"),
                              ("between", between, f"between authorities{same}")):
        if len(rows):
            publish.table(name, tables.side_by_side(rows, chapter.outcomes, rows["p_adjusted"] < SIGNIFICANCE),
                          f"Outcomes and the workforce before, {where}: points of the outcome for each step of the "
                          f"workforce, with 95% intervals. {BRACKETS}",
                          headings={"support": "For"} | chapter.outcomes, widths=WIDE,
                          data=tables.with_texts(rows, chapter.outcomes))
    latest = _latest(chapter)
    publish.passage("over-time", section(
        "## Do they go together? {#sec-together}\n\n### Over time, within the same authority",
        findings.over_time_text(within, latest, chapter.names),
        "@fig-effects shows every pair, @tbl-over-time the numbers." * bool(image)),
        *shown, *["over-time"] * bool(len(within)))
    publish.passage("between", section(
        f"### Between authorities{same}", findings.between_text(between, difference, chapter.names),
        "@tbl-between has the numbers."), *["between"] * bool(len(between)))
    return image


def _latest(chapter: Chapter) -> dict[str, float]:
    england = chapter.cleaned.panel.query("level == 'england'").dropna(subset=["value"]).sort_values("year")
    return england.groupby("indicator")["value"].last().to_dict()


def step_rows(data: pd.DataFrame) -> dict[str, str]:
    """The supports that are in `data`, in their order, with the words for their step."""
    there = set(data["row"])
    return {support: words[0].upper() + words[1:] for support, words in STEP_WORDS.items() if support in there}


def section(heading: str, *parts: str) -> Markdown:
    """A heading and its text, both ours; nothing where the text that tells the finding is empty."""
    return own(f"{heading}\n\n{' '.join(part for part in parts if part)}" if parts[0] else "")


def effects_alt(data: pd.DataFrame, series: dict[str, str], none: float = 0.0, unit: str = "points") -> str:
    """How many intervals of each series leave out no effect, and the range of the estimates."""
    said = []
    for name, where in series.items():
        rows = data[data["series"] == name]
        if len(rows):
            out = int(((rows["low"] > none) | (rows["high"] < none)).sum())
            form = "{:+.1f}" if unit == "points" else "{:.2f}"
            ends = [number(rows["value"].agg(end), form) for end in ("min", "max")]
            said.append(f"{where}, {len(rows)} estimates from {ends[0]} to {ends[1]} {unit} ({out} with an interval "
                        f"that leaves out {none:g})")
    return f"Dots with intervals: {'; '.join(said)}."


def timing(chapter: Chapter) -> Image | None:
    """The workforce before, in the middle of and after the year of the outcome, one at a time."""
    parts = chapter.timings
    data = tables.beside_each_other({name: fitted(rows) for name, rows in parts.items()})
    image = None
    if len(data):
        image = chapter.publish.figure(
            "timing", charts.effect_panels(data, step_rows(data), chapter.outcomes, TIMINGS, POINTS),
            caption="The workforce of three Septembers beside the same outcome, over time within an authority: before "
                    "the year of the outcome, in its middle, and after it, where it can cause nothing.",
            alt=effects_alt(data, {name: label.lower() for name, label in TIMINGS.items()}), data=data)
    text = section("### Which comes first? {#sec-timing}", findings_checked.timing_text(parts), "See @fig-timing.")
    chapter.publish.passage("timing", text, *["timing"] * bool(len(data)))
    return image


def counts(chapter: Chapter) -> pd.DataFrame:
    """The logit model on counts, over time within an authority."""
    rows = tables.main_effects(chapter.results.effects, "binomial")
    wide = tables.side_by_side(rows, chapter.outcomes, rows["p"] < 0) if len(rows) else pd.DataFrame()
    if len(rows):
        chapter.publish.table("counts", wide,
                              "Odds ratios from counts, over time within the same authority, with 95% "
                                              "intervals. Above 1: more of the outcome with more of the measure. In "
                                              "square brackets: the smallest odds "
                              "ratio with an 80% chance to show.",
                              headings={"support": "For"} | chapter.outcomes, widths=WIDE,
                              data=tables.with_texts(rows, chapter.outcomes))
    said = findings_checked.counts_text(rows, chapter.within)
    text = section("### Counts instead of percentages", said, "See @tbl-counts.")
    chapter.publish.passage("counts", text, *["counts"] * bool(len(rows)))
    return wide


def deprivation(chapter: Chapter) -> Image | None:
    """Between authorities without and with deprivation, or that it is missing."""
    without, preferred = chapter.between
    there = findings.holds_deprivation(preferred)
    data = tables.beside_each_other({"without": fitted(without), "with": fitted(preferred)} if there else {})
    image = None
    if len(data):
        image = chapter.publish.figure(
            "deprivation", charts.effect_panels(data, step_rows(data), chapter.outcomes, {
                "without": "All authorities", "with": "Same deprivation"}, POINTS),
            caption="Between authorities: how outcomes go with the workforce, without and with deprivation in the "
                    "model.",
            alt=effects_alt(data, {"without": "without deprivation", "with": "at the same deprivation"}), data=data)
    said = findings_checked.deprivation_text(without, preferred, MEASURES)
    text = section("### Deprivation {#sec-deprivation}", said, "See @fig-deprivation." * bool(len(data)))
    chapter.publish.passage("deprivation", text, *["deprivation"] * bool(len(data)))
    return image


def changes(chapter: Chapter) -> pd.DataFrame:
    """Changes of social worker in the year there is."""
    table = tables.change_rows(chapter.results.cross_section)
    if len(table):
        chapter.publish.table(
            "worker-changes", tables.without_and_with(table, ("effect", "low", "high"), "{:+.1f}",
                                                      table["p_adjusted"] < SIGNIFICANCE),
            "Children looked after with three or more social workers in the year, and the workforce before it, "
            "between authorities: points for each step of the workforce, with 95% intervals. Bold: more than chance "
            "explains, allowing for the number of measures.",
            headings={"step": "For", "without": "All authorities", "with": "Deprivation held",
                      "rho_text": "Rank correlation, held", "units": "Authorities"},
            widths=[28, 21, 21, 21, 12], data=table)
    said = findings.changes_text(tables.preferred(table))
    text = section("### Changes of social worker", said, "See @tbl-worker-changes.")
    chapter.publish.passage("worker-changes", text, *["worker-changes"] * bool(len(table)))
    return table
