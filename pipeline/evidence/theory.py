"""The theory of change that the passages tell: support, the way in which it works, and what follows, as a graph."""

import networkx as nx
import pandas as pd

from pipeline.evidence.codebook import NONE, titles
from pipeline.evidence.reading import Evidence

KINDS = {"feature": "features", "mechanism": "mechanisms", "outcome": "outcomes"}


def paths(evidence: Evidence) -> pd.DataFrame:
    """Each way from a support to an outcome that passages tell: `feature`, `mechanism`, `outcome`, `passages`, `shows`.

    Passages that name no support or no outcome are no way from one to the other; the mechanism may be none_stated. The
    most frequent come first.
    """
    passages = evidence.passages
    told = passages[(passages["feature"] != NONE) & (passages["outcome"] != NONE)]
    table = (
        told.assign(passages=1, shows=(told["strength"] == "shows").astype(int))
        .groupby(["feature", "mechanism", "outcome"], as_index=False)[["passages", "shows"]]
        .sum()
    )
    return table.sort_values(
        ["passages", "shows", "feature", "mechanism", "outcome"], ascending=[False, False, True, True, True]
    ).reset_index(drop=True)


def links(paths: pd.DataFrame) -> pd.DataFrame:
    """The graph's links: `source`, `target` (nodes), `kind`, `passages`, `shows`, the most frequent first.

    A way with a mechanism is two links, one without is one from the feature to the outcome.
    """
    steps = []
    for row in paths.to_dict("records"):
        feature, mechanism, outcome = (f"{kind}:{row[kind]}" for kind in KINDS)
        ends = (
            [("feature-outcome", feature, outcome)]
            if row["mechanism"] == NONE
            else [("feature-mechanism", feature, mechanism), ("mechanism-outcome", mechanism, outcome)]
        )
        steps += [
            {"source": source, "target": target, "kind": kind, "passages": row["passages"], "shows": row["shows"]}
            for kind, source, target in ends
        ]
    table = pd.DataFrame(steps, columns=["source", "target", "kind", "passages", "shows"])
    table = table.groupby(["source", "target", "kind"], as_index=False)[["passages", "shows"]].sum()
    return table.sort_values(
        ["passages", "shows", "source", "target"], ascending=[False, False, True, True]
    ).reset_index(drop=True)


def nodes(evidence: Evidence, links: pd.DataFrame) -> pd.DataFrame:
    """The graph's nodes in the codebook's order: `node`, `kind`, `code`, `title`, `target` (for whom, of an outcome),
    `passages`, `shows`: how many passages the ways through the node have.
    """
    outcomes = {outcome.id: outcome.target for outcome in evidence.codebook.outcomes}
    into = links.groupby("target")[["passages", "shows"]].sum()
    out_of = links.groupby("source")[["passages", "shows"]].sum()
    rows = []
    for kind, key in KINDS.items():
        weights = into if kind == "outcome" else out_of
        for code, title in titles(getattr(evidence.codebook, key)).items():
            node = f"{kind}:{code}"
            if node in weights.index:
                rows.append(
                    {
                        "node": node,
                        "kind": kind,
                        "code": code,
                        "title": title,
                        "target": outcomes[code] if kind == "outcome" else "",
                        "passages": int(weights.loc[node, "passages"]),
                        "shows": int(weights.loc[node, "shows"]),
                    }
                )
    return pd.DataFrame(rows, columns=["node", "kind", "code", "title", "target", "passages", "shows"])


def graph(nodes: pd.DataFrame, links: pd.DataFrame) -> nx.DiGraph:
    """The same as a directed graph of networkx, in which each node and link carries its row's columns.

    >>> from pipeline.evidence.reading import read_evidence
    >>> evidence = read_evidence()
    >>> edges = links(paths(evidence))
    >>> nx.is_directed_acyclic_graph(graph(nodes(evidence, edges), edges))
    True
    """
    theory = nx.DiGraph()
    for row in nodes.to_dict("records"):
        theory.add_node(row["node"], **row)
    for row in links.to_dict("records"):
        theory.add_edge(row["source"], row["target"], **row)
    return theory
