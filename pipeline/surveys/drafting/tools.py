"""How particular tools lay out an export, and what the columns are that only they write.

A heading such as `start` or `x___1` means something in one tool only, so a tool is told by several columns first.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.columns import HIGH, Guess

KOBO, ODK, REDCAP, LIMESURVEY = "KoBo", "ODK", "REDCap", "LimeSurvey"
_MARKS = {  # columns of which a tool writes at least two
    KOBO: {
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
        "__version__",
        "_index",
        "meta/instanceid",
        "formhub/uuid",
    },
    ODK: {
        "submissiondate",
        "key",
        "meta-instanceid",
        "instanceid",
        "submitterid",
        "submittername",
        "formversion",
        "reviewstate",
    },
    REDCAP: {
        "record_id",
        "redcap_survey_identifier",
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "redcap_data_access_group",
        "record id",
        "survey identifier",
        "event name",
        "repeat instrument",
        "repeat instance",
        "data access group",
    },
    LIMESURVEY: {
        "submitdate",
        "lastpage",
        "startlanguage",
        "startdate",
        "datestamp",
        "seed",
        "submitdate. date submitted",
        "lastpage. last page",
        "startlanguage. start language",
        "seed. seed",
        "id. response id",
    },
}
_SEPARATORS = {KOBO: "/", ODK: "-"}  # between the names of groups and of the question
_COLUMNS = {
    KOBO: {
        "identifier": {
            "_id",
            "_uuid",
            "_index",
            "meta/instanceid",
            "formhub/uuid",
            "deviceid",
            "simserial",
            "subscriberid",
            "meta/rootuuid",
            "_submitted_by",
            "_parent_index",
        },
        "contact": {"username", "phonenumber", "_geolocation"},
        "date": {"start", "end", "today", "_submission_time"},
        "progress": {"_validation_status", "_notes", "_status", "__version__", "_tags", "_attachments", "_version_"},
    },
    ODK: {
        "identifier": {"key", "meta-instanceid", "instanceid", "submitterid", "deviceid", "meta-rootuuid"},
        "contact": {"submittername", "username", "phonenumber", "meta-instancename"},
        "date": {"submissiondate", "start", "end", "today"},
        "progress": {
            "attachmentspresent",
            "attachmentsexpected",
            "status",
            "reviewstate",
            "edits",
            "formversion",
            "devicelabel",
        },
    },
    REDCAP: {
        "identifier": {"record_id", "redcap_survey_identifier", "record id", "survey identifier"},
        "progress": {
            "redcap_event_name",
            "redcap_repeat_instrument",
            "redcap_repeat_instance",
            "event name",
            "repeat instrument",
            "repeat instance",
        },
    },
}
_CHECKBOX = re.compile(r"(.+)___(-?\w+)|(.+?)\s*\(choice=(.+)\)")  # REDCap's columns of one option, raw and labelled
_TICKS = {"", "0", "1", "checked", "unchecked", "y", "n", "yes", "no", "true", "false", "n/a"}
_FORM_STATUS = ({"0", "1", "2"}, {"incomplete", "unverified", "complete"})  # of REDCap's forms


def known_tools(export: Export) -> set[str]:
    """The tools whose own columns the export has."""
    names = {label_key(column.name) for column in export.columns}
    found = {tool for tool, marks in _MARKS.items() if len(names & marks) >= 2}
    if any("___" in name and _CHECKBOX.fullmatch(name) for name in names):
        found |= {REDCAP} if any(name.endswith("_complete") or name == "record_id" for name in names) else set()
    return found


def without_group_names(export: Export, tools: set[str]) -> Export:
    """The export with questions that do not begin with the names of the groups they stand in.

    A part before the separator is a group's name if several columns share it and it is no question itself, of which the
    columns would be the options.
    """
    separator = next((_SEPARATORS[tool] for tool in (KOBO, ODK) if tool in tools), None)
    if separator is None:
        return export
    questions = {column.question for column in export.columns}
    shared = Counter(prefix for question in questions for prefix in _prefixes(question, separator))

    def stripped(column: Column) -> Column:
        groups = [
            prefix for prefix in _prefixes(column.question, separator) if shared[prefix] > 1 and prefix not in questions
        ]
        rest = column.question[len(groups[-1]) + 1 :] if groups else column.question
        return replace(column, question=rest) if rest != column.question else column

    return replace(export, columns=tuple(map(stripped, export.columns)))


def _prefixes(question: str, separator: str) -> list[str]:
    """What stands before each separator: of a/b/c it is a, and a/b."""
    parts = question.split(separator)
    return [separator.join(parts[:number]) for number in range(1, len(parts))]


def tool_columns(export: Export, tools: set[str]) -> Iterator[Guess]:
    """The columns that are a tool's own, and the options of its questions with several answers."""
    for tool in sorted(tools & _COLUMNS.keys()):
        uses = {heading: use for use, headings in _COLUMNS[tool].items() for heading in headings}
        for column in export.columns:
            if use := uses.get(label_key(column.name)):
                yield Guess(column.name, use, f"a column that {tool} adds", HIGH)
    if REDCAP in tools:
        yield from _redcap(export.columns)
    if KOBO in tools:
        yield from _kobo_options(export.columns)
    if LIMESURVEY in tools:
        yield from _limesurvey_options(export.columns)


