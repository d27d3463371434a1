# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether there is an NVIDIA GPU, and which, without loading any of its libraries."""

from functools import cache
import os
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
    """Name the GPU that is used with its compute capability, or the Jetson it is part of.

    It is the first that CUDA_VISIBLE_DEVICES leaves. Where only CUDA can tell which one that is,
    all of them are named, with that variable.
    """
    lines = nvidia_smi('uuid', 'name', 'compute_cap')
    named = dict(line.split(', ', 1) for line in lines if ', ' in line)
    if named:
        return _first_visible(named)
    try:
        return _BOARD.read_text(encoding='utf-8', errors='replace').strip('\0\n ')
    except OSError:
        return 'an NVIDIA GPU'


def _first_visible(named: dict[str, str]) -> str:
    """Choose among names by UUID, in the order of the PCI bus."""
    names = list(named.values())
    chosen = os.environ.get('CUDA_VISIBLE_DEVICES', '').split(',')[0].strip() or '0'
    if chosen.isdecimal():
        by_bus = os.environ.get('CUDA_DEVICE_ORDER') == 'PCI_BUS_ID'  # else the fastest is 0
        if int(chosen) < len(names) and (by_bus or len(set(names)) == 1):
            return names[int(chosen)]
    else:
        found = [name for uuid, name in named.items() if uuid.startswith(chosen)]
        if len(found) == 1:
            return found[0]
    # of GPUs that differ CUDA's own order is not told here, nor what a part of a GPU has
    return f'{" or ".join(dict.fromkeys(names))} (CUDA_VISIBLE_DEVICES={chosen})'


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
