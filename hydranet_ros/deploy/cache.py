# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compiled engines on disk: used only where everything that made them is the same."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.deploy.cache_key import CacheKey
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir

_log = logging.getLogger(__name__)
KEPT = 64  # engines; those used longest ago go first


@dataclass(frozen=True)
class Stored:
    """An engine's bytes, None where only the figures are kept, and how it compares with fp32."""

    data: bytes | None
    parity: Parity


class EngineCache:
    """Engines in `folder`: `<stem>.engine` and, beside it, `<stem>.json` that says what it is.

    Without a folder nothing is kept. An engine that was refused leaves the .json alone.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def of_user(cls) -> EngineCache:
        """Take the user's cache folder; where it cannot be made, nothing is kept (logged)."""
        try:
            return cls(cache_dir() / 'engines')
        except HydranetError as error:
            _log.warning('Engine cache: nothing is kept. %s', error)
            return cls(None)

    def get(self, key: CacheKey) -> Stored | None:
        """Read what is kept of `key`; None where there is none or it is not what it should be."""
        if self.folder is None:
            return None
        path, sidecar = _paths(self.folder, key)
        try:
            described = json.loads(sidecar.read_text())
            digest = described.get('sha256') if isinstance(described, dict) else ''
            data = None if digest is None else path.read_bytes()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning('Engine cache: %s cannot be read (%s); building again.', path, error)
            return None
        try:
            if described['key'] != _as_json(key) or (data is not None and _sha256(data) != digest):
                raise ValueError('it is not what its description says')
            parity = Parity.from_json(described['parity'])
        except (KeyError, TypeError, ValueError):
            _log.warning('Engine cache: %s is stale or damaged; building again.', path)
            return None
        with suppress(OSError):  # a read-only folder
            os.utime(sidecar)
        return Stored(data, parity)

    def put(self, key: CacheKey, stored: Stored) -> None:
        """Store an engine atomically; a full or read-only disk costs a log line, no more."""
        if self.folder is None:
            return
        path, sidecar = _paths(self.folder, key)
        described = {
            'key': _as_json(key),
            'sha256': None if stored.data is None else _sha256(stored.data),
            'parity': asdict(stored.parity),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if stored.data is None:
                path.unlink(missing_ok=True)
            else:
                write_atomically(path, stored.data)
            write_atomically(sidecar, json.dumps(described, indent=2).encode())
            self._prune()
        except OSError as error:
            _log.warning('Engine cache: %s was not kept (%s).', path, error)

    def discard(self, key: CacheKey, reason: Exception) -> None:
        """Remove an engine that its backend refused, in one log line."""
        if self.folder is None:
            return
        path, _ = _paths(self.folder, key)
        _log.warning(
            'Engine cache: %s was refused (%s); building again.', path, first_line(reason)
        )
        self.remove(key)

    def remove(self, key: CacheKey) -> None:
        """Remove what is kept of `key`, if anything is."""
        if self.folder is None:
            return
        with suppress(OSError):  # in a read-only folder it stays, and is refused again
            for file in reversed(_paths(self.folder, key)):
                file.unlink(missing_ok=True)

    def _prune(self) -> None:
        """Keep the KEPT engines that were used last."""
        assert self.folder is not None
        sidecars = sorted(self.folder.glob('*.json'), key=_last_use, reverse=True)
        for sidecar in sidecars[KEPT:]:
            sidecar.unlink(missing_ok=True)
            sidecar.with_suffix('.engine').unlink(missing_ok=True)


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process removed it
        return 0.0


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _paths(folder: Path, key: CacheKey) -> tuple[Path, Path]:
    return folder / f'{key.stem}.engine', folder / f'{key.stem}.json'


def _as_json(key: CacheKey) -> Any:
    return json.loads(json.dumps(asdict(key)))
