# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A page on this machine's loopback address that shows the newest picture of a stream."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
import math
import threading
import time
from typing import ClassVar

import cv2
import numpy as np

from hydranet_ros.errors import HydranetError

HOST = '127.0.0.1'
_TRIES = 100
_WATCHED_S = 3.0
_BOUNDARY = 'hydranet'
_PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>hydranet_ros</title>
<style>body{margin:0;background:#181a1e}img{display:block;width:100%;height:auto}</style></head>
<body><img src="/stream.mjpg" alt="camera, classes and depth"></body></html>
"""


class PictureServer:
    """Serve the newest picture: the page at /, as a JPEG at /picture.jpg, all at /stream.mjpg.

    Pictures are encoded only while somebody looks. port: 0 takes any; one in use, the next free.
    """

    def __init__(self, port: int) -> None:
        self._condition = threading.Condition()
        self._picture: np.ndarray | None = None
        self._number = 0
        self._encoded: tuple[int, bytes] = (0, b'')
        self._closed = False
        self._asked_at = -math.inf
        handler = type('Handler', (_Handler,), {'pictures': self})
        self._server = _listen(port, handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the page's address."""
        return f'http://{HOST}:{self._server.server_address[1]}/'

    @property
    def watched(self) -> bool:
        """Tell whether somebody has asked for a picture within the last seconds."""
        return time.monotonic() - self._asked_at < _WATCHED_S

    def show(self, picture: np.ndarray) -> None:
        """Make a picture, uint8 (H, W, 3) RGB, the newest; it must not be changed afterwards."""
        with self._condition:
            self._picture = picture
            self._number += 1
            self._condition.notify_all()

    def next_jpeg(self, after: int, timeout: float) -> tuple[int, bytes] | None:
        """Wait for a picture newer than number `after`; None at the timeout or the end."""
        self._asked_at = time.monotonic()
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._number > after, timeout)
            if self._closed or self._number <= after or self._picture is None:
                return None
            if self._encoded[0] != self._number:
                bgr = cv2.cvtColor(self._picture, cv2.COLOR_RGB2BGR)
                data = cv2.imencode('.jpg', bgr, (cv2.IMWRITE_JPEG_QUALITY, 85))[1]
                self._encoded = self._number, data.tobytes()
            return self._encoded

    @property
    def closed(self) -> bool:
        """Tell whether close() was called."""
        return self._closed

    def close(self) -> None:
        """Stop serving."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _listen(port: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    for candidate in (0,) if port == 0 else range(port, min(port + _TRIES, 65536)):
        try:
            return ThreadingHTTPServer((HOST, candidate), handler)
        except OSError:
            continue
    raise HydranetError(
        f'no free port from {port} to {port + _TRIES - 1}; choose another with --port, '
        'or --port 0 for any.'
    )


class _Handler(BaseHTTPRequestHandler):
    pictures: ClassVar[PictureServer]
    timeout = 10.0

    def do_GET(self) -> None:
        """Answer one request."""
        try:
            path = self.path.partition('?')[0]
            if path == '/':
                self._send(_PAGE, 'text/html; charset=utf-8')
            elif path == '/picture.jpg':
                self._picture()
            elif path == '/stream.mjpg':
                self._stream()
            else:
                self.send_error(HTTPStatus.NOT_FOUND)
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.send_header('Cache-Control', 'no-store')
        self.end_headers()
        self.wfile.write(body)

    def _picture(self) -> None:
        newest = self.pictures.next_jpeg(0, 10.0)
        if newest is None:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, 'no picture yet')
        else:
            self._send(newest[1], 'image/jpeg')

    def _stream(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header('Content-Type', f'multipart/x-mixed-replace; boundary={_BOUNDARY}')
        self.send_header('Cache-Control', 'no-store')
        self.end_headers()
        number = 0
        while not self.pictures.closed:
            newest = self.pictures.next_jpeg(number, 1.0)
            if newest is None:
                continue
            number, data = newest
            head = f'--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}'
            self.wfile.write(head.encode() + b'\r\n\r\n' + data + b'\r\n')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base
        """Say nothing: the terminal belongs to the demo."""
