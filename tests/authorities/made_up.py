"""A small set of the statistics on local authorities, made up in the publishers' formats: no figure or place is real.

Twelve authorities in two regions, reporting years 2017 to 2024. Until 2020 the county of Southshire is one authority,
which then splits in two that report their workforce jointly; Westmoor gets a new code in 2020; Eastport and Eastdale
merge in 2021; Dale loses land to Hillford in 2022; Twinford and Twinham report their workforce jointly in all years.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import yaml
from odfdo import Cell, Document, Row, Table

from pipeline.authorities.releases.manifest import FROM_FOLDER, Entry, Manifest, file_hash, write_manifest

YEARS = range(2017, 2025)
REGIONS = {"E12000098": "Northland", "E12000099": "Southland"}
ENGLAND = ("E92000001", "England")
# code, number, name, region, first and last day of its life
PLACES = [
    ("E06999001", "990", "Northshire", "E12000098", "", ""),
    ("E06999002", "991", "Twinford", "E12000098", "", ""),
    ("E06999003", "992", "Twinham", "E12000098", "", ""),
    ("E06999004", "993", "Westmoor", "E12000098", "", "2020-03-31"),
    ("E06999014", "993", "Westmoor", "E12000098", "2020-04-01", ""),
    ("E06999005", "994", "Eastport", "E12000099", "", "2021-03-31"),
    ("E06999006", "995", "Eastdale", "E12000099", "", "2021-03-31"),
    ("E06999015", "996", "East Coast", "E12000099", "2021-04-01", ""),
    ("E10999007", "997", "Southshire", "E12000099", "", "2020-03-31"),
    ("E06999017", "981", "North Southshire", "E12000099", "2020-04-01", ""),
    ("E06999018", "982", "South Southshire", "E12000099", "2020-04-01", ""),
    ("E06999008", "998", "Dale", "E12000098", "", "2022-03-31"),
    ("E06999028", "998", "Dale", "E12000098", "2022-04-01", ""),
    ("E06999009", "999", "Hillford", "E12000098", "", "2022-03-31"),
    ("E06999029", "999", "Hillford", "E12000098", "2022-04-01", ""),
    ("E06999010", "983", "Islet", "E12000099", "", ""),
    ("E06999011", "984", "Lakeland", "E12000099", "", ""),
    ("E06999012", "985", "Moorside", "E12000098", "", ""),
]
JOINT = [("E06999002", "E06999003"), ("E06999017", "E06999018")]
LINEAGE = {
    "events": [
        {
            "date": "2020-04-01",
            "kind": "recode",
            "from": ["E06999004"],
            "to": ["E06999014"],
            "policy": "carry",
            "note": "Westmoor became a unitary authority.",
        },
        {
            "date": "2020-04-01",
            "kind": "split",
            "from": ["E10999007"],
            "to": ["E06999017", "E06999018"],
            "policy": "exclude",
            "note": "Southshire was split in two.",
        },
        {
            "date": "2021-04-01",
            "kind": "merge",
            "from": ["E06999005", "E06999006"],
            "to": ["E06999015"],
            "policy": "aggregate",
            "note": "Eastport and Eastdale merged.",
        },
        {
            "date": "2022-04-01",
            "kind": "boundary",
            "from": ["E06999008"],
            "to": ["E06999028"],
            "policy": "exclude",
            "note": "Land moved from Dale to Hillford.",
        },
        {
            "date": "2022-04-01",
            "kind": "boundary",
            "from": ["E06999009"],
            "to": ["E06999029"],
            "policy": "exclude",
            "note": "Land moved from Dale to Hillford.",
        },
    ],
    "joint_returns": [
        {"members": list(JOINT[0]), "since": "2014-04-01", "sources": ["workforce"], "note": "One service for both."},
        {"members": list(JOINT[1]), "since": "2020-04-01", "sources": ["workforce"], "note": "One trust for both."},
    ],
}
GEOGRAPHY = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
]
WORKFORCE = [
    "inpost_fte",
    "inpost_headcount",
    "starters_fte",
    "starters_headcount",
    "leavers_fte",
    "leavers_headcount",
    "turnover_rate_fte",
    "turnover_rate_headcount",
    "agency_fte",
    "agency_headcount",
    "agency_rate_fte",
    "agency_rate_headcount",
    "agency_cover_fte",
    "agency_cover_rate_fte",
    "vacancy_fte",
    "vacancy_rate_fte",
    "vacancy_agency_cover_rate_fte",
    "case_holders_fte",
    "cases",
    "caseload_fte",
    "working_days_lost_fte",
    "absence_rate_fte",
]
OLDER = [
    "social_worker_fte",
    "leaver_fte",
    "turnover_rate_fte_%",
    "working_days_lost_fte",
    "absence_rate_fte_%",
    "agency_fte",
    "agency_worker_rate_fte_%",
    "agency_cover_fte",
    "agency_cover_rate_fte_%",
    "vacancy_fte",
    "vacancy_rate_fte_%",
    "vacancy_agency_cover_rate_fte_%",
    "case_holders_fte",
    "cases",
    "caseload_fte",
    "social_worker_headcount",
    "leaver_headcount",
    "turnover_rate_headcount_%",
    "agency_headcount",
    "agency_worker_rate_headcount_%",
]
DURATIONS = [
    "3_months_or_less",
    "more_than_3_months_6_months",
    "more_than_6_months_less_than_1_year",
    "1_year_less_than_2_years",
    "2_years_or_more",
]
FILES = {
    "workforce": "csww_indicators_2017_to_2024.csv",
    "subsequent-plans": "d3_cpps_subsequent_plan_2013_to_2024.csv",
    "plan-durations": "d5_cpps_at31march_by_duration_2013_to_2024.csv",
    "referrals": "c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv",
    "children-in-need": "b1_children_in_need_2013_to_2024.csv",
    "social-worker-changes": "la_cla_swcount.csv",
    "population": "ons_mid-year_population_estimates_2012_to_2024.csv",
    "inspections": "LA_Inspection_Outcomes_as_at_31_March_2025.ods",
    "neighbours": "sn_model_2025_wide.csv",
    "deprivation-idaci": "deprivation_idaci_2019_utla.csv",
    "deprivation-lait": "deprivation_lait_childpov_fsm_la_year.csv",
}
OLDER_FILE = "csww_headline_measures_2017_to_2022.csv"
GRADES = ["Outstanding", "Good", "Requires improvement to be good", "Inadequate"]
SUB_JUDGEMENTS = [
    "The impact of leaders on social work practice with children and families",
    "The experiences and progress of children who need help and protection",
    "The experiences and progress of children in care",
    "The experiences and progress of care leavers",
]


def write_files(folder: Path, sources: Sequence[str] = tuple(FILES), older: bool = False) -> dict[str, Path]:
    """Write the made-up files of `sources` flat into `folder` under the publishers' names; `older` adds the older
    workforce release. Gives the path of each source's newest file."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        WRITERS[source](folder / FILES[source])
    if older:
        write_older_workforce(folder / OLDER_FILE)
    return {source: folder / FILES[source] for source in sources}


