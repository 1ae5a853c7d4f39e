"""How the columns of a table share the width of a DOCX: as its author wants, but no word is broken."""

from collections.abc import Sequence

from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import Table

TWIP = 635  # English metric units to a twentieth of a point
TEXT = 9 * 20  # the type of tables, in twips, where the template's table style names none
SMALLEST = 6 * 20  # of type that is still read
LETTER = 0.56  # of the size of type: a letter's mean width in a sans-serif face, a little generously
HEADER_LETTER = 0.61  # bold
MARGINS = 120  # left and right of a cell, in twips


def fit_columns(table: Table, width: int) -> None:
    """Columns in pandoc's proportions over `width` (English metric units), each as wide as its longest word.

    pandoc takes a text of 5.5 inches for granted, and proportions that suit one typeface break words in another.
    """
    columns = table._tbl.tblGrid.findall(qn("w:gridCol"))
    wanted = [int(column.get(qn("w:w")) or 0) for column in columns]
    if not sum(wanted):
        return
    width, least = width // TWIP, _longest_words(table, len(columns), _size(table))
    if sum(least) > width:
        least = _set_smaller(table, width, least)
    for column, share in zip(columns, shared(width, wanted, least), strict=True):
        column.set(qn("w:w"), str(share))


def _set_smaller(table: Table, width: int, least: Sequence[int]) -> list[int]:
    """Smaller type in all of a table whose words do not fit beside each other; returns what the columns need then."""
    margins = MARGINS * len(least)
    size = max(_size(table) * (width - margins) // (sum(least) - margins), SMALLEST) // 10 * 10  # in half points
    for run in table._tbl.iter(qn("w:r")):
        properties = run.get_or_add_rPr()
        for tag in ("w:sz", "w:szCs"):
            for old in properties.findall(qn(tag)):
                properties.remove(old)
        properties.sz_val = Length(size * TWIP)
    return _longest_words(table, len(least), size)


def shared(width: int, wanted: Sequence[int], least: Sequence[int]) -> list[int]:
    """Shares of `width` in the proportions of `wanted`, none below `least`; where these do not fit, in theirs.

    >>> shared(100, [50, 50], [10, 10]), shared(100, [9, 81, 10], [20, 10, 10]), shared(10, [1, 1], [6, 9])
    ([50, 50], [20, 70, 10], [4, 6])
    """
    if sum(least) > width:
        return [each * width // sum(least) for each in least]
    narrow: set[int] = set()
    while True:
        room = width - sum(least[n] for n in narrow)
        total = sum(share for n, share in enumerate(wanted) if n not in narrow)
        shares = [least[n] if n in narrow else share * room // total for n, share in enumerate(wanted)]
        too_narrow = {n for n, share in enumerate(shares) if share < least[n]} - narrow
        if not too_narrow or len(narrow | too_narrow) == len(wanted):
            return shares
        narrow |= too_narrow


def _longest_words(table: Table, columns: int, size: int) -> list[int]:
    """The width in twips that the longest word of each column needs in type of `size` twips."""
    least = [0] * columns
    for number, row in enumerate(table._tbl.tr_lst):
        letter = HEADER_LETTER if number == 0 else LETTER
        for column, cell in enumerate(row.tc_lst[:columns]):
            texts = ("".join(paragraph.itertext(qn("w:t"))) for paragraph in cell.iter(qn("w:p")))
            longest = max((len(word) for text in texts for word in text.replace("-", "- ").split()), default=0)
            least[column] = max(least[column], int(longest * letter * size) + MARGINS)
    return least


def _size(table: Table) -> int:
    """The size of type in `table`, in twips."""
    sizes = table.style.element.findall(f"{qn('w:rPr')}/{qn('w:sz')}") if table.style is not None else []
    return int(sizes[0].get(qn("w:val"))) * 10 if sizes else TEXT
