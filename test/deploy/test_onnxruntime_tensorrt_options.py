# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What ONNX Runtime's GPU providers are told, and where TensorRT's engines are kept.

Not verified here: that the providers do what they are told.
"""

import os
from pathlib import Path
import sys
from types import ModuleType

import numpy as np
import onnxruntime
import pytest

from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.engines import onnxruntime_gpu
from hydranet_ros.deploy.engines import onnxruntime_tensorrt_options
from hydranet_ros.deploy.engines.onnxruntime_gpu import Provider
from hydranet_ros.deploy.engines.onnxruntime_gpu import providers_of
from hydranet_ros.deploy.engines.onnxruntime_tensorrt_options import tensorrt_options
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model

ONE = np.ones(1, np.float32)
ON_GPU = {
    Backend.ONNXRUNTIME_CUDA: Provider.CUDA,
    Backend.ONNXRUNTIME_TENSORRT: Provider.TENSORRT,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the TensorRT provider keeps its files."""
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path))
    return tmp_path / onnxruntime_tensorrt_options.FOLDER


def test_options_of_the_providers(street_model: Model, folder: Path) -> None:
    request = street_model.request(
        (64, 96), precision=Precision.FP16, builder=BuilderOptions(5, 512)
    )
    names = [name for name, _ in providers_of(request, b'', Provider.TENSORRT)]
    assert names == [Provider.TENSORRT.value, Provider.CUDA.value, Provider.CPU.value]
    options = providers_of(request, b'', Provider.TENSORRT)[0][1]
    assert options['trt_builder_optimization_level'] == '5'
    assert options['trt_max_workspace_size'] == str(512 * 2**20)
    assert (options['trt_fp16_enable'], options['trt_int8_enable']) == ('True', 'False')
    plain = providers_of(street_model.request((64, 96)), b'', Provider.TENSORRT)[0][1]
    assert (plain['trt_fp16_enable'], plain['trt_int8_enable']) == ('False', 'False')
    integer = street_model.request((64, 96), precision=Precision.INT8)
    quantised = providers_of(integer, b'', Provider.TENSORRT)[0][1]
    assert (quantised['trt_fp16_enable'], quantised['trt_int8_enable']) == ('True', 'True')
    assert 'trt_max_workspace_size' not in plain
    assert [name for name, _ in providers_of(request, b'', Provider.CUDA)] == names[1:]


def test_each_graph_and_each_choice_has_its_own_engines(
    street_model: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of nodes and inputs, by which ONNX Runtime names the files, are all the same."""
    monkeypatch.setattr(onnxruntime_tensorrt_options, 'tensorrt_version', lambda: '10.3')
    request = street_model.request((64, 96))
    slow = street_model.request((64, 96), builder=BuilderOptions(5))
    asked = [(request, b'a graph'), (request, b'its next weights'), (slow, b'a graph')]
    options = [tensorrt_options(*one) for one in [*asked, asked[0]]]
    monkeypatch.setattr(onnxruntime_tensorrt_options, 'tensorrt_version', lambda: '10.4')
    options.append(tensorrt_options(*asked[0]))
    folders = [Path(one['trt_engine_cache_path']) for one in options]
    assert folders[3] == folders[0]
    assert len(set(folders)) == 4
    assert {one['trt_timing_cache_path'] for one in options} == {str(folder)}
    assert all(path.is_dir() and path.parent == folder for path in folders)


def test_the_engines_used_last_are_kept(
    street_model: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime_tensorrt_options, 'KEPT', 2)
    request = street_model.request((64, 96))
    made = []
    for age, graph in enumerate([b'used last', b'old', b'older', b'oldest']):
        made.append(Path(tensorrt_options(request, graph)['trt_engine_cache_path']))
        (made[-1] / 'an.engine').touch()
        os.utime(made[-1], (1e9 - age, 1e9 - age))
    (folder / 'some.timing').touch()
    new = Path(tensorrt_options(request, b'new')['trt_engine_cache_path'])
    assert {*folder.iterdir()} == {new, made[0], folder / 'some.timing'}


def test_without_a_cache_folder_nothing_is_kept(
    street_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', '/proc/nothing can be made here')
    options = tensorrt_options(street_model.request((64, 96)), b'')
    assert not any('cache' in name for name in options)


def test_a_dla_that_would_fall_back_in_silence_is_refused(street_model: Model) -> None:
    request = street_model.request((64, 96), builder=BuilderOptions(dla_core=0))
    with pytest.raises(HydranetError, match='uses the GPU without a word. Leave the DLA out'):
        onnxruntime_gpu.load(request, b'', Provider.TENSORRT)


def test_the_version_of_tensorrt_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    module = backend_module(Backend.ONNXRUNTIME_TENSORRT)
    tensorrt = ModuleType('tensorrt')
    tensorrt.__version__ = '10.3.0'  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, 'tensorrt', tensorrt)
    assert module.version() == f'{onnxruntime.__version__}, TensorRT 10.3.0'
    monkeypatch.setitem(sys.modules, 'tensorrt', None)
    assert module.version() == onnxruntime.__version__
