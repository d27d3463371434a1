# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compiled engines on disk: used only where everything that made them is the same."""

from dataclasses import asdict
from dataclasses import dataclass
import hashlib
import json
import logging
import os
from pathlib import Path
import tempfile
from typing import Any

from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import VERSION

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
    options: str = ''

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
    """Engines in `folder`: `<stem>.engine` and, beside it, `<stem>.json` that says what it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: CacheKey) -> bytes | None:
        """Read the engine of `key`; None where there is none or it is not what it should be."""
        path, sidecar = self._paths(key)
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
        path, sidecar = self._paths(key)
        described = {'key': _as_json(key), 'sha256': hashlib.sha256(data).hexdigest()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _replace(path, data)
            _replace(sidecar, json.dumps(described, indent=2).encode())
        except OSError as error:
            _log.warning('Engine cache: %s was not kept (%s).', path, error)

    def discard(self, key: CacheKey, reason: Exception) -> None:
        """Remove an engine that its backend refused, in one log line."""
        path, sidecar = self._paths(key)
        first = (str(reason).strip().splitlines() or [type(reason).__name__])[0]
        _log.warning('Engine cache: %s was refused (%s); building again.', path, first)
        for file in (path, sidecar):
            file.unlink(missing_ok=True)

    def _paths(self, key: CacheKey) -> tuple[Path, Path]:
        return self.folder / f'{key.stem}.engine', self.folder / f'{key.stem}.json'


def _as_json(key: CacheKey) -> Any:
    return json.loads(json.dumps(asdict(key)))


def _replace(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix='.part', delete=False) as file:
        try:
            file.write(data)
            file.close()
            os.replace(file.name, path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
