"""Nothing is left out, nothing is copied: the claims and the codebook beside the report's own text."""

import re

import pytest

from pipeline.claims.survey import CountCheck, PercentCheck, read_claims

PROPORTION = re.compile(
    r"""\d|\b(all|almost|most|majority|minority|few|fewer|rarely|rare|none|half|quarters?
    |consensus|infrequently|frequently|less|only|some|many|once|two|three|six|nine|thirty|each|every|both|one|numbers?
    |overwhelming|proportion|routinely|often|several|per\ cent|higher|greater|over|second|third|slightly|far
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

HEADINGS = {  # our name of a section, and the report's heading, after which it begins
    "Annex A, introduction": "Annex A",
    "Annex A, support and outcomes": "The links between support",
    "Annex A, organisational culture": "Organisational culture",
    "Annex A, supervision": "Supervision",
    "Annex A, recruitment and retention": "Recruitment and retention",
    "Annex A, teamworking": "Teamworking",
    "Annex A, learning and development": "Learning and development",
    "Annex A, multi-agency working": "Multi-agency working",
    "Annex A, challenges": "Challenges in front-line practice",
    "Annex A, equal opportunities": "Equal opportunities",
}

PARAGRAPHS = {5: "6. ", 6: "7. ", 7: "8. ", 8: "The impact of effective support", 97: "98. "}  # and what follows each

SUPERLATIVE = "most says which is the greatest of its kind, not a share"
CHANGE = "less or greater says how something changed, not for how many"
SEVERAL = "a number of things, without a whole that they are part of"
EXTENT = "all levels or stages: how far something reaches, not a share"
LEGEND = "says what the brackets in the table hold"
NOT_A_SHARE = {
    **{("Executive summary", n): SUPERLATIVE for n in (8, 19)},
    **{("Executive summary", n): SEVERAL for n in (11, 13, 47)},
    **{("Executive summary", n): CHANGE for n in (31, 36)},
    ("Executive summary", 30): EXTENT,
    **{("Key findings", n): SEVERAL for n in (1, 7, 10)},
    **{("Key findings", n): CHANGE for n in (2, 3)},
    **{("Key findings", n): SUPERLATIVE for n in (13, 17)},
    ("Key findings", 11): EXTENT,
    ("Key findings", 38): "one is part of a name for a way of working",
    ("Annex A, social workers' table", 2): LEGEND,
    ("Annex A, managers' table", 2): LEGEND,
}


def cut(lines: list[str], start: str, end: str) -> list[str]:
    """The lines from the one that begins with `start` up to the next that begins with `end`."""
    first = next(i for i, line in enumerate(lines) if line.startswith(start))
    last = next(i for i, line in enumerate(lines) if i > first and line.startswith(end))
    return lines[first:last]


def sentences(lines: list[str]) -> list[str]:
    """Sentences in order. No line goes on in the next; bullets and the numbers of paragraphs are dropped."""
    texts = [re.sub(r"^(·|\d+\.)\s*", "", line) for line in lines]
    return [sentence for text in texts for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", text) if sentence]


@pytest.fixture(scope="module")
def sections(report) -> dict[str, list[str]]:
    """The sentences of each section that claims.yaml covers, by our name of it."""
    lines = [line.strip() for line in report.splitlines()]
    found = {
        "Executive summary": sentences(cut(lines, "Executive summary", "Key findings")[1:]),
        "Key findings": sentences(cut(lines, "Key findings", "Introduction")[1:]),
        **{f"Paragraph {n}": sentences(cut(lines, f"{n}. ", end)) for n, end in PARAGRAPHS.items()},
    }
    annex = cut(lines, "Annex A", "Annex B")
    ends = [*list(HEADINGS.values())[1:], "Questionnaire response"]
    for (name, heading), end in zip(HEADINGS.items(), ends, strict=True):
        found[name] = sentences(cut(annex, heading, end)[1:])
    found["Annex A, social workers' table"] = sentences(cut(annex, "A total of", "Questionnaire response"))
    managers = annex[annex.index("Questionnaire response from social work managers (in percentages)") :]
    found["Annex A, managers' table"] = sentences(cut([*managers, "end"], "A total of", "end"))
    return found


@pytest.fixture(scope="module")
def claims(folder, codebook):
    return read_claims(folder / "claims.yaml", codebook)


def test_every_sentence_with_a_number_or_a_word_for_a_proportion_is_covered(sections, claims):
    covered = {(claim.place.section, claim.place.sentence) for claim in claims.claims}
    stating = {
        (section, n): sentence
        for section, found in sections.items()
        for n, sentence in enumerate(found, start=1)
        if PROPORTION.search(sentence)
    }
    assert {place: sentence for place, sentence in stating.items() if place not in covered | set(NOT_A_SHARE)} == {}
    assert set(NOT_A_SHARE) - set(stating) == set(), "no such word there any more"
    assert set(NOT_A_SHARE) & covered == set(), "covered, so no reason is needed"


def test_the_sections_are_those_of_the_report(sections, claims):
    assert list(sections) == list(claims.sections)


CARRIED_ON = {("Annex A, equal opportunities", 2)}  # the word stands in the sentence before


def test_every_claim_stands_at_a_sentence_that_says_it(sections, claims):
    for claim in claims.claims:
        sentence = sections[claim.place.section][claim.place.sentence - 1].lower()
        if (claim.place.section, claim.place.sentence) in CARRIED_ON:
            continue
        assert PROPORTION.search(sentence), claim.id
        if isinstance(claim.check, PercentCheck):
            stated = claim.check.word or f"{claim.check.number}%"
            assert stated in sentence, claim.id
        if isinstance(claim.check, CountCheck) and claim.check.relation == "equals":
            assert {1: "one"}.get(claim.check.number, str(claim.check.number)) in sentence, claim.id


def test_no_text_of_ours_repeats_six_words_of_the_report(report, folder):
    def runs(text: str) -> set[str]:
        words = re.findall(r"[a-z0-9]+", re.sub("[’']", "", text.lower()))
        return {" ".join(words[i : i + 6]) for i in range(len(words) - 5)}

    printed = runs(report)
    title = "High expectations, high support and high challenge"
    files = {
        path.name: path.read_text(encoding="utf-8").replace(title, "")
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".md")
    }
    assert len(files) == 3
    assert {name: runs(text) & printed for name, text in files.items() if runs(text) & printed} == {}
