# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The full cut in torch against the ONNX full cut in ONNX Runtime, both on the CPU.

Pinned memory, streams and CUDA graphs are looked at where there is a GPU (marked so).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from hydranet_ros.deploy.engines.torch_engine import gpu_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.torch_full_cut import fold_batch_norms
from hydranet_ros.deploy.torch_runner import TorchRunner
from hydranet_ros.networks.mobilenet_v2 import ConvBN
from hydranet_ros.zoo.card_types import Domain
from test.deploy.conftest import Model

SCALES = np.array([1.5, 0.5], np.float32)
SIZES = [((97, 131), (97, 131)), ((121, 75), (49, 63)), ((60, 81), (95, 129))]
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a CUDA GPU')


def in_onnxruntime(request: BuildRequest, frames: list[np.ndarray]) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(request.graph(Cut.FULL).SerializeToString())
    names = [one.name for one in session.get_outputs()]
    feeds = {'image': np.stack(frames), 'depth_scale': SCALES}
    return dict(zip(names, session.run(names, feeds), strict=True))


def assert_equal(ours: list[dict], theirs: dict[str, np.ndarray]) -> None:
    for index, one in enumerate(ours):
        assert set(one) == set(theirs)
        for name, value in one.items():
            assert (value.shape, value.dtype) == (theirs[name][index].shape, theirs[name].dtype)
        expected = {name: value[index] for name, value in theirs.items()}
        assert (one['labels'] != expected['labels']).mean() <= 1e-3
        assert np.abs(one['confidence'].astype(int) - expected['confidence']).max() <= 1
        np.testing.assert_allclose(one['depth'], expected['depth'], rtol=1e-3, atol=1e-4)
        assert np.abs(one['normals'] - expected['normals']).max() <= 1e-3


@pytest.mark.parametrize(('camera', 'size'), SIZES)
def test_it_equals_the_graph(
    indoor_model: Model, frame: Callable, camera: tuple[int, int], size: tuple[int, int]
) -> None:
    frames = [frame(*camera, seed) for seed in range(2)]
    request = indoor_model.request(camera, input_size=size, batch=2, backend=Backend.TORCH)
    ours = gpu_engine(request, 'cpu').run(frames, SCALES)
    assert_equal(ours, in_onnxruntime(request, frames))
    assert len(np.unique(ours[0]['labels'])) > 1


def test_domains_and_the_axes_of_normals(indoor_model: Model, frame: Callable) -> None:
    domains = (Domain('first', 0, 15), Domain('second', 15, 40))
    card = replace(indoor_model.card, domains=domains, normals_axes='-z x -y')
    request = indoor_model.request((64, 96), card=card, batch=2, domain='second')
    frames = [frame(64, 96, seed) for seed in range(2)]
    ours = gpu_engine(request, 'cpu').run(frames, SCALES)
    assert_equal(ours, in_onnxruntime(request, frames))
    assert max(one['labels'].max() for one in ours) < 25


@pytest.mark.parametrize('precision', [Precision.FP16, Precision.BF16])
def test_half_precision_is_of_the_network_alone(
    street_model: Model, frame: Callable, precision: Precision
) -> None:
    rgb, one = frame(64, 96), np.ones(1, np.float32)
    full = gpu_engine(street_model.request((64, 96)), 'cpu').run([rgb], one)[0]
    request = street_model.request((64, 96), precision=precision)
    engine = gpu_engine(request, 'cpu')
    half = engine.run([rgb], one)[0]
    assert engine.precision == precision.value
    assert set(half) == {'labels', 'depth', 'confidence'}
    assert half['depth'].dtype == np.float32
    assert (full['labels'] == half['labels']).mean() > 0.9  # on noise
    difference = np.abs(half['depth'] - full['depth']) / full['depth'].max()
    assert 0 < difference.mean() < 0.03
    # interpolated in half precision, depths between four pixels would come in steps
    assert len(np.unique(half['depth'])) > 0.5 * len(np.unique(full['depth']))


def test_what_is_not_wanted_is_not_computed(street_model: Model, frame: Callable) -> None:
    engine = gpu_engine(street_model.request((64, 96)), 'cpu')
    (only,) = engine.run([frame(64, 96)], np.ones(1, np.float32), ['confidence'])
    assert list(only) == ['confidence']
    assert engine.timings.gpu is None


class Operators(TorchDispatchMode):
    """Collect the names of what is called meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def test_no_tensor_is_made_on_the_host(indoor_model: Model, frame: Callable) -> None:
    """On a GPU it would be copied there with a wait, which no CUDA graph can be captured with."""
    engine = gpu_engine(indoor_model.request((64, 96)), 'cpu')
    with Operators() as operators:
        (found,) = engine.run([frame(64, 96)], np.ones(1, np.float32))
        assert {'argmax', 'linalg_vector_norm'} <= operators.names
        assert 'lift_fresh' not in operators.names
        torch.ones(3)[[0, 2]]
    assert 'lift_fresh' in operators.names, 'torch calls it otherwise now'
    assert {'normals', 'depth', 'labels', 'confidence'} <= set(found)


def test_batch_norms_are_folded_into_their_convolutions() -> None:
    torch.manual_seed(0)
    block = ConvBN(3, 8, 3).eval()
    nn.init.normal_(block.bn.running_mean)
    nn.init.uniform_(block.bn.running_var, 0.5, 2)
    nn.init.normal_(block.bn.weight)
    image = torch.randn(2, 3, 9, 11)
    with torch.inference_mode():
        before = block(image)
        after = fold_batch_norms(nn.Sequential(block))(image)
    assert not any(isinstance(one, nn.BatchNorm2d) for one in block.modules())
    torch.testing.assert_close(before, after)


@pytest.mark.gpu
@GPU
@pytest.mark.parametrize('precision', [Precision.FP32, Precision.FP16])
def test_the_gpu_says_what_the_cpu_says(
    indoor_model: Model, frame: Callable, precision: Precision
) -> None:
    """Twice for each set of outputs: captured as a CUDA graph, then replayed on other frames."""
    request = indoor_model.request((97, 131), input_size=(64, 96), batch=2, precision=precision)
    on_gpu = gpu_engine(request, 'cuda')
    plain = gpu_engine(replace(request, precision=Precision.FP32), 'cpu')
    for seed in range(2):
        frames = [frame(97, 131, seed), frame(97, 131, seed + 2)]
        for wanted in (None, ('labels',), ('depth', 'normals')):
            ours, theirs = on_gpu.run(frames, SCALES, wanted), plain.run(frames, SCALES, wanted)
            assert on_gpu.timings.gpu is not None
            assert on_gpu.timings.gpu > 0
            for one, other in zip(ours, theirs, strict=True):
                assert set(one) == set(other)
                if 'labels' in one:
                    assert (one['labels'] == other['labels']).mean() > 0.95
                if 'depth' in one:
                    error = np.abs(one['depth'] - other['depth']) / other['depth'].max()
                    assert error.max() < (1e-3 if precision is Precision.FP32 else 0.1)
    assert isinstance(on_gpu._runner, TorchRunner)
    assert on_gpu._runner._graphs is not None
    assert len(on_gpu._runner._graphs._graphs) == 3, 'some were not captured'
    on_gpu.close()
