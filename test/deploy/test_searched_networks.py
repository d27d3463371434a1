# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Searched networks from their model files through every graph and engine, at odd sizes.

Their logits are as large as the genotype says, 1/8 for two of them. The weights are invented, so
what int8 costs a trained network is not verified, nor is any GPU.
"""

from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F

from hydranet_ros import Perception
from hydranet_ros.deploy.calibration import calibrate
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.deploy.torch_full_cut import fold_batch_norms
from hydranet_ros.deploy.torch_full_cut import FullCut
from hydranet_ros.networks.output_stride import output_stride
from hydranet_ros.zoo.import_model_file import network_of
from hydranet_ros.zoo.model_file import read_model_file
from test.deploy.conftest import Model
from test.deploy.graphs import run_openvino
from test.deploy.test_quantisation import run_as_written
from test.searched_models import GOLDEN
from test.searched_models import searched_card

SIZE = (93, 61)


@pytest.fixture(scope='module', params=GOLDEN)
def model(request: pytest.FixtureRequest) -> Model:
    card = searched_card(request.param)
    return Model(card, read_model_file(card.path.parent / card.weights.location))


@pytest.fixture(scope='module')
def rgb(frame: Callable) -> np.ndarray:
    return frame(*SIZE, 1)


@pytest.fixture(scope='module')
def raw(model: Model, rgb: np.ndarray) -> dict[str, torch.Tensor]:
    """What torch gives, before any resize."""
    image = ((rgb / 255 - model.card.mean) / model.card.std).astype(np.float32)
    with torch.inference_mode():
        return network_of(model.file.path)(torch.from_numpy(image.transpose(2, 0, 1)[None]))


def check(raw: dict[str, torch.Tensor], found: dict[str, np.ndarray], tolerance: float) -> None:
    """Compare labels or depth of the camera's size with those of torch."""
    for task, value in raw.items():
        whole = F.interpolate(value, SIZE, mode='bilinear', align_corners=False)
        if task == 'semantic':
            expected = whole[0].argmax(0).numpy()
            assert len(np.unique(expected)) > 1
            assert (found['labels'] != expected).mean() <= tolerance
        else:
            metres = whole[0, 0].abs().numpy()
            assert np.abs(found['depth'] - metres).max() <= tolerance * metres.max()


@pytest.mark.parametrize(
    ('backend', 'precision', 'tolerance'),
    [
        ('onnxruntime', 'fp32', 1e-4),
        ('openvino', 'fp32', 1e-4),
        ('openvino', 'bf16', 0.03),
        ('torch', 'fp32', 1e-4),
    ],
)
def test_every_engine_gives_what_torch_gives(
    model: Model, raw: dict, rgb: np.ndarray, backend: str, precision: str, tolerance: float
) -> None:
    options = {'backend': backend, 'precision': precision}
    with Perception.load(model.card.path, **options) as perception:
        found = perception.predict(rgb, keep_unlearned=True)
    check(raw, {'labels': found.labels, 'depth': found.depth}, tolerance)


def test_logits_are_as_large_as_the_stride_says(model: Model, raw: dict, rgb: np.ndarray) -> None:
    stride = output_stride(model.card.architecture, model.card.options)
    size = tuple(-(-side // stride) for side in SIZE)
    for rewrites in (frozenset(), frozenset(Rewrite)):
        graph = specialise(model.file.path, model.card, GraphSpec(SIZE, SIZE, rewrites=rewrites))
        session = onnxruntime.InferenceSession(graph.SerializeToString())
        names = [output.name for output in session.get_outputs()]
        assert not {'Shape', 'Reshape', 'Slice'} & {node.op_type for node in graph.graph.node} or (
            rewrites
        )
        assert names == list(raw)
        for name, value in zip(names, session.run(names, {'image': rgb[None]}), strict=True):
            assert value.shape[2:] == size == raw[name].shape[2:]
            error = np.abs(value - raw[name].numpy()).max() / np.abs(value).max()
            assert error <= 1e-4


@pytest.mark.parametrize('arithmetic', [Arithmetic.FLOAT32, Arithmetic.FLOAT16])
def test_the_full_cut_gives_them_too(
    model: Model, raw: dict, rgb: np.ndarray, arithmetic: Arithmetic
) -> None:
    spec = GraphSpec(SIZE, SIZE, cut=Cut.FULL, arithmetic=arithmetic)
    graph = specialise(model.file.path, model.card, spec)
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    given = {'image': rgb[None], 'depth_scale': np.ones(1, np.float32)}
    inputs = {one.name: given[one.name] for one in session.get_inputs()}
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(names, inputs), strict=True))
    found = {name: value[0] for name, value in values.items()}
    check(raw, found, 1e-3 if arithmetic is Arithmetic.FLOAT32 else 1e-2)


def test_the_full_cut_in_torch_gives_them_too(model: Model, raw: dict, rgb: np.ndarray) -> None:
    network = fold_batch_norms(network_of(model.file.path))
    cut = FullCut(network, model.card, SIZE, SIZE)
    with torch.inference_mode():
        outputs = cut(torch.from_numpy(rgb[None]), torch.ones(1))
    check(raw, {name: value[0].numpy() for name, value in outputs.items()}, 1e-3)


def test_int8_moves_the_logits_a_little(
    model: Model, raw: dict, rgb: np.ndarray, frame: Callable
) -> None:
    frames = [rgb, *(frame(*SIZE, seed) for seed in range(2, 6))]
    calibration = calibrate(model.card, model.file, frames, 'noise')
    expected = next(iter(raw.values())).numpy()

    def graph(arithmetic: Arithmetic, *rewrites: Rewrite) -> object:
        spec = GraphSpec(
            SIZE,
            SIZE,
            arithmetic=arithmetic,
            calibration=calibration,
            rewrites=frozenset(rewrites),
        )
        return specialise(model.file.path, model.card, spec)

    on_cpus = graph(Arithmetic.INT8_CPU)
    for found in (
        run_as_written(on_cpus, rgb[None]),
        run_openvino(on_cpus, rgb[None]),
        run_openvino(graph(Arithmetic.INT8_CPU, *Rewrite), rgb[None]),
        run_as_written(graph(Arithmetic.INT8_TENSORRT), rgb[None]),
    ):
        value = next(iter(found.values()))
        error = np.abs(value - expected).max() / np.abs(expected).max()
        print(f'{model.file.name}: {error:.4f}')
        assert 1e-4 < error < 0.1


def test_int8_leaves_no_activation_before_which_a_convolution_is_rounded(
    model: Model, frame: Callable
) -> None:
    calibration = calibrate(model.card, model.file, [frame(*SIZE)], 'noise')
    spec = GraphSpec(SIZE, SIZE, arithmetic=Arithmetic.INT8_CPU, calibration=calibration)
    nodes = specialise(model.file.path, model.card, spec).graph.node
    producers = {node.output[0]: node for node in nodes}
    for node in (node for node in nodes if node.op_type == 'Relu'):
        rounded = producers[producers[node.input[0]].input[0]]
        assert producers.get(rounded.input[0], rounded).op_type != 'Conv'
