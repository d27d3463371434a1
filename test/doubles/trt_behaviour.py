# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: what its double does, by 'Class.member'."""

from trt_building import BUILDING
from trt_parsing import PARSING
from trt_running import RUNNING

BEHAVIOUR = {**PARSING, **BUILDING, **RUNNING}
