"""Published tables: read whatever a spreadsheet makes of them, refused where they are wrong, turned into counts."""

import itertools
import shutil

import pandas as pd
import pytest

from pipeline.errors import DataError, InfeasibleRow
from pipeline.files import write_csv
from pipeline.surveys.published import count_tables, read_answers, read_published


@pytest.fixture
def copy(folder, tmp_path):
    """A copy of the survey's folder whose managers.csv can be changed."""
    for path in folder.glob("*.csv"):
        shutil.copy(path, tmp_path)

    def changed(*replacements: tuple[str, str]):
        text = (folder / "managers.csv").read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "managers.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return changed


def refusal(folder, codebook) -> str:
    with pytest.raises(DataError) as error:
        read_published(folder, codebook)
    assert "managers.csv" in str(error.value)
    return str(error.value)


def test_all_75_rows_in_published_order(published, codebook):
    assert list(published.columns) == ["group", "item", "base", *codebook.scale.ids]
    assert [(row.group, row.item) for row in published.itertuples()] == [
        (group.id, item.id) for group in codebook.groups for item in codebook.rows(group.id)
    ]
    assert len(published) == 75


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n") + b"\r\n\r\n",
        lambda raw: raw.rstrip(b"\n"),
        lambda raw: raw.replace(b",", b" , "),
    ],
    ids=["byte-order mark", "CRLF", "both and empty lines", "no last line end", "blanks"],
)
def test_what_spreadsheets_do_to_a_file_does_no_harm(spoil, folder, copy, codebook, published):
    changed = copy()
    (changed / "managers.csv").write_bytes(spoil((folder / "managers.csv").read_bytes()))
    pd.testing.assert_frame_equal(read_published(changed, codebook), published)


def test_all_problems_of_a_file_are_named_by_line_and_column(copy, codebook):
    message = refusal(
        copy(
            ("safeguarding,61,23", "safeguarding,61,23.5"),
            ("able-to-take-up-training,148", "able,164"),
            ("equal-opportunities", "access-to-research"),
        ),
        codebook,
    )
    assert "managers.csv has 6 problems" in message
    for part in (
        "line 2, column strongly_agree: found '23.5', expected a percentage from 0 to 100, a whole number",
        "line 7, column item: found 'able', expected an item that the codebook gives to managers",
        "line 7, column base: found '164', expected a whole number from 1 to 163",
        "line 36, column item: found 'access-to-research', expected each only once",
        "no row for item able-to-take-up-training: row 6 of the published table",
        "no row for item equal-opportunities: row 35 of the published table",
        "fix:",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("item,base", "item;base", "line 1"),
        ("agree,neither", "neither,agree", "expected: item,base,strongly_agree,agree,neither"),
        (",61,23,57,7,13,0,0", ",61,23,57,7,13,0", "line 2: found 7 cells, expected 8"),
        (",61,23,57,7,13,0,0", ",61,23,57,7,13,0,0,0", "line 2: found 9 cells, expected 8"),
        (",61,23,57", ",61,23%,57", "found '23%'"),
        (",61,23,57", ",61,,57", "line 2, column strongly_agree: found ''"),
        (",61,23,57", ",61,101,57", "found '101'"),
        (",61,23,57", ",61,-23,57", "found '-23'"),
        (",61,23,57", ",0,23,57", "line 2, column base: found '0'"),
        (",61,23,57", ",61,２３,57", "found '２３'"),
    ],
)
def test_a_single_fault_is_named(old, new, said, copy, codebook):
    assert said in refusal(copy((old, new)), codebook)


def test_a_missing_an_empty_and_a_foreign_file_are_refused(copy, codebook):
    path = copy() / "managers.csv"
    for content in (b"", b"item\xff"):
        path.write_bytes(content)
        refusal(path.parent, codebook)
    path.unlink()
    assert "missing" in refusal(path.parent, codebook)


