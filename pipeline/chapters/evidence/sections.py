"""The chapter on the evidence map, section by section: each function publishes its tables, figures and passages."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from IPython.display import Image

from pipeline.chapters.evidence import tables as tables
from pipeline.charts import evidence as charts
from pipeline.evidence import matrix, theory
from pipeline.evidence.codebook import NONE, named
from pipeline.evidence.coder_agreement import ENOUGH, VARIABLES, agreement_table, code_agreement
from pipeline.evidence.coverage import coverage
from pipeline.evidence.reading import Evidence
from pipeline.evidence.second_coding import SecondCoding
from pipeline.evidence.uncheckable_figures import read_figures
from pipeline.markdown import Markdown, md
from pipeline.publishing import Publication

LINKS_SHOWN = 15
LEAST = 3  # passages of a link that the graph draws
COLUMNS_OF_MAP = {"staff": "Staff", "practice": "Practice", "parents": "Parents", "children": "Children",
                  "service": "Services"}


@dataclass(frozen=True)
class Chapter:
    """What every section is made from."""

    publish: Publication
    evidence: Evidence
    second: SecondCoding

    @property
    def features(self) -> dict[str, str]:
        """What each form of support is called, in the codebook's order."""
        return named(self.evidence.codebook.features)

    @property
    def documents(self) -> dict[str, str]:
        """What each document is called, by date."""
        return {document.id: document.short for document in self.evidence.documents}

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """Passages by support and outcome."""
        return matrix.evidence_matrix(self.evidence)

    @cached_property
    def by_document(self) -> pd.DataFrame:
        """What each document says of each support."""
        return matrix.by_document(self.evidence)


def documents(page: Chapter) -> pd.DataFrame:
    """Coverage by document."""
    table = coverage(page.evidence)
    page.publish.table(
        "evidence-coverage", table.assign(sample=table["sample"].replace("", None)),
        "The documents: what each rests on, its places (numbered paragraphs, case studies, points of summaries), those "
        "coded and those with nothing to code, the passages, and those that show what they say.",
        headings={"title": "Document", "sample": "Rests on", "sections": "Places", "coded": "Coded",
                  "nothing": "Nothing to code", "passages": "Passages", "shows": "That show"},
        widths=[15, 38, 9, 9, 10, 10, 9], data=table)
    return table.drop(columns="sample")


def second_coding(page: Chapter) -> Image:
    """Agreement of the two codings, and how differences were settled."""
    second, publish = page.second, page.publish
    agreement = agreement_table(second.first, second.second, second.places)
    publish.table(
        "evidence-agreement", tables.agreement_words(agreement),
        f"Agreement of two codings of {len(second.places)} places: Krippendorff's alpha with its 95% interval, and how "
        "many places or rows are coded exactly alike. Places are compared by their sets of codes, rows that both "
        "coders have by their single codes.",
        headings={"variable": "Variable", "unit": "Compared", "n": "Number", "percent": "Alike, %", "alpha": "Alpha",
                  "interval": "95% interval"},
        forms={"percent": "{:.0f}", "alpha": "{:.2f}"}, widths=[24, 18, 12, 12, 12, 22], data=agreement)
    codes = code_agreement(second.first, second.second, second.places)
    publish.table(
        "evidence-agreement-codes", tables.code_words(codes, page.evidence.codebook),
        f"Agreement on single codes that at least {ENOUGH} places hold: places in which the first, the second and both "
        "coders saw the code.",
        headings={"variable": "Variable", "title": "Code", "first": "First", "second": "Second", "both": "Both",
                  "alpha": "Alpha", "interval": "95% interval"},
        forms={"alpha": "{:.2f}"}, widths=[18, 32, 9, 9, 9, 9, 18], data=codes)
    publish.table(
        "evidence-disagreements", tables.settled_counts(second),
        "Places that the two coded otherwise, by variable, and whose coding was taken after reading the place again.",
        headings={"variable": "Variable", "differences": "Differences", "first": "First taken",
                  "second": "Second taken", "neither": "Neither"},
        widths=[30, 18, 18, 18, 16], data=tables.settled_words(second, page.evidence))
    _learned(page)
    places = agreement[agreement["unit"] == "places"].set_index("variable")
    _agreement_values(page, places)
    weakest, best = places["alpha"].idxmin(), places["alpha"].idxmax()
    return publish.figure(
        "evidence-agreement-chart", charts.agreement_chart(agreement, tables.VARIABLE_NAMES),
        caption="Agreement of two codings: Krippendorff's alpha, with 95% intervals from resampled places.",
        alt=f"Dot plot of {len(agreement)} alphas. Over places they run from {places['alpha'].min():.2f} "
            f"({tables.VARIABLE_NAMES[weakest].lower()}) to {places['alpha'].max():.2f} "
            f"({tables.VARIABLE_NAMES[best].lower()}). The usual limit for tentative conclusions is 0.67, for firm "
            "ones 0.80.",
        data=agreement)