def write_collection(folder: Path, sources: Sequence[str] = tuple(FILES)) -> dict[str, Path]:
    """Write them as in data/raw/authorities, a folder a source, with a manifest and the made-up lineage.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lineage.yaml").write_text(yaml.safe_dump(LINEAGE, sort_keys=False), encoding="utf-8")
    files = {source: write_files(folder / source, [source])[source] for source in sources}
    write_manifest(
        folder,
        Manifest(
            sources={
                source: Entry(
                    name=path.name,
                    url=FROM_FOLDER,
                    time="2026-01-01T00:00:00Z",
                    bytes=path.stat().st_size,
                    sha256=file_hash(path),
                    layout="current",
                    rows=1,
                    years=(2024,),
                )
                for source, path in files.items()
            }
        ),
    )
    return files


def alive(day: str) -> list[tuple[str, str, str, str]]:
    """Code, number, name and region of each authority on a day."""
    return [place[:4] for place in PLACES if place[4] <= day and (not place[5] or day <= place[5])]


def figure(code: str, year: int, low: int, high: int) -> int:
    """A whole number from low to high that depends on place and year alone."""
    return low + (int(code[-4:]) * 7919 + year * 104729 + (int(code[-3:]) * year) % 1009) % (high - low + 1)


def write_workforce(path: Path) -> None:
    """The newest schema, joint returns as one row; some markers."""
    write_table(path, GEOGRAPHY + WORKFORCE, statistics(range(2017, 2025), "-09-30", workforce, joint=True))


def write_older_workforce(path: Path) -> None:
    """The older schema: other names, a byte-order mark, a joint return in one member's row and z in the other's."""
    rows = []
    for row in statistics(range(2017, 2023), "-09-30", lambda code, year: workforce(code, year), joint=True):
        values = dict(zip(GEOGRAPHY + WORKFORCE, row, strict=True))
        renamed = {
            "social_worker_fte": "inpost_fte",
            "leaver_fte": "leavers_fte",
            "agency_worker_rate_fte_%": "agency_rate_fte",
            "social_worker_headcount": "inpost_headcount",
            "leaver_headcount": "leavers_headcount",
            "agency_worker_rate_headcount_%": "agency_rate_headcount",
        }
        cells = [values[renamed.get(column, column.removesuffix("_%"))] for column in OLDER]
        numbers, codes, names = (row[k].split(" / ") for k in (7, 8, 9))
        for k, (number, code, name) in enumerate(zip(numbers, codes, names, strict=True)):
            if k == 0 or int(row[0]) >= 2021:  # earlier, the other member has no row
                rows.append([*row[:7], number, code, name, *(cells if k == 0 else ["z"] * len(cells))])
    write_table(path, GEOGRAPHY + OLDER, rows, encoding="utf-8-sig")


def workforce(code: str, year: int) -> list[str]:
    if code == "E06999010":  # one post, none of it filled
        return [
            "0",
            "0",
            "0",
            "0",
            "0",
            "0",
            "z",
            "z",
            "1",
            "1",
            "100",
            "100",
            "1",
            "100",
            "1",
            "100",
            "100",
            "1",
            "9",
            "9",
            "z",
            "z",
        ]
    posts, leavers = figure(code, year, 400, 4000) / 10, figure(code, year, 30, 700) / 10
    agency, vacant = figure(code, year + 1, 10, 900) / 10, figure(code, year + 2, 10, 900) / 10
    holders, days = round(posts * 0.6, 1), figure(code, year, 50, 300) / 10 * posts
    cases = round(holders * figure(code, year, 100, 250) / 10)
    cover = round(min(agency, vacant), 1)
    row = [
        posts,
        round(posts) + 8,
        leavers,
        round(leavers),
        leavers,
        round(leavers),
        100 * leavers / posts,
        100 * leavers / posts,
        agency,
        round(agency),
        100 * agency / (posts + agency),
        100 * agency / (posts + agency),
        cover,
        100 * cover / agency,
        vacant,
        100 * vacant / (posts + vacant),
        100 * cover / vacant,
        holders,
        cases,
        cases / holders,
        days,
        100 * days / (253 * posts),
    ]
    texts = [f"{round(float(number), 1):g}" for number in row]
    if (code, year) == ("E06999012", 2019):
        texts[8] = texts[10] = "x"
    if (code, year) == ("E06999012", 2020):
        texts[21] = "low"
    if (code, year) == ("E06999011", 2021):
        texts[4] = texts[6] = "u"
    return texts


def plans(code: str, year: int) -> list[str]:
    started = figure(code, year, 60, 900)
    again = started * figure(code, year, 12, 30) // 100
    if code == "E06999010":
        return ["Child Protection Plans which are a second or subsequent plan", "0", "0", "z"]
    hidden = (code, year) in {("E06999011", 2018), ("E06999005", 2019)}
    return [
        "Child Protection Plans which are a second or subsequent plan",
        str(started),
        "c" if hidden else str(again),
        "c" if hidden else f"{100 * again / started:.1f}",
    ]


def durations(code: str, year: int) -> list[str]:
    if code == "E06999010":
        return ["Child Protection Plans by length of time", "0", *["0", "z"] * 5]
    number = figure(code, year, 50, 700)
    parts = [number * share // 100 for share in (30, 25, 27, 13)]
    parts.append(number - sum(parts))
    cells = [text for part in parts for text in (str(part), f"{100 * part / number:.1f}")]
    if (code, year) in {("E06999001", 2018), ("E06999017", 2023)}:
        cells[6:] = ["c"] * 4
    return ["Child Protection Plans by length of time", str(number), *cells]


def referrals(code: str, year: int) -> list[str]:
    number = figure(code, year, 500, 9000)
    again = number * figure(code, year, 10, 30) // 100
    return [
        "Referrals and Re-referrals",
        str(number),
        str(again),
        f"{100 * again / number:.1f}",
        "c",
        "c",
        str(number // 4),
        f"{100 * (number // 4) / number:.1f}",
        str(number - 9),
        str(again // 2),
        "10.5",
    ]


def children_in_need(code: str, year: int) -> list[str]:
    number = figure(code, year, 300, 5000)
    stock = "u" if (code, year) == ("E06999012", 2024) else str(number)
    return [
        "Children in Need",
        str(3 * number),
        str(2 * number),
        str(number),
        str(number),
        str(number),
        str(number),
        stock,
        "c",
    ]


def population(code: str, year: int) -> list[str]:
    missing = code in {"E06999008", "E06999009"}
    return ["Children aged 0 to 17 years", "x" if missing else str(figure(code, year, 20000, 150000))]


def write_worker_changes(path: Path) -> None:
    """Two rows a place, the columns in another order, a byte-order mark."""
    rows = []
    for row in statistics([2024], "-03-31", lambda code, year: [str(figure(code, year, 100, 900))]):
        number = int(row[-1])
        some = number * 27 // 100
        hidden = row[8] == "E06999001"
        for group, count, share in (
            ("Total children", str(number), "100"),
            ("3 or more social workers during the year", str(some), f"{100 * some / number:.0f}"),
        ):
            rows.append(
                [*row[:8], row[9], row[8], "CLA on 31 March", group, "x" if hidden else count, "x" if hidden else share]
            )
    header = [*GEOGRAPHY[:8], "la_name", "new_la_code", "cla_group", "sw_stability", "number", "percentage"]
    write_table(path, header, rows, encoding="utf-8-sig")


def statistics(
    years: Sequence[int], day: str, values: Callable[[str, int], list[str]], joint: bool = False
) -> Iterator[list[str]]:
    """Rows in the publisher's order: newest year first; England, regions, then authorities."""
    for year in sorted(years, reverse=True):
        head = [str(year), "Reporting year"]
        yield [*head, "National", *ENGLAND, "", "", "", "", "", *values("E92000001", year)]
        for code, name in REGIONS.items():
            yield [*head, "Regional", *ENGLAND, code, name, "", "", "", *values(code, year)]
        places = alive(f"{year}{day}")
        codes = {place[0] for place in places}
        pairs = [pair for pair in JOINT if joint and codes.issuperset(pair)]
        for code, number, name, region in places:
            pair = next((pair for pair in pairs if code in pair), None)
            if pair and code == pair[1]:
                continue
            if pair:
                second = next(place for place in places if place[0] == pair[1])
                code, number, name = (f"{a} / {b}" for a, b in zip((code, number, name), second, strict=False))
            yield [
                *head,
                "Local authority",
                *ENGLAND,
                region,
                REGIONS[region],
                number,
                code,
                name,
                *values(code[:9], year),
            ]


