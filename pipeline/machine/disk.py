"""Ends a program that a full disk would keep going for ever."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.machine.memory import full_disk
from pipeline.machine.stopping import end_with_all

LEAST = 1 << 16  # bytes: where fewer are free, nothing can be written
LOOKS, SECONDS = 3, 1.0  # so many times, so far apart, before a disk counts as full


@contextmanager
def ended_when_full(process: subprocess.Popen, place: Path) -> Iterator[None]:
    """Within the block `process` and all that it started are ended when the disk of `place` is full: MachineError then.

    DVC's notes are a database whose driver tries to write again, without an end, while it cannot.
    """
    done, full = threading.Event(), threading.Event()

    def look() -> None:
        looks = 0
        while looks < LOOKS:
            if done.wait(SECONDS):
                return
            looks = looks + 1 if shutil.disk_usage(place).free < LEAST else 0
        full.set()
        end_with_all(process)

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()
        if full.is_set():
            raise full_disk(str(place))
