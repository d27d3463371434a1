# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Download weights once, resume what broke off, and verify before use."""

from __future__ import annotations

from dataclasses import dataclass
import logging
import os
from pathlib import Path
from pathlib import PurePosixPath
import time
from urllib.parse import urlsplit

# requests is on most robots already (python3-requests); pooch neither resumes nor knows git blobs.
import requests

from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir
from hydranet_ros.zoo.card_types import WeightsSource
from hydranet_ros.zoo.checksums import mismatch
from hydranet_ros.zoo.file_lock import locked
from hydranet_ros.zoo.progress import Progress
from hydranet_ros.zoo.progress import shown_progress

CHUNK = 1 << 16
MAX_BYTES = 1 << 30
ALTERNATIVE = (
    'give the path of a copy: weights=PATH in Python, the parameter `weights` of the node, '
    '--weights PATH on the command line'
)
_BUSY = (408, 429, 500, 502, 503, 504)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for a connection, for the next byte, and between the attempts."""

    connect_s: float = 10.0
    silence_s: float = 30.0
    pause_s: float = 1.0
    attempts: int = 4


PATIENCE = Patience()


class _BrokenOffError(Exception):
    """A failure that another attempt may mend."""


def download_path(source: WeightsSource) -> Path:
    """Return where the file of a URL lies once it is downloaded."""
    name = PurePosixPath(urlsplit(source.location).path).name or 'weights'
    return cache_dir() / 'downloads' / f'{(source.sha256 or source.git_blob or "")[:12]}-{name}'


def download(
    source: WeightsSource,
    *,
    licence_note: str = '',
    progress: Progress | None = None,
    patience: Patience = PATIENCE,
    max_bytes: int = MAX_BYTES,
) -> Path:
    """Return the verified file of a URL, downloaded now if it is not in the cache.

    `progress` gets the bytes that are there and their total (None where the server does not say
    it); without it a bar is drawn on a terminal. HydranetError where the file cannot be had, is
    another one than the card says, or is larger than `max_bytes`.
    """
    target = download_path(source)
    if target.is_file() and mismatch(target, source) is None:
        return target
    try:
        with locked(target):
            if target.is_file() and (reason := mismatch(target, source)):
                _log.warning('%s is damaged (%s) and is downloaded again', target, reason)
                target.unlink()
            if not target.is_file():
                # No handler configured: logging itself prints warnings to stderr.
                _log.warning('Downloading %s. %s', source.location, licence_note)
                part = target.with_name(target.name + '.part')
                with shown_progress(progress, target.name) as report:
                    most = min(source.size or max_bytes, max_bytes)
                    _complete(source, part, report, patience, most)
                os.replace(part, target)
    except OSError as error:
        raise HydranetError(
            f'{source.location} cannot be stored as {target}: {error}. Make room or set '
            'HYDRANET_CACHE to another folder.'
        ) from error
    return target


def _complete(
    source: WeightsSource, part: Path, report: Progress, patience: Patience, max_bytes: int
) -> None:
    """Fill `part` until it is the verified file, in several attempts."""
    for attempt in range(1, patience.attempts + 1):
        try:
            resumed = part.is_file() and part.stat().st_size > 0
            if resumed and mismatch(part, source) is None:
                return
            _fetch(source.location, part, report, patience, max_bytes)
            reason = mismatch(part, source)
            if reason is None:
                return
            part.unlink()
            if not resumed:
                raise HydranetError(
                    f'{source.location} is not the file that the model card means: {reason}. It '
                    f'was removed. Check the network (a login page?) and try again, or '
                    f'{ALTERNATIVE}.'
                )
            raise _BrokenOffError(f'resumed, but {reason}; it starts again')
        except _BrokenOffError as error:
            if attempt == patience.attempts:
                raise HydranetError(
                    f'{source.location} could not be downloaded: {error}. Try again with a '
                    f'network connection, or {ALTERNATIVE}.'
                ) from error
            _log.warning('%s: %s (attempt %d)', source.location, error, attempt)
            time.sleep(patience.pause_s * attempt)


def _fetch(url: str, part: Path, report: Progress, patience: Patience, max_bytes: int) -> None:
    """Append to `part` what is missing, or write it anew where the server cannot resume."""
    start = part.stat().st_size if part.is_file() else 0
    headers = {'Accept-Encoding': 'identity'}
    if start:
        headers['Range'] = f'bytes={start}-'
    timeout = (patience.connect_s, patience.silence_s)
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
            _check_status(response, part)
            _store(response, part, _first_byte(response, start), report, max_bytes)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _BrokenOffError(_innermost(error)) from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise _BrokenOffError(f'the connection broke off ({_innermost(error)})') from error
    except requests.RequestException as error:
        raise HydranetError(f'{url} could not be downloaded: {error}; {ALTERNATIVE}.') from error


def _check_status(response: requests.Response, part: Path) -> None:
    status = response.status_code
    if status in (requests.codes.ok, requests.codes.partial_content):
        return
    answer = f'the server answered {status} {response.reason}'
    if status == requests.codes.requested_range_not_satisfiable:
        part.unlink(missing_ok=True)
        raise _BrokenOffError(answer)
    if status in _BUSY:
        raise _BrokenOffError(answer)
    raise HydranetError(
        f'{response.url} could not be downloaded: {answer}. If the file has moved, correct the '
        f'model card, or {ALTERNATIVE}.'
    )


def _first_byte(response: requests.Response, asked: int) -> int:
    """Return where in the file the answer begins: servers may ignore a Range."""
    resumed = response.headers.get('Content-Range', '').startswith(f'bytes {asked}-')
    return asked if response.status_code == requests.codes.partial_content and resumed else 0


def _store(
    response: requests.Response, part: Path, start: int, report: Progress, max_bytes: int
) -> None:
    length = response.headers.get('Content-Length', '')
    total = start + int(length) if length.isdecimal() else None
    done = start
    with part.open('ab' if start else 'wb') as file:
        for chunk in response.iter_content(CHUNK):
            done += len(chunk)
            if max(done, total or 0) > max_bytes:
                file.close()
                part.unlink()
                raise HydranetError(
                    f'{response.url} is larger than the {max_bytes} bytes that are allowed; '
                    f'it was removed. Check the model card, or {ALTERNATIVE}.'
                )
            file.write(chunk)
            report(done, total)
    # urllib3 1 (Ubuntu 22.04) ends a body that broke off without an error.
    if total is not None and done < total:
        raise _BrokenOffError(f'the connection broke off after {done} of {total} bytes')


def _innermost(error: BaseException) -> str:
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__
