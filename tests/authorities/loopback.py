"""A small HTTP server on this machine that stands in for the statistics service, sound and broken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """One answer. `cut`: so many bytes of the body come, then the connection ends; `stall`: then nothing more comes.
    `ranges`: parts are served to who names this version (`etag`)."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/csv; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    ranges: bool = False
    cut: int | None = None
    stall: bool = False
    length: bool = True


@dataclass
class Service:
    """What the server answers by path: one answer after the other, the last one again and again; and what was asked."""

    base: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def gives(self, path: str, *answers: Answer) -> str:
        """Set the answers of a path; its address."""
        self.answers[path] = list(answers)
        return self.base + path

    def next_answer(self, path: str) -> Answer:
        waiting = self.answers.get(path, [Answer(b"not found", 404, "text/plain")])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def serving() -> Iterator[Service]:
    """Serve on a free port of this machine until the block ends."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append((self.path, dict(self.headers)))
            _answer(self, service.next_answer(self.path), service.over)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, answer: Answer, over: threading.Event) -> None:
    body, status, extra = answer.body, answer.status, list(answer.headers)
    wanted = handler.headers.get("Range", "")
    if answer.ranges and wanted and handler.headers.get("If-Range") == answer.etag:
        begin = int(wanted.removeprefix("bytes=").rstrip("-"))
        if begin >= len(body):
            body, status, extra = b"", 416, [*extra, ("Content-Range", f"bytes */{len(body)}")]
        else:
            extra.append(("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}"))
            body, status = body[begin:], 206
    handler.send_response(status)
    for name, value in (
        ("Content-Type", answer.kind),
        ("ETag", answer.etag),
        ("Content-Length", str(len(body)) if answer.length else ""),
        *extra,
    ):
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body[: answer.cut])
    handler.wfile.flush()
    if answer.stall:
        over.wait(30)
