# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Downloads from a real HTTP server on the loopback; TLS, proxies and the real URLs are not tried.

What is served is random bytes: the project never held the published files.
"""

from collections.abc import Iterator
from dataclasses import replace
import hashlib
import logging
from pathlib import Path
import random
import subprocess
import sys
import threading

import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.card_types import WeightsSource
from hydranet_ros.zoo.download import CHUNK
from hydranet_ros.zoo.download import download
from hydranet_ros.zoo.download import download_path
from hydranet_ros.zoo.download import Patience
from test.zoo.weights_server import breaking
from test.zoo.weights_server import rest
from test.zoo.weights_server import serving
from test.zoo.weights_server import stalling
from test.zoo.weights_server import status
from test.zoo.weights_server import WeightsServer
from test.zoo.weights_server import whole

CONTENT = random.Random(1).randbytes(300_000)
HALF = 2 * CHUNK
QUICK = Patience(connect_s=5.0, silence_s=0.2, pause_s=0.0, attempts=3)


@pytest.fixture
def server() -> Iterator[WeightsServer]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'cache'))
    return tmp_path / 'cache'


def source_of(server: WeightsServer, content: bytes = CONTENT) -> WeightsSource:
    blob = hashlib.sha1(b'blob %d\0' % len(content) + content).hexdigest()
    return WeightsSource(server.url, None, blob, None, 'multitask')


def assert_nothing_kept(source: WeightsSource) -> None:
    kept = [path for path in download_path(source).parent.iterdir() if path.suffix != '.lock']
    assert kept == []


def test_good_file_is_downloaded_once(
    server: WeightsServer, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = [whole(CONTENT)]
    seen: list[tuple[int, int | None]] = []
    source = source_of(server)
    path = download(
        source,
        licence_note='Academic use.',
        progress=lambda *now: seen.append(now),
        patience=QUICK,
    )
    assert path.read_bytes() == CONTENT
    assert path.is_relative_to(cache / 'downloads')
    assert path.name.endswith('net.ckpt')
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert 'Academic use.' in caplog.text
    assert server.url in caplog.text
    assert download(source, patience=QUICK) == path
    assert server.ranges == [None]


def test_licence_note_reaches_stderr_without_logging_set_up(server: WeightsServer) -> None:
    server.answers = [whole(CONTENT)]
    done = run_download(source_of(server), logging_level=None)
    assert done.wait(60) == 0
    assert done.stderr is not None
    assert 'Academic use.' in done.stderr.read()


def test_sha256_is_checked_too(server: WeightsServer) -> None:
    server.answers = [whole(CONTENT), whole(CONTENT)]
    good = hashlib.sha256(CONTENT).hexdigest()
    url = server.url
    assert download(WeightsSource(url, good, None, None, None), patience=QUICK).is_file()
    with pytest.raises(HydranetError, match='SHA-256'):
        download(WeightsSource(url, 'f' * 64, None, None, None), patience=QUICK)


def test_damaged_cached_file_is_replaced(
    server: WeightsServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = [whole(CONTENT), whole(CONTENT)]
    path = download(source_of(server), patience=QUICK)
    path.write_bytes(CONTENT[:-1] + b'x')
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert 'damaged' in caplog.text


def test_break_is_resumed(server: WeightsServer) -> None:
    server.answers = [breaking(CONTENT, HALF), rest(CONTENT)]
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert server.ranges == [None, f'bytes={HALF}-']


def test_break_restarts_where_the_server_ignores_ranges(server: WeightsServer) -> None:
    server.answers = [breaking(CONTENT, HALF), whole(CONTENT)]
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert server.ranges == [None, f'bytes={HALF}-']


def test_part_of_an_earlier_run_is_resumed(server: WeightsServer) -> None:
    once = Patience(5.0, 0.2, 0.0, attempts=1)
    server.answers = [breaking(CONTENT, HALF), rest(CONTENT)]
    with pytest.raises(HydranetError, match='broke off'):
        download(source_of(server), patience=once)
    assert download(source_of(server), patience=once).read_bytes() == CONTENT
    assert server.ranges[1] == f'bytes={HALF}-'


def test_part_of_another_file_starts_again(server: WeightsServer) -> None:
    server.answers = [rest(CONTENT), whole(CONTENT)]
    part = download_path(source_of(server)).with_name(
        download_path(source_of(server)).name + '.part'
    )
    part.parent.mkdir(parents=True)
    part.write_bytes(b'other' * 100)
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert server.ranges == ['bytes=500-', None]


def test_part_longer_than_the_file_starts_again(server: WeightsServer) -> None:
    server.answers = [status(416), whole(CONTENT)]
    path = download_path(source_of(server))
    path.parent.mkdir(parents=True)
    path.with_name(path.name + '.part').write_bytes(CONTENT + b'more')
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT


def test_whole_part_needs_no_server(server: WeightsServer) -> None:
    path = download_path(source_of(server))
    path.parent.mkdir(parents=True)
    path.with_name(path.name + '.part').write_bytes(CONTENT)
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert server.ranges == []


@pytest.mark.parametrize(
    'content', [CONTENT[:-1], CONTENT[:HALF], b'<html>Log in</html>', b''], ids=len
)
def test_wrong_file_is_removed(server: WeightsServer, content: bytes) -> None:
    server.answers = [whole(content)]
    source = source_of(server)
    with pytest.raises(HydranetError, match=r'is not the file .* git blob id is .*weights=PATH'):
        download(source, patience=QUICK)
    assert_nothing_kept(source)


def test_missing_file_is_told_at_once(server: WeightsServer) -> None:
    server.answers = [status(404)]
    with pytest.raises(HydranetError, match=r'404 Not Found.*weights=PATH') as caught:
        download(source_of(server), patience=QUICK)
    assert server.url in str(caught.value)
    assert_nothing_kept(source_of(server))


def test_busy_server_is_asked_again_and_keeps_the_part(server: WeightsServer) -> None:
    server.answers = [breaking(CONTENT, HALF), status(503), rest(CONTENT)]
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert server.ranges == [None, f'bytes={HALF}-', f'bytes={HALF}-']


def test_stall_ends_and_is_resumed(server: WeightsServer) -> None:
    server.answers = [stalling(CONTENT, HALF), rest(CONTENT)]
    assert download(source_of(server), patience=QUICK).read_bytes() == CONTENT
    assert server.ranges[0] is None
    assert server.ranges[1].startswith('bytes=')


def test_lasting_stall_is_told(server: WeightsServer) -> None:
    server.answers = [stalling(CONTENT, 0)] * QUICK.attempts
    with pytest.raises(HydranetError, match=r'timed out.*weights=PATH'):
        download(source_of(server), patience=QUICK)
    assert len(server.ranges) == QUICK.attempts


def test_offline_is_told(server: WeightsServer) -> None:
    with serving() as closed:
        source = source_of(closed)
    with pytest.raises(HydranetError, match=r'refused.*network.*weights=PATH') as caught:
        download(source, patience=QUICK)
    assert source.location in str(caught.value)


def test_too_large_file_is_not_stored(server: WeightsServer) -> None:
    server.answers = [whole(CONTENT)]
    with pytest.raises(HydranetError, match='larger than the 1000 bytes'):
        download(source_of(server), patience=QUICK, max_bytes=1000)
    assert_nothing_kept(source_of(server))


def test_a_card_cannot_raise_the_limit(server: WeightsServer) -> None:
    server.answers = [whole(CONTENT)]
    source = replace(source_of(server), size=10**15)
    with pytest.raises(HydranetError, match='larger than the 1000 bytes'):
        download(source, patience=QUICK, max_bytes=1000)


def test_unwritable_cache_is_told(server: WeightsServer, cache: Path) -> None:
    cache.mkdir()
    (cache / 'downloads').write_text('a file where the folder should be')
    with pytest.raises(HydranetError, match='HYDRANET_CACHE'):
        download(source_of(server), patience=QUICK)


def test_two_processes_share_one_download(server: WeightsServer) -> None:
    server.answers = [stalling(CONTENT, HALF)]
    source = source_of(server)
    processes = [run_download(source, logging.INFO) for _ in range(2)]
    one_waits = threading.Event()
    readers = [
        threading.Thread(target=watch, args=(process, 'waiting for another', one_waits))
        for process in processes
    ]
    for reader in readers:
        reader.start()
    try:
        assert one_waits.wait(60)
    finally:
        server.released.set()
    assert [process.wait(60) for process in processes] == [0, 0]
    for reader in readers:
        reader.join()
    assert server.ranges == [None]
    assert download_path(source).read_bytes() == CONTENT


def run_download(source: WeightsSource, logging_level: int | None) -> 'subprocess.Popen[str]':
    set_up = '' if logging_level is None else f'logging.basicConfig(level={logging_level});'
    code = (
        f'import logging; {set_up}'
        'from hydranet_ros.zoo.card_types import WeightsSource;'
        'from hydranet_ros.zoo.download import download;'
        f"download({source!r}, licence_note='Academic use.')"
    )
    return subprocess.Popen([sys.executable, '-c', code], stderr=subprocess.PIPE, text=True)


def watch(process: 'subprocess.Popen[str]', text: str, seen: threading.Event) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            seen.set()
