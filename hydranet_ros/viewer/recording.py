# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Where a Rerun recording goes: a web page, a window, a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path
import socket
import sys
from urllib.parse import quote

import rerun as rr
import rerun.blueprint as rrb

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

APPLICATION = 'hydranet_ros'
HOST = '127.0.0.1'
DEFAULT_WEB_PORT = 9090
_STREAM_PORT = 9876
_TRIES = 100
_FLUSH_S = 10.0


@dataclass(frozen=True)
class Destination:
    """Where to show and keep what is logged.

    web_port: of the page, None for no page. window: open the native viewer. save: a new file.
    memory: what the viewer keeps at most before it forgets the oldest, such as '1GiB' or '25%'.
    """

    web_port: int | None = None
    window: bool = False
    save: Path | None = None
    memory: str = '1GiB'


def has_display() -> bool:
    """Tell whether a window can be opened."""
    return bool(os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY'))


@contextmanager
def opened(destination: Destination, layout: rrb.Blueprint) -> Iterator[rr.RecordingStream]:
    """Open a recording, say on stdout where it is seen, and close it with all in it written.

    HydranetError where the file exists or cannot be made, or no port is free.
    """
    recording = rr.RecordingStream(APPLICATION)
    recording.set_log_time_enabled(False)
    if destination.save is not None:
        _make_file(destination.save)
    try:
        _connect(recording, destination, layout)
        yield recording
    finally:
        # A viewer that was closed takes nothing any more: what cannot be written is given up.
        with suppress(RuntimeError):
            recording.flush(timeout_sec=_FLUSH_S)
        recording.disconnect()


def _connect(
    recording: rr.RecordingStream, destination: Destination, layout: rrb.Blueprint
) -> None:
    try:
        recording.set_sinks(*_sinks(destination, recording), default_blueprint=layout)
    except BaseException:
        # Else the file that is still empty would stand in the way of the next try.
        if destination.save is not None:
            destination.save.unlink(missing_ok=True)
        raise


def _sinks(destination: Destination, recording: rr.RecordingStream) -> list[rr.sinks.LogSinkLike]:
    sinks: list[rr.sinks.LogSinkLike] = []
    if destination.web_port is not None:
        sinks.append(_serve(destination.web_port, destination.memory))
    if destination.window:
        sinks.append(_open_window(destination.memory, recording))
    if destination.save is not None:
        sinks.append(rr.FileSink(destination.save))
        print(f'file      {destination.save}', flush=True)
    return sinks


def _open_window(memory: str, recording: rr.RecordingStream) -> rr.GrpcSink:
    if not has_display():
        raise HydranetError('there is no display for --window; --web serves a page instead.')
    port = _free_port(_STREAM_PORT)
    beside = Path(sys.executable).with_name('rerun')  # where the environment is not activated
    try:
        rr.spawn(
            port=port,
            connect=False,
            memory_limit=memory,
            executable_path=str(beside) if beside.is_file() else None,
            recording=recording,
        )
    except RuntimeError as error:
        raise HydranetError(
            f'the Rerun viewer does not start: {first_line(error)} --web serves a page instead.'
        ) from error
    print('window    the Rerun viewer', flush=True)
    return rr.GrpcSink(f'rerun+http://{HOST}:{port}/proxy')


def _serve(web_port: int, memory: str) -> rr.GrpcServerSink:
    stream = rr.GrpcServerSink(HOST, _free_port(_STREAM_PORT), server_memory_limit=memory)
    port = _free_port(web_port)
    rr.serve_web_viewer(web_port=port, open_browser=False)
    print(f'page      http://{HOST}:{port}/?url={quote(stream.uri, safe="")}', flush=True)
    return stream


def _make_file(path: Path) -> None:
    if path.exists():
        raise HydranetError(f"'{path}' exists; remove it, or name another file.")
    try:
        path.touch(exist_ok=False)
    except OSError as error:
        raise HydranetError(f"cannot write '{path}': {error.strerror}.") from error


def _free_port(first: int) -> int:
    """Return the first free port from this one on; 0: any."""
    for port in range(first, min(first + _TRIES, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(('', port))
            return int(probe.getsockname()[1])
    raise HydranetError(f'no port from {first} to {first + _TRIES - 1} is free; name another.')
