"""The wordings of chapter 5: each of their branches is told by some map of the evidence, and none of them badly."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.authorities.panel.indicators import read_indicators
from pipeline.chapters.evidence import findings, sections
from pipeline.charts import evidence as charts
from pipeline.evidence.triangulation import triangulation
from tests.authorities.test_chapter import made_up_results
from tests.evidence import made_up
from tests.passages_told import Unwritten, telling

SHARES = pd.DataFrame({"group": ["social workers"], "item": ["none"], "share": [0.5]})
NO_GAPS = pd.DataFrame({"item": [], "odds_ratio": [], "q": []})


def shown_for_children(evidence, places):
    """The map with so many places, one passage each, that show something better for children."""
    passages = evidence.passages
    children = passages["outcome"].isin(evidence.codebook.outcomes_for("children"))
    named = passages["feature"] != "none_stated"
    one = passages[children & named].head(1).assign(strength="shows", direction="better")
    more = pd.concat([one.head(0), *(one.assign(section=f"paragraph {number}") for number in range(1, places + 1))])
    return replace(evidence, passages=pd.concat([passages.assign(strength="claims"), more], ignore_index=True))


@pytest.fixture(scope="module")
def told(tmp_path_factory, evidence, second):
    folder = tmp_path_factory.mktemp("small")
    made_up.write(folder)
    small = made_up.read(folder)
    with telling() as told, pytest.MonkeyPatch.context() as patch:
        for name in ("matrix_chart", "documents_chart", "theory_chart", "agreement_chart"):
            patch.setattr(charts, name, lambda *_, **__: None)
        page = sections.Chapter(Unwritten("05-evidence"), evidence, second)
        for section in (
            sections.documents,
            sections.second_coding,
            sections.evidence_map,
            sections.agreement_of_documents,
            sections.theory_of_change,
            sections.missing,
            sections.all_passages,
            sections.unchecked_figures,
        ):
            section(page)
        for effects in (None, made_up_results().effects):
            findings.triangulate(page, triangulation(evidence, SHARES, NO_GAPS, read_indicators(), effects))
        for map_ in (evidence, *(shown_for_children(small, places) for places in (0, 1, 2, 3))):
            findings.totals(sections.Chapter(page.publish, map_, second))
        sections.agreement_of_documents(
            sections.Chapter(
                page.publish, replace(small, passages=small.passages[small.passages["document"] == "report-a"]), second
            )
        )
    return told


def test_every_branch_of_every_wording_is_told_by_some_map(told):
    assert "\n".join(told.not_told("evidence")) == ""


def test_no_wording_is_faulty_whatever_was_found(told):
    assert "\n".join(told.faults()) == ""
