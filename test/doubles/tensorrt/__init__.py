# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: a contract double with the names, signatures and enum members of one version.

TENSORRT_DOUBLE_API names the file of facts (test/deploy/tensorrt_api/tensorrt-VERSION.json). What
the facts lack raises AttributeError, arguments that they do not allow TypeError, what the project
does not use NotImplementedError. "Engines" are the ONNX graph itself, run by ONNX Runtime over
host_cuda's memory: no figure of speed or parity taken here says anything about TensorRT. Numbers
of enum members are positions in the file, not TensorRT's.

TENSORRT_DOUBLE_FAULT: start, parse, build, memory, abort, kill, hang, print, deserialize, context,
execute or capture. TENSORRT_DOUBLE_VERSION: another version than the file's.
TENSORRT_DOUBLE_DLA_CORES: how many there are.
"""

import os as _os
from pathlib import Path as _Path

from trt_behaviour import BEHAVIOUR as _BEHAVIOUR
from trt_contract import Contract as _Contract

_file = _Path(_os.environ['TENSORRT_DOUBLE_API'])
_stated = _file.stem.removeprefix('tensorrt-')
__version__ = _os.environ.get('TENSORRT_DOUBLE_VERSION', _stated)
globals().update(_Contract(_file, __version__, _BEHAVIOUR).names)
