# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints as torch 0.4 wrote them in 2018, from Python 3 with NumPy 1 and from Python 2."""

from collections import OrderedDict
from collections.abc import Mapping
import io
from pathlib import Path
import pickle
import struct
from types import ModuleType
from typing import ClassVar

import numpy as np
import torch

SCORES = {'epoch': 7, 'best_val': np.float64(42.02), 'lr': np.float32(1e-3), 'n': np.int64(654)}


def write_checkpoint_of_2018(path: Path, state: Mapping[str, torch.Tensor]) -> Path:
    """Write the format before zip files, with NumPy scalars under their names of NumPy 1."""
    content = {'state_dict': OrderedDict(state), **SCORES}
    stream = io.BytesIO()
    torch.save(content, stream, _use_new_zipfile_serialization=False)
    path.write_bytes(stream.getvalue().replace(b'numpy._core.', b'numpy.core.'))
    return path


def write_checkpoint_of_python2(path: Path, state: Mapping[str, torch.Tensor]) -> Path:
    """Write the same with byte strings, which is all that the pickles of Python 2 have."""
    module = ModuleType('pickle')
    module.Pickler = _Python2Pickler
    module.dump = _dump
    content = {'state_dict': OrderedDict(state), **SCORES}
    stream = io.BytesIO()
    torch.save(content, stream, pickle_module=module, _use_new_zipfile_serialization=False)
    path.write_bytes(stream.getvalue().replace(b'numpy._core.', b'numpy.core.'))
    return path


class _Python2Pickler(pickle._Pickler):
    """Write every text and every bytes as a SHORT_BINSTRING."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_text(self, text: str) -> None:
        self.save_string(text.encode('ascii'))

    def save_string(self, string: bytes) -> None:
        self.write(pickle.SHORT_BINSTRING + struct.pack('<B', len(string)) + string)
        self.memoize(string)

    dispatch[str] = save_text
    dispatch[bytes] = save_string

    def memoize(self, obj: object) -> None:
        if id(obj) not in self.memo:
            super().memoize(obj)


def _dump(obj: object, file: io.BytesIO, protocol: int) -> None:
    _Python2Pickler(file, protocol).dump(obj)