def _redcap(columns: Sequence[Column]) -> Iterator[Guess]:
    for column in columns:
        name, texts = label_key(column.name), _answers(column)
        if _CHECKBOX.fullmatch(column.name) and texts <= _TICKS:
            yield Guess(
                column.name, "multi_select", "one option of a question with several answers, as REDCap writes it", HIGH
            )
        elif (name.endswith("_complete") or name == "complete?") and any(
            texts - {""} <= status for status in _FORM_STATUS
        ):
            yield Guess(column.name, "progress", "whether the form is complete, as REDCap writes it", HIGH)
        elif name.endswith("_timestamp"):
            yield Guess(column.name, "date", "when the form was sent, as REDCap writes it", HIGH)


def _kobo_options(columns: Sequence[Column]) -> Iterator[Guess]:
    """A question with several answers stands whole in one column, and each of its options in one after it."""
    names = {column.name for column in columns}
    asked = set()
    for column in columns:
        question = column.name.rpartition("/")[0]
        if question in names and _answers(column) <= _TICKS:
            asked.add(question)
            yield Guess(
                column.name, "multi_select", "one option of a question with several answers, as KoBo writes it", HIGH
            )
    for question in sorted(asked):
        yield Guess(question, "multi_select", "all options that somebody chose, as KoBo writes them", HIGH)


def _limesurvey_options(columns: Sequence[Column]) -> Iterator[Guess]:
    """used[SQ001], used[SQ002], … of Y and blank, or of Yes, No and N/A, are options of one question."""
    families: dict[str, list[Column]] = {}
    for column in columns:
        if found := re.match(r"(\w+)\[(\w+)\]", column.name):
            families.setdefault(found[1], []).append(column)
    for family in families.values():
        texts = set().union(*map(_answers, family))
        if len(family) > 1 and texts <= _TICKS and texts - {"", "n/a"} and not texts & {"0", "1"}:
            yield from (
                Guess(
                    column.name,
                    "multi_select",
                    "one option of a question with several answers, as LimeSurvey writes it",
                    HIGH,
                )
                for column in family
            )


def reason_of_blank(text: str, tools: set[str]) -> str | None:
    """Why an answer is missing, where a tool has a word of its own: LimeSurvey's N/A is a question that was not put."""
    return "not_asked" if LIMESURVEY in tools and label_key(text) == "n/a" else None


def _answers(column: Column) -> set[str]:
    return set(map(label_key, column.texts))
