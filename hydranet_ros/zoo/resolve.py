# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a model card to a verified model file on this machine."""

from __future__ import annotations

from collections.abc import Callable
import importlib.util
import logging
import os
from pathlib import Path
from typing import Any

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir
from hydranet_ros.zoo.card import MODEL_FILE_SUFFIX
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.checksums import git_blob
from hydranet_ros.zoo.checksums import mismatch
from hydranet_ros.zoo.checksums import sha256
from hydranet_ros.zoo.download import download
from hydranet_ros.zoo.file_lock import locked
from hydranet_ros.zoo.model_file import ModelFile
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.progress import Progress

_IMPORT_NEEDS = ('torch', 'onnxscript')
_log = logging.getLogger(__name__)


def resolve_model_file(
    card: ModelCard, weights: str | Path | None = None, progress: Progress | None = None
) -> Path:
    """Return the verified model file (.onnx) of a card.

    `weights` is a local model file or checkpoint in place of the card's. A checkpoint is
    downloaded where it is a URL, and imported once, which needs torch; a model file does not.
    HydranetError where the weights cannot be had, are damaged, or do not fit the card.
    """
    try:
        path = _found(card, weights, progress)
    except OSError as error:
        raise HydranetError(
            f'The weights of model {card.name} cannot be read: {error}. Check the file and its '
            'rights.'
        ) from error
    _check_fit(card, read_model_file(path))
    return path


def _found(card: ModelCard, weights: str | Path | None, progress: Progress | None) -> Path:
    if weights is None and card.weights.lost:
        raise HydranetError(lost_weights(card))
    if weights is None and card.weights.is_url:
        return _of_url(card, progress)
    path = _own_file(card) if weights is None else _local_file(weights)
    if path.suffix == MODEL_FILE_SUFFIX:
        return path
    return _imported(card, git_blob(path), lambda: path)


def imported_path(card: ModelCard, identity: str) -> Path:
    """Return where the model file of a checkpoint with this checksum is kept."""
    return cache_dir() / 'models' / f'{card.name}-{identity[:16]}{MODEL_FILE_SUFFIX}'


def lost_weights(card: ModelCard) -> str:
    """Say that the published weights of a card are lost, and what there is instead."""
    return (
        f'The published weights of model {card.name} are lost: {card.weights.lost} Train the '
        'model (docs/light_weight_refinenet.md), or give a copy of the checkpoint, or a model '
        'file, as its weights.'
    )


def checkpoint_identity(card: ModelCard) -> str:
    """Return the checksum by which the card names its checkpoint."""
    return card.weights.git_blob or card.weights.sha256 or ''


def import_checkpoint_file(
    checkpoint: Path,
    family: str | None,
    out: Path,
    name: str,
    genotype: str | None = None,
    *,
    if_official: bool = False,
) -> Path:
    """Write the model file of a torch checkpoint; HydranetError where torch is missing.

    family, genotype, if_official: as `checkpoint_network` has them.
    """
    _require_torch(str(checkpoint))
    from hydranet_ros.zoo.import_model_file import export_model_file
    from hydranet_ros.zoo.import_network import checkpoint_network

    network = checkpoint_network(checkpoint, family, genotype, if_official=if_official)
    try:
        return export_model_file(network, out, name=name)
    except OSError as error:
        raise HydranetError(f'{out} cannot be written: {error}. Choose another place.') from error


def _of_url(card: ModelCard, progress: Progress | None) -> Path:
    def fetch() -> Path:
        return download(card.weights, licence_note=card.licence_note, progress=progress)

    if card.weights.family is None:
        return fetch()
    return _imported(card, checkpoint_identity(card), fetch)


def _own_file(card: ModelCard) -> Path:
    path = card.path.parent / card.weights.location
    if not path.is_file():
        raise HydranetError(
            f'The weights {path} of model {card.name} are missing; install the package again.'
        )
    if reason := mismatch(path, card.weights):
        raise HydranetError(
            f'The weights {path} are not those of model card {card.path}: {reason}. Install the '
            'package again.'
        )
    return path


def _local_file(weights: str | Path) -> Path:
    path = Path(os.path.expanduser(weights))
    if not os.path.isfile(path):
        raise HydranetError(
            f'There are no weights {path}; give the path of a model file '
            f'({MODEL_FILE_SUFFIX}) or of a torch checkpoint.'
        )
    return path


def _imported(card: ModelCard, identity: str, checkpoint: Callable[[], Path]) -> Path:
    """Import a checkpoint once; the model file's own checksum is kept beside it."""
    path = imported_path(card, identity)
    if path.is_file() and _damage(path) is None:
        return path
    _require_torch(card.name)
    try:
        with locked(path):
            if path.is_file():
                reason = _damage(path)
                if reason is None:
                    return path
                _log.warning('%s is imported again: %s', path, reason)
            source = checkpoint()
            _log.info('importing %s into %s', source, path)
            _checksum_path(path).unlink(missing_ok=True)
            import_checkpoint_file(
                source,
                card.weights.family,
                path,
                card.name,
                card.options.genotype,
                if_official=True,
            )
            write_atomically(_checksum_path(path), f'{sha256(path)}\n'.encode())
    except OSError as error:
        raise HydranetError(
            f'{path} cannot be written: {error}. Make room or set HYDRANET_CACHE to another '
            'folder.'
        ) from error
    return path


def _damage(path: Path) -> str | None:
    """Say why an imported model file is not as it was written, or not of this version."""
    try:
        if _checksum_path(path).read_text(encoding='ascii').strip() != sha256(path):
            return 'its checksum differs'
        read_model_file(path)
    except (OSError, UnicodeDecodeError, HydranetError) as error:
        return str(error)
    return None


def _checksum_path(path: Path) -> Path:
    return path.with_suffix('.sha256')


def _require_torch(name: str) -> None:
    missing = [module for module in _IMPORT_NEEDS if importlib.util.find_spec(module) is None]
    if missing:
        raise HydranetError(
            f'Importing a checkpoint needs {" and ".join(missing)}, missing here. Run `hydranet '
            f'models import {name} --out {Path(name).stem}{MODEL_FILE_SUFFIX}` where it is '
            'installed, copy that file here and give its path as the weights.'
        )


def _check_fit(card: ModelCard, file: ModelFile) -> None:
    channels = {Task.SEMANTIC: len(card.classes), Task.DEPTH: 1, Task.NORMALS: 3}
    heads = {task.value: channels[task] for task in card.tasks}
    wanted = (card.architecture, card.options.chosen(), heads)
    found = (file.architecture, file.options.chosen(), file.heads)
    if found != wanted:
        raise HydranetError(
            f'The model file {file.path} ({_listed(*found)}) does not fit the model card '
            f'{card.path} ({_listed(*wanted)}); choose another model or other weights.'
        )


def _listed(architecture: str, options: dict[str, Any], heads: dict[str, int]) -> str:
    return ', '.join([architecture, *(f'{k}: {v}' for k, v in {**options, **heads}.items())])
