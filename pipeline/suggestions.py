"""What somebody may have meant by a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

CUTOFF = 0.6  # of 1, difflib's ratio


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is most like `name`; None, where none is near.

    >>> nearest("roundng", ["name", "rounding"]), nearest("xyz", ["name"])
    ('rounding', None)
    """
    return next(iter(get_close_matches(name, sorted(names), 1, CUTOFF)), None)


def suggestion(name: str, names: Iterable[str]) -> str:
    """The same as the end of a sentence.

    >>> suggestion("ofsted-2012", ["leeds-2026", "ofsted-2011"]), suggestion("xyz", ["name"])
    ('; did you mean ofsted-2011?', '')
    """
    near = nearest(name, names)
    return f"; did you mean {near}?" if near else ""
