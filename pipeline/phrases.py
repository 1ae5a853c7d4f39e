"""Numbers and lists as sentences print them."""

import re
from collections.abc import Sequence

from pipeline.markdown import Markdown
from pipeline.numerals import filled

MINUS = re.compile(r"(?<![\w–])-(?=\d)")  # a minus before a number, not a hyphen within a word or a range


def true_minus(text: str) -> str:
    """`text` with a true minus sign before numbers; hyphens stay.

    >>> true_minus("re-referrals -0.3 (-0.9 to 0.4)")
    're-referrals −0.3 (−0.9 to 0.4)'
    """
    return MINUS.sub("−", text)


def number(value: float, form: str = "{:+.1f}") -> str:
    """`value` as `form` prints it, halves up; what rounds to zero has no sign.

    >>> number(0.26), number(-0.04), number(-1.0, "{:.2f}")
    ('+0.3', '0.0', '−1.00')
    """
    text = filled(form, value)
    return text.lstrip("+-") if not float(text.replace(",", "")) else true_minus(text)


def estimate(value: float, low: float, high: float, form: str = "{:+.1f}") -> str:
    """An estimate with its interval.

    >>> estimate(0.26, -0.4, 0.92)
    '+0.3 (−0.4 to +0.9)'
    """
    return f"{number(value, form)} ({number(low, form)} to {number(high, form)})"


def listed(texts: Sequence[str]) -> str:
    """Texts as a list within a sentence; Markdown, where one of them is.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    marked = any(isinstance(text, Markdown) for text in texts)
    comma, last = (Markdown(", "), Markdown(" and ")) if marked else (", ", " and ")
    return last.join([comma.join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def counted(count: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> counted(1, "pair"), counted(1204, "authority", "authorities")
    ('1 pair', '1,204 authorities')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lower_first(text: str) -> str:
    """A title inside a sentence.

    >>> lower_first("Agency share"), lower_first("IDACI rank")
    ('agency share', 'IDACI rank')
    """
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
