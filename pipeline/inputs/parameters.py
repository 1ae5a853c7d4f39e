"""params.yaml, with params.local.yaml over it, as the pipeline takes it: every value checked and of its own kind, and which notebook is given which of them.

No value stands in the text of a command, where a shell would read it: a stage's command names a notebook, and this
module hands the values over. A text is taken as it is written, so `940 / 941` or `001` need no quotes; a number stays
a number. DVC tracks the same values by the `params` of dvc.yaml, which a test holds to `KNOBS`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from pipeline.errors import ParameterError
from pipeline.inputs.parameters_file import FILE, STAGE, Places, read_texts, refusal
from pipeline.inputs.survey_names import SHARED_SURVEY, SurveyName
from pipeline.inputs.yaml_models import Strict, Text
from pipeline.suggestions import suggestion

SURVEYS = Path("data/raw/surveys")
_OF_STAGE = "@"  # in KNOBS: the survey that the stage runs for
_STUDY = {"survey": "survey.name"}
_LINK = ("latent_low", "latent_high", "team_size", "team_icc", "authority_size", "authority_icc")
KNOBS: Mapping[str, Mapping[str, str]] = {  # of each notebook: what each of its parameters is called in params.yaml
    "01-clean-survey": _STUDY,
    "02-check-claims": _STUDY,
    "03-support": _STUDY,
    "04-support-and-outcomes": _STUDY | {name: f"link.{name}" for name in _LINK},
    "05-evidence": _STUDY,
    "07-authorities": {"draws": "authorities.draws", "curve_draws": "authorities.curve_draws"},
    "08-profile": {"authority": "authorities.example"},
    "09-staff-survey": {"survey": _OF_STAGE},
}

Correlation = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Several = Annotated[int, Field(ge=1)]


class Survey(Strict):
    name: SurveyName


class Link(Strict):
    latent_low: Correlation
    latent_high: Correlation
    team_size: Several
    team_icc: Share
    authority_size: Several
    authority_icc: Share


class Authorities(Strict):
    draws: Count
    curve_draws: Count
    example: Text


class Report(Strict):
    engine: Literal["auto", "quarto", "embedded"]


def _list(content: object) -> object:
    """Nothing behind the colon is no survey."""
    return [] if content in ("", "~", "null") else content


class Parameters(Strict):
    """Every knob of the pipeline."""

    survey: Survey
    surveys: Annotated[tuple[SurveyName, ...], BeforeValidator(_list)]
    link: Link
    authorities: Authorities
    report: Report

    @model_validator(mode="after")
    def _each_survey_once(self) -> "Parameters":
        taken = {self.survey.name: "is survey.name", SHARED_SURVEY: "is the published one"}
        wrong = [
            f"{name} {taken[name]}: it gets no report of a council's own" for name in self.surveys if name in taken
        ]
        wrong += [f"{name} stands twice" for name in sorted(set(self.surveys)) if self.surveys.count(name) > 1]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def read_parameters(root: Path) -> Parameters:
    """The parameters of the project at `root`. Raises ParameterError, with every problem and its line."""
    texts, places = read_texts(root)
    return _validated(texts, places)


def check_surveys(root: Path, parameters: Parameters, stages: Sequence[str] = ()) -> None:
    """Raise ParameterError where a survey of params.yaml is not in data/raw/surveys, before a stage would look for it.

    Of a council's own surveys those count that one of `stages` runs for; all, where no stage is named.
    """
    wanted = {stage.partition("@")[2] for stage in stages}
    named = {"survey.name": parameters.survey.name}
    named |= {
        f"surveys.{number}": name for number, name in enumerate(parameters.surveys) if not stages or name in wanted
    }
    there = sorted(path.parent.name for path in (root / SURVEYS).glob("*/survey.yaml"))
    _, places = read_texts(root)
    absent = [
        f"{places.of(*(int(step) if step.isdigit() else step for step in key.split('.')))}: there is no survey {name} "
        f"on this machine{suggestion(name, there)}"
        for key, name in named.items()
        if name not in there
    ]
    if absent:
        raise ParameterError(
            "A survey is named whose folder is not there.",
            where="\n            ".join(absent),
            expected=f"a folder of {SURVEYS.as_posix()} with a survey.yaml: {', '.join(there) or 'there is none'}",
            fix="Correct the name; or ask the survey's owner for the folder; or take the name out of the file.",
        )


def check_names(root: Path) -> None:
    """Raise ParameterError where a survey's name in params.yaml cannot be one; what else the file holds is left aside.

    DVC makes paths of these names.
    """
    if not (root / FILE).is_file():  # a pipeline without parameters
        return
    texts, places = read_texts(root)
    try:
        Parameters.model_validate(texts)
    except ValidationError as error:
        wrong = [
            each
            for each in error.errors()
            if each["type"] != "missing"
            and (not each["loc"] or each["loc"][0] == "surveys" or each["loc"] == ("survey", "name"))
        ]
        if wrong:
            raise refusal(Parameters, wrong, places) from None


def surveys_of(root: Path) -> list[str]:
    """The surveys of a council's own that the parameters name; none, where they have no list of them."""
    listed = _list(read_texts(root)[0].get("surveys", ""))
    return list(listed) if isinstance(listed, list) else []


