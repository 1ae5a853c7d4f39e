"""Characters that need care: those that control instead of show, and those for which a font has no picture.

One home for both, so that a file is refused, a message is printed and a chart is drawn by the same rule.
"""

import re
import unicodedata
from collections.abc import Callable

# Cc: control characters (a terminal obeys them). Zl, Zp: line and paragraph separators. Of Cf, those that turn the
# direction of the text after them (a file name or a number would read otherwise than it is). Cs and U+FFFE, U+FFFF: no
# characters at all.
_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_DIRECTIONS}\ud800-\udfff\ufffe\uffff]")
IN_LINES = "\n\t\r"  # controls that a cell or a YAML text may hold: they become a blank
REPLACED = "\ufffd"


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
    return CONTROL.sub(lambda found: found[0] if found[0] in "\n\t" else found[0].encode("unicode_escape").decode(), text)


def named_where(text: str, lacking: Callable[[str], bool]) -> str:
    """`text` with the name of each character for which `lacking` holds, in brackets.

    What shows nothing of its own (joiners, variation selectors) is left out where it is lacking.

    >>> named_where("Great 😀!", lambda character: ord(character) > 0xFFFF)
    'Great [GRINNING FACE]!'
    """
    return "".join(_name(each) if lacking(each) else each for each in text)


def _name(character: str) -> str:
    if unicodedata.category(character) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(character, ""):
        return ""
    return f"[{unicodedata.name(character, f'U+{ord(character):04X}')}]"
