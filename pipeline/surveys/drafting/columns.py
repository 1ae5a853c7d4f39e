"""What a column of an export is for, judged by its heading and by the kind of text in it; answers on scales are not
judged here. Where a column might tell who somebody is, it is left out. No reason quotes a cell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.inputs.exports.table import Column
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.date_bands import likely_bands
from pipeline.surveys.drafting.known_scales import is_unsure, missing_reason
from pipeline.surveys.drafting.traits import YES_OR_NO, trait

HIGH, MEDIUM, LOW = "high", "medium", "low"
ITEM, GROUP, CLUSTER, WEIGHT, RESPONDENT = "item", "group", "cluster", "weight", "respondent"
MOST_LEVELS, MOST_LEVELS_UNKNOWN, FEWEST_PER_LEVEL = 30, 12, 3
WEIGHT_BLANK = "the heading says weight, but some cells are blank"
COULD_BE = "could be a group; move it to groups to report by it (each further group hides more small counts)"

PLATFORM = {  # headings that Qualtrics, SurveyMonkey, LimeSurvey, Microsoft and Google Forms, and SmartSurvey write
    RESPONDENT: (
        "responseid",
        "response id",
        "respondent id",
        "respondentid",
        "id. response id",
        "userno",
        "unique response number",
        "respondent",
    ),
    "identifier": (
        "id",
        "externalreference",
        "externaldatareference",
        "external data reference",
        "token",
        "token. access code",
        "seed",
        "seed. seed",
        "q_url",
        "refurl",
        "refurl. referrer url",
        "userid",
        "tracking link",
        "unique id",
        *(f"custom data {number}" for number in range(1, 11)),
    ),
    "contact": (
        "ipaddress",
        "ip address",
        "ipaddr",
        "ipaddr. ip address",
        "recipientemail",
        "recipientfirstname",
        "recipientlastname",
        "email",
        "email address",
        "first name",
        "last name",
        "name",
        "username",
        "locationlatitude",
        "locationlongitude",
        "location latitude",
        "location longitude",
    ),
    "date": (
        "startdate",
        "enddate",
        "start date",
        "end date",
        "recordeddate",
        "recorded date",
        "date created",
        "date modified",
        "start time",
        "completion time",
        "last modified time",
        "timestamp",
        "submitdate",
        "submitdate. date submitted",
        "datestamp",
        "datestamp. date last action",
        "startdate. date started",
        "started",
        "ended",
        "date started",
        "date completed",
        "completion date",
        "submitted",
        "submission date",
    ),
    "progress": (
        "status",
        "response type",
        "progress",
        "finished",
        "duration (in seconds)",
        "duration",
        "collector id",
        "collectorid",
        "distributionchannel",
        "distribution channel",
        "userlanguage",
        "user language",
        "lastpage",
        "response set",
        "responseset",
        "consent date",
        "time taken",
        "completion status",
        "lastpage. last page",
        "startlanguage",
        "startlanguage. start language",
        "language",
        "interviewtime",
        "q_recaptchascore",
        "q_relevantidduplicate",
        "q_totalduration",
        "device info",
        "browser",
        "os",
        "completed",
        "interviewtime. total time",
    ),
}
_PLATFORM = {heading: use for use, headings in PLATFORM.items() for heading in headings}
_UNIT = (
    r"(team|service|authority|council|office|department|school|organi[sz]ation|unit|hub|directorate|site|trust"
    r"|area)"
)
_CONTACT = re.compile(
    r"\b(e-?mails?|(tele)?phones?|mobile|fax|surname|forename|username|initials|address|post ?code|zip ?code|ip"
    r"|latitude|longitude|dob|date of birth|birth ?da(te|y)|signature|contact (details|number)|linkedin"
    r"|twitter|names?)\b",
    re.IGNORECASE,
)
_MANAGER = re.compile(r"(your |my )?(line |team )?(manager|supervisor)s?", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"\b(ids?|identifier|guid|uuid|uid|token|payroll|login|participant|pin|hcpc|swe|registration (no|number)|nhs number"
    r"|ni number|national insurance|(staff|employee|personnel|user|case|record|row|reference|serial|unique|respondent)"
    r" ?(no|number|nr|ref|code))\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_OTHER_CONTACT = [
    re.compile(pattern)
    for pattern in (
        r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)",
        r"[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7}",
        r"(?=(?:\D*\d){10,13}\D*$)(?:\+|0|\(0)[\d\s()\-]{9,18}",
        r"[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}",
        r"[A-Za-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]",
    )
]
_DATE = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?!\d).*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b.*|\d{1,2}:\d\d(:\d\d)?")
_NUMBER = re.compile(r"[-+]?[£$€]?\d[\d,]*(\.\d+)?\s*%?")
_CLUSTERS = (
    "team",
    "hub",
    "unit",
    "service",
    "office",
    "locality",
    "district",
    "site",
    "area",
    "authority",
    "council",
    "department",
    "directorate",
    "company",
    "organisation",
    "organization",
    "employer",
    "agency",
)
_NUMBER_OF_UNIT = re.compile(rf"\b({'|'.join(_CLUSTERS)})s?'?s? ?(number|no|code|id|ref(erence)?)\b")
_RATING = re.compile(r"\b(likely|likelihood|recommend|rate|rating|scale (of|from)|satisf\w+|agree)\b")
_SEVERAL = re.compile(
    r"\b(all that apply|(tick|select|check|choose) (all|as many|any|one or more|up to)|more than one)\b"
)
_AMOUNT = re.compile(
    r"\b(age|years?|months?|hours?|days|how (long|many|much|old)|length|number|salary|income|pay)\b", re.IGNORECASE
)
_COMMENT = re.compile(
    r"\b(comments?|please (explain|describe|specify|state|tell)|describe|anything else"
    r"|in your own words|other \(|reasons? for)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[A-Z][a-z]+(?:[ \-][A-Z]\.?)? (?:Mc|Mac|O')?[A-Z][a-z'\-]+(?:-[A-Z][a-z]+)?")


@dataclass(frozen=True)
class Guess:
    """A proposal for one column: its use, or why it is left out (see LeftOut), the reason, how sure that is, and what
    was counted."""

    column: str
    use: str
    reason: str
    confidence: str
    evidence: str = ""


def heading(text: str) -> str:
    """A heading in small words: "RecipientEmail" and "recipient_email" are both "recipient email".

    >>> heading("RecipientEmail"), heading("recog1. My manager says thanks")
    ('recipient email', 'recog1. my manager says thanks')
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text) if " " not in text else text
    return " ".join(text.replace("_", " ").casefold().split())


