# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The torch2trt backend over a double of it, on the CPU; see there what that is.

Not verified here: that torch2trt converts the network, that TensorRT builds it, what fp16 costs,
and CUDA graphs around it. The one test marked gpu and tensorrt does where both are.
"""

from collections.abc import Callable
from dataclasses import replace
import importlib.util
from pathlib import Path
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
import torch.nn.functional as F

from hydranet_ros.deploy import torch_full_cut
from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.engines import torch2trt_engine
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.torch2trt_conversion import convert
from hydranet_ros.deploy.torch2trt_conversion import convertible
from hydranet_ros.deploy.torch2trt_conversion import unconverted
from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.import_model_file import network_of
from test.deploy import torch2trt_double
from test.deploy.conftest import Model

CPU = torch.device('cpu')
SCALES = np.array([1, 2], np.float32)
REAL = importlib.util.find_spec('torch2trt') is not None


def test_it_answers_as_torch_does(
    street_model: Model, frame: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch2trt = torch2trt_double.install(monkeypatch)
    request = street_model.request(
        (97, 131),
        input_size=(64, 96),
        batch=2,
        backend=Backend.TORCH2TRT,
        precision=Precision.FP16,
    )
    stored = convert(request, CPU)
    assert torch2trt.calls == [{'fp16_mode': True, 'shape': (2, 3, 64, 96)}]
    engine = torch2trt_engine.engine_of(request, stored, 'cpu')
    assert (engine.name, engine.precision) == ('torch2trt', 'fp16')
    frames = [frame(97, 131, seed) for seed in range(2)]
    plain = torch_engine.gpu_engine(replace(request, precision=Precision.FP32), 'cpu')
    expected = plain.run(frames, SCALES)
    for ours, theirs in zip(engine.run(frames, SCALES), expected, strict=True):
        assert set(ours) == set(theirs)
        for name, value in ours.items():
            if value.dtype == np.uint8:  # sums in another order round a few the other way
                assert (value != theirs[name]).mean() < 0.01, name
            else:
                np.testing.assert_allclose(value, theirs[name], atol=1e-3)


def test_engines_of_torch_are_made_apart_from_a_conversion(
    street_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which replaces torch's functions for all threads."""
    torch2trt_double.install(monkeypatch)
    full_cut_of, alone = torch_full_cut.full_cut_of, []

    def noted(*args: Any, **kwargs: Any) -> torch_full_cut.FullCut:
        alone.append(SETTING_UP.locked())
        return full_cut_of(*args, **kwargs)

    monkeypatch.setattr(torch_full_cut, 'full_cut_of', noted)
    request = street_model.request((64, 96))
    torch_engine.gpu_engine(request, 'cpu').close()
    torch2trt_engine.engine_of(request, convert(request, CPU), 'cpu').close()
    assert alone == [True, True]
    assert not SETTING_UP.locked()


