# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The page of the live view, over real HTTP. No browser looks at it here."""

import socket
from urllib.error import HTTPError
from urllib.request import urlopen

import cv2
import numpy as np
import pytest

from hydranet_ros.picture_server import PictureServer

PATIENCE_S = 20


@pytest.fixture
def server():
    server = PictureServer(0)
    yield server
    server.close()


def get(server, path=''):
    with urlopen(server.url + path, timeout=PATIENCE_S) as answer:
        return answer.headers['Content-Type'], answer.read()


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def test_the_page_shows_the_stream(server):
    kind, page = get(server)
    assert kind.startswith('text/html')
    assert b'src="/stream.mjpg"' in page


def test_the_newest_picture_is_served(server):
    for red in (30, 200):
        server.show(np.full((20, 30, 3), (red, 90, 60), np.uint8))
        kind, jpeg = get(server, 'picture.jpg')
        assert kind == 'image/jpeg'
        np.testing.assert_allclose(decoded(jpeg)[10, 15], (red, 90, 60), atol=4)


def test_the_stream_follows(server):
    server.show(np.full((20, 30, 3), 50, np.uint8))
    with urlopen(server.url + 'stream.mjpg', timeout=PATIENCE_S) as stream:
        seen = []
        for value in (50, 120, 210):
            assert stream.readline() == b'--hydranet\r\n'
            headers = {}
            while (line := stream.readline()) != b'\r\n':
                name, _, text = line.decode().partition(':')
                headers[name] = text.strip()
            seen.append(int(decoded(stream.read(int(headers['Content-Length'])))[10, 15, 0]))
            stream.readline()
            server.show(np.full((20, 30, 3), {50: 120, 120: 210, 210: 0}[value], np.uint8))
    np.testing.assert_allclose(seen, (50, 120, 210), atol=3)
    assert server.watched


def test_nobody_watches_before_the_first_request(server):
    assert not server.watched


def test_other_paths_are_not_found(server):
    with pytest.raises(HTTPError, match='404'):
        get(server, '../etc/passwd')


def test_a_port_in_use_gives_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = PictureServer(port)
        try:
            assert server.url != f'http://127.0.0.1:{port}/'
            assert get(server)[0].startswith('text/html')
        finally:
            server.close()


def test_it_listens_on_this_machine_only(server):
    assert server.url.startswith('http://127.0.0.1:')
