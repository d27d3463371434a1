# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a benchmark ran on, as far as the machine tells without privileges."""

from dataclasses import dataclass
from importlib import metadata
import os
from pathlib import Path
import platform
import shutil
import subprocess

from hydranet_ros.deploy.nvidia_gpu import nvidia_smi
from hydranet_ros.deploy.processor import processor_name

# Instruction sets that decide how fast a network runs; the last line is Arm's.
_FLAGS = (
    *('avx2', 'fma', 'avx512f', 'avx512_bf16', 'avx512_fp16', 'avx512_vnni', 'avx_vnni'),
    *('amx_bf16', 'amx_int8', 'amx_fp16'),
    *('asimd', 'asimdhp', 'asimddp', 'bf16', 'i8mm', 'sve', 'sve2'),
)
_PACKAGES = {
    'numpy': ('numpy',),
    'opencv': ('opencv-python-headless', 'opencv-python', 'opencv-contrib-python'),
    'onnxruntime': ('onnxruntime', 'onnxruntime-gpu'),
    'openvino': ('openvino',),
    'torch': ('torch',),
    'tensorrt': ('tensorrt', 'tensorrt-cu13', 'tensorrt-cu12'),
    'torch2trt': ('torch2trt',),
    'cuda-python': ('cuda-bindings', 'cuda-python'),
}
_DEVFREQ = Path('/sys/class/devfreq')
_GPU_CLOCKS = '*gpu*', '*ga10b*', '*gv11b*', '*gb10b*'  # a Jetson's, as its kernel names them


@dataclass(frozen=True)
class DeviceFacts:
    """Hardware and software of the machine.

    cores: those that this process may use. flags: of the processor, as far as they matter.
    gpus: name, driver, memory and power limit, as nvidia-smi prints them. gpu_clocks: of the
    multiprocessors and the memory, right after the work, and the most they can be; of a Jetson as
    its kernel says. board and power_mode: of a Jetson, '' elsewhere. governor: of the first core's
    clock, '' where it is hidden.
    """

    processor: str
    cores: int
    flags: tuple[str, ...]
    memory_gib: float
    gpus: tuple[str, ...]
    gpu_clocks: tuple[str, ...]
    board: str
    power_mode: str
    governor: str
    system: str
    machine: str
    python: str
    packages: dict[str, str]

    @property
    def title(self) -> str:
        """Name the device in one line."""
        return ', '.join([self.board or self.processor, f'{self.cores} cores', *self.gpus])


def device_facts() -> DeviceFacts:
    """Ask this machine."""
    return DeviceFacts(
        processor=processor_name(),
        cores=len(os.sched_getaffinity(0)),
        flags=_flags(),
        memory_gib=round(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30, 1),
        gpus=tuple(nvidia_smi('name', 'driver_version', 'memory.total', 'power.limit')),
        gpu_clocks=tuple(_gpu_clocks()),
        board=_text('/proc/device-tree/model'),
        power_mode=' '.join(_output('nvpmodel', '-q').split()),
        governor=_text('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
        system=_system(),
        machine=platform.machine(),
        python=platform.python_version(),
        packages=_packages(),
    )


def _flags() -> tuple[str, ...]:
    for line in _text('/proc/cpuinfo').splitlines():
        if line.startswith(('flags', 'Features')):
            present = set(line.split(':', 1)[1].split())
            return tuple(flag for flag in _FLAGS if flag in present)
    return ()


def _gpu_clocks() -> list[str]:
    jetson = [_devfreq_clock(path) for one in _GPU_CLOCKS for path in sorted(_DEVFREQ.glob(one))]
    if any(jetson):
        return [clock for clock in jetson if clock]
    lines = nvidia_smi('clocks.sm', 'clocks.max.sm', 'clocks.mem', 'clocks.max.mem')
    clocks = []
    for line in lines:
        now, most, memory, most_memory = (part.strip() for part in line.split(','))
        clocks.append(f'SM {now} of {most}, memory {memory} of {most_memory}')
    return clocks


def _devfreq_clock(path: Path) -> str:
    now, most = _text(str(path / 'cur_freq')), _text(str(path / 'max_freq'))
    if not (now.isdigit() and most.isdigit()):
        return ''
    return f'GPU {int(now) // 10**6} MHz of {int(most) // 10**6} MHz'


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()['PRETTY_NAME']
    except (OSError, KeyError):
        name = platform.system()
    return f'{name}, {platform.release()}'


def _packages() -> dict[str, str]:
    versions = {}
    for package, distributions in _PACKAGES.items():
        for distribution in distributions:
            try:
                versions[package] = metadata.version(distribution)
                break
            except metadata.PackageNotFoundError:
                continue
    return versions


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding='utf-8', errors='replace').strip('\0\n ')
    except OSError:
        return ''


def _output(program: str, *arguments: str) -> str:
    """Return what a program prints; '' where it is missing or fails."""
    if shutil.which(program) is None:
        return ''
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ''
    return done.stdout.strip() if done.returncode == 0 else ''