def answered(column: Column) -> tuple[list[str], int]:
    """The distinct texts that are an answer, and how many cells hold one."""
    counts = np.bincount(column.codes, minlength=len(column.texts))
    numbers = [number for number, text in enumerate(column.texts) if text and not missing_reason(text)]
    return [column.texts[number] for number in numbers], int(counts[numbers].sum())


def platform_column(column: Column) -> Guess | None:
    """A column that the survey platform adds to the answers."""
    use = _PLATFORM.get(label_key(column.name)) or _PLATFORM.get(label_key(column.question))
    return use and Guess(column.name, use, "a column that the survey platform adds", HIGH)


def personal_content(column: Column) -> Guess | None:
    """A column with e-mail or IP addresses, telephone numbers or postcodes."""
    texts, _ = answered(column)
    if any(_EMAIL.search(text) for text in texts):
        return Guess(column.name, "contact", "holds e-mail addresses", HIGH)
    hits = sum(any(pattern.fullmatch(text) for pattern in _OTHER_CONTACT) for text in texts)
    if hits and hits >= 0.2 * len(texts):
        return Guess(column.name, "contact", "holds what looks like addresses, telephone numbers or postcodes", HIGH)
    return None


def personal_heading(column: Column) -> Guess | None:
    """A column whose heading asks who somebody is or how to reach them."""
    for text in dict.fromkeys((heading(column.name), heading(column.question))):
        of_unit = re.search(rf"\b{_UNIT}s?('s)? names?\b|\bnames? of (the |your |my )?(\w+ )?{_UNIT}\b", text)
        if (_CONTACT.search(text) and not of_unit) or _MANAGER.fullmatch(text):
            return Guess(column.name, "contact", "the heading asks for a name or how to reach somebody", MEDIUM)
        if _IDENTIFIER.search(text) and not (_NUMBER_OF_UNIT.search(text) and _of_several_people(column)):
            return Guess(column.name, "identifier", "the heading names a number that belongs to one person", MEDIUM)
    return None


def _of_several_people(column: Column) -> bool:
    """Whether most texts stand more than once, as the number of a unit does, and that of a person does not."""
    texts, cells = answered(column)
    return 2 * len(texts) <= cells


