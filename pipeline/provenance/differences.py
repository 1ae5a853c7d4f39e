"""What changed between two runs of the reports, for a reader: sentences, verdicts, tables, charts, and why.

Only what was published is compared. Of a council's own survey it is told that its report changed and which tables did,
never a row or a cell: each version was protected by itself, and their difference could give away what both hide. Where
one person joined or left between two exports, every cell that is open in both versions moves by that person's answer,
and a sum less the other cells can open one that is not. The tables' names say no more than that the data changed.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.provenance.causes import Causes, find_causes
from pipeline.provenance.key_results import DECLARED, declared_results, published_by
from pipeline.provenance.report_tables import Changed, Table, changed, read_tables
from pipeline.provenance.runs import Run
from pipeline.provenance.sentences import Reworded, reworded, sentences, texts

JUDGED = {  # the tables that hold verdicts: the column of what is judged, and what each column of verdicts is about
    "claims": ("claim", {"verdict": ""}),
    "national-claims": ("claim", {"verdict": ""}),
    "evidence-grades": ("title", {"grade_any": "confidence, any result", "grade_children": "confidence, for children"}),
}


@dataclass(frozen=True)
class Verdict:
    """A verdict that changed; `was` or `now` is empty where what is judged is new or gone."""

    about: str
    was: str
    now: str


@dataclass(frozen=True)
class Survey:
    """A council's survey whose report changed: the names of the tables that are not the same."""

    name: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """All that differs between two runs. `files` are the others of the site whose bytes differ."""

    was: str
    now: str
    results: tuple[tuple[str, str, str], ...]
    sentences: tuple[Reworded, ...]
    verdicts: tuple[Verdict, ...]
    tables: tuple[Changed, ...]
    charts: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    surveys: tuple[Survey, ...]
    files: tuple[str, ...]
    causes: Causes

    @property
    def cells(self) -> int:
        return sum(len(table.cells) for table in self.tables)

    @property
    def rows(self) -> int:
        return sum(len(table.new_rows) + len(table.gone_rows) for table in self.tables)


def compare(root: Path, was: Run, now: Run) -> Differences:
    """What changed from `was` to `now`. `root` is the project that both are runs of."""
    before, after = texts(was.reports), texts(now.reports)
    old, new = _tables(was), _tables(now)
    both = [name for name in new if name in old and not new[name].cells.equals(old[name].cells)]
    tables = [found for name in both if (found := changed(old[name], new[name], tuple(_judged(name))))]
    told = {table.name for table in tables}
    return Differences(
        was.label,
        now.label,
        results=_results(was, now),
        sentences=tuple(_sentences(before, after)),
        verdicts=tuple(verdict for name in both for verdict in _verdicts(old[name], new[name])),
        tables=tuple(tables),
        charts=tuple(_charts(was, now)),
        new=tuple(_only_in(after, before, "the report ") + _only_in(new, old)),
        gone=tuple(_only_in(before, after, "the report ") + _only_in(old, new)),
        surveys=tuple(_surveys(was, now)),
        files=tuple(name for name in _files(was, now) if name not in told),
        causes=find_causes(root, was, now),
    )


def _only_in(these: Mapping, others: Mapping, what: str = "") -> list[str]:
    return [f"{what}{name}" for name in these if name not in others]


def _results(was: Run, now: Run) -> tuple[tuple[str, str, str], ...]:
    """The key results (as they are declared now) that differ."""
    if not (now.folder / DECLARED).is_file():
        return ()
    declared = declared_results(now.folder)
    before, after = (_shown(run.reports, declared) for run in (was, now))
    return tuple(
        (label, before.get(label, ""), after.get(label, "")) for label in after if before.get(label) != after.get(label)
    )


def _shown(reports: Path, declared: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The published text of each key result that there is."""
    shown = {}
    for notebook, labels in declared.items():
        published = published_by(reports, notebook)
        shown |= {label: str(published[name]["text"]) for name, label in labels.items() if name in published}
    return shown


def _sentences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Reworded]:
    """Of the reports that both have; pandoc reads those that differ side by side."""
    names = [name for name in after if name in before and before[name] != after[name]]
    with ThreadPoolExecutor() as side_by_side:
        read = list(side_by_side.map(sentences, [text for name in names for text in (before[name], after[name])]))
    return [each for number, name in enumerate(names) for each in reworded(name, *read[2 * number : 2 * number + 2])]


def _tables(run: Run) -> dict[str, Table]:
    return {
        name: table
        for stage in run.stages
        if "@" not in stage
        for name, table in read_tables(run.folder, run.outputs(stage)).items()
    }


def _judged(name: str) -> Mapping[str, str]:
    return JUDGED.get(Path(name).stem, ("", {}))[1]


def _verdicts(was: Table, now: Table) -> list[Verdict]:
    """The verdicts of a table that changed, by what is judged (the first column tells the rows apart)."""
    about, columns = JUDGED.get(Path(now.name).stem, ("", {}))
    found = []
    for column, what in columns.items():
        before, after = (table.cells.set_index(table.cells.columns[0]) for table in (was, now))
        names = {**before[about], **after[about]}
        found += [
            Verdict(f"{name} ({what})" if what else name, before[column].get(row, ""), after[column].get(row, ""))
            for row, name in names.items()
            if before[column].get(row, "") != after[column].get(row, "")
        ]
    return found


def _charts(was: Run, now: Run) -> list[str]:
    """The charts that are drawn otherwise."""
    pattern = "published/*/figures/*.svg"
    drawn = {path.relative_to(now.reports): path for path in sorted(now.reports.glob(pattern))}
    return [
        name.stem
        for name, path in drawn.items()
        if (was.reports / name).is_file() and (was.reports / name).read_bytes() != path.read_bytes()
    ]


def _surveys(was: Run, now: Run) -> list[Survey]:
    """The councils' surveys that both runs report on, where something published differs."""
    found = []
    for survey in (name for name in now.surveys if name in was.surveys):
        stages = [stage for stage in now.stages if stage.endswith(f"@{survey}")]
        before, after = (
            {
                path: md5
                for stage in stages
                for path, md5 in run.outputs(stage).items()
                if path.startswith("reports/published/") or path.endswith("/data")
            }
            for run in (was, now)
        )
        if before != after:
            folder = Path("site") / "survey" / survey / "data"
            old, new = (
                {path.name: path.read_bytes() for path in (run.reports / folder).glob("*.csv")} for run in (was, now)
            )
            names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
            found.append(Survey(survey, tuple(names)))
    return found


def _files(was: Run, now: Run) -> list[str]:
    """The files of the site that both runs have and whose bytes differ."""
    before, after = (
        {
            path: md5
            for stage in run.stages
            if "@" not in stage
            for path, md5 in run.outputs(stage).items()
            if path.startswith("reports/site/")
        }
        for run in (was, now)
    )
    same_kind = was.rendered and now.rendered
    return [
        path.removeprefix("reports/site/")
        for path, md5 in after.items()
        if same_kind and path in before and before[path] != md5
    ]