def write_table(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]] | Iterator[list[str]], encoding: str = "utf-8"
) -> None:
    with open(path, "w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])


def write_neighbours(path: Path) -> None:
    today = alive("2024-12-31")
    header = [
        "old_la_code",
        "la_name",
        "region_ind",
        "region_name",
        *(column for k in range(1, 11) for column in (f"SN_{k}", f"SN_{k}P")),
    ]
    rows = []
    for k, (_, number, name, region) in enumerate(today):
        others = [today[(k + step) % len(today)][1] for step in range(1, 11)]
        closeness = ["Extremely close", *["Very close"] * 4, *["Close "] * 3, "Somewhat close", "Not close"]
        rows.append(
            [
                number,
                name,
                "1",
                REGIONS[region],
                *(cell for pair in zip(others, closeness, strict=True) for cell in pair),
            ]
        )
    write_table(path, header, rows, encoding="utf-8-sig")


def write_idaci(path: Path) -> None:
    header = [
        "Upper Tier Local Authority District code (2019)",
        "Upper Tier Local Authority District name (2019)",
        "IDACI - Average rank",
        "IDACI - Rank of average rank",
        "IDACI - Average score",
        "IDACI - Rank of average score",
        "IDACI - Proportion of LSOAs in most deprived 10% nationally",
        "IDACI - Rank of proportion of LSOAs in most deprived 10% nationally",
    ]
    write_table(
        path,
        header,
        [
            [
                code,
                name,
                f"{12000 + 500 * k}.25",
                str(k + 1),
                f"{0.1 + k / 100:.3f}",
                str(k + 1),
                f"{k / 100:.4f}",
                str(k + 1),
            ]
            for k, (code, _, name, _) in enumerate(alive("2019-04-01"))
        ],
        encoding="utf-8-sig",
    )


def write_lait(path: Path) -> None:
    """Long, all numbers of authorities in each year, `-` where there was none; national and regional rows."""
    header = [
        "Short Desc",
        "Data item",
        "Years",
        "LA and Regions",
        "Values",
        "LA Number",
        "Region",
        "gss_latest",
        "gss_all",
        "la_name_dfe",
        "value_numeric",
        "gss_source",
        "area_type",
    ]
    numbers = {place[1]: place for place in PLACES}
    rows = []
    for item, years in (("ChildPov", range(2022, 2025)), ("PriFSM", range(2017, 2025))):
        for year in years:
            living = {place[1] for place in alive(f"{year}-03-31")}
            for number, (code, _, name, region, *_) in sorted(numbers.items()):
                value = str(figure(code, year, 80, 350) / 10) if number in living and number != "983" else "-"
                rows.append([item, "", str(year), name, value, number, REGIONS[region]])
            rows += [
                [item, "", str(year), "England", "17.399999999999999", "970", ""],
                [item, "", str(year), "North East", "23.9", "980", ""],
                [item, "", str(year), "London (Inner)", "-", "987", ""],
            ]
    write_table(path, header, [[*row, *[""] * 6] for row in rows])


def write_inspections(path: Path) -> None:
    """Three sheets with two lines above each table, dates as dates, a column of links."""
    document = Document("spreadsheet")
    document.body.clear()
    document.body.append(_sheet("Cover", [["Made-up inspection outcomes"], ["Nothing here is real"]]))
    for name, header, rows in inspection_sheets():
        lines = [
            [name],
            ["This worksheet contains one table."],
            ["Web link", *header],
            *(["link", *row] for row in rows),
        ]
        document.body.append(_sheet(name, lines))
    document.save(path)


def inspection_sheets() -> list[tuple[str, list[str], list[list[object]]]]:
    """Name, heading and rows of each of the three sheets."""
    history: list[list[object]] = []
    for k, (code, _, name, region, begin, end) in enumerate(PLACES):
        if (
            begin <= "2019-05-01"
            and (not end or end > "2019-05-01")
            and not any(other[1] == PLACES[k][1] and other[4] > begin for other in PLACES)
        ):
            status = "Current" if not end else "No longer exists"
            history.append(
                [
                    code,
                    name,
                    status,
                    REGIONS[region],
                    date(2019, 5, 1 + k),
                    date(2019, 6, 20),
                    "ILACS Standard Inspection",
                    GRADES[k % 4],
                    *[GRADES[(k + j) % 4] for j in range(3)],
                    "",
                ]
            )
    for k, (code, _, name, region, _, end) in enumerate(PLACES):
        if not end:
            history.append(
                [
                    code,
                    name,
                    "Current",
                    REGIONS[region],
                    date(2023, 9, 1 + k),
                    date(2023, 11, 1),
                    "ILACS Short Inspection",
                    GRADES[(k + 1) % 3],
                    *[GRADES[(k + j) % 4] for j in range(4)],
                ]
            )
    for row in history[-2:]:
        row[4] = date(2024, 6, 3)  # in the last year, so on all three sheets
    current = [row for row in history if row[2] == "Current"]
    latest = {row[0]: row for row in sorted(current, key=lambda row: row[4])}
    last = [[row[0], row[1], row[3], row[4], row[5], *row[7:]] for row in latest.values()]
    in_year = [
        [row[0], row[1], row[3], row[4], row[5], row[6], *row[7:], ""] for row in history if row[4] >= date(2024, 4, 1)
    ]
    in_year.append(
        [
            "E06999001",
            "Northshire",
            "Northland",
            date(2024, 11, 5),
            date(2024, 12, 5),
            "ILACS Focused Visit",
            "",
            "",
            "",
            "",
            "",
            "Front door",
        ]
    )
    in_year.append(
        [
            "E06999010",
            "Islet",
            "Southland",
            date(2025, 2, 5),
            date(2025, 3, 5),
            "LA Monitoring visit",
            "",
            "",
            "",
            "",
            "",
            "Care leavers",
        ]
    )
    begin = ["Local authority area code", "Local authority name"]
    judgements = ["Overall effectiveness", *SUB_JUDGEMENTS]
    return [
        (
            "Inspections_as_at_31_March",
            [*begin, "Ofsted region", "Inspection date", "Publication date", *judgements],
            last,
        ),
        (
            "In-year_inspections",
            [
                *begin,
                "Region",
                "Inspection/Visit date",
                "Publication date",
                "Inspection/Visit type",
                *judgements,
                "Visit Theme",
            ],
            in_year,
        ),
        (
            "ILACS_inspection_history",
            [
                *begin,
                "Local authority status",
                "Ofsted region",
                "Inspection date",
                "Publication date",
                "Inspection type",
                *judgements,
            ],
            history,
        ),
    ]


def _sheet(name: str, lines: list[list[object]]) -> Table:
    table = Table(name)
    for cells in lines:
        row = Row()
        for cell in cells:
            row.append_cell(Cell(cell) if cell != "" else Cell())
        table.append_row(row)
    return table


def _statistic(
    header: list[str], years: range, day: str, values: Callable[[str, int], list[str]]
) -> Callable[[Path], None]:
    return lambda path: write_table(path, GEOGRAPHY + header, statistics(years, day, values))


WRITERS: dict[str, Callable[[Path], None]] = {
    "workforce": write_workforce,
    "subsequent-plans": _statistic(
        ["category", "CPP_start", "CPP_subsequent", "CPP_subsequent_percent"], YEARS, "-03-31", plans
    ),
    "plan-durations": _statistic(
        ["category", "CPP_At31", *(column for name in DURATIONS for column in (name, f"{name}_percent"))],
        YEARS,
        "-03-31",
        durations,
    ),
    "referrals": _statistic(
        [
            "category",
            "referral_count",
            "rereferral_count",
            "rereferral_percent",
            "no_further_action_count",
            "no_further_action_percent",
            "not_in_need_count",
            "not_in_need_percent",
            "referral_child_count",
            "rereferral_child_count",
            "rereferral_child_percent",
        ],
        YEARS,
        "-03-31",
        referrals,
    ),
    "children-in-need": _statistic(
        [
            "category",
            "Anypoint_episodes",
            "Anypoint_child",
            "Started_episodes",
            "Started_child",
            "Ended_episodes",
            "Ended_child",
            "At31_episodes",
            "awaiting_assessment",
        ],
        YEARS,
        "-03-31",
        children_in_need,
    ),
    "social-worker-changes": write_worker_changes,
    "population": _statistic(["age_group", "population_estimate"], range(2016, 2025), "-06-30", population),
    "inspections": write_inspections,
    "neighbours": write_neighbours,
    "deprivation-idaci": write_idaci,
    "deprivation-lait": write_lait,
}