def texts_of(root: Path) -> dict[str, Any]:
    """The parameters as they are written, each a text."""
    return read_texts(root)[0]


def survey_of_stage() -> str | None:
    """The survey that DVC runs the present stage for: `leeds-2026` in the stage `staff-survey@leeds-2026`."""
    _, at, survey = os.environ.get(STAGE, "").rpartition("@")
    return survey if at else None


def hand_over(root: Path, notebook: str, given: Sequence[str] = ()) -> dict[str, object]:
    """The parameters of `notebook`: those `given` by hand as NAME=VALUE, the others from params.yaml.

    A parameter that is a knob of params.yaml is checked as if it stood there. Any other is read as YAML reads it, so 3
    is a number and true a truth value. Raises ParameterError.
    """
    by_hand = _pairs(given)
    knobs = KNOBS.get(notebook, {})
    handed = {name: yaml.safe_load(text) for name, text in by_hand.items() if name not in knobs}
    survey = by_hand.get("survey") or survey_of_stage()
    if _OF_STAGE in knobs.values():
        return handed | ({"survey": _survey_name(survey)} if survey else {})
    if not knobs:
        return handed
    texts, places = read_texts(root)
    for name, key in knobs.items():
        if name in by_hand:
            part, _, last = key.partition(".")
            texts.setdefault(part, {})[last] = by_hand[name]
            places.given(f"--parameter {name}", part, last)
    values = _validated(texts, places)
    return handed | {name: _at(values, key) for name, key in knobs.items()}


def runs_for_each_survey(notebook: str) -> bool:
    """Whether the notebook is run once for each survey of a council's own."""
    return _OF_STAGE in KNOBS.get(notebook, {}).values()


def _survey_name(name: str) -> str:
    try:
        return TypeAdapter(SurveyName).validate_python(name)
    except ValidationError as error:
        raise refusal(Parameters, error.errors(), Places("--parameter survey")) from None


def _validated(texts: dict[str, Any], places: Places) -> Parameters:
    try:
        return Parameters.model_validate(texts)
    except ValidationError as error:
        raise refusal(Parameters, error.errors(), places) from None


def _pairs(given: Iterable[str]) -> dict[str, str]:
    parsed: dict[str, str] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name or name in parsed:
            raise ParameterError("A parameter is given once, as NAME=VALUE.", where="--parameter", found=repr(text))
        parsed[name] = value
    return parsed


def _at(values: Parameters, key: str) -> object:
    part, _, last = key.partition(".")
    return getattr(getattr(values, part), last)
