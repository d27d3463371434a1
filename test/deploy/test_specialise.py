# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Deployed graphs against the torch network, and the two cuts against each other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.deploy.upsampling import Upsampler
from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.card_types import Domain
from hydranet_ros.zoo.import_model_file import network_of
from test.deploy.conftest import Model

Frame = Callable[..., np.ndarray]


def run(graph: onnx.ModelProto, **feeds: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def torch_outputs(model: Model, rgb: np.ndarray) -> dict[str, np.ndarray]:
    image = (rgb / 255.0 - model.card.mean) / model.card.std
    image = torch.from_numpy(image.astype(np.float32).transpose(2, 0, 1)[None])
    with torch.inference_mode():
        return {k: v.numpy() for k, v in network_of(model.file.path)(image).items()}


@pytest.mark.parametrize('size', [(64, 96), (71, 135)])
def test_logits_cut_equals_torch(indoor_model: Model, frame: Frame, size: tuple) -> None:
    rgb = frame(*size)
    graph = specialise(indoor_model.file.path, indoor_model.card, GraphSpec(size, size))
    found = run(graph, image=rgb[None])
    for task, expected in torch_outputs(indoor_model, rgb).items():
        assert np.abs(found[task] - expected).max() <= 1e-4 * np.abs(expected).max(), task


@pytest.mark.parametrize('size', [(375, 1242), (361, 1203)])
def test_logits_cut_equals_torch_on_real_frames(
    street_model: Model, shared: Path, size: tuple
) -> None:
    folder = shared / 'kitti' / 'sfnd_seq' / 'image_02'
    picture = cv2.imread(str(sorted(folder.iterdir())[0]))
    rgb = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), size[::-1])
    graph = specialise(street_model.file.path, street_model.card, GraphSpec(size, size))
    found = run(graph, image=rgb[None])
    for task, expected in torch_outputs(street_model, rgb).items():
        error = np.abs(found[task] - expected).max() / np.abs(expected).max()
        print(f'{size} {task}: {error:.1e} of the largest')
        assert error <= 1e-4, task


def cuts(model: Model, rgb: np.ndarray) -> tuple[dict, dict]:
    size = rgb.shape[:2]
    path, card = model.file.path, model.card
    full = run(
        specialise(path, card, GraphSpec(size, size, cut=Cut.FULL)),
        image=rgb[None],
        depth_scale=np.array([1.5], np.float32),
    )
    raw = run(specialise(path, card, GraphSpec(size, size)), image=rgb[None])
    upsampler = Upsampler(size, card.normals_axes)
    ours = upsampler.outputs({k: v[0] for k, v in raw.items()}, 1.5, None, {})
    return {k: v[0] for k, v in full.items()}, ours


def assert_cuts_agree(full: dict, ours: dict, what: str) -> None:
    assert set(full) == set(ours)
    for name in full:
        assert full[name].shape == ours[name].shape
        assert full[name].dtype == ours[name].dtype
    differ = float((full['labels'] != ours['labels']).mean())
    depth = float((np.abs(full['depth'] - ours['depth']) / np.abs(full['depth']).max()).max())
    print(f'{what}: labels that differ {differ:.2e}, largest depth difference {depth:.2e}')
    assert differ <= 1e-4
    assert depth <= 1e-4
    level = np.abs(full['confidence'].astype(int) - ours['confidence'])
    assert level.max() <= 1


def test_cuts_agree(indoor_model: Model, frame: Frame) -> None:
    full, ours = cuts(indoor_model, frame(97, 131))
    assert_cuts_agree(full, ours, 'noise')
    assert np.abs(full['normals'] - ours['normals']).max() <= 1e-3
    np.testing.assert_allclose(np.linalg.norm(ours['normals'], axis=2), 1, atol=1e-4)


@pytest.mark.parametrize('size', [(375, 1242), (350, 1200), (361, 1203)])
def test_cuts_agree_on_real_frames(street_model: Model, shared: Path, size: tuple) -> None:
    names = sorted((shared / 'kitti' / 'sfnd_seq' / 'image_02').iterdir())
    for name in names[:: len(names) // 3]:
        picture = cv2.cvtColor(cv2.imread(str(name)), cv2.COLOR_BGR2RGB)
        rgb = cv2.resize(picture, size[::-1])
        assert_cuts_agree(*cuts(street_model, rgb), f'{name.name} {size}')


def test_full_cut_resizes_the_camera_frame(street_model: Model, frame: Frame) -> None:
    rgb = frame(60, 80).repeat(2, 0).repeat(2, 1)  # halves exactly: OpenCV rounds to integers
    spec = GraphSpec((120, 160), (60, 80), cut=Cut.FULL)
    graph = specialise(street_model.file.path, street_model.card, spec)
    full = run(graph, image=rgb[None], depth_scale=np.ones(1, np.float32))
    small = specialise(street_model.file.path, street_model.card, GraphSpec((60, 80), (60, 80)))
    raw = run(small, image=cv2.resize(rgb, (80, 60))[None])
    ours = Upsampler((120, 160)).outputs({k: v[0] for k, v in raw.items()}, 1.0, None, {})
    assert (full['labels'][0] != ours['labels']).mean() < 1e-3


def test_batches_are_independent(street_model: Model, frame: Frame) -> None:
    images = np.stack([frame(64, 96, seed) for seed in range(3)])
    path, card = street_model.file.path, street_model.card
    many = run(specialise(path, card, GraphSpec((64, 96), (64, 96), batch=3)), image=images)
    single = specialise(path, card, GraphSpec((64, 96), (64, 96)))
    for i, image in enumerate(images):
        one = run(single, image=image[None])
        for task, value in one.items():
            np.testing.assert_allclose(many[task][i], value[0], rtol=1e-4, atol=1e-3)


def test_a_domain_is_a_slice_of_the_logits(street_model: Model, frame: Frame) -> None:
    domains = (Domain('first', 0, 4), Domain('second', 4, 11))
    card = replace(street_model.card, domains=domains)
    path, size = street_model.file.path, (64, 96)
    image = frame(*size)[None]
    whole = run(specialise(path, street_model.card, GraphSpec(size, size)), image=image)
    part = run(specialise(path, card, GraphSpec(size, size, domain='second')), image=image)
    np.testing.assert_allclose(part['semantic'], whole['semantic'][:, 4:], rtol=1e-4, atol=1e-4)


def test_the_graph_reads_uint8_only_at_its_edge(street_model: Model) -> None:
    graph = specialise(street_model.file.path, street_model.card, GraphSpec((64, 96), (64, 96)))
    assert graph.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert graph.graph.node[0].op_type == 'Cast'
    dims = [d.dim_value for d in graph.graph.input[0].type.tensor_type.shape.dim]
    assert dims == [1, 64, 96, 3]
    assert not [n for n in graph.graph.node if n.op_type == 'BatchNormalization']


def test_a_frame_too_small_is_refused(street_model: Model) -> None:
    with pytest.raises(HydranetError, match='at least 33x33.*96x32'):
        specialise(street_model.file.path, street_model.card, GraphSpec((32, 96), (32, 96)))
