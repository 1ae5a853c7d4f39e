"""Downloading from a real server on this machine, taking files from a folder, and what stays when either fails."""

import gzip
import hashlib

import pytest
import yaml

from pipeline.authorities.releases.downloading import Patience, download
from pipeline.authorities.releases.fetching import Offer, address, by_hand, download_offer, look_into, take
from pipeline.authorities.releases.manifest import (
    FROM_FOLDER,
    accepted_files,
    file_hash,
    read_manifest,
    release_path,
    write_manifest,
)
from pipeline.errors import CodebookError, DataError, ParameterError
from tests.authorities.loopback import Answer, serving
from tests.authorities.made_up import FILES, OLDER_FILE

QUICK = Patience(attempts=2, backoff=0)
IN_A_HURRY = Patience(read_seconds=0.2, attempts=2, backoff=0)  # for who does not answer at all
CSV = b"a,b\n" + b"".join(b"%d,%d\n" % (number, number * number) for number in range(20_000))


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running


def yes(source, outcome):
    return True


def no(source, outcome):
    return False


def taken(folder, source, path, decide=no, url=FROM_FOLDER):
    return take(folder, source, [Offer(path, path.name, url)], decide)


def changed(path, target, old, new):
    """A copy of a file with a text replaced."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new), encoding="utf-8")
    return target


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- downloading ---


def test_a_file_is_downloaded_whole_and_nothing_stays_beside_it(service, tmp_path):
    url = service.gives("/a", Answer(CSV, headers=(("Content-Disposition", 'attachment; filename="a 2024.csv"'),)))
    seen = []
    assert download(url, tmp_path / "a.csv", lambda done, total: seen.append((done, total)), QUICK) == "a 2024.csv"
    assert contents(tmp_path) == {(tmp_path / "a.csv").relative_to(tmp_path): CSV}
    assert seen[0] == (0, len(CSV)) and seen[-1] == (len(CSV), len(CSV)) and seen == sorted(seen)


@pytest.mark.parametrize("cut", [1, 5_000, len(CSV) - 1])
def test_a_body_that_breaks_off_is_continued_where_it_stopped(service, tmp_path, cut):
    url = service.gives("/a", Answer(CSV, etag='"one"', ranges=True, cut=cut), Answer(CSV, etag='"one"', ranges=True))
    download(url, tmp_path / "a.csv", patience=QUICK)
    assert (tmp_path / "a.csv").read_bytes() == CSV
    (_, first), (_, second) = service.asked
    assert "Range" not in first and second["Range"] == f"bytes={cut}-" and second["If-Range"] == '"one"'


def test_a_later_call_continues_what_an_earlier_one_left(service, tmp_path):
    broken = Answer(CSV, etag='"one"', ranges=True, cut=7_000)
    url = service.gives("/a", broken, Answer(b"", 503))
    with pytest.raises(DataError, match="status 503"):
        download(url, tmp_path / "a.csv", patience=QUICK)
    assert not (tmp_path / "a.csv").exists() and (tmp_path / "a.csv.part").stat().st_size == 7_000
    service.gives("/a", Answer(CSV, etag='"one"', ranges=True))
    download(url, tmp_path / "a.csv", patience=QUICK)
    assert (tmp_path / "a.csv").read_bytes() == CSV and service.asked[-1][1]["Range"] == "bytes=7000-"
    assert len(contents(tmp_path)) == 1


@pytest.mark.parametrize(
    ("broken", "then"),
    [
        (Answer(CSV, cut=9_000), Answer(CSV)),  # no mark of the version, no parts
        (Answer(CSV, etag='W/"one"', ranges=True, cut=9_000), Answer(CSV, etag='W/"one"', ranges=True)),  # a weak mark
        (Answer(CSV, etag='"one"', ranges=True, cut=9_000), Answer(CSV, etag='"one"')),  # parts are not served any more
        (
            Answer(CSV[::-1], etag='"one"', ranges=True, cut=9_000),
            Answer(CSV, etag='"two"', ranges=True),
        ),  # a new release
        (Answer(CSV + b"9,9\n", etag='"one"', cut=len(CSV)), Answer(CSV, etag='"one"', ranges=True)),  # 416
        (Answer(CSV, etag='"one"', cut=9_000), Answer(CSV, etag='"one"', status=206)),  # a part that was not asked for
    ],
)
def test_where_it_cannot_be_continued_it_is_begun_again(service, tmp_path, broken, then):
    url = service.gives("/a", broken, then, *([Answer(CSV)] if then.status == 206 else []))
    download(url, tmp_path / "a.csv", patience=QUICK)
    assert contents(tmp_path) == {(tmp_path / "a.csv").relative_to(tmp_path): CSV}


def test_a_part_of_another_address_is_not_continued(service, tmp_path):
    first = service.gives("/a", Answer(b"x" * 100, etag='"one"', ranges=True, cut=50), Answer(status=500))
    with pytest.raises(DataError, match="status 500"):
        download(first, tmp_path / "a.csv", patience=QUICK)
    download(service.gives("/b", Answer(CSV, etag='"one"', ranges=True)), tmp_path / "a.csv", patience=QUICK)
    assert (tmp_path / "a.csv").read_bytes() == CSV


def test_a_packed_file_is_unpacked_also_after_a_break(service, tmp_path):
    packed = gzip.compress(CSV)
    answer = Answer(packed, etag='"one"', ranges=True, headers=(("Content-Encoding", "gzip"),))
    url = service.gives("/a", Answer(packed, etag='"one"', ranges=True, cut=3_000, headers=answer.headers), answer)
    download(url, tmp_path / "a.csv", patience=QUICK)
    assert (tmp_path / "a.csv").read_bytes() == CSV
    assert service.asked[0][1]["Accept-Encoding"] == "gzip" and service.asked[1][1]["Range"] == "bytes=3000-"


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([Answer(b"", 500), Answer(CSV)], 2),
        ([Answer(b"", 503), Answer(b"", 502), Answer(CSV)], 3),
        ([Answer(CSV, cut=10, stall=True), Answer(CSV)], 2),
    ],
)
def test_what_passes_is_tried_again(service, tmp_path, answers, asked):
    patience = IN_A_HURRY if any(answer.stall for answer in answers) else QUICK
    download(service.gives("/a", *answers), tmp_path / "a.csv", patience=patience)
    assert (tmp_path / "a.csv").read_bytes() == CSV and len(service.asked) == asked


@pytest.mark.parametrize(
    ("answer", "found", "asked"),
    [
        (Answer(b"", 500), "status 500", 3),
        (Answer(b"", 404), "status 404", 1),
        (Answer(b"", 403), "status 403", 1),
        (Answer(b"<html>Sorry</html>", kind="text/html; charset=utf-8"), "text/html", 1),
        (Answer(b'{"title": "Sorry"}', kind="application/json"), "application/json", 1),
        (Answer(CSV, headers=(("Content-Encoding", "br"),)), "br", 1),
        (Answer(b""), "0 bytes", 1),
        (Answer(b"no gzip", headers=(("Content-Encoding", "gzip"),)), "7 bytes", 1),
        (Answer(gzip.compress(CSV)[:-9], headers=(("Content-Encoding", "gzip"),)), "damaged", 1),
        (Answer(CSV, cut=10, stall=True), "no answer in time", 3),
        (Answer(CSV, cut=10), "broke off", 3),
    ],
)
def test_what_does_not_pass_is_one_clear_message_and_no_file(service, tmp_path, answer, found, asked):
    url = service.gives("/a", answer)
    with pytest.raises(DataError) as error:
        download(url, tmp_path / "a.csv", patience=IN_A_HURRY if answer.stall else QUICK)
    assert found in str(error.value) and url in str(error.value)
    assert not (tmp_path / "a.csv").exists() and len(service.asked) == asked


def test_a_service_that_does_not_answer_at_all(tmp_path):
    with serving() as gone:
        url = gone.base + "/a"
    with pytest.raises(DataError, match="no connection to the service"):
        download(url, tmp_path / "a.csv", patience=QUICK)
    with serving() as silent:
        url = silent.gives("/a", Answer(status=100, stall=True))  # never comes to an answer
        with pytest.raises(DataError, match="no answer in time"):
            download(url, tmp_path / "a.csv", patience=IN_A_HURRY)
        assert len(silent.asked) == 3


def test_a_download_without_end_is_stopped(service, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.authorities.releases.downloading.MOST_BYTES", 100_000)
    with pytest.raises(DataError, match="too large"):
        download(service.gives("/a", Answer(CSV + CSV, length=False)), tmp_path / "a.csv", patience=QUICK)
    packed = gzip.compress(b"0" * 200_000)
    with pytest.raises(DataError, match="unpacks to too much"):
        download(
            service.gives("/b", Answer(packed, headers=(("Content-Encoding", "gzip"),))),
            tmp_path / "b.csv",
            patience=QUICK,
        )
    assert not (tmp_path / "a.csv").exists() and not (tmp_path / "b.csv").exists()


# --- from the service into the folder ---


def test_from_the_service_to_the_manifest(service, tmp_path, catalogue, made_up):
    source = catalogue.source("referrals").model_copy(update={"data_set": "00000000-0000-4000-8000-000000000001"})
    body = (made_up / FILES["referrals"]).read_bytes()
    service.gives(
        f"/v1/data-sets/{source.data_set}/csv", Answer(gzip.compress(body), headers=(("Content-Encoding", "gzip"),))
    )
    offer = download_offer(tmp_path, source, address(source, catalogue, service.base + "/"), patience=QUICK)
    [outcome] = take(tmp_path, source, [offer], no)
    assert outcome.state == "accepted" and not outcome.known
    entry = read_manifest(tmp_path).sources["referrals"]
    assert entry.name == "referrals.csv" and entry.url == f"{service.base}/v1/data-sets/{source.data_set}/csv"
    assert entry.sha256 == hashlib.sha256(body).hexdigest() and entry.bytes == len(body)
    assert entry.rows == body.count(b"\n") - 1 and entry.years[-1] == 2024 and entry.layout == "current"
    assert accepted_files(tmp_path, check=True)["referrals"].read_bytes() == body
    assert {path.name for path in contents(tmp_path)} == {"manifest.yaml", "referrals.csv"}


@pytest.mark.parametrize(
    ("proposed", "name"),
    [
        ("csww_indicators_2030.csv", "csww_indicators_2030.csv"),
        ("../csww_indicators_2030.csv", "workforce.csv"),
        ("csww_indicators_/../../up.csv", "workforce.csv"),
        ("manifest.yaml", "workforce.csv"),
        ("", "workforce.csv"),
    ],
)
def test_a_name_that_the_service_proposes_is_used_only_if_it_is_one_of_the_data_set(
    service, tmp_path, catalogue, proposed, name
):
    url = service.gives("/a", Answer(CSV, headers=(("Content-Disposition", f'attachment; filename="{proposed}"'),)))
    assert download_offer(tmp_path, catalogue.source("workforce"), url, patience=QUICK).name == name


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("turnover_rate_fte,", "turnover_fte_rate,", "turnover_fte_rate"),  # a schema that nobody knows
        ("time_period,", "period,", "no column 'time_period'"),
        ("agency_fte,", "leavers_fte,", "stands twice"),
        ("2024,Reporting year,National", "24,Reporting year,National", "'24'"),
        ("2024,Reporting year,National", "202324,Reporting year,National", "202324"),
        ("2024,Reporting year,National,", "2024,Reporting year,National,,", "cells"),
        ("National,E92000001", '"National,E92000001', "line 2"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_replaces_nothing(tmp_path, catalogue, made_up, old, new, found):
    source = catalogue.source("workforce")
    taken(tmp_path / "raw", source, made_up / FILES["workforce"])
    before = contents(tmp_path / "raw")
    broken = changed(made_up / FILES["workforce"], tmp_path / "csww_indicators_2017_to_2025.csv", old, new)
    with pytest.raises(DataError) as error:
        taken(tmp_path / "raw", source, broken, yes)
    assert found in str(error.value) and "csww_indicators_2017_to_2025.csv" in str(error.value)
    assert contents(tmp_path / "raw") == before


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><p>Sorry", "web page"),
        (b"PK\x03\x04", "ZIP"),
        (b"time_period\n\xff\xfe", "UTF-8"),
    ],
)
def test_other_files_under_the_right_name(tmp_path, catalogue, body, found):
    (tmp_path / "csww_indicators_1.csv").write_bytes(body)
    with pytest.raises(DataError, match=found):
        taken(tmp_path / "raw", catalogue.source("workforce"), tmp_path / "csww_indicators_1.csv")
    assert not (tmp_path / "raw").exists()


def test_headings_without_rows_are_no_release(tmp_path, catalogue, made_up):
    header = (made_up / FILES["population"]).read_text(encoding="utf-8").split("\n")[0]
    (tmp_path / "population.csv").write_text(header + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no row"):
        taken(tmp_path / "raw", catalogue.source("population"), tmp_path / "population.csv")


# --- from a folder ---


def test_all_made_up_files_are_taken_from_a_folder(tmp_path, catalogue, made_up):
    found = look_into(made_up, catalogue)
    assert set(found.offers) == set(FILES) and found.left == ()
    for source_id, offers in found.offers.items():
        states = [outcome.state for outcome in take(tmp_path, catalogue.source(source_id), offers, no)]
        assert states == (["accepted", "older"] if source_id == "workforce" else ["accepted"])
    for source_id, path in accepted_files(tmp_path, check=True).items():
        assert path.name == FILES[source_id] and path.read_bytes() == (made_up / FILES[source_id]).read_bytes()
    workforce = read_manifest(tmp_path).sources["workforce"]
    assert [each.name for each in workforce.older] == [OLDER_FILE] and workforce.older[0].layout == "headline-measures"
    before = contents(tmp_path)
    for source_id, offers in found.offers.items():
        assert {outcome.state for outcome in take(tmp_path, catalogue.source(source_id), offers, yes)} == {"unchanged"}
    assert contents(tmp_path) == before


def test_what_a_folder_has_besides_is_told(tmp_path, catalogue, made_up):
    for name in ("holiday.jpg", ".hidden", "statistics.zip"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "csww_indicators_folder.csv").mkdir()
    (tmp_path / FILES["neighbours"]).write_bytes((made_up / FILES["neighbours"]).read_bytes())
    (tmp_path / FILES["referrals"]).symlink_to(made_up / FILES["referrals"])
    found = look_into(tmp_path, catalogue)
    assert set(found.offers) == {"neighbours"}
    assert [name for name, _ in found.left] == [
        FILES["referrals"],
        "csww_indicators_folder.csv",
        "holiday.jpg",
        "statistics.zip",
    ]
    assert "symbolic link" in dict(found.left)[FILES["referrals"]]


def test_a_folder_without_a_known_file_is_a_mistake(tmp_path, catalogue):
    with pytest.raises(ParameterError, match="cannot be read"):
        look_into(tmp_path / "nowhere", catalogue)
    with pytest.raises(DataError, match="no file of a known data set") as error:
        look_into(tmp_path, catalogue)
    assert "nothing" in str(error.value) and "csww_indicators_*.csv" in str(error.value)


# --- a new release beside an old one ---


def test_a_new_release_waits_until_it_is_accepted(tmp_path, catalogue, made_up):
    source, first = catalogue.source("referrals"), made_up / FILES["referrals"]
    taken(tmp_path / "raw", source, first)
    before = contents(tmp_path / "raw")
    second = changed(
        first,
        tmp_path / "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv",
        "2024,Reporting year",
        "2025,Reporting year",
    )
    [outcome] = taken(tmp_path / "raw", source, second)
    assert outcome.state == "waiting" and outcome.changes.years_added == (2025,) and outcome.report.is_file()
    left = contents(tmp_path / "raw")
    del left[outcome.report.relative_to(tmp_path / "raw")]
    assert left == before
    [outcome] = taken(tmp_path / "raw", source, second, yes)
    assert outcome.state == "accepted" and accepted_files(tmp_path / "raw")["referrals"].name == second.name
    assert [each.name for each in read_manifest(tmp_path / "raw").sources["referrals"].older] == [first.name]
    assert (tmp_path / "raw" / "referrals" / first.name).read_bytes() == first.read_bytes()
    [outcome] = taken(tmp_path / "raw", source, first, yes)  # the older one does not come back by itself
    assert outcome.state == "older" and accepted_files(tmp_path / "raw")["referrals"].name == second.name


def test_a_release_of_the_same_name_does_not_overwrite_the_one_before(tmp_path, catalogue, made_up):
    source, first = catalogue.source("referrals"), made_up / FILES["referrals"]
    taken(tmp_path / "raw", source, first)
    (tmp_path / "new").mkdir()
    second = changed(first, tmp_path / "new" / first.name, "Northshire", "Northernshire")
    taken(tmp_path / "raw", source, second, yes)
    entry = read_manifest(tmp_path / "raw").sources["referrals"]
    assert entry.name == f"{first.stem}-{file_hash(second)[:8]}.csv" and entry.older[0].name == first.name
    assert release_path(tmp_path / "raw", "referrals", entry).read_bytes() == second.read_bytes()
    assert release_path(tmp_path / "raw", "referrals", entry.older[0]).read_bytes() == first.read_bytes()
    [back] = taken(tmp_path / "raw", source, first, yes)  # same years: whoever accepts decides
    entry = read_manifest(tmp_path / "raw").sources["referrals"]
    assert back.state == "accepted" and entry.name == first.name and len(entry.older) == 1


def test_what_was_decided_about_is_not_proposed_again_while_the_file_in_use_lies_beside_it(
    tmp_path, catalogue, made_up
):
    source, first = catalogue.source("referrals"), made_up / FILES["referrals"]
    second = changed(
        first, tmp_path / "c1_children_in_need_referrals_and_rereferrals.csv", "Northshire", "Northernshire"
    )
    both = [Offer(path, path.name, FROM_FOLDER) for path in (first, second)]
    taken(tmp_path / "raw", source, first)
    assert {each.state for each in take(tmp_path / "raw", source, both, yes)} == {"accepted", "unchanged"}
    before = contents(tmp_path / "raw")
    for offers in (both, both[::-1]):
        assert [each.state for each in take(tmp_path / "raw", source, offers, yes)] == ["unchanged"] * 2
    assert contents(tmp_path / "raw") == before
    assert accepted_files(tmp_path / "raw")["referrals"].read_bytes() == second.read_bytes()


def test_an_older_release_comes_after_the_newer_one_and_the_other_way_round(tmp_path, catalogue, made_up):
    source, new, old = catalogue.source("workforce"), made_up / FILES["workforce"], made_up / OLDER_FILE
    taken(tmp_path / "a", source, new)
    [outcome] = taken(tmp_path / "a", source, old, no)
    assert outcome.state == "older" and outcome.changes.years_added == (2023, 2024)
    taken(tmp_path / "b", source, old)
    [outcome] = taken(tmp_path / "b", source, new, yes)
    assert outcome.state == "accepted" and outcome.changes.years_added == (2023, 2024)
    assert [each.name for each in read_manifest(tmp_path / "b").sources["workforce"].older] == [old.name]


def test_a_service_that_goes_back_to_an_older_release_is_asked_about(tmp_path, catalogue, made_up):
    source = catalogue.source("workforce")
    taken(tmp_path / "raw", source, made_up / FILES["workforce"])
    copy = tmp_path / "download.csv"
    copy.write_bytes((made_up / OLDER_FILE).read_bytes())
    [outcome] = taken(tmp_path / "raw", source, copy, no, url="http://127.0.0.1/csv")
    assert outcome.state == "waiting" and outcome.changes.years_removed == (2023, 2024)
    assert not copy.exists()  # a download does not stay


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_file_in_use_that_was_harmed_is_seen_and_fetched_afresh(tmp_path, catalogue, made_up, harm):
    source, path = catalogue.source("referrals"), made_up / FILES["referrals"]
    taken(tmp_path, source, path)
    used = accepted_files(tmp_path)["referrals"]
    if harm == "gone":
        used.unlink()
        with pytest.raises(DataError, match="gone"):
            accepted_files(tmp_path)
    else:
        used.write_text("x", encoding="utf-8")
        assert accepted_files(tmp_path)["referrals"] == used
        with pytest.raises(DataError, match="changed since"):
            accepted_files(tmp_path, check=True)
    [outcome] = taken(tmp_path, source, path)
    assert outcome.state == "accepted"
    assert accepted_files(tmp_path, check=True)["referrals"].read_bytes() == path.read_bytes()


def test_no_file_is_in_use_where_the_manifest_could_not_be_written(tmp_path, catalogue, made_up, monkeypatch):
    def full(folder, manifest):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.authorities.releases.fetching.write_manifest", full)
        with pytest.raises(OSError, match="No space"):
            taken(tmp_path, catalogue.source("referrals"), made_up / FILES["referrals"])
    assert accepted_files(tmp_path) == {}
    [outcome] = taken(tmp_path, catalogue.source("referrals"), made_up / FILES["referrals"])
    assert outcome.state == "accepted"


def test_the_manifest_is_the_same_when_written_again_and_refused_when_it_does_not_fit(tmp_path, catalogue, made_up):
    taken(tmp_path, catalogue.source("referrals"), made_up / FILES["referrals"])
    text = (tmp_path / "manifest.yaml").read_text(encoding="utf-8")
    write_manifest(tmp_path, read_manifest(tmp_path))
    assert (tmp_path / "manifest.yaml").read_text(encoding="utf-8") == text
    content = yaml.safe_load(text)
    content["sources"]["referrals"] |= {"name": "../elsewhere.csv", "rows": 0}
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(CodebookError, match="2 problems"):
        accepted_files(tmp_path)


def test_how_to_get_a_data_set_by_hand(catalogue):
    assert "identifier in sources.yaml" in by_hand(catalogue.source("workforce"))
    assert by_hand(catalogue.source("inspections")).startswith("Download the file by hand from https://www.gov.uk/")
    with pytest.raises(ParameterError, match="identifier"):
        address(catalogue.source("inspections"), catalogue)
