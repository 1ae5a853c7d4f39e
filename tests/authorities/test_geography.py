"""The lineage of codes: each event's policy, chains of events, joint returns, and files that it does not explain."""

import json

import pytest
import yaml

from pipeline.authorities.panel.bridging import units_of_today
from pipeline.authorities.panel.geography import Lineage, bridge, members, read_lineage, unit_id
from pipeline.authorities.panel.places import code_by_number, place, refuse_unexplained, register
from pipeline.authorities.panel.published_file import read_published
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.errors import CodebookError, DataError
from tests.authorities import made_up

CATALOGUE = read_catalogue()
OURS = Lineage.model_validate(yaml.safe_load(json.dumps(made_up.LINEAGE)))
TWIN, SOUTH = "E06999002+E06999003", "E06999017+E06999018"
TODAY = {"E06999001", TWIN, "E06999014", "E06999015", SOUTH, "E06999028", "E06999029"}


def placed(tmp_path, source, **changes):
    path = made_up.write_files(tmp_path, [source])[source]
    return place(read_published(path, CATALOGUE.source(source)), changes.get("lineage", OURS))


@pytest.mark.parametrize(
    ("unit", "policy", "into"),
    [
        ("E06999001", "", "E06999001"),
        ("E06999004", "recode", "E06999014"),
        ("E06999005", "aggregate", "E06999015"),
        ("E10999007", "recode", SOUTH),
        ("E06999017", "aggregate", SOUTH),
        ("E06999003", "aggregate", TWIN),
        ("E06999008", "exclude", ""),
        (TWIN, "", TWIN),
    ],
)
def test_each_kind_of_event(unit, policy, into):
    found = bridge(OURS, unit, TODAY)
    assert (found.policy, found.into) == (policy, into)
    assert bool(found.note) == (policy != "")


def test_a_sum_says_which_parts_it_needs():
    merged = bridge(OURS, "E06999006", TODAY)
    assert (merged.part, merged.parts) == ("E06999006", ("E06999005", "E06999006"))
    assert bridge(OURS, "E06999003", TODAY).parts == ("E06999002", "E06999003")


def test_a_split_without_a_joint_return_is_left_out():
    assert bridge(OURS, "E10999007", TODAY - {SOUTH} | {"E06999017", "E06999018"}).policy == "exclude"


def chain(*events, joint=()):
    return Lineage.model_validate(
        {
            "events": [
                {"date": day, "kind": kind, "from": before, "to": to, "policy": policy, "note": f"{kind} {day}"}
                for day, kind, before, to, policy in events
            ],
            "joint_returns": list(joint),
        }
    )


A, B, C, D, E = (f"E0699910{k}" for k in range(5))


def test_chains_of_events_are_followed_to_the_end():
    twice = chain(("2015-04-01", "recode", [A], [B], "carry"), ("2019-04-01", "recode", [B], [C], "carry"))
    assert bridge(twice, A, {C}).into == C
    assert bridge(twice, A, {C}).note == "recode 2015-04-01 recode 2019-04-01"
    merged = chain(
        ("2015-04-01", "recode", [A], [B], "carry"),
        ("2019-04-01", "merge", [B, C], [D], "aggregate"),
        ("2021-04-01", "recode", [D], [E], "carry"),
    )
    found = bridge(merged, A, {E})
    assert (found.policy, found.into, found.part, found.parts) == ("aggregate", E, B, (B, C))
    broken = chain(("2015-04-01", "recode", [A], [B], "carry"), ("2019-04-01", "boundary", [B], [C], "exclude"))
    assert bridge(broken, A, {C}).policy == "exclude"


