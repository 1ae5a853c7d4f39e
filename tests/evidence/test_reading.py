"""The files of the map are read whole, and refused with every problem by line and column."""

import re

import pytest

from pipeline.errors import CodebookError, DataError
from pipeline.evidence.codebook import NONE
from pipeline.evidence.reading import uncoded
from pipeline.surveys.codebook import read_codebook
from tests.evidence import made_up
from tests.evidence.conftest import ROOT


def refusal(folder, error=DataError) -> str:
    with pytest.raises(error) as raised:
        made_up.read(folder)
    assert raised.value.exit_code == 2
    return str(raised.value)


def test_the_made_up_map_is_read_in_reading_order(small_evidence):
    assert [document.id for document in small_evidence.documents] == ["report-a", "article-b"]
    assert list(small_evidence.passages["id"]) == ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "b-1", "b-2", "b-3", "b-4"]
    assert small_evidence.codebook.outcomes_for("children") == ("safety", "health")


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_spreadsheets_do_to_a_file_does_no_harm(small, mark, ends):
    text = made_up.PASSAGES.replace("\n", ends)
    (small / "passages.csv").write_bytes((mark + text).encode())
    assert len(made_up.read(small).passages) == 10


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "said"),
    [
        ("a-1,report-a,", "a-1,report-z,", 2, "document", "found 'report-z', expected a document of documents.yaml"),
        (
            "report-a,paragraph 2,,workers,caseloads",
            "report-a,paragraph 9,,workers,caseloads",
            4,
            "section",
            "expected a place of report-a",
        ),
        (",workers,caseloads,time,safety", ",cooks,caseloads,time,safety", 2, "who", "expected a code of who"),
        ("caseloads,time,safety", "hugs,time,safety", 2, "feature", "found 'hugs', expected a code of features"),
        ("caseloads,time,safety", "caseloads,magic,safety", 2, "mechanism", "expected a code of mechanisms"),
        ("caseloads,time,safety", "caseloads,time,bliss", 2, "outcome", "expected a code of outcomes"),
        ("safety,better,case_tracking,shows,One", "safety,up,case_tracking,shows,One", 2, "direction", "found 'up'"),
        ("case_tracking,shows,One", "rumour,shows,One", 2, "evidence", "found 'rumour'"),
        ("case_tracking,shows,One", "case_tracking,proves,One", 2, "strength", "found 'proves'"),
        ("shows,One.", "shows," + "word " * 31, 2, "summary", "expected 1 to 30 words"),
        ("shows,One.", "shows,", 2, "summary", "expected 1 to 30 words"),
        ("a-2,report-a", "a-1,report-a", 3, "id", "found 'a-1', expected each only once"),
        ("a-1,", "A 1,", 2, "id", "lower-case words"),
        (
            "none_stated,none_stated,not_stated,description",
            "none_stated,none_stated,better,description",
            9,
            "direction",
            "not_stated, as no outcome is stated",
        ),
        (
            "not_stated,description,claims",
            "not_stated,description,shows",
            9,
            "strength",
            "claims, as no outcome is stated",
        ),
        (
            "safety,better,case_tracking,shows,One",
            "safety,not_stated,case_tracking,shows,One",
            2,
            "strength",
            "an outcome without direction cannot be shown",
        ),
        (
            "safety,better,case_tracking,claims",
            "safety,better,description,claims",
            4,
            "direction",
            "a description says nothing on effects",
        ),
        ("worse,opinion,claims", "worse,opinion,shows", 10, "strength", "an opinion shows nothing"),
        ("not_stated,opinion,claims,Ten", "not_stated,case_tracking,claims,Ten", 11, "evidence", "a reader speaks"),
        (",families,none_stated", ",workers,none_stated", 7, "who", "families or none_stated, as no feature is named"),
        (",workers,caseloads,time,safety", ",families,caseloads,time,safety", 2, "who", "somebody who is supported"),
    ],
)
def test_a_passage_that_does_not_fit_is_named_by_line_and_column(small, old, new, line, column, said):
    made_up.spoil(small, "passages.csv", (old, new))
    message = refusal(small)
    problem = rf"line {line}, column {column}: found .*{re.escape(said.removeprefix('found '))}"
    assert re.search(problem, message), message
    assert "passages.csv" in message and "fix:" in message


def test_all_problems_of_a_file_are_named_together(small):
    made_up.spoil(
        small,
        "passages.csv",
        ("caseloads,time,safety", "hugs,magic,safety"),
        ("b-3,article-b,paragraph 2", "b-3,article-b,paragraph 7"),
        ("Four.", "x " * 40),
    )
    message = refusal(small)
    assert "passages.csv has 4 problems" in message
    for part in (
        "line 2, column feature",
        "line 2, column mechanism",
        "line 5, column summary",
        "line 10, column section",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id,document", "document,id", "expected: id,document,section"),
        (",shows,One.", ",shows,One.,more", "line 2: found 13 cells, expected 12"),
        (",shows,One.", "", "line 2: found 10 cells, expected 12"),
    ],
)
def test_other_columns_are_refused(small, old, new, said):
    made_up.spoil(small, "passages.csv", (old, new))
    assert said in refusal(small)


def test_a_place_that_is_neither_coded_nor_listed_is_named(small):
    made_up.spoil(small, "nothing.csv", ("report-a,paragraph 3,Method.\n", ""))
    last = made_up.PASSAGES.splitlines(keepends=True)[-1]
    made_up.spoil(small, "passages.csv", (last, ""))
    message = refusal(small)
    assert "report-a, paragraph 3: neither a passage nor a reason" in message
    assert "article-b, reader comment 1: neither a passage nor a reason" in message