def test_a_row_that_no_counts_give_is_named_with_its_cells(copy, codebook):
    folder = copy(("able-to-take-up-training,148,27,57,7,7,1,0", "able-to-take-up-training,148,27,59,9,9,1,0"))
    with pytest.raises(InfeasibleRow) as error:
        count_tables(read_published(folder, codebook), codebook)
    for part in ("managers.csv, item able-to-take-up-training", "strongly_agree 27, agree 59, neither 9", "fix:"):
        assert part in str(error.value)


def test_a_cell_that_cannot_come_from_its_base_is_named(copy, codebook):
    folder = copy(("safeguarding,61,23,57", "safeguarding,61,24,57"))
    with pytest.raises(InfeasibleRow, match="(?s)induction-covered-safeguarding.*strongly_agree 24 cannot come from"):
        count_tables(read_published(folder, codebook), codebook)


def test_the_canonical_tables(published, codebook, answers):
    rows = count_tables(published, codebook)[1]
    assert list(answers.columns) == ["item", "group", "category", "percent", "base", "count_low", "count_high", "count"]
    assert list(rows.columns) == ["item", "group", "base", "percent_total", "feasible_tables"]
    assert (len(answers), len(rows)) == (450, 75)
    assert not answers.duplicated(["item", "group", "category"]).any()
    assert (
        answers.groupby(["item", "group"])["count"].sum() == answers.groupby(["item", "group"])["base"].first()
    ).all()
    assert answers[["count_low", "count", "count_high"]].diff(axis=1).iloc[:, 1:].ge(0).all(axis=None)
    assert (rows["percent_total"] != 100).sum() == 29
    assert all(type(tables) is int and tables >= 1 for tables in rows["feasible_tables"])


def test_a_small_row_agrees_with_trying_every_count(published, codebook, answers):
    """The row on managers' first caseloads (base 63), by brute force over all counts that could round to its cells."""
    percentages, base = (16, 60, 14, 5, 5, 0), 63
    near = [[c for c in range(base + 1) if (200 * c + base) // (2 * base) == p] for p in percentages]
    tables = [counts for counts in itertools.product(*near) if sum(counts) == base]
    rows = count_tables(published, codebook)[1].set_index(["item", "group"])
    cells = answers.query("item == 'caseload-managed-when-new' and group == 'managers'")
    assert tuple(cells["percent"]) == percentages
    assert rows.loc[("caseload-managed-when-new", "managers"), "feasible_tables"] == len(tables)
    assert list(zip(cells["count_low"], cells["count_high"], strict=True)) == [
        (min(c), max(c)) for c in zip(*tables, strict=True)
    ]


def test_rounding_down_cannot_have_made_the_table(published, codebook):
    with pytest.raises(InfeasibleRow, match="rounded down"):
        count_tables(published, codebook.model_copy(update={"rounding": "down"}))


def test_answers_come_back_as_they_were_written(answers, tmp_path):
    write_csv(tmp_path / "answers.csv", answers)
    pd.testing.assert_frame_equal(read_answers(tmp_path / "answers.csv"), answers)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("percent", "101", "line 2, column percent: found '101'"),
        ("count", "many", "line 2, column count: found 'many', expected a whole number, 0 or more"),
        ("count_low", "40", "line 2: expected count_low ≤ count ≤ count_high ≤ base"),
        ("item", "", "line 2, column item: found ''"),
        ("category", "agree", "expected each only once"),
    ],
)
def test_answers_that_do_not_fit_are_refused(answers, tmp_path, column, value, said):
    spoiled = answers.astype(str)
    spoiled.loc[0, column] = value
    write_csv(tmp_path / "answers.csv", spoiled)
    with pytest.raises(DataError) as error:
        read_answers(tmp_path / "answers.csv")
    assert said in str(error.value)


def test_answers_with_another_header_are_refused(answers, tmp_path):
    write_csv(tmp_path / "answers.csv", answers.drop(columns="base"))
    with pytest.raises(DataError, match="(?s)columns.*line 1.*found:.*expected:"):
        read_answers(tmp_path / "answers.csv")


def test_answers_that_are_not_there_yet_name_the_chapter_that_makes_them(tmp_path):
    with pytest.raises(DataError, match="Run chapter 1 first: golden-thread run --stage clean-survey"):
        read_answers(tmp_path / "answers.csv")
