"""The traits of people that staff surveys report by, and which of them the heading of a column asks for."""

import re

ROLE, GRADE, UNIT, SERVICE, CONTRACT, SEX, AGE = "role", "grade", "unit", "service", "contract", "sex", "age"
ETHNICITY, DISABILITY, RELIGION, ORIENTATION, CARING = "ethnicity", "disability", "religion", "orientation", "caring"
TRAITS = {  # the most useful to a report first; a heading is tried from the last one on: "age band" is no grade
    ROLE: r"\b(roles?|job|position|profession|occupation|staff (group|type|category)|post (title|held|type|level))\b"
    r"|^(\w+\. )?post$|\b(your|my|current|main|which|what|this|present) (\w+ )?post\b",
    GRADE: r"\b(grade|(pay )?band|seniority|(job|career|management|pay) level)\b",
    UNIT: r"^(?!.*\b(role|job|post|position|grade)\b).*\b(team|hub|unit|service|office|locality|district|site|location"
    r"|area|region|authority|council|department|directorate|division)s?\b",
    SERVICE: r"\blength of (service|experience|employment|time)\b|\btenure\b|^(\w+\. )?experience$"
    r"|\b(years?|time|months) (of|in|since|as|with|at)\b|\byears'? (service|experience|qualified|employed)"
    r"|\bhow (long|many years) (have|has)\b.*\b(work|been|employ|qualif|serv|held|practi)",
    CONTRACT: r"\bcontract(ed|ual)?\b|\b(full|part)[- ]?time\b|\bwork(ing)? pattern\b|\b(working|weekly) hours\b"
    r"|\bhours (do you|(a|per) week)\b|^(\w+\. )?hours$|\bemployment (status|type|basis)\b"
    r"|\btype of employment\b",
    SEX: r"\b(gender|sex)\b",
    AGE: r"\bage\b|\bhow old\b",
    ETHNICITY: r"\b(ethnic\w*|race)\b",
    DISABILITY: r"\bdisab\w*|\blong[- ]term (\w+ )*conditions?\b|\bimpairments?\b",
    RELIGION: r"\b(religio\w*|faith)\b",
    ORIENTATION: r"\bsexual(ity| orientation)\b",
    CARING: r"\b(caring|care) responsibilities\b|\bcarer\b",
}
YES_OR_NO = (DISABILITY, CARING)  # the traits that a question answered by yes or no asks for
_PATTERNS = {trait: re.compile(pattern) for trait, pattern in reversed(TRAITS.items())}
_NOT_NOW = re.compile(r"\b(was|were|previous(ly)?|former(ly)?)\b")
_OPINION = re.compile(
    r"\b(satisf\w+|agree|feel|help\w*|enough|should|why|important|likely|recommend|rate|rating"
    r"|scale (of|from))\b"
)


def trait(words: str) -> str | None:
    """The trait that a heading, in small words, asks for; None for opinions, for former jobs, and for anything else.

    >>> trait("which of these best describes your job role?"), trait("length of service"), trait("age band")
    ('role', 'service', 'age')
    >>> trait("which role was the one before?"), trait("does your role help you?"), trait("is there a plan?")
    (None, None, None)
    """
    if _NOT_NOW.search(words) or _OPINION.search(words):
        return None
    return next((name for name, pattern in _PATTERNS.items() if pattern.search(words)), None)