def test_a_place_cannot_be_coded_and_hold_nothing(small):
    (small / "nothing.csv").write_text(made_up.NOTHING + "report-a,paragraph 1,No.\n", encoding="utf-8")
    assert "report-a, paragraph 1: has passages" in refusal(small)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("report-a,title,Again.", "line 4, column section: found 'title', expected each only once"),
        ("report-a,paragraph 1,", "line 4, column why: found '', expected a reason"),
        ("report-a,paragraph 8,None.", "line 4, column section: found 'paragraph 8'"),
    ],
)
def test_reasons_are_checked_too(small, row, said):
    (small / "nothing.csv").write_text(made_up.NOTHING + row + "\n", encoding="utf-8")
    assert said in refusal(small)


def test_missing_and_misread_files_are_told(small):
    (small / "passages.csv").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in refusal(small)
    (small / "passages.csv").unlink()
    assert "The file is missing." in refusal(small)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "survey_domains: [challenges]",
            "survey_domains: [weather]",
            "features, caseloads, survey_domains: 'weather' is not a domain",
        ),
        (
            "survey_items: [sufficient-time]",
            "survey_items: [no-such-item]",
            "'no-such-item' is not an item of the survey",
        ),
        (
            "indicators: [caseload]",
            "indicators: [happiness]",
            "features, caseloads, indicators: 'happiness' is not an indicator",
        ),
        ("employer_standards: [workloads]", "employer_standards: [pay]", "'pay' is not an employer standard"),
        ("{id: praise,", "{id: supervision,", "features: 'supervision' stands 2 times"),
        ("target: staff", "target: moon", "outcomes, wellbeing, target"),
        (
            "{id: calm, title: Calm, definition: d, include: i, leave_out: l}",
            "{id: calm, title: Calm, definition: d, include: i}",
            "mechanisms, calm, leave_out",
        ),
    ],
)
def test_a_codebook_that_maps_to_nothing_is_refused(small, old, new, said):
    made_up.spoil(small, "codebook.yaml", (old, new))
    assert said in refusal(small, CodebookError)


def test_outcomes_can_be_mapped_to_inspections_and_to_items(small):
    made_up.spoil(
        small,
        "codebook.yaml",
        (
            "indicators: [],\n     survey_items: []}\n  - {id: safety",
            "indicators: [inspections],\n     survey_items: [support-vital-to-outcomes]}\n  - {id: safety",
        ),
    )
    assert made_up.read(small).codebook.outcomes[0].indicators == ("inspections",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("section: paragraph 3", "section: paragraph 1", "'paragraph 1' stands 2 times"),
        ('date: "2012"', 'date: "2022"', "in the order of their dates"),
        ("quoted: nothing", "quoted: much", "quoted"),
        ('date: "2012"', 'date: "spring 2012"', "date"),
    ],
)
def test_documents_are_checked(small, old, new, said):
    made_up.spoil(small, "documents.yaml", (old, new))
    assert said in refusal(small, CodebookError)


def test_every_place_of_the_five_documents_is_coded_or_has_a_reason(evidence):
    assert uncoded(evidence.documents, evidence.passages, evidence.nothing) == []
    places = {document.id: document.places for document in evidence.documents}
    report = places["ofsted-2012"]
    assert [place for place in report if place.startswith("paragraph")] == [f"paragraph {n}" for n in range(1, 112)]
    assert [place for place in report if place.startswith("case study")] == [f"case study {n}" for n in range(1, 24)]
    assert len(places) == 5 and len(evidence.passages) > 200


def test_passages_stand_in_reading_order_with_ids_of_their_document(evidence):
    order = {
        (document.id, place): number
        for number, (document, place) in enumerate(
            (document, place) for document in evidence.documents for place in document.places
        )
    }
    numbers = [order[place] for place in zip(evidence.passages["document"], evidence.passages["section"], strict=True)]
    assert numbers == sorted(numbers)
    assert all(row.id.startswith(f"{row.document}-") for row in evidence.passages.itertuples())
    assert not evidence.passages.drop(columns=["id", "summary"]).duplicated().any()


def test_authorities_named_in_the_report_were_visited(evidence):
    visited = set(read_codebook(ROOT / "data" / "raw" / "surveys" / "ofsted-2011" / "survey.yaml").authorities.visited)
    report = evidence.passages[evidence.passages["document"] == "ofsted-2012"]
    named = {each for names in report["authority"] for each in names.split("; ") if each}
    assert named and named <= visited
    sections = {section.authority for section in evidence.documents[0].sections if section.authority}
    assert sections <= named


def test_features_and_outcomes_are_all_used(evidence):
    for column in ("feature", "mechanism", "outcome", "direction", "evidence", "strength"):
        assert set(evidence.codebook.codes(column)) == set(evidence.passages[column]), column


def test_the_codebook_reaches_every_domain_standard_and_support_item_of_the_survey(evidence):
    survey = read_codebook(ROOT / "data" / "raw" / "surveys" / "ofsted-2011" / "survey.yaml")
    features = [feature for feature in evidence.codebook.features if feature.id != NONE]
    assert {each for feature in features for each in feature.survey_domains} == {domain.id for domain in survey.domains}
    assert {each for feature in features for each in feature.survey_items} == {item.id for item in survey.items}
    assert {each for feature in features for each in feature.employer_standards} == {
        standard.id for standard in evidence.codebook.employer_standards
    }
    assert len(evidence.codebook.employer_standards) == 8


def test_rules_that_were_learned_are_rules(evidence):
    assert evidence.codebook.learned
    assert {each.rule for each in evidence.codebook.learned} <= set(evidence.codebook.rules)
