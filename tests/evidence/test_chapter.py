"""What readers see: titles for codes, words for numbers, and a chapter that publishes what the reports refer to."""

import pandas as pd
import pytest
import yaml

from pipeline.authorities.panel.indicators import read_indicators
from pipeline.chapters.evidence import findings
from pipeline.chapters.evidence import sections as chapter
from pipeline.chapters.evidence import tables as chapter_tables
from pipeline.charts.style import house_style
from pipeline.evidence.triangulation import triangulation
from pipeline.publishing import Publication
from pipeline.surveys.agreeing import share_table
from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.published import count_tables, read_published
from tests.evidence.conftest import ROOT

pytestmark = pytest.mark.slow

SURVEY = ROOT / "data" / "raw" / "surveys" / "ofsted-2011"


def test_readable_passages_have_titles_and_one_word_for_nothing(small_evidence):
    table = chapter_tables.readable(small_evidence)
    first, last = table.iloc[0], table.iloc[-1]
    assert first.drop("authority").to_dict() == {
        "id": "a-1",
        "document": "Report A",
        "place": "Paragraph 1",
        "who": "Workers",
        "feature": "Caseloads",
        "mechanism": "Time",
        "outcome": "Safety",
        "target": "Children",
        "direction": "Better",
        "evidence": "Case",
        "strength": "Shows",
        "summary": "One.",
    }
    assert pd.isna(first["authority"]) and table.loc[4, "authority"] == "Northshire"
    assert last[["mechanism", "outcome", "target"]].tolist() == ["Not stated"] * 3


def test_the_matrix_as_readers_see_it(small_evidence):
    table = chapter_tables.matrix_table(small_evidence).set_index("feature")
    assert table.loc["Caseloads", ["staff", "children", "none"]].tolist() == ["1 (1)", "3 (2)", ""]
    assert table.loc["Praise", "none"] == "2"
    assert table.loc["Not stated", "children"] == "1 (1)"


def test_gaps_are_listed_by_kind(small_evidence):
    table = chapter_tables.gap_words(chapter.matrix.gaps(small_evidence)).set_index("kind")
    assert table.loc["Never shown to help children", "codes"] == "Supervision; Praise"
    assert table.loc["Outcome never shown to follow from support", ["number", "codes"]].tolist() == [0, "–"]


def test_rules_are_told_without_codes(evidence):
    rules = [chapter_tables.in_words(text, evidence.codebook) for text in evidence.codebook.rules.values()]
    assert not [rule for rule in rules if "none_stated" in rule or "service_improvement" in rule]
    assert "“not stated”" in chapter_tables.in_words("It is none_stated.", evidence.codebook)


def test_intervals_have_true_minus_signs_and_nothing_where_there_is_none():
    table = pd.DataFrame(
        {
            "variable": ["feature"] * 2,
            "unit": "places",
            "n": 5,
            "percent": 0.5,
            "alpha": 0.5,
            "low": [-0.25, float("nan")],
            "high": [0.5, float("nan")],
        }
    )
    assert chapter_tables.agreement_words(table)["interval"].tolist() == ["−0.25 to 0.50", "–"]


@pytest.fixture(scope="module")
def published(evidence, second, tmp_path_factory):
    """The chapter without its role gaps and resamples, published into a folder of its own."""
    house_style()
    page = chapter.Chapter(Publication("05-evidence", root=tmp_path_factory.mktemp("chapter")), evidence, second)
    codebook = read_codebook(SURVEY / "survey.yaml")
    shares = share_table(count_tables(read_published(SURVEY, codebook), codebook)[0], codebook.scale.agree)
    no_gaps = pd.DataFrame({"item": [], "odds_ratio": [], "q": []})
    findings.totals(page)
    for section in (
        chapter.documents,
        chapter.evidence_map,
        chapter.agreement_of_documents,
        chapter.theory_of_change,
        chapter.missing,
        chapter.all_passages,
        chapter.unchecked_figures,
    ):
        section(page)
    findings.triangulate(page, triangulation(evidence, shares, no_gaps, read_indicators(), None))
    return page


def test_values_are_the_maps(published, evidence):
    values = {
        name: value["number"]
        for name, value in yaml.safe_load(
            (published.publish.folder / "values.yaml").read_text(encoding="utf-8")
        ).items()
    }
    passages = evidence.passages
    assert values["evidence.passages.total"] == len(passages)
    assert values["evidence.shows"] + values["evidence.claims"] == len(passages)
    assert values["evidence.sections.coded"] + values["evidence.sections.nothing"] == values["evidence.sections.total"]
    assert sum(values[f"evidence.passages.{each.id.replace('-', '_')}"] for each in evidence.documents) == len(passages)
    assert (
        sum(values[f"evidence.grade_any.{each}"] for each in ("high", "moderate", "low", "very_low"))
        == values["evidence.features"]
    )
    assert values["evidence.shows_children.ofsted_2012"] <= values["evidence.shows_children.total"]


def test_no_value_is_the_beginning_of_another(published):
    names = list(yaml.safe_load((published.publish.folder / "values.yaml").read_text(encoding="utf-8")))
    assert not [(one, other) for one in names for other in names if other.startswith(one + ".")]


def test_the_chapter_says_what_it_cannot_say(published):
    folder = published.publish.folder / "passages"
    passages = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert "not identified" in passages["evidence-survey-limit"]
    assert "chosen because they went well" in passages["evidence-selection"]
    assert "have not been downloaded here" in passages["evidence-statistics"]
    assert "in more than one place" in passages["evidence-finding"]


def test_all_passages_are_published_for_readers(published, evidence):
    table = pd.read_csv(published.publish.data / "evidence-passages.csv", keep_default_na=False)
    assert table["id"].tolist() == evidence.passages["id"].tolist()
    shown = (published.publish.folder / "tables" / "evidence-passages.md").read_text(encoding="utf-8")
    assert len(shown.splitlines()) == len(table) + 4  # a heading, a rule, a blank line, the caption
    assert len(chapter_tables.brief_grades(pd.read_csv(published.publish.data / "evidence-grades.csv"))) == 5
