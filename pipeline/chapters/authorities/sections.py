"""The chapter on local authorities, section by section: each function publishes its tables, figures and passage.

Sections are passages with their heading in them (reports/passages/authorities), so that a report includes them whether
there are results or not: without data a passage is empty, and the first of them says how to get the data.
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
from pipeline.markdown import Markdown, md
from pipeline.passages import passage, wording
from pipeline.publishing import Publication

POINTS = "Percentage points, with 95% intervals"
REFERENCE = re.compile(r" \(@sec-[a-z-]+\)|, @sec-[a-z-]+")  # in a report it is a link; elsewhere it means nothing
WIDE = [25, 25, 25, 25]  # relative widths of a table with a column for each outcome
TIMINGS = {"before": "Workforce before", "within": "In the middle", "after": "Afterwards"}
CHOICES = {
    "model": {"linear": "Percentages", "binomial": "Counts (logit)"},
    "weighted": {"False": "Each authority alike", "True": "Weighted by children"},
    "timing": {"before": "Workforce before", "within": "Workforce in the middle"},
    "pandemic": {"in": "With 2020–21", "out": "Without 2020–21"},
    "joint": {"in": "With joint returns", "out": "Without joint returns"},
    "small": {"in": "With small authorities", "out": "Without small ones"},
    "deprivation": {"in": "Deprivation held", "out": "Not held"},
}


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
    found = findings_in_short.in_a_sentence(chapter.within, between, judged, changes)
    sentence = passage("authorities/in-a-sentence", **found)
    chapter.publish.passage("in-a-sentence", sentence)
    if chapter.cleaned.empty:
        text = passage("authorities/no-data")
        chapter.publish.passage("in-short", text)
    else:
        text = passage(
            "authorities/in-short",
            **findings_in_short.in_short(
                chapter.timings, between, judged, changes, chapter.results.curves, chapter.names
            ),
        )
        chapter.publish.passage("in-short", md("{}\n\n{}", sentence, text))
    return REFERENCE.sub("", text)


def told(name: str, values: findings.Values | None) -> Markdown:
    """The chapter's passage `name` with what was found; nothing where there is nothing to tell."""
    return Markdown() if values is None else passage(f"authorities/{name}", **values)


def movement(chapter: Chapter) -> list[Image]:
    """How workforce and outcomes moved, with the spread over authorities."""
    publish, shown, images = chapter.publish, [], []
    indicators = [each for each in chapter.indicators if each.id in (*SUPPORTS, *OUTCOMES)]
    spread = tables.yearly_spread(chapter.cleaned.panel, indicators)
    moved = tables.movement(spread, {each.id: each.reference for each in indicators})
    for name, ids in (("workforce-over-time", SUPPORTS), ("outcomes-over-time", OUTCOMES)):
        drawn = spread[spread["indicator"].isin(ids)]
        if not len(drawn):
            continue
        there = set(drawn["indicator"])
        titles = {each.id: f"{each.title} ({each.unit}), {each.reference}" for each in indicators if each.id in there}
        images.append(
            publish.figure(
                name,
                charts.yearly_panels(drawn, titles),
                data=drawn,
                caption=wording("authorities/yearly-caption", workforce=ids is SUPPORTS),
                alt=wording("authorities/yearly-alt", measures=findings.measures(moved[moved["indicator"].isin(ids)])),
            )
        )
        shown.append(name)
    if len(moved):
        publish.table(
            "movement",
            moved,
            wording("authorities/movement-caption"),
            headings={
                "title": "Measure",
                "first_text": "First",
                "last_text": "Newest",
                "spread_text": "Spread",
                "authorities": "Authorities",
            },
            widths=[32, 17, 17, 19, 15],
        )
        shown.append("movement")
    publish.passage("movement", told("movement", findings.movement(moved)), *shown)
    return images


def together(chapter: Chapter) -> Image | None:
    """The main results, over time and between authorities: one chart, two tables, two passages."""
    publish, within, (_, between) = chapter.publish, chapter.within, chapter.between
    difference = tables.preferred(
        chapter.results.effects.query(
            "model == 'difference' and timing == @PRIMARY_TIMING", local_dict={"PRIMARY_TIMING": PRIMARY_TIMING}
        )
    )
    same = findings.holds_deprivation(between)
    data = tables.beside_each_other({"within": fitted(within), "between": fitted(between)})
    image, shown = None, []
    if len(data):
        across = "Between authorities of the same deprivation" if same else "Between authorities"
        image = publish.figure(
            "effects",
            charts.effect_panels(
                data,
                step_rows(data),
                chapter.outcomes,
                {"within": "Same authority over time", "between": across},
                POINTS,
                smallest="Smallest that would show",
            ),
            caption=wording("authorities/effects-caption"),
            alt=effects_alt(data, {"within": "over time", "between": "between authorities"}),
            data=data,
        )
        shown = ["effects"]
    for name, model, rows in (("over-time", "within", within), ("between", "between", between)):
        if len(rows):
            publish.table(
                name,
                tables.side_by_side(rows, chapter.outcomes, rows["p_adjusted"] < SIGNIFICANCE),
                wording("authorities/effects-table-caption", model=model, same_deprivation=same),
                headings={"support": "For"} | chapter.outcomes,
                widths=WIDE,
                data=tables.with_texts(rows, chapter.outcomes),
            )
    found = findings.over_time(within, _latest(chapter), chapter.names, figure=image is not None)
    publish.passage("over-time", told("over-time", found), *shown, *["over-time"] * bool(len(within)))
    publish.passage(
        "between",
        told("between", findings.between(between, difference, chapter.names)),
        *["between"] * bool(len(between)),
    )
    return image