def _agreement_values(page: Chapter, places: pd.DataFrame) -> None:
    for variable, row in places.iterrows():
        for name, number in (("value", row["alpha"]), ("low", row["low"]), ("high", row["high"])):
            page.publish.value(f"evidence.alpha.{variable}.{name}", number, "{:.2f}")
        page.publish.value(f"evidence.percent.{variable}", 100 * row["percent"], "{:.0f}")
    page.publish.value("evidence.alpha.lowest", places["alpha"].min(), "{:.2f}")
    page.publish.value("evidence.alpha.highest", places["alpha"].max(), "{:.2f}")
    numbers = {"sections": page.second.places, "first_rows": page.second.first, "second_rows": page.second.second,
               "disagreements": page.second.settled}
    for name, rows in numbers.items():
        page.publish.value(f"evidence.second.{name}", len(rows))


def _learned(page: Chapter) -> None:
    codebook = page.evidence.codebook
    points = [md("- **{}.** {} Now: {}", each.about, each.found, tables.in_words(codebook.rules[each.rule], codebook))
              for each in codebook.learned]
    page.publish.passage("evidence-learned", md(
        "The two codings differ in {} of {} comparisons of a place and a variable. Each was settled by reading the place "
        "again, and the codebook now says what was learned:\n\n{}", len(page.second.settled),
        len(VARIABLES) * len(page.second.places), Markdown("\n").join(points)))


def evidence_map(page: Chapter) -> Image:
    """The matrix of support and outcome."""
    every = page.matrix
    targets = {name: list(page.evidence.codebook.outcomes_for(target)) for target, name in COLUMNS_OF_MAP.items()}
    page.publish.table(
        "evidence-matrix", tables.matrix_table(page.evidence),
        "Passages by form of support and by whom the outcome is for; in brackets, those that show it.",
        headings={"feature": "Form of support", **COLUMNS_OF_MAP, "none": "No outcome"},
        widths=[34, 11, 11, 11, 11, 11, 11], data=every)
    told = every[(every["feature"] != NONE) & (every["outcome"] != NONE)]
    children = told[told["target"] == "children"]
    most = told.groupby("target")["passages"].sum()
    return page.publish.figure(
        "evidence-map", charts.matrix_chart(told, page.features, targets),
        caption="Passages by form of support and by whom the outcome is for. In each cell: left, passages that claim; "
                "right, passages that show. Empty: none.",
        alt=f"Table of {len(page.features)} forms of support by {len(targets)} kinds of outcome. Most passages are "
            f"about outcomes for {COLUMNS_OF_MAP[most.idxmax()].lower()} ({most.max()}); {children['passages'].sum()} "
            f"are about children, of which {children['shows'].sum()} show what they say.",
        data=matrix.matrix_by_kind(page.evidence))


def agreement_of_documents(page: Chapter) -> Image:
    """Which document names which support, and whether they agree."""
    agree = matrix.documents_agree(page.by_document)
    verdicts = agree["verdict"].value_counts()
    for verdict, name in (("agree", "documents_agree"), ("differ", "documents_differ"),
                          ("one document", "one_document"), ("no result", "no_result")):
        page.publish.value(f"evidence.{name}", int(verdicts.get(verdict, 0)))
    everywhere = agree[agree["documents"] == len(page.documents)]
    return page.publish.figure(
        "evidence-documents", charts.documents_chart(page.by_document, page.features, page.documents),
        caption="What each document says follows from a form of support, with its number of passages. Empty: not "
                "named.",
        alt=f"Table of {len(agree)} forms of support by {len(page.documents)} documents. All documents name "
            f"{len(everywhere)}. Documents that state a result agree on {verdicts.get('agree', 0)} and differ on "
            f"{verdicts.get('differ', 0)}; on {verdicts.get('one document', 0)} only one states a result.",
        data=page.by_document.merge(agree[["feature", "verdict"]], on="feature"))


