"""Characters that need care: those that control instead of show, and those for which a font has no picture.

One home for both, so that a file is refused, a message is printed and a chart is drawn by the same rule.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

# Cc: control characters (a terminal obeys them). Zl, Zp: line and paragraph separators. Of Cf, those that turn the
# direction of the text after them (a file name or a number would read otherwise than it is). Cs and U+FFFE, U+FFFF: no
# characters at all.
_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_DIRECTIONS}\ud800-\udfff\ufffe\uffff]")
# What the fonts within typst show upright, bold and as code, each alone (tests/reports/test_characters.py asks typst):
# Latin, Greek, Cyrillic, Hebrew, Arabic, punctuation, currencies, arrows, mathematics, common symbols; joiners.
_IN_PDF = re.compile(
    "[\n\t\r -~\xa0-\u02af\u0300-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482\u048a-\u04ff"
    "\u05d0-\u05ea\u0621-\u063a\u0640-\u064a\u0660-\u066d\u067e-\u0680\u0686\u0687\u0698\u06a9\u06af\u06cc\u06f0-\u06f9"
    "\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4"
    "\u1fb6-\u1fc4\u1fc6-\u1fd3\u1fd6-\u1fdb\u1fdd-\u1fef\u1ff2-\u1ff4\u1ff6-\u1ffe\u2002-\u200f\u2010-\u2027\u202f\u2030-"
    "\u2040\u2042\u2044-\u2052\u2054-\u2060\u2070\u2071\u2074-\u208e\u2090-\u209c\u20a0-\u20c0\u2100-\u211e\u2120"
    "\u2122\u2124\u2126-\u2151\u2153-\u2184\u2189\u2190-\u22ff\u2500-\u25ff\u2605\u2606\u2609-\u262f\u2638-\u266f"
    "\u2713\u2714\u2717\ufe0f\ufffd]"
)
IN_LINES = "\n\t\r"  # controls that a cell or a YAML text may hold: they become a blank
_IN_ASCII = {
    "→": "->",
    "←": "<-",
    "−": "-",
    "–": "-",
    "—": "-",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "×": "x",
    "·": "-",
    "…": "...",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "•": "-",
    "✓": "+",
    "✗": "x",
}
REPLACED = "\ufffd"
CHART_FONT = "DejaVu Sans"  # comes with matplotlib, so it is the same on every machine


def harmless(text: str) -> str:
    """`text` with U+FFFD for each control character.

    >>> harmless("a\\x1b[31mb")
    'a\ufffd[31mb'
    """
    return CONTROL.sub(REPLACED, text)


def first_control(text: str) -> str:
    """The first control character of `text` as its code, "U+001B"; "" if it has none. Line ends and tabs are none.

    >>> first_control("red\\x1b[31m"), first_control("two\\nlines")
    ('U+001B', '')
    """
    found = next((each for each in CONTROL.findall(text) if each not in IN_LINES), "")
    return f"U+{ord(found):04X}" if found else ""


def for_terminal(text: str) -> str:
    """`text` with controls as escapes, which a terminal shows and does not obey; line ends and tabs stay.

    >>> print(for_terminal("a\\x1b[2Jb\\u202ec"))
    a\\x1b[2Jb\\u202ec
    """
    return CONTROL.sub(
        lambda found: found[0] if found[0] in "\n\t" else found[0].encode("unicode_escape").decode(), text
    )


def named_where(text: str, lacking: Callable[[str], bool]) -> str:
    """`text` with the name of each character for which `lacking` holds, in brackets.

    What shows nothing of its own (joiners, variation selectors) is left out where it is lacking.

    >>> named_where("Great 😀!", lambda character: ord(character) > 0xFFFF)
    'Great [GRINNING FACE]!'
    """
    return "".join(_name(each) if lacking(each) else each for each in text)


def readable(text: str) -> str:
    """`text` in ASCII, as near as it goes, for where an encoding has nothing of its own.

    >>> readable("1 → 2, −3 ≥ ŵ"), readable("日")
    ('1 -> 2, -3 >= w', '?')
    """
    plain = "".join(_IN_ASCII.get(each, each) for each in text)
    without_accents = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    return without_accents.encode("ascii", "replace").decode()


def not_in_pdf(character: str) -> bool:
    """Whether the fonts that set PDFs have no picture of `character`.

    >>> not_in_pdf("é"), not_in_pdf("日")
    (False, True)
    """
    return not _IN_PDF.fullmatch(character)


def drawable(text: str) -> str:
    """`text` as a chart can show it: with the names of characters that its font has no picture of.

    >>> drawable("Great 🦄, 日")
    'Great [UNICORN FACE], [CJK UNIFIED IDEOGRAPH-65E5]'
    """
    if not CONTROL.search(text) and text.isascii():
        return text
    lines = [named_where(harmless(line), lambda each: ord(each) not in _pictures()) for line in text.split("\n")]
    return "\n".join(lines)


@cache
def _pictures() -> frozenset[int]:
    """The characters that the charts' font has upright and bold. (matplotlib takes a second to import.)"""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    upright, bold = (
        get_font(findfont(FontProperties(family=CHART_FONT, weight=weight))) for weight in ("normal", "bold")
    )
    return frozenset(upright.get_charmap()) & frozenset(bold.get_charmap())


def _name(character: str) -> str:
    if unicodedata.category(character) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(character, ""):
        return ""
    return f"[{unicodedata.name(character, f'U+{ord(character):04X}')}]"
