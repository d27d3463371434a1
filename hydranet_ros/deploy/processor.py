# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The name of the processor."""

from pathlib import Path
import platform


def processor_name() -> str:
    """Name the processor as Linux does, for instance 'AMD EPYC'; else its architecture."""
    try:
        for line in Path('/proc/cpuinfo').read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
