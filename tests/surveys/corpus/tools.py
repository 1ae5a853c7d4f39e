"""Made-up exports as each tool writes them, and what of each column must be recognised.

Every one has the same 60 people: two roles, three teams, and the statements of WORDINGS on an agreement scale, the first of
which nobody answered whose row is 7, 17, 27 …
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.inputs.exports.spreadsheet_files import write_xlsx
from tests.surveys.projects import AGREEMENT, answers, write_rows

PEOPLE = 60
WORDINGS = (
    "My manager listens to me",
    "I have time to think about my cases",
    "I would rather work and/or train elsewhere",
)
ROLES, TEAMS = ("Social worker", "Team manager"), ("North", "South", "East")
SUPPORT = ("Supervision", "Peer groups", "Training")
QUESTION = "How far do you agree?"


@dataclass(frozen=True)
class Made:
    """An export: its name, rows (headers and people), what each column is, and the columns of the statements."""

    name: str
    rows: list[list[object]]
    uses: tuple[str, ...]
    statements: tuple[int, ...]
    delimiter: str = ","

    def write(self, folder: Path) -> Path:
        """The file, in a folder."""
        path = folder / self.name
        if path.suffix == ".xlsx":
            return write_xlsx(path, {"Sheet1": self.rows})
        return write_rows(path, self.rows)


def given(blank: object = "") -> list[list[str]]:
    """The answers of everybody to each of the statements."""
    columns = [answers(AGREEMENT, PEOPLE, seed) for seed in (1, 2, 3)]
    columns[0] = [blank if row % 10 == 7 else answer for row, answer in enumerate(columns[0])]
    return columns


ROLE, TEAM = answers(ROLES, PEOPLE, 4), answers(TEAMS, PEOPLE, 5)
CHOSEN = [
    [option for place, option in enumerate(SUPPORT) if (row >> place) & 1 or row % 8 == 0] for row in range(PEOPLE)
]
DAYS = [f"{1 + row % 28:02d}" for row in range(PEOPLE)]
AGREED = ("item",) * 3


def ticks(yes: object, no: object) -> list[list[object]]:
    """A column for each option of SUPPORT."""
    return [[yes if option in chosen else no for chosen in CHOSEN] for option in SUPPORT]


def made(
    name: str, headers: list[list[object]], columns: list[list[object]], uses: tuple[str, ...], first: int
) -> Made:
    """An export of columns below headers; the statements begin at column `first`."""
    return Made(name, [*headers, *map(list, zip(*columns, strict=True))], uses, tuple(range(first, first + 3)))


def google_forms() -> Made:
    headers = [
        "Timestamp",
        "Email address",
        "Which of these are your roles? (tick all that apply)",
        "Which team are you in?",
        *(f"{QUESTION} [{wording}]" for wording in WORDINGS),
        "Which support do you use? Tick all that apply",
    ]
    several = ["Social worker, Practice educator" if row % 5 == 0 else role for row, role in enumerate(ROLE)]
    columns = [
        [f"2026/03/{day} 9:00:00 am GMT" for day in DAYS],
        [f"person{row}@example.org" for row in range(PEOPLE)],
        several,
        TEAM,
        *given(),
        [", ".join(chosen) for chosen in CHOSEN],
    ]
    return made(
        "google-forms.csv",
        [headers],
        columns,
        ("date", "contact", "multi_select", "cluster", *AGREED, "multi_select"),
        4,
    )


def google_forms_commas_in_options() -> Made:
    """Answers that have commas themselves are one option each."""
    ethnicity = answers(["White, British or Irish", "Asian, Asian British", "Black, Caribbean or African"], PEOPLE, 6)
    headers = ["Timestamp", "What is your ethnicity?", *(f"{QUESTION} [{wording}]" for wording in WORDINGS)]
    columns = [[f"2026/03/{day} 9:00:00 am GMT" for day in DAYS], ethnicity, *given()]
    return made("google-forms-commas.csv", [headers], columns, ("date", "group", *AGREED), 2)


def microsoft_forms() -> Made:
    headers = [
        "Id",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "Last modified time",
        "What is your role?",
        "Which team do you work in?",
        "Which of these have you used?",
        *WORDINGS,
    ]
    times = [46082 + row + 0.375 for row in range(PEOPLE)]
    columns = [
        list(range(1, PEOPLE + 1)),
        times,
        times,
        ["anonymous"] * PEOPLE,
        [""] * PEOPLE,
        [""] * PEOPLE,
        ROLE,
        TEAM,
        ["".join(f"{option};" for option in chosen) for chosen in CHOSEN],
        *given(),
    ]
    return made(
        "microsoft-forms.xlsx",
        [headers],
        columns,
        ("identifier", "date", "date", "contact", "contact", "date", "group", "cluster", "multi_select", *AGREED),
        9,
    )


def kobo() -> Made:
    headers = [
        "start",
        "end",
        "about_you/What is your role?",
        "about_you/Which support do you use?",
        *(f"about_you/Which support do you use?/{option}" for option in SUPPORT),
        *(f"support/{wording}" for wording in WORDINGS),
        "_id",
        "_uuid",
        "_submission_time",
        "_status",
        "_index",
    ]
    times = [f"2026-03-{day}T09:00:00.000+00:00" for day in DAYS]
    columns = [
        times,
        times,
        ROLE,
        [" ".join(chosen) for chosen in CHOSEN],
        *ticks("1", "0"),
        *given(),
        list(range(1000, 1000 + PEOPLE)),
        [f"0000-{row}" for row in range(PEOPLE)],
        [time[:19] for time in times],
        ["submitted_via_web"] * PEOPLE,
        list(range(1, PEOPLE + 1)),
    ]
    return made(
        "kobo.csv",
        [headers],
        columns,
        (
            "date",
            "date",
            "group",
            *["multi_select"] * 4,
            *AGREED,
            "identifier",
            "identifier",
            "date",
            "progress",
            "identifier",
        ),
        7,
    )


def odk() -> Made:
    headers = [
        "SubmissionDate",
        "start",
        "about_you-role",
        "support-My manager listens to me",
        "support-I have time to think about my cases",
        "support-I would rather work and/or train elsewhere",
        "meta-instanceID",
        "KEY",
        "SubmitterName",
    ]
    times = [f"2026-03-{day}T09:00:00.000Z" for day in DAYS]
    keys = [f"uuid:0000-{row}" for row in range(PEOPLE)]
    columns = [times, times, ROLE, *given(), keys, keys, ["collector"] * PEOPLE]
    return made(
        "odk.csv", [headers], columns, ("date", "date", "group", *AGREED, "identifier", "identifier", "contact"), 3
    )


def redcap_labels() -> Made:
    headers = [
        "Record ID",
        "Survey Identifier",
        "Event Name",
        "What is your role?",
        *(f"Which support do you use? (choice={option})" for option in SUPPORT),
        *WORDINGS,
        "Complete?",
    ]
    columns = [
        list(range(1, PEOPLE + 1)),
        [""] * PEOPLE,
        ["Event 1"] * PEOPLE,
        ROLE,
        *ticks("Checked", "Unchecked"),
        *given(),
        answers(["Complete", "Incomplete"], PEOPLE, 7),
    ]
    return made(
        "redcap-labels.csv",
        [headers],
        columns,
        ("identifier", "identifier", "progress", "group", *["multi_select"] * 3, *AGREED, "progress"),
        7,
    )


def limesurvey() -> Made:
    headers = [
        "id. Response ID",
        "submitdate. Date submitted",
        "lastpage. Last page",
        "startlanguage. Start language",
        "seed. Seed",
        "role. What is your role?",
        *(f"sup[SQ00{n}]. {QUESTION} [{wording}]" for n, wording in enumerate(WORDINGS, 1)),
        *(f"used[SQ00{n}]. Which support do you use? [{option}]" for n, option in enumerate(SUPPORT, 1)),
    ]
    columns = [
        list(range(1, PEOPLE + 1)),
        [f"2026-03-{day} 09:00:00" for day in DAYS],
        [3] * PEOPLE,
        ["en"] * PEOPLE,
        list(range(5000, 5000 + PEOPLE)),
        ROLE,
        *given("N/A"),
        *ticks("Yes", "No"),
    ]
    return made(
        "limesurvey.csv",
        [headers],
        columns,
        ("respondent", "date", "progress", "progress", "identifier", "group", *AGREED, *["multi_select"] * 3),
        6,
    )


def limesurvey_codes() -> Made:
    headers = [
        "id",
        "submitdate",
        "lastpage",
        "startlanguage",
        "seed",
        "role",
        "sup[SQ001]",
        "sup[SQ002]",
        "sup[SQ003]",
        *(f"used[SQ00{n}]" for n in (1, 2, 3)),
    ]
    columns = [
        list(range(1, PEOPLE + 1)),
        [f"2026-03-{day} 09:00:00" for day in DAYS],
        [3] * PEOPLE,
        ["en"] * PEOPLE,
        list(range(5000, 5000 + PEOPLE)),
        ROLE,
        *given(),
        *ticks("Y", "N"),
    ]
    return made(
        "limesurvey-codes.csv",
        [headers],
        columns,
        ("identifier", "date", "progress", "progress", "identifier", "group", *AGREED, *["multi_select"] * 3),
        6,
    )


def _monkey_columns() -> list[list[object]]:
    return [
        list(range(10_000, 10_000 + PEOPLE)),
        ["77"] * PEOPLE,
        ["03/01/2026"] * PEOPLE,
        ROLE,
        *ticks("x", ""),
        *given(),
    ]


_MONKEY = ("respondent", "progress", "date", "group", *["multi_select"] * 3, *AGREED)
_TICKED = [[option if tick else "" for tick in column] for option, column in zip(SUPPORT, ticks(1, 0), strict=True)]


def surveymonkey(second: str, role: str) -> Made:
    """Two rows: below a question that stands alone "Response", the question again, or nothing."""
    top = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "What is your role?",
        "Which support do you use?",
        "",
        "",
        QUESTION,
        "",
        "",
    ]
    below = ["", "", "", role, *SUPPORT, *WORDINGS]
    columns = _monkey_columns()
    columns[4:7] = _TICKED
    return made(f"surveymonkey-{second}.csv", [top, below], columns, _MONKEY, 7)


def surveymonkey_three() -> Made:
    """Three rows: the options of a grid have parts."""
    top = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "What is your role?",
        "Which support do you use?",
        "",
        "",
        QUESTION,
        "",
        "",
    ]
    second = ["", "", "", "Response", *SUPPORT, "At work", "", ""]
    columns = _monkey_columns()
    columns[4:7] = _TICKED
    return made("surveymonkey-three.csv", [top, second, ["", "", "", "", "", "", "", *WORDINGS]], columns, _MONKEY, 7)


def surveymonkey_one() -> Made:
    headers = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "What is your role?",
        *(f"Which support do you use? - {option}" for option in SUPPORT),
        *(f"{QUESTION} - {each}" for each in WORDINGS),
    ]
    columns = _monkey_columns()
    columns[4:7] = _TICKED
    return made("surveymonkey-one.csv", [headers], columns, _MONKEY, 7)


def qualtrics(legacy: bool) -> Made:
    names = ["ResponseId", "StartDate", "IPAddress", "Finished", "Q1", "Q2_1", "Q2_2", "Q2_3"]
    told = [
        "Response ID",
        "Start Date",
        "IP Address",
        "Finished",
        "What is your role?",
        *(f"{QUESTION} - {each}" for each in WORDINGS),
    ]
    if legacy:
        names = ["V1", "V8", "V6", "V10", "Q1", "Q2_1", "Q2_2", "Q2_3"]
        told = ["ResponseID", "StartDate", "IPAddress", "Finished", *told[4:]]
    columns = [
        [f"R_{row:04d}" for row in range(PEOPLE)],
        [f"2026-03-{day} 09:00:00" for day in DAYS],
        ["192.0.2.1"] * PEOPLE,
        ["1"] * PEOPLE,
        ROLE,
        *given(),
    ]
    rows = [names, told] if legacy else [names, told, [f'{{"ImportId":"{name}"}}' for name in names]]
    return made(
        f"qualtrics-{'legacy' if legacy else 'three'}.csv",
        rows,
        columns,
        ("respondent", "date", "contact", "progress", "group", *AGREED),
        5,
    )


def jisc() -> Made:
    headers = [
        "Unique response number",
        "Completion date",
        "1. What is your role?",
        *(f"2.{n}.a. {wording}" for n, wording in enumerate(WORDINGS, 1)),
        *(f"3.{n}. {option}" for n, option in enumerate(SUPPORT, 1)),
    ]
    columns = [
        [f"1234-{row}" for row in range(PEOPLE)],
        [f"{day}/03/2026 09:00" for day in DAYS],
        ROLE,
        *given(),
        *_TICKED,
    ]
    return made("jisc.csv", [headers], columns, ("respondent", "date", "group", *AGREED, *["multi_select"] * 3), 3)


def smartsurvey() -> Made:
    headers = [
        "UserID",
        "UserNo",
        "Name",
        "Email",
        "IP Address",
        "Unique ID",
        "Started",
        "Ended",
        "Tracking Link",
        "Q1. What is your role?",
        *(f"Q2. {QUESTION} - {wording}" for wording in WORDINGS),
    ]
    times = [f"{day}/03/2026 09:00" for day in DAYS]
    columns = [
        list(range(7000, 7000 + PEOPLE)),
        list(range(1, PEOPLE + 1)),
        [""] * PEOPLE,
        [""] * PEOPLE,
        ["192.0.2.1"] * PEOPLE,
        [f"u{row}" for row in range(PEOPLE)],
        times,
        times,
        ["Link"] * PEOPLE,
        ROLE,
        *given(),
    ]
    return made(
        "smartsurvey.csv",
        [headers],
        columns,
        (
            "identifier",
            "respondent",
            "contact",
            "contact",
            "contact",
            "identifier",
            "date",
            "date",
            "identifier",
            "group",
            *AGREED,
        ),
        10,
    )


TOOLS: tuple[Callable[[], Made], ...] = (
    google_forms,
    google_forms_commas_in_options,
    microsoft_forms,
    kobo,
    odk,
    redcap_labels,
    limesurvey,
    limesurvey_codes,
    lambda: surveymonkey("response", "Response"),
    lambda: surveymonkey("repeated", "What is your role?"),
    lambda: surveymonkey("blank", ""),
    surveymonkey_three,
    surveymonkey_one,
    lambda: qualtrics(False),
    lambda: qualtrics(True),
    jisc,
    smartsurvey,
)
