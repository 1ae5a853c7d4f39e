"""What is printed, on a terminal or into a file, in an encoding that lacks some of its characters."""

import codecs
import sys

from pipeline.characters import readable

_ERRORS = "golden-thread"  # the name of the rule below, among Python's own such as "replace"


def print_readably() -> None:
    """Let nothing that is printed fail for want of a character: it is written as near as ASCII goes.

    Windows gives a file or a pipe the encoding of its language, which has no arrow.
    """
    codecs.register_error(_ERRORS, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test's own has no encoding
            stream.reconfigure(errors=_ERRORS)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return readable(error.object[error.start : error.end]), error.end
