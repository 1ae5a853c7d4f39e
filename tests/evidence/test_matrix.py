"""Counts of the made-up map, worked out by hand, and what must hold on the real one."""

import networkx as nx
import pytest

from pipeline.evidence import theory
from pipeline.evidence.codebook import NONE
from pipeline.evidence.coverage import coverage
from pipeline.evidence.matrix import by_document, documents_agree, evidence_matrix, gaps, matrix_by_kind
from pipeline.evidence.reading import Evidence


def rows(table, *columns) -> list[tuple]:
    return list(table[list(columns)].itertuples(index=False, name=None))


def test_coverage_counts_places_and_passages(small_evidence):
    assert rows(coverage(small_evidence), "document", "sections", "coded", "nothing", "passages", "shows") == [
        ("report-a", 5, 3, 2, 6, 5),
        ("article-b", 3, 3, 0, 4, 1),
        ("all", 8, 6, 2, 10, 6),
    ]


def test_the_matrix_counts_pairs_in_the_codebooks_order(small_evidence):
    table = evidence_matrix(small_evidence)
    assert rows(
        table, "feature", "outcome", "target", "passages", "claims", "shows", "better", "worse", "none", "not_stated"
    ) == [
        ("caseloads", "wellbeing", "staff", 1, 0, 1, 1, 0, 0, 0),
        ("caseloads", "safety", "children", 2, 1, 1, 2, 0, 0, 0),
        ("caseloads", "health", "children", 1, 0, 1, 1, 0, 0, 0),
        ("supervision", "wellbeing", "staff", 3, 1, 2, 1, 1, 1, 0),
        ("praise", "none_stated", "none", 2, 2, 0, 0, 0, 0, 2),
        ("none_stated", "safety", "children", 1, 0, 1, 1, 0, 0, 0),
    ]
    assert matrix_by_kind(small_evidence)["passages"].sum() == 10


def test_what_each_document_says(small_evidence):
    table = by_document(small_evidence)
    assert rows(table, "feature", "document", "passages", "says") == [
        ("caseloads", "report-a", 3, "better"),
        ("caseloads", "article-b", 1, "better"),
        ("supervision", "report-a", 2, "differs"),
        ("supervision", "article-b", 1, "worse"),
        ("praise", "report-a", 0, "silent"),
        ("praise", "article-b", 2, "named"),
    ]
    assert rows(documents_agree(table), "feature", "documents", "with_result", "better_in", "silent_in", "verdict") == [
        ("caseloads", 2, 2, 2, 0, "agree"),
        ("supervision", 2, 2, 0, 0, "differ"),
        ("praise", 1, 0, 0, 1, "no result"),
    ]


def test_a_document_that_differs_within_itself_alone_is_one_document(small_evidence):
    passages = small_evidence.passages[small_evidence.passages["document"] == "report-a"]
    alone = Evidence(small_evidence.codebook, small_evidence.documents, passages, small_evidence.nothing)
    verdicts = documents_agree(by_document(alone)).set_index("feature")["verdict"]
    assert verdicts.to_dict() == {"caseloads": "one document", "supervision": "one document", "praise": "no result"}


def test_gaps_of_the_made_up_map(small_evidence):
    assert rows(gaps(small_evidence), "kind", "code") == [
        ("feature without outcome", "praise"),
        ("feature never shown for children", "supervision"),
        ("feature never shown for children", "praise"),
        ("feature not in survey", "supervision"),
        ("feature not in survey", "praise"),
        ("feature without statistic", "supervision"),
        ("feature without statistic", "praise"),
    ]


def test_an_outcome_that_only_families_show_is_not_shown_to_follow_from_support(small_evidence):
    passages = small_evidence.passages[~small_evidence.passages["id"].isin(["a-1", "a-3"])]
    missing = gaps(Evidence(small_evidence.codebook, small_evidence.documents, passages, small_evidence.nothing))
    assert ("outcome never shown", "safety") in rows(missing, "kind", "code")