def theory_of_change(page: Chapter) -> Image:
    """The graph and its table."""
    ways = theory.paths(page.evidence)
    links = theory.links(ways)
    nodes = theory.nodes(page.evidence, links)
    words = tables.link_words(links, nodes)
    page.publish.table(
        "evidence-links", words.head(LINKS_SHOWN),
        f"The {LINKS_SHOWN} links of the theory of change that most passages state. A link goes from a form of support "
        "to the way in which it works, from there to an outcome, or, where no way is stated, from the support to the "
        "outcome.",
        headings={"source": "From", "target": "To", "passages": "Passages", "shows": "That show"},
        widths=[40, 36, 12, 12], data=words)
    for end in ("source", "target"):
        page.publish.value(f"evidence.strongest_link.{end}", words.loc[0, end])
    page.publish.value("evidence.strongest_link.passages", int(words.loc[0, "passages"]))
    stated = int(ways.loc[ways["mechanism"] != NONE, "passages"].sum())
    page.publish.value("evidence.with_mechanism", stated)
    drawn = links[(links["passages"] >= LEAST) & (links["kind"] != "feature-outcome")]
    return page.publish.figure(
        "theory-of-change", charts.theory_chart(nodes, links, least=LEAST),
        caption=f"The theory of change as passages tell it: links that at least {LEAST} passages state. Wider: more "
                "passages; dashed: only claimed. Passages that name no way in which support works are not drawn.",
        alt=f"Graph from forms of support through the ways they work to outcomes, with {len(drawn)} links. Of "
            f"{ways['passages'].sum()} passages that name a support and an outcome, {stated} say how one leads to the "
            "other. All links stand in the table of links.",
        data=links)


def missing(page: Chapter) -> pd.DataFrame:
    """Gaps in the evidence."""
    found = matrix.gaps(page.evidence)
    table = tables.gap_words(found)
    page.publish.table(
        "evidence-gaps", table, "What is missing: how many forms of support or outcomes, and which.",
        headings={"kind": "Gap", "number": "Number", "codes": "Which"}, widths=[22, 8, 70], data=found)
    counts = found["kind"].value_counts()
    names = {"feature never shown for children": "features_never_shown_children",
             "outcome never shown": "outcomes_never_shown", "feature not in survey": "features_not_in_survey",
             "feature without statistic": "features_without_statistic"}
    for kind, name in names.items():
        page.publish.value(f"evidence.{name}", int(counts.get(kind, 0)))
    return table


def unchecked_figures(page: Chapter) -> None:
    """Figures in the documents that nothing published can be held against."""
    found = read_figures(page.evidence)
    page.publish.table(
        "evidence-figures", found.assign(document=found["document"].map(page.documents)),
        "Figures in the numbered paragraphs of the report of 2012 that are no entries of the tables of claims, and "
        "why.",
        headings={"document": "Document", "section": "Place", "figure": "Figure", "states": "What it states",
                  "why": "Why it is not checked"},
        widths=[12, 14, 9, 33, 32])
    page.publish.value("evidence.figures_unchecked", len(found))


def all_passages(page: Chapter) -> None:
    """Every passage, readable, as a table and as data."""
    page.publish.table(
        "evidence-passages", tables.readable(page.evidence), "All passages, in our own words.",
        headings={"document": "Document", "place": "Place", "summary": "In short", "feature": "Form of support",
                  "mechanism": "Way it works", "outcome": "Outcome", "target": "Outcome for", "evidence": "Evidence",
                  "strength": "Strength", "authority": "Authority"},
        widths=[8, 9, 24, 12, 11, 12, 8, 10, 7, 10])
