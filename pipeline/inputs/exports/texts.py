"""Cell texts: rid of what nobody sees, and compared as people read them."""

import unicodedata

# Byte-order mark, zero-width blank and (non-)joiners, direction marks, word joiner: they show nothing.
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"))
_STRAIGHT = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"), **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')}
)


def tidy_text(text: str) -> str:
    """The text in Unicode's normal form C, without invisible marks, every run of white space one blank, stripped.

    >>> tidy_text("\\ufeff Strongly\\u00a0\\u00a0agree\\n")
    'Strongly agree'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return " ".join(text.split())  # splits at non-breaking blanks and line ends, too


def label_key(text: str) -> str:
    """What two spellings of the same answer share: two labels are the same answer if their keys are equal.

    >>> label_key("Don\\u2019t  KNOW ") == label_key("don't know")
    True
    """
    if text.isascii():
        return " ".join(text.split()).casefold()
    return unicodedata.normalize("NFC", tidy_text(text).translate(_STRAIGHT).casefold())