def _latest(chapter: Chapter) -> dict[str, float]:
    england = chapter.cleaned.panel.query("level == 'england'").dropna(subset=["value"]).sort_values("year")
    return england.groupby("indicator")["value"].last().to_dict()


def step_rows(data: pd.DataFrame) -> dict[str, str]:
    """The supports that are in `data`, in their order, with the words for their step."""
    there = set(data["row"])
    return {support: words[0].upper() + words[1:] for support, words in STEP_WORDS.items() if support in there}


def effects_alt(data: pd.DataFrame, series: dict[str, str], odds: bool = False) -> str:
    """How many intervals of each series leave out no effect, and the range of the estimates."""
    none, drawn = float(odds), []
    for name, label in series.items():
        rows = data[data["series"] == name]
        if len(rows):
            crossed = int(((rows["low"] > none) | (rows["high"] < none)).sum())
            drawn.append(
                {
                    "name": label,
                    "estimates": len(rows),
                    "lowest": rows["value"].min(),
                    "highest": rows["value"].max(),
                    "crossed": crossed,
                }
            )
    return wording("authorities/effects-alt", series=drawn, odds=odds)


def timing(chapter: Chapter) -> Image | None:
    """The workforce before, in the middle of and after the year of the outcome, one at a time."""
    parts = chapter.timings
    data = tables.beside_each_other({name: fitted(rows) for name, rows in parts.items()})
    image = None
    if len(data):
        image = chapter.publish.figure(
            "timing",
            charts.effect_panels(data, step_rows(data), chapter.outcomes, TIMINGS, POINTS),
            caption=wording("authorities/timing-caption"),
            alt=effects_alt(data, {name: label.lower() for name, label in TIMINGS.items()}),
            data=data,
        )
    chapter.publish.passage("timing", told("timing", findings_checked.timing(parts)), *["timing"] * bool(len(data)))
    return image


def counts(chapter: Chapter) -> pd.DataFrame:
    """The logit model on counts, over time within an authority."""
    rows = tables.main_effects(chapter.results.effects, "binomial")
    wide = tables.side_by_side(rows, chapter.outcomes, rows["p"] < 0) if len(rows) else pd.DataFrame()
    if len(rows):
        chapter.publish.table(
            "counts",
            wide,
            wording("authorities/counts-caption"),
            headings={"support": "For"} | chapter.outcomes,
            widths=WIDE,
            data=tables.with_texts(rows, chapter.outcomes),
        )
    chapter.publish.passage(
        "counts", told("counts", findings_checked.counts(rows, chapter.within)), *["counts"] * bool(len(rows))
    )
    return wide


def deprivation(chapter: Chapter) -> Image | None:
    """Between authorities without and with deprivation, or that it is missing."""
    without, preferred = chapter.between
    there = findings.holds_deprivation(preferred)
    data = tables.beside_each_other({"without": fitted(without), "with": fitted(preferred)} if there else {})
    image = None
    if len(data):
        image = chapter.publish.figure(
            "deprivation",
            charts.effect_panels(
                data,
                step_rows(data),
                chapter.outcomes,
                {"without": "All authorities", "with": "Same deprivation"},
                POINTS,
            ),
            caption=wording("authorities/deprivation-caption"),
            alt=effects_alt(data, {"without": "without deprivation", "with": "at the same deprivation"}),
            data=data,
        )
    chapter.publish.passage(
        "deprivation",
        told("deprivation", findings_checked.deprivation(without, preferred)),
        *["deprivation"] * bool(len(data)),
    )
    return image


def changes(chapter: Chapter) -> pd.DataFrame:
    """Changes of social worker in the year there is."""
    table = tables.change_rows(chapter.results.cross_section)
    if len(table):
        chapter.publish.table(
            "worker-changes",
            tables.without_and_with(table, ("effect", "low", "high"), "{:+.1f}", table["p_adjusted"] < SIGNIFICANCE),
            wording("authorities/worker-changes-caption"),
            headings={
                "step": "For",
                "without": "All authorities",
                "with": "Deprivation held",
                "rho_text": "Rank correlation, held",
                "units": "Authorities",
            },
            widths=[28, 21, 21, 21, 12],
            data=table,
        )
    chapter.publish.passage(
        "worker-changes",
        told("worker-changes", findings.worker_changes(tables.preferred(table))),
        *["worker-changes"] * bool(len(table)),
    )
    return table
