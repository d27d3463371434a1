# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Check files against the checksums that a model card states."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from hydranet_ros.zoo.card_types import WeightsSource

if TYPE_CHECKING:
    from hashlib import _Hash

CHUNK = 1 << 20


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    return _digest(path, hashlib.sha256())


def git_blob(path: Path) -> str:
    """Return the git blob id of a file, as `git hash-object` prints it."""
    return _digest(path, hashlib.sha1(b'blob %d\0' % path.stat().st_size))


def mismatch(path: Path, source: WeightsSource) -> str | None:
    """Say how a file differs from what the source states; None where all agrees."""
    size = path.stat().st_size
    if source.size is not None and size != source.size:
        return f'it has {size} bytes instead of {source.size}'
    if source.sha256 is not None and (found := sha256(path)) != source.sha256:
        return f'its SHA-256 is {found} instead of {source.sha256}'
    if source.git_blob is not None and (found := git_blob(path)) != source.git_blob:
        return f'its git blob id is {found} instead of {source.git_blob}'
    return None


def _digest(path: Path, digest: _Hash) -> str:
    with path.open('rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
