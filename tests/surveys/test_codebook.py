"""The codebook of 2011 is complete, and a faulty one is refused with every problem named."""

import pytest
from pydantic import ValidationError

from pipeline.errors import CodebookError
from pipeline.surveys.codebook import read_codebook


@pytest.fixture
def faulty(folder, tmp_path):
    """Read the real codebook with replacements made in its text, and return the message of the error."""

    def message(*replacements: tuple[str, str]) -> str:
        text = (folder / "survey.yaml").read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "survey.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CodebookError) as error:
            read_codebook(path)
        assert str(path) in str(error.value)
        return str(error.value)

    return message


def test_it_describes_the_survey(codebook):
    assert (codebook.name, codebook.kind, codebook.decimals) == ("ofsted-2011", "published", 0)
    assert {group.id: group.respondents for group in codebook.groups} == {"social_workers": 483, "managers": 163}
    assert [len(codebook.rows(group.id)) for group in codebook.groups] == [37, 38]
    assert (codebook.authorities.surveyed, codebook.authorities.answering) == (14, 13)
    assert codebook.scale.ids == ("strongly_agree", "agree", "neither", "disagree", "strongly_disagree", "dont_know")
    assert codebook.scale.agree == ("strongly_agree", "agree")
    assert codebook.scale.disagree == ("disagree", "strongly_disagree")
    assert (codebook.scale.neutral, codebook.scale.dont_know) == ("neither", "dont_know")


def test_one_item_was_put_to_managers_only(codebook):
    assert [item.id for item in codebook.items if item.groups != ("social_workers", "managers")] == [
        "training-meets-needs-of-staff-managed"
    ]


def test_wordings_are_short_and_every_domain_is_used(codebook):
    assert all(len(item.wording.split()) <= 12 and len(item.label.split()) <= 6 for item in codebook.items)
    assert {item.domain for item in codebook.items} == {domain.id for domain in codebook.domains}
    assert len({item.label for item in codebook.items}) == len(codebook.items)


def test_outcomes_are_the_items_that_name_a_result(codebook):
    assert [item.id for item in codebook.items if item.measures == "outcome"] == [
        "manager-helps-improve-outcomes",
        "research-improved-assessments",
        "support-meets-diverse-needs",
        "support-enables-effective-work",
        "support-vital-to-outcomes",
    ]


def test_it_cannot_be_changed(codebook):
    with pytest.raises(ValidationError, match="frozen"):
        codebook.decimals = 1


@pytest.mark.parametrize(("kind", "lookup"), [("items", "item"), ("domains", "domain"), ("groups", "group")])
def test_an_unknown_name_is_refused_with_the_known_ones(codebook, kind, lookup):
    with pytest.raises(CodebookError, match=f"(?s){kind}.*found: +'nobody'.*expected:.*"):
        getattr(codebook, lookup)("nobody")


def test_all_problems_of_form_are_named_at_once(faulty):
    message = faulty(
        ("year: 2012", "year: soon"),
        ("decimals: 0", "decimal: 0"),
        ("role: neutral", "role: middling"),
        ("measures: support", "measures: wellbeing"),
    )
    for part in (
        "survey.yaml has 5 problems",
        "source, year",
        "decimals: field required. Add the key.",
        "decimal: extra inputs are not permitted (found 0). Remove the key",
        "scale, categories, neither, role",
        "items, induction-covered-safeguarding, measures",
    ):
        assert part in message


def test_all_problems_of_sense_are_named_at_once(faulty):
    message = faulty(
        ("domain: supervision", "domain: supervison"),
        ("managers: 5}", "managers: 4}"),
        ("id: equal-opportunities", "id: access-to-research"),
        ("{social_workers: 1,", "{workers: 1,"),
    )
    for part in (
        "items, regular-protected-supervision, domain: 'supervison' is not a domain; use one of support_and",
        "items: 'access-to-research' stands 2 times; give each entry its own",
        "items, induction-covered-safeguarding, place: 'workers' is not a group; use one of social_workers",
        "items, place, managers: rows 1, 2, 3, 4, 4, 6",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("role: dont_know", "role: neutral", "2 categories have the role neutral; give it to exactly one"),
        ("answering: 13", "answering: 15", "15 answering of 14 surveyed"),
        ("start: 2011-06", "start: June", "field_period, start: string should match pattern"),
        ("file: managers.csv", "file: ../managers.csv", "groups, managers, file"),
        ("year: 2012", "year: 2012\n  year: 2013", "the key 'year' stands twice"),
        ("decimals: 0", "decimals: [0", "not valid YAML"),
    ],
)
def test_a_single_fault_is_named(faulty, old, new, said):
    assert said in faulty((old, new))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CodebookError, match="(?s)missing.*survey.yaml.*fix:"):
        read_codebook(tmp_path / "survey.yaml")


@pytest.mark.parametrize("content", [b"", b"- a list\n", b"caf\xe9: 1\n"])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / "survey.yaml").write_bytes(content)
    with pytest.raises(CodebookError, match="survey.yaml"):
        read_codebook(tmp_path / "survey.yaml")
