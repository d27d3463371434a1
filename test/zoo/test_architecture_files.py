# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Every kind of network from torch through its model file to the engines, by the public API.

The encoders are shortened to one block a stage, which keeps all kinds of layers; golden outputs
hold the whole ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn
import torch.nn.functional as F
import yaml

from hydranet_ros import Perception
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks import mobilenet_v2
from hydranet_ros.networks import resnet
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.options import Upsampling
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo import resolve_model_file
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.import_model_file import export_model_file
from hydranet_ros.zoo.import_model_file import network_of

SIZE = (97, 131)
CLASSES = 5
GLOBAL = NetworkOptions(upsample=Upsampling.GLOBAL, largest=(100, 140))
CASES = {
    'multitask_refinenet': GLOBAL,
    'light_weight_refinenet_resnet50': NetworkOptions(upsample=Upsampling.TRANSPOSED),
    'deeplab_largefov': GLOBAL,
}
RGB = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), np.uint8)


@dataclass(frozen=True)
class Case:
    card: ModelCard
    file: Path

    def torch_labels(self, rgb: np.ndarray) -> np.ndarray:
        image = ((rgb / 255 - self.card.mean) / self.card.std).astype(np.float32)
        with torch.inference_mode():
            logits = network_of(self.file)(torch.from_numpy(image.transpose(2, 0, 1)[None]))
        whole = F.interpolate(logits['semantic'], rgb.shape[:2], mode='bilinear')
        return whole[0].argmax(0).numpy()


@pytest.fixture(scope='module', params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(resnet.BLOCKS, 50, (1, 1, 1, 1))
        short = tuple(stage._replace(blocks=1) for stage in mobilenet_v2.STAGES)
        patch.setattr(mobilenet_v2, 'STAGES', short)
        yield make_case(request.param, tmp_path_factory.mktemp('models'))


def make_case(architecture: str, folder: Path) -> Case:
    torch.manual_seed(0)
    options = CASES[architecture]
    network = build_network(architecture, {'semantic': CLASSES}, options)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    file = export_model_file(network, folder / 'net.onnx', name='net')
    card = {
        'title': 'a network of the tests',
        'architecture': architecture,
        'options': options.chosen(),
        'tasks': ['semantic'],
        'classes': [{'name': f'class {i}', 'color': [i, 0, 0]} for i in range(CLASSES)],
        'mean': [0.485, 0.456, 0.406],
        'std': [0.229, 0.224, 0.225],
        **dict.fromkeys(('training_data', 'licence', 'licence_note'), 'none'),
        'weights': {'location': file.name},
    }
    (folder / 'net.yaml').write_text(yaml.safe_dump(card))
    return Case(load_card(folder / 'net.yaml'), file)


@pytest.mark.parametrize('rgb', [RGB, RGB[1:, 3:].copy()], ids=['uneven', 'even'])
@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino'])
def test_the_api_gives_the_labels_of_torch(case: Case, backend: str, rgb: np.ndarray) -> None:
    expected = case.torch_labels(rgb)
    assert len(np.unique(expected)) > 1 or rgb is not RGB
    for _ in ('built', 'kept'):
        with Perception.load(case.card.path, backend=backend, precision='fp32') as perception:
            prediction = perception.predict(rgb)
        assert (prediction.labels != expected).mean() < 1e-3
        assert prediction.depth is None


def test_the_full_cut_gives_them_too(case: Case) -> None:
    graph = specialise(case.file, case.card, GraphSpec(SIZE, SIZE, cut=Cut.FULL))
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    labels = session.run(['labels'], {'image': RGB[None]})[0][0]
    assert (labels != case.torch_labels(RGB)).mean() < 1e-3


def test_global_deconvolution_is_two_products_with_constants(case: Case) -> None:
    if case.card.options.upsample is not Upsampling.GLOBAL:
        pytest.skip('this case upsamples otherwise')
    graph = specialise(case.file, case.card, GraphSpec(SIZE, SIZE)).graph
    producers = {name: node for node in graph.node for name in node.output}
    constants = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    second = producers['semantic']
    first = producers[second.input[1]]
    coarse, channels = onnx_shape(graph, first.input[0])[2:], CLASSES
    assert [second.op_type, first.op_type] == ['MatMul', 'MatMul']
    assert constants[second.input[0]] == [SIZE[0], coarse[0]]
    assert constants[first.input[1]] == [coarse[1], SIZE[1]]
    assert producers[first.input[0]].op_type == 'Conv'
    assert onnx_shape(graph, 'semantic') == [1, channels, *SIZE]
    assert not {'Slice', 'Shape'} & {node.op_type for node in graph.node}


def onnx_shape(graph: onnx.GraphProto, name: str) -> list[int]:
    values = {value.name: value for value in [*graph.value_info, *graph.output]}
    return [dim.dim_value for dim in values[name].type.tensor_type.shape.dim]


def test_frames_beyond_the_matrices_are_refused(case: Case) -> None:
    if case.card.options.upsample is not Upsampling.GLOBAL:
        pytest.skip('this case has no largest size')
    with (
        Perception.load(case.card.path, backend='onnxruntime') as perception,
        pytest.raises(HydranetError, match='at most 140x100 pixels.*sees 141x97'),
    ):
        perception.predict(np.zeros((97, 141, 3), np.uint8))


def test_a_card_without_the_options_does_not_fit(case: Case, tmp_path: Path) -> None:
    content = yaml.safe_load(case.card.path.read_text())
    del content['options']
    (tmp_path / 'net.yaml').write_text(yaml.safe_dump(content))
    with pytest.raises(HydranetError, match='upsample: .*does not fit the model card'):
        resolve_model_file(load_card(tmp_path / 'net.yaml'), case.file)
