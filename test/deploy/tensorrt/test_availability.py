# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether TensorRT can run here, and the reason where it cannot."""

from importlib.util import find_spec
import sys
from types import ModuleType

import pytest

from hydranet_ros.deploy.engines import tensorrt_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.selection import choose


class TestAvailability:
    """On this machine without the doubles, and with them where something is missing."""

    @pytest.mark.skipif(find_spec('tensorrt') is not None, reason='TensorRT is installed')
    def test_without_tensorrt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tensorrt_engine, 'gpu_present', lambda: False)
        assert tensorrt_engine.unavailable() == 'there is no NVIDIA GPU here'
        monkeypatch.setattr(tensorrt_engine, 'gpu_present', lambda: True)
        said = str(tensorrt_engine.unavailable())
        assert 'tensorrt is not installed; pip install tensorrt' in said
        assert 'apt install python3-libnvinfer, and a venv made with --system-' in said

    def test_it_can_run(self, double: ModuleType, version: str) -> None:
        assert tensorrt_engine.unavailable() is None
        assert tensorrt_engine.device() == 'Double of a GPU (compute capability 8.7)'
        assert tensorrt_engine.version() == f'{version}, CUDA 13'
        assert tensorrt_engine.precisions()[-1] is Precision.INT8
        choice = choose()
        assert (choice.backend, choice.precision) == (Backend.TENSORRT, Precision.FP16)

    def test_too_old(self, double: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(double, '__version__', '8.6.1')
        assert tensorrt_engine.unavailable() == (
            'TensorRT 8.6.1 is too old; install 10.3 (JetPack 6) or newer'
        )

    def test_without_cuda_python(
        self, double: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in [name for name in sys.modules if name.split('.')[0] == 'cuda']:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, 'cuda', None)  # type: ignore[arg-type]
        assert 'cuda-python is not installed; pip install cuda-python' in str(
            tensorrt_engine.unavailable()
        )

    @pytest.mark.parametrize(
        ('variable', 'value', 'said'),
        [
            ('CUDA_DOUBLE_GPUS', '0', 'double of cudaErrorNoDevice'),
            ('CUDA_DOUBLE_DRIVER', '0', 'double of cudaErrorInsufficientDriver'),
            ('CUDA_DOUBLE_FAULT', 'cudaGetDeviceCount', 'double of cudaErrorLaunchFailure'),
        ],
    )
    def test_without_a_gpu(
        self,
        double: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
        variable: str,
        value: str,
        said: str,
    ) -> None:
        monkeypatch.setenv(variable, value)
        reason = str(tensorrt_engine.unavailable())
        assert reason.startswith('no NVIDIA GPU can be used (')
        assert said in reason
        assert 'see what nvidia-smi says' in reason

    def test_with_a_driver_older_than_cuda_python(
        self, double: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv('CUDA_DOUBLE_DRIVER', '11080')
        assert tensorrt_engine.unavailable() == (
            'cuda-python is for a newer CUDA than the driver, which runs 11.8; pip install '
            "'cuda-python==11.*', or update the driver"
        )
