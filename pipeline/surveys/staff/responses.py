"""Answers of single respondents: an export's columns, coded by the survey's codebook.

`read_responses` is the only way in. It reads no column that the codebook leaves out, and what it returns shows nobody's
answers when it is printed: a notebook cell that ends in it leaks nothing. Every problem of the file is named at once.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from pipeline.errors import DataError
from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.private import is_label
from pipeline.surveys.staff.codebook import Grouping, StaffItem, StaffScale, StaffSurvey
from pipeline.surveys.staff.routes import mark_stopped, merged, missing_code, not_asked

NOT_STATED = "Not stated"
LIKELY_TYPO = 75  # of 100, rapidfuzz's ratio: a cell as near as this to a label is one mistyped, and can be shown
SHARED = 10  # people with the same cell: an answer on offer
MOST_SENT_AGAIN = 1 / 3  # of the rows: where so many are of somebody who has one, they are no questionnaires sent again


@dataclass(frozen=True)
class Groups:
    """Which group each respondent is in: codes (respondents,) into `labels`."""

    codes: np.ndarray
    labels: tuple[str, ...]

    def sizes(self) -> dict[str, int]:
        """How many people each group has."""
        return dict(zip(self.labels, np.bincount(self.codes, minlength=len(self.labels)).tolist(), strict=True))


@dataclass(frozen=True, repr=False)
class Responses:
    """Coded answers: codes (respondents × items, int8), 0 for the first category of the item's scale, then 1, 2, …

    A missing answer is −1 − k for the k-th of REASONS. `clusters` (respondents,) numbers the clusters from 0; `weights`
    are as given. `in_file`, `repeated`, `empty` and `set_aside` count the rows of the file, those taken out because
    somebody sent the questionnaire again, those without any answer, and those that are nobody's, such as previews;
    `unweighted` those whose weight is blank.
    """

    survey: StaffSurvey
    codes: np.ndarray
    groups: Mapping[str, Groups]
    clusters: np.ndarray | None
    weights: np.ndarray | None
    in_file: int
    repeated: int
    empty: int
    set_aside: int = 0
    unweighted: int = 0

    def __repr__(self) -> str:
        return f"<Responses of {len(self):,} people to {self.codes.shape[1]} statements; single answers are not shown>"

    def __len__(self) -> int:
        return len(self.codes)

    def item(self, item: str) -> np.ndarray:
        """The codes of one item (respondents,)."""
        return self.codes[:, [each.id for each in self.survey.items].index(item)]

    def completed(self) -> tuple[int, int]:
        """How many people answered every item, and how many stopped half-way."""
        stopped = (self.codes == missing_code("stopped")).any(axis=1)
        blank = (self.codes == missing_code("no_answer")).any(axis=1)
        return int((~stopped & ~blank).sum()), int(stopped.sum())


@dataclass
class _Problems:
    """What is wrong with the file, in the order in which it was found."""

    export: Export
    lines: list[str] = field(default_factory=list)

    def add(self, column: Column, row: int | None, found: str, expected: str, fix: str) -> None:
        place = f"column {column.position} ({column.name})"
        if row is not None:
            place = f"{self.export.row_word} {self.export.line(row)}, {place}"
        self.lines.append(f"{place}: found {found}; expected {expected}. {fix}")

    def stop(self) -> None:
        if self.lines:
            count = f"{len(self.lines)} problems" if len(self.lines) > 1 else "a problem"
            raise DataError(
                f"The answers have {count}:\n" + "\n".join(f"  - {line}" for line in self.lines), where=self.export.file
            )


def open_export(folder: Path, survey: StaffSurvey, columns: Collection[str] | None = None) -> Export:
    """Read the survey's file as its codebook says how to: all columns, or those named; without rows that are no answers."""
    given = survey.file
    export = read_export(
        folder / given.name,
        header=given.header,
        sheet=given.sheet,
        encoding=given.encoding,
        delimiter=given.delimiter,
        columns=columns,
    )
    return set_aside(export, {part.column: part.answers for part in survey.not_counted})


def set_aside(export: Export, not_counted: Mapping[str, Collection[str]]) -> Export:
    """The export without the rows that hold one of some texts in a column; DataError for a column that is not there."""
    rows = np.zeros(export.rows, dtype=bool)
    for name, texts in not_counted.items():
        column, keys = export.column(name), set(map(label_key, texts))
        rows |= np.array([label_key(text) in keys for text in column.texts])[column.codes]
    return export.without(rows)


