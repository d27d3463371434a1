# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How much memory of the GPU this process has."""

import os

from hydranet_ros.deploy.nvidia_gpu import nvidia_smi


def gpu_memory_mib() -> int | None:
    """Ask nvidia-smi; None where it does not tell: no GPU, a Jetson, another PID namespace."""
    found = None
    for line in nvidia_smi('pid', 'used_memory', what='compute-apps'):
        pid, _, memory = line.partition(',')
        amount = memory.strip().removesuffix('MiB').strip()
        if pid == str(os.getpid()) and amount.isdigit():
            found = (found or 0) + int(amount)
    return found
