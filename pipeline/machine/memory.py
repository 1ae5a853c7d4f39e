"""Troubles of the machine and not of the data: a full disk, no permission, too little memory. A sentence each, and what to do."""

import errno
import os
import re
from pathlib import Path

from pipeline.errors import MachineError

MEMORY = (
    "Close other programs, or use a machine with more memory. Fewer draws (authorities in params.local.yaml) and a file "
    "without the columns that are not used need less."
)
_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_WORDS = re.compile(r"\[Errno (?P<number>\d+)\][^:\n]*(?:: (?P<path>'[^'\n]*'|\"[^\"\n]*\"))?")


def trouble(error: BaseException) -> MachineError | None:
    """What `error` says about the machine; None, where it says something else.

    >>> print(trouble(OSError(errno.ENOSPC, "No space left on device", "reports/site/study.html")))
    The disk is full.
      where:    reports/site/study.html
      fix:      Free some space, and run the command again: what was finished is kept. 'make clean' removes what can be made again.
    """
    if isinstance(error, MemoryError):
        return _memory()
    if isinstance(error, OSError):
        return _of_number(error.errno, str(error.filename or ""))
    return None


def told(kind: str, words: str) -> MachineError | None:
    """The same of an error in another process, by its kind and its words.

    >>> told("OSError", "[Errno 28] No space left on device: 'a.csv'").what, told("ValueError", "no number") is None
    ('The disk is full.', True)
    """
    if kind.endswith("MemoryError"):
        return _memory()
    found = _WORDS.search(words)
    return _of_number(int(found["number"]), (found["path"] or "")[1:-1]) if found else None


def full_disk(path: str) -> MachineError:
    """Nothing more can be written to the disk that holds `path`."""
    return MachineError(
        "The disk is full.",
        where=path,
        fix="Free some space, and run the command again: what was finished is kept. 'make clean' removes "
        "what can be made again.",
    )


def _memory() -> MachineError:
    return MachineError("The machine has too little memory for this.", fix=MEMORY)


def _of_number(number: int | None, path: str) -> MachineError | None:
    if number in _FULL:
        return full_disk(path)
    if number in _FORBIDDEN:
        return MachineError(
            "A file or folder may not be read or written.",
            where=path,
            found=_whose(path),
            fix="Close it in other programs. Where it is somebody else's, copy the project to a folder "
            "of your own and work there, or ask its owner.",
        )
    return None


def _whose(path: str) -> str:
    """Whose the file is, or the nearest folder above it that is there, where that is not the user's."""
    if os.name != "posix" or not path:
        return "no permission"
    for place in (Path(path), *Path(path).parents):
        try:
            other = place.stat().st_uid != os.geteuid()
        except OSError:
            continue
        return "it belongs to another user" if other else "no permission, though it is yours"
    return "no permission"