def read_responses(folder: Path, survey: StaffSurvey) -> Responses:
    """Read and code the survey's file in `folder`.

    Raises DataError for a column that is not there, and one DataError with every answer that is not on its scale,
    every weight that is no number, and every respondent who stands twice where that is refused.
    """
    export = open_export(folder, survey, survey.columns())
    problems = _Problems(export)
    codes = np.column_stack([_asked_codes(export, item, survey, problems) for item in survey.items])
    groups = {grouping.id: _groups(export.column(grouping.column), grouping, survey) for grouping in survey.groups}
    clusters = _clusters(export.column(survey.cluster)) if survey.cluster else None
    weights, unweighted = (
        _weights(export.column(survey.weight), survey.without_weight, problems) if survey.weight else (None, 0)
    )
    keep = _kept(export, survey, problems)
    problems.stop()
    answered = ~np.isin(codes, [missing_code("no_answer"), missing_code("not_asked")]).all(axis=1)
    kept = keep & answered if weights is None else keep & answered & np.isfinite(weights)
    if kept.sum() < 2:
        raise DataError(
            "The file has too few respondents for a report.",
            where=export.file,
            found=f"{kept.sum()} with an answer",
            expected="2 or more",
            fix="Take the whole export, not a part of it.",
        )
    mark_stopped(codes, [export.column(item.column).position for item in survey.items])
    return Responses(
        survey=survey,
        codes=codes[kept],
        clusters=None if clusters is None else _renumbered(clusters[kept]),
        groups={key: Groups(each.codes[kept], each.labels) for key, each in groups.items()},
        weights=None if weights is None else weights[kept],
        in_file=export.rows + export.set_aside,
        set_aside=export.set_aside,
        repeated=int((~keep).sum()),
        empty=int((keep & ~answered).sum()),
        unweighted=unweighted,
    )


def answer_codes(scale: StaffScale, survey: StaffSurvey) -> dict[str, int]:
    """The code of every way to write an answer, by its key (see label_key): categories, then reasons, then blank."""
    keys = {label_key(text): missing_code(each.reason) for each in survey.missing for text in each.answers}
    keys = {**keys, **{label_key(text): missing_code(each.reason) for each in scale.missing for text in each.answers}}
    for code, category in enumerate(scale.categories):
        keys |= {label_key(text): code for text in (category.label, *category.answers)}
    return {**keys, "": missing_code("no_answer")}


def _asked_codes(export: Export, item: StaffItem, survey: StaffSurvey, problems: _Problems) -> np.ndarray:
    """The codes of an item (respondents,), from all columns that it stands in; a blank of who was not asked says so."""
    columns = [export.column(name) for name in item.columns]
    codes, twice = merged([_item_codes(column, item, survey, problems) for column in columns])
    if twice.any():
        problems.add(
            columns[1],
            int(np.flatnonzero(twice)[0]),
            f"an answer beside one in column {columns[0].name} ({twice.sum()} times)",
            "one answer a person to each question",
            f"If these are two questions, make two items of them: take the column out of also of {item.id}.",
        )
    if item.asked_if:
        codes[not_asked(export, item.asked_if) & (codes == missing_code("no_answer"))] = missing_code("not_asked")
    return codes


def _item_codes(column: Column, item: StaffItem, survey: StaffSurvey, problems: _Problems) -> np.ndarray:
    scale = survey.scale(item.id)
    known = answer_codes(scale, survey)
    if item.turned:
        known = {key: scale.points - 1 - code if 0 <= code < scale.points else code for key, code in known.items()}
    of_text = np.zeros(len(column.texts), dtype=np.int8)
    for number, text in enumerate(column.texts):
        key = label_key(text)
        if key in known:
            of_text[number] = known[key]
        else:
            rows = np.flatnonzero(column.codes == number)
            often = f" ({len(rows)} times)" if len(rows) > 1 else ""
            problems.add(
                column,
                int(rows[0]),
                _described(text, scale, len(rows)) + often,
                "one of " + ", ".join(category.label for category in scale.categories),
                f"Add it to the answers of a category of the scale {scale.id} or to missing in survey.yaml, "
                "or correct the file.",
            )
    return of_text[column.codes]


def _described(text: str, scale: StaffScale, people: int) -> str:
    """A cell that is not on the scale: shown where it is clearly a label mistyped, or where so many have it that it is no
    remark of somebody's; else not, for it may say anything.
    """
    labels = [label for category in scale.categories for label in (category.label, *category.answers)]
    nearest = process.extractOne(text, labels, scorer=fuzz.ratio, processor=label_key)
    if nearest and nearest[1] >= LIKELY_TYPO:
        return f"{text!r}, which looks like {nearest[0]!r}"
    if people >= SHARED and is_label(text):
        return repr(text)
    if text.startswith("="):
        return "a formula"
    if "<" in text and ">" in text:
        return "text with HTML marks"
    try:
        return f"the number {float(text):g}"
    except ValueError:
        return f"a text of {len(text)} characters"