def test_what_would_be_added_up_twice_is_left_out():
    lineage = chain(
        ("2015-04-01", "merge", [A, B], [C], "aggregate"), ("2019-04-01", "merge", [C, D], [E], "aggregate")
    )
    assert bridge(lineage, A, {E}).policy == "exclude" and bridge(lineage, C, {E}).policy == "aggregate"
    joint = chain(
        ("2015-04-01", "merge", [A, B], [C], "aggregate"),
        joint=[{"members": [C, D], "since": "2016-04-01", "sources": ["workforce"], "note": "One service."}],
    )
    assert bridge(joint, A, {unit_id([C, D])}).policy == "exclude"
    assert bridge(joint, D, {unit_id([C, D])}).policy == "aggregate"


def test_a_code_that_is_newer_than_the_panel_goes_back():
    lineage = chain(("2025-04-01", "recode", [A], [B], "carry"), ("2026-04-01", "split", [C], [D, E], "exclude"))
    assert bridge(lineage, B, {A}).into == A
    assert bridge(lineage, D, {C}).policy == "exclude"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "split"}, "a split has one before, several after, and the policy exclude"),
        ({"kind": "recode", "from": [A]}, "a recode has one before, one after, and the policy carry"),
        ({"from": ["E6999"]}, "from"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_events_that_cannot_be_are_refused(tmp_path, changes, words):
    event = {"date": "2020-04-01", "kind": "merge", "from": [A, B], "to": [C], "policy": "aggregate", "note": "Merged."}
    (tmp_path / "lineage.yaml").write_text(yaml.safe_dump({"events": [{**event, **changes}]}))
    with pytest.raises(CodebookError, match=words):
        read_lineage(tmp_path / "lineage.yaml")


def test_order_and_repetition_are_checked_together(tmp_path):
    event = {"kind": "recode", "to": [C], "policy": "carry", "note": "New code."}
    (tmp_path / "lineage.yaml").write_text(
        yaml.safe_dump(
            {"events": [{**event, "date": "2020-04-01", "from": [A]}, {**event, "date": "2019-04-01", "from": [A]}]}
        )
    )
    with pytest.raises(CodebookError) as error:
        read_lineage(tmp_path / "lineage.yaml")
    for words in (f"{A} ends twice", f"{C} begins twice", "order of their dates"):
        assert words in str(error.value)


def test_rows_get_their_unit_and_a_joint_return_is_one(tmp_path):
    file = placed(tmp_path, "workforce")
    joint = file.places[file.places["level"] == "joint"]
    assert set(joint["unit"]) == {TWIN, SOUTH} and (joint["status"] == "joint").all()
    assert joint.groupby("unit")["year"].agg(list).to_dict() == {
        TWIN: list(range(2024, 2016, -1)),
        SOUTH: list(range(2024, 2019, -1)),
    }
    england = file.places[file.places["level"] == "england"]
    assert (england["unit"] == "E92000001").all() and len(england) == 8


def test_an_older_release_prints_a_joint_return_under_its_first_member(tmp_path):
    made_up.write_files(tmp_path, ["workforce"], older=True)
    source = CATALOGUE.source("workforce")
    new = place(read_published(tmp_path / made_up.FILES["workforce"], source), OURS).places
    old = place(read_published(tmp_path / made_up.OLDER_FILE, source), OURS).places
    key = ["unit", "year", "level"]
    assert sorted(old.loc[old["status"] != "excluded", key].itertuples(index=False, name=None)) == sorted(
        new.loc[new["year"] <= 2022, key].itertuples(index=False, name=None)
    )
    empty = old[old["status"] == "excluded"]
    assert set(empty["unit"]) == {"E06999003", "E06999018"} and set(empty["year"]) == {2021, 2022}
    refuse_unexplained([place(read_published(tmp_path / made_up.OLDER_FILE, source), OURS)], OURS)


def test_members_that_report_singly_stay_two_authorities(tmp_path):
    def two_rows(text):  # the other member has figures of its own in 2021 and 2022
        return text.replace(",".join(["z"] * len(made_up.OLDER)), ",".join(["1"] * len(made_up.OLDER)))

    made_up.write_files(tmp_path, [], older=True)
    path = tmp_path / made_up.OLDER_FILE
    path.write_text(two_rows(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
    places = place(read_published(path, CATALOGUE.source("workforce")), OURS).places
    late = places[(places["year"] >= 2021) & places["unit"].isin(TWIN.split("+"))]
    assert len(late) == 4 and (late["status"] == "used").all()
    assert set(places.loc[places["unit"] == TWIN, "year"]) == {2017, 2018, 2019, 2020}


def test_a_joint_return_that_nobody_listed_is_refused(tmp_path):
    none = Lineage.model_validate(
        {**made_up.LINEAGE, "joint_returns": []} | {"events": OURS.model_dump(by_alias=True)["events"]}
    )
    with pytest.raises(DataError, match=r"(?s)not in lineage.yaml.*line \d+, column new_la_code.*E06999002\+E06999003"):
        placed(tmp_path, "workforce", lineage=none)


def test_codes_that_come_or_go_without_an_event_are_named_with_their_lines(tmp_path):
    file = placed(tmp_path, "population")
    refuse_unexplained([file], OURS)
    fewer = Lineage.model_validate(
        {"events": [event for event in OURS.model_dump(by_alias=True)["events"] if event["kind"] != "recode"]}
    )
    with pytest.raises(DataError) as error:
        refuse_unexplained([file], fewer)
    lines = {code: file.places.index[file.places["unit"] == code] for code in ("E06999004", "E06999014")}
    for words in (
        f"line {lines['E06999004'][0]}, column new_la_code: E06999004 (Westmoor) is not there after 2019",
        f"line {lines['E06999014'][-1]}, column new_la_code: E06999014 (Westmoor) is not there before 2020",
        "2 codes",
    ):
        assert words in str(error.value)


def test_the_register_has_every_unit_once_and_todays_are_those_without_a_successor(tmp_path):
    files = [placed(tmp_path, source) for source in ("workforce", "population")]
    units = register(files)
    assert units["unit"].is_unique
    assert set(units.loc[units["level"] == "authority", "unit"]) == {code for code, *_ in made_up.PLACES}
    today = units_of_today(units, OURS)
    assert set(today) == {
        TWIN,
        SOUTH,
        "E06999001",
        "E06999010",
        "E06999011",
        "E06999012",
        "E06999014",
        "E06999015",
        "E06999028",
        "E06999029",
    }
    assert {member for unit in today for member in members(unit)} == {
        code for code, _, _, _, _, end in made_up.PLACES if not end
    }  # everybody once
    row = units.set_index("unit").loc[TWIN]
    assert (row["name"], row["old_code"], row["members"]) == ("Twinford / Twinham", "991 / 992", "E06999002 E06999003")
    assert code_by_number(units, OURS)["993"] == ("E06999004", "E06999014")


def test_one_code_with_two_numbers_in_two_files_is_refused(tmp_path):
    one = placed(tmp_path, "population")
    path = made_up.write_files(tmp_path / "b", ["referrals"])["referrals"]
    path.write_text(path.read_text(encoding="utf-8").replace(",990,E06999001,", ",909,E06999001,"), encoding="utf-8")
    other = place(read_published(path, CATALOGUE.source("referrals")), OURS)
    with pytest.raises(DataError, match=r"(?s)two numbers.*line \d+; .*line \d+.*E06999001 with"):
        register([one, other])


def test_our_own_lineage_reads_and_its_codes_are_upper_tier():
    lineage = read_lineage()
    assert all(event.note.endswith(".") for event in lineage.events)
    assert bridge(lineage, "E10000021", {"E06000061+E06000062"}).policy == "recode"
    assert bridge(lineage, "E06000028", {"E06000058"}).policy == "exclude"
    assert bridge(lineage, "E08000016", {"E08000016"}).policy == ""
    assert bridge(lineage, "E08000038", {"E08000016"}).into == "E08000016"
