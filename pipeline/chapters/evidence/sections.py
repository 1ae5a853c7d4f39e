"""The chapter on the evidence map, section by section: each function publishes its tables, figures and passages."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from IPython.display import Image

from pipeline.chapters.evidence import tables
from pipeline.charts import evidence as charts
from pipeline.evidence import matrix, theory
from pipeline.evidence.codebook import NONE, named
from pipeline.evidence.coder_agreement import ENOUGH, VARIABLES, agreement_table, code_agreement
from pipeline.evidence.coverage import coverage
from pipeline.evidence.reading import Evidence
from pipeline.evidence.second_coding import SecondCoding
from pipeline.evidence.uncheckable_figures import read_figures
from pipeline.passages import passage, wording
from pipeline.publishing import Publication

LINKS_SHOWN = 15
LEAST = 3  # passages of a link that the graph draws
COLUMNS_OF_MAP = {
    "staff": "Staff",
    "practice": "Practice",
    "parents": "Parents",
    "children": "Children",
    "service": "Services",
}


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
        "evidence-coverage",
        table.assign(sample=table["sample"].replace("", None)),
        wording("evidence/coverage-caption"),
        headings={
            "title": "Document",
            "sample": "Rests on",
            "sections": "Places",
            "coded": "Coded",
            "nothing": "Nothing to code",
            "passages": "Passages",
            "shows": "That show",
        },
        widths=[15, 38, 9, 9, 10, 10, 9],
        data=table,
    )
    return table.drop(columns="sample")


def second_coding(page: Chapter) -> Image:
    """Agreement of the two codings, and how differences were settled."""
    second, publish = page.second, page.publish
    agreement = agreement_table(second.first, second.second, second.places)
    publish.table(
        "evidence-agreement",
        tables.agreement_words(agreement),
        wording("evidence/agreement-caption", places=len(second.places)),
        headings={
            "variable": "Variable",
            "unit": "Compared",
            "n": "Number",
            "percent": "Alike, %",
            "alpha": "Alpha",
            "interval": "95% interval",
        },
        forms={"percent": "{:.0f}", "alpha": "{:.2f}"},
        widths=[24, 18, 12, 12, 12, 22],
        data=agreement,
    )
    codes = code_agreement(second.first, second.second, second.places)
    publish.table(
        "evidence-agreement-codes",
        tables.code_words(codes, page.evidence.codebook),
        wording("evidence/agreement-codes-caption", enough=ENOUGH),
        headings={
            "variable": "Variable",
            "title": "Code",
            "first": "First",
            "second": "Second",
            "both": "Both",
            "alpha": "Alpha",
            "interval": "95% interval",
        },
        forms={"alpha": "{:.2f}"},
        widths=[18, 32, 9, 9, 9, 9, 18],
        data=codes,
    )
    publish.table(
        "evidence-disagreements",
        tables.settled_counts(second),
        wording("evidence/disagreements-caption"),
        headings={
            "variable": "Variable",
            "differences": "Differences",
            "first": "First taken",
            "second": "Second taken",
            "neither": "Neither",
        },
        widths=[30, 18, 18, 18, 16],
        data=tables.settled_words(second, page.evidence),
    )
    _learned(page)
    places = agreement[agreement["unit"] == "places"].set_index("variable")
    _agreement_values(page, places)
    weakest, best = places["alpha"].idxmin(), places["alpha"].idxmax()
    return publish.figure(
        "evidence-agreement-chart",
        charts.agreement_chart(agreement, tables.VARIABLE_NAMES),
        caption=wording("evidence/agreement-chart-caption"),
        alt=wording(
            "evidence/agreement-chart-alt",
            alphas=len(agreement),
            lowest=places["alpha"].min(),
            lowest_of=tables.VARIABLE_NAMES[weakest].lower(),
            highest=places["alpha"].max(),
            highest_of=tables.VARIABLE_NAMES[best].lower(),
        ),
        data=agreement,
    )


def _agreement_values(page: Chapter, places: pd.DataFrame) -> None:
    for variable, row in places.iterrows():
        for name, number in (("value", row["alpha"]), ("low", row["low"]), ("high", row["high"])):
            page.publish.value(f"evidence.alpha.{variable}.{name}", number, "{:.2f}")
        page.publish.value(f"evidence.percent.{variable}", 100 * row["percent"], "{:.0f}")
    page.publish.value("evidence.alpha.lowest", places["alpha"].min(), "{:.2f}")
    page.publish.value("evidence.alpha.highest", places["alpha"].max(), "{:.2f}")
    numbers = {
        "sections": page.second.places,
        "first_rows": page.second.first,
        "second_rows": page.second.second,
        "disagreements": page.second.settled,
    }
    for name, rows in numbers.items():
        page.publish.value(f"evidence.second.{name}", len(rows))


def _learned(page: Chapter) -> None:
    codebook = page.evidence.codebook
    learned = [
        {"about": each.about, "found": each.found, "rule": tables.in_words(codebook.rules[each.rule], codebook)}
        for each in codebook.learned
    ]
    page.publish.passage(
        "evidence-learned",
        passage(
            "evidence/learned",
            differences=len(page.second.settled),
            comparisons=len(VARIABLES) * len(page.second.places),
            learned=learned,
        ),
    )


def evidence_map(page: Chapter) -> Image:
    """The matrix of support and outcome."""
    every = page.matrix
    targets = {name: list(page.evidence.codebook.outcomes_for(target)) for target, name in COLUMNS_OF_MAP.items()}
    page.publish.table(
        "evidence-matrix",
        tables.matrix_table(page.evidence),
        wording("evidence/matrix-caption"),
        headings={"feature": "Form of support", **COLUMNS_OF_MAP, "none": "No outcome"},
        widths=[34, 11, 11, 11, 11, 11, 11],
        data=every,
    )
    told = every[(every["feature"] != NONE) & (every["outcome"] != NONE)]
    children = told[told["target"] == "children"]
    most = told.groupby("target")["passages"].sum()
    return page.publish.figure(
        "evidence-map",
        charts.matrix_chart(told, page.features, targets),
        caption=wording("evidence/map-caption"),
        alt=wording(
            "evidence/map-alt",
            features=len(page.features),
            targets=len(targets),
            most=most.max(),
            most_about=COLUMNS_OF_MAP[most.idxmax()].lower(),
            children=children["passages"].sum(),
            children_shown=children["shows"].sum(),
        ),
        data=matrix.matrix_by_kind(page.evidence),
    )


def agreement_of_documents(page: Chapter) -> Image:
    """Which document names which support, and whether they agree."""
    agree = matrix.documents_agree(page.by_document)
    verdicts = agree["verdict"].value_counts()
    for verdict, name in (
        ("agree", "documents_agree"),
        ("differ", "documents_differ"),
        ("one document", "one_document"),
        ("no result", "no_result"),
    ):
        page.publish.value(f"evidence.{name}", int(verdicts.get(verdict, 0)))
    everywhere = agree[agree["documents"] == len(page.documents)]
    return page.publish.figure(
        "evidence-documents",
        charts.documents_chart(page.by_document, page.features, page.documents),
        caption=wording("evidence/documents-caption"),
        alt=wording(
            "evidence/documents-alt",
            features=len(agree),
            documents=len(page.documents),
            named_by_all=len(everywhere),
            agree=verdicts.get("agree", 0),
            differ=verdicts.get("differ", 0),
            one_document=verdicts.get("one document", 0),
        ),
        data=page.by_document.merge(agree[["feature", "verdict"]], on="feature"),
    )


def theory_of_change(page: Chapter) -> Image:
    """The graph and its table."""
    ways = theory.paths(page.evidence)
    links = theory.links(ways)
    nodes = theory.nodes(page.evidence, links)
    words = tables.link_words(links, nodes)
    page.publish.table(
        "evidence-links",
        words.head(LINKS_SHOWN),
        wording("evidence/links-caption", links=LINKS_SHOWN),
        headings={"source": "From", "target": "To", "passages": "Passages", "shows": "That show"},
        widths=[40, 36, 12, 12],
        data=words,
    )
    for end in ("source", "target"):
        page.publish.value(f"evidence.strongest_link.{end}", words.loc[0, end])
    page.publish.value("evidence.strongest_link.passages", int(words.loc[0, "passages"]))
    stated = int(ways.loc[ways["mechanism"] != NONE, "passages"].sum())
    page.publish.value("evidence.with_mechanism", stated)
    drawn = links[(links["passages"] >= LEAST) & (links["kind"] != "feature-outcome")]
    return page.publish.figure(
        "theory-of-change",
        charts.theory_chart(nodes, links, least=LEAST),
        caption=wording("evidence/theory-of-change-caption", least=LEAST),
        alt=wording(
            "evidence/theory-of-change-alt", links=len(drawn), passages=ways["passages"].sum(), with_mechanism=stated
        ),
        data=links,
    )


def missing(page: Chapter) -> pd.DataFrame:
    """Gaps in the evidence."""
    found = matrix.gaps(page.evidence)
    table = tables.gap_words(found)
    page.publish.table(
        "evidence-gaps",
        table,
        wording("evidence/gaps-caption"),
        headings={"kind": "Gap", "number": "Number", "codes": "Which"},
        widths=[22, 8, 70],
        data=found,
    )
    counts = found["kind"].value_counts()
    names = {
        "feature never shown for children": "features_never_shown_children",
        "outcome never shown": "outcomes_never_shown",
        "feature not in survey": "features_not_in_survey",
        "feature without statistic": "features_without_statistic",
    }
    for kind, name in names.items():
        page.publish.value(f"evidence.{name}", int(counts.get(kind, 0)))
    return table


def unchecked_figures(page: Chapter) -> None:
    """Figures in the documents that nothing published can be held against."""
    found = read_figures(page.evidence)
    page.publish.table(
        "evidence-figures",
        found.assign(document=found["document"].map(page.documents)),
        wording("evidence/figures-caption"),
        headings={
            "document": "Document",
            "section": "Place",
            "figure": "Figure",
            "states": "What it states",
            "why": "Why it is not checked",
        },
        widths=[12, 14, 9, 33, 32],
    )
    page.publish.value("evidence.figures_unchecked", len(found))


def all_passages(page: Chapter) -> None:
    """Every passage, readable, as a table and as data."""
    page.publish.table(
        "evidence-passages",
        tables.readable(page.evidence),
        "All passages, in our own words.",
        headings={
            "document": "Document",
            "place": "Place",
            "summary": "In short",
            "feature": "Form of support",
            "mechanism": "Way it works",
            "outcome": "Outcome",
            "target": "Outcome for",
            "evidence": "Evidence",
            "strength": "Strength",
            "authority": "Authority",
        },
        widths=[8, 9, 24, 12, 11, 12, 8, 10, 7, 10],
    )
