# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: the double's serialised engines, which say how they were made."""

import hashlib
import json
import os
from typing import Any

from host_cuda import gpu_properties

MAGIC = b'DOUBLE OF A TENSORRT ENGINE\n'


def fault() -> str:
    return os.environ.get('TENSORRT_DOUBLE_FAULT', '')


def gpu_name() -> str:
    return str(gpu_properties().name.decode().rstrip('\0'))


def write_plan(header: dict[str, Any], graph: bytes) -> bytes:
    """Put a header (JSON, with the graph's digest) before the ONNX graph."""
    header = {**header, 'sha256': hashlib.sha256(graph).hexdigest()}
    return MAGIC + json.dumps(header).encode() + b'\n' + graph


def read_plan(plan: bytes) -> tuple[dict[str, Any], bytes]:
    """Give header and graph; ValueError where they are not whole."""
    if not plan.startswith(MAGIC):
        raise ValueError('Serialization assertion magicTag failed')
    header, _, graph = plan[len(MAGIC) :].partition(b'\n')
    described = json.loads(header)
    if described['sha256'] != hashlib.sha256(graph).hexdigest():
        raise ValueError('Serialization assertion checksum failed')
    return described, graph
