"""A new survey in the project: its folder below data/raw/surveys, whole or not at all, and its name in params.local.yaml."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import DataError, ParameterError
from pipeline.files import write_text
from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.parameters_file import OWN
from pipeline.inputs.survey_names import SHARED_SURVEY, check_name
from pipeline.suggestions import suggestion
from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.drafting.codebook_text import codebook_text
from pipeline.surveys.drafting.ready_table import draft_table
from pipeline.surveys.drafting.responses import Draft, draft_responses
from pipeline.surveys.private import OWNER_FOLDER, close
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.workflow.survey_list import listed_too, write_list

SURVEYS = Path("data/raw/surveys")


def new_survey(root: Path, name: str, file: Path, sheet: str | None = None) -> Draft:
    """Draft the codebook of an export, and put both into data/raw/surveys/NAME of the project at `root`.

    The export is copied as it is; NAME is added to `surveys` of params.local.yaml. Raises ParameterError for a name that
    cannot be used, DataError for a folder that is there or a file that cannot be read; nothing is left behind then.
    """
    _check_name(root, name)
    params = listed_too(root, name)
    kept = _kept_name(file)
    export = read_export(file, sheet=sheet)
    codebook = read_codebook(root / SURVEYS / SHARED_SURVEY / "survey.yaml")
    draft = draft_table(export, codebook) or draft_responses(export, codebook)
    content = {
        "name": name,
        "title": f"Staff survey {name.replace('-', ' ').title()}",
        "file": {"name": kept} | ({"sheet": sheet} if sheet else {}),
        **draft.content,
    }
    with _new_folder(root / SURVEYS / name) as folder:
        shutil.copyfile(file, folder / kept)
        write_text(folder / "survey.yaml", codebook_text(_in_order(content), draft.guesses, draft.notes))
        read_staff_survey(folder / "survey.yaml")
    try:
        write_list(root / OWN, params)
    except BaseException:
        shutil.rmtree(root / SURVEYS / name)
        raise
    return draft


def _in_order(content: dict) -> dict:
    """The keys in the order in which people read them."""
    order = (
        "name",
        "title",
        "kind",
        "file",
        "decide",
        "table",
        "scales",
        "missing",
        "domains",
        "items",
        "benchmark",
        "groups",
        "cluster",
        "weight",
        "respondent",
        "duplicates",
        "not_counted",
        "left_out",
    )
    return {key: content[key] for key in order if content.get(key)}


def _kept_name(file: Path) -> str:
    """What the export is called in the survey's folder, beside its codebook."""
    name = file.name.strip()
    if name.lower() == "survey.yaml":
        raise DataError(
            "An export cannot be called survey.yaml: that is the name of its codebook.",
            where=str(file),
            fix="Give the export's own file, or another name to it.",
        )
    return name


def _check_name(root: Path, name: str) -> None:
    check_name(name)
    if (root / SURVEYS / name).exists():
        raise DataError(
            "There is a survey of this name already.",
            where=str(SURVEYS / name),
            fix=f"Take another name; or, to draft it anew, remove it first: golden-thread survey remove {name}",
        )


def own_surveys(root: Path) -> list[str]:
    """The surveys of a council's own that have a codebook."""
    return sorted(
        path.parent.name for path in (root / SURVEYS).glob("*/survey.yaml") if path.parent.name != SHARED_SURVEY
    )


def survey_folder(root: Path, name: str) -> Path:
    """The folder of a survey that is there; ParameterError names those that are, if it is not."""
    known = own_surveys(root)
    if name not in known:
        raise ParameterError(
            "There is no such survey.",
            where=str(SURVEYS),
            found=f"{name!r}{suggestion(name, known)}",
            expected=", ".join(known) or "none is there yet",
            fix=f"Correct the name, or take the export in: golden-thread survey new {name} FILE",
        )
    return root / SURVEYS / name


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder`, its owner's only; put it in its place when the block ends well."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside.mkdir(mode=OWNER_FOLDER)
    try:
        yield beside
        close(beside)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