def test_ways_links_and_nodes_of_the_theory(small_evidence):
    ways = theory.paths(small_evidence)
    assert rows(ways, "feature", "mechanism", "outcome", "passages", "shows") == [
        ("supervision", "calm", "wellbeing", 2, 2),
        ("caseloads", "none_stated", "wellbeing", 1, 1),
        ("caseloads", "time", "health", 1, 1),
        ("caseloads", "time", "safety", 1, 1),
        ("caseloads", "none_stated", "safety", 1, 0),
        ("supervision", "none_stated", "wellbeing", 1, 0),
    ]
    links = theory.links(ways)
    assert rows(links, "source", "target", "kind", "passages", "shows") == [
        ("feature:caseloads", "mechanism:time", "feature-mechanism", 2, 2),
        ("feature:supervision", "mechanism:calm", "feature-mechanism", 2, 2),
        ("mechanism:calm", "outcome:wellbeing", "mechanism-outcome", 2, 2),
        ("feature:caseloads", "outcome:wellbeing", "feature-outcome", 1, 1),
        ("mechanism:time", "outcome:health", "mechanism-outcome", 1, 1),
        ("mechanism:time", "outcome:safety", "mechanism-outcome", 1, 1),
        ("feature:caseloads", "outcome:safety", "feature-outcome", 1, 0),
        ("feature:supervision", "outcome:wellbeing", "feature-outcome", 1, 0),
    ]
    nodes = theory.nodes(small_evidence, links)
    assert rows(nodes, "node", "target", "passages", "shows") == [
        ("feature:caseloads", "", 4, 3),
        ("feature:supervision", "", 3, 2),
        ("mechanism:calm", "", 2, 2),
        ("mechanism:time", "", 2, 2),
        ("outcome:wellbeing", "staff", 4, 3),
        ("outcome:safety", "children", 2, 1),
        ("outcome:health", "children", 1, 1),
    ]


def test_what_flows_into_a_mechanism_flows_out_of_it(evidence):
    links = theory.links(theory.paths(evidence))
    nodes = theory.nodes(evidence, links)
    for mechanism in nodes.loc[nodes["kind"] == "mechanism", "node"]:
        into, out = (
            links.loc[links[end] == mechanism, ["passages", "shows"]].sum().tolist() for end in ("target", "source")
        )
        assert into == out
    told = theory.paths(evidence)["passages"].sum()
    assert nodes.groupby("kind")["passages"].sum()[["feature", "outcome"]].tolist() == [told, told]


def test_the_graph_is_the_tables(evidence):
    links = theory.links(theory.paths(evidence))
    nodes = theory.nodes(evidence, links)
    theory_graph = theory.graph(nodes, links)
    assert set(theory_graph) == set(nodes["node"])
    assert theory_graph.number_of_edges() == len(links)
    assert nx.dag_longest_path_length(theory_graph) == 2
    assert theory_graph.size(weight="passages") == links["passages"].sum()


def test_every_table_counts_every_passage_of_the_real_map(evidence):
    passages = evidence.passages
    assert evidence_matrix(evidence)["passages"].sum() == matrix_by_kind(evidence)["passages"].sum() == len(passages)
    assert by_document(evidence)["passages"].sum() == (passages["feature"] != NONE).sum()
    table = coverage(evidence)
    assert (table["sections"] == table["coded"] + table["nothing"]).all()
    assert table["passages"].iloc[:-1].sum() == table["passages"].iloc[-1] == len(passages)
    assert (table["shows"] <= table["passages"]).all()


@pytest.mark.parametrize("table", [evidence_matrix, matrix_by_kind, by_document, gaps])
def test_tables_do_not_depend_on_the_order_of_rows(evidence, table):
    shuffled = Evidence(
        evidence.codebook, evidence.documents, evidence.passages.sample(frac=1, random_state=3), evidence.nothing
    )
    assert table(shuffled).equals(table(evidence))
