# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read the tensors of a torch checkpoint without running what else may be in it.

Tried on checkpoints of the 2018 format that the tests write; never on the authors' own files,
which the project has never held.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import re
from typing import Any
import warnings

import numpy as np
import torch

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

# Before 2.6 `weights_only=True` could be made to run code (CVE-2025-32434).
MIN_TORCH = (2, 6)
_SCALAR_DTYPES = ('?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8')
_PREFIX = 'module.'
# where the authors' repositories put the state dict: this is the order of looking
_KEYS = ('state_dict', 'segmenter', 'model')


def read_checkpoint(path: str | Path) -> dict[str, torch.Tensor]:
    """Return the state dict of a torch checkpoint, on the CPU, without `module.` prefixes.

    The file is the state dict itself or a dict that has it under `state_dict`, `segmenter` or
    `model`, in the zip or the older format; NumPy scalars beside it (losses, scores) are allowed.
    HydranetError where it is truncated, no checkpoint, or holds objects that would have to run
    code; none is run.
    """
    return state_dict_of(read_content(path), Path(path))


def read_content(path: str | Path) -> Any:
    """Return all that a torch checkpoint holds, on the CPU; HydranetError as `read_checkpoint`."""
    path = Path(path)
    if not path.is_file():
        raise HydranetError(f'There is no checkpoint {path}; check the path.')
    if _torch_version() < MIN_TORCH:
        raise HydranetError(
            f'torch {torch.__version__} does not read checkpoints safely; install torch 2.6 or '
            'newer, or import the checkpoint on another machine and copy the model file.'
        )
    return _load(path)


def _load(path: Path) -> Any:
    try:
        with torch.serialization.safe_globals(_numpy_globals()), warnings.catch_warnings():
            # latin1 keeps the bytes of the NumPy scalars that Python 2 wrote; torch honours the
            # encoding, and warns that it would not.
            warnings.filterwarnings('ignore', 'pickle_load_args')
            return torch.load(path, map_location='cpu', weights_only=True, encoding='latin1')
    except Exception as error:  # a damaged or hostile pickle may end in any exception
        if name := re.search(r'GLOBAL ([\w.]+)', str(error)):
            raise HydranetError(
                f'{path} was refused: beside tensors it holds {name[1]}, which would have to be '
                'run. Save the state dict alone (torch.save(model.state_dict(), ...)) and use '
                'that file.'
            ) from error
        raise HydranetError(
            f'{path} cannot be read as a torch checkpoint ({first_line(error)}). '
            'It may be truncated or of another format; get it again.'
        ) from error


def _numpy_globals() -> list[Any]:
    """Name what rebuilds a NumPy scalar, as NumPy 1 and NumPy 2 call it."""
    scalar = np.float64(0).__reduce__()[0]
    names = [f'numpy.{core}.multiarray.scalar' for core in ('core', '_core')]
    dtypes = {type(np.dtype(code)) for code in _SCALAR_DTYPES}
    return [*((scalar, name) for name in names), (np.dtype, 'numpy.dtype'), *dtypes]


def state_dict_of(content: Any, path: Path) -> dict[str, torch.Tensor]:
    """Find the state dict in what `read_content` returned; HydranetError where there is none."""
    if isinstance(content, Mapping):
        nested = [content[key] for key in _KEYS if isinstance(content.get(key), Mapping)]
        content = nested[0] if nested else content
    if not isinstance(content, Mapping) or not content:
        raise HydranetError(f'{path} holds no state dict but {type(content).__name__}.')
    for key, value in content.items():
        if not isinstance(key, str) or not isinstance(value, torch.Tensor):
            raise HydranetError(
                f'{path} is no state dict: its entry {key!r} is {type(value).__name__}, '
                'not a tensor.'
            )
    prefixed = all(key.startswith(_PREFIX) for key in content)
    return {key[len(_PREFIX) :] if prefixed else key: value for key, value in content.items()}


def _torch_version() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r'\d+', torch.__version__)[:2])