def _groups(column: Column, grouping: Grouping, survey: StaffSurvey) -> Groups:
    """Levels that differ in case alone are one; the spelling that most people have names it. Blank is "not stated"."""
    missing = {"", *(label_key(text) for each in survey.missing for text in each.answers)}
    renamed = {label_key(text): label for text, label in grouping.levels.items()}
    counts = np.bincount(column.codes, minlength=len(column.texts))
    spellings: dict[str, Counter] = {}
    for text, count in zip(column.texts, counts.tolist(), strict=True):
        key = label_key(text)
        label = NOT_STATED if key in missing else renamed.get(key, text)
        spellings.setdefault(label_key(label), Counter())[label] += count
    names = {key: max(sorted(found), key=found.__getitem__) for key, found in spellings.items()}
    labels = sorted(set(names.values()) - {NOT_STATED}) + [NOT_STATED] * (NOT_STATED in names.values())
    of_text = [
        labels.index(names[label_key(NOT_STATED if label_key(text) in missing else renamed.get(label_key(text), text))])
        for text in column.texts
    ]
    return Groups(np.array(of_text, dtype=np.int32)[column.codes], tuple(labels))


def _clusters(column: Column) -> np.ndarray:
    """A number for each respondent's cluster; somebody whose cluster is not known is one of their own."""
    keys = {key: number for number, key in enumerate(dict.fromkeys(map(label_key, column.texts)))}
    numbers = np.array([keys[label_key(text)] for text in column.texts], dtype=np.int64)[column.codes]
    blank = numbers == keys.get("", -1)
    numbers[blank] = len(keys) + np.arange(blank.sum())
    return numbers


def _renumbered(clusters: np.ndarray) -> np.ndarray:
    return np.unique(clusters, return_inverse=True)[1].astype(np.int32)


def _weights(column: Column, without: str, problems: _Problems) -> tuple[np.ndarray, int]:
    """The weights (respondents,), NaN for a row that is to be left out, and how many are blank."""
    of_text = np.zeros(len(column.texts))
    blank = np.array([not text for text in column.texts])
    for number, text in enumerate(column.texts):
        if blank[number] and without != "refuse":
            of_text[number] = 1 if without == "one" else np.nan
            continue
        try:
            of_text[number] = float(text)
        except ValueError:
            of_text[number] = np.nan
        if not (np.isfinite(of_text[number]) and of_text[number] >= 0):
            row = int(np.flatnonzero(column.codes == number)[0])
            problems.add(
                column,
                row,
                "no usable weight",
                "a number of 0 or more",
                "Correct the weight in the file"
                + (
                    "; or say in survey.yaml what becomes of a row without one (without_weight: leave_out, or one)."
                    if blank[number]
                    else "."
                ),
            )
    return of_text[column.codes], int(blank[column.codes].sum())


def _kept(export: Export, survey: StaffSurvey, problems: _Problems) -> np.ndarray:
    """Which rows stay when somebody who answered twice is counted once (respondents,)."""
    keep = np.ones(export.rows, dtype=bool)
    if not survey.respondent:
        return keep
    column = export.column(survey.respondent)
    known = np.array([bool(text) for text in column.texts])[column.codes]
    later = _seen_before(column.codes) & known
    if later.sum() >= MOST_SENT_AGAIN * export.rows:
        problems.add(
            column,
            None,
            f"{later.sum():,} of {export.rows:,} rows of respondents who have one already",
            "one row a person, or somebody's second questionnaire now and then",
            "A file with one row an answer has to be turned: a row for each respondent, a column for each question. "
            "If the column does not tell respondents apart, leave it out.",
        )
    if survey.duplicates == "refuse" and later.any():
        problems.add(
            column,
            int(np.flatnonzero(later)[0]),
            f"{later.sum()} respondents a second time",
            "each respondent once",
            "Set duplicates to first or last in survey.yaml, or correct the file.",
        )
    return keep & ~(later if survey.duplicates == "first" else _seen_before(column.codes[::-1])[::-1] & known)


def _seen_before(codes: np.ndarray) -> np.ndarray:
    """Whether the value at each place stands at an earlier place too."""
    first = np.zeros(len(codes), dtype=bool)
    first[np.unique(codes, return_index=True)[1]] = True
    return ~first


def unclaimed_columns(export: Export, survey: StaffSurvey) -> Iterator[Column]:
    """The columns of the file that the codebook neither uses nor leaves out."""
    said = {*survey.columns(), *(part.column for part in survey.left_out)}
    return (column for column in export.columns if column.name not in said)
