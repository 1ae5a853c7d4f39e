"""Who may read what: answers of a council's staff, and what is made of them, are for their owner's eyes only."""

import os
import re
from contextlib import suppress
from pathlib import Path

from pipeline.inputs.survey_names import SHARED_SURVEY

RAW, PROCESSED = Path("data/raw/surveys"), Path("data/processed/surveys")
OWNER, OWNER_FOLDER = 0o600, 0o700
_LABEL = re.compile(
    r"(?!(?:[A-Z][\w'’.-]* ?)+$)[^\d@<>=/\\]{1,60}|[A-Z]?[a-z]+"
)  # no number or address, no capitals throughout: no name


def keep_private(root: Path) -> None:
    """Close the surveys of a council's own, raw and processed, and DVC's cache and notes, to all but their owner.

    The folders around what is processed are closed too: while a stage runs, its new files stand in a closed folder.
    Windows has no such modes; there, a user's folders are their own by the system's rules.
    """
    if os.name != "posix":
        return
    (root / PROCESSED).mkdir(parents=True, exist_ok=True)
    for folder in (root / PROCESSED, root / ".dvc" / "cache", root / ".dvc" / "tmp"):
        if folder.is_dir():
            _set(folder, OWNER_FOLDER)
    for surveys in (root / RAW, root / PROCESSED):
        for survey in surveys.iterdir() if surveys.is_dir() else ():
            if survey.name != SHARED_SURVEY and survey.is_dir() and not survey.is_symlink():
                close(survey)


def close(folder: Path) -> None:
    """Leave a folder, and all in it, to its owner: folders 0700, files 0600."""
    if os.name != "posix":
        return
    _set(folder, OWNER_FOLDER)
    for place in folder.rglob("*"):
        if not place.is_symlink():
            _set(place, OWNER_FOLDER if place.is_dir() else OWNER)


def _set(path: Path, mode: int) -> None:
    with suppress(
        FileNotFoundError, PermissionError
    ):  # another user's own: what cannot be written is told where it is written
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)


def is_label(text: str) -> bool:
    """Whether a cell that many have can be shown as the label of an answer: it is neither a number, an address nor a name.

    >>> [is_label(text) for text in ("Not sure yet", "Unsettled", "Jo Miller", "jo@example.org", "020 7946 0123")]
    [True, True, False, False, False]
    """
    return _LABEL.fullmatch(text) is not None
