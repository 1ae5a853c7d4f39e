"""How a program, and everything that it started, is stopped: by Ctrl-C, by a signal, or because it cannot go on."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

SECONDS = 3.0  # to end by themselves
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class Stopped(KeyboardInterrupt):
    """Somebody stopped this program; `number` is the signal's."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Within the block a signal to end raises Stopped, once: what is put right after it is not stopped again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: object) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each, handler in before.items():
        if handler is not signal.SIG_IGN:  # nohup: it goes on when the terminal is closed
            signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def end_with_all(process: subprocess.Popen) -> None:
    """End `process` and all that it started: asked first, then ended."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        tree = {parent, *parent.children(recursive=True)}
        for each in tree:
            with suppress(psutil.NoSuchProcess):
                each.terminate()
        _, alive = psutil.wait_procs(tree, timeout=SECONDS)
        for each in alive:
            with suppress(psutil.NoSuchProcess):
                for late in (*each.children(recursive=True), each):
                    with suppress(psutil.NoSuchProcess):
                        late.kill()
        psutil.wait_procs(alive, timeout=SECONDS)
    process.wait()