def guess_column(column: Column, rows: int) -> Guess:
    """What a column is that holds no answers on a scale."""
    texts, cells = answered(column)
    words = heading(column.question)

    def guess(use: str, reason: str, confidence: str) -> Guess:
        return Guess(column.name, use, reason, confidence)

    if not texts:
        return guess("other", "nobody answered", HIGH)
    if len(texts) == 1:
        return guess("other", "everybody who answered has the same", HIGH)
    bands = len(texts) <= MOST_LEVELS_UNKNOWN and cells >= FEWEST_PER_LEVEL * len(texts) and len(likely_bands(texts))
    if bands and trait(words):
        return guess(
            GROUP,
            f"{bands} of its {len(texts)} answers are dates, which a spreadsheet makes of bands such as 1-2: "
            "this is asked",
            LOW,
        )
    if _share(texts, _DATE.fullmatch) > 0.9 or (
        re.search(r"\b(date|time)\b", words) and _share(texts, _spreadsheet_date) > 0.9
    ):
        return guess("date", "holds dates or times", HIGH)
    if re.search(r"\b(weights?|wt|wgt|weighting)\b", heading(column.name)) and len(words.split()) <= 5:
        if all(re.fullmatch(r"\d+(\.\d+)?", text) for text in column.texts):
            return guess(WEIGHT, "the heading says so, and every cell holds a number of 0 or more", HIGH)
        blank = all(re.fullmatch(r"\d+(\.\d+)?", text) for text in texts)
        return guess(
            "other", WEIGHT_BLANK if blank else "the heading says weight, but not every cell holds a number", LOW
        )
    if several := _several_options(texts, words):
        return guess("multi_select", *several)
    if cells >= 10 and len(texts) > 0.95 * cells and not any(" " in text for text in texts):
        return guess("identifier", "a different number or code in every row", MEDIUM)
    if (
        _share(texts, str.isdigit) == 1
        and (_names_unit(words) or trait(words))
        and not _AMOUNT.search(_NUMBER_OF_UNIT.sub(r"\1", words))
    ):
        return _grouping(column, texts, cells, words, rows)
    if _share(texts, _NUMBER.fullmatch) > 0.8:
        return guess(
            "other", "numbers that are no answers on a scale known here; put them into bands to make a group", MEDIUM
        )
    if _COMMENT.search(words) or len(texts) > max(0.5 * cells, 2) or np.mean([len(text) for text in texts]) > 60:
        return guess("free_text", "people wrote in their own words", MEDIUM)
    return _grouping(column, texts, cells, words, rows)


def _grouping(column: Column, texts: list[str], cells: int, words: str, rows: int) -> Guess:
    """Which groups a column of few levels tells apart; left out where they might be persons or are too many."""
    levels = len({label_key(text) for text in texts})
    if levels > 2 and 2 * levels <= cells and _names_unit(words):
        return Guess(column.name, CLUSTER, f"the heading names a unit of work; {levels} of them", MEDIUM)
    asked = trait(words)
    if not asked and _share(texts, _PERSON.fullmatch) >= 0.8:
        return Guess(column.name, "contact", "the answers may be names of people", LOW)
    if levels > (MOST_LEVELS if asked else MOST_LEVELS_UNKNOWN) or cells < FEWEST_PER_LEVEL * levels:
        return Guess(
            column.name, "other" if asked else "free_text", f"{levels} different answers are too many for groups", LOW
        )
    if not asked or (asked not in YES_OR_NO and _yes_or_no(texts)):
        return Guess(column.name, "other", COULD_BE, MEDIUM)
    if all(text.isdigit() for text in texts):
        return Guess(column.name, GROUP, f"{levels} codes; say in levels what they mean", LOW)
    return Guess(
        column.name,
        GROUP,
        f"the heading names a trait of people; {levels} levels",
        HIGH if levels <= 12 and cells > 0.5 * rows else MEDIUM,
    )


def _names_unit(words: str) -> bool:
    """Whether a heading, in small words, asks for the team, service or authority."""
    return (
        len(words.split()) <= 10
        and not _RATING.search(words)
        and not re.search(r"\b(role|job|post|grade|length|years?|how long|time|type)\b", words)
        and any(re.search(rf"\b{word}s?\b", words) for word in _CLUSTERS)
    )


def cluster_rank(column: Column) -> tuple[int, int]:
    """Which of several units is the one that people share most closely: team before service before authority."""
    words = heading(column.question)
    return min(number for number, word in enumerate(_CLUSTERS) if re.search(rf"\b{word}s?\b", words)), column.position


def _yes_or_no(texts: Iterable[str]) -> bool:
    return {label_key(text) for text in texts if not is_unsure(text)} <= {"yes", "no", "y", "n", "true", "false"}


def _share(texts: Iterable[str], fits) -> float:
    return float(np.mean([bool(fits(text)) for text in texts]))


def _several_options(texts: Sequence[str], words: str) -> tuple[str, str] | None:
    """The reason, and how sure it is, for taking a column for a question with several answers, joined in one cell.

    Commas stand within options too, so without a word in the heading at least two parts of joined cells, and half of all,
    have to be the whole text of others.
    """
    if any(re.search(r"[;,|]", text) for text in texts) and _SEVERAL.search(words):
        return "cells hold several options, as the heading says", HIGH
    if _share(texts, lambda text: ";" in text) > 0.3 and len(
        {part for text in texts for part in _parts(text, ";")}
    ) < 2 * len(texts):
        return "cells hold several options, set apart by semicolons", MEDIUM
    keys = set(map(label_key, texts))
    joined = {part for text in texts if len(parts := _parts(text, ", ")) > 1 for part in map(label_key, parts)}
    alone = len(joined & keys)
    few = len(joined) <= MOST_LEVELS and 2 * alone >= len(joined)  # else people wrote lists in their own words
    return ("cells seem to hold several options, set apart by commas", LOW) if few and alone > 1 else None


def _parts(text: str, joint: str) -> list[str]:
    return [part.strip() for part in text.split(joint) if part.strip()]


def _spreadsheet_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{5}(\.\d+)?", text)) and 30_000 < float(text) < 60_000
