# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compiled engines on disk: used only where everything that made them is the same."""

from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import VERSION
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheKey:
    """All that a compiled engine depends on."""

    model_sha256: str
    specialiser: int
    cut: str
    input_size: tuple[int, int]
    batch: int
    mean_std: tuple[float, ...]
    classes: tuple[int, int]
    precision: str
    rewrites: tuple[str, ...]
    backend: str
    backend_version: str
    device: str

    @classmethod
    def of(
        cls, request: BuildRequest, version: str, device: str, rewrites: frozenset[Rewrite]
    ) -> 'CacheKey':
        """Take what the engine of `request` depends on, for a backend version and a device."""
        card = request.card
        classes = card.class_slice(request.domain)
        return cls(
            model_sha256=request.model_file.sha256,
            specialiser=VERSION,
            cut=Cut.LOGITS.value,
            input_size=request.input_size,
            batch=request.batch,
            mean_std=(*card.mean, *card.std),
            classes=(classes.start, classes.stop),
            precision=request.precision.value,
            rewrites=tuple(sorted(r.value for r in rewrites)),
            backend=request.backend.value,
            backend_version=version,
            device=device,
        )

    @property
    def stem(self) -> str:
        """A file name that a person can read and no other key has."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        height, width = self.input_size
        return f'{self.backend}-{self.precision}-{width}x{height}-{digest[:20]}'


class EngineCache:
    """Engines in `folder`: `<stem>.engine` and, beside it, `<stem>.json` that says what it is.

    Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def of_user(cls) -> 'EngineCache':
        """Take the user's cache folder; where it cannot be made, nothing is kept (logged)."""
        try:
            return cls(cache_dir() / 'engines')
        except HydranetError as error:
            _log.warning('Engine cache: nothing is kept. %s', error)
            return cls(None)

    def get(self, key: CacheKey) -> bytes | None:
        """Read the engine of `key`; None where there is none or it is not what it should be."""
        if self.folder is None:
            return None
        path, sidecar = _paths(self.folder, key)
        try:
            data, described = path.read_bytes(), json.loads(sidecar.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning('Engine cache: %s cannot be read (%s); building again.', path, error)
            return None
        same = isinstance(described, dict) and described.get('key') == _as_json(key)
        if not same or described.get('sha256') != hashlib.sha256(data).hexdigest():
            _log.warning('Engine cache: %s is stale or damaged; building again.', path)
            return None
        return data

    def put(self, key: CacheKey, data: bytes) -> None:
        """Store an engine atomically; a full or read-only disk costs a log line, no more."""
        if self.folder is None:
            return
        path, sidecar = _paths(self.folder, key)
        described = {'key': _as_json(key), 'sha256': hashlib.sha256(data).hexdigest()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)
            write_atomically(sidecar, json.dumps(described, indent=2).encode())
        except OSError as error:
            _log.warning('Engine cache: %s was not kept (%s).', path, error)

    def discard(self, key: CacheKey, reason: Exception) -> None:
        """Remove an engine that its backend refused, in one log line."""
        if self.folder is None:
            return
        path, sidecar = _paths(self.folder, key)
        _log.warning(
            'Engine cache: %s was refused (%s); building again.', path, first_line(reason)
        )
        with suppress(OSError):  # in a read-only folder it stays, and is refused again
            for file in (sidecar, path):
                file.unlink(missing_ok=True)


def _paths(folder: Path, key: CacheKey) -> tuple[Path, Path]:
    return folder / f'{key.stem}.engine', folder / f'{key.stem}.json'


def _as_json(key: CacheKey) -> Any:
    return json.loads(json.dumps(asdict(key)))