def test_a_refused_engine_raises(street_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    torch2trt_double.install(monkeypatch)
    request = street_model.request((64, 96), backend=Backend.TORCH2TRT)
    with pytest.raises(ValueError, match='TensorRT refuses the engine: of another version'):
        torch2trt_engine.engine_of(request, b'of another version', 'cpu')
    with pytest.raises(HydranetError, match='too little free memory .*: OutOfMemory'):
        torch2trt_engine.engine_of(request, b'OutOfMemory', 'cpu')


def test_a_failed_build_is_told(street_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    torch2trt_double.install(monkeypatch).fails = True
    with pytest.raises(HydranetError, match="made no engine.*: Error Code 10: no .*'tensorrt'"):
        convert(street_model.request((64, 96)), CPU)


def test_builder_options_are_refused(street_model: Model) -> None:
    request = street_model.request((64, 96), builder=BuilderOptions(optimization_level=5))
    with pytest.raises(HydranetError, match="no optimization level.*backend 'tensorrt'"):
        torch2trt_engine.build(request)


class Clipped(nn.Module):
    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {'depth': F.softplus(F.hardtanh(x, 0, 6) + x)}


def test_what_would_become_a_constant_is_found(street_model: Model) -> None:
    image = torch.zeros(1, 3, 64, 96)
    known = torch2trt_double.CONVERTERS
    names = ['torch.nn.functional.hardtanh', 'torch.nn.functional.softplus']
    assert unconverted(Clipped(), image, known) == names
    network = network_of(street_model.file.path)
    assert unconverted(network, image, known) == names[:1]  # torch's ReLU6 calls it
    with torch.no_grad():
        before = network(image)
        after = convertible(network)(image)
    assert unconverted(network, image, known) == []
    for task, value in before.items():
        torch.testing.assert_close(after[task], value, rtol=1e-4, atol=1e-4)


def test_a_network_that_it_cannot_convert_is_refused(
    street_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch2trt_double.install(monkeypatch)
    monkeypatch.delitem(torch2trt_double.CONVERTERS, 'torch.nn.functional.interpolate')
    with pytest.raises(HydranetError, match=r'cannot convert torch\.nn\.functional\.interpolate'):
        convert(street_model.request((64, 96)), CPU)


@pytest.mark.skipif(REAL, reason='torch2trt is installed')
def test_where_it_is_not_installed_the_alternative_is_named(
    street_model: Model, tmp_path: Path
) -> None:
    assert 'not installed' in (torch2trt_engine.unavailable() or '')
    assert "backend 'tensorrt'" in (torch2trt_engine.unavailable() or '')


def test_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch2trt_engine, 'find_spec', lambda name: object())
    monkeypatch.setattr(torch2trt_engine, 'gpu_present', lambda: False)
    assert torch2trt_engine.unavailable() == 'there is no NVIDIA GPU here'
    monkeypatch.setattr(torch2trt_engine, 'gpu_present', lambda: True)
    torch2trt_double.install(monkeypatch, '11.4.0.106')
    reason = torch2trt_engine.unavailable() or ''
    assert reason.startswith('torch2trt needs TensorRT 10 or older, and this is 11.4.0.106')
    assert "backend 'tensorrt'" in reason
    torch2trt_double.install(monkeypatch)
    monkeypatch.setattr(torch_engine, 'on_gpu', lambda: False)
    assert (torch2trt_engine.unavailable() or '').startswith('torch has no CUDA here')
    monkeypatch.setattr(torch_engine, 'on_gpu', lambda: True)
    assert torch2trt_engine.unavailable() is None
    monkeypatch.setitem(sys.modules, 'torch2trt', None)
    assert "backend 'tensorrt'" in (torch2trt_engine.unavailable() or '')


def test_engines_depend_on_both_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    torch2trt_double.install(monkeypatch, '10.13.3')
    assert torch2trt_engine.version().endswith('TensorRT 10.13.3')


@pytest.mark.gpu
@pytest.mark.tensorrt
@pytest.mark.skipif(
    torch2trt_engine.unavailable() is not None, reason=str(torch2trt_engine.unavailable())
)
@pytest.mark.parametrize('precision', torch2trt_engine.precisions())
def test_the_real_one_answers_as_torch_does(
    street_model: Model, frame: Callable, tmp_path: Path, precision: Precision
) -> None:
    request = street_model.request(
        (97, 131), input_size=(64, 96), backend=Backend.TORCH2TRT, precision=precision
    )
    rgb, one = frame(97, 131), np.ones(1, np.float32)
    expected = torch_engine.gpu_engine(replace(request, precision=Precision.FP32), 'cpu').run(
        [rgb], one
    )[0]
    for _ in ('built', 'from the cache'):
        engine = build_engine(request, EngineCache(tmp_path))
        for _ in ('captured', 'replayed'):
            found = engine.run([rgb], one)[0]
            assert (found['labels'] == expected['labels']).mean() > 0.95
            error = np.abs(found['depth'] - expected['depth']) / expected['depth'].max()
            assert error.mean() < 0.03
        engine.close()
