"""Download one file over HTTP: retries, resuming where the last attempt stopped, checks of what came.

The bytes are kept as they travel (compressed if the server compresses) in a `.part` file; a small file beside it keeps
the server's mark of that version, without which a second half could be of another version than the first.
"""

import gzip
import json
import re
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from pipeline.errors import DataError
from pipeline.files import replacing, write_json

MOST_BYTES = 200 << 20  # as it travels, and unpacked; the largest data set here has less than 1 MiB
_BLOCK = 1 << 16
_PASSING = (429, 500, 502, 503, 504)  # a later attempt may succeed
_TYPES = ("text/csv", "application/csv", "text/plain", "application/octet-stream")
_BY_HAND = "Try again later, or download the file by hand and use --from."
Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where known


@dataclass(frozen=True)
class Patience:
    """How long to wait for a connection and between two bytes, how often to try again and how long to wait before.

    Before the n-th further attempt the wait is ``backoff`` · 2^(n−1) seconds.
    """

    connect_seconds: float = 10
    read_seconds: float = 60
    attempts: int = 4
    backoff: float = 1


USUAL = Patience()


@dataclass(frozen=True)
class _Version:
    """What tells versions of a file apart, and how the bytes of it are packed."""

    url: str
    mark: str  # a strong ETag or a date of change; empty if the server gives neither
    packed: bool
    file_name: str


def download(
    url: str, target: Path, progress: Progress = lambda done, total: None, patience: Patience | None = None
) -> str:
    """Download `url` to `target`, whole or not at all; give the file name that the server proposes, or "".

    An interrupted download leaves `target`.part, which the next call continues if the server still has that version.
    Raises DataError when the server refuses, answers with something else than CSV, or attempts were in vain.
    """
    patience = patience or USUAL
    part, marks = target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    with requests.Session() as session:
        retry = Retry(
            total=patience.attempts,
            status_forcelist=_PASSING,
            backoff_factor=patience.backoff,
            allowed_methods={"GET"},
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        for attempt in range(patience.attempts + 1):
            try:
                version = _fetch(session, url, part, marks, progress, patience)
                break
            except HTTPError as error:  # in the middle of the file; the session has retried whatever comes before it
                if attempt == patience.attempts:
                    raise _failure(url, error) from None
                time.sleep(patience.backoff * 2**attempt)
            except requests.RequestException as error:
                raise _failure(url, error) from None
    _unpack(part, target, version, url)
    part.unlink()
    marks.unlink(missing_ok=True)
    return version.file_name


def _fetch(
    session: requests.Session, url: str, part: Path, marks: Path, progress: Progress, patience: Patience
) -> _Version:
    """One attempt: the rest of the `.part` file if the server has that version still, else all of it."""
    kept = _kept(part, marks, url)
    headers = {"Accept": "text/csv", "Accept-Encoding": "gzip"}
    if kept:
        headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": kept.mark}
    seconds = (patience.connect_seconds, patience.read_seconds)
    with session.get(url, headers=headers, stream=True, timeout=seconds) as answer:
        begin = part.stat().st_size if kept else 0
        if kept and answer.status_code == 206 and _continues(answer.headers, begin):
            version = kept
        elif kept and answer.status_code in (206, 416):  # not the rest that was asked for: all of it, please
            marks.unlink()
            return _fetch(session, url, part, marks, progress, patience)
        else:
            begin, version = 0, _checked(answer, url)
            part.unlink(missing_ok=True)
            write_json(marks, vars(version))
        expected = _length(answer.headers)
        _receive(answer, part, begin, begin + expected if expected is not None else None, progress)
    return version


def _receive(answer: requests.Response, part: Path, begin: int, total: int | None, progress: Progress) -> None:
    """Append what comes to the `.part` file; urllib3 raises if the body ends before the announced length."""
    done = begin
    with part.open("ab") as file:
        progress(done, total)
        for block in answer.raw.stream(_BLOCK, decode_content=False):
            file.write(block)
            done += len(block)
            progress(done, total)
            if done > MOST_BYTES:
                raise DataError(
                    "The download is too large for a table of statistics.",
                    where=answer.url,
                    found=f"more than {done >> 20} MiB",
                    expected=f"at most {MOST_BYTES >> 20} MiB",
                )


def _kept(part: Path, marks: Path, url: str) -> _Version | None:
    """The version that an interrupted download was of, if it can be continued."""
    try:
        kept = _Version(**json.loads(marks.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return kept if kept.url == url and kept.mark and part.is_file() and part.stat().st_size else None


def _continues(headers: Mapping[str, str], begin: int) -> bool:
    return re.match(rf"bytes {begin}-\d+/", headers.get("Content-Range", "")) is not None


def _checked(answer: requests.Response, url: str) -> _Version:
    """Refuse an answer that is no CSV file; what tells its version otherwise."""
    if answer.status_code != 200:
        fix = (
            "Check `data_set` and `api` in sources.yaml against the data set's page."
            if answer.status_code == 404
            else _BY_HAND
        )
        raise DataError(
            "The service refused the download.",
            where=url,
            found=f"status {answer.status_code} {answer.reason or ''}".strip(),
            expected="200",
            fix=fix,
        )
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and kind not in _TYPES:
        raise DataError(
            "The service answered with something else than a CSV file.",
            where=url,
            found=kind,
            expected="text/csv",
            fix=f"Look at the address in a browser. {_BY_HAND}",
        )
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise DataError(
            "The service packed the file in a way that nobody asked for.",
            where=url,
            found=packing,
            expected="gzip, or none",
            fix=_BY_HAND,
        )
    tag = answer.headers.get("ETag", "")  # a weak one (W/…) does not promise the same bytes
    mark = tag if tag.startswith('"') else answer.headers.get("Last-Modified", "") if not tag else ""
    name = re.search(r'filename="?([^";]+)"?', answer.headers.get("Content-Disposition", ""))
    return _Version(url, mark, packing.endswith("gzip"), name[1].strip() if name else "")


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _unpack(part: Path, target: Path, version: _Version, url: str) -> None:
    """The received bytes as the file that was meant; a file that cannot be unpacked is deleted."""
    size = part.stat().st_size if part.is_file() else 0
    try:
        if not size:
            raise EOFError("nothing")
        with replacing(target) as beside, beside.open("wb") as file:
            with gzip.open(part) if version.packed else part.open("rb") as source:
                while block := source.read(_BLOCK):
                    file.write(block)
                    if file.tell() > MOST_BYTES:
                        raise DataError(
                            "The download unpacks to too much for a table of statistics.",
                            where=url,
                            expected=f"at most {MOST_BYTES >> 20} MiB",
                        )
    except (gzip.BadGzipFile, EOFError, zlib.error):
        part.unlink(missing_ok=True)
        raise DataError(
            "The download is empty or damaged.", where=url, found=f"{size} bytes", expected="a CSV file", fix=_BY_HAND
        ) from None


def _failure(url: str, error: Exception) -> DataError:
    """What went wrong on the way, in words of a user."""
    text = f"{type(error).__name__} {error}".lower()
    if "timeout" in text or "timed out" in text:
        found = "no answer in time"
    elif isinstance(error, HTTPError):
        found = "the connection broke off before the end of the file"
    elif isinstance(error, requests.exceptions.SSLError):
        found = "the certificate of the service could not be checked"
    elif isinstance(error, requests.ConnectionError):
        found = "no connection to the service"
    else:
        found = type(error).__name__
    return DataError("The download failed.", where=url, found=found, fix=_BY_HAND)
