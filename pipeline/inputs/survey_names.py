"""What a survey may be called: its name is a folder, a part of addresses, and a word in params.yaml."""

import re
from typing import Annotated

from pydantic import AfterValidator

from pipeline.errors import ParameterError

SHARED_SURVEY = (
    "ofsted-2011"  # part of the project; others are a council's own: single answers, which stay where they are
)
# YAML takes these words for truth values or for nothing, in one version or the other; DVC and we read different ones.
_TRUTH = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")  # no file or folder can have such a name on Windows
_NUMBER = re.compile(r"[\d.]+(e\d+)?|\d+[\d-]*")


def problem_with(name: str) -> str:
    """Why no survey can be called `name`; nothing, where one can.

    >>> problem_with("leeds-2026"), problem_with("on")
    ('', 'YAML takes this word for a truth value or for nothing')
    >>> problem_with("1e3")
    'YAML takes it for a number or a date; a name begins with a letter'
    """
    if name in _TRUTH:
        return "YAML takes this word for a truth value or for nothing"
    if _NUMBER.fullmatch(name):
        return "YAML takes it for a number or a date; a name begins with a letter"
    if _DEVICE.fullmatch(name):
        return "Windows keeps this word for a device"
    return (
        ""
        if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
        else "a name is small letters, digits and single hyphens, a letter first"
    )


def check_name(name: str) -> None:
    """Raise ParameterError where a council's own survey cannot be called `name`."""
    if name == SHARED_SURVEY:
        raise ParameterError(
            "There is a survey of this name already: the published one, which is part of the project.",
            where="NAME",
            found=repr(name),
            fix="Take another name, such as leeds-2026.",
        )
    if reason := problem_with(name):
        raise ParameterError(
            "The name of a survey cannot be used.",
            where="NAME",
            found=f"{name!r}: {reason}",
            fix="Take another name, such as leeds-2026.",
        )


def _checked(name: str) -> str:
    if reason := problem_with(name):
        raise ValueError(reason)
    return name


SurveyName = Annotated[str, AfterValidator(_checked)]
