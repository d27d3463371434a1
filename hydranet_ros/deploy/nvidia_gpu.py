# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether there is an NVIDIA GPU, and which, without loading any of its libraries."""

from functools import cache
from pathlib import Path
import shutil
import subprocess

# a desktop's driver, a Jetson's two generations of drivers, WSL
_DEVICES = ('/dev/nvidiactl', '/dev/nvhost-gpu', '/dev/nvgpu', '/dev/dxg')
_BOARD = Path('/proc/device-tree/model')


def gpu_present() -> bool:
    """Tell whether a driver offers a GPU."""
    return any(Path(device).exists() for device in _DEVICES)


@cache
def gpu_name() -> str:
    """Name the first GPU with its compute capability, or the Jetson that it is part of."""
    named = nvidia_smi('name', 'compute_cap')
    if named:
        return named[0]
    try:
        return _BOARD.read_text(encoding='utf-8', errors='replace').strip('\0\n ')
    except OSError:
        return 'an NVIDIA GPU'


def nvidia_smi(*fields: str, what: str = 'gpu') -> list[str]:
    """Return a line a GPU (or what else `--query-...` names); none where the program fails."""
    program = shutil.which('nvidia-smi')
    if program is None:
        return []
    command = [program, f'--query-{what}={",".join(fields)}', '--format=csv,noheader']
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in done.stdout.splitlines()] if done.returncode == 0 else []
