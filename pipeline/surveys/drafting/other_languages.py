"""Answers in other languages of which the meaning is known: Welsh, in which surveys of British councils are answered too."""

from pipeline.surveys.drafting.known_scales import level_in, missing_reason, plain_key

_WELSH = {  # as bilingual questionnaires of public bodies in Wales have them
    "cytuno'n gryf": "strongly agree",
    "cytuno’n gryf": "strongly agree",
    "cytuno": "agree",
    "ddim yn cytuno nac yn anghytuno": "neither agree nor disagree",
    "ddim yn cytuno nac anghytuno": "neither agree nor disagree",
    "anghytuno": "disagree",
    "anghytuno'n gryf": "strongly disagree",
    "ddim yn gwybod": "don't know",
    "bodlon iawn": "very satisfied",
    "bodlon": "satisfied",
    "anfodlon": "dissatisfied",
    "anfodlon iawn": "very dissatisfied",
    "bob amser": "always",
    "yn aml": "often",
    "weithiau": "sometimes",
    "yn anaml": "rarely",
    "byth": "never",
    "da iawn": "very good",
    "da": "good",
    "gweddol": "fair",
    "gwael": "poor",
    "gwael iawn": "very poor",
    "amherthnasol": "not applicable",
    "ddim yn berthnasol": "not applicable",
    "gwell gen i beidio â dweud": "prefer not to say",
}
_KEYS = {plain_key(welsh): english for welsh, english in _WELSH.items()}


def translated(text: str) -> str | None:
    """What a Welsh answer is in English; None if it is not known.

    >>> translated("Cytuno'n gryf"), translated("Agree")
    ('strongly agree', None)
    """
    return _KEYS.get(plain_key(text))


def likely_level(kind: str, text: str) -> str | None:
    """The level of a known scale, or the reason for no answer, that a text in another language probably is.

    >>> likely_level("agreement", "Anghytuno"), likely_level("agreement", "Amherthnasol"), likely_level("ease", "Cytuno")
    ('disagree', 'not_applicable', None)
    """
    english = translated(text)
    return english and (missing_reason(english) or level_in(kind, english))
