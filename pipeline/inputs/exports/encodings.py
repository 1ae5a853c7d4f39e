"""Text files before they are parsed: in which encoding, without NUL bytes, no line too long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DataError
from pipeline.inputs.exports.limits import LINE_BYTES

ENCODINGS = ("utf-8", "utf-16", "cp1252", "mac-roman")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BLOCK = 1 << 18
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # what cp1252 leaves without a character
_AGAIN = "Export the file again as CSV UTF-8."


@dataclass(frozen=True)
class TextFile:
    """A text file whose bytes were checked: its codec, the byte after the byte-order mark, the last line of a quote."""

    path: Path
    codec: str
    start: int
    last_quote: int


def check_text(path: Path, encoding: str | None = None) -> TextFile:
    """Go through a text file once, and find its encoding unless it is stated (one of ENCODINGS).

    Without a byte-order mark, a file is UTF-8 if all of it is, else cp1252. Raises DataError, naming the line, for
    bytes of another encoding, for both encodings in one file, NUL bytes and lines longer than LINE_BYTES.
    """
    if encoding not in (None, *ENCODINGS):
        raise DataError(
            f"Unknown encoding: {encoding}",
            where=path.name,
            expected=", ".join(ENCODINGS),
            fix="Correct the key encoding of the survey, or leave it out.",
        )
    with path.open("rb") as file:
        opening = file.read(3)
    mark = next((mark for mark in _MARKS if opening.startswith(mark)), b"")
    codec = _MARKS.get(mark, encoding)
    codec = "utf-16-le" if codec == "utf-16" else codec
    if mark and encoding and not codec.startswith(encoding):
        raise DataError(
            "The byte-order mark is not that of the stated encoding.",
            where=path.name,
            found=codec,
            expected=encoding,
            fix="Correct the key encoding of the survey, or leave it out.",
        )
    if codec and codec.startswith("utf-16"):
        last_quote = 0
        for number, block in _blocks(path, _from_utf16(path, codec, len(mark))):
            _refuse_nul(path, number, block)
            last_quote = _line_of_last_quote(number, block) or last_quote
    else:
        codec, last_quote = _eight_bit(path, codec, len(mark))
    return TextFile(path, codec, len(mark), last_quote)


def _eight_bit(path: Path, stated: str | None, start: int) -> tuple[str, int]:
    """The encoding of a file of single bytes or UTF-8, and the last line with a quote (0 for none)."""
    utf8_line = other_line = last_quote = 0
    for number, block in _blocks(path, _pieces(path, start)):
        _refuse_nul(path, number, block)
        last_quote = _line_of_last_quote(number, block) or last_quote
        if block.isascii() or stated == "mac-roman":
            continue
        try:
            block.decode("utf-8")
            several = _UTF8.search(block)
        except UnicodeDecodeError as error:
            other_line = other_line or number + _line_ends(block[: error.start])
            several = _UTF8.search(block)
        if several and not utf8_line:
            utf8_line = number + _line_ends(block[: several.start()])
        undefined = _UNDEFINED.search(block)
        if undefined and (stated == "cp1252" or (other_line and not utf8_line)):
            raise DataError(
                "A byte stands for no character, neither in UTF-8 nor in cp1252.",
                where=f"{path.name}, line {number + _line_ends(block[: undefined.start()])}",
                found=f"byte {undefined.group()[0]:#04x}",
                expected="UTF-8, UTF-16 or cp1252",
                fix=_AGAIN,
            )
    if other_line and stated == "utf-8":
        raise DataError("The file is not UTF-8.", where=f"{path.name}, line {other_line}", expected="UTF-8", fix=_AGAIN)
    if other_line and utf8_line and not stated:
        raise DataError(
            "The file mixes encodings.",
            where=f"{path.name}, line {other_line}",
            found=f"a byte that is not UTF-8, while line {utf8_line} is UTF-8",
            expected="one encoding",
            fix=_AGAIN + " If all of it is cp1252, say encoding: cp1252.",
        )
    return stated or ("cp1252" if other_line else "utf-8"), last_quote


def _pieces(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(_BLOCK):
            yield piece


def _from_utf16(path: Path, codec: str, start: int) -> Iterator[bytes]:
    """The file's text as UTF-8."""
    mark = "\ufeff" if start else ""
    with path.open(encoding=codec, newline="") as file:
        file.read(len(mark))
        try:
            while piece := file.read(_BLOCK):
                yield piece.encode("utf-8")
        except UnicodeError:
            raise DataError(
                "The file is not UTF-16 throughout.", where=path.name, expected="UTF-16", fix=_AGAIN
            ) from None


def _blocks(path: Path, pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Blocks of whole lines, each with the number of its first. Lines end as in csv: LF, CR LF or CR."""
    number, rest = 1, b""
    for piece in pieces:
        block = rest + piece
        cut = max(block.rfind(b"\n", 0, -1), block.rfind(b"\r", 0, -1)) + 1
        cut += block[cut - 1 : cut + 1] == b"\r\n"
        if cut:
            yield number, block[:cut]
            number += _line_ends(block[:cut])
        rest = block[cut:]
        if len(rest) > LINE_BYTES:
            raise DataError(
                "A line is too long.",
                where=f"{path.name}, line {number}",
                found=f"more than {LINE_BYTES:,} bytes",
                expected=f"at most {LINE_BYTES:,} bytes",
                fix="Check that this is the survey's export, one line a respondent.",
            )
    if rest:
        yield number, rest


def _line_ends(block: bytes) -> int:
    feeds = block.count(b"\n")
    return feeds + block.count(b"\r") - block.count(b"\r\n") if b"\r" in block else feeds


def _line_of_last_quote(number: int, block: bytes) -> int:
    position = block.rfind(b'"')
    return number + _line_ends(block[:position]) if position >= 0 else 0


def _refuse_nul(path: Path, number: int, block: bytes) -> None:
    position = block.find(b"\0")
    if position >= 0:
        raise DataError(
            "The file holds NUL bytes: it is damaged, or not text in an encoding that can be told.",
            where=f"{path.name}, line {number + _line_ends(block[:position])}",
            found="a NUL byte",
            expected="text, UTF-16 only with its byte-order mark",
            fix=_AGAIN,
        )
