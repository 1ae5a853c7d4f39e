"""What a run tells while it goes on: on a terminal a line that lives, in a log a line now and then."""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.text import Text

from pipeline.workflow.running import StageRun

MINUTE = 60.0  # seconds between the lines of a long stage in a log
SHORT = 10.0  # seconds: a stage that usually takes less gets no line at its start


class Progress(AbstractContextManager):
    """Tells each stage of a run as it starts and ends, with its number among `names` and the time that it usually takes."""

    def __init__(self, console: Console, names: Sequence[str], usual: Mapping[str, float], every: float = MINUTE):
        self._console, self._names, self._usual, self._every = console, names, usual, every
        self._status = console.status(self)
        self._lock = threading.Lock()
        self._current: StageRun | None = None
        self._ended = threading.Event()
        self._begun = time.monotonic()

    def __enter__(self) -> "Progress":
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._status.stop()

    def __rich__(self) -> Text:
        """The line that lives."""
        current = self._current
        if current is None:
            return Text("Looking at what changed …")
        usually = f", usually {in_words(self._usual[current.name])}" if current.name in self._usual else ""
        return Text(
            f"{current.name}: {in_words(time.monotonic() - self._begun)}{usually} "
            f"(stage {self._names.index(current.name) + 1} of {len(self._names)})"
        )

    def started(self, stage: StageRun) -> None:
        """A stage begins."""
        self._end()
        self._current, self._begun, self._ended = stage, time.monotonic(), threading.Event()
        if not self._console.is_terminal and stage.ran:
            usual = self._usual.get(stage.name)
            if usual is None or usual >= SHORT:
                self._tell(stage, "running" if usual is None else f"running, usually {in_words(usual)}")
            threading.Thread(
                target=self._tell_now_and_then, args=(stage, self._begun, self._ended), daemon=True
            ).start()

    def ended(self, stage: StageRun) -> None:
        """A stage has ended."""
        self._end()
        self._current = None
        self._tell(stage, f"done in {stage.seconds:.1f} s" if stage.ran else "up to date")

    def _end(self) -> None:
        self._ended.set()

    def _tell_now_and_then(self, stage: StageRun, begun: float, ended: threading.Event) -> None:
        while not ended.wait(self._every):
            usually = f", usually {in_words(self._usual[stage.name])}" if stage.name in self._usual else ""
            self._tell(stage, f"running for {in_words(time.monotonic() - begun)}{usually}")

    def _tell(self, stage: StageRun, what: str) -> None:
        with self._lock:
            self._console.print(
                f"[{self._names.index(stage.name) + 1}/{len(self._names)}] {stage.name:<16} {what}", markup=False
            )


def in_words(seconds: float) -> str:
    """A time as one says it.

    >>> in_words(0.4), in_words(40), in_words(60), in_words(100), in_words(3700)
    ('0 s', '40 s', '1 min', '1 min 40 s', '61 min 40 s')
    """
    minutes, left = divmod(round(seconds), 60)
    return " ".join([f"{minutes} min"] * bool(minutes) + [f"{left} s"] * bool(left or not minutes))
