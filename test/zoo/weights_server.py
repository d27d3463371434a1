# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A real HTTP server on the loopback that answers each request as a script says."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
import threading

Answer = Callable[['Request'], None]


class Request(BaseHTTPRequestHandler):
    server: 'WeightsServer'

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.ranges.append(self.headers.get('Range'))
            answer = self.server.answers.pop(0)
        answer(self)

    def start(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header('Content-Length', str(length))
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class WeightsServer(ThreadingHTTPServer):
    """`answers` are used up one a request; `ranges` keeps the Range header of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Request)
        self.lock = threading.Lock()
        self.answers: list[Answer] = []
        self.ranges: list[str | None] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.server_port}/weights/net.ckpt?raw=true'

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def serving() -> Iterator[WeightsServer]:
    server = WeightsServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={'poll_interval': 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def whole(content: bytes) -> Answer:
    """Send all of it, whatever Range was asked for."""

    def answer(request: Request) -> None:
        request.start(200, len(content))
        request.wfile.write(content)

    return answer


def rest(content: bytes) -> Answer:
    """Honour the Range."""

    def answer(request: Request) -> None:
        first = int(request.headers['Range'].removeprefix('bytes=').removesuffix('-'))
        place = f'bytes {first}-{len(content) - 1}/{len(content)}'
        request.start(206, len(content) - first, Content_Range=place)
        request.wfile.write(content[first:])

    return answer


def breaking(content: bytes, after: int) -> Answer:
    """Promise all of it and hang up in the middle."""

    def answer(request: Request) -> None:
        request.start(200, len(content))
        request.wfile.write(content[:after])
        request.close_connection = True

    return answer


def stalling(content: bytes, after: int) -> Answer:
    """Send a part, then nothing until the test ends or lets go."""

    def answer(request: Request) -> None:
        request.start(200, len(content))
        request.wfile.write(content[:after])
        request.wfile.flush()
        request.server.released.wait(60)
        request.wfile.write(content[after:])

    return answer


def status(code: int) -> Answer:
    return lambda request: request.start(code, 0)
