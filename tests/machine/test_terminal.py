"""What is printed into a file or a pipe whose encoding lacks characters, as Windows has it: readable, and never a traceback."""

import os
import subprocess
import sys

import pytest

PRINTS = (
    "import sys; from pipeline.commands import main; from pipeline.errors import DataError\n"
    "def app():\n    main.console.print('0.1 → 0.2, −3 ≥ “Cŵn”, 日, £5', markup=False)\n"
    "    raise DataError('Not “Tŷ” → 日.', found='€')\n"
    "main.app = app\nmain.main()\n"
)


def printed(*words: str, encoding: str) -> tuple[str, str, int]:
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    return (
        done.stdout.decode(encoding).replace("\r", ""),
        done.stderr.decode(encoding).replace("\r", ""),
        done.returncode,
    )


@pytest.mark.parametrize(
    ("encoding", "out", "err"),
    [
        ("cp1252", "0.1 -> 0.2, -3 >= “Cwn”, ?, £5\n", "Not “Ty” -> ?.\n  found:    €\n"),
        ("ascii", '0.1 -> 0.2, -3 >= "Cwn", ?, ?5\n', 'Not "Ty" -> ?.\n  found:    ?\n'),
        ("utf-8", "0.1 → 0.2, −3 ≥ “Cŵn”, 日, £5\n", "Not “Tŷ” → 日.\n  found:    €\n"),
    ],
)
def test_what_an_encoding_lacks_is_written_as_near_as_it_goes(encoding, out, err):
    assert printed("-c", PRINTS, encoding=encoding) == (out, err, 2)


@pytest.mark.parametrize("words", [["--help"], ["survey", "new", "--help"], ["doctor"]])
def test_whole_commands_can_be_written_into_a_file(words):
    out, err, code = printed("-m", "pipeline", *words, encoding="cp1252")
    assert code == 0 and err == "" and len(out) > 500 and "─" not in out
